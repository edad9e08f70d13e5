//! Texts inside XML.

/// As the content of an element or an attribute. XML 1.0 has no way to write most control characters.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// XML 1.0, sections 2.2 (characters) and 2.4 (markup).
    #[test]
    fn markup_and_what_xml_cannot_hold_is_escaped() {
        assert_eq!(escaped("<a b='c'> & \"d\"\n\t\r"), "&lt;a b=&apos;c&apos;&gt; &amp; &quot;d&quot;&#10;&#9;&#13;");
        assert_eq!(escaped("\u{0}\u{1b}[31m\u{ffff}é"), "\u{fffd}\u{fffd}[31m\u{fffd}é");
        assert_eq!(escaped("]]>"), "]]&gt;");
    }
}
