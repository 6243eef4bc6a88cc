//! Rules that a line of text can break.

/// Words with which no doc comment and no list item of a page begins.
const OPENINGS: &[&str] = &[
    "What", "Who", "Whose", "Whom", "Whoever", "Whatever", "How", "Whether", "That", "Of", "One that", "Where", "As",
    "The same",
];

/// Words with which no table cell begins. The others can complete the head of a column.
const CELL_OPENINGS: &[&str] = &["Who", "Whose", "Whom", "Whoever", "Of", "One that"];

/// Words for actors that have no name, and a negation that hides one.
const WORDS: &[&str] = &["nobody", "somebody", "whoever", "everybody", "is none"];

/// Columns of a line of prose.
const WIDTH: usize = 100;

/// Characters in the name of a test.
const NAME: usize = 60;

/// A broken rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// Number of the line, from 1.
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) text: String,
}

/// Checks a Rust source. Comments on members of a type with `JsonSchema` are text for models.
pub(crate) fn rust(text: &str) -> Vec<Finding> {
    let mut findings = words(text);
    let lines: Vec<&str> = text.lines().collect();
    let (mut is_test, mut is_schema, mut fence) = (false, false, Fence::default());
    for (index, line) in lines.iter().enumerate() {
        let mut found =
            |rule, text: &str| findings.push(Finding { line: index + 1, rule, text: text.trim().to_owned() });
        let trimmed = line.trim_start();
        if let Some((marker, prose)) = comment(trimmed) {
            let before = index.checked_sub(1).and_then(|before| comment(lines[before].trim_start()));
            let begins = before.is_none_or(|(before, _)| before != marker);
            if begins {
                fence = Fence::default();
            }
            let is_documentation =
                marker != "//" && !describes_argument(&lines[index..]) && !(is_schema && line != &trimmed);
            if begins && is_documentation && opening(prose).is_some() {
                found("opening", prose);
            }
            if fence.is_prose(prose) && is_too_wide(line) {
                found("width", line);
            }
            continue;
        }
        if trimmed.starts_with("#[derive(") {
            is_schema = trimmed.contains("JsonSchema");
        } else if *line == "}" {
            is_schema = false;
        }
        if is_test_attribute(trimmed) {
            is_test = true;
        } else if let Some(name) = function(trimmed) {
            if is_test && name.len() > NAME {
                found("name", name);
            }
            is_test = false;
        }
        for text in literals(trimmed).filter(|text| is_message_with_period(text)) {
            found("period", text);
        }
    }
    findings
}

/// Checks a page.
pub(crate) fn markdown(text: &str) -> Vec<Finding> {
    let mut findings = words(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut fence = Fence::default();
    for (index, line) in lines.iter().enumerate() {
        let mut found =
            |rule, text: &str| findings.push(Finding { line: index + 1, rule, text: text.trim().to_owned() });
        let trimmed = line.trim_start();
        let is_prose = fence.is_prose(trimmed);
        if fence.is_open {
            continue;
        }
        if trimmed.starts_with('|') {
            let is_head = lines.get(index + 1).is_some_and(|next| next.trim_start().starts_with("|-"));
            let mut cells = trimmed.trim_matches('|').split('|').map(str::trim);
            let is_opening =
                |cell: &str| opening(&capitalized(cell)).is_some_and(|opening| CELL_OPENINGS.contains(&opening));
            if let Some(cell) = cells.find(|cell| !is_head && is_opening(cell)) {
                found("opening", cell);
            }
        } else if let Some(item) = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* "))
            && opening(item).is_some()
            && !item.contains('?')
        {
            found("opening", item);
        }
        if is_prose && is_too_wide(line) {
            found("width", line);
        }
    }
    findings
}

fn words(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let lower = line.to_ascii_lowercase();
        let is_letter = |char: char| char.is_ascii_alphabetic();
        for word in WORDS {
            let is_word = |(at, _): (usize, _)| {
                !lower[..at].ends_with(is_letter) && !lower[at + word.len()..].starts_with(is_letter)
            };
            if lower.match_indices(word).any(is_word) {
                findings.push(Finding { line: index + 1, rule: "word", text: line.trim().to_owned() });
            }
        }
    }
    findings
}

/// State of code fences and other lines that are not prose.
#[derive(Default)]
struct Fence {
    is_open: bool,
}

