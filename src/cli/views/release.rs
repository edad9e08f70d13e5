//! Releases.

use std::fmt::Write;

use serde_json::{Value, json};

use super::count::counted_as;
use crate::pipeline::Built;

/// `targets` are those of the project.
pub(in crate::cli) fn text(all: &[Built], targets: &[&str]) -> String {
    let mut out = String::new();
    for built in all {
        let release = &built.release;
        let _ = writeln!(out, "{}: release {}", release.unit, release.digest);
        let _ = writeln!(out, "  {}", counted_as(release.sources.len(), "source file"));
        for target in targets {
            match built.rendering(target) {
                Ok(rendering) => {
                    let _ = writeln!(out, "  {target}: {}", counted_as(rendering.resources.len(), "resource"));
                }
                Err(_) => drop(writeln!(out, "  {target}: not in the release; `lakesmith check -t {target}` says why")),
            }
        }
        for (name, value) in &release.overrides {
            let _ = writeln!(out, "  with {name}={value}");
        }
    }
    out
}

/// `{"releases": [{"unit", "digest", "sources": {path: sha256}, "targets": {target: sha256}, "overrides", "bytes"}]}`.
pub(in crate::cli) fn json(all: &[Built]) -> Value {
    let releases = all.iter().map(|built| {
        let release = &built.release;
        json!({
            "unit": release.unit,
            "digest": release.digest,
            "sources": release.sources,
            "targets": release.targets,
            "overrides": release.overrides,
            "bytes": built.packed_size(),
        })
    });
    json!({ "releases": releases.collect::<Vec<_>>() })
}
