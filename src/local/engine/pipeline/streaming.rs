//! Which streaming queries can be run batch by batch: those whose rows depend only on new rows and on whole tables.

use std::collections::BTreeMap;

use crate::analyze::bound::{BoundQuery, JoinKind, Relation, SetKind};
use crate::analyze::pipeline::Dataset;
use crate::ident::TableName;
use crate::local::engine::error::SqlError;
use crate::syntax::ast::DatasetKind;
use crate::syntax::deeper;

/// Refuses what would have to remember rows of earlier batches: it would give wrong rows, not few.
pub(super) fn check(query: &BoundQuery, datasets: &BTreeMap<TableName, &Dataset>) -> Result<(), SqlError> {
    Checker { query, datasets }.relation(&query.relation).map(drop)
}

struct Checker<'a> {
    query: &'a BoundQuery,
    datasets: &'a BTreeMap<TableName, &'a Dataset>,
}

impl Checker<'_> {
    /// Is it a stream?
    fn relation(&self, relation: &Relation) -> Result<bool, SqlError> {
        deeper(|| self.relation_here(relation))
    }

    fn relation_here(&self, relation: &Relation) -> Result<bool, SqlError> {
        let refuse = |what: &str| Err(SqlError::unsupported(format!("{what} of a stream: it needs state")));
        match relation {
            Relation::Scan(scan) => match self.datasets.get(&scan.table) {
                Some(dataset) if dataset.kind == DatasetKind::TemporaryView => match dataset.flows.as_slice() {
                    [flow] => Checker { query: &flow.query, datasets: self.datasets }.relation(&flow.query.relation),
                    _ => Ok(false),
                },
                _ => Ok(scan.streaming),
            },
            Relation::Files(scan) => Ok(scan.streaming),
            Relation::Cte { index, .. } => match self.query.ctes.get(*index) {
                Some(cte) => self.relation(&cte.query),
                None => Ok(false),
            },
            Relation::Join { left, right, kind, .. } => {
                let sides = (self.relation(left)?, self.relation(right)?);
                match (sides, kind) {
                    ((true, true), _) => refuse("a join of two streams, or a join"),
                    ((true, false), JoinKind::Right | JoinKind::Full) => {
                        refuse("an outer join that keeps the other side")
                    }
                    ((false, true), JoinKind::Inner | JoinKind::Cross | JoinKind::Right) => Ok(true),
                    ((false, true), _) => refuse("an outer, semi or anti join on the right"),
                    ((streams, false), _) => Ok(streams),
                }
            }
            Relation::SetOperation { left, right, kind, all, .. } => {
                let streams = self.relation(left)? | self.relation(right)?;
                match (streams, kind, all) {
                    (true, SetKind::Union, true) | (false, _, _) => Ok(streams),
                    _ => refuse("a set operation other than UNION ALL"),
                }
            }
            Relation::Aggregate { input, .. } if self.relation(input)? => refuse("an aggregation"),
            Relation::Distinct { input } if self.relation(input)? => refuse("DISTINCT"),
            Relation::Window { input, .. } if self.relation(input)? => refuse("a window function"),
            Relation::Sort { input, .. } if self.relation(input)? => refuse("ORDER BY"),
            Relation::Limit { input, .. } if self.relation(input)? => refuse("LIMIT"),
            Relation::Aggregate { .. }
            | Relation::Distinct { .. }
            | Relation::Window { .. }
            | Relation::Sort { .. }
            | Relation::Limit { .. }
            | Relation::Empty
            | Relation::TableFunction { .. }
            | Relation::Values { .. } => Ok(false),
            Relation::Project { input, .. } | Relation::Filter { input, .. } | Relation::Generate { input, .. } => {
                self.relation(input)
            }
        }
    }
}
