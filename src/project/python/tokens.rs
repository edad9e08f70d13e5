//! The tokens of Python that tell declarations from everything else: names, strings, marks and the ends of lines.
//!
//! Facts: The Python Language Reference, §2 "Lexical analysis".

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Name(String),
    /// `None`: its value is known only when it runs (an f-string), or it is no text (bytes).
    Text(Option<String>),
    Mark(char),
    /// The end of a logical line: line ends inside brackets are none.
    Line,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// The tokens, and whether the text ends where it should: not inside a string.
pub(super) fn tokens(text: &str) -> (Vec<Token>, bool) {
    let mut lexer = Lexer { text, at: 0, depth: 0, tokens: Vec::new() };
    let complete = lexer.run();
    (lexer.tokens, complete)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token { kind, start, end: self.at });
    }

    fn run(&mut self) -> bool {
        while let Some(c) = self.peek() {
            let start = self.at;
            self.at += c.len_utf8();
            match c {
                '#' => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                '\n' if self.depth == 0 => self.push(Kind::Line, start),
                // A backslash joins the next line to this one.
                '\\' => self.at += self.peek().map_or(0, char::len_utf8),
                '"' | '\'' => {
                    if !self.string("", start, c) {
                        return false;
                    }
                }
                c if c == '_' || c.is_alphanumeric() => {
                    while let Some(c) = self.peek().filter(|c| *c == '_' || c.is_alphanumeric()) {
                        self.at += c.len_utf8();
                    }
                    let word = self.text.get(start..self.at).unwrap_or_default().to_string();
                    match self.peek().filter(|quote| ['"', '\''].contains(quote) && is_prefix(&word)) {
                        Some(quote) => {
                            self.at += 1;
                            if !self.string(&word, start, quote) {
                                return false;
                            }
                        }
                        None => self.push(Kind::Name(word), start),
                    }
                }
                c if c.is_whitespace() => {}
                c => {
                    match c {
                        '(' | '[' | '{' => self.depth += 1,
                        ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                        _ => {}
                    }
                    self.push(Kind::Mark(c), start);
                }
            }
        }
        true
    }

    /// Behind the opening quote. `false`: it never ends.
    fn string(&mut self, prefix: &str, start: usize, quote: char) -> bool {
        let prefix = prefix.to_ascii_lowercase();
        let raw = prefix.contains('r');
        let rest = self.text.get(self.at..).unwrap_or_default();
        let pair: String = [quote, quote].iter().collect();
        let triple = rest.starts_with(&pair);
        let close: String = if triple { [quote; 3].iter().collect() } else { quote.to_string() };
        if triple {
            self.at += 2;
        }
        let mut value = String::new();
        let mut plain = true;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            if rest.starts_with(&close) {
                self.at += close.len();
                break;
            }
            let Some(c) = rest.chars().next() else { return false };
            if c == '\n' && !triple {
                return false;
            }
            self.at += c.len_utf8();
            if c == '\\' {
                // What an escape stands for matters only where it is a name, and names need none.
                plain &= raw;
                value.push(c);
                if let Some(escaped) = self.peek() {
                    value.push(escaped);
                    self.at += escaped.len_utf8();
                }
            } else {
                value.push(c);
            }
        }
        let known = plain && !prefix.contains(['f', 'b', 't']);
        self.push(Kind::Text(known.then_some(value)), start);
        true
    }
}

fn is_prefix(word: &str) -> bool {
    word.len() <= 2 && word.chars().all(|c| matches!(c.to_ascii_lowercase(), 'r' | 'b' | 'u' | 'f' | 't'))
}
