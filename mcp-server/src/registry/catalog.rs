//! `Catalog`: what a module offers at this moment, and the one way to change it.
//!
//! Calls look at a snapshot, without a lock. A change makes a new one beside it and puts it in its
//! place: a call that has begun goes on with what it began with.

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
    /// Held while a change is made, so that no two begin with the same snapshot.
    changing: Mutex<()>,
}

/// Something to do with what a module offers.
pub(crate) enum Edit {
    Add(Box<Item>),
    /// Removes the item with this key. Unknown keys are ignored.
    Remove(ItemKind, Box<str>),
}

impl Catalog {
    /// The catalog that begins with these items, or all that is wrong with them.
    pub(crate) fn new(items: Vec<Item>, settings: ModuleSettings) -> Result<Self, Vec<ItemError>> {
        let snapshot = Snapshot::new(items, &settings)?;
        Ok(Self { current: ArcSwap::from_pointee(snapshot), settings, changing: Mutex::default() })
    }

    /// Returns the current snapshot. Hold it only briefly: it keeps removed items alive.
    pub(crate) fn now(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    /// Does all of it, in order, or nothing. Returns the lists that are no longer what they were.
    pub(crate) fn edit(&self, edits: Vec<Edit>) -> Result<Lists, Vec<ItemError>> {
        let _changing = self.changing.lock();
        let mut next = self.current.load().draft();
        let added = edits.iter().filter_map(|edit| if let Edit::Add(item) = edit { Some(&**item) } else { None });
        let views = views(added);
        let (mut lists, mut mistakes) = (Lists::NONE, Vec::new());
        for edit in edits {
            match edit {
                Edit::Add(item) => {
                    lists = lists.or(item.kind().list());
                    mistakes.extend(next.include(*item, &self.settings));
                }
                Edit::Remove(kind, key) => {
                    if next.exclude(kind, &key) {
                        lists = lists.or(kind.list());
                    }
                }
            }
        }
        mistakes.extend(next.missing_views(&views));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        if !lists.is_empty() {
            next.seal();
            self.current.store(Arc::new(next));
        }
        Ok(lists)
    }
}
