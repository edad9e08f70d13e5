//! One dataset of an update: each of its flows is one transaction.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::analyze::pipeline::{Dataset, Flow, FlowKind};
use crate::ident::ContentHash;
use crate::local::engine::cancel::CancelToken;
use crate::local::engine::error::{EngineError, ErrorClass};
use crate::local::engine::lower::{Lowering, lower_assigned};
use crate::local::engine::source::COMMIT_COLUMN;
use crate::local::store::{CommitKind, FlowKey, StoreError, Writer, quoted};
use crate::syntax::DataType;
use crate::syntax::ast::DatasetKind;

use super::declared::Declared;
use super::expectation::{self, Checked, Place, Rules};
use super::model::{DatasetReport, Outcome, UpdateSpec};
use super::source::{FlowSource, Inputs};
use super::target::{self, Target};
use super::{cdc, events, streaming};

/// Marks that a flow that runs once has run.
const ONCE: &str = "once";

/// What the datasets of one update share.
pub(super) struct Update<'a> {
    pub(super) spec: &'a UpdateSpec,
    pub(super) inputs: Inputs<'a>,
    pub(super) cancel: &'a CancelToken,
    /// How a retry waits.
    pub(super) pause: &'a (dyn Fn(Duration) + Sync),
}

/// The waits before a transaction that met another one is tried again.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(80),
    Duration::from_millis(200),
    Duration::from_millis(500),
];

/// Does the flow only add rows?
pub(super) fn appends(kind: &FlowKind) -> bool {
    matches!(kind, FlowKind::Append { .. } | FlowKind::Complete)
}

/// What one flow did.
pub(super) struct Done {
    pub(super) checked: Checked,
    pub(super) metrics: Value,
    pub(super) changed: bool,
}

impl Done {
    pub(super) fn nothing() -> Self {
        Self { checked: Checked::default(), metrics: json!({ "num_output_rows": 0 }), changed: false }
    }
}

