//! What the widgets of a dashboard show: fields of their queries, which are computed from columns of the datasets.

use std::collections::BTreeMap;

use crate::check::document::{everywhere, finding, inner, items, place_of, text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::yaml::Node;
use crate::syntax::DataType;

use super::expression::{Place, Typed, aggregates, beyond};
use super::model::{Dashboard, Dataset, Widget, WidgetQuery, repeated};

/// The types of a widget's fields by name, as far as they are known.
pub(super) type Types<'d> = BTreeMap<&'d str, DataType>;

pub(super) fn check<'d>(
    dashboard: &Dashboard<'d>,
    widget: &Widget<'d>,
    typed: &Typed<'_>,
    out: &mut Diagnostics,
) -> Types<'d> {
    let mut types = Types::new();
    for query in &widget.queries {
        let Some(node) = query.dataset else { continue };
        let Some(name) = node.as_str() else { continue };
        let Some(dataset) = dashboard.dataset(name) else {
            let message = format!("{} reads the dataset `{name}`, which does not exist", widget.called());
            let finding = Diagnostic::error(Code::DASHBOARD_DATASET, message).at(inner(node));
            out.push(finding.suggest(name, dashboard.dataset_names()));
            continue;
        };
        let names = items(query.query, "fields")
            .iter()
            .filter_map(|field| Some((text(field, "name")?, place_of(field, "name"))));
        for (name, place, first) in repeated(names) {
            let message = format!("two fields of a query of {} have the name `{name}`", widget.called());
            out.push(finding(false, Code::DASHBOARD_DUPLICATE, message, place).related(first, "the first"));
        }
        let scope = Scope { widget, query, dataset, typed };
        for field in &query.fields {
            if let Some(ty) = scope.expression(field.expression, Place::Select, out) {
                types.insert(field.name, ty);
            }
        }
        for filter in items(query.query, "filters").iter().filter_map(|filter| filter.get("expression")) {
            scope.expression(filter, Place::Where, out);
        }
        for order in items(query.query, "orders").iter().filter_map(|order| order.get("expression")) {
            scope.expression(order, Place::Select, out);
        }
    }
    // Filters refer to fields and parameters of other widgets in ways of their own.
    if !widget.is_filter() {
        shown(widget, out);
    }
    types
}

/// An expression's surroundings.
struct Scope<'s, 'd> {
    widget: &'s Widget<'d>,
    query: &'s WidgetQuery<'d>,
    dataset: &'s Dataset<'d>,
    typed: &'s Typed<'s>,
}

impl Scope<'_, '_> {
    fn expression(&self, node: &Node, place: Place, out: &mut Diagnostics) -> Option<DataType> {
        let text = node.as_str()?;
        let called = self.widget.called();
        if text.trim().is_empty() {
            // The service's answer: "expression should not be empty" (lakeview-genie-alerts.md B, "Errors").
            let message = format!("{called} has an empty expression");
            out.push(Diagnostic::error(Code::DASHBOARD_EXPRESSION, message).at(inner(node)));
            return None;
        }
        let (ty, found) = self.typed.bind(self.dataset, node, place);
        out.extend(found.into_iter().map(|mut finding| {
            finding.message = format!("in {called}: {}", finding.message);
            finding
        }));
        let is_field = matches!(place, Place::Select);
        if is_field && self.query.disaggregated() == Some(true) && aggregates(text) {
            let message = format!("{called} shows single rows (`disaggregated`), and this makes one value of many");
            let finding = Diagnostic::error(Code::DASHBOARD_DISAGGREGATED, message).at(inner(node));
            out.push(finding.related(place_of(self.query.query, "disaggregated"), "set here"));
        }
        if let Some(what) = beyond(text) {
            let message = format!("{called} has {what} in a field, which widgets do not promise to compute");
            let hint = format!("move it into the query of the dataset `{}`", self.dataset.name);
            out.push(finding(false, Code::DASHBOARD_COMPLEX, message, inner(node)).hint(hint));
        }
        ty.or_else(|| self.typed.measure(self.dataset, text))
    }
}

