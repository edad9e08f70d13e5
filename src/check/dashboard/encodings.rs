//! Scales that fit what they show, and references by number.

use crate::check::document::{finding, inner, items, place_of, text};
use crate::diag::{Code, Diagnostics};
use crate::project::yaml::Node;
use crate::syntax::DataType;

use super::fields::Types;
use super::model::Widget;

/// lakeview-genie-alerts.md A7, "Scale".
const ORDERS: &[&str] = &[
    "natural-order",
    "natural-order-reversed",
    "x",
    "x-reversed",
    "y",
    "y-reversed",
    "angle",
    "angle-reversed",
    "custom-order",
    "cell",
    "cell-reversed",
    "measure",
    "alphabetical",
    "value",
];

/// lakeview-genie-alerts.md A7, "Scale"; exports have no others.
const SCALES: &[&str] = &["categorical", "quantitative", "temporal"];

pub(super) fn check(widget: &Widget<'_>, types: &Types<'_>, out: &mut Diagnostics) {
    let Some(encodings) = widget.encodings() else { return };
    scales(widget, encodings, None, types, out);
    sorts(widget, encodings, out);
    let columns = items(encodings, "columns");
    for order in items(encodings, "rowOrder") {
        position(widget, order, columns.len(), "columns", out);
    }
}

/// A scale holds for the field beside it and for those below it.
fn scales<'n>(widget: &Widget<'_>, node: &'n Node, scale: Option<&'n Node>, types: &Types<'_>, out: &mut Diagnostics) {
    let own = node.get("scale").and_then(|scale| scale.get("type"));
    if let Some(kind) = own
        && let Some(written) = kind.as_str().filter(|written| !SCALES.contains(written))
    {
        let message = format!("{} has a scale of the type `{written}`, which is not known", widget.called());
        let found = finding(false, Code::DASHBOARD_SCALE, message, inner(kind));
        out.push(found.hint(format!("known types: {}", SCALES.join(", "))).suggest(written, SCALES.iter().copied()));
    }
    let scale = own.or(scale);
    if let (Some(kind), Some(name)) = (scale, text(node, "fieldName"))
        && let (Some(kind_text), Some(ty)) = (kind.as_str(), types.get(name))
        && !fits(kind_text, ty)
    {
        let message = format!("{} has a {kind_text} scale for the field `{name}`, which is {ty}", widget.called());
        let found = finding(false, Code::DASHBOARD_SCALE, message, inner(kind));
        out.push(found.hint(format!("a {} scale fits it", fitting(ty))));
    }
    for entry in node.as_map().unwrap_or_default().iter().filter(|entry| entry.key != "scale") {
        scales(widget, &entry.node, scale, types, out);
    }
    for item in node.as_list().unwrap_or_default() {
        scales(widget, item, scale, types, out);
    }
}

fn fits(scale: &str, ty: &DataType) -> bool {
    match scale {
        "quantitative" => {
            ty.is_numeric()
                || matches!(
                    ty,
                    DataType::IntervalDayTime | DataType::IntervalYearMonth | DataType::Void | DataType::Variant
                )
        }
        "temporal" => ty.is_datetime() || matches!(ty, DataType::Void | DataType::Variant),
        _ => true,
    }
}

fn fitting(ty: &DataType) -> &'static str {
    match ty {
        _ if ty.is_numeric() => "quantitative",
        _ if ty.is_datetime() => "temporal",
        _ => "categorical",
    }
}

/// Orders at every depth.
fn sorts(widget: &Widget<'_>, encodings: &Node, out: &mut Diagnostics) {
    let mut found = Vec::new();
    crate::check::document::everywhere(encodings, "sort", &mut found);
    for sort in found {
        let Some(by) = text(sort, "by") else { continue };
        if !ORDERS.contains(&by) {
            let near = crate::diag::did_you_mean(by, ORDERS.iter().copied());
            // Other words may be newer than this list.
            if let Some(near) = near {
                let message = format!("{} is ordered by `{by}`, which is not known", widget.called());
                let found = finding(false, Code::DASHBOARD_SORT, message, place_of(sort, "by"));
                out.push(found.hint(format!("did you mean `{near}`?")));
            }
        }
        if by == "custom-order" && items(sort, "orderedValues").is_empty() {
            let message = format!("{} has an order of its own without `orderedValues`", widget.called());
            out.push(finding(false, Code::DASHBOARD_SORT, message, place_of(sort, "by")));
        }
        if by.starts_with("cell")
            && let Some(cell) = encodings.get("cell")
        {
            position(widget, sort, items(cell, "fields").len(), "cells", out);
        }
    }
}

