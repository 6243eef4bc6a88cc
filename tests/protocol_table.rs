//! The table of what is served of the protocol (`docs::protocol`) says what is so: its files and tests exist, and it leaves nothing out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const REVISIONS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

/// One line of the table.
struct Row {
    feature: String,
    /// Which revisions have it, oldest first.
    has: [bool; 5],
    code: Vec<String>,
    tests: Vec<String>,
}

#[test]
fn what_the_table_names_exists() {
    let mut missing = BTreeSet::new();
    let features = features();
    for Row { feature, code, tests, .. } in rows() {
        if code.is_empty() || tests.is_empty() {
            missing.insert(format!("{feature}: no code, or no test"));
        }
        for code in code {
            let exists = match code.strip_prefix("Feature::") {
                Some(name) => features.contains_key(name),
                None => workspace().join("mcp-server/src").join(&code).is_file(),
            };
            if !exists {
                missing.insert(format!("{feature}: `{code}`"));
            }
        }
        for test in tests {
            let (file, name) = test.split_once("::").unwrap_or((&test, ""));
            let folder = if file.starts_with("mcp-server/") { workspace() } else { workspace().join("tests") };
            let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
            let found = text.match_indices(&format!("fn {name}(")).any(|(place, _)| is_test(&text[..place]));
            if !found {
                missing.insert(format!("{feature}: `{test}`"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_method_has_a_row_with_its_revisions() {
    let rows = rows();
    let methods = methods();
    assert!(methods.len() > 15 && methods.contains_key("tools/call"), "{methods:?}");
    for (method, (first, last)) in methods {
        let row = rows.iter().find(|row| row.feature == format!("`{method}`"));
        let row = row.unwrap_or_else(|| panic!("no row for `{method}`"));
        let has: Vec<bool> = REVISIONS.iter().map(|revision| (&*first..=&*last).contains(revision)).collect();
        assert_eq!(row.has.as_slice(), has, "{method}");
    }
}

#[test]
fn every_notification_and_question_of_the_server_has_a_row() {
    let rows = rows();
    let mut names = BTreeSet::new();
    let folders = ["types", "envelope", "revision"].map(|room| workspace().join("mcp-server/src/protocol").join(room));
    for file in folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for family in ["notifications/", "elicitation/", "sampling/", "roots/"] {
            // Inside a literal.
            names.extend(text.match_indices(&format!("\"{family}")).map(|(place, _)| {
                text[place + 1..]
                    .chars()
                    .take_while(|char| char.is_ascii_alphabetic() || "_/".contains(*char))
                    .collect()
            }));
        }
    }
    let names: BTreeSet<String> = names;
    assert!(names.contains("notifications/progress") && names.contains("roots/list"), "{names:?}");
    for name in names {
        assert!(rows.iter().any(|row| row.feature == format!("`{name}`")), "no row for `{name}`");
    }
}

#[test]
fn every_feature_has_a_row_that_begins_with_its_first_revision() {
    let rows = rows();
    let features = features();
    assert!(features.len() > 15, "{features:?}");
    for (feature, first) in features {
        let name = format!("Feature::{feature}");
        let rows: Vec<&Row> = rows.iter().filter(|row| row.code.contains(&name)).collect();
        let [row] = rows.as_slice() else { panic!("{} rows for {name}", rows.len()) };
        let begins = row.has.iter().position(|has| *has).map(|index| REVISIONS[index]);
        assert_eq!(begins, Some(&*first), "{name}");
    }
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(workspace().join("mcp-server/src/docs/protocol.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---")) {
        let cells = cells(line);
        assert_eq!(cells.len(), 8, "{line}");
        if cells[0] == "feature" {
            assert_eq!(cells[1..6], REVISIONS, "{line}");
            continue;
        }
        let has = std::array::from_fn(|index| match &*cells[index + 1] {
            "●" => true,
            "–" => false,
            other => panic!("`{other}` in {line}"),
        });
        rows.push(Row { feature: cells[0].clone(), has, code: quoted(&cells[6]), tests: quoted(&cells[7]) });
    }
    rows
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether the function that begins there is a test.
fn is_test(before: &str) -> bool {
    let before = before.trim_end().trim_end_matches("async").trim_end();
    let mut attributes = before.lines().rev().map(str::trim).take_while(|line| line.starts_with("#["));
    attributes.any(|attribute| attribute.starts_with("#[test]") || attribute.starts_with("#[tokio::test"))
}

/// The methods of the table in `protocol/revision/method.rs`, and the first and the last revision of each.
fn methods() -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(workspace().join("mcp-server/src/protocol/revision/method.rs")).unwrap();
    let rows = text.lines().filter_map(|line| line.trim().strip_prefix("Row(M::"));
    rows.map(|row| {
        let name = row.split('"').nth(1).unwrap().to_owned();
        let mut versions = row.split("V::V").skip(1).map(revision);
        (name, (versions.next().unwrap(), versions.next().unwrap()))
    })
    .collect()
}

/// The features of `protocol/revision/since.rs`, and the first revision of each.
fn features() -> BTreeMap<String, String> {
    let text = fs::read_to_string(workspace().join("mcp-server/src/protocol/revision/since.rs")).unwrap();
    let table = text.split("const fn first").nth(1).unwrap().split("\n}\n").next().unwrap();
    let mut arms = table.split("V::V").peekable();
    let mut features = BTreeMap::new();
    while let Some(names) = arms.next() {
        let Some(version) = arms.peek() else { break };
        for name in names.split("Feature::").skip(1) {
            let name = name.split(|char: char| !char.is_ascii_alphanumeric()).next().unwrap();
            features.insert(name.to_owned(), revision(version));
        }
    }
    features
}

/// `2025_11_25)…` as `2025-11-25`.
fn revision(text: &str) -> String {
    text[..10].replace('_', "-")
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
