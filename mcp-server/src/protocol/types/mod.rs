//! Types of the specification: items, content, results, capabilities, errors and notifications.

pub(crate) mod annotations;
pub(crate) mod app;
pub(crate) mod cache;
pub(crate) mod capability;
pub(crate) mod completion;
pub(crate) mod content;
pub(crate) mod error_object;
pub(crate) mod finite;
pub(crate) mod implementation;
pub(crate) mod input_request;
pub(crate) mod logging;
pub(crate) mod notification;
pub(crate) mod prompt;
pub(crate) mod request_id;
pub(crate) mod reserved;
pub(crate) mod resource;
pub(crate) mod sampling;
pub(crate) mod subscription;
pub(crate) mod task;
pub(crate) mod tool;
