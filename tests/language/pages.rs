//! Pages on a code host: links, anchors and code blocks that work there as well as in rustdoc.
//!
//! A guide links with labels: `[text][Context]`. At its end, the label leads to a file, for the code
//! host. In `docs/links.txt`, which rustdoc reads first, it leads to the item.
//! `UPDATE_DOCS=1 cargo test -p tests --test language` writes both, and turns inline links such as
//! `[text](crate::Context)` into labels.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Component, Path, PathBuf},
};

use tests::workspace;

/// Folder of the guides.
const GUIDES: &str = "mcp-server/src/docs";

/// Items of other crates that guides link to.
const FOREIGN: [(&str, &str); 1] = [("HeaderMap", "https://docs.rs/http/latest/http/header/struct.HeaderMap.html")];

#[test]
fn pages_read_well_on_a_code_host() {
    let root = workspace::root();
    let pages: Vec<PathBuf> = workspace::files(&root, "md");
    if env::var_os("UPDATE_DOCS").is_some() {
        update(&root);
    }
    let mut findings = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        let name = page.strip_prefix(&root).unwrap().display();
        findings.extend(check(&root, page, &text).into_iter().map(|finding| format!("{name}: {finding}")));
    }
    findings.extend(check_guides(&root));
    assert!(findings.is_empty(), "\n{}\n{} findings\n", findings.join("\n"), findings.len());
}

/// Returns the defects of one page.
fn check(root: &Path, page: &Path, text: &str) -> Vec<String> {
    let mut findings: Vec<String> =
        hidden_lines(text).map(|line| format!("hidden line in an example: {line}")).collect();
    let prose = prose(text);
    let definitions = definitions(&prose);
    let links = links(&prose);
    for label in &links.labels {
        if !definitions.contains_key(&label.to_lowercase()) {
            findings.push(format!("undefined label `[{label}]`"));
        }
    }
    let used: BTreeSet<String> = links.labels.iter().map(|label| label.to_lowercase()).collect();
    findings
        .extend(definitions.keys().filter(|label| !used.contains(*label)).map(|label| format!("unused `[{label}]:`")));
    for target in links.targets.iter().chain(definitions.values()) {
        if let Err(reason) = check_target(root, page, text, target) {
            findings.push(format!("dead link `{target}`: {reason}"));
        }
    }
    findings
}

/// Returns the lines of Rust examples that rustdoc hides.
fn hidden_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut language = None;
    text.lines().filter(move |line| {
        let trimmed = line.trim_start();
        if let Some(fence) = trimmed.strip_prefix("```") {
            language = if language.is_none() { Some(fence) } else { None };
        }
        language.is_some_and(|language| language.is_empty() || language.starts_with("rust"))
            && (trimmed == "#" || trimmed.starts_with("# "))
    })
}

/// Returns the text with spaces for code, so that neither brackets nor headings are found in it.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose.push_str(line);
        }
        prose.push('\n');
    }
    let mut is_span = false;
    prose
        .split_inclusive('`')
        .map(|part| {
            let masked =
                if is_span { part.replace(|letter| letter != '`' && letter != '\n', "x") } else { part.to_owned() };
            is_span = !is_span;
            masked
        })
        .collect()
}

/// Links of a page.
#[derive(Debug, Default, PartialEq)]
struct Links {
    /// Targets of inline links.
    targets: Vec<String>,
    /// Labels of reference links.
    labels: Vec<String>,
}

fn links(prose: &str) -> Links {
    let mut links = Links::default();
    for (at, _) in prose.match_indices(']') {
        let rest = &prose[at + 1..];
        if let Some(target) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            links.targets.push(target.0.to_owned());
        } else if let Some(label) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            links.labels.push(label.0.to_owned());
        } else if !rest.starts_with(':')
            && let Some(start) = prose[..at].rfind('[')
            && !prose[..start].ends_with(']')
        {
            // A shortcut: brackets are text unless the page defines them, except around code.
            let label = &prose[start + 1..at];
            if label.starts_with('`') && label.ends_with('`') {
                links.labels.push(label.to_owned());
            }
        }
    }
    links
}

