//! What the resources of a project are in a bundle.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::resource::{Desired, DesiredSet, Kind, Reference, ResourceKey, references_in, substitute};

use super::access::{grants_on, holder_of_grants, holder_of_permissions, permissions_on};
use super::fields::{bundle_name, documented};

/// Where the project's folder would be: stands in specifications for the bundle's own folder, and in nothing that is written.
pub(super) const ROOT: &str = "/Workspace/Shared/.lakesmith-export";
/// Of the bundle, seen from its resource files: bundles read paths relative to the file that holds them.
const FILES: &str = "../files";
/// The folder of the bundle in the workspace. It is there before any resource is made.
const FOLDER: &str = "${workspace.root_path}";
pub(super) const WAREHOUSE: &str = "${var.warehouse_id}";

/// Something that the bundle does not say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    pub key: ResourceKey,
    /// Absent: all of it.
    pub field: Option<String>,
    pub why: &'static str,
}

pub(super) struct Entries {
    /// Entries by key, by the section of `resources`.
    pub(super) sections: BTreeMap<&'static str, Map<String, Value>>,
    /// Contents by path.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) left: Vec<Left>,
}

impl Entries {
    pub(super) fn of(set: &DesiredSet) -> Self {
        let out = Self { sections: BTreeMap::new(), files: BTreeMap::new(), left: Vec::new() };
        let mut writer = Writer { set, words: words(set), out };
        for desired in set.iter() {
            writer.add(desired);
        }
        writer.out
    }
}

struct Writer<'d> {
    set: &'d DesiredSet,
    /// What the bundle calls each resource.
    words: BTreeMap<&'d ResourceKey, String>,
    out: Entries,
}

impl Writer<'_> {
    fn add(&mut self, desired: &Desired) {
        let key = &desired.key;
        let bytes = desired.content.as_ref().and_then(|content| content.bytes());
        if let (Kind::WorkspaceFile, Some(bytes)) = (key.kind, bytes) {
            self.out.files.insert(format!("files/{}", key.name()), bytes.to_vec());
            return;
        }
        let holder = match key.kind {
            Kind::Grants => holder_of_grants(self.set, desired),
            Kind::Permissions => holder_of_permissions(self.set, desired),
            _ => None,
        };
        if holder.is_some() {
            // It is written with what it is on.
            return;
        }
        let (section, known) = match documented(key.kind) {
            Ok(found) => found,
            Err(why) => return self.leave(key, None, why),
        };
        let word = self.words.get(key).cloned().unwrap_or_default();
        let mut entry = Map::new();
        for (field, value) in &desired.spec {
            let name = bundle_name(key.kind, field);
            if self.is_given(desired, field, value) {
                continue;
            }
            if known.contains(&name) {
                let value = self.value(key, value);
                entry.insert(name.to_string(), value);
            } else {
                self.leave(key, Some(field.clone()), "bundles document no such field");
            }
        }
        if let Some(bytes) = bytes {
            let ending = if key.kind == Kind::Dashboard { "lvdash" } else { "geniespace" };
            let path = format!("{section}/{word}.{ending}.json");
            entry.insert("file_path".to_string(), json!(format!("{FILES}/{path}")));
            self.out.files.insert(format!("files/{path}"), bytes.to_vec());
            // lakesmith takes the usual one where none is named; a bundle has to be told.
            entry.entry("warehouse_id").or_insert_with(|| json!(WAREHOUSE));
        }
        for (name, list) in
            [("grants", grants_on(self.set, desired)), ("permissions", permissions_on(self.set, desired))]
        {
            if !list.is_empty() {
                entry.insert(name.to_string(), Value::Array(list));
            }
        }
        if desired.prevent_destroy {
            entry.insert("lifecycle".to_string(), json!({ "prevent_destroy": true }));
        }
        self.out.sections.entry(section).or_default().insert(word, Value::Object(entry));
    }

    /// Does it follow from deploying a bundle, and not from the project?
    fn is_given(&self, desired: &Desired, field: &str, value: &Value) -> bool {
        let own_folder = || value.as_str() == Some(&format!("{ROOT}/resources"));
        match field {
            "published" => desired.key.kind == Kind::Dashboard,
            "parent_path" => own_folder(),
            _ => false,
        }
    }

    fn leave(&mut self, key: &ResourceKey, field: Option<String>, why: &'static str) {
        let left = Left { key: key.clone(), field, why };
        if !self.out.left.contains(&left) {
            self.out.left.push(left);
        }
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
            Reference::DefaultWarehouse => Some(WAREHOUSE.to_string()),
            Reference::Output { key, field } => {
                let (section, _) = documented(key.kind).ok()?;
                Some(format!("${{resources.{section}.{}.{field}}}", self.words.get(key)?))
            }
        };
        let value = substitute(value, &word);
        if key.kind == Kind::Experiment
            && value.as_str().is_some_and(|name| below_experiments(name).is_some_and(is_nested))
        {
            let why = "a bundle makes no folder for it: make the one that it names before the first deployment";
            self.leave(key, Some("name".to_string()), why);
        }
        local(&value)
    }
}

