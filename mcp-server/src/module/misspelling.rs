//! Recognizes probable misspellings of a name.

use strsim::{hamming, osa_distance};

/// Returns `true` if `written` is `meant` in another spelling (case, `-`, `_`, `.`, spaces), or
/// differs from `meant` by one added, omitted or swapped letter.
///
/// Replaced letters and digits are significant: `api-v1` and `api-v2`, or `notes-a` and `notes-b`,
/// are different names.
pub(super) fn is_misspelling(written: &str, meant: &str) -> bool {
    let (written, meant) = (folded(written), folded(meant));
    let is_replaced = || hamming(&written, &meant) == Ok(1);
    // A single letter is a large part of a short name.
    let is_long = || written.chars().count().min(meant.chars().count()) >= 3;
    written == meant
        || is_long()
            && osa_distance(&written, &meant) == 1
            && !is_replaced()
            && without_letters(&written) == without_letters(&meant)
}

fn folded(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

fn without_letters(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::is_misspelling;

    #[test]
    fn misspelling_is_distinguished_from_another_name() {
        for (written, meant, expected) in [
            ("Notes", "notes", true),
            ("my_notes", "my-notes", true),
            ("notse", "notes", true),
            ("note", "notes", true),
            ("typo-in-name", "typo-in-nam", true),
            ("nnotes", "notes", true),
            ("api-v1", "api-v2", false),
            ("api", "api2", false),
            ("api-12", "api-21", false),
            ("notes-a", "notes-b", false),
            ("ab", "a", false),
            ("", "a", false),
            ("admin", "notes", false),
        ] {
            assert_eq!(is_misspelling(written, meant), expected, "{written} {meant}");
            assert_eq!(is_misspelling(meant, written), expected, "{meant} {written}");
        }
    }
}
