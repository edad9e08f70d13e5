//! SQL alerts, version 2: the `alerts` of resource files.
//!
//! Source: lakeview-genie-alerts.md D1. The column that is watched is proved against the query's; names of the service's
//! own lists are errors, types that it may still convert are warnings. `resource` has read every field and reported
//! those that the REST API does not know or that are of another type.

use std::collections::BTreeMap;

use crate::catalog::ColumnInfo;
use crate::check::document::{Outputs, finding, inner, text};
use crate::check::entries::{entries, open};
use crate::check::{Embedded, jobs};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::Target;
use crate::project::yaml::{Node, Value};
use crate::resource::quartz;
use crate::syntax::DataType;

const OPERATORS: [&str; 8] = [
    "LESS_THAN",
    "LESS_THAN_OR_EQUAL",
    "EQUAL",
    "NOT_EQUAL",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUAL",
    "IS_NULL",
    "IS_NOT_NULL",
];

const AGGREGATIONS: [&str; 8] = ["SUM", "COUNT", "COUNT_DISTINCT", "AVG", "MEDIAN", "MIN", "MAX", "STDDEV"];
const STATES: [&str; 4] = ["UNKNOWN", "OK", "TRIGGERED", "ERROR"];
const SUBSCRIBER: [&str; 2] = ["user_email", "destination_id"];
const PAUSED: [&str; 2] = ["PAUSED", "UNPAUSED"];

const REQUIRED: [&[&str]; 6] = [
    &["display_name"],
    &["query_text"],
    &["evaluation", "source", "name"],
    &["evaluation", "comparison_operator"],
    &["schedule", "quartz_cron_schedule"],
    &["schedule", "timezone_id"],
];

/// The query of every alert that is meant for the target, by the alert's key.
pub fn queries<'n>(resources: &'n [Node], target: &Target) -> impl Iterator<Item = (String, Embedded)> + use<'n> {
    let alerts = entries(resources, "alerts", &target.name).into_iter();
    alerts.filter_map(|entry| Some((entry.key.clone(), Embedded::of(entry.node.get("query_text")?)?)))
}

/// Checks the alerts of rendered resource files. `outputs` are the columns of [`queries`].
pub fn check(resources: &[Node], target: &Target, outputs: &Outputs) -> Diagnostics {
    let mut out = Diagnostics::default();
    let mut names = BTreeMap::new();
    let entries = entries(resources, "alerts", &target.name).into_iter();
    for entry in entries.filter(|entry| entry.node.as_map().is_some()) {
        for path in REQUIRED {
            let missing = entry.node.at(path).is_none_or(|node| node.is_null() || node.as_str() == Some(""));
            if missing {
                let message = format!("the alert `{}` has no `{}`", entry.key, path.join("."));
                out.push(Diagnostic::error(Code::ALERT_FORMAT, message).at(entry.key_location.clone()));
            }
        }
        if let Some(evaluation) = entry.node.get("evaluation") {
            let columns = outputs.get(&entry.key).and_then(Option::as_deref);
            Evaluation { node: evaluation, columns }.check(&mut out);
            notification(evaluation, &mut out);
        }
        if let Some(node) = entry.node.get("schedule") {
            schedule(node, &mut out);
        }
        jobs::run_as(&entry.node, target, &mut out);
        if let Some(name) = entry.node.get("display_name")
            && let Some(written) = name.as_str()
            && let Some(first) = names.insert((text(&entry.node, "parent_path"), written), &name.location)
        {
            let message = format!("two alerts are called `{written}`");
            let found = Diagnostic::warning(Code::SAME_NAME, message).at(name.location.clone());
            let hint = "nobody can tell their notifications apart; give each alert a name of its own";
            out.push(found.related(first.clone(), "the other").hint(hint));
        }
    }
    out
}

struct Evaluation<'e> {
    node: &'e Node,
    columns: Option<&'e [ColumnInfo]>,
}

