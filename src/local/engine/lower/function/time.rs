//! Dates, timestamps and intervals. The zone is UTC.

use crate::analyze::bound::ExprKind;
use crate::local::engine::error::{ErrorClass, SqlError};
use crate::syntax::DataType;

use super::super::cast::{self, epoch_seconds};
use super::super::moment;
use super::super::pattern;
use super::super::types::duck_type;
use super::super::writer::{self, Sql, call as function, case, infix, is_not_null, is_null, shared, when};
use super::{Arg, result};

pub(super) fn call(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    if let [a] = args {
        if let Some(sql) = field(name, &a.sql) {
            return Ok(Some(sql));
        }
    }
    if let Some(sql) = conversion(name, args, ty)? {
        return Ok(Some(sql));
    }
    let date = |sql: Sql| writer::cast(sql, "DATE");
    Ok(Some(match (name, args) {
        ("date_add", [a, n]) => date(infix(date(a.sql.clone()), "+", writer::cast(n.sql.clone(), "INTEGER"))),
        ("date_sub", [a, n]) => date(infix(date(a.sql.clone()), "-", writer::cast(n.sql.clone(), "INTEGER"))),
        ("timestampadd" | "dateadd" | "date_add", [unit, n, time]) => shift(unit, n, time, result(ty)?)?,
        ("datediff" | "date_diff", [end, start]) => {
            writer::cast(infix(date(end.sql.clone()), "-", date(start.sql.clone())), "INTEGER")
        }
        ("timestampdiff" | "datediff" | "date_diff", [unit, start, end]) => difference(unit, start, end, result(ty)?)?,
        ("add_months", [a, n]) => date(infix(a.sql.clone(), "+", function("to_months", [n.sql.clone()]))),
        ("date_trunc", [unit, time]) => truncated(unit, &time.sql, TIME_UNITS, "TIMESTAMP")?,
        ("trunc", [time, unit]) => truncated(unit, &time.sql, &TIME_UNITS[..4], "DATE")?,
        ("last_day", [a]) => function("last_day", [a.sql.clone()]),
        ("next_day", [a, day]) => next_day(a, day)?,
        ("date_part", [unit, a]) => part(unit, a)?,
        ("months_between", [a, b, rest @ ..]) => months_between(&a.sql, &b.sql, rest.first())?,
        ("date_format", [time, pattern]) => {
            pattern::format(&writer::cast(time.sql.clone(), "TIMESTAMP"), constant(pattern)?)?
        }
        ("from_unixtime", [seconds, rest @ ..]) => {
            let pattern = rest.first().map_or(Ok("yyyy-MM-dd HH:mm:ss"), constant)?;
            pattern::format(&from_seconds(seconds.sql.clone()), pattern)?
        }
        ("make_date", [y, m, d]) => {
            let big = |arg: &Arg<'_>| writer::cast(arg.sql.clone(), "BIGINT");
            function("make_date", [big(y), big(m), big(d)])
        }
        ("make_timestamp" | "make_timestamp_ntz", [y, mo, d, h, mi, s]) => {
            let big = |arg: &Arg<'_>| writer::cast(arg.sql.clone(), "BIGINT");
            function("make_timestamp", [big(y), big(mo), big(d), big(h), big(mi), s.sql.clone()])
        }
        ("make_ym_interval", parts) => sum_of(parts, &[12, 1], "INTEGER"),
        ("make_dt_interval", parts) => sum_of(parts, &[86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000], "BIGINT"),
        ("from_utc_timestamp", [time, zone]) => zoned(&time.sql, &Sql::text("UTC"), &zone.sql),
        ("to_utc_timestamp", [time, zone]) => zoned(&time.sql, &zone.sql, &Sql::text("UTC")),
        ("convert_timezone", [to, time]) => zoned(&time.sql, &Sql::text("UTC"), &to.sql),
        ("convert_timezone", [from, to, time]) => zoned(&time.sql, &from.sql, &to.sql),
        _ => return Ok(None),
    }))
}

fn constant<'e>(arg: &'e Arg<'_>) -> Result<&'e str, SqlError> {
    arg.constant_text().ok_or_else(|| SqlError::unsupported("a datetime pattern or unit that is not constant"))
}

