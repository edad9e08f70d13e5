//! The facts of the governance rules: what the manifest and the target say.

use std::collections::BTreeSet;

use crate::check::governance::{self, Facts, Protection};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lineage::Graph;
use crate::project::{Policies, Resolved};
use crate::syntax::ast::{AlterAction, ColumnDef, StatementKind};

use super::Compiled;

/// Kept of the manifest for the rules.
#[derive(Debug)]
pub(super) struct Governed {
    policies: Policies,
    cleared: BTreeSet<String>,
    protection: Option<Protection>,
    /// Does every table belong to one solution, so that a name that is not there is nowhere?
    is_whole: bool,
    found: Diagnostics,
}

impl Governed {
    pub(super) fn of(resolved: &Resolved<'_>) -> Self {
        let project = resolved.project;
        let mut found = Diagnostics::default();
        let mut cleared = BTreeSet::new();
        for role in &project.policies.cleared {
            match resolved.principals.get(&role.value) {
                Some(name) => drop(cleared.insert(name.clone())),
                None if project.principals.contains_key(&role.value) => {}
                None => {
                    let message = format!("the principal `{}` is not declared", role.value);
                    let diagnostic = Diagnostic::error(Code::GRANT_PRINCIPAL, message).at(role.location.clone());
                    found.push(diagnostic.suggest(&role.value, project.principals.keys().map(String::as_str)));
                }
            }
        }
        let own = resolved.target.protect.then_some(resolved.target);
        let other = project.targets.values().find(|target| target.protect);
        let protection = own.or(other).map(|target| Protection { target: target.name.clone(), here: own.is_some() });
        let is_whole = project.solutions.len() == 1;
        Self { policies: project.policies.clone(), cleared, protection, is_whole, found }
    }
}

impl Governed {
    /// Words of tags that mean sensitive values.
    pub(super) fn sensitive_tags(&self) -> &[String] {
        &self.policies.sensitive_tags
    }
}

/// Is there anything sensitive, and anything to protect it in? The lineage costs something.
pub(super) fn needs_lineage(compiled: &Compiled) -> bool {
    let masked = |columns: &[ColumnDef]| columns.iter().any(|column| column.mask.is_some());
    let says = |kind: &StatementKind| match kind {
        StatementKind::CreateDataset(made) => masked(&made.columns),
        StatementKind::CreateTable(made) => masked(&made.columns),
        StatementKind::AlterTable(alter) => {
            matches!(alter.action, AlterAction::SetColumnTags { .. } | AlterAction::SetMask { .. })
        }
        _ => false,
    };
    let mut statements = compiled.parsed.values().flat_map(|parsed| &parsed.statements);
    let governed = &compiled.governed;
    let seeds = !governed.policies.tagged.is_empty() || statements.any(|statement| says(&statement.kind));
    seeds && governed.protection.is_some()
}

pub(super) fn check(compiled: &Compiled, graph: &Graph) -> Diagnostics {
    let Governed { policies, cleared, protection, is_whole, found } = &compiled.governed;
    let mut out = found.clone();
    if let Some(protection) = protection {
        out.extend(governance::check(graph, &Facts { policies, cleared, protection, is_whole: *is_whole }));
    }
    out
}
