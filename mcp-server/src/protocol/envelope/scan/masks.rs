//! Bit masks of the quotes, backslashes and brackets in a block of 64 bytes.

/// Number of bytes that one mask describes.
pub(super) const BLOCK: usize = 64;

/// Positions of the structural bytes of one block. Bit 0 stands for the first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// `[` and `{`
    pub(super) openings: u64,
    /// `]` and `}`
    pub(super) closings: u64,
}

impl Masks {
    /// Finds the structural bytes of a block.
    pub(super) fn of(block: &[u8; BLOCK]) -> Self {
        #[cfg(target_arch = "x86_64")]
        return Self::collect(block, equal_in_lane);
        #[cfg(not(target_arch = "x86_64"))]
        return Self::collect(block, equal_in_word);
    }

    /// Finds the structural bytes of a block on targets without SSE2.
    #[cfg(test)]
    pub(super) fn of_words(block: &[u8; BLOCK]) -> Self {
        Self::collect(block, equal_in_word)
    }

    /// Collects the masks of all parts of a block. `equal(part, fold, byte)` is the mask of the
    /// bytes of the part that equal `byte` once the bits of `fold` are set in them.
    #[inline]
    fn collect<const PART: usize>(block: &[u8; BLOCK], equal: impl Fn([u8; PART], u8, u8) -> u64) -> Self {
        /// `[` and `{`, and `]` and `}`, differ in this bit only.
        const FOLD: u8 = 0x20;
        let mut masks = Self::default();
        let (parts, _) = block.as_chunks::<PART>();
        for (index, part) in parts.iter().enumerate() {
            let find = |fold, byte| equal(*part, fold, byte) << (index * PART);
            masks.quotes |= find(0, b'"');
            masks.backslashes |= find(0, b'\\');
            masks.openings |= find(FOLD, b'{');
            masks.closings |= find(FOLD, b'}');
        }
        masks
    }
}

/// Compares 16 bytes with SSE2, which is part of every x86-64 processor.
#[cfg(target_arch = "x86_64")]
#[inline]
fn equal_in_lane(lane: [u8; 16], fold: u8, byte: u8) -> u64 {
    use safe_arch::{cmp_eq_mask_i8_m128i, m128i, move_mask_i8_m128i, set_splat_i8_m128i};

    let splat = |byte: u8| set_splat_i8_m128i(byte.cast_signed());
    let equal = cmp_eq_mask_i8_m128i(m128i::from(lane) | splat(fold), splat(byte));
    u64::from(move_mask_i8_m128i(equal).cast_unsigned())
}

/// Compares 8 bytes in the bytes of a `u64`.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn equal_in_word(word: [u8; 8], fold: u8, byte: u8) -> u64 {
    /// All bits of each byte but the highest.
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    /// Moves the lowest bits of the eight bytes, in order, into the highest byte of the product.
    const GATHER: u64 = 0x0102_0408_1020_4080;

    let different = (u64::from_le_bytes(word) | u64::from_le_bytes([fold; 8])) ^ u64::from_le_bytes([byte; 8]);
    // Sets the highest bit of each byte that is zero. No carry crosses a byte.
    let equal = !(((different & LOW) + LOW) | different | LOW);
    (equal >> 7).wrapping_mul(GATHER) >> 56
}
