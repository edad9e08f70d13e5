//! All rules over all grants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::check::entries::{entries, error, note, text, warning};
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::project::Target;
use crate::project::yaml::Node;
use crate::resource::{SecurableKind, in_all_privileges};
use crate::syntax::ast::Statement;

use super::consumers::{Consumer, consumers};
use super::held::{EVERYONE, Held, Holdings};
use super::parents;

/// What is known of the project around its grants.
pub struct GrantFacts<'f> {
    /// The rendered resource files.
    pub resources: &'f [Node],
    pub target: &'f Target,
    pub scripts: Vec<(&'f Arc<SourceFile>, &'f [Statement])>,
    /// Those that the manifest declares, as the target calls them.
    pub principals: &'f BTreeSet<String>,
    pub catalog: &'f dyn Catalog,
    /// Those of the manifest, in the solution's catalog.
    pub solution_catalog: &'f Identifier,
    pub schemas: Vec<&'f Identifier>,
    /// Tables with sensitive columns.
    pub sensitive: BTreeSet<TableName>,
    pub consumers: Vec<Consumer>,
}

/// What is wrong with what the project grants.
pub fn check(facts: &GrantFacts<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    let mut holdings = Holdings::default();
    holdings.read(facts.resources, &facts.target.name, &mut out);
    for (file, statements) in &facts.scripts {
        holdings.statements(file, statements, facts.solution_catalog, &mut out);
    }
    twice(&holdings, &mut out);
    revoked(&holdings, &mut out);
    everyone(&holdings, &facts.sensitive, &mut out);
    locked_out(&holdings, &mut out);
    existing(&holdings, facts, &mut out);
    parents::check(&holdings, facts.principals, &mut out);
    consumers(&holdings, &facts.consumers, &mut out);
    out
}

/// The same right again, and rights that `ALL PRIVILEGES` holds already.
fn twice(holdings: &Holdings, out: &mut Diagnostics) {
    let mut seen: BTreeMap<(String, &[String], &str), &Held> = BTreeMap::new();
    for held in &holdings.held {
        let key = (held.principal.to_lowercase(), held.name.as_slice(), held.privilege.as_str());
        let Some(first) = seen.get(&key) else {
            seen.insert(key, held);
            continue;
        };
        let message = format!("`{}` is granted {} twice", held.principal, held.privilege);
        let diagnostic = warning(Code::DUPLICATE_GRANT, &held.location, message);
        out.push(diagnostic.related(first.location.clone(), "first granted here").hint("remove one"));
    }
    for held in &holdings.held {
        let all = seen.get(&(held.principal.to_lowercase(), held.name.as_slice(), "ALL_PRIVILEGES"));
        if let Some(all) = all.filter(|_| held.privilege != "ALL_PRIVILEGES" && in_all_privileges(&held.privilege)) {
            let message = format!("{} is one of ALL PRIVILEGES, which `{}` has", held.privilege, held.principal);
            let diagnostic = note(Code::COVERED_GRANT, &held.location, message);
            out.push(diagnostic.related(all.location.clone(), "granted here").hint("remove one of them"));
        }
    }
}

/// Which of the two is done last wins, and that changes from run to run.
fn revoked(holdings: &Holdings, out: &mut Diagnostics) {
    for revoke in &holdings.revoked {
        let same = |held: &&Held| {
            held.principal.eq_ignore_ascii_case(&revoke.principal)
                && held.name == revoke.name
                && !held.by_statement
                && (held.privilege == revoke.privilege || revoke.privilege == "ALL_PRIVILEGES")
        };
        if let Some(held) = holdings.held.iter().find(same) {
            let message = format!("the statement revokes {}, which a grant of the project gives", held.privilege);
            let diagnostic = warning(Code::REVOKED_GRANT, &revoke.location, message);
            out.push(diagnostic.related(held.location.clone(), "granted here").hint("remove one of them"));
        }
    }
}

fn everyone(holdings: &Holdings, sensitive: &BTreeSet<TableName>, out: &mut Diagnostics) {
    for held in &holdings.held {
        let shows = ["SELECT", "ALL_PRIVILEGES"].contains(&held.privilege.as_str());
        if !shows || !EVERYONE.contains(&held.principal.as_str()) || held.name.is_empty() {
            continue;
        }
        let inside = |table: &&TableName| path(table).starts_with(&held.name);
        if let Some(table) = sensitive.iter().find(inside) {
            let message = format!("everyone may read `{table}`, which has sensitive columns");
            let diagnostic = warning(Code::GRANT_EVERYONE, &held.location, message);
            out.push(diagnostic.hint("grant it to a group that is meant to read them"));
        }
    }
}

