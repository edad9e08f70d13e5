//! What the product allows (Databricks documentation, dashboard limits; lakeview-genie-alerts.md A14).

use crate::check::document::{finding, inner, items};
use crate::diag::{Code, Diagnostics};

use super::model::Dashboard;

const PAGES: usize = 15;
const DATASETS: usize = 100;
const WIDGETS: usize = 100;

pub(super) fn check(dashboard: &Dashboard<'_>, out: &mut Diagnostics) {
    let mut at_most = |list: &[crate::project::yaml::Node], most: usize, what: &str| {
        if let Some(first) = list.get(most) {
            let message = format!("{} {what}, and {most} are allowed", list.len());
            out.push(finding(false, Code::DASHBOARD_LIMIT, message, inner(first)).hint("this is the first too many"));
        }
    };
    at_most(items(dashboard.root, "datasets"), DATASETS, "datasets");
    at_most(items(dashboard.root, "pages"), PAGES, "pages");
    for page in &dashboard.pages {
        at_most(items(page.node, "layout"), WIDGETS, "widgets on one page");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds};

    fn pages(count: usize) -> String {
        let pages: Vec<String> = (0..count).map(|at| format!(r#"{{"name": "p{at}"}}"#)).collect();
        format!(r#"{{"pages": [{}]}}"#, pages.join(", "))
    }

    #[test]
    fn fifteen_pages() {
        assert_clean(&pages(15), "LS626");
        assert_finds(&pages(16), "LS626 warning", r#"{"name": "p15"}"#, "16 pages, and 15 are allowed");
    }
}
