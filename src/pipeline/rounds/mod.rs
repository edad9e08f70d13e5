//! Checks of one project again and again, as an editor and `check --watch` want them.
//!
//! The first round is a whole check. When nothing was changed but the queries of one SQL file of a pipeline, the next
//! round binds these queries again, and then what reads tables that have other columns now; everything else is as it
//! was. A dashboard or a Genie space is looked at by itself. Whatever else was changed needs a whole check:
//! [`Rounds::edit`] says so by giving nothing.
//!
//! Owns what makes an edit small. Must not know how anything is checked: it calls the stages, and repeats none.

mod document;
mod edit;
mod fresh;
mod ready;
mod rebind;
mod round;
mod solved;

pub use round::{Round, Rounds, round};

pub(super) use solved::Passed;
