//! Dates and timestamps from texts and as texts (Databricks documentation, "DATE type" and "TIMESTAMP type").
//!
//! DuckDB reads more than Databricks does: `2024-03-01 junk` in part, `24:00:00` as the next day, blanks as digits. So
//! a pattern decides what is read, and DuckDB reads it. The first pattern is what nearly every text matches: one match
//! for each row is what the strictness costs.

use super::cast::{matches, trimmed};
use super::writer::{self, Sql, call, case, infix, is_null, shared, try_cast, when};

const YEAR: &str = "[+-]?[0-9]{4,6}";
const DAY: &str = "[+-]?[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}";
const HOUR: &str = "(?:[01]?[0-9]|2[0-3])";
const MINUTES: &str = ":[0-9]{1,2}";
const SECONDS: &str = ":[0-9]{1,2}(?:\\.[0-9]*)?";
/// At most 18 hours; also `+h`, `+h:m` and `+hhmm`.
const OFFSET: &str =
    "[+-](?:(?:0?[0-9]|1[0-7])(?::[0-5]?[0-9](?::[0-5][0-9])?)?|(?:0[0-9]|1[0-7])[0-5][0-9]|18(?::?00)?)";
const REGION: &str = "[A-Z][A-Za-z]+[A-Za-z0-9_+/-]*";

fn usual_date(value: &Sql) -> Sql {
    matches(value.clone(), "[0-9]{4}-[0-9]{2}-[0-9]{2}")
}

/// `yyyy`, `yyyy-[m]m`, `yyyy-[m]m-[d]d`; what follows a blank or a `T` behind the day is not looked at.
pub(super) fn date(value: &Sql) -> Sql {
    let text = trimmed(value);
    let year = "[+-]?[0-9]{4,7}";
    let day = format!("{year}-[0-9]{{1,2}}-[0-9]{{1,2}}");
    let read = |sql: Sql| try_cast(unsigned(sql), "DATE");
    case(
        &[
            (usual_date(value), try_cast(value.clone(), "DATE")),
            (matches(text.clone(), year), read(infix(text.clone(), "||", Sql::text("-01-01")))),
            (matches(text.clone(), &format!("{year}-[0-9]{{1,2}}")), read(infix(text.clone(), "||", Sql::text("-01")))),
            (
                matches(text.clone(), &format!("(?s){day}(?:[ T].*)?")),
                read(call("regexp_extract", [text, Sql::text(&format!("^{day}"))])),
            ),
        ],
        None,
    )
}

/// A date, or date and time with an optional fraction and zone; without a zone the session's is meant, UTC.
pub(super) fn instant(value: &Sql) -> Sql {
    timestamp(value, &|_, instant| instant)
}

/// As [`instant`], but a zone is only checked: the clock that is written stays.
pub(super) fn local(value: &Sql) -> Sql {
    timestamp(value, &|clock, instant| when(is_null(instant), Sql::raw("NULL".to_string()), clock))
}

fn timestamp(value: &Sql, zoned: &dyn Fn(Sql, Sql) -> Sql) -> Sql {
    let usual = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?Z?";
    let text = trimmed(value);
    let plain = unsigned(text.clone());
    let clock = format!("{DAY}[ T]{HOUR}{MINUTES}{SECONDS}");
    let zone = format!("Z|(?:UTC|GMT|UT)?{OFFSET}|{REGION}");
    let parts = format!("^({clock}) *({zone})$");
    let part = |at| call("regexp_extract", [text.clone(), Sql::text(&parts), Sql::int(at)]);
    case(
        &[
            (matches(value.clone(), usual), try_cast(value.clone(), "TIMESTAMP")),
            (matches(text.clone(), &format!("{YEAR}(?:-[0-9]{{1,2}}){{0,2}}")), try_cast(date(value), "TIMESTAMP")),
            (
                matches(text.clone(), &format!("{DAY}[ T]{HOUR}")),
                try_cast(infix(plain.clone(), "||", Sql::text(":00")), "TIMESTAMP"),
            ),
            (matches(text.clone(), &format!("{DAY}[ T]{HOUR}{MINUTES}(?:{SECONDS})?")), try_cast(plain, "TIMESTAMP")),
            (
                matches(text.clone(), &format!("{clock} *(?:{zone})")),
                shared([unsigned(part(1)), part(2)], |[clock, zone]| {
                    zoned(try_cast(clock.clone(), "TIMESTAMP"), at_zone(clock, zone))
                }),
            ),
        ],
        None,
    )
}

