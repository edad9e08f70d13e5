//! Arrays, maps, structs and higher-order functions. Arrays count from 0 in `[]` and from 1 in functions.

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::syntax::DataType;

use super::super::cast::{self, struct_of};
use super::super::types::duck_type;
use super::super::writer::{
    self, Sql, balanced, call as function, call_all, case, infix, is_not_null, is_null, not, shared_all, when,
    with_lambda,
};
use super::text::unless_null;
use super::{Arg, result, sqls};

pub(super) fn call(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    if let Some(sql) = higher_order(name, args)? {
        return Ok(Some(sql));
    }
    let int = |sql: Sql| writer::cast(sql, "INTEGER");
    Ok(Some(match (name, args) {
        ("array", _) => writer::cast(call_all("list_value", &sqls(args)), &duck_type(result(ty)?)?),
        ("struct", _) => structure(&sqls(args), result(ty)?)?,
        ("named_struct", _) => {
            let values: Vec<Sql> = args.iter().skip(1).step_by(2).map(|arg| arg.sql.clone()).collect();
            structure(&values, result(ty)?)?
        }
        ("map", _) => {
            let keys: Vec<Sql> = args.iter().step_by(2).map(|arg| arg.sql.clone()).collect();
            let values: Vec<Sql> = args.iter().skip(1).step_by(2).map(|arg| arg.sql.clone()).collect();
            let map = function("map", [call_all("list_value", &keys), call_all("list_value", &values)]);
            writer::cast(map, &duck_type(result(ty)?)?)
        }
        ("cardinality", [a]) if matches!(a.ty()?, DataType::Map(..)) => int(function("cardinality", [a.sql.clone()])),
        ("cardinality" | "array_size", [a]) => int(function("len", [a.sql.clone()])),
        ("element_at", [a, key]) if matches!(a.ty()?, DataType::Map(..)) => map_value(a.sql.clone(), key.sql.clone()),
        ("try_element_at", [a, key]) if matches!(a.ty()?, DataType::Map(..)) => {
            map_value(a.sql.clone(), key.sql.clone())
        }
        ("element_at", [a, index]) => element_at(a, index, true),
        ("try_element_at", [a, index]) => element_at(a, index, false),
        ("get", [a, index]) => {
            let item = function("list_extract", [a.sql.clone(), infix(index.sql.clone(), "+", Sql::int(1))]);
            case(&[(infix(index.sql.clone(), ">=", Sql::int(0)), item)], None)
        }
        ("array_contains", [a, value]) => {
            let found = function("list_contains", [a.sql.clone(), value.sql.clone()]);
            let unknown = infix(is_null(value.sql.clone()), "OR", has_null(&a.sql));
            let unknown = infix(is_null(a.sql.clone()), "OR", unknown);
            case(&[(found, Sql::boolean(true)), (unknown, Sql::null(&DataType::Boolean))], Some(Sql::boolean(false)))
        }
        ("array_position", [a, value]) => {
            let found = function("list_position", [a.sql.clone(), value.sql.clone()]);
            let position = writer::cast(function("coalesce", [found, Sql::int(0)]), "BIGINT");
            let missing = infix(is_null(a.sql.clone()), "OR", is_null(value.sql.clone()));
            when(missing, Sql::null(&DataType::BigInt), position)
        }
        ("array_distinct", [a]) => distinct(&a.sql),
        ("array_max", [a]) => function("list_max", [a.sql.clone()]),
        ("array_min", [a]) => function("list_min", [a.sql.clone()]),
        ("array_append", [a, value]) => when(
            is_null(a.sql.clone()),
            Sql::null(result(ty)?),
            function("list_append", [a.sql.clone(), value.sql.clone()]),
        ),
        ("array_prepend", [a, value]) => when(
            is_null(a.sql.clone()),
            Sql::null(result(ty)?),
            function("list_prepend", [value.sql.clone(), a.sql.clone()]),
        ),
        ("array_compact", [a]) => {
            let x = Sql::name("x");
            with_lambda("list_filter", a.sql.clone(), std::slice::from_ref(&x), is_not_null(x.clone()))
        }
        ("array_remove", [a, value]) => {
            let x = Sql::name("x");
            let other = infix(is_null(x.clone()), "OR", infix(x.clone(), "<>", value.sql.clone()));
            let kept = with_lambda("list_filter", a.sql.clone(), &[x], other);
            when(is_null(value.sql.clone()), Sql::null(result(ty)?), kept)
        }
        ("array_repeat", [value, count]) => {
            let range = function("range", [writer::cast(count.sql.clone(), "BIGINT")]);
            with_lambda("list_transform", range, &[Sql::name("x")], value.sql.clone())
        }
        ("array_union", [a, b]) => {
            unless_null([a, b], distinct(&function("list_concat", [a.sql.clone(), b.sql.clone()])))
        }
        ("array_intersect", [a, b]) => unless_null([a, b], membership(a, b, true)),
        ("array_except", [a, b]) => unless_null([a, b], membership(a, b, false)),
        ("array_join", [a, separator, null @ ..]) => {
            let given: Vec<Sql> = [a, separator].into_iter().chain(null).map(|arg| is_null(arg.sql.clone())).collect();
            let texts = texts(a)?;
            let filled = match null.first() {
                Some(null) => {
                    let x = Sql::name("x");
                    let body = function("coalesce", [x.clone(), null.sql.clone()]);
                    with_lambda("list_transform", texts, &[x], body)
                }
                None => texts,
            };
            // DuckDB gives NULL where there is nothing to join.
            let text = function("array_to_string", [filled, separator.sql.clone()]);
            let text = function("coalesce", [text, Sql::text("")]);
            let missing = balanced(given, &|a, b| infix(a, "OR", b)).unwrap_or_else(|| Sql::boolean(false));
            when(missing, Sql::null(&DataType::String), text)
        }
        ("sort_array", [a, rest @ ..]) => {
            let ascending = match rest.first() {
                None => true,
                Some(flag) => flag
                    .constant_boolean()
                    .ok_or_else(|| SqlError::unsupported("sort_array with a computed direction"))?,
            };
            let (order, nulls) = if ascending { ("ASC", "NULLS FIRST") } else { ("DESC", "NULLS LAST") };
            function("list_sort", [a.sql.clone(), Sql::text(order), Sql::text(nulls)])
        }
        ("array_sort", [a]) => function("list_sort", [a.sql.clone(), Sql::text("ASC"), Sql::text("NULLS LAST")]),
        ("slice", [a, start, length]) => {
            let zero = Sql::raise(
                ErrorClass::INVALID_PARAMETER_VALUE_START,
                "The value of parameter(s) `start` in `slice` is invalid: Expects a positive or a negative value for \
                 `start`, but got 0.",
            );
            let short = Sql::raise_with(
                ErrorClass::INVALID_PARAMETER_VALUE_LENGTH,
                &[
                    Sql::text(
                        "The value of parameter(s) `length` in `slice` is invalid: Expects `length` greater than or \
                         equal to 0, but got ",
                    ),
                    writer::cast(length.sql.clone(), "VARCHAR"),
                    Sql::text("."),
                ],
            );
            let size = function("len", [a.sql.clone()]);
            let from_end = infix(infix(size, "+", start.sql.clone()), "+", Sql::int(1));
            let first = when(infix(start.sql.clone(), "<", Sql::int(0)), from_end, start.sql.clone());
            let cut = |first: Sql| {
                let last = infix(infix(first.clone(), "+", length.sql.clone()), "-", Sql::int(1));
                let none =
                    infix(infix(first.clone(), "<", Sql::int(1)), "OR", infix(length.sql.clone(), "=", Sql::int(0)));
                let empty = function("list_slice", [a.sql.clone(), Sql::int(2), Sql::int(1)]);
                when(none, empty, function("list_slice", [a.sql.clone(), first, last]))
            };
            case(
                &[
                    (infix(start.sql.clone(), "=", Sql::int(0)), zero),
                    (infix(length.sql.clone(), "<", Sql::int(0)), short),
                ],
                Some(cut(first)),
            )
        }
        ("flatten", [a]) => when(has_null(&a.sql), Sql::null(result(ty)?), function("flatten", [a.sql.clone()])),
        ("sequence", [start, stop, rest @ ..]) => sequence(start, stop, rest.first(), result(ty)?)?,
        ("map_keys", [a]) => function("map_keys", [a.sql.clone()]),
        ("map_values", [a]) => function("map_values", [a.sql.clone()]),
        ("map_entries", [a]) => writer::cast(function("map_entries", [a.sql.clone()]), &duck_type(result(ty)?)?),
        ("map_from_entries", [a]) => function("map_from_entries", [a.sql.clone()]),
        ("map_from_arrays", [a, b]) => function("map", [a.sql.clone(), b.sql.clone()]),
        ("map_contains_key", [a, key]) => {
            function("list_contains", [function("map_keys", [a.sql.clone()]), key.sql.clone()])
        }
        ("map_concat", [_, ..]) => shared_all(sqls(args), |maps| {
            let all = call_all("map_concat", &maps);
            let size = |map: Sql| function("cardinality", [map]);
            let sizes = balanced(maps.iter().cloned().map(size).collect(), &|a, b| infix(a, "+", b));
            let any_null = balanced(maps.into_iter().map(is_null).collect(), &|a, b| infix(a, "OR", b));
            let doubled = sizes.map(|sizes| infix(sizes, ">", size(all.clone())));
            let fail =
                Sql::raise(ErrorClass::DUPLICATED_MAP_KEY, "Duplicate map key was found, please check the input data.");
            let null = Sql::raw("NULL".to_string());
            case(
                &[any_null.map(|any| (any, null)), doubled.map(|doubled| (doubled, fail))]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>(),
                Some(all),
            )
        }),
        _ => return Ok(None),
    }))
}

