//! What tests of rules share.

use std::sync::Arc;

use crate::diag::{Diagnostics, SourceFile};
use crate::project::yaml::{self, Node};
use crate::project::{Mode, Target};

/// A resource file as a tree.
pub(super) fn resources(text: &str) -> Vec<Node> {
    let (node, found) = yaml::parse(&SourceFile::new("r.yml", text));
    assert!(found.is_empty(), "{found:?}");
    node.into_iter().collect()
}

pub(super) fn sql(text: &str) -> (Arc<SourceFile>, crate::syntax::Parsed) {
    let file = SourceFile::new("a.sql", text);
    let parsed = crate::syntax::parse(&file);
    (file, parsed)
}

/// Place, severity, code and message of each finding.
pub(super) fn told(found: Diagnostics) -> Vec<String> {
    let line = |d: &crate::diag::Diagnostic| {
        let at = d.location.as_ref().map(|at| at.display()).unwrap_or_default();
        let severity = format!("{:?}", d.severity).to_lowercase();
        format!("{at} {severity} {} {}", d.code, d.message)
    };
    found.sorted().iter().map(line).collect()
}

pub(super) fn target(name: &str, mode: Mode) -> Target {
    Target {
        name: name.to_string(),
        location: None,
        mode,
        default: false,
        profile: None,
        host: None,
        catalog_prefix: None,
        root: None,
        run_as: None,
        protect: false,
        variables: crate::project::Settings::new(),
    }
}
