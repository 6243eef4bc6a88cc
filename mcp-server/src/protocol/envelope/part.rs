//! Parts of a message that outlive it, without the memory of the rest.

use bytes::Bytes;

/// Size up to which parts of a message always share its memory.
const SMALL: usize = 4 * 1024;

/// Returns a part of a message. It shares the memory of a small message, and of one of which it is
/// at least the half. Otherwise it is a copy, so that it does not keep the rest.
pub(crate) fn part(message: &Bytes, text: &str) -> Bytes {
    if message.len() <= SMALL || text.len() >= message.len() / 2 {
        message.slice_ref(text.as_bytes())
    } else {
        Bytes::copy_from_slice(text.as_bytes())
    }
}

/// Returns an upper bound for the memory that parts of a message keep: the whole message, or
/// `parts` bytes and a few short texts.
pub(crate) fn kept_bytes(message: usize, parts: usize) -> usize {
    if parts >= message / 2 { message } else { message.min(parts + SMALL) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_keeps_at_most_twice_its_size_of_a_large_message() {
        for (message, length, shares) in
            [(100, 1, true), (SMALL, 1, true), (SMALL + 1, 1, false), (10_000, 4_999, false), (10_000, 5_000, true)]
        {
            let text = "x".repeat(message);
            let message = Bytes::from(text);
            let whole = str::from_utf8(&message).unwrap();
            let part = part(&message, &whole[..length]);
            assert_eq!(part.len(), length);
            assert_eq!(part.as_ptr() == message.as_ptr(), shares, "{length} of {}", message.len());
        }
    }

    #[test]
    fn kept_bytes_bound_the_memory() {
        for (message, parts, kept) in
            [(100, 1, 100), (10_000, 1, 4_097), (10_000, 4_999, 9_095), (10_000, 5_000, 10_000), (4_097, 10, 4_097)]
        {
            assert_eq!(kept_bytes(message, parts), kept);
        }
    }
}
