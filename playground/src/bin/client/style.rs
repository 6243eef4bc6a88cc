//! Emphasis for a terminal, plain text for anything else.

use std::borrow::Cow;
use std::env;
use std::io::{self, IsTerminal as _};

/// How text is dressed for one stream.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Style {
    pub(crate) terminal: bool,
    colored: bool,
}

impl Style {
    pub(crate) fn of_stdout() -> Self {
        Self::of_stream(io::stdout().is_terminal())
    }

    pub(crate) fn of_stderr() -> Self {
        Self::of_stream(io::stderr().is_terminal())
    }

    fn of_stream(terminal: bool) -> Self {
        let declined = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let unable = env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { terminal, colored: terminal && !declined && !unable }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.dress("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.dress("2", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.dress("31", text)
    }

    fn dress(self, code: &str, text: &str) -> String {
        if self.colored && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Text from the server. On a terminal its control characters are shown rather than obeyed: they could move the
    /// cursor, rename the window or fill the clipboard. Elsewhere it stays as it came.
    pub(crate) fn foreign(self, text: &str) -> Cow<'_, str> {
        let obeyed = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
        if self.terminal && text.contains(obeyed) {
            Cow::Owned(text.replace("\r\n", "\n").chars().map(|c| if obeyed(c) { visible(c) } else { c }).collect())
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// The picture Unicode has for a control character: ␛ for escape.
fn visible(control: char) -> char {
    match u32::from(control) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7f => '␡',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// Text on one line, its runs of white space made single.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `limit` characters, the last an ellipsis when something was cut.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Style = Style { terminal: true, colored: true };

    #[test]
    fn dresses_only_for_a_terminal() {
        assert_eq!(TERMINAL.bold("a"), "\x1b[1ma\x1b[0m");
        assert_eq!(Style::default().bold("a"), "a");
    }

    #[test]
    fn a_server_cannot_drive_the_terminal() {
        assert_eq!(TERMINAL.foreign("a\x1b]0;owned\x07\tb\r\nc\n"), "a␛]0;owned␇\tb\nc\n");
        assert_eq!(Style::default().foreign("a\x1b[2J"), "a\x1b[2J");
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(shortened("éééé", 4), "éééé");
        assert_eq!(shortened("ééééé", 4), "ééé…");
        assert_eq!(one_line(" a\n  b\tc "), "a b c");
    }
}
