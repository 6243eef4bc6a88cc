//! How deep a body nests, found out before anything is built from it.

/// Whether the JSON nests no deeper than `limit` arrays and objects. Text that is not JSON may get either answer.
pub(crate) fn is_within(json: &[u8], limit: usize) -> bool {
    // A text with few brackets in all cannot nest deeply. Counting them is far cheaper than following them.
    let openings = json.iter().filter(|byte| matches!(byte, b'[' | b'{')).count();
    openings <= limit || deepest_is_within(json, limit)
}

fn deepest_is_within(json: &[u8], limit: usize) -> bool {
    let mut depth = 0_usize;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => _ = bytes.next(),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return false;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_where_they_open_something() {
        for (json, limit, within) in [
            ("1", 0, true),
            ("[]", 0, false),
            ("[]", 1, true),
            ("[[],[],[]]", 2, true),
            ("[[],[],[[]]]", 2, false),
            (r#"{"a":"[[[[[["}"#, 1, true),
            (r#"{"a":"\"[[[[[["}"#, 1, true),
            (r#"{"a":"\\","b":[{}]}"#, 2, false),
            (r#"["]]]]]]",[[[]]]]"#, 3, false),
        ] {
            assert_eq!(is_within(json.as_bytes(), limit), within, "{json} {limit}");
        }
    }
}
