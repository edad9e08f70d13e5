//! Text inside Markdown, for pull requests.

/// Text between backticks; one inside it is left out, and a bar would end the cell of a table.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "").replace('|', "\\|").replace('\n', " "))
}

/// Text that Markdown and HTML leave as it is.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push(' '),
            '*' | '_' | '`' | '[' | ']' | '|' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
