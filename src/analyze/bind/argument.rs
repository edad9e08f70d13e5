//! What the types of a signature do not say of arguments: constants and their ranges, values that must have an order,
//! the fields of a date. Each rule is one of Databricks' error classes ("Error conditions", most under DATATYPE_MISMATCH),
//! and Apache Spark 4.3 refuses what is refused here.

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::functions::{constant_int, constant_string};
use crate::analyze::types::{holds_map, holds_variant, least_common_without_texts, orderable};
use crate::diag::{Code, Span};
use crate::syntax::DataType;

use super::binder::Binder;
use super::user::BODY;

/// They look for equal or greater elements of their first argument.
const OF_ORDERED_ELEMENTS: &[&str] = &[
    "array_contains",
    "array_distinct",
    "array_except",
    "array_intersect",
    "array_max",
    "array_min",
    "array_position",
    "array_remove",
    "array_union",
    "arrays_overlap",
    "sort_array",
];

/// "EXTRACT function" and "date_part function", § "Arguments".
const OF_TIMES: &[&str] = &[
    "year",
    "y",
    "years",
    "yr",
    "yrs",
    "yearofweek",
    "quarter",
    "qtr",
    "month",
    "mon",
    "mons",
    "months",
    "week",
    "w",
    "weeks",
    "day",
    "d",
    "days",
    "dayofweek",
    "dow",
    "dayofweek_iso",
    "dow_iso",
    "doy",
    "hour",
    "h",
    "hours",
    "hr",
    "hrs",
    "minute",
    "m",
    "min",
    "mins",
    "minutes",
    "second",
    "s",
    "sec",
    "seconds",
    "secs",
];

