//! Prompt with line editing, history and completion.

use std::{env, fs, io, path::PathBuf, sync::mpsc, thread, time::Duration};

use rmcp::service::{Peer, RoleClient};
use rustyline::{
    Behavior, CompletionType, Config, Context, Editor, ExternalPrinter as _, Helper, Highlighter, Hinter, Validator,
};
use rustyline::{completion::Completer, error::ReadlineError, history::FileHistory};
use serde_json::json;
use tokio::{runtime::Handle, time::timeout};

use crate::completion::complete;
use crate::item::{items, list, text};
use crate::run::Runner;
use crate::terminal::MAX_QUEUED_NOTES;

/// Timeout for the names that completion offers.
const COMPLETION_TIMEOUT: Duration = Duration::from_secs(2);

/// Runs each line that the user enters, until `quit` or Ctrl-D.
pub(crate) fn run(runtime: &Handle, runner: &Runner) -> io::Result<()> {
    let server = json!(runner.connection.peer_info());
    let name = server["serverInfo"]["name"].as_str().unwrap_or("unnamed server");
    let version = text(&server["protocolVersion"]);
    runner.notes.info(&format!("{name}, protocol {version}; `help` lists the commands"));
    let config = Config::builder()
        .auto_add_history(true)
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        // Keeps the prompt on the terminal if the results are redirected.
        .behavior(Behavior::PreferTerm);
    let mut editor = Editor::with_config(config.build()).map_err(io::Error::other)?;
    editor.set_helper(Some(Assistant { runtime: runtime.clone(), peer: runner.connection.peer().clone() }));
    let Some(folder) = history_folder() else { return run_lines(runtime, runner, &mut editor) };
    let history = folder.join("history");
    // The first start finds no history, and the prompt works without one.
    let _ = editor.load_history(&history);
    let result = run_lines(runtime, runner, &mut editor);
    let _ = fs::create_dir_all(&folder);
    let _ = editor.save_history(&history);
    result
}

fn run_lines(runtime: &Handle, runner: &Runner, editor: &mut Editor<Assistant, FileHistory>) -> io::Result<()> {
    // Prints notes above the line that is being edited.
    let (sender, receiver) = mpsc::sync_channel(MAX_QUEUED_NOTES);
    let printer = editor.create_external_printer().map(|mut printer| {
        thread::spawn(move || receiver.into_iter().try_for_each(|note| printer.print(note)));
        sender
    });
    loop {
        runner.notes.redirect(printer.as_ref().ok().cloned());
        let line = editor.readline("mcp> ");
        runner.notes.redirect(None);
        let line = match line {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(io::Error::other(error)),
        };
        let outcome = runtime.block_on(async {
            tokio::select! {
                outcome = runner.run_line(&line) => outcome,
                // The dropped request is cancelled on the server, too.
                _ = tokio::signal::ctrl_c() => {
                    runner.notes.error("cancelled");
                    Ok(Some(false))
                }
            }
        });
        if outcome?.is_none() {
            return Ok(());
        }
    }
}

/// Returns the folder `mcp-playground` among the state files of the user.
fn history_folder() -> Option<PathBuf> {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    Some(state.or_else(|| Some(env::home_dir()?.join(".local/state")))?.join("mcp-playground"))
}

/// Completes lines with the names that the server lists.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Assistant {
    runtime: Handle,
    peer: Peer<RoleClient>,
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let list = |kind| {
            let listed = async { timeout(COMPLETION_TIMEOUT, list(&self.peer, kind)).await };
            items(&self.runtime.block_on(listed).ok().and_then(Result::ok).unwrap_or_default())
        };
        Ok(complete(&line[..cursor], list))
    }
}