/// DuckDB knows no plus before a year.
fn unsigned(text: Sql) -> Sql {
    call("ltrim", [text, Sql::text("+")])
}

/// NULL for a zone that nobody knows.
fn at_zone(clock: Sql, zone: Sql) -> Sql {
    let replace = |text: Sql, pattern: &str, by: &str| {
        call("regexp_replace", [text, Sql::text(pattern), Sql::text(by), Sql::text("g")])
    };
    // `GMT+2` and `+2:5` as `+02` and `+02:05`.
    let offset = replace(zone.clone(), "^(?:UTC|GMT|UT)", "");
    let offset = replace(replace(offset, "^([+-])([0-9])(:|$)", "\\10\\2\\3"), ":([0-9])$", ":0\\1");
    let spelled = case(
        &[
            (matches(zone.clone(), &format!("(?:UTC|GMT|UT)?{OFFSET}")), offset),
            (infix(zone.clone(), "=", Sql::text("Z")), zone.clone()),
        ],
        Some(infix(Sql::text(" "), "||", zone.clone())),
    );
    let instant = infix(try_cast(infix(clock.clone(), "||", spelled), "TIMESTAMPTZ"), "AT TIME ZONE", Sql::text("UTC"));
    let offset = matches(zone.clone(), &format!("Z|(?:UTC|GMT|UT)?{OFFSET}"));
    let region = infix(writer::not(offset), "AND", writer::is_not_null(instant.clone()));
    when(region, earlier(try_cast(clock, "TIMESTAMP"), zone), instant)
}

/// The moment, in UTC, at which a zone's clocks show a time. Where they show it twice, because they were put back in
/// between, Java means the first time and DuckDB the second.
pub(super) fn earlier(clock: Sql, zone: Sql) -> Sql {
    let utc = || Sql::text("UTC");
    let at = |time: Sql, from: Sql, to: Sql| infix(infix(time, "AT TIME ZONE", from), "AT TIME ZONE", to);
    shared([at(clock.clone(), zone.clone(), utc())], |[second]| {
        // What the clocks were ahead of UTC before they were put back.
        let before = infix(second.clone(), "-", call("to_hours", [Sql::int(3)]));
        let ahead = infix(at(before.clone(), utc(), zone.clone()), "-", before);
        let first = infix(clock.clone(), "-", ahead);
        let shown = infix(at(first.clone(), utc(), zone), "=", clock);
        when(infix(infix(first.clone(), "<", second.clone()), "AND", shown), first, second)
    })
}

/// As Java prints them: `+12024-03-01` and `-0044-03-15`, for which DuckDB has other forms.
pub(super) fn text(value: Sql) -> Sql {
    let usual = writer::cast(value.clone(), "VARCHAR");
    let year = call("year", [value]);
    let printed = call("abs", [year.clone()]);
    let printed = call(
        "lpad",
        [
            writer::cast(printed.clone(), "VARCHAR"),
            call(
                "greatest",
                [Sql::int(4), writer::cast(call("length", [writer::cast(printed, "VARCHAR")]), "INTEGER")],
            ),
            Sql::text("0"),
        ],
    );
    let sign = when(infix(year.clone(), "<", Sql::int(0)), Sql::text("-"), Sql::text(""));
    let sign = when(infix(year.clone(), ">", Sql::int(9999)), Sql::text("+"), sign);
    let rest = call(
        "regexp_replace",
        [call("replace", [usual.clone(), Sql::text(" (BC)"), Sql::text("")]), Sql::text("^[0-9]+"), Sql::text("")],
    );
    let between = infix(infix(year.clone(), ">", Sql::int(0)), "AND", infix(year, "<=", Sql::int(9999)));
    when(between, usual, infix(infix(sign, "||", printed), "||", rest))
}
