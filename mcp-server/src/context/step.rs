//! `ctx.step(..)`: work whose result is kept while the client is asked.

use serde::{Serialize, de::DeserializeOwned};

use super::Context;
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
    let Some(rounds) = context.0.asking.rounds() else {
        return work.await.map_err(Into::into);
    };
    if let Some(result) = rounds.recall(name)? {
        return serde_json::from_str(result.get()).map_err(CallError::internal);
    }
    let running = rounds.begin_step();
    let result = work.await.map_err(Into::into)?;
    rounds.keep(name, serde_json::value::to_raw_value(&result).map_err(CallError::internal)?);
    drop(running);
    Ok(result)
}
