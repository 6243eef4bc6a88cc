//! `Escaped`: text from outside, as one bounded line for the log.

use std::{
    error::Error,
    fmt::{self, Display, Write as _},
    iter,
};

/// Maximum number of characters of one value.
pub(crate) const MAX_CHARS: usize = 200;

/// Shows a value as one line of at most [`MAX_CHARS`] characters of its text, so that it cannot
/// forge a line of a log or control a terminal.
///
/// Characters that do not print are escaped as in Rust: line ends, ANSI escapes, marks that change
/// the direction of text. A backslash is doubled. A longer text ends with `…`.
pub(crate) struct Escaped<T> {
    value: T,
    max: usize,
}

impl<T: Display> Escaped<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value, max: MAX_CHARS }
    }

    /// Shows up to `max` characters.
    pub(crate) fn up_to(value: T, max: usize) -> Self {
        Self { value, max }
    }
}

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = Escaper { out: formatter, left: self.max, cut: false };
        write!(writer, "{}", self.value)
    }
}

/// Escaped text of a header or another value that may not be UTF-8.
pub(crate) fn escaped_bytes(bytes: &[u8]) -> String {
    Escaped::new(String::from_utf8_lossy(bytes)).to_string()
}

/// Maximum number of characters of an error with its sources.
const MAX_CHAIN: usize = 1_000;

/// Returns an error and all its sources as one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    Escaped::up_to(unescaped_chain(error), MAX_CHAIN).to_string()
}

/// Returns an error and all its sources as they are, for errors of the application's own code.
pub(crate) fn unescaped_chain(error: &(dyn Error + 'static)) -> String {
    let sources = iter::successors(Some(error), |error| (*error).source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

struct Escaper<'a, 'b> {
    out: &'a mut fmt::Formatter<'b>,
    left: usize,
    cut: bool,
}

impl fmt::Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            if self.left == 0 {
                // The rest is swallowed: an error would be one of the value.
                return if std::mem::replace(&mut self.cut, true) { Ok(()) } else { self.out.write_char('…') };
            }
            self.left -= 1;
            match char {
                '"' | '\'' => self.out.write_char(char)?,
                _ => write!(self.out, "{}", char.escape_debug())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_stays_on_its_line() {
        for (text, shown) in [
            ("mcp.example.com:80", "mcp.example.com:80"),
            ("it's a \"name\" with é and 語", "it's a \"name\" with é and 語"),
            ("a\r\n2026-01-01 ERROR b", "a\\r\\n2026-01-01 ERROR b"),
            ("\u{1b}[31mred\u{9b}0m", "\\u{1b}[31mred\\u{9b}0m"),
            ("a\u{2028}b\u{2029}c\u{85}d\0\t\u{7f}", "a\\u{2028}b\\u{2029}c\\u{85}d\\0\\t\\u{7f}"),
            ("\u{202e}gnp\u{2066}\u{200b}\u{feff}", "\\u{202e}gnp\\u{2066}\\u{200b}\\u{feff}"),
            ("C:\\n", "C:\\\\n"),
        ] {
            assert_eq!(Escaped::new(text).to_string(), shown);
        }
        assert_eq!(escaped_bytes(b"a\xff\nb"), "a\u{fffd}\\nb");
    }

    #[test]
    fn long_value_is_cut() {
        let shown = |length: usize| Escaped::new("語".repeat(length)).to_string();
        assert_eq!(shown(MAX_CHARS), "語".repeat(MAX_CHARS));
        assert_eq!(shown(MAX_CHARS + 1), "語".repeat(MAX_CHARS) + "…");
        assert_eq!(Escaped::up_to(format_args!("{}{}{}", "ab", "cd", "ef"), 3).to_string(), "abc…");
    }
}