/// Authoritative grants take away whatever they do not name. The owner keeps all rights; nobody else does.
fn locked_out(holdings: &Holdings, out: &mut Diagnostics) {
    for entry in holdings.entries.iter().filter(|entry| entry.authoritative) {
        let managed = holdings.held.iter().any(|held| held.privilege == "MANAGE" && entry.name.starts_with(&held.name));
        if !managed {
            let message = format!(
                "the authoritative grants of `{}` give MANAGE to nobody: only its owner can change them again",
                entry.name.join(".")
            );
            let diagnostic = warning(Code::LOCKED_OUT, &entry.location, message);
            out.push(diagnostic.hint("grant MANAGE to whoever deploys"));
        }
    }
}

/// Objects of the project's own schemas that nothing makes.
fn existing(holdings: &Holdings, facts: &GrantFacts<'_>, out: &mut Diagnostics) {
    let declared = |kind: &str, fields: &[&str]| -> Vec<String> {
        let all = entries(facts.resources, kind, &facts.target.name);
        let name = |node: &Node| {
            let parts: Option<Vec<&str>> = fields.iter().map(|field| text(node, field)).collect();
            Some(parts?.join(".").to_lowercase())
        };
        all.into_iter().filter_map(|entry| name(&entry.node)).collect()
    };
    let schemas = declared("schemas", &["catalog_name", "name"]);
    let volumes = declared("volumes", &["catalog_name", "schema_name", "name"]);
    // They are granted as functions.
    let models = declared("registered_models", &["catalog_name", "schema_name", "name"]);
    let own = facts.solution_catalog.folded();
    for entry in holdings.entries.iter().filter(|entry| entry.name.first() == Some(&own)) {
        let name = entry.name.join(".");
        let at = &entry.location;
        match (entry.kind, entry.name.as_slice()) {
            (SecurableKind::Schema, [_, schema]) => {
                let known: Vec<String> = facts.schemas.iter().map(|schema| schema.folded()).collect();
                if known.contains(schema) || schemas.contains(&name) {
                    continue;
                }
                let message = format!("the schema `{name}` is none of the project's");
                out.push(warning(Code::GRANT_SECURABLE, at, message).suggest(schema, known.iter().map(String::as_str)));
            }
            (SecurableKind::Volume, [_, schema, _]) => {
                let around = format!("{own}.{schema}.");
                if volumes.contains(&name) || !volumes.iter().any(|volume| volume.starts_with(&around)) {
                    continue;
                }
                let message = format!("the volume `{name}` is not declared");
                out.push(error(Code::GRANT_SECURABLE, at, message).suggest(&name, volumes.iter().map(String::as_str)));
            }
            (SecurableKind::Function, _) if models.contains(&name) => {}
            (SecurableKind::Table | SecurableKind::Function, _) => {
                out.extend(absent(entry.kind, &name, facts).map(|d| d.at(at.clone())))
            }
            _ => {}
        }
    }
    let mut told = BTreeSet::new();
    for held in holdings.held.iter().filter(|held| held.by_statement && held.name.first() == Some(&own)) {
        // Once a statement, however many privileges it grants.
        if matches!(held.kind, SecurableKind::Table | SecurableKind::Function)
            && told.insert((held.securable.file.name(), held.securable.span.start))
        {
            out.extend(absent(held.kind, &held.name.join("."), facts).map(|d| d.at(held.securable.clone())));
        }
    }
}

fn absent(kind: SecurableKind, name: &str, facts: &GrantFacts<'_>) -> Option<Diagnostic> {
    let name = TableName::parse(name).ok()?;
    let catalog = facts.catalog;
    if !catalog.knows_schema(&name.catalog, &name.schema) || catalog.unread(&name) {
        return None;
    }
    let (there, names) = if kind == SecurableKind::Table {
        (catalog.table(&name).is_some(), catalog.table_names(&name.catalog, &name.schema))
    } else {
        (catalog.function(&name).is_some(), catalog.function_names(&name.catalog, &name.schema))
    };
    if there {
        return None;
    }
    let message = format!("the {} `{name}` does not exist", kind.noun());
    // Registered models are granted as functions, and the project may not be what makes them.
    let diagnostic = if kind == SecurableKind::Table {
        Diagnostic::error(Code::GRANT_SECURABLE, message)
    } else {
        Diagnostic::warning(Code::GRANT_SECURABLE, message)
    };
    Some(diagnostic.suggest(name.name.as_str(), names.iter().map(Identifier::as_str)))
}

/// A table's name as grants name it.
pub(super) fn path(table: &TableName) -> Vec<String> {
    [&table.catalog, &table.schema, &table.name].map(Identifier::folded).to_vec()
}