impl Evaluation<'_> {
    fn check(&self, out: &mut Diagnostics) {
        let ty = self.node.get("source").and_then(|source| self.operand(source, out));
        one_of(self.node, "comparison_operator", &OPERATORS, Code::ALERT_COMPARISON, out);
        one_of(self.node, "empty_result_state", &STATES, Code::ALERT_COMPARISON, out);
        let Some(operator) = text(self.node, "comparison_operator") else { return };
        let threshold = self.node.get("threshold").filter(|node| !node.is_null());
        let alone = operator.starts_with("IS_");
        match threshold {
            None if alone || !OPERATORS.contains(&operator) => {}
            None => {
                let message = format!("`{operator}` compares with a `threshold`, and there is none");
                let place = self.node.get("comparison_operator").map_or_else(|| inner(self.node), inner);
                out.push(Diagnostic::error(Code::ALERT_COMPARISON, message).at(place));
            }
            Some(node) if alone => {
                let message = format!("`{operator}` compares with nothing, so the threshold is not used");
                out.push(Diagnostic::warning(Code::ALERT_TYPE, message).at(inner(node)));
            }
            Some(node) => self.threshold(node, ty.as_ref(), out),
        }
    }

    /// A column and what is computed from it: the type of the result.
    fn operand(&self, node: &Node, out: &mut Diagnostics) -> Option<DataType> {
        one_of(node, "aggregation", &AGGREGATIONS, Code::ALERT_COMPARISON, out);
        let (name, columns) = (node.get("name")?, self.columns?);
        let written = name.as_str()?;
        let Some(column) = columns.iter().find(|column| column.name.as_str().eq_ignore_ascii_case(written)) else {
            let message = format!("the query has no column `{written}`");
            // How an expression without an alias is called hangs on casts that nobody wrote.
            let found = finding(!written.contains('('), Code::ALERT_COLUMN, message, inner(name));
            out.push(found.suggest(written, columns.iter().map(|column| column.name.as_str())));
            return None;
        };
        let ty = column.data_type.clone();
        match text(node, "aggregation") {
            Some("COUNT" | "COUNT_DISTINCT") => Some(DataType::BigInt),
            Some(function @ ("SUM" | "AVG" | "MEDIAN" | "STDDEV")) => {
                if let Some(ty) = ty.filter(|ty| !ty.is_numeric()) {
                    let message = format!("{function} needs numbers, and `{written}` is {ty}");
                    let place = node.get("aggregation").map_or_else(|| inner(node), inner);
                    out.push(Diagnostic::warning(Code::ALERT_TYPE, message).at(place));
                    return None;
                }
                Some(DataType::Double)
            }
            _ => ty,
        }
    }

    fn threshold(&self, node: &Node, ty: Option<&DataType>, out: &mut Diagnostics) {
        if let Some(column) = node.get("column") {
            self.operand(column, out);
            return;
        }
        let Some(value) = node.get("value").and_then(Node::as_map).and_then(|fields| fields.first()) else {
            let message = "the threshold has neither a `value` nor a `column`";
            out.push(Diagnostic::error(Code::ALERT_COMPARISON, message).at(inner(node)));
            return;
        };
        let fits = match (value.key.as_str(), &value.node.value) {
            // A template's value may be a text until it is rendered; here it is rendered.
            ("double_value", Value::Integer(_) | Value::Float { .. })
            | ("string_value", Value::String(_))
            | ("bool_value", Value::Bool(_)) => true,
            ("double_value" | "string_value" | "bool_value", _) => false,
            _ => {
                let message = format!("`{}` is no kind of value", value.key);
                let found = Diagnostic::error(Code::ALERT_COMPARISON, message).at(value.key_location.clone());
                out.push(found.suggest(&value.key, ["double_value", "string_value", "bool_value"]));
                return;
            }
        };
        if !fits {
            let message = format!("{} is no `{}`", value.node.value.kind(), value.key);
            out.push(Diagnostic::error(Code::ALERT_COMPARISON, message).at(inner(&value.node)));
            return;
        }
        let (Some(ty), kind) = (ty, value.key.as_str()) else { return };
        let comparable = match kind {
            "double_value" => ty.is_numeric(),
            "bool_value" => *ty == DataType::Boolean,
            _ => !ty.is_numeric() && *ty != DataType::Boolean,
        };
        if !comparable && !matches!(ty, DataType::Void | DataType::Variant) {
            let message = format!("the result is {ty}, and it is compared with a `{kind}`");
            out.push(Diagnostic::warning(Code::ALERT_TYPE, message).at(inner(&value.node)));
        }
    }
}

