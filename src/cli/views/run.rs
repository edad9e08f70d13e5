//! Runs.

use crate::pipeline::ResourceKey;

pub(in crate::cli) fn done(key: &ResourceKey, id: &str) -> String {
    format!("{key} completed ({id})\n")
}
