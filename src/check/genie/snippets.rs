//! Joins and snippets: parts of queries, completed to queries over the space's tables.

use crate::analyze::{Session, bind_query};
use crate::check::Embedded;
use crate::check::document::{absent, finding, inner, items, text};
use crate::check::embedded::syntax;
use crate::check::markers::significant;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::ident::{Identifier, TableName};
use crate::project::yaml::Node;
use crate::syntax::{TokenKind, parse_query};

use super::tables::Sources;

pub(super) fn check(root: &Node, sources: &Sources, session: &Session<'_>, out: &mut Diagnostics) {
    for join in root.at(&["instructions", "join_specs"]).and_then(Node::as_list).unwrap_or_default() {
        Join { join, sources, session }.check(out);
    }
    let Some(all) = root.at(&["instructions", "sql_snippets"]) else { return };
    for (key, part) in [("filters", Part::Condition), ("expressions", Part::Value), ("measures", Part::Value)] {
        for snippet in items(all, key) {
            let Some(sql) = snippet.get("sql") else { continue };
            self::snippet(sql, part, sources, session, out);
        }
    }
}

/// The table as a relation with a name of its own.
fn relation(table: &TableName, alias: &str) -> Option<String> {
    Some(format!("{} AS {}", table.quoted(), Identifier::new(alias).ok()?.quoted()))
}

/// What is wrong with a completed query, under the document's code. What could not be judged is no finding.
fn bind(sql: &Embedded, session: &Session<'_>, code: Code) -> Vec<Diagnostic> {
    let (query, mut found) = parse_query(&sql.file);
    if let Some(query) = query {
        found.extend(bind_query(&query, &sql.file, session).1);
    }
    let errors = found.into_iter().filter(|finding| finding.severity == Severity::Error);
    // Valid, and not understood.
    let errors = errors.filter(|finding| finding.code != Code::UNSUPPORTED_SQL);
    // A measure beside nothing: what it is grouped by comes with the question.
    let errors = errors
        .filter(|finding| finding.code != Code::INVALID_AGGREGATE || !finding.message.contains("must be in GROUP BY"));
    errors.map(|finding| Diagnostic { code, ..sql.place(finding) }).collect()
}

/// Tells what is no expression at all; `true` if there is something.
fn grammar(node: &Node, code: Code, out: &mut Diagnostics) -> bool {
    let found = syntax(node, "", "");
    let is_wrong = !found.is_empty();
    out.extend(found.into_iter().map(|finding| Diagnostic { code, ..finding }));
    is_wrong
}

struct Join<'j> {
    join: &'j Node,
    sources: &'j Sources,
    session: &'j Session<'j>,
}

impl Join<'_> {
    fn check(&self, out: &mut Diagnostics) {
        let (Some(left), Some(right)) = (self.side("left", out), self.side("right", out)) else { return };
        // Behind the condition stands the kind of relationship.
        let Some(condition) = items(self.join, "sql").first() else { return };
        let before = format!("SELECT 1 FROM {left} CROSS JOIN {right} WHERE ");
        let Some(sql) = Embedded::wrapped(&before, condition, "") else { return };
        if grammar(condition, Code::GENIE_JOIN, out) {
            return;
        }
        out.extend(bind(&sql, self.session, Code::GENIE_JOIN));
    }

    fn side(&self, key: &str, out: &mut Diagnostics) -> Option<String> {
        let side = self.join.get(key)?;
        let node = side.get("identifier")?;
        let table = match TableName::parse(node.as_str()?) {
            Ok(table) => table,
            Err(error) => {
                out.push(Diagnostic::error(Code::GENIE_TABLE, error.to_string()).at(inner(node)));
                return None;
            }
        };
        if let Some(absent) = absent(self.session, &table, node, Code::GENIE_TABLE) {
            out.push(absent);
            return None;
        }
        if !self.sources.contains(&table) {
            let message = format!("the join is with `{table}`, which is no table of the space");
            out.push(finding(false, Code::GENIE_UNLISTED, message, inner(node)));
        }
        relation(&table, text(side, "alias").unwrap_or(table.name.as_str()))
    }
}

#[derive(Clone, Copy)]
enum Part {
    Condition,
    Value,
}

/// A snippet says its tables by the names before its columns. Where it says none, any table of the space may be meant.
fn snippet(node: &Node, part: Part, sources: &Sources, session: &Session<'_>, out: &mut Diagnostics) {
    let Some(alone) = Embedded::of(node) else { return };
    if !starts_where(alone.text()) && grammar(node, Code::GENIE_SNIPPET, out) {
        return;
    }
    let qualifiers = qualifiers(alone.text());
    let named: Vec<&TableName> = sources
        .iter()
        .filter(|table| qualifiers.iter().any(|word| word.eq_ignore_ascii_case(table.name.as_str())))
        .collect();
    let distinct = qualifiers
        .iter()
        .all(|word| named.iter().filter(|table| word.eq_ignore_ascii_case(table.name.as_str())).count() < 2);
    if !distinct {
        return;
    }
    let choices: Vec<Vec<&TableName>> =
        if named.is_empty() { sources.iter().map(|table| vec![table]).collect() } else { vec![named] };
    let mut fewest: Option<Vec<Diagnostic>> = None;
    for tables in choices {
        // The table itself is told where the space names it.
        if tables.iter().any(|table| absent(session, table, node, Code::GENIE_TABLE).is_some()) {
            return;
        }
        let from: Option<Vec<String>> = tables.iter().map(|table| relation(table, table.name.as_str())).collect();
        let Some(sql) = from.and_then(|from| completed(node, part, &from.join(" CROSS JOIN "))) else { return };
        let found = bind(&sql, session, Code::GENIE_SNIPPET);
        if fewest.as_ref().is_none_or(|fewest| found.len() < fewest.len()) {
            fewest = Some(found);
        }
    }
    out.extend(fewest.unwrap_or_default());
}

