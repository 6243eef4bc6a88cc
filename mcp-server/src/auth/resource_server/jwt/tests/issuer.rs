//! An authorization server in this process, behind a real socket, that can be made to misbehave.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use super::keys::TestKey;

/// The path of the keys.
const KEYS: &str = "/keys";

/// The server. It answers until the runtime of the test ends.
pub(super) struct Issuer {
    /// Its issuer identifier.
    pub(super) url: String,
    state: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    asked: Mutex<Vec<String>>,
    key_requests: watch::Sender<usize>,
    /// Answers that were held until nobody waited for them any more.
    abandoned: watch::Sender<usize>,
    accepted_encoding: Mutex<Option<String>>,
}

/// What the server says to a request for one path.
#[derive(Clone)]
pub(super) enum Answer {
    Document(String),
    /// A document that says for how long to keep it.
    Kept(String, &'static str),
    Status(u16),
    /// A document that should not count.
    Failing(u16, String),
    Redirect(String),
    /// Nothing, until the semaphore lets it.
    Held(Arc<Semaphore>, String),
    /// A status line, and then a body that goes on.
    Endless,
}

impl Issuer {
    /// An issuer at the root of its host, with metadata and these keys.
    pub(super) async fn start(keys: &[Value]) -> Self {
        Self::start_at("", keys).await
    }

    /// An issuer with a path, whose metadata is in the inserted form.
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

    /// The metadata document as it should be.
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
        self.state.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(super) fn forget(&self, path: &str) {
        self.state.answers.lock().unwrap().remove(path);
    }

    /// How often the keys were asked for.
    pub(super) fn key_requests(&self) -> usize {
        *self.state.key_requests.borrow()
    }

    /// Returns when the keys have been asked for this often.
    pub(super) async fn until_asked(&self, times: usize) {
        until(&self.state.key_requests, times).await;
    }

    /// Returns when the client has hung up on this many held answers.
    pub(super) async fn until_abandoned(&self, times: usize) {
        until(&self.state.abandoned, times).await;
    }

    /// Every path that was asked for, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().clone()
    }

    pub(super) fn accepted_encoding(&self) -> Option<String> {
        self.state.accepted_encoding.lock().unwrap().clone()
    }
}

pub(super) fn key_set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A token with exactly these texts as header and claims, signed by `key` with its algorithm.
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

/// Header and claims without a signature.
pub(super) fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

async fn answer(State(state): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    state.asked.lock().unwrap().push(path.clone());
    if path == KEYS {
        state.key_requests.send_modify(|requests| *requests += 1);
        let encoding = request.headers().get("accept-encoding").map(|value| value.to_str().unwrap().to_owned());
        *state.accepted_encoding.lock().unwrap() = encoding;
    }
    let answer = state.answers.lock().unwrap().get(&path).cloned();
    match answer {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Answer::Document(text)) => text.into_response(),
        Some(Answer::Kept(text, cache_control)) => ([("cache-control", cache_control)], text).into_response(),
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

/// Counts answers that were dropped before they were given.
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

/// Fails rather than to wait for ever.
async fn until(counter: &watch::Sender<usize>, times: usize) {
    let mut counter = counter.subscribe();
    let reached = counter.wait_for(|count| *count >= times);
    tokio::time::timeout(Duration::from_secs(20), reached).await.expect("it was not reached").unwrap();
}
