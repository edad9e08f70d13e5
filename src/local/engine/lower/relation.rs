//! Relations: each a `SELECT` whose columns are named by their ids, so that no name can be taken for another.

use crate::analyze::bound::{BoundCte, BoundQuery, Column, Expr, Relation, Scan, SetKind, SortKey};
use crate::local::engine::error::{EngineError, SqlError};
use crate::local::engine::source::{Input, Stored};
use crate::syntax::deeper;

use super::expr::Lowering;
use super::types::duck_type;
use super::writer::{Sql, join as listed};
use super::{aggregate, cast, event_log, files, function, join, window};

/// DuckDB plans relations inside each other by recursion: this many fit the 2 MiB stack of a server's thread.
const DEPTH_LIMIT: usize = 200;

/// The whole query with its visible output, in order, named `c<id>`.
pub(crate) fn lower_query(lowering: &Lowering<'_>, query: &BoundQuery) -> Result<Sql, EngineError> {
    lower_output(lowering, query, &|column, _| Ok(output_name(column)))
}

/// As [`lower_query`], each column of the output written by `item` from the column and its position.
pub(super) fn lower_output(
    lowering: &Lowering<'_>,
    query: &BoundQuery,
    item: &dyn Fn(&Column, usize) -> Result<String, EngineError>,
) -> Result<Sql, EngineError> {
    let with = ctes(lowering, &query.ctes)?;
    let body = select_output(lowering, query, item)?;
    Ok(Sql::raw(format!("{with}{}", body.as_str())))
}

/// The name of an output column of [`lower_query`].
pub(crate) fn output_name(column: &Column) -> String {
    format!("\"c{}\"", column.id.0)
}

fn ctes(lowering: &Lowering<'_>, ctes: &[BoundCte]) -> Result<String, EngineError> {
    if ctes.is_empty() {
        return Ok(String::new());
    }
    let mut parts = Vec::with_capacity(ctes.len());
    for (index, cte) in ctes.iter().enumerate() {
        let columns = Sql::raw(names(cte.columns.iter()));
        let body = lowering.relation(&cte.query)?;
        parts.push(format!("\"with{index}\" AS (SELECT {} FROM ({}) AS r)", columns.as_str(), body.as_str()));
    }
    Ok(format!("WITH {} ", parts.join(", ")))
}

/// `SELECT output FROM relation`, the ordering kept on the outermost level.
fn select_output(
    lowering: &Lowering<'_>,
    query: &BoundQuery,
    item: &dyn Fn(&Column, usize) -> Result<String, EngineError>,
) -> Result<Sql, EngineError> {
    let items = query.output.iter().enumerate().map(|(position, column)| item(column, position));
    let output = items.collect::<Result<Vec<_>, _>>()?.join(", ");
    if query.output.is_empty() {
        return Err(EngineError::unsupported("a query without columns"));
    }
    let (input, tail) = lowering.ordered(&query.relation)?;
    Ok(Sql::raw(format!("SELECT {output} FROM ({}) AS r{tail}", input.as_str())))
}

fn subquery(lowering: &Lowering<'_>, query: &BoundQuery) -> Result<String, EngineError> {
    Ok(format!("({})", lower_query(lowering, query)?.as_str()))
}

pub(super) fn exists(lowering: &Lowering<'_>, query: &BoundQuery, negated: bool) -> Result<Sql, EngineError> {
    let not = if negated { "NOT " } else { "" };
    let body = lowering.relation(&query.relation)?;
    let with = ctes(lowering, &query.ctes)?;
    Ok(Sql::raw(format!("({not}EXISTS ({with}SELECT 1 FROM ({}) AS r))", body.as_str())))
}

pub(super) fn scalar_subquery(lowering: &Lowering<'_>, query: &BoundQuery) -> Result<Sql, EngineError> {
    Ok(Sql::raw(subquery(lowering, query)?))
}

pub(super) fn in_subquery(
    lowering: &Lowering<'_>,
    exprs: &[Sql],
    query: &BoundQuery,
    negated: bool,
) -> Result<Sql, EngineError> {
    let not = if negated { "NOT " } else { "" };
    let left = match exprs {
        [one] => one.as_str().to_string(),
        many => format!("({})", listed(many)),
    };
    Ok(Sql::raw(format!("({left} {not}IN {})", subquery(lowering, query)?)))
}

