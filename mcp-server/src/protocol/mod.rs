//! What travels: protocol versions, the JSON-RPC envelope and the types of tools, resources and prompts.
//!
//! Plain data and pure functions: no I/O, no clock, nothing imported from the rest of the crate.

pub(crate) mod app;
mod cache;
pub(crate) mod canonical;
mod capability;
mod completion;
mod content;
mod error_object;
pub(crate) mod extension;
pub(crate) mod input_request;
mod logging;
pub(crate) mod malformed;
pub(crate) mod members;
pub(crate) mod message;
pub(crate) mod meta;
mod method;
pub(crate) mod nesting;
mod notification;
mod object;
pub(crate) mod parameter;
mod prompt;
mod request_id;
mod resource;
mod sampling;
pub(crate) mod since;
pub(crate) mod structure;
pub(crate) mod subscription;
pub(crate) mod task;
mod timestamp;
mod tool;
mod version;

pub use app::{ToolUi, ViewUi, Visibility};
pub use cache::{CacheHint, CacheScope};
pub use capability::{Icon, Implementation, ServerCapabilities};
pub use completion::Completion;
pub use content::{Annotations, Content, ResourceContents, Role};
pub(crate) use error_object::excerpt;
pub use error_object::{ErrorCode, ErrorObject};
pub use logging::LoggingLevel;
pub use method::Method;
pub(crate) use method::NameSource;
pub use notification::Progress;
pub use prompt::{Prompt, PromptArgument, PromptMessage, PromptResult};
pub use request_id::RequestId;
pub use resource::{Resource, ResourceResult, ResourceTemplate};
pub use sampling::{
    CreateMessage, CreateMessageResult, ModelHint, ModelPreferences, Root, SamplingContent, SamplingMessage,
    ToolChoice, ToolExchange,
};
pub use task::TaskSupport;
pub use tool::{Tool, ToolAnnotations, ToolResult};
pub use version::{Era, ProtocolVersion};

pub(crate) use notification::{log_message, progress};
pub(crate) use timestamp::timestamp;
