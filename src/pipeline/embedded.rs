//! The queries that dashboards, Genie spaces and alerts hold.

use std::sync::Arc;

use crate::check::{Embedded, dashboard, genie};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, SourceFile};
use crate::ident::Identifier;
use crate::project::json;
use crate::project::yaml::Node;

use super::origin::Origins;

/// A query of a document, or of an alert.
pub(super) struct DocumentQuery {
    pub(super) file: Arc<SourceFile>,
    /// What its findings are reported under, where it is the document that is wrong.
    pub(super) code: Code,
    /// The dashboard's dataset that it is.
    pub(super) dataset: Option<String>,
    /// The catalog and the schema that complete its names, where the document says them.
    pub(super) namespace: (Option<Identifier>, Option<Identifier>),
}

impl DocumentQuery {
    /// A finding in a document has the document's own code, which says what kind of thing is broken. What is only not
    /// understood, or only not known, is no error of a document: others have made it, and it works.
    pub(super) fn judge(&self, mut finding: Diagnostic) -> Diagnostic {
        if finding.severity != Severity::Error {
            return finding;
        }
        if finding.code == Code::UNSUPPORTED_SQL || (finding.code == Code::UNKNOWN_TABLE && self.elsewhere(&finding)) {
            finding.severity = Severity::Note;
            return finding;
        }
        finding.code = self.code;
        finding
    }

    /// Does the warehouse complete the name of the table, so that nobody knows which one it is?
    fn elsewhere(&self, finding: &Diagnostic) -> bool {
        let written = finding.location.as_ref().and_then(|at| self.file.text().get(at.span.range()));
        let (catalog, schema) = &self.namespace;
        match written.unwrap_or_default().matches('.').count() {
            0 => catalog.is_none() || schema.is_none(),
            1 => catalog.is_none(),
            _ => false,
        }
    }
}

/// The query of an alert, which completes names with whatever the warehouse does.
pub(super) fn alert(sql: Embedded, origins: &mut Origins) -> DocumentQuery {
    let file = origins.embedded(sql);
    DocumentQuery { file, code: Code::ALERT_QUERY, dataset: None, namespace: (None, None) }
}

/// What a document says.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) queries: Vec<DocumentQuery>,
    /// The document as a whole, for its other rules.
    pub(super) root: Option<Node>,
}

/// Reads one kind of document.
pub(super) type Read = fn(&Arc<SourceFile>, &mut Origins, &mut Diagnostics) -> Contents;

/// Parses the JSON text; `None` and a located finding if it is not JSON. An API answer that was saved holds the
/// document under `wrapper`, as a value or as its text.
fn root(
    file: &Arc<SourceFile>,
    code: Code,
    wrapper: &str,
    origins: &mut Origins,
    out: &mut Diagnostics,
) -> Option<Node> {
    let parsed = json::parse(file, code).map_err(|finding| out.push(*finding)).ok()?;
    let Some(inner) = parsed.get(wrapper) else { return Some(parsed) };
    let Some(text) = inner.as_str() else { return Some(inner.clone()) };
    let file = origins.scalar(inner, text);
    json::parse(&file, code).map_err(|finding| out.push(*finding)).ok()
}

/// Datasets of a `.lvdash.json` (lakeview-genie-alerts.md A2).
pub(super) fn dashboard(file: &Arc<SourceFile>, origins: &mut Origins, out: &mut Diagnostics) -> Contents {
    let root = root(file, Code::DASHBOARD_FORMAT, "serialized_dashboard", origins, out);
    let queries = root.iter().flat_map(dashboard::queries).map(|query| DocumentQuery {
        file: origins.embedded(query.sql),
        code: Code::DASHBOARD_QUERY,
        dataset: Some(query.dataset),
        namespace: query.namespace,
    });
    Contents { queries: queries.collect(), root }
}

/// SQL of a `.geniespace.json` (lakeview-genie-alerts.md C1).
pub(super) fn genie(file: &Arc<SourceFile>, origins: &mut Origins, out: &mut Diagnostics) -> Contents {
    let root = root(file, Code::GENIE_FORMAT, "serialized_space", origins, out);
    let queries = root.iter().flat_map(genie::queries).map(|(code, sql)| DocumentQuery {
        file: origins.embedded(sql),
        code,
        dataset: None,
        namespace: (None, None),
    });
    Contents { queries: queries.collect(), root }
}
