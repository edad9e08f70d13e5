//! The least common type and implicit casts of arguments.

use crate::ident::Identifier;
use crate::syntax::{DataType, StructField};

use super::decimal::{decimal_of, wider};

/// The narrowest type that both sides can be promoted to. A string gives way to any other simple type:
/// to BIGINT beside an integer, to DOUBLE beside another number (Databricks documentation, "SQL data type rules",
/// § "Strings and NULL"). FLOAT beside any other number is DOUBLE (note 1 there).
pub(crate) fn least_common(left: &DataType, right: &DataType) -> Option<DataType> {
    common(left, right, true)
}

/// The same where a text gives way to nothing, as between an array and its elements: "with same element type"
/// (Databricks, "Error conditions", ARRAY_FUNCTION_DIFF_TYPES and BINARY_ARRAY_DIFF_TYPES; so does Apache Spark 4.3).
pub(crate) fn least_common_without_texts(left: &DataType, right: &DataType) -> Option<DataType> {
    common(left, right, false)
}

fn common(left: &DataType, right: &DataType, texts: bool) -> Option<DataType> {
    use DataType::*;
    if left == right {
        return Some(left.clone());
    }
    Some(match (left, right) {
        (Void, other) | (other, Void) => other.clone(),
        (String, other) | (other, String) => return beside_string(other).filter(|_| texts),
        (Float | Double, other) | (other, Float | Double) if other.is_numeric() => Double,
        (a, b) if a.is_integer() && b.is_integer() => {
            if rank(a) > rank(b) {
                a.clone()
            } else {
                b.clone()
            }
        }
        (a, b) if a.is_numeric() && b.is_numeric() => wider(decimal_of(a)?, decimal_of(b)?),
        (Date | TimestampNtz, Timestamp) | (Timestamp, Date | TimestampNtz) => Timestamp,
        (Date, TimestampNtz) | (TimestampNtz, Date) => TimestampNtz,
        (Array(a), Array(b)) => Array(Box::new(common(a, b, texts)?)),
        (Map(k1, v1), Map(k2, v2)) => Map(Box::new(common(k1, k2, texts)?), Box::new(common(v1, v2, texts)?)),
        (Struct(a), Struct(b)) => Struct(fields(a, b, texts)?),
        _ => return None,
    })
}

fn beside_string(other: &DataType) -> Option<DataType> {
    use DataType::*;
    match other {
        ty if ty.is_integer() => Some(BigInt),
        ty if ty.is_numeric() => Some(Double),
        Boolean | Binary | Date | Timestamp | TimestampNtz | Time | IntervalYearMonth | IntervalDayTime => {
            Some(other.clone())
        }
        // Apache Spark 4.3: `coalesce(variant, 'x')` is a VARIANT.
        Variant => Some(Variant),
        _ => None,
    }
}

/// Structs unite field by field, by position; the first side's names are kept.
fn fields(left: &[StructField], right: &[StructField], texts: bool) -> Option<Vec<StructField>> {
    if left.len() != right.len() {
        return None;
    }
    let unite = |(a, b): (&StructField, &StructField)| {
        let name: Identifier = a.name.clone();
        Some(StructField { name, data_type: common(&a.data_type, &b.data_type, texts)? })
    };
    left.iter().zip(right).map(unite).collect()
}

fn rank(ty: &DataType) -> u8 {
    match ty {
        DataType::TinyInt => 0,
        DataType::SmallInt => 1,
        DataType::Int => 2,
        _ => 3,
    }
}

/// The least common type of many. Strings are united first, so that the order of the others does not matter.
pub(crate) fn least_common_all<'a>(types: impl IntoIterator<Item = &'a DataType>) -> Option<DataType> {
    let (strings, others): (Vec<_>, Vec<_>) = types.into_iter().partition(|ty| **ty == DataType::String);
    let mut all = strings.into_iter().take(1).chain(others);
    let first = all.next()?.clone();
    all.try_fold(first, |left, right| least_common(&left, right))
}

/// May an argument of type `from` be passed where `to` is expected, by promotion, downcasting or crosscasting?
/// Any simple type but BINARY crosscasts to STRING, and STRING to any simple type; numbers downcast
/// (Databricks documentation, "SQL data type rules", § "Implicit downcasting and crosscasting").
pub(crate) fn implicit(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    if from == to || *from == Void {
        return true;
    }
    match (from, to) {
        (String, to) => simple(to),
        // `upper(payload:name)` works without a cast (Apache Spark 4.3), and no function of a number does.
        (from, String) => (simple(from) && *from != Binary) || *from == Variant,
        (from, to) if from.is_numeric() && to.is_numeric() => true,
        (from, to) if from.is_datetime() && to.is_datetime() => true,
        (Array(from), Array(to)) => implicit(from, to),
        (Map(k1, v1), Map(k2, v2)) => implicit(k1, k2) && implicit(v1, v2),
        (Struct(a), Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| implicit(&a.data_type, &b.data_type))
        }
        _ => false,
    }
}

fn simple(ty: &DataType) -> bool {
    use DataType::{Array, Geography, Geometry, Map, Struct, Variant};
    !matches!(ty, Array(_) | Map(..) | Struct(_) | Variant | Geometry | Geography)
}

#[cfg(test)]
mod tests {
    use super::super::decimal;
    use super::*;
    use DataType::*;

    /// Databricks documentation, "SQL data type rules", examples; Apache Spark 4.3 for the decimals.
    #[test]
    fn least_common_types() {
        let cases = [
            (TinyInt, Int, Some(Int)),
            (String, Int, Some(BigInt)),
            (String, TinyInt, Some(BigInt)),
            (String, Double, Some(Double)),
            (String, decimal(5, 2), Some(Double)),
            (String, Date, Some(Date)),
            (Int, Float, Some(Double)),
            (Float, decimal(10, 2), Some(Double)),
            (Int, decimal(2, 1), Some(decimal(11, 1))),
            (BigInt, decimal(2, 1), Some(decimal(21, 1))),
            (Date, Timestamp, Some(Timestamp)),
            (Void, Date, Some(Date)),
            (String, Variant, Some(Variant)),
            (Int, Variant, None),
            (Boolean, Int, None),
            (Date, Int, None),
            (Array(Box::new(Int)), Array(Box::new(BigInt)), Some(Array(Box::new(BigInt)))),
        ];
        for (left, right, expected) in cases {
            assert_eq!(least_common(&left, &right), expected, "{left} and {right}");
            assert_eq!(least_common(&right, &left), expected, "{right} and {left}");
        }
    }

    /// `array_contains(array('a'), 1)` is refused by Apache Spark 4.3, `array_contains(array(1), 1L)` is not.
    #[test]
    fn elements_and_texts_have_nothing_in_common() {
        let array = |of: DataType| Array(Box::new(of));
        assert_eq!(least_common_without_texts(&String, &Int), None);
        assert_eq!(least_common_without_texts(&array(Date), &array(String)), None);
        assert_eq!(least_common_without_texts(&array(Int), &array(BigInt)), Some(array(BigInt)));
        assert_eq!(least_common_without_texts(&String, &Void), Some(String));
    }

    /// `coalesce('x', 1, 1.5)` and `coalesce(1.5, 'x', 1)` in Apache Spark 4.3: strings first.
    #[test]
    fn strings_are_united_first() {
        assert_eq!(least_common_all([&String, &Int, &decimal(2, 1)]), Some(decimal(21, 1)));
        assert_eq!(least_common_all([&decimal(2, 1), &String, &Int]), Some(Double));
    }
}
