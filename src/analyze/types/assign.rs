//! What `CAST` and assignment to a column allow.

use crate::syntax::DataType;

/// Is `CAST(from AS to)` legal? (Apache Spark, "ANSI Compliance", the table of CAST; the same on Databricks.)
pub(crate) fn can_cast(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    if from == to || *from == Void {
        return true;
    }
    match (from, to) {
        (_, Void) => false,
        (Variant, to) => !matches!(to, IntervalYearMonth | IntervalDayTime),
        (_, Variant) => !matches!(from, IntervalYearMonth | IntervalDayTime | Map(..) | Struct(_)),
        (String, to) => !nested(to),
        (_, String) => true,
        (from, Boolean) | (Boolean, from) if from.is_numeric() => true,
        (from, to) if from.is_numeric() && to.is_numeric() => true,
        (from, Timestamp) | (Timestamp, from) if from.is_numeric() => true,
        (from, to) if from.is_datetime() && to.is_datetime() => true,
        (from, IntervalYearMonth | IntervalDayTime) if from.is_integer() || matches!(from, Decimal { .. }) => true,
        (IntervalYearMonth | IntervalDayTime, to) if to.is_integer() || matches!(to, Decimal { .. }) => true,
        (Array(a), Array(b)) => can_cast(a, b),
        (Map(k1, v1), Map(k2, v2)) => can_cast(k1, k2) && can_cast(v1, v2),
        (Struct(a), Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| can_cast(&a.data_type, &b.data_type))
        }
        _ => false,
    }
}

fn nested(ty: &DataType) -> bool {
    matches!(ty, DataType::Array(_) | DataType::Map(..) | DataType::Struct(_))
}

/// May a value of type `from` be stored into a column of type `to`?
/// (Databricks documentation, "Store assignment"; Spark's `storeAssignmentPolicy=ANSI`.)
pub(crate) fn store_assignable(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    if from == to || *from == Void {
        return true;
    }
    match (from, to) {
        (from, to) if from.is_numeric() && to.is_numeric() => true,
        (from, to) if from.is_datetime() && to.is_datetime() => true,
        (from, String) => !nested(from) && *from != Binary && *from != Variant,
        (Array(a), Array(b)) => store_assignable(a, b),
        (Map(k1, v1), Map(k2, v2)) => store_assignable(k1, k2) && store_assignable(v1, v2),
        (Struct(a), Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| store_assignable(&a.data_type, &b.data_type))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataType::*;

    /// Apache Spark, "ANSI Compliance", § "Cast" and § "Store assignment".
    #[test]
    fn the_documented_tables() {
        assert!(can_cast(&String, &Date));
        assert!(!can_cast(&Date, &Int));
        assert!(!can_cast(&Date, &Boolean));
        assert!(can_cast(&Timestamp, &BigInt));
        assert!(can_cast(&Int, &Boolean));
        assert!(!can_cast(&Binary, &Int));
        assert!(!can_cast(&Int, &Binary));
        assert!(!can_cast(&String, &Array(Box::new(Int))));
        assert!(store_assignable(&Double, &Int));
        assert!(!store_assignable(&String, &Int));
        assert!(!store_assignable(&Boolean, &Int));
        assert!(store_assignable(&Int, &String));
    }
}
