//! Lists of items as bytes, made once per protocol version, per page and per class of callers who
//! see the same items.

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
pub(crate) struct Listing {
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
    /// The position of the next item that comes in.
    next: u64,
    /// The list of all that is listed for everyone, per version.
    whole: Versions,
    /// Lists of callers who see less, by what they see.
    classes: RwLock<HashMap<Box<[u64]>, Versions>>,
}

/// The first page, which most lists have no other than, and the pages that begin where it ends.
type Versions = [Arc<[Page]>; ProtocolVersion::ALL.len()];

struct Row {
    key: Box<str>,
    /// Given out once, and growing along the list.
    position: u64,
    access: Access,
    text: [Box<str>; ProtocolVersion::ALL.len()],
}

/// More classes than this are not kept: their lists are made each time.
const MOST_CLASSES: usize = 256;

impl Listing {
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

    /// Takes out the item of that key.
    pub(crate) fn remove(&mut self, key: &str) {
        self.rows.retain(|row| &*row.key != key);
    }

    /// Adds an item behind all others, which no other of the list has the `key` of.
    pub(crate) fn add(&mut self, key: &str, descriptor: &impl Serialize, access: &Access) {
        let value = serde_json::to_value(descriptor).unwrap_or_default();
        let text = ProtocolVersion::ALL.map(|version| encode(value.clone(), version).into());
        self.rows.push(Arc::new(Row { key: key.into(), position: self.next, access: access.clone(), text }));
        self.next += 1;
    }

    /// To be called when all items are in.
    pub(crate) fn seal(&mut self) {
        // Items that no caller sees are left out for all, so that a list without others is the same
        // for everyone.
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

    /// Shows `read` the page after `mark`, or the first one, as this caller sees it.
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
        let lists = known.unwrap_or_else(|| {
            let lists = self.versions(is_seen);
            let mut classes = self.classes.write();
            if classes.len() < MOST_CLASSES {
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
        // The list has changed since the page before was read: this one begins where none of the
        // made ones does.
        read(&self.make(version, self.after(after), &is_listed))
    }

    /// The index of the first row behind a mark.
    fn after(&self, mark: Option<&Mark>) -> usize {
        let Some(mark) = mark else { return 0 };
        // Behind the earlier of both: what comes twice harms less than what never comes.
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

/// The description without what clients of that version do not know, in prompts' arguments too.
fn encode(mut descriptor: Value, version: ProtocolVersion) -> String {
    if let Value::Object(members) = &mut descriptor {
        for member in since::unknown_members(version) {
            // `annotations` of a resource are as old as resources are.
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

    /// A list of two items a page, in place of `before`.
    fn listing(keys: &[&str], before: Option<&Listing>) -> Listing {
        let empty = Listing::new(ItemKind::Tool, Arc::default(), false, 2);
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

    /// The names on a page, and where it ends.
    fn page(listing: &Listing, after: Option<&Mark>) -> (String, Option<Mark>) {
        listing.page(VERSION, None, after, |page| {
            let text = format!("{{{}}}", String::from_utf8_lossy(&page.member));
            let page_of: Value = serde_json::from_str(&text).unwrap();
            let names = page_of["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap());
            (names.collect(), page.end.clone())
        })
    }

    #[test]
    fn what_changes_meanwhile_neither_repeats_nor_skips_the_rest() {
        let before = listing(&["a", "b", "c", "d", "e"], None);
        let (names, end) = page(&before, None);
        assert_eq!((names.as_str(), end.is_some()), ("ab", true));
        for (now, next, last) in [
            // Nothing, an item before the cursor, the one at it, both, the one behind it.
            (vec!["a", "b", "c", "d", "e"], "cd", "e"),
            (vec!["b", "c", "d", "e"], "cd", "e"),
            (vec!["a", "c", "d", "e"], "cd", "e"),
            (vec!["c", "d", "e"], "cd", "e"),
            (vec!["a", "b", "d", "e"], "de", ""),
            // New ones come last, wherever they are put.
            (vec!["x", "a", "b", "c", "d", "e"], "cd", "ex"),
            (vec!["a", "x", "c", "d", "e", "y"], "cd", "ex"),
        ] {
            let after = listing(&now, Some(&before));
            let (names, end) = page(&after, end.as_ref());
            assert_eq!(names, next, "{now:?}");
            let rest = end.map_or_else(String::new, |end| page(&after, Some(&end)).0);
            assert_eq!(rest, last, "{now:?}");
        }
        // What has gone and comes back is new.
        let without = listing(&["a", "c", "d", "e"], Some(&before));
        let again = listing(&["a", "b", "c", "d", "e"], Some(&without));
        assert_eq!(page(&again, end.as_ref()).0, "cd");
        assert_eq!(page(&again, None).0, "ac");
        // Another build of the server has given out other positions.
        assert_eq!(page(&listing(&["b", "c", "d", "e"], None), end.as_ref()).0, "cd");
        assert_eq!(page(&listing(&["x", "a", "b", "c", "d", "e"], None), end.as_ref()).0, "bc");
    }
}
