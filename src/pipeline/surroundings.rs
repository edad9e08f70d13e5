//! What the SQL of a solution needs of its resource files: a pipeline that lists it, volumes that it reads.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::project::yaml::{Entry, Node, Value};
use crate::syntax::ast::{DatasetKind, StatementKind};
use crate::syntax::{Parsed, Unset, lex};

/// A pipeline as far as its SQL must know it; `resource` reads all of it and reports what is wrong.
pub(super) struct PipelineSource {
    pub(super) key: String,
    pub(super) catalog: Option<Identifier>,
    pub(super) schema: Option<Identifier>,
    /// The values of its parameters; `None` where one is known only once something else is deployed.
    pub(super) configuration: BTreeMap<String, Option<String>>,
    paths: HashSet<String>,
}

impl PipelineSource {
    pub(super) fn of(entry: &Entry) -> Self {
        let name = |key| entry.node.get(key).and_then(Node::as_str).and_then(|text| Identifier::object(text).ok());
        let paths = entry.node.get("sql").and_then(Node::as_list).unwrap_or_default();
        let configuration = entry.node.get("configuration").and_then(Node::as_map).unwrap_or_default();
        Self {
            key: entry.key.clone(),
            configuration: configuration.iter().map(|entry| (entry.key.clone(), text_of(&entry.node))).collect(),
            catalog: name("catalog"),
            schema: name("schema"),
            paths: paths.iter().filter_map(Node::as_str).map(|path| path.trim_matches('/').to_string()).collect(),
        }
    }
}

/// Which pipelines list a file, or a folder that it is in.
pub(super) struct Holders<'p>(HashMap<&'p str, Vec<usize>>);

impl<'p> Holders<'p> {
    pub(super) fn new(pipelines: &'p [PipelineSource]) -> Self {
        let mut holders: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, pipeline) in pipelines.iter().enumerate() {
            for path in &pipeline.paths {
                holders.entry(path).or_default().push(index);
            }
        }
        Self(holders)
    }

    /// Positions of pipelines, ascending.
    pub(super) fn of(&self, path: &str) -> Vec<usize> {
        let folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        let listed = folders.chain([path]).filter_map(|listed| self.0.get(listed));
        let mut found: Vec<usize> = listed.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A configured value as the API takes it.
fn text_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.contains("${")),
        Value::Bool(value) => Some(value.to_string()),
        Value::Integer(value) => Some(value.to_string()),
        Value::Float { text, .. } => Some(text.clone()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// The entries of a kind in all resource files.
fn entries<'n>(resources: &'n [Node], kind: &'static str) -> impl Iterator<Item = &'n Entry> {
    resources.iter().filter_map(move |file| file.get(kind)?.as_map()).flatten()
}

/// Is the file a task of a job?
pub(super) fn runs(resources: &[Node], path: &str) -> bool {
    let tasks = entries(resources, "jobs").filter_map(|job| job.node.get("tasks")?.as_list()).flatten();
    let mut files = tasks.filter_map(|task| task.at(&["sql_task", "file", "path"]).and_then(Node::as_str));
    files.any(|file| file == path)
}

/// Tables that only a pipeline can make, in files that none lists. Told once, at the first file: nothing that reads
/// the tables is wrong because of it.
pub(super) fn in_no_pipeline(
    files: &[(&Arc<SourceFile>, &Parsed)],
    resolve: &dyn Fn(&QualifiedName) -> Option<TableName>,
    solution: &str,
) -> (Vec<TableName>, Diagnostics) {
    let (mut tables, mut places) = (Vec::new(), Vec::new());
    for (file, parsed) in files {
        let made = parsed.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::CreateDataset(dataset) if dataset.kind != DatasetKind::View => {
                Some((resolve(&dataset.name.value)?, dataset.name.span))
            }
            _ => None,
        });
        let made: Vec<_> = made.collect();
        places.extend(made.first().map(|(_, span)| Location::new(file, *span)));
        tables.extend(made.into_iter().map(|(table, _)| table));
    }
    let Some(first) = places.first() else { return (tables, Diagnostics::default()) };
    let message = match places.len() {
        1 => "no pipeline lists this file, so nothing makes its tables".to_string(),
        files => format!("no pipeline lists this file and {} more, so nothing makes their tables", files - 1),
    };
    let hint = format!("list it or its folder under `sql` of a pipeline in jobs/{solution}/");
    (tables, Diagnostic::error(Code::NOT_IN_PIPELINE, message).at(first.clone()).hint(hint).into())
}