/// The elements as Databricks writes them.
pub(super) fn texts(array: &Arg<'_>) -> Result<Sql, SqlError> {
    let strings = DataType::Array(Box::new(DataType::String));
    cast::cast(array.sql.clone(), array.ty()?, &strings, false)
}

fn structure(values: &[Sql], ty: &DataType) -> Result<Sql, SqlError> {
    let DataType::Struct(fields) = ty else { return Err(SqlError::unsupported("a struct of unknown fields")) };
    let fields: Vec<(String, Sql)> =
        fields.iter().map(|field| field.name.as_str().to_string()).zip(values.iter().cloned()).collect();
    Ok(struct_of(&fields))
}

fn has_null(list: &Sql) -> Sql {
    let x = Sql::name("x");
    let nulls = with_lambda("list_filter", list.clone(), std::slice::from_ref(&x), is_null(x.clone()));
    infix(function("len", [nulls]), ">", Sql::int(0))
}

/// First occurrences in order, NULL among them.
fn distinct(list: &Sql) -> Sql {
    let (x, i) = (Sql::name("x"), Sql::name("i"));
    let earlier = function("list_slice", [list.clone(), Sql::integer(1), infix(i.clone(), "-", Sql::int(1))]);
    let seen = when(is_null(x.clone()), has_null(&earlier), function("list_contains", [earlier, x.clone()]));
    with_lambda("list_filter", list.clone(), &[x, i], not(seen))
}

