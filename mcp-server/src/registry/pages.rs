//! Pages of a list: bytes made once, each with the place where the next one begins.

use std::sync::OnceLock;

use bytes::Bytes;

/// End of a page: the position and the key of its last item.
///
/// Positions are given out once and grow along the list: when the item is gone, what stood behind
/// it follows all the same. The key finds it where another build of the server has given out other
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
    /// The cursor to the next page, where it may be the same for everyone. Made at its first use,
    /// since sealing is not known here.
    pub(crate) cursor: OnceLock<Box<str>>,
}

/// One item of a list, as far as pages are concerned.
pub(super) struct Line<'e> {
    pub(super) position: u64,
    pub(super) key: &'e str,
    pub(super) text: &'e str,
}

impl Page {
    /// The page that begins with the first of these lines, and is no longer than `size`.
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
