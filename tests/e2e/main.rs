//! End-to-end tests over real sockets, with clients of every revision.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(clippy::unnecessary_wraps, reason = "the return types of handlers are under test")]

mod items;
mod task_items;

mod apps;
mod arguments;
mod batches;
mod build;
mod caching;
mod cancellation;
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
mod refusal_log;
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
