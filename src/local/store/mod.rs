//! What the embedded workspace keeps: one DuckDB file for tables and metadata, and two folders of files.
//!
//! Owns the on-disk layout, transactions, and the records of Unity Catalog, flows and commits. Knows no SQL of the
//! user and no HTTP: other parts keep their own objects here as [`Document`]s.
//!
//! One process owns a data folder at a time. Everything inside one [`Store::write`] commits or vanishes together,
//! also when the process is killed.

mod database;
mod document;
mod error;
mod events;
mod exact;
mod files;
mod flow;
mod grant;
mod group;
mod layout;
mod letters;
mod registry;
mod securable;
mod tags;
mod transaction;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use database::register_functions;
pub use database::{Store, StoreOptions};
pub use document::{Document, DocumentKind, Expect, Filter, MODELS, Order, Page, PageRequest};
pub use error::StoreError;
pub use events::{Event, EventCondition, EventDraft, EventLevel, EventSelect, TimeComparison};
pub(crate) use exact::EXACT_DECIMAL;
pub use files::{FileInfo, FileTree, TreePath, Upload, VolumePath};
pub use flow::{Commit, CommitKind, FlowKey, IngestedFile};
pub use grant::Grant;
pub(crate) use letters::{UNICODE_LOWER, UNICODE_UPPER};
pub(crate) use registry::{history_name, physical_name, quoted};
pub use securable::{
    CatalogRecord, ColumnRecord, ConstraintRecord, DeclaredRecord, Definition, FunctionRecord, MaskRecord, Parameter,
    Registration, RowFilterRecord, SchemaName, SchemaRecord, Securable, SecurableKind, SecurableName, TableKind,
    TableRecord, VolumeRecord,
};
pub use tags::Tagged;
pub use transaction::{Reader, Writer};
