//! Statements outside of pipelines and jobs that no resource stands for: they are read, checked, and would never run.

use std::sync::Arc;

use crate::diag::{Location, SourceFile, Span};
use crate::resource::Undeployed;
use crate::syntax::ast::{DatasetKind, Statement, StatementKind};

const JOB: &str = "list the file as a `sql_task` of a job under `jobs/`";
const RESOURCE: &str = "declare it in a resource file under `jobs/`: ";
const CREATE: &str = "write it into the statement that makes the object: what changes there is altered in place";

/// Told once for statements of one sort that stand in one file.
pub(super) fn undeployed(file: &Arc<SourceFile>, statements: &[Statement]) -> Vec<Undeployed> {
    let makes_datasets = statements.iter().any(|statement| is_dataset(&statement.kind));
    let mut found: Vec<Undeployed> = Vec::new();
    for statement in statements {
        let Some((what, hint)) = sort(&statement.kind, makes_datasets) else { continue };
        match found.iter_mut().find(|known| known.what == what) {
            Some(known) => known.more += 1,
            None => {
                // The whole of a long statement is nobody's place.
                let start = statement.span.start;
                let text = file.text().get(statement.span.range()).unwrap_or_default();
                let end = start + text.find(char::is_whitespace).unwrap_or(text.len()) as u32;
                let location = Location::new(file, Span { start, end });
                found.push(Undeployed { what, hint: hint.to_string(), more: 0, location });
            }
        }
    }
    found
}

/// What only a pipeline makes is told as that.
fn is_dataset(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::CreateDataset(dataset) if dataset.kind != DatasetKind::View)
}

/// The sort of a statement, and what to write in its place; `None` for what is deployed, for what has no effect, and
/// for what has a finding of its own.
fn sort(kind: &StatementKind, makes_datasets: bool) -> Option<(&'static str, String)> {
    let resource = |example: &str| format!("{RESOURCE}{example}");
    Some(match kind {
        StatementKind::CreateFunction(function) if function.temporary => {
            ("CREATE TEMPORARY FUNCTION", "leave TEMPORARY out: every statement has a session of its own".to_string())
        }
        StatementKind::CreateTable(table) if table.temporary => {
            ("CREATE TEMPORARY TABLE", "leave TEMPORARY out: every statement has a session of its own".to_string())
        }
        StatementKind::CreateFunction(_)
        | StatementKind::CreateTable(_)
        | StatementKind::CreateDataset(_)
        | StatementKind::Deny(_)
        | StatementKind::Query(_)
        | StatementKind::Inspect(_)
        | StatementKind::Show { .. }
        | StatementKind::Describe { .. }
        | StatementKind::Opaque { .. } => return None,
        StatementKind::CreateFlow(_) if makes_datasets => return None,
        StatementKind::CreateFlow(_) => ("CREATE FLOW", "list the file under `sql` of a pipeline".to_string()),
        StatementKind::CreateCatalog(_) => ("CREATE CATALOG", resource("catalogs: { main: { name: … } }")),
        StatementKind::CreateSchema(_) => {
            ("CREATE SCHEMA", resource("schemas: { gold: { catalog_name: …, name: … } }"))
        }
        StatementKind::CreateVolume(_) => {
            ("CREATE VOLUME", resource("volumes: { landing: { catalog_name: …, schema_name: …, name: … } }"))
        }
        StatementKind::Grant(_) => (
            "GRANT",
            resource("grants: { gold: { securable_type: schema, securable: …, privileges: { analysts: [SELECT] } } }"),
        ),
        StatementKind::Revoke(_) => (
            "REVOKE",
            "leave the privilege out of `grants`: what a named principal has beyond them is revoked".to_string(),
        ),
        StatementKind::AlterTable(_) => ("ALTER", CREATE.to_string()),
        StatementKind::CommentOn { .. } => ("COMMENT ON", CREATE.to_string()),
        StatementKind::Drop { .. } => {
            ("DROP", "leave it out: what the project does not make any more is dropped".to_string())
        }
        StatementKind::CreateMetricView(_) => ("CREATE VIEW … WITH METRICS", JOB.to_string()),
        StatementKind::CreateProcedure(_) => ("CREATE PROCEDURE", JOB.to_string()),
        StatementKind::Insert(_)
        | StatementKind::Update(_)
        | StatementKind::Delete(_)
        | StatementKind::Truncate { .. }
        | StatementKind::Merge(_)
        | StatementKind::CopyInto(_)
        | StatementKind::CopyTable(_) => ("statement that writes rows", JOB.to_string()),
        StatementKind::Maintain(_) | StatementKind::Refresh { .. } => ("maintenance of tables", JOB.to_string()),
        StatementKind::Script(_) => ("script", JOB.to_string()),
        StatementKind::Govern(_) => ("statement about policies, connections or shares", JOB.to_string()),
        StatementKind::UseCatalog(_) | StatementKind::UseSchema(_) => {
            ("USE", "write whole names: every statement has a session of its own".to_string())
        }
        StatementKind::Session(_) | StatementKind::Set { .. } => {
            ("setting of the session", "every statement has a session of its own".to_string())
        }
    })
}
