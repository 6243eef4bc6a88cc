//! Module tree of a crate, with the paths that each module names.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Sources by path below the workspace.
pub(crate) type Files = BTreeMap<String, String>;

/// Modules of one crate. The first is its root.
pub(crate) struct Crate {
    pub(crate) modules: Vec<Module>,
}

/// A module: a file, or braces within a file.
#[derive(Default)]
pub(crate) struct Module {
    /// Path of its file below the workspace.
    pub file: String,
    pub parent: Option<usize>,
    /// Child modules by name. Alternatives under opposite `cfg`s share a name.
    pub children: BTreeMap<String, Vec<usize>>,
    /// Names of items that the module itself declares.
    pub items: BTreeSet<String>,
    pub uses: Vec<Use>,
    /// Paths outside of `use` declarations, as segments. A lone name is a path of one segment.
    pub paths: BTreeSet<Vec<String>>,
    /// Folder in which the files of its children are.
    folder: PathBuf,
}

/// One name or glob that a `use` declaration imports.
pub(crate) struct Use {
    pub path: Vec<String>,
    /// The name that it binds; `None` for a glob.
    pub name: Option<String>,
    /// `true` with a visibility: a facade that only passes the name on.
    pub is_reexport: bool,
    /// `true` outside of functions, where other modules can see the name.
    pub is_item: bool,
}

impl Crate {
    /// Parses the crate with this root, without `#[cfg(test)]` code.
    pub(crate) fn parse(root: &str, files: &Files) -> Self {
        let mut parsed = Self { modules: Vec::new() };
        let folder = Path::new(root).parent().unwrap().to_owned();
        parsed.file(root.to_owned(), folder, None, files);
        parsed
    }

    fn file(&mut self, file: String, folder: PathBuf, parent: Option<usize>, files: &Files) -> usize {
        let tokens: TokenStream = files[&file].parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        let id = self.add(Module { file, parent, folder, ..Module::default() });
        self.walk(tokens, id, true, files);
        id
    }

    fn add(&mut self, module: Module) -> usize {
        self.modules.push(module);
        self.modules.len() - 1
    }

