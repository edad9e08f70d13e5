//! `checks:` of the manifest: how severe findings are in this project, and which are allowed where.
//!
//! `checks: { LS403: warning, LS5: error, allow: [{ code: LS603, file: "dashboards/**", reason: … }] }`

use std::collections::BTreeMap;

use super::yaml::{Entry, Fields, Node};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, unknown_code};

/// What a project makes of the findings of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Not told at all.
    Off,
    Is(Severity),
}

/// The project's own rules. Without any, findings are what the rules that make them say.
#[derive(Clone, Default, Debug)]
pub struct Checks {
    codes: BTreeMap<Code, Level>,
    /// By the hundreds of the code.
    families: BTreeMap<u16, Level>,
    pub allow: Vec<Allow>,
}

/// Findings of a code that are right as they are, in files that cannot hold a comment.
#[derive(Clone, Debug)]
pub struct Allow {
    pub code: Code,
    /// A pattern of paths in the project.
    pub file: String,
    pub reason: String,
    pub location: Location,
}

/// The words of the manifest, from the least to the greatest.
const LEVELS: [(&str, Level); 4] = [
    ("off", Level::Off),
    ("note", Level::Is(Severity::Note)),
    ("warning", Level::Is(Severity::Warning)),
    ("error", Level::Is(Severity::Error)),
];

const ALLOW: &str = "allow";

impl Checks {
    /// The level of a code, if the project sets one; a code's own wins over its family's.
    pub fn level(&self, code: Code) -> Option<Level> {
        self.codes.get(&code).or_else(|| self.families.get(&code.family())).copied()
    }
}

pub(super) fn checks(entries: &[Entry], out: &mut Diagnostics) -> Checks {
    let mut checks = Checks::default();
    for entry in entries {
        if entry.key == ALLOW {
            let items = entry.node.list(out).unwrap_or_default();
            checks.allow.extend(items.iter().filter_map(|item| allow(item, out)));
            continue;
        }
        // An unknown key is one finding, whatever it is set to.
        let Some(about) = about(entry, out) else { continue };
        let Some(level) = level(entry, out) else { continue };
        match about {
            About::Code(code) => drop(checks.codes.insert(code, level)),
            About::Family(family) => drop(checks.families.insert(family, level)),
        }
    }
    checks
}

/// What a key speaks of.
enum About {
    Code(Code),
    Family(u16),
}

fn about(entry: &Entry, out: &mut Diagnostics) -> Option<About> {
    let place = || entry.key_location.clone();
    let lowers = entry.node.as_str() != Some(Severity::Error.word());
    if let Some(family) = family(&entry.key) {
        if lowers && (1..=3).contains(&family) {
            out.push(fixed(&entry.key, "errors of this family mean").at(place()));
            return None;
        }
        return Some(About::Family(family));
    }
    match Code::parse(&entry.key) {
        None => {
            let unknown = unknown_code(&entry.key).at(place());
            out.push(unknown.suggest(&entry.key, [ALLOW]));
            None
        }
        Some(code) if lowers && code.is_structural() && is_error(code) => {
            out.push(fixed(&code.to_string(), "such an error means").at(place()));
            None
        }
        Some(code) => Some(About::Code(code)),
    }
}

fn level(entry: &Entry, out: &mut Diagnostics) -> Option<Level> {
    let text = entry.node.string(out)?;
    let found = LEVELS.iter().find(|(word, _)| *word == text.value).map(|(_, level)| *level);
    if found.is_none() {
        let message = format!("`{}` is not a severity", text.value);
        let words = || LEVELS.iter().map(|(word, _)| *word);
        let all = format!("severities: {}", words().collect::<Vec<_>>().join(", "));
        let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(text.location);
        out.push(diagnostic.hint(all).suggest(&text.value, words()));
    }
    found
}

/// `LS5`: all codes from LS500 to LS599.
fn family(key: &str) -> Option<u16> {
    let digit = key.strip_prefix("LS").or_else(|| key.strip_prefix("ls"))?;
    digit.parse().ok().filter(|family| digit.len() == 1 && (1..=9).contains(family))
}

fn is_error(code: Code) -> bool {
    code.info().is_some_and(|info| info.severity() == Severity::Error)
}

fn fixed(what: &str, why: &str) -> Diagnostic {
    let message = format!("`{what}` cannot be lowered: {why} that nobody knows what would be deployed");
    Diagnostic::error(Code::FIXED_SEVERITY, message)
}

