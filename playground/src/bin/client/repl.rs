//! The prompt: a line editor with history and completion.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Behavior, CompletionType, Config, Context, Editor, Helper, Highlighter, Hinter, Validator};
use tokio::runtime::Handle;

use crate::catalog::Catalog;
use crate::command::{self, Command};
use crate::completion::complete;
use crate::notes::Notes;
use crate::session::Session;

const PROMPT: &str = "mcp> ";

/// Reads commands from the terminal until the user leaves. Mistakes made on the way are no reason for a bad exit
/// status; only a server that was out of reach from the start is.
pub(crate) fn run(runtime: &Handle, session: &mut Session, notes: &Notes) -> io::Result<bool> {
    match runtime.block_on(session.server()) {
        Ok(server) => {
            let name = server.server_info.as_ref().map_or("a server without a name", |server| &server.name);
            notes.mention(&format!("{name}, protocol {}; `help` lists the commands", server.protocol_version));
        }
        Err(failure) => {
            notes.complain(&failure.to_string());
            return Ok(false);
        }
    }
    let mut editor = open_editor().map_err(io::Error::other)?;
    let history = history_path();
    if let Some(path) = &history {
        let _ = editor.load_history(path);
    }
    let outcome = converse(runtime, session, notes, &mut editor);
    if let Some(path) = &history {
        let _ = path.parent().map(fs::create_dir_all);
        let _ = editor.save_history(path);
    }
    outcome.map(|()| true)
}

fn converse(
    runtime: &Handle,
    session: &mut Session,
    notes: &Notes,
    editor: &mut Editor<Assistant, FileHistory>,
) -> io::Result<()> {
    loop {
        let catalog = runtime.block_on(interruptible(session.catalog())).unwrap_or_default();
        editor.set_helper(Some(Assistant { catalog }));
        // What the server says meanwhile would be written across the line being typed.
        notes.hold();
        let typed = editor.readline(PROMPT);
        notes.release();
        let line = match typed {
            Ok(line) => line,
            // The line is thrown away, as in a shell.
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Io(error)) => return Err(error),
            Err(error) => return Err(io::Error::other(error)),
        };
        // What cannot be remembered can still be run.
        let _ = editor.add_history_entry(line.trim());
        match command::parse(&line) {
            Ok(None) => {}
            Ok(Some(Command::Quit)) => return Ok(()),
            Ok(Some(command)) => match runtime.block_on(interruptible(session.run(command))) {
                Some(Ok(answer)) => crate::print(&answer.text)?,
                Some(Err(failure)) => notes.complain(&failure.to_string()),
                None => notes.complain("cancelled"),
            },
            Err(mistake) => notes.complain(&mistake.to_string()),
        }
    }
}

/// Waits until it is done or ctrl-c is pressed. A request given up is cancelled at the server too.
async fn interruptible<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        _ = tokio::signal::ctrl_c() => None,
    }
}

fn open_editor() -> rustyline::Result<Editor<Assistant, FileHistory>> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .history_ignore_space(true)
        .history_ignore_dups(true)?
        // The prompt stays on the terminal when the results are sent to a file.
        .behavior(Behavior::PreferTerm)
        .build();
    Editor::with_config(config)
}

/// Where lines are remembered: the platform's place for state that may be lost without harm.
fn history_path() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value: &OsString| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| set("LOCALAPPDATA").filter(|_| cfg!(windows)))
        .or_else(|| env::home_dir().map(|home| home.join(".local/state")))?;
    Some(state.join("mcp-playground").join("history"))
}

/// What the line editor asks while a line is typed.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Assistant {
    catalog: Arc<Catalog>,
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let completion = complete(&line[..cursor], &self.catalog);
        Ok((completion.start, completion.candidates))
    }
}
