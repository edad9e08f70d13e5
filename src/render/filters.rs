//! The filters: `ident`, `literal`, `string_list`, `sql_literal`, and Jinja's own on texts.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

use super::budget::Budget;
use super::cost;
use super::marker::{self, Broken};
use super::print::{self, marked, plain};
use super::safety;
use super::value::{Dialect, Fault, Fragment};
use crate::diag::Code;
use crate::ident::Identifier;

/// Jinja's filters that compute on the letters of a text: they get it without marks, and what they make is text of
/// unknown origin again.
const ON_PLAIN_TEXT: [&str; 20] = [
    "upper",
    "lower",
    "title",
    "capitalize",
    "replace",
    "length",
    "count",
    "reverse",
    "split",
    "lines",
    "int",
    "float",
    "bool",
    "first",
    "last",
    "list",
    "batch",
    "slice",
    "format",
    "string",
];

/// Jinja's filters on lists and numbers, as they are. They may look up others by name, so they get this environment.
fn on_values() -> [(&'static str, Value); 18] {
    use minijinja::filters;
    [
        ("abs", Value::from_function(filters::abs)),
        ("attr", Value::from_function(filters::attr)),
        ("chain", Value::from_function(filters::chain)),
        ("dictsort", Value::from_function(filters::dictsort)),
        ("groupby", Value::from_function(filters::groupby)),
        ("items", Value::from_function(filters::items)),
        ("map", Value::from_function(filters::map)),
        ("max", Value::from_function(filters::max)),
        ("min", Value::from_function(filters::min)),
        ("reject", Value::from_function(filters::reject)),
        ("rejectattr", Value::from_function(filters::rejectattr)),
        ("round", Value::from_function(filters::round)),
        ("select", Value::from_function(filters::select)),
        ("selectattr", Value::from_function(filters::selectattr)),
        ("sort", Value::from_function(filters::sort)),
        ("sum", Value::from_function(filters::sum)),
        ("unique", Value::from_function(filters::unique)),
        ("zip", Value::from_function(filters::zip)),
    ]
}

pub(super) fn add(environment: &mut Environment<'static>, dialect: Dialect, budget: &Arc<Budget>) {
    // They would only suggest that a value can be declared safe.
    for name in ["safe", "escape", "e", "tojson", "pprint"] {
        environment.remove_filter(name);
    }
    environment.add_filter("ident", ident);
    environment.add_filter("literal", move |value: &Value| literal(value, dialect));
    environment.add_filter("sql_literal", |value: &Value| literal(value, Dialect::Sql));
    environment.add_filter("string_list", move |value: &Value| string_list(value, dialect));
    let counted = Arc::clone(budget);
    environment
        .add_filter("join", move |items: &Value, separator: Option<Value>| join(items, separator, dialect, &counted));
    environment.add_filter("trim", trim);
    let counted = Arc::clone(budget);
    environment.add_filter("indent", move |value: &Value, width: usize, first: Option<bool>, options: Kwargs| {
        indent(value, width, first, options, &counted)
    });
    for (name, filter) in on_values() {
        let budget = Arc::clone(budget);
        environment.add_filter(name, move |state: &mut State<'_, '_>, arguments: Rest<Value>| {
            cost::before(name, &arguments, &budget)?;
            let result = filter.call(state, &arguments)?;
            budget.value(&result)?;
            Ok::<_, Error>(result)
        });
    }
    let jinja = Arc::new(Environment::new());
    for name in ON_PLAIN_TEXT {
        let (jinja, budget) = (Arc::clone(&jinja), Arc::clone(budget));
        environment.add_filter(name, move |_: &State<'_, '_>, arguments: Rest<Value>| {
            if let Some(fault) = arguments.iter().find(|value| is_fault(value)) {
                return Ok(fault.clone());
            }
            let arguments: Vec<Value> = arguments.iter().map(unmarked).collect();
            cost::before(name, &arguments, &budget)?;
            let result = jinja.empty_state().apply_filter(name, &arguments)?;
            budget.value(&result)?;
            Ok(result)
        });
    }
}

/// A text or fragment as a plain text; other values as they are.
fn unmarked(value: &Value) -> Value {
    plain(value).map_or_else(|| value.clone(), Value::from)
}

fn is_fault(value: &Value) -> bool {
    matches!(Fragment::of(value), Some(Fragment::Fault(_)))
}

fn wrong(filter: &str, value: &Value, hint: &str) -> Error {
    if value.is_undefined() {
        return Error::new(ErrorKind::UndefinedError, format!("the value before `| {filter}` is undefined"));
    }
    let message = format!("`{filter}` does not take a value of kind {}", value.kind());
    let fault = Fault::new(Code::TEMPLATE_ERROR, message, hint);
    Error::new(ErrorKind::InvalidOperation, fault.message.clone()).with_source(fault)
}

fn cut(_: Broken) -> Error {
    Error::new(ErrorKind::InvalidOperation, "the text that a block or macro printed was cut")
}

/// One name, in backticks.
fn ident(value: &Value) -> Result<Value, Error> {
    match Fragment::of(value) {
        Some(Fragment::Fault(_) | Fragment::Safe { .. }) => return Ok(value.clone()),
        Some(Fragment::Name(_) | Fragment::Code(_)) | None => {}
    }
    let Some(text) = plain(value) else {
        return Err(wrong("ident", value, "a name is a text"));
    };
    match Identifier::new(text) {
        Ok(name) if !name.as_str().chars().any(char::is_control) => Ok(Fragment::safe(name.quoted()).into_value()),
        Ok(_) => Err(wrong("ident", value, "a name has no control characters")),
        Err(error) => {
            let fault = Fault::new(Code::TEMPLATE_ERROR, error.to_string(), "");
            Err(Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(fault))
        }
    }
}

/// A constant of SQL, or a scalar of YAML.
fn literal(value: &Value, dialect: Dialect) -> Result<Value, Error> {
    let fragment = Fragment::of(value);
    if let Some(Fragment::Fault(_)) = fragment {
        return Ok(value.clone());
    }
    // Dates, durations and decimals are constants already; a table is not, its name becomes one.
    if let Some(Fragment::Safe { attributes, .. }) = fragment
        && !attributes.contains_key("full_name")
        && (dialect == Dialect::Sql || attributes.contains_key("number"))
    {
        return Ok(value.clone());
    }
    let text = match (plain(value), value.kind()) {
        (Some(text), _) => safety::literal(&text, dialect),
        (None, ValueKind::None) => if dialect == Dialect::Sql { "NULL" } else { "null" }.to_string(),
        (None, ValueKind::Bool) => value.is_true().to_string(),
        (None, ValueKind::Number) if f64::try_from(value.clone()).is_ok_and(f64::is_finite) => value.to_string(),
        _ => return Err(wrong("literal", value, "`| string_list` prints a list of literals")),
    };
    Ok(Fragment::safe(text).into_value())
}

/// Literals with commas between; in YAML a flow list.
fn string_list(value: &Value, dialect: Dialect) -> Result<Value, Error> {
    if is_fault(value) {
        return Ok(value.clone());
    }
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Err(wrong("string_list", value, "it prints a list; `| literal` prints one text"));
    }
    let mut items = Vec::new();
    for item in value.try_iter()? {
        let item = literal(&item, dialect)?;
        match Fragment::of(&item) {
            Some(Fragment::Safe { text, .. }) => items.push(text.clone()),
            _ => return Ok(item),
        }
    }
    let list = items.join(", ");
    Ok(match dialect {
        Dialect::Yaml => Fragment::safe(format!("[{list}]")),
        // `IN ()` is not SQL, and `IN (NULL)` and `NOT IN (NULL)` would both be silently false.
        Dialect::Sql if items.is_empty() => {
            let hint = "test the list with `if` and leave the condition out";
            Fragment::Fault(Fault::new(Code::TEMPLATE_ERROR, "an empty list is printed", hint))
        }
        Dialect::Sql => Fragment::safe(list),
    }
    .into_value())
}

