//! Statements of a session: `EXECUTE IMMEDIATE`, `CALL` and the like.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlparser::ast::{Expr as Ast, Value};

use crate::analyze::bound::{BoundQuery, ExprKind};
use crate::analyze::entry::bind_partial;
use crate::analyze::session::Session;
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::Identifier;
use crate::syntax::ast::{
    CreateProcedure, Expr, FunctionParameter, Ident, Name, ParameterMode, SessionStatement, Statement, StatementKind,
};
use crate::syntax::{DataType, TokenKind, lex, parse};

use super::assign::is_default;
use super::running::{Observed, Running};

impl Running<'_, '_> {
    /// Is there anything in it to bind?
    pub(super) fn session_statement(&mut self, statement: &SessionStatement) -> bool {
        match statement {
            SessionStatement::Declare(declared) => self.declare(declared, false),
            SessionStatement::DropVariable { if_exists: _, name } => {
                let name = name.value.name().clone();
                self.variables.session_mut().variables.retain(|(known, _)| *known != name);
                return false;
            }
            SessionStatement::SetVariables(set) => self.set(set),
            SessionStatement::ExecuteImmediate { text, into, using } => self.execute_immediate(text, into, using),
            SessionStatement::Call { procedure, arguments } => self.call(procedure, arguments),
            SessionStatement::ShowSettings { .. }
            | SessionStatement::Reset { .. }
            | SessionStatement::SetTimeZone(_)
            | SessionStatement::Transaction(_)
            | SessionStatement::CreateWidget { .. }
            | SessionStatement::RemoveWidget { .. } => return false,
        }
        true
    }

    /// A text that is written out is a statement of its own, which sees the variables of the session, not those of the
    /// script (Databricks documentation, "EXECUTE IMMEDIATE").
    fn execute_immediate(&mut self, text: &Expr, into: &[Name], using: &[(Expr, Option<Ident>)]) {
        let mut given: Vec<(Option<Identifier>, Option<DataType>)> = Vec::new();
        for (expr, alias) in using {
            let ty = self.value(expr);
            let name = alias.as_ref().map(|alias| alias.value.clone()).or_else(|| variable_name(&expr.ast));
            given.push((name, ty));
        }
        let Some((statement, inner)) = self.written_out(text) else {
            into.iter().for_each(|target| {
                self.target(target);
            });
            // What it makes or uses is not known.
            let ty = self.value(text);
            if let Some(ty) = ty.filter(|ty| !matches!(ty, DataType::String | DataType::Void)) {
                self.error(Code::TYPE_MISMATCH, text.span, format!("EXECUTE IMMEDIATE needs a STRING, not {ty}"));
            }
            self.lost |= !is_literal(&text.ast);
            return;
        };
        let parameters: BTreeMap<String, DataType> =
            given.iter().filter_map(|(name, ty)| Some((name.as_ref()?.folded(), ty.clone()?))).collect();
        let outer = std::mem::replace(&mut self.file, inner);
        let before = std::mem::take(&mut self.found);
        let variables = self.variables.of_session();
        let variables = std::mem::replace(&mut self.variables, variables);
        self.observe(|| Observed::Statement(&statement));
        let columns = match &statement.kind {
            StatementKind::Query(query) => {
                let (bound, open, found) = {
                    let session = Session { parameters, ..self.session() };
                    bind_partial(query, &self.file, &session)
                };
                self.markers(&bound, &given, text.span);
                let known = !open && !found.has_errors();
                self.add(bound.proof, found);
                known.then(|| bound.output.into_iter().map(|column| column.ty).collect())
            }
            _ => {
                self.run(&statement);
                None
            }
        };
        let is_query = matches!(statement.kind, StatementKind::Query(_));
        self.variables = variables;
        let inner = std::mem::replace(&mut self.file, outer);
        let found = std::mem::replace(&mut self.found, before);
        self.found.extend(moved(found, &inner, &self.file));
        if !into.is_empty() && !is_query {
            // Databricks: INVALID_STATEMENT_FOR_EXECUTE_INTO.
            self.error(Code::INVALID_QUERY, text.span, "INTO needs a query");
        }
        if !into.is_empty() {
            self.fill(into, columns, text.span);
        }
    }

    /// The statement of a literal, in a file in which it stands where it stands in this one.
    fn written_out(&mut self, text: &Expr) -> Option<(Statement, Arc<SourceFile>)> {
        let Ast::Value(value) = &*text.ast else { return None };
        let (Value::SingleQuotedString(written) | Value::DoubleQuotedString(written)) = &value.value else {
            return None;
        };
        let source = self.file.text().get(text.span.range())?;
        let at = source.find(written.as_str()).filter(|_| source.len() >= written.len() + 2)?;
        // With quotes or escapes inside, places in it are not places in the file.
        let start = text.span.start as usize + at;
        let blank = |text: &str| {
            text.chars()
                .flat_map(|c| if c == '\n' { "\n" } else { " " }.repeat(c.len_utf8()).chars().collect::<Vec<char>>())
                .collect::<String>()
        };
        let mut laid = blank(self.file.text().get(..start)?);
        laid.push_str(written);
        let file = SourceFile::new(self.file.name(), laid);
        let parsed = parse(&file);
        if parsed.diagnostics.has_errors() {
            let found = moved(parsed.diagnostics, &file, &self.file);
            self.found.extend(found);
            return None;
        }
        let [statement] = <[Statement; 1]>::try_from(parsed.statements).ok()?;
        Some((statement, file))
    }

