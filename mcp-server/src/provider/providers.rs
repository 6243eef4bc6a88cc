//! `Providers`: the built providers, by type.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use super::{
    error::ProviderError,
    hint::{Candidate, short_hint},
    inject::{Dependency, Inject},
};
use crate::place::Place;

/// The built providers of a module, by type. The set is immutable, and cloning it increments a
/// reference count.
#[derive(Clone, Default)]
pub struct Providers {
    built: Arc<TypeMap>,
}

impl Providers {
    /// Returns the provider of type `T`, if the module has one.
    pub fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Inject<T>> {
        self.built.get()
    }

    /// Returns the errors of an item that requires `needs`: one for each type without a provider.
    pub(crate) fn missing(&self, needed_by: &str, place: Option<Place>, needs: &[Dependency]) -> Vec<ProviderError> {
        let absent = needs.iter().filter(|need| !self.contains(need.id()));
        let report = |need: &Dependency| {
            let provided = self.built.entries.values().map(|stored| Candidate { name: stored.name, place: None });
            let hint = short_hint(&provided.collect::<Vec<_>>(), need.name());
            ProviderError::missing(needed_by.to_owned(), place, need.short_name(), hint)
        };
        absent.map(report).collect()
    }

    /// Returns `true` if the module has a provider of this type.
    pub fn contains(&self, id: TypeId) -> bool {
        self.built.entries.contains_key(&id)
    }

    /// Returns the number of providers.
    pub fn len(&self) -> usize {
        self.built.entries.len()
    }

    /// Returns `true` if there are no providers.
    pub fn is_empty(&self) -> bool {
        self.built.entries.is_empty()
    }
}

impl From<TypeMap> for Providers {
    fn from(built: TypeMap) -> Self {
        Self { built: Arc::new(built) }
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Shows types only: values may contain secrets and need not implement `Debug`.
        let mut names: Vec<_> = self.built.entries.values().map(|stored| stored.name).collect();
        names.sort_unstable();
        f.debug_tuple("Providers").field(&names).finish()
    }
}

/// A type-erased `Arc<T>`.
///
/// The box contains the `Arc`, so that `T` can be unsized and a lookup costs one downcast and one
/// reference count.
pub(super) struct Stored {
    name: &'static str,
    handle: Box<dyn Any + Send + Sync>,
}

impl Stored {
    pub(super) fn new<T: ?Sized + Send + Sync + 'static>(shared: Arc<T>) -> Self {
        Self { name: type_name::<T>(), handle: Box::new(shared) }
    }
}

/// Values built so far, by type.
#[derive(Default)]
pub(super) struct TypeMap {
    entries: HashMap<TypeId, Stored, BuildHasherDefault<TypeIdHasher>>,
}

impl TypeMap {
    pub(super) fn insert(&mut self, id: TypeId, stored: Stored) {
        self.entries.insert(id, stored);
    }

    pub(super) fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Inject<T>> {
        let stored = self.entries.get(&TypeId::of::<T>())?;
        stored.handle.downcast_ref::<Arc<T>>().map(|shared| Inject::from(Arc::clone(shared)))
    }
}

/// Uses a `TypeId` as its own hash, because hashing it again would cost more than the lookup.
#[derive(Default)]
struct TypeIdHasher(u64);

impl Hasher for TypeIdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id;
    }

    // The standard library does not guarantee that `TypeId` calls `write_u64`.
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn providers() -> Providers {
        let mut built = TypeMap::default();
        built.insert(TypeId::of::<u16>(), Stored::new(Arc::new(7_u16)));
        built.insert(TypeId::of::<str>(), Stored::new(Arc::<str>::from("seven")));
        built.into()
    }

    #[test]
    fn lookup_finds_provided_types_only() {
        let providers = providers();
        assert_eq!(providers.get::<u16>().as_deref(), Some(&7));
        assert_eq!(providers.get::<str>().as_deref(), Some("seven"));
        assert!(providers.get::<u32>().is_none());
        assert!(providers.contains(TypeId::of::<u16>()));
        assert!(!providers.contains(TypeId::of::<u32>()));
        assert_eq!((providers.len(), providers.is_empty()), (2, false));
        assert!(Providers::default().is_empty());
    }

    #[test]
    fn clone_shares_values() {
        let first = providers();
        let second = first.clone();
        let (one, other) = (first.get::<u16>().unwrap(), second.get::<u16>().unwrap());
        assert!(Arc::ptr_eq(&one.into_arc(), &other.into_arc()));
    }

    #[test]
    fn debug_shows_types_without_values() {
        assert_eq!(format!("{:?}", providers()), r#"Providers(["str", "u16"])"#);
    }

    #[test]
    fn hashes_of_type_ids_differ() {
        let hashes = [TypeId::of::<u8>(), TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<String>()].map(|id| {
            let mut hasher = TypeIdHasher::default();
            std::hash::Hash::hash(&id, &mut hasher);
            hasher.finish()
        });
        for (position, hash) in hashes.iter().enumerate() {
            assert!(!hashes[..position].contains(hash));
        }
    }
}
