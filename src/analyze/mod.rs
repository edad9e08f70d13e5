//! Names, types, coercions, functions, lineage and checks: SQL trees in, bound trees and diagnostics out.
//!
//! Owns Databricks' name resolution and type rules. Knows no template, no file and no network; is never async.

pub mod bound;
