//! Parameters: what the SQL uses is declared, what is declared is used, and values have their types.

use crate::check::Embedded;
use crate::check::document::{finding, inner, items, place_of, text};
use crate::check::markers::markers;
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::project::yaml::Node;

use super::model::{Dashboard, Dataset, Parameter, repeated};
use super::sql::{Braces, braces};
use super::values::is_value;

/// lakeview-genie-alerts.md A10.1.
const TYPES: [&str; 5] = ["STRING", "DATE", "DATETIME", "INTEGER", "DECIMAL"];

pub(super) fn check(dashboard: &Dashboard<'_>, out: &mut Diagnostics) {
    for dataset in &dashboard.datasets {
        let named = dataset.parameters.iter();
        let named = named.map(|parameter| (parameter.keyword, place_of(parameter.node, "keyword")));
        for (keyword, place, first) in repeated(named) {
            let message = format!("the dataset `{}` declares the parameter `{keyword}` twice", dataset.name);
            out.push(finding(false, Code::DASHBOARD_DUPLICATE, message, place).related(first, "the first"));
        }
        uses(dataset, out);
        for parameter in &dataset.parameters {
            declaration(parameter, out);
        }
    }
    statics(dashboard, out);
}

fn uses(dataset: &Dataset<'_>, out: &mut Diagnostics) {
    // Tables may have parameters of their own.
    let Some(sql) = dataset.sql.as_ref() else { return };
    let in_braces = braces(sql.text());
    if !in_braces.is_empty() {
        in_braces.iter().for_each(|found| out.push(filled_in(dataset, found, sql)));
        return;
    }
    let uses = markers(sql.text());
    for used in &uses {
        let declared = dataset.parameters.iter().find(|known| known.keyword.eq_ignore_ascii_case(&used.keyword));
        let Some(declared) = declared else {
            let message = format!(
                "the dataset `{}` uses the parameter `{}`, and does not declare it",
                dataset.name, used.keyword
            );
            let finding = Diagnostic::error(Code::DASHBOARD_PARAMETER, message).at(sql.locate(used.span));
            out.push(finding.suggest(&used.keyword, dataset.keywords()));
            continue;
        };
        let range = declared.complex == Some("RANGE");
        if range == used.end {
            continue;
        }
        let keyword = declared.keyword;
        let (message, hint) = if range {
            (
                format!("the parameter `{keyword}` is a range, and stands here as one value"),
                format!("use `:{keyword}.min` and `:{keyword}.max`"),
            )
        } else {
            (
                format!("the parameter `{keyword}` is no range and has no ends"),
                format!("use `:{keyword}`, or declare it with `\"complexType\": \"RANGE\"`"),
            )
        };
        let finding = Diagnostic::error(Code::DASHBOARD_PARAMETER_SHAPE, message).at(sql.locate(used.span));
        out.push(finding.hint(hint).related(place_of(declared.node, "keyword"), "declared here"));
    }
    // In a string, they are filled in all the same.
    if sql.text().contains("{{") {
        return;
    }
    let is_used =
        |parameter: &&Parameter<'_>| uses.iter().any(|used| used.keyword.eq_ignore_ascii_case(parameter.keyword));
    for parameter in dataset.parameters.iter().filter(|parameter| !is_used(parameter)) {
        let message =
            format!("the query of the dataset `{}` does not use its parameter `{}`", dataset.name, parameter.keyword);
        let place = place_of(parameter.node, "keyword");
        out.push(finding(false, Code::DASHBOARD_UNUSED_PARAMETER, message, place));
    }
}

