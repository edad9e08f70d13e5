//! A right on an object is of use only with USE of the catalog and the schema around it.

use std::collections::BTreeSet;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::resource::SecurableKind;

use super::held::{Held, Holdings, depth};

/// Privileges that are exercised on objects inside a schema (lakeflow-sql.md §2.1, "Grants the runner/linter can
/// prove").
const INSIDE: &[&str] = &[
    "SELECT",
    "MODIFY",
    "EXECUTE",
    "READ_VOLUME",
    "WRITE_VOLUME",
    "REFRESH",
    "CREATE_TABLE",
    "CREATE_MATERIALIZED_VIEW",
    "CREATE_FUNCTION",
    "CREATE_VOLUME",
    "CREATE_MODEL",
];

/// One finding for each principal, securable and missing right, at the first privilege that needs it.
/// A principal that the project does not declare was reported, and may be part of a group that has the right.
pub(super) fn check(holdings: &Holdings, declared: &BTreeSet<String>, out: &mut Diagnostics) {
    let mut told: BTreeSet<(&str, &[String], &str)> = BTreeSet::new();
    for held in &holdings.held {
        // Of a name that is not whole it is not known what is around it.
        if !INSIDE.contains(&held.privilege.as_str()) || held.name.len() != depth(held.kind) {
            continue;
        }
        let schema = match held.kind {
            // Which schemas of the catalog are meant is not known: USE of one of them is enough.
            SecurableKind::Catalog => None,
            SecurableKind::Schema
            | SecurableKind::Table
            | SecurableKind::View
            | SecurableKind::MaterializedView
            | SecurableKind::Volume
            | SecurableKind::Function => held.name.get(..2),
            _ => continue,
        };
        if !declared.is_empty() && !declared.contains(&held.principal) {
            continue;
        }
        let catalog = held.name.get(..1);
        for (privilege, around, what) in [("USE_CATALOG", catalog, "catalog"), ("USE_SCHEMA", schema, "schema")] {
            let Some(around) = around else { continue };
            let missing = !holdings.holds(&held.principal, privilege, around);
            if missing && told.insert((&held.principal, &held.name, privilege)) {
                out.push(unused(held, privilege, around, what, holdings));
            }
        }
    }
}

fn unused(held: &Held, privilege: &str, around: &[String], what: &str, holdings: &Holdings) -> Diagnostic {
    let Held { principal, privilege: given, name, .. } = held;
    let around_name = around.join(".");
    let message = format!(
        "`{principal}` has {given} on `{}`, but not {privilege} on the {what} `{around_name}`: the grant is of no use",
        name.join(".")
    );
    // Where somebody else grants the rest, it may be there.
    let diagnostic = if holdings.manages(around) {
        Diagnostic::error(Code::GRANT_PARENT, message)
    } else {
        Diagnostic::warning(Code::GRANT_PARENT, message)
    };
    diagnostic.at(held.location.clone()).hint(format!("grant {privilege} on the {what} `{around_name}`, too"))
}
