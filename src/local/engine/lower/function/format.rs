//! Numbers and other values in formats: Java's `Formatter` rounds half up, its `DecimalFormat` half even.

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::syntax::DataType;

use super::super::cast;
use super::super::writer::{
    Sql, balanced, call as function, case, cast as cast_to, infix, is_not_null, is_null, shared, try_cast, try_shared,
    when,
};
use super::Arg;
use super::math::half_even;

pub(super) fn call(name: &str, args: &[Arg<'_>]) -> Result<Option<Sql>, SqlError> {
    Ok(Some(match (name, args) {
        ("format_number", [a, digits]) => format_number(a, digits)?,
        ("format_string", [format, rest @ ..]) => format_string(format, rest)?,
        _ => return Ok(None),
    }))
}

/// The digits of a decimal that is not negative, with a comma before every third of the whole ones.
fn grouped(digits: Sql) -> Sql {
    let part = |pattern: &str| function("regexp_extract", [digits.clone(), Sql::text(pattern)]);
    let whole = function("reverse", [part("^[0-9]+")]);
    let commas = [whole, Sql::text("([0-9]{3})"), Sql::text("\\1,"), Sql::text("g")];
    let whole = function("reverse", [function("regexp_replace", commas)]);
    infix(function("ltrim", [whole, Sql::text(",")]), "||", part("\\..*$"))
}

fn text(value: Sql) -> Sql {
    cast_to(value, "VARCHAR")
}

/// Without its sign. A type of which all digits are behind the point has no zero before it.
fn absolute(decimal: Sql) -> Sql {
    let text = function("ltrim", [text(decimal), Sql::text("-")]);
    when(function("starts_with", [text.clone(), Sql::text(".")]), infix(Sql::text("0"), "||", text.clone()), text)
}

/// A double by way of its shortest digits, rounded half up.
fn from_shortest(value: &Sql, digits: i64) -> Sql {
    let read = try_cast(text(value.clone()), &format!("DECIMAL(38,{digits})"));
    let what = "a number of so many digits in a format";
    let fail = Sql::raise(ErrorClass::UNSUPPORTED_FEATURE, &format!("The embedded workspace does not support {what}."));
    function("coalesce", [read, case(&[(is_not_null(value.clone()), fail)], None)])
}

fn fits(precision: u8, scale: u8, digits: i64) -> Result<(), SqlError> {
    if i64::from(precision - scale) + digits < 38 {
        return Ok(());
    }
    Err(SqlError::unsupported(format!("{digits} digits of DECIMAL({precision},{scale}) in a format")))
}

/// Thousands separated by commas, rounded half even as Java's `DecimalFormat`.
fn format_number(a: &Arg<'_>, digits: &Arg<'_>) -> Result<Sql, SqlError> {
    let Some(digits @ 0..=18) = digits.constant_integer() else {
        return Err(SqlError::unsupported("format_number with a pattern or a computed number of digits"));
    };
    let ty = a.ty()?;
    try_shared([a.sql.clone()], |[value]| {
        let minus = |digits: Sql, negative: Sql| infix(when(negative, Sql::text("-"), Sql::text("")), "||", digits);
        let negative = || infix(value.clone(), "<", Sql::int(0));
        let number = match ty {
            DataType::Decimal { precision, scale } => {
                fits(*precision, *scale, digits)?;
                let rounded = match u8::try_from(digits) {
                    Ok(places) if places < *scale => half_even(value.clone(), *scale, places),
                    _ => cast_to(value.clone(), &format!("DECIMAL(38,{digits})")),
                };
                minus(grouped(absolute(rounded)), negative())
            }
            integer if integer.is_integer() => {
                let zeros = if digits == 0 {
                    String::new()
                } else {
                    format!(".{}", "0".repeat(digits.unsigned_abs() as usize))
                };
                let whole = function("ltrim", [text(value.clone()), Sql::text("-")]);
                minus(infix(grouped(whole), "||", Sql::text(&zeros)), negative())
            }
            _ => {
                let double = cast_to(value.clone(), "DOUBLE");
                let pattern = Sql::text(&format!("{{:,.{digits}f}}"));
                let limit = Sql::number(&format!("1e{}", 15 - digits), "DOUBLE");
                // As long as all digits are the number's own, its exact value decides a tie; Java has no further ones.
                let exact = infix(function("abs", [double.clone()]), "<", limit);
                let infinite = when(negative(), Sql::text("-∞"), Sql::text("∞"));
                case(
                    &[
                        (function("isnan", [double.clone()]), Sql::text("NaN")),
                        (function("isinf", [double.clone()]), infinite),
                        (exact, function("format", [pattern, double.clone()])),
                    ],
                    Some(minus(grouped(absolute(from_shortest(&double, digits))), negative())),
                )
            }
        };
        Ok(case(&[(is_not_null(value.clone()), number)], None))
    })
}

/// `%[flags][width][.precision]conversion`
#[derive(Default)]
struct Conversion {
    left: bool,
    zeros: bool,
    plus: bool,
    blank: bool,
    commas: bool,
    width: Option<u16>,
    precision: Option<u16>,
    kind: char,
}

enum Piece {
    Text(String),
    Value(Conversion),
}

fn digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    digits
}

