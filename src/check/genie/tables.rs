//! The tables of a space: that they exist, and their columns.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::Session;
use crate::check::document::{absent, finding, inner, items, place_of, text};
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::ident::{Identifier, TableName};
use crate::project::yaml::Node;

/// Columns of a space that may be matched with values.
const MATCHED: usize = 120;

/// The tables and metric views that a space answers from.
pub(super) type Sources = BTreeSet<TableName>;

pub(super) fn check(root: &Node, session: &Session<'_>, out: &mut Diagnostics) -> Sources {
    let mut sources = Sources::new();
    let mut first: BTreeMap<TableName, Location> = BTreeMap::new();
    let all = root.get("data_sources");
    let list = |key: &str| all.map(|all| items(all, key)).unwrap_or_default().iter();
    for table in list("tables").chain(list("metric_views")) {
        let Some(node) = table.get("identifier") else {
            let found = Diagnostic::error(Code::GENIE_TABLE, "the table has no `identifier`").at(inner(table));
            out.push(found.hint("`\"identifier\": \"catalog.schema.table\"`"));
            continue;
        };
        let Some(written) = node.as_str() else { continue };
        let name = match TableName::parse(written) {
            Ok(name) => name,
            Err(error) => {
                out.push(Diagnostic::error(Code::GENIE_TABLE, error.to_string()).at(inner(node)));
                continue;
            }
        };
        out.extend(absent(session, &name, node, Code::GENIE_TABLE));
        match first.get(&name) {
            Some(before) => {
                let message = format!("the space has the table `{name}` twice");
                let found = finding(false, Code::GENIE_DUPLICATE, message, inner(node));
                out.push(found.related(before.clone(), "the first"));
            }
            None => drop(first.insert(name.clone(), inner(node))),
        }
        columns(table, &name, session, out);
        sources.insert(name);
    }
    matched(list("tables"), out);
    functions(root, session, out);
    sources
}

/// What a space says of columns is about columns that are there, once each.
fn columns(table: &Node, name: &TableName, session: &Session<'_>, out: &mut Diagnostics) {
    let known = session.catalog.table(name);
    let mut first: BTreeMap<String, Location> = BTreeMap::new();
    for config in items(table, "column_configs") {
        let Some(column) = text(config, "column_name") else { continue };
        let place = place_of(config, "column_name");
        if let Some(info) = &known
            && !info.columns.iter().any(|known| known.name.as_str().eq_ignore_ascii_case(column))
        {
            let message = format!("the table `{name}` has no column `{column}`");
            let found = Diagnostic::error(Code::GENIE_COLUMN, message).at(place.clone());
            out.push(found.suggest(column, info.columns.iter().map(|known| known.name.as_str())));
        }
        match first.get(&column.to_lowercase()) {
            Some(before) => {
                let found =
                    Diagnostic::error(Code::GENIE_DUPLICATE, format!("the column `{column}` is described twice"));
                out.push(found.at(place).related(before.clone(), "the first"));
            }
            None => drop(first.insert(column.to_lowercase(), place)),
        }
        let on = |key: &str| config.get(key).and_then(Node::as_bool) == Some(true);
        if on("enable_entity_matching") && !on("enable_format_assistance") {
            let message = format!("values of `{column}` are matched only with `enable_format_assistance`");
            out.push(finding(false, Code::GENIE_MATCHING, message, place_of(config, "enable_entity_matching")));
        }
    }
}

fn matched<'n>(tables: impl Iterator<Item = &'n Node>, out: &mut Diagnostics) {
    let configs = tables.flat_map(|table| items(table, "column_configs"));
    let on = |config: &&Node| config.get("enable_entity_matching").and_then(Node::as_bool) == Some(true);
    let matched: Vec<&Node> = configs.filter(on).collect();
    if let Some(first) = matched.get(MATCHED) {
        let message = format!("{} columns with matched values, and {MATCHED} are allowed", matched.len());
        out.push(finding(false, Code::GENIE_MATCHING, message, place_of(first, "enable_entity_matching")));
    }
}

/// Functions that the space may call.
fn functions(root: &Node, session: &Session<'_>, out: &mut Diagnostics) {
    let list = root.at(&["instructions", "sql_functions"]).and_then(Node::as_list).unwrap_or_default();
    for node in list.iter().filter_map(|function| function.get("identifier")) {
        let Some(written) = node.as_str() else { continue };
        let Ok(name) = TableName::parse(written) else {
            let message = format!("`{written}` is not `catalog.schema.function`");
            out.push(Diagnostic::error(Code::GENIE_FUNCTION, message).at(inner(node)));
            continue;
        };
        let catalog = session.catalog;
        let elsewhere = catalog.unread(&name) || !catalog.knows_schema(&name.catalog, &name.schema);
        if elsewhere || catalog.function(&name).is_some() {
            continue;
        }
        let names = catalog.function_names(&name.catalog, &name.schema);
        let found = Diagnostic::error(Code::GENIE_FUNCTION, format!("the function `{name}` does not exist"));
        out.push(found.at(inner(node)).suggest(name.name.as_str(), names.iter().map(Identifier::as_str)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint, instructions};

    fn table(identifier: &str, configs: &str) -> String {
        format!(
            r#"{{"version": 2, "data_sources": {{"tables": [{{"identifier": "{identifier}", "column_configs": [{configs}]}}]}}}}"#
        )
    }

    #[test]
    fn tables_exist() {
        assert_clean(&table("shop.gold.orders", ""), "");
        assert_clean(&table("elsewhere.gold.order", ""), "");
        assert_finds(&table("shop.gold.order", ""), "LS702 error", "shop.gold.order", "does not exist");
        assert_hint(&table("shop.gold.order", ""), "LS702", "did you mean `orders`?");
        assert_finds(&table("orders", ""), "LS702 error", "orders", "");
    }

    #[test]
    fn columns_exist_once() {
        let region = r#"{"column_name": "region"}"#;
        assert_clean(&table("shop.gold.orders", region), "");
        let text = table("shop.gold.orders", r#"{"column_name": "regoin"}"#);
        assert_finds(&text, "LS706 error", "regoin", "the table `shop.gold.orders` has no column `regoin`");
        assert_hint(&text, "LS706", "did you mean `region`?");
        let text = table("shop.gold.orders", &format!("{region}, {region}"));
        assert_finds(&text, "LS715 error", "region", "is described twice");
    }

    #[test]
    fn tables_stand_once() {
        let text = r#"{"version": 2, "data_sources": {"tables": [{"identifier": "x.y.z"}, {"identifier": "x.y.z"}]}}"#;
        assert_finds(text, "LS715 warning", "x.y.z", "has the table `x.y.z` twice");
    }

    /// C1, "entity matching".
    #[test]
    fn matching_needs_assistance() {
        let config = |more: &str| format!(r#"{{"column_name": "region", "enable_entity_matching": true{more}}}"#);
        assert_clean(&table("shop.gold.orders", &config(r#", "enable_format_assistance": true"#)), "");
        let text = table("shop.gold.orders", &config(""));
        assert_finds(&text, "LS717 warning", "true", "matched only with `enable_format_assistance`");
    }

    #[test]
    fn functions_exist() {
        let function = |identifier: &str| {
            instructions(&format!(r#""sql_functions": [{{"id": "{}", "identifier": "{identifier}"}}]"#, "0".repeat(32)))
        };
        assert_clean(&function("elsewhere.gold.f"), "");
        assert_finds(&function("shop.gold.f"), "LS718 error", "shop.gold.f", "does not exist");
    }
}
