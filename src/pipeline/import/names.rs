//! What of an object's values the project has words of its own for: its catalog, its schemas, its roles, the ids of its
//! other resources, the usual warehouse.

use std::collections::BTreeMap;

use crate::project::{Resolved, ResolvedSolution};
use crate::resource::{DEFAULT_WAREHOUSE, Reference, ResourceKey};
use crate::state::State;

/// Fields that hold ids of other resources.
const IDS: [&str; 6] = ["pipeline_id", "job_id", "dashboard_id", "space_id", "alert_id", "id"];

#[derive(Default)]
pub(super) struct Names {
    catalog: String,
    /// A layer by its schema.
    schemas: BTreeMap<String, String>,
    /// A role by whom it is played.
    roles: BTreeMap<String, String>,
    ids: BTreeMap<String, ResourceKey>,
    warehouse: Option<String>,
}

impl Names {
    pub(super) fn of(
        resolved: &Resolved<'_>,
        solution: &ResolvedSolution<'_>,
        state: Option<&State>,
        warehouse: Option<String>,
    ) -> Self {
        let schemas = solution.solution.schemas.iter().map(|(layer, name)| (name.value.folded(), layer.clone()));
        let records = state.into_iter().flat_map(|state| &state.resources);
        let with_ids = records.filter(|(key, _)| !key.kind.has_natural_identity());
        Self {
            catalog: solution.catalog.folded(),
            schemas: schemas.collect(),
            roles: resolved.principals.iter().map(|(role, name)| (name.clone(), role.clone())).collect(),
            ids: with_ids.map(|(key, record)| (record.id.clone(), key.clone())).collect(),
            warehouse,
        }
    }

    /// The template of a field's value, where the project has a word for it.
    pub(super) fn value(&self, field: &str, text: &str) -> Option<String> {
        match field {
            "catalog" | "catalog_name" => self.catalog(text),
            "schema" | "schema_name" | "target" => self.schema(text),
            "securable" => self.dotted(text),
            "warehouse_id" if self.warehouse.as_deref() == Some(text) => Some(DEFAULT_WAREHOUSE.to_string()),
            _ if IDS.contains(&field) => self.ids.get(text).map(Reference::id_of),
            _ => None,
        }
    }

    /// The name of a catalog or a schema of the solution.
    pub(super) fn name(&self, kind: crate::resource::Kind, text: &str) -> Option<String> {
        match kind {
            crate::resource::Kind::Catalog => self.catalog(text),
            crate::resource::Kind::Schema => self.schema(text),
            _ => None,
        }
    }

    pub(super) fn principal(&self, name: &str) -> Option<String> {
        self.roles.get(name).map(|role| format!("{{{{ principal('{role}') }}}}"))
    }

    fn catalog(&self, text: &str) -> Option<String> {
        (text.to_lowercase() == self.catalog).then(|| "{{ catalog }}".to_string())
    }

    fn schema(&self, text: &str) -> Option<String> {
        self.schemas.get(&text.to_lowercase()).map(|layer| format!("{{{{ schema('{layer}') }}}}"))
    }

    fn dotted(&self, text: &str) -> Option<String> {
        let mut parts = text.split('.');
        let mut out = self.catalog(parts.next()?)?;
        if let Some(schema) = parts.next() {
            out.push('.');
            out.push_str(&self.schema(schema).unwrap_or_else(|| schema.to_string()));
        }
        for part in parts {
            out.push('.');
            out.push_str(part);
        }
        Some(out)
    }
}