fn pieces(format: &str) -> Result<Vec<Piece>, SqlError> {
    let refused = || SqlError::unsupported(format!("the format {format:?}"));
    let mut all = Vec::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            match all.last_mut() {
                Some(Piece::Text(text)) => text.push(c),
                _ => all.push(Piece::Text(c.to_string())),
            }
            continue;
        }
        let mut found = Conversion::default();
        while let Some(flag) = chars.peek() {
            let set = match flag {
                '-' => &mut found.left,
                '0' => &mut found.zeros,
                '+' => &mut found.plus,
                ' ' => &mut found.blank,
                ',' => &mut found.commas,
                _ => break,
            };
            // Java takes no flag twice.
            if std::mem::replace(set, true) {
                return Err(refused());
            }
            chars.next();
        }
        found.width = digits(&mut chars).parse().ok();
        if chars.peek() == Some(&'.') {
            chars.next();
            found.precision = Some(digits(&mut chars).parse().map_err(|_| refused())?);
        }
        found.kind = chars.next().ok_or_else(refused)?;
        let signs = found.plus || found.blank || found.zeros;
        let legal = match found.kind {
            '%' => !signs && !found.commas && found.width.is_none() && found.precision.is_none(),
            's' => !signs && !found.commas,
            'x' | 'X' => !found.plus && !found.blank && !found.commas && found.precision.is_none(),
            'd' => found.precision.is_none(),
            'f' => true,
            _ => false,
        };
        let widthless = (found.left || found.zeros) && found.width.is_none();
        if !legal || widthless || (found.left && found.zeros) || (found.plus && found.blank) {
            return Err(refused());
        }
        match found.kind {
            '%' => all.push(Piece::Text("%".to_string())),
            _ => all.push(Piece::Value(found)),
        }
    }
    Ok(all)
}

/// Java's formats `%s %d %x %X %f %%` with flags, width and precision. What is NULL reads `null`.
fn format_string(format: &Arg<'_>, rest: &[Arg<'_>]) -> Result<Sql, SqlError> {
    let Some(format) = format.constant_text() else {
        return Err(SqlError::unsupported("format_string with a computed format"));
    };
    let pieces = pieces(format)?;
    let count = pieces.iter().filter(|piece| matches!(piece, Piece::Value(_))).count();
    if count != rest.len() {
        return Err(SqlError::unsupported(format!("the format {format:?} with {} values", rest.len())));
    }
    let mut values = rest.iter();
    let mut parts = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        parts.push(match (piece, piece_value(piece, &mut values)) {
            (Piece::Value(conversion), Some(arg)) => {
                try_shared([arg.sql.clone()], |[value]| converted(conversion, value, arg.ty()?))?
            }
            (Piece::Text(text), _) => Sql::text(text),
            (Piece::Value(_), None) => Sql::text(""),
        });
    }
    Ok(balanced(parts, &|a, b| infix(a, "||", b)).unwrap_or_else(|| Sql::text("")))
}

fn piece_value<'a, 'e>(piece: &Piece, values: &mut std::slice::Iter<'a, Arg<'e>>) -> Option<&'a Arg<'e>> {
    match piece {
        Piece::Value(_) => values.next(),
        Piece::Text(_) => None,
    }
}

