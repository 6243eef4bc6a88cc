//! `Catalog`: the current items of a module, and the only way to change them.
//!
//! Calls read a snapshot without a lock. A change creates a new snapshot and replaces the old one.
//! Calls that have started keep the old one.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use parking_lot::Mutex;

use super::{
    item::{Item, ItemError},
    module_settings::ModuleSettings,
    snapshot::{Snapshot, views},
};
use crate::{context::ItemKind, protocol::types::subscription::Lists};

/// The current snapshot.
pub(crate) struct Catalog {
    current: ArcSwap<Snapshot>,
    settings: ModuleSettings,
    /// Held during a change, so that concurrent changes do not start from the same snapshot.
    changing: Mutex<()>,
}

/// One change of the items of a module.
pub(crate) enum Edit {
    Add(Box<Item>),
    /// Removes the item with this key. Unknown keys are ignored.
    Remove(ItemKind, Box<str>),
}

impl Catalog {
    /// Creates a catalog of these items, or returns all of their errors.
    pub(crate) fn new(items: Vec<Item>, settings: ModuleSettings) -> Result<Self, Vec<ItemError>> {
        let snapshot = Snapshot::new(items, &settings)?;
        Ok(Self { current: ArcSwap::from_pointee(snapshot), settings, changing: Mutex::default() })
    }

    /// Returns the current snapshot. Hold it only briefly: it keeps removed items alive.
    pub(crate) fn now(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    /// Applies all edits in order, or none if there are errors. Returns the lists that changed.
    pub(crate) fn edit(&self, edits: Vec<Edit>) -> Result<Lists, Vec<ItemError>> {
        let _changing = self.changing.lock();
        let mut next = self.current.load().draft();
        let added = edits.iter().filter_map(|edit| if let Edit::Add(item) = edit { Some(&**item) } else { None });
        let views = views(added);
        let (mut lists, mut errors) = (Lists::NONE, Vec::new());
        for edit in edits {
            match edit {
                Edit::Add(item) => {
                    lists = lists.or(item.kind().list());
                    errors.extend(next.include(*item, &self.settings));
                }
                Edit::Remove(kind, key) => {
                    if next.exclude(kind, &key) {
                        lists = lists.or(kind.list());
                    }
                }
            }
        }
        errors.extend(next.missing_views(&views));
        if !errors.is_empty() {
            return Err(errors);
        }
        if !lists.is_empty() {
            next.seal();
            self.current.store(Arc::new(next));
        }
        Ok(lists)
    }
}
