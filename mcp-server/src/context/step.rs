//! `ctx.step(..)`: work whose result is kept while the client is asked.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};

use super::{Context, Rounds};
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
        let _not_cut_short = rounds.map(Rounds::begin_step);
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

/// Names of the steps of a call that have begun. Told apart in every era, so that a handler which works in one works in all.
#[derive(Debug, Default)]
pub(crate) struct Steps(Mutex<BTreeSet<Box<str>>>);

impl Steps {
    /// Begins the step of that name, which nothing else may have while it runs and when it is done.
    fn begin<'a>(&'a self, name: &'a str) -> Result<Begun<'a>, CallError> {
        if self.lock().insert(name.into()) {
            Ok(Begun { steps: self, name, is_done: false })
        } else {
            Err(CallError::internal(format!("two steps are named `{name}`: give each a name of its own")))
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Box<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A step that has begun. Dropped before it is done, it may be tried again.
struct Begun<'a> {
    steps: &'a Steps,
    name: &'a str,
    is_done: bool,
}

impl Begun<'_> {
    fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.steps.lock().remove(self.name);
        }
    }
}
