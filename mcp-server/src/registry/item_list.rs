//! Lists of items as bytes, encoded once per protocol version, page and class of callers that see
//! the same items.

use std::{collections::HashMap, sync::Arc};

use parking_lot::RwLock;
use serde::Serialize;
use serde_json::Value;

use super::pages::{Line, Mark, Page};
use crate::{
    auth::{Access, Decision, Principal, ScopeHierarchy, decide, listed},
    context::ItemKind,
    protocol::{
        ProtocolVersion,
        revision::since::{self, Feature},
    },
};

/// One list, such as that of the tools.
pub(crate) struct ItemList {
    kind: ItemKind,
    hierarchy: Arc<ScopeHierarchy>,
    /// Maximum number of items on a page.
    page_size: usize,
    /// The module has authorization.
    by_caller: bool,
    /// The list differs between callers.
    filtered: bool,
    /// In the order of their positions.
    rows: Vec<Arc<Row>>,
    /// Position of the next item to be added.
    next: u64,
    /// Pages of the list that all callers see, per version.
    whole: Versions,
    /// Pages for each class of callers, by the rows that it sees.
    classes: RwLock<HashMap<Box<[u64]>, Versions>>,
}

/// Pages of a list, per version. Most lists have one page.
type Versions = [Arc<[Page]>; ProtocolVersion::ALL.len()];

struct Row {
    key: Box<str>,
    /// Increases along the list, and is never reused.
    position: u64,
    access: Access,
    text: [Box<str>; ProtocolVersion::ALL.len()],
}

/// Maximum number of classes whose lists are kept. Pages for further classes are encoded for each
/// request.
const MAX_CLASSES: usize = 256;

impl ItemList {
    pub(crate) fn new(kind: ItemKind, hierarchy: Arc<ScopeHierarchy>, by_caller: bool, page_size: usize) -> Self {
        Self {
            kind,
            hierarchy,
            page_size,
            by_caller,
            filtered: by_caller,
            rows: Vec::new(),
            next: 0,
            whole: ProtocolVersion::ALL.map(|_| Arc::default()),
            classes: RwLock::default(),
        }
    }

    /// Returns a copy that can be changed and sealed again. Items keep their positions, so the
    /// cursors of clients stay valid.
    pub(crate) fn draft(&self) -> Self {
        let mut draft = Self::new(self.kind, self.hierarchy.clone(), self.by_caller, self.page_size);
        draft.rows.clone_from(&self.rows);
        draft.next = self.next;
        draft
    }

    /// Removes the item with this key.
    pub(crate) fn remove(&mut self, key: &str) {
        self.rows.retain(|row| &*row.key != key);
    }

    /// Adds an item at the end. Its key must be unique in the list.
    pub(crate) fn add(&mut self, key: &str, descriptor: &impl Serialize, access: &Access) {
        let value = serde_json::to_value(descriptor).unwrap_or_default();
        let text = ProtocolVersion::ALL.map(|version| encode(value.clone(), version).into());
        self.rows.push(Arc::new(Row { key: key.into(), position: self.next, access: access.clone(), text }));
        self.next += 1;
    }

    /// Encodes the pages. Call it after the last change.
    pub(crate) fn seal(&mut self) {
        // Drops items that no caller sees, so that the list does not differ between callers.
        self.rows.retain(|row| listed(&row.access, &Decision::Allow));
        self.whole = self.versions(|_| true);
        self.filtered = self.by_caller && self.rows.iter().any(|row| row.access.hides_from_some());
    }

    /// Returns the kind of the items.
    pub(crate) fn kind(&self) -> ItemKind {
        self.kind
    }

    /// Returns `true` if the list differs between callers.
    pub(crate) fn varies(&self) -> bool {
        self.filtered
    }

