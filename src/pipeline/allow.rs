//! Allow comments: `-- lakesmith: allow(LS403) reason` in SQL, `# lakesmith: allow(LS103) reason` in YAML; in comments
//! that are closed, too, and in letters of either case.
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
    if mark(file.text()).is_none() {
        return Vec::new();
    }
    let lines: Vec<&str> = file.text().split('\n').collect();
    let syntax = Syntax::of(file.name());
    let is_comment = syntax.comment_lines(&lines);
    let is_code = |at: &usize| !is_comment[*at] && !matches!(lines[*at].trim(), "" | "---");
    let head = (0..lines.len()).find(is_code).unwrap_or(lines.len());
    let mut found = Vec::new();
    let mut offset = 0;
    for (at, line) in lines.iter().enumerate() {
        if let Some(InLine { start, end, own_line }) = syntax.comment(line) {
            let text = &line[start..end];
            let span = Span::new(offset + start, offset + end);
            let place = Place { location: Location::new(file, span), in_head: at < head, own_line };
            let below = || (at + 1..lines.len()).find(|below| !is_comment[*below]);
            let covered = if own_line { below().unwrap_or(at) } else { at };
            read(text, &place, Covers::Line(covered + 1), &mut found, out);
        } else if let Some(start) = syntax.bare(line) {
            let location = Location::new(file, Span::new(offset + start, offset + line.trim_end().len()));
            let message = "an allow stands at the beginning of its comment";
            out.push(Diagnostic::warning(Code::ALLOW_NOT_UNDERSTOOD, message).at(location).hint(syntax.form()));
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
    let text = mark(text).and_then(|at| text.get(at + MARK.len()..)).unwrap_or_default().trim();
    let word_end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at(word_end);
    let word = word.to_ascii_lowercase();
    let word = word.as_str();
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
    // `-#}` ends a template's comment, too.
    let reason = CLOSED.iter().fold(reason.trim(), |reason, (_, closer)| match reason.strip_suffix(closer) {
        Some(reason) => reason.trim_end_matches('-').trim(),
        None => reason,
    });
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

/// Where a line says `lakesmith:`, in whatever case.
fn mark(text: &str) -> Option<usize> {
    let (text, mark) = (text.as_bytes(), MARK.as_bytes());
    let colons = text.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at);
    let mut starts = colons.filter_map(|colon| (colon + 1).checked_sub(mark.len()));
    starts.find(|start| text[*start..*start + mark.len()].eq_ignore_ascii_case(mark))
}

/// Comments that have an end, in SQL and in templates.
const CLOSED: [(&str, &str); 3] = [("{#-", "#}"), ("{#", "#}"), ("/*", "*/")];

/// A comment in its line.
struct InLine {
    start: usize,
    end: usize,
    /// Is there nothing else in the line?
    own_line: bool,
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

    /// Of comments that end with their line.
    fn openers(self) -> &'static [&'static str] {
        match self {
            Self::Sql => &["--"],
            Self::Yaml => &["#", "--"],
        }
    }

    /// A comment for lakesmith in a line.
    fn comment(self, line: &str) -> Option<InLine> {
        let mark = mark(line)?;
        let before = line[..mark].trim_end();
        let closed = CLOSED.iter().find(|(opener, _)| before.ends_with(opener));
        let open = || self.openers().iter().find(|opener| before.ends_with(**opener)).copied();
        let opener = closed.map(|(opener, _)| *opener).or_else(open)?;
        let start = before.len() - opener.len();
        let before = &line[..start];
        // Inside a text it is no comment; the `#` of YAML stands behind a space.
        let quoted = before.matches('\'').count() % 2 == 1;
        let glued = opener == "#" && before.chars().next_back().is_some_and(|c| !c.is_whitespace());
        if quoted || glued {
            return None;
        }
        let end = closed.and_then(|(_, closer)| Some(mark + line[mark..].find(closer)? + closer.len()));
        let behind = end.map_or("", |end| &line[end..]);
        Some(InLine {
            start,
            end: end.unwrap_or(line.trim_end().len()),
            own_line: before.trim().is_empty() && behind.trim().is_empty(),
        })
    }

    /// Where in a line of SQL an allow stands that does not begin its comment: SQL itself has no such line.
    fn bare(self, line: &str) -> Option<usize> {
        let start = mark(line).filter(|_| matches!(self, Self::Sql))?;
        let said = line[start + MARK.len()..].trim_start().to_ascii_lowercase();
        let is_allow = said
            .strip_prefix(FILE)
            .or_else(|| said.strip_prefix(LINE))
            .is_some_and(|rest| rest.trim_start().starts_with('('));
        (is_allow && line[..start].trim_matches(|c: char| c.is_whitespace() || c == '*').is_empty()).then_some(start)
    }

    fn form(self) -> &'static str {
        match self {
            Self::Sql => "write `-- lakesmith: allow(LSnnn) reason`",
            Self::Yaml => "write `# lakesmith: allow(LSnnn) reason`",
        }
    }

    /// Which lines hold nothing but a comment or a part of one.
    fn comment_lines(self, lines: &[&str]) -> Vec<bool> {
        let mut open: Option<&str> = None;
        let is_comment = |line: &&str| {
            let line = line.trim();
            let closed = CLOSED.iter().find(|(opener, _)| line.starts_with(opener));
            if let Some(closer) = open.take().or(closed.map(|(_, closer)| *closer)) {
                let end = line.find(closer);
                open = if end.is_none() { Some(closer) } else { None };
                return end.is_none_or(|end| line[end + closer.len()..].trim().is_empty());
            }
            self.openers().iter().any(|opener| line.starts_with(opener))
        };
        lines.iter().map(is_comment).collect()
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
    fn comments_that_are_closed_allow_as_others_do() {
        let sql = "SELECT a, /* lakesmith: allow(LS402) later */ b\n\
                   {# lakesmith: allow(LS403) its own line #}\n\
                   /* Lakesmith: Allow(LS404) it goes on\n   for a line */\n-- words\nFROM t\n\
                   /* lakesmith: allow(LS405) here */ WHERE x\n{#- LAKESMITH: ALLOW(LS406) x -#}\nGROUP BY y\n";
        let (found, wrong) = found("a.sql", sql);
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(
            found,
            [
                "LS402 Line(1) a.sql:1:11 later",
                "LS403 Line(6) a.sql:2:1 its own line",
                "LS404 Line(6) a.sql:3:1 it goes on",
                "LS405 Line(7) a.sql:7:1 here",
                "LS406 Line(9) a.sql:8:1 x",
            ]
        );
    }

    #[test]
    fn an_allow_inside_of_a_comment_is_told() {
        let (none, wrong) = found("a.sql", "/* Some words\n * lakesmith: allow(LS402) later\n */\nSELECT a\n");
        assert!(none.is_empty());
        assert_eq!(wrong, ["LS116 a.sql:2:4"]);
        for prose in ["/*\n lakesmith: makes this\n*/", "/* of\nlakesmith: allowed (by Ann)\n */"] {
            assert!(found("a.sql", prose).1.is_empty(), "{prose}");
        }
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
