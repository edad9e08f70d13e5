//! Patterns of names: `*` stands for any text, also an empty one.

/// Letters of either case are the same, as in names of Unity Catalog. Takes at most the product of both lengths.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.to_lowercase().chars().collect(), text.to_lowercase().chars().collect());
    let (mut at, mut of_text) = (0, 0);
    // The last star, and where the text behind what it stands for was tried last.
    let mut star: Option<(usize, usize)> = None;
    while of_text < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, of_text));
            at += 1;
        } else if pattern.get(at) == Some(&text[of_text]) {
            (at, of_text) = (at + 1, of_text + 1);
        } else if let Some((of_star, tried)) = star {
            star = Some((of_star, tried + 1));
            (at, of_text) = (of_star + 1, tried + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in
            [("*", ""), ("a*", "a"), ("a*c", "abbc"), ("*b*", "abc"), ("Gold*", "gold_x"), ("a**b", "ab")]
        {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a", ""), ("a*c", "abd"), ("a*b", "a"), ("a", "ab"), ("*a", "ab")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
        let (pattern, text) = ("a*".repeat(40) + "b", "a".repeat(4000));
        assert!(!glob(&pattern, &text));
    }
}
