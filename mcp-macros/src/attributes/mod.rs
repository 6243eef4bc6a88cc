//! What the attributes say, read into types of our own: every value is of its kind, and what belongs together is checked.
//!
//! Nothing here looks at the function; that is the work of [`model`](crate::model).

mod access;
mod argument;
mod common;
mod icon;
mod meta;
mod prompt;
mod resource;
mod tool;
mod ui;

pub(crate) use self::{
    access::Access,
    argument::{ArgumentAttribute, DefaultValue, Keyword},
    common::Common,
    icon::Icon,
    prompt::read_prompt,
    resource::{Address, ResourceAttribute},
    tool::ToolAttribute,
    ui::View,
};
