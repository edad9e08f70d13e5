//! Java's regular expressions (`java.util.regex.Pattern`) as RE2's, which reads many of them otherwise without a word:
//! classes inside of classes, `&&`, `\s`, `.` and letters of either case. What RE2 has no means for is refused.

use crate::local::engine::error::{ErrorClass, SqlError};

use super::charset::{Class, intersection, negated, other_case};

/// A pattern as RE2 is to read it.
pub(super) struct Regex {
    pub(super) text: String,
    /// The names of the groups that capture, in order; empty for those without.
    pub(super) groups: Vec<String>,
    /// Can it match an empty text?
    pub(super) empty: bool,
    /// And one that is not? Java then finds an empty match right behind one that is not, RE2 does not.
    pub(super) full: bool,
    /// It matches at the beginning only.
    pub(super) anchored: bool,
    /// It has an end that Java also finds before a last line break, where only the extent of a match tells.
    pub(super) line_end: bool,
    /// It has a boundary of words, which Java finds beside letters of every alphabet.
    pub(super) boundary: bool,
}

/// What becomes of Java's `$` and `\Z`, which also match before a line break that ends the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The line break belongs to the match: nobody sees how far it goes.
    Consumed,
    /// The very end. Texts that end with a line break must be refused.
    Exact,
}

const LINE_END: &str = "(?:\\r\\n|[\\n\\r\\x{85}\\x{2028}\\x{2029}])";

pub(super) fn java(pattern: &str, end: End, function: &str) -> Result<Regex, SqlError> {
    let mut parser = Parser {
        pattern,
        function,
        chars: pattern.chars().collect(),
        at: 0,
        end,
        flags: Flags::default(),
        depth: 0,
        found: Regex {
            text: String::new(),
            groups: Vec::new(),
            empty: false,
            full: false,
            anchored: false,
            line_end: false,
            boundary: false,
        },
    };
    let whole = parser.alternatives()?;
    if parser.at < parser.chars.len() {
        return Err(parser.invalid());
    }
    let found = parser.found;
    Ok(Regex { text: whole.text, empty: whole.empty, full: whole.full, anchored: whole.anchored, ..found })
}

#[derive(Clone, Copy, Default)]
struct Flags {
    any_case: bool,
    dot_all: bool,
    lines: bool,
}

struct Part {
    text: String,
    empty: bool,
    full: bool,
    anchored: bool,
}

impl Part {
    fn consuming(text: String) -> Self {
        Self { text, empty: false, full: true, anchored: false }
    }

    fn empty(text: &str) -> Self {
        Self { text: text.to_string(), empty: true, full: false, anchored: false }
    }
}

