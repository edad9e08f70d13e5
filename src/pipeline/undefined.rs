//! Tables of a pipeline that lose their definition: their file left the project, or the statement left the file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::plan::{Action, Plan, Step};
use crate::resource::{DesiredSet, Kind, NormalForm, Observed, ResourceKey, Spec};
use crate::syntax::ast::{DatasetKind, Statement, StatementKind};
use crate::syntax::parse_outline;

/// SQL files of pipelines that stay, whose text tells what they defined: those that are deleted.
pub(super) fn leaving(plan: &Plan) -> impl Iterator<Item = &Step> {
    let deleted = plan.steps.iter().filter(|step| step.action == Action::Delete && is_sql(&step.key));
    deleted.filter(|step| step.id.as_ref().is_some_and(|path| pipeline_of(plan, path).is_some()))
}

fn is_sql(key: &ResourceKey) -> bool {
    key.kind == Kind::WorkspaceFile && key.name().ends_with(".sql")
}

/// What the pipeline that ran the file was deployed as; `None` if it goes, too, or if none ran the file.
fn pipeline_of<'p>(plan: &'p Plan, path: &str) -> Option<&'p Spec> {
    let stays = |step: &&Step| step.key.kind == Kind::Pipeline && step.spec.is_some();
    let mut recorded = plan.steps.iter().filter(stays).filter_map(|step| step.recorded.as_ref());
    recorded.find(|spec| files(spec).any(|file| NormalForm::WorkspacePath.same(file, path)))
}

fn files(pipeline: &Spec) -> impl Iterator<Item = &str> {
    let libraries = pipeline.get("libraries").and_then(Value::as_array).into_iter().flatten();
    libraries.filter_map(|library| library.pointer("/file/path")?.as_str())
}

/// Tells at the files which tables nothing defines any more. Only an update takes up what the files say, and none of
/// them refreshes such a table: it stays as it is.
pub(super) fn tell(plan: &mut Plan, desired: &DesiredSet, observed: &BTreeMap<ResourceKey, Observed>) {
    let changed = plan.steps.iter().filter(|step| is_sql(&step.key));
    let changed = changed.filter(|step| matches!(step.action, Action::Delete | Action::Update));
    let mut before: Vec<(ResourceKey, BTreeSet<TableName>)> = Vec::new();
    for step in changed {
        let text = observed.get(&step.key).and_then(|there| there.text.as_deref());
        let (Some(text), Some(path)) = (text, step.id.as_deref()) else { continue };
        if let Some(pipeline) = pipeline_of(plan, path) {
            before.push((step.key.clone(), tables(text, pipeline)));
        }
    }
    if before.is_empty() {
        return;
    }
    let defined = defined(plan, desired);
    for (key, tables) in before {
        let lost: Vec<String> = tables.difference(&defined).map(|table| format!("`{table}`")).collect();
        let Some(step) = plan.steps.iter_mut().find(|step| step.key == key).filter(|_| !lost.is_empty()) else {
            continue;
        };
        let (have, them, they) =
            if lost.len() == 1 { ("has", "it", "it stays") } else { ("have", "them", "they stay") };
        step.notes.push(format!(
            "{} {have} no definition any more: no update of the pipeline refreshes {them}, and {they} with all rows \
             until somebody drops {them} or the pipeline is deleted",
            lost.join(", ")
        ));
    }
}

/// The tables that the pipelines of the project make.
fn defined(plan: &Plan, desired: &DesiredSet) -> BTreeSet<TableName> {
    let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
    for wanted in desired.iter().filter(|wanted| is_sql(&wanted.key)) {
        let bytes = wanted.content.as_ref().and_then(|content| content.bytes());
        if let (Some(path), Some(text)) = (wanted.text("path"), bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()))
        {
            texts.insert(path, text);
        }
    }
    let pipelines =
        plan.steps.iter().filter(|step| step.key.kind == Kind::Pipeline).filter_map(|step| step.spec.as_ref());
    pipelines
        .flat_map(|pipeline| files(pipeline).filter_map(|path| texts.get(path)).flat_map(|text| tables(text, pipeline)))
        .collect()
}

/// The streaming tables and materialized views of a file that others can see.
fn tables(text: &str, pipeline: &Spec) -> BTreeSet<TableName> {
    let field = |name: &str| Identifier::new(pipeline.get(name).and_then(Value::as_str).unwrap_or_default());
    let (Ok(catalog), Ok(schema)) = (field("catalog"), field("schema")) else { return BTreeSet::new() };
    let parsed = parse_outline(&SourceFile::new("there", text));
    let table = |statement: &Statement| match &statement.kind {
        StatementKind::CreateDataset(dataset) if !dataset.private => {
            let kept = matches!(dataset.kind, DatasetKind::StreamingTable | DatasetKind::MaterializedView);
            dataset.name.value.resolve(&catalog, &schema).ok().filter(|_| kept)
        }
        _ => None,
    };
    parsed.statements.iter().filter_map(table).collect()
}
