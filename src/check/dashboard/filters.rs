//! Filters: what they are bound to, and whether it is of their kind (lakeview-genie-alerts.md A10.2).

use crate::check::document::{finding, inner, items, place_of, text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::yaml::Node;

use super::model::{Dashboard, Dataset, Parameter, Widget, WidgetQuery};
use super::parameters;

const RANGE_PICKER: &str = "filter-date-range-picker";
const SLIDER: &str = "range-slider";

pub(super) fn check(dashboard: &Dashboard<'_>, widget: &Widget<'_>, out: &mut Diagnostics) {
    if !widget.is_filter() {
        return;
    }
    let fields = widget.encodings().map(|encodings| items(encodings, "fields")).unwrap_or_default();
    if fields.is_empty() {
        let message = format!("{} is a filter that is bound to nothing", widget.called());
        out.push(finding(false, Code::DASHBOARD_FILTER_UNBOUND, message, widget.place()));
    }
    for field in fields {
        Binding { dashboard, widget, field }.check(out);
    }
}

/// One field or parameter that a filter sets.
struct Binding<'b, 'd> {
    dashboard: &'b Dashboard<'d>,
    widget: &'b Widget<'d>,
    field: &'d Node,
}

impl Binding<'_, '_> {
    fn check(&self, out: &mut Diagnostics) {
        let called = self.widget.called();
        let (field, parameter) = (text(self.field, "fieldName"), text(self.field, "parameterName"));
        if field.is_none() && parameter.is_none() {
            let message = format!("{called} is bound to neither a field nor a parameter");
            out.push(finding(false, Code::DASHBOARD_FILTER_UNBOUND, message, inner(self.field)));
            return;
        }
        let Some(name) = text(self.field, "queryName") else { return };
        let Some(query) = self.widget.queries.iter().find(|query| query.name == name) else {
            let message = format!("{called} is bound to its query `{name}`, which does not exist");
            let found = Diagnostic::error(Code::DASHBOARD_FILTER_QUERY, message).at(place_of(self.field, "queryName"));
            out.push(found.suggest(name, self.widget.queries.iter().map(|query| query.name)));
            return;
        };
        if let Some(field) = field {
            self.field(query, field, out);
        }
        if let (Some(parameter), Some(dataset)) = (parameter, self.dashboard.read_by(query)) {
            self.parameter(query, dataset, parameter, out);
        }
    }

    fn field(&self, query: &WidgetQuery<'_>, name: &str, out: &mut Diagnostics) {
        let called = self.widget.called();
        let place = || place_of(self.field, "fieldName");
        if self.widget.kind == SLIDER {
            let has = |function: &str| {
                query.fields.iter().filter_map(|field| field.expression.as_str()).any(|text| {
                    text.trim_start().get(..function.len()).is_some_and(|start| start.eq_ignore_ascii_case(function))
                })
            };
            if !(has("MIN(") && has("MAX(")) {
                let message = format!("{called} is a slider, and its query has not the least and the greatest value");
                let hint = format!("query MIN(`{name}`) and MAX(`{name}`)");
                out.push(finding(false, Code::DASHBOARD_FILTER_KIND, message, place()).hint(hint));
            }
        } else if !query.fields.iter().any(|field| field.name == name) {
            let message =
                format!("{called} filters by the field `{name}`, which its query `{}` does not have", query.name);
            let found = finding(false, Code::DASHBOARD_FIELD, message, place());
            out.push(found.suggest(name, query.fields.iter().map(|field| field.name)));
        }
    }

    fn parameter(&self, query: &WidgetQuery<'_>, dataset: &Dataset<'_>, name: &str, out: &mut Diagnostics) {
        let called = self.widget.called();
        let of_query = items(query.query, "parameters").iter().find(|known| text(known, "name") == Some(name));
        let Some(of_query) = of_query else {
            let message =
                format!("{called} sets the parameter `{name}`, which its query `{}` does not have", query.name);
            let found =
                finding(false, Code::DASHBOARD_FILTER_PARAMETER, message, place_of(self.field, "parameterName"));
            out.push(
                found.suggest(name, items(query.query, "parameters").iter().filter_map(|known| text(known, "name"))),
            );
            return;
        };
        let keyword = text(of_query, "keyword").unwrap_or(name);
        // The editor leaves such bindings behind when a parameter goes (A15b, E5).
        let Some(parameter) = dataset.parameter(keyword) else {
            let message = format!(
                "{called} sets the parameter `{keyword}`, which the dataset `{}` does not declare",
                dataset.name
            );
            let found = finding(false, Code::DASHBOARD_FILTER_PARAMETER, message, place_of(of_query, "keyword"));
            out.push(found.suggest(keyword, dataset.keywords()));
            return;
        };
        self.kind(&parameter, out);
        if let Some(selection) = self.widget.spec.and_then(|spec| spec.at(&["selection", "defaultSelection"])) {
            parameters::selected(&parameter, selection, false, out);
        }
    }

    /// A15b, E21: a range picker for ranges, and nothing else but a slider for them.
    fn kind(&self, parameter: &Parameter<'_>, out: &mut Diagnostics) {
        let range = parameter.complex == Some("RANGE");
        let (called, keyword) = (self.widget.called(), parameter.keyword);
        let place = place_of(self.field, "parameterName");
        let declared = place_of(parameter.node, "keyword");
        let problem = match self.widget.kind {
            RANGE_PICKER | SLIDER if !range => "sets a range, and the parameter is one value",
            RANGE_PICKER | SLIDER => return,
            _ if range => "sets one value, and the parameter is a range",
            _ => {
                let day = matches!(parameter.data_type, None | Some("DATE" | "DATETIME"));
                if self.widget.kind == "filter-date-picker" && !day {
                    let message = format!(
                        "{called} chooses a day for the parameter `{keyword}`, which is {}",
                        parameter.data_type.unwrap_or_default()
                    );
                    let found = finding(false, Code::DASHBOARD_FILTER_KIND, message, place);
                    out.push(found.related(declared, "declared here"));
                }
                return;
            }
        };
        let message = format!("{called} {problem}: `{keyword}`");
        let found = Diagnostic::error(Code::DASHBOARD_FILTER_KIND, message).at(place);
        out.push(found.related(declared, "declared here"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint, with_dataset};

    const DATASET: &str = r#"{"name": "d", "queryLines": ["SELECT * FROM shop.gold.orders WHERE amount > :least AND ordered_on BETWEEN :w.min AND :w.max"], "parameters": [{"displayName": "Least", "keyword": "least", "dataType": "DECIMAL"}, {"displayName": "W", "keyword": "w", "dataType": "DATE", "complexType": "RANGE"}]}"#;

    fn filter(kind: &str, query: &str, encoding: &str) -> String {
        with_dataset(
            DATASET,
            &format!(
                r#"{{"name": "f", "queries": [{{"name": "q", "query": {{"datasetName": "d", {query}, "disaggregated": false}}}}], "spec": {{"version": 2, "widgetType": "{kind}", "encodings": {{"fields": [{encoding}]}}}}}}"#
            ),
        )
    }

    const REGION: &str = r#""fields": [{"name": "region", "expression": "`region`"}]"#;

    #[test]
    fn filters_are_bound() {
        let bound = r#"{"fieldName": "region", "queryName": "q"}"#;
        assert_clean(&filter("filter-single-select", REGION, bound), "");
        assert_finds(&filter("filter-single-select", REGION, ""), "LS618 warning", "f", "bound to nothing");
        let nothing = r#"{"queryName": "q"}"#;
        assert_finds(&filter("filter-single-select", REGION, nothing), "LS618 warning", nothing, "neither a field nor");
    }

    /// A15b, E4: without exception.
    #[test]
    fn queries_of_filters_exist() {
        let text = filter("filter-single-select", REGION, r#"{"fieldName": "region", "queryName": "qq"}"#);
        assert_finds(&text, "LS616 error", "qq", "its query `qq`, which does not exist");
        let text = filter("filter-single-select", REGION, r#"{"fieldName": "regoin", "queryName": "q"}"#);
        assert_finds(&text, "LS603 warning", "regoin", "filters by the field `regoin`");
    }

    /// A15b, E5: 11 of 688 real bindings are stale.
    #[test]
    fn parameters_of_filters_are_declared() {
        let query = |keyword: &str| format!(r#""parameters": [{{"name": "{keyword}", "keyword": "{keyword}"}}]"#);
        let bound = |name: &str| format!(r#"{{"parameterName": "{name}", "queryName": "q"}}"#);
        assert_clean(&filter("filter-single-select", &query("least"), &bound("least")), "");
        let text = filter("filter-single-select", &query("leats"), &bound("leats"));
        assert_finds(&text, "LS617 warning", "leats", "which the dataset `d` does not declare");
        assert_hint(&text, "LS617", "did you mean `least`?");
        let text = filter("filter-single-select", &query("least"), &bound("most"));
        assert_finds(&text, "LS617 warning", "most", "which its query `q` does not have");
    }

    /// A15b, E21: without exception.
    #[test]
    fn ranges_are_picked_as_ranges() {
        let query = |keyword: &str| format!(r#""parameters": [{{"name": "{keyword}", "keyword": "{keyword}"}}]"#);
        let bound = |name: &str| format!(r#"{{"parameterName": "{name}", "queryName": "q"}}"#);
        assert_clean(&filter("filter-date-range-picker", &query("w"), &bound("w")), "");
        let text = filter("filter-date-range-picker", &query("least"), &bound("least"));
        assert_finds(&text, "LS619 error", "least", "sets a range, and the parameter is one value");
        let text = filter("filter-single-select", &query("w"), &bound("w"));
        assert_finds(&text, "LS619 error", "w", "sets one value, and the parameter is a range");
        let text = filter("filter-date-picker", &query("least"), &bound("least"));
        assert_finds(&text, "LS619 warning", "least", "chooses a day for the parameter `least`, which is DECIMAL");
    }

    /// A15, E20.
    #[test]
    fn sliders_know_their_ends() {
        let ends =
            r#""fields": [{"name": "a", "expression": "MIN(`amount`)"}, {"name": "b", "expression": "MAX(`amount`)"}]"#;
        let bound = r#"{"fieldName": "amount", "queryName": "q"}"#;
        assert_clean(&filter("range-slider", ends, bound), "");
        let one = r#""fields": [{"name": "amount", "expression": "`amount`"}]"#;
        assert_finds(&filter("range-slider", one, bound), "LS619 warning", "amount", "is a slider");
    }
}
