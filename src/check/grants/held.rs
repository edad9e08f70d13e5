//! All that a project grants: in resource files and in statements.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::ident::Identifier;
use crate::project::yaml::Node;
use crate::resource::{SecurableKind, in_all_privileges, privilege_name, securable_kind, unfit_privilege};
use crate::syntax::ast::{GrantStatement, ObjectKind, Statement, StatementKind};

use crate::check::entries::{entries, error, open, text};

/// Groups that hold everyone who has an account.
pub(super) const EVERYONE: [&str; 2] = ["account users", "users"];

/// One privilege of one principal.
#[derive(Clone, Debug)]
pub struct Held {
    pub principal: String,
    /// In the underscore form, upper case.
    pub privilege: String,
    pub kind: SecurableKind,
    /// The securable's name, lower case, part by part; none of a metastore.
    pub name: Vec<String>,
    pub location: Location,
    /// Where the securable is named.
    pub securable: Location,
    /// Given by a statement, which is run when somebody runs it.
    pub by_statement: bool,
}

/// An entry of `grants`.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) kind: SecurableKind,
    pub(super) name: Vec<String>,
    pub(super) authoritative: bool,
    /// Of the securable's name.
    pub(super) location: Location,
}

/// Everything that is granted.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    pub(super) held: Vec<Held>,
    pub(super) entries: Vec<Entry>,
    pub(super) revoked: Vec<Held>,
}

/// How many parts a securable's full name has.
pub(super) fn depth(kind: SecurableKind) -> usize {
    match kind {
        SecurableKind::Metastore => 0,
        SecurableKind::Catalog
        | SecurableKind::ExternalLocation
        | SecurableKind::StorageCredential
        | SecurableKind::ServiceCredential
        | SecurableKind::Connection
        | SecurableKind::Share => 1,
        SecurableKind::Schema => 2,
        SecurableKind::Table
        | SecurableKind::View
        | SecurableKind::MaterializedView
        | SecurableKind::Volume
        | SecurableKind::Function => 3,
    }
}

fn parts(name: &str) -> Vec<String> {
    name.to_lowercase().split('.').map(|part| part.trim_matches('`').to_string()).collect()
}

/// What a statement grants on, its name completed by the catalog around it; `None` for what has no privileges here.
fn securable(grant: &GrantStatement, around: &str) -> Option<(SecurableKind, Vec<String>)> {
    let kind = kind_of(grant.on.kind)?;
    let parts = grant.on.name.iter().flat_map(|name| name.value.parts());
    let mut name: Vec<String> = parts.map(|part| part.as_str().to_lowercase()).collect();
    if name.len() + 1 == depth(kind) {
        name.insert(0, around.to_string());
    }
    Some((kind, name))
}

impl Holdings {
    /// Of the resource files; their privileges are judged where they are read for deploying.
    pub(super) fn read(&mut self, resources: &[Node], target: &str, out: &mut Diagnostics) {
        for entry in entries(resources, "grants", target) {
            let Some(kind) = text(&entry.node, "securable_type").and_then(securable_kind) else { continue };
            let Some(securable) = entry.node.get("securable") else { continue };
            let Some(written) = securable.as_str().filter(|written| !open(written)) else { continue };
            let name = parts(written);
            let wanted = depth(kind);
            if name.len() != wanted {
                let message =
                    format!("the name of a {} has {wanted} parts, and `{written}` has {}", kind.noun(), name.len());
                out.push(error(Code::GRANT_SECURABLE, &securable.location, message));
                continue;
            }
            let authoritative = entry.node.get("authoritative").and_then(Node::as_bool) == Some(true);
            for principal in entry.node.get("privileges").and_then(Node::as_map).unwrap_or_default() {
                let items = principal.node.as_list().unwrap_or_default();
                if items.is_empty() && principal.node.as_list().is_some() && !authoritative {
                    let message = format!("`{}` is granted nothing", principal.key);
                    let diagnostic = Diagnostic::warning(Code::EMPTY_GRANT, message).at(principal.key_location.clone());
                    out.push(diagnostic.hint("name a privilege, or remove the line: nothing is revoked by it"));
                }
                for item in items {
                    let Some(privilege) = item.as_str() else { continue };
                    self.held.push(Held {
                        principal: principal.key.clone(),
                        privilege: privilege_name(privilege),
                        kind,
                        name: name.clone(),
                        location: item.location.clone(),
                        securable: securable.location.clone(),
                        by_statement: false,
                    });
                }
            }
            self.entries.push(Entry { kind, name, authoritative, location: securable.location.clone() });
        }
    }

