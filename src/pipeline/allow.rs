//! Allow comments: `-- lakesmith: allow(LS403) reason` in SQL, `# lakesmith: allow(LS103) reason` in YAML.
//!
//! Owns their form and what they cover. What is done with the findings is `judge`'s.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span, did_you_mean, unknown_code};

/// What one code of a comment allows.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) code: Code,
    pub(super) reason: String,
    /// The comment.
    pub(super) location: Location,
    pub(super) covers: Covers,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Covers {
    File,
    /// From 1: the line of the comment, or the one that a comment on its own line stands above.
    Line(usize),
}

const MARK: &str = "lakesmith:";
const LINE: &str = "allow";
const FILE: &str = "allow-file";

/// The allow comments of a file, and what is wrong with those that are none.
pub(super) fn comments(file: &Arc<SourceFile>, out: &mut Diagnostics) -> Vec<Comment> {
    // Nearly no file has any.
    if !file.text().contains(MARK) {
        return Vec::new();
    }
    let lines: Vec<&str> = file.text().split('\n').collect();
    let syntax = Syntax::of(file.name());
    let head = syntax.head(&lines);
    let mut found = Vec::new();
    let mut offset = 0;
    for (at, line) in lines.iter().enumerate() {
        if let Some((start, own_line)) = syntax.comment(line) {
            let text = line[start..].trim_end();
            let span = Span::new(offset + start, offset + start + text.len());
            let place = Place { location: Location::new(file, span), in_head: at < head, own_line };
            let below = || (at + 1..lines.len()).find(|below| !syntax.is_comment(lines[*below]));
            let covered = if own_line { below().unwrap_or(at) } else { at };
            read(text, &place, Covers::Line(covered + 1), &mut found, out);
        }
        offset += line.len() + 1;
    }
    found
}

struct Place {
    location: Location,
    in_head: bool,
    own_line: bool,
}

fn read(text: &str, place: &Place, line: Covers, found: &mut Vec<Comment>, out: &mut Diagnostics) {
    let text = text.split_once(MARK).map_or("", |(_, text)| text.trim());
    let word_end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at(word_end);
    let mut wrong = |message: String, hint: &str| {
        let diagnostic = Diagnostic::warning(Code::ALLOW_NOT_UNDERSTOOD, message).at(place.location.clone());
        out.push(diagnostic.hint(hint));
    };
    const FORM: &str = "write `lakesmith: allow(LSnnn) reason`";
    let codes = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (codes, reason) = match (word, codes) {
        (LINE | FILE, Some(codes)) => codes,
        (LINE | FILE, None) => return wrong(format!("`{word}` names no codes in parentheses"), FORM),
        _ if did_you_mean(word, [LINE, FILE]).is_some() => {
            return wrong(format!("`{word}` is nothing that a comment can say to lakesmith"), FORM);
        }
        // Prose, or something for another part of the program.
        _ => return,
    };
    let covers = if word == FILE { Covers::File } else { line };
    if covers == Covers::File && !(place.in_head && place.own_line) {
        let hint = "move it above the first statement, or use `allow` at the place of the finding";
        return wrong("`allow-file` stands only at the top of a file, on a line of its own".to_string(), hint);
    }
    let reason = reason.trim().trim_end_matches("*/").trim();
    if !reason.contains(char::is_alphanumeric) {
        let message = format!("the allow of {} gives no reason", codes.trim());
        let diagnostic = Diagnostic::error(Code::ALLOW_WITHOUT_REASON, message).at(place.location.clone());
        out.push(diagnostic.hint("say behind the parenthesis why the finding does not matter here"));
        return;
    }
    for name in codes.split(',').map(str::trim) {
        match Code::parse(name) {
            Some(code) => {
                let (reason, location) = (reason.to_string(), place.location.clone());
                found.push(Comment { code, reason, location, covers });
            }
            None => out.push(unknown_code(name).at(place.location.clone())),
        }
    }
}

/// How comments of a file begin.
#[derive(Clone, Copy)]
enum Syntax {
    Sql,
    /// With SQL in its block texts.
    Yaml,
}

impl Syntax {
    fn of(name: &str) -> Self {
        if name.ends_with(".sql") { Self::Sql } else { Self::Yaml }
    }

