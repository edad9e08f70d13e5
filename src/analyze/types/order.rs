//! Which values can be compared with each other.

use crate::syntax::DataType;

/// Can values of the type be compared and ordered? Apache Spark, error class DATATYPE_MISMATCH.INVALID_ORDERING_TYPE:
/// neither maps nor VARIANTs, and nothing that holds one.
pub(crate) fn orderable(ty: &DataType) -> bool {
    !holds_map(ty) && !holds_variant(ty)
}

pub(crate) fn holds_map(ty: &DataType) -> bool {
    holds(ty, |part| matches!(part, DataType::Map(..)))
}

pub(crate) fn holds_variant(ty: &DataType) -> bool {
    holds(ty, |part| *part == DataType::Variant)
}

fn holds(ty: &DataType, wanted: fn(&DataType) -> bool) -> bool {
    wanted(ty)
        || match ty {
            DataType::Array(element) => holds(element, wanted),
            DataType::Map(key, value) => holds(key, wanted) || holds(value, wanted),
            DataType::Struct(fields) => fields.iter().any(|field| holds(&field.data_type, wanted)),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse_type;

    /// Apache Spark 4.3: `ORDER BY` over each of these types.
    #[test]
    fn what_holds_a_map_or_a_variant_has_no_order() {
        for (text, expected) in [
            ("INT", true),
            ("ARRAY<STRUCT<a: INT, b: STRING>>", true),
            ("MAP<STRING, INT>", false),
            ("ARRAY<MAP<STRING, INT>>", false),
            ("STRUCT<a: INT, b: VARIANT>", false),
        ] {
            assert_eq!(orderable(&parse_type(text).unwrap()), expected, "{text}");
        }
    }
}
