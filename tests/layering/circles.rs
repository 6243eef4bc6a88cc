//! Import circles between the files of a crate.
//!
//! An edge leads from a file to the file of a path in it. Paths are found in `use` declarations
//! with nested groups, in code, and in macro invocations. They are resolved as the compiler does
//! it:
//!
//! - A path starts with `crate`, `self`, `super`, a child module, or a name that a `use` imports.
//! - It leads to the file of its longest prefix that is a module. Re-exports are followed to the
//!   declaring file, through renames and globs.
//! - A `use` with a visibility is a re-export. It is an edge only if its own file uses the name.
//! - An imported module is an edge to the targets of the paths that start with it.
//! - `mod child;` is not an edge.
//!
//! Visibilities, attributes and `#[cfg(test)]` code are ignored. An item that a macro declares
//! belongs to the module in which a path names it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use tests::workspace;

use crate::{
    imports::Imports,
    modules::{Crate, Files},
};

/// Packages of the workspace.
const PACKAGES: &[&str] = &["mcp-server", "mcp-macros", "playground", "tests"];

#[test]
fn no_import_circles() {
    let mut found = Vec::new();
    for (root, imports) in crates() {
        for circle in circles(&imports) {
            let mut lines = vec![format!("{root}: a circle of {} files", circle.len())];
            for file in &circle {
                let inside = imports[file].iter().filter(|(import, _)| circle.contains(*import));
                lines.extend(inside.map(|(import, path)| format!("  {file} -> {import} ({path})")));
            }
            found.push(lines.join("\n"));
        }
    }
    assert!(found.is_empty(), "{} import circles\n{}\n", found.len(), found.join("\n"));
}

#[test]
fn every_source_is_part_of_a_crate() {
    let read: BTreeSet<String> = crates().into_values().flat_map(Imports::into_keys).collect();
    let sources: Vec<String> = PACKAGES.iter().map(|package| format!("{package}/src/")).collect();
    let is_source =
        |file: &&String| sources.iter().any(|folder| file.starts_with(folder)) && !crate::is_test(Path::new(file));
    let missing: Vec<_> = files().into_keys().filter(|file| is_source(&file) && !read.contains(file)).collect();
    assert!(missing.is_empty(), "unreachable from any crate root: {missing:?}");
}

/// Imports of each crate of the workspace, by its root file.
pub(crate) fn crates() -> BTreeMap<String, Imports> {
    let files = files();
    let roots = files.keys().filter(|file| is_root(file));
    roots.map(|root| (root.clone(), Crate::parse(root, &files).imports())).collect()
}

/// Groups of files that reach each other by imports.
fn circles(imports: &Imports) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        imports.keys().map(|file| (file, reached(file, imports))).collect();
    let mut circles = Vec::new();
    let mut placed = BTreeSet::new();
    for (file, reach) in &reached {
        if reach.contains(file) && !placed.contains(*file) {
            let circle: BTreeSet<String> =
                reach.iter().filter(|other| reached[**other].contains(file)).map(|other| (*other).clone()).collect();
            placed.extend(circle.iter().cloned());
            circles.push(circle);
        }
    }
    circles
}

fn reached<'a>(file: &String, imports: &'a Imports) -> BTreeSet<&'a String> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![file]);
    while let Some(file) = next.pop() {
        for import in imports[file].keys() {
            if reached.insert(import) {
                next.push(import);
            }
        }
    }
    reached
}

/// The Rust sources of the workspace.
fn files() -> Files {
    let root = workspace::root();
    let packages = PACKAGES.iter().flat_map(|package| workspace::files(&root.join(package), "rs"));
    packages
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// Returns `true` for the root file of a library, a binary or an integration test.
fn is_root(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    matches!(
        parts[..],
        [_, "src", "lib.rs" | "main.rs"]
            | [_, "src", "bin", _]
            | [_, "src", "bin", _, "main.rs"]
            | [_, "tests", _]
            | [_, "tests", _, "main.rs"]
            | ["tests", _]
            | ["tests", _, "main.rs"]
    )
}

#[cfg(test)]
mod tests_of_circles {
    use super::*;

    #[test]
    fn circles_are_found_through_reexports() {
        let found = circles_of(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::Renamed;"),
            ("b/mod.rs", "mod inner; pub use inner::*; mod other { pub fn f() {} }"),
            ("b/inner.rs", "mod deep; pub(crate) use deep::Deep as Renamed;"),
            ("b/inner/deep.rs", "pub struct Deep; fn f() { vec![super::super::super::a::f()] }"),
            ("c.rs", "use crate::b; fn f() -> b::Renamed { self::g() } fn g() {}"),
        ]);
        assert_eq!(found, [["a.rs", "b/inner/deep.rs"]]);
    }

    #[test]
    fn facades_tests_and_visibilities_close_no_circle() {
        let found = circles_of(&[
            ("lib.rs", "mod a; pub use a::{A, f as g}; pub struct Top; const X: u8 = 1;"),
            ("a.rs", "use crate::Top; mod b; pub struct A; pub(in crate::a) fn f() { std::mem::take(b::g()) }"),
            ("a/b.rs", "pub fn g() {} #[cfg(test)] mod tests { use crate::a::A; }"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_facade_that_uses_its_name_closes_a_circle() {
        let found = circles_of(&[
            ("lib.rs", "mod a; pub use a::A; pub struct Top(A);"),
            ("a.rs", "use super::{Top as T, T2}; pub struct A;"),
        ]);
        assert_eq!(found, [["a.rs", "lib.rs"]]);
    }

    fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        circles(&Crate::parse("lib.rs", &files).imports()).into_iter().map(Vec::from_iter).collect()
    }
}