pub(super) fn names<'c>(columns: impl Iterator<Item = &'c Column>) -> String {
    columns.map(output_name).collect::<Vec<_>>().join(", ")
}

pub(super) fn named(sql: &Sql, column: &Column) -> String {
    format!("{} AS {}", sql.as_str(), output_name(column))
}

/// An empty list of columns becomes one that nobody reads: SQL has no empty `SELECT`.
fn list(items: Vec<String>) -> String {
    if items.is_empty() { "1 AS \"none\"".to_string() } else { items.join(", ") }
}

impl Lowering<'_> {
    /// A complete `SELECT`.
    pub(super) fn relation(&self, relation: &Relation) -> Result<Sql, EngineError> {
        let depth = self.depth.get();
        if depth >= DEPTH_LIMIT {
            return Err(SqlError::too_complex().into());
        }
        self.depth.set(depth + 1);
        let sql = deeper(|| self.select(relation));
        self.depth.set(depth);
        sql
    }

    fn select(&self, relation: &Relation) -> Result<Sql, EngineError> {
        let text = match relation {
            Relation::Empty => "SELECT 1 AS \"none\"".to_string(),
            Relation::Scan(scan) => return self.scan(scan),
            Relation::Files(scan) => return files::scan(self, scan),
            Relation::TableFunction { name, args, columns, streaming: _ } => {
                self.table_function(name, args, columns)?
            }
            Relation::Values { rows, columns } => self.values(rows, columns)?,
            Relation::Cte { index, columns } => return Ok(self.cte_use(*index, columns)),
            Relation::Project { input, outputs } => {
                let items = outputs
                    .iter()
                    .map(|(column, expr)| Ok(named(&self.expr(expr)?, column)))
                    .collect::<Result<Vec<_>, EngineError>>()?;
                let (input, tail) = self.ordered(input)?;
                format!("SELECT {} FROM ({}) AS r{tail}", list(items), input.as_str())
            }
            Relation::Filter { input, predicate } => {
                let predicate = self.expr(predicate)?;
                format!("SELECT * FROM {} WHERE {}", self.derived(input)?, predicate.as_str())
            }
            Relation::Join { left, right, kind, on, lateral } => {
                let join = join::Join { left, right, kind: *kind, on: on.as_ref(), lateral: *lateral };
                join::join(self, &join)?
            }
            Relation::Aggregate { input, groups, sets, aggregates } => {
                aggregate::aggregate(self, input, groups, sets, aggregates)?
            }
            Relation::Window { input, windows } => {
                let mut items = vec!["*".to_string()];
                for (column, window) in windows {
                    items.push(named(&window::window(self, window)?, column));
                }
                format!("SELECT {} FROM {}", items.join(", "), self.derived(input)?)
            }
            Relation::Distinct { input } => format!("SELECT DISTINCT * FROM {}", self.derived(input)?),
            Relation::Generate { input, function, args, outer, columns } => {
                self.generate(input, function, args, *outer, columns)?
            }
            Relation::SetOperation { left, right, kind, all, columns } => {
                self.set_operation(left, right, *kind, *all, columns)?
            }
            Relation::Sort { .. } | Relation::Limit { .. } => {
                let (input, tail) = self.ordered(relation)?;
                format!("SELECT * FROM ({}) AS r{tail}", input.as_str())
            }
        };
        Ok(Sql::raw(text))
    }

    pub(super) fn generate(
        &self,
        input: &Relation,
        function: &str,
        args: &[Expr],
        outer: bool,
        columns: &[Column],
    ) -> Result<String, EngineError> {
        let items = function::generate(function, &self.args(args)?, outer, columns)?;
        let mut all = vec!["*".to_string()];
        all.extend(items.iter().zip(columns).map(|(sql, column)| named(sql, column)));
        // All `unnest` calls of one SELECT advance together.
        Ok(format!("SELECT {} FROM {}", all.join(", "), self.derived(input)?))
    }

    pub(super) fn derived(&self, relation: &Relation) -> Result<String, EngineError> {
        Ok(format!("({}) AS r", self.relation(relation)?.as_str()))
    }

    /// A relation without its outermost ordering and limit, and these as text to be put behind it.
    fn ordered(&self, relation: &Relation) -> Result<(Sql, String), EngineError> {
        match relation {
            Relation::Sort { input, keys } => Ok((self.relation(input)?, format!(" ORDER BY {}", self.keys(keys)?))),
            Relation::Limit { input, limit, offset } => {
                let (inner, mut tail) = match &**input {
                    Relation::Sort { .. } => self.ordered(input)?,
                    other => (self.relation(other)?, String::new()),
                };
                if let Some(limit) = limit {
                    tail.push_str(&format!(" LIMIT {}", self.expr(limit)?.as_str()));
                }
                if let Some(offset) = offset {
                    tail.push_str(&format!(" OFFSET {}", self.expr(offset)?.as_str()));
                }
                Ok((inner, tail))
            }
            other => Ok((self.relation(other)?, String::new())),
        }
    }

    pub(super) fn keys(&self, keys: &[SortKey]) -> Result<String, EngineError> {
        let key = |key: &SortKey| {
            let direction = if key.descending { "DESC" } else { "ASC" };
            let nulls = if key.nulls_first { "FIRST" } else { "LAST" };
            Ok(format!("{} {direction} NULLS {nulls}", self.expr(&key.expr)?.as_str()))
        };
        Ok(keys.iter().map(key).collect::<Result<Vec<_>, EngineError>>()?.join(", "))
    }

    fn scan(&self, scan: &Scan) -> Result<Sql, EngineError> {
        match self.source.table(scan)? {
            Input::Stored(stored) => stored_rows(self, scan, &stored),
            Input::View(query) => {
                let mut items = Vec::with_capacity(scan.columns.len());
                for column in &scan.columns {
                    let found = query.output.iter().find(|output| output.name == column.name);
                    let found = found.ok_or_else(|| {
                        EngineError::unsupported(format!("a view that has lost its column {}", column.name))
                    })?;
                    let sql = match (&found.ty, &column.ty) {
                        (Some(from), Some(to)) if from != to => cast::cast(Sql::column(found.id), from, to, false)?,
                        _ => Sql::column(found.id),
                    };
                    items.push(named(&sql, column));
                }
                let body = lower_query(&self.inside(&scan.table)?, &query)?;
                Ok(Sql::raw(format!("SELECT {} FROM ({}) AS r", list(items), body.as_str())))
            }
        }
    }

    fn cte_use(&self, index: usize, columns: &[Column]) -> Sql {
        let aliases = list(columns.iter().map(output_name).collect());
        Sql::raw(format!("SELECT * FROM \"with{index}\" AS r({aliases})"))
    }

    fn values(&self, rows: &[Vec<Expr>], columns: &[Column]) -> Result<String, EngineError> {
        let row = |row: &Vec<Expr>| {
            let cells = row
                .iter()
                .zip(columns)
                .map(|(expr, column)| {
                    let sql = self.expr(expr)?;
                    match (&expr.ty, &column.ty) {
                        (Some(from), Some(to)) if from != to => Ok(cast::cast(sql, from, to, false)?),
                        _ => Ok(sql),
                    }
                })
                .collect::<Result<Vec<_>, EngineError>>()?;
            Ok(format!("({})", listed(&cells)))
        };
        let rows = rows.iter().map(row).collect::<Result<Vec<_>, EngineError>>()?;
        Ok(format!("SELECT * FROM (VALUES {}) AS r({})", rows.join(", "), names(columns.iter())))
    }

    fn table_function(&self, name: &str, args: &[Expr], columns: &[Column]) -> Result<String, EngineError> {
        match (name, columns) {
            ("range", [column]) if matches!(args.len(), 1..=3) => {
                let args = self.exprs(args)?;
                Ok(format!("SELECT * FROM range({}) AS r({})", listed(&args), output_name(column)))
            }
            ("event_log" | "event_log_of_table", _) => event_log::rows(self, name, args, columns),
            _ => Err(EngineError::unsupported(format!("the table function {name}"))),
        }
    }

    fn set_operation(
        &self,
        left: &Relation,
        right: &Relation,
        kind: SetKind,
        all: bool,
        columns: &[Column],
    ) -> Result<String, EngineError> {
        let keyword = match kind {
            SetKind::Union => "UNION",
            SetKind::Intersect => "INTERSECT",
            SetKind::Except => "EXCEPT",
        };
        // A chain is written flat, as DuckDB reads it from the left too: nested, it would take the cube of its length.
        let mut sides = vec![self.side(right, columns)?];
        let mut first = left;
        while let Relation::SetOperation { left, right, kind: inner, all: inner_all, columns: own } = first {
            let same_types = own.iter().zip(columns).all(|(own, united)| own.ty == united.ty);
            if *inner != kind || *inner_all != all || !same_types {
                break;
            }
            sides.push(self.side(right, columns)?);
            first = left;
        }
        sides.push(self.side(first, columns)?);
        sides.reverse();
        let all = if all { " ALL" } else { "" };
        let aliases = names(columns.iter());
        Ok(format!("SELECT * FROM ({}) AS r({aliases})", sides.join(&format!(" {keyword}{all} "))))
    }

    /// One side, its columns by position; both sides have the same DuckDB types, so that none is guessed.
    fn side(&self, relation: &Relation, columns: &[Column]) -> Result<String, EngineError> {
        let items = relation
            .columns()
            .into_iter()
            .zip(columns)
            .map(|(own, united)| {
                let Some(to) = &united.ty else { return Ok(output_name(own)) };
                match &own.ty {
                    Some(from) if from != to => {
                        Ok(cast::cast(Sql::column(own.id), from, to, false)?.as_str().to_string())
                    }
                    _ => Ok(super::writer::cast(Sql::column(own.id), &duck_type(to)?).as_str().to_string()),
                }
            })
            .collect::<Result<Vec<_>, EngineError>>()?;
        Ok(format!("(SELECT {} FROM {})", list(items), self.derived(relation)?))
    }
}

