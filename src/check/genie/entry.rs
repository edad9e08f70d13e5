//! The way in: all rules over one space.

use crate::analyze::Session;
use crate::check::Outputs;
use crate::diag::Diagnostics;
use crate::project::yaml::Node;

use super::{ids, limits, shape, snippets, sql, tables};

/// Everything that is wrong with a space besides its queries, which are bound by the caller.
pub fn check(root: &Node, _: &Outputs, session: &Session<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    if root.as_map().is_none() {
        // Its reader says so.
        return out;
    }
    shape::check(root, &mut out);
    ids::check(root, &mut out);
    limits::check(root, &mut out);
    let sources = tables::check(root, session, &mut out);
    sql::check(root, &sources, session, &mut out);
    snippets::check(root, &sources, session, &mut out);
    out
}
