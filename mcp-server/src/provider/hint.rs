//! Hints in the error for a missing provider: a provided type that was probably meant.
//!
//! Types are compared by their full names, which only choose the text of an error.

use super::inject::short_name;
use crate::place::Place;

/// A provider that the module has.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    /// Full name of its type.
    pub(super) name: &'static str,
    /// Its line. `None` after the build.
    pub(super) place: Option<Place>,
}

/// Returns what to write instead of an `Inject` of the missing type, or of the provider.
///
/// `name` shortens the full name of a type.
pub(super) fn hint(candidates: &[Candidate], missing: &str, name: impl Fn(&str) -> String) -> Option<String> {
    let (missing_wrapper, wanted) = unwrapped(missing);
    for candidate in candidates {
        let (wrapper, provided) = unwrapped(candidate.name);
        if provided != wanted && without_auto_traits(provided) != without_auto_traits(wanted) {
            continue;
        }
        let provide = wrapper.map(|wrapper| format!("{}: {}", is_provided(candidate, &name), wrapper.provide));
        let inject = format!("write `Inject<{}>`", name(provided));
        let inject = missing_wrapper.map_or_else(
            || inject.clone(),
            |wrapper| format!("{inject} without `{}`, because {}", wrapper.name, wrapper.reason),
        );
        return Some(match provide {
            Some(provide) if missing_wrapper.is_none() => provide,
            Some(provide) => format!("{provide}, and {inject}"),
            None => format!("{}: {inject}", is_provided(candidate, &name)),
        });
    }
    if let Some(other) = candidates.iter().find(|other| contains(other.name, missing)) {
        return Some(format!("{}: write `Inject<{}>`", is_provided(other, &name), name(other.name)));
    }
    if let Some(other) = candidates.iter().find(|other| argument(missing) == Some(other.name)) {
        let (provided, missing) = (name(other.name), name(missing));
        return Some(format!("{}: write `Inject<{provided}>`, or provide a `{missing}`", is_provided(other, &name)));
    }
    // Closures and `async` blocks have no other type name. No parameter can require such a type, so
    // providing one is an error.
    let unnamed = candidates.iter().find(|other| other.name.ends_with("{{closure}}"))?;
    let place = unnamed.place.map(|place| format!(" at {place}")).unwrap_or_default();
    Some(format!(
        "the provider{place} is a future or a closure, not its result: use `.provide_async(..)` for a future, \
         `.provide_with(..)` for a closure"
    ))
}

fn is_provided(candidate: &Candidate, name: impl Fn(&str) -> String) -> String {
    let place = candidate.place.map(|place| format!(", at {place}")).unwrap_or_default();
    format!("`{}` is provided{place}", name(candidate.name))
}

/// A type that adds nothing to a provider.
struct Wrapper {
    /// Full name up to the inner type.
    start: &'static str,
    name: &'static str,
    /// Reason for an `Inject` of the inner type.
    reason: &'static str,
    /// Advice for a provider of the wrapped type.
    provide: &'static str,
}

const WRAPPERS: [Wrapper; 6] = [
    Wrapper {
        start: "alloc::sync::Arc<",
        name: "Arc",
        reason: "handles are shared already",
        provide: "write `.provide_shared(..)`, or provide the value without `Arc`",
    },
    Wrapper {
        start: "alloc::boxed::Box<",
        name: "Box",
        reason: "handles are shared already",
        provide: "write `.provide_shared(Arc::from(..))`, or provide the value without `Box`",
    },
    Wrapper {
        start: "&",
        name: "&",
        reason: "handles dereference to the value",
        provide: "provide the value without `&`",
    },
    Wrapper {
        start: "mcp_server::provider::inject::Inject<",
        name: "Inject",
        reason: "handles are shared already",
        provide: "provide the value without `Inject`",
    },
    Wrapper {
        start: "core::option::Option<",
        name: "Option",
        reason: "`build()` reports a missing provider",
        provide: "unwrap the value before you provide it",
    },
    Wrapper {
        start: "core::result::Result<",
        name: "Result",
        reason: "`build()` reports a failed provider",
        provide: "unwrap the value, as in `.provide(value?)`, or write `.provide_async(..)` for a factory that can fail",
    },
];

/// Returns the outermost wrapper of a type, and the type in all its wrappers.
fn unwrapped(full: &str) -> (Option<&'static Wrapper>, &str) {
    let Some(wrapper) = WRAPPERS.iter().find(|wrapper| full.starts_with(wrapper.start)) else {
        return (None, full);
    };
    let inner = if wrapper.name == "&" { full.strip_prefix('&') } else { first_argument(full) };
    inner.map_or((None, full), |inner| (Some(wrapper), unwrapped(inner).1))
}

