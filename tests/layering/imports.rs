//! Imports between the files of a crate, resolved through re-exports.

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::Crate;

/// Imported files by importing file, each with one of the paths.
pub(crate) type Imports = BTreeMap<String, BTreeMap<String, String>>;

/// Meaning of a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(usize),
    /// An item of this module.
    Item(usize),
    /// An item of another crate.
    External,
}

impl Crate {
    /// Imports between its files.
    pub(crate) fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (id, module) in self.modules.iter().enumerate() {
            let edges = imports.entry(module.file.clone()).or_default();
            let mut add = |target: Target, path: &[String]| {
                let (Target::Module(at) | Target::Item(at)) = target else { return };
                let file = &self.modules[at].file;
                if *file != module.file {
                    edges.entry(file.clone()).or_insert_with(|| path.join("::"));
                }
            };
            let begins = |name: &String| module.paths.iter().any(|path| path[0] == *name);
            for import in module.uses.iter().filter(|import| !import.is_reexport) {
                for target in self.resolve(id, &import.path, &mut Seen::new()) {
                    // The paths that start with an imported module decide its edges.
                    let is_used = import.name.as_ref().is_some_and(begins);
                    if !(matches!(target, Target::Module(_)) && (is_used || import.name.is_none())) {
                        add(target, &import.path);
                    }
                }
            }
            for path in &module.paths {
                for target in self.resolve(id, path, &mut Seen::new()) {
                    // A lone name is a variable, a field or an item, but not a module.
                    if !matches!(target, Target::Module(_)) {
                        add(target, path);
                    }
                }
            }
        }
        imports
    }

    fn resolve(&self, from: usize, path: &[String], seen: &mut Seen) -> BTreeSet<Target> {
        let mut module = from;
        let mut rest = path;
        while let Some((first, after)) = rest.split_first() {
            match &**first {
                "crate" => module = 0,
                "self" => {}
                "super" => module = self.modules[module].parent.unwrap_or_default(),
                _ => break,
            }
            rest = after;
        }
        let is_anchored = rest.len() < path.len();
        let Some((last, before)) = rest.split_last() else { return BTreeSet::from([Target::Module(module)]) };
        for (index, name) in before.iter().enumerate() {
            let targets = self.lookup(module, name, module == from, seen);
            let inner = targets.iter().find_map(|target| match target {
                Target::Module(id) => Some(*id),
                _ => None,
            });
            match inner {
                Some(inner) => module = inner,
                // A type, the output of a macro, or a crate.
                None if targets.is_empty() && (index > 0 || is_anchored) => {
                    return BTreeSet::from([Target::Item(module)]);
                }
                None => return targets,
            }
        }
        let targets = self.lookup(module, last, module == from, seen);
        if targets.is_empty() && (is_anchored || !before.is_empty()) {
            return BTreeSet::from([Target::Item(module)]);
        }
        targets
    }

    /// Meanings of a name in a module. With `is_inside`, imports within its functions count.
    fn lookup(&self, id: usize, name: &str, is_inside: bool, seen: &mut Seen) -> BTreeSet<Target> {
        let module = &self.modules[id];
        let mut targets: BTreeSet<Target> =
            module.children.get(name).into_iter().flatten().map(|child| Target::Module(*child)).collect();
        if module.items.contains(name) {
            targets.insert(Target::Item(id));
        }
        let visible = || module.uses.iter().enumerate().filter(|(_, import)| import.is_item || is_inside);
        for (index, import) in visible().filter(|(_, import)| import.name.as_deref() == Some(name)) {
            if seen.insert((id, index, name.to_owned())) {
                let found = self.resolve(id, &import.path, seen);
                seen.remove(&(id, index, name.to_owned()));
                targets.extend(found.iter().copied());
                if found.is_empty() {
                    targets.insert(Target::External);
                }
            }
        }
        if !targets.is_empty() {
            return targets;
        }
        for (index, import) in visible().filter(|(_, import)| import.name.is_none()) {
            if seen.insert((id, index, name.to_owned())) {
                for target in self.resolve(id, &import.path, seen) {
                    if let Target::Module(inner) = target {
                        targets.extend(self.lookup(inner, name, false, seen));
                    }
                }
                seen.remove(&(id, index, name.to_owned()));
            }
        }
        targets
    }
}

/// `use` declarations of the current look-up, by module, index and name. Globs may be circular.
type Seen = BTreeSet<(usize, usize, String)>;