    /// Calls `read` with the page after the mark, or with the first page, as this caller sees it.
    pub(crate) fn page<R>(
        &self,
        version: ProtocolVersion,
        principal: Option<&Principal>,
        after: Option<&Mark>,
        read: impl FnOnce(&Page) -> R,
    ) -> R {
        if !self.filtered {
            return self.find(&self.whole, version, after, |_| true, read);
        }
        let seen = self.seen_by(principal);
        let is_seen = |index| is_set(&seen, index);
        let known = self.classes.read().get(&*seen).cloned();
        if known.is_none() && self.classes.read().len() >= MAX_CLASSES {
            // Only the requested page, because the others would not be kept.
            return read(&self.make(version, self.after(after), &is_seen));
        }
        let lists = known.unwrap_or_else(|| {
            let lists = self.versions(is_seen);
            let mut classes = self.classes.write();
            if classes.len() < MAX_CLASSES {
                classes.insert(seen.clone(), lists.clone());
            }
            lists
        });
        self.find(&lists, version, after, is_seen, read)
    }

    fn find<R>(
        &self,
        lists: &Versions,
        version: ProtocolVersion,
        after: Option<&Mark>,
        is_listed: impl Fn(usize) -> bool,
        read: impl FnOnce(&Page) -> R,
    ) -> R {
        let pages = &lists[version.index()];
        let made = match after {
            None => pages.first(),
            Some(mark) => {
                let before = pages.iter().position(|page| page.end.as_ref() == Some(mark));
                before.and_then(|before| pages.get(before + 1))
            }
        };
        if let Some(page) = made {
            return read(page);
        }
        // The list has changed since the previous page was read, and no kept page begins there.
        read(&self.make(version, self.after(after), &is_listed))
    }

    /// Returns the index of the first row after a mark.
    fn after(&self, mark: Option<&Mark>) -> usize {
        let Some(mark) = mark else { return 0 };
        // After the earlier of both: a repeated item does less harm than a skipped one.
        let there = self.rows.iter().find(|row| row.key == mark.key).map(|row| row.position);
        let position = there.map_or(mark.position, |there| there.min(mark.position));
        self.rows.partition_point(|row| row.position <= position)
    }

    fn make(&self, version: ProtocolVersion, from: usize, is_listed: &impl Fn(usize) -> bool) -> Page {
        let rest = self.rows.iter().enumerate().skip(from).filter(|(index, _)| is_listed(*index));
        let lines =
            rest.map(|(_, row)| Line { position: row.position, key: &row.key, text: &row.text[version.index()] });
        Page::of(member(self.kind), self.page_size, lines)
    }

    fn seen_by(&self, principal: Option<&Principal>) -> Box<[u64]> {
        let mut seen = vec![0_u64; self.rows.len().div_ceil(64)];
        for (index, row) in self.rows.iter().enumerate() {
            let decision = decide(&row.access, principal, &self.hierarchy);
            if listed(&row.access, &decision) {
                seen[index / 64] |= 1 << (index % 64);
            }
        }
        seen.into()
    }

    fn versions(&self, is_listed: impl Fn(usize) -> bool) -> Versions {
        ProtocolVersion::ALL.map(|version| {
            let mut pages = vec![self.make(version, 0, &is_listed)];
            while let Some(end) = pages.last().and_then(|page| page.end.as_ref()) {
                pages.push(self.make(version, self.after(Some(end)), &is_listed));
            }
            pages.into()
        })
    }
}

/// Returns the member of the result that holds the items.
fn member(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Tool => "tools",
        ItemKind::Resource => "resources",
        ItemKind::ResourceTemplate => "resourceTemplates",
        ItemKind::Prompt => "prompts",
    }
}

fn is_set(bits: &[u64], index: usize) -> bool {
    bits[index / 64] & (1 << (index % 64)) != 0
}

