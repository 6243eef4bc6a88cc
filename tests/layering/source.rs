//! Source files as tokens, without comments, attributes and tests.

use std::{collections::BTreeSet, fs, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::architecture::room_of;

/// Tokens of a file, without comments, attributes and tests.
pub(crate) struct Source {
    /// Path below the folder of the sources.
    pub(crate) path: String,
    tokens: Vec<Token>,
}

/// A token. Groups are flattened.
#[derive(PartialEq)]
pub(crate) enum Token {
    Ident(String),
    Punct(char),
    /// A literal as it is written.
    Literal(String),
    Open(Delimiter),
    Close(Delimiter),
}

const COLON: Token = Token::Punct(':');

impl Source {
    pub(crate) fn read(folder: &Path, file: &Path) -> Self {
        let path = file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        Self::parse(path, &fs::read_to_string(file).unwrap())
    }

    pub(crate) fn parse(path: String, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut source = Self { path, tokens: Vec::new() };
        flatten(tokens, &mut source.tokens);
        source
    }

    /// Room of the file; `None` for the root of the crate, which may import everything.
    pub(crate) fn room(&self) -> Option<&str> {
        Some(room_of(&self.path)).filter(|room| *room != "lib")
    }

    /// Rooms that it names, by `crate::…` or by a `super::…` that reaches the root.
    pub(crate) fn imports(&self) -> BTreeSet<String> {
        let depth = self.path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').count();
        let mut imports = BTreeSet::new();
        let mut rest = &self.tokens[..];
        while let Some(token) = rest.first() {
            let up = |path: &&[Token]| path.starts_with(&[ident("super"), COLON, COLON]);
            let ups = rest.chunks(3).take_while(up).count();
            if *token == ident("crate") && rest[1..].starts_with(&[COLON, COLON]) {
                imports.extend(heads(&rest[3..]));
            } else if ups > 0 && ups == depth {
                imports.extend(heads(&rest[3 * ups..]));
            }
            rest = &rest[(3 * ups).max(1)..];
        }
        imports
    }

    /// Identifiers at the start of paths.
    pub(crate) fn first_segments(&self) -> BTreeSet<&str> {
        let begins = |index: usize| {
            let before = &self.tokens[..index];
            // `::axum::…` starts with it as well, and `other::axum::…` does not.
            let goes_on =
                before.ends_with(&[COLON, COLON]) && matches!(before.iter().nth_back(2), Some(Token::Ident(_)));
            self.tokens[index + 1..].starts_with(&[COLON, COLON]) && !goes_on
        };
        self.idents().filter(|(index, _)| begins(*index)).map(|(_, ident)| ident).collect()
    }

    pub(crate) fn idents(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.iter().enumerate().filter_map(|(index, token)| match token {
            Token::Ident(ident) => Some((index, &**ident)),
            _ => None,
        })
    }

    /// String literals as they are written.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Literal(literal) if literal.contains('"') => Some(&**literal),
            _ => None,
        })
    }
}

/// First segments of the path after `::`, or of each path in braces.
fn heads(tokens: &[Token]) -> Vec<String> {
    let (mut heads, mut depth, mut begins) = (Vec::new(), 0_usize, true);
    for token in tokens {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth -= 1,
            Token::Punct(',') if depth == 1 => begins = true,
            Token::Ident(ident) if depth <= 1 && begins => {
                heads.push(ident.clone());
                begins = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// Flattens tokens, without attributes and `#[cfg(test)]` items.
fn flatten(tokens: TokenStream, flat: &mut Vec<Token>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut skips_item = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if matches!(tokens.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!') {
                    tokens.next();
                }
                if let Some(TokenTree::Group(attribute)) = tokens.next() {
                    skips_item |= attribute.stream().to_string().replace(' ', "").contains("cfg(test)");
                }
            }
            // An item ends with its braces or with a semicolon.
            TokenTree::Group(group) if skips_item => skips_item = group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(punct) if skips_item => skips_item = punct.as_char() != ';',
            _ if skips_item => {}
            TokenTree::Group(group) => {
                flat.push(Token::Open(group.delimiter()));
                flatten(group.stream(), flat);
                flat.push(Token::Close(group.delimiter()));
            }
            TokenTree::Ident(ident) => flat.push(Token::Ident(ident.to_string())),
            TokenTree::Punct(punct) => flat.push(Token::Punct(punct.as_char())),
            TokenTree::Literal(literal) => flat.push(Token::Literal(literal.to_string())),
        }
    }
}

fn ident(text: &str) -> Token {
    Token::Ident(text.to_owned())
}
