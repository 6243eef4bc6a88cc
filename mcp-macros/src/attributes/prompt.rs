//! The keys of `#[prompt(..)]`: those that all attributes have.

use proc_macro2::TokenStream;

use super::Common;
use crate::{diagnostics::Diagnostics, kind::Kind, settings};

/// What `#[prompt(..)]` says.
#[derive(Debug, Default)]
pub(crate) struct PromptAttribute {
    pub(crate) common: Common,
}

impl PromptAttribute {
    pub(crate) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut attribute = Self::default();
        for setting in settings::read(Kind::Prompt, tokens, &Common::with_keys(&[]), diagnostics) {
            attribute.common.set(&setting, diagnostics);
        }
        attribute
    }
}
