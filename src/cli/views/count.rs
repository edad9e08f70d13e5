//! Numbers of rows, in words.

/// Of an update that wrote nothing: the table may hold rows from before.
pub(in crate::cli) const NO_ROWS: &str = "no new rows";

/// `1 row`, `1,460 rows`.
pub(in crate::cli) fn counted(rows: u64) -> String {
    format!("{} {}", grouped(rows), noun(rows))
}

/// `1 file`, `2 files`.
pub(super) fn counted_as(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn grouped(value: u64) -> String {
    groups(&value.to_string())
}

pub(super) fn noun(rows: u64) -> &'static str {
    if rows == 1 { "row" } else { "rows" }
}

pub(super) fn groups(digits: &str) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
