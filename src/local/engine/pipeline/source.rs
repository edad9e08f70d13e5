//! What a flow reads: of streams only what it has not read yet. Every read is noted, to be committed with the rows.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analyze::bound::{FileScan, Scan};
use crate::analyze::pipeline::Dataset;
use crate::catalog::Catalog;
use crate::ident::TableName;
use crate::local::engine::catalog::{Stock, not_found};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::listing::data_files;
use crate::local::engine::lower::Lowering;
use crate::local::engine::policy::policy;
use crate::local::engine::session::Session;
use crate::local::engine::source::{DataFile, Input, Source, Stored};
use crate::local::store::{FlowKey, Reader, Store, StoreError, TableKind, TableRecord, Writer, physical_name};
use crate::syntax::ast::DatasetKind;

use super::views::Views;

/// The datasets of the pipeline by name.
pub(super) type Datasets<'a> = BTreeMap<TableName, &'a Dataset>;

/// What the flows of one update share.
pub(super) struct Inputs<'a> {
    pub(super) store: &'a Store,
    pub(super) datasets: &'a Datasets<'a>,
    pub(super) catalog: &'a dyn Catalog,
    pub(super) session: &'a Session,
}

/// The reads of one flow in its transaction.
pub(super) struct FlowSource<'a> {
    inputs: &'a Inputs<'a>,
    reader: &'a Reader<'a>,
    flow: FlowKey,
    careful: bool,
    /// What it read whole: the table's id and version, or a file's size and time.
    whole: RefCell<BTreeMap<String, String>>,
    /// By the source's id.
    streams: RefCell<BTreeMap<String, Stream>>,
    /// New files by path pattern.
    files: RefCell<BTreeMap<String, Vec<DataFile>>>,
    views: Views<'a>,
}

#[derive(Clone, Copy)]
struct Stream {
    after: i64,
    upto: i64,
}

impl<'a> FlowSource<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, reader: &'a Reader<'a>, flow: FlowKey, careful: bool) -> Self {
        Self {
            inputs,
            reader,
            flow,
            careful,
            whole: RefCell::default(),
            streams: RefCell::default(),
            files: RefCell::default(),
            views: Views::default(),
        }
    }

    /// The views with expectations that were read.
    pub(super) fn views(&self) -> &Views<'a> {
        &self.views
    }

    /// Has it a stream with something new in it?
    pub(super) fn has_news(&self) -> bool {
        let commits = self.streams.borrow().values().any(|stream| stream.upto > stream.after);
        commits || self.files.borrow().values().any(|files| !files.is_empty())
    }

    /// Notes that the flow has read all this: to be called in the transaction that writes the rows.
    pub(super) fn commit(&self, writer: &Writer<'_>, version: i64) -> Result<(), StoreError> {
        for (source, stream) in self.streams.borrow().iter() {
            writer.set_checkpoint(&self.flow, source, stream.upto)?;
        }
        for (source, files) in self.files.borrow().iter() {
            let files: Vec<_> = files.iter().map(|file| file.file.clone()).collect();
            writer.record_ingested(&self.flow, source, &files, version)?;
        }
        Ok(())
    }

    /// What was read whole, in a form that changes when it does.
    pub(super) fn versions(&self) -> String {
        let whole = self.whole.borrow();
        whole.iter().map(|(source, version)| format!("{source}@{version}\n")).collect()
    }

    fn note(&self, source: String, version: String) {
        self.whole.borrow_mut().insert(source, version);
    }

    fn stream(&self, record: &TableRecord) -> Result<Stream, EngineError> {
        let source = &record.registration.id;
        if let Some(known) = self.streams.borrow().get(source) {
            return Ok(*known);
        }
        let upto = self.reader.version(&record.name)?;
        let after = match self.reader.checkpoint(&self.flow, source)? {
            // The first time, the table is read as it is now, whatever became of older rows.
            None => 0,
            Some(after) => {
                let commits = self.reader.commits_after(&record.name, after)?;
                if let Some(change) = commits.iter().find(|commit| !commit.kind.appends()) {
                    let text = format!(
                        "Detected a data update ({} in version {}) in the source table {}, which is not supported for \
                         a streaming read. Run a full refresh of {}.",
                        change.kind.as_str(),
                        change.version,
                        record.name,
                        self.flow.target
                    );
                    return Err(SqlError::new(ErrorClass::DELTA_SOURCE_TABLE_IGNORE_CHANGES, text).into());
                }
                after
            }
        };
        let stream = Stream { after, upto };
        self.streams.borrow_mut().insert(source.clone(), stream);
        Ok(stream)
    }

    fn input(&self, scan: &Scan) -> Result<Input, EngineError> {
        if let Some(dataset) = self.inputs.datasets.get(&scan.table) {
            if matches!(dataset.kind, DatasetKind::TemporaryView | DatasetKind::View) {
                let [flow] = dataset.flows.as_slice() else { return Err(not_found(&scan.table).into()) };
                if !dataset.expectations.is_empty() {
                    let physical = self.views.read(dataset, flow, &Lowering::for_update(self.inputs.session, self))?;
                    return Ok(Input::Stored(Stored { physical, commits: None, policy: None }));
                }
                return Ok(Input::View(Arc::new(flow.query.clone())));
            }
        }
        let record = self.reader.securable::<TableRecord>(&scan.table)?;
        let record = record.ok_or_else(|| not_found(&scan.table))?;
        if record.kind == TableKind::View {
            let stock = Stock::new(self.reader, self.inputs.catalog, self.inputs.store);
            return Ok(Input::View(Arc::new(stock.view(&record)?)));
        }
        let commits = if scan.streaming {
            let stream = self.stream(&record)?;
            Some((stream.after, stream.upto))
        } else {
            let version = self.reader.version(&record.name)?;
            self.note(record.registration.id.clone(), version.to_string());
            None
        };
        let policy = policy(&record, self.inputs.catalog)?;
        Ok(Input::Stored(Stored { physical: physical_name(&record.name), commits, policy }))
    }

    fn new_files(&self, scan: &FileScan) -> Result<Vec<DataFile>, EngineError> {
        let all = data_files(self.inputs.store, scan)?;
        if !scan.streaming {
            for file in &all {
                let state = format!("{} {}", file.file.size, file.file.modified_ms);
                self.note(file.file.path.clone(), state);
            }
            return Ok(all);
        }
        if let Some(known) = self.files.borrow().get(&scan.path) {
            return Ok(known.clone());
        }
        let taken = self.reader.ingested_files(&self.flow, &scan.path)?;
        let new: Vec<DataFile> = all.into_iter().filter(|file| !taken.contains_key(&file.file.path)).collect();
        self.files.borrow_mut().insert(scan.path.clone(), new.clone());
        Ok(new)
    }
}

impl Source for FlowSource<'_> {
    fn table(&self, scan: &Scan) -> Result<Input, EngineError> {
        self.input(scan).map_err(|error| error.at(scan.span))
    }

    fn files(&self, scan: &FileScan) -> Result<Vec<DataFile>, EngineError> {
        self.new_files(scan).map_err(|error| error.at(scan.span))
    }

    fn careful(&self) -> bool {
        self.careful
    }
}
