//! Where the cursor stands in an object that is still being typed.

/// Where in an unfinished object the cursor is, and where what is begun there begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Key { offset: usize, used: Vec<String> },
    Value { offset: usize, key: String },
    Elsewhere,
}

/// Finds the place at the end of what is typed so far.
pub(crate) fn place_in(json: &str) -> Place {
    let mut used = Vec::new();
    let mut key = None;
    let mut depth = 0;
    // Where the last token began, unless it was punctuation, which ends what is begun.
    let mut begun = None;
    let mut characters = json.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => {
                let end = end_of_string(&mut characters);
                begun = Some(offset);
                if let Some(end) = end
                    && depth == 1
                    && key.is_none()
                {
                    used.push(serde_json::from_str(&json[offset..=end]).unwrap_or_default());
                }
            }
            '{' | '[' => {
                depth += 1;
                begun = None;
            }
            '}' | ']' => {
                depth -= 1;
                begun = None;
            }
            ':' if depth == 1 => {
                key = used.last().cloned();
                begun = None;
            }
            ',' if depth == 1 => {
                key = None;
                begun = None;
            }
            ':' | ',' => begun = None,
            _ if character.is_whitespace() => {}
            _ => begun = begun.or(Some(offset)),
        }
    }
    let offset = begun.unwrap_or(json.len());
    match key {
        _ if depth != 1 => Place::Elsewhere,
        Some(key) => Place::Value { offset, key },
        None => Place::Key { offset, used },
    }
}

/// Passes over a string up to its closing quote; `None` when there is none yet.
fn end_of_string(characters: &mut impl Iterator<Item = (usize, char)>) -> Option<usize> {
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => return Some(offset),
            '\\' => drop(characters.next()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(offset: usize, used: &[&str]) -> Place {
        Place::Key { offset, used: used.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn at_a_key() {
        assert_eq!(place_in("{"), key(1, &[]));
        assert_eq!(place_in(r#"{"na"#), key(1, &[]));
        assert_eq!(place_in(r#"{"a": [1, {"b": 2}], "c"#), key(21, &["a"]));
        assert_eq!(place_in(r#"{"a": "},\"", "#), key(14, &["a"]));
    }

    #[test]
    fn at_a_value() {
        let value = |offset, key: &str| Place::Value { offset, key: key.to_owned() };
        assert_eq!(place_in(r#"{"a": "#), value(6, "a"));
        assert_eq!(place_in(r#"{"a":tr"#), value(5, "a"));
        assert_eq!(place_in(r#"{"b": 1, "a": "x y"#), value(14, "a"));
    }

    #[test]
    fn elsewhere() {
        assert_eq!(place_in(r#"{"a": {"#), Place::Elsewhere);
        assert_eq!(place_in("{}"), Place::Elsewhere);
        assert_eq!(place_in("]]"), Place::Elsewhere);
    }
}
