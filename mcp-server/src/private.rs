//! Items referenced by macro-generated code. Not public API: it may change in any release.

pub use std::{boxed::Box, fmt::format as format_text, string::String};

pub use inventory;
pub use mcp_macros::contents;
pub use serde_json::{self, Value, json};

pub use crate::{
    auth::{Access, Listing},
    context::{Context, ItemKind},
    error::{
        CallError,
        client_facing::{ClientFacing, ClientFacingType, Disclosure},
        conversion::{DeriveClientFacingInstead, disclosure},
    },
    extract::{
        Argument, ArgumentOptions, FromContext, InputSchema,
        argument::{ArgumentSlot, Slot, filled, filled_or},
        arguments::read_arguments,
        default::{DefaultArgument, DefaultText, SerializedDefault, ShownDefault, SilentDefault},
    },
    handler::{
        Handler, HandlerFuture, IntoPromptResult, IntoResourceResult, IntoToolResult,
        blocking::run_blocking,
        glue::{
            BesideArguments, HandlerFn, TheOnlyArgs, WithFixedUri, argument_type, beside_arguments, early, extract,
            json_value, parameter_type, prompt_outcome, prompt_type, resource_outcome, resource_type, the_only_args,
            tool_outcome, tool_type, with_fixed_uri,
        },
        json::{Structured, Written},
    },
    pipeline::{
        guard::{ErasedGuard, guard},
        interceptor::{ErasedInterceptor, interceptor},
    },
    place::Place,
    protocol::{CacheScope, ErrorCode, ErrorObject, Icon, IconTheme, Role, TaskSupport, ViewUi, Visibility},
    registry::{
        Item, PromptBuilder, ResourceBuilder, ToolBuilder,
        entry::{Entry, ItemSource, move_this_function_out_of_the_impl_block},
    },
};

/// Bounds with notes for types of other crates.
pub mod foreign {
    pub use crate::handler::foreign::*;
}
