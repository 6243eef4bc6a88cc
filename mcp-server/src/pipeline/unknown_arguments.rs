//! `UnknownArguments`: what happens to arguments that an item does not declare.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use strsim::osa_distance;

use crate::{
    context::{Arguments, Context},
    error::CallError,
    extract,
    protocol::envelope::members::MemberReader,
    schema,
};

/// Treatment of arguments that a tool or prompt does not declare; see
/// [`McpOptions::unknown_arguments`](crate::McpOptions::unknown_arguments).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownArguments {
    /// Unknown arguments are ignored, unless the schema forbids them.
    #[default]
    Ignore,
    /// The call is served, and the log names each unknown argument once per item.
    Warn,
    /// The call is rejected. The error names the unknown argument and the closest known one. The
    /// published input schemas say `additionalProperties: false`.
    Refuse,
}

/// Maximum number of names that are logged for one item.
const MAX_LOGGED: usize = 16;

/// Maximum number of unknown arguments in one error.
const MAX_REPORTED: usize = 8;

/// The names of the arguments of one item, and the treatment of others.
#[derive(Debug)]
pub(crate) struct ArgumentNames {
    known: Box<[String]>,
    refuses: bool,
    /// Unknown names that have been logged.
    logged: Mutex<BTreeSet<String>>,
}

impl ArgumentNames {
    /// Creates the check of an item that declares the names `known`. Returns `None` if no argument
    /// is checked.
    pub(crate) fn new(treatment: UnknownArguments, known: Option<Vec<String>>) -> Option<Self> {
        let refuses = match treatment {
            UnknownArguments::Ignore => return None,
            UnknownArguments::Warn => false,
            UnknownArguments::Refuse => true,
        };
        Some(Self { known: known?.into(), refuses, logged: Mutex::default() })
    }

    /// Logs or rejects arguments that the item does not declare.
    pub(super) fn check(&self, context: &Context) -> Result<(), CallError> {
        let (Arguments::Json(json) | Arguments::JsonText(json)) = context.raw_arguments() else { return Ok(()) };
        let Ok(text) = std::str::from_utf8(json) else { return Ok(()) };
        let mut members = MemberReader::new(text);
        let mut unknown = Vec::new();
        // A defective name is left to the reader of the arguments.
        while let Ok(Some((name, _))) = members.next() {
            if self.known.iter().any(|known| *known == name) {
                continue;
            }
            if !self.refuses {
                self.log(context, &name);
            } else if unknown.len() < MAX_REPORTED {
                unknown.push(self.describe(&name));
            }
        }
        if unknown.is_empty() { Ok(()) } else { Err(extract::refusal(unknown)) }
    }

    fn log(&self, context: &Context, name: &str) {
        let shown = schema::shown_name(name);
        let mut logged = self.logged.lock();
        if logged.len() < MAX_LOGGED && logged.insert(shown.clone()) {
            let item = context.item();
            tracing::warn!(
                "the client sent an argument that the {} `{}` does not declare: {}",
                item.kind(),
                item.name(),
                self.describe(name)
            );
        }
    }

    /// Returns the message for an unknown argument, with the closest known one.
    fn describe(&self, name: &str) -> String {
        let shown = schema::shown_name(name);
        match closest(name, &self.known) {
            Some(known) => format!("unknown argument `{shown}`: did you mean `{known}`?"),
            None if self.known.is_empty() => format!("unknown argument `{shown}`: expected no arguments"),
            None => format!(
                "unknown argument `{shown}`: expected {}",
                schema::listed(self.known.iter().map(String::as_str))
            ),
        }
    }
}

/// Returns the known name that a client probably meant.
fn closest<'k>(name: &str, known: &'k [String]) -> Option<&'k str> {
    /// Bounds the work for a long name.
    const MAX_LENGTH: usize = 64;
    let plain = |name: &str| name.replace(['_', '-', ' '], "").to_lowercase();
    if name.len() > MAX_LENGTH {
        return None;
    }
    let name = plain(name);
    let distances = known.iter().map(|known| (osa_distance(&name, &plain(known)), known));
    let (distance, closest) = distances.min_by_key(|(distance, _)| *distance)?;
    let shorter = name.chars().count().min(closest.chars().count());
    let is_close = distance == 0 || distance <= 2 && distance * 2 < shorter || distance == 1 && shorter == 2;
    is_close.then_some(closest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str, known: &[&str]) -> String {
        let known = known.iter().map(|known| (*known).to_owned()).collect();
        ArgumentNames::new(UnknownArguments::Refuse, Some(known)).unwrap().describe(name)
    }

    #[test]
    fn closest_known_argument_is_suggested() {
        let known = ["query", "max_results", "a"];
        for (name, suggestion) in [
            ("querry", Some("query")),
            ("qeury", Some("query")),
            ("Query", Some("query")),
            ("maxResults", Some("max_results")),
            ("max-result", Some("max_results")),
            ("b", None),
            ("filter", None),
            ("", None),
        ] {
            let text = described(name, &known);
            match suggestion {
                Some(known) => assert!(text.ends_with(&format!(": did you mean `{known}`?")), "{text}"),
                None => assert!(text.ends_with(": expected `query`, `max_results`, `a`"), "{text}"),
            }
        }
        assert_eq!(described("x", &[]), "unknown argument `x`: expected no arguments");
        assert_eq!(described("a\n\"b", &[]), r#"unknown argument `["a\n\"b"]`: expected no arguments"#);
        assert!(described(&"n".repeat(10_000), &known).len() < 200);
    }

    #[test]
    fn ignored_and_open_arguments_are_not_checked() {
        assert!(ArgumentNames::new(UnknownArguments::Ignore, Some(Vec::new())).is_none());
        assert!(ArgumentNames::new(UnknownArguments::Refuse, None).is_none());
        assert!(ArgumentNames::new(UnknownArguments::Warn, Some(Vec::new())).is_some_and(|names| !names.refuses));
    }
}
