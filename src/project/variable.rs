//! Variables: their types, bounds and values.

use std::fmt;

use chrono::NaiveDate;
use indexmap::IndexMap;

use super::decimal::Decimal;
use super::yaml::{Located, Node, Value, is_noncharacter};
use crate::diag::Location;
use crate::ident::Identifier;

/// A declared variable.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub location: Location,
    pub kind: VariableType,
    pub min: Option<Located<VariableValue>>,
    pub max: Option<Located<VariableValue>>,
    pub default: Option<Located<VariableValue>>,
    /// May have no value: `var()` then gives none.
    pub optional: bool,
    pub description: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VariableType {
    String,
    Identifier,
    Integer,
    Decimal,
    Boolean,
    Date,
    Duration,
    List(Box<VariableType>),
    /// One of these texts.
    Enum(Vec<String>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VariableValue {
    String(String),
    Identifier(Identifier),
    Integer(i64),
    Decimal(Decimal),
    Boolean(bool),
    Date(NaiveDate),
    Duration(Duration),
    List(Vec<VariableValue>),
    Enum(String),
}

/// A length of time in whole seconds, as it was written.
#[derive(Clone, Debug)]
pub struct Duration {
    pub seconds: i64,
    text: String,
}

/// Values of variables that something sets, in the order of the file.
pub type Settings = IndexMap<String, Setting>;

/// A value that a target or a solution gives to a variable, not yet typed: the declaration may be wrong.
#[derive(Clone, Debug)]
pub struct Setting {
    pub key_location: Location,
    pub node: Node,
}

impl Duration {
    /// Whole numbers with units, largest first: `90s`, `30m`, `24h`, `7d`, `2w`, `1h30m`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let (mut seconds, mut last) = (0_i64, i64::MAX);
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let amount: i64 = rest[..digits].parse().ok()?;
            let unit = match rest[digits..].chars().next()? {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                'w' => 604_800,
                _ => return None,
            };
            if unit >= last {
                return None;
            }
            last = unit;
            seconds = seconds.checked_add(amount.checked_mul(unit)?)?;
            rest = &rest[digits + 1..];
        }
        (last != i64::MAX).then(|| Self { seconds, text: text.trim().to_string() })
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.seconds == other.seconds
    }
}

impl Eq for Duration {}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl VariableType {
    /// The names that a manifest may write.
    pub const NAMES: [&'static str; 9] =
        ["string", "identifier", "integer", "decimal", "boolean", "date", "duration", "list", "enum"];

    /// The type of that name without parameters: lists are of strings, an enum has no values yet.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "identifier" => Self::Identifier,
            "integer" => Self::Integer,
            "decimal" => Self::Decimal,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "duration" => Self::Duration,
            "list" => Self::List(Box::new(Self::String)),
            "enum" => Self::Enum(Vec::new()),
            _ => return None,
        })
    }

    /// What a value must look like, for messages.
    pub fn expects(&self) -> String {
        match self {
            Self::String => "a text".into(),
            Self::Identifier => "a name (no period, space or slash)".into(),
            Self::Integer => "an integer".into(),
            Self::Decimal => "a decimal number".into(),
            Self::Boolean => "true or false".into(),
            Self::Date => "a date (2025-01-31)".into(),
            Self::Duration => "a duration (90s, 30m, 24h, 7d, 2w, 1h30m)".into(),
            Self::List(item) => format!("a list, each item {}", item.expects()),
            Self::Enum(values) => format!("one of {}", values.join(", ")),
        }
    }

    /// Whether `min` and `max` mean something.
    pub fn is_ordered(&self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Date | Self::Duration)
    }

    /// Reads a YAML value. The error is the node that does not fit (an item of a list, or the value).
    pub fn read<'n>(&self, node: &'n Node) -> Result<VariableValue, &'n Node> {
        match (self, &node.value) {
            (Self::List(item), Value::List(nodes)) => {
                nodes.iter().map(|node| item.read(node)).collect::<Result<_, _>>().map(VariableValue::List)
            }
            (Self::Integer, Value::Integer(value)) => Ok(VariableValue::Integer(*value)),
            (Self::Decimal, Value::Integer(value)) => Ok(VariableValue::Decimal(Decimal::from_integer(*value))),
            (Self::Decimal, Value::Float { text, .. }) => Decimal::parse(text).map(VariableValue::Decimal).ok_or(node),
            (Self::Boolean, Value::Bool(value)) => Ok(VariableValue::Boolean(*value)),
            (Self::Integer | Self::Decimal | Self::Boolean | Self::List(_), _) => Err(node),
            (_, Value::String(text)) => self.parse(text).ok_or(node),
            _ => Err(node),
        }
    }

    /// Reads the text of `--var` or of an environment variable. Items of a list are separated by commas.
    pub fn parse(&self, text: &str) -> Option<VariableValue> {
        let trimmed = text.trim();
        if text.contains(is_noncharacter) {
            return None;
        }
        Some(match self {
            Self::String => VariableValue::String(text.to_string()),
            Self::Identifier => VariableValue::Identifier(Identifier::object(text).ok()?),
            Self::Integer => VariableValue::Integer(trimmed.parse().ok()?),
            Self::Decimal => VariableValue::Decimal(Decimal::parse(trimmed)?),
            Self::Boolean => VariableValue::Boolean(match trimmed {
                "true" => true,
                "false" => false,
                _ => return None,
            }),
            Self::Date => {
                let date = NaiveDate::parse_from_str(trimmed, "%Y-%m-%d").ok()?;
                // chrono also takes `2025-1-5`, which sorts and compares wrongly as a text.
                (date.to_string() == trimmed).then_some(VariableValue::Date(date))?
            }
            Self::Duration => VariableValue::Duration(Duration::parse(trimmed)?),
            Self::List(_) if trimmed.is_empty() => VariableValue::List(Vec::new()),
            Self::List(item) => {
                VariableValue::List(trimmed.split(',').map(|part| item.parse(part.trim())).collect::<Option<_>>()?)
            }
            Self::Enum(values) => VariableValue::Enum(values.iter().find(|value| *value == text)?.clone()),
        })
    }
}