/// Returns the targets of labels, by the label in lower case.
fn definitions(prose: &str) -> BTreeMap<String, String> {
    let definition = |line: &str| {
        let (label, target) = line.strip_prefix('[')?.split_once("]: ").filter(|(label, _)| !label.contains(']'))?;
        Some((label.to_lowercase(), target.trim().to_owned()))
    };
    prose.lines().filter_map(definition).collect()
}

/// Checks a target on `page`, whose text is `text`.
fn check_target(root: &Path, page: &Path, text: &str, target: &str) -> Result<(), String> {
    if target.starts_with("https://") {
        return Ok(());
    }
    if target.contains("::") || target.contains("://") {
        return Err("expected a relative path or an https URL".to_owned());
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let file = if path.is_empty() { page.to_owned() } else { normal(&page.parent().unwrap().join(path)) };
    let is_known = path.is_empty() || (file.starts_with(root) && file.exists());
    if !is_known {
        return Err("there is no such file".to_owned());
    }
    let Some(anchor) = anchor else { return Ok(()) };
    let known = anchors(&if path.is_empty() { text.to_owned() } else { fs::read_to_string(&file).unwrap() });
    if known.contains(anchor) { Ok(()) } else { Err(format!("there is no such heading: expected one of {known:?}")) }
}

/// Returns the path without `..`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, component| {
        if component == Component::ParentDir {
            normal.pop();
        } else {
            normal.push(component);
        }
        normal
    })
}

/// Returns the anchors of the headings of a page, as code hosts and rustdoc derive them.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut anchors, mut counts) = (BTreeSet::new(), BTreeMap::new());
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        if is_code || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().to_lowercase().replace(' ', "-");
        let slug: String = kept.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect();
        let count = *counts.entry(slug.clone()).and_modify(|count| *count += 1).or_insert(0_usize);
        anchors.insert(if count == 0 { slug } else { format!("{slug}-{count}") });
    }
    anchors
}

