//! `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`: only on tables that no pipeline makes.

use crate::analyze::bound::{BoundQuery, Column, ColumnId, Expr};
use crate::analyze::{ScalarRule, bind_scalar, store_assignable};
use crate::diag::{Code, Diagnostic, Location};
use crate::ident::Identifier;
use crate::local::engine::catalog::not_found;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::{Lowering, duck_type, lower_inserted, proved};
use crate::local::engine::source::COMMIT_COLUMN;
use crate::local::store::{CommitKind, TableKind, TableRecord, Writer, physical_name, quoted};
use crate::syntax::ast::{self, Delete, Ident, Insert, Name, Update};

use super::entry::{Answer, Scope};
use super::{properties, query};

pub(super) fn insert(scope: &Scope<'_>, writer: &Writer<'_>, insert: &Insert) -> Result<Answer, EngineError> {
    if insert.replace_where.is_some() || !insert.replace_using.is_empty() || insert.replace_on.is_some() {
        return Err(SqlError::unsupported("INSERT … REPLACE").at(insert.table.span).into());
    }
    if !insert.partition.is_empty() || insert.with.is_some() {
        let text = "INSERT with PARTITION, or behind common table expressions";
        return Err(SqlError::unsupported(text).at(insert.table.span).into());
    }
    let record = target(scope, writer, &insert.table)?;
    if insert.overwrite {
        properties::check_changeable(&record)?;
    }
    let bound = query::bind(scope, &insert.query)?;
    let targets = if insert.by_name {
        bound.output.iter().map(|column| position(&record, &column.name, insert.table.span)).collect()
    } else if insert.columns.is_empty() {
        Ok((0..record.columns.len()).collect())
    } else {
        insert.columns.iter().map(|column| position(&record, &column.value, column.span)).collect()
    };
    let targets: Vec<usize> = targets?;
    for (at, target) in targets.iter().enumerate() {
        if targets[..at].contains(target) {
            let span = insert.columns.get(at).map_or(insert.table.span, |column| column.span);
            return Err(repeated(&record.columns[*target].name).at(span).into());
        }
    }
    if targets.len() != bound.output.len() {
        let (expected, given) = (targets.len(), bound.output.len());
        let condition = if given < expected { "NOT_ENOUGH_DATA_COLUMNS" } else { "TOO_MANY_DATA_COLUMNS" };
        let name = record.name.quoted();
        let text = format!("Cannot write to {name}, {expected} columns are written and the data has {given}.");
        let error = SqlError::new(ErrorClass::INSERT_COLUMN_ARITY_MISMATCH, text).with_condition(condition);
        return Err(error.at(insert.table.span).into());
    }
    let before = writer.version(&record.name)?;
    let answer = append(scope, writer, &record, &assigned(scope, &record, &bound, &targets)?)?;
    if insert.overwrite {
        // Only now, because the query may read the table: what goes is what was there before the new commit.
        let commit = quoted(COMMIT_COLUMN);
        let sql = format!("DELETE FROM {} WHERE {commit} <= {before}", physical_name(&record.name));
        let affected = execute(scope, writer, &sql)?;
        changed(scope, writer, record, CommitKind::Overwrite, affected)?;
    }
    Ok(answer)
}

/// A column that is named twice.
pub(super) fn repeated(name: &Identifier) -> SqlError {
    let text =
        format!("The column {} already exists. Choose another name or rename the existing column.", name.quoted());
    SqlError::new(ErrorClass::COLUMN_ALREADY_EXISTS, text)
}

/// Rows on their way into a table.
pub(super) struct Rows {
    /// The columns that they fill, as the database knows them.
    names: Vec<String>,
    sql: String,
}

/// The query's rows in the types of the table: its i-th column goes to the table's column `targets[i]`, absent ones
/// become NULL.
pub(super) fn assigned(
    scope: &Scope<'_>,
    record: &TableRecord,
    bound: &BoundQuery,
    targets: &[usize],
) -> Result<Rows, EngineError> {
    let mut types = Vec::with_capacity(targets.len());
    let mut names = Vec::with_capacity(targets.len());
    for (column, target) in bound.output.iter().zip(targets) {
        let (from, into) = (proved(column)?, &record.columns[*target]);
        if !store_assignable(from, &into.data_type) {
            let text = format!("Cannot safely cast {} {from} to {}.", into.name, into.data_type);
            return Err(SqlError::new(ErrorClass::CAST_INVALID_INPUT, text).into());
        }
        types.push((Some(into.name.as_str().to_string()), into.data_type.clone()));
        names.push(quoted(into.name.as_str()));
    }
    let stock = scope.stock();
    let rows = lower_inserted(&Lowering::new(scope.session, &stock), bound, &types)?;
    Ok(Rows { names, sql: rows.as_str().to_string() })
}

const STAGED: &str = "temp.\"_lakesmith_staged\"";

