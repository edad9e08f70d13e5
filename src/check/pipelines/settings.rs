//! A pipeline's own settings, against its target and against what its SQL uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::entries::{entries, error, list, open, warning};
use crate::check::jobs::{address, run_as};
use crate::diag::{Code, Diagnostics, Location};
use crate::project::Mode;
use crate::project::yaml::{Entry, Node};
use crate::syntax::ast::{DatasetSource, FlowBody, Statement, StatementKind};

use super::SettingFacts;

/// What is wrong with the settings of pipelines.
pub fn settings(facts: &SettingFacts<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    let mut names: BTreeMap<&str, &Location> = BTreeMap::new();
    for pipeline in entries(facts.resources, "pipelines", &facts.target.name) {
        let node = &pipeline.node;
        place(pipeline, &mut out);
        compute(node, &mut out);
        run_as(node, facts.target, &mut out);
        let notifications = list(node, "notifications").iter().flat_map(|item| list(item, "email_recipients"));
        notifications.for_each(|recipient| address(recipient, &mut out));
        if facts.target.mode == Mode::Production
            && let Some(development) = node.get("development").filter(|node| node.as_bool() == Some(true))
        {
            let message = "a pipeline of a production target is in development mode";
            let hint = "remove it: development mode neither retries nor stops what it started";
            out.push(error(Code::DEVELOPMENT_IN_PRODUCTION, &development.location, message).hint(hint));
        }
        let files = facts.files.get(pipeline.key.as_str()).map(Vec::as_slice).unwrap_or_default();
        edition(node, files, &mut out);
        configuration(node, files, &mut out);
        if let Some(name) = node.get("name")
            && let Some(text) = name.as_str()
            && let Some(first) = names.insert(text, &name.location)
            && node.get("allow_duplicate_names").and_then(Node::as_bool) != Some(true)
        {
            // "The name … must be unique" unless `allow_duplicate_names` (Pipelines API, "Create a pipeline").
            let message = format!("two pipelines are called `{text}`");
            out.push(error(Code::SAME_NAME, &name.location, message).related(first.clone(), "the other"));
        }
    }
    out
}

/// Catalogs, schemas and volumes of one full name are one object, which two entries would change in turn.
pub fn containers(facts: &SettingFacts<'_>) -> Diagnostics {
    const KINDS: [(&str, &[&str]); 3] = [
        ("catalogs", &["name"]),
        ("schemas", &["catalog_name", "name"]),
        ("volumes", &["catalog_name", "schema_name", "name"]),
    ];
    let mut out = Diagnostics::default();
    for (kind, parts) in KINDS {
        let mut names: BTreeMap<String, &Location> = BTreeMap::new();
        for entry in entries(facts.resources, kind, &facts.target.name) {
            let name: Option<Vec<&str>> = parts.iter().map(|part| entry.node.get(part)?.as_str()).collect();
            let (Some(name), Some(written)) = (name, entry.node.get("name")) else { continue };
            let name = name.join(".").to_lowercase();
            if let Some(first) = names.get(&name).filter(|_| !open(&name)) {
                let message = format!("two entries of `{kind}` make `{name}`");
                let found = error(Code::SAME_NAME, &written.location, message).related((*first).clone(), "the other");
                out.push(found);
            } else {
                names.insert(name, &written.location);
            }
        }
    }
    out
}

/// Without a catalog the tables go to the Hive metastore, which nothing else here speaks of.
fn place(pipeline: &Entry, out: &mut Diagnostics) {
    let node = &pipeline.node;
    // A pipeline that ingests or only gives a gateway says so elsewhere.
    if node.get("ingestion_definition").is_some() || node.get("gateway_definition").is_some() {
        return;
    }
    let given = |key: &str| node.get(key).is_some_and(|value| !value.is_null());
    if !given("catalog") {
        let message = "the pipeline names no catalog";
        let hint = "add `catalog`, or its tables go to the Hive metastore";
        out.push(warning(Code::PIPELINE_PLACE, &pipeline.key_location, message).hint(hint));
    } else if !given("schema") && !given("target") {
        let message = "the pipeline names no schema";
        let hint = "add `schema`: where tables go whose names have no schema";
        out.push(warning(Code::PIPELINE_PLACE, &pipeline.key_location, message).hint(hint));
    } else if let (Some(_), Some(target)) = (node.get("schema"), node.entry("target")) {
        let message = "the pipeline has both `schema` and the older `target`";
        out.push(error(Code::PIPELINE_PLACE, &target.key_location, message).hint("remove `target`"));
    }
}

