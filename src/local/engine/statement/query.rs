//! Queries.

use std::collections::HashSet;
use std::sync::Arc;

use duckdb::arrow::array::{Array, AsArray, StructArray};

use crate::analyze::bind_query;
use crate::analyze::bound::{BoundQuery, ExprKind};
use crate::diag::Span;
use crate::ident::{Identifier, TableName};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::{Lowering, lower_answer, proved};
use crate::syntax::ast::Query;
use crate::syntax::mentions;

use super::entry::{Answer, AnswerColumn, MAX_ANSWER, Scope, Take, row_bytes};

pub(super) fn run(scope: &Scope<'_>, query: &Query, take: Take<'_>) -> Result<Answer, EngineError> {
    let bound = bind(scope, query)?;
    let column = |column: &crate::analyze::bound::Column| {
        Ok(AnswerColumn { name: column.name.to_string(), data_type: proved(column)?.clone() })
    };
    let columns = bound.output.iter().map(column).collect::<Result<Vec<_>, EngineError>>()?;
    let stock = scope.stock();
    let sql = lower_answer(&Lowering::new(scope.session, &stock), &bound)?;

    let connection = scope.reader.connection();
    let _attached = scope.cancel.attach(connection);
    scope.cancel.check()?;
    let mut statement = connection.prepare(sql.as_str())?;
    // The handle's iterator would panic on an error; the rows are taken from the statement instead, piece by piece, so
    // that DuckDB computes no more of them than are given.
    drop(statement.stream_arrow([])?);
    let mut answer = Answer { columns, ..Answer::default() };
    let (mut bytes, mut taken) = (0, 0);
    while let Some(batch) = statement.step()? {
        let texts = texts(&batch)?;
        for at in 0..batch.len() {
            if take.limit.is_some_and(|limit| taken >= limit) {
                answer.truncated = true;
                return Ok(answer);
            }
            let row: Vec<Option<String>> = texts.iter().map(|column| column.value(at)).collect();
            taken += 1;
            if let Some(sink) = take.sink {
                sink(row)?;
                continue;
            }
            bytes += row_bytes(&row);
            if bytes > MAX_ANSWER {
                answer.oversized = true;
                return Ok(answer);
            }
            answer.rows.push(row);
        }
        scope.cancel.check()?;
    }
    Ok(answer)
}

/// One column of a batch.
enum Texts {
    Nulls,
    Texts(Arc<dyn Array>),
}

impl Texts {
    fn value(&self, row: usize) -> Option<String> {
        match self {
            Self::Nulls => None,
            Self::Texts(array) => {
                let texts = array.as_string_opt::<i32>()?;
                texts.is_valid(row).then(|| texts.value(row).to_string())
            }
        }
    }
}

/// The lowering makes every column a text, or a NULL that has no type of its own.
fn texts(batch: &StructArray) -> Result<Vec<Texts>, EngineError> {
    let text = |array: &Arc<dyn Array>| {
        if array.as_string_opt::<i32>().is_some() {
            return Ok(Texts::Texts(Arc::clone(array)));
        }
        if array.logical_null_count() == array.len() {
            return Ok(Texts::Nulls);
        }
        let text = format!("A column came as {} and not as a text.", array.data_type());
        Err(SqlError::new(ErrorClass::INTERNAL_ERROR, text).into())
    };
    batch.columns().iter().map(text).collect()
}

/// Binds a query that the principal may run.
pub(super) fn bind(scope: &Scope<'_>, query: &Query) -> Result<BoundQuery, EngineError> {
    let answer = bind_query(query, scope.file, &scope.analysis());
    if let Some(name) = metric_view(scope, query) {
        let text = format!("queries of metric views: {}", name.quoted());
        return Err(SqlError::unsupported(text).at(query.span).into());
    }
    let bound = scope.accept(answer)?;
    if let Some((name, span)) = unbound(scope, &bound) {
        let text = format!(
            "Found the unbound parameter: `{name}`. Please, fix `args` and provide a mapping of it.{}",
            scope.place(span)
        );
        return Err(SqlError::new(ErrorClass::UNBOUND_SQL_PARAMETER, text).at(span).into());
    }
    scope.authorizer().query(&bound)?;
    Ok(bound)
}

/// A metric view that the query names: of those nothing is known but that they are there.
fn metric_view(scope: &Scope<'_>, query: &Query) -> Option<TableName> {
    let known: HashSet<Identifier> = scope.catalog.unread_names().map(|name| name.name.clone()).collect();
    if known.is_empty() {
        return None;
    }
    let named = mentions(&scope.text(query.span), &known).into_iter();
    let mut resolved = named.filter_map(|name| name.resolve(&scope.session.catalog, &scope.session.schema).ok());
    resolved.find(|name| scope.catalog.unread_names().any(|unread| unread == name))
}

/// A parameter that the request gives no value for.
fn unbound(scope: &Scope<'_>, query: &BoundQuery) -> Option<(String, Span)> {
    let given = &scope.session.parameters;
    let mut missing: Vec<(Span, String)> = Vec::new();
    query.relation.relations(&mut |relation| {
        for expr in relation.exprs() {
            expr.visit(&mut |part| match &part.kind {
                ExprKind::Parameter(name) if !given.contains_key(name) => missing.push((part.span, name.clone())),
                _ => {}
            });
        }
    });
    missing.into_iter().min_by_key(|(span, _)| span.start).map(|(span, name)| (name, span))
}
