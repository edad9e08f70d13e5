//! Datasets: their names, their texts, the tables that stand for queries, and who reads them.

use std::collections::BTreeSet;

use crate::analyze::Session;
use crate::check::document::{finding, inner, items, place_of, text};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::ident::TableName;
use crate::syntax::{TokenKind, lex};

use super::model::{Dashboard, Dataset, repeated};

/// lakeview-genie-alerts.md A1.
const KEYS: [&str; 4] = ["datasets", "pages", "uiSettings", "variables"];

/// Fills the columns of datasets that are tables, too.
pub(super) fn check(dashboard: &mut Dashboard<'_>, session: &Session<'_>, out: &mut Diagnostics) {
    keys(dashboard, out);
    let names = dashboard.datasets.iter().map(|dataset| (dataset.name, place_of(dataset.node, "name")));
    for (name, place, first) in repeated(names) {
        let message = format!("two datasets have the name `{name}`");
        out.push(Diagnostic::error(Code::DASHBOARD_DUPLICATE, message).at(place).related(first, "the first"));
    }
    for dataset in items(dashboard.root, "datasets").iter().filter(|dataset| text(dataset, "name").is_none()) {
        let message = "the dataset has no name, so no widget can read it".to_string();
        out.push(finding(false, Code::DASHBOARD_UNUSED, message, inner(dataset)));
    }
    let read: BTreeSet<&str> =
        dashboard.widgets().flat_map(|widget| &widget.queries).filter_map(|query| query.dataset?.as_str()).collect();
    for dataset in &mut dashboard.datasets {
        if !read.contains(dataset.name) {
            let message = format!("no widget reads the dataset `{}`", dataset.name);
            out.push(finding(false, Code::DASHBOARD_UNUSED, message, place_of(dataset.node, "name")));
        }
        lines(dataset, out);
        asset(dataset, session, out);
    }
}

/// Unknown keys occur in the wild and are ignored; a slip of a known one is worth a word.
fn keys(dashboard: &Dashboard<'_>, out: &mut Diagnostics) {
    for entry in dashboard.root.as_map().unwrap_or_default().iter().filter(|entry| !KEYS.contains(&entry.key.as_str()))
    {
        let message = format!("the key `{}` is not known in a dashboard and is ignored", entry.key);
        let near = did_you_mean(&entry.key, KEYS);
        let note = Diagnostic::note(Code::DASHBOARD_KEY, message).at(entry.key_location.clone());
        out.push(match near {
            Some(near) => {
                Diagnostic { severity: crate::diag::Severity::Warning, ..note }.hint(format!("did you mean `{near}`?"))
            }
            None => note,
        });
    }
}

/// The strings of `queryLines` are laid end to end as they are (lakeview-genie-alerts.md A2).
fn lines(dataset: &Dataset<'_>, out: &mut Diagnostics) {
    let lines = items(dataset.node, "queryLines");
    for pair in lines.windows(2) {
        let [Some(line), Some(next)] = [pair[0].as_str(), pair[1].as_str()] else { continue };
        let ends_in_comment = || {
            lex(line).tokens.last().is_some_and(|token| token.kind == TokenKind::LineComment) && !line.ends_with('\n')
        };
        let joined = !line.ends_with(char::is_whitespace) && !next.starts_with(char::is_whitespace);
        let problem = match () {
            () if line.is_empty() || next.is_empty() => continue,
            () if ends_in_comment() => "the line ends in a comment, which goes on over the next line",
            () if joined => "the line and the next one are joined without a space",
            () => continue,
        };
        let found = Diagnostic::warning(Code::DASHBOARD_LINES, problem).at(inner(&pair[0]));
        out.push(found.hint("lines are laid end to end: end each with `\\n`"));
    }
}

/// A table, view or metric view in place of a query.
fn asset(dataset: &mut Dataset<'_>, session: &Session<'_>, out: &mut Diagnostics) {
    let Some(node) = dataset.node.get("asset_name") else {
        if dataset.sql.is_none() {
            let message = format!("the dataset `{}` has neither a query nor a table", dataset.name);
            out.push(finding(false, Code::DASHBOARD_QUERY, message, place_of(dataset.node, "name")));
        }
        return;
    };
    let Some(table) = node.as_str().and_then(|name| TableName::parse(name).ok()) else { return };
    match session.catalog.table(&table) {
        Some(info) => dataset.columns = Some(info.columns.clone()),
        None => out.extend(crate::check::document::absent(session, &table, node, Code::DASHBOARD_QUERY)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds};

    const PAGE: &str = r#""pages": [{"name": "p", "layout": []}]"#;

    #[test]
    fn every_dataset_is_read() {
        // A dataset that nothing shows costs nothing but the reader's time (issue 3, Deliver 3).
        let text = format!(r#"{{"datasets": [{{"name": "d", "queryLines": ["SELECT 1 AS a"]}}], {PAGE}}}"#);
        assert_finds(&text, "LS611 warning", "d", "no widget reads the dataset `d`");
    }

    #[test]
    fn names_are_unique() {
        // A15b, E13: none of 81 files breaks it.
        let one = r#"{"name": "d", "asset_name": "elsewhere.a.b"}"#;
        let text = format!(r#"{{"datasets": [{one}, {one}], {PAGE}}}"#);
        assert_finds(&text, "LS609 error", "d", "two datasets have the name `d`");
    }

    #[test]
    fn lines_are_laid_end_to_end() {
        let text = r#"{"datasets": [{"name": "d", "queryLines": ["SELECT 1", "FROM t"]}]}"#;
        assert_finds(text, "LS627 warning", "SELECT 1", "the line and the next one are joined without a space");
        let text = r#"{"datasets": [{"name": "d", "queryLines": ["SELECT 1 -- one ", "FROM t"]}]}"#;
        assert_finds(text, "LS627 warning", "SELECT 1 -- one ", "ends in a comment");
        assert_clean(
            r#"{"datasets": [{"name": "d", "queryLines": ["SELECT 1\n", "FROM t -- x\n", "LIMIT 1"]}]}"#,
            "LS627",
        );
    }

    #[test]
    fn tables_in_place_of_queries_exist() {
        let text = r#"{"datasets": [{"name": "d", "asset_name": "shop.gold.order"}]}"#;
        assert_finds(text, "LS602 error", "shop.gold.order", "the table `shop.gold.order` does not exist");
        assert_clean(r#"{"datasets": [{"name": "d", "asset_name": "shop.gold.orders"}]}"#, "LS602");
        assert_clean(r#"{"datasets": [{"name": "d", "asset_name": "other.gold.orders"}]}"#, "LS602");
    }

    #[test]
    fn keys_that_nobody_reads() {
        assert_finds(r#"{"datsets": []}"#, "LS632 warning", "\"datsets\"", "the key `datsets` is not known");
        assert_finds(r#"{"dashboard_id": "x"}"#, "LS632 note", "\"dashboard_id\"", "is ignored");
    }
}