/// "You cannot manually add compute settings in a clusters object … for a serverless pipeline" (Databricks
/// documentation, "Configure a serverless pipeline").
fn compute(node: &Node, out: &mut Diagnostics) {
    let serverless = node.get("serverless").filter(|node| node.as_bool() == Some(true));
    let clusters = node.entry("clusters").filter(|entry| entry.node.as_list().is_some_and(|list| !list.is_empty()));
    if let (Some(serverless), Some(clusters)) = (serverless, clusters) {
        let message = "a serverless pipeline has no clusters";
        let diagnostic = error(Code::SERVERLESS_CLUSTER, &clusters.key_location, message);
        out.push(diagnostic.related(serverless.location.clone(), "it is serverless").hint("remove one of them"));
    }
}

/// What an edition must be able to do (Databricks documentation, "Product editions"): CORE ingests, PRO adds AUTO CDC,
/// ADVANCED adds expectations. Serverless pipelines have all of it.
fn edition(node: &Node, files: &[(&str, &[Statement])], out: &mut Diagnostics) {
    let Some(edition) = node.get("edition") else { return };
    let Some(name) = edition.as_str() else { return };
    if node.get("serverless").and_then(Node::as_bool) == Some(true) {
        return;
    }
    let statements = || files.iter().flat_map(|(_, statements)| statements.iter());
    let lacking = match name.to_ascii_uppercase().as_str() {
        "CORE" if statements().any(changes) => Some("AUTO CDC"),
        "CORE" | "PRO" if statements().any(expects) => Some("expectations"),
        _ => None,
    };
    if let Some(feature) = lacking {
        let needed = if feature == "AUTO CDC" { "PRO or ADVANCED" } else { "ADVANCED" };
        let message = format!("the edition {name} has no {feature}, which the pipeline's SQL uses");
        out.push(error(Code::PIPELINE_EDITION, &edition.location, message).hint(format!("write `edition: {needed}`")));
    }
}

/// Does it apply changes?
pub(super) fn changes(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::CreateFlow(flow) => matches!(flow.body, FlowBody::AutoCdc { .. }),
        StatementKind::CreateDataset(dataset) => match &dataset.source {
            DatasetSource::Flow(body) => matches!(**body, FlowBody::AutoCdc { .. }),
            DatasetSource::None | DatasetSource::Query(_) => false,
        },
        _ => false,
    }
}

fn expects(statement: &Statement) -> bool {
    matches!(&statement.kind, StatementKind::CreateDataset(dataset) if !dataset.expectations.is_empty())
}

/// Settings of Spark and of the service are read by these; other keys only by the pipeline's files.
fn configuration(node: &Node, files: &[(&str, &[Statement])], out: &mut Diagnostics) {
    let entries = node.get("configuration").and_then(Node::as_map).unwrap_or_default();
    // Python and notebooks may read any key.
    let others = ["libraries", "environment", "root_path"].iter().any(|key| node.get(key).is_some());
    if entries.is_empty() || others || files.is_empty() {
        return;
    }
    let read: BTreeSet<&str> = files.iter().flat_map(|(text, _)| parameters(text)).collect();
    for entry in entries {
        let own = ["spark.", "pipelines.", "bundle."].iter().any(|start| entry.key.starts_with(start));
        if !own && !read.contains(entry.key.as_str()) {
            let message = format!("no SQL file of the pipeline reads `${{{}}}`", entry.key);
            let diagnostic = warning(Code::UNUSED_CONFIGURATION, &entry.key_location, message);
            out.push(diagnostic.suggest(&entry.key, read.iter().copied()));
        }
    }
}

fn parameters(sql: &str) -> Vec<&str> {
    sql.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(key, _)| key.trim()).collect()
}
