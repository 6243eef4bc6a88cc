//! `Run`: one run of the handler of a call that interceptors can run again.
//!
//! A call without interceptors runs its handler once and has no `Run`. Around any other call, an
//! interceptor can run the handler again, with the same arguments or with others. All runs belong
//! to one call. They share its stream, its cancellation and, in the stateless era, its transcript.
//!
//! A run replays what earlier runs with the same arguments have done: steps that are done are not
//! taken again, and questions that have been answered are not asked again. So a retry behaves like
//! the next round of the stateless era, in every era. A run with other arguments shares nothing:
//! consent to one set of arguments is not consent to another.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD as BASE64};
use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::{Context, arguments::Arguments, ask::Keys, step::Steps};
use crate::protocol::envelope::canonical::canonical;

/// One run of the handler of a call.
#[derive(Default)]
pub(crate) struct Run {
    /// Arguments of this run. `None` for those that the client sent.
    arguments: Option<Arguments>,
    /// Digest of the arguments. Empty for those that the client sent.
    scope: String,
    steps: Steps,
    keys: Mutex<Keys>,
    /// Holds the memory of all runs of the call. `None` in the first run.
    first: Option<Arc<Self>>,
    memory: Mutex<Memory>,
}

/// Results of the runs of a call, by scope and name.
#[derive(Default)]
struct Memory {
    steps: BTreeMap<(String, String), Box<RawValue>>,
    answers: BTreeMap<(String, String), Answered>,
}

/// A question and its answer.
struct Answered {
    question: String,
    answer: Bytes,
}

impl Run {
    /// Returns a further run of the call, with arguments of its own if there are any.
    pub(super) fn again(self: &Arc<Self>, sent: &Arguments, arguments: Option<Arguments>) -> Self {
        let first = self.first.as_ref().unwrap_or(self).clone();
        let (arguments, scope) = match arguments {
            None => (self.arguments.clone(), self.scope.clone()),
            Some(arguments) => {
                let text = canonical(&arguments.to_json());
                let is_sent = text == canonical(&sent.to_json());
                (Some(arguments), if is_sent { String::new() } else { digest(&text) })
            }
        };
        Self { arguments, scope, first: Some(first), ..Self::default() }
    }

    pub(super) fn arguments(&self) -> Option<&Arguments> {
        self.arguments.as_ref()
    }

    /// Returns a text that differs between runs with different arguments.
    pub(super) fn scope(&self) -> &str {
        &self.scope
    }

    pub(super) fn steps(&self) -> &Steps {
        &self.steps
    }

    /// Returns the name of a step in the transcript of the call.
    pub(super) fn qualified<'a>(&self, step: &'a str) -> Cow<'a, str> {
        if self.scope.is_empty() { step.into() } else { format!("{}/{step}", self.scope).into() }
    }

    /// Returns the result of a step of an earlier run.
    pub(super) fn recall_step(&self, step: &str) -> Option<Box<RawValue>> {
        self.memory().steps.get(&(self.scope.clone(), step.to_owned())).cloned()
    }

    /// Keeps the result of a step for later runs.
    pub(super) fn keep_step(&self, step: &str, result: Box<RawValue>) {
        self.memory().steps.insert((self.scope.clone(), step.to_owned()), result);
    }

    /// Returns the key of the next question of this run.
    pub(super) fn next_key(&self, name: Option<&str>, kind: &str) -> String {
        self.keys.lock().next(name, kind)
    }

    /// Returns the answer to a question of an earlier run. A question that has changed is asked
    /// again.
    pub(super) fn recall_answer(&self, key: &str, question: &str) -> Option<Bytes> {
        let memory = self.memory();
        let answered = memory.answers.get(&(self.scope.clone(), key.to_owned()))?;
        (answered.question == question).then(|| answered.answer.clone())
    }

    /// Keeps the answer to a question for later runs.
    pub(super) fn keep_answer(&self, key: String, question: String, answer: Bytes) {
        self.memory().answers.insert((self.scope.clone(), key), Answered { question, answer });
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.first.as_deref().unwrap_or(self).memory.lock()
    }
}

impl Context {
    /// Prepares a call whose handler can run more than once.
    pub(crate) fn repeatable(self) -> Self {
        Self(self.0, Some(Arc::default()))
    }

    /// Returns the context of a further run of a [repeatable](Self::repeatable) call.
    pub(crate) fn again(&self, arguments: Option<Arguments>) -> Self {
        let run = self.1.as_ref().map(|run| Arc::new(run.again(&self.0.arguments, arguments)));
        Self(self.0.clone(), run)
    }

    /// Returns the arguments of this run.
    pub(crate) fn raw_arguments(&self) -> &Arguments {
        self.run().and_then(Run::arguments).unwrap_or(&self.0.arguments)
    }

    pub(super) fn run(&self) -> Option<&Run> {
        self.1.as_deref()
    }

    pub(super) fn steps(&self) -> &Steps {
        self.run().map_or(&self.0.steps, Run::steps)
    }
}

/// Returns the SHA-256 digest of a text, in base64.
pub(super) fn digest(text: &str) -> String {
    BASE64.encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &'static str) -> Arguments {
        Arguments::Json(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn retry_recalls_steps_and_other_arguments_do_not() {
        let sent = json(r#"{"city":"Rome"}"#);
        let first = Arc::new(Run::default());
        first.keep_step("reserve", RawValue::TRUE.to_owned());
        let retry = Arc::new(first.again(&sent, None));
        assert_eq!(retry.recall_step("reserve").unwrap().get(), "true");
        let same = retry.again(&sent, Some(json(r#" { "city" : "Rome" } "#)));
        assert_eq!((same.scope(), same.recall_step("reserve").is_some()), ("", true));
        let other = Arc::new(retry.again(&sent, Some(json(r#"{"city":"Oslo"}"#))));
        assert!(other.recall_step("reserve").is_none());
        assert_eq!((retry.qualified("a"), other.qualified("a")), ("a".into(), format!("{}/a", other.scope()).into()));
        other.keep_step("reserve", RawValue::NULL.to_owned());
        let retry_of_other = other.again(&sent, None);
        assert_eq!(retry_of_other.recall_step("reserve").unwrap().get(), "null");
        assert_eq!(retry_of_other.arguments().unwrap().to_json(), r#"{"city":"Oslo"}"#);
    }

    #[test]
    fn answer_is_recalled_by_order_and_wording() {
        let first = Arc::new(Run::default());
        let key = first.next_key(None, "elicitation");
        first.keep_answer(key, "Sure?".to_owned(), Bytes::from_static(b"yes"));
        let retry = first.again(&json("{}"), None);
        let key = retry.next_key(None, "elicitation");
        assert_eq!(retry.recall_answer(&key, "Sure?").unwrap(), "yes");
        assert!(retry.recall_answer(&key, "Really?").is_none());
        assert!(retry.recall_answer(&retry.next_key(None, "elicitation"), "Sure?").is_none());
    }
}
