//! What can go wrong in the engine: the statement's own fault with its Databricks error class, or the world's.

use super::overflow::overflow;
use crate::diag::{Diagnostics, Span};
use crate::ident::{Identifier, NameError};
use crate::local::store::StoreError;

/// An error as Databricks reports it (Databricks documentation, "Error handling in Databricks": class and SQLSTATE).
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("[{class}] {message} SQLSTATE: {sqlstate}")]
pub struct SqlError {
    pub class: String,
    pub sqlstate: String,
    pub message: String,
    /// Where in the statement, if it is known.
    pub span: Option<Span>,
}

impl SqlError {
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class: class.name.to_string(),
            sqlstate: class.sqlstate.to_string(),
            message: message.into(),
            span: None,
        }
    }

    /// The condition inside the class: `CLASS.SUBCLASS`.
    #[must_use]
    pub fn with_condition(mut self, condition: &str) -> Self {
        self.class = format!("{}.{condition}", self.class);
        self
    }

    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// A name that no object can have.
    pub fn name(error: &NameError) -> Self {
        match error {
            NameError::Parts(..) => Self::new(ErrorClass::PARSE_SYNTAX_ERROR, format!("Syntax error: {error}.")),
            _ => Self::new(ErrorClass::INVALID_SCHEMA_OR_RELATION_NAME, format!("{error}.")),
        }
    }

    /// What would need more depth than DuckDB or the machine's stack has.
    pub fn too_complex() -> Self {
        let text = "The statement, including potential SQL functions and referenced views, was too complex to parse. \
                    Divide the statement into multiple, less complex chunks.";
        Self::new(ErrorClass::FAILED_TO_PARSE_TOO_COMPLEX, text)
    }

    /// A column that must have a type, of which none could be proved.
    pub fn untyped(column: &Identifier) -> Self {
        Self::unsupported(format!("a column whose type is not known: {column}"))
    }

    /// A construct that the embedded workspace does not run. Never silently ignored.
    pub fn unsupported(what: impl std::fmt::Display) -> Self {
        Self::new(ErrorClass::UNSUPPORTED_FEATURE, format!("The embedded workspace does not support {what}."))
    }
}

/// A Databricks error class and its SQLSTATE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorClass {
    pub name: &'static str,
    pub sqlstate: &'static str,
}