/// `field.index` counts from 0.
fn position(widget: &Widget<'_>, order: &Node, count: usize, what: &str, out: &mut Diagnostics) {
    let Some(node) = order.at(&["field", "index"]) else { return };
    let Some(index) = node.as_i64() else { return };
    if count > 0 && usize::try_from(index).is_ok_and(|index| index < count) || count == 0 {
        return;
    }
    let message = format!("{} is ordered by number {index} of its {what}, and they are {count}", widget.called());
    out.push(finding(false, Code::DASHBOARD_SORT, message, inner(node)).hint("numbers count from 0"));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint, bar, widget};

    fn scaled(x: &str, scale: &str) -> String {
        bar(("x", x), ("y", "SUM(`amount`)"), (scale, "quantitative"), false)
    }

    /// A15, E11: temporal is for dates and timestamps, quantitative for numbers.
    #[test]
    fn scales_fit() {
        assert_finds(&scaled("`region`", "temporal"), "LS607 warning", "temporal", "`x`, which is STRING");
        assert_hint(&scaled("`region`", "temporal"), "LS607", "a categorical scale fits it");
        assert_finds(&scaled("`region`", "quantitative"), "LS607 warning", "quantitative", "which is STRING");
        assert_finds(&scaled("`ordered_on`", "quantitative"), "LS607 warning", "quantitative", "which is DATE");
        for (x, scale) in [
            ("`region`", "categorical"),
            ("`ordered_on`", "temporal"),
            ("`id`", "quantitative"),
            ("`id`", "categorical"),
        ] {
            assert_clean(&scaled(x, scale), "");
        }
    }

    /// A7: there are three types of scales.
    #[test]
    fn scales_are_of_a_known_type() {
        let text = scaled("`ordered_on`", "temporl");
        assert_finds(&text, "LS607 warning", "temporl", "a scale of the type `temporl`, which is not known");
        assert_hint(&text, "LS607", "did you mean `temporal`?");
        assert_hint(&scaled("`id`", "log"), "LS607", "known types: categorical, quantitative, temporal");
    }

    /// A7: one scale over several fields of an axis.
    #[test]
    fn a_scale_holds_for_all_its_fields() {
        let text = widget(
            r#"{"name": "w", "queries": [{"name": "main_query", "query": {"datasetName": "orders", "fields": [{"name": "x", "expression": "`ordered_on`"}, {"name": "a", "expression": "SUM(`amount`)"}, {"name": "b", "expression": "MIN(`region`)"}], "disaggregated": false}}], "spec": {"version": 3, "widgetType": "bar", "encodings": {"x": {"fieldName": "x"}, "y": {"scale": {"type": "quantitative"}, "fields": [{"fieldName": "a"}, {"fieldName": "b"}]}}}}"#,
        );
        assert_finds(&text, "LS607 warning", "quantitative", "the field `b`, which is STRING");
    }

    #[test]
    fn orders_refer_to_what_is_there() {
        let table = |order: &str| {
            widget(&format!(
                r#"{{"name": "w", "queries": [{{"name": "main_query", "query": {{"datasetName": "orders", "fields": [{{"name": "x", "expression": "`region`"}}], "disaggregated": false}}}}], "spec": {{"version": 2, "widgetType": "table", "encodings": {{"columns": [{{"fieldName": "x"}}], "rowOrder": [{order}]}}}}}}"#
            ))
        };
        assert_clean(&table(r#"{"by": "column", "field": {"index": 0}}"#), "");
        let text = table(r#"{"by": "column", "field": {"index": 1}}"#);
        assert_finds(&text, "LS631 warning", "1", "ordered by number 1 of its columns");
        let text = scaled("`region`", "categorical").replacen(
            r#""type": "categorical""#,
            r#""type": "categorical", "sort": {"by": "y-revrsed"}"#,
            1,
        );
        assert_hint(&text, "LS631", "did you mean `y-reversed`?");
    }
}
