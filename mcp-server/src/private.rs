//! What the output of the macros names. Not public API: it may change in any release.

pub use inventory;
pub use serde::de::MapAccess;
pub use serde_json::{self, Value, json};

pub use crate::{
    auth::Access,
    context::{Context, ItemKind},
    error::CallError,
    extract::{
        Argument, ArgumentOptions, ArgumentSet, FromContext, InputSchema, Slots, argument, read_arguments,
    },
    handler::{Answer, Handler, IntoPromptResult, IntoResourceResult, IntoToolResult, Outcome},
    protocol::{Icon, Role},
    registry::{Entry, Item, ItemSource, Place, PromptBuilder, ResourceBuilder, ToolBuilder},
};
