//! Secret scopes. What is in them is nobody's business here: a project that names a value would hold it.

use super::super::declared::Declared;
use super::super::names;
use super::super::rules::{Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind};
use crate::diag::Diagnostics;

/// A deleted scope takes its secrets with it, and there is no call that changes one.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &["name", "scope_backend_type", "backend_azure_keyvault"],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

/// REST API, "Create a scope"; the scope's `scope` is called `name`, as it is where scopes are listed.
const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("scope_backend_type", Shape::OneOf(&["DATABRICKS", "AZURE_KEYVAULT"])),
    ("backend_azure_keyvault", Shape::Object(&[("resource_id", Shape::Text), ("dns_name", Shape::Text)])),
];

pub(in super::super) fn build(declared: &Declared<'_>, out: &mut Diagnostics) -> Desired {
    let desired = declared.read(Kind::SecretScope, FIELDS, &["permissions"], out);
    declared.require(&desired, &["name"], out);
    names::check(declared, &desired, out);
    desired
}
