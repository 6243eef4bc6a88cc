//! The keys of `#[prompt(..)]`: those that all attributes have.

use proc_macro2::TokenStream;

use super::Common;
use crate::{diagnostics::Diagnostics, kind::Kind, settings};

/// Reads what `#[prompt(..)]` says.
pub(crate) fn read_prompt(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Common {
    let mut common = Common::default();
    for setting in settings::read(Kind::Prompt, tokens, &Common::with_keys(&[]), diagnostics) {
        common.set(&setting, diagnostics);
    }
    common
}
