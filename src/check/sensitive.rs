//! Sensitive columns: tagged as PHI or PII, and protected by a mask or a row filter.
//!
//! Only what is declared on a column itself is looked at here; what flows from it elsewhere is the lineage's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::project::Target;
use crate::syntax::ast::{AlterAction, ColumnDef, Statement, StatementKind, TableClauses, Text};

/// What statements say of tables, in the order of the files.
pub struct Policies<'w> {
    /// Of tags that mean it, lower case.
    words: &'w [String],
    /// With the tag's key, lower case.
    tagged: BTreeMap<(TableName, Identifier), (Location, String)>,
    tagged_tables: BTreeMap<TableName, Location>,
    masked: BTreeSet<(TableName, Identifier)>,
    filtered: BTreeSet<TableName>,
}

/// Does a tag mean that the column is sensitive: is one of the words, lower case, a word of its key or its value, as
/// in `phi`, `class = 'pii'`, `data.pii`?
pub fn is_sensitive(key: &str, value: &str, words: &[String]) -> bool {
    let off = ["false", "no", "none", "0"].contains(&value.trim().to_lowercase().as_str());
    let has = |text: &str| {
        let lower = text.to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.iter().any(|known| known == word))
    };
    !off && (has(key) || has(value))
}

impl<'w> Policies<'w> {
    /// `words` are those of tags that mean sensitive values, lower case.
    pub fn new(words: &'w [String]) -> Self {
        Self {
            words,
            tagged: BTreeMap::new(),
            tagged_tables: BTreeMap::new(),
            masked: BTreeSet::new(),
            filtered: BTreeSet::new(),
        }
    }

