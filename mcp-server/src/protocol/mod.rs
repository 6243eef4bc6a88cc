//! Protocol revisions, the JSON-RPC envelope and the types of tools, resources and prompts.
//!
//! Plain data and pure functions: no I/O, no clock, and no import from the rest of the crate.

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
    capability::ServerCapabilities,
    completion::Completion,
    content::Content,
    error_object::{ErrorCode, ErrorObject},
    implementation::{Icon, Implementation},
    logging::LoggingLevel,
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
