//! From an attribute and its item to the output: input, model, expansion, and every mistake on the way.

use proc_macro2::TokenStream;

use crate::{
    diagnostics::Diagnostics,
    expand::{expand, fallback},
    input::{AnnotatedFunction, without_marks},
    kind::Kind,
    model::Model,
};

/// Expands `#[kind(attribute)] item`.
pub(crate) fn annotate(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(function) = AnnotatedFunction::read(kind, item.clone(), &mut diagnostics) else {
        let mistakes = diagnostics.finish::<()>(None).err();
        return mistakes.into_iter().chain([without_marks(item)]).collect();
    };
    let model = Model::read(kind, attribute, &function, &mut diagnostics);
    match diagnostics.finish(model) {
        Ok(model) => expand(&function, &model),
        Err(mistakes) => fallback(kind, &function, &mistakes),
    }
}