    fn sensitive<'t>(&self, tags: &'t [(Text, Text)]) -> Option<&'t Text> {
        tags.iter().find(|(key, value)| is_sensitive(&key.value, &value.value, self.words)).map(|(key, _)| key)
    }

    /// Adds the statements of one file, whose names `resolve` completes.
    pub fn add(
        &mut self,
        file: &Arc<SourceFile>,
        statements: &[Statement],
        resolve: &dyn Fn(&QualifiedName) -> Option<TableName>,
    ) {
        for statement in statements {
            match &statement.kind {
                StatementKind::CreateTable(table) => {
                    self.created(resolve(&table.name.value), &table.columns, &table.clauses);
                }
                StatementKind::CreateDataset(dataset) => {
                    self.created(resolve(&dataset.name.value), &dataset.columns, &dataset.clauses);
                }
                StatementKind::AlterTable(alter) => {
                    if let Some(table) = resolve(&alter.name.value) {
                        self.altered(table, &alter.action, &|span| Location::new(file, span));
                    }
                }
                _ => {}
            }
        }
    }

    fn created(&mut self, table: Option<TableName>, columns: &[ColumnDef], clauses: &TableClauses) {
        let Some(table) = table else { return };
        if clauses.row_filter.is_some() {
            self.filtered.insert(table.clone());
        }
        let masked = columns.iter().filter(|column| column.mask.is_some());
        self.masked.extend(masked.map(|column| (table.clone(), column.name.value.clone())));
    }

    fn altered(&mut self, table: TableName, action: &AlterAction, at: &dyn Fn(crate::diag::Span) -> Location) {
        match action {
            AlterAction::SetColumnTags { column, tags } => {
                if let Some(key) = self.sensitive(tags) {
                    let found = (at(key.span), key.value.to_lowercase());
                    self.tagged.insert((table, column.value.clone()), found);
                }
            }
            AlterAction::UnsetColumnTags { column, tags } => {
                let place = (table, column.value.clone());
                let own = self.tagged.get(&place).map(|(_, key)| key.as_str()).unwrap_or_default();
                if tags.iter().any(|key| key.value.to_lowercase() == own) {
                    self.tagged.remove(&place);
                }
            }
            AlterAction::SetTags(tags) => {
                if let Some(key) = self.sensitive(tags) {
                    self.tagged_tables.insert(table, at(key.span));
                }
            }
            AlterAction::SetMask { column, mask: _ } => drop(self.masked.insert((table, column.value.clone()))),
            AlterAction::DropMask { column } => drop(self.masked.remove(&(table, column.value.clone()))),
            AlterAction::SetRowFilter(_) => drop(self.filtered.insert(table)),
            AlterAction::DropRowFilter => drop(self.filtered.remove(&table)),
            _ => {}
        }
    }

    /// Tables that are, or that have a column that is, sensitive.
    pub fn sensitive_tables(&self) -> BTreeSet<TableName> {
        self.tagged.keys().map(|(table, _)| table).chain(self.tagged_tables.keys()).cloned().collect()
    }

    /// What a protected target would show to everyone who may read the table.
    pub fn check(&self, target: &Target) -> Diagnostics {
        let mut out = Diagnostics::default();
        if !target.protect {
            return out;
        }
        for ((table, column), (at, _)) in &self.tagged {
            if !self.masked.contains(&(table.clone(), column.clone())) && !self.filtered.contains(table) {
                let message = format!(
                    "`{column}` of `{table}` is sensitive, and the target `{}` shows it without a mask or a row filter",
                    target.name
                );
                let hint =
                    format!("add `ALTER TABLE … ALTER COLUMN {column} SET MASK …`, or a row filter on the table");
                out.push(Diagnostic::error(Code::UNPROTECTED_COLUMN, message).at(at.clone()).hint(hint));
            }
        }
        for (table, at) in &self.tagged_tables {
            let masked = self.masked.iter().any(|(of, _)| of == table);
            if !masked && !self.filtered.contains(table) {
                let message = format!("`{table}` is tagged as sensitive, and none of its columns or rows is protected");
                let hint = "mask the columns that identify a person, or filter its rows";
                out.push(Diagnostic::warning(Code::UNPROTECTED_TABLE, message).at(at.clone()).hint(hint));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{sql, target, told};
    use crate::project::Mode;

    fn found(text: &str) -> Vec<String> {
        let (file, parsed) = sql(text);
        let (catalog, schema) = (Identifier::new("c").unwrap(), Identifier::new("s").unwrap());
        let words = ["phi", "pii"].map(str::to_string);
        let mut policies = Policies::new(&words);
        policies.add(&file, &parsed.statements, &|name| name.resolve(&catalog, &schema).ok());
        let mut prod = target("prod", Mode::Production);
        assert!(policies.check(&prod).is_empty(), "an unprotected target asks for nothing");
        prod.protect = true;
        told(policies.check(&prod))
    }

    /// Design §4: "columns tagged PHI/PII must be masked or filtered in every target marked `protect`".
    #[test]
    fn tagged_columns_need_a_mask_or_a_filter() {
        let tag = "ALTER TABLE t ALTER COLUMN name SET TAGS ('class' = 'PII');\n";
        let told = "a.sql:1:43 error LS830 `name` of `c.s.t` is sensitive, and the target `prod` shows it without a mask or a row filter";
        assert_eq!(found(tag), [told]);
        for protected in [
            "CREATE TABLE t (name STRING MASK m);",
            "CREATE OR REFRESH MATERIALIZED VIEW t (name STRING MASK m) AS SELECT 'x' AS name;",
            "CREATE TABLE t (name STRING) WITH ROW FILTER f ON (name);",
            "ALTER TABLE t ALTER COLUMN name SET MASK m;",
            "ALTER TABLE t SET ROW FILTER f ON (name);",
            "ALTER TABLE t ALTER COLUMN name UNSET TAGS ('Class');",
        ] {
            assert_eq!(found(&format!("{tag}{protected}")), [""; 0], "{protected}");
        }
        assert_eq!(
            found(&format!("{tag}CREATE TABLE t (name STRING MASK m);\nALTER TABLE t ALTER COLUMN name DROP MASK;")),
            [told]
        );
        assert_eq!(found("ALTER TABLE t ALTER COLUMN name SET TAGS ('pii' = 'false', 'philosophy' = 'x');"), [""; 0]);
        assert_eq!(
            found("ALTER TABLE t SET TAGS ('phi' = '');"),
            ["a.sql:1:25 warning LS831 `c.s.t` is tagged as sensitive, and none of its columns or rows is protected"]
        );
    }
}