/// Functions of one date or timestamp that give one of its fields.
fn field(name: &str, time: &Sql) -> Option<Sql> {
    let time = || time.clone();
    let value = match name {
        "year" => function("year", [time()]),
        "quarter" => function("quarter", [time()]),
        "month" => function("month", [time()]),
        "weekofyear" => function("weekofyear", [time()]),
        "dayofmonth" => function("day", [time()]),
        "dayofyear" => function("dayofyear", [time()]),
        // Sunday is 1 on Databricks and 0 on DuckDB.
        "dayofweek" => infix(function("dayofweek", [time()]), "+", Sql::int(1)),
        // Monday is 0 on Databricks and 1 in ISO.
        "weekday" => infix(function("isodow", [time()]), "-", Sql::int(1)),
        "hour" => function("hour", [time()]),
        "minute" => function("minute", [time()]),
        "second" => function("second", [time()]),
        "unix_date" => infix(writer::cast(time(), "DATE"), "-", Sql::raw("DATE '1970-01-01'".to_string())),
        "dayname" => return Some(function("strftime", [time(), Sql::text("%a")])),
        "monthname" => return Some(function("strftime", [time(), Sql::text("%b")])),
        "unix_seconds" => return Some(epoch_seconds(time())),
        "unix_millis" => {
            let whole = function("date_trunc", [Sql::text("millisecond"), time()]);
            return Some(infix(function("epoch_us", [whole]), "//", Sql::integer(1_000)));
        }
        "unix_micros" => return Some(function("epoch_us", [time()])),
        _ => return None,
    };
    Some(writer::cast(value, "INTEGER"))
}

fn from_seconds(seconds: Sql) -> Sql {
    function("make_timestamp", [infix(writer::cast(seconds, "BIGINT"), "*", Sql::integer(1_000_000))])
}

/// `to_date`, `to_timestamp` and the like: a cast without a pattern, else by the pattern.
fn conversion(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    Ok(Some(match (name, args) {
        ("to_date" | "to_timestamp" | "to_timestamp_ntz" | "try_to_date" | "try_to_timestamp", [a, rest @ ..]) => {
            let to = result(ty)?;
            let try_ = name.starts_with("try_");
            match rest {
                [] => cast::cast(a.sql.clone(), a.ty()?, to, try_)?,
                [pattern] => by_pattern(a, constant(pattern)?, to, try_)?,
                _ => return Ok(None),
            }
        }
        ("unix_timestamp" | "to_unix_timestamp", [a, rest @ ..]) => {
            let time = match rest {
                [] => cast::cast(a.sql.clone(), a.ty()?, &DataType::Timestamp, false)?,
                [pattern] => by_pattern(a, constant(pattern)?, &DataType::Timestamp, false)?,
                _ => return Ok(None),
            };
            epoch_seconds(time)
        }
        ("timestamp_seconds", [a]) => cast::cast(a.sql.clone(), a.ty()?, &DataType::Timestamp, false)?,
        ("timestamp_millis", [a]) => function("make_timestamp", [infix(a.sql.clone(), "*", Sql::integer(1_000))]),
        ("timestamp_micros", [a]) => function("make_timestamp", [a.sql.clone()]),
        ("date_from_unix_date", [a]) => {
            writer::cast(infix(Sql::raw("DATE '1970-01-01'".to_string()), "+", a.sql.clone()), "DATE")
        }
        _ => return Ok(None),
    }))
}

fn by_pattern(a: &Arg<'_>, pattern: &str, to: &DataType, try_: bool) -> Result<Sql, SqlError> {
    if a.ty()?.is_datetime() {
        if let ExprKind::Cast { expr, .. } = &a.expr.kind {
            if expr.ty == Some(DataType::String) {
                return Err(SqlError::unsupported("a text that was cast before its pattern was applied"));
            }
        }
        return cast::cast(a.sql.clone(), a.ty()?, to, try_);
    }
    let parsed = pattern::parse(&a.sql, pattern)?;
    let value = writer::cast(parsed, &duck_type(to)?);
    if try_ {
        return Ok(value);
    }
    let message = [
        Sql::text("Text '"),
        a.sql.clone(),
        Sql::text(&format!(
            "' could not be parsed with the pattern '{pattern}'. Use `try_to_timestamp` to tolerate invalid input \
             string and return NULL instead."
        )),
    ];
    let fail = Sql::raise_with(ErrorClass::CANNOT_PARSE_TIMESTAMP, &message);
    Ok(function("coalesce", [value, case(&[(is_not_null(a.sql.clone()), fail)], None)]))
}

