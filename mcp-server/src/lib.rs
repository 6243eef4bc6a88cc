//! Model Context Protocol servers the NestJS way: annotated functions, one module, protected by your authorization server.

pub mod auth;
pub mod context;
mod error;
pub mod extract;
pub mod handler;
pub mod pipeline;
pub mod protocol;
pub mod provider;
pub mod registry;
mod dispatch;
mod engine;
mod module;
mod schema;
mod transport;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[doc(inline)]
pub use crate::{
    context::Context,
    error::{CallError, ClientError, ResultExt},
    extract::{Args, FromContext},
    handler::{Json, Outcome},
    engine::ResponseMode,
    pipeline::{Guard, Interceptor, Next},
    protocol::{Content, LoggingLevel, PromptMessage, PromptResult, ResourceContents, ResourceResult, Role, ToolResult},
    provider::Inject,
    auth::{Authorization, Principal},
    module::{BuildError, BuildErrors, Limits, McpModule, McpOptions, McpServer, ServeError, StreamableHttp},
};
#[doc(no_inline)]
pub use http::HeaderMap;
pub use mcp_macros::{items, prompt, resource, tool};