fn allow(node: &Node, out: &mut Diagnostics) -> Option<Allow> {
    let mut fields = Fields::of(node, out)?;
    let code = fields.require_string("code", out);
    let file = fields.require_string("file", out);
    let reason = fields.string("reason", out).filter(|reason| !reason.value.trim().is_empty());
    fields.finish(out);
    let (code, file) = (code?, file?);
    let Some(known) = Code::parse(&code.value) else {
        out.push(unknown_code(&code.value).at(code.location));
        return None;
    };
    let Some(reason) = reason else {
        let message = format!("the allow of {known} gives no reason");
        let diagnostic = Diagnostic::error(Code::ALLOW_WITHOUT_REASON, message).at(code.location);
        out.push(diagnostic.hint("add `reason: …` and say why the finding does not matter there"));
        return None;
    };
    Some(Allow { code: known, file: file.value, reason: reason.value, location: code.location })
}

impl Allow {
    /// Is the file one of those that the pattern means? `*` stands for any part of one name, `**` for any folders.
    pub fn covers(&self, path: &str) -> bool {
        covers(&self.file, path)
    }
}

/// Does a pattern mean the path? `*` is any part of a name, `**` any number of folders.
pub(super) fn covers(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    folders(&pattern, &path)
}

fn folders(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skipped| folders(rest, &path[skipped..])) || rest.is_empty(),
        ([first, rest @ ..], [name, inner @ ..]) => matches(first.as_bytes(), name.as_bytes()) && folders(rest, inner),
        _ => false,
    }
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|skipped| matches(rest, &name[skipped..])),
        ([a, rest @ ..], [b, inner @ ..]) => a == b && matches(rest, inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;
    use crate::project::yaml;

    fn read(text: &str) -> (Checks, Vec<String>) {
        let node = yaml::parse(&SourceFile::new("lakesmith.yml", text)).0.unwrap();
        let mut out = Diagnostics::default();
        let checks = checks(node.as_map().unwrap(), &mut out);
        let told = |d: &Diagnostic| format!("{} {}", d.code, d.hint.clone().unwrap_or_else(|| d.message.clone()));
        (checks, out.iter().map(told).collect())
    }

    #[test]
    fn a_code_wins_over_its_family_wherever_it_is_written() {
        let (checks, told) = read("LS403: off\nLS4: error\nls5: note\n");
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(checks.level(Code::AMBIGUOUS_COLUMN), Some(Level::Off));
        assert_eq!(checks.level(Code::UNKNOWN_COLUMN), Some(Level::Is(Severity::Error)));
        assert_eq!(checks.level(Code::EXPECTATION), Some(Level::Is(Severity::Note)));
        assert_eq!(checks.level(Code::GRANT_PRINCIPAL), None);
    }

    #[test]
    fn what_is_wrong_with_the_rules_themselves() {
        let (checks, told) = read(
            "LS0: off\nLS4011: off\nalow: []\nLS403: warn\nLS302: warning\nLS2: off\nLS901: off\nLS303: off\nLS9: note\n\
             allow: [{ code: LS603, file: a }, { code: LS6033, file: a, reason: b }, { code: LS603, reason: b }]\n",
        );
        let cannot = "that nobody knows what would be deployed";
        assert_eq!(
            told,
            [
                "LS112 `lakesmith explain` lists all codes".to_string(),
                "LS112 did you mean `LS401`?".to_string(),
                "LS112 did you mean `allow`?".to_string(),
                "LS104 severities: off, note, warning, error".to_string(),
                format!("LS113 `LS302` cannot be lowered: such an error means {cannot}"),
                format!("LS113 `LS2` cannot be lowered: errors of this family mean {cannot}"),
                format!("LS113 `LS901` cannot be lowered: such an error means {cannot}"),
                "LS114 add `reason: …` and say why the finding does not matter there".to_string(),
                "LS112 did you mean `LS603`?".to_string(),
                "LS105 the key `file` is required here".to_string(),
            ]
        );
        assert!(checks.allow.is_empty());
        assert_eq!(checks.level(Code::SQL_NOT_UNDERSTOOD), Some(Level::Off));
    }

    #[test]
    fn patterns_of_paths() {
        let covers = |file: &str, path: &str| {
            let file = file.to_string();
            let location = Location::new(&SourceFile::new("m", ""), crate::diag::Span::default());
            Allow { code: Code::YAML_SYNTAX, file, reason: String::new(), location }.covers(path)
        };
        for (pattern, path) in [
            ("a/b.json", "a/b.json"),
            ("a/*.json", "a/b.json"),
            ("**", "a/b.json"),
            ("a/**", "a/b/c.json"),
            ("**/*.json", "b.json"),
            ("a/**/c*", "a/b/b/c.json"),
            ("*", "b.json"),
        ] {
            assert!(covers(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("*.json", "a/b.json"), ("a", "a/b"), ("a/*", "a/b/c"), ("b*", "ab"), ("**/d", "a/c")] {
            assert!(!covers(pattern, path), "{pattern} {path}");
        }
    }
}
