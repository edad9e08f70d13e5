//! Where in SQL a character stands: code, a quoted text, a quoted name, a comment.
//!
//! Follows Databricks' lexical rules only as far as it takes to know what could end the place (SQL language
//! reference, "STRING type", "Comments"). It reads finished output, so it sees what the server will see.

/// The place that the next character belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Context {
    Code,
    /// Inside `'…'` or `"…"`.
    Quoted,
    /// Inside backticks.
    Name,
    LineComment,
    BlockComment,
    /// Inside `$$ … $$`.
    Dollar,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Code,
    Quoted { quote: char, raw: bool, escaped: bool },
    Name,
    LineComment,
    BlockComment { depth: usize },
    Dollar,
}

pub(super) struct Lexical {
    state: State,
    /// The last characters that were not consumed as a pair.
    last: Option<char>,
    before_last: Option<char>,
}

impl Lexical {
    pub(super) fn new() -> Self {
        Self { state: State::Code, last: None, before_last: None }
    }

    pub(super) fn context(&self) -> Context {
        match self.state {
            State::Code => Context::Code,
            State::Quoted { .. } => Context::Quoted,
            State::Name => Context::Name,
            State::LineComment => Context::LineComment,
            State::BlockComment { .. } => Context::BlockComment,
            State::Dollar => Context::Dollar,
        }
    }

    pub(super) fn last(&self) -> Option<char> {
        self.last
    }

    pub(super) fn advance(&mut self, text: &str) {
        text.chars().for_each(|c| self.step(c));
    }

    fn step(&mut self, c: char) {
        // Set when two characters made a token: the second must not begin another pair.
        let mut consumed = false;
        match &mut self.state {
            State::Code => match (self.last, c) {
                (_, '\'' | '"') => {
                    let word_before = self.before_last.is_some_and(|c| c.is_alphanumeric() || c == '_');
                    let raw = matches!(self.last, Some('r' | 'R')) && !word_before;
                    self.state = State::Quoted { quote: c, raw, escaped: false };
                }
                (_, '`') => self.state = State::Name,
                (Some('-'), '-') => self.state = State::LineComment,
                (Some('/'), '*') => {
                    self.state = State::BlockComment { depth: 1 };
                    consumed = true;
                }
                (Some('$'), '$') => {
                    self.state = State::Dollar;
                    consumed = true;
                }
                _ => {}
            },
            State::Quoted { quote, raw, escaped } => {
                if *escaped {
                    *escaped = false;
                } else if c == '\\' && !*raw {
                    *escaped = true;
                } else if c == *quote {
                    self.state = State::Code;
                    consumed = true;
                }
            }
            // A doubled backtick closes and opens again, which comes to the same.
            State::Name if c == '`' => {
                self.state = State::Code;
                consumed = true;
            }
            State::LineComment if c == '\n' => self.state = State::Code,
            State::BlockComment { depth } => match (self.last, c) {
                (Some('/'), '*') => {
                    *depth += 1;
                    consumed = true;
                }
                (Some('*'), '/') => {
                    *depth -= 1;
                    consumed = true;
                    if *depth == 0 {
                        self.state = State::Code;
                    }
                }
                _ => {}
            },
            State::Dollar if self.last == Some('$') && c == '$' => {
                self.state = State::Code;
                consumed = true;
            }
            State::Name | State::LineComment | State::Dollar => {}
        }
        self.before_last = self.last;
        self.last = if consumed { None } else { Some(c) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Context {
        let mut lexical = Lexical::new();
        lexical.advance(text);
        lexical.context()
    }

    #[test]
    fn places() {
        for (text, context) in [
            ("SELECT 1", Context::Code),
            ("SELECT 'a", Context::Quoted),
            ("SELECT 'a'", Context::Code),
            ("SELECT 'it''s", Context::Quoted),
            (r"SELECT 'it\'s", Context::Quoted),
            (r"SELECT r'it\'", Context::Code),
            (r"SELECT R'\' || '", Context::Quoted),
            (r"SELECT bar'it\'", Context::Quoted),
            (r"SELECT 'a\\'", Context::Code),
            ("SELECT \"a", Context::Quoted),
            ("SELECT \"a'b\"", Context::Code),
            ("SELECT `a", Context::Name),
            ("SELECT `a``b`", Context::Code),
            ("SELECT 1 -- 'x", Context::LineComment),
            ("SELECT 1 -- 'x\n", Context::Code),
            ("SELECT /* ' ", Context::BlockComment),
            ("SELECT /*/ ", Context::BlockComment),
            ("SELECT /* /* */ ", Context::BlockComment),
            ("SELECT /* /* */ */", Context::Code),
            ("SELECT - -1", Context::Code),
            ("AS $$ it's ", Context::Dollar),
            ("AS $$ it's $$", Context::Code),
            ("SELECT '--", Context::Quoted),
        ] {
            assert_eq!(after(text), context, "{text}");
        }
    }
}
