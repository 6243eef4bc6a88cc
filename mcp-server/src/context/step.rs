//! `ctx.step(..)`: work whose result is kept while the client is asked.

use serde::{Serialize, de::DeserializeOwned};

use super::{call::Context, link::Rounds};
use crate::error::CallError;

pub(super) async fn step<T, E>(
    context: &Context,
    name: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, CallError>
where
    T: Serialize + DeserializeOwned,
    E: Into<CallError>,
{
    let step = context.steps().begin(name)?;
    let (run, rounds) = (context.run(), context.0.channel.rounds());
    let qualified = run.map_or(name.into(), |run| run.qualified(name));
    let recalled =
        run.and_then(|run| run.recall_step(name)).or_else(|| rounds.and_then(|rounds| rounds.recall(&qualified)));
    let result = if let Some(recalled) = recalled {
        let result = serde_json::from_str(recalled.get()).map_err(CallError::internal)?;
        // A later run may have no transcript, because the call has become a task.
        if let Some(run) = run {
            run.keep_step(name, recalled);
        }
        result
    } else {
        let _running = rounds.map(Rounds::begin_step);
        let result = work.await.map_err(Into::into)?;
        if run.is_some() || rounds.is_some() {
            let kept = serde_json::value::to_raw_value(&result).map_err(CallError::internal)?;
            if let Some(rounds) = rounds {
                rounds.keep(&qualified, kept.clone());
            }
            if let Some(run) = run {
                run.keep_step(name, kept);
            }
        }
        result
    };
    step.done();
    Ok(result)
}
