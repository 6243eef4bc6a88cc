//! `authorization-server.mjs` as a child process.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use super::skip;

/// A running authorization server. It ends with this value, or with this process.
#[derive(Debug)]
pub(crate) struct IdentityProvider {
    pub(crate) issuer: String,
    child: Child,
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

impl IdentityProvider {
    /// The one for tests that leave it as it is; `None` where there cannot be one, which has been said then.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<IdentityProvider>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// One for a test of its own.
    pub(crate) fn start() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("authorization");
        if let Some(reason) = missing(&folder) {
            assert!(env::var("CI").as_deref() != Ok("true"), "{reason}");
            skip(reason);
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

    /// From now on nothing listens at its port.
    pub(crate) fn go_down(&self) {
        self.tell("down");
    }

    /// Listens again, with the keys it had.
    pub(crate) fn come_up(&self) {
        self.tell("up");
    }

    /// Starts anew with other keys, whose ids end in `name`. Those of the start end in `first`.
    pub(crate) fn rotate(&self, name: &str) {
        self.tell(&format!("rotate {name}"));
    }

    fn tell(&self, command: &str) {
        let mut pipes = self.pipes.lock().expect("no test failed in here");
        let (stdin, stdout) = pipes.as_mut().expect("open until this is dropped");
        writeln!(stdin, "{command}").expect("the authorization server listens to us");
        assert_eq!(line(stdout), command);
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        if let Ok(mut pipes) = self.pipes.lock() {
            pipes.take();
        }
        // It ends by itself when its stdin does; what it returns is of no interest.
        let _ = self.child.wait();
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
    stdout.read_line(&mut line).expect("the authorization server says something");
    assert!(!line.is_empty(), "the authorization server ended");
    line.trim_end().to_owned()
}
