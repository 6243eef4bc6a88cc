//! Typed access to the value of a setting.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{
    Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Token, UnOp, parse::Parser as _, punctuated::Punctuated,
    spanned::Spanned as _,
};

use crate::{
    diagnostics::{Diagnostics, unknown},
    settings::{Form, Key, Setting},
};

impl Setting {
    /// Reports a value that is missing or of the wrong type, with an example.
    fn reject<T>(&self, diagnostics: &mut Diagnostics, expected: &str) -> Option<T> {
        let problem = match &self.form {
            Form::Flag => "missing",
            Form::List(list) if list.is_empty() => "missing",
            Form::Value(_) | Form::List(_) => "invalid",
        };
        let Key { name, usage, .. } = self.key;
        let message = format!("{problem} value for `{name}`: expected {expected}, as in `{usage}`");
        match &self.form {
            Form::Value(value) => diagnostics.over(value, message),
            Form::List(list) if !list.is_empty() => diagnostics.over(list, message),
            Form::Flag | Form::List(_) => diagnostics.at(self.span, message),
        }
        None
    }

    /// Reads `key = value`.
    fn value(&self, diagnostics: &mut Diagnostics, expected: &str) -> Option<&Expr> {
        match &self.form {
            Form::Value(value) => Some(value),
            Form::Flag | Form::List(_) => self.reject(diagnostics, expected),
        }
    }

    /// Reads `key`, `key = true` or `key = false`.
    pub(crate) fn flag(&self, diagnostics: &mut Diagnostics) -> Option<bool> {
        match &self.form {
            Form::Flag => return Some(true),
            Form::Value(value) => {
                if let Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }) = &**value {
                    return Some(flag.value);
                }
            }
            Form::List(_) => {}
        }
        self.reject(diagnostics, "no value, `true` or `false`")
    }

    /// Reads `key = "text"`, which must not be blank.
    pub(crate) fn text(&self, diagnostics: &mut Diagnostics) -> Option<LitStr> {
        match as_text(self.value(diagnostics, "a string")?) {
            Some(text) if text.value().trim().is_empty() => self.reject(diagnostics, "a non-blank string"),
            Some(text) => Some(text.clone()),
            None => self.reject(diagnostics, "a string"),
        }
    }

    /// Reads `key = "text"`, or a string expression such as `include_str!(..)` or a constant.
    pub(crate) fn text_expression(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        match self.value(diagnostics, "a string")? {
            Expr::Lit(_) => {
                let text = self.text(diagnostics)?;
                Some(Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(text) }))
            }
            other => Some(other.clone()),
        }
    }

    /// Reads `key = "name"` with the name of a choice, and returns the variant of that choice.
    pub(crate) fn choice(
        &self,
        choices: &[(&'static str, &'static str)],
        diagnostics: &mut Diagnostics,
    ) -> Option<&'static str> {
        let text = self.text(diagnostics)?;
        let name = text.value();
        let variant = choices.iter().find(|choice| choice.0 == name).map(|choice| choice.1);
        if variant.is_none() {
            let problem = format_args!("unknown value `{name}` for `{}`", self.key.name);
            let names: Vec<&str> = choices.iter().map(|choice| choice.0).collect();
            diagnostics.over(&text, unknown(problem, &name, &names));
        }
        variant
    }

    /// Reads `key = expression`.
    pub(crate) fn expression(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        self.value(diagnostics, "an expression").cloned()
    }

    /// Reads `key = expression`. A literal must be a number.
    pub(crate) fn number(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let expected = "a number";
        let value = self.value(diagnostics, expected)?;
        match value {
            Expr::Lit(ExprLit { lit: Lit::Int(_) | Lit::Float(_), .. }) => Some(value.clone()),
            Expr::Lit(_) => self.reject(diagnostics, expected),
            _ => Some(value.clone()),
        }
    }

    /// Reads `key = expression`. A literal must be a non-negative integer.
    pub(crate) fn count(&self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let expected = "a non-negative integer";
        let value = self.value(diagnostics, expected)?;
        match value {
            Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => Some(value.clone()),
            Expr::Lit(_) => self.reject(diagnostics, expected),
            value if as_number(value).is_some() => self.reject(diagnostics, expected),
            value => Some(value.clone()),
        }
    }

    /// Reads `key(first, second)` with at least one element.
    pub(crate) fn list(&self, diagnostics: &mut Diagnostics) -> Option<Vec<Expr>> {
        let Form::List(tokens) = &self.form else {
            return self.reject(diagnostics, "a list");
        };
        let elements = diagnostics.take(Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone()))?;
        if elements.is_empty() {
            return self.reject(diagnostics, "at least one element");
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
                    self.reject_element(element, "a string", diagnostics);
                }
                continue;
            };
            let text = text.value();
            if text.trim().is_empty() {
                self.reject_element(element, "a non-blank string", diagnostics);
            } else if seen.contains(&text) {
                self.reject_duplicate(element, &text, diagnostics);
            }
            seen.push(text);
        }
        Some(elements)
    }

    /// Reads `key(first, second)` with the names of choices, and returns their variants.
    pub(crate) fn choices(
        &self,
        choices: &[(&'static str, &'static str)],
        diagnostics: &mut Diagnostics,
    ) -> Vec<Ident> {
        let mut variants: Vec<Ident> = Vec::new();
        for element in self.list(diagnostics).unwrap_or_default() {
            let Some(name) = as_word(&element) else {
                self.reject_element(&element, "a word without quotes", diagnostics);
                continue;
            };
            match choices.iter().find(|choice| choice.0 == name) {
                Some((_, variant)) if variants.iter().any(|known| known == variant) => {
                    self.reject_duplicate(&element, &name, diagnostics);
                }
                Some((_, variant)) => variants.push(Ident::new(variant, Span::mixed_site())),
                None => {
                    let problem = format_args!("unknown element `{name}` in `{}`", self.key.name);
                    let names: Vec<&str> = choices.iter().map(|choice| choice.0).collect();
                    diagnostics.over(&element, unknown(problem, &name, &names));
                }
            }
        }
        variants
    }

    fn reject_element(&self, element: &Expr, expected: &str, diagnostics: &mut Diagnostics) {
        let Key { name, usage, .. } = self.key;
        diagnostics.over(element, format_args!("invalid element in `{name}`: expected {expected}, as in `{usage}`"));
    }

    fn reject_duplicate(&self, element: &Expr, written: &str, diagnostics: &mut Diagnostics) {
        let name = self.key.name;
        diagnostics.over(element, format_args!("duplicate element `{written}` in `{name}`: remove one of them"));
    }
}

/// Returns the literal if the expression is a string literal.
pub(crate) fn as_text(value: &Expr) -> Option<&LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

/// Returns the identifier if the expression is a single one.
fn as_word(value: &Expr) -> Option<String> {
    match value {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
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
