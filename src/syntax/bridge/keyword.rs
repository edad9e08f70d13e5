//! sqlparser's keyword behind a word. Its own look-up, a binary search that folds case at each step, took a twelfth of
//! the time of parsing.

use std::collections::HashMap;
use std::sync::LazyLock;

use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};

static KEYWORDS: LazyLock<HashMap<&'static [u8], Keyword>> =
    LazyLock::new(|| ALL_KEYWORDS.iter().map(|word| word.as_bytes()).zip(ALL_KEYWORDS_INDEX.iter().copied()).collect());

/// Longer than every keyword of sqlparser (`the_buffer_holds_every_keyword`).
const LONGEST: usize = 48;

pub(super) fn keyword(word: &str) -> Keyword {
    let mut buffer = [0; LONGEST];
    let Some(upper) = buffer.get_mut(..word.len()) else {
        return Keyword::NoKeyword;
    };
    upper.copy_from_slice(word.as_bytes());
    upper.make_ascii_uppercase();
    KEYWORDS.get(&*upper).copied().unwrap_or(Keyword::NoKeyword)
}

/// A clause of a query starts here: expressions, and relations of the one before, are at their end.
pub(super) fn begins_clause(word: Keyword) -> bool {
    matches!(
        word,
        Keyword::SELECT
            | Keyword::WHERE
            | Keyword::GROUP
            | Keyword::HAVING
            | Keyword::ORDER
            | Keyword::QUALIFY
            | Keyword::LIMIT
            | Keyword::WINDOW
            | Keyword::CLUSTER
            | Keyword::DISTRIBUTE
            | Keyword::SORT
    )
}

#[cfg(test)]
mod tests {
    use sqlparser::tokenizer::Token;

    use super::*;

    #[test]
    fn the_buffer_holds_every_keyword() {
        assert!(ALL_KEYWORDS.iter().all(|word| word.len() <= LONGEST));
    }

    #[test]
    fn it_is_sqlparsers_own_answer() {
        for word in ALL_KEYWORDS.iter().copied().chain(["select", "Order_Id", "x", "größe", "stream"]) {
            let Token::Word(expected) = Token::make_word(word, None) else { panic!() };
            assert_eq!(keyword(word), expected.keyword, "{word}");
        }
    }
}
