//! Functions, tables and views that SQL statements make.

use serde_json::Value;

use super::super::inputs::{SqlObject, SqlObjectKind};
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::{Content, Desired, Kind, ResourceKey, Spec};

/// A function may be a mask or a filter: replacing or dropping one can open what it hid.
pub(in super::super) const FUNCTION_RULES: Rules = Rules {
    immutable: &["full_name"],
    write_only: &["replace"],
    normal_forms: &[("full_name", NormalForm::IgnoreCase)],
    risk_of_update: Risk::Security,
    risk_of_delete: Risk::Security,
    ..Rules::PLAIN
};

/// `CREATE OR REPLACE TABLE` writes the table anew. What can be changed in place is told by `Alteration`.
pub(in super::super) const TABLE_RULES: Rules = Rules {
    // The API tells neither how a table was made nor all clauses of its columns.
    write_only: &[
        "replace",
        "query",
        "constraints",
        "using",
        "location",
        "collation",
        "row_filter",
        "cluster_by",
        "columns[].mask",
        "columns[].default",
        "columns[].generated",
        "columns[].identity",
        "columns[].collation",
    ],
    keyed_lists: &[("columns", "name")],
    normal_forms: &[("full_name", NormalForm::IgnoreCase), ("columns[].type", NormalForm::TypeText)],
    risk_of_update: Risk::Destructive,
    risk_of_delete: Risk::Destructive,
    ..FUNCTION_RULES
};

pub(in super::super) const VIEW_RULES: Rules = Rules {
    keyed_lists: &[("columns", "name")],
    risk_of_update: Risk::Safe,
    risk_of_delete: Risk::Safe,
    ..FUNCTION_RULES
};

pub(in super::super) fn build(object: &SqlObject) -> Desired {
    let kind = match object.kind {
        SqlObjectKind::Function => Kind::Function,
        SqlObjectKind::Table => Kind::Table,
        SqlObjectKind::View => Kind::View,
    };
    let name = object.name.to_string();
    let mut spec = Spec::new();
    spec.insert("full_name".to_string(), Value::String(name.clone()));
    spec.insert("replace".to_string(), Value::Bool(object.replaces));
    spec.extend(object.definition.clone());
    let mut desired = Desired::new(ResourceKey::new(kind, name.to_lowercase()), spec);
    desired.content = Some(Content::plain(object.statement.clone().into_bytes()));
    desired.location = object.location.clone();
    desired
}
