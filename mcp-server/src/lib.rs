//! A library for Model Context Protocol (MCP) servers: annotated functions become tools, resources
//! and prompts, served over HTTP or stdio.
//!
//! An annotated function is a [tool](macro@tool), a [resource](macro@resource) or a
//! [prompt](macro@prompt); [`McpModule`] collects and serves them.
//!
//! ```no_run
//! use mcp_server::{Authorization, Context, McpModule, McpOptions, ServeError, tool};
//!
//! /// Counts the words of a text.
//! #[tool(read_only)]
//! async fn count_words(
//!     /// The text.
//!     #[arg]
//!     text: String,
//!     ctx: Context,
//! ) -> usize {
//!     ctx.progress(0.0).message("counting").send();
//!     text.split_whitespace().count()
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), ServeError> {
//!     let options = McpOptions::new("words", "1.0.0");
//!     // With an authorization server:
//!     # #[cfg(feature = "auth")]
//!     let options = options.authorization(
//!         Authorization::resource("https://words.example.com/mcp").server("https://idp.example.com/realms/acme"),
//!     );
//!     McpModule::for_root(options).build().await?.serve("127.0.0.1:3030").await
//! }
//! ```
//!
//! # Where to look
//!
//! The [guides](docs) explain one topic each, with examples that compile.
//!
//! | topic | see |
//! |---|---|
//! | parameters, results, errors | [handlers](docs::handlers), [errors](docs::errors), [`FromContext`], [`CallError`] |
//! | shared state, checks, code around calls | [providers](docs::providers), [guards](docs::guards), [`Inject`], [`Guard`], [`Interceptor`] |
//! | questions to the user and the language model | [asking](docs::asking), [`Context::elicit`], [`Context::sample`] |
//! | long calls | [tasks](docs::tasks), [cancellation](docs::cancellation), [`Context::detach`] |
//! | tools with a user interface | [apps](docs::apps) |
//! | suggestions for arguments | [completion](docs::completion), [`Typed`], [`Chosen`], [`Completion`] |
//! | pages and caching | [lists](docs::lists), [`Caching`] |
//! | HTTP, stdio, sessions, revisions | [transports](docs::transports), [sessions](docs::sessions), [stdio](docs::stdio), [`StreamableHttp`] |
//! | changes, subscriptions, items at run time | [notifications](docs::notifications), [dynamic items](docs::dynamic_items), [`Registry`] |
//! | tokens, scopes, roles | [authorization](docs::authorization), [`Authorization`], [`Principal`], [`auth`] |
//! | production | [deployment](docs::deployment), [`Limits`], [`McpServer`] |
//! | tests | [testing](docs::testing) |
//! | Claude, VS Code, Cursor, ChatGPT, Inspector | [clients](docs::clients) |
//! | coming from NestJS or rmcp | [NestJS](docs::from_nestjs), [rmcp](docs::from_rmcp) |
//! | methods and features by revision | [protocol](docs::protocol) |
//! | items without macros | [builders](docs::builders), [`registry`] |
//! | types of the specification | [`protocol`] |
//!
//! # Features
//!
//! - `auth` (default): `Authorization::server(issuer)`, which verifies the JWTs of an authorization
//!   server. Adds a TLS stack. Without this feature, tokens are verified by your own
//!   [`TokenVerifier`](auth::TokenVerifier).
//! - `json-schema` (default): all keywords of JSON Schema in input schemas that are written by
//!   hand. Adds the crate `jsonschema`.
//! - `anyhow`: `?` on `anyhow::Error` in handlers, and handlers that return `anyhow::Result<T>`.
//!   Adds the crate `anyhow`.
//! - `testing`: `Context::builder()`, and the module `testing` with a clock that tests can move and
//!   randomness that they can repeat. For `[dev-dependencies]`.
//!
//! The crate never prints. It reports events through [`tracing`].

pub mod docs;

// Bottom layer first: a module imports only modules above it in this list.
pub mod protocol;
mod place;
mod limits;
mod quota;
mod random;
mod time;
mod escape;
mod refusal;
mod seal;
mod error;
mod schema;
pub mod auth;
pub mod store;
pub mod provider;
pub mod context;
pub mod extract;
pub mod handler;
pub mod pipeline;
pub mod registry;
mod dispatch;
mod engine;
mod transport;
mod module;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

/// Replaceable parts of a server, for tests. Requires the feature `testing`.
#[cfg(feature = "testing")]
pub mod testing {
    pub use crate::{random::Randomness, time::Clock};
}

#[doc(inline)]
pub use crate::{
    auth::{Authorization, Principal},
    context::{CallInfo, Context, Elicitation},
    engine::{Caching, Refusal, ResponseMode},
    error::{AnyError, CallError, CallErrorKind, ClientError, ResultExt, UrlElicitation},
    extract::{Args, Chosen, FromContext, Typed},
    handler::{CallResult, Json, Outcome},
    limits::Limits,
    module::{
        BuildError, BuildErrorKind, BuildErrors, McpModule, McpOptions, McpServer, Registry, RegistryEdit, ServeError,
        StreamableHttp,
    },
    pipeline::{Denial, Guard, Interceptor, Next, UnknownArguments},
    place::Place,
    protocol::{
        CacheScope, Completion, Content, LoggingLevel, PromptMessage, PromptResult, ResourceContents, ResourceResult,
        Role, ToolResult,
    },
    provider::Inject,
    refusal::RefusalKind,
    seal::SealingKeys,
};
#[doc(no_inline)]
pub use http::HeaderMap;

#[doc(inline)]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/client_facing.md")]
pub use mcp_macros::ClientFacing;
#[doc(inline)]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/items.md")]
pub use mcp_macros::items;
#[doc(inline)]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/prompt.md")]
pub use mcp_macros::prompt;
#[doc(inline)]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/resource.md")]
pub use mcp_macros::resource;
#[doc(inline)]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/tool.md")]
pub use mcp_macros::tool;