/// Returns the defects of the links between guides and items.
fn check_guides(root: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    let (links, pages) = expected(root);
    if fs::read_to_string(root.join(GUIDES).join("links.txt")).unwrap_or_default() != links {
        findings.push("links.txt is out of date: run with UPDATE_DOCS=1".to_owned());
    }
    for (path, text) in pages {
        if fs::read_to_string(&path).unwrap() != text {
            findings.push(format!("{}: links are out of date: run with UPDATE_DOCS=1", path.display()));
        }
    }
    // Rustdoc prefers the first definition of a label.
    for source in ["mcp-server/src/docs.rs", "mcp-server/src/lib.rs"] {
        let text = fs::read_to_string(root.join(source)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let is_guide = line.contains("include_str!(\"docs/") && !line.contains("links.txt");
            if is_guide && !lines[index - 1].contains("links.txt") {
                findings.push(format!("{source}: `include_str!(\"docs/links.txt\")` is missing before {line}"));
            }
        }
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let guides = workspace::files(&root.join(GUIDES), "md");
    for page in guides {
        let page = page.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if !readme.contains(&format!("({page})")) {
            findings.push(format!("README.md: a link to {page} is missing"));
        }
    }
    findings
}

fn update(root: &Path) {
    let (links, pages) = expected(root);
    fs::write(root.join(GUIDES).join("links.txt"), links).unwrap();
    for (path, text) in pages {
        fs::write(path, text).unwrap();
    }
}

/// Returns the file of labels for rustdoc, and all guides with their labels for a code host.
fn expected(root: &Path) -> (String, Vec<(PathBuf, String)>) {
    let sources: Vec<(PathBuf, String)> = workspace::files(&root.join("mcp-server/src"), "rs")
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    let mut all = BTreeSet::new();
    let pages = workspace::files(&root.join(GUIDES), "md").into_iter().map(|path| {
        let text = with_labels(&fs::read_to_string(&path).unwrap());
        let (body, _) = split_definitions(&text);
        let labels: BTreeSet<String> =
            links(&prose(body)).labels.into_iter().filter(|label| !label.starts_with('`')).collect();
        let definition = |label: &String| format!("[{label}]: {}\n", host_target(root, &sources, label));
        let block: String = labels.iter().map(definition).collect();
        let separator = if block.is_empty() { "" } else { "\n" };
        all.extend(labels);
        (path, format!("{}\n{separator}{block}", body.trim_end()))
    });
    let pages = pages.collect();
    let links: Vec<String> = all.iter().map(|label| format!("[{label}]: {}\n", rustdoc_target(label))).collect();
    (links.concat(), pages)
}

/// Replaces inline links to items by labels.
fn with_labels(text: &str) -> String {
    let mut replaced = text.to_owned();
    for prefix in ["](crate::", "](macro@crate::"] {
        while let Some(start) = replaced.find(prefix) {
            let end = start + replaced[start..].find(')').unwrap();
            let label = replaced[start + 2..end].replace("crate::", "");
            replaced.replace_range(start..=end, &format!("][{label}]"));
        }
    }
    replaced
}

/// Splits a guide into its text and the definitions at its end.
fn split_definitions(text: &str) -> (&str, &str) {
    let is_definition = |line: &str| !definitions(line).is_empty();
    let kept = text.trim_end().lines().rev().take_while(|line| is_definition(line)).map(|line| line.len() + 1);
    text.split_at(text.trim_end().len().saturating_sub(kept.sum::<usize>().saturating_sub(1)))
}

/// Returns the target of a label for rustdoc: the path of the item.
fn rustdoc_target(label: &str) -> String {
    label.strip_prefix("macro@").map_or_else(|| format!("crate::{label}"), |name| format!("macro@crate::{name}"))
}

/// Returns the name of the guide of a derive macro, such as `client_facing` for `ClientFacing`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// Returns the target of a label for a code host: a guide, or the source of the item.
fn host_target(root: &Path, sources: &[(PathBuf, String)], label: &str) -> String {
    let (path, anchor) = label.split_once('#').map_or((label, ""), |(path, _)| (path, &label[path.len()..]));
    if let Some(guide) = path.strip_prefix("docs::").or_else(|| path.strip_prefix("macro@")) {
        return format!("{}.md{anchor}", snake_case(guide));
    }
    if let Some((_, url)) = FOREIGN.iter().find(|(name, _)| *name == path) {
        return (*url).to_owned();
    }
    let mut names = path.split("::").filter(|name| name.starts_with(char::is_uppercase));
    let keywords = ["struct", "enum", "trait", "type", "union"];
    let Some(name) = names.next() else {
        let page = format!("{}.md", path.trim_end_matches('!'));
        let is_guide = root.join(GUIDES).join(&page).exists();
        return if is_guide { page } else { format!("../{}/mod.rs", path.split("::").next().unwrap_or_default()) };
    };
    let defines = |text: &str| {
        text.lines().map(str::trim_start).any(|line| {
            let rest = keywords.iter().find_map(|keyword| line.strip_prefix(&format!("pub {keyword} {name}")));
            rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
        })
    };
    let file = sources.iter().find(|(_, text)| defines(text));
    file.map_or_else(
        || format!("unknown item {name}"),
        |(path, _)| format!("../{}", path.strip_prefix(root.join("mcp-server/src")).unwrap().display()),
    )
}

#[test]
fn defects_of_pages_are_found() {
    let root = workspace::root();
    let page = root.join("mcp-server/src/docs/example.md");
    for (text, expected) in [
        ("[a](tasks.md)", None),
        ("[a](tasks.md#no-such-heading)", Some("there is no such heading")),
        ("[a](no-such-page.md)", Some("there is no such file")),
        ("[a](crate::Context)", Some("expected a relative path")),
        ("[a][Context]", Some("undefined label `[Context]`")),
        ("[a][Context]\n\n[Context]: ../context/call.rs\n", None),
        ("[`Context`] and [tasks]", Some("undefined label `[`")),
        ("[x]: tasks.md", Some("unused `[x]:`")),
        ("`[a](b.md)` and `#[arg]`\n\n```rust\n#[tool]\nlet _ = [a](b);\n```\n", None),
        ("```rust\n# use std::fmt;\n```\n", Some("hidden line")),
        ("```\n#\nlet a = 1;\n```\n", Some("hidden line")),
        ("```sh\n# comment\n```\n", None),
        ("# Try it\n\n[a](#try-it)", None),
        ("# A `B<C>`: d, e\n\n[a](#a-bc-d-e)", None),
    ] {
        let findings = check(&root, &page, text);
        let found = findings.iter().any(|finding| expected.is_some_and(|expected| finding.contains(expected)));
        assert!(if expected.is_some() { found } else { findings.is_empty() }, "{text}: {findings:?}");
    }
}
