//! Running a case.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use serde_json::{Map, json};

use crate::api::statements::StatementError;
use crate::api::unity::{self, ObjectKind};
use crate::api::{ApiError, pipelines, workspace as files};
use crate::ident::{Identifier, TableName};
use crate::pipeline::places::Places;
use crate::pipeline::{PipelineError, Reader, Workspace};
use crate::remote::{QueryResult, Remote, RemoteError, UpdateOptions};
use crate::syntax::write;
use crate::sys::SettableClock;

use super::assemble::ReadyTest;
use super::compare::{Mismatch, compare};
use super::prepare::Wanted;
use super::readers;

/// A workspace that only tests use, and its clock. What a case leaves there the next one takes up where it needs the
/// same, and replaces where it needs something else.
pub struct Bench {
    workspace: Workspace,
    clock: Arc<SettableClock>,
    left: RefCell<Left>,
    /// Those who have read before.
    readers: RefCell<BTreeMap<Reader, Arc<Remote>>>,
}

/// What earlier cases left.
#[derive(Default)]
struct Left {
    catalogs: BTreeSet<Identifier>,
    /// Of these, those that everybody may read.
    open: BTreeSet<Identifier>,
    schemas: BTreeSet<(Identifier, Identifier)>,
    functions: BTreeMap<TableName, String>,
    /// Given tables and the statements that filled them.
    tables: BTreeMap<TableName, Vec<String>>,
    pipeline: Option<Latest>,
}

/// The latest pipeline: what it is made from, and its id.
struct Latest {
    /// Paths and texts.
    files: Vec<(String, String)>,
    models: Vec<TableName>,
    id: String,
}

/// How a case ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Empty: it passed.
    pub mismatches: Vec<Mismatch>,
    pub elapsed: Duration,
}

impl Bench {
    pub fn new(workspace: Workspace, clock: Arc<SettableClock>) -> Self {
        Self { workspace, clock, left: RefCell::default(), readers: RefCell::default() }
    }

    fn remote(&self) -> &Remote {
        self.workspace.remote()
    }

    /// As the case's reader sees the workspace.
    async fn seen_by(&self, reader: Option<&Reader>) -> Result<Arc<Remote>, PipelineError> {
        let Some(reader) = reader else { return Ok(Arc::clone(self.workspace.remote())) };
        let catalogs: Vec<Identifier> = self.left.borrow().catalogs.iter().cloned().collect();
        for catalog in catalogs {
            if !self.left.borrow().open.contains(&catalog) {
                readers::open(self.remote(), &catalog).await?;
                self.left.borrow_mut().open.insert(catalog);
            }
        }
        let known = self.readers.borrow().get(reader).cloned();
        if let Some(remote) = known {
            return Ok(remote);
        }
        let remote = reader.remote(self.remote()).await?;
        self.readers.borrow_mut().insert(reader.clone(), Arc::clone(&remote));
        Ok(remote)
    }
}

/// Runs a case to its rows. Errors are the world's; what is wrong with the case's own SQL is part of the verdict.
pub async fn run(bench: &Bench, ready: &ReadyTest) -> Result<Verdict, PipelineError> {
    let began = Instant::now();
    bench.clock.set(ready.test.as_of.and_then(DateTime::from_timestamp_micros));
    let outcome = match steps(bench, ready).await {
        Ok(result) => Ok(result),
        Err(PipelineError::Remote(error)) => {
            let text = told(error)?;
            // Nobody knows how far it came.
            clear(bench).await?;
            Err(places(bench, ready).translate(&text))
        }
        Err(error) => return Err(error),
    };
    let mismatches = match (&ready.test.outcome, outcome) {
        (Wanted::Rows(expected), Ok(result)) => compare(expected, &result),
        (Wanted::Rows(_), Err(found)) => vec![Mismatch::Failed(found)],
        (Wanted::Error(texts), Ok(_)) => vec![Mismatch::NotFailed(texts.clone())],
        (Wanted::Error(texts), Err(found)) if texts.iter().all(|text| found.contains(text)) => Vec::new(),
        (Wanted::Error(texts), Err(found)) => vec![Mismatch::OtherError { expected: texts.clone(), found }],
    };
    Ok(Verdict { mismatches, elapsed: began.elapsed() })
}

/// What the SQL itself did wrong, as a text.
fn told(error: RemoteError) -> Result<String, RemoteError> {
    match error {
        RemoteError::Update { messages, .. } => Ok(messages.join("\n")),
        RemoteError::Statement(StatementError::Failed { message, .. }) => Ok(message),
        other => Err(other),
    }
}

async fn steps(bench: &Bench, ready: &ReadyTest) -> Result<QueryResult, PipelineError> {
    let remote = bench.remote();
    let (catalog, schema) = (Some(ready.catalog.as_str()), Some(ready.schema.as_str()));
    containers(bench, ready).await?;
    functions(bench, ready).await?;
    let pipeline = pipeline(bench, ready).await?;
    tables(bench, ready).await?;
    if let Some(pipeline) = pipeline {
        let update = async |full| {
            let options = UpdateOptions { full, ..UpdateOptions::default() };
            remote.run_update_silently(&pipeline, &options).await
        };
        update(true).await?;
        for batch in &ready.test.batches {
            for (table, rows) in batch.iter().filter(|(_, rows)| !rows.is_empty()) {
                if let Some(table) = ready.test.inputs.get(*table) {
                    let insert = write::insert(&table.name, rows);
                    remote.query(&insert, catalog, schema).await?;
                    bench.left.borrow_mut().tables.entry(table.name.clone()).or_default().push(insert);
                }
            }
            update(false).await?;
        }
    }
    let text = match (&ready.test.query, ready.test.models.last()) {
        (Some(query), _) => query.clone(),
        (None, Some(model)) => write::select_all(model),
        (None, None) => return Ok(QueryResult::default()),
    };
    let remote = bench.seen_by(ready.test.reader.as_ref()).await?;
    Ok(remote.query(&text, catalog, schema).await?)
}

