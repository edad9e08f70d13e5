//! What hangs on what: grants, permissions, tags, masks, row filters and schedules, and the things that they are on.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::resource::{Kind, ResourceKey, Spec};

use super::{Action, FieldChange, Step};

/// A thing that others can be on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Object {
    Resource(ResourceKey),
    /// By what Unity Catalog calls such things, and its full name in lower case.
    Securable(&'static str, String),
}

/// What Unity Catalog calls such things.
pub(super) fn sort(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Catalog => Some("catalog"),
        Kind::Schema => Some("schema"),
        Kind::Volume => Some("volume"),
        Kind::Table | Kind::View => Some("table"),
        Kind::Function | Kind::RegisteredModel => Some("function"),
        _ => None,
    }
}

/// The thing in Unity Catalog that something of this kind is on: its sort, and its full name in lower case.
pub(super) fn on_securable(kind: Kind, spec: &Spec) -> Option<(&str, String)> {
    let text = |field: &str| spec.get(field).and_then(Value::as_str).unwrap_or_default();
    let (sort, name) = match kind {
        Kind::Grants => (text("securable_type"), text("securable")),
        Kind::Tags if text("entity_type") == "columns" => {
            ("table", text("entity_name").rsplit_once('.').map_or("", |(table, _)| table))
        }
        Kind::Tags => (text("entity_type").trim_end_matches('s'), text("entity_name")),
        Kind::Mask | Kind::RowFilter => ("table", text("full_name")),
        _ => return None,
    };
    Some((sort, name.to_lowercase()))
}

/// What the resource of a step is on, if it is nothing by itself.
fn on(step: &Step) -> Option<Object> {
    if step.key.kind == Kind::Permissions {
        return step.key.name().parse().ok().map(Object::Resource);
    }
    if step.key.kind == Kind::DashboardSchedule {
        return step.depends_on.iter().find(|key| key.kind == Kind::Dashboard).cloned().map(Object::Resource);
    }
    let (named, name) = on_securable(step.key.kind, spec(step)?)?;
    let known = ["catalog", "schema", "volume", "table", "function"];
    known.into_iter().find(|known| *known == named).map(|sort| Object::Securable(sort, name))
}

/// What the resource of a step is to those who are on it.
fn is(step: &Step) -> Vec<Object> {
    let mut objects = vec![Object::Resource(step.key.clone())];
    let Some(spec) = spec(step) else { return objects };
    let text = |field: &&str| spec.get(*field).and_then(Value::as_str).map(str::to_lowercase);
    let parts: &[&str] = match step.key.kind {
        Kind::Catalog => &["name"],
        Kind::Schema => &["catalog_name", "name"],
        Kind::Volume | Kind::RegisteredModel => &["catalog_name", "schema_name", "name"],
        Kind::Function | Kind::Table | Kind::View => &["full_name"],
        Kind::PipelineUpdate => {
            let tables = spec.get("tables").and_then(Value::as_array).into_iter().flatten();
            let names = tables.filter_map(Value::as_str).map(str::to_lowercase);
            objects.extend(names.map(|name| Object::Securable("table", name)));
            return objects;
        }
        _ => return objects,
    };
    let name: Option<Vec<String>> = parts.iter().map(text).collect();
    let named = sort(step.key.kind).zip(name).map(|(sort, name)| Object::Securable(sort, name.join(".")));
    objects.extend(named);
    objects
}

fn spec(step: &Step) -> Option<&Spec> {
    step.spec.as_ref().or(step.recorded.as_ref())
}

/// The things that some steps are about.
pub(super) fn objects<'s>(steps: impl Iterator<Item = &'s Step>) -> BTreeSet<Object> {
    steps.flat_map(is).collect()
}

/// Is the resource of the step on one of the things?
pub(super) fn is_on(step: &Step, objects: &BTreeSet<Object>) -> bool {
    on(step).is_some_and(|object| objects.contains(&object))
}

/// Grants on a table wait for its mask and its row filter. Those on its schema or catalog are what the pipeline needs that
/// fills it, and cannot wait: whoever may read all that is inside reads the table as it is until then.
pub(super) fn tell_bare(steps: &mut [Step]) {
    let guards = steps.iter().filter(|step| matches!(step.key.kind, Kind::Mask | Kind::RowFilter));
    let guards = guards.filter(|step| matches!(step.action, Action::Create | Action::Recreate));
    let bare: BTreeSet<String> =
        guards.filter_map(|step| Some(on_securable(step.key.kind, step.spec.as_ref()?)?.1)).collect();
    for step in steps.iter_mut().filter(|step| step.key.kind == Kind::Grants) {
        let container = step.spec.as_ref().and_then(|spec| on_securable(Kind::Grants, spec));
        let Some((_, container)) = container.filter(|(sort, _)| matches!(*sort, "catalog" | "schema")) else {
            continue;
        };
        let inside = format!("{container}.");
        let Some(table) = bare.iter().find(|table| table.starts_with(&inside)) else { continue };
        let readers: Vec<&str> = step.changes.iter().filter_map(reader).collect();
        if !readers.is_empty() {
            let readers = readers.join("`, `");
            step.notes.push(format!(
                "`{readers}` may read `{table}` before its mask or row filter is set: SELECT on the table itself would wait \
                 for it"
            ));
        }
    }
}

/// Whom a change of grants lets read what it did not before.
fn reader(change: &FieldChange) -> Option<&str> {
    let reads = |value: &Value| {
        let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(Value::as_str).any(|name| matches!(name, "SELECT" | "ALL_PRIVILEGES"))
    };
    let principal = change.path.strip_prefix("privileges[")?.strip_suffix(']')?;
    (reads(&change.new) && !reads(&change.old)).then_some(principal)
}
