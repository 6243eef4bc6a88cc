//! Doc comments as text: the default description of items and arguments.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, spanned::Spanned as _};

/// Returns the doc comment among the attributes, as an expression of type `&'static str`.
///
/// Common indentation and blank ends are removed. With `#[doc = include_str!(..)]` the lines are
/// joined by `concat!`, because only the compiler knows the included text.
pub(crate) fn doc_text(attributes: &[Attribute]) -> Option<TokenStream> {
    let values: Vec<&Expr> = attributes.iter().filter_map(doc_value).collect();
    let span = values.first()?.span();
    let lines: Option<Vec<String>> = values.iter().map(|value| literal(value)).collect();
    match lines {
        Some(lines) => {
            let text = unindented(&lines);
            (!text.is_empty()).then(|| quote_spanned!(span=> #text))
        }
        None => Some(quote_spanned!(span=> ::core::concat!(#(#values, "\n"),*))),
    }
}

fn doc_value(attribute: &Attribute) -> Option<&Expr> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
        _ => None,
    }
}

fn literal(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// Removes the indentation that all lines share. As in rustdoc, only spaces and tabs count.
///
/// A `/** .. */` comment is one value with several lines.
fn unindented(values: &[String]) -> String {
    let lines: Vec<&str> = values.iter().flat_map(|value| value.split('\n')).map(str::trim_end).collect();
    let is_text = |line: &&&str| !line.is_empty();
    let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let indent = lines.iter().filter(is_text).map(indent).min().unwrap_or_default();
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse::Parser as _;

    use super::*;

    fn text(tokens: TokenStream) -> Option<String> {
        doc_text(&Attribute::parse_outer.parse2(tokens).unwrap()).map(|text| text.to_string())
    }

    #[test]
    fn doc_text_keeps_paragraphs_and_inner_indentation() {
        let comment = quote! {
            /// One.
            ///
            ///     code
            /// Two.
            ///
        };
        assert_eq!(text(comment).as_deref(), Some(r#""One.\n\n    code\nTwo.""#));
        assert_eq!(text(quote! { #[doc = "   "] #[allow(x)] }), None);
    }

    #[test]
    fn doc_text_keeps_lines_that_start_with_a_no_break_space() {
        let comment = quote! { #[doc = "  One."] #[doc = " \u{a0}Two."] };
        let literal: syn::LitStr = syn::parse_str(&text(comment).unwrap()).unwrap();
        assert_eq!(literal.value(), " One.\n\u{a0}Two.");
    }

    #[test]
    fn doc_text_with_include_str_uses_concat() {
        let text = text(quote! { #[doc = include_str!("a.md")] }).unwrap();
        assert!(text.contains("concat") && text.contains("include_str"), "{text}");
    }
}
