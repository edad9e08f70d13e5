//! Functions that no table describes: their syntax or their types are their own.

use sqlparser::ast::Expr as Ast;

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::functions::{self, constant_string};
use crate::analyze::types::least_common_all;
use crate::diag::{Code, Diagnostic, Span};
use crate::syntax::{DataType, parse_type};

use super::binder::{Binder, call as built, literal};
use super::call::Call;

impl Binder<'_> {
    pub(super) fn special(&mut self, call: &Call<'_>) -> Option<Expr> {
        let span = call.span;
        let count = call.args.len();
        if let Some(ty) = conversion(&call.name).filter(|_| count == 1) {
            self.plain_only(call);
            let inner = self.expr(call.args[0]);
            return Some(self.cast_to(inner, ty, false, span));
        }
        let bound = match (call.name.as_str(), count) {
            ("if" | "iff", 3) => {
                let mut condition = self.expr(call.args[0]);
                self.boolean(&mut condition, "IF");
                let value = self.expr(call.args[1]);
                let otherwise = self.expr(call.args[2]);
                self.case_of(vec![(condition, value)], Some(otherwise), span)
            }
            ("nvl2", 3) => {
                let value = self.expr(call.args[0]);
                let present = built("is_not_null", vec![value], DataType::Boolean, false, span);
                let (then, otherwise) = (self.expr(call.args[1]), self.expr(call.args[2]));
                self.case_of(vec![(present, then)], Some(otherwise), span)
            }
            ("nvl" | "ifnull", count) if count != 2 => {
                self.error(Code::WRONG_ARITY, span, format!("`{}` takes 2 arguments, not {count}", call.name));
                self.unproved(call.name.as_str(), span)
            }
            ("nullif", 2) => self.null_if(call),
            ("nullifzero", 1) => {
                let value = self.expr(call.args[0]);
                if !self.repeatable(&value, span) {
                    return Some(self.unproved("nullifzero", span));
                }
                let zero = literal(Literal::Integer(0), DataType::Int, span);
                let same = self.compare("eq", value.clone(), zero, span);
                let null = literal(Literal::Null, DataType::Void, span);
                self.case_of(vec![(same, null)], Some(value), span)
            }
            ("zeroifnull", 1) => {
                let value = self.expr(call.args[0]);
                let zero = literal(Literal::Integer(0), DataType::Int, span);
                self.builtin("coalesce", vec![value, zero], span)
            }
            ("decode", 3..) => self.decode(call),
            ("decode", 2) => {
                let mut args = self.exprs(call.args.iter().copied());
                self.argument(&mut args[0], DataType::Binary, "decode");
                self.argument(&mut args[1], DataType::String, "decode");
                built("decode", args, DataType::String, true, span)
            }
            ("struct", 1..) => self.struct_of(&call.args.iter().map(|ast| (*ast).clone()).collect::<Vec<_>>(), span),
            ("named_struct", _) => self.named_struct_call(call),
            ("map", _) => self.map(call),
            ("ltrim" | "rtrim", 1 | 2) => {
                let function = if call.name == "ltrim" { "ltrim" } else { "rtrim" };
                let mut args = self.exprs(call.args.iter().copied());
                // The characters come first in the form with two arguments.
                args.reverse();
                self.trim(function, args, span)
            }
            ("log", 1) => {
                let args = self.exprs(call.args.iter().copied());
                self.builtin("ln", args, span)
            }
            ("log", 2) => {
                let mut args = self.exprs(call.args.iter().copied());
                for arg in &mut args {
                    self.argument(arg, DataType::Double, "log");
                }
                built("log", args, DataType::Double, true, span)
            }
            // A text beside an integer is one too, as it is beside the operator.
            ("mod" | "pmod", 2) => {
                let left = self.expr(call.args[0]);
                let right = self.expr(call.args[1]);
                if [&left, &right].iter().all(|arg| arg.ty != Some(DataType::String)) {
                    return Some(self.builtin(
                        if call.name == "mod" { "mod" } else { "pmod" },
                        vec![left, right],
                        span,
                    ));
                }
                let mut bound = self.arithmetic("mod", left, right, span);
                if let (ExprKind::Call { function, .. }, "pmod") = (&mut bound.kind, call.name.as_str()) {
                    *function = "pmod";
                }
                bound
            }
            ("timestampadd" | "dateadd" | "date_add", 3) => self.with_unit("timestampadd", &call.args, span),
            ("timestampdiff" | "timediff" | "datediff" | "date_diff", 3) => {
                self.with_unit("timestampdiff", &call.args, span)
            }
            ("dateadd" | "date_add", 2) => {
                let mut args = self.exprs(call.args.iter().copied());
                self.argument(&mut args[0], DataType::Date, "date_add");
                self.days(&mut args[1], "date_add");
                let nullable = args.iter().any(|arg| arg.nullable);
                built("date_add", args, DataType::Date, nullable, span)
            }
            ("datediff" | "date_diff", 2) => {
                let mut args = self.exprs(call.args.iter().copied());
                self.argument(&mut args[0], DataType::Date, "datediff");
                self.argument(&mut args[1], DataType::Date, "datediff");
                let nullable = args.iter().any(|arg| arg.nullable);
                built("datediff", args, DataType::Int, nullable, span)
            }
            ("to_number" | "try_to_number", 2) => self.number_of_format(call),
            ("from_json" | "from_csv" | "from_xml", 2 | 3) => self.read_text(call),
            ("variant_get" | "try_variant_get", 2 | 3) => self.variant_get(call),
            ("count", _) => return Some(self.count(call)),
            ("grouping" | "grouping_id", _) => return Some(self.grouping(call)),
            _ => return None,
        };
        self.plain_only(call);
        Some(bound)
    }

    pub(super) fn trim(&mut self, function: &'static str, args: Vec<Expr>, span: Span) -> Expr {
        let mut bound = self.builtin("trim", args, span);
        if let crate::analyze::bound::ExprKind::Call { function: name, .. } = &mut bound.kind {
            *name = function;
        }
        bound
    }

    /// `nullif(a, b)` has the type of `a`, whatever it is compared as.
    fn null_if(&mut self, call: &Call<'_>) -> Expr {
        let value = self.expr(call.args[0]);
        if !self.repeatable(&value, call.span) {
            return self.unproved("nullif", call.span);
        }
        let other = self.expr(call.args[1]);
        let same = self.compare("eq", value.clone(), other, call.span);
        let null = literal(Literal::Null, DataType::Void, call.span);
        self.case_of(vec![(same, null)], Some(value), call.span)
    }

    /// `decode(e, search, result, …[, default])`: NULL equals NULL.
    fn decode(&mut self, call: &Call<'_>) -> Expr {
        let value = self.expr(call.args[0]);
        if !self.repeatable(&value, call.span) {
            return self.unproved("decode", call.span);
        }
        let mut branches = Vec::new();
        let mut otherwise = None;
        for pair in call.args[1..].chunks(2) {
            match pair {
                [search, result] => {
                    let search = self.expr(search);
                    let same = self.compare("null_safe_eq", value.clone(), search, call.span);
                    branches.push((same, self.expr(result)));
                }
                [default] => otherwise = Some(self.expr(default)),
                _ => {}
            }
        }
        self.case_of(branches, otherwise, call.span)
    }

    fn named_struct_call(&mut self, call: &Call<'_>) -> Expr {
        if call.args.len() % 2 == 1 {
            self.error(Code::WRONG_ARITY, call.span, "`named_struct` takes pairs of a name and a value");
            return self.unproved("named_struct", call.span);
        }
        let mut fields = Vec::new();
        for pair in call.args.chunks_exact(2) {
            let Some(name) = self.constant_text(pair[0]) else {
                let at = self.span(pair[0]);
                self.error(Code::TYPE_MISMATCH, at, "the name of a field must be a constant STRING");
                return self.unproved("named_struct", call.span);
            };
            let name = self.name(&name);
            fields.push((name, self.expr(pair[1])));
        }
        self.named_struct(fields, call.span)
    }

    fn map(&mut self, call: &Call<'_>) -> Expr {
        if call.args.len() % 2 == 1 {
            self.error(Code::WRONG_ARITY, call.span, "`map` takes pairs of a key and a value");
            return self.unproved("map", call.span);
        }
        let mut args = self.exprs(call.args.iter().copied());
        let pick = |args: &[Expr], from: usize| -> Option<DataType> {
            let types: Option<Vec<_>> = args.iter().skip(from).step_by(2).map(|arg| arg.ty.clone()).collect();
            let types = types?;
            if types.is_empty() { Some(DataType::Void) } else { least_common_all(&types) }
        };
        let known = args.iter().all(|arg| arg.ty.is_some());
        let ty = match (pick(&args, 0), pick(&args, 1)) {
            (Some(key), Some(value)) => {
                self.map_key(&key, call.span);
                for (index, arg) in args.iter_mut().enumerate() {
                    functions::cast(arg, if index % 2 == 0 { key.clone() } else { value.clone() });
                }
                Some(DataType::Map(Box::new(key), Box::new(value)))
            }
            _ => {
                if known {
                    self.error(Code::TYPE_MISMATCH, call.span, "the keys or the values of the map have no common type");
                }
                None
            }
        };
        built("map", args, ty, false, call.span)
    }

    /// The format decides the type: `'999D99'` gives DECIMAL(5,2).
    fn number_of_format(&mut self, call: &Call<'_>) -> Expr {
        let mut args = self.exprs(call.args.iter().copied());
        self.argument(&mut args[0], DataType::String, &call.name);
        let ty = constant_string(&args[1]).and_then(|format| {
            let (whole, fraction) = format.split_once(['.', 'D', 'd']).unwrap_or((format, ""));
            let digits = |text: &str| text.chars().filter(|c| matches!(c, '0' | '9')).count();
            let scale = u8::try_from(digits(fraction)).ok()?;
            let precision = u8::try_from(digits(whole)).ok()?.checked_add(scale)?;
            (precision > 0 && precision <= 38).then_some(DataType::Decimal { precision, scale })
        });
        let function = if call.name == "to_number" { "to_number" } else { "try_to_number" };
        built(function, args, ty, true, call.span)
    }

    /// `from_json(text, 'a INT, b STRING')`: the schema is a constant.
    fn read_text(&mut self, call: &Call<'_>) -> Expr {
        let mut args = self.exprs(call.args.iter().copied());
        self.document(&mut args[0], &call.name);
        self.options(&call.name, args.get(2));
        let schema = constant_string(&args[1]).map(str::to_string);
        let ty = schema.and_then(|schema| self.schema_text(&schema, args[1].span));
        self.schema_argument(&call.name, &args[1], ty.as_ref());
        let function = match call.name.as_str() {
            "from_json" => "from_json",
            "from_csv" => "from_csv",
            _ => "from_xml",
        };
        built(function, args, ty, true, call.span)
    }

    /// INVALID_SCHEMA and INVALID_JSON_SCHEMA: a constant text, of a type that the function makes.
    fn schema_argument(&mut self, function: &str, arg: &Expr, ty: Option<&DataType>) {
        use DataType::{Array, Map, String, Struct, Variant, Void};
        // What is wrong within it was reported there.
        if matches!(&arg.kind, ExprKind::Call { function, .. } if function.starts_with("schema_of_")) {
            return;
        }
        let made = match ty {
            Some(Struct(_) | Variant) | None => true,
            Some(Array(_) | Map(..)) => function == "from_json",
            Some(_) => false,
        };
        match (&arg.ty, ty) {
            (Some(other), _) if !matches!(other, String | Void) => {
                let message = format!("the schema of `{function}` must be a STRING, not {other}");
                self.error(Code::TYPE_MISMATCH, arg.span, message);
            }
            (_, Some(ty)) if !made => {
                self.error(Code::TYPE_MISMATCH, arg.span, format!("`{function}` makes no {ty}"));
            }
            _ => self.fixed(function, Some(arg)),
        }
    }

    /// A text to be read; a VARIANT was read already.
    fn document(&mut self, arg: &mut Expr, function: &str) {
        if arg.ty == Some(DataType::Variant) {
            self.error(Code::TYPE_MISMATCH, arg.span, format!("`{function}` needs STRING here, not VARIANT"));
            return;
        }
        self.argument(arg, DataType::String, function);
    }

    /// A type, or the columns of a struct without their brackets.
    pub(super) fn schema_text(&mut self, schema: &str, span: Span) -> Option<DataType> {
        if let Ok(ty) = parse_type(schema) {
            return Some(ty);
        }
        // A parameter of the pipeline that nobody set says the columns.
        if schema.contains("${") {
            return None;
        }
        match parse_type(&format!("STRUCT<{schema}>")) {
            Ok(ty) => Some(ty),
            Err(error) => {
                // The place in the literal, where that is written as its value is.
                let written = self.file.text().get(span.range()).unwrap_or_default();
                let inner = written.get(1..written.len().saturating_sub(1)).filter(|inner| *inner == schema);
                let before = "STRUCT<".len() as u32;
                let inside = |at: u32| span.start + 1 + at.saturating_sub(before).min(schema.len() as u32);
                let at = inner.map_or(span, |_| Span { start: inside(error.span.start), end: inside(error.span.end) });
                let message = format!("the schema is not a list of columns and types: {}", error.message);
                let diagnostic = Diagnostic::error(Code::TYPE_MISMATCH, message);
                self.report(
                    match error.hint {
                        Some(hint) => diagnostic.hint(hint),
                        None => diagnostic,
                    },
                    at,
                );
                None
            }
        }
    }

    fn variant_get(&mut self, call: &Call<'_>) -> Expr {
        let args = self.exprs(call.args.iter().copied());
        if let Some(ty) = args[0].ty.as_ref().filter(|ty| !matches!(ty, DataType::Variant | DataType::Void)) {
            let message = format!("`{}` needs a VARIANT, not {ty}", call.name);
            self.error(Code::TYPE_MISMATCH, args[0].span, message);
        }
        let ty = match args.get(2) {
            None => Some(DataType::Variant),
            Some(arg) => {
                let span = arg.span;
                constant_string(arg).map(str::to_string).and_then(|text| self.schema_text(&text, span))
            }
        };
        let function = if call.name == "variant_get" { "variant_get" } else { "try_variant_get" };
        built(function, args, ty, true, call.span)
    }
}

