//! The types of widgets, their versions, and what each needs to show anything (lakeview-genie-alerts.md A8).

use crate::check::document::{finding, inner, items, place_of};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::yaml::Node;

use super::model::Widget;

struct Kind {
    name: &'static str,
    versions: &'static [i64],
    /// Paths in the encodings.
    required: &'static [&'static str],
}

const fn kind(name: &'static str, versions: &'static [i64], required: &'static [&'static str]) -> Kind {
    Kind { name, versions, required }
}

/// The fields of a filter are looked at with what it is bound to.
const KINDS: &[Kind] = &[
    kind("area", &[3], &["x", "y"]),
    kind("bar", &[3], &["x", "y"]),
    kind("box", &[1, 3], &["x", "y"]),
    kind("choropleth-map", &[1], &["region", "color"]),
    kind("combo", &[1], &["x", "y.primary", "y.secondary"]),
    kind("counter", &[2], &["value"]),
    kind("custom-vega-viz", &[1], &["fields"]),
    kind("details", &[1], &["columns"]),
    kind("filter-date-picker", &[2], &[]),
    kind("filter-date-range-picker", &[2], &[]),
    kind("filter-multi-select", &[2], &[]),
    kind("filter-single-select", &[2], &[]),
    kind("filter-text-entry", &[2], &[]),
    kind("forecast-line", &[1], &["x", "y.original"]),
    kind("funnel", &[1, 3], &["x", "y"]),
    kind("gantt", &[1], &["rows", "range.start", "range.end"]),
    kind("heatmap", &[3], &["x", "y", "color"]),
    kind("histogram", &[3], &["x", "y"]),
    kind("line", &[3], &["x", "y"]),
    kind("path-map", &[1], &["path"]),
    kind("pie", &[3], &["angle", "color"]),
    kind("pivot", &[3], &["rows", "cell"]),
    kind("range-slider", &[2], &[]),
    kind("sankey", &[1], &["stages", "value"]),
    kind("scatter", &[3], &["x", "y"]),
    kind("symbol-map", &[2], &["coordinates.latitude", "coordinates.longitude"]),
    kind("table", &[1, 2], &["columns"]),
    kind("waterfall", &[1, 3], &["x", "y"]),
    kind("word-cloud", &[2], &["text", "size"]),
];

/// What programs write for a text (lakeview-genie-alerts.md A4, A8).
const NO_KINDS: [&str; 2] = ["text", "markdown"];

pub(super) fn check(widget: &Widget<'_>, out: &mut Diagnostics) {
    let called = widget.called();
    let mut warn = |code, message: String, location| out.push(finding(false, code, message, location));
    let is_text = widget.node.get("multilineTextboxSpec").is_some() || widget.node.get("textbox_spec").is_some();
    let spec = match (widget.spec, is_text) {
        (Some(spec), true) => {
            warn(Code::DASHBOARD_TEXT, format!("{called} is a text and has a `spec`, too"), inner(spec));
            return;
        }
        (None, true) => return,
        (None, false) => {
            warn(Code::DASHBOARD_WIDGET_TYPE, format!("{called} has neither a `spec` nor a text"), widget.place());
            return;
        }
        (Some(spec), false) => spec,
    };
    // Widgets of version 0 are those of the product before: they are kept as they are.
    if spec.get("viz_spec").is_some() || spec.get("dashboard_parameter_spec").is_some() {
        return;
    }
    let Some(kind) = KINDS.iter().find(|kind| kind.name == widget.kind) else {
        out.push(unknown(widget, spec));
        return;
    };
    let version = spec.get("version").and_then(Node::as_i64);
    if !version.is_some_and(|version| kind.versions.contains(&version)) {
        let versions: Vec<String> = kind.versions.iter().map(ToString::to_string).collect();
        let written = version.map_or_else(|| "no version".to_string(), |version| format!("version {version}"));
        let message = format!("{called} is a `{}` of {written}; known is {}", kind.name, versions.join(" or "));
        warn(Code::DASHBOARD_WIDGET_TYPE, message, place_of(spec, "version"));
    }
    for path in kind.required {
        let keys: Vec<&str> = path.split('.').collect();
        let found = widget.encodings().and_then(|encodings| encodings.at(&keys));
        if found.is_none_or(|node| node.is_null() || node.as_list().is_some_and(<[Node]>::is_empty)) {
            let place = widget.encodings().map_or_else(|| inner(spec), |_| place_of(spec, "encodings"));
            warn(Code::DASHBOARD_ENCODING, format!("{called} is a `{}` and has no `{path}`", kind.name), place);
        }
    }
    if !widget.is_filter() {
        query(widget, out);
    }
    counter(widget, out);
}

fn unknown(widget: &Widget<'_>, spec: &Node) -> Diagnostic {
    let (called, kind) = (widget.called(), widget.kind);
    if kind.is_empty() {
        return finding(false, Code::DASHBOARD_WIDGET_TYPE, format!("{called} has no `widgetType`"), inner(spec));
    }
    let message = format!("{called} has the type `{kind}`, which is not known");
    let found = finding(false, Code::DASHBOARD_WIDGET_TYPE, message, place_of(spec, "widgetType"));
    if NO_KINDS.contains(&kind) {
        return found.hint("a text is `\"multilineTextboxSpec\": {\"lines\": [\"…\"]}` in place of `spec`");
    }
    found.suggest(kind, KINDS.iter().map(|kind| kind.name))
}