macro_rules! classes {
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $text:literal) => { $text };
    ($($name:ident $(= $text:literal)?, $sqlstate:literal;)*) => {
        impl ErrorClass {
            $(pub const $name: Self = Self { name: classes!(@name $name $($text)?), sqlstate: $sqlstate };)*

            const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

// Databricks documentation, "Error conditions".
classes! {
    ARITHMETIC_OVERFLOW, "22003";
    AUTO_CDC_NULL_VALUE, "22004";
    BINARY_ARITHMETIC_OVERFLOW, "22003";
    CANNOT_PARSE_TIMESTAMP, "22007";
    CANNOT_UPDATE_TABLE_SCHEMA, "428FU";
    CAST_INVALID_INPUT, "22018";
    CAST_OVERFLOW, "22003";
    CAST_OVERFLOW_IN_TABLE_INSERT, "22003";
    CATALOG_ALREADY_EXISTS, "42000";
    CATALOG_NOT_EMPTY, "2BP01";
    CATALOG_NOT_FOUND, "42704";
    COLUMN_ALREADY_EXISTS, "42711";
    CONVERSION_INVALID_INPUT, "22018";
    DATATYPE_MISMATCH_SEQUENCE = "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", "42K09";
    DATATYPE_MISMATCH_VALUE_OUT_OF_RANGE = "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "42K09";
    DATETIME_FIELD_OUT_OF_BOUNDS, "22023";
    DATETIME_PATTERN_RECOGNITION = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", "42K0B";
    DATETIME_WEEK_BASED_PATTERN = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", "42K0B";
    DELTA_CANNOT_MODIFY_APPEND_ONLY, "42809";
    DELTA_CONFLICT_SET_COLUMN, "42701";
    DELTA_SOURCE_TABLE_IGNORE_CHANGES, "0A000";
    DELTA_UNKNOWN_CONFIGURATION, "F0000";
    DELTA_VIOLATE_CONSTRAINT_WITH_VALUES, "23001";
    DIVIDE_BY_ZERO, "22012";
    DUPLICATED_MAP_KEY, "23505";
    EXPECTATION_VIOLATION, "22000";
    EXPECT_TABLE_NOT_VIEW, "42809";
    EXPECT_VIEW_NOT_TABLE, "42809";
    FAILED_READ_FILE, "KD001";
    FAILED_TO_PARSE_TOO_COMPLEX, "54001";
    ILLEGAL_DAY_OF_WEEK, "22009";
    INCOMPATIBLE_VIEW_SCHEMA_CHANGE, "51024";
    INSERT_COLUMN_ARITY_MISMATCH, "21S01";
    INSUFFICIENT_PERMISSIONS, "42501";
    INTERNAL_ERROR, "XX000";
    INVALID_ARRAY_INDEX, "22003";
    INVALID_ARRAY_INDEX_IN_ELEMENT_AT, "22003";
    INVALID_DATETIME_PATTERN = "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", "22007";
    INVALID_EXTRACT_FIELD, "42601";
    INVALID_FORMAT_ESC_AT_THE_END = "INVALID_FORMAT.ESC_AT_THE_END", "42601";
    INVALID_FORMAT_ESC_IN_THE_MIDDLE = "INVALID_FORMAT.ESC_IN_THE_MIDDLE", "42601";
    INVALID_INDEX_OF_ZERO, "22003";
    INVALID_LIMIT_LIKE_EXPRESSION_IS_NEGATIVE = "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "42K0E";
    INVALID_PARAMETER_VALUE, "22023";
    INVALID_PARAMETER_VALUE_DATETIME_UNIT = "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023";
    INVALID_PARAMETER_VALUE_LENGTH = "INVALID_PARAMETER_VALUE.LENGTH", "22023";
    INVALID_PARAMETER_VALUE_PATTERN = "INVALID_PARAMETER_VALUE.PATTERN", "22023";
    INVALID_PARAMETER_VALUE_REGEX_GROUP_INDEX = "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "22023";
    INVALID_PARAMETER_VALUE_START = "INVALID_PARAMETER_VALUE.START", "22023";
    INVALID_POLICY, "42000";
    INVALID_REGEXP_REPLACE, "22023";
    INVALID_SCHEMA_OR_RELATION_NAME, "42602";
    INVALID_TIMEZONE, "22009";
    MALFORMED_CSV_RECORD, "KD000";
    MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED, "42601";
    MISSING_COLUMN, "42704";
    NOT_NULL_CONSTRAINT_VIOLATION, "23502";
    NULL_MAP_KEY, "2200E";
    NUMERIC_VALUE_OUT_OF_RANGE = "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003";
    PARSE_SYNTAX_ERROR, "42601";
    QUERY_EXECUTION_TIMEOUT, "57000";
    RECURSIVE_VIEW, "42K0H";
    REMAINDER_BY_ZERO, "22012";
    ROUTINE_ALREADY_EXISTS, "42723";
    ROUTINE_NOT_FOUND, "42883";
    SCALAR_SUBQUERY_TOO_MANY_ROWS, "21000";
    SCHEMA_ALREADY_EXISTS, "42P06";
    SCHEMA_NOT_EMPTY, "2BP01";
    SCHEMA_NOT_FOUND, "42704";
    STREAMING_TABLE_OPERATION_NOT_ALLOWED, "42601";
    TABLE_OR_VIEW_ALREADY_EXISTS, "42P07";
    TABLE_OR_VIEW_NOT_FOUND, "42P01";
    UC_VOLUME_NOT_FOUND, "42704";
    UNBOUND_SQL_PARAMETER, "42P02";
    UNSET_NONEXISTENT_PROPERTIES, "42K0J";
    UNSUPPORTED_FEATURE, "0A000";
    USER_RAISED_EXCEPTION, "P0001";
    WRONG_COMMAND_FOR_OBJECT_TYPE, "42809";
}

impl ErrorClass {
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.name == name)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The statement or a pipeline file does not compile.
    #[error("the SQL does not compile")]
    Invalid(Diagnostics),
    #[error(transparent)]
    Store(StoreError),
    #[error("the statement was cancelled")]
    Cancelled,
}

impl EngineError {
    /// As [`SqlError::unsupported`].
    pub(crate) fn unsupported(what: impl std::fmt::Display) -> Self {
        SqlError::unsupported(what).into()
    }

    /// Says where in the statement, if nothing else has yet.
    #[must_use]
    pub(crate) fn at(self, span: Span) -> Self {
        match self {
            Self::Sql(error) => Self::Sql(error.at(span)),
            other => other,
        }
    }

    /// The error and all that caused it, for those who read it elsewhere than where it happened.
    pub(crate) fn whole_text(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        text
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(source) => source.into(),
            StoreError::Name(error) => SqlError::name(&error).into(),
            other => match registered(&other) {
                Some(class) => SqlError::new(class, format!("{other}.")).into(),
                None => Self::Store(other),
            },
        }
    }
}