/// `int(x)` is `CAST(x AS INT)`.
fn conversion(name: &str) -> Option<DataType> {
    Some(match name {
        "boolean" => DataType::Boolean,
        "tinyint" => DataType::TinyInt,
        "smallint" => DataType::SmallInt,
        "int" => DataType::Int,
        "bigint" => DataType::BigInt,
        "float" => DataType::Float,
        "double" => DataType::Double,
        "decimal" => DataType::Decimal { precision: 10, scale: 0 },
        "string" => DataType::String,
        "binary" => DataType::Binary,
        "date" => DataType::Date,
        "timestamp" => DataType::Timestamp,
        "time" => DataType::Time,
        _ => return None,
    })
}

/// The arguments of a call that is a generator, where it stands alone.
pub(super) fn plain_args<'q>(function: &'q sqlparser::ast::Function) -> Option<Vec<&'q Ast>> {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    let FunctionArguments::List(list) = &function.args else { return None };
    let arg = |arg: &'q FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        // `explode(collection => …)`, `inline(input => …)`: the only parameter.
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(expr), operator: _ }
            if list.args.len() == 1 && matches!(name.value.to_lowercase().as_str(), "collection" | "input") =>
        {
            Some(expr)
        }
        _ => None,
    };
    list.args.iter().map(arg).collect()
}
