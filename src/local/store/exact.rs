//! Decimal arithmetic whose steps need more than DuckDB's 38 digits: a function of every connection.
//!
//! `exact_decimal(operator, a, b, scale)` takes and gives decimals as texts. The exact result is rounded half away from
//! zero to `scale`, once, as Spark does; NULL where an operand is or where the divisor is 0; more than 38 digits fail.

use std::cmp::Ordering;
use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use duckdb::arrow::datatypes::{DataType, Int32Type};
use duckdb::vscalar::{ArrowFunctionSignature, VArrowScalar};

/// Its name in SQL.
pub(crate) const EXACT_DECIMAL: &str = "exact_decimal";

pub(super) fn register(connection: &Connection) -> duckdb::Result<()> {
    connection.register_scalar_function::<ExactDecimal>(EXACT_DECIMAL)
}

struct ExactDecimal;

impl VArrowScalar for ExactDecimal {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn std::error::Error>> {
        let [operators, left, right, scales] = input.columns() else { return Err("four arguments".into()) };
        let text = |array: &Arc<dyn Array>| array.as_string_opt::<i32>().cloned().ok_or("a text was expected");
        let (operators, left, right) = (text(operators)?, text(left)?, text(right)?);
        let scales = scales.as_primitive_opt::<Int32Type>().ok_or("a scale was expected")?;
        let row = |row: usize| -> Result<Option<String>, String> {
            if left.is_null(row) || right.is_null(row) || operators.is_null(row) || scales.is_null(row) {
                return Ok(None);
            }
            calculate(operators.value(row), left.value(row), right.value(row), scales.value(row))
        };
        let values = (0..input.num_rows()).map(row).collect::<Result<Vec<_>, _>>()?;
        Ok(Arc::new(StringArray::from(values)))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        let arguments = vec![DataType::Utf8, DataType::Utf8, DataType::Utf8, DataType::Int32];
        vec![ArrowFunctionSignature::exact(arguments, DataType::Utf8)]
    }
}

/// `None` for a division by 0.
fn calculate(operator: &str, a: &str, b: &str, scale: i32) -> Result<Option<String>, String> {
    let malformed = || format!("{a} {operator} {b} to {scale} digits");
    let (a, b) = (Number::read(a).ok_or_else(malformed)?, Number::read(b).ok_or_else(malformed)?);
    let scale = u32::try_from(scale).map_err(|_| malformed())?;
    let negative = a.negative != b.negative;
    let common = a.scale.max(b.scale);
    let (left, right) = (a.lifted(common), b.lifted(common));
    if matches!(operator, "/" | "%" | "div") && b.digits == 0 {
        return Ok(None);
    }
    // Sums, products and rests have no more digits than this; further ones would all be 0.
    let scale = match operator {
        "+" | "-" | "%" => scale.min(common),
        "*" => scale.min(a.scale + b.scale),
        _ => scale,
    };
    let (value, negative) = match operator {
        "+" | "-" => {
            let opposite = negative == (operator == "+");
            let (sum, negative) = match left.cmp(&right) {
                _ if !opposite => (left.plus(right), a.negative),
                Ordering::Less => (right.minus(left), !a.negative),
                _ => (left.minus(right), a.negative),
            };
            (sum.rounded(common.saturating_sub(scale)), negative)
        }
        "*" => (Wide::product(a.digits, b.digits).rounded((a.scale + b.scale).saturating_sub(scale)), negative),
        "%" => (left.divided(right).1.rounded(common.saturating_sub(scale)), a.negative),
        "div" => (left.divided(right).0, negative),
        "/" => {
            // a / b in units of 10^-scale is digits(a) · 10^up / (digits(b) · 10^down).
            let (up, down) = (scale + b.scale, a.scale);
            let (up, down) = (up.saturating_sub(down), down.saturating_sub(up));
            match (Wide::from(a.digits).lifted(up), Wide::from(b.digits).lifted(down)) {
                (Some(n), Some(d)) => (n.half_up(d), negative),
                // A divisor beyond 77 digits leaves nothing of 38.
                (_, None) => (Wide::from(0), negative),
                // And a dividend beyond 77 digits leaves more than 38.
                (None, _) => return Err(overflow(scale)),
            }
        }
        _ => return Err(malformed()),
    };
    let scale = if operator == "div" { 0 } else { scale };
    match value.low38() {
        Some(units) => Ok(Some(printed(units, negative, scale))),
        None => Err(overflow(scale)),
    }
}

fn overflow(scale: u32) -> String {
    format!(
        "[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION] The result cannot be represented as Decimal(38, {scale}). If \
         necessary set \"ansi_mode\" to \"false\" to bypass this error, and return NULL instead. SQLSTATE: 22003"
    )
}