/// The condition of an object that is there or not, or not empty.
fn registered(error: &StoreError) -> Option<ErrorClass> {
    match error {
        StoreError::AlreadyExists { kind, .. } => match *kind {
            "catalog" => Some(ErrorClass::CATALOG_ALREADY_EXISTS),
            "schema" => Some(ErrorClass::SCHEMA_ALREADY_EXISTS),
            "table" => Some(ErrorClass::TABLE_OR_VIEW_ALREADY_EXISTS),
            "function" => Some(ErrorClass::ROUTINE_ALREADY_EXISTS),
            _ => None,
        },
        StoreError::NotFound { kind, .. } => match *kind {
            "catalog" => Some(ErrorClass::CATALOG_NOT_FOUND),
            "schema" => Some(ErrorClass::SCHEMA_NOT_FOUND),
            "table" => Some(ErrorClass::TABLE_OR_VIEW_NOT_FOUND),
            "function" => Some(ErrorClass::ROUTINE_NOT_FOUND),
            "volume" => Some(ErrorClass::UC_VOLUME_NOT_FOUND),
            _ => None,
        },
        // The catalog's is the error code of Unity Catalog's API, with the state of its kind: the published list of
        // conditions has the schema's only.
        StoreError::NotEmpty { kind: "catalog", .. } => Some(ErrorClass::CATALOG_NOT_EMPTY),
        StoreError::NotEmpty { kind: "schema", .. } => Some(ErrorClass::SCHEMA_NOT_EMPTY),
        _ => None,
    }
}

impl From<duckdb::Error> for EngineError {
    fn from(error: duckdb::Error) -> Self {
        let duckdb::Error::DuckDBFailure(_, Some(text)) = &error else { return Self::Store(StoreError::from(error)) };
        if text.starts_with("INTERRUPT Error") {
            return Self::Cancelled;
        }
        match translate(text).or_else(|| refused(text)) {
            Some(sql) => Self::Sql(sql),
            None => Self::Store(StoreError::from(error)),
        }
    }
}

/// DuckDB's error texts as Databricks errors: the one place that reads them. First what lowered SQL raised itself
/// (`[CLASS] message`), then the failures that DuckDB notices by itself; the texts are those of DuckDB 1.5.
fn translate(text: &str) -> Option<SqlError> {
    if let Some(raised) = raised(text) {
        return Some(raised);
    }
    let (kind, message) = text.split_once(": ")?;
    let first_line = message.lines().next().unwrap_or(message);
    if matches!(kind, "Conversion Error" | "Out of Range Error") {
        if let Some(error) = overflow(first_line) {
            return Some(error);
        }
    }
    match kind {
        "Conversion Error" if message.starts_with("Failure in decode") => {
            Some(SqlError::unsupported("BINARY that is not UTF-8 as a STRING"))
        }
        "Invalid Input Error" if message.contains("Map keys must be unique") => {
            let text = "Duplicate map key was found, please check the input data.";
            Some(SqlError::new(ErrorClass::DUPLICATED_MAP_KEY, text))
        }
        "Invalid Input Error" if message.contains("Map keys can not be NULL") => {
            Some(SqlError::new(ErrorClass::NULL_MAP_KEY, "Cannot use null as map key."))
        }
        "Invalid Input Error" if message.contains("key list does not align") => {
            let text = "The key array and value array of a map must have the same length.";
            Some(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE, text))
        }
        "Invalid Input Error" | "Binder Error" if JAVA_REGEX.iter().any(|start| message.starts_with(start)) => {
            Some(SqlError::unsupported(format!("this regular expression: {first_line}")))
        }
        "Invalid Input Error" | "Binder Error" if REGEX.iter().any(|start| message.starts_with(start)) => {
            let text = format!("The value of parameter(s) `regexp` is invalid: {first_line}.");
            Some(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE_PATTERN, text))
        }
        _ if message.starts_with("invalid perl operator") => {
            Some(SqlError::unsupported(format!("this regular expression: {first_line}")))
        }
        _ if message.contains("Unknown TimeZone") => {
            Some(SqlError::new(ErrorClass::INVALID_TIMEZONE, format!("{first_line}.")))
        }
        "Conversion Error" if ["Date out of range", "Time out of range"].iter().any(|s| message.starts_with(s)) => {
            Some(SqlError::new(ErrorClass::DATETIME_FIELD_OUT_OF_BOUNDS, format!("{first_line}.")))
        }
        "Conversion Error" if message.contains("base64") => {
            Some(SqlError::new(ErrorClass::CONVERSION_INVALID_INPUT, format!("{first_line}.")))
        }
        "Out of Range Error" if message.contains(" INT8 ") || message.contains(" INT16 ") => {
            Some(SqlError::new(ErrorClass::BINARY_ARITHMETIC_OVERFLOW, format!("{first_line}.")))
        }
        "Out of Range Error" if message.contains("DECIMAL") => {
            Some(SqlError::new(ErrorClass::NUMERIC_VALUE_OUT_OF_RANGE, format!("{first_line}.")))
        }
        "Out of Range Error" => Some(SqlError::new(ErrorClass::ARITHMETIC_OVERFLOW, format!("{first_line}."))),
        "Conversion Error" if message.contains("DECIMAL") => {
            Some(SqlError::new(ErrorClass::NUMERIC_VALUE_OUT_OF_RANGE, format!("{first_line}.")))
        }
        "Conversion Error" if message.contains("out of range") => {
            Some(SqlError::new(ErrorClass::CAST_OVERFLOW, format!("{first_line}.")))
        }
        "Conversion Error" => Some(SqlError::new(ErrorClass::CAST_INVALID_INPUT, format!("{first_line}."))),
        _ if message.starts_with("LIMIT/OFFSET cannot be negative") => {
            let text = "The limit like expression is invalid: it must be equal to or greater than 0.";
            Some(SqlError::new(ErrorClass::INVALID_LIMIT_LIKE_EXPRESSION_IS_NEGATIVE, text))
        }
        "Binder Error" if message.starts_with("interval cannot be 0") => {
            let text = "The value of parameter(s) `step` in `range` is invalid: it must not be 0.";
            Some(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE, text))
        }
        "Invalid Input Error" if message.starts_with("More than one row returned by a subquery") => {
            let text = "More than one row returned by a subquery used as an expression.";
            Some(SqlError::new(ErrorClass::SCALAR_SUBQUERY_TOO_MANY_ROWS, text))
        }
        "Invalid Input Error" if message.starts_with("CSV Error") => {
            let text = message.split("Possible ").next().unwrap_or(message).split_whitespace().collect::<Vec<_>>();
            Some(SqlError::new(ErrorClass::MALFORMED_CSV_RECORD, text.join(" ")))
        }
        _ if message.contains("Max expression depth limit") => Some(SqlError::too_complex()),
        "Constraint Error" if message.contains("NOT NULL") => {
            Some(SqlError::new(ErrorClass::NOT_NULL_CONSTRAINT_VIOLATION, format!("{first_line}.")))
        }
        _ => None,
    }
}