/// Every item is printed as it would be alone, so each is judged by itself.
fn join(items: &Value, separator: Option<Value>, dialect: Dialect, budget: &Budget) -> Result<Value, Error> {
    if is_fault(items) {
        return Ok(items.clone());
    }
    let separator = separator.map(|separator| marked(&separator, dialect)).unwrap_or_default();
    let mut joined = String::new();
    for (index, item) in items.try_iter()?.enumerate() {
        let before = joined.len();
        if index > 0 {
            joined.push_str(&separator);
        }
        joined.push_str(&marked(&item, dialect));
        budget.text((joined.len() - before) as u64)?;
    }
    Ok(Value::from(joined))
}

fn trim(value: &Value) -> Result<Value, Error> {
    match value.as_str() {
        Some(text) => print::trim(text).map(Value::from).map_err(cut),
        None => Ok(value.clone()),
    }
}

fn indent(value: &Value, width: usize, first: Option<bool>, options: Kwargs, budget: &Budget) -> Result<Value, Error> {
    let first = options.get::<Option<bool>>("first")?.or(first).unwrap_or(false);
    options.assert_all_used()?;
    let Some(text) = value.as_str() else {
        return Ok(value.clone());
    };
    if marker::find(text).is_none() && !text.contains('\n') && !first {
        return Ok(value.clone());
    }
    let width = width.min(200);
    let lines = text.matches('\n').count() + 1;
    // Each line gets its spaces with marks around them.
    budget.text((text.len() + lines * (width + 16)) as u64)?;
    print::indent(text, width, first).map(Value::from).map_err(cut)
}
