//! Pages of a list: bytes that are encoded once, and the mark after which the next page begins.

use std::sync::OnceLock;

use bytes::Bytes;

/// End of a page: the position and the key of its last item.
///
/// Positions increase along the list and are never reused, so that the next page is known even
/// after the item was removed. The key identifies the item in a server that assigned other
/// positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) position: u64,
    pub(crate) key: Box<str>,
}

/// A page of a list, for one version and one class of callers.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The member of the result, such as `"tools":[…]`.
    pub(crate) member: Bytes,
    /// End of this page; `None` on the last one.
    pub(crate) end: Option<Mark>,
    /// Cursor to the next page, if it is the same for all callers. The engine fills it at the first
    /// use, because this room has no keys to seal it.
    pub(crate) cursor: OnceLock<Box<str>>,
}

/// One item of a list, as it is written on a page.
pub(super) struct Line<'e> {
    pub(super) position: u64,
    pub(super) key: &'e str,
    pub(super) text: &'e str,
}

impl Page {
    /// Creates the page of the first `size` lines.
    pub(super) fn of<'e>(member: &str, size: usize, mut lines: impl Iterator<Item = Line<'e>>) -> Self {
        let mut text = format!("\"{member}\":[");
        let mut last = None;
        for (index, line) in lines.by_ref().take(size).enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(line.text);
            last = Some(line);
        }
        text.push(']');
        let has_more = lines.next().is_some();
        let end = last.filter(|_| has_more).map(|line| Mark { position: line.position, key: line.key.into() });
        Self { member: text.into(), end, cursor: OnceLock::new() }
    }
}