/// Every `fieldName` inside a specification is the name of a field, byte for byte.
fn shown(widget: &Widget<'_>, out: &mut Diagnostics) {
    let Some(spec) = widget.spec else { return };
    let fields: Vec<&str> = widget.queries.iter().flat_map(|query| &query.fields).map(|field| field.name).collect();
    let mut used = Vec::new();
    everywhere(spec, "fieldName", &mut used);
    for node in used {
        let Some(name) = node.as_str().filter(|name| !fields.contains(name)) else { continue };
        let message = format!("{} shows the field `{name}`, which its query does not have", widget.called());
        // Exports name their fields; what people write by hand may leave all of them out.
        let finding = match fields.is_empty() {
            true => Diagnostic::warning(Code::DASHBOARD_FIELD, message),
            false => Diagnostic::error(Code::DASHBOARD_FIELD, message),
        };
        let finding = finding.at(inner(node));
        out.push(finding.suggest(name, fields.iter().copied()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint, bar, with_dataset};

    const SCALES: (&str, &str) = ("categorical", "quantitative");

    fn fields(x: &str, y: &str) -> String {
        bar(("x", x), ("y", y), SCALES, false)
    }

    /// The whitelist of lakeview-genie-alerts.md A6.
    #[test]
    fn what_editors_write_is_right() {
        for y in [
            "SUM(`amount`)",
            "COUNT(`*`)",
            "COUNT(`id`)",
            "COUNT(DISTINCT `customer_id`)",
            "AVG(`amount`)",
            "MIN(`amount`)",
            "MEDIAN(`amount`)",
            "PERCENTILE(`amount`, 0.25)",
            "COALESCE(SUM(`amount`), 0)",
            "SUM(amount)",
            "100.0 * SUM(`amount`) / NULLIF(SUM(`id`), 0)",
            "BIN_FLOOR(`amount`, 2)",
            "MAX(`ordered_on`)",
        ] {
            assert_clean(&bar(("x", "`region`"), ("y", y), ("categorical", "categorical"), false), "");
        }
        for x in ["DATE_TRUNC(\"MONTH\", `ordered_on`)", "DATE_TRUNC('DAY', `ordered_on`)", "`ordered_on`"] {
            assert_clean(&bar(("x", x), ("y", "SUM(`amount`)"), ("temporal", "quantitative"), false), "");
        }
        assert_clean(&bar(("x", "`region`"), ("y", "`amount`"), SCALES, true), "");
    }

    #[test]
    fn columns_exist() {
        let text = fields("`regoin`", "SUM(`amount`)");
        assert_finds(
            &text,
            "LS603 error",
            "`regoin`",
            "in the widget `w`: the dataset `orders` has no column `regoin`",
        );
        assert_hint(&text, "LS603", "did you mean `region`?");
        // Behind an escaped quote the place is exact, too.
        let text = fields("DATE_TRUNC(\"MONTH\", `ordered`)", "SUM(`amount`)");
        assert_finds(&text, "LS603 error", "`ordered`", "no column `ordered`");
    }

    #[test]
    fn fields_of_a_query_have_names_of_their_own() {
        let text = bar(("x", "`region`"), ("x", "SUM(`amount`)"), SCALES, false);
        assert_finds(&text, "LS609 warning", "x", "have the name `x`");
    }

    #[test]
    fn aggregates_fit_their_types() {
        assert_finds(&fields("`region`", "SUM(`returned`)"), "LS604 error", "`returned`", "BOOLEAN");
        assert_finds(&fields("`region`", "AVG(`ordered_on`)"), "LS604 error", "`ordered_on`", "DATE");
        assert_finds(&fields("`region`", "SUM(`region`)"), "LS605 warning", "`region`", "`sum` computes with text");
        assert_finds(&fields("`region`", "AVG(`region`)"), "LS605 warning", "`region`", "`avg` computes with text");
    }

    #[test]
    fn functions_are_known_or_not_judged() {
        assert_hint(&fields("`region`", "SMU(`amount`)"), "LS604", "did you mean `sum`?");
        for unknown in ["TOTAL(`amount`)", "SOMETHING_QUITE_NEW(`amount`)"] {
            assert_finds(&fields("`region`", unknown), "LS604 warning", unknown, "is not known: no function of");
        }
        // A function of a schema may be there, and what only dashboards have is not in the language's reference.
        assert_clean(&fields("`region`", "main.tools.total(`amount`)"), "LS6");
        assert_clean(&fields("`region`", "BIN_FLOOR(`amount`, 2)"), "LS6");
    }

    #[test]
    fn what_is_no_expression() {
        assert_finds(&fields("`region`", "SUM(`amount`"), "LS604 error", "", "in the widget `w`: expected `)`");
        assert_finds(&fields("`region`", ""), "LS604 error", "\"\"", "has an empty expression");
    }

    #[test]
    fn single_rows_or_groups() {
        let text = bar(("x", "`region`"), ("y", "SUM(`amount`)"), SCALES, true);
        assert_finds(&text, "LS606 error", "SUM(`amount`)", "shows single rows");
    }

    #[test]
    fn what_belongs_into_the_dataset() {
        let text = fields("`region`", "SUM(`amount`) OVER (ORDER BY `id`)");
        assert_finds(&text, "LS630 warning", "SUM(`amount`) OVER (ORDER BY `id`)", "a window function");
    }

    #[test]
    fn fields_are_fields_of_the_query() {
        let text =
            fields("`region`", "SUM(`amount`)").replace(r#""y": {"fieldName": "y""#, r#""y": {"fieldName": "Y""#);
        assert_finds(&text, "LS603 error", "Y", "shows the field `Y`, which its query does not have");
    }

    #[test]
    fn datasets_exist() {
        let text =
            fields("`region`", "SUM(`amount`)").replace(r#""datasetName": "orders""#, r#""datasetName": "ordrs""#);
        assert_finds(&text, "LS608 error", "ordrs", "reads the dataset `ordrs`, which does not exist");
        assert_hint(&text, "LS608", "did you mean `orders`?");
    }

    /// lakeview-genie-alerts.md A2: calculated columns and `MEASURE`.
    #[test]
    fn calculated_columns() {
        let dataset = |expression: &str| {
            let columns = format!(r#"[{{"displayName": "Net", "expression": "{expression}"}}]"#);
            format!(r#"{{"name": "d", "columns": {columns}, "queryLines": ["SELECT * FROM shop.gold.orders"]}}"#)
        };
        let counter = |field: &str| {
            format!(
                r#"{{"name": "w", "queries": [{{"name": "main_query", "query": {{"datasetName": "d", "fields": [{{"name": "v", "expression": "{field}"}}], "disaggregated": false}}}}], "spec": {{"version": 2, "widgetType": "counter", "encodings": {{"value": {{"fieldName": "v"}}}}}}}}"#
            )
        };
        assert_clean(&with_dataset(&dataset("SUM(`amount`)"), &counter("MEASURE(`Net`)")), "");
        let text = with_dataset(&dataset("SUM(`amout`)"), &counter("MEASURE(`Net`)"));
        assert_finds(&text, "LS603 error", "`amout`", "in the column `Net` of the dataset `d`");
        // Nobody sees a column that nothing shows.
        let text = with_dataset(&dataset("SUM(`amout`)"), &counter("SUM(`amount`)"));
        assert_finds(&text, "LS603 warning", "`amout`", "in the column `Net` of the dataset `d`");
        let text = with_dataset(&dataset("SUM(`amount`)"), &counter("MEASURE(`Nte`)"));
        assert_finds(&text, "LS603 error", "`Nte`", "has no column `Nte`");
    }

    /// What is not known is not judged.
    #[test]
    fn datasets_over_unknown_tables() {
        let dataset = r#"{"name": "orders", "queryLines": ["SELECT * FROM elsewhere.gold.orders"]}"#;
        let text = fields("`anything`", "SUM(`amount`)")
            .replace(r#"{"name": "orders", "queryLines": ["SELECT * FROM shop.gold.orders"]}"#, dataset);
        assert_clean(&text, "");
    }

    #[test]
    fn the_editors_own_fields_are_left_alone() {
        let text = fields("`region`", "COUNT_IF(`associative_filter_predicate_group`)");
        assert_clean(&text, "");
    }
}
