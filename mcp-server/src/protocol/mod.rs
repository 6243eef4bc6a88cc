//! Protocol revisions, and the types of the MCP specification.
//!
//! Handlers return these types and receive some of them. They hold the members of every revision:
//! the server omits members that the revision of a client lacks. Citations name the revision of the
//! [specification](https://modelcontextprotocol.io/specification) and its section or schema type.
//!
//! The module has plain data and pure functions only: no I/O, no clock, and no import from the rest
//! of the crate.

pub(crate) mod revision;
pub(crate) mod types;
pub(crate) mod envelope;

pub use revision::{
    method::Method,
    version::{Era, ProtocolVersion},
};
pub use types::{
    annotations::{Annotations, Role},
    app::{ToolUi, ViewUi, Visibility},
    cache::{CacheHint, CacheScope},
    capability::{
        ClientCapabilities, ElicitationCapability, ListCapability, ResourcesCapability, SamplingCapability,
        ServerCapabilities,
    },
    completion::Completion,
    content::Content,
    error_object::{ErrorCode, ErrorObject},
    implementation::{Icon, IconTheme, Implementation},
    logging::{LoggingLevel, ParseLoggingLevelError},
    notification::Progress,
    prompt::{Prompt, PromptArgument, PromptMessage, PromptResult},
    request_id::RequestId,
    resource::{Resource, ResourceContents, ResourceResult, ResourceTemplate},
    sampling::{
        CreateMessage, CreateMessageResult, ModelHint, ModelPreferences, Root, SamplingContent, SamplingMessage,
        ToolChoice, ToolExchange,
    },
    task::TaskSupport,
    tool::{Tool, ToolAnnotations, ToolResult},
};