impl fmt::Display for VariableType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "string",
            Self::Identifier => "identifier",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::List(_) => "list",
            Self::Enum(_) => "enum",
        })
    }
}

impl fmt::Display for VariableValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) | Self::Enum(text) => f.write_str(text),
            Self::Identifier(name) => write!(f, "{name}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Decimal(value) => write!(f, "{value}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Date(value) => write!(f, "{value}"),
            Self::Duration(value) => write!(f, "{value}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                f.write_str(&items.join(","))
            }
        }
    }
}

impl VariableValue {
    pub(super) fn is_above(&self, other: &Self) -> bool {
        self.order(other) == Some(std::cmp::Ordering::Greater)
    }

    /// `None` for values that have no order.
    fn order(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(b)),
            (Self::Decimal(a), Self::Decimal(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.seconds.cmp(&b.seconds)),
            _ => None,
        }
    }
}

impl Variable {
    /// Why the value is out of bounds, if it is.
    pub fn out_of_bounds(&self, value: &VariableValue) -> Option<String> {
        use std::cmp::Ordering::{Greater, Less};
        let beyond = |bound: &Option<Located<VariableValue>>, side| {
            bound.as_ref().filter(|bound| value.order(&bound.value) == Some(side)).map(|bound| bound.value.to_string())
        };
        if let Some(min) = beyond(&self.min, Less) {
            return Some(format!("`{}` is {value}, less than its minimum {min}", self.name));
        }
        beyond(&self.max, Greater).map(|max| format!("`{}` is {value}, more than its maximum {max}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let seconds = |text| Duration::parse(text).map(|duration| duration.seconds);
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("1h30m"), Some(5_400));
        assert_eq!(seconds("2w"), Some(1_209_600));
        for text in
            ["", "5", "m", "30m1h", "1h1h", "-1h", "1.5h", "1 h", "99999999999999999999s", "9223372036854775807w"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn texts_are_read_by_type() {
        let read = |kind: VariableType, text| kind.parse(text);
        assert_eq!(read(VariableType::Integer, " 5 "), Some(VariableValue::Integer(5)));
        assert_eq!(read(VariableType::Integer, "5; DROP"), None);
        assert_eq!(read(VariableType::Boolean, "yes"), None);
        assert_eq!(read(VariableType::Date, "2025-1-5"), None);
        assert_eq!(read(VariableType::Date, "2025-02-29"), None);
        assert_eq!(read(VariableType::Identifier, "a.b"), None);
        let list = VariableType::List(Box::new(VariableType::Integer));
        assert_eq!(
            list.parse("1, 2"),
            Some(VariableValue::List(vec![VariableValue::Integer(1), VariableValue::Integer(2)]))
        );
        assert_eq!(list.parse("1,,2"), None);
        let choice = VariableType::Enum(vec!["low".into(), "high".into()]);
        assert_eq!(choice.parse("mid"), None);
        assert_eq!(choice.parse("low"), Some(VariableValue::Enum("low".into())));
    }
}
