//! How deep a body nests, found out before anything is built from it.

use super::scan;

/// Whether the JSON nests no deeper than `limit` arrays and objects. Text that is not JSON may get either answer.
pub(crate) fn is_within(json: &[u8], limit: usize) -> bool {
    let mut depth = 0_usize;
    scan::brackets(json).all(|brackets| {
        let (opened, closed) = (brackets.openings.count_ones() as usize, brackets.closings.count_ones() as usize);
        // Only a block that might lead too deep is gone through.
        let within = depth + opened <= limit || {
            let mut depth = depth;
            brackets.iter().all(|(_, opens)| {
                depth = if opens { depth + 1 } else { depth.saturating_sub(1) };
                depth <= limit
            })
        };
        depth = (depth + opened).saturating_sub(closed);
        within
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is meant, byte by byte.
    fn follows(json: &[u8], limit: usize) -> bool {
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        for byte in json {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = !in_string,
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > limit {
                return false;
            }
        }
        true
    }

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
            assert_eq!(follows(json.as_bytes(), limit), within, "{json} {limit}");
        }
        assert!(!is_within("[".repeat(100_000).as_bytes(), 64));
    }

    #[test]
    fn blocks_are_followed_like_bytes() {
        // A small generator, so that a failure can be repeated.
        let mut state = 42_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..5_000 {
            let mut json = String::new();
            value(&mut json, &mut next, 12);
            let limit = usize::try_from(next(12)).unwrap();
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok(), "{json}");
            assert_eq!(is_within(json.as_bytes(), limit), follows(json.as_bytes(), limit), "{json} {limit}");
        }
    }

    /// Writes a value that nests at random, with strings that look like brackets.
    fn value(json: &mut String, next: &mut impl FnMut(u64) -> u64, left: u64) {
        match next(if left == 0 { 2 } else { 5 }) {
            0 => json.push_str("17"),
            1 => {
                json.push('"');
                for _ in 0..next(40) {
                    json.push_str([r"\\", r#"\""#, "[", "]", "{", "}", "a", " "][usize::try_from(next(8)).unwrap()]);
                }
                json.push('"');
            }
            2 => {
                json.push_str(r#"{"{":"#);
                value(json, next, left - 1);
                json.push('}');
            }
            _ => {
                json.push('[');
                for index in 0..next(4) {
                    json.push_str(if index == 0 { "" } else { ", " });
                    value(json, next, left - 1);
                }
                json.push(']');
            }
        }
    }
}
