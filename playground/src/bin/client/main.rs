//! A terminal client for any MCP server over streamable HTTP: a REPL, a pipe filter, or one-shot commands.

mod arguments;
mod catalog;
mod challenge;
mod command;
mod completion;
mod connection;
mod failure;
mod json;
mod listing;
mod logging;
mod notes;
mod options;
mod overview;
mod place;
mod repl;
mod report;
mod session;
mod style;
mod suggestion;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use clap::Parser as _;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use command::Command;
use notes::Notes;
use options::Options;
use session::Session;
use style::Style;

fn main() -> ExitCode {
    let options = Options::parse();
    let notes = Arc::new(Notes::new(Style::of_stderr(), options.quiet));
    match serve(options, &notes) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever read the results has gone (`client -c tools | head -1`): nobody is left to tell.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            notes.complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Whether every command went well.
fn serve(options: Options, notes: &Arc<Notes>) -> io::Result<bool> {
    // A thread of its own carries the connection while this one waits for input.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    let (leave, left) = oneshot::channel::<()>();
    let carrier = thread::spawn(move || runtime.block_on(left));
    let commands = options.commands.clone();
    let mut session = Session::new(options, Arc::clone(notes));
    let outcome = if !commands.is_empty() {
        run_lines(&handle, &mut session, notes, commands.into_iter().map(Ok))
    } else if io::stdin().is_terminal() {
        repl::run(&handle, &mut session, notes)
    } else {
        run_lines(&handle, &mut session, notes, io::stdin().lock().lines())
    };
    handle.block_on(session.close());
    drop(leave);
    // It ends with an error, as `leave` was dropped rather than used.
    let _ = carrier.join();
    outcome
}

/// Runs every line, going on after a failed one unless the server is out of reach.
fn run_lines(
    runtime: &Handle,
    session: &mut Session,
    notes: &Notes,
    lines: impl Iterator<Item = io::Result<String>>,
) -> io::Result<bool> {
    let mut all_well = true;
    for line in lines {
        let command = match command::parse(&line?) {
            Ok(None) => continue,
            Ok(Some(Command::Quit)) => break,
            Ok(Some(command)) => command,
            Err(mistake) => {
                notes.complain(&mistake.to_string());
                all_well = false;
                continue;
            }
        };
        match runtime.block_on(session.run(command)) {
            Ok(answer) => {
                all_well &= !answer.failed;
                print(&answer.text)?;
            }
            Err(failure) => {
                notes.complain(&failure.to_string());
                all_well = false;
                if failure.out_of_reach {
                    break;
                }
            }
        }
    }
    Ok(all_well)
}

/// Results go to stdout, each followed by a line end and visible at once.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", text.trim_end_matches('\n'))?;
    stdout.flush()
}
