//! Checks of every item, from a macro or a builder, before it is served.

use fluent_uri::Uri;

use super::{
    item::{Descriptor, Item, ItemError},
    module_settings::{Callers, ModuleSettings},
};
use crate::{
    protocol::{CacheScope, Resource, TaskSupport, Tool, types::app},
    schema,
};

/// Returns `true` if every caller may read the item, so that a shared cache may serve it.
pub(super) fn may_be_public(item: &Item, settings: &ModuleSettings) -> bool {
    let is_unguarded = item.guards.is_empty() && settings.guards.is_empty();
    item.access.is_public() || settings.callers.is_none() && is_unguarded
}

/// Returns all mistakes of an item. The macros have checked some of it for their own items.
pub(super) fn check(item: &Item, settings: &ModuleSettings) -> Vec<ItemError> {
    let callers = settings.callers;
    let mut mistakes: Vec<String> = item.mistakes.clone();
    let is_name = |name: &str| {
        (1..=128).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    match &item.descriptor {
        Descriptor::Tool(Tool { name, .. }) if !is_name(name) => {
            mistakes.push("a name is 1 to 128 of `A-Z a-z 0-9 _ - .`".to_owned());
        }
        Descriptor::Resource(Resource { uri, .. }) if Uri::parse(uri.as_str()).is_err() => {
            mistakes.push(format!("`{uri}` is not an absolute URI (RFC 3986): is something to be percent-encoded?"));
        }
        // Clients expand templates to encoded URIs (RFC 6570, section 3.1).
        Descriptor::Template(template, _) if !template.uri_template.bytes().all(|byte| byte.is_ascii_graphic()) => {
            let text = &template.uri_template;
            mistakes.push(format!("`{text}` has characters that no URI has: percent-encode them"));
        }
        _ if item.is_view() && !item.mime_type().is_some_and(app::is_view_type) => {
            mistakes
                .push(format!("the media type of a view (`ui://…`) is `{}`; leave `mime_type` out", app::VIEW_TYPE));
        }
        _ if item.name().is_empty() => mistakes.push("it has no name".to_owned()),
        _ => {}
    }
    if let Descriptor::Tool(tool) = &item.descriptor {
        mistakes.extend(schema::mirrored(&tool.input_schema).err().into_iter().flatten());
    }
    let arguments = item.arguments().unwrap_or_default();
    for (name, _) in item.completers.iter().filter(|(name, _)| !arguments.contains(name)) {
        let known = if arguments.is_empty() {
            "the item has no arguments".to_owned()
        } else {
            format!("expected one of {}", arguments.join(", "))
        };
        mistakes.push(format!("unknown argument `{name}` in `complete`: {known}"));
    }
    if item.detaches && item.task == TaskSupport::Forbidden {
        mistakes.push("it says when its calls become tasks (`detaches`), but they never do: add `task`".to_owned());
    }
    for scope in item.access.malformed_scopes() {
        mistakes.push(format!(
            "`{scope}` is not a scope (RFC 6749, section 3.3: printable ASCII without space, `\"` and `\\`)"
        ));
    }
    if item.requirements.authorization && callers.is_none() {
        mistakes.push(
            "it asks who calls (`Principal`), but the module has no `.authorization(..)` to learn it from: \
             `Option<Principal>` does without"
                .to_owned(),
        );
    }
    if item.access.is_restricted() && !item.access.is_public() && callers.is_none() {
        mistakes.push(
            "it asks for scopes or roles, but the module has no `.authorization(..)` to learn them from".to_owned(),
        );
    }
    if item.access.is_public() && callers == Some(Callers::Known) {
        mistakes.push(
            "it is public, but callers without a token are refused: allow them with `.anonymous(Anonymous::PublicOnly)`, or leave `public` out"
                .to_owned(),
        );
    }
    if item.cache.scope == Some(CacheScope::Public) && !may_be_public(item, settings) {
        mistakes.push(
            "`cache_scope = \"public\"` requires a `public` item: a shared cache would serve it to callers who may not read it"
                .to_owned(),
        );
    }
    mistakes.into_iter().map(|mistake| ItemError::of(item, mistake)).collect()
}
