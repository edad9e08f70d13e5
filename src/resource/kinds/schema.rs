//! Schemas.

use super::super::declared::Declared;
use super::super::names;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind};
use crate::diag::Diagnostics;

pub(in super::super) const RULES: Rules = Rules {
    immutable: &["name", "catalog_name", "storage_root"],
    normal_forms: &[
        ("name", NormalForm::IgnoreCase),
        ("catalog_name", NormalForm::IgnoreCase),
        ("storage_root", NormalForm::TrailingSlash),
    ],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

pub(in super::super) const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("catalog_name", Shape::Text),
    ("comment", Shape::Text),
    ("properties", Shape::TextMap),
    ("storage_root", Shape::Text),
    ("custom_max_retention_hours", Shape::Integer),
];

pub(in super::super) fn build(declared: &Declared<'_>, out: &mut Diagnostics) -> Desired {
    let desired = declared.read(Kind::Schema, FIELDS, &[], out);
    declared.require(&desired, &["name", "catalog_name"], out);
    names::check(declared, &desired, out);
    desired
}
