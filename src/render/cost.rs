//! What Jinja's filters make of their arguments at most, counted before they begin: some make far more than they get.

use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use super::budget::Budget;

/// Filters that give a list; a text is to them the list of its letters.
const LISTS: [&str; 18] = [
    "batch",
    "chain",
    "dictsort",
    "groupby",
    "items",
    "lines",
    "list",
    "map",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "unique",
    "zip",
];

/// `arguments` are the value and what stands in brackets.
pub(super) fn before(filter: &str, arguments: &[Value], budget: &Budget) -> Result<(), Error> {
    let length = |value: &Value| value.len().unwrap_or(0) as u64;
    let number = |at: usize| arguments.get(at).and_then(|value| u64::try_from(value.clone()).ok());
    let Some(value) = arguments.first() else { return Ok(()) };
    if LISTS.contains(&filter) {
        let lists = arguments.iter().filter(|value| !matches!(value.kind(), ValueKind::Map)).map(length);
        budget.items(lists.fold(0, u64::saturating_add))?;
    }
    match filter {
        // With a filler every list gets its whole number of items.
        "batch" if arguments.len() > 2 => budget.items(number(1).unwrap_or(0)),
        "slice" => budget.items(number(1).unwrap_or(0)),
        "replace" => budget.text(replaced(arguments)),
        "format" => formatted(arguments, budget),
        "string" => budget.shown(value).map(drop),
        "sum" if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) => {
            value.try_iter()?.try_for_each(|item| item.as_str().map_or(Ok(()), |text| budget.text(text.len() as u64)))
        }
        // One letter becomes at most three.
        "upper" | "lower" | "title" | "capitalize" => budget.text(length(value).saturating_mul(3)),
        _ => Ok(()),
    }
}

/// The bytes that a replacement makes.
fn replaced(arguments: &[Value]) -> u64 {
    let text = |at: usize| arguments.get(at).and_then(Value::as_str).unwrap_or_default();
    let (value, from, to) = (text(0), text(1), text(2));
    (value.matches(from).count() as u64).saturating_mul(to.len() as u64).saturating_add(value.len() as u64)
}

/// Every `%` can print all arguments, and pad them to the widths that the format names.
fn formatted(arguments: &[Value], budget: &Budget) -> Result<(), Error> {
    let format = arguments.first().and_then(Value::as_str).unwrap_or_default();
    let fields = format.matches('%').count() as u64;
    let widths = format.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let widths = widths.map(|digits| digits.parse().unwrap_or(u64::MAX)).fold(0, u64::saturating_add);
    budget.text(widths.saturating_add(format.len() as u64))?;
    for argument in arguments.iter().skip(1) {
        // A number is a width where the format says `*`.
        let number = match format.contains('*') {
            true => i64::try_from(argument.clone()).map_or(0, i64::unsigned_abs),
            false => 0,
        };
        let length = budget.shown(argument)?;
        budget.text(length.saturating_add(number).saturating_mul(fields))?;
    }
    Ok(())
}
