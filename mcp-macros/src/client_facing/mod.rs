//! Expands `#[derive(ClientFacing)]`: registers an error type, and decides for each of its values
//! whether clients read the text.

mod attribute;
mod error_type;
mod text;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Member;

#[cfg(test)]
pub(crate) use self::attribute::KEYS;
use self::{
    attribute::{Kind, Mark},
    error_type::{ErrorType, Rule, Variant},
};
use crate::diagnostics::Diagnostics;

/// Expands the derive on `item`.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let error_type = ErrorType::read(item, &mut diagnostics);
    match diagnostics.finish(error_type) {
        Ok(error_type) => registration(&error_type),
        Err(errors) => errors,
    }
}

fn registration(error_type: &ErrorType) -> TokenStream {
    let private = private();
    let name = &error_type.name;
    let arms = error_type.variants.iter().map(arm);
    let span = Span::mixed_site();
    let value = if error_type.variants.is_empty() { quote_spanned!(span=> *self) } else { quote_spanned!(span=> self) };
    quote_spanned! {span=>
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated, reason = "deprecated variants are matched too")]
            impl #private::ClientFacing for #name {
                #[allow(unused_variables, reason = "not every error shows its text")]
                fn disclose(&self, text: fn(&Self) -> #private::String) -> #private::Disclosure {
                    match #value { #(#arms)* }
                }
            }
            #private::inventory::submit! { #private::ClientFacingType::of::<#name>() }
        };
    }
}

/// Returns the arm of the `match` for a variant, or for the only value of a struct.
fn arm(variant: &Variant) -> TokenStream {
    let span = Span::mixed_site();
    let private = private();
    let path = &variant.path;
    let masked = quote_spanned!(span=> #private::Disclosure::Masked);
    match &variant.rule {
        Rule::Masked => quote_spanned!(span=> #path { .. } => #masked,),
        Rule::Shown(mark) => {
            let fields = mark.fields().iter().map(|(member, binding)| quote_spanned!(span=> #member: #binding,));
            let shown = shown(mark);
            quote_spanned!(span=> #path { #(#fields)* .. } => #shown,)
        }
        Rule::Inner(field, mark) => {
            let fields = mark.iter().flat_map(Mark::fields).filter(|(member, _)| member != field);
            let fields = fields.map(|(member, binding)| quote_spanned!(span=> #member: #binding,));
            let inner = inner_binding(field, mark.as_ref());
            let otherwise = mark.as_ref().map_or(masked, shown);
            quote_spanned! {span=>
                #path { #field: #inner, #(#fields)* .. } => match #private::disclosure(#inner) {
                    #private::Disclosure::Undecided => #otherwise,
                    decided => decided,
                },
            }
        }
    }
}

/// Returns the name to which the field with the inner error is bound.
fn inner_binding(field: &Member, mark: Option<&Mark>) -> Ident {
    let used = mark.and_then(|mark| mark.fields().iter().find(|(member, _)| member == field));
    used.map_or_else(|| Ident::new("inner", Span::mixed_site()), |(_, binding)| binding.clone())
}

/// Returns the decision that shows the error as its mark says.
fn shown(mark: &Mark) -> TokenStream {
    let span = Span::mixed_site();
    let private = private();
    let text = if let Some(text) = &mark.text {
        let literal = &text.literal;
        quote_spanned!(span=> #private::format_text(::core::format_args!(#literal)))
    } else {
        quote_spanned!(span=> text(self))
    };
    let error = match &mark.kind {
        Kind::Text(constructor) => {
            let constructor = Ident::new(constructor, span);
            quote_spanned!(span=> #private::CallError::#constructor(#text))
        }
        Kind::Bare(constructor) => {
            let constructor = Ident::new(constructor, span);
            quote_spanned!(span=> #private::CallError::#constructor())
        }
        Kind::Scopes(scopes) => {
            quote_spanned!(span=> #private::CallError::insufficient_scope([#(#scopes),*]))
        }
        Kind::Code(code) => quote_spanned! {span=>
            #private::CallError::protocol(#private::ErrorObject::new(#private::ErrorCode(#code), #text))
        },
    };
    quote_spanned!(span=> #private::Disclosure::Shown(#error))
}

/// Returns the path to the items that the output may name.
fn private() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::mcp_server::__private)
}
