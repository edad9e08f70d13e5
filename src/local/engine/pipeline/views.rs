//! Temporary views with expectations. A flow that reads one gets a table of the view's rows, made in the flow's own
//! transaction: the rows that are counted, and those that a violated FAIL refuses, are the rows that the flow reads.

use std::cell::RefCell;
use std::time::Instant;

use crate::analyze::pipeline::{Dataset, Flow};
use crate::local::engine::error::{EngineError, SqlError};
use crate::local::engine::lower::{Lowering, lower_assigned};
use crate::local::store::{Writer, quoted};
use crate::syntax::DataType;

use super::expectation::{self, Checked, Place, Rules};

/// What one flow reads, each after the views that it reads itself.
#[derive(Default)]
pub(super) struct Views<'a> {
    read: RefCell<Vec<View<'a>>>,
}

struct View<'a> {
    dataset: &'a Dataset,
    /// Temporary tables are made without their catalog's name.
    table: String,
    /// The query, its columns named as the view's.
    rows: String,
    outcome: Option<(Checked, u64)>,
}

impl View<'_> {
    fn physical(&self) -> String {
        format!("temp.{}", self.table)
    }
}

/// A view whose rows were checked for one flow.
pub(super) struct CheckedView<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) checked: Checked,
    pub(super) millis: u64,
}

impl<'a> Views<'a> {
    /// Where the view's rows will be once [`Self::stage`] has run.
    pub(super) fn read(
        &self,
        dataset: &'a Dataset,
        flow: &Flow,
        lowering: &Lowering<'_>,
    ) -> Result<String, EngineError> {
        if let Some(known) = self.read.borrow().iter().find(|view| view.dataset.name == dataset.name) {
            return Ok(known.physical());
        }
        let ty = |column: &crate::catalog::ColumnInfo| {
            column.data_type.clone().ok_or_else(|| SqlError::untyped(&column.name).at(flow.location.span))
        };
        let types = dataset.columns.iter().map(ty).collect::<Result<Vec<DataType>, _>>()?;
        // What this view reads comes before it.
        let rows = lower_assigned(lowering, &flow.query, &types)?;
        let names = dataset.columns.iter().map(|column| quoted(column.name.as_str())).collect::<Vec<_>>().join(", ");
        let mut read = self.read.borrow_mut();
        let view = View {
            dataset,
            table: format!("\"lakesmith_view_{}\"", read.len()),
            rows: format!("SELECT * FROM ({}) AS r({names})", rows.as_str()),
            outcome: None,
        };
        let physical = view.physical();
        read.push(view);
        Ok(physical)
    }

    /// Everything that decides about the rows, in a form that changes when it does.
    pub(super) fn text(&self, lowering: &Lowering<'_>) -> Result<String, EngineError> {
        let mut text = String::new();
        for view in self.read.borrow().iter() {
            text.push_str(&format!("{} {}\n", view.table, view.rows));
            text.push_str(&expectation::text(lowering, view.dataset)?);
        }
        Ok(text)
    }

    /// Computes the views, each once, and enforces their expectations.
    pub(super) fn stage<'l>(
        &self,
        writer: &Writer<'_>,
        lowering: &dyn Fn() -> Lowering<'l>,
    ) -> Result<(), EngineError> {
        for view in self.read.borrow_mut().iter_mut().filter(|view| view.outcome.is_none()) {
            let began = Instant::now();
            let connection = writer.connection();
            let sql = format!("CREATE OR REPLACE TEMP TABLE {} AS {}", view.table, view.rows);
            connection.execute(&sql, [])?;
            let table = view.physical();
            let written = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            let place = Place { table: &table, new: "TRUE", column: &|column| quoted(column.name.as_str()) };
            let checked = expectation::enforce(writer, &lowering(), view.dataset, &Rules::default(), &place, written)?;
            view.outcome = Some((checked, u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)));
        }
        Ok(())
    }

    /// What [`Self::stage`] has found; lets go of the rows.
    pub(super) fn checked(&self, writer: &Writer<'_>) -> Result<Vec<CheckedView<'a>>, EngineError> {
        let mut found = Vec::new();
        for view in self.read.take() {
            let table = view.physical();
            let Some((checked, millis)) = view.outcome else { continue };
            writer.connection().execute_batch(&format!("DROP TABLE {table}"))?;
            found.push(CheckedView { dataset: view.dataset, checked, millis });
        }
        Ok(found)
    }
}