/// Paths into volumes that the resource files do not declare, of schemas for which they declare volumes. Volumes of
/// other schemas are somebody else's.
pub(super) fn unknown_volumes(files: &[&Arc<SourceFile>], resources: &[Node]) -> Diagnostics {
    let declared: Vec<String> = entries(resources, "volumes").filter_map(|entry| volume(&entry.node)).collect();
    if declared.is_empty() {
        return Diagnostics::default();
    }
    let found: Vec<Diagnostics> = files.par_iter().map(|file| unknown_in(file, &declared)).collect();
    found.into_iter().flatten().collect()
}

fn unknown_in(file: &Arc<SourceFile>, declared: &[String]) -> Diagnostics {
    let text = file.text();
    let strings = lex(text).tokens.into_iter().filter(|token| token.kind.is_string());
    let unknown = strings.filter_map(|token| {
        let inside = token.text(text).trim_start_matches(['r', 'R']).trim_matches(['\'', '"']);
        let path = strip_root(inside)?;
        let mut parts = path.split('/');
        let (catalog, schema, name) = (parts.next()?, parts.next()?, parts.next()?);
        let wanted = format!("{catalog}.{schema}.{name}").to_lowercase();
        let schema = format!("{catalog}.{schema}.").to_lowercase();
        if !declared.iter().any(|volume| volume.starts_with(&schema)) || declared.contains(&wanted) {
            return None;
        }
        let diagnostic = Diagnostic::error(Code::RESOURCE_REFERENCE, format!("the volume `{wanted}` is not declared"))
            .at(Location::new(file, token.span));
        let all = format!("declared: {}", declared.join(", "));
        Some(diagnostic.hint(all).suggest(&wanted, declared.iter().map(String::as_str)))
    });
    unknown.collect()
}

/// Principals that grants name and lakesmith.yml does not. A warning: a group may exist without being declared, but a
/// slip of the keyboard looks the same and takes away access in silence.
pub(super) fn unknown_principals(resources: &[Node], known: &BTreeSet<String>) -> Diagnostics {
    // Groups that every workspace has.
    const SYSTEM: [&str; 3] = ["account users", "users", "admins"];
    if known.is_empty() {
        return Diagnostics::default();
    }
    let named = entries(resources, "grants").filter_map(|grant| grant.node.get("privileges")?.as_map()).flatten();
    let unknown = named.filter(|entry| !known.contains(&entry.key) && !SYSTEM.contains(&entry.key.as_str()));
    let told = unknown.map(|entry| {
        let message = format!("the principal `{}` is not declared in lakesmith.yml", entry.key);
        let diagnostic = Diagnostic::warning(Code::GRANT_PRINCIPAL, message).at(entry.key_location.clone());
        diagnostic
            .hint("declare it under `principals`, and name it with `principal('…')`")
            .suggest(&entry.key, known.iter().map(String::as_str))
    });
    told.collect()
}

/// A parameter for which nothing has a value. Inside a text it stays as it is, which is seldom meant. Settings of
/// Spark and of the service have values that nobody needs to write.
pub(super) fn unset_parameter(unset: &Unset, location: &Location, pipeline: &PipelineSource) -> Option<Diagnostic> {
    let Unset { key, in_text, span: _ } = unset;
    let elsewhere = ["spark.", "pipelines."].iter().any(|start| key.starts_with(start));
    if elsewhere || pipeline.configuration.contains_key(key) {
        return None;
    }
    let message = format!("the parameter `{key}` has no value in the pipeline `{}`", pipeline.key);
    let diagnostic = if *in_text {
        Diagnostic::warning(Code::UNKNOWN_VARIABLE, message)
    } else {
        Diagnostic::error(Code::UNKNOWN_VARIABLE, message)
    };
    let hint = "give it one under `configuration` of the pipeline, or with `SET key = value` before";
    let known = pipeline.configuration.keys().map(String::as_str);
    Some(diagnostic.at(location.clone()).hint(hint).suggest(key, known))
}

fn strip_root(path: &str) -> Option<&str> {
    const ROOT: &str = "/Volumes/";
    let root = path.get(..ROOT.len())?;
    root.eq_ignore_ascii_case(ROOT).then(|| &path[ROOT.len()..])
}

/// `catalog.schema.name`, lower case.
fn volume(node: &Node) -> Option<String> {
    let text = |key| node.get(key).and_then(Node::as_str);
    Some(format!("{}.{}.{}", text("catalog_name")?, text("schema_name")?, text("name")?).to_lowercase())
}
