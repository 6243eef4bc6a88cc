//! HTTP without conveniences: nothing is followed, retried or taken for an error.

use std::{collections::BTreeMap, time::Duration};

use reqwest::{Client, RequestBuilder, header::HeaderMap, redirect::Policy};
use serde_json::Value;

/// A client that shows what the server said, redirects included.
pub(crate) fn http_client() -> Client {
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client without special wishes")
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        Self::try_to(request).await.expect("a response")
    }

    pub(crate) async fn try_to(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, body: response.text().await? })
    }

    /// The header as text; empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of visible ASCII"))
    }

    /// The body, or the last message of a stream of events.
    pub(crate) fn json(&self) -> Value {
        let events = self.header("content-type").starts_with("text/event-stream");
        let text = if events {
            self.body.lines().rev().find_map(|line| line.strip_prefix("data:")).unwrap_or_default()
        } else {
            &self.body
        };
        serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON ({error}) in {self:?}"))
    }

    /// The challenge of a 401 or 403.
    pub(crate) fn challenge(&self) -> Challenge {
        let text = self.header("www-authenticate");
        let parameters = text.strip_prefix("Bearer ").unwrap_or_else(|| panic!("no challenge in {self:?}"));
        // Every value is quoted, and none contains a quote.
        let parameters = parameters.split_inclusive("\", ").map(|parameter| {
            let (name, value) = parameter.split_once("=\"").expect("name=\"value\"");
            let value = value.trim_end_matches(", ").strip_suffix('"').expect("the end of the value");
            (name.to_owned(), value.to_owned())
        });
        Challenge(parameters.collect())
    }
}

/// The parameters of a `Bearer` challenge.
#[derive(Debug)]
pub(crate) struct Challenge(BTreeMap<String, String>);

impl Challenge {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.get("error")
    }

    pub(crate) fn scope(&self) -> Option<&str> {
        self.get("scope")
    }
}