fn membership(a: &Arg<'_>, b: &Arg<'_>, wanted: bool) -> Sql {
    let x = Sql::name("x");
    let found = when(is_null(x.clone()), has_null(&b.sql), function("list_contains", [b.sql.clone(), x.clone()]));
    with_lambda("list_filter", distinct(&a.sql), &[x], if wanted { found } else { not(found) })
}

/// `array[i]`, from 0; outside of the array is an error.
pub(in super::super) fn array_element(array: Sql, index: Sql) -> Sql {
    let size = function("len", [array.clone()]);
    let outside = infix(infix(index.clone(), "<", Sql::int(0)), "OR", infix(index.clone(), ">=", size.clone()));
    let item = function("list_extract", [array, infix(index.clone(), "+", Sql::int(1))]);
    let fail = Sql::raise_with(ErrorClass::INVALID_ARRAY_INDEX, &out_of_bounds(index, size, "get"));
    when(outside, fail, item)
}

fn out_of_bounds(index: Sql, size: Sql, instead: &str) -> [Sql; 5] {
    [
        Sql::text("The index "),
        writer::cast(index, "VARCHAR"),
        Sql::text(" is out of bounds. The array has "),
        writer::cast(size, "VARCHAR"),
        Sql::text(&format!(
            " elements. Use `{instead}` to tolerate accessing element at invalid index and return NULL instead."
        )),
    ]
}