    /// Reads the tokens of a module. `is_item` is `true` outside of functions, types and macros.
    fn walk(&mut self, tokens: TokenStream, id: usize, is_item: bool, files: &Files) {
        let tokens = Vec::from_iter(tokens);
        let (mut at, mut given_path) = (0, None);
        while at < tokens.len() {
            let rest = &tokens[at..];
            match &rest[0] {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let (attribute, length) = attribute(rest);
                    at += length;
                    let Some(attribute) = attribute else { continue };
                    let text = attribute.stream().to_string().replace(' ', "");
                    if text.starts_with("cfg(test)") || text.starts_with("cfg(all(test") {
                        at += item_length(&tokens[at..]);
                    } else if let Some(path) = text.strip_prefix("path=") {
                        given_path = Some(path.trim_matches('"').to_owned());
                    }
                    continue;
                }
                TokenTree::Ident(ident) if ident == "use" && !is_punct(rest.get(1), '<') => {
                    let length = rest.iter().position(|token| is_punct(Some(token), ';')).unwrap_or(rest.len());
                    let is_reexport = is_item && has_visibility(&tokens[..at]);
                    let mut found = Vec::new();
                    use_tree(&rest[1..length], &[], &mut found);
                    self.modules[id].uses.extend(found.into_iter().map(|(path, name)| Use {
                        path,
                        name,
                        is_reexport,
                        is_item,
                    }));
                    at += length;
                }
                TokenTree::Ident(ident) if ident == "mod" && is_item => {
                    let name = rest[1].to_string();
                    self.child(name, rest.get(2), given_path.take().as_deref(), id, files);
                    at += 3;
                    continue;
                }
                TokenTree::Ident(_) if after_colons_or_dot(&tokens[..at]) => {}
                TokenTree::Ident(ident) => {
                    if is_item && let Some(name) = item_name(rest) {
                        self.modules[id].items.insert(name);
                        at += 1;
                        if ident == "macro_rules" {
                            at += 2;
                        }
                        continue;
                    }
                    let (path, length) = path(rest);
                    let is_metavariable = is_punct(tokens[..at].last(), '$') && path[0] != "crate";
                    let is_lifetime = is_punct(tokens[..at].last(), '\'');
                    // A field or parameter with its type.
                    let is_label = path.len() == 1 && is_punct(rest.get(1), ':');
                    if !is_metavariable && !is_lifetime && !is_label && !declares(tokens[..at].last()) {
                        self.modules[id].paths.insert(path);
                    }
                    at += length;
                    continue;
                }
                TokenTree::Group(group) if !is_visibility(tokens[..at].last(), group) => {
                    self.walk(group.stream(), id, false, files);
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn child(
        &mut self,
        name: String,
        body: Option<&TokenTree>,
        given_path: Option<&str>,
        parent: usize,
        files: &Files,
    ) {
        let folder = &self.modules[parent].folder;
        let child = if let Some(TokenTree::Group(body)) = body {
            let (file, folder) = (self.modules[parent].file.clone(), folder.join(&name));
            let id = self.add(Module { file, parent: Some(parent), folder, ..Module::default() });
            self.walk(body.stream(), id, true, files);
            id
        } else {
            let beside = |path: &str| Path::new(&self.modules[parent].file).parent().unwrap().join(path);
            let candidates = match given_path {
                Some(path) => vec![(beside(path), folder.join(&name))],
                None => vec![
                    (folder.join(format!("{name}.rs")), folder.join(&name)),
                    (folder.join(&name).join("mod.rs"), folder.join(&name)),
                ],
            };
            let mut candidates = candidates.into_iter().map(|(file, folder)| (normal(&file), folder));
            let (file, folder) = candidates
                .find(|(file, _)| files.contains_key(file))
                .unwrap_or_else(|| panic!("{}: no file for `mod {name};`", self.modules[parent].file));
            self.file(file, folder, Some(parent), files)
        };
        self.modules[parent].children.entry(name).or_default().push(child);
    }
}

/// Attribute at the start, and its number of tokens.
fn attribute(tokens: &[TokenTree]) -> (Option<&Group>, usize) {
    let length = if is_punct(tokens.get(1), '!') { 2 } else { 1 };
    match tokens.get(length) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => (Some(group), length + 1),
        _ => (None, length),
    }
}

/// Number of tokens of an item, which ends with braces or a semicolon.
fn item_length(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    tokens.iter().position(ends).map_or(tokens.len(), |last| last + 1)
}

/// Collects the names of a use tree: `a::{b as c, d::*}`.
fn use_tree(tokens: &[TokenTree], prefix: &[String], found: &mut Vec<(Vec<String>, Option<String>)>) {
    let mut path = prefix.to_vec();
    let mut rest = tokens;
    // `::name` is a crate.
    if prefix.is_empty() && is_punct(rest.first(), ':') {
        return;
    }
    while let Some(token) = rest.first() {
        match token {
            TokenTree::Ident(ident) if ident == "as" => {
                let name = rest.get(1).map(ToString::to_string);
                return found.push((path, name));
            }
            // `{self}` stands for the path before the braces.
            TokenTree::Ident(ident) if ident == "self" && !path.is_empty() => {}
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == '*' => return found.push((path, None)),
            TokenTree::Group(group) => {
                let tokens = Vec::from_iter(group.stream());
                for tree in tokens.split(|token| is_punct(Some(token), ',')).filter(|tree| !tree.is_empty()) {
                    use_tree(tree, &path, found);
                }
                return;
            }
            _ => {}
        }
        rest = &rest[1..];
    }
    let name = path.last().cloned();
    found.push((path, name));
}

/// Path at the start, and its number of tokens.
fn path(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let (mut path, mut length) = (vec![tokens[0].to_string()], 1);
    while is_punct(tokens.get(length), ':')
        && is_punct(tokens.get(length + 1), ':')
        && let Some(TokenTree::Ident(ident)) = tokens.get(length + 2)
    {
        path.push(ident.to_string());
        length += 3;
    }
    (path, length)
}

/// Name of the item at the start.
fn item_name(tokens: &[TokenTree]) -> Option<String> {
    let keyword = tokens[0].to_string();
    let name = match &*keyword {
        "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static" => tokens.get(1),
        "macro_rules" => tokens.get(2),
        _ => None,
    };
    name.filter(|name| matches!(name, TokenTree::Ident(_))).map(ToString::to_string)
}

/// Returns `true` if the next name is a declaration.
fn declares(before: Option<&TokenTree>) -> bool {
    before
        .is_some_and(|before| ["fn", "let", "struct", "enum", "trait", "type", "const"].contains(&&*before.to_string()))
}

fn after_colons_or_dot(before: &[TokenTree]) -> bool {
    let is_colons = is_punct(before.last(), ':') && before.len() > 1 && is_punct(before.get(before.len() - 2), ':');
    is_colons || is_punct(before.last(), '.') && !(before.len() > 1 && is_punct(before.get(before.len() - 2), '.'))
}

fn has_visibility(before: &[TokenTree]) -> bool {
    let before = match before.split_last() {
        Some((TokenTree::Group(group), before)) if group.delimiter() == Delimiter::Parenthesis => before,
        _ => before,
    };
    before.last().is_some_and(|token| token.to_string() == "pub")
}

/// Returns `true` for the group of `pub(crate)` or `pub(in path)`, which imports nothing.
fn is_visibility(before: Option<&TokenTree>, group: &Group) -> bool {
    let is_pub = before.is_some_and(|before| before.to_string() == "pub");
    let mut inside = group.stream().into_iter();
    let first = inside.next().map(|token| token.to_string()).unwrap_or_default();
    is_pub && (first == "in" || inside.next().is_none() && ["crate", "super", "self"].contains(&&*first))
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// Normalizes `..` and separators.
fn normal(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::ParentDir => _ = parts.pop(),
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    parts.join("/")
}