/// The stored type of a column that must have one.
pub(super) fn typed(column: &Column) -> Result<String, SqlError> {
    match &column.ty {
        Some(ty) => duck_type(ty),
        None => Err(SqlError::untyped(&column.name)),
    }
}

fn stored_rows(lowering: &Lowering<'_>, scan: &Scan, stored: &Stored) -> Result<Sql, EngineError> {
    let commits = stored.commits.map_or_else(String::new, |(after, upto)| {
        let column = Stored::commit_column();
        format!(" WHERE {column} > {after} AND {column} <= {upto}")
    });
    let table = &stored.physical;
    let Some(policy) = &stored.policy else {
        let items = scan.columns.iter().map(|column| named(&Sql::name(column.name.as_str()), column)).collect();
        return Ok(Sql::raw(format!("SELECT {} FROM {table}{commits}", list(items))));
    };
    // A level of its own, lowered apart.
    let own = lowering.inside(&scan.table)?;
    let raw = policy.columns.iter().map(|column| named(&Sql::name(column.name.as_str()), column)).collect();
    let mut items = Vec::with_capacity(scan.columns.len());
    for column in &scan.columns {
        let mask = policy.masks.iter().find(|(name, _, _)| *name == column.name);
        let value = match (mask, policy.columns.iter().find(|raw| raw.name == column.name)) {
            (Some((_, mask, ty)), _) => cast::cast(own.expr(mask)?, super::expr::known(mask)?, ty, false)?,
            (None, Some(raw)) => Sql::column(raw.id),
            (None, None) => {
                return Err(EngineError::unsupported(format!("the column {} of {}", column.name, scan.table)));
            }
        };
        items.push(named(&value, column));
    }
    let filter = policy.filter.as_ref().map(|filter| own.expr(filter)).transpose()?;
    let filter = filter.map_or_else(String::new, |filter| format!(" WHERE {}", filter.as_str()));
    Ok(Sql::raw(format!("SELECT {} FROM (SELECT {} FROM {table}{commits}) AS r{filter}", list(items), list(raw))))
}
