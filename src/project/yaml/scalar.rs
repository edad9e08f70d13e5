//! What a plain scalar means: the YAML 1.2 core schema (YAML 1.2.2, § 10.3.2), so `no` and `on` are texts.

use super::Value;

/// The value of an unquoted scalar.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if let Some(value) = integer(text) {
        return Value::Integer(value);
    }
    match float(text) {
        Some(value) => Value::Float { value, text: text.to_string() },
        None => Value::String(text.to_string()),
    }
}

/// `[-+]?[0-9]+`, `0o[0-7]+`, `0x[0-9a-fA-F]+`. What does not fit 64 bits is a text, not a rounded number.
fn integer(text: &str) -> Option<i64> {
    let digits = |digits: &str, radix| {
        let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        valid.then(|| i64::from_str_radix(digits, radix).ok()).flatten()
    };
    if let Some(octal) = text.strip_prefix("0o") {
        return digits(octal, 8);
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return digits(hexadecimal, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    (!unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, and the named values.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let valid = all_digits(whole)
        && all_digits(fraction)
        && (!whole.is_empty() || !fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent));
    // An integer that does not fit 64 bits must not silently lose digits as a float.
    let is_integer = !mantissa.contains('.') && exponent.is_none();
    if valid && !is_integer { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// YAML 1.2.2, example 10.9 and § 10.3.2.
    #[test]
    fn core_schema() {
        assert_eq!(plain("null"), Value::Null);
        assert_eq!(plain("True"), Value::Bool(true));
        assert_eq!(plain("-19"), Value::Integer(-19));
        assert_eq!(plain("0o7"), Value::Integer(7));
        assert_eq!(plain("0x3A"), Value::Integer(58));
        assert_eq!(plain("+12e03"), Value::Float { value: 12000.0, text: "+12e03".into() });
        assert_eq!(plain("0."), Value::Float { value: 0.0, text: "0.".into() });
        assert_eq!(plain("-2E+05"), Value::Float { value: -200_000.0, text: "-2E+05".into() });
        for text in ["no", "on", "1_000", "1e", ".", "0b1", "12:30", "2024-01-01", "99999999999999999999"] {
            assert_eq!(plain(text), Value::String(text.into()));
        }
    }
}
