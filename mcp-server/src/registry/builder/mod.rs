//! Builders of tools, resources and prompts, for the macros and for code without macros.

mod prompt;
mod resource;
mod tool;

use std::sync::Arc;

use serde_json::Value;

pub use self::{prompt::PromptBuilder, resource::ResourceBuilder, tool::ToolBuilder};
use super::item::{Descriptor, Item};
use crate::{
    auth::Access,
    extract::{InputSchema, Requirements},
    handler::{Completer, Handler, SharedCompleter},
    pipeline::{SharedGuard, SharedInterceptor},
    place::Place,
    protocol::{CacheHint, TaskSupport},
};

/// Properties that all kinds of items share.
#[derive(Default)]
struct Common {
    access: Access,
    guards: Vec<SharedGuard>,
    interceptors: Vec<SharedInterceptor>,
    requirements: Requirements,
    place: Option<Place>,
    completers: Vec<(String, SharedCompleter)>,
    cache: CacheHint,
    reads_types: bool,
    enforced_schema: Option<Value>,
    argument_names: Option<Vec<String>>,
    /// The arguments have been described.
    has_input: bool,
    task: TaskSupport,
    detaches: bool,
    errors: Vec<String>,
}

impl Common {
    /// Returns the properties of an item without arguments.
    fn without_arguments() -> Self {
        Self { argument_names: Some(Vec::new()), ..Self::default() }
    }

    fn item(self, descriptor: Descriptor, handler: impl Handler) -> Item {
        Item {
            descriptor,
            access: self.access,
            guards: self.guards,
            interceptors: self.interceptors,
            requirements: self.requirements,
            handler: Arc::new(handler),
            place: self.place,
            completers: self.completers,
            cache: self.cache,
            reads_types: self.reads_types,
            enforced_schema: self.enforced_schema,
            argument_names: self.argument_names,
            task: self.task,
            detaches: self.detaches,
            errors: self.errors,
        }
    }

    fn complete<Marker, C: Completer<Marker>>(&mut self, argument: String, completer: C) {
        C::requirements(&mut self.requirements);
        self.completers.retain(|(known, _)| *known != argument);
        self.completers.push((argument, SharedCompleter::new(completer)));
    }

    /// Adds completers for arguments whose types are choices, unless they have one already.
    fn choices(&mut self, input: &InputSchema) {
        for (argument, values) in input.choices() {
            if !self.completers.iter().any(|(known, _)| *known == argument) {
                self.completers.push((argument, SharedCompleter::choice(values)));
            }
        }
    }
}

/// Defines the method that adds completers.
macro_rules! completing_methods {
    () => {
        /// Sets the function or closure that returns suggestions for an argument ([`Completer`]). A
        /// second one for the same argument replaces the first.
        ///
        /// An argument whose type is an enum without data is completed from its schema by default.
        #[must_use]
        pub fn complete<Marker, C: Completer<Marker>>(mut self, argument: impl Into<String>, completer: C) -> Self {
            self.common.complete(argument.into(), completer);
            self
        }
    };
}
use completing_methods;

/// Defines the methods that all builders share.
macro_rules! common_methods {
    () => {
        /// Sets the scopes and roles that a call requires. Default: any caller with a token.
        /// Without authorization, every caller may use the item.
        #[must_use]
        pub fn access(mut self, access: Access) -> Self {
            self.common.access = access;
            self
        }

        /// Adds a guard: a check before a call is accepted. It runs after the guards of the module
        /// and those added earlier.
        #[must_use]
        pub fn guard(mut self, guard: impl Guard) -> Self {
            self.common.guards.push(Arc::new(guard));
            self
        }

        /// Adds an interceptor: code around accepted calls. It runs inside the interceptors of the
        /// module and those added earlier.
        #[must_use]
        pub fn interceptor(mut self, interceptor: impl Interceptor) -> Self {
            self.common.interceptors.push(Arc::new(interceptor));
            self
        }

        /// Sets the place in the source code, for error messages.
        #[must_use]
        pub fn place(mut self, place: Place) -> Self {
            self.common.place = Some(place);
            self
        }

        /// Adds the requirements of a parameter of type `P`, which `build()` checks. Only items
        /// with a [`Handler`] need it, because `run` adds the requirements of its function.
        #[must_use]
        pub fn parameter<P: FromContext>(mut self) -> Self {
            P::requirements(&mut self.common.requirements);
            self
        }
    };
}
use common_methods;

/// Defines the setters of members that all descriptors share.
macro_rules! described_methods {
    ($field:ident) => {
        /// Sets the display name (`title`). Default: none.
        #[must_use]
        pub fn title(mut self, title: impl Into<String>) -> Self {
            self.$field.title = Some(title.into());
            self
        }

        /// Sets the description, for the language model and the user. Default: none.
        #[must_use]
        pub fn description(mut self, description: impl Into<String>) -> Self {
            self.$field.description = Some(description.into());
            self
        }

        /// Adds an icon for user interfaces.
        #[must_use]
        pub fn icon(mut self, icon: Icon) -> Self {
            self.$field.icons.push(icon);
            self
        }

        /// Sets one member of `_meta`.
        #[must_use]
        pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
            self.$field.meta.insert(key.into(), value.into());
            self
        }
    };
}
use described_methods;

/// Implements `Debug`, which shows the name of the item.
macro_rules! debug_by_name {
    ($builder:ident, $field:ident) => {
        impl std::fmt::Debug for $builder {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($builder)).field("name", &self.$field.name).finish_non_exhaustive()
            }
        }
    };
}
use debug_by_name;
