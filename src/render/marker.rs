//! Marks inside template output: they say where each piece of text came from and whether it may be trusted.
//!
//! The engine writes one string, so the marks travel inside it: scopes opened and closed by Unicode noncharacters
//! (U+FDD0..U+FDEF), which "should never be interchanged" (The Unicode Standard, § 23.7). Text from outside that
//! contains one is refused before it gets here, so a mark cannot be forged.

use std::ops::Range;

const DIGIT: u32 = 0xFDD0;
const SEPARATOR: char = '\u{FDE0}';
const RAW: char = '\u{FDE1}';
const EXPRESSION: char = '\u{FDE2}';
const SAFE: char = '\u{FDE3}';
const NAME: char = '\u{FDE4}';
const TEXT: char = '\u{FDE5}';
const CODE: char = '\u{FDE6}';
const FAULT: char = '\u{FDE7}';
const HEAD_END: char = '\u{FDE8}';
const CLOSE: char = '\u{FDE9}';

/// What a stretch of output is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scope {
    /// Template text, verbatim from an offset of a file.
    Raw { file: usize, offset: usize },
    /// What the expression at a range of a file printed.
    Expression { file: usize, start: usize, end: usize },
    /// A self-contained SQL fragment that lakesmith made: a number, a quoted name, a literal.
    Safe,
    /// One name, quoted where its context needs it.
    Name,
    /// Text of unknown origin: printed only where it can do no harm.
    Text,
    /// A constant that the template's author wrote inside an expression.
    Code,
    /// Not text but a problem: a numeric code, then message and hint with a separator between.
    Fault { code: usize },
}

pub(super) use crate::project::yaml::is_noncharacter as is_mark;

/// Where a text from outside contains a mark.
pub(super) fn find(text: &str) -> Option<Range<usize>> {
    text.char_indices().find(|(_, c)| is_mark(*c)).map(|(at, c)| at..at + c.len_utf8())
}

/// The text alone.
pub(super) fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_head = false;
    for c in text.chars() {
        match c {
            RAW | EXPRESSION | SAFE | NAME | TEXT | CODE | FAULT => in_head = true,
            HEAD_END => in_head = false,
            c if is_mark(c) || in_head => {}
            c => out.push(c),
        }
    }
    out
}

pub(super) fn open(out: &mut String, scope: Scope) {
    let (mark, numbers): (char, &[usize]) = match &scope {
        Scope::Raw { file, offset } => (RAW, &[*file, *offset]),
        Scope::Expression { file, start, end } => (EXPRESSION, &[*file, *start, *end]),
        Scope::Safe => (SAFE, &[]),
        Scope::Name => (NAME, &[]),
        Scope::Text => (TEXT, &[]),
        Scope::Code => (CODE, &[]),
        Scope::Fault { code } => (FAULT, &[*code]),
    };
    out.push(mark);
    for number in numbers {
        for digit in format!("{number:x}").chars().filter_map(|digit| digit.to_digit(16)) {
            out.extend(char::from_u32(DIGIT + digit));
        }
        out.push(SEPARATOR);
    }
    out.push(HEAD_END);
}

pub(super) fn close(out: &mut String) {
    out.push(CLOSE);
}

/// The last expression that a marked text begins: file, start and end. The text may end anywhere.
pub(super) fn innermost_tag(text: &str) -> Option<(usize, usize, usize)> {
    let mut reader = Reader::new(text.get(text.rfind(EXPRESSION)?..)?);
    match reader.next()? {
        Ok(Event::Open(Scope::Expression { file, start, end })) => Some((file, start, end)),
        _ => None,
    }
}

/// File and range of the tag in which a marked text ends that was cut.
pub(super) fn open_tag(text: &str) -> Option<(usize, usize, usize)> {
    let mut open = Vec::new();
    for event in Reader::new(text) {
        match event {
            Ok(Event::Open(scope)) => open.push(scope),
            Ok(Event::Close) => drop(open.pop()),
            Ok(Event::Text(_)) => {}
            Err(Broken) => return None,
        }
    }
    open.into_iter().rev().find_map(|scope| match scope {
        Scope::Expression { file, start, end } => Some((file, start, end)),
        _ => None,
    })
}

