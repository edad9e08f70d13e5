//! Where a quoted text was opened that the parser found no end of.

/// The last line of `text` that opens a quote and does not close it: the offset of that quote.
pub(super) fn last_open(text: &str) -> Option<usize> {
    let mut end = text.len();
    text.split_inclusive('\n').rev().find_map(|line| {
        end -= line.len();
        Some(end + opening_quote(line)?)
    })
}

/// The quote that a line opens and does not close.
fn opening_quote(line: &str) -> Option<usize> {
    let mut quote: Option<(usize, char)> = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some((_, open)) if c == open && (open == '\'' || before != '\\') => quote = None,
            Some(_) => {}
            // Inside a word it is a letter as any other.
            None if matches!(c, '\'' | '"') && matches!(before, ' ' | '[' | '{' | ',' | ':') => quote = Some((at, c)),
            None if c == '#' && before == ' ' => break,
            None => {}
        }
        before = c;
    }
    quote.map(|(at, _)| at)
}
