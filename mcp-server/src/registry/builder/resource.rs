//! Builder of a resource or a resource template.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{Common, common_methods, completing_methods, debug_by_name, described_methods};
use crate::{
    auth::Access,
    extract::{Argument, ArgumentOptions, FromContext, InputSchema},
    handler::{BlockingFunction, Completer, Handler, HandlerFunction, IntoResourceResult, glue::resource_outcome},
    pipeline::{Guard, Interceptor},
    place::Place,
    protocol::{CacheScope, Icon, Resource, ResourceTemplate, Role, ViewUi, types::app},
    registry::{
        item::{Descriptor, Item},
        uri_template::UriTemplate,
    },
};

/// Builder of a resource or resource template without macros; [`run`](Self::run) or
/// [`handler`](Self::handler) completes it.
pub struct ResourceBuilder {
    template: ResourceTemplate,
    size: Option<u64>,
    is_template: bool,
    common: Common,
}

impl ResourceBuilder {
    /// Creates a builder of the resource at `uri`. The media type of a view (`ui://…`) is set to
    /// `text/html;profile=mcp-app`.
    pub fn new(uri: impl Into<String>, name: impl Into<String>) -> Self {
        let uri_template = uri.into();
        let mime_type = app::is_view_uri(&uri_template).then(|| app::VIEW_TYPE.to_owned());
        let template = ResourceTemplate { uri_template, name: name.into(), mime_type, ..ResourceTemplate::default() };
        Self { template, size: None, is_template: false, common: Common::default() }
    }

    /// Creates a builder of a resource template, which serves all URIs that `uri_template` matches
    /// ([`UriTemplate`]).
    pub fn template(uri_template: impl Into<String>, name: impl Into<String>) -> Self {
        Self { is_template: true, ..Self::new(uri_template, name) }
    }

    described_methods!(template);
    common_methods!();
    completing_methods!();

    /// Suggests the variants of `T`, an enum without data, as values of a variable. For other types
    /// it does nothing.
    #[must_use]
    pub fn choices<T: Argument>(mut self, variable: &'static str) -> Self {
        let mut input = InputSchema::new();
        input.argument::<T>(variable, ArgumentOptions::default());
        self.common.choices(&input);
        self
    }

    /// Sets the media type. Default: none, or `text/html;profile=mcp-app` for a view (`ui://…`).
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.template.mime_type = Some(mime_type.into());
        self
    }

    /// Sets the origins and permissions that a view (MCP Apps, `ui://…`) requests. By default, a
    /// view runs in a sandbox without network access.
    #[must_use]
    pub fn ui(self, ui: ViewUi) -> Self {
        self.meta(app::META, serde_json::to_value(ui).unwrap_or_default())
    }

    /// Sets the size in bytes. It is ignored for a template.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Sets the intended audience of the contents: the user, the language model, or both. Default:
    /// no preference.
    #[must_use]
    pub fn audience(mut self, audience: impl IntoIterator<Item = Role>) -> Self {
        self.template.annotations.audience = audience.into_iter().collect();
        self
    }

    /// Sets the importance of the contents, from 0 (optional) to 1 (required). Default: none.
    #[must_use]
    pub fn priority(mut self, priority: f64) -> Self {
        self.template.annotations.priority = Some(priority);
        self
    }

    /// Sets the time of the last change, in ISO 8601 format.
    #[must_use]
    pub fn last_modified(mut self, time: impl Into<String>) -> Self {
        self.template.annotations.last_modified = Some(time.into());
        self
    }

    /// Sets the time for which a client may cache the contents (`ttlMs`, 2026-07-28). Default:
    /// [`Caching::reading`](crate::Caching::reading).
    #[must_use]
    pub fn ttl(mut self, time: Duration) -> Self {
        self.common.cache.ttl = Some(time);
        self
    }

    /// Sets the callers that may receive the cached contents (`cacheScope`, 2026-07-28).
    /// [`CacheScope::Public`] is an error for a resource behind authorization or guards, unless its
    /// access is `public`. Default: [`CacheScope::Private`].
    #[must_use]
    pub fn cache_scope(mut self, scope: CacheScope) -> Self {
        self.common.cache.scope = Some(scope);
        self
    }

    /// Builds a resource or template that runs an async function or closure, whose parameters are
    /// extractors. [`Args<T>`](crate::Args) receives the variables of a template.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use mcp_server::{Args, registry::ResourceBuilder};
    ///
    /// let user = ResourceBuilder::template("users://{id}", "user")
    ///     .run(|Args(variables): Args<BTreeMap<String, String>>| async move { format!("user {}", variables["id"]) });
    /// ```
    pub fn run<Parameters, F>(mut self, function: F) -> Item
    where
        F: HandlerFunction<Parameters, Returned: IntoResourceResult>,
    {
        F::requirements(&mut self.common.requirements);
        let function = Arc::new(function);
        self.handler(move |context| function.clone().start(context, resource_outcome))
    }

    /// Builds a resource or template that runs a blocking function or closure, whose parameters are
    /// extractors.
    ///
    /// The function is not async. Each call runs on a thread for blocking work, as with
    /// [`#[resource(blocking)]`](crate::docs::handlers#blocking-work).
    pub fn run_blocking<Parameters, F>(mut self, function: F) -> Item
    where
        F: BlockingFunction<Parameters, Returned: IntoResourceResult>,
    {
        F::requirements(&mut self.common.requirements);
        let function = Arc::new(function);
        self.handler(move |context| function.clone().start(context, resource_outcome))
    }

    /// Builds the resource or template with a [`Handler`].
    pub fn handler(mut self, handler: impl Handler) -> Item {
        let template = self.template;
        let descriptor = if self.is_template {
            let matcher = UriTemplate::parse(&template.uri_template).unwrap_or_else(|error| {
                self.common.errors.push(format!("invalid URI template `{}`: {error}", template.uri_template));
                UriTemplate::default()
            });
            Descriptor::Template(template, matcher)
        } else {
            Descriptor::Resource(Resource {
                uri: template.uri_template,
                name: template.name,
                title: template.title,
                description: template.description,
                mime_type: template.mime_type,
                size: self.size,
                annotations: template.annotations,
                icons: template.icons,
                meta: template.meta,
            })
        };
        self.common.item(descriptor, handler)
    }
}

debug_by_name!(ResourceBuilder, template);
