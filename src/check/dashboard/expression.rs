//! Field expressions: SQL over the columns of a dataset, parsed and typed as such.

use std::collections::BTreeMap;

use crate::analyze::bound::{BoundQuery, ExprKind, Relation};
use crate::analyze::{Session, bind_query};
use crate::catalog::{ColumnInfo, LayeredCatalog, RelationKind, TableInfo};
use crate::check::Embedded;
use crate::check::markers::significant;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::ident::{Identifier, TableName};
use crate::project::yaml::Node;
use crate::syntax::{DataType, TokenKind, parse_query};

use super::model::{Dashboard, Dataset};

/// What the editor makes by itself to grey out options; it has no meaning outside (lakeview-genie-alerts.md A5).
const INTERNAL: &str = "associative_filter_predicate_group";

/// What a dashboard has besides Databricks SQL (lakeview-genie-alerts.md A6).
const OF_DASHBOARDS: [&str; 1] = ["bin_floor"];

/// Functions that make one value of many rows, as far as widgets use them (lakeview-genie-alerts.md A6).
const AGGREGATES: &[&str] = &[
    "any_value",
    "approx_count_distinct",
    "avg",
    "count",
    "count_if",
    "first",
    "last",
    "max",
    "mean",
    "measure",
    "median",
    "min",
    "percentile",
    "percentile_approx",
    "stddev",
    "sum",
    "variance",
];

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Select,
    Where,
}

/// The rows of every dataset as tables.
pub(super) struct Typed<'t> {
    session: &'t Session<'t>,
    rows: TableName,
    /// By the dataset's name.
    catalogs: BTreeMap<String, LayeredCatalog<'t>>,
    /// What is wrong with the calculated columns, in the order of the datasets.
    pub(super) of_columns: Diagnostics,
}

/// Does a widget, or another calculated column, speak of the column?
fn is_used(dashboard: &Dashboard<'_>, dataset: &Dataset<'_>, column: &str) -> bool {
    let speaks = |node: &Node| node.as_str().is_some_and(|text| text.contains(column));
    let queries = dashboard.widgets().flat_map(|widget| &widget.queries);
    let own = queries.filter(|query| query.dataset.and_then(Node::as_str) == Some(dataset.name));
    own.flat_map(|query| &query.fields).any(|field| speaks(field.expression))
        || dataset.own.iter().any(|(name, expression)| *name != column && speaks(expression))
}

impl<'t> Typed<'t> {
    pub(super) fn of(dashboard: &Dashboard<'_>, session: &'t Session<'t>) -> Self {
        let name = |part: &Identifier| part.clone();
        // A name that nobody can mean, and that messages never show.
        let dataset = Identifier::object("dataset").unwrap_or_else(|_| name(&session.current_schema));
        let rows = TableName { catalog: dataset.clone(), schema: dataset.clone(), name: dataset };
        let mut typed = Self { session, rows, catalogs: BTreeMap::new(), of_columns: Diagnostics::default() };
        for dataset in &dashboard.datasets {
            typed.dataset(dataset, dashboard);
        }
        typed
    }

    /// The dataset's columns, and those that it calculates from them.
    fn dataset(&mut self, dataset: &Dataset<'_>, dashboard: &Dashboard<'_>) {
        let mut columns = dataset.columns.clone();
        self.add(dataset.name, columns.clone());
        for (name, expression) in &dataset.own {
            let (ty, found) = self.bind(dataset, expression, Place::Select);
            self.of_columns.extend(found.into_iter().map(|mut finding| {
                finding.message =
                    format!("in the column `{name}` of the dataset `{}`: {}", dataset.name, finding.message);
                // The editor keeps columns whose base was removed; nobody sees one that nothing shows.
                if finding.severity == Severity::Error && !is_used(dashboard, dataset, name) {
                    finding.severity = Severity::Warning;
                }
                finding
            }));
            if let (Some(columns), Ok(name)) = (&mut columns, Identifier::new(*name)) {
                columns.push(ColumnInfo { name, data_type: ty, nullable: true, comment: None });
            }
        }
        self.add(dataset.name, columns);
    }

