//! End to end over real sockets: what clients of every revision see on the wire.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]
#![allow(clippy::unnecessary_wraps, reason = "what a handler may return is what is tested")]

mod items;

mod apps;
mod arguments;
mod asking;
mod asking_again;
mod batches;
mod build;
mod caching;
mod cancellation;
mod completion;
mod concurrency;
mod denials;
mod error_codes;
mod failures;
mod formats;
mod http;
mod legacy_stateless;
mod lifecycle;
mod listeners;
mod listening;
mod limits;
mod malformed;
mod mirrored;
mod modes;
mod mounting;
mod notifications;
mod origins;
mod pagination;
mod parameters;
mod pipeline;
mod principals;
mod prompts;
mod registration;
mod reruns;
mod resources;
mod resume;
mod revisions;
mod scope_failures;
mod scopes;
mod sessions;
mod specification;
mod stateless;
mod stdio;
mod stdio_ending;
mod stdio_listening;
mod subscriptions;
mod task_lifetimes;
mod task_notifications;
mod task_questions;
mod tasks;
mod times;
mod tools;
mod unanswered;
