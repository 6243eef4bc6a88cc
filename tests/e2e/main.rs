//! End-to-end tests over real sockets, with clients of every revision.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(clippy::unnecessary_wraps, reason = "the return types of handlers are under test")]

mod items;
mod task_items;

#[cfg(feature = "anyhow")]
mod anyhow_errors;
mod apps;
mod arguments;
mod batches;
mod blocking;
mod build;
mod caching;
mod cancellation;
mod client_facing;
mod completion;
mod concurrency;
mod conformance_scopes;
mod denials;
mod durations;
mod equal_uris;
mod error_codes;
mod failures;
mod formats;
mod hidden;
mod http;
mod invalid_notifications;
mod lifecycle;
mod limits;
mod listen;
mod malformed;
mod mirrored_headers;
mod mounting;
mod notifications;
mod origins;
mod output;
mod pagination;
mod parameters;
mod pipeline;
mod principals;
mod prompts;
mod questions;
mod refusals;
mod registry;
mod request_state;
mod reruns;
mod resources;
mod response_modes;
mod resume;
mod revisions;
mod schemas;
mod scope_failure;
mod sessions;
mod slow_polls;
mod specification;
mod stateless;
mod stateless_mode;
mod stdio;
mod stdio_listen;
mod stdio_shutdown;
mod subscriptions;
mod task_lifetimes;
mod task_notifications;
mod task_questions;
mod tasks;
mod tools;
mod url_elicitation;
mod whole_numbers;
