//! Checks of every item, from a macro or a builder, before it is served.

use fluent_uri::Uri;

use super::{
    item::{Descriptor, Item, ItemError},
    module_settings::{Callers, ModuleSettings},
    normal_uri::scheme_end,
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

/// Returns all errors of an item. The macros have checked some of these rules for their items.
pub(super) fn check(item: &Item, settings: &ModuleSettings) -> Vec<ItemError> {
    let callers = settings.callers;
    let mut errors: Vec<String> = item.errors.clone();
    let is_name = |name: &str| {
        (1..=128).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    match &item.descriptor {
        Descriptor::Tool(Tool { name, .. }) if !is_name(name) => {
            errors.push("invalid name: expected 1 to 128 of `A-Z a-z 0-9 _ - .`".to_owned());
        }
        Descriptor::Resource(Resource { uri, .. }) if Uri::parse(uri.as_str()).is_err() => {
            errors.push(format!("invalid URI `{uri}`: expected an absolute URI (RFC 3986), percent-encoded"));
        }
        // Clients expand templates to percent-encoded URIs (RFC 6570, section 3.1).
        Descriptor::Template(template, _) if !template.uri_template.bytes().all(|byte| byte.is_ascii_graphic()) => {
            let text = &template.uri_template;
            errors.push(format!("invalid URI template `{text}`: percent-encode characters outside ASCII, and spaces"));
        }
        Descriptor::Template(template, _) if !has_scheme(&template.uri_template) => {
            let text = &template.uri_template;
            errors.push(format!("invalid URI template `{text}`: expected a scheme, such as `docs://{text}`"));
        }
        _ if item.is_view() && !item.mime_type().is_some_and(app::is_view_type) => {
            errors.push(format!(
                "invalid media type of a view (`ui://…`): expected `{}`, remove `mime_type`",
                app::VIEW_TYPE
            ));
        }
        _ if item.name().is_empty() => errors.push("missing name: expected a text that is not empty".to_owned()),
        _ => {}
    }
    if let Descriptor::Tool(tool) = &item.descriptor {
        errors.extend(schema::mirrored(&tool.input_schema).err().into_iter().flatten());
    }
    let arguments = item.arguments().unwrap_or_default();
    for (name, _) in item.completers.iter().filter(|(name, _)| !arguments.contains(name)) {
        let known = if arguments.is_empty() {
            "the item has no arguments".to_owned()
        } else {
            format!("expected one of {}", arguments.join(", "))
        };
        errors.push(format!("unknown argument `{name}` in `complete`: {known}"));
    }
    if item.detaches && item.task == TaskSupport::Forbidden {
        errors.push("`detaches` requires support for tasks: add `task`, or remove `detaches`".to_owned());
    }
    for scope in item.access.malformed_scopes() {
        errors.push(format!(
            "invalid scope `{scope}`: expected printable ASCII without space, `\"` and `\\` (RFC 6749, section 3.3)"
        ));
    }
    if item.requirements.authorization && callers.is_none() {
        errors.push(
            "`Principal` requires authorization: add `.authorization(..)` to the options of the module, or extract \
             `Option<Principal>`"
                .to_owned(),
        );
    }
    if item.access.is_restricted() && !item.access.is_public() && callers.is_none() {
        errors.push(
            "required scopes or roles need authorization: add `.authorization(..)` to the options of the module"
                .to_owned(),
        );
    }
    if item.access.is_public() && callers == Some(Callers::Known) {
        errors.push(
            "`public` has no effect, because the module rejects anonymous callers: add \
             `.anonymous(Anonymous::PublicOnly)`, or remove `public`"
                .to_owned(),
        );
    }
    if item.cache.scope == Some(CacheScope::Public) && !may_be_public(item, settings) {
        errors.push(
            "`cache_scope = \"public\"` requires a `public` item: a shared cache would serve it to callers who may not read it"
                .to_owned(),
        );
    }
    errors.into_iter().map(|error| ItemError::of(item, error)).collect()
}

/// Returns `true` if the URIs of a template have a scheme. A variable may be a part of it, or the
/// whole URI.
fn has_scheme(template: &str) -> bool {
    let mut text = String::new();
    for (index, part) in template.split('{').enumerate() {
        let literal = part.split_once('}').map_or(part, |(_, literal)| literal);
        text.push_str(if index == 0 { "" } else { "x" });
        text.push_str(literal);
    }
    template.starts_with('{') && !template.starts_with("{?") || scheme_end(&text).is_some()
}

#[cfg(test)]
mod tests {
    use super::has_scheme;

    #[test]
    fn template_without_scheme_is_recognized() {
        for (template, expected) in [
            ("docs://{id}", true),
            ("urn:x:{id}", true),
            ("{scheme}://x", true),
            ("web+{kind}:x", true),
            ("users/{id}", false),
            ("/users/{id}", false),
            ("//host/{id}", false),
            ("{+uri}", true),
            ("{?id}", false),
            ("1x:{id}", false),
            ("users/{id}:x", false),
            ("?{id}:", false),
            ("", false),
        ] {
            assert_eq!(has_scheme(template), expected, "{template}");
        }
    }
}
