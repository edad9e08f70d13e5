//! Pipelines, and the update that makes their tables exist.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::declared::Declared;
use super::super::inputs::{Context, Inputs, RunAs};
use super::super::key::Reference;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::{Shape, TEXTS};
use super::super::{Desired, Kind, ResourceKey, Spec};
use super::file;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::TableName;

/// Deleting a pipeline deletes its streaming tables with all that they ingested.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &[
        "storage",
        "ingestion_definition.connection_name",
        "ingestion_definition.ingestion_gateway_id",
        "ingestion_definition.ingest_from_uc_foreign_catalog",
        "gateway_definition.connection_id",
        "gateway_definition.connection_name",
        "gateway_definition.gateway_storage_catalog",
        "gateway_definition.gateway_storage_schema",
    ],
    // Its tables are made anew at the other place.
    rebuilds: &["catalog", "schema", "target"],
    // `run_as` of a pipeline is set but not told in `spec`.
    write_only: &["run_as", "allow_duplicate_names"],
    keyed_lists: &[("clusters", "label")],
    normal_forms: &[
        ("libraries[].file.path", NormalForm::WorkspacePath),
        ("root_path", NormalForm::WorkspacePath),
        ("catalog", NormalForm::IgnoreCase),
        ("schema", NormalForm::IgnoreCase),
    ],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

/// The tables are named by the update and observed one by one, so their order means nothing.
pub(in super::super) const UPDATE_RULES: Rules =
    Rules { immutable: &["pipeline_id"], write_only: &["pipeline_id"], sets: &["tables"], ..Rules::PLAIN };

/// "Add email notifications for pipeline events": the events that may send one.
const ALERT: Shape =
    Shape::OneOf(&["on-update-success", "on-update-failure", "on-update-fatal-failure", "on-flow-failure"]);

pub(in super::super) const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("catalog", Shape::Text),
    ("schema", Shape::Text),
    ("target", Shape::Text),
    ("storage", Shape::Text),
    ("configuration", Shape::TextMap),
    ("clusters", Shape::List(&Shape::Any)),
    ("libraries", Shape::List(&LIBRARY)),
    ("serverless", Shape::Boolean),
    ("continuous", Shape::Boolean),
    ("development", Shape::Boolean),
    ("photon", Shape::Boolean),
    ("channel", Shape::OneOf(&["CURRENT", "PREVIEW", "current", "preview"])),
    ("edition", Shape::OneOf(&["CORE", "PRO", "ADVANCED", "core", "pro", "advanced"])),
    ("notifications", Shape::List(&Shape::Object(&[("email_recipients", TEXTS), ("alerts", Shape::List(&ALERT))]))),
    ("event_log", Shape::Object(&[("name", Shape::Text), ("catalog", Shape::Text), ("schema", Shape::Text)])),
    ("root_path", Shape::Text),
    ("environment", Shape::Object(&[("dependencies", TEXTS)])),
    ("tags", Shape::TextMap),
    ("budget_policy_id", Shape::Text),
    ("run_as", Shape::Object(&[("user_name", Shape::Text), ("service_principal_name", Shape::Text)])),
    ("restart_window", Shape::Any),
    ("filters", Shape::Object(&[("include", TEXTS), ("exclude", TEXTS)])),
    ("ingestion_definition", Shape::Any),
    ("gateway_definition", Shape::Any),
    ("allow_duplicate_names", Shape::Boolean),
];

static LIBRARY: Shape = Shape::Object(&[
    ("file", Shape::Object(&[("path", Shape::Text)])),
    ("notebook", Shape::Object(&[("path", Shape::Text)])),
    ("glob", Shape::Object(&[("include", Shape::Text)])),
    ("whl", Shape::Text),
    ("jar", Shape::Text),
    ("maven", Shape::Any),
]);

/// A pipeline and the SQL files of the project that are its source.
pub(in super::super) struct Built {
    pub(in super::super) desired: Desired,
    /// Project paths.
    pub(in super::super) sources: BTreeSet<String>,
}

pub(in super::super) fn build(
    declared: &Declared<'_>,
    inputs: &Inputs,
    context: &Context,
    out: &mut Diagnostics,
) -> Built {
    let mut desired = declared.read(Kind::Pipeline, FIELDS, &["sql", "permissions"], out);
    declared.require(&desired, &["name"], out);
    let mut sources = BTreeSet::new();
    for item in declared.list("sql", out) {
        let Some(folder) = item.string(out) else { continue };
        let wanted = folder.value.trim_matches('/').to_string();
        let folder_start = format!("{wanted}/");
        let inside = inputs.sql.range(folder_start.clone()..).map(|(path, _)| path);
        let inside = inside.take_while(|path| path.starts_with(&folder_start));
        let found: Vec<&String> =
            inputs.sql.get_key_value(&wanted).map(|(path, _)| path).into_iter().chain(inside).collect();
        if found.is_empty() {
            let message = format!("no SQL file is in `{wanted}`");
            out.push(Diagnostic::error(Code::MISSING_FILE, message).at(folder.location));
        }
        sources.extend(found.into_iter().cloned());
    }
    if !sources.is_empty() {
        let library = |path: &String| json!({ "file": { "path": file::workspace_path(context, path) } });
        let libraries = desired.spec.entry("libraries").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = libraries {
            list.extend(sources.iter().map(library));
        }
        desired.depends_on.extend(sources.iter().map(|path| file::key(path)));
    }
    if let Some(user) = &context.development {
        prefix_name(&mut desired, "name", user);
        desired.spec.entry("development").or_insert(Value::Bool(true));
        if desired.spec.contains_key("continuous") {
            desired.spec.insert("continuous".to_string(), Value::Bool(false));
        }
    }
    if let Some(run_as) = &context.run_as {
        desired.spec.entry("run_as").or_insert_with(|| run_as.to_json());
    }
    Built { desired, sources }
}

/// Names of development copies tell whose they are.
pub(in super::super) fn prefix_name(desired: &mut Desired, field: &str, user: &str) {
    if let Some(Value::String(name)) = desired.spec.get_mut(field) {
        *name = format!("[dev {user}] {name}");
    }
}

impl RunAs {
    /// As resources that run as somebody have it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::ServicePrincipal(id) => json!({ "service_principal_name": id }),
            Self::User(name) => json!({ "user_name": name }),
        }
    }
}

pub(in super::super) fn update_key(pipeline: &ResourceKey) -> ResourceKey {
    ResourceKey::new(Kind::PipelineUpdate, pipeline.name())
}

/// The update of `pipeline` after which `tables` exist.
pub(in super::super) fn update(pipeline: &Desired, tables: &BTreeSet<TableName>) -> Desired {
    let mut spec = Spec::new();
    spec.insert("pipeline_id".to_string(), Value::String(Reference::id_of(&pipeline.key)));
    let names = tables.iter().map(|table| Value::String(table.to_string().to_lowercase()));
    spec.insert("tables".to_string(), Value::Array(names.collect()));
    let mut desired = Desired::new(update_key(&pipeline.key), spec);
    desired.depends_on.insert(pipeline.key.clone());
    desired.location = pipeline.location.clone();
    desired
}
