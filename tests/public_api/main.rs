//! The public API of both crates, item by item: a change of the API changes a file in the same
//! commit.
//!
//! `UPDATE_PUBLIC_API=1 cargo test -p tests --test public_api` writes the files.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use tests::{harness::skip, workspace};

/// The toolchain whose JSON the crate `public_api` reads.
const TOOLCHAIN: &str = "1.95.0";

#[test]
fn public_api_is_as_committed() {
    let update = env::var_os("UPDATE_PUBLIC_API").is_some();
    if !update && env::var_os("CI").is_none() {
        skip("checking the public API documents both crates: set `CI=true` to run this test");
        return;
    }
    let root = workspace::root();
    let mut changes = String::new();
    for package in ["mcp-server", "mcp-macros"] {
        let file = root.join(package).join("public-api.txt");
        let found = listing(&document(&root, package));
        if update {
            fs::write(&file, found.join("\n") + "\n").unwrap();
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        changes += &difference(package, &committed, &found);
    }
    assert!(
        changes.is_empty(),
        "\nthe public API differs from `public-api.txt`:\n{changes}\n\
         If the change is intended, add it to CHANGELOG.md and run \
         `UPDATE_PUBLIC_API=1 cargo test -p tests --test public_api`.\n"
    );
}

/// Documents a package with all its features as JSON, and returns the path of the file.
fn document(root: &Path, package: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    let mut cargo = cargo();
    cargo.current_dir(root).env("RUSTDOC", root.join("tests/public_api/rustdoc")).env_remove("RUSTDOCFLAGS");
    cargo.args(["rustdoc", "--quiet", "--locked", "--lib", "--all-features", "--package", package]);
    cargo.args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"]);
    let status = cargo.status().unwrap();
    assert!(status.success(), "{cargo:?}: {status}");
    target.join("doc").join(package.replace('-', "_")).with_extension("json")
}

/// Returns the cargo of [`TOOLCHAIN`].
fn cargo() -> Command {
    let rustc = Command::new("rustc").arg("--version").output().unwrap();
    if String::from_utf8_lossy(&rustc.stdout).contains(&format!(" {TOOLCHAIN} ")) {
        return Command::new("cargo");
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["run", TOOLCHAIN, "cargo"]);
    rustup
}

/// Returns the public items of a crate, without those that others imply. A type that is not `Send`,
/// `Sync` or `Unpin` has a line that says so.
fn listing(json: &Path) -> Vec<String> {
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).build().unwrap();
    api.items().map(ToString::to_string).filter(|item| !is_implied(item)).collect()
}

/// Returns `true` for an auto trait that a type has, and for what a derived trait consists of.
fn is_implied(item: &str) -> bool {
    let implements = |name: &&str| item.starts_with("impl") && item.contains(&format!("::{name} for "));
    let has_method = |name: &&str| item.contains(&format!("::{name}("));
    let is_absence = item.starts_with("impl !core::marker::");
    let derived = ["clone", "cmp", "deserialize", "eq", "fmt", "hash", "partial_cmp", "serialize"];
    ["Freeze", "RefUnwindSafe", "StructuralPartialEq", "UnsafeUnpin", "UnwindSafe"].iter().any(implements)
        || !is_absence && ["Send", "Sync", "Unpin"].iter().any(implements)
        || item.starts_with("pub fn ") && derived.iter().any(has_method)
}

/// Returns the items that were removed (`-`) and added (`+`).
fn difference(package: &str, committed: &str, found: &[String]) -> String {
    let committed: BTreeSet<&str> = committed.lines().collect();
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let removed = committed.difference(&found).map(|item| format!("{package}: - {item}\n"));
    let added = found.difference(&committed).map(|item| format!("{package}: + {item}\n"));
    removed.chain(added).collect()
}
