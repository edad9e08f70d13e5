//! Charts in Vega-Lite: a document inside a text of the document (lakeview-genie-alerts.md A9, "Custom Vega-Lite").

use crate::check::document::{everywhere, finding, inner, items, text};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::project::json;
use crate::project::yaml::Node;

use super::model::Widget;

/// What the data must be called.
const DATA: &str = "databricks_query";

pub(super) fn check(widget: &Widget<'_>, out: &mut Diagnostics) {
    let Some(node) =
        widget.spec.filter(|_| widget.kind == "custom-vega-viz").and_then(|spec| spec.at(&["jsonSpec", "spec"]))
    else {
        return;
    };
    let Some(written) = node.as_str() else {
        let message = format!("the Vega-Lite specification of {} is not written as a text", widget.called());
        out.push(finding(false, Code::DASHBOARD_VEGA, message, inner(node)));
        return;
    };
    let file = SourceFile::new(node.location.file.name(), written);
    let place = |location: &Location| node.locate(location.span);
    let spec = match json::parse(&file, Code::DASHBOARD_VEGA) {
        Ok(spec) => spec,
        Err(mut error) => {
            error.location = error.location.as_ref().map(place);
            error.message = format!("the Vega-Lite specification of {}: {}", widget.called(), error.message);
            out.push(*error);
            return;
        }
    };
    if let Some(name) = spec.at(&["data", "name"])
        && name.as_str() != Some(DATA)
    {
        let message = format!("{} draws other data than its query's", widget.called());
        let found = finding(false, Code::DASHBOARD_VEGA, message, place(&name.location));
        out.push(found.hint(format!("the query's rows are called `{DATA}`")));
    }
    columns(widget, &spec, &place, out);
}

/// A specification without transforms reads columns only, and each must be given to it.
fn columns(widget: &Widget<'_>, spec: &Node, place: &dyn Fn(&Location) -> Location, out: &mut Diagnostics) {
    let mut transforms = Vec::new();
    everywhere(spec, "transform", &mut transforms);
    let (Some(encoding), true) = (spec.get("encoding"), transforms.is_empty()) else { return };
    let given = widget.encodings().map(|encodings| items(encodings, "fields")).unwrap_or_default();
    let given: Vec<&str> = given.iter().filter_map(|field| text(field, "fieldName")).collect();
    for channel in encoding.as_map().unwrap_or_default() {
        let Some(field) = channel.node.get("field") else { continue };
        let Some(name) = field.as_str().filter(|name| !given.contains(name)) else { continue };
        // `a.b` and `a[0]` are paths for Vega.
        if name.contains(['.', '[', '\\']) {
            continue;
        }
        let message = format!("{} draws the column `{name}`, which its `fields` do not have", widget.called());
        let found: Diagnostic = finding(false, Code::DASHBOARD_VEGA, message, place(&field.location));
        out.push(found.suggest(name, given.iter().copied()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, widget};

    fn chart(spec: &str) -> String {
        let spec = serde_json::Value::from(spec).to_string();
        widget(&format!(
            r#"{{"name": "w", "queries": [{{"name": "main_query", "query": {{"datasetName": "orders", "fields": [{{"name": "region", "expression": "`region`"}}], "disaggregated": true}}}}], "spec": {{"version": 1, "widgetType": "custom-vega-viz", "jsonSpec": {{"type": "vega-lite", "spec": {spec}}}, "encodings": {{"fields": [{{"fieldName": "region"}}]}}}}}}"#
        ))
    }

    #[test]
    fn specifications_are_json_over_the_query() {
        let right = r#"{"data": {"name": "databricks_query"}, "encoding": {"x": {"field": "region"}}}"#;
        assert_clean(&chart(right), "");
        assert_finds(&chart("{\"data\": }"), "LS629 error", "", "is not valid JSON");
        assert_finds(
            &chart(&right.replace("databricks_query", "rows")),
            "LS629 warning",
            "\\\"rows\\\"",
            "draws other data",
        );
        let text = chart(&right.replace("region", "regoin"));
        assert_finds(&text, "LS629 warning", "\\\"regoin\\\"", "draws the column `regoin`");
    }
}
