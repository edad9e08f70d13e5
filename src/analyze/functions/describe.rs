//! Signatures as people read them.

use super::model::{Function, Kind, Param, Ret, Signature};
use super::registry::{find, is_special, known};

/// Every name of a built-in function, in the order of the tables.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    known()
}

/// The signatures of a built-in function, such as `concat(STRING, …) → STRING`; `None` if there is none of this name. A
/// function whose types fit no table has a line without types.
pub fn describe(name: &str) -> Option<Vec<String>> {
    let folded = name.to_lowercase();
    match find(&folded) {
        Some(function) => Some(function.signatures().map(|signature| line(function, signature)).collect()),
        None => is_special(&folded).then(|| vec![format!("{folded}(…)")]),
    }
}

fn line(function: &Function, signature: &Signature) -> String {
    let required = signature.params.len().saturating_sub(signature.optional);
    let mut params: Vec<String> = Vec::new();
    for (index, param) in signature.params.iter().enumerate() {
        let text = param.describe();
        params.push(if index < required { text } else { format!("[{text}]") });
    }
    if signature.variadic {
        params.push("…".to_string());
    }
    let kind = match function.kind {
        Kind::Scalar | Kind::Session => "",
        Kind::Aggregate => " (aggregate)",
        Kind::Ranking => " (with OVER)",
        Kind::Generator => " (makes rows)",
    };
    format!("{}({}){}{kind}", function.name, params.join(", "), signature.result.describe())
}

impl Param {
    fn describe(self) -> String {
        match self {
            Self::Any => "any",
            Self::Bool => "BOOLEAN",
            Self::Int | Self::Days | Self::Index => "INT",
            Self::Long => "BIGINT",
            Self::Double => "DOUBLE",
            Self::Str => "STRING",
            Self::Bin => "BINARY",
            Self::Date => "DATE",
            Self::Ts => "TIMESTAMP",
            Self::Time => "TIME",
            Self::Variant => "VARIANT",
            Self::Geo => "GEOMETRY or GEOGRAPHY",
            Self::Cell => "H3 cell",
            Self::Num => "number",
            Self::Integral => "integer",
            Self::Measure => "number or interval",
            Self::Amount => "number, time or interval",
            Self::StrOrBin => "STRING or BINARY",
            Self::DateTime => "date or timestamp",
            Self::TimeOrText | Self::TimeAsText => "date, timestamp or STRING",
            Self::TimeOrNumber => "date, timestamp, STRING or number",
            Self::Common | Self::Element(_) => "value",
            Self::Nested => "STRUCT, ARRAY, MAP or VARIANT",
            Self::Row => "STRUCT",
            Self::Array | Self::SameArray | Self::LikeArray => "ARRAY",
            Self::Map | Self::SameMap => "MAP",
            Self::ArrayOrMap => "ARRAY or MAP",
            Self::Key(_) => "key",
            Self::As(of) => return format!("as argument {}", of + 1),
            Self::Lambda(_) => "function",
        }
        .to_string()
    }
}

impl Ret {
    /// With its arrow; empty where the type follows from values.
    fn describe(self) -> String {
        let name = match self {
            Self::Bool => "BOOLEAN",
            Self::SmallInt => "SMALLINT",
            Self::Int => "INT",
            Self::Long => "BIGINT",
            Self::Float => "FLOAT",
            Self::Double => "DOUBLE",
            Self::Str => "STRING",
            Self::Bin => "BINARY",
            Self::Date => "DATE",
            Self::Ts => "TIMESTAMP",
            Self::TsNtz => "TIMESTAMP_NTZ",
            Self::Time => "TIME",
            Self::Variant => "VARIANT",
            Self::Geometry => "GEOMETRY",
            Self::Geography => "GEOGRAPHY",
            Self::Void => "VOID",
            Self::Arg(of) => return format!(" → as argument {}", of + 1),
            Self::Element(of) => return format!(" → element of argument {}", of + 1),
            Self::ArrayOf(inner) => return inner.describe().replacen("→ ", "→ ARRAY of ", 1),
            Self::With(_) | Self::Unknown => return String::new(),
        };
        format!(" → {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Databricks SQL language reference, "upper function" and "sum aggregate function".
    #[test]
    fn signatures_are_told_with_types() {
        assert_eq!(describe("UPPER"), Some(vec!["upper(STRING) → STRING".to_string()]));
        assert!(describe("sum").is_some_and(|lines| lines.iter().all(|line| line.ends_with("(aggregate)"))));
        assert_eq!(describe("no_such_function"), None);
        assert!(builtin_names().all(|name| describe(name).is_some()));
    }
}
