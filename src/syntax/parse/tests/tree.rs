//! What `Debug` writes of a value, read back as a tree: so that the outline of a statement can leave nothing out, and
//! a field that is added shows by itself.

use std::iter::Peekable;
use std::str::Chars;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Node {
    /// A word, a number, a string with its quotes.
    Atom(String),
    /// `Name(a, b)`, and `(a, b)` without a name.
    Tuple(String, Vec<Node>),
    Struct(String, Vec<(String, Node)>),
    List(Vec<Node>),
    /// `{a: b}` and `{a}`.
    Map(Vec<(Node, Option<Node>)>),
}

pub(super) fn read(debug: &str) -> Node {
    let mut reader = Reader { chars: debug.chars().peekable() };
    let node = reader.node();
    assert_eq!(reader.chars.next(), None, "{debug}");
    node
}

struct Reader<'t> {
    chars: Peekable<Chars<'t>>,
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.chars.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn eat(&mut self, expected: char) -> bool {
        self.space();
        self.chars.next_if_eq(&expected).is_some()
    }

    fn node(&mut self) -> Node {
        self.space();
        match self.chars.peek() {
            Some('"') => Node::Atom(self.quoted('"')),
            Some('\'') => Node::Atom(self.quoted('\'')),
            Some('`') => Node::Atom(self.name()),
            Some('[') => Node::List(self.items('[', ']')),
            Some('(') => Node::Tuple(String::new(), self.items('(', ')')),
            Some('{') => self.map(),
            _ => self.named(),
        }
    }

    fn quoted(&mut self, quote: char) -> String {
        let mut text = String::from(self.chars.next().unwrap());
        loop {
            let c = self.chars.next().unwrap();
            text.push(c);
            if c == '\\' {
                text.push(self.chars.next().unwrap());
            } else if c == quote {
                return text;
            }
        }
    }

    /// A name as `Identifier` writes it: a backtick inside is not doubled.
    fn name(&mut self) -> String {
        let mut text = String::from(self.chars.next().unwrap());
        loop {
            let c = self.chars.next().unwrap();
            text.push(c);
            if c == '`' && self.chars.peek().is_none_or(|next| ",)]} :".contains(*next)) {
                return text;
            }
        }
    }

    fn items(&mut self, open: char, close: char) -> Vec<Node> {
        assert!(self.eat(open));
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.node());
            // sqlparser writes a span as `Span(a..b)`.
            while self.eat('.') {}
            self.eat(',');
        }
        items
    }

    fn map(&mut self) -> Node {
        assert!(self.eat('{'));
        let mut entries = Vec::new();
        while !self.eat('}') {
            let key = self.node();
            let value = self.eat(':').then(|| self.node());
            entries.push((key, value));
            self.eat(',');
        }
        Node::Map(entries)
    }

    fn named(&mut self) -> Node {
        let mut name = String::new();
        while let Some(c) = self.chars.next_if(|c| !" ,()[]{}:\n".contains(*c)) {
            name.push(c);
        }
        assert!(!name.is_empty(), "{:?}", self.chars.clone().collect::<String>());
        if self.chars.peek() == Some(&'(') {
            return Node::Tuple(name, self.items('(', ')'));
        }
        let mut ahead = self.chars.clone();
        if ahead.next() == Some(' ') && ahead.next() == Some('{') {
            self.chars.next();
            self.chars.next();
            let mut fields = Vec::new();
            while !self.eat('}') {
                let Node::Atom(field) = self.named() else { panic!("{name}") };
                assert!(self.eat(':'), "{name}.{field}");
                fields.push((field, self.node()));
                self.eat(',');
            }
            return Node::Struct(name, fields);
        }
        Node::Atom(name)
    }
}

#[test]
fn what_debug_writes_is_read_back() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "only its Debug is read")]
    struct S {
        a: Option<&'static str>,
        b: Vec<(u8, char)>,
        c: std::collections::BTreeMap<u8, bool>,
    }
    let value = S { a: Some("x\"}, "), b: vec![(1, '\'')], c: [(2, true)].into() };
    let atom = |text: &str| Node::Atom(text.to_string());
    let expected = Node::Struct(
        "S".to_string(),
        vec![
            ("a".to_string(), Node::Tuple("Some".to_string(), vec![atom(r#""x\"}, ""#)])),
            ("b".to_string(), Node::List(vec![Node::Tuple(String::new(), vec![atom("1"), atom(r"'\''")])])),
            ("c".to_string(), Node::Map(vec![(atom("2"), Some(atom("true")))])),
        ],
    );
    assert_eq!(read(&format!("{value:?}")), expected);
}
