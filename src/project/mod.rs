//! The project: its manifest, variables, targets and files.
//!
//! Owns the manifest's schema, YAML reading, the file inventory and the values that a target settles. Knows nothing
//! of SQL, templates or the workspace. [`load`] reads everything once; what follows works on values.

mod checks;
mod decimal;
mod decode;
mod files;
pub mod json;
mod load;
mod model;
mod policies;
pub mod python;
mod resolve;
mod scattered;
mod sources;
mod sql_test;
mod story;
mod validate;
mod variable;
mod verify;
pub mod yaml;

pub use self::yaml::Located;
pub use checks::{Allow, Checks, Level};
pub use decimal::Decimal;
pub use files::{Asset, DocumentFile, DocumentForm, Overlay, SolutionFiles, SqlFile, Templates, UnreadFile, decoded};
pub use load::{find, load, load_as, load_with};
pub use model::{CONTENT, LOCAL, Layout, MANIFEST, Mode, OWN, Principal, Project, RunAs, Solution, Target};
pub use policies::{Policies, TaggedColumn};
pub use resolve::{Overrides, Resolved, ResolvedSolution, environment_name};
pub use scattered::{Folder, folder};
pub use sources::{SourceColumn, SourceTable, sources};
pub use sql_test::{Cell, Given, Outcome, Row, Rows, SqlTest, TestReader, sql_tests};
pub use story::{Question, story};
pub(crate) use validate::DECLARE_VARIABLE;
pub use variable::{Duration, Setting, Settings, Variable, VariableType, VariableValue};
pub use verify::Verify;

#[cfg(test)]
mod tests;