fn converted(by: &Conversion, value: Sql, ty: &DataType) -> Result<Sql, SqlError> {
    let zero = Sql::int(0);
    let negative = infix(value.clone(), "<", zero.clone());
    let cut = |text: Sql| match by.precision {
        Some(length) => function("left", [text, Sql::integer(i64::from(length))]),
        None => text,
    };
    let body = match (by.kind, ty) {
        ('s', ty) if ty.is_datetime() || matches!(ty, DataType::Array(_) | DataType::Map(..) | DataType::Struct(_)) => {
            return Err(SqlError::unsupported(format!("%s of {ty}; cast it to STRING")));
        }
        ('s', ty) => cut(cast::cast(value.clone(), ty, &DataType::String, false)?),
        ('x' | 'X', ty) if ty.is_integer() => {
            // Of a negative number, its bits in the width of its type.
            let bits = match ty {
                DataType::TinyInt => 8,
                DataType::SmallInt => 16,
                DataType::Int => 32,
                _ => 64,
            };
            let wide = cast_to(value.clone(), "HUGEINT");
            let bits = infix(wide.clone(), "+", Sql::number(&(1_i128 << bits).to_string(), "HUGEINT"));
            let digits = function("hex", [cast_to(when(negative, bits, wide), "UBIGINT")]);
            let digits = if by.kind == 'x' { function("lower", [digits]) } else { digits };
            filled(by, digits, Sql::text(""))
        }
        ('d', ty) if ty.is_integer() => {
            let digits = function("ltrim", [text(value.clone()), Sql::text("-")]);
            signed(by, digits, negative)
        }
        ('f', DataType::Double | DataType::Float) => {
            let double = cast_to(value.clone(), "DOUBLE");
            let digits = i64::from(by.precision.unwrap_or(6));
            if digits > 37 {
                return Err(SqlError::unsupported(format!("{digits} digits in a format")));
            }
            let infinite = when(
                negative,
                Sql::text("-"),
                Sql::text(if by.plus {
                    "+"
                } else if by.blank {
                    " "
                } else {
                    ""
                }),
            );
            let number = signed(by, absolute(from_shortest(&double, digits)), function("signbit", [double.clone()]));
            case(
                &[
                    (is_null(value.clone()), Sql::null(&DataType::String)),
                    (function("isnan", [double.clone()]), Sql::text("NaN")),
                    (function("isinf", [double]), infix(infinite, "||", Sql::text("Infinity"))),
                ],
                Some(number),
            )
        }
        ('f', DataType::Decimal { precision, scale }) => {
            let digits = i64::from(by.precision.unwrap_or(6));
            fits(*precision, *scale, digits)?;
            signed(by, absolute(cast_to(value.clone(), &format!("DECIMAL(38,{digits})"))), negative)
        }
        (kind, ty) => return Err(SqlError::unsupported(format!("%{kind} of {ty}"))),
    };
    let null = if by.kind == 'f' || by.kind == 's' { cut(Sql::text("null")) } else { Sql::text("null") };
    let null = if by.kind == 'X' { Sql::text("NULL") } else { null };
    let body = shared([body], |[body]| function("coalesce", [body, null]));
    let Some(width) = by.width else { return Ok(body) };
    Ok(shared([body], |[body]| padded(if by.left { "rpad" } else { "lpad" }, body, Sql::int(i32::from(width)), " ")))
}

fn padded(side: &'static str, text: Sql, width: Sql, by: &str) -> Sql {
    let length = cast_to(function("length", [text.clone()]), "INTEGER");
    function(side, [text, function("greatest", [length, width]), Sql::text(by)])
}

fn signed(by: &Conversion, digits: Sql, negative: Sql) -> Sql {
    let digits = if by.commas { shared([digits], |[digits]| grouped(digits)) } else { digits };
    let positive = if by.plus {
        "+"
    } else if by.blank {
        " "
    } else {
        ""
    };
    filled(by, digits, when(negative, Sql::text("-"), Sql::text(positive)))
}

/// Zeros between the sign and the digits, up to the width.
fn filled(by: &Conversion, digits: Sql, sign: Sql) -> Sql {
    let Some(width) = by.width.filter(|_| by.zeros) else { return infix(sign, "||", digits) };
    shared([digits, sign], |[digits, sign]| {
        let length = cast_to(function("length", [sign.clone()]), "INTEGER");
        let digits = padded("lpad", digits, infix(Sql::int(i32::from(width)), "-", length), "0");
        infix(sign, "||", digits)
    })
}
