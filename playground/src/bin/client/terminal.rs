//! The terminal: styles, safe text, and notes beside the results.

use std::{env, io, io::IsTerminal, io::Write as _, sync::Mutex, sync::PoisonError, sync::mpsc::SyncSender};

use clap::builder::styling::{AnsiColor, Style};

/// Styles for one output stream, which are plain unless it is a terminal.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Theme {
    pub(crate) is_terminal: bool,
    pub(crate) has_color: bool,
}

impl Theme {
    pub(crate) fn of(stream: &impl IsTerminal) -> Self {
        let is_terminal = stream.is_terminal();
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { is_terminal, has_color: is_terminal && !no_color && !is_dumb }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    /// Escapes control characters on a terminal: a server could send sequences that move the
    /// cursor, rename the window or fill the clipboard.
    pub(crate) fn plain(self, text: &str) -> String {
        if !self.is_terminal {
            return text.to_owned();
        }
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        let escape = |c: char| if is_control(c) { c.escape_default().to_string() } else { c.to_string() };
        text.replace("\r\n", "\n").chars().map(escape).collect()
    }

    fn paint(self, style: Style, text: &str) -> String {
        let text = self.plain(text);
        if self.has_color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text }
    }
}

/// Notes that wait until the line editor prints them. Further notes are dropped.
pub(crate) const MAX_QUEUED_NOTES: usize = 100;

/// Printer of notes, shared with the connection, which may print at any time.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    theme: Theme,
    quiet: bool,
    /// Receiver of notes while a line is edited.
    editor: Mutex<Option<SyncSender<String>>>,
}

impl Notes {
    pub(crate) fn new(theme: Theme, quiet: bool) -> Self {
        Self { theme, quiet, ..Self::default() }
    }

    /// Sends further notes to the line editor, or with `None` to standard error again.
    pub(crate) fn redirect(&self, editor: Option<SyncSender<String>>) {
        *self.editor.lock().unwrap_or_else(PoisonError::into_inner) = editor;
    }

    /// Prints a note unless the user asked for quiet.
    pub(crate) fn info(&self, text: &str) {
        if !self.quiet {
            self.print(text, Theme::dim);
        }
    }

    /// Prints an error.
    pub(crate) fn error(&self, text: &str) {
        self.print(text, Theme::red);
    }

    fn print(&self, text: &str, paint: fn(Theme, &str) -> String) {
        let lines: String = text.lines().map(|line| paint(self.theme, line) + "\n").collect();
        let editor = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        match &*editor {
            // The connection must not wait for the terminal, so a note that finds the queue full is
            // lost.
            Some(editor) => drop(editor.try_send(lines)),
            None => drop(io::stderr().write_all(lines.as_bytes())),
        }
    }
}

/// Joins lines, and replaces each run of white space with one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts a text to a number of characters, the last of them an ellipsis.
pub(crate) fn shorten(text: &str, max_characters: usize) -> String {
    if text.chars().count() <= max_characters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_characters.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const TERMINAL: Theme = Theme { is_terminal: true, has_color: true };

    #[test]
    fn only_terminals_get_styles() {
        assert_eq!(TERMINAL.bold("a"), "\x1b[1ma\x1b[0m");
        assert_eq!(Theme::default().bold("a"), "a");
    }

    #[test]
    fn server_text_cannot_control_the_terminal() {
        let text = "a\x1b]0;owned\x07\tb\r\nc\n";
        assert_eq!(TERMINAL.plain(text), "a\\u{1b}]0;owned\\u{7}\tb\nc\n");
        assert_eq!(Theme::default().plain(text), text);
    }

    #[test]
    fn text_is_shortened_by_characters() {
        assert_eq!(shorten("éééé", 4), "éééé");
        assert_eq!(shorten("ééééé", 4), "ééé…");
        assert_eq!(one_line(" a\n  b\tc "), "a b c");
    }

    #[test]
    fn notes_go_to_the_editor_while_it_is_open() {
        let (sender, receiver) = mpsc::sync_channel(MAX_QUEUED_NOTES);
        let notes = Notes::new(Theme::default(), false);
        notes.redirect(Some(sender));
        notes.info("first\nsecond");
        notes.redirect(None);
        notes.info("to standard error");
        assert_eq!(Vec::from_iter(receiver), ["first\nsecond\n"]);
    }

    #[test]
    fn notes_over_the_limit_are_dropped() {
        let (sender, receiver) = mpsc::sync_channel(MAX_QUEUED_NOTES);
        let notes = Notes::new(Theme::default(), false);
        notes.redirect(Some(sender));
        (0..=MAX_QUEUED_NOTES).for_each(|number| notes.info(&number.to_string()));
        notes.redirect(None);
        let queued = Vec::from_iter(receiver);
        assert_eq!(queued.len(), MAX_QUEUED_NOTES);
        assert_eq!(queued.last().unwrap(), "99\n");
    }

    #[test]
    fn quiet_suppresses_all_but_errors() {
        let (sender, receiver) = mpsc::sync_channel(MAX_QUEUED_NOTES);
        let notes = Notes::new(Theme::default(), true);
        notes.redirect(Some(sender));
        notes.info("progress");
        notes.error("trouble");
        drop(notes);
        assert_eq!(Vec::from_iter(receiver), ["trouble\n"]);
    }
}
