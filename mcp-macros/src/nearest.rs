//! The known word that somebody probably meant.

/// The word of `known` that is nearest to `written`, if one is near enough to be a slip or the spelling of another language.
pub(crate) fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = folded(written);
    known
        .into_iter()
        .map(|word| (strsim::levenshtein(&wanted, &folded(word)), word))
        .filter(|(distance, word)| *distance <= word.len().div_ceil(4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// `readOnlyHint`, `read_only` and `readonly` are one word.
fn folded(word: &str) -> String {
    let word: String = word.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect();
    word.strip_suffix("hint").map(str::to_owned).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_other_spellings_are_recognized() {
        let known = ["name", "title", "read_only", "uri_template", "scopes", "min"];
        for (written, expected) in [
            ("nmae", None),
            ("nam", Some("name")),
            ("Title", Some("title")),
            ("readOnlyHint", Some("read_only")),
            ("readonly", Some("read_only")),
            ("uriTemplate", Some("uri_template")),
            ("scope", Some("scopes")),
            ("annotations", None),
        ] {
            assert_eq!(nearest(written, known), expected, "{written}");
        }
    }
}