/// What is no filter reads one query, and it is called `main_query`: under another name it stays blank.
fn query(widget: &Widget<'_>, out: &mut Diagnostics) {
    let called = widget.called();
    let mut warn = |message: String, location| out.push(finding(false, Code::DASHBOARD_MAIN_QUERY, message, location));
    match widget.queries.as_slice() {
        [] => warn(format!("{called} has no query"), widget.place()),
        [only] if only.name != "main_query" => {
            let message = format!("the query of {called} is called `{}`, and only `main_query` is shown", only.name);
            warn(message, place_of(only.named, "name"));
        }
        [_] => {}
        [_, second, ..] => {
            warn(format!("{called} has several queries, and shows one"), place_of(second.named, "name"));
        }
    }
    // Parameters of a chart's own query leave it blank (lakeview-genie-alerts.md A10.2).
    for query in widget.queries.iter().filter(|query| !items(query.query, "parameters").is_empty()) {
        let message = format!("{called} is no filter, and its query has `parameters`");
        warn(message, place_of(query.query, "parameters"));
    }
}

/// lakeview-genie-alerts.md A7: the colour belongs into `value.style`.
fn counter(widget: &Widget<'_>, out: &mut Diagnostics) {
    let Some(value) = widget.encodings().filter(|_| widget.kind == "counter").and_then(|all| all.get("value")) else {
        return;
    };
    if let Some(color) = value.entry("color") {
        let message = format!("{} has its colour beside the value, where counters do not look", widget.called());
        let found = finding(false, Code::DASHBOARD_COUNTER_COLOR, message, color.key_location.clone());
        out.push(found.hint("put it into `style`: `\"style\": {\"color\": …}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint, widget};

    fn spec(spec: &str) -> String {
        widget(&format!(
            r#"{{"name": "w", "queries": [{{"name": "main_query", "query": {{"datasetName": "orders", "fields": [{{"name": "a", "expression": "`id`"}}], "disaggregated": true}}}}], "spec": {spec}}}"#
        ))
    }

    #[test]
    fn types_and_versions_are_known() {
        let counter = |kind: &str, version: u8| {
            spec(&format!(
                r#"{{"version": {version}, "widgetType": "{kind}", "encodings": {{"value": {{"fieldName": "a"}}}}}}"#
            ))
        };
        assert_clean(&counter("counter", 2), "");
        assert_finds(&counter("counter", 3), "LS622 warning", "3", "a `counter` of version 3; known is 2");
        assert_finds(&counter("countr", 2), "LS622 warning", "countr", "has the type `countr`, which is not known");
        assert_hint(&counter("countr", 2), "LS622", "did you mean `counter`?");
        assert_finds(&spec("{}"), "LS622 warning", "{}", "has no `widgetType`");
    }

    #[test]
    fn what_a_type_needs_is_there() {
        let text = spec(r#"{"version": 3, "widgetType": "pie", "encodings": {"angle": {"fieldName": "a"}}}"#);
        assert_finds(&text, "LS623 warning", r#"{"angle": {"fieldName": "a"}}"#, "a `pie` and has no `color`");
        let text = spec(r#"{"version": 2, "widgetType": "table", "encodings": {"columns": []}}"#);
        assert_finds(&text, "LS623 warning", r#"{"columns": []}"#, "a `table` and has no `columns`");
        let text = spec(
            r#"{"version": 1, "widgetType": "combo", "encodings": {"x": {"fieldName": "a"}, "y": {"primary": {"fields": []}}}}"#,
        );
        assert_finds(
            &text,
            "LS623 warning",
            r#"{"x": {"fieldName": "a"}, "y": {"primary": {"fields": []}}}"#,
            "no `y.secondary`",
        );
    }

    #[test]
    fn a_text_is_a_text_only() {
        assert_clean(&widget(r#"{"name": "w", "multilineTextboxSpec": {"lines": ["x"]}}"#), "LS62");
        assert_clean(&widget(r#"{"name": "w", "textbox_spec": "x"}"#), "LS62");
        let text = widget(r#"{"name": "w", "textbox_spec": "x", "spec": {}}"#);
        assert_finds(&text, "LS624 warning", "{}", "is a text and has a `spec`");
        let text = widget(r#"{"name": "w", "spec": {"version": 1, "widgetType": "markdown"}}"#);
        assert_hint(&text, "LS622", "a text is `\"multilineTextboxSpec\": {\"lines\": [\"…\"]}` in place of `spec`");
    }

    /// A15b, E16: three of 1190 charts break it.
    #[test]
    fn charts_show_their_main_query() {
        let text = spec(r#"{"version": 2, "widgetType": "counter", "encodings": {"value": {"fieldName": "a"}}}"#);
        let text = text.replace("main_query", "main");
        assert_finds(&text, "LS625 warning", "main", "only `main_query` is shown");
        let text =
            widget(r#"{"name": "w", "spec": {"version": 2, "widgetType": "counter", "encodings": {"value": {}}}}"#);
        assert_finds(&text, "LS625 warning", "w", "has no query");
    }

    #[test]
    fn colours_of_counters() {
        let text = spec(
            r##"{"version": 2, "widgetType": "counter", "encodings": {"value": {"fieldName": "a", "color": "#fff"}}}"##,
        );
        assert_finds(&text, "LS628 warning", "\"color\"", "beside the value");
    }

    /// A8: version 0 is the product before.
    #[test]
    fn old_widgets_are_left_alone() {
        assert_clean(&spec(r#"{"version": 0, "viz_spec": {"viz_type": "COUNTER"}}"#), "LS62");
    }
}