    fn add(&mut self, dataset: &str, columns: Option<Vec<ColumnInfo>>) {
        let mut catalog = LayeredCatalog::over(self.session.catalog);
        let name = self.rows.clone();
        match columns {
            Some(columns) => {
                catalog.add_table(TableInfo {
                    name,
                    kind: RelationKind::View,
                    columns,
                    append_only: false,
                    comment: None,
                });
            }
            None => catalog.add_unread(name),
        }
        self.catalogs.insert(dataset.to_string(), catalog);
    }

    /// The expression's type, and what is wrong with it, located in the document.
    pub(super) fn bind(&self, dataset: &Dataset<'_>, node: &Node, place: Place) -> (Option<DataType>, Diagnostics) {
        let mut out = Diagnostics::default();
        let Some(catalog) = self.catalogs.get(dataset.name) else { return (None, out) };
        let rows = self.rows.quoted();
        let (before, after) = match place {
            Place::Select => ("SELECT ".to_string(), format!("\nFROM {rows}")),
            Place::Where => (format!("SELECT 1 FROM {rows} WHERE "), String::new()),
        };
        let Some(sql) = Embedded::wrapped(&before, node, &after) else { return (None, out) };
        if sql.text().contains(INTERNAL) {
            return (None, out);
        }
        // The editor writes `COUNT(*)` so.
        let counted = sql.text().replace("`*`", " * ");
        let sql = sql.rewritten(counted);
        // Alone first, so that no message tells of the query around it.
        let syntax = crate::check::embedded::syntax(node, "`*`", " * ");
        if !syntax.is_empty() {
            let found = syntax.into_iter().map(|finding| Diagnostic { code: Code::DASHBOARD_EXPRESSION, ..finding });
            return (None, found.collect());
        }
        let query = parse_query(&sql.file).0;
        let Some(query) = query else { return (None, out) };
        let session = Session::new(catalog, self.session.current_catalog.clone(), self.session.current_schema.clone());
        let (bound, found) = bind_query(&query, &sql.file, &session);
        out.extend(found.into_iter().filter_map(|finding| judge(finding, dataset, &sql)));
        let Some(bound) = bound else { return (None, out) };
        if !out.has_errors() {
            out.extend(texts_as_numbers(&bound).map(|(function, span)| {
                let message = format!("`{function}` computes with text, which fails where a value is no number");
                let finding = Diagnostic::warning(Code::DASHBOARD_TEXT_AGGREGATE, message).at(sql.locate(span));
                finding.hint("cast it in the dataset's query, or count it")
            }));
        }
        let ty = bound.output.first().and_then(|column| column.ty.clone());
        (ty, out)
    }

    /// `MEASURE` of a calculated column has its type.
    pub(super) fn measure(&self, dataset: &Dataset<'_>, expression: &str) -> Option<DataType> {
        let tokens = significant(expression);
        let [function, open, name, close] = tokens.as_slice() else { return None };
        let is_call = function.text(expression).eq_ignore_ascii_case("measure")
            && (open.kind, close.kind) == (TokenKind::LeftParen, TokenKind::RightParen);
        let name = name.text(expression).trim_matches('`');
        let (_, own) = dataset.own.iter().find(|(own, _)| is_call && own.eq_ignore_ascii_case(name))?;
        self.bind(dataset, own, Place::Select).0
    }
}

/// What the analyzer says of an expression, in a dashboard's words; nothing where it could not be judged.
fn judge(mut finding: Diagnostic, dataset: &Dataset<'_>, sql: &Embedded) -> Option<Diagnostic> {
    if finding.severity == Severity::Note {
        let function = finding.message.split('`').nth(1).unwrap_or_default().to_lowercase();
        // Expressions of a dashboard call what is built in (lakeview-genie-alerts.md A6); a name with its schema is left
        // alone, and so are functions of places, of which there are more than are documented.
        let unknown = finding.code == Code::UNKNOWN_FUNCTION && !function.contains('.');
        if !unknown || OF_DASHBOARDS.contains(&function.as_str()) || function.starts_with("st_") {
            return None;
        }
        finding.severity = Severity::Warning;
        finding.message = format!("the function `{function}` is not known: no function of Databricks SQL is called so");
    }
    if finding.code == Code::UNSUPPORTED_SQL {
        return None;
    }
    // Other fields of the widget may be the groups.
    if finding.code == Code::INVALID_AGGREGATE && finding.message.contains("must be in GROUP BY") {
        return None;
    }
    if finding.code == Code::UNKNOWN_COLUMN {
        let written = finding.location.as_ref().and_then(|location| sql.text().get(location.span.range()));
        let column = written.unwrap_or_default().trim_matches('`').to_string();
        finding.message = format!("the dataset `{}` has no column `{column}`", dataset.name);
        finding.code = Code::DASHBOARD_FIELD;
    } else {
        finding.code = Code::DASHBOARD_EXPRESSION;
    }
    Some(sql.place(finding))
}

