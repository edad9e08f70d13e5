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

/// What a statement that changes a table does with a value of another type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stored {
    AsIs,
    /// Cast as by `CAST`, which may fail for single values.
    Cast,
    Never,
}

/// What `INSERT` into a Delta table makes of a value of type `from` for a column of type `to`: Delta casts to the
/// column's type without asking the store assignment policy which casts it would refuse (delta-io/delta,
/// `DeltaAnalysis.getCastFunction`), so that `'2'` goes into an INT and `'2024-01-01'` into a DATE.
pub(crate) fn stored_as(from: &DataType, to: &DataType) -> Stored {
    match (from, to) {
        (from, to) if store_assignable(from, to) => Stored::AsIs,
        // How everybody writes a date in VALUES.
        (DataType::String, to) if to.is_datetime() => Stored::AsIs,
        (from, to) if can_cast(from, to) => Stored::Cast,
        _ => Stored::Never,
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
        assert_eq!(stored_as(&String, &Int), Stored::Cast);
        assert_eq!(stored_as(&Boolean, &Int), Stored::Cast);
        assert_eq!(stored_as(&String, &Date), Stored::AsIs);
        assert_eq!(stored_as(&Date, &Int), Stored::Never);
        assert_eq!(stored_as(&String, &Array(Box::new(Int))), Stored::Never);
    }
}
