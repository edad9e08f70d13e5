//! The select list.

use sqlparser::ast::{
    ExceptSelectItem, Expr as Ast, ReplaceSelectItem, SelectItem, SelectItemQualifiedWildcardKind,
    WildcardAdditionalOptions,
};

use crate::analyze::bound::{Expr, Literal};
use crate::analyze::functions::{self, Kind};
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::Identifier;
use crate::syntax::{DataType, StructField};

use super::binder::{Binder, call, literal};
use super::frame::Aliases;
use super::scope::Role;
use super::special::plain_args;

impl Binder<'_> {
    /// The columns, and whether more of them are not known.
    pub(super) fn outputs(&mut self, items: &[SelectItem]) -> (Vec<(Identifier, Expr)>, bool) {
        self.frame().aliases = Aliases::Lateral;
        let mut open = false;
        for item in items {
            let span = self.item_span(item);
            let outer = std::mem::replace(&mut self.here, span);
            match item {
                SelectItem::UnnamedExpr(expr) => self.output(expr, None, span),
                SelectItem::ExprWithAlias { expr, alias } => {
                    let alias = self.identifier(alias);
                    self.output(expr, Some(alias), span);
                }
                SelectItem::ExprWithAliases { expr, aliases } => {
                    let names: Vec<Identifier> = aliases.iter().map(|alias| self.identifier(alias)).collect();
                    if !self.generator_output(expr, &names, span) {
                        self.error(Code::INVALID_QUERY, span, "several aliases need a function that makes columns");
                    }
                }
                SelectItem::Wildcard(options) => open |= self.star(&[], options, span),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    match self.object_name(name, span) {
                        Some(name) => open |= self.star(name.parts(), options, span),
                        None => open = true,
                    }
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(expr), _) => {
                    let expr = self.expr(expr);
                    self.struct_star(expr, span);
                }
            }
            self.here = outer;
        }
        open |= self.frame().generators.iter().any(|generator| generator.open);
        // They stay in the frame: later clauses refer to them by name.
        (self.frame().outputs.clone(), open)
    }

    fn output(&mut self, ast: &Ast, alias: Option<Identifier>, span: Span) {
        let names: Vec<Identifier> = alias.iter().cloned().collect();
        if self.generator_output(ast, &names, span) {
            return;
        }
        let expr = self.expr(ast);
        let name = match alias {
            Some(alias) => alias,
            None => self.output_name(ast),
        };
        self.frame().outputs.push((name, expr));
    }

    /// `explode(…)` standing alone: its columns are outputs.
    fn generator_output(&mut self, ast: &Ast, names: &[Identifier], span: Span) -> bool {
        // `SELECT DISTINCT (explode(…))` is written as if DISTINCT were a function.
        let Ast::Function(function) = super::predicate::unnested(ast) else { return false };
        let [sqlparser::ast::ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return false };
        let Some(known) = functions::find(&name.value.to_lowercase()).filter(|f| f.kind == Kind::Generator) else {
            return false;
        };
        let Some(args) = plain_args(function) else {
            self.doubted(span, "this argument of a generator");
            return true;
        };
        let Some(generator) = self.generator(known, &args, names, span) else {
            // One mistake is one error: what was to be made is there, and nothing more is known of it.
            for name in names {
                let expr = self.unproved(known.name, span);
                self.frame().outputs.push((name.clone(), expr));
            }
            return true;
        };
        for column in &generator.columns {
            let expr = super::scope::reference(column, span);
            self.frame().outputs.push((column.name.clone(), expr));
        }
        self.frame().generators.push(generator);
        true
    }

    /// `*` and `t.*`, less what EXCEPT names; `s.*` where `s` is a struct.
    fn star(&mut self, qualifier: &[Identifier], options: &WildcardAdditionalOptions, span: Span) -> bool {
        let WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike,
            opt_exclude,
            opt_except,
            opt_replace,
            opt_rename,
            opt_alias,
        } = options;
        let other = opt_ilike.is_some() || opt_exclude.is_some() || opt_rename.is_some() || opt_alias.is_some();
        self.refuse(other, span, "this option of `*`");
        let scope = self.frame().scope.clone();
        let fields = !qualifier.is_empty() && !scope.has_relation(qualifier);
        if scope.relations.is_empty() && !fields {
            // Apache Spark takes it for a row without columns; Databricks does not document it.
            let diagnostic = Diagnostic::warning(Code::INVALID_QUERY, "`*` without a FROM clause has no columns");
            self.report(diagnostic, span);
            return false;
        }
        let mut columns: Vec<(Identifier, Expr)> = Vec::new();
        let mut open = false;
        if fields {
            let before = self.frame().outputs.len();
            open = self.struct_or_unknown(qualifier, span);
            columns = self.frame().outputs.split_off(before);
        }
        for relation in scope.relations.iter().filter(|r| qualifier.is_empty() || r.named(qualifier)) {
            open |= relation.open.is_some();
            let shown = |role: Role| match role {
                Role::Plain | Role::Twin => true,
                Role::Merged => !qualifier.is_empty(),
                Role::Hidden => false,
            };
            for column in relation.columns.iter().filter(|column| shown(column.role)) {
                let mut expr = column.expr.clone();
                expr.span = span;
                columns.push((column.name.clone(), expr));
            }
        }
        if let Some(except) = opt_except {
            // What was meant to be left out may be given twice now.
            let some = !columns.is_empty();
            open |= !self.except(except, &mut columns, open);
            if some && columns.is_empty() && !open {
                let message = "EXCEPT leaves no column of `*`";
                self.report(Diagnostic::warning(Code::INVALID_QUERY, message), span);
            }
        }
        if let Some((name, _)) = columns.iter().find(|(_, expr)| self.is_measure(expr)) {
            let message = format!("`*` reads `{name}`, which is a measure");
            let hint = format!("name the columns, and write MEASURE(`{name}`)");
            self.report(Diagnostic::error(Code::INVALID_AGGREGATE, message).hint(hint), span);
            columns.retain(|(_, expr)| !self.is_measure(expr));
            open = true;
        }
        if let Some(replace) = opt_replace {
            self.replace(replace, &mut columns, open);
        }
        self.frame().outputs.extend(columns);
        open
    }

    /// Is there every column that is named?
    fn except(&mut self, except: &ExceptSelectItem, columns: &mut Vec<(Identifier, Expr)>, open: bool) -> bool {
        let ExceptSelectItem { first_element, additional_elements } = except;
        let mut complete = true;
        for ident in std::iter::once(first_element).chain(additional_elements) {
            let span = self.span_or_here(ident.span);
            if let Some(path) = self.side.except_paths.get(&span.start).cloned() {
                self.except_field(path.parts(), columns, open, span);
                continue;
            }
            let name = self.identifier(ident);
            let before = columns.len();
            columns.retain(|(known, _)| *known != name);
            if columns.len() == before && !open {
                let names = columns.iter().map(|(name, _)| name.as_str());
                let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, format!("the column `{name}` does not exist"));
                self.report(diagnostic.suggest(name.as_str(), names), span);
                complete = false;
            }
        }
        complete
    }

    /// `* EXCEPT (a.b.c)`: the struct without the field. The first parts may name the table (Databricks documentation,
    /// "Star (`*`) clause").
    fn except_field(&mut self, path: &[Identifier], columns: &mut Vec<(Identifier, Expr)>, open: bool, span: Span) {
        let named = |name: &Identifier| columns.iter().position(|(known, _)| known == name);
        let qualified = || {
            (1..path.len())
                .find(|used| self.frames.last().is_some_and(|frame| frame.scope.has_relation(&path[..*used])))
        };
        let (at, fields) = match named(&path[0]) {
            Some(at) => (at, &path[1..]),
            None => match qualified().and_then(|used| Some((named(path.get(used)?)?, &path[used + 1..]))) {
                Some(found) => found,
                None if open => return,
                None => {
                    let names = columns.iter().map(|(name, _)| name.as_str());
                    let message = format!("the column `{}` does not exist", path[0]);
                    let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, message);
                    self.report(diagnostic.suggest(path[0].as_str(), names), span);
                    return;
                }
            },
        };
        // `t.* EXCEPT (t.a)`: the column itself.
        if fields.is_empty() {
            columns.remove(at);
            return;
        }
        let whole = columns[at].1.clone();
        columns[at].1 = self.without_field(whole, fields, span);
    }

    fn without_field(&mut self, expr: Expr, path: &[Identifier], span: Span) -> Expr {
        let Some((first, rest)) = path.split_first() else { return expr };
        let Some(ty) = expr.ty.clone() else { return self.unproved("a struct without a field", span) };
        // Says what is wrong with the path.
        let gone = self.field(expr.clone(), first, span);
        let DataType::Struct(fields) = ty else { return self.unproved("a struct without a field", span) };
        let mut args: Vec<Expr> = Vec::new();
        let mut kept = Vec::new();
        for field in fields {
            let value = if field.name != *first {
                self.field(expr.clone(), &field.name, span)
            } else if rest.is_empty() {
                continue;
            } else {
                self.without_field(gone.clone(), rest, span)
            };
            args.push(literal(Literal::String(field.name.to_string()), DataType::String, span));
            let Some(ty) = value.ty.clone() else { return self.unproved("a struct without a field", span) };
            kept.push(StructField { data_type: ty, ..field });
            args.push(value);
        }
        let made = call("named_struct", args, DataType::Struct(kept), false, span);
        if !expr.nullable {
            return made;
        }
        let some = call("is_not_null", vec![expr], DataType::Boolean, false, span);
        self.case_of(vec![(some, made)], None, span)
    }

    fn replace(&mut self, replace: &ReplaceSelectItem, columns: &mut [(Identifier, Expr)], open: bool) {
        for item in &replace.items {
            let span = self.span_or_here(item.column_name.span);
            let name = self.identifier(&item.column_name);
            let expr = self.expr(&item.expr);
            match columns.iter_mut().find(|(known, _)| *known == name) {
                Some(column) => column.1 = expr,
                None if open => {}
                None => self.error(Code::UNKNOWN_COLUMN, span, format!("the column `{name}` does not exist")),
            }
        }
    }

    fn struct_or_unknown(&mut self, qualifier: &[Identifier], span: Span) -> bool {
        let parts: Vec<sqlparser::ast::Ident> = qualifier
            .iter()
            .map(|part| {
                let mut ident = sqlparser::ast::Ident::new(part.as_str());
                ident.span = located(span);
                ident
            })
            .collect();
        let expr = self.path(&parts);
        let open = expr.ty.is_none();
        self.struct_star(expr, span);
        open
    }

    fn struct_star(&mut self, expr: Expr, span: Span) {
        match expr.ty.clone() {
            Some(DataType::Struct(fields)) => {
                for field in fields {
                    let value = self.field(expr.clone(), &field.name, span);
                    self.frame().outputs.push((field.name, value));
                }
            }
            Some(other) => self.error(Code::TYPE_MISMATCH, span, format!("`.*` needs a struct, not {other}")),
            None => {}
        }
    }
}

/// A byte span in sqlparser's words.
pub(super) fn located(span: Span) -> sqlparser::tokenizer::Span {
    let at = |offset: u32| sqlparser::tokenizer::Location { line: 1, column: u64::from(offset) + 1 };
    sqlparser::tokenizer::Span { start: at(span.start), end: at(span.end) }
}