/// Names in a bundle by key. They are parts of references there: letters, digits, `_` and `-`, a letter first, and neither
/// `_` nor `-` last.
fn words(set: &DesiredSet) -> BTreeMap<&ResourceKey, String> {
    let mut taken: BTreeSet<(Kind, String)> = BTreeSet::new();
    let is_word = |name: &str| plain(name) == name;
    // Names that are words already keep them, whatever others come to.
    let (words, others): (Vec<_>, Vec<_>) = set.keys().partition(|key| is_word(key.name()));
    let named = words.into_iter().chain(others).map(|key| {
        let wanted = plain(key.name());
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let mut tries = std::iter::once(wanted.clone()).chain(numbered);
        let word = tries.find(|word| taken.insert((key.kind, word.clone()))).unwrap_or_default();
        (key, word)
    });
    named.collect()
}

fn plain(name: &str) -> String {
    let replaced: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' }).collect();
    let trimmed = replaced.trim_matches(['_', '-']);
    if trimmed.starts_with(|c: char| c.is_ascii_alphabetic()) { trimmed.to_string() } else { format!("r{trimmed}") }
}

/// The rest of the name of an experiment that lies in the project's folder.
fn below_experiments(name: &str) -> Option<&str> {
    name.strip_prefix(ROOT)?.strip_prefix("/experiments/")
}

fn is_nested(path: &str) -> bool {
    path.contains('/')
}

/// A value with the bundle's own places in it.
fn local(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let file = text.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix("/files/"));
            json!(match (file, below_experiments(text)) {
                (Some(path), _) => format!("{FILES}/{path}"),
                // An experiment is made in a folder that is there, or not at all; of the bundle only the top one surely is.
                (None, Some(path)) => format!("{FOLDER}/{path}"),
                (None, None) => text.replace(ROOT, FOLDER),
            })
        }
        Value::Array(items) => Value::Array(items.iter().map(local).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), local(field))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The segments of a reference (workspace-api.md, "interpolation"): `\p{L}+([-_]*[\p{L}\p{N}]+)*`.
    #[test]
    fn every_resource_has_a_name_of_its_own_that_can_be_referred_to() {
        let names = ["daily", "a b", "a_b", "2024", "_x", "x_", "x", "é"];
        let desired = |name: &&str| Desired::new(ResourceKey::new(Kind::Job, *name), Map::new());
        let set: DesiredSet = names.iter().map(desired).collect();
        let words = words(&set);
        let of = |name: &str| words[&ResourceKey::new(Kind::Job, name)].as_str();
        assert_eq!(["daily", "a_b", "x"].map(of), ["daily", "a_b", "x"]);
        assert_eq!(["a b", "2024"].map(of), ["a_b_2", "r2024"]);
        let all: BTreeSet<&String> = words.values().collect();
        assert_eq!(all.len(), names.len(), "{words:?}");
        for word in all {
            assert!(word.starts_with(|c: char| c.is_ascii_alphabetic()), "{word}");
            assert!(word.ends_with(|c: char| c.is_ascii_alphanumeric()), "{word}");
        }
    }
}
