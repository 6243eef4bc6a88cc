//! Where the strings and brackets of a JSON text are, 64 bytes at a time.
//!
//! Four bit masks a block say where quotes, backslashes and brackets are; a few operations on them do what following every byte
//! would cost as much for as parsing does.

use wide::u8x16;

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// Brackets of one block that open or close something. One bit a byte: bit 0 is the first byte of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brackets {
    pub(crate) openings: u64,
    pub(crate) closings: u64,
}

impl Brackets {
    /// The brackets one by one: the place in the block, and whether it opens.
    pub(crate) fn iter(self) -> impl Iterator<Item = (usize, bool)> {
        let mut left = self.openings | self.closings;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (place < 64).then(|| (place as usize, self.openings >> place & 1 == 1))
        })
    }
}

/// The brackets of a text, block by block.
pub(crate) fn brackets(json: &[u8]) -> impl Iterator<Item = Brackets> {
    let (blocks, rest) = json.as_chunks::<BLOCK>();
    let mut last = [b' '; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    let mut strings = Strings { inside: 0, escaped: 0 };
    blocks.iter().copied().chain([last]).map(move |block| {
        let masks = masks(&block);
        let outside = !strings.follow(masks.quotes, masks.backslashes);
        Brackets { openings: masks.openings & outside, closings: masks.closings & outside }
    })
}

/// Where the value ends that begins at the start of a valid JSON text which may go on behind it.
pub(crate) fn value_end(json: &str) -> usize {
    let bytes = json.as_bytes();
    match bytes.first() {
        Some(b'"') => string_end(bytes),
        Some(b'[' | b'{') => container_end(bytes),
        _ => bytes
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
            .unwrap_or(bytes.len()),
    }
}

fn string_end(json: &[u8]) -> usize {
    let mut end = 1;
    while let Some(byte) = json.get(end) {
        end += match byte {
            b'"' => return end + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    json.len()
}

fn container_end(json: &[u8]) -> usize {
    let mut depth = 0_usize;
    for (index, brackets) in brackets(json).enumerate() {
        let (opened, closed) = (brackets.openings.count_ones() as usize, brackets.closings.count_ones() as usize);
        // A block that closes less than is open cannot hold the end, unless nothing is open yet.
        if depth > closed {
            depth = depth + opened - closed;
            continue;
        }
        for (place, opens) in brackets.iter() {
            depth = if opens { depth + 1 } else { depth.saturating_sub(1) };
            if depth == 0 {
                return index * BLOCK + place + 1;
            }
        }
    }
    json.len()
}

/// Which bytes are inside strings, from block to block.
struct Strings {
    /// All bits set while the last block ended inside a string, else none.
    inside: u64,
    /// Bit 0 is set while the first byte of the next block is escaped.
    escaped: u64,
}

impl Strings {
    /// The bytes of the next block that are inside a string.
    fn follow(&mut self, quotes: u64, backslashes: u64) -> u64 {
        let quotes = quotes & !self.escaped_bytes(backslashes);
        let inside = prefix_xor(quotes) ^ self.inside;
        self.inside = 0_u64.wrapping_sub(inside >> 63);
        inside
    }

    /// The bytes that a backslash before them escapes.
    fn escaped_bytes(&mut self, mut backslashes: u64) -> u64 {
        let mut escaped = self.escaped;
        backslashes &= !escaped;
        self.escaped = 0;
        while backslashes != 0 {
            let backslash = backslashes & backslashes.wrapping_neg();
            let next = backslash << 1;
            // An escaped backslash escapes nothing itself.
            backslashes &= !(backslash | next);
            escaped |= next;
            self.escaped = backslash >> 63;
        }
        escaped
    }
}

/// Each bit becomes the parity of the bits up to it: between a quote and the next, bits are set.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

struct Masks {
    quotes: u64,
    backslashes: u64,
    openings: u64,
    closings: u64,
}

fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks { quotes: 0, backslashes: 0, openings: 0, closings: 0 };
    let (quarters, _) = block.as_chunks::<16>();
    for (index, quarter) in quarters.iter().enumerate() {
        let bytes = u8x16::new(*quarter);
        // `[` and `{`, and `]` and `}`, differ in this bit only.
        let folded = bytes | u8x16::splat(0x20);
        let find = |bytes: u8x16, byte: u8| u64::from(bytes.simd_eq(u8x16::splat(byte)).to_bitmask()) << (index * 16);
        masks.quotes |= find(bytes, b'"');
        masks.backslashes |= find(bytes, b'\\');
        masks.openings |= find(folded, b'{');
        masks.closings |= find(folded, b'}');
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_it_ends() {
        let long = format!("[{}]", vec![r#"{"a]":["}",1]}"#; 40].join(","));
        for value in
            ["1", "-1.5e3", "true", r#""""#, r#""a\"]b""#, r#""\\""#, "[]", "{}", r#"{"a":[1,{"b":"]}"}]}"#, &long]
        {
            for rest in ["", ",\"next\":[1]", "}", "]", " ,1"] {
                assert_eq!(value_end(&format!("{value}{rest}")), value.len(), "{value}{rest}");
            }
        }
    }
}