impl Update<'_> {
    /// Runs a transaction, and again where another one has changed the same rows: it has had no effect then.
    pub(super) fn persist<T>(&self, run: impl Fn() -> Result<T, EngineError>) -> Result<T, EngineError> {
        for pause in PAUSES {
            match run() {
                Err(EngineError::Store(StoreError::Conflict(_))) => (self.pause)(pause),
                done => return done,
            }
            self.cancel.check()?;
        }
        run()
    }

    /// An error comes with the index of the flow that failed.
    pub(super) fn dataset(
        &self,
        dataset: &Dataset,
        declared: &Declared,
        full: bool,
    ) -> Result<DatasetReport, (Option<usize>, EngineError)> {
        let began = Instant::now();
        let mut report = DatasetReport {
            name: dataset.name.clone(),
            kind: dataset.kind,
            outcome: Outcome::Unchanged,
            rows: 0,
            dropped: 0,
            millis: 0,
            expectations: Vec::new(),
        };
        match dataset.kind {
            DatasetKind::TemporaryView => {}
            DatasetKind::View => {
                let publish = |writer: &Writer<'_>| target::publish_view(writer, self.spec, dataset, declared);
                report.outcome = Outcome::Completed;
                self.persist(|| self.inputs.store.write_beside(publish)).map_err(|error| (None, error))?;
            }
            DatasetKind::StreamingTable | DatasetKind::MaterializedView => {
                if dataset.flows.is_empty() {
                    let make =
                        |writer: &Writer<'_>| target::prepare(writer, self.spec, dataset, declared, full).map(drop);
                    self.persist(|| self.inputs.store.write_beside(make)).map_err(|error| (None, error))?;
                }
                for (index, flow) in dataset.flows.iter().enumerate() {
                    // The first flow's transaction empties the table and forgets what all of them have read.
                    let done = self.flow(dataset, declared, flow, full && index == 0);
                    let done = done.map_err(|error| (Some(index), error))?;
                    if done.changed {
                        report.outcome = Outcome::Completed;
                    }
                    report.rows += done.checked.kept;
                    report.dropped += done.checked.dropped;
                    report.expectations.extend(done.checked.reports);
                }
            }
        }
        report.millis = millis(began);
        Ok(report)
    }

    fn flow(&self, dataset: &Dataset, declared: &Declared, flow: &Flow, full: bool) -> Result<Done, EngineError> {
        let attempt = |careful| self.persist(|| self.attempt(dataset, declared, flow, full, careful));
        match attempt(false) {
            // The long look finds the line, or how the records differ from the header.
            Err(EngineError::Sql(error)) if error.class == ErrorClass::MALFORMED_CSV_RECORD.name => attempt(true),
            done => done,
        }
    }

    /// One transaction.
    fn attempt(
        &self,
        dataset: &Dataset,
        declared: &Declared,
        flow: &Flow,
        full: bool,
        careful: bool,
    ) -> Result<Done, EngineError> {
        self.cancel.check()?;
        let began = Instant::now();
        self.inputs.store.write_beside(|writer| {
            let _attached = self.cancel.attach(writer.connection());
            // It may have been asked while this waited for a connection.
            self.cancel.check()?;
            let target = target::prepare(writer, self.spec, dataset, declared, full)?;
            let key = FlowKey { target: dataset.name.clone(), flow: flow.name.to_string().to_lowercase() };
            let source = FlowSource::new(&self.inputs, writer, key.clone(), careful);
            let rules = &declared.rules;
            let run = Run { update: self, writer, dataset, rules, flow, target: &target, source: &source, key: &key };
            let done = match &flow.kind {
                FlowKind::Complete => run.complete()?,
                FlowKind::Append { once: true, .. } => run.once(|run| run.append())?,
                FlowKind::Append { once: false, .. } => run.append()?,
                FlowKind::AutoCdc(spec) if spec.once => run.once(|run| run.merge(spec))?,
                FlowKind::AutoCdc(spec) => run.merge(spec)?,
                FlowKind::ReplaceWhere { predicate } => run.replace_where(predicate)?,
                FlowKind::ReplaceUsing { columns, sequence_by } => run.replace_using(columns, sequence_by)?,
            };
            events::completed(writer, self.spec, dataset, flow, &done.checked, done.metrics.clone(), millis(began))?;
            for view in source.views().checked(writer)? {
                let Some(flow) = view.dataset.flows.first() else { continue };
                let metrics = json!({ "num_output_rows": view.checked.kept });
                events::completed(writer, self.spec, view.dataset, flow, &view.checked, metrics, view.millis)?;
            }
            Ok(done)
        })
    }
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// One flow in its transaction.
pub(super) struct Run<'r> {
    pub(super) update: &'r Update<'r>,
    pub(super) writer: &'r Writer<'r>,
    pub(super) dataset: &'r Dataset,
    pub(super) rules: &'r Rules,
    pub(super) flow: &'r Flow,
    pub(super) target: &'r Target,
    pub(super) source: &'r FlowSource<'r>,
    key: &'r FlowKey,
}