fn element_at(a: &Arg<'_>, index: &Arg<'_>, fails: bool) -> Sql {
    let size = function("len", [a.sql.clone()]);
    let item = function("list_extract", [a.sql.clone(), index.sql.clone()]);
    let zero = Sql::raise(
        ErrorClass::INVALID_INDEX_OF_ZERO,
        "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
    );
    let zero = (infix(index.sql.clone(), "=", Sql::int(0)), zero);
    if !fails {
        return case(&[zero], Some(item));
    }
    let outside = infix(function("abs", [index.sql.clone()]), ">", size.clone());
    let message = out_of_bounds(index.sql.clone(), size, "try_element_at");
    let fail = Sql::raise_with(ErrorClass::INVALID_ARRAY_INDEX_IN_ELEMENT_AT, &message);
    case(&[zero, (outside, fail)], Some(item))
}

/// NULL where the key is absent.
pub(in super::super) fn map_value(map: Sql, key: Sql) -> Sql {
    function("list_extract", [function("map_extract", [map, key]), Sql::integer(1)])
}

/// Both ends belong to it; it runs down when the stop is less than the start.
fn sequence(start: &Arg<'_>, stop: &Arg<'_>, step: Option<&Arg<'_>>, ty: &DataType) -> Result<Sql, SqlError> {
    let to = duck_type(ty)?;
    let element = start.ty()?;
    let by = step.map(|step| step.ty()).transpose()?;
    let legal = match by {
        _ if !element.is_integer() && !element.is_datetime() => false,
        Some(by) if element.is_integer() => by.is_integer(),
        Some(by) => matches!(by, DataType::IntervalDayTime | DataType::IntervalYearMonth | DataType::Void),
        None => true,
    };
    if !legal && *element != DataType::Void && by != Some(&DataType::Void) {
        let text = "Cannot resolve \"sequence\" due to data type mismatch: `sequence` uses the wrong parameter type. The \
                    parameter type must conform to: 1. The start and stop expressions must resolve to the same type. 2. \
                    Otherwise, if start and stop expressions resolve to the type of whole numbers, then the step \
                    expression must resolve to the same type, else to an interval.";
        return Err(SqlError::new(ErrorClass::DATATYPE_MISMATCH_SEQUENCE, text));
    }
    let wrong = step.map(|step| {
        // An interval is a number here: months or microseconds.
        let sign = |operator| infix(step.sql.clone(), operator, Sql::int(0));
        let bounds = |operator| infix(start.sql.clone(), operator, stop.sql.clone());
        let ways = [(">", ">"), ("<", "<"), ("=", "<>")].map(|(step, bound)| infix(sign(step), "AND", bounds(bound)));
        let text = |arg: &Arg<'_>| writer::cast(arg.sql.clone(), "VARCHAR");
        let message = [
            Sql::text("Illegal sequence boundaries: "),
            text(start),
            Sql::text(" to "),
            text(stop),
            Sql::text(" by "),
            text(step),
            Sql::text("."),
        ];
        let [up, down, still] = ways;
        let mut wrong = infix(infix(up, "OR", down), "OR", still);
        if *element == DataType::Date && step.expr.ty == Some(DataType::IntervalDayTime) {
            // Dates have no hours.
            let part = infix(step.sql.clone(), "%", Sql::integer(86_400_000_000));
            wrong = infix(wrong, "OR", infix(part, "<>", Sql::int(0)));
        }
        // Of equal ends, whatever the step.
        let one = writer::cast(call_all("list_value", std::slice::from_ref(&start.sql)), &to);
        [
            (wrong, Sql::raise_with(ErrorClass::INVALID_PARAMETER_VALUE, &message)),
            (infix(sign("="), "AND", bounds("=")), one),
        ]
    });
    let step = match (element, step) {
        (integer, Some(step)) if integer.is_integer() => writer::cast(step.sql.clone(), "BIGINT"),
        (integer, None) if integer.is_integer() => {
            when(infix(stop.sql.clone(), ">=", start.sql.clone()), Sql::integer(1), Sql::integer(-1))
        }
        (_, None) => {
            let day = || function("to_days", [Sql::int(1)]);
            when(infix(stop.sql.clone(), ">=", start.sql.clone()), day(), function("to_days", [Sql::int(-1)]))
        }
        (_, Some(step)) => match step.ty()? {
            DataType::IntervalDayTime => function("to_microseconds", [step.sql.clone()]),
            DataType::IntervalYearMonth => {
                let wrong = wrong.map(Vec::from).unwrap_or_default();
                return Ok(case(&wrong, Some(writer::cast(months(start, stop, step), &to))));
            }
            other => return Err(SqlError::unsupported(format!("a sequence with steps of {other}"))),
        },
    };
    let bound = |arg: &Arg<'_>| {
        if element.is_integer() {
            writer::cast(arg.sql.clone(), "BIGINT")
        } else {
            writer::cast(arg.sql.clone(), "TIMESTAMP")
        }
    };
    let series = writer::cast(function("generate_series", [bound(start), bound(stop), step]), &to);
    Ok(wrong.map_or_else(|| series.clone(), |wrong| case(&wrong, Some(series.clone()))))
}