/// Sums and averages of text: the text is cast, row by row.
fn texts_as_numbers(bound: &BoundQuery) -> impl Iterator<Item = (&'static str, Span)> {
    let mut relation = &bound.relation;
    let mut found = Vec::new();
    loop {
        match relation {
            Relation::Project { input, .. } | Relation::Filter { input, .. } | Relation::Sort { input, .. } => {
                relation = input;
            }
            Relation::Aggregate { aggregates, .. } => {
                for (_, call) in aggregates {
                    for arg in &call.args {
                        if let ExprKind::Cast { expr, try_: false } = &arg.kind
                            && expr.ty == Some(DataType::String)
                            && expr.span == arg.span
                            && arg.ty.as_ref().is_some_and(DataType::is_numeric)
                            && matches!(expr.kind, ExprKind::Column(_))
                        {
                            found.push((call.function, arg.span));
                        }
                    }
                }
                break;
            }
            _ => break,
        }
    }
    found.into_iter()
}

/// Does the expression make one value of many rows?
pub(super) fn aggregates(text: &str) -> bool {
    calls(text).any(|(name, over)| AGGREGATES.contains(&name.as_str()) && !over)
}

/// What a widget's own computation is not made for; the dataset's query is.
pub(super) fn beyond(text: &str) -> Option<&'static str> {
    let tokens = significant(text);
    let is = |word: &str| {
        tokens.iter().any(|token| token.kind == TokenKind::Word && token.text(text).eq_ignore_ascii_case(word))
    };
    match () {
        () if is("SELECT") => Some("a subquery"),
        () if calls(text).any(|(_, over)| over) => Some("a window function"),
        () if is("CAST") || is("TRY_CAST") || tokens.iter().any(|token| token.kind == TokenKind::DoubleColon) => {
            Some("a cast")
        }
        () => None,
    }
}

/// The functions that a text calls, lower case, and whether `OVER` follows.
fn calls(text: &str) -> impl Iterator<Item = (String, bool)> {
    let tokens = significant(text);
    let mut found = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        if pair[0].kind != TokenKind::Word || pair[1].kind != TokenKind::LeftParen {
            continue;
        }
        let mut depth = 0usize;
        let behind = tokens.iter().skip(at + 1).position(|token| {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let next = behind.and_then(|length| tokens.get(at + 1 + length + 1));
        let over = next.is_some_and(|token| token.text(text).eq_ignore_ascii_case("OVER"));
        found.push((pair[0].text(text).to_lowercase(), over));
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregates_are_read_off_the_text() {
        for text in ["SUM(`a`)", "count(DISTINCT `a`)", "COALESCE(SUM(`c`), 0)", "MEASURE(`m`)"] {
            assert!(aggregates(text), "{text}");
        }
        for text in ["`sum`", "DATE_TRUNC(\"DAY\", `a`)", "`sum(a)`", "SUM(`a`) OVER (PARTITION BY `b`)"] {
            assert!(!aggregates(text), "{text}");
        }
    }

    #[test]
    fn what_belongs_into_the_dataset() {
        assert_eq!(beyond("(SELECT 1)"), Some("a subquery"));
        assert_eq!(beyond("RANK() OVER (ORDER BY `a`)"), Some("a window function"));
        assert_eq!(beyond("CAST(`a` AS INT)"), Some("a cast"));
        assert_eq!(beyond("100.0 * SUM(`a`) / NULLIF(SUM(`b`), 0)"), None);
    }
}
