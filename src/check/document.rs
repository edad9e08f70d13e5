//! Reading of documents that are what they are: what is absent or of another shape is nothing.

use std::collections::BTreeMap;

use crate::analyze::Session;
use crate::analyze::bound::{BoundQuery, Column};
use crate::catalog::ColumnInfo;
use crate::diag::{Code, Diagnostic, Location};
use crate::ident::{Identifier, TableName};
use crate::project::yaml::{Node, first_line};

/// The columns of each named query of a document; `None` where they are not known.
pub type Outputs = BTreeMap<String, Option<Vec<ColumnInfo>>>;

/// The columns of a query, as tables have them.
pub fn columns_of(query: BoundQuery) -> Vec<ColumnInfo> {
    let column = |column: Column| ColumnInfo {
        name: column.name,
        data_type: column.ty,
        nullable: column.nullable,
        comment: None,
    };
    // A column that the query names twice is one column; two of one name and type are taken for such.
    let mut columns: Vec<ColumnInfo> = Vec::new();
    for column in query.output.into_iter().map(column) {
        if !columns.iter().any(|first| first.name == column.name && first.data_type == column.data_type) {
            columns.push(column);
        }
    }
    columns
}

/// The items of a list under a key.
pub(super) fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_list).unwrap_or_default()
}

/// The text under a key.
pub(super) fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.as_str()
}

/// The place of the text under a key, without its quotes; of the node's beginning where there is none.
pub(super) fn place_of(node: &Node, key: &str) -> Location {
    node.get(key).map_or_else(|| first_line(&node.location), inner)
}

/// The place of a value: of a text without its quotes, of a collection its first line.
pub(super) fn inner(node: &Node) -> Location {
    match node.as_str() {
        Some(text) if !text.is_empty() => node.locate(crate::diag::Span::new(0, text.len())),
        _ => first_line(&node.location),
    }
}

/// A warning or an error, whichever `proved` says.
pub(super) fn finding(proved: bool, code: Code, message: String, location: Location) -> Diagnostic {
    let diagnostic = if proved { Diagnostic::error(code, message) } else { Diagnostic::warning(code, message) };
    diagnostic.at(location)
}

/// The fields at every depth of a value that have this key, in order.
pub(super) fn everywhere<'n>(node: &'n Node, key: &str, out: &mut Vec<&'n Node>) {
    for entry in node.as_map().unwrap_or_default() {
        if entry.key == key {
            out.push(&entry.node);
        }
        everywhere(&entry.node, key, out);
    }
    for item in node.as_list().unwrap_or_default() {
        everywhere(item, key, out);
    }
}

/// What to say of a table that a document names and the catalog does not have; nothing where it may be elsewhere.
pub(super) fn absent(session: &Session<'_>, table: &TableName, node: &Node, code: Code) -> Option<Diagnostic> {
    let catalog = session.catalog;
    let known = catalog.table(table).is_some() || catalog.unread(table);
    if known {
        return None;
    }
    if !catalog.knows_schema(&table.catalog, &table.schema) {
        let meant = session.meant_catalog(&table.catalog)?;
        let message = format!("the table `{table}` is not known");
        let hint = format!(
            "nothing else names the catalog `{}`: did you mean `{meant}.{}.{}`?",
            table.catalog, table.schema, table.name
        );
        return Some(Diagnostic::warning(code, message).at(inner(node)).hint(hint));
    }
    let names = catalog.table_names(&table.catalog, &table.schema);
    let finding = Diagnostic::error(code, format!("the table `{table}` does not exist")).at(inner(node));
    Some(finding.suggest(table.name.as_str(), names.iter().map(Identifier::as_str)))
}
