//! `Bearer` challenges of rejected requests.

use std::collections::BTreeMap;

use tests::harness::Response;

/// Parameters of a `Bearer` challenge.
#[derive(Debug)]
pub(crate) struct Challenge(BTreeMap<String, String>);

impl Challenge {
    /// Parses the challenge of a 401 or 403.
    pub(crate) fn of(response: &Response) -> Self {
        let text = response.header("www-authenticate").unwrap_or_default();
        let parameters = text.strip_prefix("Bearer ").unwrap_or_else(|| panic!("no challenge in {response:?}"));
        // Every value is quoted, and none contains a quote.
        let parameters = parameters.split_inclusive("\", ").map(|parameter| {
            let (name, value) = parameter.split_once("=\"").expect("name=\"value\"");
            let value = value.trim_end_matches(", ").strip_suffix('"').expect("the end of the value");
            (name.to_owned(), value.to_owned())
        });
        Self(parameters.collect())
    }

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
