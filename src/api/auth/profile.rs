//! The configuration file `~/.databrickscfg` (auth-and-retries.md §5.2).

use std::collections::BTreeMap;

/// Section name → key → value. Keys before any section are dropped, as they belong to none.
#[derive(Default, Debug)]
pub(super) struct ProfileFile {
    sections: BTreeMap<String, BTreeMap<String, String>>,
    /// The number of the first line that was passed over.
    pub(super) unread: Option<usize>,
}

/// Reserved for settings; it is no profile.
pub(super) const SETTINGS: &str = "__settings__";

impl ProfileFile {
    /// Lines that are neither a section, a pair nor a comment are passed over, as the official tools do. Where something
    /// lacks in the end, it may have stood there.
    pub(super) fn parse(text: &str) -> Self {
        let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut current: Option<String> = None;
        let mut unread = None;
        for (at, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                if !line.contains(']') {
                    unread = unread.or(Some(at + 1));
                }
                sections.entry(name.trim().to_string()).or_default();
                current = Some(name.trim().to_string());
                continue;
            }
            if let (Some(section), Some((key, value))) = (&current, line.split_once(['=', ':'])) {
                let value = value_of(value);
                sections.entry(section.clone()).or_default().insert(key.trim().to_string(), value);
            } else {
                unread = unread.or(Some(at + 1));
            }
        }
        Self { sections, unread }
    }

    pub(super) fn section(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.sections.get(name).filter(|section| !section.is_empty())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str).filter(|name| *name != SETTINGS)
    }
}

/// A comment inside a line begins only after a space: `pass#word` is a value.
fn value_of(text: &str) -> String {
    let text = text.trim();
    let end = [" #", " ;"].iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    text[..end].trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sections_and_keeps_hashes_inside_values() {
        let file = ProfileFile::parse(
            "; note\n[DEFAULT]\nhost = https://a.test\ntoken = pass#word # remark\n\n[__settings__]\ndefault_profile = DEV\n[ DEV ]\nhost=b.test\n",
        );
        assert_eq!(file.section("DEFAULT").unwrap()["token"], "pass#word");
        assert_eq!(file.section("DEV").unwrap()["host"], "b.test");
        assert_eq!(file.names().collect::<Vec<_>>(), ["DEFAULT", "DEV"]);
    }
}
