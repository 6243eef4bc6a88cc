//! The mechanical part of the writing rules: openings, words, widths, names, and links of pages.
//!
//! `LANGUAGE_ONLY=mcp-server/src/auth` restricts the check to one file or folder.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod pages;
mod rules;

use std::{collections::BTreeMap, env, fs, path::Path};

use tests::workspace;

use crate::rules::{Finding, markdown, rust};

/// Folders with sources and pages.
const FOLDERS: &[&str] = &["mcp-server/src", "mcp-macros/src", "mcp-macros/tests", "playground/src", "tests"];

/// Pages in the root of the workspace.
const PAGES: &[&str] = &["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

/// Files that name the words which others must not use.
const EXEMPT: &str = "tests/language/";

#[test]
fn sources_and_pages_follow_the_rules() {
    let only = env::var("LANGUAGE_ONLY").unwrap_or_default();
    let findings: Vec<String> = texts()
        .iter()
        .filter(|(path, _)| path.starts_with(&only) && !path.starts_with(EXEMPT))
        .flat_map(|(path, text)| check(path, text).into_iter().map(move |finding| (path, finding)))
        .map(|(path, finding)| format!("{path}:{}: {}: {}", finding.line, finding.rule, finding.text))
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &findings {
        *counts.entry(finding.split(": ").nth(1).unwrap()).or_default() += 1;
    }
    assert!(findings.is_empty(), "\n{}\n{} findings: {counts:?}\n", findings.join("\n"), findings.len());
}

fn check(path: &str, text: &str) -> Vec<Finding> {
    if Path::new(path).extension().is_some_and(|extension| extension == "md") { markdown(text) } else { rust(text) }
}

/// Sources and pages by path below the workspace.
fn texts() -> BTreeMap<String, String> {
    let root = workspace::root();
    let below = FOLDERS.iter().flat_map(|folder| {
        let folder = root.join(folder);
        ["rs", "md"].into_iter().flat_map(move |extension| workspace::files(&folder, extension))
    });
    let read = |path: &Path| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(path).unwrap())
    };
    below.chain(PAGES.iter().map(|page| root.join(page))).map(|path| read(&path)).collect()
}