    fn openers(self) -> &'static [&'static str] {
        match self {
            Self::Sql => &["--"],
            Self::Yaml => &["#", "--"],
        }
    }

    /// Where a comment for lakesmith begins in a line, and whether it has the line for itself.
    fn comment(self, line: &str) -> Option<(usize, bool)> {
        let mark = line.find(MARK)?;
        let before = line[..mark].trim_end();
        let opener = self.openers().iter().find(|opener| before.ends_with(**opener))?;
        let start = before.len() - opener.len();
        let before = &line[..start];
        // Inside a text it is no comment; the `#` of YAML stands behind a space.
        let quoted = before.matches('\'').count() % 2 == 1;
        let glued = *opener == "#" && before.chars().next_back().is_some_and(|c| !c.is_whitespace());
        (!quoted && !glued).then(|| (start, before.trim().is_empty()))
    }

    fn is_comment(self, line: &str) -> bool {
        let line = line.trim_start();
        self.openers().iter().any(|opener| line.starts_with(opener)) || line.starts_with("{#")
    }

    /// How many lines stand above the first one that is neither empty nor a comment.
    fn head(self, lines: &[&str]) -> usize {
        let mut closing: Option<&str> = None;
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim();
            if let Some(end) = closing {
                closing = closing.filter(|_| !line.contains(end));
                continue;
            }
            let block = [("{#", "#}"), ("/*", "*/")].into_iter().find(|(open, _)| line.starts_with(open));
            match block {
                Some((_, end)) if !line.contains(end) => closing = Some(end),
                Some(_) => {}
                None if line.is_empty() || line == "---" || self.is_comment(line) => {}
                None => return at,
            }
        }
        lines.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
        let mut out = Diagnostics::default();
        let found = comments(&SourceFile::new(name, text), &mut out);
        let told = |c: &Comment| format!("{} {:?} {} {}", c.code, c.covers, c.location.display(), c.reason);
        let wrong = |d: &Diagnostic| format!("{} {}", d.code, d.location.as_ref().unwrap().display());
        (found.iter().map(told).collect(), out.iter().map(wrong).collect())
    }

    #[test]
    fn comments_cover_their_line_or_the_one_below() {
        let sql = "SELECT a, -- lakesmith: allow(LS402) comes later\n  b\n\
                   -- lakesmith: allow(LS403, ls404): both are the same\n--  more words\n  -- lakesmith: allow(405) x\nFROM t\r\n";
        let (found, wrong) = found("a.sql", sql);
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(
            found,
            [
                "LS402 Line(1) a.sql:1:11 comes later",
                "LS403 Line(6) a.sql:3:1 : both are the same",
                "LS404 Line(6) a.sql:3:1 : both are the same",
                "LS405 Line(6) a.sql:5:3 x",
            ]
        );
    }

    #[test]
    fn comments_of_a_file_stand_in_its_head() {
        let head = "-- Databricks notebook source\n\n{# words\n   more #}\n/* a\n b */\n-- lakesmith: allow-file(LS402) made by hand\n";
        let (fine, wrong) = found("a.sql", &format!("{head}SELECT 1\n"));
        assert_eq!((fine.len(), wrong.len()), (1, 0));
        assert_eq!(fine, ["LS402 File a.sql:7:1 made by hand"]);
        let (none, wrong) = found("a.sql", "SELECT 1;\n-- lakesmith: allow-file(LS402) made by hand\n");
        assert_eq!((none.len(), wrong), (0, vec!["LS116 a.sql:2:1".to_string()]));
    }

    #[test]
    fn comments_in_yaml_are_those_of_yaml_and_of_sql() {
        let yaml = "# lakesmith: allow-file(LS103) from elsewhere\na: 1 # lakesmith: allow(LS104) fine\n\
                    b: x#lakesmith: allow(LS104) no\nsql: |\n  SELECT a -- lakesmith: allow(LS402) x\n";
        let (found, wrong) = found("a.yml", yaml);
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn what_is_no_allow_is_told_and_prose_is_not() {
        let wrong = |comment: &str| found("a.sql", &format!("SELECT 1 -- {comment}\n")).1;
        for nearly in ["lakesmith: alow(LS402) x", "lakesmith: allow LS402 x", "lakesmith: allow(LS402 x"] {
            assert_eq!(wrong(nearly), ["LS116 a.sql:1:10"], "{nearly}");
        }
        for empty in ["lakesmith: allow(LS402)", "lakesmith: allow(LS402) --"] {
            assert_eq!(wrong(empty), ["LS114 a.sql:1:10"], "{empty}");
        }
        assert_eq!(wrong("lakesmith: allow(LS999) x"), ["LS112 a.sql:1:10"]);
        for prose in ["lakesmith: makes this", "lakesmith: fmt off", "see lakesmith: allow(LS402) x", "lakesmith:"] {
            assert!(wrong(prose).is_empty(), "{prose}");
        }
        let (quoted, wrong) = found("a.sql", "SELECT '-- lakesmith: allow(LS402) x'\n");
        assert!(quoted.is_empty() && wrong.is_empty());
    }
}
