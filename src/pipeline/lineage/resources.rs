//! What resource files use: grants, pipelines, jobs, and the names of dashboards and Genie spaces.

use crate::analyze::{Role, bind_partial, trace};
use crate::check::Embedded;
use crate::diag::Location;
use crate::ident::TableName;
use crate::lineage::{EdgeKind, NodeId, NodeKind, Privileges};
use crate::project::yaml::{Entry, Node};
use crate::render::RenderedSolution;
use crate::resource::Document;
use crate::syntax::parse_query;

use super::collect::Teller;
use crate::pipeline::compile::Compiled;

impl Teller<'_> {
    pub(super) fn resources(&mut self, resources: &[Node], compiled: &Compiled, solution: &RenderedSolution) {
        let entries = |section: &str| -> Vec<&Entry> {
            resources.iter().filter_map(|file| file.get(section)?.as_map()).flatten().collect()
        };
        for entry in entries("grants") {
            self.grants(entry);
        }
        let declared = entries("dashboards");
        for document in compiled.dashboards(solution) {
            let own = declared.iter().find(|entry| file_of(entry) == Some(&document.path));
            let embeds = own.and_then(|own| own.node.get("embed_credentials")).and_then(Node::as_bool);
            let key = own.map_or_else(|| stem(document), |own| own.key.clone());
            self.dashboard(document, &key, embeds == Some(true));
        }
        let declared = entries("genie_spaces");
        for document in compiled.genie_spaces(solution) {
            let own = declared.iter().find(|entry| file_of(entry) == Some(&document.path));
            let key = own.map_or_else(|| stem(document), |own| own.key.clone());
            self.genie(document, &key);
        }
        for alert in entries("alerts") {
            self.alert(alert);
        }
        for job in entries("jobs") {
            self.job(job, compiled);
        }
    }

    fn grants(&mut self, entry: &Entry) {
        let text = |key: &str| entry.node.get(key).and_then(Node::as_str);
        let (Some(kind), Some(securable)) = (text("securable_type"), text("securable")) else { return };
        let place = entry.node.get("securable").map_or(&entry.key_location, |node| &node.location);
        let place = (self.locate)(place);
        let mut privileges = Vec::new();
        for principal in entry.node.get("privileges").and_then(Node::as_map).unwrap_or_default() {
            let listed = principal.node.as_list().unwrap_or_default().iter().filter_map(Node::as_str);
            privileges.push((principal.key.clone(), listed.map(str::to_uppercase).collect::<Vec<_>>()));
        }
        let grant = self.builder.item(NodeKind::Grant, None, &entry.key, Some(&place));
        if let Ok(name) = TableName::parse(securable) {
            match kind.to_lowercase().as_str() {
                "table" => {
                    let relation = self.builder.relation(NodeKind::External, &name, None);
                    self.builder.link(relation, grant, EdgeKind::Reads, Some(&place));
                }
                "function" => {
                    let function = self.builder.function(&name, None);
                    self.builder.link(function, grant, EdgeKind::Reads, Some(&place));
                }
                _ => {}
            }
        }
        for (principal, privileges) in privileges {
            let securable = securable.to_lowercase();
            self.builder.privileges(Privileges { securable, principal, privileges, location: place.clone() });
        }
    }

    fn alert(&mut self, alert: &Entry) {
        let place = (self.locate)(&alert.key_location);
        let id = self.builder.item(NodeKind::Alert, None, &alert.key, Some(&place));
        let Some(sql) = alert.node.get("query_text").and_then(Embedded::of) else { return };
        let (Some(query), _) = parse_query(&sql.file) else { return };
        let (bound, ..) = bind_partial(&query, &sql.file, &self.session);
        let locate = |location: &Location| (self.locate)(&sql.locate(location.span));
        let traced = trace(&bound);
        self.builder.query(id, &traced, &sql.file, &locate, false);
        // What is watched is named as the query shows it.
        let shown = self.named_by_source(&traced, &sql.file);
        let watched: [&[&str]; 2] = [&["evaluation", "source", "name"], &["evaluation", "threshold", "column", "name"]];
        for node in watched.iter().filter_map(|path| alert.node.at(path)) {
            let Some(name) = node.as_str() else { continue };
            let place = (self.locate)(&node.location);
            for (_, column) in shown.iter().filter(|(known, _)| known.as_str().eq_ignore_ascii_case(name)) {
                let named = EdgeKind::Named { role: Role::Value, explicit: true };
                self.builder.link(*column, id, named, Some(&place));
            }
        }
    }

    fn job(&mut self, job: &Entry, compiled: &Compiled) {
        let place = (self.locate)(&job.key_location);
        let id = self.builder.item(NodeKind::Job, None, &job.key, Some(&place));
        for task in job.node.get("tasks").and_then(Node::as_list).unwrap_or_default() {
            let Some(key) = task.get("task_key") else { continue };
            let Some(name) = key.as_str() else { continue };
            let place = (self.locate)(&key.location);
            let task_id = self.builder.item(NodeKind::Task, Some(id), name, Some(&place));
            let path = task.at(&["sql_task", "file", "path"]);
            if let Some((path, node)) = path.and_then(|node| Some((node.as_str()?, node)))
                && compiled.parsed.contains_key(path)
            {
                let script = self.builder.item(NodeKind::Script, None, path, None);
                self.runs(script, task_id, node);
            }
            let references = [
                (NodeKind::Pipeline, "pipeline", task.at(&["pipeline_task", "pipeline_id"])),
                (NodeKind::Dashboard, "dashboard", task.at(&["dashboard_task", "dashboard_id"])),
                (NodeKind::Alert, "alert", task.at(&["alert_task", "alert_id"])),
                (NodeKind::Alert, "alert", task.at(&["sql_task", "alert", "alert_id"])),
            ];
            for (kind, word, node) in references {
                let Some((text, node)) = node.and_then(|node| Some((node.as_str()?, node))) else { continue };
                let key = text.strip_prefix("${").and_then(|text| text.strip_suffix(".id}")?.strip_prefix(word));
                let Some(key) = key.and_then(|key| key.strip_prefix('.')) else { continue };
                let item = self.builder.item(kind, None, key, None);
                self.runs(item, task_id, node);
            }
        }
    }

    fn runs(&mut self, what: NodeId, task: NodeId, node: &Node) {
        let place = (self.locate)(&node.location);
        self.builder.link(what, task, EdgeKind::Runs, Some(&place));
    }
}

fn file_of(entry: &Entry) -> Option<&str> {
    entry.node.get("file").and_then(Node::as_str)
}

/// The name of a document that no resource file names.
fn stem(document: &Document) -> String {
    let name = document.path.rsplit('/').next().unwrap_or_default();
    name.split('.').next().unwrap_or(name).to_string()
}