fn completed(node: &Node, part: Part, from: &str) -> Option<Embedded> {
    let starts_where = starts_where(Embedded::of(node)?.text());
    match part {
        Part::Condition if starts_where => Embedded::wrapped(&format!("SELECT 1 FROM {from} "), node, ""),
        Part::Condition => Embedded::wrapped(&format!("SELECT 1 FROM {from} WHERE "), node, ""),
        Part::Value => Embedded::wrapped("SELECT ", node, &format!("\nFROM {from}")),
    }
}

/// In the wild, filters are written with and without it (lakeview-genie-alerts.md C2).
fn starts_where(sql: &str) -> bool {
    sql.trim_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case("where"))
}

/// The names before periods.
fn qualifiers(sql: &str) -> Vec<String> {
    let tokens = significant(sql);
    let qualifiers = tokens.windows(2).filter(|pair| {
        matches!(pair[0].kind, TokenKind::Word | TokenKind::QuotedWord) && pair[1].kind == TokenKind::Dot
    });
    qualifiers.map(|pair| pair[0].text(sql).trim_matches('`').to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint};

    const SOURCES: &str =
        r#""data_sources": {"tables": [{"identifier": "shop.gold.customers"}, {"identifier": "shop.gold.orders"}]}"#;

    fn space(instructions: &str) -> String {
        format!(r#"{{"version": 2, {SOURCES}, "instructions": {{{instructions}}}}}"#)
    }

    fn join(condition: &str, right: &str) -> String {
        space(&format!(
            r#""join_specs": [{{"id": "{}", "left": {{"identifier": "shop.gold.orders", "alias": "o"}}, "right": {{"identifier": "{right}", "alias": "c"}}, "sql": ["{condition}", "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--"]}}]"#,
            "0".repeat(32)
        ))
    }

    #[test]
    fn joins_are_over_columns_that_exist() {
        assert_clean(&join("`o`.`customer_id` = `c`.`id`", "shop.gold.customers"), "");
        let text = join("`o`.`customer` = `c`.`id`", "shop.gold.customers");
        assert_finds(&text, "LS704 error", "`customer`", "`o` has no column `customer`");
        let text = join("`o`.`customer_id` = `x`.`id`", "shop.gold.customers");
        assert_finds(&text, "LS704 error", "`x`", "`x` is neither a column nor a table");
        assert_clean(&join("`o`.`customer_id` = `c`.`anything`", "elsewhere.gold.customers"), "LS704");
        let text = join("`o`.`customer_id` = `c`.`id`", "elsewhere.gold.customers");
        assert_finds(&text, "LS713 warning", "elsewhere.gold.customers", "which is no table of the space");
        let text = join("`o`.`customer_id` = `c`.`id`", "shop.gold.customer");
        assert_finds(&text, "LS702 error", "shop.gold.customer", "does not exist");
    }

    fn snippets(kind: &str, sql: &str) -> String {
        let sql = serde_json::Value::from(sql);
        space(&format!(r#""sql_snippets": {{"{kind}": [{{"id": "{}", "sql": [{sql}]}}]}}"#, "0".repeat(32)))
    }

    #[test]
    fn snippets_compile_over_the_spaces_tables() {
        for (kind, sql) in [
            ("filters", "orders.region = 'EU'"),
            ("filters", "WHERE orders.region = 'EU'"),
            ("filters", "region = 'EU'"),
            ("expressions", "YEAR(orders.ordered_on)"),
            ("measures", "SUM(CASE WHEN orders.returned THEN orders.amount END) / SUM(orders.amount)"),
            ("measures", "SUM(orders.amount) / COUNT(DISTINCT customers.id)"),
        ] {
            assert_clean(&snippets(kind, sql), "");
        }
        let text = snippets("filters", "orders.regoin = 'EU'");
        assert_finds(&text, "LS705 error", "regoin", "`orders` has no column `regoin`");
        let text = snippets("measures", "SUM(orders.returned)");
        assert_finds(&text, "LS705 error", "orders.returned", "BOOLEAN");
        let text = snippets("expressions", "YEAR(orders.ordered_on");
        assert_finds(&text, "LS705 error", "", "expected `)`");
        assert_finds(&snippets("filters", "no_such = 1"), "LS705 error", "no_such", "no_such");
        assert_hint(&snippets("filters", "orders.regoin = 'EU'"), "LS705", "did you mean `region`?");
    }
}
