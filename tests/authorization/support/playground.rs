//! The programs of the playground, built before the tests and run as anyone would.

use std::{
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// A running program of the playground. It ends with this value.
pub(crate) struct Playground(Child);

impl Playground {
    /// Starts a server.
    pub(crate) fn start(program: &str, arguments: &[&str]) -> Self {
        let child = Command::new(path(program)).args(arguments).env("RUST_LOG", "error").stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{program} does not start: {error}")))
    }

    /// Runs a program to its end, which must be a good one; returns what it printed.
    pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
        let output = Command::new(path(program)).args(arguments).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        assert!(output.status.success(), "{program}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        // Either may fail only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Cargo puts the programs of a workspace one folder above its tests.
fn path(program: &str) -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let folder = test.ancestors().nth(2).expect("a test lies in `deps`, in the folder of the profile");
    let path = folder.join(program).with_extension(env::consts::EXE_EXTENSION);
    assert!(path.is_file(), "{program} is missing: run `cargo build --package playground --bins` first");
    path
}
