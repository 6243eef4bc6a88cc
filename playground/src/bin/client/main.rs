//! A terminal client for MCP servers over streamable HTTP: a prompt, a filter, or one command.

mod challenge;
mod command;
mod completion;
mod connection;
mod error;
mod item;
mod options;
mod prompt;
mod run;
mod terminal;
mod view;

use std::{future::pending, io, io::IsTerminal as _, process::ExitCode, sync::Arc, thread, time::Duration};

use clap::Parser as _;
use tokio::runtime::{Builder, Handle};

use options::Options;
use run::Runner;
use terminal::{Notes, Theme};

/// Timeout for ending the session when the client exits.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = Options::parse();
    let notes = Arc::new(Notes::new(Theme::of(&io::stderr()), options.quiet));
    match run(options, &notes) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // The reader of the results has exited, as in `client -c tools | head -1`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            notes.error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Connects and runs the commands. Returns `true` if all succeeded.
fn run(options: Options, notes: &Arc<Notes>) -> io::Result<bool> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    // Serves the connection while the main thread waits for input. Ends with the process.
    thread::spawn(move || runtime.block_on(pending::<()>()));
    let connection = match handle.block_on(connection::connect(&options, notes)) {
        Ok(connection) => connection,
        Err(error) => {
            notes.error(&handle.block_on(error.explain(&options.url)));
            return Ok(false);
        }
    };
    let mut runner = Runner { connection, options, notes: Arc::clone(notes), theme: Theme::of(&io::stdout()) };
    let result = if !runner.options.commands.is_empty() {
        run_lines(&handle, &runner, runner.options.commands.iter().cloned().map(Ok))
    } else if io::stdin().is_terminal() {
        prompt::run(&handle, &runner).map(|()| true)
    } else {
        run_lines(&handle, &runner, io::stdin().lines())
    };
    let _ = handle.block_on(runner.connection.close_with_timeout(CLOSE_TIMEOUT));
    result
}

/// Runs every line. Returns `true` if all succeeded.
fn run_lines(runtime: &Handle, runner: &Runner, lines: impl Iterator<Item = io::Result<String>>) -> io::Result<bool> {
    let mut succeeded = true;
    for line in lines {
        match runtime.block_on(runner.run_line(&line?))? {
            Some(success) => succeeded &= success,
            None => break,
        }
    }
    Ok(succeeded)
}
