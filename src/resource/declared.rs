//! One entry of a resource file.

use serde_json::Value;

use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::project::yaml::{Entry, Node};

use super::shape::{Shape, read_object};
use super::{Desired, Kind, ResourceKey};

/// `key: { fields }` under a kind's top-level key.
pub(super) struct Declared<'n> {
    entry: &'n Entry,
}

/// Keys that every entry may have beside its kind's fields.
const COMMON: [&str; 2] = ["targets", "lifecycle"];

impl<'n> Declared<'n> {
    pub(super) fn new(entry: &'n Entry) -> Self {
        Self { entry }
    }

    pub(super) fn key(&self) -> &'n str {
        &self.entry.key
    }

    pub(super) fn node(&self) -> &'n Node {
        &self.entry.node
    }

    /// Where its key is written.
    pub(super) fn location(&self) -> &'n Location {
        &self.entry.key_location
    }

    /// Is it meant for this target? Without `targets` it is meant for all.
    pub(super) fn applies_to(&self, target: &str, out: &mut Diagnostics) -> bool {
        match self.node().get("targets") {
            None => true,
            Some(node) => {
                let names = node.list(out).unwrap_or_default();
                names.iter().filter_map(|name| name.string(out)).any(|name| name.value == target)
            }
        }
    }

    /// Reads the documented fields. `own` are keys that the kind reads itself.
    pub(super) fn read(
        &self,
        kind: Kind,
        fields: &[(&'static str, Shape)],
        own: &[&'static str],
        out: &mut Diagnostics,
    ) -> Desired {
        let extra: Vec<&'static str> = own.iter().copied().chain(COMMON).collect();
        let spec = read_object(self.node(), fields, &extra, out);
        self.finish(Desired::new(ResourceKey::new(kind, self.key()), spec))
    }

    /// Adds what every resource has.
    pub(super) fn finish(&self, mut desired: Desired) -> Desired {
        desired.location = Some(self.entry.key_location.clone());
        desired.prevent_destroy =
            self.node().at(&["lifecycle", "prevent_destroy"]).and_then(Node::as_bool).unwrap_or(false);
        desired
    }

    pub(super) fn require(&self, desired: &Desired, fields: &[&str], out: &mut Diagnostics) {
        for field in fields {
            if !desired.spec.contains_key(*field) && self.node().get(field).is_none_or(Node::is_null) {
                let message = format!("the key `{field}` is required here");
                out.push(Diagnostic::error(Code::MISSING_KEY, message).at(self.entry.key_location.clone()));
            }
            if let Some(Value::String(text)) = desired.spec.get(*field)
                && text.is_empty()
            {
                let message = format!("`{field}` must not be empty");
                let location = self.node().get(field).map_or(&self.entry.key_location, |node| &node.location);
                out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(location.clone()));
            }
        }
    }

    /// The items of a list; empty if the key is absent.
    pub(super) fn list(&self, key: &str, out: &mut Diagnostics) -> &'n [Node] {
        self.node().get(key).and_then(|node| node.list(out)).unwrap_or_default()
    }
}