/// Computes the rows now, so that they no longer depend on the tables that they come from.
pub(super) fn stage(scope: &Scope<'_>, writer: &Writer<'_>, rows: Rows) -> Result<Rows, EngineError> {
    execute(scope, writer, &format!("CREATE TEMP TABLE {STAGED} AS SELECT * FROM ({}) AS r", rows.sql))?;
    Ok(Rows { sql: format!("SELECT * FROM {STAGED}"), ..rows })
}

/// Lets go of what [`stage`] made; a transaction that fails does so by itself.
pub(super) fn unstage(writer: &Writer<'_>) -> Result<(), EngineError> {
    Ok(writer.connection().execute_batch(&format!("DROP TABLE IF EXISTS {STAGED}"))?)
}

pub(super) fn append(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    record: &TableRecord,
    rows: &Rows,
) -> Result<Answer, EngineError> {
    let names =
        rows.names.iter().map(String::as_str).chain([quoted(COMMIT_COLUMN).as_str()]).collect::<Vec<_>>().join(", ");
    let version = writer.version(&record.name)? + 1;
    let sql =
        format!("INSERT INTO {} ({names}) SELECT *, {version} FROM ({}) AS r", physical_name(&record.name), rows.sql);
    let affected = execute(scope, writer, &sql)?;
    commit(writer, record, CommitKind::Append, affected)?;
    Ok(Answer::affected(affected))
}

pub(super) fn update(scope: &Scope<'_>, writer: &Writer<'_>, update: &Update) -> Result<Answer, EngineError> {
    let record = target(scope, writer, &update.table)?;
    properties::check_changeable(&record)?;
    refuse_alias(update.alias.as_ref())?;
    if let Some(assignment) = update.nested.first() {
        let outer = assignment.target.value.parts().first();
        if !record.columns.iter().any(|column| Some(&column.name) == outer) {
            let message = format!("`{}` has no column `{}`", record.name, assignment.target.value);
            let at = Location::new(scope.file, assignment.target.span);
            return Err(EngineError::Invalid(Diagnostic::error(Code::UNKNOWN_COLUMN, message).at(at).into()));
        }
        return Err(SqlError::unsupported("UPDATE of a field inside of a column").at(assignment.target.span).into());
    }
    for (at, (name, _)) in update.assignments.iter().enumerate() {
        if update.assignments[..at].iter().any(|(known, _)| known.value == name.value) {
            let text = format!("There is a conflict from these SET columns: [{}].", name.value.quoted());
            return Err(SqlError::new(ErrorClass::DELTA_CONFLICT_SET_COLUMN, text).at(name.span).into());
        }
    }
    let columns = columns(&record);
    let stock = scope.stock();
    let lowering = Lowering::new(scope.session, &stock);
    let mut assignments = Vec::with_capacity(update.assignments.len());
    for (name, value) in &update.assignments {
        let into = &record.columns[position(&record, &name.value, name.span)?];
        let bound = scalar(scope, value, &columns)?;
        let unproved = || SqlError::unsupported("a value whose type could not be proved").at(value.span);
        let from = bound.ty.as_ref().ok_or_else(unproved)?;
        if !store_assignable(from, &into.data_type) {
            let text = format!("Cannot safely cast {} {from} to {}.", into.name, into.data_type);
            return Err(SqlError::new(ErrorClass::CAST_INVALID_INPUT, text).at(value.span).into());
        }
        let value = lowering.expr(&bound)?;
        let ty = duck_type(&into.data_type)?;
        assignments.push((quoted(into.name.as_str()), format!("CAST({} AS {ty})", value.as_str())));
    }
    let predicate = predicate(scope, &lowering, update.predicate.as_ref(), &columns)?;
    let sets = assignments.iter().enumerate().map(|(at, (name, _))| format!("{name} = s.\"v{at}\""));
    let values = assignments.iter().enumerate().map(|(at, (_, value))| format!("{value} AS \"v{at}\""));
    let sql = format!(
        "UPDATE {table} SET {} FROM (SELECT \"rid\", {} FROM ({}) AS r WHERE {predicate}) AS s WHERE {table}.rowid = s.\"rid\"",
        sets.collect::<Vec<_>>().join(", "),
        values.collect::<Vec<_>>().join(", "),
        identified(&record),
        table = physical_name(&record.name),
    );
    let affected = execute(scope, writer, &sql)?;
    changed(scope, writer, record, CommitKind::Update, affected)
}

pub(super) fn delete(scope: &Scope<'_>, writer: &Writer<'_>, delete: &Delete) -> Result<Answer, EngineError> {
    let record = target(scope, writer, &delete.table)?;
    properties::check_changeable(&record)?;
    refuse_alias(delete.alias.as_ref())?;
    let columns = columns(&record);
    let stock = scope.stock();
    let lowering = Lowering::new(scope.session, &stock);
    let predicate = predicate(scope, &lowering, delete.predicate.as_ref(), &columns)?;
    let sql = format!(
        "DELETE FROM {} WHERE rowid IN (SELECT \"rid\" FROM ({}) AS r WHERE {predicate})",
        physical_name(&record.name),
        identified(&record),
    );
    let affected = execute(scope, writer, &sql)?;
    changed(scope, writer, record, CommitKind::Delete, affected)
}

