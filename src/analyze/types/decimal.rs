//! Precision and scale (Databricks documentation, "Decimal type", and Spark's `DecimalType`).

use crate::syntax::DataType;

const MAX: u16 = 38;
/// The scale that a division or multiplication keeps when the precision overflows.
const MIN_ADJUSTED_SCALE: u16 = 6;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arithmetic {
    Add,
    Multiply,
    Divide,
    Modulo,
}

pub(crate) fn decimal(precision: u8, scale: u8) -> DataType {
    DataType::Decimal { precision, scale }
}

/// `precision` above 38 gives up scale down to six digits, then overflows at run time.
pub(crate) fn adjusted(precision: u16, scale: u16) -> DataType {
    if precision <= MAX {
        return bounded(precision, scale);
    }
    let whole = precision - scale.min(precision);
    let kept = MAX.saturating_sub(whole).max(scale.min(MIN_ADJUSTED_SCALE));
    bounded(MAX, kept)
}

fn bounded(precision: u16, scale: u16) -> DataType {
    let precision = precision.clamp(1, MAX);
    decimal(small(precision), small(scale.min(precision)))
}

fn small(value: u16) -> u8 {
    u8::try_from(value.min(MAX)).unwrap_or(38)
}

/// The decimal that holds every value of an integer type.
pub(crate) fn decimal_of(ty: &DataType) -> Option<(u8, u8)> {
    match ty {
        DataType::TinyInt => Some((3, 0)),
        DataType::SmallInt => Some((5, 0)),
        DataType::Int => Some((10, 0)),
        DataType::BigInt => Some((20, 0)),
        DataType::Decimal { precision, scale } => Some((*precision, *scale)),
        _ => None,
    }
}

/// The digits of a decimal literal as (precision, scale): `0.05` has (2, 2).
pub(crate) fn total_digits(text: &str) -> (u16, u16) {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches('0').len();
    let scale = fraction.len();
    let count = |digits: usize| u16::try_from(digits).unwrap_or(u16::MAX);
    (count((whole + scale).max(1)), count(scale))
}

pub(crate) fn arithmetic(op: Arithmetic, left: (u8, u8), right: (u8, u8)) -> DataType {
    let (p1, s1) = (u16::from(left.0), u16::from(left.1));
    let (p2, s2) = (u16::from(right.0), u16::from(right.1));
    match op {
        Arithmetic::Add => {
            let scale = s1.max(s2);
            adjusted((p1 - s1).max(p2 - s2) + scale + 1, scale)
        }
        Arithmetic::Multiply => adjusted(p1 + p2 + 1, s1 + s2),
        Arithmetic::Divide => {
            let scale = (s1 + p2 + 1).max(MIN_ADJUSTED_SCALE);
            adjusted(p1 - s1 + s2 + scale, scale)
        }
        Arithmetic::Modulo => {
            let scale = s1.max(s2);
            adjusted((p1 - s1).min(p2 - s2) + scale, scale)
        }
    }
}

/// The decimal that holds both; past 38 digits the whole part wins.
pub(super) fn wider(left: (u8, u8), right: (u8, u8)) -> DataType {
    let scale = u16::from(left.1.max(right.1));
    let whole = u16::from((left.0 - left.1).max(right.0 - right.1));
    let precision = whole + scale;
    bounded(precision, scale.saturating_sub(precision.saturating_sub(MAX)))
}

pub(crate) fn summed(precision: u8, scale: u8) -> DataType {
    bounded(u16::from(precision) + 10, u16::from(scale))
}

pub(crate) fn average(precision: u8, scale: u8) -> DataType {
    bounded(u16::from(precision) + 4, u16::from(scale) + 4)
}

/// `round(decimal(precision, scale), digits)`.
pub(crate) fn rounded(precision: u8, scale: u8, digits: i64) -> DataType {
    let whole = i64::from(precision) - i64::from(scale) + 1;
    if digits < 0 {
        let precision = whole.max(1 - digits).clamp(1, i64::from(MAX));
        return bounded(u16::try_from(precision).unwrap_or(MAX), 0);
    }
    let scale = digits.min(i64::from(scale));
    let precision = (whole + scale).clamp(1, i64::from(MAX));
    bounded(u16::try_from(precision).unwrap_or(MAX), u16::try_from(scale).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from Apache Spark 4.3, `spark.sql.ansi.enabled=true`.
    #[test]
    fn arithmetic_follows_the_rules_and_adjusts_at_38() {
        let wide = (38, 10);
        assert_eq!(arithmetic(Arithmetic::Multiply, wide, wide), decimal(38, 6));
        assert_eq!(arithmetic(Arithmetic::Divide, wide, wide), decimal(38, 6));
        assert_eq!(arithmetic(Arithmetic::Add, wide, wide), decimal(38, 9));
        assert_eq!(arithmetic(Arithmetic::Divide, (2, 1), (1, 0)), decimal(7, 6));
        assert_eq!(arithmetic(Arithmetic::Modulo, (2, 1), (1, 0)), decimal(2, 1));
        assert_eq!(arithmetic(Arithmetic::Multiply, (2, 1), (3, 2)), decimal(6, 3));
        assert_eq!(wider((38, 10), (38, 20)), decimal(38, 10));
        assert_eq!(wider((20, 0), (2, 1)), decimal(21, 1));
        assert_eq!(average(30, 2), decimal(34, 6));
        assert_eq!(average(36, 10), decimal(38, 14));
        assert_eq!(summed(30, 2), decimal(38, 2));
    }

    /// `round(cast(1 as decimal(10,3)), n)` in Apache Spark 4.3.
    #[test]
    fn rounding_drops_digits() {
        assert_eq!(rounded(10, 3, 2), decimal(10, 2));
        assert_eq!(rounded(10, 3, -2), decimal(8, 0));
        assert_eq!(rounded(10, 3, 5), decimal(11, 3));
        assert_eq!(rounded(2, 1, 0), decimal(2, 0));
    }

    #[test]
    fn literal_digits() {
        assert_eq!(total_digits("0.5"), (1, 1));
        assert_eq!(total_digits("0.05"), (2, 2));
        assert_eq!(total_digits("1.0"), (2, 1));
        assert_eq!(total_digits("100.00"), (5, 2));
        assert_eq!(total_digits("0"), (1, 0));
    }
}