/// A marked text of one scope.
pub(super) fn wrap(scope: Scope, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    open(&mut out, scope);
    out.push_str(text);
    close(&mut out);
    out
}

/// The content of a fault scope.
pub(super) fn fault_text(message: &str, hint: &str) -> String {
    format!("{}{SEPARATOR}{}", strip(message), strip(hint))
}

/// Message and hint of a fault scope's content.
pub(super) fn read_fault(content: &str) -> (&str, &str) {
    content.split_once(SEPARATOR).unwrap_or((content, ""))
}

#[derive(PartialEq, Eq, Debug)]
pub(super) enum Event<'t> {
    Open(Scope),
    Text(&'t str),
    Close,
}

/// A mark was cut, as slicing a captured text does.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Broken;

/// The scopes and texts of a marked text, in order.
pub(super) struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    fn head(&mut self, mark: char) -> Result<Scope, Broken> {
        let end = self.rest.find(HEAD_END).ok_or(Broken)?;
        let head = &self.rest[..end];
        self.rest = &self.rest[end + HEAD_END.len_utf8()..];
        let numbers: Vec<usize> = head.split_terminator(SEPARATOR).map(number).collect::<Result<_, _>>()?;
        Ok(match (mark, numbers.as_slice()) {
            (RAW, [file, offset]) => Scope::Raw { file: *file, offset: *offset },
            (EXPRESSION, [file, start, end]) => Scope::Expression { file: *file, start: *start, end: *end },
            (SAFE, []) => Scope::Safe,
            (NAME, []) => Scope::Name,
            (TEXT, []) => Scope::Text,
            (CODE, []) => Scope::Code,
            (FAULT, [code]) => Scope::Fault { code: *code },
            _ => return Err(Broken),
        })
    }
}

fn number(digits: &str) -> Result<usize, Broken> {
    let digit = |c: char| u32::from(c).checked_sub(DIGIT).filter(|digit| *digit < 16).map(|digit| digit as usize);
    digits.chars().try_fold(0_usize, |sum, c| sum.checked_mul(16)?.checked_add(digit(c)?)).ok_or(Broken)
}

impl<'t> Iterator for Reader<'t> {
    type Item = Result<Event<'t>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.rest.chars().next()?;
        if !is_mark(first) || first == SEPARATOR {
            // A separator belongs to the text of a fault.
            let end = self.rest.find(|c| is_mark(c) && c != SEPARATOR).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Ok(Event::Text(text)));
        }
        self.rest = &self.rest[first.len_utf8()..];
        Some(match first {
            CLOSE => Ok(Event::Close),
            mark => self.head(mark).map(Event::Open),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_is_read() {
        let mut text = String::new();
        open(&mut text, Scope::Expression { file: 17, start: 0, end: 4096 });
        text.push_str(&wrap(Scope::Raw { file: 0, offset: 255 }, "é{{ }}"));
        text.push_str(&wrap(Scope::Fault { code: 203 }, &fault_text("no", "yes")));
        close(&mut text);
        let events: Vec<_> = Reader::new(&text).collect::<Result<_, _>>().unwrap();
        assert_eq!(
            events,
            [
                Event::Open(Scope::Expression { file: 17, start: 0, end: 4096 }),
                Event::Open(Scope::Raw { file: 0, offset: 255 }),
                Event::Text("é{{ }}"),
                Event::Close,
                Event::Open(Scope::Fault { code: 203 }),
                Event::Text(&fault_text("no", "yes")),
                Event::Close,
                Event::Close,
            ]
        );
        assert_eq!(strip(&wrap(Scope::Raw { file: 3, offset: 9 }, "a b")), "a b");
        assert_eq!(strip("plain"), "plain");
    }

    #[test]
    fn a_cut_mark_is_an_error() {
        let text = wrap(Scope::Raw { file: 1, offset: 2 }, "abc");
        let second = text.char_indices().nth(1).unwrap().0;
        assert!(Reader::new(&text[second..]).any(|event| event == Err(Broken)));
    }
}
