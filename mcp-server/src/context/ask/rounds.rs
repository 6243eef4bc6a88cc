//! Questions of the stateless era: they end the request, and the handler runs again when the client comes back with the answers
//! (2026-07-28, multi round-trip requests).
//!
//! What a handler has been told, and what its steps came to, travels with the client in between, sealed ([`Transcript`]).

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Context, Keys, Question, over};
use crate::{
    context::run::{self, Run},
    error::CallError,
    protocol::types::input_request::InputRequest,
};

/// What a conversation has come to so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Transcript {
    /// How often the client has been asked.
    round: u32,
    /// Questions that the client was asked in the last round: their digests by key.
    asked: BTreeMap<String, String>,
    /// What the client answered, by the key of the question.
    answered: BTreeMap<String, Answered>,
    /// What steps came to, by name.
    steps: BTreeMap<String, Box<RawValue>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    /// Of the question: an answer to another one is none.
    digest: String,
    result: Box<RawValue>,
}

/// Questions that end a request of the stateless era, with the state that is needed when their answers
/// come.
#[derive(Debug)]
pub(crate) struct InputRequired {
    /// By key.
    pub(crate) requests: BTreeMap<String, InputRequest>,
    /// How often the client has been asked, this time included.
    pub(crate) round: u32,
    /// The [`Transcript`] as JSON, for the server only.
    pub(crate) transcript: Vec<u8>,
}

impl InputRequired {
    fn new(requests: BTreeMap<String, InputRequest>, round: u32, transcript: &Transcript) -> Self {
        Self { requests, round, transcript: serde_json::to_vec(transcript).unwrap_or_default() }
    }
}

/// One round of a conversation.
#[derive(Default)]
pub(crate) struct Rounds(Mutex<State>);

#[derive(Default)]
struct State {
    /// Wakes whoever drives the call.
    driver: Option<Waker>,
    /// Made when something is asked, or was: most calls ask nothing.
    round: Option<Box<Round>>,
}

#[derive(Default)]
struct Round {
    transcript: Transcript,
    /// The request went on with a conversation that began before.
    resumed: bool,
    /// What the client brought along, by key.
    responses: BTreeMap<String, Box<RawValue>>,
    /// Questions without an answer, by key.
    open: BTreeMap<String, (InputRequest, String)>,
    /// Those of the questions of this round, in the order in which the handler asks.
    keys: Keys,
    /// Steps that run at this moment: they are not cut short.
    running: u32,
}

impl Rounds {
    /// Goes on with a conversation. `transcript` is there when the client brought a state that was sealed here.
    pub(crate) fn resume(&self, transcript: Option<Transcript>, responses: BTreeMap<String, Box<RawValue>>) {
        let resumed = transcript.is_some();
        let transcript = transcript.unwrap_or_default();
        self.lock().round = Some(Box::new(Round { transcript, resumed, responses, ..Round::default() }));
    }

    /// Takes the questions without which the call cannot go on. Without any, the first one will wake `driver`.
    pub(super) fn take_questions(&self, driver: &Waker) -> Option<InputRequired> {
        let mut state = self.lock();
        let Some(round) = state.round.as_mut().filter(|round| round.is_stuck()) else {
            if !state.driver.as_ref().is_some_and(|known| known.will_wake(driver)) {
                state.driver = Some(driver.clone());
            }
            return None;
        };
        let open = std::mem::take(&mut round.open);
        let mut transcript = std::mem::take(&mut round.transcript);
        transcript.round += 1;
        transcript.asked = open.iter().map(|(key, (_, digest))| (key.clone(), digest.clone())).collect();
        let requests = open.into_iter().map(|(key, (request, _))| (key, request)).collect();
        Some(InputRequired::new(requests, transcript.round, &transcript))
    }

    /// Whether something is asked that has no answer yet.
    pub(in crate::context) fn has_open_questions(&self) -> bool {
        self.lock().round.as_ref().is_some_and(|round| !round.open.is_empty())
    }

    /// What the conversation has come to, for a handler that ends it with questions of its own.
    pub(crate) fn conclude(&self, requests: BTreeMap<String, InputRequest>) -> InputRequired {
        let mut transcript = std::mem::take(&mut self.lock().round().transcript);
        transcript.round += 1;
        transcript.asked = requests.iter().map(|(key, request)| (key.clone(), digest("", request))).collect();
        InputRequired::new(requests, transcript.round, &transcript)
    }

    pub(super) async fn ask(&self, context: &Context, question: Question) -> Result<Bytes, CallError> {
        if let Some(answer) = self.answer_or_open(context.run().map_or("", Run::scope), question) {
            return Ok(answer);
        }
        // Whoever drives the call drops it now. Only a task that the handler started gets to hear of it.
        context.0.signal.wait().await;
        Err(over())
    }

    /// The answer, if it is there. Otherwise the question is put to the client when the handler can go no further.
    fn answer_or_open(&self, scope: &str, question: Question) -> Option<Bytes> {
        let mut state = self.lock();
        let Round { transcript, resumed, responses, open, keys, .. } = state.round();
        let digest = digest(scope, &question.request);
        let key = keys.next(question.key.as_deref(), question.request.method.key());
        if let Some(answered) = transcript.answered.get(&key).filter(|answered| answered.digest == digest) {
            return Some(Bytes::copy_from_slice(answered.result.get().as_bytes()));
        }
        // An answer belongs to the question as it was put. Without a state nothing is known of a question, so it is taken for that.
        let fits = !*resumed || transcript.asked.get(&key) == Some(&digest);
        if fits && let Some(result) = responses.remove(&key) {
            let text = Bytes::copy_from_slice(result.get().as_bytes());
            transcript.answered.insert(key, Answered { digest, result });
            return Some(text);
        }
        open.insert(key, (question.request, digest));
        state.wake();
        None
    }

    /// What the step of that name came to in an earlier round.
    pub(in crate::context) fn recall(&self, step: &str) -> Option<Box<RawValue>> {
        self.lock().round.as_ref()?.transcript.steps.get(step).cloned()
    }

    /// A step begins, which no question cuts short.
    pub(in crate::context) fn begin_step(&self) -> Step<'_> {
        self.lock().round().running += 1;
        Step(self)
    }

    /// Keeps what a step came to.
    pub(in crate::context) fn keep(&self, step: &str, result: Box<RawValue>) {
        self.lock().round().transcript.steps.insert(step.to_owned(), result);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Rounds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rounds").field("asks", &self.lock().round.is_some()).finish_non_exhaustive()
    }
}

impl State {
    fn round(&mut self) -> &mut Round {
        self.round.get_or_insert_default()
    }

    fn wake(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.wake();
        }
    }
}

impl Round {
    /// Whether the handler cannot go on before its client has answered.
    fn is_stuck(&self) -> bool {
        !self.open.is_empty() && self.running == 0
    }
}

/// A step that runs.
pub(in crate::context) struct Step<'a>(&'a Rounds);

impl Drop for Step<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.round().running -= 1;
        state.wake();
    }
}

/// Tells questions apart. `scope` tells runs of the call with different arguments apart.
fn digest(scope: &str, request: &InputRequest) -> String {
    run::digest(&format!("{scope}{}", request.to_value()))
}