impl Binder<'_> {
    /// Reports the first argument that is none for the function.
    pub(super) fn examine(&mut self, function: &str, args: &[Expr]) {
        match function {
            _ if OF_ORDERED_ELEMENTS.contains(&function) => self.ordered_elements(function, args),
            "array_sort" if args.len() == 1 => self.ordered_elements(function, args),
            "greatest" | "least" => self.ordered(function, args.first()),
            "min" | "max" => self.ordered(function, args.first()),
            "min_by" | "max_by" => self.ordered(function, args.get(1)),
            "hash" | "xxhash64" => {
                let unhashed = |ty: &DataType| holds_map(ty) || holds_variant(ty);
                let found = args.iter().find_map(|arg| arg.ty.as_ref().filter(|ty| unhashed(ty)).map(|ty| (arg, ty)));
                if let Some((arg, ty)) = found {
                    self.error(Code::TYPE_MISMATCH, arg.span, format!("`{function}` is of no values of {ty}"));
                }
            }
            "collect_set" => {
                if let Some((arg, ty)) = typed(args.first()).filter(|(_, ty)| holds_map(ty)) {
                    self.error(
                        Code::TYPE_MISMATCH,
                        arg.span,
                        format!("`collect_set` compares, and not values of {ty}"),
                    );
                }
            }
            "concat_ws" => args.iter().skip(1).for_each(|arg| self.texts(function, arg, true)),
            "array_join" => args.iter().take(1).for_each(|arg| self.texts(function, arg, false)),
            "flatten" => {
                if let Some((arg, DataType::Array(element))) = typed(args.first())
                    && !matches!(**element, DataType::Array(_) | DataType::Void)
                {
                    let message = format!("`flatten` needs an array of arrays, not of {element}");
                    self.error(Code::TYPE_MISMATCH, arg.span, message);
                }
            }
            "map_from_entries" => self.entries(args),
            "map_from_arrays" => {
                if let Some((arg, DataType::Array(key))) = typed(args.first()) {
                    self.map_key(key, arg.span);
                }
            }
            "map_zip_with" => {
                if let (Some((_, DataType::Map(one, _))), Some((arg, DataType::Map(other, _)))) =
                    (typed(args.first()), typed(args.get(1)))
                    && least_common_without_texts(one, other).is_none()
                {
                    let message = format!("the keys of the maps are {one} and {other}");
                    self.error(Code::TYPE_MISMATCH, arg.span, message);
                }
            }
            "to_variant_object" => {
                let nested = |ty: &DataType| {
                    matches!(ty, DataType::Struct(_) | DataType::Map(..) | DataType::Array(_) | DataType::Void)
                };
                if let Some((arg, ty)) = typed(args.first()).filter(|(_, ty)| !nested(ty)) {
                    let message = format!("`to_variant_object` needs a struct, an array or a map, not {ty}");
                    self.error(Code::TYPE_MISMATCH, arg.span, message);
                }
            }
            "sequence" => self.sequence(args),
            "window" | "session_window" => {
                let time = |ty: &DataType| {
                    ty.is_datetime() || matches!(ty, DataType::String | DataType::Void | DataType::Struct(_))
                };
                if let Some((arg, ty)) = typed(args.first()).filter(|(_, ty)| !time(ty)) {
                    self.error(Code::TYPE_MISMATCH, arg.span, format!("`{function}` needs a TIMESTAMP, not {ty}"));
                }
            }
            "date_part" => self.part_of_time(args),
            "round" | "bround" | "ceil" | "floor" => self.fixed(function, args.get(1)),
            "listagg" => self.fixed(function, args.get(1)),
            "schema_of_json" | "schema_of_csv" | "schema_of_xml" => {
                self.fixed(function, args.first());
                self.options(function, args.get(1));
            }
            "to_json" | "to_csv" | "to_xml" => self.options(function, args.get(1)),
            "percentile" | "approx_percentile" => self.percentages(function, args),
            "percentile_cont" | "percentile_disc" => self.percentage(function, args.first()),
            "first" | "last" | "any_value" | "first_value" | "last_value" => {
                if let Some(arg) = args.get(1)
                    && arg.ty.is_some()
                    && !matches!(arg.kind, ExprKind::Literal(Literal::Boolean(_)))
                {
                    let message = format!("the second argument of `{function}` must be `true` or `false`");
                    self.error(Code::TYPE_MISMATCH, arg.span, message);
                }
            }
            "ntile" | "nth_value" | "regexp_replace" => self.positive(function, args),
            "lag" | "lead" => {
                self.fixed(function, args.get(1));
                if let Some((arg, ty)) = typed(args.get(1)).filter(|(_, ty)| !matches!(ty, DataType::Int)) {
                    let message = format!("the offset of `{function}` must be an INT, not {ty}");
                    self.error(Code::TYPE_MISMATCH, arg.span, message);
                }
            }
            _ => {}
        }
    }

    /// Nothing is sure of the parameters in the body of a function: Databricks writes the arguments in their place.
    fn varies(&self, expr: &Expr) -> bool {
        if self.depth > 0 || self.frames.iter().any(|frame| frame.no_aggregate == Some(BODY)) {
            return false;
        }
        let mut found = false;
        expr.visit(&mut |part| found |= matches!(part.kind, ExprKind::Column(_)));
        found
    }

    /// NON_FOLDABLE_INPUT.
    pub(super) fn fixed(&mut self, function: &str, arg: Option<&Expr>) {
        if let Some(arg) = arg.filter(|arg| self.varies(arg)) {
            let message = format!("this argument of `{function}` must be a constant");
            self.error(Code::TYPE_MISMATCH, arg.span, message);
        }
    }

    fn ordered(&mut self, function: &str, arg: Option<&Expr>) {
        if let Some((arg, ty)) = typed(arg).filter(|(_, ty)| !orderable(ty)) {
            self.error(Code::TYPE_MISMATCH, arg.span, format!("`{function}`: values of {ty} cannot be ordered"));
        }
    }

    fn ordered_elements(&mut self, function: &str, args: &[Expr]) {
        if let Some((arg, DataType::Array(element))) = typed(args.first())
            && !orderable(element)
        {
            let message = format!("`{function}` compares elements, and values of {element} have no order");
            self.error(Code::TYPE_MISMATCH, arg.span, message);
        }
        if function == "array_contains"
            && let Some((arg, DataType::Void)) = typed(args.get(1).map(uncast))
        {
            let message = "`array_contains` of NULL: no element equals it (`exists(array, e -> e IS NULL)` finds it)";
            self.error(Code::TYPE_MISMATCH, arg.span, message);
        }
        if function == "sort_array" {
            self.fixed(function, args.get(1));
        }
    }

    /// Each argument a text or, with `arrays`, an array of texts; simple values become texts.
    fn texts(&mut self, function: &str, arg: &Expr, arrays: bool) {
        let simple = |ty: &DataType| !matches!(ty, DataType::Array(_) | DataType::Map(..) | DataType::Struct(_));
        let wrong = match &arg.ty {
            None => false,
            Some(DataType::Array(element)) => !simple(element),
            Some(ty) => arrays && !simple(ty),
        };
        if let Some(ty) = arg.ty.as_ref().filter(|_| wrong) {
            let message = format!("`{function}` joins texts, which {ty} is not");
            self.error(Code::TYPE_MISMATCH, arg.span, message);
        }
    }

    fn entries(&mut self, args: &[Expr]) {
        let Some((arg, DataType::Array(element))) = typed(args.first()) else { return };
        match &**element {
            DataType::Void => {}
            DataType::Struct(fields) if fields.len() == 2 => {
                let key = fields[0].data_type.clone();
                self.map_key(&key, arg.span);
            }
            other => {
                let message = format!("`map_from_entries` needs an array of structs of two fields, not of {other}");
                self.error(Code::TYPE_MISMATCH, arg.span, message);
            }
        }
    }

    /// INVALID_MAP_KEY_TYPE.
    pub(super) fn map_key(&mut self, key: &DataType, span: Span) {
        if !orderable(key) {
            self.error(Code::TYPE_MISMATCH, span, format!("the key of a map cannot be {key}"));
        }
    }

    /// SEQUENCE_WRONG_INPUT_TYPES: integers by an integer, times by an interval.
    fn sequence(&mut self, args: &[Expr]) {
        let Some((start, ty)) = typed(args.first()) else { return };
        let interval = |ty: &DataType| matches!(ty, DataType::IntervalDayTime | DataType::IntervalYearMonth);
        let step_fits = |step: &DataType| match ty {
            _ if *step == DataType::Void => true,
            ty if ty.is_integer() => step.is_integer(),
            _ => interval(step),
        };
        if !ty.is_integer() && !ty.is_datetime() && *ty != DataType::Void {
            let message = format!("`sequence` goes over integers, dates or timestamps, not {ty}");
            self.error(Code::TYPE_MISMATCH, start.span, message);
        } else if let Some((step, by)) = typed(args.get(2)).filter(|(_, step)| !step_fits(step)) {
            let message = format!("a `sequence` of {ty} cannot go by {by}");
            self.error(Code::TYPE_MISMATCH, step.span, message);
        }
    }

    fn part_of_time(&mut self, args: &[Expr]) {
        self.fixed("date_part", args.first());
        let Some((source, ty)) = typed(args.get(1)) else { return };
        let interval = matches!(ty, DataType::IntervalDayTime | DataType::IntervalYearMonth);
        if !ty.is_datetime() && !interval && !matches!(ty, DataType::String | DataType::Time | DataType::Void) {
            let message = format!("a date, a timestamp or an interval has such a part, {ty} has none");
            self.error(Code::TYPE_MISMATCH, source.span, message);
            return;
        }
        let Some(field) = args.first().and_then(constant_string) else { return };
        let folded = field.to_lowercase();
        // The workspace's own engine says it in Databricks' words: INVALID_EXTRACT_FIELD.
        if !self.session.complete && !OF_TIMES.contains(&folded.as_str()) && *ty != DataType::Time {
            let message = format!("`{field}` is no part of a date, a timestamp or an interval");
            self.error(Code::TYPE_MISMATCH, args[0].span, message);
        }
    }

    /// INVALID_OPTIONS: they are a map of texts.
    pub(super) fn options(&mut self, function: &str, arg: Option<&Expr>) {
        let text = |ty: &DataType| matches!(ty, DataType::String | DataType::Void);
        let fits = |ty: &DataType| match ty {
            DataType::Map(key, value) => text(key) && text(value),
            other => *other == DataType::Void,
        };
        if let Some((arg, ty)) = typed(arg).filter(|(_, ty)| !fits(ty)) {
            let message = format!("the options of `{function}` are a `map` of STRING to STRING, not {ty}");
            self.error(Code::TYPE_MISMATCH, arg.span, message);
        }
    }

    fn percentages(&mut self, function: &str, args: &[Expr]) {
        self.percentage(function, args.get(1));
        if let Some(arg) = args.get(2).filter(|arg| function == "approx_percentile" && constant_int(arg) <= Some(0))
            && constant_int(arg).is_some()
        {
            self.error(Code::TYPE_MISMATCH, arg.span, "the accuracy must be greater than 0");
        }
    }

    fn percentage(&mut self, function: &str, arg: Option<&Expr>) {
        let Some(arg) = arg else { return };
        self.fixed(function, Some(arg));
        let each = match &uncast(arg).kind {
            ExprKind::Call { function: "array", args } => args.as_slice(),
            _ => std::slice::from_ref(arg),
        };
        let beyond = |expr: &&Expr| number(expr).is_some_and(|value| !(0.0..=1.0).contains(&value));
        if let Some(beyond) = each.iter().find(beyond) {
            self.error(Code::TYPE_MISMATCH, beyond.span, format!("the percentage of `{function}` is from 0 to 1"));
        }
    }

    /// `ntile(n)`, `nth_value(x, n)` and `regexp_replace(s, p, r, position)` count from 1.
    fn positive(&mut self, function: &str, args: &[Expr]) {
        let index = match function {
            "ntile" => 0,
            "nth_value" => 1,
            _ => 3,
        };
        let Some(arg) = args.get(index) else { return };
        if function != "regexp_replace" {
            self.fixed(function, Some(arg));
        }
        if constant_int(arg).is_some_and(|count| count <= 0) {
            self.error(Code::TYPE_MISMATCH, arg.span, format!("`{function}` counts from 1"));
        }
    }
}

fn typed(arg: Option<&Expr>) -> Option<(&Expr, &DataType)> {
    arg.and_then(|arg| Some((arg, arg.ty.as_ref()?)))
}

/// What was written, without the casts to a parameter's type.
fn uncast(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Cast { expr: inner, .. } if inner.span == expr.span => uncast(inner),
        _ => expr,
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match &uncast(expr).kind {
        ExprKind::Literal(Literal::Integer(value)) => i32::try_from(*value).ok().map(f64::from),
        ExprKind::Literal(Literal::Decimal(digits)) => digits.parse().ok(),
        ExprKind::Literal(Literal::Double(value)) => Some(*value),
        _ => None,
    }
}
