//! Text inside Markdown, for pull requests.

/// Text as code. The fence is longer than any run of backticks in it (CommonMark, "Code spans").
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let text = text.replace('\n', " ");
    // One space on each side is no part of the code, and keeps a backtick of the text from the fence.
    let space = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// As [`code`], in a cell of a table, where a bar would end the cell, also inside of code (GFM, "Tables").
pub(super) fn code_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Text that Markdown and HTML leave as it is.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push(' '),
            '*' | '_' | '`' | '[' | ']' | '|' | '~' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A sentence of lakesmith's own, in which names stand between backticks, for a cell of a table or elsewhere.
pub(super) fn sentence(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // A name that has a backtick itself leaves one over.
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let part = |(at, part): (usize, &&str)| match at % 2 {
        0 => escaped(part),
        // Inside of code nothing is escaped but in a table: a name with a bar is none.
        _ if part.is_empty() || part.contains('|') => escaped(&format!("`{part}`")),
        _ => code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CommonMark 0.31, "Code spans"; GitHub Flavored Markdown 0.29, "Tables (extension)", example 200.
    #[test]
    fn code_is_what_it_was() {
        assert_eq!(code("a|b"), "`a|b`");
        assert_eq!(code("a `b` c"), "``a `b` c``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(code_cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn names_in_sentences_are_code_and_the_rest_is_text() {
        assert_eq!(sentence("no group `a_b` *here*"), "no group `a_b` \\*here\\*");
        assert_eq!(sentence("`a` and `b|c`"), "`a` and \\`b\\|c\\`");
        assert_eq!(sentence("one ` only"), "one \\` only");
    }
}
