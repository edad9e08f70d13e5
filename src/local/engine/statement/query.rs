//! Queries.

use crate::analyze::bind_query;
use crate::analyze::bound::BoundQuery;
use crate::local::engine::error::EngineError;
use crate::local::engine::lower::{Lowering, lower_answer, proved};
use crate::syntax::ast::Query;

use super::entry::{Answer, AnswerColumn, Scope};

pub(super) fn run(scope: &Scope<'_>, query: &Query, row_limit: Option<u64>) -> Result<Answer, EngineError> {
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
    let mut found = statement.query([])?;
    let mut answer = Answer { columns, rows: Vec::new(), truncated: false };
    while let Some(row) = found.next()? {
        if row_limit.is_some_and(|limit| answer.rows.len() as u64 >= limit) {
            answer.truncated = true;
            break;
        }
        let values = (0..answer.columns.len()).map(|at| row.get::<_, Option<String>>(at));
        answer.rows.push(values.collect::<duckdb::Result<_>>()?);
    }
    Ok(answer)
}

/// Binds a query that the principal may run.
pub(super) fn bind(scope: &Scope<'_>, query: &Query) -> Result<BoundQuery, EngineError> {
    let bound = scope.accept(bind_query(query, scope.file, &scope.analysis()))?;
    scope.authorizer().query(&bound)?;
    Ok(bound)
}
