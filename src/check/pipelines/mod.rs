//! Rules of pipelines: their settings, the statements of their files, and the datasets that these make.
//!
//! What a statement means by itself is the analyzer's; here it is judged what it means in a pipeline.

mod datasets;
mod marks;
mod rules;
mod schemas;
mod settings;
mod statements;

pub use datasets::{Seen, datasets};
pub use marks::Marks;
pub use rules::{Made, SettingFacts, overlapping, shadowed};
pub use schemas::{SchemaFacts, undeclared};
pub use settings::{containers, settings};
pub use statements::{constraints, keys, statements};

#[cfg(test)]
mod tests;
