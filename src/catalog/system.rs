//! The tables that Databricks itself keeps, in the catalog `system` and in every catalog's `information_schema`, as far
//! as they are documented. Databricks adds columns: what is not here may still be there.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::ident::{Identifier, TableName};
use crate::syntax::parse_type;

use super::model::{ColumnInfo, RelationKind, TableInfo};

const INFORMATION_SCHEMA: &str = "information_schema";

/// Is it one of them by its name?
pub fn is_system(table: &TableName) -> bool {
    is(&table.schema, INFORMATION_SCHEMA) || is(&table.catalog, "system")
}

fn is(name: &Identifier, text: &str) -> bool {
    name.as_str().eq_ignore_ascii_case(text)
}

/// The table under the name that it was asked for by.
pub fn table(name: &TableName) -> Option<Arc<TableInfo>> {
    if !is_system(name) {
        return None;
    }
    let key = format!("{}.{}", name.schema.folded(), name.name.folded());
    let columns = all().get(key.as_str())?.clone();
    let kind = RelationKind::Table;
    Some(Arc::new(TableInfo { name: name.clone(), kind, columns, append_only: true, comment: None }))
}

/// Were the names of its columns compared with its page, so that a name close to one of them is a slip?
pub fn is_compared(name: &TableName) -> bool {
    let key = format!("{}.{}: ", name.schema.folded(), name.name.folded());
    include_str!("system_tables.txt").lines().any(|line| line.starts_with(&key) && !line.ends_with('…'))
}

/// The columns of each, by `schema.table`.
fn all() -> &'static BTreeMap<&'static str, Vec<ColumnInfo>> {
    static ALL: OnceLock<BTreeMap<&'static str, Vec<ColumnInfo>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let lines = include_str!("system_tables.txt").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(": ")).map(|(name, columns)| (name, read(columns))).collect()
    })
}

/// `a STRING, b MAP<STRING, STRING>, c ?`: a comma inside brackets belongs to the type.
fn read(text: &str) -> Vec<ColumnInfo> {
    let mut depth = 0usize;
    let columns = text.split(|c: char| {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let column = |text: &str| {
        let (name, ty) = text.trim().split_once(' ')?;
        let name = Identifier::new(name).ok()?;
        Some(ColumnInfo { name, data_type: parse_type(ty).ok(), nullable: true, comment: None })
    };
    columns.filter_map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::DataType;

    fn name(catalog: &str, schema: &str, table: &str) -> TableName {
        let id = |text| Identifier::new(text).unwrap();
        TableName { catalog: id(catalog), schema: id(schema), name: id(table) }
    }

    /// Every line is read as a whole: as many columns as it has, each with a type unless it says `?`.
    #[test]
    fn every_line_is_read() {
        for line in include_str!("system_tables.txt").lines().filter(|line| !line.starts_with('#')) {
            let (table, columns) = line.split_once(": ").unwrap();
            let read = &all()[table];
            let written = columns.trim_end_matches(", …").replace("MAP<STRING, STRING>", "MAP");
            assert_eq!(read.len(), written.split(", ").count(), "{table}");
            for (column, text) in read.iter().zip(written.split(", ")) {
                assert_eq!(column.data_type.is_none(), text.ends_with('?'), "{table}: {text}");
                assert!(read.iter().filter(|other| other.name == column.name).count() == 1, "{table}: {text}");
            }
        }
        assert!(all().len() > 45, "{}", all().len());
    }

    /// Databricks documentation, "Billable usage system table reference" and "Information schema".
    #[test]
    fn tables_are_found_in_their_catalogs() {
        let usage = table(&name("system", "billing", "usage")).unwrap();
        let ty = |column: &str| usage.columns.iter().find(|c| c.name.as_str() == column).unwrap().data_type.clone();
        assert_eq!(
            (ty("usage_date"), ty("sku_name"), ty("usage_metadata")),
            (Some(DataType::Date), Some(DataType::String), None)
        );
        assert!(table(&name("main", "INFORMATION_SCHEMA", "Tables")).is_some());
        assert!(table(&name("main", "billing", "usage")).is_none());
        assert!(table(&name("system", "billing", "no_such_table")).is_none());
    }
}
