//! Statements from the outside: a whole query, a lone expression, a function.

use sqlparser::ast::{Expr as Ast, Query};

use crate::analyze::bound::{BoundQuery, Column, Expr, Proof, Relation};
use crate::analyze::entry::{BoundFunction, prune_metadata};
use crate::analyze::functions;
use crate::diag::Code;
use crate::syntax::DataType;
use crate::syntax::ast::{CreateFunction, FunctionBody, FunctionReturns};

use super::binder::{Binder, Forbidden};
use super::frame::Frame;
use super::scope::{Scope, ScopeColumn, ScopeRelation};
use super::user::parameters;

impl Binder<'_> {
    /// The query, and whether it has columns that are not known.
    pub(crate) fn whole_query(&mut self, query: &Query) -> (BoundQuery, bool) {
        let rel = self.query(query);
        let ctes = std::mem::take(&mut self.ctes);
        let mut bound = BoundQuery { relation: rel.relation, output: rel.columns, ctes, proof: self.proof };
        self.fill_opened(&mut bound);
        prune_metadata(&mut bound);
        (bound, rel.open)
    }

    /// Adds to each scan of an unknown table the columns that were asked for.
    fn fill_opened(&mut self, query: &mut BoundQuery) {
        let opened = std::mem::take(&mut self.opened);
        if opened.is_empty() {
            return;
        }
        let mut fill = |relation: &mut Relation| {
            if let Relation::Scan(scan) = relation {
                if let Some(columns) = opened.get(&scan.span.start).filter(|_| scan.columns.is_empty()) {
                    scan.columns = columns.clone();
                }
            }
        };
        query.relation.relations_mut(&mut fill);
        for cte in &mut query.ctes {
            cte.query.relations_mut(&mut fill);
        }
    }

    /// An expression over columns, without aggregates and windows.
    pub(crate) fn lone(&mut self, ast: &Ast, columns: &[Column], forbidden: Forbidden) -> Expr {
        let columns = columns.iter().map(ScopeColumn::plain).collect();
        let scope = Scope { relations: vec![ScopeRelation { qualifier: Vec::new(), columns, open: None }] };
        self.forbidden = Some(forbidden);
        self.frames.push(Frame::new(scope).forbid(forbidden.place));
        let bound = self.expr(ast);
        self.frames.pop();
        self.forbidden = None;
        bound
    }

    pub(crate) fn create_function(&mut self, function: &CreateFunction) -> BoundFunction {
        let mut columns: Vec<Column> = Vec::new();
        for parameter in &function.parameters {
            if columns.iter().any(|known| known.name == parameter.name.value) {
                let message = format!("the parameter `{}` is defined twice", parameter.name.value);
                self.error(Code::DUPLICATE_COLUMN, parameter.name.span, message);
            }
            let before = function.parameters.iter().take(columns.len());
            if parameter.default.is_none() && before.clone().any(|before| before.default.is_some()) {
                let message =
                    format!("the parameter `{}` needs a default: one before it has one", parameter.name.value);
                self.error(Code::INVALID_QUERY, parameter.name.span, message);
            }
            let ty = parameter.data_type.value.clone();
            if let Some(default) = &parameter.default {
                self.side = std::sync::Arc::new(default.side.clone());
                let mut bound = self.lone(&default.ast, &[], plain("a default"));
                self.argument(&mut bound, ty.clone(), function.name.value.name().as_str());
            }
            columns.push(self.column(parameter.name.value.clone(), Some(ty), true));
        }
        let declared = match &function.returns {
            Some(FunctionReturns::Scalar(ty)) => Some(ty.value.clone()),
            Some(FunctionReturns::Table(_)) | None => None,
        };
        let mut bound = BoundFunction {
            parameters: columns.clone(),
            body: None,
            query: None,
            returns: declared,
            proof: Proof::default(),
        };
        match (&function.body, &function.returns) {
            (FunctionBody::Foreign { .. }, _) => {}
            (FunctionBody::Query(query), Some(FunctionReturns::Table(_))) => {
                self.frames.push(Frame::new(parameters(&function.name.value, &columns)).forbid("a function's body"));
                self.side = std::sync::Arc::new(query.side.clone());
                let (query, _) = self.whole_query(&query.ast);
                self.frames.pop();
                self.table_columns(function, &query);
                bound.query = Some(query);
            }
            (FunctionBody::Expr(_) | FunctionBody::Query(_), _) => {
                let Some(mut body) = self.body_expr(function, &columns) else { return bound };
                match &bound.returns {
                    Some(returns) => self.assign_result(&mut body, returns),
                    None => bound.returns = body.ty.clone(),
                }
                bound.body = Some(body);
            }
        }
        bound
    }

    fn assign_result(&mut self, body: &mut Expr, returns: &DataType) {
        let Some(from) = body.ty.clone() else { return };
        if crate::analyze::types::implicit(&from, returns) {
            functions::cast(body, returns.clone());
        } else {
            let message = format!("the function returns {returns}, but its body is {from}");
            self.error(Code::TYPE_MISMATCH, body.span, message);
        }
    }

    fn table_columns(&mut self, function: &CreateFunction, query: &BoundQuery) {
        let Some(declared) = self.declared_columns(function) else { return };
        if declared.len() != query.output.len() {
            let message =
                format!("the function declares {} columns, but its query gives {}", declared.len(), query.output.len());
            self.error(Code::INVALID_QUERY, function.name.span, message);
            return;
        }
        for ((name, ty), column) in declared.iter().zip(&query.output) {
            if let Some(from) = column.ty.as_ref().filter(|from| !crate::analyze::types::implicit(from, ty)) {
                let message = format!("the column `{name}` is declared {ty}, but the query gives {from}");
                self.error(Code::TYPE_MISMATCH, function.name.span, message);
            }
        }
    }
}

fn plain(place: &'static str) -> Forbidden {
    Forbidden { code: Code::INVALID_QUERY, place, subqueries: false }
}
