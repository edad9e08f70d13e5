//! A bundle of what a solution wants in a target: `databricks.yml`, a file of resources a kind, and the project's files.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::project::Mode;
use crate::resource::{Desired, DesiredSet, Kind, Reference, ResourceKey, RunAs, Spec, references_in, substitute};

use super::super::Compiled;
use super::super::import::plain_yaml;
use super::fields::documented;

/// Where the project's files would be: stands in specifications for the bundle's own folder.
const ROOT: &str = "/Workspace/Shared/.lakesmith-export";
/// Of the bundle, seen from its resource files: bundles read paths relative to the file that holds them.
const FILES: &str = "../files";

/// Something that the bundle does not say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    pub key: ResourceKey,
    /// Absent: all of it.
    pub field: Option<String>,
    pub why: &'static str,
}

#[derive(Debug)]
pub struct Bundle {
    /// Contents by path.
    pub files: BTreeMap<String, Vec<u8>>,
    pub left: Vec<Left>,
}

impl Compiled {
    /// With the values of the target that it was compiled for.
    pub fn bundle(&self, name: &str) -> Bundle {
        let set = self.desired_by_nobody(ROOT);
        let mut export = Export { set: &set, sections: BTreeMap::new(), files: BTreeMap::new(), left: Vec::new() };
        for desired in set.iter() {
            export.add(desired);
        }
        let needs_warehouse =
            export.sections.values().flat_map(Map::values).any(|entry| mentions(entry, "${var.warehouse_id}"));
        let Export { sections, mut files, left, .. } = export;
        for (section, entries) in sections {
            let mut inner = Map::new();
            inner.insert(section.to_string(), Value::Object(entries));
            let text = plain_yaml(&object("resources", Value::Object(inner)));
            files.insert(format!("resources/{section}.yml"), text.into_bytes());
        }
        let text = plain_yaml(&self.settings(name, needs_warehouse));
        files.insert("databricks.yml".to_string(), text.into_bytes());
        Bundle { files, left }
    }

    /// `databricks.yml`: <https://docs.databricks.com/dev-tools/bundles/settings>.
    fn settings(&self, name: &str, needs_warehouse: bool) -> Spec {
        let mut settings = object("bundle", json!({ "name": name }));
        settings.insert("include".to_string(), json!(["resources/*.yml"]));
        if needs_warehouse {
            let description = "The SQL warehouse of dashboards, Genie spaces, alerts and SQL tasks";
            settings.insert("variables".to_string(), json!({ "warehouse_id": { "description": description } }));
        }
        let mut target = Map::new();
        let mode = match self.mode {
            Mode::Development => Some("development"),
            Mode::Production => Some("production"),
            Mode::Local => None,
        };
        target.extend(mode.map(|mode| ("mode".to_string(), json!(mode))));
        target.insert("default".to_string(), json!(true));
        if let Some(host) = &self.about.host {
            target.insert("workspace".to_string(), json!({ "host": host.value }));
        }
        let run_as = self.run_as.as_ref().map(|run_as| match run_as {
            RunAs::ServicePrincipal(name) => json!({ "service_principal_name": name }),
            RunAs::User(name) => json!({ "user_name": name }),
        });
        target.extend(run_as.map(|run_as| ("run_as".to_string(), run_as)));
        settings.insert("targets".to_string(), json!({ self.target.as_str(): target }));
        settings
    }
}

struct Export<'d> {
    set: &'d DesiredSet,
    /// Entries by key, by the section of `resources`.
    sections: BTreeMap<&'static str, Map<String, Value>>,
    files: BTreeMap<String, Vec<u8>>,
    left: Vec<Left>,
}

