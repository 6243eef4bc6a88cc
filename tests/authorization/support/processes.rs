//! Processes that tests start: the authorization server and the programs of the playground.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, Once, OnceLock},
};

use tests::harness::skip_outside_ci;

/// `authorization-server.mjs` as a child process. It ends with this value, or with this process.
#[derive(Debug)]
pub(crate) struct IdentityProvider {
    pub(crate) issuer: String,
    child: Child,
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

impl IdentityProvider {
    /// Returns the instance for tests that do not change it, or `None` if the test is skipped.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<IdentityProvider>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Starts an instance for one test. Returns `None` if the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("authorization");
        if let Some(reason) = missing(&folder) {
            skip_outside_ci(reason);
            return None;
        }
        let mut child = Command::new("node")
            .arg(folder.join("authorization-server.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let stdin = child.stdin.take().expect("a pipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let issuer = line(&mut stdout);
        Some(Self { issuer, child, pipes: Mutex::new(Some((stdin, stdout))) })
    }

    /// Closes its port.
    pub(crate) fn go_down(&self) {
        self.command("down");
    }

    /// Opens its port again, with the same keys.
    pub(crate) fn come_up(&self) {
        self.command("up");
    }

    /// Restarts it with new keys whose ids end in `name`. The first keys have ids that end in
    /// `first`.
    pub(crate) fn rotate(&self, name: &str) {
        self.command(&format!("rotate {name}"));
    }

    fn command(&self, command: &str) {
        let mut pipes = self.pipes.lock().expect("no test failed in here");
        let (stdin, stdout) = pipes.as_mut().expect("open until this is dropped");
        writeln!(stdin, "{command}").expect("the authorization server reads commands");
        assert_eq!(line(stdout), command);
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        if let Ok(mut pipes) = self.pipes.lock() {
            pipes.take();
        }
        // It ends when its standard input is closed. Its status is of no interest.
        _ = self.child.wait();
    }
}

fn missing(folder: &Path) -> Option<&'static str> {
    static NODE: OnceLock<bool> = OnceLock::new();
    let has_node = || Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !NODE.get_or_init(has_node) {
        Some("these tests need Node.js, to run oidc-provider")
    } else if !folder.join("node_modules/oidc-provider").is_dir() {
        Some("these tests need oidc-provider: run tests/authorization/install")
    } else {
        None
    }
}

fn line(stdout: &mut impl BufRead) -> String {
    let mut line = String::new();
    stdout.read_line(&mut line).expect("the authorization server prints a line");
    assert!(!line.is_empty(), "the authorization server ended");
    line.trim_end().to_owned()
}

/// A running program of the playground. It ends with this value.
pub(crate) struct Playground(Child);

impl Playground {
    /// Starts a server.
    pub(crate) fn start(program: &str, arguments: &[&str]) -> Self {
        let child = Command::new(path(program)).args(arguments).env("RUST_LOG", "error").stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{program} does not start: {error}")))
    }

    /// Starts a server, and returns it with the lines that it prints, up to the first with `last`.
    pub(crate) fn start_and_read(program: &str, arguments: &[&str], last: &str) -> (Self, String) {
        let mut command = Command::new(path(program));
        let started = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = started.unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let child = Self(child);
        let mut printed = String::new();
        while !printed.contains(last) {
            let length = stdout.read_line(&mut printed).expect("lines of text");
            assert!(length > 0, "{program} ended: {printed}");
        }
        (child, printed)
    }

    /// Runs a program that must succeed, and returns its output.
    pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
        let output = Command::new(path(program)).args(arguments).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        assert!(output.status.success(), "{program}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The programs of the playground exist. `cargo test` builds those of the crate of a test only.
static BUILT: Once = Once::new();

/// Path of a program of the playground: cargo puts them one folder above the tests.
fn path(program: &str) -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let folder = test.ancestors().nth(2).expect("a test lies in `deps`, in the folder of the profile");
    let path = folder.join(program).with_extension(env::consts::EXE_EXTENSION);
    BUILT.call_once(|| {
        if path.is_file() {
            return;
        }
        let profile = folder.file_name().and_then(OsStr::to_str).expect("the folder of a profile has a name");
        let profile = if profile == "debug" { "dev" } else { profile };
        let build = ["build", "--locked", "--package", "playground", "--bins", "--profile", profile];
        let built = Command::new(env!("CARGO")).args(build).current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(built.is_ok_and(|status| status.success()), "cargo cannot build the playground");
    });
    path
}
