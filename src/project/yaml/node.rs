//! The tree of values with their places.

use crate::diag::{Code, Diagnostic, Diagnostics, Location};

/// A typed value and where it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Located<T> {
    pub value: T,
    pub location: Location,
}

impl<T> Located<T> {
    pub fn new(value: T, location: Location) -> Self {
        Self { value, location }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: change(self.value), location: self.location }
    }
}

/// How a scalar was written: it decides how places inside its text map to the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// Not a scalar.
    Collection,
}

/// A value of a YAML file. An alias has the place of its use.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    pub value: Value,
    pub location: Location,
    pub style: Style,
}

/// YAML 1.2 core schema.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// Keeps its digits: `8.00` stays `8.00`.
    Float {
        value: f64,
        text: String,
    },
    String(String),
    List(Vec<Node>),
    /// In the order of the file; keys are unique.
    Map(Vec<Entry>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub key: String,
    pub key_location: Location,
    pub node: Node,
}

impl Value {
    /// "a text", "a list", …: for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Float { .. } => "a decimal number",
            Self::String(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl Node {
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The text of a string scalar; numbers and booleans are not texts.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_i64(&self) -> Option<i64> {
        match self.value {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().find(|entry| entry.key == key)
    }

    /// The node at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Reports that something else was expected here.
    pub fn expected(&self, what: &str) -> Diagnostic {
        let message = format!("expected {what}, found {}", self.value.kind());
        Diagnostic::error(Code::INVALID_VALUE, message).at(self.location.clone())
    }

    /// A text, or a finding.
    pub fn string(&self, out: &mut Diagnostics) -> Option<Located<String>> {
        self.typed(self.as_str().map(str::to_string), "a text", out)
    }

    /// A boolean, or a finding.
    pub fn bool(&self, out: &mut Diagnostics) -> Option<Located<bool>> {
        self.typed(self.as_bool(), "a boolean", out)
    }

    /// An integer, or a finding.
    pub fn integer(&self, out: &mut Diagnostics) -> Option<Located<i64>> {
        self.typed(self.as_i64(), "an integer", out)
    }

    /// A list, or a finding.
    pub fn list(&self, out: &mut Diagnostics) -> Option<&[Node]> {
        if self.as_list().is_none() {
            out.push(self.expected("a list"));
        }
        self.as_list()
    }

    /// A map, or a finding.
    pub fn map(&self, out: &mut Diagnostics) -> Option<&[Entry]> {
        if self.as_map().is_none() {
            out.push(self.expected("a map"));
        }
        self.as_map()
    }

    fn typed<T>(&self, value: Option<T>, what: &str, out: &mut Diagnostics) -> Option<Located<T>> {
        if value.is_none() {
            out.push(self.expected(what));
        }
        value.map(|value| Located::new(value, self.location.clone()))
    }

    /// This node and everything below it.
    pub(super) fn count(&self) -> usize {
        1 + match &self.value {
            Value::List(items) => items.iter().map(Self::count).sum(),
            Value::Map(entries) => entries.iter().map(|entry| entry.node.count()).sum(),
            _ => 0,
        }
    }
}
