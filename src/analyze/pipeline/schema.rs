//! The columns of a dataset: declared, or those of its flows.

use std::collections::HashSet;

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::analyze::bound::Column;
use crate::analyze::types::least_common;
use crate::catalog::ColumnInfo;
use crate::diag::Code;
use crate::ident::Identifier;
use crate::syntax::ast::ColumnDef;

use super::dataset::Builder;
use super::flow::Bound;

impl<'a> Builder<'a> {
    /// `complete`: every flow was bound. `None`: nothing is known.
    pub(super) fn columns(&mut self, flows: &[Bound<'a>], complete: bool) -> Option<Vec<ColumnInfo>> {
        let declared = &self.statement().columns;
        self.unique_columns(declared);
        if declared.is_empty() {
            return self.inferred(flows, complete);
        }
        let typed = declared.iter().any(|column| column.data_type.is_some());
        if !typed {
            // `CREATE … t (${columns})`: a parameter that nobody set says them.
            if declared.iter().any(|column| column.name.value.as_str().starts_with("${")) {
                return None;
            }
            return self.renamed(declared, flows);
        }
        let columns: Vec<ColumnInfo> = declared
            .iter()
            .map(|column| ColumnInfo {
                name: column.name.value.clone(),
                data_type: column.data_type.as_ref().map(|ty| ty.value.clone()),
                nullable: !column.not_null,
                comment: column.comment.as_ref().map(|comment| comment.value.clone()),
            })
            .collect();
        for flow in flows {
            if let Some(cdc) = &flow.cdc {
                self.declared_history(cdc, &columns);
            }
        }
        Some(columns)
    }

    fn unique_columns(&mut self, declared: &[ColumnDef]) {
        let mut known = HashSet::with_capacity(declared.len());
        for column in declared {
            if !known.insert(&column.name.value) {
                let location = self.at(column.name.span);
                let message = format!("the column `{}` is declared twice", column.name.value);
                self.error(Code::DUPLICATE_COLUMN, location, message);
            }
        }
    }

    /// The union of the flows' columns by name.
    fn inferred(&mut self, flows: &[Bound<'a>], complete: bool) -> Option<Vec<ColumnInfo>> {
        let mut columns: IndexMap<Identifier, ColumnInfo> = IndexMap::new();
        for flow in flows {
            let outputs: Vec<Column> = match &flow.cdc {
                Some(cdc) => cdc.target_columns(),
                None => flow.query.output.clone(),
            };
            self.unique_outputs(flow, &outputs);
            for output in outputs {
                match columns.entry(output.name.clone()) {
                    Entry::Vacant(free) => drop(free.insert(ColumnInfo {
                        name: output.name,
                        data_type: output.ty,
                        nullable: output.nullable,
                        comment: None,
                    })),
                    Entry::Occupied(mut known) => {
                        let known = known.get_mut();
                        known.nullable |= output.nullable;
                        known.data_type = match (&known.data_type, output.ty) {
                            (Some(left), Some(right)) => least_common(left, &right).or_else(|| known.data_type.clone()),
                            _ => None,
                        };
                    }
                }
            }
        }
        if flows.is_empty() && complete {
            // A target without columns and without a flow: it is empty until somebody writes into it.
            let message = format!("`{}` has neither columns, nor a query, nor a flow", self.declared.name);
            let location = self.declared.location.clone();
            self.error(Code::INVALID_QUERY, location, message);
        }
        (!columns.is_empty()).then(|| columns.into_values().collect())
    }

    fn unique_outputs(&mut self, flow: &Bound<'a>, outputs: &[Column]) {
        let mut known = HashSet::with_capacity(outputs.len());
        for column in outputs {
            if !known.insert(&column.name) {
                let message = format!("the query gives the column `{}` twice", column.name);
                let query = flow.declared.body.query();
                let location = crate::diag::Location::new(&flow.declared.location.file, query.span);
                self.error(Code::DUPLICATE_COLUMN, location, message);
            }
        }
    }

    /// A list of names without types renames the query's columns in order.
    fn renamed(&mut self, declared: &[ColumnDef], flows: &[Bound<'a>]) -> Option<Vec<ColumnInfo>> {
        let flow = flows.first()?;
        if declared.len() != flow.query.output.len() {
            let location = self.declared.location.clone();
            let message =
                format!("{} columns are declared, but the query gives {}", declared.len(), flow.query.output.len());
            self.error(Code::INVALID_QUERY, location, message);
            return None;
        }
        let column = |(declared, output): (&ColumnDef, &Column)| ColumnInfo {
            name: declared.name.value.clone(),
            data_type: output.ty.clone(),
            nullable: output.nullable && !declared.not_null,
            comment: declared.comment.as_ref().map(|comment| comment.value.clone()),
        };
        Some(declared.iter().zip(&flow.query.output).map(column).collect())
    }
}
