//! Genie spaces. <https://docs.databricks.com/api/workspace/genie>
//!
//! Here a space is created, read back, changed and trashed; conversations are not served yet and answer
//! `ENDPOINT_NOT_FOUND`.

mod check;
mod space;
mod spaces;

pub(crate) use spaces::{check_exists, create, get, list, trash, update};
