//! Names of servers: those declared in this process, and probable misspellings of them.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use strsim::osa_distance;

/// Names of the modules that were created in this process. A name is kept after its module is
/// dropped.
static DECLARED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Declares the name of a module.
pub(super) fn declare(name: &str) {
    let mut declared = DECLARED.lock();
    if !declared.contains(name) {
        declared.insert(name.to_owned());
    }
}

/// Returns `true` if `written` is probably meant to be `meant`: it resembles `meant`, and no module
/// has the name.
pub(super) fn is_misspelling(written: &str, meant: &str) -> bool {
    resembles(written, meant) && !DECLARED.lock().contains(written)
}

/// Returns `true` for names that differ only in case, or by one or two letters that are added,
/// omitted, replaced or swapped, but are less than half of the shorter name.
///
/// Numbers and single letters after a separator are significant: `api-v1` and `api-v2`, or
/// `notes-a` and `notes-b`, are different names.
fn resembles(written: &str, meant: &str) -> bool {
    if written == meant {
        return false;
    }
    let (written, meant) = (written.to_lowercase(), meant.to_lowercase());
    let distance = osa_distance(&written, &meant);
    let shorter = written.chars().count().min(meant.chars().count());
    distance == 0 || distance <= 2 && distance * 2 < shorter && numbering(&written).eq(numbering(&meant))
}

/// Returns the parts of a name that number it: digits, and single letters.
fn numbering(name: &str) -> impl Iterator<Item = &str> {
    let digits = name.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty());
    digits.chain(name.split(['-', '_', '.', ' ']).filter(|word| word.chars().count() == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelling_is_distinguished_from_another_name() {
        for (written, meant, expected) in [
            ("Notes", "notes", true),
            ("AB", "ab", true),
            ("my_notes", "my-notes", true),
            ("MyNotes", "my-notes", true),
            ("notse", "notes", true),
            ("note", "notes", true),
            ("nots", "notes", true),
            ("nodes", "notes", true),
            ("nnotess", "notes", true),
            ("mats", "math", true),
            ("typo-in-name", "typo-in-nam", true),
            ("tyop-in-nmae", "typo-in-name", true),
            ("api-v1", "api-v2", false),
            ("api", "api2", false),
            ("api-12", "api-21", false),
            ("notes-a", "notes-b", false),
            ("no tasks", "tasks", false),
            ("ab", "a", false),
            ("ab", "ac", false),
            ("math", "path", true),
            ("auth", "math", false),
            ("", "a", false),
            ("admin", "notes", false),
            ("notes", "notes", false),
        ] {
            assert_eq!(resembles(written, meant), expected, "{written} {meant}");
            assert_eq!(resembles(meant, written), expected, "{meant} {written}");
        }
    }

    #[test]
    fn declared_name_is_not_a_misspelling() {
        assert!(is_misspelling("declared-nmae", "declared-name"));
        declare("declared-nmae");
        assert!(!is_misspelling("declared-nmae", "declared-name"));
    }
}
