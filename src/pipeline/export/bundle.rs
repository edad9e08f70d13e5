//! A bundle of what a solution wants in a target: `databricks.yml`, a file of resources a kind, and the project's files.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::project::Mode;
use crate::resource::{DesiredSet, Kind, RunAs, Spec};

use super::super::Compiled;
use super::super::import::plain_yaml;
use super::entries::{Entries, Left, ROOT, WAREHOUSE};

/// A bundle's word for whoever deploys it, in names of development copies.
const DEVELOPER: &str = "${workspace.current_user.short_name}";

#[derive(Debug)]
pub struct Bundle {
    /// Contents by path.
    pub files: BTreeMap<String, Vec<u8>>,
    pub left: Vec<Left>,
}

impl Compiled {
    /// With the values of the target that it was compiled for.
    pub fn bundle(&self, name: &str) -> Bundle {
        let mut set = self.desired_by(DEVELOPER, ROOT, None);
        let mut run_as = self.run_as.as_ref();
        if run_as.is_some() && embeds_credentials(&set) {
            // Bundles refuse a dashboard with the publisher's rights in a target that runs as somebody else. Then each thing
            // says itself whom it runs as, and the target does not.
            set = self.desired_by(DEVELOPER, ROOT, run_as.cloned());
            run_as = None;
        }
        let Entries { sections, mut files, left } = Entries::of(&set);
        let settings = self.settings(name, run_as, &sections);
        files.insert("databricks.yml".to_string(), plain_yaml(&settings).into_bytes());
        for (section, entries) in sections {
            let text = plain_yaml(&object("resources", Value::Object(object(section, Value::Object(entries)))));
            files.insert(format!("resources/{section}.yml"), text.into_bytes());
        }
        Bundle { files, left }
    }

    /// `databricks.yml`: <https://docs.databricks.com/dev-tools/bundles/settings>.
    fn settings(&self, name: &str, run_as: Option<&RunAs>, sections: &BTreeMap<&str, Map<String, Value>>) -> Spec {
        let mut settings = object("bundle", json!({ "name": name }));
        settings.insert("include".to_string(), json!(["resources/*.yml"]));
        if sections.contains_key("dashboards") {
            // A document in a folder of the workspace is a dashboard there: synced, it would be a second one.
            settings.insert("sync".to_string(), json!({ "exclude": ["files/dashboards/*.lvdash.json"] }));
        }
        if sections.values().flat_map(Map::values).any(|entry| mentions(entry, WAREHOUSE)) {
            let description = "The SQL warehouse of dashboards, Genie spaces, alerts and SQL tasks";
            settings.insert("variables".to_string(), json!({ "warehouse_id": { "description": description } }));
        }
        let mut target = Map::new();
        // The development mode of bundles renames schemas, too, and the SQL says what they are called (databricks/cli#3003). So
        // the resources say themselves what development makes of them.
        if self.mode == Mode::Production {
            target.insert("mode".to_string(), json!("production"));
        }
        target.insert("default".to_string(), json!(true));
        let workspace = self.place();
        if !workspace.is_empty() {
            target.insert("workspace".to_string(), Value::Object(workspace));
        }
        target.extend(run_as.map(|run_as| ("run_as".to_string(), run_as.to_json())));
        settings.insert("targets".to_string(), json!({ self.target.as_str(): target }));
        settings
    }

    /// `workspace` of the target.
    fn place(&self) -> Spec {
        let mut place = Spec::new();
        let about = &self.about;
        let told = [("host", &about.host), ("profile", &about.profile)];
        let told = told.into_iter().filter_map(|(name, value)| Some((name, json!(value.as_ref()?.value))));
        place.extend(told.map(|(name, value)| (name.to_string(), value)));
        // In production a bundle has one folder for all who deploy it, or it is refused: only a developer's is made of their
        // name (docs.databricks.com/dev-tools/bundles/deployment-modes, "Production mode").
        let base = match (&about.root, self.mode) {
            (Some(root), _) => Some(root.value.as_str()),
            (None, Mode::Production) => Some("/Workspace/Shared"),
            (None, Mode::Development | Mode::Local) => None,
        };
        let root = base.map(|base| json!(format!("{base}/.bundle/${{bundle.name}}/${{bundle.target}}")));
        place.extend(root.map(|root| ("root_path".to_string(), root)));
        place
    }
}

fn embeds_credentials(set: &DesiredSet) -> bool {
    let embeds = |value: Option<&Value>| value.and_then(Value::as_bool) == Some(true);
    set.iter().any(|desired| desired.key.kind == Kind::Dashboard && embeds(desired.spec.get("embed_credentials")))
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