impl Fence {
    /// Returns `true` if the next line is prose: no code, table, heading or link target.
    fn is_prose(&mut self, line: &str) -> bool {
        let line = line.trim_start();
        if line.starts_with("```") || line.starts_with("~~~") {
            self.is_open = !self.is_open;
            return false;
        }
        let is_target = line.starts_with('[') && line.contains("]: ");
        !(self.is_open || line.starts_with(['|', '#', '<']) || is_target)
    }
}

/// The marker of a line that is a comment, and its text.
fn comment(line: &str) -> Option<(&str, &str)> {
    let marker = ["///", "//!", "//"].into_iter().find(|marker| line.starts_with(marker))?;
    Some((marker, line[marker.len()..].trim()))
}

/// The forbidden words that a text begins with.
fn opening(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(['*', '_', '`']);
    OPENINGS.iter().copied().find(|opening| {
        text.strip_prefix(opening).is_some_and(|rest| !rest.starts_with(|char: char| char.is_alphanumeric()))
    })
}

/// Returns `true` if the comment describes an argument. Like comments on members of a schema, it is
/// text for models.
fn describes_argument(lines: &[&str]) -> bool {
    let next = lines.iter().map(|line| line.trim_start()).find(|line| !line.starts_with("///"));
    next.is_some_and(|line| line.starts_with("#[arg"))
}

/// Returns `true` if a line of prose is too wide and can be wrapped.
fn is_too_wide(line: &str) -> bool {
    let mut chars = line.char_indices();
    let Some((end, _)) = chars.nth(WIDTH) else { return false };
    let words = line[..end].trim_start().trim_start_matches(['/', '!', '-', '*', ' ']);
    words.contains(' ')
}

fn is_test_attribute(line: &str) -> bool {
    ["#[test]", "#[tokio::test"].iter().any(|attribute| line.starts_with(attribute))
}

/// The name of a function that is declared in this line.
fn function(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("fn ")?;
    let end = rest.find(|char: char| !char.is_alphanumeric() && char != '_')?;
    Some(&rest[..end])
}

/// Texts between quotes that begin and end in this line.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.find('"')? + 1;
        let mut is_escaped = false;
        let is_end = |char: char| {
            let ends = char == '"' && !is_escaped;
            is_escaped = char == '\\' && !is_escaped;
            ends
        };
        let end = start + rest[start..].find(is_end)?;
        let literal = &rest[start..end];
        rest = &rest[end + 1..];
        Some(literal)
    })
}

/// Returns `true` for a text of several words that begins as a message and ends as a sentence.
fn is_message_with_period(text: &str) -> bool {
    let begins = text.starts_with(|char: char| char.is_ascii_lowercase() || char == '`');
    let ends = text.ends_with('.') && !text.ends_with("..") && !text.contains(". ");
    begins && ends && text.contains(' ')
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

#[cfg(test)]
mod tests_of_rules {
    use super::*;

    #[test]
    fn broken_rules_of_a_source_are_found() {
        let wide = format!("/// {}", "wide ".repeat(20));
        let name = "a".repeat(NAME + 1);
        let source = format!(
            "//! What it is.\n/// A thing.\n/// What follows is no opening.\n{wide}\n/// The same.\nfn nobody_waits() {{}}\n\
             #[tokio::test(start_paused = true)]\nasync fn {name}() {{}}\nfn f() {{ error(\"it is late.\", \"Late. now.\") }}"
        );
        assert_eq!(rules(&rust(&source)), [(6, "word"), (1, "opening"), (4, "width"), (8, "name"), (9, "period")]);
    }

    #[test]
    fn code_and_descriptions_of_arguments_pass() {
        let code = "x ".repeat(60);
        let source = format!(
            "/// ```\n/// {code}\n/// ```\n/// | {code}|\n/// Who to greet.\n#[arg(default = \"World\")] name: String,\n\
             /// Ofcom, Option::is_none.\nlet x = y.is_none(); {code}\n\
             #[derive(JsonSchema)]\nstruct Trip {{\n    /// Where to\n    city: String,\n}}"
        );
        assert_eq!(rust(&source), []);
    }

    #[test]
    fn broken_rules_of_a_page_are_found() {
        let page = "# How\n\n| what | how |\n|---|---|\n| how it is | of it |\n\n- Whose it is\n- How so?\n\n```\n- What\n```\nIt is none.";
        assert_eq!(rules(&markdown(page)), [(13, "word"), (5, "opening"), (7, "opening")]);
    }

    fn rules(findings: &[Finding]) -> Vec<(usize, &'static str)> {
        findings.iter().map(|finding| (finding.line, finding.rule)).collect()
    }
}
