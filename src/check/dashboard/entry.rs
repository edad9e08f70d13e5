//! The way in: all rules over one dashboard.

use crate::analyze::Session;
use crate::check::Outputs;
use crate::diag::Diagnostics;
use crate::project::yaml::Node;

use super::expression::Typed;
use super::model::Dashboard;
use super::{datasets, encodings, fields, filters, kinds, layout, limits, pages, parameters, vega};

/// Everything that is wrong with a dashboard besides the queries of its datasets. `outputs` are their columns by the
/// dataset's name.
pub fn check(root: &Node, outputs: &Outputs, session: &Session<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    if root.as_map().is_none() {
        // Its reader says so.
        return out;
    }
    let mut dashboard = Dashboard::of(root, outputs);
    datasets::check(&mut dashboard, session, &mut out);
    let dashboard = dashboard;
    parameters::check(&dashboard, &mut out);
    pages::check(&dashboard, &mut out);
    layout::check(&dashboard, &mut out);
    limits::check(&dashboard, &mut out);
    let typed = Typed::of(&dashboard, session);
    out.extend(typed.of_columns.iter().cloned());
    for widget in dashboard.widgets() {
        kinds::check(widget, &mut out);
        let types = fields::check(&dashboard, widget, &typed, &mut out);
        encodings::check(widget, &types, &mut out);
        filters::check(&dashboard, widget, &mut out);
        vega::check(widget, &mut out);
    }
    out
}
