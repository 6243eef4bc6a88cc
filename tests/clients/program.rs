//! Clients in other languages: programs that check a server and print a report as one line of JSON.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use tests::harness::skip_outside_ci;
use tokio::process::Command;

use crate::servers::Brief;

/// Timeout of a program.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A client program, in the folder of its lock file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) folder: &'static str,
    pub(crate) runtime: &'static str,
    pub(crate) script: &'static str,
    /// Lock file, with the versions of all dependencies.
    pub(crate) lock: &'static str,
    /// Copy of the lock file, which the script `install` writes last.
    pub(crate) installed: &'static str,
}

impl Program {
    pub(crate) const fn typescript(folder: &'static str) -> Self {
        Self {
            folder,
            runtime: "node",
            script: "client.mjs",
            lock: "package-lock.json",
            installed: "node_modules/.installed",
        }
    }

    pub(crate) const fn python(folder: &'static str) -> Self {
        Self {
            folder,
            runtime: ".venv/bin/python",
            script: "client.py",
            lock: "requirements.txt",
            installed: ".venv/.installed",
        }
    }

    /// Returns `true` if the program can run. In CI it must; elsewhere the reason is printed.
    pub(crate) fn is_installed(&self) -> bool {
        let Err(reason) = self.find() else { return true };
        skip_outside_ci(&format!("{}: {reason}; run tests/clients/install", self.folder));
        false
    }

    fn find(&self) -> Result<(), String> {
        let folder = self.folder();
        let installed = std::fs::read(folder.join(self.installed)).map_err(|_| "not installed".to_owned())?;
        if std::fs::read(folder.join(self.lock)).is_ok_and(|lock| lock != installed) {
            return Err("the installed versions differ from the lock file".to_owned());
        }
        let started = std::process::Command::new(self.runtime()).arg("--version").stdout(Stdio::null()).status();
        started.map(drop).map_err(|error| format!("{} does not start: {error}", self.runtime))
    }

    /// Runs the program against a server, and returns its report.
    pub(crate) async fn check(&self, brief: &Brief) -> Value {
        let brief = serde_json::to_string(brief).expect("a brief is JSON");
        let (succeeded, stdout, stderr) = self.run(&[self.script, &brief]).await;
        assert!(
            succeeded && stderr.is_empty(),
            "{} with {brief}\n--- stdout\n{stdout}\n--- stderr\n{stderr}",
            self.folder
        );
        let line = stdout.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{} printed no JSON ({error}): {stdout}", self.folder))
    }

    /// Runs the runtime with these arguments. Returns its success, standard output and standard
    /// error.
    pub(crate) async fn run(&self, arguments: &[&str]) -> (bool, String, String) {
        let child = Command::new(self.runtime())
            .args(arguments)
            .current_dir(self.folder())
            // Files of the user stay untouched.
            .env("HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", self.runtime));
        let ended = tokio::time::timeout(TIMEOUT, child.wait_with_output()).await;
        let output = ended.unwrap_or_else(|_| panic!("{} {arguments:?} did not end", self.folder)).expect("its output");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    /// Runtime of the folder, or else the one on the path.
    fn runtime(&self) -> PathBuf {
        let own = self.folder().join(self.runtime);
        if own.exists() { own } else { PathBuf::from(self.runtime) }
    }

    fn folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(self.folder)
    }
}
