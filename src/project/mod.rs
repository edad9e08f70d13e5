//! The project: its manifest, variables, targets and files.
//!
//! Owns the manifest's schema, YAML reading, the file inventory and the values that a target settles. Knows nothing
//! of SQL, templates or the workspace. [`load`] reads everything once; what follows works on values.

pub mod yaml;
