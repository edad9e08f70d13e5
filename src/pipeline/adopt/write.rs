//! What was assumed, as the files of a project.

use std::collections::BTreeSet;

use crate::ident::{Identifier, TableName};

use super::group::plain;

/// A pipeline as its resource file declares it.
pub(super) struct PipelineText {
    pub(super) key: String,
    pub(super) catalog: Identifier,
    pub(super) schema: Identifier,
    pub(super) files: Vec<String>,
}

pub(super) struct ManifestText<'t> {
    pub(super) name: &'t str,
    pub(super) catalog: &'t Identifier,
    /// The first is the one that unqualified names mean.
    pub(super) schemas: &'t [Identifier],
    pub(super) ignore: &'t BTreeSet<String>,
}

/// A YAML text that means exactly this: JSON's form of it is one.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_string()).to_string()
}

pub(super) fn manifest(text: &ManifestText<'_>) -> String {
    let mut out = format!("name: {}\n\nsolutions:\n  {}:\n", quoted(text.name), text.name);
    out.push_str(&format!(
        "    catalog: {}\n    # Unqualified names mean the first.\n    schemas:\n",
        quoted(text.catalog.as_str())
    ));
    let mut keys = BTreeSet::new();
    for schema in text.schemas {
        let mut key = plain(schema.as_str());
        while key.is_empty() || !keys.insert(key.clone()) {
            key.push('x');
        }
        out.push_str(&format!("      {key}: {}\n", quoted(schema.as_str())));
    }
    out.push_str("    # The files stay where they are; lakesmith/ holds what lakesmith needs besides.\n");
    out.push_str("    files:\n      folders: [.]\n");
    if !text.ignore.is_empty() {
        out.push_str("      ignore:\n");
        for path in text.ignore {
            out.push_str(&format!("        - {}\n", quoted(path)));
        }
    }
    // What the folder does not say, it may have from elsewhere.
    out.push_str(CHECKS);
    out
}

const CHECKS: &str = "\nchecks:\n  # Privileges may have been given elsewhere, too.\n  LS806: off\n  LS811: off\n  \
                      # Which files are one pipeline is assumed; copies of a file are none.\n  LS512: warning\n";

pub(super) fn pipelines(pipelines: &[PipelineText]) -> Option<String> {
    if pipelines.is_empty() {
        return None;
    }
    let mut out = "pipelines:\n".to_string();
    for pipeline in pipelines {
        let PipelineText { key, catalog, schema, files } = pipeline;
        out.push_str(&format!("  {key}:\n    name: {}\n", quoted(key)));
        out.push_str(&format!("    catalog: {}\n    schema: {}\n", quoted(catalog.as_str()), quoted(schema.as_str())));
        out.push_str("    sql:\n");
        for file in files {
            out.push_str(&format!("      - {}\n", quoted(file)));
        }
    }
    Some(out)
}

/// Tables that are there, and of which nothing else is known.
pub(super) fn sources(tables: &BTreeSet<TableName>) -> Option<String> {
    if tables.is_empty() {
        return None;
    }
    let mut out = "# Read here and made elsewhere; `lakesmith sources pull` adds their columns.\ntables:\n".to_string();
    for table in tables {
        let name = [&table.catalog, &table.schema, &table.name].map(Identifier::as_str).join(".");
        out.push_str(&format!("  - name: {}\n", quoted(&name)));
    }
    Some(out)
}
