//! Guides: how things are done, at length. Every example in them is compiled.

#[doc = include_str!("docs/handlers.md")]
pub mod handlers {}

#[doc = include_str!("docs/providers.md")]
pub mod providers {}

#[doc = include_str!("docs/asking.md")]
pub mod asking {}

#[doc = include_str!("docs/tasks.md")]
pub mod tasks {}

#[doc = include_str!("docs/apps.md")]
pub mod apps {}

#[doc = include_str!("docs/notifications.md")]
pub mod notifications {}

#[doc = include_str!("docs/completion.md")]
pub mod completion {}

#[doc = include_str!("docs/lists.md")]
pub mod lists {}

#[doc = include_str!("docs/sessions.md")]
pub mod sessions {}

#[cfg(feature = "auth")]
#[doc = include_str!("docs/authorization.md")]
pub mod authorization {}

#[doc = include_str!("docs/deployment.md")]
pub mod deployment {}

#[doc = include_str!("docs/testing.md")]
pub mod testing {}

#[doc = include_str!("docs/protocol.md")]
pub mod protocol {}

/// The examples of the README, compiled with those of the guides.
#[cfg(all(doctest, feature = "auth"))]
#[doc = include_str!("../../README.md")]
pub mod readme {}
