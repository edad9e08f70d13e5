//! Functions, tables and views. The service tells what a statement made in words of its own: as long as it tells the
//! same as right after the deployment, what is there is what was deployed.

use serde_json::Value;

use crate::resource::{Alteration, Kind, Observed, Spec};
use crate::state::Record;

use super::FieldChange;
use super::diff::Difference;

/// What is there in the words of the project, as far as nobody has changed it.
pub(super) fn there(wanted: &Spec, record: Option<&Record>, observed: &Observed) -> Spec {
    let empty = Spec::new();
    let (recorded, shown) = (record.map_or(&empty, |r| &r.spec), record.and_then(|r| r.shown.as_deref()));
    let mut there = Spec::new();
    for (field, value) in &observed.spec {
        if field == "columns" {
            let columns = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let columns = columns.iter().filter_map(|column| as_deployed(column, wanted, recorded, shown));
            there.insert(field.clone(), columns.collect());
        } else if shown.is_some_and(|shown| shown.get(field) == Some(value)) {
            there.extend(recorded.get(field).map(|value| (field.clone(), value.clone())));
            // What somebody else's property says is nothing of the project's, and a table has them in any case.
            there.entry(field.clone()).or_insert_with(|| value.clone());
        } else {
            there.insert(field.clone(), value.clone());
        }
    }
    there
}

/// A column under the name that the project gives it; `None` for one that it never named.
fn as_deployed(column: &Value, wanted: &Spec, recorded: &Spec, shown: Option<&Spec>) -> Option<Value> {
    let name = column.get("name")?.as_str()?;
    let known = |spec: &Spec| find(spec, name).and_then(|column| Some(column.get("name")?.as_str()?.to_string()));
    let name = known(wanted).or_else(|| known(recorded))?;
    let unchanged = shown.and_then(|shown| find(shown, &name)).is_some_and(|shown| shown == column);
    let mut column = match find(recorded, &name).filter(|_| unchanged) {
        Some(recorded) => recorded.clone(),
        None => column.clone(),
    };
    if let Value::Object(fields) = &mut column {
        fields.insert("name".to_string(), Value::String(name));
    }
    Some(column)
}

/// Unity Catalog ignores case.
fn find<'s>(spec: &'s Spec, name: &str) -> Option<&'s Value> {
    let columns = spec.get("columns")?.as_array()?;
    let same = |column: &&Value| {
        column.get("name").and_then(Value::as_str).is_some_and(|known| known.to_lowercase() == name.to_lowercase())
    };
    columns.iter().find(same)
}

/// What makes the object what it is, and is not what it was right after the deployment, although the project does not
/// say it in a field of its own.
pub(super) fn drift(kind: Kind, wanted: &Spec, record: Option<&Record>, observed: &Observed) -> Vec<Difference> {
    let fields: &[&str] = match kind {
        Kind::Function => {
            &["routine_definition", "routine_body", "external_language", "data_type", "full_data_type", "parameters"]
        }
        Kind::View => &["view_definition"],
        _ => &[],
    };
    let Some(shown) = record.and_then(|record| record.shown.as_deref()) else { return Vec::new() };
    let fields = fields.iter().filter(|field| !wanted.contains_key(**field));
    let changed = fields.filter(|field| shown.get(**field) != observed.spec.get(**field));
    let value = |spec: &Spec, field: &str| spec.get(field).cloned().unwrap_or(Value::Null);
    let differences = changed.map(|field| Difference {
        change: FieldChange {
            path: (*field).to_string(),
            old: value(&observed.spec, field),
            new: value(shown, field),
            outside: true,
            edited: true,
        },
        pattern: (*field).to_string(),
    });
    differences.collect()
}

/// What is to be recorded as shown of an object that is as the project says it and becomes managed as it is, without its
/// statement being run.
pub(super) fn taken_over(kind: Kind, changes: &[FieldChange], observed: &Observed) -> Option<Box<Spec>> {
    let as_it_is = kind.is_statement() && changes.iter().all(|change| change.path.starts_with("lifecycle."));
    let mut shown = Box::new(observed.spec.clone());
    // Of the object and not of its definition.
    shown.retain(|field, _| field != "owner" && field != "full_name");
    as_it_is.then_some(shown)
}

/// Can it be made without running the whole statement again?
pub(super) fn is_in_place(kind: Kind, change: &FieldChange) -> bool {
    match kind {
        Kind::Table => Alteration::of(&change.path, &change.new).is_some(),
        // One tag more opens nothing.
        Kind::Tags => change.path.starts_with("tags.") && change.old.is_null(),
        _ => false,
    }
}
