//! All tables as one, by name.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::model::Function;

const TABLES: &[&[Function]] = &[
    super::math::FUNCTIONS,
    super::string::FUNCTIONS,
    super::datetime::FUNCTIONS,
    super::collection::FUNCTIONS,
    super::json::FUNCTIONS,
    super::misc::FUNCTIONS,
    super::aggregate::FUNCTIONS,
    super::window::FUNCTIONS,
    super::generator::FUNCTIONS,
    super::geo::FUNCTIONS,
    super::model_call::FUNCTIONS,
    super::sketch::FUNCTIONS,
];

/// Names that the binder treats itself, because their syntax or their types fit no table.
const SPECIAL: &[&str] = &[
    "if",
    "iff",
    "nvl2",
    "nullif",
    "nullifzero",
    "zeroifnull",
    "decode",
    "struct",
    "named_struct",
    "count",
    "timestampadd",
    "dateadd",
    "timestampdiff",
    "timediff",
    "datediff",
    "date_diff",
    "date_add",
    "cast",
    "try_cast",
    "int",
    "bigint",
    "string",
    "date",
    "timestamp",
    "time",
    "double",
    "float",
    "boolean",
    "decimal",
    "tinyint",
    "smallint",
    "binary",
    "ltrim",
    "rtrim",
    "log",
    "grouping",
    "grouping_id",
    "to_number",
    "try_to_number",
    "from_json",
    "from_csv",
    "from_xml",
    "variant_get",
    "try_variant_get",
    "map",
    "read_files",
];

fn index() -> &'static BTreeMap<&'static str, &'static Function> {
    static INDEX: OnceLock<BTreeMap<&'static str, &'static Function>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let all = TABLES.iter().flat_map(|table| table.iter());
        all.flat_map(|function| names(function).map(move |name| (name, function))).collect()
    })
}

fn names(function: &'static Function) -> impl Iterator<Item = &'static str> {
    std::iter::once(function.name).chain(function.aliases.iter().copied())
}

/// By name or alias, in lower case.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    index().get(name).copied()
}

/// Is the name that of a function which the binder treats itself?
pub(crate) fn is_special(name: &str) -> bool {
    SPECIAL.contains(&name)
}

/// Every name that a function is known by.
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    index().keys().copied().chain(SPECIAL.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_defined_once_and_in_lower_case() {
        let mut seen = std::collections::BTreeSet::new();
        for function in TABLES.iter().flat_map(|table| table.iter()) {
            for name in names(function) {
                assert!(seen.insert(name), "{name} is defined twice");
                assert_eq!(name, name.to_ascii_lowercase());
            }
        }
    }
}