/// Returns the first generic argument of a type: `A` of `module::Type<A, B<C>>`.
fn first_argument(full: &str) -> Option<&str> {
    let inner = full.split_once('<')?.1.strip_suffix('>')?;
    let mut depth = 0_usize;
    let end = inner.find(|letter| {
        match letter {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    Some(&inner[..end.unwrap_or(inner.len())])
}

/// Returns the generic argument of a type that has one only.
fn argument(full: &str) -> Option<&str> {
    let argument = first_argument(full)?;
    full.ends_with(&format!("<{argument}>")).then_some(argument)
}

/// Returns the name of a trait object without its auto traits.
fn without_auto_traits(full: &str) -> String {
    full.replace(" + core::marker::Send", "").replace(" + core::marker::Sync", "")
}

/// Returns `true` if `inner` is a generic argument somewhere in `outer`.
fn contains(outer: &str, inner: &str) -> bool {
    outer.match_indices(inner).any(|(start, found)| {
        // Requires the punctuation of generics on both sides, so that `Config` does not match
        // `ConfigLoader`.
        let before = outer[..start].chars().next_back();
        let after = outer[start + found.len()..].chars().next();
        matches!(before, Some('<' | ' ')) && matches!(after, Some('>' | ','))
    })
}

/// Returns the hint with the shortest names. Types of one name are rare after the build.
pub(super) fn short_hint(candidates: &[Candidate], missing: &str) -> Option<String> {
    hint(candidates, missing, short_name)
}

#[cfg(test)]
mod tests {
    use std::{
        any::type_name,
        collections::HashMap,
        sync::{Arc, Mutex},
    };

    use super::*;
    use crate::provider::Inject;

    struct Config;
    struct ConfigLoader;
    trait Clock {}

    fn of<Provided: ?Sized, Missing: ?Sized>() -> Option<String> {
        let place = Some(Place { file: "src/app.rs", line: 7 });
        short_hint(&[Candidate { name: type_name::<Provided>(), place }], type_name::<Missing>())
    }

    #[test]
    fn wrapped_injection_is_unwrapped() {
        for (hint, wrapper, reason) in [
            (of::<Config, Arc<Config>>(), "Arc", "handles are shared already"),
            (of::<Config, Box<Config>>(), "Box", "handles are shared already"),
            (of::<Config, Inject<Config>>(), "Inject", "handles are shared already"),
            (of::<Config, Arc<Box<Config>>>(), "Arc", "handles are shared already"),
            (of::<Config, &'static Config>(), "&", "handles dereference to the value"),
            (of::<Config, Option<Config>>(), "Option", "`build()` reports a missing provider"),
            (of::<Config, Option<Arc<Config>>>(), "Option", "`build()` reports a missing provider"),
            (of::<Config, Result<Config, String>>(), "Result", "`build()` reports a failed provider"),
        ] {
            let expected = format!(
                "`Config` is provided, at src/app.rs:7: write `Inject<Config>` without `{wrapper}`, because {reason}"
            );
            assert_eq!(hint.as_deref(), Some(&*expected));
        }
        let trait_object = of::<dyn Clock, Arc<dyn Clock>>().unwrap();
        assert!(trait_object.contains("write `Inject<dyn Clock>` without `Arc`"), "{trait_object}");
    }

    #[test]
    fn wrapped_provider_is_unwrapped() {
        for (hint, start, advice) in [
            (of::<Arc<Config>, Config>(), "`Arc<Config>`", "write `.provide_shared(..)`, or"),
            (of::<Box<dyn Clock>, dyn Clock>(), "`Box<dyn Clock>`", "write `.provide_shared(Arc::from(..))`, or"),
            (of::<Inject<Config>, Config>(), "`Inject<Config>`", "provide the value without `Inject`"),
            (of::<Option<Config>, Config>(), "`Option<Config>`", "unwrap the value"),
            (of::<Result<Config, String>, Config>(), "`Result<Config, String>`", "unwrap the value, as in"),
            (of::<Arc<Mutex<Config>>, Mutex<Config>>(), "`Arc<Mutex<Config>>`", "write `.provide_shared(..)`, or"),
        ] {
            let hint = hint.unwrap();
            assert!(hint.starts_with(&format!("{start} is provided, at src/app.rs:7: {advice}")), "{hint}");
        }
        let both = of::<Box<Config>, Arc<Config>>().unwrap();
        assert!(both.contains("without `Box`, and write `Inject<Config>` without `Arc`"), "{both}");
    }

    #[test]
    fn similar_types_are_named() {
        for (hint, expected) in [
            (of::<Mutex<Config>, Config>(), "write `Inject<Mutex<Config>>`"),
            (of::<Config, Mutex<Config>>(), "write `Inject<Config>`, or provide a `Mutex<Config>`"),
            (of::<Vec<Config>, Config>(), "write `Inject<Vec<Config>>`"),
            (of::<dyn Clock + Send + Sync, dyn Clock>(), "write `Inject<dyn Clock + Send + Sync>`"),
        ] {
            let hint = hint.unwrap();
            assert!(hint.ends_with(&format!("is provided, at src/app.rs:7: {expected}")), "{hint}");
        }
        assert_eq!(of::<Option<ConfigLoader>, Config>(), None);
        assert_eq!(of::<ConfigLoader, Config>(), None);
        assert_eq!(of::<String, HashMap<String, u8>>(), None);
    }
}
