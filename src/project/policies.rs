//! What the project says of sensitive columns.

use super::yaml::{Fields, Located, Node};
use crate::diag::{Code, Diagnostic, Diagnostics};

/// Tags that mean "sensitive" where the manifest names none.
const SENSITIVE: [&str; 2] = ["phi", "pii"];

#[derive(Clone, Debug)]
pub struct Policies {
    /// In lower case. A column's tag means it where its key or its value has one of them as a word.
    pub sensitive_tags: Vec<String>,
    /// Columns that count as tagged, without a statement that tags them.
    pub tagged: Vec<TaggedColumn>,
    /// Roles of `principals` that may see sensitive values as they are.
    pub cleared: Vec<Located<String>>,
}

#[derive(Clone, Debug)]
pub struct TaggedColumn {
    /// In lower case.
    pub tag: String,
    /// `schema.table.column`, with or without the catalog.
    pub column: Located<String>,
}

impl Default for Policies {
    fn default() -> Self {
        Self { sensitive_tags: SENSITIVE.map(str::to_string).to_vec(), tagged: Vec::new(), cleared: Vec::new() }
    }
}

pub(super) fn decode(node: Option<&Node>, out: &mut Diagnostics) -> Policies {
    let mut policies = Policies::default();
    let Some(mut fields) = node.and_then(|node| Fields::of(node, out)) else { return policies };
    let tags = fields.strings("sensitive_tags", out);
    if !tags.is_empty() {
        policies.sensitive_tags = tags.iter().map(|tag| tag.value.to_lowercase()).collect();
    }
    for entry in fields.map("tagged", out) {
        for item in entry.node.list(out).unwrap_or_default() {
            let Some(column) = item.string(out) else { continue };
            if column.value.split('.').count() < 3 {
                let message = format!("`{}` names no column", column.value);
                let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(column.location);
                out.push(diagnostic.hint("write `schema.table.column`"));
                continue;
            }
            policies.tagged.push(TaggedColumn { tag: entry.key.to_lowercase(), column });
        }
    }
    policies.cleared = fields.strings("cleared", out);
    fields.finish(out);
    policies
}
