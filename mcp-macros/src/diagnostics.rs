//! Collects the errors of one expansion, and suggests known words for unknown ones.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors found so far, which are all reported together.
///
/// Dropping it without a call of [`finish`](Self::finish) panics, so that no phase can lose errors.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
    finished: bool,
}

impl Diagnostics {
    /// Records an error at one token.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    /// Records an error that spans all of these tokens.
    pub(crate) fn over(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// Returns the parsed value, or records the error.
    pub(crate) fn take<T>(&mut self, parsed: syn::Result<T>) -> Option<T> {
        parsed.map_err(|error| self.errors.push(error)).ok()
    }

    /// Returns the value if there are no errors, otherwise all errors as `compile_error!` tokens.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, TokenStream> {
        self.finished = true;
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors.iter().map(syn::Error::to_compile_error).collect()),
        }
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        assert!(
            self.finished || std::thread::panicking(),
            "diagnostics dropped without `finish`: their errors would be lost"
        );
    }
}

/// Returns the message for an unknown word, with a suggestion and the list of known words.
///
/// `problem` is the beginning of the message, such as ``unknown key `nam` in `#[tool]` ``.
pub(crate) fn unknown(problem: impl Display, written: &str, known: &[&str]) -> String {
    let suggestion = nearest(written, known).map(|word| format!(", did you mean `{word}`?"));
    let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    format!("{problem}{}\nexpected one of: {}", suggestion.unwrap_or_default(), known.join(", "))
}

/// Returns the known word that is most similar to `written`, if it is likely to be meant.
fn nearest<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let wanted = folded(written);
    known
        .iter()
        .map(|word| (strsim::levenshtein(&wanted, &folded(word)), *word))
        .filter(|(distance, word)| *distance <= word.len().div_ceil(4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Folds the spelling of other languages: `readOnlyHint`, `read_only` and `readonly` are equal.
fn folded(word: &str) -> String {
    let word: String = word.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect();
    word.strip_suffix("hint").map(str::to_owned).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finish_reports_all_errors() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.at(Span::call_site(), "first");
        diagnostics.at(Span::call_site(), "second");
        let errors = diagnostics.finish(Some(())).unwrap_err().to_string();
        assert!(errors.contains("first") && errors.contains("second"));
    }

    #[test]
    #[should_panic(expected = "dropped without `finish`")]
    fn drop_without_finish_panics() {
        drop(Diagnostics::default());
    }

    #[test]
    fn nearest_finds_typos_and_other_spellings() {
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
            assert_eq!(nearest(written, &known), expected, "{written}");
        }
    }
}
