//! Builder of a prompt.

use std::sync::Arc;

use serde_json::Value;

use super::{Common, common_methods, completing_methods, debug_by_name, described_methods};
use crate::{
    auth::Access,
    extract::{FromContext, InputSchema},
    handler::{BlockingFunction, Completer, Handler, HandlerFunction, IntoPromptResult, glue::prompt_outcome},
    pipeline::{Guard, Interceptor},
    place::Place,
    protocol::{Icon, Prompt, PromptArgument},
    registry::item::{Descriptor, Item},
};

/// Builder of a prompt without macros; [`run`](Self::run) or [`handler`](Self::handler) completes
/// it.
pub struct PromptBuilder {
    prompt: Prompt,
    common: Common,
}

impl PromptBuilder {
    /// Creates a builder of a prompt with this name and without arguments.
    pub fn new(name: impl Into<String>) -> Self {
        Self { prompt: Prompt { name: name.into(), ..Prompt::default() }, common: Common::without_arguments() }
    }

    described_methods!(prompt);
    common_methods!();
    completing_methods!();

    /// Sets the arguments. Clients send their values as text.
    #[must_use]
    pub fn input(mut self, input: &InputSchema) -> Self {
        let text = |schema: &Option<Value>, keyword: &str| {
            schema.as_ref().and_then(|schema| schema.get(keyword)).and_then(Value::as_str).map(str::to_owned)
        };
        self.common.has_input = true;
        self.common.argument_names = input.declared_names();
        self.prompt.arguments = input
            .names()
            .into_iter()
            .map(|(name, required, schema)| PromptArgument {
                name,
                required,
                title: text(&schema, "title"),
                description: text(&schema, "description"),
            })
            .collect();
        self.common.choices(input);
        self
    }

    /// Builds a prompt that runs an async function or closure, whose parameters are extractors.
    ///
    /// With [`Args<T>`](crate::Args), the arguments are derived from `T`, unless
    /// [`input`](Self::input) was called.
    ///
    /// ```
    /// use mcp_server::{Args, registry::PromptBuilder};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Review {
    ///     language: String,
    /// }
    ///
    /// let review = PromptBuilder::new("review")
    ///     .run(|Args(review): Args<Review>| async move { format!("Review this {} code.", review.language) });
    /// ```
    pub fn run<Parameters, F>(mut self, function: F) -> Item
    where
        F: HandlerFunction<Parameters, Returned: IntoPromptResult>,
    {
        F::requirements(&mut self.common.requirements);
        if let Some(input) = F::arguments().filter(|_| !self.common.has_input) {
            self = self.input(&input);
        }
        let function = Arc::new(function);
        self.handler(move |context| function.clone().start(context, |returned, _| prompt_outcome(returned)))
    }

    /// Builds a prompt that runs a blocking function or closure, whose parameters are extractors.
    ///
    /// The function is not async. Each call runs on a thread for blocking work, as with
    /// [`#[prompt(blocking)]`](crate::docs::handlers#blocking-work). Arguments are derived as by
    /// [`run`](Self::run).
    pub fn run_blocking<Parameters, F>(mut self, function: F) -> Item
    where
        F: BlockingFunction<Parameters, Returned: IntoPromptResult>,
    {
        F::requirements(&mut self.common.requirements);
        if let Some(input) = F::arguments().filter(|_| !self.common.has_input) {
            self = self.input(&input);
        }
        let function = Arc::new(function);
        self.handler(move |context| function.clone().start(context, |returned, _| prompt_outcome(returned)))
    }

    /// Builds the prompt with a [`Handler`].
    pub fn handler(self, handler: impl Handler) -> Item {
        self.common.item(Descriptor::Prompt(self.prompt), handler)
    }
}

debug_by_name!(PromptBuilder, prompt);
