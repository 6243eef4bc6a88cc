//! `items![first, module::second]`: annotated functions, named.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Path, Token, parse::Parser as _, punctuated::Punctuated, spanned::Spanned as _};

use super::{glue, private};
use crate::diagnostics::Diagnostics;

/// An array of the entries of these functions.
pub(crate) fn items(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let paths = diagnostics.take(Punctuated::<Path, Token![,]>::parse_terminated.parse2(tokens));
    let private = private(Span::mixed_site());
    let paths = match diagnostics.finish(paths) {
        Ok(paths) => paths,
        Err(mistakes) => {
            return quote_spanned!(Span::mixed_site()=> { #mistakes [] as [#private::Entry; 0] });
        }
    };
    let count = paths.len();
    let entries = paths.iter().map(|path| {
        let span = glue(path.span());
        quote_spanned!(span=> <#path as #private::ItemSource>::ENTRY)
    });
    // With its type written out, so that an empty list has one.
    quote_spanned! {Span::mixed_site()=>
        {
            const ENTRIES: [#private::Entry; #count] = [#(#entries),*];
            ENTRIES
        }
    }
}
