//! Compares the key tables of the documentation with the keys that the macros accept.
//!
//! The tables are in `mcp-server/src/docs`, because only `mcp-server` can link to its own items.

use std::{fs, path::Path};

use super::{
    Common, access,
    argument::{ArgumentAttribute, LENGTH_KEYS, RANGE_KEYS},
    icon, resource, tool, ui,
};
use crate::{client_facing, input::Kind, settings::Key};

const KEYS: &str = "# Keys";
const ARG_KEYS: &str = "# Keys of `#[arg]`";
const ICON_KEYS: &str = "# Keys of `icon`";
const UI_KEYS: &str = "# Keys of `ui`";
const CLIENT_KEYS: &str = "# Keys of `#[client]`";

/// Returns the rows of the first table below a heading.
fn rows(page: &str, heading: &str) -> Vec<String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mcp-server/src/docs");
    let text = fs::read_to_string(docs.join(page).with_extension("md")).unwrap();
    let below = text.lines().skip_while(|line| *line != heading).skip_while(|line| !line.starts_with('|'));
    below.take_while(|line| line.starts_with('|')).skip(2).map(str::to_owned).collect()
}

/// Returns the words of the code spans in a row, without numbers. The first one is the key.
fn words(row: &str) -> Vec<&str> {
    let spans = row.split('`').skip(1).step_by(2);
    let is_separator = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    spans
        .flat_map(|span| span.split(is_separator))
        .filter(|word| word.starts_with(|first: char| first.is_ascii_alphabetic()))
        .collect()
}

fn names(keys: &[&Key]) -> Vec<&'static str> {
    let mut names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    names.sort_unstable();
    names
}

#[test]
fn key_tables_list_exactly_the_accepted_keys() {
    for (page, heading, keys) in [
        ("tool", KEYS, Common::with_keys(&tool::KEYS)),
        ("resource", KEYS, Common::with_keys(&resource::KEYS)),
        ("prompt", KEYS, Common::with_keys(&[])),
        ("tool", ARG_KEYS, ArgumentAttribute::keys(Kind::Tool)),
        ("resource", ARG_KEYS, ArgumentAttribute::keys(Kind::Resource)),
        ("prompt", ARG_KEYS, ArgumentAttribute::keys(Kind::Prompt)),
        ("tool", ICON_KEYS, icon::MEMBERS.to_vec()),
        ("resource", UI_KEYS, ui::KEYS.to_vec()),
        ("client_facing", CLIENT_KEYS, client_facing::KEYS.to_vec()),
    ] {
        let rows = rows(page, heading);
        let mut documented: Vec<&str> = rows.iter().map(|row| words(row)[0]).collect();
        documented.sort_unstable();
        assert_eq!(documented, names(&keys), "{page}.md, {heading}");
    }
}

#[test]
fn rows_of_range_and_length_list_exactly_their_bounds() {
    let rows = rows("tool", ARG_KEYS);
    for (key, bounds) in [("range", names(&RANGE_KEYS)), ("length", names(&LENGTH_KEYS))] {
        let row = rows.iter().map(|row| words(row)).find(|row| row[0] == key).unwrap();
        let mut documented: Vec<&str> = row[1..].to_vec();
        documented.sort_unstable();
        documented.dedup();
        assert_eq!(documented, bounds, "{key}");
    }
}

#[test]
fn key_tables_list_all_choices() {
    for (page, heading, key, choices) in [
        ("tool", KEYS, "listing", &access::LISTINGS[..]),
        ("tool", KEYS, "visibility", &ui::VISIBILITIES[..]),
        ("tool", ICON_KEYS, "theme", &icon::THEMES[..]),
        ("resource", KEYS, "listing", &access::LISTINGS[..]),
        ("resource", KEYS, "audience", &resource::AUDIENCES[..]),
        ("resource", KEYS, "cache_scope", &resource::CACHE_SCOPES[..]),
        ("resource", UI_KEYS, "permissions", &ui::PERMISSIONS[..]),
        ("prompt", KEYS, "listing", &access::LISTINGS[..]),
    ] {
        let rows = rows(page, heading);
        let row = rows.iter().map(|row| words(row)).find(|row| row[0] == key).unwrap();
        for (word, _) in choices {
            assert!(row.contains(word), "{page}.md, {heading}: `{word}` is missing in the row of `{key}`");
        }
    }
}

#[test]
fn macro_definitions_have_no_second_key_table() {
    let definitions = include_str!("../lib.rs");
    assert!(!definitions.lines().any(|line| line.starts_with("/// |")));
}
