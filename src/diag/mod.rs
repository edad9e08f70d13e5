//! Diagnostics: what is wrong in the user's project, where, and what to do.
//!
//! Owns source files, byte spans, stable codes and the renderers. Knows nothing of SQL, YAML or templates.
//! Failures of the world (network, disk) are not diagnostics but errors of the module that met them.

mod chain;
mod code;
mod diagnostic;
mod page;
mod render;
mod source;
mod suggest;

pub use chain::chain;
pub use code::{CODES, Code, CodeInfo, unknown_code};
pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use render::{human, human_within, to_json};
pub use source::{Location, SourceFile, Span};
pub use suggest::{did_you_mean, misspelt, one_slip};