/// A value of one of the service's lists.
fn one_of(node: &Node, key: &str, known: &[&'static str], code: Code, out: &mut Diagnostics) {
    let Some(value) = node.get(key) else { return };
    let Some(written) = value.as_str().filter(|written| !open(written)) else { return };
    if !known.contains(&written) {
        let found = Diagnostic::error(code, format!("`{written}` is no value of `{key}`")).at(inner(value));
        out.push(found.hint(format!("known values: {}", known.join(", "))).suggest(written, known.iter().copied()));
    }
}

fn schedule(node: &Node, out: &mut Diagnostics) {
    if let Some(cron) = node.get("quartz_cron_schedule") {
        match cron.as_str().filter(|text| !text.is_empty() && !open(text)).map(quartz) {
            Some(Err(problem)) => out.push(Diagnostic::error(Code::ALERT_SCHEDULE, problem).at(inner(cron))),
            Some(Ok(())) => jobs::never_due(cron, out),
            None => {}
        }
    }
    if let Some(zone) = node.get("timezone_id").filter(|zone| zone.as_str() != Some("")) {
        jobs::time_zone(zone, Code::ALERT_SCHEDULE, out);
    }
    one_of(node, "pause_status", &PAUSED, Code::ALERT_SCHEDULE, out);
}

fn notification(evaluation: &Node, out: &mut Diagnostics) {
    let Some(node) = evaluation.get("notification").filter(|node| node.as_map().is_some()) else { return };
    let mut error = |message: &str, at: &Node| {
        out.push(Diagnostic::error(Code::ALERT_NOTIFICATION, message).at(inner(at)));
    };
    // "evaluation.notification is provided but doesn't contain any value", says the service.
    if node.as_map().is_some_and(|fields| fields.iter().all(|field| field.node.is_null())) {
        error("the notification says nothing: leave it out", node);
    }
    if let Some(seconds) = node.get("retrigger_seconds")
        && seconds.as_i64().is_some_and(|seconds| seconds < 0)
    {
        error("`retrigger_seconds` is a number of seconds", seconds);
    }
    let subscriptions = node.get("subscriptions").and_then(Node::as_list).unwrap_or_default();
    for subscription in subscriptions {
        let Some(fields) = subscription.as_map() else { continue };
        let given = |key: &str| subscription.get(key).filter(|value| !value.is_null());
        match (given("user_email"), given("destination_id")) {
            (Some(email), None) => {
                if email.as_str().is_some_and(|text| !text.contains('@') && !open(text)) {
                    error("`user_email` is an address", email);
                }
            }
            (None, Some(_)) => {}
            // A field that is misspelt was reported.
            (None, None) if fields.iter().any(|field| !SUBSCRIBER.contains(&field.key.as_str())) => {}
            _ => error("a subscription is either a `user_email` or a `destination_id`", subscription),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::bind_query;
    use crate::check::columns_of;
    use crate::check::dashboard::testing::{assert_one, catalog, session};
    use crate::check::testing::target;
    use crate::diag::SourceFile;
    use crate::project::{Mode, yaml};
    use crate::syntax::parse_query;

    /// lakeview-genie-alerts.md D1, over the shop's orders.
    const ALERT: &str = "alerts:
  a:
    display_name: Large returns
    query_text: SELECT region, SUM(amount) AS returned FROM shop.gold.orders WHERE returned GROUP BY region
    evaluation:
      source: { name: returned, aggregation: MAX }
      comparison_operator: GREATER_THAN
      threshold: { value: { double_value: 0.15 } }
      empty_result_state: OK
      notification:
        retrigger_seconds: 3600
        subscriptions: [{ user_email: me@x.com }, { destination_id: d-1 }]
    schedule: { quartz_cron_schedule: 0 0 8 * * ?, timezone_id: America/Chicago, pause_status: UNPAUSED }
";

    fn found(text: &str) -> Vec<Diagnostic> {
        let catalog = catalog();
        let (node, found) = yaml::parse(&SourceFile::new("a.yml", text));
        assert!(found.is_empty(), "{found:#?}");
        let (files, target) = ([node.unwrap()], target("local", Mode::Development));
        let columns = |sql: &Embedded| {
            let query = parse_query(&sql.file).0?;
            Some(columns_of(bind_query(&query, &sql.file, &session(&catalog)).0?))
        };
        let outputs = queries(&files, &target).map(|(key, sql)| (key, columns(&sql))).collect();
        check(&files, &target, &outputs).into_iter().collect()
    }

    /// One change of the alert, and the one finding that it makes.
    #[track_caller]
    fn assert_finds(from: &str, to: &str, code: &str, at: &str, message: &str) {
        assert_eq!(ALERT.matches(from).count(), 1, "{from}");
        let found = found(&ALERT.replace(from, to));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_one(&found, code, at, message);
    }

    #[test]
    fn the_documented_form_is_right() {
        assert_eq!(found(ALERT), []);
        // Nothing is said of columns that are not known.
        assert_eq!(found(&ALERT.replace("shop.gold.orders", "elsewhere.gold.orders")), []);
    }

    #[test]
    fn what_the_service_requires() {
        let name = "    display_name: Large returns\n";
        assert_finds(name, "", "LS940 error", "a", "the alert `a` has no `display_name`");
        assert_finds(", timezone_id: America/Chicago", "", "LS940 error", "a", "has no `schedule.timezone_id`");
    }

    #[test]
    fn columns_are_those_of_the_query() {
        assert_finds(
            "name: returned",
            "name: retruned",
            "LS942 error",
            "retruned",
            "the query has no column `retruned`",
        );
        let column = "threshold: { column: { name: regoin } }";
        let cast = "name: \"sum(CAST(returned AS DOUBLE))\"";
        let warned = "sum(CAST(returned AS DOUBLE))";
        assert_finds("name: returned", cast, "LS942 warning", warned, "the query has no column");
        let value = "threshold: { value: { double_value: 0.15 } }";
        assert_finds(value, column, "LS942 error", "regoin", "the query has no column `regoin`");
    }

    #[test]
    fn comparisons_are_known() {
        assert_finds("GREATER_THAN", "GREATR_THAN", "LS943 error", "GREATR_THAN", "no value of `comparison_operator`");
        assert_finds("MAX", "MAXIMUM", "LS943 error", "MAXIMUM", "no value of `aggregation`");
        assert_finds(
            "      threshold: { value: { double_value: 0.15 } }\n",
            "",
            "LS943 error",
            "GREATER_THAN",
            "there is none",
        );
        assert_finds("double_value: 0.15", "double_value: high", "LS943 error", "high", "a text is no `double_value`");
        assert_finds("double_value", "doubel_value", "LS943 error", "doubel_value", "is no kind of value");
    }

    #[test]
    fn types_fit() {
        assert_finds(
            "name: returned, aggregation: MAX",
            "name: region, aggregation: SUM",
            "LS944 warning",
            "SUM",
            "`region` is STRING",
        );
        assert_finds(
            "name: returned, aggregation: MAX",
            "name: region, aggregation: MAX",
            "LS944 warning",
            "0.15",
            "the result is STRING",
        );
        assert_finds(
            "comparison_operator: GREATER_THAN",
            "comparison_operator: IS_NULL",
            "LS944 warning",
            "{ value: { double_value: 0.15 } }",
            "compares with nothing",
        );
    }

    #[test]
    fn schedules_are_schedules() {
        assert_finds(
            "0 0 8 * * ?",
            "0 0 25 * * ?",
            "LS945 error",
            "0 0 25 * * ?",
            "`25` does not fit the field `hours`",
        );
        assert_finds("America/Chicago", "central time", "LS945 error", "central time", "is not a time zone");
        assert_finds("0 0 8 * * ?", "0 0 8 30 2 ?", "LS925 error", "0 0 8 30 2 ?", "never comes due");
        assert_finds("UNPAUSED", "RUNNING", "LS945 error", "RUNNING", "no value of `pause_status`");
    }

    #[test]
    fn subscriptions_have_one_subscriber() {
        assert_finds("user_email: me@x.com", "user_email: me", "LS946 error", "me", "is an address");
        assert_finds(
            "{ destination_id: d-1 }",
            "{ }",
            "LS946 error",
            "{ }",
            "either a `user_email` or a `destination_id`",
        );
        assert_finds("3600", "-1", "LS946 error", "-1", "a number of seconds");
        let whole = "      notification:
        retrigger_seconds: 3600
        subscriptions: [{ user_email: me@x.com }, { destination_id: d-1 }]
";
        assert_finds(whole, "      notification: {}\n", "LS946 error", "{}", "says nothing");
    }
}