pub(super) fn truncate(scope: &Scope<'_>, writer: &Writer<'_>, name: &Name) -> Result<Answer, EngineError> {
    let record = target(scope, writer, name)?;
    properties::check_changeable(&record)?;
    clear(scope, writer, &record, CommitKind::Truncate)?;
    Ok(Answer::default())
}

/// A table that statements may change, and that this principal may change.
fn target(scope: &Scope<'_>, writer: &Writer<'_>, name: &Name) -> Result<TableRecord, EngineError> {
    let table = scope.table_name(name)?;
    let record = writer.securable::<TableRecord>(&table)?.ok_or_else(|| not_found(&table).at(name.span))?;
    scope.authorizer().object::<TableRecord>(&table, "MODIFY")?;
    if record.kind != TableKind::Managed {
        let text = format!("changing {}, which its definition makes", table.quoted());
        return Err(SqlError::unsupported(text).at(name.span).into());
    }
    Ok(record)
}

fn refuse_alias(alias: Option<&Ident>) -> Result<(), EngineError> {
    match alias {
        Some(alias) => Err(SqlError::unsupported("an alias of the changed table").at(alias.span).into()),
        None => Ok(()),
    }
}

fn position(record: &TableRecord, name: &Identifier, span: crate::diag::Span) -> Result<usize, EngineError> {
    let missing = || {
        let text = format!("The table {} has no column {}.", record.name.quoted(), name.quoted());
        SqlError::new(ErrorClass::MISSING_COLUMN, text).at(span)
    };
    Ok(record.columns.iter().position(|column| column.name == *name).ok_or_else(missing)?)
}

/// The table's columns as the analyzer sees them, numbered by position.
fn columns(record: &TableRecord) -> Vec<Column> {
    let column = |(at, column): (u32, &crate::local::store::ColumnRecord)| Column {
        id: ColumnId(at),
        name: column.name.clone(),
        ty: Some(column.data_type.clone()),
        nullable: column.nullable,
    };
    (0u32..).zip(&record.columns).map(column).collect()
}

/// The stored rows under the names that the lowering gives to [`columns`], and each row's number.
fn identified(record: &TableRecord) -> String {
    let items =
        record.columns.iter().enumerate().map(|(at, column)| format!("{} AS \"c{at}\"", quoted(column.name.as_str())));
    let items = std::iter::once("rowid AS \"rid\"".to_string()).chain(items).collect::<Vec<_>>().join(", ");
    format!("SELECT {items} FROM {}", physical_name(&record.name))
}

fn scalar(scope: &Scope<'_>, expr: &ast::Expr, columns: &[Column]) -> Result<Expr, EngineError> {
    let (bound, found) = bind_scalar(expr, scope.file, &scope.analysis(), columns, ScalarRule::PREDICATE);
    let bound = scope.accept((Some(bound), found))?;
    // A subquery reads tables, too.
    scope.authorizer().expr(&bound)?;
    Ok(bound)
}

fn predicate(
    scope: &Scope<'_>,
    lowering: &Lowering<'_>,
    expr: Option<&ast::Expr>,
    columns: &[Column],
) -> Result<String, EngineError> {
    match expr {
        None => Ok("TRUE".to_string()),
        Some(expr) => Ok(lowering.expr(&scalar(scope, expr, columns)?)?.as_str().to_string()),
    }
}

fn execute(scope: &Scope<'_>, writer: &Writer<'_>, sql: &str) -> Result<usize, EngineError> {
    let connection = writer.connection();
    let _attached = scope.cancel.attach(connection);
    scope.cancel.check()?;
    Ok(connection.execute(sql, [])?)
}

fn clear(scope: &Scope<'_>, writer: &Writer<'_>, record: &TableRecord, kind: CommitKind) -> Result<(), EngineError> {
    let affected = execute(scope, writer, &format!("DELETE FROM {}", physical_name(&record.name)))?;
    changed(scope, writer, record.clone(), kind, affected)?;
    Ok(())
}

/// A change of rows that were there: from now on nothing can be streamed from the table.
fn changed(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    mut record: TableRecord,
    kind: CommitKind,
    affected: usize,
) -> Result<Answer, EngineError> {
    commit(writer, &record, kind, affected)?;
    record.append_only = false;
    writer.update_securable(record, scope.by())?;
    Ok(Answer::affected(affected))
}

fn commit(writer: &Writer<'_>, record: &TableRecord, kind: CommitKind, affected: usize) -> Result<(), EngineError> {
    writer.record_commit(&record.name, kind, i64::try_from(affected).unwrap_or(i64::MAX), "", "")?;
    Ok(())
}
