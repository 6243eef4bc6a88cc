//! `Inject<T>`: a shared handle to a provided value, and `Dependency`: the identity of its type.

use std::{
    any::{TypeId, type_name},
    fmt,
    ops::Deref,
    sync::Arc,
};

/// A shared handle to a provided `T`. Handlers, factories and completion functions take it as a
/// parameter.
///
/// The handle dereferences to `T`, and cloning it increments a reference count. Unit tests create
/// one with [`Inject::new`].
///
/// ```
/// use mcp_server::provider::Inject;
///
/// struct Greeting(String);
///
/// fn greet(greeting: Inject<Greeting>, name: &str) -> String {
///     format!("{}, {name}!", greeting.0)
/// }
///
/// assert_eq!(greet(Inject::new(Greeting("Hello".into())), "World"), "Hello, World!");
/// ```
pub struct Inject<T: ?Sized>(Arc<T>);

impl<T> Inject<T> {
    /// Wraps a value, for tests that call a handler directly.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: ?Sized> Inject<T> {
    /// Returns the inner `Arc`.
    pub fn into_arc(self) -> Arc<T> {
        self.0
    }
}

impl<T: ?Sized> Deref for Inject<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> AsRef<T> for Inject<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

// Not derived, because a derived implementation would require `T: Clone`.
impl<T: ?Sized> Clone for Inject<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> From<Arc<T>> for Inject<T> {
    fn from(shared: Arc<T>) -> Self {
        Self(shared)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Inject<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Inject").field(&&self.0).finish()
    }
}

/// A type that an item or a factory requires: its identity, and its name for error messages.
#[derive(Debug, Clone, Copy)]
pub struct Dependency {
    id: TypeId,
    name: &'static str,
}

impl Dependency {
    /// Returns the dependency of an `Inject<T>` parameter.
    pub fn of<T: ?Sized + 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }

    /// Returns the identity of the type, by which its provider is found.
    pub fn id(&self) -> TypeId {
        self.id
    }

    /// Returns the full path of the type.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the name without modules: `Mailer` for `app::mail::Mailer`.
    pub fn short_name(&self) -> String {
        short_name(self.name)
    }
}

/// Returns the full name of a type without modules.
pub(super) fn short_name(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    // A path ends at the punctuation of a generic, a tuple or a reference, which is kept.
    for part in full.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

impl PartialEq for Dependency {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Dependency {}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    struct Mailer;

    trait Clock: Send + Sync {
        fn hour(&self) -> u8;
    }

    struct Noon;

    impl Clock for Noon {
        fn hour(&self) -> u8 {
            12
        }
    }

    #[test]
    fn clones_of_a_handle_share_the_value() {
        let first = Inject::new(vec![1, 2, 3]);
        let second = first.clone();
        assert_eq!(first.len(), 3);
        assert!(Arc::ptr_eq(&first.into_arc(), &second.into_arc()));
    }

    #[test]
    fn a_trait_object_can_be_injected() {
        let clock: Inject<dyn Clock> = Inject::from(Arc::new(Noon) as Arc<dyn Clock>);
        assert_eq!(clock.hour(), 12);
    }

    #[test]
    fn short_name_drops_only_modules() {
        let cases = [
            (Dependency::of::<Mailer>(), "Mailer"),
            (Dependency::of::<Option<Mailer>>(), "Option<Mailer>"),
            (Dependency::of::<HashMap<String, Vec<Mailer>>>(), "HashMap<String, Vec<Mailer>>"),
            (Dependency::of::<(u8, Mailer)>(), "(u8, Mailer)"),
            (Dependency::of::<&'static str>(), "&str"),
            (Dependency::of::<dyn Clock>(), "dyn Clock"),
            (Dependency::of::<[u8; 4]>(), "[u8; 4]"),
        ];
        for (dependency, expected) in cases {
            assert_eq!(dependency.short_name(), expected, "{}", dependency.name());
        }
    }
}
