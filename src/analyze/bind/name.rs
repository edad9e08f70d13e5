//! Names to columns.

use sqlparser::ast::Ident;

use crate::analyze::bound::{Expr, ExprKind};
use crate::analyze::functions::{self, Kind};
use crate::diag::{Code, Diagnostic, Span, did_you_mean};
use crate::ident::Identifier;

use super::aggregate::WITHIN;
use super::binder::Binder;
use super::frame::Aliases;
use super::scope::{Found, Open, reference};

/// The parts of an expression that an alias may stand for: aliases of aliases double with each step.
const MAX_REPEATED: usize = 5_000;

impl Binder<'_> {
    /// `a`, `t.a`, `s.t.a`, `c.s.t.a`, each with struct fields behind it.
    pub(super) fn path(&mut self, parts: &[Ident]) -> Expr {
        let spans: Vec<Span> = parts.iter().map(|part| self.span_or_here(part.span)).collect();
        if let Some(at) = spans.iter().find(|at| self.side.identifiers.contains_key(&at.start)) {
            let what = "IDENTIFIER() of something that is not a constant";
            self.untranslated(true, *at, what);
            return self.unproved(what, *at);
        }
        let names: Vec<Identifier> = parts.iter().map(|part| self.identifier(part)).collect();
        for index in (0..self.frames.len()).rev() {
            if let Some((found, used)) = self.in_frame(index, &names) {
                // A column of a table that is not known, or a variable.
                if matches!(found, Found::Open(_)) && self.session.variables.find(&names).is_some() {
                    return self.unproved(names[used - 1].as_str(), spans[0].to(spans[names.len() - 1]));
                }
                return self.settle(found, used, &names, &spans);
            }
        }
        if let [name] = names.as_slice() {
            if let Some(expr) = self.without_parentheses(name, spans[0]) {
                return expr;
            }
        }
        // Rows still know from which table of the dataset's query a column came: an expectation may say `t.a`.
        if self.forbidden.is_some_and(|forbidden| forbidden.code == Code::EXPECTATION)
            && let ([_, column @ ..], [_, places @ ..]) = (names.as_slice(), spans.as_slice())
            && let Some((found @ Found::One(_), used)) = self.in_frame(0, column)
        {
            return self.settle(found, used, column, places);
        }
        if let Some((ty, used)) = self.session.variables.find(&names) {
            let whole = spans[0].to(spans[used - 1]);
            let mut expr = Expr { ty, ..self.unproved(names[used - 1].as_str(), whole) };
            for (name, span) in names.iter().zip(&spans).skip(used) {
                expr = self.field(expr, name, *span);
            }
            return expr;
        }
        self.unknown(&names, &spans)
    }

    /// What the frame offers for the name, and how many parts of it that takes.
    fn in_frame(&self, index: usize, names: &[Identifier]) -> Option<(Found, usize)> {
        let frame = self.frames.get(index)?;
        let first = names.first()?;
        for parameters in frame.lambdas.iter().rev() {
            if let Some(column) = parameters.iter().find(|column| column.name == *first) {
                return Some((Found::One(reference(column, Span::default())), 1));
            }
        }
        let alias = || {
            let (_, expr) = frame.outputs.iter().find(|(name, _)| name == first)?;
            Some((Found::One(expr.clone()), 1))
        };
        if frame.aliases == Aliases::BeforeColumns {
            if let Some(found) = alias() {
                return Some(found);
            }
        }
        let mut open = None;
        for used in (1..=names.len().min(4)).rev() {
            match frame.scope.column(&names[..used - 1], &names[used - 1]) {
                Found::Nothing => {}
                Found::Open(relation) => open = open.or(Some((Found::Open(relation), used))),
                found => return Some((found, used)),
            }
        }
        // A subquery does not see them.
        let here = index + 1 == self.frames.len();
        let lateral = frame.aliases == Aliases::Lateral && !frame.in_window && here;
        let same = || frame.outputs.iter().filter(|(name, _)| name == first);
        if lateral && open.is_some() && (frame.no_aggregate == Some(WITHIN) || same().count() > 1) {
            // No alias can be meant here: it is a column of the table that is not known.
            return open;
        }
        if lateral && same().count() > 1 {
            return Some((Found::Many(same().map(|(name, _)| name.to_string()).collect()), 1));
        }
        if lateral || frame.aliases == Aliases::AfterColumns {
            if let Some((Found::One(expr), used)) = alias() {
                return Some((if lateral { Found::Alias(expr) } else { Found::One(expr) }, used));
            }
        }
        open
    }

    fn settle(&mut self, found: Found, used: usize, names: &[Identifier], spans: &[Span]) -> Expr {
        let whole = spans[0].to(spans[used - 1]);
        let mut expr = match found {
            Found::One(mut expr) => {
                expr.span = whole;
                self.bare_measure(&expr, &names[used - 1], whole);
                expr
            }
            Found::Alias(mut expr) => {
                // Databricks: UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC.
                if self.frame().no_aggregate == Some(WITHIN) {
                    let message =
                        format!("`{}` is an alias of this select list, which an aggregate cannot use", names[0]);
                    let hint = "write the expression again, or compute it in a subquery";
                    self.report(Diagnostic::error(Code::UNKNOWN_COLUMN, message).hint(hint), whole);
                    return self.unproved(names[0].as_str(), whole);
                }
                if !self.repeatable(&expr, whole) {
                    return self.unproved(names[0].as_str(), whole);
                }
                expr.span = whole;
                expr
            }
            Found::Many(candidates) => {
                let message = format!("`{}` is ambiguous", names[used - 1]);
                let hint = match candidates.as_slice() {
                    [first, rest @ ..] if rest.iter().all(|other| other == first) => {
                        format!("{} columns are called `{first}`", candidates.len())
                    }
                    _ => format!("it may be {}", candidates.join(" or ")),
                };
                self.report(Diagnostic::error(Code::AMBIGUOUS_COLUMN, message).hint(hint), whole);
                return self.unproved(names[used - 1].as_str(), whole);
            }
            Found::Open(Open::Scan(scan)) => self.opened_column(scan, &names[used - 1], whole),
            Found::Open(Open::System) => {
                self.system_column(names, used, whole);
                self.unproved(names[used - 1].as_str(), whole)
            }
            Found::Open(Open::Query) | Found::Nothing => self.unproved(names[used - 1].as_str(), whole),
        };
        for (name, span) in names.iter().zip(spans).skip(used) {
            expr = self.field(expr, name, *span);
        }
        expr
    }

    /// A warning where the name is close to a documented one, else nothing: Databricks adds columns.
    fn system_column(&mut self, names: &[Identifier], used: usize, span: Span) {
        let name = &names[used - 1];
        let known: Vec<Identifier> = self.frames.iter().rev().flat_map(|frame| frame.scope.names().cloned()).collect();
        let Some(near) = did_you_mean(name.as_str(), known.iter().map(Identifier::as_str)) else { return };
        let message = format!("the system table has no column `{name}` that is documented");
        let diagnostic = Diagnostic::warning(Code::SYSTEM_COLUMN, message).hint(format!("did you mean `{near}`?"));
        self.report(diagnostic, span);
    }

    /// An expression that is written out a second time must give the same value again, and not grow without bounds.
    pub(super) fn repeatable(&mut self, expr: &Expr, span: Span) -> bool {
        let mut random = None;
        let mut parts = 0usize;
        expr.visit(&mut |part| {
            parts += 1;
            if let ExprKind::Call { function, .. } = part.kind {
                let known = functions::find(function);
                random = random.or(known.filter(|known| !known.deterministic).map(|known| known.name));
            }
        });
        if let Some(function) = random {
            self.doubted(span, &format!("using a value of `{function}` twice in one SELECT"));
        } else if parts > MAX_REPEATED {
            self.doubted(span, "using so large an expression more than once");
        }
        random.is_none() && parts <= MAX_REPEATED
    }

    /// A column of a table that is not known: it is taken to exist.
    fn opened_column(&mut self, scan: u32, name: &Identifier, span: Span) -> Expr {
        if let Some(column) = self.opened.get(&scan).and_then(|columns| columns.iter().find(|c| c.name == *name)) {
            return reference(column, span);
        }
        let column = self.column(name.clone(), None, true);
        let expr = reference(&column, span);
        self.opened.entry(scan).or_default().push(column);
        expr
    }

    /// `current_date` and the like may be written without parentheses.
    fn without_parentheses(&mut self, name: &Identifier, span: Span) -> Option<Expr> {
        let function = functions::find(&name.folded())?;
        let bare = ["current_date", "current_timestamp", "current_user", "session_user", "localtimestamp"];
        if function.kind != Kind::Session || !bare.contains(&function.name) {
            return None;
        }
        let resolved = functions::resolve(function, &function.first, &[]);
        let kind = ExprKind::Session { function: function.name, args: Vec::new() };
        Some(Expr { kind, ty: resolved.ty, nullable: resolved.nullable, span })
    }

    fn unknown(&mut self, names: &[Identifier], spans: &[Span]) -> Expr {
        let frames = self.frames.iter().rev();
        let qualifier = &names[..names.len() - 1];
        let known = frames.clone().any(|frame| frame.scope.has_relation(qualifier));
        let (at, name) = if known { (names.len() - 1, &names[names.len() - 1]) } else { (0, &names[0]) };
        let elsewhere = frames
            .clone()
            .flat_map(|frame| &frame.scope.relations)
            .find(|relation| known && relation.columns.iter().any(|column| column.name == *name))
            .map(|relation| join(&relation.qualifier));
        let candidates: Vec<Identifier> = frames
            .flat_map(|frame| frame.scope.names().chain(frame.outputs.iter().map(|(name, _)| name)).cloned())
            .collect();
        let message = match names {
            [name] => format!("the column `{name}` does not exist"),
            _ if known => format!("`{}` has no column `{name}`", join(qualifier)),
            _ => format!("`{}` is neither a column nor a table of this query", names[0]),
        };
        // Databricks: UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW.
        let alias = self.frames.last().filter(|frame| frame.in_window && names.len() == 1);
        if alias.is_some_and(|frame| frame.outputs.iter().any(|(alias, _)| alias == name)) {
            let message = format!("`{name}` is an alias of this select list, which a window function cannot use");
            let hint = "write the expression again, or compute it in a subquery";
            self.report(Diagnostic::error(Code::UNKNOWN_COLUMN, message).hint(hint), spans[at]);
            return self.unproved(name.as_str(), spans[0]);
        }
        let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, message);
        if let Some(other) = elsewhere.filter(|other| !other.is_empty()) {
            self.report(diagnostic.hint(format!("`{other}` has a column of this name")), spans[at]);
            return self.unproved(name.as_str(), spans[0].to(spans[spans.len() - 1]));
        }
        self.report(diagnostic.suggest(name.as_str(), candidates.iter().map(Identifier::as_str)), spans[at]);
        self.unproved(name.as_str(), spans[0].to(spans[spans.len() - 1]))
    }
}

fn join(names: &[Identifier]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}
