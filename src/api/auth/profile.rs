//! The configuration file `~/.databrickscfg` (auth-and-retries.md §5.2).

use std::collections::BTreeMap;

/// Section name → key → value.
#[derive(Default, Debug)]
pub(super) struct ProfileFile {
    sections: BTreeMap<String, BTreeMap<String, String>>,
    /// The number of the first line that was passed over.
    pub(super) unread: Option<usize>,
}

/// Reserved for settings; it is no profile.
pub(super) const SETTINGS: &str = "__settings__";

/// Also where keys belong that stand before any section.
pub(super) const DEFAULT: &str = "DEFAULT";

impl ProfileFile {
    /// By the rules of the official tools' reader (gopkg.in/ini.v1). Lines that are neither a section, a pair nor a comment
    /// are passed over; where something lacks in the end, it may have stood there. The error is the number of the line in
    /// which a section's name has no end: whose keys follow is not known.
    pub(super) fn parse(text: &str) -> Result<Self, usize> {
        let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut current = DEFAULT.to_string();
        let mut unread = None;
        // Editors of Windows write a mark before UTF-8.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                let (name, _) = rest.rsplit_once(']').ok_or(at + 1)?;
                current = name.trim().to_string();
                sections.entry(current.clone()).or_default();
                continue;
            }
            match line.split_once(['=', ':']) {
                Some((key, value)) => {
                    let section = sections.entry(current.clone()).or_default();
                    section.insert(key.trim().to_string(), value_of(value));
                }
                None => unread = unread.or(Some(at + 1)),
            }
        }
        Ok(Self { sections, unread })
    }

    pub(super) fn section(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.sections.get(name).filter(|section| !section.is_empty())
    }

    /// It has a name in the file, and nothing else.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        self.sections.get(name).is_some_and(BTreeMap::is_empty)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str).filter(|name| *name != SETTINGS)
    }
}

/// A comment inside a line begins only after a space: `pass#word` is a value. Quotes around the whole are not part of it;
/// between backticks and threefold quotes nothing is a comment.
fn value_of(text: &str) -> String {
    let text = text.trim();
    for quote in ["\"\"\"", "`"] {
        if let Some((inner, _)) = text.strip_prefix(quote).and_then(|rest| rest.rsplit_once(quote)) {
            return inner.to_string();
        }
    }
    let end = text.find(" #").or_else(|| text.find(" ;")).unwrap_or(text.len());
    let text = text[..end].trim();
    let quoted = ['"', '\''].iter().find_map(|quote| {
        let inner = text.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!inner.contains(*quote)).then_some(inner)
    });
    quoted.unwrap_or(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ProfileFile {
        ProfileFile::parse(text).unwrap()
    }

    /// gopkg.in/ini.v1, README and `parser.go`: quotes around a value, `#` and `;` after a space, the mark of UTF-8, keys
    /// before any section, a section that is not closed.
    #[test]
    fn files_mean_what_they_mean_to_the_official_tools() {
        for (text, value) in [
            ("\"https://a.test\"", "https://a.test"),
            ("'https://a.test' # here", "https://a.test"),
            ("\"a\"b\"", "\"a\"b\""),
            ("\"a", "\"a"),
            ("`a # b`", "a # b"),
            ("\"\"\"a ; b\"\"\"", "a ; b"),
            ("a ;b #c", "a ;b"),
            ("a#b;c", "a#b;c"),
            ("\"\"", ""),
        ] {
            assert_eq!(parse(&format!("[X]\nkey = {text}\n")).section("X").unwrap()["key"], value, "{text}");
        }
        let file = parse("\u{feff}host = a.test\n[DEFAULT]\ntoken = t\n");
        let section = file.section("DEFAULT").unwrap();
        assert_eq!((section["host"].as_str(), section["token"].as_str()), ("a.test", "t"));
        assert_eq!(parse("\u{feff}[DEV]\r\nhost=b.test\r\n").section("DEV").unwrap()["host"], "b.test");
        assert_eq!(ProfileFile::parse("[A]\nhost = a\n[DEV\nhost = b\n").unwrap_err(), 3);
    }

    #[test]
    fn reads_sections_and_keeps_hashes_inside_values() {
        let file = parse(
            "; note\n[DEFAULT]\nhost = https://a.test\ntoken = pass#word # remark\n\n[__settings__]\ndefault_profile = DEV\n[ DEV ]\nhost=b.test\n",
        );
        assert_eq!(file.section("DEFAULT").unwrap()["token"], "pass#word");
        assert_eq!(file.section("DEV").unwrap()["host"], "b.test");
        assert_eq!(file.names().collect::<Vec<_>>(), ["DEFAULT", "DEV"]);
    }
}
