//! DuckDB's words for what does not fit a type (those of DuckDB 1.5), as Databricks says it.

use super::error::{ErrorClass, SqlError};

/// Of the kinds "Conversion Error" and "Out of Range Error".
pub(super) fn overflow(line: &str) -> Option<SqlError> {
    cast(line).or_else(|| decimal(line)).or_else(|| arithmetic(line))
}

/// A type's name on Databricks, and what stands behind a literal of it.
fn named(duck: &str) -> (&str, &'static str) {
    match duck {
        "INT8" => ("TINYINT", "S"),
        "INT16" => ("SMALLINT", "S"),
        "INT32" => ("INT", ""),
        "INT64" => ("BIGINT", "L"),
        "INT128" => ("DECIMAL(38,0)", "BD"),
        "DOUBLE" | "FLOAT" => (duck, "D"),
        other => (other, ""),
    }
}

/// `Type INT32 with value 128 can't be cast because the value is out of range for the destination type INT8`
fn cast(line: &str) -> Option<SqlError> {
    let (value, from, to) = if let Some(rest) = line.strip_prefix("Type ") {
        let (from, rest) = rest.split_once(" with value ")?;
        let (value, rest) = rest.split_once(" can't be cast because the value is out of range")?;
        let to = rest.split_once("destination type ")?.1.split(' ').next()?;
        let (from, suffix) = named(from);
        (format!("{value}{suffix}"), format!(" of the type \"{from}\""), to)
    } else {
        let (value, to) = line.strip_prefix("Failed to cast decimal value ")?.split_once(" to type ")?;
        (format!("{value}BD"), String::new(), to.split(' ').next()?)
    };
    let text = format!(
        "The value {value}{from} cannot be cast to \"{}\" due to an overflow. Use `try_cast` to tolerate overflow and \
         return NULL instead.",
        named(to).0
    );
    Some(SqlError::new(ErrorClass::CAST_OVERFLOW, text))
}

/// `Could not cast value 123456 to DECIMAL(5,2)`
fn decimal(line: &str) -> Option<SqlError> {
    let at = line.find("DECIMAL(")?;
    let (precision, scale) = line[at + 8..].split(')').next()?.split_once(',')?;
    let value = if let Some(rest) = line.strip_prefix("Casting value \"") {
        rest.split('"').next()?
    } else if let Some(rest) = line.strip_prefix("Could not convert string \"") {
        rest.split('"').next()?
    } else {
        line.strip_prefix("Could not cast value ")?.split(' ').next()?
    };
    Some(SqlError::new(ErrorClass::NUMERIC_VALUE_OUT_OF_RANGE, out_of_range(value, precision, scale)))
}

fn out_of_range(value: &str, precision: &str, scale: &str) -> String {
    format!(
        "{value} cannot be represented as Decimal({precision}, {scale}). If necessary set \"ansi_mode\" to \"false\" to \
         bypass this error, and return NULL instead."
    )
}

/// `Overflow in addition of INT8 (127 + 1)!`
fn arithmetic(line: &str) -> Option<SqlError> {
    let rest = line.strip_prefix("Overflow ")?;
    let function = ["add", "subtract", "multipl"].into_iter().find(|name| rest.contains(name));
    let function = function.map(|name| if name == "multipl" { "multiply" } else { name });
    let operands = || rest.split_once('(')?.1.split(')').next();
    if rest.contains("DECIMAL(") {
        let operands = rest.split_once(") (")?.1.split(')').next()?;
        return Some(SqlError::new(ErrorClass::NUMERIC_VALUE_OUT_OF_RANGE, out_of_range(operands, "38", "0")));
    }
    let narrow = rest.contains(" INT8 ") || rest.contains(" INT16 ");
    let hint = function.map_or(String::new(), |name| match narrow {
        true => format!(" Use `try_{name}` to ignore overflow problem and return NULL."),
        false => format!(" Use `try_{name}` to tolerate overflow and return NULL instead."),
    });
    if narrow {
        let text = format!("{} caused overflow.{hint}", operands()?);
        return Some(SqlError::new(ErrorClass::BINARY_ARITHMETIC_OVERFLOW, text));
    }
    let kind = if rest.contains("INT64") {
        "long overflow"
    } else if rest.contains("INT32") {
        "integer overflow"
    } else {
        "overflow"
    };
    let text = format!("{kind}.{hint} If necessary set \"ansi_mode\" to \"false\" to bypass this error.");
    Some(SqlError::new(ErrorClass::ARITHMETIC_OVERFLOW, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages as in Databricks' documentation, "Error conditions".
    #[test]
    fn types_have_their_names_on_databricks() {
        let said = |line| overflow(line).map(|error| error.to_string()).unwrap_or_default();
        let cast = "Type INT64 with value 3000000000 can't be cast because the value is out of range for the \
                    destination type INT32 when casting from source column c0";
        assert_eq!(
            said(cast),
            "[CAST_OVERFLOW] The value 3000000000L of the type \"BIGINT\" cannot be cast to \"INT\" due to an overflow. \
             Use `try_cast` to tolerate overflow and return NULL instead. SQLSTATE: 22003"
        );
        assert!(said("Failed to cast decimal value 129 to type INT8").contains("cannot be cast to \"TINYINT\""));
        assert!(said("Could not cast value 123456 to DECIMAL(5,2)").starts_with(
            "[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION] 123456 cannot be represented as Decimal(5, 2)."
        ));
        assert!(said("Overflow in addition of DECIMAL(38) (99 + 1);").contains(" 99 + 1 cannot be represented"));
        assert_eq!(
            said("Overflow in addition of INT8 (127 + 1)!"),
            "[BINARY_ARITHMETIC_OVERFLOW] 127 + 1 caused overflow. Use `try_add` to ignore overflow problem and return \
             NULL. SQLSTATE: 22003"
        );
        assert!(
            said("Overflow in multiplication of INT64 (9223372036854775807 * 2)!").contains("] long overflow. Use")
        );
        assert_eq!(overflow("Date out of range"), None);
    }
}
