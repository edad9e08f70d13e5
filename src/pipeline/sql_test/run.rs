//! Running a case.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use serde_json::{Map, json};

use crate::api::unity::{self, ObjectKind};
use crate::api::{pipelines, workspace as files};
use crate::pipeline::places::Places;
use crate::pipeline::{PipelineError, Workspace};
use crate::remote::{QueryResult, Remote, RemoteError, UpdateOptions};
use crate::syntax::write;
use crate::sys::SettableClock;

use super::assemble::ReadyTest;
use super::compare::{Mismatch, compare};
use super::prepare::Wanted;

/// A workspace that only tests use, and its clock.
pub struct Bench {
    workspace: Workspace,
    clock: Arc<SettableClock>,
}

/// How a case ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Empty: it passed.
    pub mismatches: Vec<Mismatch>,
    pub elapsed: Duration,
}

/// What came of the statements: rows, or why there are none.
type Outcome = Result<QueryResult, String>;

impl Bench {
    pub fn new(workspace: Workspace, clock: Arc<SettableClock>) -> Self {
        Self { workspace, clock }
    }

    fn remote(&self) -> &Remote {
        self.workspace.remote()
    }
}

/// Runs a case from nothing to its rows, and leaves nothing. Errors are the world's; what is wrong with the case's own
/// SQL is part of the verdict.
pub async fn run(bench: &Bench, ready: &ReadyTest) -> Result<Verdict, PipelineError> {
    let began = Instant::now();
    bench.clock.set(ready.test.as_of.and_then(DateTime::from_timestamp_micros));
    let outcome = attempt(bench, ready).await;
    let removed = remove(bench, ready).await;
    let outcome = outcome?;
    removed?;
    let mismatches = match (&ready.test.outcome, outcome) {
        (Wanted::Rows(expected), Ok(result)) => compare(expected, &result),
        (Wanted::Rows(_), Err(found)) => vec![Mismatch::Failed(found)],
        (Wanted::Error(texts), Ok(_)) => vec![Mismatch::NotFailed(texts.clone())],
        (Wanted::Error(texts), Err(found)) if texts.iter().all(|text| found.contains(text)) => Vec::new(),
        (Wanted::Error(texts), Err(found)) => vec![Mismatch::OtherError { expected: texts.clone(), found }],
    };
    Ok(Verdict { mismatches, elapsed: began.elapsed() })
}

async fn attempt(bench: &Bench, ready: &ReadyTest) -> Result<Outcome, PipelineError> {
    let remote = bench.remote();
    containers(remote, ready).await?;
    match steps(bench, ready).await {
        Ok(result) => Ok(Ok(result)),
        Err(PipelineError::Remote(error)) => match told(error) {
            Ok(text) => Ok(Err(places(bench, ready).translate(&text))),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error),
    }
}

/// What the SQL itself did wrong, as a text.
fn told(error: RemoteError) -> Result<String, RemoteError> {
    match error {
        RemoteError::Update { messages, .. } => Ok(messages.join("\n")),
        RemoteError::Statement(crate::api::statements::StatementError::Failed { message, .. }) => Ok(message),
        other => Err(other),
    }
}

async fn containers(remote: &Remote, ready: &ReadyTest) -> Result<(), PipelineError> {
    let mut catalog = None;
    for (name, schema) in &ready.schemas {
        if catalog != Some(name) {
            catalog = Some(name);
            let body = Map::from_iter([("name".to_string(), json!(name))]);
            existing(unity::create(remote.client(), ObjectKind::Catalog, body).await)?;
        }
        let body = [("name".to_string(), json!(schema)), ("catalog_name".to_string(), json!(name))];
        existing(unity::create(remote.client(), ObjectKind::Schema, Map::from_iter(body)).await)?;
    }
    Ok(())
}

fn existing<T>(made: Result<T, crate::api::ApiError>) -> Result<(), PipelineError> {
    match made {
        Err(error) if !error.is_existing() => Err(error.into()),
        _ => Ok(()),
    }
}

async fn steps(bench: &Bench, ready: &ReadyTest) -> Result<QueryResult, PipelineError> {
    let remote = bench.remote();
    let (catalog, schema) = (Some(ready.catalog.as_str()), Some(ready.schema.as_str()));
    let statement = async |text: &str| remote.query(text, catalog, schema).await;
    for function in &ready.functions {
        statement(function).await?;
    }
    for table in &ready.test.inputs {
        statement(&write::create_table(&table.name, &table.columns)).await?;
        if !table.rows.is_empty() {
            statement(&write::insert(&table.name, &table.rows)).await?;
        }
    }
    if !ready.files.is_empty() {
        let pipeline = pipeline(bench, ready).await?;
        let update = async || remote.run_update(&pipeline, &UpdateOptions::default(), &|_| {}).await;
        update().await?;
        for batch in &ready.test.batches {
            for (table, rows) in batch.iter().filter(|(_, rows)| !rows.is_empty()) {
                if let Some(table) = ready.test.inputs.get(*table) {
                    statement(&write::insert(&table.name, rows)).await?;
                }
            }
            update().await?;
        }
    }
    let text = match (&ready.test.query, ready.test.models.last()) {
        (Some(query), _) => query.clone(),
        (None, Some(model)) => write::select_all(model),
        (None, None) => return Ok(QueryResult::default()),
    };
    Ok(statement(&text).await?)
}

/// The folder that a case's files are in.
fn folder(bench: &Bench) -> String {
    format!("/Workspace/Users/{}/tests", bench.workspace.user())
}

/// A pipeline of the models alone.
async fn pipeline(bench: &Bench, ready: &ReadyTest) -> Result<String, PipelineError> {
    let remote = bench.remote();
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
    Ok(pipelines::create(remote.client(), spec).await?)
}

async fn remove(bench: &Bench, ready: &ReadyTest) -> Result<(), PipelineError> {
    let mut last = None;
    for (catalog, _) in &ready.schemas {
        if last != Some(catalog) {
            last = Some(catalog);
            unity::delete(bench.remote().client(), ObjectKind::Catalog, catalog.as_str(), true).await?;
        }
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
