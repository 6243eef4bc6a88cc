//! Patterns: from the regular expressions of JSON Schema (ECMA-262) to those of `regex-lite`.
//!
//! Both take linear time. Look-around, back-references and Unicode classes do not compile: they
//! need the full validator.

use std::{iter::Peekable, str::Chars};

use regex_lite::Regex;

/// `\s` of ECMA-262, as part of a class.
const SPACES: &str = r"\t-\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";

/// `\S` of ECMA-262, as part of a class.
const NO_SPACES: &str = r"\x00-\x08\x0E-\x1F!-\u{9F}\u{A1}-\u{167F}\u{1681}-\u{1FFF}\u{200B}-\u{2027}\u{202A}-\u{202E}\u{2030}-\u{205E}\u{2060}-\u{2FFF}\u{3001}-\u{FEFE}\u{FF00}-\u{10FFFF}";

/// Compiles a pattern. The error is the reason why the pattern is not supported.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern).ok_or("not supported")?;
    Regex::new(&translated).map_err(|error| error.to_string())
}

/// Translates a pattern to the syntax of `regex-lite`. Returns `None` if the meaning would change.
fn translate(pattern: &str) -> Option<String> {
    let mut translated = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => escape(&mut chars, in_class, &mut translated)?,
            '[' if in_class => translated.push_str(r"\["),
            '[' => {
                in_class = true;
                translated.push('[');
                translated.extend(chars.next_if_eq(&'^'));
                // In ECMA-262 a class may be empty.
                if chars.peek() == Some(&']') {
                    return None;
                }
            }
            ']' => {
                in_class = false;
                translated.push(']');
            }
            // Inline flags are specific to Rust.
            '(' if !in_class && chars.next_if_eq(&'?').is_some() => {
                chars.peek().filter(|next| matches!(next, ':' | '<' | '=' | '!'))?;
                translated.push_str("(?");
            }
            // Repetition in Rust, text in ECMA-262.
            '{' if !in_class && chars.peek() == Some(&',') => return None,
            char => translated.push(char),
        }
    }
    Some(translated)
}

fn escape(chars: &mut Peekable<Chars<'_>>, in_class: bool, translated: &mut String) -> Option<()> {
    let escaped = chars.next()?;
    match escaped {
        's' | 'S' => {
            let spaces = if escaped == 's' { SPACES } else { NO_SPACES };
            let (open, close) = if in_class { ("", "") } else { ("[", "]") };
            translated.extend([open, spaces, close]);
        }
        'b' if in_class => translated.push_str(r"\x08"),
        // These have another meaning in Rust.
        'A' | 'U' | 'a' | 'z' | '<' | '>' => return None,
        'x' | 'b' if chars.peek() == Some(&'{') => return None,
        _ => translated.extend(['\\', escaped]),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_the_meaning_of_ecma_262() {
        let cases = [
            ("^[a-z]+$", "abc", "abc\n"),
            (r"^\d+$", "12", "१२"),
            (r"^\w+$", "a_1", "é"),
            (r"^\s+$", " \u{a0}\u{feff}\n", "\u{200b}"),
            (r"^\S+$", "a\u{200b}é", "a\u{a0}"),
            (r"^[\s\S]$", "\u{a0}", "ab"),
            (r"^[^\s,]+$", "a", "a b"),
            (r"^[\S]+$", "a", "a\u{3000}"),
            (r"^[\d.-]+$", "1.2-3", "a"),
            (r"^[[a]+$", "[a", "]"),
            (r"^[\]\[]+$", "][", "a"),
            (r"^a\/b\.c\-d$", "a/b.c-d", "a/bxc-d"),
            (r"^\u00e9\xe9$", "éé", "e"),
            (r"^[\b]$", "\u{8}", "b"),
            (r"\bword\b", "a word", "swords"),
            (r"^(?:a|b){2,3}$", "aba", "a"),
            (r"^(?<year>\d{4})-\d{2}$", "2026-07", "26-07"),
            (r"^a{2}}$", "aa}", "aa"),
            ("b", "abc", "ac"),
            ("", "anything", "\u{0}"),
        ];
        for (pattern, fits, does_not) in cases {
            let regex = compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert!(regex.is_match(fits), "{pattern} {fits:?}");
            assert!(!regex.is_match(does_not) || pattern.is_empty(), "{pattern} {does_not:?}");
        }
    }

    #[test]
    fn spaces_and_other_characters_complement_each_other() {
        let (space, other) = (compile(r"^\s$").unwrap(), compile(r"^\S$").unwrap());
        for char in (0..=0x1_0000).filter_map(char::from_u32) {
            let text = char.to_string();
            // ECMA-262 counts the byte order mark among its spaces, and does not count the next
            // line (U+0085).
            let is_space = char == '\u{feff}' || char.is_whitespace() && char != '\u{85}';
            assert_eq!((space.is_match(&text), other.is_match(&text)), (is_space, !is_space), "{char:?}");
        }
    }

    #[test]
    fn unsupported_syntax_does_not_compile() {
        for pattern in [
            "(",
            "[a",
            "a**{",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?i)a",
            "(?-u:a)",
            r"(a)\1",
            r"\p{L}",
            r"\A",
            r"a\z",
            r"\<",
            "[]",
            "[^]",
            "a{,2}",
            r"\x{41}",
            r"\b{start}",
            r"[\w-.]",
            "[a-z&&b]",
            r"\cJ",
            r"\k<a>",
            r"\",
        ] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }
}
