//! Questions of the stateless era: they end the request, and the handler runs again when the client
//! returns with the answers (2026-07-28, multi round-trip requests).
//!
//! Answers and results of steps travel with the client in between, sealed ([`Transcript`]).

use std::{collections::BTreeMap, fmt, mem, task::Waker};

use bytes::Bytes;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    question::{Keys, Question, call_ended},
    run,
    signal::Signal,
};
use crate::{error::CallError, protocol::types::input_request::InputRequest};

/// The state of a call between its rounds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Transcript {
    /// Number of times that the client has been asked.
    round: u32,
    /// Digests of the questions of the last round, by key.
    asked: BTreeMap<String, String>,
    /// Answers of the client, by the key of the question.
    answered: BTreeMap<String, Answered>,
    /// Results of steps, by name.
    steps: BTreeMap<String, Box<RawValue>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    /// Digest of the question: the answer belongs to no other.
    digest: String,
    result: Box<RawValue>,
}

/// Questions that end a request of the stateless era, with the state that is needed when their
/// answers come.
#[derive(Debug)]
pub(crate) struct InputRequired {
    /// The questions, by key.
    pub(crate) requests: BTreeMap<String, InputRequest>,
    /// Number of times that the client has been asked, including this time.
    pub(crate) round: u32,
    /// The [`Transcript`] as JSON, for the server only.
    pub(crate) transcript: Vec<u8>,
}

impl InputRequired {
    fn new(requests: BTreeMap<String, InputRequest>, round: u32, transcript: &Transcript) -> Self {
        Self { requests, round, transcript: serde_json::to_vec(transcript).unwrap_or_default() }
    }
}

/// The questions of a call, one round at a time.
#[derive(Default)]
pub(crate) struct Rounds(Mutex<RoundState>);

#[derive(Default)]
struct RoundState {
    /// Wakes the driver of the call.
    driver: Option<Waker>,
    /// Created for the first question or answer: most calls have none.
    round: Option<Box<Round>>,
}

/// The round in progress.
#[derive(Default)]
struct Round {
    transcript: Transcript,
    /// `true` if the request carried the state of an earlier round.
    resumed: bool,
    /// Answers in the request, by key.
    responses: BTreeMap<String, Box<RawValue>>,
    /// Questions without an answer, with their digests, by key.
    open: BTreeMap<String, (InputRequest, String)>,
    /// Keys of the questions of this round, in the order in which the handler asks.
    keys: Keys,
    /// Number of running steps. Questions wait for them.
    running_steps: u32,
}

impl Rounds {
    /// Resumes a call. `transcript` is present if the client sent a state.
    pub(crate) fn resume(&self, transcript: Option<Transcript>, responses: BTreeMap<String, Box<RawValue>>) {
        let resumed = transcript.is_some();
        let transcript = transcript.unwrap_or_default();
        self.0.lock().round = Some(Box::new(Round { transcript, resumed, responses, ..Round::default() }));
    }

    /// Takes the questions without which the call cannot go on. Without any, the first one will
    /// wake `driver`.
    pub(super) fn take_questions(&self, driver: &Waker) -> Option<InputRequired> {
        let mut state = self.0.lock();
        let Some(round) = state.round.as_mut().filter(|round| round.is_blocked()) else {
            if !state.driver.as_ref().is_some_and(|registered| registered.will_wake(driver)) {
                state.driver = Some(driver.clone());
            }
            return None;
        };
        let open = mem::take(&mut round.open);
        let mut transcript = mem::take(&mut round.transcript);
        transcript.round += 1;
        transcript.asked = open.iter().map(|(key, (_, digest))| (key.clone(), digest.clone())).collect();
        let requests = open.into_iter().map(|(key, (request, _))| (key, request)).collect();
        Some(InputRequired::new(requests, transcript.round, &transcript))
    }

    /// Returns `true` if a question has no answer yet.
    pub(super) fn has_open_questions(&self) -> bool {
        self.0.lock().round.as_ref().is_some_and(|round| !round.open.is_empty())
    }

    /// Ends the round with questions of the server instead of the handler's: the pages of
    /// [`CallError::url_elicitation_required`].
    pub(crate) fn conclude(&self, requests: BTreeMap<String, InputRequest>) -> InputRequired {
        let mut transcript = mem::take(&mut self.0.lock().round().transcript);
        transcript.round += 1;
        transcript.asked = requests.iter().map(|(key, request)| (key.clone(), digest("", request))).collect();
        InputRequired::new(requests, transcript.round, &transcript)
    }

    /// Returns the answer to a question, if the client has sent it. Otherwise waits for the end of
    /// the call. `scope` distinguishes runs of the call with different arguments.
    pub(in crate::context) async fn ask(
        &self,
        scope: &str,
        signal: &Signal,
        question: Question,
    ) -> Result<Bytes, CallError> {
        if let Some(answer) = self.answer_or_open(scope, question) {
            return Ok(answer);
        }
        // The driver drops the handler now. Only a task that the handler spawned gets further.
        signal.wait().await;
        Err(call_ended())
    }

    /// Returns the answer, if there is one. Otherwise opens the question for the client.
    fn answer_or_open(&self, scope: &str, question: Question) -> Option<Bytes> {
        let mut state = self.0.lock();
        let Round { transcript, resumed, responses, open, keys, .. } = state.round();
        let digest = digest(scope, &question.request);
        let is_first = keys.is_empty();
        let key = keys.next(question.key.as_deref(), question.request.method.key());
        if let Some(answered) = transcript.answered.get(&key).filter(|answered| answered.digest == digest) {
            return Some(Bytes::copy_from_slice(answered.result.get().as_bytes()));
        }
        // An answer belongs to the question as it was asked. A request without a state names no
        // question: its answer is matched by key alone, and must not stand for a decision of a user
        // who has not been asked.
        let belongs = if *resumed {
            transcript.asked.get(&key) == Some(&digest)
        } else {
            is_first && !question.request.asks_for_consent()
        };
        if belongs && let Some(result) = responses.remove(&key) {
            let text = Bytes::copy_from_slice(result.get().as_bytes());
            transcript.answered.insert(key, Answered { digest, result });
            return Some(text);
        }
        open.insert(key, (question.request, digest));
        state.wake();
        None
    }

    /// Returns the result of a step of an earlier round.
    pub(in crate::context) fn recall(&self, step: &str) -> Option<Box<RawValue>> {
        self.0.lock().round.as_ref()?.transcript.steps.get(step).cloned()
    }

    /// Begins a step, which no question interrupts.
    pub(in crate::context) fn begin_step(&self) -> RunningStep<'_> {
        self.0.lock().round().running_steps += 1;
        RunningStep(self)
    }

    /// Keeps the result of a step.
    pub(in crate::context) fn keep(&self, step: &str, result: Box<RawValue>) {
        self.0.lock().round().transcript.steps.insert(step.to_owned(), result);
    }
}

impl fmt::Debug for Rounds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rounds").field("asks", &self.0.lock().round.is_some()).finish_non_exhaustive()
    }
}

impl RoundState {
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
    /// Returns `true` if the handler cannot go on without answers.
    fn is_blocked(&self) -> bool {
        !self.open.is_empty() && self.running_steps == 0
    }
}

/// A step that runs. Questions wait until it is dropped.
pub(in crate::context) struct RunningStep<'a>(&'a Rounds);

impl Drop for RunningStep<'_> {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.round().running_steps -= 1;
        state.wake();
    }
}

/// Returns the digest by which a question is recognized.
fn digest(scope: &str, request: &InputRequest) -> String {
    run::digest(&format!("{scope}{}", request.to_value()))
}
