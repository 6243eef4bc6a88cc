//! Collects every mistake of one expansion, so that all of them are reported together.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far. It has to be handed in with [`finish`](Self::finish): dropped before that it panics, so that no
/// phase can lose what an earlier one found.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
    finished: bool,
}

impl Diagnostics {
    /// Notes a mistake at the token that is wrong.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    /// Notes a mistake that all of these tokens make together.
    pub(crate) fn over(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// Takes what was parsed, or notes why it could not be.
    pub(crate) fn take<T>(&mut self, parsed: syn::Result<T>) -> Option<T> {
        parsed.map_err(|error| self.errors.push(error)).ok()
    }

    /// What was made, if nothing is wrong with it; else every mistake, as tokens that make the compiler say so.
    pub(crate) fn finish<T>(mut self, made: Option<T>) -> Result<T, TokenStream> {
        self.finished = true;
        match made {
            Some(made) if self.errors.is_empty() => Ok(made),
            _ => Err(self.errors.iter().map(syn::Error::to_compile_error).collect()),
        }
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        assert!(self.finished || std::thread::panicking(), "the mistakes of an expansion were dropped unread");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_all_reported() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.at(Span::call_site(), "first");
        diagnostics.at(Span::call_site(), "second");
        let errors = diagnostics.finish(Some(())).unwrap_err().to_string();
        assert!(errors.contains("first") && errors.contains("second"));
    }

    #[test]
    #[should_panic(expected = "dropped unread")]
    fn mistakes_cannot_be_forgotten() {
        drop(Diagnostics::default());
    }
}
