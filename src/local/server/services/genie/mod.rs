//! Genie spaces. <https://docs.databricks.com/api/workspace/genie>
//!
//! Here a space is created, read back, changed and trashed, and its benchmarks are evaluated. There is no language model:
//! what is answered, [`trusted`] answers from the space's own examples. Conversations are not served yet and answer
//! `ENDPOINT_NOT_FOUND`.

mod check;
mod compare;
mod evals;
mod evaluate;
mod space;
mod spaces;
mod trusted;

pub(crate) use evals::{create as evaluate, get as get_evaluation, list as list_evaluations, result, results};
pub(crate) use evaluate::settle_interrupted;
pub(crate) use spaces::{check_exists, create, get, list, trash, update};