fn printed(units: u128, negative: bool, scale: u32) -> String {
    let digits = format!("{units:0width$}", width = scale as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
    let sign = if negative && units != 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A decimal of up to 38 digits.
struct Number {
    negative: bool,
    digits: u128,
    scale: u32,
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}").parse().ok().filter(|digits| *digits < LIMIT)?;
        Some(Self { negative, digits, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// In units of the scale, which is not less than its own.
    fn lifted(&self, scale: u32) -> Wide {
        Wide::from(self.digits).lifted(scale - self.scale).unwrap_or(Wide { high: u128::MAX, low: u128::MAX })
    }
}

/// 10^38.
const LIMIT: u128 = 10_u128.pow(38);

/// A whole number of 256 bits: 77 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl From<u128> for Wide {
    fn from(low: u128) -> Self {
        Self { high: 0, low }
    }
}

impl Wide {
    fn product(a: u128, b: u128) -> Self {
        const HALF: u128 = u64::MAX as u128;
        let (a1, a0, b1, b0) = (a >> 64, a & HALF, b >> 64, b & HALF);
        let low = a0 * b0;
        let middle = a1 * b0 + (low >> 64);
        let (middle, upper) = (middle & HALF, middle >> 64);
        let middle = a0 * b1 + middle;
        Self { high: a1 * b1 + upper + (middle >> 64), low: (middle << 64) | (low & HALF) }
    }

    /// Times a power of ten; `None` where that needs more bits.
    fn lifted(self, exponent: u32) -> Option<Self> {
        if exponent > 38 {
            return self.lifted(38)?.lifted(exponent - 38);
        }
        let power = 10_u128.pow(exponent);
        let (low, high) = (Self::product(self.low, power), Self::product(self.high, power));
        let sum = high.low.checked_add(low.high)?;
        (high.high == 0).then_some(Self { high: sum, low: low.low })
    }

    fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { high: self.high.wrapping_add(other.high).wrapping_add(u128::from(carry)), low }
    }

    /// Of no more than itself.
    fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(u128::from(borrow)), low }
    }

    fn leading_zeros(self) -> u32 {
        if self.high == 0 { 128 + self.low.leading_zeros() } else { self.high.leading_zeros() }
    }

    /// By fewer than 256 bits.
    fn shifted_left(self, bits: u32) -> Self {
        match bits {
            0 => self,
            1..128 => Self { high: (self.high << bits) | (self.low >> (128 - bits)), low: self.low << bits },
            _ => Self { high: self.low << (bits - 128), low: 0 },
        }
    }

    /// Quotient and rest; the divisor is not 0.
    fn divided(self, by: Self) -> (Self, Self) {
        if self.high == 0 && by.high == 0 {
            return (Self::from(self.low / by.low), Self::from(self.low % by.low));
        }
        let (mut quotient, mut rest) = (Self::from(0), self);
        let Some(steps) = by.leading_zeros().checked_sub(self.leading_zeros()) else { return (quotient, rest) };
        for bit in (0..=steps).rev() {
            let part = by.shifted_left(bit);
            if rest >= part {
                rest = rest.minus(part);
                quotient = quotient.plus(Self::from(1).shifted_left(bit));
            }
        }
        (quotient, rest)
    }

    fn half_up(self, by: Self) -> Self {
        let (quotient, rest) = self.divided(by);
        if rest >= by.minus(rest) { quotient.plus(Self::from(1)) } else { quotient }
    }

    /// Without its last digits.
    fn rounded(self, digits: u32) -> Self {
        match Self::from(1).lifted(digits) {
            Some(power) => self.half_up(power),
            None => Self::from(0),
        }
    }

    fn low38(self) -> Option<u128> {
        (self.high == 0 && self.low < LIMIT).then_some(self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(operator: &str, a: &str, b: &str, scale: i32) -> String {
        calculate(operator, a, b, scale).map_or_else(|error| error, |value| value.unwrap_or_else(|| "NULL".into()))
    }

    #[test]
    fn results_are_rounded_once_and_half_away_from_zero() {
        assert_eq!(exact("+", "1.5", "-10", 2), "-8.5");
        assert_eq!(exact("-", "-0.25", "0.20", 1), "-0.5");
        assert_eq!(exact("-", "0.25", "-0.20", 1), "0.5");
        assert_eq!(exact("*", "-1234.500000000000000000", "19.990000000000000000", 6), "-24677.655000");
        assert_eq!(exact("/", "2", "-3", 3), "-0.667");
        assert_eq!(exact("/", "0.1", "0.00000000000000000000000000000000000001", 0), "1".to_string() + &"0".repeat(37));
        assert_eq!(exact("%", "-7.5", "2", 1), "-1.5");
        assert_eq!(exact("div", "-7.5", "2", 0), "-3");
        assert_eq!(exact("/", "1", "0", 3), "NULL");
    }

    /// (10^38 - 1)² has 76 digits: 10^76 - 2·10^38 + 1.
    #[test]
    fn the_longest_operands_keep_every_digit() {
        let nines = "9".repeat(38);
        let tiny = format!("0.{nines}");
        assert_eq!(exact("*", &tiny, &tiny, 37), format!("1.{}", "0".repeat(37)));
        assert_eq!(exact("*", &nines, &tiny, 0), format!("{}8", "9".repeat(37)));
        assert_eq!(exact("/", &nines, &nines, 6), "1.000000");
        assert_eq!(exact("%", &nines, &tiny, 6), "0.000000");
        assert!(exact("*", &nines, "10", 0).starts_with("[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION]"));
        assert!(exact("/", &nines, &tiny, 6).starts_with("[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION]"));
    }
}