/// Encodes a descriptor without the members that this version does not know, also in the
/// arguments of a prompt.
fn encode(mut descriptor: Value, version: ProtocolVersion) -> String {
    if let Value::Object(members) = &mut descriptor {
        for member in since::unknown_members(version) {
            // Resources have had `annotations` since the first version, tools have not.
            if member != "annotations" || members.contains_key("inputSchema") {
                members.remove(member);
            }
        }
        let describes_object = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "object");
        if members.get("outputSchema").is_some_and(|schema| !describes_object(schema))
            && !version.knows(Feature::OutputOfAnyType)
        {
            members.remove("outputSchema");
        }
        if let Some(Value::Array(arguments)) = members.get_mut("arguments") {
            for argument in arguments.iter_mut().filter_map(Value::as_object_mut) {
                for member in since::unknown_members(version) {
                    argument.remove(member);
                }
            }
        }
    }
    descriptor.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const VERSION: ProtocolVersion = ProtocolVersion::ALL[0];

    /// Returns a list with two items per page that follows `before`.
    fn listing(keys: &[&str], before: Option<&ItemList>) -> ItemList {
        let empty = ItemList::new(ItemKind::Tool, Arc::default(), false, 2);
        let mut listing = before.unwrap_or(&empty).draft();
        let known: Vec<String> = listing.rows.iter().map(|row| row.key.to_string()).collect();
        for gone in known.iter().filter(|key| !keys.contains(&key.as_str())) {
            listing.remove(gone);
        }
        for key in keys.iter().filter(|key| !known.iter().any(|known| known == *key)) {
            listing.add(key, &json!({"name": key}), &Access::new());
        }
        listing.seal();
        listing
    }

    /// Returns the names on a page, and its end.
    fn page(listing: &ItemList, after: Option<&Mark>) -> (String, Option<Mark>) {
        listing.page(VERSION, None, after, |page| {
            let text = format!("{{{}}}", String::from_utf8_lossy(&page.member));
            let page_of: Value = serde_json::from_str(&text).unwrap();
            let names = page_of["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap());
            (names.collect(), page.end.clone())
        })
    }

    #[test]
    fn next_page_after_change_neither_repeats_nor_skips() {
        let before = listing(&["a", "b", "c", "d", "e"], None);
        let (names, end) = page(&before, None);
        assert_eq!((names.as_str(), end.is_some()), ("ab", true));
        for (now, next, last) in [
            // Removed: nothing, the item before the cursor, the one at it, both, the one after it.
            (vec!["a", "b", "c", "d", "e"], "cd", "e"),
            (vec!["b", "c", "d", "e"], "cd", "e"),
            (vec!["a", "c", "d", "e"], "cd", "e"),
            (vec!["c", "d", "e"], "cd", "e"),
            (vec!["a", "b", "d", "e"], "de", ""),
            // Added items come last.
            (vec!["x", "a", "b", "c", "d", "e"], "cd", "ex"),
            (vec!["a", "x", "c", "d", "e", "y"], "cd", "ex"),
        ] {
            let after = listing(&now, Some(&before));
            let (names, end) = page(&after, end.as_ref());
            assert_eq!(names, next, "{now:?}");
            let rest = end.map_or_else(String::new, |end| page(&after, Some(&end)).0);
            assert_eq!(rest, last, "{now:?}");
        }
        // An item that was removed and added again is new.
        let without = listing(&["a", "c", "d", "e"], Some(&before));
        let again = listing(&["a", "b", "c", "d", "e"], Some(&without));
        assert_eq!(page(&again, end.as_ref()).0, "cd");
        assert_eq!(page(&again, None).0, "ac");
        // Another server has assigned other positions.
        assert_eq!(page(&listing(&["b", "c", "d", "e"], None), end.as_ref()).0, "cd");
        assert_eq!(page(&listing(&["x", "a", "b", "c", "d", "e"], None), end.as_ref()).0, "bc");
    }

    #[test]
    fn class_beyond_maximum_gets_its_page() {
        let mut listing = ItemList::new(ItemKind::Tool, Arc::default(), true, 2);
        for key in ["a", "b", "c", "d"] {
            let access = if key == "b" { Access::new().roles(["admin"]) } else { Access::new() };
            listing.add(key, &json!({"name": key}), &access);
        }
        listing.seal();
        for class in 0..MAX_CLASSES {
            let key = Box::new([0, class as u64]);
            listing.classes.write().insert(key, listing.whole.clone());
        }
        let (names, end) = page(&listing, None);
        assert_eq!(names, "ac");
        assert_eq!(page(&listing, end.as_ref()), ("d".to_owned(), None));
        assert_eq!(listing.classes.read().len(), MAX_CLASSES);
    }
}