async fn containers(bench: &Bench, ready: &ReadyTest) -> Result<(), PipelineError> {
    let client = bench.remote().client();
    for place @ (catalog, schema) in &ready.schemas {
        if bench.left.borrow_mut().catalogs.insert(catalog.clone()) {
            let body = Map::from_iter([("name".to_string(), json!(catalog))]);
            existing(unity::create(client, ObjectKind::Catalog, body).await)?;
        }
        if bench.left.borrow_mut().schemas.insert(place.clone()) {
            let body = [("name".to_string(), json!(schema)), ("catalog_name".to_string(), json!(catalog))];
            existing(unity::create(client, ObjectKind::Schema, Map::from_iter(body)).await)?;
        }
    }
    Ok(())
}

fn existing<T>(made: Result<T, ApiError>) -> Result<(), PipelineError> {
    match made {
        Err(error) if !error.is_existing() => Err(error.into()),
        _ => Ok(()),
    }
}

async fn functions(bench: &Bench, ready: &ReadyTest) -> Result<(), PipelineError> {
    let remote = bench.remote();
    for (name, text) in &ready.functions {
        let before = bench.left.borrow_mut().functions.insert(name.clone(), text.clone());
        if before.as_ref() == Some(text) {
            continue;
        }
        if before.is_some() {
            unity::delete(remote.client(), ObjectKind::Function, &name.to_string(), true).await?;
        }
        remote.query(text, Some(ready.catalog.as_str()), Some(ready.schema.as_str())).await?;
    }
    Ok(())
}

/// The given tables, those that no row is given to empty.
async fn tables(bench: &Bench, ready: &ReadyTest) -> Result<(), PipelineError> {
    let remote = bench.remote();
    for table in &ready.test.inputs {
        let mut statements = vec![write::replace_table(&table.name, &table.columns)];
        if !table.rows.is_empty() {
            statements.push(write::insert(&table.name, &table.rows));
        }
        if bench.left.borrow().tables.get(&table.name) == Some(&statements) {
            continue;
        }
        for statement in &statements {
            remote.query(statement, Some(ready.catalog.as_str()), Some(ready.schema.as_str())).await?;
        }
        bench.left.borrow_mut().tables.insert(table.name.clone(), statements);
    }
    Ok(())
}

/// The folder that a case's files are in.
fn folder(bench: &Bench) -> String {
    format!("/Workspace/Users/{}/tests", bench.workspace.user())
}

/// A pipeline of the models alone: the latest one, if it is the same.
async fn pipeline(bench: &Bench, ready: &ReadyTest) -> Result<Option<String>, PipelineError> {
    let remote = bench.remote();
    let texts = ready.files.iter().map(|file| (file.path.clone(), file.text.clone()));
    let texts: Vec<(String, String)> = texts.collect();
    let before = bench.left.borrow_mut().pipeline.take();
    if let Some(latest) = before {
        let id = latest.id.clone();
        if latest.files == texts && latest.models == ready.test.models {
            bench.left.borrow_mut().pipeline = Some(latest);
            return Ok(Some(id));
        }
        // Its tables go with it.
        pipelines::delete(remote.client(), &id).await?;
    }
    // What was given before and is computed now.
    for model in &ready.test.models {
        if bench.left.borrow_mut().tables.remove(model).is_some() {
            unity::delete(remote.client(), ObjectKind::Table, &model.to_string(), true).await?;
        }
    }
    if ready.files.is_empty() {
        return Ok(None);
    }
    let mut libraries = Vec::new();
    for file in &ready.files {
        let path = format!("{}/{}", folder(bench), file.path);
        if let Some((folder, _)) = path.rsplit_once('/') {
            remote.ensure_folder(folder).await?;
        }
        files::import(remote.client(), &path, file.text.clone().into(), true).await?;
        libraries.push(json!({ "file": { "path": path } }));
    }
    let mut spec = Map::from_iter([
        ("name".to_string(), json!(ready.test.id)),
        ("catalog".to_string(), json!(ready.catalog)),
        ("schema".to_string(), json!(ready.schema)),
        ("libraries".to_string(), json!(libraries)),
        ("allow_duplicate_names".to_string(), json!(true)),
    ]);
    if let Some(home) = ready.test.home.as_ref().filter(|home| !home.configuration.is_empty()) {
        spec.insert("configuration".to_string(), json!(home.configuration));
    }
    let id = pipelines::create(remote.client(), spec).await?;
    let models = ready.test.models.clone();
    bench.left.borrow_mut().pipeline = Some(Latest { files: texts, models, id: id.clone() });
    Ok(Some(id))
}

/// Removes all that cases left.
async fn clear(bench: &Bench) -> Result<(), PipelineError> {
    let client = bench.remote().client();
    let left = bench.left.take();
    if let Some(latest) = left.pipeline {
        pipelines::delete(client, &latest.id).await?;
    }
    for catalog in left.catalogs {
        unity::delete(client, ObjectKind::Catalog, catalog.as_str(), true).await?;
    }
    Ok(())
}

/// Where in the project the files that an error names come from.
fn places(bench: &Bench, ready: &ReadyTest) -> Places {
    let mut places = Places::default();
    for file in &ready.files {
        places.put(format!("{}/{}", folder(bench), file.path), file.rendered.clone());
    }
    places
}