impl Export<'_> {
    fn add(&mut self, desired: &Desired) {
        let key = &desired.key;
        let bytes = desired.content.as_ref().and_then(|content| content.bytes());
        if let (Kind::WorkspaceFile, Some(bytes)) = (key.kind, bytes) {
            self.files.insert(format!("files/{}", key.name()), bytes.to_vec());
            return;
        }
        if key.kind == Kind::Grants {
            if self.holder(desired).is_none() {
                self.leave(key, None, documented(Kind::Grants).err().unwrap_or_default());
            }
            return;
        }
        let (section, known) = match documented(key.kind) {
            Ok(found) => found,
            Err(why) => return self.leave(key, None, why),
        };
        let mut entry = Map::new();
        for (name, value) in &desired.spec {
            // What follows from deploying, and not from the project.
            let own =
                name == "published" || name == "parent_path" && value.as_str() == Some(&format!("{ROOT}/resources"));
            if own {
                continue;
            }
            if known.contains(&name.as_str()) {
                entry.insert(name.clone(), self.value(key, value));
            } else {
                self.leave(key, Some(name.clone()), "bundles document no such field");
            }
        }
        if let Some(bytes) = bytes {
            let ending = if key.kind == Kind::Dashboard { "lvdash" } else { "geniespace" };
            let path = format!("{}/{}.{ending}.json", section, key.name());
            entry.insert("file_path".to_string(), json!(format!("{FILES}/{path}")));
            self.files.insert(format!("files/{path}"), bytes.to_vec());
        }
        let grants = self.grants_on(desired);
        if !grants.is_empty() {
            entry.insert("grants".to_string(), Value::Array(grants));
        }
        if desired.prevent_destroy {
            entry.insert("lifecycle".to_string(), json!({ "prevent_destroy": true }));
        }
        self.sections.entry(section).or_default().insert(key.name().to_string(), Value::Object(entry));
    }

    fn leave(&mut self, key: &ResourceKey, field: Option<String>, why: &'static str) {
        self.left.push(Left { key: key.clone(), field, why });
    }

    /// References in the bundle's words, and paths of files as it has them.
    fn value(&mut self, key: &ResourceKey, value: &Value) -> Value {
        for reference in references_in(value) {
            if let Reference::Output { key: other, .. } = &reference
                && documented(other.kind).is_err()
            {
                self.leave(key, Some(Reference::id_of(other)), "a bundle has no such resource to refer to");
            }
        }
        let word = |reference: &Reference| match reference {
            Reference::DefaultWarehouse => Some("${var.warehouse_id}".to_string()),
            Reference::Output { key, field } => {
                let (section, _) = documented(key.kind).ok()?;
                Some(format!("${{resources.{section}.{}.{field}}}", key.name()))
            }
        };
        local(&substitute(value, &word))
    }

    /// The resource of the set that grants are on.
    fn holder(&self, grants: &Desired) -> Option<&Desired> {
        self.set.iter().find(|desired| names(desired).is_some_and(|(kind, name)| is_on(grants, kind, &name)))
    }

    fn grants_on(&self, desired: &Desired) -> Vec<Value> {
        let Some((kind, name)) = names(desired) else { return Vec::new() };
        let grants = self.set.iter().filter(|other| other.key.kind == Kind::Grants && is_on(other, kind, &name));
        let privileges = grants.filter_map(|grants| grants.spec.get("privileges")?.as_object());
        let entry =
            |(principal, privileges): (&String, &Value)| json!({ "principal": principal, "privileges": privileges });
        privileges.flatten().map(entry).collect()
    }
}

/// What grants call a securable of the set.
fn names(desired: &Desired) -> Option<(&'static str, String)> {
    let text = |field| desired.text(field).map(str::to_lowercase);
    match desired.key.kind {
        Kind::Catalog => Some(("catalog", text("name")?)),
        Kind::Schema => Some(("schema", format!("{}.{}", text("catalog_name")?, text("name")?))),
        Kind::Volume => {
            Some(("volume", format!("{}.{}.{}", text("catalog_name")?, text("schema_name")?, text("name")?)))
        }
        _ => None,
    }
}

fn is_on(grants: &Desired, kind: &str, name: &str) -> bool {
    grants.text("securable_type") == Some(kind) && grants.text("securable").is_some_and(|on| on.to_lowercase() == name)
}

fn local(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix("/files/")) {
            Some(path) => json!(format!("{FILES}/{path}")),
            None => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().map(local).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), local(field))).collect())
        }
        other => other.clone(),
    }
}

fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found.contains(text),
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(fields) => fields.values().any(|field| mentions(field, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn object(name: &str, value: Value) -> Spec {
    std::iter::once((name.to_string(), value)).collect()
}
