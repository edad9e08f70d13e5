//! The workspace: folders, files and notebooks. <https://docs.databricks.com/api/workspace/workspace>
//!
//! Files lie in the store's workspace tree as they are, so that the engine and the file system see the same. A
//! notebook is a file with a document that says its language; without the file the document means nothing, and the
//! document is written first, so a crash between the two leaves at worst a plain file as it was before.

mod import;
mod notebook;
mod objects;
mod path;

pub(crate) use import::import;
pub(crate) use objects::{delete, export, get_status, list, mkdirs, prepare, read_source};
pub(crate) use path::WorkspacePath;