/// Parameters in braces are text before they are SQL: nobody knows what the query is then.
fn filled_in(dataset: &Dataset<'_>, found: &Braces, sql: &Embedded) -> Diagnostic {
    let Braces { name, span } = found;
    let place = sql.locate(*span);
    if dataset.parameters.iter().any(|known| known.keyword.eq_ignore_ascii_case(name)) {
        let message = format!(
            "the query of the dataset `{}` is not checked: the value of `{{{{ {name} }}}}` is put into its text",
            dataset.name
        );
        return finding(false, Code::DASHBOARD_QUERY, message, place).hint(format!("write the parameter as `:{name}`"));
    }
    let message =
        format!("the query of the dataset `{}` has `{{{{ {name} }}}}`, and nothing fills it in", dataset.name);
    finding(true, Code::DASHBOARD_PARAMETER, message, place).hint(
        "an exported dashboard is no template: write catalogs and schemas as they are, and those of the target take their \
         place; what readers choose is a parameter, `:name`",
    )
}

fn declaration(parameter: &Parameter<'_>, out: &mut Diagnostics) {
    if let Some(ty) = parameter.data_type.filter(|ty| !TYPES.contains(ty)) {
        let message = format!("the type `{ty}` of the parameter `{}` is not known", parameter.keyword);
        let found = finding(false, Code::DASHBOARD_PARAMETER_VALUE, message, place_of(parameter.node, "dataType"));
        out.push(found.suggest(ty, TYPES));
        return;
    }
    let Some(selection) = parameter.node.get("defaultSelection") else { return };
    selected(parameter, selection, true, out);
}

/// A selection for a parameter: its type is the parameter's, and its values are of it (A15b, E18).
pub(super) fn selected(parameter: &Parameter<'_>, selection: &Node, proved: bool, out: &mut Diagnostics) {
    let range = parameter.complex == Some("RANGE");
    let (form, values) = match (selection.get("values"), selection.get("range")) {
        (Some(form), _) => (form, items(form, "values").iter().collect::<Vec<_>>()),
        (_, Some(form)) => (form, ["min", "max"].iter().filter_map(|key| form.get(key)).collect()),
        _ => return,
    };
    let keyword = parameter.keyword;
    if range != selection.get("range").is_some() {
        let (is, has) = if range { ("a range", "single values") } else { ("no range", "a range") };
        let message = format!("the parameter `{keyword}` is {is}, and {has} is selected");
        out.push(finding(false, Code::DASHBOARD_PARAMETER_SHAPE, message, inner(form)));
        return;
    }
    let mut wrong = |message: String, place: Location| {
        out.push(finding(proved, Code::DASHBOARD_PARAMETER_VALUE, message, place));
    };
    let Some(ty) = parameter.data_type else { return };
    if let Some(written) = text(form, "dataType").filter(|written| *written != ty) {
        let message = format!("the parameter `{keyword}` is {ty}, and {written} is selected");
        wrong(message, place_of(form, "dataType"));
        return;
    }
    for node in values.into_iter().filter_map(|value| value.get("value")) {
        if let Some(value) = node.as_str().filter(|value| !is_value(ty, value)) {
            wrong(format!("`{value}` is no value of the parameter `{keyword}`, which is {ty}"), inner(node));
        }
    }
}

