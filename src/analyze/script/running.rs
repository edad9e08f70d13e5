//! One statement after another.

use std::sync::Arc;

use crate::analyze::bound::{BoundQuery, Column, Proof};
use crate::analyze::change::{bind_change, unchangeable};
use crate::analyze::entry::{ScalarRule, bind_function, bind_partial, bind_scalar};
use crate::analyze::pipeline::analyze_one;
use crate::analyze::policy::check_policy;
use crate::analyze::session::Session;
use crate::analyze::table::bind_table;
use crate::analyze::variables::{VariableScope, Variables};
use crate::catalog::{ColumnInfo, LayeredCatalog, RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::Identifier;
use crate::syntax::DataType;
use crate::syntax::ast::{
    CreateDataset, CreateProcedure, CreateTable, DatasetKind, DatasetSource, Expr, Governance, Name, Query, Statement,
    StatementKind,
};

/// What a script does, for whoever traces it.
pub enum Observed<'s> {
    Statement(&'s Statement),
    /// The query of a cursor or of a loop.
    Query(&'s Query),
}

/// Told of each statement inside of a script before it is bound, with the names that it sees.
pub type Observer<'o> = dyn FnMut(Observed<'_>, &Session<'_>, &Arc<SourceFile>) + 'o;

/// A session in which statements run.
pub struct Running<'a, 'o> {
    pub(super) file: Arc<SourceFile>,
    /// What the session sees, but for the catalog, which grows.
    base: Session<'a>,
    catalog: LayeredCatalog<'a>,
    pub(super) variables: Variables,
    pub(super) cursors: Vec<Cursor>,
    pub(super) labels: Vec<Label>,
    /// Which schema names mean is not known any more, or which tables there are.
    pub(super) lost: bool,
    /// Inside a branch or a loop.
    pub(super) nested: usize,
    pub(super) proof: Proof,
    pub(super) found: Diagnostics,
    pub(super) observer: Option<&'o mut Observer<'o>>,
}

/// `None` as columns: they are not known.
pub(super) struct Cursor {
    pub(super) name: Identifier,
    pub(super) columns: Option<Vec<Option<DataType>>>,
}

pub(super) struct Label {
    pub(super) name: Identifier,
    pub(super) is_loop: bool,
}

impl<'a, 'o> Running<'a, 'o> {
    pub fn new(session: Session<'a>, file: &Arc<SourceFile>) -> Self {
        let catalog = LayeredCatalog::over(session.catalog);
        let variables = Variables { scopes: vec![VariableScope::default()] };
        Self {
            file: Arc::clone(file),
            base: session,
            catalog,
            variables,
            cursors: Vec::new(),
            labels: Vec::new(),
            lost: false,
            nested: 0,
            proof: Proof::default(),
            found: Diagnostics::default(),
            observer: None,
        }
    }

    #[must_use]
    pub fn observed(mut self, observer: &'o mut Observer<'o>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// What the next statement sees.
    pub fn session(&self) -> Session<'_> {
        Session { catalog: &self.catalog, variables: self.variables.clone(), ..self.base.clone() }
    }

    /// Binds a statement: how much of it was proved and what is wrong with it; `None` for one that holds nothing to bind.
    pub fn statement(&mut self, statement: &Statement) -> Option<(Proof, Diagnostics)> {
        let before = (std::mem::take(&mut self.proof), std::mem::take(&mut self.found));
        let holds = self.run(statement);
        let result = (std::mem::replace(&mut self.proof, before.0), std::mem::replace(&mut self.found, before.1));
        holds.then_some(result)
    }

    /// Is there anything in the statement to bind?
    pub(super) fn run(&mut self, statement: &Statement) -> bool {
        if self.lost && !matches!(statement.kind, StatementKind::Script(_) | StatementKind::CreateProcedure(_)) {
            return false;
        }
        let file = Arc::clone(&self.file);
        match &statement.kind {
            StatementKind::Script(block) => {
                let outer = std::mem::replace(&mut self.lost, false);
                self.block(block);
                self.lost |= outer;
            }
            StatementKind::CreateProcedure(procedure) => self.procedure(procedure),
            StatementKind::Session(session) => return self.session_statement(session),
            StatementKind::Query(query) => {
                self.query(query);
            }
            StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Merge(_) => {
                let Some((proof, found)) = bind_change(&statement.kind, &file, &self.session()) else { return false };
                self.add(proof, found);
            }
            StatementKind::Truncate { name, partition: _ } => {
                let found = unchangeable(name, &file, &self.session());
                self.found.extend(found);
            }
            StatementKind::CreateTable(table) => self.table(table),
            StatementKind::CreateDataset(view) => self.view(view),
            StatementKind::CreateFunction(function) => {
                let session = Session { variables: Variables::default(), ..self.session() };
                let (bound, found) = bind_function(function, &file, &session);
                self.add(bound.proof, found);
            }
            StatementKind::CopyInto(copy) => self.copy(copy),
            StatementKind::Govern(govern) => match &**govern {
                Governance::CreatePolicy(policy) => {
                    let found = check_policy(policy, &file, &self.session());
                    self.found.extend(found);
                }
                _ => return false,
            },
            StatementKind::UseCatalog(name) => {
                self.base.current_catalog = name.value.clone();
                self.moved();
                return false;
            }
            StatementKind::UseSchema(name) => {
                self.lost |= !self.base.use_schema(&name.value);
                self.moved();
                return false;
            }
            kind => {
                for name in kind.makes_unread() {
                    self.unread(name);
                }
                return false;
            }
        }
        true
    }

    /// Whether a branch is taken is not known, and so not what names mean behind it.
    fn moved(&mut self) {
        self.lost |= self.nested > 0;
    }

    pub(super) fn add(&mut self, proof: Proof, found: Diagnostics) {
        self.proof.add(proof);
        self.found.extend(found);
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        let location = Location::new(&self.file, span);
        self.found.push(Diagnostic::error(code, message).at(location));
    }

    /// A table or a view of which nothing is known.
    pub(super) fn unread(&mut self, name: &Name) {
        if let Some(name) = self.base.resolve(&name.value) {
            self.catalog.add_unread(name);
        }
    }

    /// The columns, where all of them are known.
    pub(super) fn query(&mut self, query: &Query) -> Option<Vec<Column>> {
        let (bound, open, found) = bind_partial(query, &self.file, &self.session());
        let BoundQuery { output, proof, .. } = bound;
        let known = !open && !found.has_errors();
        self.add(proof, found);
        known.then_some(output)
    }

    /// A query that is no statement.
    pub(super) fn inner_query(&mut self, query: &Query) -> Option<Vec<Column>> {
        self.observe(|| Observed::Query(query));
        self.query(query)
    }

    pub(super) fn observe<'s>(&mut self, what: impl FnOnce() -> Observed<'s>) {
        if let Some(observer) = self.observer.take() {
            if !self.lost {
                observer(what(), &self.session(), &Arc::clone(&self.file));
            }
            self.observer = Some(observer);
        }
    }

    /// An expression that sees variables, and no row.
    pub(super) fn value(&mut self, expr: &Expr) -> Option<DataType> {
        let (bound, found) = bind_scalar(expr, &self.file, &self.session(), &[], ScalarRule::PREDICATE);
        self.add(bound.proof(), found);
        bound.ty
    }

    fn table(&mut self, table: &CreateTable) {
        let (bound, found) = bind_table(table, &self.file, &self.session());
        self.add(bound.proof, found);
        self.made(&table.name, RelationKind::Table, bound.columns);
    }

    fn view(&mut self, view: &CreateDataset) {
        match &view.source {
            DatasetSource::Query(query) if view.kind == DatasetKind::TemporaryView => {
                let output = self.query(query);
                let named = view.columns.iter().map(|column| column.name.value.clone());
                let columns = output.map(|output| {
                    let named: Vec<Identifier> = named.collect();
                    let name = |index: usize, column: &Column| named.get(index).unwrap_or(&column.name).clone();
                    let info = |(index, column): (usize, &Column)| ColumnInfo {
                        name: name(index, column),
                        data_type: column.ty.clone(),
                        nullable: column.nullable,
                        comment: None,
                    };
                    output.iter().enumerate().map(info).collect()
                });
                self.made(&view.name, RelationKind::TemporaryView, columns);
            }
            DatasetSource::Query(_) if view.kind == DatasetKind::View => {
                let session = Session { variables: Variables::default(), ..self.session() };
                let (bound, found) = analyze_one(view, &self.file, &session);
                let mut proof = Proof::default();
                for flow in bound.iter().flat_map(|view| &view.flows) {
                    proof.add(flow.query.proof);
                }
                self.add(proof, found);
                self.made(&view.name, RelationKind::View, bound.map(|view| view.columns));
            }
            // The query of what only a pipeline makes.
            DatasetSource::Query(query) => {
                self.query(query);
                self.unread(&view.name);
            }
            DatasetSource::None | DatasetSource::Flow(_) => self.unread(&view.name),
        }
    }

    fn made(&mut self, name: &Name, kind: RelationKind, columns: Option<Vec<ColumnInfo>>) {
        let Some(resolved) = self.base.resolve(&name.value) else { return };
        // `IF NOT EXISTS`, branches and loops: another statement may have made it otherwise.
        match columns.filter(|_| self.nested == 0) {
            Some(columns) => {
                let info = TableInfo { name: resolved, kind, columns, append_only: true, comment: None };
                self.catalog.add_table(info);
            }
            None => self.catalog.add_unread(resolved),
        }
    }

    /// The body of a procedure sees its parameters, and nothing of the session that makes it.
    fn procedure(&mut self, procedure: &CreateProcedure) {
        let mut scope = VariableScope { label: Some(procedure.name.value.name().clone()), ..VariableScope::default() };
        for (_, parameter) in &procedure.parameters {
            let ty = parameter.data_type.value.clone();
            if let Some(default) = &parameter.default {
                let from = self.value(default);
                self.assignable(from, Some(&ty), default.span, &format!("the parameter `{}`", parameter.name.value));
            }
            if !scope.declare(parameter.name.value.clone(), Some(ty)) {
                let message = format!("the parameter `{}` is defined twice", parameter.name.value);
                self.error(Code::DUPLICATE_COLUMN, parameter.name.span, message);
            }
        }
        let file = Arc::clone(&self.file);
        let mut body = Running::new(self.base.clone(), &file);
        std::mem::swap(&mut body.catalog, &mut self.catalog);
        body.observer = self.observer.take();
        body.variables = Variables { scopes: vec![VariableScope::default(), scope] };
        body.block(&procedure.body);
        std::mem::swap(&mut body.catalog, &mut self.catalog);
        self.observer = body.observer.take();
        self.add(body.proof, body.found);
    }
}
