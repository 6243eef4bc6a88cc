//! `Explainer`: what is wrong with arguments that their types have refused, in the words of their schema.

use std::sync::OnceLock;

use serde_json::Value;

use super::{keywords::Keywords, violation::Violation};

/// A schema that calls are not checked against, because reading them into their types does that. The types stop at their first mistake,
/// so that what they refuse is checked here, whole. Compiled when the first call is refused.
#[derive(Debug)]
pub(crate) struct Explainer {
    schema: Value,
    compiled: OnceLock<Option<Keywords>>,
}

impl Explainer {
    pub(crate) fn new(schema: Value) -> Self {
        Self { schema, compiled: OnceLock::new() }
    }

    /// All that is wrong with the arguments, as far as a message goes; empty when it is nothing that a schema can say.
    pub(crate) fn explain(&self, arguments: &[u8]) -> Vec<Violation> {
        let compiled = self.compiled.get_or_init(|| Keywords::compile_all(&self.schema).ok());
        compiled.as_ref().and_then(|keywords| keywords.check(arguments).err()).unwrap_or_default()
    }
}
