//! Lists of items as bytes, made once per protocol version and per class of callers who see the same items.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::{
    auth::{Access, Decision, Principal, ScopeHierarchy, decide, listed},
    protocol::{
        ProtocolVersion,
        since::{self, Feature},
    },
};

/// One list, such as that of the tools.
pub(crate) struct Listing {
    member: &'static str,
    hierarchy: Arc<ScopeHierarchy>,
    /// Whether there are callers to tell apart.
    by_caller: bool,
    /// Whether this list differs between them.
    filtered: bool,
    entries: Vec<Arc<Entry>>,
    /// The list of all that is listed for everyone, per version.
    whole: Versions,
    /// Lists of callers who see less, by what they see.
    classes: RwLock<HashMap<Box<[u64]>, Versions>>,
}

type Versions = [Bytes; ProtocolVersion::ALL.len()];

struct Entry {
    key: Box<str>,
    access: Access,
    text: [Box<str>; ProtocolVersion::ALL.len()],
}

/// More classes than this are not kept: their lists are made each time.
const MOST_CLASSES: usize = 256;

impl Listing {
    pub(crate) fn new(member: &'static str, hierarchy: Arc<ScopeHierarchy>, by_caller: bool) -> Self {
        Self {
            member,
            hierarchy,
            by_caller,
            filtered: by_caller,
            entries: Vec::new(),
            whole: Versions::default(),
            classes: RwLock::default(),
        }
    }

    /// The same list, to be changed and sealed again.
    pub(crate) fn draft(&self) -> Self {
        let mut draft = Self::new(self.member, self.hierarchy.clone(), self.by_caller);
        draft.entries.clone_from(&self.entries);
        draft
    }

    /// Takes out the item of that key.
    pub(crate) fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| &*entry.key != key);
    }

    /// Adds an item, which is known by its key.
    pub(crate) fn add(&mut self, key: &str, descriptor: &impl Serialize, access: &Access) {
        let value = serde_json::to_value(descriptor).unwrap_or_default();
        let text = ProtocolVersion::ALL.map(|version| encode(value.clone(), version).into());
        self.entries.push(Arc::new(Entry { key: key.into(), access: access.clone(), text }));
    }

    /// To be called when all items are in.
    pub(crate) fn seal(&mut self) {
        // Items that no caller sees are left out for all, so that a list without others is the same for everyone.
        self.entries.retain(|entry| listed(&entry.access, &Decision::Allow));
        self.whole = self.versions(|_| true);
        self.filtered = self.by_caller && self.entries.iter().any(|entry| entry.access.hides_from_some());
    }

    /// Whether different callers may get different lists.
    pub(crate) fn varies(&self) -> bool {
        self.filtered
    }

    /// The member of the result, such as `"tools":[…]`, as this caller sees it.
    pub(crate) fn bytes(&self, version: ProtocolVersion, principal: Option<&Principal>) -> Bytes {
        if !self.filtered {
            return self.whole[version.index()].clone();
        }
        let seen = self.seen_by(principal);
        let known = self
            .classes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&*seen)
            .map(|lists| lists[version.index()].clone());
        known.unwrap_or_else(|| {
            let lists = self.versions(|index| is_set(&seen, index));
            let bytes = lists[version.index()].clone();
            let mut classes = self.classes.write().unwrap_or_else(PoisonError::into_inner);
            if classes.len() < MOST_CLASSES {
                classes.insert(seen, lists);
            }
            bytes
        })
    }

    fn seen_by(&self, principal: Option<&Principal>) -> Box<[u64]> {
        let mut seen = vec![0_u64; self.entries.len().div_ceil(64)];
        for (index, entry) in self.entries.iter().enumerate() {
            let decision = decide(&entry.access, principal, &self.hierarchy);
            if listed(&entry.access, &decision) {
                seen[index / 64] |= 1 << (index % 64);
            }
        }
        seen.into()
    }

    fn versions(&self, is_listed: impl Fn(usize) -> bool) -> Versions {
        ProtocolVersion::ALL.map(|version| {
            let listed = self.entries.iter().enumerate().filter(|(index, _)| is_listed(*index));
            let texts: Vec<&str> = listed.map(|(_, entry)| &*entry.text[version.index()]).collect();
            format!("\"{}\":[{}]", self.member, texts.join(",")).into()
        })
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
