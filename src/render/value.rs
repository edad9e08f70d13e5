//! Values that templates handle besides plain numbers and texts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::marker::{self, Scope};
use crate::diag::Code;
use crate::ident::{Identifier, TableName};
use crate::project::{Decimal, VariableValue};

/// Text that may be printed as it is, or a problem that is reported where it is printed.
#[derive(Debug)]
pub(super) enum Fragment {
    /// Complete SQL (or, in YAML, a complete scalar), with what attributes give.
    Safe {
        text: String,
        plain: String,
        attributes: BTreeMap<&'static str, Value>,
    },
    /// A name of a catalog or a schema.
    Name(Identifier),
    /// A constant of the template.
    Code(String),
    Fault(Fault),
}

/// A finding that a function makes. The function does not know where it was called; the printing expression does.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) hint: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// The codes that a fault can carry: a mark holds the index.
const FAULT_CODES: [Code; 4] =
    [Code::TEMPLATE_UNSAFE_VALUE, Code::TEMPLATE_REFERENCE, Code::TEMPLATE_ERROR, Code::GRANT_PRINCIPAL];

pub(super) fn fault_code(index: usize) -> Code {
    FAULT_CODES.get(index).copied().unwrap_or(Code::TEMPLATE_ERROR)
}

impl Fault {
    pub(super) fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }

    fn marked(&self) -> String {
        let index = FAULT_CODES.iter().position(|code| *code == self.code).unwrap_or(2);
        marker::wrap(Scope::Fault { code: index }, &marker::fault_text(&self.message, &self.hint))
    }
}

impl Fragment {
    pub(super) fn safe(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Safe { plain: text.clone(), text, attributes: BTreeMap::new() }
    }

    /// A table, view, function or volume: prints quoted, its parts are attributes.
    pub(super) fn table(table: &TableName) -> Self {
        let attributes = BTreeMap::from([
            ("catalog", Value::from_object(Self::Name(table.catalog.clone()))),
            ("schema", Value::from_object(Self::Name(table.schema.clone()))),
            ("name", Value::from(table.name.as_str())),
            ("full_name", Value::from(table.to_string())),
        ]);
        Self::Safe { text: table.quoted(), plain: table.to_string(), attributes }
    }

    /// Without marks and quotes: what a filter works on.
    pub(super) fn plain(&self) -> &str {
        match self {
            Self::Safe { plain, .. } => plain,
            Self::Name(name) => name.as_str(),
            Self::Code(text) => text,
            Self::Fault(fault) => &fault.message,
        }
    }

    pub(super) fn marked(&self) -> String {
        match self {
            Self::Safe { text, .. } => marker::wrap(Scope::Safe, text),
            Self::Name(name) => marker::wrap(Scope::Name, name.as_str()),
            Self::Code(text) => marker::wrap(Scope::Code, text),
            Self::Fault(fault) => fault.marked(),
        }
    }

    pub(super) fn into_value(self) -> Value {
        Value::from_object(self)
    }

    pub(super) fn of(value: &Value) -> Option<&Self> {
        value.downcast_object_ref::<Self>()
    }
}

impl Object for Fragment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match &**self {
            Self::Safe { attributes, .. } => attributes.get(key.as_str()?).cloned(),
            // Whatever is asked of a broken reference is broken in the same way.
            Self::Fault(fault) => Some(Self::Fault(fault.clone()).into_value()),
            Self::Name(_) | Self::Code(_) => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.plain().is_empty()
    }

    /// With marks: `~` concatenates what this writes.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.marked())
    }
}

/// How templates of a kind of file are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    Sql,
    Yaml,
}

/// A variable's value as templates see it.
pub(super) fn variable(value: &VariableValue, dialect: Dialect) -> Value {
    match value {
        VariableValue::String(text) | VariableValue::Enum(text) => Value::from(text.as_str()),
        VariableValue::Identifier(name) => Value::from(name.as_str()),
        VariableValue::Integer(number) => Value::from(*number),
        VariableValue::Boolean(flag) => Value::from(*flag),
        VariableValue::Decimal(number) => decimal(*number),
        VariableValue::List(items) => items.iter().map(|item| variable(item, dialect)).collect(),
        VariableValue::Date(date) => {
            let plain = date.to_string();
            let text = match dialect {
                Dialect::Sql => format!("DATE '{plain}'"),
                Dialect::Yaml => plain.clone(),
            };
            let attributes = BTreeMap::from([("iso", Value::from(plain.as_str()))]);
            Fragment::Safe { text, plain, attributes }.into_value()
        }
        VariableValue::Duration(duration) => {
            let plain = duration.to_string();
            let text = match dialect {
                Dialect::Sql => format!("INTERVAL '{}' SECOND", duration.seconds),
                Dialect::Yaml => plain.clone(),
            };
            let attributes = BTreeMap::from([
                ("seconds", Value::from(duration.seconds)),
                ("minutes", Value::from(duration.seconds / 60)),
                ("hours", Value::from(duration.seconds / 3_600)),
                ("days", Value::from(duration.seconds / 86_400)),
            ]);
            Fragment::Safe { text, plain, attributes }.into_value()
        }
    }
}

/// Prints with the digits it was written with; `.number` is a double, for comparisons in templates.
fn decimal(number: Decimal) -> Value {
    let attributes = BTreeMap::from([("number", Value::from(number.to_f64()))]);
    let text = number.to_string();
    Fragment::Safe { plain: text.clone(), text, attributes }.into_value()
}