struct Parser<'a> {
    pattern: &'a str,
    function: &'a str,
    chars: Vec<char>,
    at: usize,
    end: End,
    flags: Flags,
    depth: usize,
    found: Regex,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c));
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn until(&mut self, close: char) -> Result<String, SqlError> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some(c) if c == close => return Ok(text),
                Some(c) => text.push(c),
                None => return Err(self.invalid()),
            }
        }
    }

    fn invalid(&self) -> SqlError {
        let text = format!("The value of parameter(s) `regexp` in `{}` is invalid: '{}'.", self.function, self.pattern);
        SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE_PATTERN, text)
    }

    fn unsupported(&self, what: &str) -> SqlError {
        SqlError::unsupported(format!("{what} in the regular expression '{}'", self.pattern))
    }

    fn alternatives(&mut self) -> Result<Part, SqlError> {
        self.depth += 1;
        if self.depth > 100 {
            return Err(self.unsupported("more than 100 groups inside each other"));
        }
        let mut all = self.sequence()?;
        while self.eat("|") {
            let next = self.sequence()?;
            all.text.push('|');
            all.text.push_str(&next.text);
            all.empty |= next.empty;
            all.full |= next.full;
            all.anchored &= next.anchored;
        }
        self.depth -= 1;
        Ok(all)
    }

    fn sequence(&mut self) -> Result<Part, SqlError> {
        let mut all = Part { text: String::new(), empty: true, full: false, anchored: false };
        while let Some(c) = self.peek().filter(|c| !matches!(c, '|' | ')')) {
            let atom = self.atom(c)?;
            let part = self.repeated(atom)?;
            all.anchored |= part.anchored && all.empty && !all.full;
            all.empty &= part.empty;
            all.full |= part.full;
            all.text.push_str(&part.text);
        }
        Ok(all)
    }

    /// The atom with its quantifier.
    fn repeated(&mut self, mut part: Part) -> Result<Part, SqlError> {
        let start = self.at;
        let least = match self.peek() {
            Some('*' | '?') => {
                self.at += 1;
                0
            }
            Some('+') => {
                self.at += 1;
                1
            }
            Some('{') => {
                self.at += 1;
                self.bounds()?
            }
            _ => return Ok(part),
        };
        if self.eat("+") {
            return Err(self.unsupported("a possessive quantifier"));
        }
        self.eat("?");
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return Err(self.invalid());
        }
        if self.peek() == Some('{') {
            return Err(self.unsupported("a quantifier of a quantifier"));
        }
        if part.text.is_empty() {
            part.text.push_str("(?:)");
        }
        part.text.extend(&self.chars[start..self.at]);
        part.empty |= least == 0;
        part.anchored &= least > 0;
        Ok(part)
    }

    /// `n}`, `n,}` or `n,m}`; gives the least number.
    fn bounds(&mut self) -> Result<u32, SqlError> {
        let inner = self.until('}')?;
        let (least, most) = inner.split_once(',').unwrap_or((&inner, &inner));
        let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.chars().all(|c| c.is_ascii_digit()));
        let least = number(least).ok_or_else(|| self.invalid())?;
        let most = if most.is_empty() { least } else { number(most).ok_or_else(|| self.invalid())? };
        if most < least {
            return Err(self.invalid());
        }
        if most > 1000 {
            return Err(self.unsupported("a repetition of more than 1000 times"));
        }
        Ok(least)
    }

    fn atom(&mut self, c: char) -> Result<Part, SqlError> {
        self.at += 1;
        Ok(match c {
            '(' => return self.group(),
            '[' => Part::consuming(self.class()?.text()),
            '.' if self.flags.dot_all => Part::consuming("(?s:.)".to_string()),
            '.' => Part::consuming("[^\\n\\r\\x{85}\\x{2028}\\x{2029}]".to_string()),
            '^' if self.flags.lines => Part::empty("(?m:^)"),
            '^' => Part { anchored: true, ..Part::empty("\\A") },
            '$' if self.flags.lines => Part::empty("(?m:$)"),
            '$' => self.text_end(),
            '\\' => return self.escape(),
            '*' | '+' | '?' | '{' => return Err(self.invalid()),
            c => Part::consuming(self.letter(c)),
        })
    }

    fn text_end(&mut self) -> Part {
        self.found.line_end = true;
        match self.end {
            End::Consumed => Part::empty(&format!("(?:{LINE_END}?\\z)")),
            End::Exact => Part::empty("\\z"),
        }
    }

    fn letter(&self, c: char) -> String {
        if self.flags.any_case && c.is_ascii_alphabetic() {
            return format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase());
        }
        if c.is_ascii() && !c.is_ascii_alphanumeric() { format!("\\x{{{:x}}}", u32::from(c)) } else { c.to_string() }
    }

    fn group(&mut self) -> Result<Part, SqlError> {
        let outer = self.flags;
        let mut open = "(?:";
        if self.eat("?") {
            if self.eat("<") {
                if matches!(self.peek(), Some('=' | '!')) {
                    return Err(self.unsupported("looking behind"));
                }
                let name = self.until('>')?;
                let letters = name.chars().all(|c| c.is_ascii_alphanumeric());
                if !letters || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    return Err(self.invalid());
                }
                self.found.groups.push(name);
                open = "(";
            } else if matches!(self.peek(), Some('=' | '!')) {
                return Err(self.unsupported("looking ahead"));
            } else if self.peek() == Some('>') {
                return Err(self.unsupported("an independent group"));
            } else if !self.eat(":") && self.flags_only()? {
                return Ok(Part::empty(""));
            }
        } else {
            self.found.groups.push(String::new());
            open = "(";
        }
        let mut inner = self.alternatives()?;
        self.flags = outer;
        if !self.eat(")") {
            return Err(self.invalid());
        }
        inner.text = format!("{open}{})", inner.text);
        Ok(inner)
    }

    /// `(?i)` is for the rest of the group that it is in, `(?i:` for what is inside.
    fn flags_only(&mut self) -> Result<bool, SqlError> {
        let mut on = true;
        loop {
            match self.next() {
                Some('-') if on => on = false,
                Some('i') => self.flags.any_case = on,
                Some('s') => self.flags.dot_all = on,
                Some('m') => self.flags.lines = on,
                Some(')') => return Ok(true),
                Some(':') => return Ok(false),
                Some('x' | 'u' | 'd' | 'U') => return Err(self.unsupported("a flag other than i, s and m")),
                _ => return Err(self.invalid()),
            }
        }
    }

    fn escape(&mut self) -> Result<Part, SqlError> {
        let Some(c) = self.next() else { return Err(self.invalid()) };
        Ok(match c {
            'b' | 'B' => {
                self.found.boundary = true;
                if self.peek() == Some('{') {
                    return Err(self.unsupported("a boundary of a kind"));
                }
                Part::empty(if c == 'b' { "\\b" } else { "\\B" })
            }
            'A' => Part { anchored: true, ..Part::empty("\\A") },
            'z' => Part::empty("\\z"),
            'Z' => self.text_end(),
            'G' | 'k' | '1'..='9' | 'X' | 'N' => return Err(self.unsupported(&format!("\\{c}"))),
            'R' => Part::consuming("(?:\\r\\n|[\\x{a}-\\x{d}\\x{85}\\x{2028}\\x{2029}])".to_string()),
            'Q' => {
                let mut text = String::new();
                while self.at < self.chars.len() && !self.eat("\\E") {
                    let c = self.next().unwrap_or_default();
                    text.push_str(&self.letter(c));
                }
                // A quantifier behind it is for the last character.
                if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
                    return Err(self.unsupported("a quantifier behind \\E"));
                }
                Part { empty: text.is_empty(), full: !text.is_empty(), text, anchored: false }
            }
            _ => match self.escaped(c)? {
                Set::Other(text) => Part::consuming(text),
                Set::Chars(ranges) => match ranges.as_slice() {
                    [(one, same)] if one == same => {
                        Part::consuming(char::from_u32(*one).map_or_else(String::new, |c| self.letter(c)))
                    }
                    _ => Part::consuming(Class { ranges, others: Vec::new(), negated: false }.text()),
                },
            },
        })
    }

    /// Behind a backslash, in a class or not.
    fn escaped(&mut self, c: char) -> Result<Set, SqlError> {
        let one = |code: u32| Ok(Set::Chars(vec![(code, code)]));
        let ranges: &[(u32, u32)] = match c {
            'd' | 'D' => &[(48, 57)],
            'w' | 'W' => &[(48, 57), (65, 90), (95, 95), (97, 122)],
            's' | 'S' => &[(9, 13), (32, 32)],
            'h' | 'H' => &[
                (9, 9),
                (32, 32),
                (0xA0, 0xA0),
                (0x1680, 0x1680),
                (0x180E, 0x180E),
                (0x2000, 0x200A),
                (0x202F, 0x202F),
                (0x205F, 0x205F),
                (0x3000, 0x3000),
            ],
            'v' | 'V' => &[(10, 13), (0x85, 0x85), (0x2028, 0x2029)],
            't' => return one(9),
            'n' => return one(10),
            'r' => return one(13),
            'f' => return one(12),
            'a' => return one(7),
            'e' => return one(27),
            '0' => {
                let digits: String =
                    self.chars[self.at..].iter().take(3).take_while(|c| matches!(c, '0'..='7')).collect();
                let digits = if digits.len() == 3 && *digits > *"377" { &digits[..2] } else { &digits };
                self.at += digits.len();
                return one(u32::from_str_radix(digits, 8).map_err(|_| self.invalid())?);
            }
            'x' if self.eat("{") => {
                let digits = self.until('}')?;
                return one(self.code(&digits)?);
            }
            'x' | 'u' => {
                let count = if c == 'x' { 2 } else { 4 };
                let digits: String = self.chars[self.at..].iter().take(count).collect();
                self.at += digits.chars().count();
                if digits.len() != count {
                    return Err(self.invalid());
                }
                return one(self.code(&digits)?);
            }
            'p' | 'P' => return self.property(c == 'P'),
            'c' => return Err(self.unsupported("\\c")),
            c if c.is_ascii_alphanumeric() => return Err(self.invalid()),
            c => return one(u32::from(c)),
        };
        Ok(Set::Chars(if c.is_ascii_uppercase() { negated(ranges) } else { ranges.to_vec() }))
    }

    fn code(&self, digits: &str) -> Result<u32, SqlError> {
        let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).ok_or_else(|| self.invalid())?;
        Ok(u32::from(code))
    }

    fn property(&mut self, not: bool) -> Result<Set, SqlError> {
        let name = if self.eat("{") { self.until('}')? } else { self.next().map(String::from).unwrap_or_default() };
        let ranges: &[(u32, u32)] = match name.as_str() {
            "Lower" => &[(97, 122)],
            "Upper" => &[(65, 90)],
            "ASCII" => &[(0, 127)],
            "Alpha" => &[(65, 90), (97, 122)],
            "Digit" => &[(48, 57)],
            "Alnum" => &[(48, 57), (65, 90), (97, 122)],
            "Punct" => &[(33, 47), (58, 64), (91, 96), (123, 126)],
            "Graph" => &[(33, 126)],
            "Print" => &[(32, 126)],
            "Blank" => &[(9, 9), (32, 32)],
            "Cntrl" => &[(0, 31), (127, 127)],
            "XDigit" => &[(48, 57), (65, 70), (97, 102)],
            "Space" => &[(9, 13), (32, 32)],
            _ => {
                let category = name.strip_prefix("Is").unwrap_or(&name);
                let mut letters = category.chars();
                let known = letters.next().is_some_and(|c| "LMNPSZC".contains(c))
                    && letters.next().is_none_or(|c| c.is_ascii_lowercase())
                    && letters.next().is_none();
                if !known || self.flags.any_case {
                    return Err(self.unsupported(&format!("\\p{{{name}}}")));
                }
                return Ok(Set::Other(format!("\\{}{{{category}}}", if not { 'P' } else { 'p' })));
            }
        };
        if self.flags.any_case && matches!(name.as_str(), "Lower" | "Upper") {
            return Err(self.unsupported(&format!("\\p{{{name}}} of any case")));
        }
        Ok(Set::Chars(if not { negated(ranges) } else { ranges.to_vec() }))
    }

    /// Behind `[`.
    fn class(&mut self) -> Result<Class, SqlError> {
        let not = self.eat("^");
        let mut all: Option<Vec<(u32, u32)>> = None;
        let mut part = Class::default();
        let mut first = true;
        loop {
            let Some(c) = self.next() else { return Err(self.invalid()) };
            match c {
                ']' if !first => break,
                '[' => {
                    self.depth += 1;
                    if self.depth > 100 {
                        return Err(self.unsupported("more than 100 classes inside each other"));
                    }
                    let inner = self.class()?;
                    self.depth -= 1;
                    if !inner.others.is_empty() && inner.negated {
                        return Err(self.unsupported("a class inside a class"));
                    }
                    part.others.extend(inner.others.iter().cloned());
                    part.ranges.extend(inner.chars());
                }
                '&' if self.eat("&") => {
                    if first || matches!(self.peek(), Some('&' | '^' | ']')) || !part.others.is_empty() {
                        return Err(self.unsupported("an intersection of this kind"));
                    }
                    all = Some(intersection(all, std::mem::take(&mut part).ranges));
                }
                c => {
                    let start = if c == '\\' {
                        let Some(c) = self.next() else { return Err(self.invalid()) };
                        match self.escaped(c)? {
                            Set::Other(text) => {
                                part.others.push(text);
                                None
                            }
                            Set::Chars(ranges) => match ranges.as_slice() {
                                [(one, same)] if one == same => Some(*one),
                                _ => {
                                    part.ranges.extend(ranges);
                                    None
                                }
                            },
                        }
                    } else {
                        Some(u32::from(c))
                    };
                    if let Some(start) = start {
                        let last = self.range_end(start)?;
                        part.ranges.push((start, last));
                        if self.flags.any_case {
                            part.ranges.extend(other_case(start, last));
                        }
                    }
                }
            }
            first = false;
        }
        if let Some(all) = all {
            if !part.others.is_empty() {
                return Err(self.unsupported("an intersection of this kind"));
            }
            part.ranges = intersection(Some(all), part.ranges);
        }
        part.negated = not;
        Ok(part)
    }

    fn range_end(&mut self, start: u32) -> Result<u32, SqlError> {
        let closes = matches!(self.chars.get(self.at + 1), None | Some(']' | '['))
            || self.chars[self.at + 1..].starts_with(&['&', '&']);
        if self.peek() != Some('-') || closes {
            return Ok(start);
        }
        self.at += 1;
        let last = match self.next() {
            Some('\\') => {
                let Some(c) = self.next() else { return Err(self.invalid()) };
                match self.escaped(c)? {
                    Set::Chars(ranges) if ranges.len() == 1 && ranges[0].0 == ranges[0].1 => ranges[0].0,
                    _ => return Err(self.unsupported("a range up to a class")),
                }
            }
            Some(c) => u32::from(c),
            None => return Err(self.invalid()),
        };
        if last < start { Err(self.invalid()) } else { Ok(last) }
    }
}

enum Set {
    Chars(Vec<(u32, u32)>),
    /// A property that only RE2 knows the characters of.
    Other(String),
}
