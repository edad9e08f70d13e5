//! Functions that make rows: `explode` and its kin.

use sqlparser::ast::Expr as Ast;

use crate::analyze::bound::{Column, Expr, Relation};
use crate::analyze::functions::{self, Function, constant_int};
use crate::diag::{Code, Span};
use crate::ident::Identifier;
use crate::syntax::DataType;

use super::binder::Binder;
use super::frame::Generator;

type Made = Vec<(&'static str, Option<DataType>)>;

impl Generator {
    pub(super) fn over(self, input: Box<Relation>) -> Relation {
        let Self { function, args, outer, columns, open: _ } = self;
        Relation::Generate { input, function, args, outer, columns }
    }
}

impl Binder<'_> {
    /// The columns are called as `names` say, else as Databricks does.
    pub(super) fn generator(
        &mut self,
        function: &'static Function,
        asts: &[&Ast],
        names: &[Identifier],
        span: Span,
    ) -> Option<Generator> {
        let mut args = self.exprs(asts.iter().copied());
        let Some(signature) = functions::pick(function, args.len()).first().copied() else {
            self.wrong_arity(function, args.len(), span);
            return None;
        };
        if let Err(functions::Mismatch { index, expected }) = functions::coerce(signature, &mut args) {
            let found = args[index].ty.as_ref().map(ToString::to_string).unwrap_or_default();
            let message = format!("argument {} of `{}` must be {expected}, not {found}", index + 1, function.name);
            self.error(Code::TYPE_MISMATCH, args[index].span, message);
            return None;
        }
        let (base, outer) = match function.name.strip_suffix("_outer") {
            Some("explode") => ("explode", true),
            Some("posexplode") => ("posexplode", true),
            Some("inline") => ("inline", true),
            Some("variant_explode") => ("variant_explode", true),
            _ => (function.name, false),
        };
        let columns = match base {
            "inline" => self.struct_columns(&args, span)?,
            "stack" => self.stack(&mut args, span)?,
            "variant_explode" => [("pos", DataType::Int), ("key", DataType::String), ("value", DataType::Variant)]
                .into_iter()
                .map(|(name, ty)| (Identifier::fixed(name), Some(ty)))
                .collect(),
            "json_tuple" => {
                (0..args.len() - 1).map(|index| (self.name(&format!("c{index}")), Some(DataType::String))).collect()
            }
            _ => exploded(&args, base == "posexplode", names.len())
                .into_iter()
                .map(|(name, ty)| (Identifier::fixed(name), ty))
                .collect::<Vec<_>>(),
        };
        if !names.is_empty() && names.len() != columns.len() {
            let message = format!("`{}` makes {} columns, not {}", function.name, columns.len(), names.len());
            self.error(Code::INVALID_QUERY, span, message);
        }
        let mut made: Vec<Column> = Vec::new();
        for (index, (name, ty)) in columns.into_iter().enumerate() {
            made.push(self.column(names.get(index).cloned().unwrap_or(name), ty, true));
        }
        let open = names.is_empty()
            && matches!(base, "explode" | "posexplode")
            && args.first().is_some_and(|arg| arg.ty.is_none());
        Some(Generator { function: base, args, outer, columns: made, open })
    }

    fn struct_columns(&mut self, args: &[Expr], span: Span) -> Option<Vec<(Identifier, Option<DataType>)>> {
        match args.first().and_then(|arg| arg.ty.as_ref()) {
            Some(DataType::Array(element)) => match &**element {
                DataType::Struct(fields) => {
                    Some(fields.iter().map(|field| (field.name.clone(), Some(field.data_type.clone()))).collect())
                }
                other => {
                    let message = format!("`inline` needs an array of structs, not of {other}");
                    self.error(Code::TYPE_MISMATCH, span, message);
                    None
                }
            },
            _ => {
                self.untranslated(true, span, "`inline` of a value whose type is not known");
                None
            }
        }
    }

    /// `stack(n, …)`: n rows; the values of a column have one type.
    fn stack(&mut self, args: &mut [Expr], span: Span) -> Option<Vec<(Identifier, Option<DataType>)>> {
        let rows = args.first().and_then(constant_int).and_then(|rows| usize::try_from(rows).ok());
        let Some(rows) = rows.filter(|rows| *rows > 0) else {
            self.error(Code::TYPE_MISMATCH, span, "the number of rows of `stack` must be a positive constant");
            return None;
        };
        let width = (args.len() - 1).div_ceil(rows);
        let mut columns = Vec::new();
        for index in 0..width {
            let mut cells: Vec<&mut Expr> = args.iter_mut().skip(1).skip(index).step_by(width).collect();
            let mut known = cells.iter().filter_map(|cell| cell.ty.clone()).filter(|ty| *ty != DataType::Void);
            let first = known.next();
            if let Some((first, other)) = first.and_then(|first| Some((first.clone(), known.find(|ty| *ty != first)?)))
            {
                let message = format!("the values of a column of `stack` are {first} and {other}");
                self.error(Code::TYPE_MISMATCH, span, message);
                return None;
            }
            let ty = self.unite(&mut cells, "the values of a column of `stack`");
            columns.push((self.name(&format!("col{index}")), ty));
        }
        Some(columns)
    }
}

/// What is not known to be an array may be a map: `names` tells by their number.
fn exploded(args: &[Expr], position: bool, names: usize) -> Made {
    let mut columns: Made = if position { vec![("pos", Some(DataType::Int))] } else { Vec::new() };
    match args.first().and_then(|arg| arg.ty.clone()) {
        Some(DataType::Map(key, value)) => columns.extend([("key", Some(*key)), ("value", Some(*value))]),
        Some(DataType::Array(element)) => columns.push(("col", Some(*element))),
        _ if names == columns.len() + 2 => columns.extend([("key", None), ("value", None)]),
        _ => columns.push(("col", None)),
    }
    columns
}
