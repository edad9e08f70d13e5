//! Strings and binary.

use crate::analyze::bound::{ExprKind, Literal};
use crate::local::engine::error::{ErrorClass, SqlError};
use crate::local::store::{UNICODE_LOWER, UNICODE_UPPER};
use crate::syntax::DataType;

use super::super::cast;
use super::super::writer::{
    self, Sql, balanced, call as function, call_all, case, infix, is_null, shared_all, when, with_lambda,
};
use super::collection::texts;
use super::{Arg, result, sqls};

pub(super) fn call(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    let int = |sql: Sql| writer::cast(sql, "INTEGER");
    let is_binary = args.first().is_some_and(|arg| arg.expr.ty == Some(DataType::Binary));
    Ok(Some(match (name, args) {
        // `||` is NULL when an operand is; DuckDB's `concat` would skip it.
        ("concat", [first, ..]) if matches!(first.ty()?, DataType::Array(_)) => {
            let to = result(ty)?;
            shared_all(sqls(args), |args| {
                let any_null = balanced(args.iter().cloned().map(is_null).collect(), &|a, b| infix(a, "OR", b));
                let all = balanced(args, &|a, b| function("list_concat", [a, b]));
                match any_null.zip(all) {
                    Some((any_null, all)) => when(any_null, Sql::null(to), all),
                    None => Sql::null(to),
                }
            })
        }
        ("concat", []) => Sql::text(""),
        ("concat", [_, ..]) => {
            let Some(all) = balanced(sqls(args), &|a, b| infix(a, "||", b)) else { return Ok(None) };
            all
        }
        ("concat_ws", [separator, rest @ ..]) => concat_ws(separator, rest)?,
        ("char_length", [a]) if is_binary => int(function("octet_length", [a.sql.clone()])),
        ("char_length", [a]) => int(function("length", [a.sql.clone()])),
        ("octet_length", [a]) if is_binary => int(function("octet_length", [a.sql.clone()])),
        ("octet_length", [a]) => int(function("strlen", [a.sql.clone()])),
        ("bit_length", [a]) => int(function("bit_length", [a.sql.clone()])),
        ("lower", [a]) => by_case("lower", UNICODE_LOWER, &a.sql),
        ("upper", [a]) => by_case("upper", UNICODE_UPPER, &a.sql),
        ("trim" | "btrim", [a]) => without_blanks("trim", &a.sql),
        ("trim" | "btrim", [a, set]) => function("trim", [a.sql.clone(), set.sql.clone()]),
        ("ltrim", [a]) => without_blanks("ltrim", &a.sql),
        ("ltrim", [a, set]) => function("ltrim", [a.sql.clone(), set.sql.clone()]),
        ("rtrim", [a]) => without_blanks("rtrim", &a.sql),
        ("rtrim", [a, set]) => function("rtrim", [a.sql.clone(), set.sql.clone()]),
        ("substring", [a, start, rest @ ..]) if !is_binary => substring(a, start, rest.first()),
        ("left" | "right" | "lpad" | "rpad" | "reverse", _) if is_binary => {
            return Err(SqlError::unsupported(format!("the function {name} of BINARY")));
        }
        ("left", [a, n]) => {
            let count = function("greatest", [n.sql.clone(), Sql::int(0)]);
            null_if(n, function("substr", [a.sql.clone(), Sql::integer(1), writer::cast(count, "BIGINT")]))
        }
        ("right", [a, n]) => {
            let tail = function("right", [a.sql.clone(), writer::cast(n.sql.clone(), "BIGINT")]);
            null_if(n, when(infix(n.sql.clone(), "<=", Sql::int(0)), Sql::text(""), tail))
        }
        ("lpad" | "rpad", [a, n, rest @ ..]) => {
            let pad = rest.first().map_or_else(|| Sql::text(" "), |arg| arg.sql.clone());
            let keyword = if name == "lpad" { "lpad" } else { "rpad" };
            let count = function("greatest", [n.sql.clone(), Sql::int(0)]);
            // With nothing to pad with, Spark only cuts; DuckDB fails.
            let cut = function("left", [a.sql.clone(), writer::cast(count.clone(), "BIGINT")]);
            let padded = function(keyword, [a.sql.clone(), count, pad.clone()]);
            null_if(n, when(infix(pad, "=", Sql::text("")), cut, padded))
        }
        ("repeat", [a, n]) => {
            let count = function("greatest", [n.sql.clone(), Sql::int(0)]);
            null_if(n, function("repeat", [a.sql.clone(), writer::cast(count, "BIGINT")]))
        }
        ("space", [n]) => {
            let count = function("greatest", [n.sql.clone(), Sql::int(0)]);
            null_if(n, function("repeat", [Sql::text(" "), writer::cast(count, "BIGINT")]))
        }
        ("reverse", [a]) if matches!(a.ty()?, DataType::Array(_)) => function("list_reverse", [a.sql.clone()]),
        ("reverse", [a]) => function("reverse", [a.sql.clone()]),
        ("replace", [a, from, rest @ ..]) => {
            let to = rest.first().map_or_else(|| Sql::text(""), |arg| arg.sql.clone());
            when(
                infix(from.sql.clone(), "=", Sql::text("")),
                a.sql.clone(),
                function("replace", [a.sql.clone(), from.sql.clone(), to]),
            )
        }
        ("instr", [a, part]) => int(function("strpos", [a.sql.clone(), part.sql.clone()])),
        ("charindex" | "locate", [part, a]) => int(function("strpos", [a.sql.clone(), part.sql.clone()])),
        ("charindex" | "locate", [part, a, start]) => {
            let rest = function("substr", [a.sql.clone(), writer::cast(start.sql.clone(), "BIGINT")]);
            let found = function("strpos", [rest, part.sql.clone()]);
            let shifted = infix(infix(found.clone(), "+", start.sql.clone()), "-", Sql::int(1));
            let none = infix(infix(start.sql.clone(), "<=", Sql::int(0)), "OR", infix(found, "=", Sql::int(0)));
            // The start may be NULL: nothing is found then.
            let none = infix(none, "OR", is_null(start.sql.clone()));
            unless_null([part, a], int(when(none, Sql::int(0), int(shifted))))
        }
        ("contains", [a, part]) => function("contains", [a.sql.clone(), part.sql.clone()]),
        ("startswith", [a, part]) => function("starts_with", [a.sql.clone(), part.sql.clone()]),
        ("endswith", [a, part]) => function("ends_with", [a.sql.clone(), part.sql.clone()]),
        ("split_part", [a, separator, n]) => {
            let part = [a.sql.clone(), separator.sql.clone(), writer::cast(n.sql.clone(), "BIGINT")];
            let zero = Sql::raise(
                ErrorClass::INVALID_INDEX_OF_ZERO,
                "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
            );
            // An empty separator does not split.
            let whole = infix(function("abs", [n.sql.clone()]), "=", Sql::int(1));
            case(
                &[
                    (infix(n.sql.clone(), "=", Sql::int(0)), zero),
                    (infix(separator.sql.clone(), "=", Sql::text("")), when(whole, a.sql.clone(), Sql::text(""))),
                ],
                Some(function("split_part", part)),
            )
        }
        ("substring_index", [a, separator, n]) => substring_index(a, separator, n)?,
        ("translate", [a, from, to]) => function("translate", [a.sql.clone(), from.sql.clone(), to.sql.clone()]),
        ("initcap", [a]) => {
            let word = Sql::name("w");
            let head = by_case("upper", UNICODE_UPPER, &function("left", [word.clone(), Sql::integer(1)]));
            let tail = function("substr", [word.clone(), Sql::integer(2)]);
            let lower = by_case("lower", UNICODE_LOWER, &a.sql);
            let words = function("string_split", [lower, Sql::text(" ")]);
            let words = with_lambda("list_transform", words, &[word], infix(head, "||", tail));
            function("array_to_string", [words, Sql::text(" ")])
        }
        ("ascii", [a]) => {
            when(infix(a.sql.clone(), "=", Sql::text("")), Sql::int(0), int(function("unicode", [a.sql.clone()])))
        }
        ("char", [a]) => {
            let code = writer::cast(infix(a.sql.clone(), "%", Sql::integer(256)), "INTEGER");
            when(infix(a.sql.clone(), "<", Sql::int(0)), Sql::text(""), function("chr", [code]))
        }
        ("levenshtein", [a, b]) => int(function("levenshtein", [a.sql.clone(), b.sql.clone()])),
        ("md5", [a]) => function("md5", [a.sql.clone()]),
        ("sha", [a]) => function("sha1", [a.sql.clone()]),
        ("sha2", [a, bits]) => match bits.constant_integer() {
            Some(0 | 256) => function("sha256", [a.sql.clone()]),
            Some(bits @ (224 | 384 | 512)) => {
                return Err(SqlError::unsupported(format!("sha2 with {bits} bits; only 0 and 256")));
            }
            Some(_) => Sql::null(&DataType::String),
            None => return Err(SqlError::unsupported("sha2 with a computed number of bits")),
        },
        ("base64", [a]) => function("to_base64", [a.sql.clone()]),
        ("unbase64", [a]) => function("from_base64", [a.sql.clone()]),
        ("hex", [a]) if matches!(a.ty()?, DataType::String | DataType::Binary) => function("hex", [a.sql.clone()]),
        ("hex", [a]) if a.ty()?.is_integer() => function("hex", [writer::cast(a.sql.clone(), "BIGINT")]),
        ("unhex", [a]) => writer::tried(vec![a.sql.clone()], |args| Ok::<_, SqlError>(call_all("unhex", &args)))?,
        ("encode", [a, charset]) if charset.constant_text().is_some_and(|name| name.eq_ignore_ascii_case("utf-8")) => {
            function("encode", [a.sql.clone()])
        }
        ("decode", [a, charset]) if charset.constant_text().is_some_and(|name| name.eq_ignore_ascii_case("utf-8")) => {
            if is_binary {
                function("decode", [a.sql.clone()])
            } else {
                a.sql.clone()
            }
        }
        ("elt", [n, values @ ..]) => {
            let branches = values
                .iter()
                .zip(1..)
                .map(|(value, index)| (infix(n.sql.clone(), "=", Sql::int(index)), value.sql.clone()));
            let null = (is_null(n.sql.clone()), Sql::null(result(ty)?));
            let message = [
                Sql::text("The index "),
                writer::cast(n.sql.clone(), "VARCHAR"),
                Sql::text(&format!(" is out of bounds. The array has {} elements.", values.len())),
            ];
            let fail = Sql::raise_with(ErrorClass::INVALID_ARRAY_INDEX, &message);
            case(&std::iter::once(null).chain(branches).collect::<Vec<_>>(), Some(fail))
        }
        ("find_in_set", [a, list]) => {
            let items = function("string_split", [list.sql.clone(), Sql::text(",")]);
            let found = function("coalesce", [function("list_position", [items, a.sql.clone()]), Sql::int(0)]);
            // A text with a comma is no member.
            let found = when(function("contains", [a.sql.clone(), Sql::text(",")]), Sql::int(0), found);
            int(unless_null([a, list], found))
        }
        ("quote", [a]) => {
            let escaped = function("replace", [a.sql.clone(), Sql::text("'"), Sql::text("\\'")]);
            infix(infix(Sql::text("'"), "||", escaped), "||", Sql::text("'"))
        }
        _ => return Ok(None),
    }))
}

