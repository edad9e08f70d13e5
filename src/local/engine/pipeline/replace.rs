//! Flows that replace rows of their target (Databricks documentation, "Batch processing with REPLACE WHERE flows" and
//! "Partial snapshot replacement with REPLACE USING flows").

use serde_json::json;

use crate::analyze::bound::{Column, Expr};
use crate::ident::Identifier;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::output_name;
use crate::local::store::{CommitKind, quoted};

use super::dataset::{Done, Run};
use super::expectation::{self, Checked, Place};
use super::{streaming, target};

/// The rows of one batch.
const INCOMING: &str = "temp.\"lakesmith_incoming\"";
/// Each of its keys, and the highest sequence that the key has here and in the target.
const HIGHEST: &str = "temp.\"lakesmith_highest\"";

impl Run<'_> {
    /// "All rows matching the predicate are deleted and replaced by re-evaluating the source query for that same
    /// predicate range." What the source has outside of it is not written.
    pub(super) fn replace_where(&self, predicate: &Expr) -> Result<Done, EngineError> {
        let names = self.dataset.row.iter().map(output_name).collect::<Vec<_>>().join(", ");
        let predicate = self.lowering().expr(predicate)?;
        let rows = format!("SELECT * FROM ({}) AS r({names}) WHERE {}", self.rows()?, predicate.as_str());
        let named = |column: &Column| format!("{} AS {}", quoted(column.name.as_str()), output_name(column));
        let columns = self.dataset.row.iter().map(named).collect::<Vec<_>>().join(", ");
        let table = &self.target.physical;
        let sql = format!(
            "DELETE FROM {table} WHERE rowid IN (SELECT rid FROM (SELECT rowid AS rid, {columns} FROM {table}) AS r WHERE {})",
            predicate.as_str()
        );
        // The predicate may read a view.
        self.stage_views()?;
        self.writer.connection().execute(&sql, [])?;
        let checked = self.insert(&rows, self.next_version()?)?;
        self.commit(CommitKind::Update, checked.kept)?;
        Ok(Done { metrics: json!({ "num_output_rows": checked.kept }), checked, changed: true })
    }

    /// "For each key, the highest sequence wins, and a lower-sequence row never overwrites a higher one already in the
    /// target. Rows that share the same key and the same sequence are appended rather than replaced." Expectations
    /// come first: a row that they drop replaces nothing.
    pub(super) fn replace_using(&self, keys: &[Identifier], sequence: &Identifier) -> Result<Done, EngineError> {
        streaming::check(&self.flow.query, self.update.inputs.datasets)
            .map_err(|error| error.at(self.flow.location.span))?;
        let rows = self.rows()?;
        if !self.source.has_news() {
            return Ok(Done::nothing());
        }
        self.stage_views()?;
        let connection = self.writer.connection();
        let run = |sql: &str| -> Result<i64, EngineError> {
            Ok(i64::try_from(connection.execute(sql, [])?).unwrap_or(i64::MAX))
        };
        let all = self.dataset.columns.iter().map(|column| quoted(column.name.as_str())).collect::<Vec<_>>().join(", ");
        let create = |table: &str, sql: String| {
            run(&format!("CREATE OR REPLACE TEMP TABLE {} AS {sql}", table.trim_start_matches("temp.")))
        };
        create(INCOMING, format!("SELECT * FROM ({rows}) AS r({all})"))?;
        let written = connection.query_row(&format!("SELECT count(*) FROM {INCOMING}"), [], |row| row.get(0))?;
        let place = Place { table: INCOMING, new: "TRUE", column: &|column| quoted(column.name.as_str()) };
        let checked = expectation::enforce(self.writer, &self.lowering(), self.dataset, self.rules, &place, written)?;
        self.check_not_null(keys, sequence)?;

        let (table, seq) = (&self.target.physical, quoted(sequence.as_str()));
        let by = keys.iter().map(|key| quoted(key.as_str())).collect::<Vec<_>>().join(", ");
        let known = format!("SELECT {by}, {seq} FROM {table} SEMI JOIN {INCOMING} USING ({by})");
        let both = format!("SELECT {by}, {seq} FROM {INCOMING} UNION ALL {known}");
        create(HIGHEST, format!("SELECT {by}, max({seq}) AS \"__highest\" FROM ({both}) AS b GROUP BY {by}"))?;
        let stale = format!(
            "SELECT t.rowid FROM {table} AS t JOIN {HIGHEST} AS h USING ({by}) WHERE t.{seq} < h.\"__highest\""
        );
        let deleted = run(&format!("DELETE FROM {table} WHERE rowid IN ({stale})"))?;
        let version = self.next_version()?;
        let new = format!(
            "SELECT i.*, {version} FROM {INCOMING} AS i SEMI JOIN {HIGHEST} AS h ON {} AND i.{seq} = h.\"__highest\"",
            keys.iter()
                .map(|key| format!("i.{key} = h.{key}", key = quoted(key.as_str())))
                .collect::<Vec<_>>()
                .join(" AND ")
        );
        let inserted = run(&format!("INSERT INTO {table} ({}) {new}", target::insert_columns(self.dataset)))?;
        connection.execute_batch(&format!("DROP TABLE {INCOMING}; DROP TABLE {HIGHEST}"))?;
        self.source.commit(self.writer, version)?;
        self.commit(CommitKind::Update, inserted)?;
        let metrics = json!({ "num_output_rows": inserted, "num_deleted_rows": deleted });
        Ok(Done { metrics, checked: Checked { kept: inserted, ..checked }, changed: true })
    }

    /// How NULL is compared, the documentation does not say.
    fn check_not_null(&self, keys: &[Identifier], sequence: &Identifier) -> Result<(), EngineError> {
        for (column, what) in keys.iter().map(|key| (key, "a key")).chain([(sequence, "SEQUENCE BY")]) {
            let sql = format!("SELECT count(*) FROM {INCOMING} WHERE {} IS NULL", quoted(column.as_str()));
            let rows: i64 = self.writer.connection().query_row(&sql, [], |row| row.get(0))?;
            if rows > 0 {
                let text = format!("{rows} rows for {} have NULL in {what} ({column}).", self.dataset.name);
                return Err(SqlError::new(ErrorClass::AUTO_CDC_NULL_VALUE, text).at(self.flow.location.span).into());
            }
        }
        Ok(())
    }
}