    /// Of the statements of a SQL file, which begins in a catalog.
    pub(super) fn statements(
        &mut self,
        file: &Arc<SourceFile>,
        statements: &[Statement],
        catalog: &Identifier,
        out: &mut Diagnostics,
    ) {
        let mut around = catalog.folded();
        for statement in statements {
            match &statement.kind {
                StatementKind::UseCatalog(name) => around = name.value.folded(),
                StatementKind::Grant(grant) => self.statement(file, grant, &around, true, out),
                StatementKind::Revoke(revoke) => self.statement(file, revoke, &around, false, out),
                StatementKind::Deny(deny) => {
                    let at = Location::new(file, statement.span);
                    // Only objects of the Hive metastore know it.
                    let (_, name) = securable(deny, &around).unzip();
                    let catalog = name.as_ref().and_then(|name| name.first()).unwrap_or(&around);
                    if catalog != "hive_metastore" {
                        let message = "Unity Catalog has no DENY";
                        let hint = "revoke what grants the right, or hide rows and columns with a filter and masks";
                        out.push(error(Code::DENY, &at, message).hint(hint));
                    }
                }
                _ => {}
            }
        }
    }

    fn statement(
        &mut self,
        file: &Arc<SourceFile>,
        grant: &GrantStatement,
        around: &str,
        gives: bool,
        out: &mut Diagnostics,
    ) {
        let Some((kind, name)) = securable(grant, around) else { return };
        let named = grant.on.name.as_ref().map(|name| Location::new(file, name.span));
        let legacy = name.first().is_some_and(|first| first == "hive_metastore");
        for privilege in &grant.privileges {
            let at = Location::new(file, privilege.span);
            if !legacy {
                out.extend(unfit_privilege(kind, &privilege.value).map(|diagnostic| diagnostic.at(at.clone())));
            }
            let held = Held {
                principal: grant.principal.value.as_str().to_string(),
                privilege: privilege.value.clone(),
                kind,
                name: name.clone(),
                securable: named.clone().unwrap_or_else(|| at.clone()),
                location: at,
                by_statement: true,
            };
            if gives {
                self.held.push(held);
            } else {
                self.revoked.push(held);
            }
        }
    }

    /// Does the principal have the privilege on the securable: on itself or on what is around it, by name or as one of
    /// `ALL PRIVILEGES`, itself or as everyone?
    pub(super) fn holds(&self, principal: &str, privilege: &str, name: &[String]) -> bool {
        self.held.iter().any(|held| {
            let own = held.principal.eq_ignore_ascii_case(principal) || EVERYONE.contains(&held.principal.as_str());
            let all = held.privilege == "ALL_PRIVILEGES" && in_all_privileges(privilege);
            own && (held.privilege == privilege || all) && !held.name.is_empty() && name.starts_with(&held.name)
        })
    }

    /// Does the project itself say who has rights on the securable?
    pub(super) fn manages(&self, name: &[String]) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The principals that are granted anything, each once.
    pub(super) fn principals(&self) -> Vec<&str> {
        let names: std::collections::BTreeSet<&str> = self.held.iter().map(|held| held.principal.as_str()).collect();
        names.into_iter().collect()
    }

    /// May the principal read a table: SELECT, and USE of what is around it?
    pub(super) fn reads(&self, principal: &str, table: &[String]) -> bool {
        self.holds(principal, "SELECT", table)
            && self.holds(principal, "USE_CATALOG", table.get(..1).unwrap_or_default())
            && self.holds(principal, "USE_SCHEMA", table.get(..2).unwrap_or_default())
    }
}

/// `None` for what has no privileges of its own here.
fn kind_of(kind: ObjectKind) -> Option<SecurableKind> {
    Some(match kind {
        ObjectKind::Metastore => SecurableKind::Metastore,
        ObjectKind::Catalog => SecurableKind::Catalog,
        ObjectKind::Schema => SecurableKind::Schema,
        ObjectKind::Table | ObjectKind::StreamingTable => SecurableKind::Table,
        ObjectKind::View => SecurableKind::View,
        ObjectKind::MaterializedView => SecurableKind::MaterializedView,
        ObjectKind::Volume => SecurableKind::Volume,
        ObjectKind::Function => SecurableKind::Function,
        ObjectKind::ExternalLocation => SecurableKind::ExternalLocation,
        ObjectKind::StorageCredential => SecurableKind::StorageCredential,
        ObjectKind::ServiceCredential => SecurableKind::ServiceCredential,
        ObjectKind::Connection => SecurableKind::Connection,
        ObjectKind::Share => SecurableKind::Share,
        ObjectKind::Procedure => SecurableKind::Function,
        ObjectKind::CleanRoom
        | ObjectKind::ExternalMetadata
        | ObjectKind::Provider
        | ObjectKind::Recipient
        | ObjectKind::Column => return None,
    })
}