/// DuckDB's own is the faster one, and right for ASCII.
fn by_case(plain: &'static str, unicode: &'static str, text: &Sql) -> Sql {
    let whole = function(unicode, [text.clone()]);
    if text.is_long() {
        return whole;
    }
    let ascii = infix(function("strlen", [text.clone()]), "=", function("length", [text.clone()]));
    when(ascii, function(plain, [text.clone()]), whole)
}

/// Without a set, DuckDB takes away every blank of Unicode, not U+0020 alone. With one it is slow; a text from which not
/// even all blanks take anything needs none.
fn without_blanks(name: &'static str, text: &Sql) -> Sql {
    let exact = function(name, [text.clone(), Sql::text(" ")]);
    if text.is_long() {
        return exact;
    }
    when(infix(function(name, [text.clone()]), "=", text.clone()), text.clone(), exact)
}

/// `greatest` and the like skip NULL; a NULL count makes the whole NULL.
fn null_if(count: &Arg<'_>, value: Sql) -> Sql {
    if count.constant_integer().is_some() {
        return value;
    }
    case(&[(writer::is_not_null(count.sql.clone()), value)], None)
}

/// For translations that look past a NULL argument: there the whole is NULL. Constants are not asked.
pub(super) fn unless_null<'a>(args: impl IntoIterator<Item = &'a Arg<'a>>, value: Sql) -> Sql {
    let asked = |arg: &&Arg<'_>| !matches!(&arg.expr.kind, ExprKind::Literal(literal) if *literal != Literal::Null);
    let given = args.into_iter().filter(asked).map(|arg| writer::is_not_null(arg.sql.clone()));
    match balanced(given.collect(), &|a, b| infix(a, "AND", b)) {
        Some(given) => case(&[(given, value)], None),
        None => value,
    }
}

