//! The only place where SQL text for DuckDB is put together. An [`Sql`] is one complete expression: names come from
//! column ids, values through literals, keywords and function names from the program. Text of the user gets in only
//! as an escaped literal.

use std::fmt::Write as _;

use crate::analyze::bound::ColumnId;
use crate::ident::ContentHash;
use crate::local::engine::error::ErrorClass;
use crate::local::store::quoted;
use crate::syntax::DataType;

use super::types::duck_type;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sql(String);

/// `name(arg, …)`.
pub(super) fn call<const N: usize>(name: &'static str, args: [Sql; N]) -> Sql {
    call_all(name, &args)
}

pub(super) fn call_all(name: &'static str, args: &[Sql]) -> Sql {
    Sql(format!("{name}({})", join(args)))
}

/// `(left operator right)`.
pub(super) fn infix(left: Sql, operator: &'static str, right: Sql) -> Sql {
    Sql(format!("({} {operator} {})", left.0, right.0))
}

pub(super) fn all_of(parts: impl IntoIterator<Item = Sql>) -> Sql {
    let parts = parts.into_iter().collect();
    balanced(parts, &|left, right| infix(left, "AND", right)).unwrap_or_else(|| Sql::boolean(true))
}

pub(super) fn not(operand: Sql) -> Sql {
    Sql(format!("(NOT {})", operand.0))
}

pub(super) fn is_null(operand: Sql) -> Sql {
    Sql(format!("({} IS NULL)", operand.0))
}

pub(super) fn is_not_null(operand: Sql) -> Sql {
    Sql(format!("({} IS NOT NULL)", operand.0))
}

/// `CASE WHEN condition THEN yes ELSE no END`; branches are evaluated for their own rows only.
pub(super) fn when(condition: Sql, yes: Sql, no: Sql) -> Sql {
    case(&[(condition, yes)], Some(no))
}

pub(super) fn case(branches: &[(Sql, Sql)], otherwise: Option<Sql>) -> Sql {
    let mut text = String::from("CASE");
    for (condition, value) in branches {
        let _ = write!(text, " WHEN {} THEN {}", condition.0, value.0);
    }
    if let Some(value) = otherwise {
        let _ = write!(text, " ELSE {}", value.0);
    }
    text.push_str(" END");
    Sql(format!("({text})"))
}

pub(super) fn cast(operand: Sql, ty: &str) -> Sql {
    Sql(format!("CAST({} AS {ty})", operand.0))
}

pub(super) fn try_cast(operand: Sql, ty: &str) -> Sql {
    Sql(format!("TRY_CAST({} AS {ty})", operand.0))
}

pub(super) fn one_of(operand: Sql, values: &[Sql]) -> Sql {
    Sql(format!("({} IN ({}))", operand.0, join(values)))
}

/// `list_transform`-like calls: `name(list, lambda parameters : body)`.
pub(super) fn with_lambda(name: &'static str, list: Sql, parameters: &[Sql], body: Sql) -> Sql {
    Sql(format!("{name}({}, lambda {} : {})", list.0, join(parameters), body.0))
}

/// Texts up to this length are written out each time.
const SHORT: usize = 160;

/// An expression that uses `args` more than once. Long ones are computed once and bound to a name: written out each
/// time, nested expressions would grow without bound.
pub(super) fn shared<const N: usize>(args: [Sql; N], f: impl FnOnce([Sql; N]) -> Sql) -> Sql {
    shared_all(args.into(), |args| {
        let mut args = args.into_iter();
        f(std::array::from_fn(|_| args.next().unwrap_or_else(|| Sql(String::new()))))
    })
}

/// As [`shared`], of any number.
pub(super) fn shared_all(args: Vec<Sql>, f: impl FnOnce(Vec<Sql>) -> Sql) -> Sql {
    if args.iter().any(Sql::is_long) { named(args, f) } else { f(args) }
}

/// `TRY(f(args))` that is NULL where `f` fails, but not where an argument does: they are computed outside of it. (DuckDB
/// also refuses `error()` inside.)
pub(super) fn tried<E>(args: Vec<Sql>, f: impl FnOnce(Vec<Sql>) -> Result<Sql, E>) -> Result<Sql, E> {
    if args.iter().all(Sql::is_name) {
        return Ok(call("try", [f(args)?]));
    }
    let mut refused = None;
    let sql = named(args, |args| match f(args) {
        Ok(sql) => call("try", [sql]),
        Err(error) => {
            refused = Some(error);
            Sql::boolean(false)
        }
    });
    refused.map_or(Ok(sql), Err)
}

fn named(args: Vec<Sql>, f: impl FnOnce(Vec<Sql>) -> Sql) -> Sql {
    // DuckDB has no `let`; a lambda over a list of one has the same effect.
    let fields: Vec<String> = args.iter().enumerate().map(|(at, arg)| format!("'v{at}': {}", arg.0)).collect();
    let fields = fields.join(", ");
    // The name tells the values, so that one inside another hides only its equal.
    let name = format!("\"let_{}\"", &ContentHash::of(fields.as_bytes()).as_str().chars().take(12).collect::<String>());
    let body = f((0..args.len()).map(|at| Sql(format!("{name}.v{at}"))).collect());
    Sql(format!("list_extract(list_transform([{{{fields}}}], lambda {name} : {}), 1)", body.0))
}

