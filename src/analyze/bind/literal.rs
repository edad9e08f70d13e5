//! Literals and parameters.

use sqlparser::ast::{DataType as AstType, TypedString, Value, ValueWithSpan};

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::types;
use crate::diag::{Code, Span};
use crate::syntax::DataType;

use super::binder::{Binder, literal};

impl Binder<'_> {
    pub(super) fn value(&mut self, value: &ValueWithSpan) -> Expr {
        let span = self.span_or_here(value.span);
        match &value.value {
            Value::Number(text, _) => {
                let suffix = self.side.numbers.get(&span.start).copied();
                match types::number(text, suffix) {
                    Some((value, ty)) => literal(value, ty, span),
                    None => {
                        self.error(Code::TYPE_MISMATCH, span, format!("`{text}` is out of range for its type"));
                        self.unproved(text.as_str(), span)
                    }
                }
            }
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
                literal(Literal::String(text.clone()), DataType::String, span)
            }
            Value::HexStringLiteral(digits) => match binary(digits) {
                Some(bytes) => literal(Literal::Binary(bytes), DataType::Binary, span),
                None => {
                    self.error(Code::INVALID_QUERY, span, "a binary literal consists of hexadecimal digits");
                    self.unproved("binary literal", span)
                }
            },
            Value::Boolean(value) => literal(Literal::Boolean(*value), DataType::Boolean, span),
            Value::Null => literal(Literal::Null, DataType::Void, span),
            Value::Placeholder(text) => self.parameter(text, span),
            Value::DollarQuotedString(_)
            | Value::TripleSingleQuotedString(_)
            | Value::TripleDoubleQuotedString(_)
            | Value::EscapedStringLiteral(_)
            | Value::UnicodeStringLiteral(_)
            | Value::SingleQuotedByteStringLiteral(_)
            | Value::DoubleQuotedByteStringLiteral(_)
            | Value::TripleSingleQuotedByteStringLiteral(_)
            | Value::TripleDoubleQuotedByteStringLiteral(_)
            | Value::SingleQuotedRawStringLiteral(_)
            | Value::DoubleQuotedRawStringLiteral(_)
            | Value::TripleSingleQuotedRawStringLiteral(_)
            | Value::TripleDoubleQuotedRawStringLiteral(_)
            | Value::NationalStringLiteral(_)
            | Value::QuoteDelimitedStringLiteral(_)
            | Value::NationalQuoteDelimitedStringLiteral(_) => self.unsupported_expr(span, "this kind of literal"),
        }
    }

    /// `:name`; its type is known where the session declares it.
    fn parameter(&mut self, text: &str, span: Span) -> Expr {
        // `?` is given its value by position.
        let name = text.strip_prefix(':').filter(|name| !name.is_empty()).unwrap_or(text);
        let ty = self.session.parameters.get(name).cloned();
        Expr { kind: ExprKind::Parameter(name.to_string()), ty, nullable: true, span }
    }

    pub(super) fn typed_string(&mut self, typed: &TypedString, span: Span) -> Expr {
        let TypedString { data_type, value, uses_odbc_syntax } = typed;
        self.refuse(*uses_odbc_syntax, span, "ODBC syntax");
        let (Value::SingleQuotedString(text) | Value::DoubleQuotedString(text)) = &value.value else {
            return self.unsupported_expr(span, "this kind of literal");
        };
        let (value, ty, name) = match data_type {
            AstType::Date => (types::date(text).map(Literal::Date), DataType::Date, "DATE"),
            AstType::Timestamp(..) => {
                (types::timestamp(text).map(Literal::Timestamp), DataType::Timestamp, "TIMESTAMP")
            }
            AstType::TimestampNtz(_) => {
                (types::timestamp(text).map(Literal::Timestamp), DataType::TimestampNtz, "TIMESTAMP_NTZ")
            }
            AstType::Time(..) => {
                let text = literal(Literal::String(text.clone()), DataType::String, span);
                return self.cast_to(text, DataType::Time, false, span);
            }
            _ => return self.unsupported_expr(span, "a literal of this type"),
        };
        match value {
            Some(value) => literal(value, ty, span),
            // What a region's clock shows is only known to the engine.
            None if ty != DataType::Date && types::has_region(text) => {
                let text = literal(Literal::String(text.clone()), DataType::String, span);
                Expr { kind: ExprKind::Cast { expr: Box::new(text), try_: false }, ty: Some(ty), nullable: false, span }
            }
            None => {
                self.error(Code::TYPE_MISMATCH, span, format!("'{text}' is not a valid {name}"));
                self.unproved(text.as_str(), span)
            }
        }
    }
}

fn binary(digits: &str) -> Option<Vec<u8>> {
    let padded = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_string() };
    let byte = |at: usize| u8::from_str_radix(padded.get(at..at + 2)?, 16).ok();
    (0..padded.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::binary;

    /// Databricks documentation, "BINARY type", § "Literals": an odd number of digits gets a zero in front.
    #[test]
    fn hexadecimal_digits() {
        assert_eq!(binary("1F"), Some(vec![0x1f]));
        assert_eq!(binary("1FF"), Some(vec![0x01, 0xff]));
        assert_eq!(binary("xy"), None);
    }
}