fn concat_ws(separator: &Arg<'_>, rest: &[Arg<'_>]) -> Result<Sql, SqlError> {
    let mut parts = vec![separator.sql.clone()];
    for arg in rest {
        parts.push(match arg.ty()? {
            DataType::Array(_) => function("array_to_string", [texts(arg)?, separator.sql.clone()]),
            ty => cast::cast(arg.sql.clone(), ty, &DataType::String, false)?,
        });
    }
    if parts.len() == 1 {
        // DuckDB wants at least one text.
        return Ok(when(is_null(separator.sql.clone()), Sql::null(&DataType::String), Sql::text("")));
    }
    Ok(call_all("concat_ws", &parts))
}

/// Position 0 is 1; a start before the text's begin counts against the length.
fn substring(a: &Arg<'_>, start: &Arg<'_>, length: Option<&Arg<'_>>) -> Sql {
    let big = |sql: &Sql| writer::cast(sql.clone(), "BIGINT");
    let from = match start.constant_integer() {
        Some(0) => Sql::integer(1),
        Some(_) => big(&start.sql),
        None => when(infix(start.sql.clone(), "=", Sql::int(0)), Sql::integer(1), big(&start.sql)),
    };
    match length {
        None => function("substr", [a.sql.clone(), from]),
        Some(length) => {
            let count = match length.constant_integer() {
                Some(value) if value >= 0 => big(&length.sql),
                _ => null_if(length, function("greatest", [big(&length.sql), Sql::integer(0)])),
            };
            function("substr", [a.sql.clone(), from, count])
        }
    }
}

fn substring_index(a: &Arg<'_>, separator: &Arg<'_>, n: &Arg<'_>) -> Result<Sql, SqlError> {
    let parts = function("string_split", [a.sql.clone(), separator.sql.clone()]);
    let count = n.constant_integer().ok_or_else(|| SqlError::unsupported("substring_index with a computed count"))?;
    let slice = match count {
        0 => return Ok(unless_null([a, separator], Sql::text(""))),
        count if count > 0 => function("list_slice", [parts, Sql::integer(1), Sql::integer(count)]),
        count => function("list_slice", [parts, Sql::integer(count), Sql::integer(-1)]),
    };
    let text = function("array_to_string", [slice, separator.sql.clone()]);
    let text = when(infix(separator.sql.clone(), "=", Sql::text("")), Sql::text(""), text);
    Ok(unless_null([a, separator], text))
}