/// Each element is so many months after the start, not after the one before: the last day of a month stays the last.
fn months(start: &Arg<'_>, stop: &Arg<'_>, step: &Arg<'_>) -> Sql {
    let time = |arg: &Arg<'_>| writer::cast(arg.sql.clone(), "TIMESTAMP");
    let far = function("date_diff", [Sql::text("month"), time(start), time(stop)]);
    let count = infix(far, "//", function("nullif", [step.sql.clone(), Sql::int(0)]));
    let (i, x) = (Sql::name("i"), Sql::name("x"));
    let by = function("to_months", [writer::cast(infix(i.clone(), "*", step.sql.clone()), "INTEGER")]);
    let all = function("generate_series", [Sql::integer(0), count]);
    let all = with_lambda("list_transform", all, &[i], infix(time(start), "+", by));
    let up = infix(x.clone(), "<=", time(stop));
    let down = infix(x.clone(), ">=", time(stop));
    with_lambda("list_filter", all, &[x], when(infix(step.sql.clone(), ">", Sql::int(0)), up, down))
}

fn parameters(lambda: &Arg<'_>) -> Vec<Sql> {
    lambda.parameters().iter().map(|column| Sql::column(column.id)).collect()
}

fn higher_order(name: &str, args: &[Arg<'_>]) -> Result<Option<Sql>, SqlError> {
    Ok(Some(match (name, args) {
        ("transform", [a, f]) => with_lambda("list_transform", a.sql.clone(), &parameters(f), f.sql.clone()),
        ("filter", [a, f]) => {
            let holds = function("coalesce", [f.sql.clone(), Sql::boolean(false)]);
            with_lambda("list_filter", a.sql.clone(), &parameters(f), holds)
        }
        ("exists", [a, f]) => {
            let count = |body| function("len", [with_lambda("list_filter", a.sql.clone(), &parameters(f), body)]);
            let holds = function("coalesce", [f.sql.clone(), Sql::boolean(false)]);
            case(
                &[
                    (is_null(a.sql.clone()), Sql::null(&DataType::Boolean)),
                    (infix(count(holds), ">", Sql::int(0)), Sql::boolean(true)),
                    (infix(count(is_null(f.sql.clone())), ">", Sql::int(0)), Sql::null(&DataType::Boolean)),
                ],
                Some(Sql::boolean(false)),
            )
        }
        ("forall", [a, f]) => {
            let count = |body| function("len", [with_lambda("list_filter", a.sql.clone(), &parameters(f), body)]);
            let fails = not(function("coalesce", [f.sql.clone(), Sql::boolean(true)]));
            case(
                &[
                    (is_null(a.sql.clone()), Sql::null(&DataType::Boolean)),
                    (infix(count(fails), ">", Sql::int(0)), Sql::boolean(false)),
                    (infix(count(is_null(f.sql.clone())), ">", Sql::int(0)), Sql::null(&DataType::Boolean)),
                ],
                Some(Sql::boolean(true)),
            )
        }
        ("aggregate", [a, start, merge, rest @ ..]) => {
            let names = parameters(merge);
            let lambda = with_lambda("list_reduce", a.sql.clone(), &names, merge.sql.clone());
            // The initial value is the third argument: put before the closing parenthesis.
            let text = lambda.as_str().strip_suffix(')').unwrap_or(lambda.as_str()).to_string();
            let reduced = Sql::raw(format!("{text}, {})", start.sql.as_str()));
            match rest {
                [] => reduced,
                [finish] => {
                    let one = with_lambda(
                        "list_transform",
                        function("list_value", [reduced]),
                        &parameters(finish),
                        finish.sql.clone(),
                    );
                    function("list_extract", [one, Sql::integer(1)])
                }
                _ => return Ok(None),
            }
        }
        ("array_sort", [_, _]) => return Err(SqlError::unsupported("array_sort with a comparator")),
        _ => return Ok(None),
    }))
}
