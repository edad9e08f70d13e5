//! `CREATE POLICY` (Databricks documentation, "CREATE POLICY"): the function that filters or masks, and what it is given.

use std::sync::Arc;

use sqlparser::ast::Expr as Ast;

use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile};
use crate::ident::Identifier;
use crate::syntax::DataType;
use crate::syntax::ast::{CreatePolicy, ObjectKind, PolicyKind};

use super::entry::{ScalarRule, bind_scalar};
use super::guard::{Arguments, Guard};
use super::session::Session;

/// Checks the table, the function, and the names of matched columns.
pub(super) fn check_policy(policy: &CreatePolicy, file: &Arc<SourceFile>, session: &Session<'_>) -> Diagnostics {
    let mut guard = Guard::new(session, file, &[]);
    if let (ObjectKind::Table, Some(name)) = (policy.on.kind, &policy.on.name)
        && let Some(table) = session.resolve(&name.value)
        && session.table(&table).is_none()
        && let Some(absent) = session.absent_table(&table)
    {
        guard.push(absent, name.span);
    }
    let aliases: Vec<&Identifier> =
        policy.match_columns.iter().filter_map(|(_, alias)| Some(&alias.as_ref()?.value)).collect();
    // A condition without an alias may be meant by what the documents do not say.
    let named = aliases.len() == policy.match_columns.len();
    let unknown = |name: &Identifier| {
        let message = format!("no matched column is called `{name}`");
        Diagnostic::error(Code::UNKNOWN_COLUMN, message).suggest(name.as_str(), aliases.iter().map(|a| a.as_str()))
    };
    let mut arguments: Arguments = Vec::new();
    if let PolicyKind::ColumnMask { on } = &policy.kind {
        arguments.push((None, on.span));
    }
    for argument in &policy.using_columns {
        let ty = match &*argument.ast {
            Ast::Identifier(ident) => {
                let name = Identifier::new(ident.value.clone()).ok();
                if let Some(name) = name.filter(|name| named && !aliases.contains(&name)) {
                    guard.push(unknown(&name), argument.span);
                }
                None
            }
            Ast::Value(_) => bind_scalar(argument, file, session, &[], ScalarRule::PREDICATE).0.ty,
            _ => None,
        };
        arguments.push((ty, argument.span));
    }
    let what = match &policy.kind {
        PolicyKind::RowFilter => "row filter",
        PolicyKind::ColumnMask { .. } => "mask",
    };
    let called = guard.call(what, &policy.function, &arguments);
    if let (PolicyKind::RowFilter, Some((info, Some(ty)))) = (&policy.kind, called)
        && !matches!(ty, DataType::Boolean | DataType::Void)
    {
        let message = format!("the row filter `{}` returns {ty}, not BOOLEAN", info.name);
        guard.error(Code::TYPE_MISMATCH, policy.function.span, message);
    }
    guard.out
}
