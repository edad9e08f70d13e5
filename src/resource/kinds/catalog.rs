//! Catalogs.

use super::super::declared::Declared;
use super::super::names;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind};
use crate::diag::Diagnostics;

pub(in super::super) const RULES: Rules = Rules {
    immutable: &["name", "storage_root", "connection_name", "provider_name", "share_name"],
    normal_forms: &[("name", NormalForm::IgnoreCase), ("storage_root", NormalForm::TrailingSlash)],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

pub(in super::super) const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("comment", Shape::Text),
    ("properties", Shape::TextMap),
    ("options", Shape::TextMap),
    ("storage_root", Shape::Text),
    ("connection_name", Shape::Text),
    ("provider_name", Shape::Text),
    ("share_name", Shape::Text),
];

pub(in super::super) fn build(declared: &Declared<'_>, out: &mut Diagnostics) -> Desired {
    let desired = declared.read(Kind::Catalog, FIELDS, &[], out);
    declared.require(&desired, &["name"], out);
    names::check(declared, &desired, out);
    desired
}
