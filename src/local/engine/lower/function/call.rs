//! Calls: the lowered arguments, and which family a function belongs to.

use crate::analyze::bound::{Column, Expr, ExprKind, Literal};
use crate::local::engine::error::SqlError;
use crate::syntax::DataType;

use super::super::writer::{Sql, try_shared_all};
use super::{arithmetic, collection, condition, format, json, math, regexp, text, time};

/// A lowered argument beside its bound form. Of a lambda, `sql` is the body.
pub(in crate::local::engine::lower) struct Arg<'e> {
    pub(in crate::local::engine::lower) sql: Sql,
    pub(in crate::local::engine::lower) expr: &'e Expr,
}

impl Arg<'_> {
    pub(in crate::local::engine::lower) fn ty(&self) -> Result<&DataType, SqlError> {
        super::super::expr::known(self.expr)
    }

    /// The value of a text constant.
    pub(in crate::local::engine::lower) fn constant_text(&self) -> Option<&str> {
        match &self.expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(in crate::local::engine::lower) fn constant_integer(&self) -> Option<i64> {
        fn of(expr: &Expr) -> Option<i64> {
            match &expr.kind {
                ExprKind::Literal(Literal::Integer(value)) => Some(*value),
                ExprKind::Cast { expr, .. } => of(expr),
                ExprKind::Call { function: "negative", args } => args.first().and_then(of).map(i64::wrapping_neg),
                _ => None,
            }
        }
        of(self.expr)
    }

    pub(in crate::local::engine::lower) fn constant_boolean(&self) -> Option<bool> {
        match &self.expr.kind {
            ExprKind::Literal(Literal::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// A lambda's parameters as columns.
    pub(in crate::local::engine::lower) fn parameters(&self) -> &[Column] {
        match &self.expr.kind {
            ExprKind::Lambda { parameters, .. } => parameters,
            _ => &[],
        }
    }
}

/// Lowers a call. `ty` is the call's own type.
pub(in crate::local::engine::lower) fn call(
    name: &str,
    args: &[Arg<'_>],
    ty: Option<&DataType>,
) -> Result<Sql, SqlError> {
    if REUSING.contains(&name) {
        let shareable = |arg: &&Arg<'_>| arg.sql.is_long() && !matches!(arg.expr.kind, ExprKind::Lambda { .. });
        let long: Vec<Sql> = args.iter().filter(shareable).map(|arg| arg.sql.clone()).collect();
        if !long.is_empty() {
            return try_shared_all(long, |names| {
                let mut names = names.into_iter();
                let args = args.iter().map(|arg| {
                    let name = if shareable(&arg) { names.next() } else { None };
                    Arg { sql: name.unwrap_or_else(|| arg.sql.clone()), expr: arg.expr }
                });
                in_families(name, &args.collect::<Vec<_>>(), ty)
            });
        }
    }
    in_families(name, args, ty)
}

/// Functions whose translation looks at an argument more than once. Long arguments of theirs are named first.
const REUSING: &[&str] = &[
    "acos",
    "array_append",
    "array_contains",
    "array_distinct",
    "array_except",
    "array_intersect",
    "array_join",
    "array_position",
    "array_prepend",
    "array_remove",
    "array_repeat",
    "array_union",
    "ascii",
    "asin",
    "cbrt",
    "char",
    "charindex",
    "concat_ws",
    "conv",
    "date_diff",
    "date_format",
    "date_part",
    "datediff",
    "decode",
    "element_at",
    "elt",
    "exists",
    "expm1",
    "factorial",
    "flatten",
    "forall",
    "from_json",
    "from_unixtime",
    "get",
    "get_json_object",
    "hypot",
    "json_array_length",
    "left",
    "ln",
    "locate",
    "log",
    "log10",
    "log1p",
    "log2",
    "lpad",
    "make_date",
    "make_timestamp",
    "make_timestamp_ntz",
    "map_from_arrays",
    "map_from_entries",
    "months_between",
    "nanvl",
    "next_day",
    "nullif",
    "nullifzero",
    "repeat",
    "replace",
    "right",
    "rpad",
    "sequence",
    "shiftleft",
    "shiftrightunsigned",
    "slice",
    "space",
    "split_part",
    "sqrt",
    "substring",
    "substring_index",
    "timestampdiff",
    "to_date",
    "to_timestamp",
    "to_timestamp_ntz",
    "to_unix_timestamp",
    "try_element_at",
    "try_to_date",
    "try_to_timestamp",
    "unix_timestamp",
];

fn in_families(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Sql, SqlError> {
    let families =
        [arithmetic::call, condition::call, text::call, time::call, math::call, collection::call, json::call];
    for family in families {
        if let Some(sql) = family(name, args, ty)? {
            return Ok(sql);
        }
    }
    for family in [regexp::call, format::call] {
        if let Some(sql) = family(name, args)? {
            return Ok(sql);
        }
    }
    Err(SqlError::unsupported(format!("the function {name} with {} arguments", args.len())))
}

/// The call's own type where the translation depends on it.
pub(super) fn result(ty: Option<&DataType>) -> Result<&DataType, SqlError> {
    ty.ok_or_else(|| SqlError::unsupported("an expression whose type is not known"))
}

/// Only the texts of the arguments.
pub(super) fn sqls(args: &[Arg<'_>]) -> Vec<Sql> {
    args.iter().map(|arg| arg.sql.clone()).collect()
}
