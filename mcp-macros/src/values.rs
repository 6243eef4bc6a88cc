//! Typed access to the value of a setting.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{
    Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Token, UnOp, parse::Parser as _, punctuated::Punctuated,
    spanned::Spanned as _,
};

use crate::{
    diagnostics::Diagnostics,
    settings::{Form, Setting},
};

impl Setting {
    /// Reports a value of the wrong type, with an example.
    fn refuse<T>(&self, diagnostics: &mut Diagnostics, expected: &str) -> Option<T> {
        let message = format!("`{}` {expected}: write `{}`", self.key.name, self.key.usage);
        match &self.form {
            Form::Flag => diagnostics.at(self.span, message),
            Form::Value(value) => diagnostics.over(value, message),
            Form::List(list) if list.is_empty() => diagnostics.at(self.span, message),
            Form::List(list) => diagnostics.over(list, message),
        }
        None
    }

    /// Reads `key`, `key = true` or `key = false`.
    pub(crate) fn flag(&self, diagnostics: &mut Diagnostics) -> Option<bool> {
        match &self.form {
            Form::Flag => Some(true),
            Form::Value(value) => match &**value {
                Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }) => Some(flag.value),
                _ => self.refuse(diagnostics, "is a flag"),
            },
            Form::List(_) => self.refuse(diagnostics, "is a flag"),
        }
    }

    /// Reads `key = "text"`, which must not be blank.
    pub(crate) fn text(&self, diagnostics: &mut Diagnostics) -> Option<LitStr> {
        match &self.form {
            Form::Value(value) => match as_text(value) {
                Some(text) if text.value().trim().is_empty() => self.refuse(diagnostics, "is empty"),
                Some(text) => Some(text.clone()),
                None => self.refuse(diagnostics, "is a text in quotes"),
            },
            Form::Flag | Form::List(_) => self.refuse(diagnostics, "needs a text"),
        }
    }

    /// Reads `key = "text"`, or a string expression such as `include_str!(..)` or a constant.
    pub(crate) fn text_expression(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let value = self.expression(diagnostics)?;
        match &value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value().trim().is_empty() => {
                self.refuse(diagnostics, "is empty")
            }
            Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => Some(value),
            Expr::Lit(_) => self.refuse(diagnostics, "is a text in quotes"),
            _ => Some(value),
        }
    }

    /// Reads `key = expression`.
    pub(crate) fn expression(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        match &self.form {
            Form::Value(value) => Some((**value).clone()),
            Form::Flag | Form::List(_) => self.refuse(diagnostics, "needs a value"),
        }
    }

    /// Reads `key = expression`. A literal must be a number.
    pub(crate) fn number(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let value = self.expression(diagnostics)?;
        let is_other_literal =
            matches!(&value, Expr::Lit(ExprLit { lit, .. }) if !matches!(lit, Lit::Int(_) | Lit::Float(_)));
        if is_other_literal { self.refuse(diagnostics, "is a number") } else { Some(value) }
    }

    /// Reads `key = expression`. A literal must be a non-negative integer.
    pub(crate) fn count(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let value = self.expression(diagnostics)?;
        let is_wrong = match &value {
            Expr::Lit(ExprLit { lit, .. }) => !matches!(lit, Lit::Int(_)),
            value => as_number(value).is_some(),
        };
        if is_wrong { self.refuse(diagnostics, "is a whole number, 0 or more") } else { Some(value) }
    }

    /// Reads `key(first, second)` with at least one element.
    pub(crate) fn list(&self, diagnostics: &mut Diagnostics) -> Option<Vec<Expr>> {
        let Form::List(tokens) = &self.form else {
            return self.refuse(diagnostics, "is a list");
        };
        let elements = diagnostics.take(Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone()))?;
        if elements.is_empty() {
            return self.refuse(diagnostics, "is an empty list; leave it out or fill it");
        }
        Some(elements.into_iter().collect())
    }

    /// Reads `key("first", CONSTANT)`. Literals must not be blank or duplicate.
    pub(crate) fn texts(&self, diagnostics: &mut Diagnostics) -> Option<Vec<Expr>> {
        let elements = self.list(diagnostics)?;
        let mut seen: Vec<String> = Vec::new();
        for element in &elements {
            let Some(text) = as_text(element) else {
                if matches!(element, Expr::Lit(_)) {
                    diagnostics
                        .over(element, format_args!("`{}` holds texts: write `{}`", self.key.name, self.key.usage));
                }
                continue;
            };
            let text = text.value();
            if text.trim().is_empty() {
                diagnostics.over(element, format_args!("`{}` holds an empty text", self.key.name));
            } else if seen.contains(&text) {
                diagnostics.over(element, format_args!("`{text}` is in `{}` twice", self.key.name));
            }
            seen.push(text);
        }
        Some(elements)
    }

    /// Reads `key(first, second)`, a list of identifiers.
    pub(crate) fn words(&self, diagnostics: &mut Diagnostics) -> Option<Vec<Ident>> {
        let elements = self.list(diagnostics)?;
        let mut words = Vec::new();
        for element in elements {
            match &element {
                Expr::Path(path) if path.path.get_ident().is_some() => words.extend(path.path.get_ident().cloned()),
                _ => {
                    diagnostics
                        .over(element, format_args!("`{}` holds words: write `{}`", self.key.name, self.key.usage));
                }
            }
        }
        Some(words)
    }
}

/// Returns the literal if the expression is a string literal.
pub(crate) fn as_text(value: &Expr) -> Option<&LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

/// Returns the number if the expression is a number literal, with or without a minus.
pub(crate) fn as_number(value: &Expr) -> Option<f64> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => as_number(expr).map(|number| -number),
        _ => None,
    }
}

/// Returns a literal with an explicit type suffix, for conversion to JSON.
pub(crate) fn as_json_literal(value: &Expr) -> Option<Expr> {
    let literal = |lit: Lit| Expr::Lit(ExprLit { attrs: Vec::new(), lit });
    match value {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(_) | Lit::Bool(_) => Some(value.clone()),
            Lit::Int(number) => {
                let number: u64 = number.base10_parse().ok()?;
                Some(literal(Lit::Int(syn::LitInt::new(&format!("{number}u64"), value.span()))))
            }
            Lit::Float(number) => Some(literal(Lit::Float(float(number.base10_digits(), value.span())))),
            _ => None,
        },
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &**expr {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
                let number: i64 = number.base10_parse().ok()?;
                let number = literal(Lit::Int(syn::LitInt::new(&format!("{number}i64"), value.span())));
                syn::parse2(quote::quote_spanned!(value.span()=> -#number)).ok()
            }
            Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => {
                let number = float(number.base10_digits(), value.span());
                syn::parse2(quote::quote_spanned!(value.span()=> -#number)).ok()
            }
            _ => None,
        },
        _ => None,
    }
}

fn float(digits: &str, span: Span) -> syn::LitFloat {
    syn::LitFloat::new(&format!("{digits}f64"), span)
}

/// Formats an expression for messages.
pub(crate) fn written(value: &Expr) -> String {
    value.to_token_stream().to_string().replace(' ', "")
}