fn sum_of(parts: &[Arg<'_>], weights: &[i64], ty: &str) -> Sql {
    let terms = parts.iter().zip(weights).map(|(part, weight)| infix(part.sql.clone(), "*", Sql::integer(*weight)));
    writer::cast(terms.reduce(|a, b| infix(a, "+", b)).unwrap_or_else(|| Sql::integer(0)), ty)
}

/// The same moment on the clock of another zone.
fn zoned(time: &Sql, from: &Sql, to: &Sql) -> Sql {
    let utc = Sql::text("UTC");
    let at =
        |time: Sql, from: &Sql, to: &Sql| infix(infix(time, "AT TIME ZONE", from.clone()), "AT TIME ZONE", to.clone());
    if *from == utc {
        return at(time.clone(), from, to);
    }
    shared([time.clone(), from.clone()], |[time, from]| {
        let instant = moment::earlier(time, from);
        if *to == utc { instant } else { at(instant, &utc, to) }
    })
}

/// DuckDB's unit and the names that Databricks takes for it; the first four are also units of `trunc`.
const TIME_UNITS: &[(&str, &[&str])] = &[
    ("year", &["year", "yyyy", "yy"]),
    ("quarter", &["quarter"]),
    ("month", &["month", "mon", "mm"]),
    ("week", &["week"]),
    ("day", &["day", "dd"]),
    ("hour", &["hour"]),
    ("minute", &["minute"]),
    ("second", &["second"]),
    ("millisecond", &["millisecond"]),
    ("microsecond", &["microsecond"]),
];

/// An unknown unit gives NULL, as documented.
fn truncated(unit: &Arg<'_>, time: &Sql, units: &[(&str, &[&str])], ty: &str) -> Result<Sql, SqlError> {
    let wanted = constant(unit)?.to_ascii_lowercase();
    let found = units.iter().find(|(_, names)| names.contains(&wanted.as_str()));
    let value = match found {
        Some((unit, _)) => function("date_trunc", [Sql::text(unit), time.clone()]),
        None => Sql::raw("NULL".to_string()),
    };
    Ok(writer::cast(value, ty))
}

/// Microseconds or months of a unit of `timestampadd` and `timestampdiff`.
enum Unit {
    Micros(i64),
    Months(i32),
}

fn unit(arg: &Arg<'_>) -> Result<Unit, SqlError> {
    let name = constant(arg)?.to_ascii_lowercase();
    Ok(match name.trim_end_matches('s') {
        "microsecond" => Unit::Micros(1),
        "millisecond" => Unit::Micros(1_000),
        "second" => Unit::Micros(1_000_000),
        "minute" => Unit::Micros(60_000_000),
        "hour" => Unit::Micros(3_600_000_000),
        "day" | "dayofyear" => Unit::Micros(86_400_000_000),
        "week" => Unit::Micros(7 * 86_400_000_000),
        "month" => Unit::Months(1),
        "quarter" => Unit::Months(3),
        "year" => Unit::Months(12),
        _ => {
            let text =
                format!("The value of parameter(s) `unit` is invalid: expects one of the units, but got '{name}'.");
            return Err(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE_DATETIME_UNIT, text));
        }
    })
}

fn shift(unit_arg: &Arg<'_>, n: &Arg<'_>, time: &Arg<'_>, ty: &DataType) -> Result<Sql, SqlError> {
    let step = match unit(unit_arg)? {
        Unit::Micros(micros) => {
            let micros = infix(writer::cast(n.sql.clone(), "BIGINT"), "*", Sql::integer(micros));
            function("to_microseconds", [micros])
        }
        Unit::Months(months) => {
            function("to_months", [writer::cast(infix(n.sql.clone(), "*", Sql::int(months)), "INTEGER")])
        }
    };
    let time = writer::cast(time.sql.clone(), "TIMESTAMP");
    Ok(writer::cast(infix(time, "+", step), &duck_type(ty)?))
}