/// Values that a widget gives to its dataset's parameters (A10.2).
fn statics(dashboard: &Dashboard<'_>, out: &mut Diagnostics) {
    for widget in dashboard.widgets() {
        for query in &widget.queries {
            let Some(dataset) = dashboard.read_by(query) else { continue };
            for value in items(query.query, "parameterValues") {
                let Some(keyword) = text(value, "keyword") else { continue };
                match dataset.parameter(keyword) {
                    Some(parameter) => {
                        if let Some(selection) = value.get("selection") {
                            selected(&parameter, selection, false, out);
                        }
                    }
                    None => {
                        let message = format!("the dataset `{}` has no parameter `{keyword}`", dataset.name);
                        let found =
                            finding(false, Code::DASHBOARD_FILTER_PARAMETER, message, place_of(value, "keyword"));
                        out.push(found.suggest(keyword, dataset.keywords()));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint};

    fn dataset(sql: &str, parameters: &str) -> String {
        let sql = serde_json::Value::from(sql).to_string();
        format!(r#"{{"datasets": [{{"name": "d", "queryLines": [{sql}], "parameters": [{parameters}]}}]}}"#)
    }

    fn parameter(keyword: &str, ty: &str, more: &str) -> String {
        format!(r#"{{"displayName": "P", "keyword": "{keyword}", "dataType": "{ty}"{more}}}"#)
    }

    /// A15b, E6: none of 725 datasets uses what it does not declare.
    #[test]
    fn what_is_used_is_declared() {
        let since = parameter("since", "DATE", "");
        assert_clean(&dataset("SELECT 1 AS a WHERE current_date() > :since", &since), "LS612");
        let text = dataset("SELECT 1 AS a WHERE current_date() > :sicne", &since);
        assert_finds(&text, "LS612 error", ":sicne", "uses the parameter `sicne`, and does not declare it");
        assert_hint(&text, "LS612", "did you mean `since`?");
        assert_finds(&text, "LS613 warning", "since", "does not use its parameter `since`");
    }

    #[test]
    fn paths_texts_and_comments_use_nothing() {
        let sql = "SELECT raw:a.b, 'x :y', id::INT -- :z\nFROM elsewhere.a.b";
        assert_clean(&dataset(sql, ""), "LS612");
    }

    /// A15b, E7: without exception.
    #[test]
    fn ranges_have_ends() {
        let range = parameter("w", "DATE", r#", "complexType": "RANGE""#);
        assert_clean(&dataset("SELECT 1 AS a WHERE current_date() BETWEEN :w.min AND :w.max", &range), "LS615");
        assert_finds(&dataset("SELECT :w AS a", &range), "LS615 error", ":w", "is a range");
        assert_finds(&dataset("SELECT :w.min AS a", &parameter("w", "DATE", "")), "LS615 error", ":w", "is no range");
    }

    /// A15b, E18: without exception.
    #[test]
    fn defaults_have_the_parameters_type() {
        let with = |ty: &str, of: &str, value: &str| {
            let values = format!(
                r#", "defaultSelection": {{"values": {{"dataType": "{of}", "values": [{{"value": "{value}"}}]}}}}"#
            );
            dataset("SELECT :p AS a", &parameter("p", ty, &values))
        };
        for (ty, value) in
            [("STRING", "x"), ("DATE", "now-12M/M"), ("INTEGER", "10"), ("DECIMAL", "0.5"), ("DATETIME", "now/h")]
        {
            assert_clean(&with(ty, ty, value), "LS614");
        }
        assert_finds(&with("INTEGER", "STRING", "10"), "LS614 error", "STRING", "is INTEGER, and STRING is selected");
        assert_finds(&with("INTEGER", "INTEGER", "ten"), "LS614 error", "ten", "is no value of the parameter `p`");
        assert_finds(&with("DATE", "DATE", "2026-02-30"), "LS614 error", "2026-02-30", "which is DATE");
        let unset = dataset("SELECT :p AS a", &parameter("p", "STRING", r#", "defaultSelection": {}"#));
        assert_clean(&unset, "LS614");
        let text = dataset("SELECT :p AS a", &parameter("p", "STRNG", ""));
        assert_hint(&text, "LS614", "did you mean `STRING`?");
    }

    #[test]
    fn values_of_widgets_are_for_declared_parameters() {
        let widget = r#"{"name": "w", "queries": [{"name": "main_query", "query": {"datasetName": "d", "fields": [], "disaggregated": false, "parameterValues": [{"keyword": "levle", "selection": {"values": {"dataType": "STRING", "values": []}}}]}}], "spec": {"version": 2, "widgetType": "counter", "encodings": {"value": {}}}}"#;
        let text = super::super::testing::with_dataset(
            &format!(
                r#"{{"name": "d", "queryLines": ["SELECT :level AS a"], "parameters": [{}]}}"#,
                parameter("level", "STRING", "")
            ),
            widget,
        );
        assert_finds(&text, "LS617 warning", "levle", "has no parameter `levle`");
    }
}
