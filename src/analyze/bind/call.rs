//! Function calls: whose function it is, and what kind.

use sqlparser::ast::{
    self, DuplicateTreatment, Expr as Ast, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    NullTreatment, ObjectName, ObjectNamePart,
};

use crate::analyze::bound::{Expr, ExprKind};
use crate::analyze::functions::{self, Kind};
use crate::diag::{Code, Diagnostic, Span, did_you_mean, one_slip};
use crate::ident::QualifiedName;

use super::binder::Binder;
use super::scope::Role;

/// Of shorter names, so many are one letter apart that nothing follows from it.
const TELLING: usize = 4;

/// The parts of a call that the families share.
#[derive(Clone)]
pub(super) struct Call<'q> {
    /// Lower case; only a name of one part can be a built-in.
    pub(super) name: String,
    pub(super) args: Vec<&'q Ast>,
    pub(super) star: bool,
    pub(super) distinct: bool,
    pub(super) ignore_nulls: Option<bool>,
    pub(super) order_by: &'q [ast::OrderByExpr],
    pub(super) filter: Option<&'q Ast>,
    pub(super) over: Option<&'q ast::WindowType>,
    pub(super) span: Span,
}

impl Binder<'_> {
    pub(super) fn function(&mut self, function: &ast::Function, span: Span) -> Expr {
        let ast::Function { name, uses_odbc_syntax, parameters, args, within_group, filter, null_treatment, over } =
            function;
        let span = self.call_span(name, span);
        self.refuse(*uses_odbc_syntax, span, "ODBC syntax");
        self.refuse(!matches!(parameters, FunctionArguments::None), span, "a parameterised function");
        let Some(qualified) = self.object_name(name, span) else { return self.unproved("function", span) };
        let mut call = Call {
            name: qualified.name().folded(),
            args: Vec::new(),
            star: false,
            distinct: false,
            ignore_nulls: null_treatment.as_ref().map(|nulls| matches!(nulls, NullTreatment::IgnoreNulls)),
            order_by: within_group,
            filter: filter.as_deref(),
            over: over.as_ref(),
            span,
        };
        let mut named = Vec::new();
        // `struct(*)`, `hash(t.*)`: every column, where a function other than `count` stands.
        let stars = match args {
            FunctionArguments::List(list) if call.name != "count" => self.star_arguments(&list.args, span),
            _ => Some(Vec::new()),
        };
        let Some(stars) = stars else { return self.unproved(call.name.as_str(), span) };
        match args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(_) => {
                return self.unsupported_expr(span, "a query as the argument of a function");
            }
            FunctionArguments::List(list) => {
                let ast::FunctionArgumentList { duplicate_treatment, args, clauses } = list;
                call.distinct = matches!(duplicate_treatment, Some(DuplicateTreatment::Distinct));
                for arg in args {
                    match arg {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => call.args.push(expr),
                        FunctionArg::Unnamed(FunctionArgExpr::Wildcard | FunctionArgExpr::QualifiedWildcard(_))
                            if !stars.is_empty() =>
                        {
                            call.args.extend(&stars);
                        }
                        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => call.star = true,
                        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(expr), operator: _ } => {
                            named.push((self.identifier(name), expr));
                        }
                        _ => self.unsupported(span, "this argument"),
                    }
                }
                for clause in clauses {
                    match clause {
                        FunctionArgumentClause::IgnoreOrRespectNulls(nulls) => {
                            call.ignore_nulls = Some(matches!(nulls, NullTreatment::IgnoreNulls));
                        }
                        _ => self.unsupported(span, "this clause inside a function's parentheses"),
                    }
                }
            }
        }
        let single = qualified.parts().len() == 1;
        if single && (named.is_empty() || functions::is_special(&call.name)) {
            call.args.extend(named.iter().map(|(_, arg)| *arg));
            named.clear();
            if let Some(bound) = self.special(&call) {
                return bound;
            }
        }
        match functions::find(&call.name).filter(|_| single) {
            Some(function) => {
                if !named.is_empty() {
                    return self.named_arguments(function, &call, &named);
                }
                self.built_in(function, &call)
            }
            None => self.user_function(&qualified, &call, &named),
        }
    }

    /// The columns that a `*` among the arguments stands for; `None` where they are not all known.
    fn star_arguments(&mut self, args: &[FunctionArg], span: Span) -> Option<Vec<Ast>> {
        let mut columns = Vec::new();
        for arg in args {
            let qualifier = match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => Vec::new(),
                FunctionArg::Unnamed(FunctionArgExpr::QualifiedWildcard(name)) => {
                    self.object_name(name, span)?.parts().to_vec()
                }
                _ => continue,
            };
            let scope = self.frame().scope.clone();
            for relation in scope.relations.iter().filter(|r| qualifier.is_empty() || r.named(&qualifier)) {
                if relation.open.is_some() {
                    return None;
                }
                for column in relation.columns.iter().filter(|column| column.role == Role::Plain) {
                    let parts = relation.qualifier.iter().chain([&column.name]);
                    let ident = |part: &crate::ident::Identifier| ast::Ident {
                        span: super::output::located(span),
                        ..ast::Ident::new(part.as_str())
                    };
                    columns.push(Ast::CompoundIdentifier(parts.map(ident).collect()));
                }
            }
        }
        Some(columns)
    }

    /// sqlparser's span of a call ends before the parenthesis that closes it.
    fn call_span(&self, name: &ObjectName, span: Span) -> Span {
        let end = self.span(name).end;
        let text = self.file.text().get(end as usize..).unwrap_or_default();
        match closing(text) {
            Some(length) => span.to(Span { start: span.start, end: end.saturating_add(length) }),
            None => span,
        }
    }

    pub(super) fn object_name(&mut self, name: &ObjectName, span: Span) -> Option<QualifiedName> {
        let mut parts = Vec::new();
        for part in &name.0 {
            match part {
                ObjectNamePart::Identifier(ident) => {
                    let at = self.span_or_here(ident.span);
                    if self.side.identifiers.contains_key(&at.start) {
                        self.untranslated(true, at, "IDENTIFIER() of something that is not a constant");
                        return None;
                    }
                    parts.push(self.identifier(ident));
                }
                ObjectNamePart::Function(_) => {
                    self.unsupported(span, "a function in a name");
                    return None;
                }
            }
        }
        QualifiedName::new(parts).ok()
    }

    fn built_in(&mut self, function: &'static functions::Function, call: &Call<'_>) -> Expr {
        match function.kind {
            Kind::Aggregate => return self.aggregate(function, call),
            Kind::Ranking => return self.ranking(function, call),
            Kind::Generator => {
                let message = format!("`{}` makes rows: it stands alone in the select list or in FROM", function.name);
                self.error(Code::INVALID_QUERY, call.span, message);
                return self.unproved(function.name, call.span);
            }
            Kind::Scalar | Kind::Session => {}
        }
        self.plain_only(call);
        if call.args.iter().any(|arg| matches!(arg, Ast::Lambda(_))) {
            return self.higher_order(function, &call.args, call.span);
        }
        let args = self.exprs(call.args.iter().copied());
        let mut bound = self.builtin(function.name, args, call.span);
        if function.kind == Kind::Session {
            if let ExprKind::Call { function, args } = bound.kind {
                bound.kind = ExprKind::Session { function, args };
            }
        }
        bound
    }

    /// `f(a, key => b)`: which names a built-in takes is not in the tables, so only what stands by position is matched
    /// with the signature, and the result is typed where it does not depend on the rest.
    fn named_arguments(
        &mut self,
        function: &'static functions::Function,
        call: &Call<'_>,
        named: &[(crate::ident::Identifier, &Ast)],
    ) -> Expr {
        if matches!(function.kind, Kind::Aggregate | Kind::Ranking) {
            // The parameters of these are few and come in order.
            let args: Vec<&Ast> = call.args.iter().copied().chain(named.iter().map(|(_, arg)| *arg)).collect();
            return self.built_in(function, &Call { args, ..call.clone() });
        }
        self.plain_only(call);
        let by_position = call.args.len();
        let mut args = self.exprs(call.args.iter().copied());
        args.extend(self.exprs(named.iter().map(|(_, arg)| *arg)));
        let unbounded = function.signatures().any(|signature| signature.variadic);
        let most = function.signatures().map(|signature| signature.params.len()).max().unwrap_or(0);
        if args.len() > most && !unbounded {
            self.wrong_arity(function, args.len(), call.span);
            return self.unproved(function.name, call.span);
        }
        if let Err(functions::Mismatch { index, expected }) =
            functions::coerce(&function.first, &mut args[..by_position])
        {
            let found = args[index].ty.as_ref().map(ToString::to_string).unwrap_or_default();
            let message = format!("argument {} of `{}` must be {expected}, not {found}", index + 1, call.name);
            self.error(Code::TYPE_MISMATCH, args[index].span, message);
            return self.unproved(function.name, call.span);
        }
        let ty = functions::resolve(function, &function.first, &args[..by_position]).ty;
        let kind = ExprKind::Unproved { what: function.name.to_string(), args };
        Expr { kind, ty, nullable: true, span: call.span }
    }

    /// DISTINCT, FILTER, OVER and the like belong to aggregates.
    pub(super) fn plain_only(&mut self, call: &Call<'_>) {
        let clause = if call.distinct {
            "DISTINCT"
        } else if call.filter.is_some() {
            "FILTER"
        } else if call.over.is_some() {
            "OVER"
        } else if call.ignore_nulls.is_some() {
            "IGNORE NULLS"
        } else if !call.order_by.is_empty() {
            "WITHIN GROUP"
        } else if call.star {
            "*"
        } else {
            return;
        };
        let message = format!("{clause} does not apply to `{}`, which is not an aggregate", call.name);
        self.error(Code::INVALID_QUERY, call.span, message);
    }

    /// A function that is neither built in nor in the catalog: its type is not known.
    pub(super) fn unknown_function(&mut self, name: &QualifiedName, call: &Call<'_>) -> Expr {
        if name.parts().len() == 1 && functions::is_special(&call.name) {
            let message = format!("`{}` cannot be called with {} arguments", call.name, call.args.len());
            self.error(Code::WRONG_ARITY, call.span, message);
            return self.unproved(name.to_string(), call.span);
        }
        if name.parts().len() > 1 {
            // Whether it is there is the catalog's to say, as it is of a table.
            if let Some(diagnostic) =
                self.session.resolve(name).and_then(|it| self.session.absent_function(&it, "function"))
            {
                self.report(diagnostic, call.span);
            }
            return self.unknown_call(name, call);
        }
        if super::table_function::names().any(|table| table == call.name) {
            let message = format!("`{name}` makes a table: it stands in FROM");
            self.error(Code::INVALID_QUERY, call.span, message);
            return self.unproved(name.to_string(), call.span);
        }
        let near = did_you_mean(&call.name, functions::known());
        let nothing_else = self.session.complete || self.only_built_in(name);
        // What is farther from every built-in is more likely a function that somebody made than a slip.
        let slip = near.is_some_and(|near| call.name.chars().count() >= TELLING && one_slip(&call.name, near));
        let mut diagnostic = match self.session.complete || (slip && nothing_else) {
            true => Diagnostic::error(Code::UNKNOWN_FUNCTION, format!("the function `{name}` does not exist")),
            false => {
                let message = format!("the function `{name}` is not known; its result is not checked");
                Diagnostic::note(Code::UNKNOWN_FUNCTION, message)
            }
        };
        if let Some(near) = near {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic, call.span);
        self.unknown_call(name, call)
    }

    /// Nothing but a built-in can have the name: every function of the current schema is known, and none has it.
    fn only_built_in(&self, name: &QualifiedName) -> bool {
        let Some(resolved) = self.session.resolve(name) else { return false };
        self.session.catalog.knows_schema(&resolved.catalog, &resolved.schema)
            && !self.session.catalog.unread(&resolved)
    }

    fn unknown_call(&mut self, name: &QualifiedName, call: &Call<'_>) -> Expr {
        let args = self.exprs(call.args.iter().copied().filter(|arg| !matches!(arg, Ast::Lambda(_))));
        let kind = ExprKind::Unproved { what: name.to_string(), args };
        Expr { kind, ty: None, nullable: true, span: call.span }
    }
}

/// The length of the text up to the parenthesis that closes the one it begins with; quoted text is passed over.
fn closing(text: &str) -> Option<u32> {
    let mut depth = 0usize;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some('\'' | '"'), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 1 => return u32::try_from(at + 1).ok(),
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, c) if depth == 0 && !c.is_whitespace() => return None,
            (None, _) => {}
        }
    }
    None
}