/// Whole units between two moments, rounded towards zero (Java's `ChronoUnit.between`).
fn difference(unit_arg: &Arg<'_>, start: &Arg<'_>, end: &Arg<'_>, ty: &DataType) -> Result<Sql, SqlError> {
    let time = |arg: &Arg<'_>| writer::cast(arg.sql.clone(), "TIMESTAMP");
    let micros = |arg: &Arg<'_>| function("epoch_us", [time(arg)]);
    let value = match unit(unit_arg)? {
        Unit::Micros(unit) => infix(infix(micros(end), "-", micros(start)), "//", Sql::integer(unit)),
        Unit::Months(months) => {
            // A month is over when the day and the time of day are reached again.
            let packed = |arg: &Arg<'_>| {
                let months = infix(
                    infix(function("year", [time(arg)]), "*", Sql::integer(12)),
                    "+",
                    function("month", [time(arg)]),
                );
                let days = infix(infix(months, "*", Sql::integer(32)), "+", function("day", [time(arg)]));
                let start_of_day = function("date_trunc", [Sql::text("day"), time(arg)]);
                let within = infix(micros(arg), "-", function("epoch_us", [start_of_day]));
                infix(infix(days, "*", Sql::integer(86_400_000_000)), "+", within)
            };
            let elapsed = infix(infix(packed(end), "-", packed(start)), "//", Sql::integer(32 * 86_400_000_000));
            infix(elapsed, "//", Sql::integer(i64::from(months)))
        }
    };
    Ok(writer::cast(value, &duck_type(ty)?))
}

fn next_day(a: &Arg<'_>, day: &Arg<'_>) -> Result<Sql, SqlError> {
    let name = constant(day)?.to_ascii_lowercase();
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let fits = |full: &&str| matches!(name.len(), 2 | 3) && full.starts_with(&name) || **full == name;
    let Some(index) = days.iter().position(fits) else {
        return Err(SqlError::new(ErrorClass::ILLEGAL_DAY_OF_WEEK, format!("Illegal input for day of week: {name}.")));
    };
    let target = Sql::int(i32::try_from(index).unwrap_or(0) + 1);
    let ahead =
        infix(infix(infix(target, "-", function("isodow", [a.sql.clone()])), "+", Sql::int(6)), "%", Sql::int(7));
    let step = writer::cast(infix(ahead, "+", Sql::int(1)), "INTEGER");
    Ok(writer::cast(infix(a.sql.clone(), "+", step), "DATE"))
}

fn part(unit: &Arg<'_>, a: &Arg<'_>) -> Result<Sql, SqlError> {
    let name = constant(unit)?.to_ascii_lowercase();
    if let Some(divisor) = interval_field(&name, a.ty()?) {
        return Ok(divisor(&a.sql));
    }
    if !a.ty()?.is_datetime() {
        return Err(no_field(&name, a.ty()?));
    }
    let canonical = match name.as_str() {
        "year" | "y" | "years" | "yr" | "yrs" => "year",
        "quarter" | "qtr" => "quarter",
        "month" | "mon" | "mons" | "months" => "month",
        "week" | "w" | "weeks" => "weekofyear",
        "day" | "d" | "days" => "dayofmonth",
        "dayofweek" | "dow" => "dayofweek",
        "doy" => "dayofyear",
        "hour" | "h" | "hours" | "hr" | "hrs" => "hour",
        "minute" | "m" | "min" | "mins" | "minutes" => "minute",
        "second" | "s" | "sec" | "seconds" | "secs" => {
            let time = writer::cast(a.sql.clone(), "TIMESTAMP");
            let minute = function("date_trunc", [Sql::text("minute"), time.clone()]);
            let micros = infix(function("epoch_us", [time]), "-", function("epoch_us", [minute]));
            let seconds = infix(writer::cast(micros, "DECIMAL(9,0)"), "*", Sql::number("0.000001", "DECIMAL(7,6)"));
            return Ok(writer::cast(seconds, "DECIMAL(8,6)"));
        }
        "dayofweek_iso" | "dow_iso" => return Ok(writer::cast(function("isodow", [a.sql.clone()]), "INTEGER")),
        "yearofweek" => return Ok(writer::cast(function("isoyear", [a.sql.clone()]), "INTEGER")),
        _ => return Err(no_field(&name, a.ty()?)),
    };
    field(canonical, &a.sql).ok_or_else(|| SqlError::unsupported(format!("the field {name}")))
}

