//! Rejections as the log and the hook of the application see them: their kind, and the values that
//! decided them.

mod grounds;
mod kind;

pub(crate) use grounds::Grounds;
pub use kind::RefusalKind;
