//! Into structs, arrays, maps and JSON; making structs.

use sqlparser::ast::{AccessExpr, Expr as Ast, JsonPath, JsonPathElem, Subscript, Value};

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::functions;
use crate::analyze::types::implicit;
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::Identifier;
use crate::syntax::{DataType, StructField};

use super::binder::{Binder, call, literal};
use super::scope::reference;

impl Binder<'_> {
    pub(super) fn access(&mut self, root: &Ast, chain: &[AccessExpr], span: Span) -> Expr {
        // `a.b.c[0]`: the parser keeps leading names in the chain when the root is a name.
        let mut names = Vec::new();
        let mut rest = chain;
        if let Ast::Identifier(first) = root {
            names.push(first.clone());
            while let [AccessExpr::Dot(Ast::Identifier(next)), tail @ ..] = rest {
                names.push(next.clone());
                rest = tail;
            }
        }
        let mut expr = if names.is_empty() { self.expr(root) } else { self.path(&names) };
        for access in rest {
            expr = match access {
                AccessExpr::Dot(Ast::Identifier(name)) => {
                    let at = self.span_or_here(name.span);
                    let name = self.identifier(name);
                    self.field(expr, &name, at)
                }
                AccessExpr::Dot(_) => self.unsupported_expr(span, "this access"),
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    let index = self.expr(index);
                    self.subscript(expr, index, span)
                }
                AccessExpr::Subscript(Subscript::Slice { .. }) => self.unsupported_expr(span, "a slice"),
            };
        }
        expr
    }

    pub(super) fn field(&mut self, expr: Expr, name: &Identifier, at: Span) -> Expr {
        let span = expr.span.to(at);
        // The field of a struct that is made on the spot, as `_metadata` is.
        if let ExprKind::Call { function: "named_struct", args } = &expr.kind {
            let named = |pair: &&[Expr]| {
                matches!(&pair[0].kind, ExprKind::Literal(Literal::String(text))
                if Identifier::new(text.as_str()).is_ok_and(|text| text == *name))
            };
            if let Some(pair) = args.chunks_exact(2).find(named) {
                return Expr { span, ..pair[1].clone() };
            }
        }
        let ty = match &expr.ty {
            None => None,
            Some(DataType::Struct(fields)) => match fields.iter().find(|field| field.name == *name) {
                Some(field) => Some(field.data_type.clone()),
                None => {
                    let names = fields.iter().map(|field| field.name.as_str());
                    let message = format!("the struct has no field `{name}`");
                    let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, message);
                    self.report(diagnostic.suggest(name.as_str(), names), at);
                    None
                }
            },
            Some(DataType::Map(_, _)) => {
                let key = literal(Literal::String(name.to_string()), DataType::String, at);
                return self.subscript(expr, key, span);
            }
            Some(DataType::Array(element)) => match &**element {
                DataType::Struct(_) => {
                    let element = (**element).clone();
                    return self.fields_of_elements(expr, element, name, at);
                }
                _ => self.no_fields(&expr, name, at),
            },
            Some(_) => self.no_fields(&expr, name, at),
        };
        Expr { kind: ExprKind::Field { expr: Box::new(expr), name: name.clone() }, ty, nullable: true, span }
    }

    /// `array.field` is the array of the elements' fields.
    fn fields_of_elements(&mut self, array: Expr, element: DataType, name: &Identifier, at: Span) -> Expr {
        let span = array.span.to(at);
        let parameter = self.name("element");
        let parameter = self.column(parameter, Some(element), true);
        let field = self.field(reference(&parameter, at), name, at);
        let ty = field.ty.clone().map(|ty| DataType::Array(Box::new(ty)));
        let body = Box::new(field);
        let kind = ExprKind::Lambda { parameters: vec![parameter], body };
        let lambda = Expr { kind, ty: None, nullable: true, span: at };
        let nullable = array.nullable;
        call("transform", vec![array, lambda], ty, nullable, span)
    }

    fn no_fields(&mut self, expr: &Expr, name: &Identifier, at: Span) -> Option<DataType> {
        let ty = expr.ty.as_ref().map(ToString::to_string).unwrap_or_default();
        self.error(Code::TYPE_MISMATCH, at, format!("`{name}` cannot be a field: the value before it is {ty}"));
        None
    }

    fn subscript(&mut self, expr: Expr, mut index: Expr, span: Span) -> Expr {
        let ty = match expr.ty.clone() {
            None => None,
            Some(DataType::Array(element)) => {
                // "An integral numeric" (Databricks documentation, "[ ] (bracket sign) operator"): no text becomes one.
                match &index.ty {
                    Some(ty) if !ty.is_integer() && *ty != DataType::Void => {
                        self.error(Code::TYPE_MISMATCH, index.span, format!("the subscript must be INT, not {ty}"));
                    }
                    _ => self.index_type(&mut index, &DataType::Int),
                }
                Some(*element)
            }
            Some(DataType::Map(key, value)) => {
                self.index_type(&mut index, &key);
                Some(*value)
            }
            Some(DataType::Struct(_)) => {
                return match &index.kind {
                    ExprKind::Literal(Literal::String(name)) => {
                        let name = self.name(&name.clone());
                        self.field(expr, &name, index.span)
                    }
                    // INVALID_EXTRACT_FIELD_TYPE.
                    _ if index.ty.as_ref().is_some_and(|ty| *ty != DataType::String) => {
                        let message = "a field of a struct is named by a constant STRING";
                        self.error(Code::TYPE_MISMATCH, index.span, message);
                        self.unproved("field", span)
                    }
                    _ => self.doubted_expr(span, "a computed field of a struct"),
                };
            }
            Some(DataType::Variant) => return self.doubted_expr(span, "a subscript of a VARIANT"),
            Some(other) => {
                self.error(Code::TYPE_MISMATCH, span, format!("{other} has no elements"));
                None
            }
        };
        Expr { kind: ExprKind::Index { expr: Box::new(expr), index: Box::new(index) }, ty, nullable: true, span }
    }

    fn index_type(&mut self, index: &mut Expr, to: &DataType) {
        let Some(from) = index.ty.clone() else { return };
        if implicit(&from, to) {
            functions::cast(index, to.clone());
        } else {
            self.error(Code::TYPE_MISMATCH, index.span, format!("the subscript must be {to}, not {from}"));
        }
    }

    /// `value:a.b[0]['c']` on a string is `get_json_object(value, '$.a.b[0]["c"]')`.
    pub(super) fn json_path(&mut self, value: &Ast, path: &JsonPath, span: Span) -> Expr {
        let value = self.expr(value);
        let (function, ty) = match &value.ty {
            Some(DataType::Variant) => ("variant_get", Some(DataType::Variant)),
            // Of a STRING or of a VARIANT: that decides what comes out.
            None => ("get_json_object", None),
            _ => ("get_json_object", Some(DataType::String)),
        };
        match &value.ty {
            None | Some(DataType::String | DataType::Void | DataType::Variant) => {}
            Some(other) => {
                let message = format!("`:` needs a JSON STRING or a VARIANT, not {other}");
                self.error(Code::TYPE_MISMATCH, value.span, message);
            }
        }
        let mut text = String::from("$");
        for step in &path.path {
            match step {
                JsonPathElem::Dot { key, quoted: false } => {
                    text.push('.');
                    text.push_str(key);
                }
                JsonPathElem::Dot { key, quoted: true } => {
                    text.push_str(&format!("['{key}']"));
                }
                JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } => match key {
                    Ast::Value(key) => match &key.value {
                        Value::Number(index, _) => text.push_str(&format!("[{index}]")),
                        Value::SingleQuotedString(key) | Value::DoubleQuotedString(key) => {
                            text.push_str(&format!("['{key}']"));
                        }
                        _ => return self.doubted_expr(span, "this JSON path"),
                    },
                    Ast::Wildcard(_) => text.push_str("[*]"),
                    _ => return self.doubted_expr(span, "a computed JSON path"),
                },
            }
        }
        let path = literal(Literal::String(text), DataType::String, span);
        call(function, vec![value, path], ty, true, span)
    }

    /// `struct(a, b AS c)`: named by alias, by column, else `col1`, `col2`, …
    pub(super) fn struct_of(&mut self, values: &[Ast], span: Span) -> Expr {
        let mut fields = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let (name, value) = match value {
                Ast::Named { expr, name } => (self.identifier(name), &**expr),
                Ast::Identifier(name) => (self.identifier(name), value),
                Ast::CompoundIdentifier(parts) => match parts.last() {
                    Some(last) => (self.identifier(last), value),
                    None => (self.name("col"), value),
                },
                _ => (self.name(&format!("col{}", index + 1)), value),
            };
            fields.push((name, self.expr(value)));
        }
        self.named_struct(fields, span)
    }

    pub(super) fn named_struct(&mut self, fields: Vec<(Identifier, Expr)>, span: Span) -> Expr {
        let types =
            fields.iter().map(|(name, expr)| Some(StructField { name: name.clone(), data_type: expr.ty.clone()? }));
        let ty = types.collect::<Option<Vec<_>>>().map(DataType::Struct);
        let mut args = Vec::new();
        for (name, expr) in fields {
            args.push(literal(Literal::String(name.to_string()), DataType::String, span));
            args.push(expr);
        }
        call("named_struct", args, ty, false, span)
    }
}
