//! Registered models of Unity Catalog: the name under which versions are registered. The versions are made by training.

use super::super::declared::Declared;
use super::super::names;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind};
use crate::diag::Diagnostics;

/// A deleted model takes its versions with it.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &["name", "catalog_name", "schema_name", "storage_location"],
    normal_forms: &[
        ("name", NormalForm::IgnoreCase),
        ("catalog_name", NormalForm::IgnoreCase),
        ("schema_name", NormalForm::IgnoreCase),
        ("storage_location", NormalForm::TrailingSlash),
    ],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

/// REST API, "Create a Registered Model".
const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("catalog_name", Shape::Text),
    ("schema_name", Shape::Text),
    ("comment", Shape::Text),
    ("storage_location", Shape::Text),
];

pub(in super::super) fn build(declared: &Declared<'_>, out: &mut Diagnostics) -> Desired {
    let desired = declared.read(Kind::RegisteredModel, FIELDS, &[], out);
    declared.require(&desired, &["name", "catalog_name", "schema_name"], out);
    names::check(declared, &desired, out);
    desired
}
