//! Statements that say something of an object which another statement or a pipeline makes: its tags, the mask of a
//! column, its row filter.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Location, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::resource::{Binding, SqlBinding, Uses};
use crate::syntax::ast::{AlterAction, AlterTable, Expr, Name, ObjectKind, Statement, StatementKind, Text};
use crate::syntax::{Token, TokenKind, lex};

use super::facts::{Surroundings, word};

/// `None` for any other statement, and for arguments that are no columns.
pub(super) fn binding(file: &Arc<SourceFile>, statement: &Statement, around: &Surroundings<'_>) -> Option<SqlBinding> {
    let StatementKind::AlterTable(alter) = &statement.kind else { return None };
    let resolved = |name: &Name| name.value.resolve(around.catalog, around.schema).ok();
    let (binding, function) = match &alter.action {
        AlterAction::SetTags(set) => {
            let (entity_type, entity) = entity(alter, around)?;
            (Binding::Tags { entity_type, entity, tags: tags(set) }, None)
        }
        AlterAction::SetColumnTags { column, tags: set } if is_table(alter.kind) => {
            let entity = format!("{}.{}", resolved(&alter.name)?, column.value.as_str());
            (Binding::Tags { entity_type: "columns", entity, tags: tags(set) }, None)
        }
        AlterAction::SetMask { column, mask } if is_table(alter.kind) => {
            let (table, function) = (resolved(&alter.name)?, resolved(&mask.function)?);
            let column = column.value.as_str().to_string();
            let binding =
                Binding::Mask { table, column, function: function.clone(), using: columns(file, &mask.using)? };
            (binding, Some(function))
        }
        AlterAction::SetRowFilter(filter) if is_table(alter.kind) => {
            let (table, function) = (resolved(&alter.name)?, resolved(&filter.function)?);
            let binding = Binding::RowFilter { table, function: function.clone(), on: columns(file, &filter.on)? };
            (binding, Some(function))
        }
        _ => return None,
    };
    let uses = Uses { functions: BTreeSet::from_iter(function), ..Uses::default() };
    Some(SqlBinding { binding, location: Location::new(file, statement.span), uses })
}

fn is_table(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::StreamingTable)
}

/// As the entity-tag-assignments API calls them.
fn entity(alter: &AlterTable, around: &Surroundings<'_>) -> Option<(&'static str, String)> {
    let object = |kind| {
        let name: TableName = alter.name.value.resolve(around.catalog, around.schema).ok()?;
        Some((kind, name.to_string()))
    };
    match (alter.kind, alter.name.value.parts()) {
        (kind, _) if is_table(kind) => object("tables"),
        (ObjectKind::Volume, _) => object("volumes"),
        (ObjectKind::Catalog, [catalog]) => Some(("catalogs", catalog.to_string())),
        (ObjectKind::Schema, [schema]) => Some(("schemas", format!("{}.{schema}", around.catalog))),
        (ObjectKind::Schema, [catalog, schema]) => Some(("schemas", format!("{catalog}.{schema}"))),
        _ => None,
    }
}

fn tags(set: &[(Text, Text)]) -> Vec<(String, String)> {
    set.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}

/// Names of columns; `None` if one is a constant.
fn columns(file: &Arc<SourceFile>, arguments: &[Expr]) -> Option<Vec<String>> {
    let column = |expr: &Expr| {
        let text = file.text().get(expr.span.range())?;
        let tokens: Vec<Token> = lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
        let [token] = tokens.as_slice() else { return None };
        let constant = ["true", "false", "null"].iter().any(|name| token.text(text).eq_ignore_ascii_case(name));
        let named = matches!(token.kind, TokenKind::QuotedWord) || token.kind == TokenKind::Word && !constant;
        named.then(|| Identifier::new(word(token, text)).ok()).flatten().map(|name| name.to_string())
    };
    arguments.iter().map(column).collect()
}
