//! Which known word was meant.

/// The known word nearest to `typed`, when it is near enough to be worth a question.
pub(crate) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let tolerance = (typed.chars().count() / 3).max(1);
    known
        .map(|word| (remoteness(typed, word), word))
        .filter(|(remoteness, _)| *remoteness <= tolerance)
        .min_by_key(|(remoteness, _)| *remoteness)
        .map(|(_, word)| word)
}

/// A beginning counts as one mistake, however much is missing.
fn remoteness(typed: &str, word: &str) -> usize {
    if typed.chars().count() > 1 && word.starts_with(typed) { 1 } else { distance(typed, word) }
}

/// How many letters to insert, drop, replace or swap with their neighbour to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.to_lowercase().chars().collect();
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for row in 1..=from.len() {
        let mut current = vec![row];
        for column in 1..=to.len() {
            let replaced = last[column - 1] + usize::from(from[row - 1] != to[column - 1]);
            let mut best = replaced.min(last[column] + 1).min(current[column - 1] + 1);
            let swapped = row > 1 && column > 1 && from[row - 1] == to[column - 2] && from[row - 2] == to[column - 1];
            if swapped {
                best = best.min(before_last[column - 2] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_kind_of_slip_once() {
        assert_eq!(distance("call", "call"), 0);
        assert_eq!(distance("cal", "call"), 1);
        assert_eq!(distance("calll", "call"), 1);
        assert_eq!(distance("cxll", "call"), 1);
        assert_eq!(distance("clal", "call"), 1);
        assert_eq!(distance("", "call"), 4);
    }

    #[test]
    fn suggests_the_nearest_only_when_near() {
        let known = ["hello-world", "hello-error", "add"];
        assert_eq!(nearest("helo-world", known.into_iter()), Some("hello-world"));
        assert_eq!(nearest("hello_world", known.into_iter()), Some("hello-world"));
        assert_eq!(nearest("HELLO-WORLD", known.into_iter()), Some("hello-world"));
        assert_eq!(nearest("subtract", known.into_iter()), None);
    }

    #[test]
    fn a_beginning_is_near() {
        assert_eq!(nearest("res", ["tools", "resources"].into_iter()), Some("resources"));
    }
}