/// What DuckDB does not even begin to run: a combination that the lowering does not know. Its words speak of SQL that
/// nobody wrote.
fn refused(text: &str) -> Option<SqlError> {
    let (kind, _) = text.split_once(": ")?;
    let unknown = matches!(kind, "Binder Error" | "Parser Error" | "Catalog Error" | "Not implemented Error");
    unknown.then(|| SqlError::unsupported("a combination of functions, clauses or types of this statement"))
}

/// How RE2's words for a pattern that is none begin.
const REGEX: [&str; 6] = [
    "missing ",
    "unexpected )",
    "no argument for repetition operator",
    "bad repetition operator",
    "invalid character class",
    "trailing \\",
];

/// And for what may well be one in Java: `\1`, `\Z`, `a++`, `\p{Alpha}`, `a{2000}`.
const JAVA_REGEX: [&str; 6] = [
    "invalid escape sequence",
    "invalid character class range: \\p",
    "bad repetition operator: ++",
    "bad repetition operator: *+",
    "bad repetition operator: ?+",
    "invalid repetition size",
];

fn raised(text: &str) -> Option<SqlError> {
    let start = text.find('[')?;
    let (class, rest) = text[start + 1..].split_once("] ")?;
    let class = ErrorClass::find(class)?;
    let message = rest.split(" SQLSTATE: ").next().unwrap_or(rest);
    Some(SqlError::new(class, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raised_errors_keep_class_and_message() {
        let error = translate("Invalid Input Error: [DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012").unwrap();
        assert_eq!(error.to_string(), "[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012");
    }

    #[test]
    fn overflow_that_duckdb_notices_is_arithmetic_overflow() {
        let error = translate("Out of Range Error: Overflow in addition of INT32 (2147483647 + 1)!").unwrap();
        assert_eq!((error.class.as_str(), error.sqlstate.as_str()), ("ARITHMETIC_OVERFLOW", "22003"));
    }

    #[test]
    fn a_refusal_is_a_sentence() {
        let error = SqlError::untyped(&Identifier::new("a").unwrap());
        assert_eq!(error.message, "The embedded workspace does not support a column whose type is not known: a.");
    }

    #[test]
    fn a_failure_of_ours_stays_a_failure() {
        assert_eq!(translate("Binder Error: Referenced column \"c1\" not found"), None);
    }
}
