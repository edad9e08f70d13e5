//! What a reviewer sees of contents: the text that is there beside the text that is wanted, and what of it makes a
//! pipeline compute its tables anew.

use std::collections::BTreeMap;

use crate::diag::SourceFile;
use crate::plan::{Action, Plan, Step, Texts};
use crate::resource::{DesiredSet, Kind, Observed, ResourceKey, Risk, readable_dashboard, readable_genie};
use crate::syntax::ast::{ClusterBy, CreateDataset, DatasetKind, Ident, StatementKind};
use crate::syntax::{Parsed, parse_outline};

use super::undefined;

/// The files whose text a plan needs and nobody has read yet, with their paths.
pub(super) fn unread<'p>(
    plan: &'p Plan,
    observed: &'p BTreeMap<ResourceKey, Observed>,
) -> impl Iterator<Item = (&'p ResourceKey, &'p str)> {
    let changed = plan.steps.iter().filter(|step| step.key.kind == Kind::WorkspaceFile && changes_content(step));
    changed.chain(undefined::leaving(plan)).filter_map(|step| {
        let there = observed.get(&step.key).filter(|there| there.text.is_none())?;
        Some((&step.key, there.id.as_str()))
    })
}

/// Is a content other than it is there, whether it changes or stays?
pub(super) fn changes_content(step: &Step) -> bool {
    let changed = step.changes.iter().filter(|_| step.action == Action::Update);
    changed.chain(&step.kept).any(|change| change.path == "content")
}

/// Puts the texts beside the fingerprints, and the risk of what they change.
pub(super) fn annotate(plan: &mut Plan, desired: &DesiredSet, observed: &BTreeMap<ResourceKey, Observed>) {
    for step in plan.steps.iter_mut().filter(|step| changes_content(step)) {
        let there = observed.get(&step.key).and_then(|there| there.text.as_deref());
        let content = desired.get(&step.key).and_then(|wanted| wanted.content.as_ref()?.bytes());
        let wanted = content.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let (Some(there), Some(wanted)) = (there, wanted) else { continue };
        if step.key.kind == Kind::WorkspaceFile && step.key.name().ends_with(".sql") && !step.unfinished {
            let reasons = rebuilds(there, wanted);
            if !reasons.is_empty() {
                step.risk = step.risk.max(Risk::Rebuild);
                step.notes.extend(reasons);
            }
        }
        step.texts = match (readable(step.key.kind, there), readable(step.key.kind, wanted)) {
            (Some(there), Some(wanted)) => Some(Box::new(Texts { there, wanted })),
            _ => None,
        };
    }
    undefined::tell(plan, desired, observed);
}

/// A content as people read it, line by line; `None` for a document that cannot be read.
pub(super) fn readable(kind: Kind, text: &str) -> Option<String> {
    match kind {
        Kind::Dashboard => readable_dashboard(text),
        Kind::GenieSpace => readable_genie(text),
        _ => Some(text.to_string()),
    }
}

/// Why the streaming tables of a file cannot go on from where they are (Databricks documentation, "Full refresh for
/// streaming tables", schema changes; clustering and partitioning are those of the files that are there). Only what both
/// texts declare is compared.
fn rebuilds(there: &str, wanted: &str) -> Vec<String> {
    let (old, new) = (SourceFile::new("there", there), SourceFile::new("wanted", wanted));
    let (old, new) = (parse_outline(&old), parse_outline(&new));
    let tables = |parsed: &Parsed| -> BTreeMap<String, CreateDataset> {
        let datasets = parsed.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::CreateDataset(dataset) if dataset.kind == DatasetKind::StreamingTable => {
                Some((dataset.name.value.to_string().to_lowercase(), dataset.as_ref().clone()))
            }
            _ => None,
        });
        datasets.collect()
    };
    let (old, new) = (tables(&old), tables(&new));
    let mut reasons = Vec::new();
    for (name, new) in &new {
        let Some(old) = old.get(name) else { continue };
        let mut tell = |what: String| {
            reasons.push(format!("{what} of the streaming table `{name}` changes: it has to be refreshed fully"));
        };
        for column in &new.columns {
            let before = old.columns.iter().find(|old| lower(&old.name) == lower(&column.name));
            if let (Some(before), Some(after)) = (before.and_then(|old| old.data_type.as_ref()), &column.data_type)
                && before.value != after.value
            {
                let (name, before, after) = (&column.name.value, &before.value, &after.value);
                tell(format!("the type of `{name}` ({before}, then {after})"));
            }
        }
        if names(&old.clauses.partitioned_by) != names(&new.clauses.partitioned_by) {
            tell("PARTITIONED BY".to_string());
        }
        if clusters(old.clauses.cluster_by.as_ref()) != clusters(new.clauses.cluster_by.as_ref()) {
            tell("CLUSTER BY".to_string());
        }
    }
    reasons
}

fn lower(name: &Ident) -> String {
    name.value.to_string().to_lowercase()
}

fn names(columns: &[Ident]) -> Vec<String> {
    columns.iter().map(lower).collect()
}

/// `NONE` is the same as nothing.
fn clusters(clause: Option<&ClusterBy>) -> Vec<String> {
    match clause {
        Some(ClusterBy::Columns(columns)) => names(columns),
        Some(ClusterBy::Auto) => vec!["AUTO".to_string()],
        Some(ClusterBy::None) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Databricks documentation, "Full refresh for streaming tables" (schema changes) and "CLUSTER BY clause": the
    /// clustering columns of streaming tables cannot be altered.
    #[test]
    fn what_a_streaming_table_cannot_follow_is_named_and_nothing_else() {
        let table = |inside: &str| format!("CREATE OR REFRESH STREAMING TABLE t {inside} AS SELECT * FROM STREAM s;\n");
        let told = |old: &str, new: &str| rebuilds(&table(old), &table(new));
        let refreshed = "of the streaming table `t` changes: it has to be refreshed fully";
        assert_eq!(
            told("(a INT, b STRING)", "(A BIGINT, c DATE)"),
            [format!("the type of `A` (INT, then BIGINT) {refreshed}")]
        );
        assert_eq!(told("(a INT) CLUSTER BY (a)", "(a INT) CLUSTER BY (A)"), Vec::<String>::new());
        assert_eq!(told("CLUSTER BY (a)", "CLUSTER BY AUTO"), [format!("CLUSTER BY {refreshed}")]);
        assert_eq!(told("PARTITIONED BY (a)", ""), [format!("PARTITIONED BY {refreshed}")]);
        // A column or a comment more, another query, and columns of which only one text tells the type.
        assert_eq!(told("(a INT)", "(a INT COMMENT 'x', b INT) COMMENT 'y' CLUSTER BY NONE"), Vec::<String>::new());
        assert_eq!(told("", "(a INT)"), Vec::<String>::new());
        let view = |kind: &str| format!("CREATE OR REFRESH MATERIALIZED VIEW v (a {kind}) AS SELECT 1 AS a;");
        assert_eq!(rebuilds(&view("INT"), &view("BIGINT")), Vec::<String>::new());
    }
}
