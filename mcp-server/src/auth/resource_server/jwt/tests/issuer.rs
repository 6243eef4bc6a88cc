//! An authorization server in the test process, on a real socket, with responses set by tests.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use super::keys::TestKey;

/// Path of the keys.
const KEYS: &str = "/keys";

/// The server. It runs until the runtime of the test ends.
pub(super) struct Issuer {
    /// Its issuer identifier.
    pub(super) url: String,
    state: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    requested: Mutex<Vec<String>>,
    key_requests: watch::Sender<usize>,
    /// Number of held responses whose client disconnected.
    abandoned: watch::Sender<usize>,
    accepted_encoding: Mutex<Option<String>>,
}

/// The response to requests for one path.
#[derive(Clone)]
pub(super) enum Answer {
    Document(String),
    /// A document with a `Cache-Control` header.
    Cached(String, &'static str),
    Status(u16),
    /// A document with an error status, which must be ignored.
    Failing(u16, String),
    Redirect(String),
    /// A document that is sent once the semaphore has a permit.
    Held(Arc<Semaphore>, String),
    /// A body without end.
    Endless,
}

impl Issuer {
    /// Starts an issuer at the root of its host, with metadata and these keys.
    pub(super) async fn start(keys: &[Value]) -> Self {
        Self::start_at("", keys).await
    }

    /// Starts an issuer with a path, whose metadata is at the address with the inserted path.
    pub(super) async fn start_at(path: &str, keys: &[Value]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Shared>::default();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let issuer = Self { url: format!("{host}{path}"), state };
        issuer.answer(&format!("/.well-known/oauth-authorization-server{path}"), Answer::Document(issuer.metadata()));
        issuer.publish(keys);
        issuer
    }

    /// Returns the valid metadata document.
    pub(super) fn metadata(&self) -> String {
        json!({ "issuer": self.url, "jwks_uri": format!("{}{KEYS}", self.host()) }).to_string()
    }

    pub(super) fn host(&self) -> &str {
        let host = self.url.find("://").unwrap() + 3;
        self.url[host..].find('/').map_or(&self.url, |path| &self.url[..host + path])
    }

    pub(super) fn publish(&self, keys: &[Value]) {
        self.answer_keys(Answer::Document(key_set(keys)));
    }

    pub(super) fn answer_keys(&self, answer: Answer) {
        self.answer(KEYS, answer);
    }

    pub(super) fn answer(&self, path: &str, answer: Answer) {
        self.state.answers.lock().insert(path.to_owned(), answer);
    }

    pub(super) fn remove(&self, path: &str) {
        self.state.answers.lock().remove(path);
    }

    /// Returns the number of requests for the keys.
    pub(super) fn key_requests(&self) -> usize {
        *self.state.key_requests.borrow()
    }

    /// Returns once the keys have been requested this often.
    pub(super) async fn until_requested(&self, times: usize) {
        until(&self.state.key_requests, times).await;
    }

    /// Returns once the client has disconnected from this many held responses.
    pub(super) async fn until_abandoned(&self, times: usize) {
        until(&self.state.abandoned, times).await;
    }

    /// Returns the requested paths, in order.
    pub(super) fn requested(&self) -> Vec<String> {
        self.state.requested.lock().clone()
    }

    pub(super) fn accepted_encoding(&self) -> Option<String> {
        self.state.accepted_encoding.lock().clone()
    }
}

pub(super) fn key_set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// Returns a token with these texts as header and claims, signed by `key` with its algorithm.
pub(super) fn sign(header: &str, claims: &str, key: &TestKey) -> String {
    sign_with(header, claims, &key.private(), key.algorithm)
}

pub(super) fn sign_with(
    header: &str,
    claims: &str,
    key: &jsonwebtoken::EncodingKey,
    algorithm: jsonwebtoken::Algorithm,
) -> String {
    let message = unsigned(header, claims);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// Returns header and claims without a signature.
pub(super) fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

async fn answer(State(state): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    state.requested.lock().push(path.clone());
    if path == KEYS {
        state.key_requests.send_modify(|requests| *requests += 1);
        let encoding = request.headers().get("accept-encoding").map(|value| value.to_str().unwrap().to_owned());
        *state.accepted_encoding.lock() = encoding;
    }
    let answer = state.answers.lock().get(&path).cloned();
    match answer {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Answer::Document(text)) => text.into_response(),
        Some(Answer::Cached(text, cache_control)) => ([("cache-control", cache_control)], text).into_response(),
        Some(Answer::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Answer::Failing(status, text)) => (StatusCode::from_u16(status).unwrap(), text).into_response(),
        Some(Answer::Redirect(to)) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Some(Answer::Held(until, text)) => {
            let mut waiting = Waiting { abandoned: &state.abandoned, answered: false };
            until.acquire().await.unwrap().forget();
            waiting.answered = true;
            text.into_response()
        }
        Some(Answer::Endless) => {
            let chunks =
                futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(bytes::Bytes::from_static(&[b' '; 4096])));
            axum::body::Body::from_stream(chunks).into_response()
        }
    }
}

/// Counts responses that were dropped before they were sent.
struct Waiting<'a> {
    abandoned: &'a watch::Sender<usize>,
    answered: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.abandoned.send_modify(|abandoned| *abandoned += 1);
        }
    }
}

/// Waits for a counter, for at most 20 seconds.
async fn until(counter: &watch::Sender<usize>, times: usize) {
    let mut counter = counter.subscribe();
    let reached = counter.wait_for(|count| *count >= times);
    tokio::time::timeout(Duration::from_secs(20), reached).await.expect("timeout").unwrap();
}