    /// Every marker gets a value: `?` by its position, `:name` by its name.
    fn markers(&mut self, query: &BoundQuery, given: &[(Option<Identifier>, Option<DataType>)], span: Span) {
        let mut named: BTreeSet<String> = BTreeSet::new();
        let mut note = |expr: &crate::analyze::bound::Expr| {
            if let ExprKind::Parameter(name) = &expr.kind {
                named.insert(name.to_lowercase());
            }
        };
        query.relation.visit(&mut note);
        query.ctes.iter().for_each(|cte| cte.query.visit(&mut note));
        let text = self.file.text();
        let positional = lex(text).tokens.iter().filter(|token| token.kind == TokenKind::Question).count();
        if positional > given.len() {
            let message = format!("the statement has {positional} markers, and USING gives {} values", given.len());
            self.error(Code::INVALID_QUERY, span, message);
        }
        if positional > 0 {
            return;
        }
        for name in named.iter().filter(|name| name.as_str() != "?") {
            if !given.iter().any(|(known, _)| known.as_ref().is_some_and(|known| known.folded() == **name)) {
                let message = format!("USING gives no value for `:{name}`");
                self.error(Code::INVALID_QUERY, span, message);
            }
        }
    }

    /// Databricks documentation, "CALL": arguments by position, then by name; those of OUT and INOUT are variables.
    fn call(&mut self, name: &Name, arguments: &[(Option<Ident>, Expr)]) {
        let procedure = self.session().resolve(&name.value).and_then(|name| self.session().catalog.procedure(&name));
        let Some(procedure) = procedure else {
            for (_, argument) in arguments.iter().filter(|(_, argument)| !is_default(&argument.ast)) {
                self.value(argument);
            }
            return;
        };
        let CreateProcedure { parameters, .. } = &*procedure;
        let mut filled: Vec<usize> = Vec::new();
        for (position, (named, argument)) in arguments.iter().enumerate() {
            let index = match named {
                None => Some(position).filter(|index| *index < parameters.len()),
                Some(named) => parameters.iter().position(|(_, parameter)| parameter.name.value == named.value),
            };
            match (index, named) {
                (Some(index), _) => {
                    if filled.contains(&index) {
                        let message = format!("`{}` is given twice", parameters[index].1.name.value);
                        self.error(Code::WRONG_ARITY, argument.span, message);
                    }
                    filled.push(index);
                    let (mode, parameter) = &parameters[index];
                    self.argument(*mode, parameter, argument);
                }
                (None, Some(named)) => {
                    let names = parameters.iter().map(|(_, parameter)| parameter.name.value.as_str());
                    let message = format!("`{}` has no parameter `{}`", name.value, named.value);
                    let diagnostic = Diagnostic::error(Code::WRONG_ARITY, message).suggest(named.value.as_str(), names);
                    self.found.push(diagnostic.at(Location::new(&self.file, named.span)));
                    return;
                }
                (None, None) => {
                    let message =
                        format!("`{}` takes {} arguments, not {}", name.value, parameters.len(), arguments.len());
                    self.error(Code::WRONG_ARITY, argument.span, message);
                    return;
                }
            }
        }
        let missing = parameters.iter().enumerate().filter(|(index, _)| !filled.contains(index));
        let missing: Vec<&FunctionParameter> =
            missing.map(|(_, (_, parameter))| parameter).filter(|parameter| parameter.default.is_none()).collect();
        if let Some(parameter) = missing.first() {
            let message = format!("`{}` misses its argument `{}`", name.value, parameter.name.value);
            self.error(Code::WRONG_ARITY, name.span, message);
        }
    }

    fn argument(&mut self, mode: ParameterMode, parameter: &FunctionParameter, argument: &Expr) {
        let ty = &parameter.data_type.value;
        let what = format!("the parameter `{}`", parameter.name.value);
        match mode {
            ParameterMode::In if is_default(&argument.ast) => {}
            ParameterMode::In => {
                let from = self.value(argument);
                self.assignable(from, Some(ty), argument.span, &what);
            }
            ParameterMode::Out | ParameterMode::InOut => match &*argument.ast {
                Ast::Identifier(_) | Ast::CompoundIdentifier(_) => {
                    let from = self.value(argument);
                    if mode == ParameterMode::InOut {
                        self.assignable(from, Some(ty), argument.span, &what);
                    }
                }
                Ast::Function(_) => {}
                _ => self.error(
                    Code::INVALID_QUERY,
                    argument.span,
                    format!("{what} gives a value back: it needs a variable"),
                ),
            },
        }
    }
}

fn is_literal(ast: &Ast) -> bool {
    matches!(ast, Ast::Value(_))
}

/// The name of a variable that stands alone: it names the marker, too.
fn variable_name(ast: &Ast) -> Option<Identifier> {
    let ident = match ast {
        Ast::Identifier(ident) => ident,
        Ast::CompoundIdentifier(parts) => parts.last()?,
        _ => return None,
    };
    Identifier::new(ident.value.clone()).ok()
}

/// Findings of a file whose places are those of another one.
fn moved(found: Diagnostics, from: &Arc<SourceFile>, to: &Arc<SourceFile>) -> Diagnostics {
    let place = |location: Location| match Arc::ptr_eq(&location.file, from) {
        true => Location::new(to, location.span),
        false => location,
    };
    found
        .into_iter()
        .map(|mut diagnostic| {
            diagnostic.location = diagnostic.location.map(place);
            diagnostic
        })
        .collect()
}