fn no_field(name: &str, ty: &DataType) -> SqlError {
    SqlError::new(ErrorClass::INVALID_EXTRACT_FIELD, format!("Cannot extract `{name}` from {ty}."))
}

/// A field of an interval, which is a number: months or microseconds. What is left of it keeps its sign.
fn interval_field(name: &str, ty: &DataType) -> Option<fn(&Sql) -> Sql> {
    fn units(value: &Sql, unit: i64, within: Option<i64>) -> Sql {
        let value = writer::cast(value.clone(), "BIGINT");
        let value = within.map_or(value.clone(), |within| infix(value, "%", Sql::integer(within)));
        function("trunc", [infix(value, "//", Sql::integer(unit))])
    }
    Some(match (ty, name) {
        (DataType::IntervalYearMonth, "year" | "y" | "years" | "yr" | "yrs") => {
            |value| writer::cast(units(value, 12, None), "INTEGER")
        }
        (DataType::IntervalYearMonth, "month" | "mon" | "mons" | "months") => {
            |value| writer::cast(units(value, 1, Some(12)), "TINYINT")
        }
        (DataType::IntervalDayTime, "day" | "d" | "days") => {
            |value| writer::cast(units(value, 86_400_000_000, None), "INTEGER")
        }
        (DataType::IntervalDayTime, "hour" | "h" | "hours" | "hr" | "hrs") => {
            |value| writer::cast(units(value, 3_600_000_000, Some(86_400_000_000)), "TINYINT")
        }
        (DataType::IntervalDayTime, "minute" | "m" | "min" | "mins" | "minutes") => {
            |value| writer::cast(units(value, 60_000_000, Some(3_600_000_000)), "TINYINT")
        }
        (DataType::IntervalDayTime, "second" | "s" | "sec" | "seconds" | "secs") => |value| {
            let micros = writer::cast(infix(value.clone(), "%", Sql::integer(60_000_000)), "DECIMAL(9,0)");
            writer::cast(infix(micros, "*", Sql::number("0.000001", "DECIMAL(7,6)")), "DECIMAL(8,6)")
        },
        _ => return None,
    })
}

/// Whole months where the days agree or both are the last of their month, else with 31-day months
/// (Databricks documentation, "months_between function").
fn months_between(a: &Sql, b: &Sql, round: Option<&Arg<'_>>) -> Result<Sql, SqlError> {
    let round = match round {
        None => true,
        Some(arg) => {
            arg.constant_boolean().ok_or_else(|| SqlError::unsupported("months_between with a computed flag"))?
        }
    };
    let part = |name: &'static str, time: &Sql| function(name, [time.clone()]);
    let months = |time: &Sql| infix(infix(part("year", time), "*", Sql::integer(12)), "+", part("month", time));
    let is_last = |time: &Sql| infix(writer::cast(time.clone(), "DATE"), "=", part("last_day", time));
    let whole = writer::cast(infix(months(a), "-", months(b)), "DOUBLE");
    let same_day = infix(part("day", a), "=", part("day", b));
    let exact = infix(same_day, "OR", infix(is_last(a), "AND", is_last(b)));
    let seconds = |time: &Sql| {
        let day = function("date_trunc", [Sql::text("day"), time.clone()]);
        let within = infix(
            infix(function("epoch_us", [time.clone()]), "-", function("epoch_us", [day])),
            "//",
            Sql::integer(1_000_000),
        );
        infix(infix(part("day", time), "*", Sql::integer(86_400)), "+", within)
    };
    let rest = infix(writer::cast(infix(seconds(a), "-", seconds(b)), "DOUBLE"), "/", Sql::double(31.0 * 86_400.0));
    let fractional = infix(whole.clone(), "+", rest);
    let fractional = if round { function("round", [fractional, Sql::int(8)]) } else { fractional };
    let value = when(exact, whole, fractional);
    let missing = infix(is_null(a.clone()), "OR", is_null(b.clone()));
    Ok(when(missing, Sql::null(&DataType::Double), value))
}
