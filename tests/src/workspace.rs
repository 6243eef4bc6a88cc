//! Files of the workspace, for tests that read the sources.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Root of the workspace around the current directory.
///
/// The path is not compiled in, so that a copy of the test binary checks the checkout in which it
/// runs.
pub fn root() -> PathBuf {
    let current = env::current_dir().unwrap();
    let is_root =
        |folder: &&Path| fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("[workspace]"));
    current.ancestors().find(is_root).expect("the current directory is inside the workspace").to_owned()
}

/// Sorted paths of the files below `folder` that have this extension, without build output,
/// `node_modules` and hidden folders.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !["target", "node_modules"].contains(&&*name) && !name.starts_with('.') {
            found.extend(files(&path, extension));
        } else if path.is_file() && path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
