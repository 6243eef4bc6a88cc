//! What is said beside the results: progress, log messages and complaints, on stderr.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rmcp::model::ProgressNotificationParam;

use crate::style::{Style, one_line};

/// How many notes are held back before the oldest are forgotten.
const MOST_HELD: usize = 100;

/// Where notes go, shared with the connection, whose notifications arrive at any time.
pub(crate) struct Notes {
    style: Style,
    quiet: bool,
    /// Notes that wait, while they are to wait.
    held: Mutex<Option<VecDeque<String>>>,
}

impl Notes {
    pub(crate) fn new(style: Style, quiet: bool) -> Self {
        Self { style, quiet, held: Mutex::default() }
    }

    /// From now on notes wait.
    pub(crate) fn hold(&self) {
        self.held().get_or_insert_default();
    }

    /// Writes the notes that waited, and from now on each as it comes.
    pub(crate) fn release(&self) {
        // The lock is kept until they are written: those that come now follow them.
        let mut held = self.held();
        held.take().into_iter().flatten().for_each(|note| write(&note));
    }

    /// Something worth knowing, unless the user wants quiet.
    pub(crate) fn mention(&self, text: &str) {
        if !self.quiet {
            self.note(Style::dim, text);
        }
    }

    /// Something that went wrong.
    pub(crate) fn complain(&self, text: &str) {
        self.note(Style::red, text);
    }

    fn note(&self, dress: impl Fn(Style, &str) -> String, text: &str) {
        let foreign = self.style.foreign(text);
        let lines: String = foreign.lines().map(|line| dress(self.style, line) + "\n").collect();
        match &mut *self.held() {
            Some(held) => {
                if held.len() == MOST_HELD {
                    held.pop_front();
                }
                held.push_back(lines);
            }
            None => write(&lines),
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<VecDeque<String>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A note that cannot be written is no reason to stop.
fn write(note: &str) {
    let _ = io::stderr().write_all(note.as_bytes());
}

/// `3/10 reading` with a total, `3 reading` without.
pub(crate) fn of_progress(progress: &ProgressNotificationParam) -> String {
    let amount = match progress.total {
        Some(total) => format!("{}/{total}", progress.progress),
        None => progress.progress.to_string(),
    };
    let message = progress.message.as_deref().map(one_line).unwrap_or_default();
    format!("… {amount} {message}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use rmcp::model::{NumberOrString, ProgressToken};

    use super::*;

    #[test]
    fn progress_shows_how_far_it_is() {
        let mut progress = ProgressNotificationParam::new(ProgressToken(NumberOrString::Number(1)), 3.0);
        assert_eq!(of_progress(&progress), "… 3");
        progress.total = Some(10.0);
        progress.message = Some("half\nway".to_owned());
        assert_eq!(of_progress(&progress), "… 3/10 half way");
    }

    #[test]
    fn held_notes_wait_and_the_oldest_are_forgotten() {
        let notes = Notes::new(Style::default(), false);
        notes.hold();
        (0..=MOST_HELD).for_each(|number| notes.mention(&number.to_string()));
        let held = notes.held().take().unwrap();
        assert_eq!(held.len(), MOST_HELD);
        assert_eq!(held.front().map(String::as_str), Some("1\n"));
    }

    #[test]
    fn quiet_keeps_the_complaints() {
        let notes = Notes::new(Style::default(), true);
        notes.hold();
        notes.mention("progress");
        notes.complain("trouble");
        assert_eq!(notes.held().take().unwrap(), ["trouble\n"]);
    }
}
