//! `sources.yml`: tables that the project reads but does not make.

use super::yaml::{Fields, Located, Node};
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::ident::{Identifier, TableName};

/// One declared table.
#[derive(Clone, PartialEq, Debug)]
pub struct SourceTable {
    pub name: TableName,
    pub location: Location,
    pub comment: Option<String>,
    pub columns: Vec<SourceColumn>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct SourceColumn {
    pub name: Located<Identifier>,
    /// A Databricks type, as SQL writes it; not parsed here.
    pub kind: Located<String>,
    pub nullable: bool,
    pub comment: Option<String>,
}

impl SourceTable {
    /// Whether `source('…')` with two or three parts means this table.
    pub fn matches(&self, parts: &[&str]) -> bool {
        let own = [&self.name.catalog, &self.name.schema, &self.name.name];
        let own = own.get(own.len().saturating_sub(parts.len())..).unwrap_or_default();
        parts.len() >= 2
            && parts.len() == own.len()
            && own.iter().zip(parts).all(|(own, part)| Identifier::new(*part).is_ok_and(|part| part == **own))
    }
}

/// Decodes the rendered file:
/// `tables: [{ name: catalog.schema.table, comment, columns: [{ name, type, nullable, comment }] }]`.
pub fn sources(node: &Node, out: &mut Diagnostics) -> Vec<SourceTable> {
    let Some(mut fields) = Fields::of(node, out) else {
        return Vec::new();
    };
    let mut tables: Vec<SourceTable> = Vec::new();
    for table in fields.list("tables", out).iter().filter_map(|node| table(node, out)).collect::<Vec<_>>() {
        match tables.iter().find(|other| other.name == table.name) {
            Some(first) => out.push(
                Diagnostic::error(Code::DUPLICATE_RESOURCE, format!("`{}` is declared twice", table.name))
                    .at(table.location.clone())
                    .related(first.location.clone(), "first here"),
            ),
            None => tables.push(table),
        }
    }
    fields.finish(out);
    tables
}

fn table(node: &Node, out: &mut Diagnostics) -> Option<SourceTable> {
    let mut fields = Fields::of(node, out)?;
    let name = fields.require_string("name", out);
    let comment = fields.string("comment", out).map(|text| text.value);
    let columns = fields.list("columns", out).iter().filter_map(|node| column(node, out)).collect();
    fields.finish(out);
    let name = name?;
    match TableName::parse(&name.value) {
        Ok(table) => Some(SourceTable { name: table, location: name.location, comment, columns }),
        Err(error) => {
            out.push(Diagnostic::error(Code::INVALID_VALUE, error.to_string()).at(name.location));
            None
        }
    }
}

fn column(node: &Node, out: &mut Diagnostics) -> Option<SourceColumn> {
    let mut fields = Fields::of(node, out)?;
    let name = fields.require_string("name", out);
    let kind = fields.require_string("type", out);
    let nullable = fields.bool("nullable", out).is_none_or(|value| value.value);
    let comment = fields.string("comment", out).map(|text| text.value);
    fields.finish(out);
    let name = name?;
    match Identifier::new(name.value) {
        Ok(identifier) => {
            Some(SourceColumn { name: Located::new(identifier, name.location), kind: kind?, nullable, comment })
        }
        Err(error) => {
            out.push(Diagnostic::error(Code::INVALID_VALUE, error.to_string()).at(name.location));
            None
        }
    }
}