/// As [`shared_all`], of a translation that may be refused.
pub(super) fn try_shared_all<E>(args: Vec<Sql>, f: impl FnOnce(Vec<Sql>) -> Result<Sql, E>) -> Result<Sql, E> {
    let mut refused = None;
    let sql = shared_all(args, |args| {
        f(args).unwrap_or_else(|error| {
            refused = Some(error);
            Sql::boolean(false)
        })
    });
    refused.map_or(Ok(sql), Err)
}

/// As [`shared`], of a translation that may be refused.
pub(super) fn try_shared<E, const N: usize>(
    args: [Sql; N],
    f: impl FnOnce([Sql; N]) -> Result<Sql, E>,
) -> Result<Sql, E> {
    let mut refused = None;
    let sql = shared(args, |args| {
        f(args).unwrap_or_else(|error| {
            refused = Some(error);
            Sql::boolean(false)
        })
    });
    refused.map_or(Ok(sql), Err)
}

/// One expression of an associative operation over all parts, in their order, as flat as can be: DuckDB's time for an
/// expression grows with the cube of its depth.
pub(super) fn balanced(mut parts: Vec<Sql>, join: &dyn Fn(Sql, Sql) -> Sql) -> Option<Sql> {
    while parts.len() > 1 {
        let mut halved = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(left) = rest.next() {
            halved.push(match rest.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        parts = halved;
    }
    parts.pop()
}

pub(super) fn join(parts: &[Sql]) -> String {
    parts.iter().map(|part| part.0.as_str()).collect::<Vec<_>>().join(", ")
}

impl Sql {
    /// For the writers of relations and aggregates in this folder, which print keywords of their own.
    pub(super) fn raw(text: String) -> Self {
        Self(text)
    }

    /// Too long to be written out more than once.
    pub(super) fn is_long(&self) -> bool {
        self.0.len() > SHORT
    }

    /// A name, whose value is there already.
    fn is_name(&self) -> bool {
        !self.0.contains('(')
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn column(id: ColumnId) -> Self {
        Self(format!("\"c{}\"", id.0))
    }

    /// A name that is not a bound column: a column of a stored table or of a file.
    pub(super) fn name(name: &str) -> Self {
        Self(quoted(name))
    }

    pub(super) fn boolean(value: bool) -> Self {
        Self(if value { "TRUE" } else { "FALSE" }.to_string())
    }

    pub(super) fn integer(value: i64) -> Self {
        Self(format!("CAST({value} AS BIGINT)"))
    }

    pub(super) fn int(value: i32) -> Self {
        Self(format!("CAST({value} AS INTEGER)"))
    }

    pub(super) fn typed_integer(value: i64, ty: &str) -> Self {
        Self(format!("CAST({value} AS {ty})"))
    }

    /// Digits, sign, point and exponent only: anything else would not have passed the lexer, and is escaped anyway.
    pub(super) fn number(text: &str, ty: &str) -> Self {
        cast(Self::text(text), ty)
    }

    pub(super) fn double(value: f64) -> Self {
        let text = if value.is_nan() {
            "nan".to_string()
        } else if value.is_infinite() {
            if value > 0.0 { "inf" } else { "-inf" }.to_string()
        } else {
            format!("{value:e}")
        };
        Self::number(&text, "DOUBLE")
    }

    /// A character that SQL text cannot hold is joined in by its code.
    pub(super) fn text(value: &str) -> Self {
        let parts: Vec<String> = value.split('\0').map(|part| format!("'{}'", part.replace('\'', "''"))).collect();
        if parts.len() == 1 { Self(parts.concat()) } else { Self(format!("({})", parts.join(" || chr(0) || "))) }
    }

    pub(super) fn binary(value: &[u8]) -> Self {
        let digits: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
        Self(format!("unhex('{digits}')"))
    }

    pub(super) fn null(ty: &DataType) -> Self {
        match duck_type(ty).ok().filter(|_| *ty != DataType::Void).ok_or(()) {
            Ok(ty) => Self(format!("CAST(NULL AS {ty})")),
            // A NULL of no type, or of one that has no storage form, stays untyped.
            Err(_) => Self("NULL".to_string()),
        }
    }

    /// Fails the statement with a Databricks error when it is evaluated.
    pub(super) fn raise(class: ErrorClass, message: &str) -> Self {
        let text = format!("[{}] {message} SQLSTATE: {}", class.name, class.sqlstate);
        call("error", [Self::text(&text)])
    }

    /// As [`Sql::raise`], with values in the message: literal texts and expressions of type VARCHAR in turn.
    pub(super) fn raise_with(class: ErrorClass, parts: &[Self]) -> Self {
        let mut all = vec![Self::text(&format!("[{}] ", class.name))];
        all.extend_from_slice(parts);
        all.push(Self::text(&format!(" SQLSTATE: {}", class.sqlstate)));
        call("error", [call_all("concat", &all)])
    }
}