impl Run<'_> {
    pub(super) fn lowering(&self) -> Lowering<'_> {
        Lowering::for_update(&self.update.spec.session, self.source)
    }

    /// The flow's rows as the dataset's columns, in order.
    pub(super) fn rows(&self) -> Result<String, EngineError> {
        let types: Vec<DataType> = self.dataset.columns.iter().filter_map(|column| column.data_type.clone()).collect();
        let lowered = lower_assigned(&self.lowering(), &self.flow.query, &types);
        Ok(lowered.map_err(|error| error.at(self.flow.location.span))?.as_str().to_string())
    }

    /// Writes rows and enforces the expectations on them.
    pub(super) fn insert(&self, rows: &str, version: i64) -> Result<Checked, EngineError> {
        self.stage_views()?;
        let sql = format!(
            "INSERT INTO {} ({}) SELECT *, {version} FROM ({rows}) AS r",
            self.target.physical,
            target::insert_columns(self.dataset)
        );
        let written = self.writer.connection().execute(&sql, [])?;
        let new = format!("{} = {version}", quoted(COMMIT_COLUMN));
        let place = Place { table: &self.target.physical, new: &new, column: &|column| quoted(column.name.as_str()) };
        let written = i64::try_from(written).unwrap_or(i64::MAX);
        expectation::enforce(self.writer, &self.lowering(), self.dataset, self.rules, &place, written)
    }

    /// Computes the views that this flow reads and that have expectations: nothing can be read from them before.
    pub(super) fn stage_views(&self) -> Result<(), EngineError> {
        self.source.views().stage(self.writer, &|| self.lowering())
    }

    pub(super) fn next_version(&self) -> Result<i64, EngineError> {
        Ok(self.writer.version(&self.dataset.name)? + 1)
    }

    pub(super) fn commit(&self, kind: CommitKind, rows: i64) -> Result<(), EngineError> {
        let flow = self.flow.name.to_string();
        self.writer.record_commit(&self.dataset.name, kind, rows, &self.update.spec.update_id, &flow)?;
        Ok(())
    }

    /// A materialized view: computed anew, unless its definition and all that it reads are as they were.
    fn complete(&self) -> Result<Done, EngineError> {
        let rows = self.rows()?;
        let fingerprint = self.fingerprint(&rows)?;
        let known = self.writer.fingerprint(&self.dataset.name)?;
        if !self.target.fresh && known.as_deref() == Some(fingerprint.as_str()) {
            return Ok(Done::nothing());
        }
        if !self.target.fresh {
            target::empty(self.writer, &self.dataset.name)?;
        }
        let version = self.next_version()?;
        let checked = self.insert(&rows, version)?;
        self.commit(CommitKind::Overwrite, checked.kept)?;
        self.writer.set_fingerprint(&self.dataset.name, &fingerprint)?;
        Ok(Done { metrics: json!({ "num_output_rows": checked.kept }), checked, changed: true })
    }

    /// The rows' SQL holds the definition, all views and functions in it, and the time where the query asks for it.
    fn fingerprint(&self, rows: &str) -> Result<String, EngineError> {
        let mut text = format!("{rows}\n{}\n", self.source.versions());
        text.push_str(&expectation::text(&self.lowering(), self.dataset)?);
        text.push_str(&self.source.views().text(&self.lowering())?);
        Ok(ContentHash::of(text.as_bytes()).as_str().to_string())
    }

    fn append(&self) -> Result<Done, EngineError> {
        if matches!(self.flow.kind, FlowKind::Append { streaming: true, .. }) {
            streaming::check(&self.flow.query, self.update.inputs.datasets)
                .map_err(|error| error.at(self.flow.location.span))?;
        }
        let rows = self.rows()?;
        let streaming = matches!(self.flow.kind, FlowKind::Append { streaming: true, .. });
        if streaming && !self.source.has_news() {
            return Ok(Done::nothing());
        }
        let version = self.next_version()?;
        let checked = self.insert(&rows, version)?;
        self.source.commit(self.writer, version)?;
        self.commit(CommitKind::Append, checked.kept)?;
        Ok(Done { metrics: json!({ "num_output_rows": checked.kept }), checked, changed: true })
    }

    /// Runs a flow one time in the life of its table.
    fn once(&self, run: impl FnOnce(&Self) -> Result<Done, EngineError>) -> Result<Done, EngineError> {
        if self.writer.checkpoint(self.key, ONCE)?.is_some() {
            return Ok(Done::nothing());
        }
        let done = run(self)?;
        self.writer.set_checkpoint(self.key, ONCE, 1)?;
        Ok(done)
    }

    fn merge(&self, spec: &crate::analyze::pipeline::BoundCdc) -> Result<Done, EngineError> {
        streaming::check(&self.flow.query, self.update.inputs.datasets)
            .map_err(|error| error.at(self.flow.location.span))?;
        let version = self.next_version()?;
        let merged = cdc::merge(
            self.writer,
            &self.lowering(),
            &cdc::Merge {
                dataset: self.dataset,
                rules: self.rules,
                flow: self.flow,
                cdc: spec,
                physical: &self.target.physical,
                version,
                ready: &|| {
                    let news = spec.once || self.source.has_news();
                    if news {
                        self.stage_views()?;
                    }
                    Ok(news)
                },
            },
        )?;
        let Some(merged) = merged else { return Ok(Done::nothing()) };
        self.source.commit(self.writer, version)?;
        self.commit(CommitKind::Merge, merged.upserted)?;
        let metrics = json!({
            "num_output_rows": merged.upserted,
            "num_upserted_rows": merged.upserted,
            "num_deleted_rows": merged.deleted,
        });
        let checked = Checked { kept: merged.upserted, ..merged.checked };
        Ok(Done { checked, metrics, changed: true })
    }
}
