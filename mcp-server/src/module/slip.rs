//! Names that are nearly those of another thing, so that one of the two is probably a slip.

/// Whether `written` is `meant` in another spelling (case, `-`, `_`), or with one letter too many, too few, or in the wrong place.
///
/// Letters only, and none replaced: `api-v1` and `api-v2`, or `notes-a` and `notes-b`, are two things on purpose.
pub(super) fn is_slip(written: &str, meant: &str) -> bool {
    let (written, meant) = (folded(written), folded(meant));
    if written == meant {
        return true;
    }
    let (short, long) = if written.len() < meant.len() { (&written, &meant) } else { (&meant, &written) };
    // One letter is much of a short name.
    if short.len() < 3 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    match long.len() - short.len() {
        0 => {
            let is_swapped = long[same..].len() > 1 && short[same] == long[same + 1] && short[same + 1] == long[same];
            is_swapped && short[same + 2..] == long[same + 2..]
        }
        1 => long[same].is_alphabetic() && short[same..] == long[same + 1..],
        _ => false,
    }
}

fn folded(name: &str) -> Vec<char> {
    name.chars().filter(|letter| !matches!(letter, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn slips_are_told_from_other_names() {
        for (written, meant, expected) in [
            ("Notes", "notes", true),
            ("my_notes", "my-notes", true),
            ("notse", "notes", true),
            ("note", "notes", true),
            ("typo-in-name", "typo-in-nam", true),
            ("nnotes", "notes", true),
            ("api-v1", "api-v2", false),
            ("api", "api2", false),
            ("notes-a", "notes-b", false),
            ("ab", "a", false),
            ("", "a", false),
            ("admin", "notes", false),
        ] {
            assert_eq!(is_slip(written, meant), expected, "{written} {meant}");
            assert_eq!(is_slip(meant, written), expected, "{meant} {written}");
        }
    }
}
