//! The declarations of a pipeline's files.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::analyze::session::Session;
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::syntax::Parsed;
use crate::syntax::ast::{CreateDataset, DatasetKind, DatasetSource, FlowBody, Name, Query, Statement, StatementKind};

/// A dataset as declared, with the flows that fill it.
pub(super) struct Declared<'s> {
    pub(super) name: TableName,
    pub(super) statement: &'s CreateDataset,
    pub(super) location: Location,
    pub(super) flows: Vec<DeclaredFlow<'s>>,
    /// Where its unqualified names are looked up.
    pub(super) place: (Identifier, Identifier),
    /// Its statement, if that is only an outline.
    pub(super) outline: Option<&'s Statement>,
    /// Whether each of its flows is among `flows`; one that is not valid is not.
    pub(super) whole: bool,
}

pub(super) struct DeclaredFlow<'s> {
    pub(super) name: TableName,
    pub(super) body: Body<'s>,
    pub(super) location: Location,
    pub(super) place: (Identifier, Identifier),
    /// Its own `CREATE FLOW`, if that is only an outline.
    pub(super) outline: Option<&'s Statement>,
}

pub(super) enum Body<'s> {
    /// The query of the dataset's own statement.
    Query(&'s Query),
    Flow(&'s FlowBody),
}

impl<'s> Body<'s> {
    /// The flow that stands in the dataset's own statement.
    pub(super) fn of(statement: &'s CreateDataset) -> Option<Self> {
        match &statement.source {
            DatasetSource::None => None,
            DatasetSource::Query(query) => Some(Body::Query(query)),
            DatasetSource::Flow(body) => Some(Body::Flow(body)),
        }
    }

    pub(super) fn query(&self) -> &Query {
        match self {
            Self::Query(query) => query,
            Self::Flow(
                FlowBody::Insert { query, .. }
                | FlowBody::ReplaceWhere { query, .. }
                | FlowBody::ReplaceUsing { query, .. },
            ) => query,
            Self::Flow(FlowBody::AutoCdc { spec, .. }) => &spec.source,
        }
    }
}

#[derive(Default)]
pub(super) struct Declarations<'s> {
    pub(super) datasets: Vec<Declared<'s>>,
    /// Positions in `datasets`.
    pub(super) by_name: HashMap<TableName, usize>,
    /// Names whose statement was not understood.
    pub(super) unread: Vec<TableName>,
    pub(super) diagnostics: Diagnostics,
}

pub(super) fn collect<'s, P: Borrow<Parsed>>(
    files: &'s [(Arc<SourceFile>, P)],
    session: &Session<'_>,
) -> Declarations<'s> {
    let mut all = Declarations::default();
    let mut flows: Vec<(TableName, &'s Name, DeclaredFlow<'s>)> = Vec::new();
    for (file, parsed) in files {
        let parsed: &'s Parsed = parsed.borrow();
        let mut here = session.clone();
        for statement in &parsed.statements {
            all.statement(statement, parsed.outline, file, &mut here, &mut flows);
        }
    }
    for (target, name, flow) in flows {
        all.add_flow(&target, name, flow, session);
    }
    all.unique_flows();
    all
}

/// One dataset without its surroundings.
pub(super) fn alone<'s>(
    statement: &'s CreateDataset,
    file: &Arc<SourceFile>,
    session: &Session<'_>,
) -> (Option<Declared<'s>>, Diagnostics) {
    let mut all = Declarations::default();
    if let Some(name) = all.resolve(&statement.name, file, session) {
        let place = (session.current_catalog.clone(), session.current_schema.clone());
        all.dataset(name, statement, None, file, place);
    }
    (all.datasets.pop(), all.diagnostics)
}

/// The relations that a statement makes, whatever their columns are.
fn made(statement: &Statement, session: &Session<'_>) -> Vec<TableName> {
    let names = statement.kind.makes_unread();
    names.into_iter().filter_map(|name| session.resolve(&name.value)).collect()
}

impl<'s> Declarations<'s> {
    fn statement(
        &mut self,
        statement: &'s Statement,
        outline: bool,
        file: &Arc<SourceFile>,
        session: &mut Session<'_>,
        flows: &mut Vec<(TableName, &'s Name, DeclaredFlow<'s>)>,
    ) {
        let place = (session.current_catalog.clone(), session.current_schema.clone());
        let outline = Some(statement).filter(|statement| outline && statement.is_of_pipeline());
        match &statement.kind {
            StatementKind::CreateDataset(dataset) => {
                if let Some(name) = self.resolve(&dataset.name, file, session) {
                    self.dataset(name, dataset, outline, file, place);
                }
            }
            StatementKind::CreateFlow(flow) => {
                let target = self.resolve(&flow.target, file, session);
                let name = self.resolve(&flow.name, file, session);
                if let (Some(target), Some(name)) = (target, name) {
                    let location = Location::new(file, flow.name.span);
                    let declared = DeclaredFlow { name, body: Body::Flow(&flow.body), location, place, outline };
                    flows.push((target, &flow.target, declared));
                }
            }
            StatementKind::UseCatalog(catalog) => session.current_catalog = catalog.value.clone(),
            StatementKind::UseSchema(name) => {
                if !session.use_schema(&name.value) {
                    self.report(Code::INVALID_QUERY, "a schema's name has at most two parts", file, name.span);
                }
            }
            // Configuration: nothing to analyze.
            StatementKind::Set { .. } => {}
            // Reported by the parser.
            StatementKind::Opaque { .. } => self.unread.extend(made(statement, session)),
            StatementKind::CreateTable(_)
            | StatementKind::CreateCatalog(_)
            | StatementKind::CreateSchema(_)
            | StatementKind::CreateVolume(_)
            | StatementKind::CreateFunction(_)
            | StatementKind::AlterTable(_)
            | StatementKind::CommentOn { .. }
            | StatementKind::Drop { .. }
            | StatementKind::Grant(_)
            | StatementKind::Revoke(_)
            | StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Truncate { .. }
            | StatementKind::Query(_)
            | StatementKind::Refresh { .. }
            | StatementKind::Show { .. }
            | StatementKind::Describe { .. }
            | StatementKind::Deny(_)
            | StatementKind::Merge(_)
            | StatementKind::CopyInto(_)
            | StatementKind::CopyTable(_) => {
                self.unread.extend(made(statement, session));
                let message = "a pipeline's file defines datasets and flows; this statement does not belong in it";
                self.report(Code::SQL_WRONG_PLACE, message, file, statement.span);
            }
            // No document says that a pipeline refuses them; none says what they would do in one.
            StatementKind::CreateMetricView(_)
            | StatementKind::CreateProcedure(_)
            | StatementKind::Govern(_)
            | StatementKind::Maintain(_)
            | StatementKind::Inspect(_)
            | StatementKind::Session(_)
            | StatementKind::Script(_) => {
                self.unread.extend(made(statement, session));
                let message = "a pipeline's file defines datasets and flows; this statement was not checked";
                let at = Location::new(file, statement.span);
                self.diagnostics.push(Diagnostic::warning(Code::SQL_NOT_UNDERSTOOD, message).at(at));
            }
        }
    }

    fn report(&mut self, code: Code, message: &str, file: &Arc<SourceFile>, span: Span) {
        self.diagnostics.push(Diagnostic::error(code, message).at(Location::new(file, span)));
    }

    fn resolve(&mut self, name: &Name, file: &Arc<SourceFile>, session: &Session<'_>) -> Option<TableName> {
        let resolved = session.resolve(&name.value);
        if resolved.is_none() {
            self.report(Code::INVALID_QUERY, "a name has at most three parts", file, name.span);
        }
        resolved
    }

    fn dataset(
        &mut self,
        name: TableName,
        statement: &'s CreateDataset,
        outline: Option<&'s Statement>,
        file: &Arc<SourceFile>,
        place: (Identifier, Identifier),
    ) {
        let location = Location::new(file, statement.name.span);
        if let Some(first) = self.by_name.get(&name).and_then(|index| self.datasets.get(*index)) {
            let diagnostic = Diagnostic::error(Code::DUPLICATE_DATASET, format!("`{name}` is defined twice"))
                .at(location)
                .related(first.location.clone(), "first defined here");
            self.diagnostics.push(diagnostic);
            return;
        }
        let flows = Body::of(statement).into_iter().map(|body| DeclaredFlow {
            name: name.clone(),
            body,
            location: location.clone(),
            place: place.clone(),
            outline: None,
        });
        let flows = flows.collect();
        self.by_name.insert(name.clone(), self.datasets.len());
        self.datasets.push(Declared { name, statement, location, flows, place, outline, whole: true });
    }

    fn add_flow(&mut self, target: &TableName, at: &Name, flow: DeclaredFlow<'s>, session: &Session<'_>) {
        let place = Location::new(&flow.location.file, at.span);
        if let Some(dataset) = self.by_name.get(target).and_then(|index| self.datasets.get_mut(*index)) {
            if dataset.statement.kind == DatasetKind::StreamingTable {
                dataset.flows.push(flow);
                return;
            }
            let message = format!("`{target}` is not a streaming table: a flow cannot write into it");
            let diagnostic = Diagnostic::error(Code::FLOW_TARGET, message)
                .at(place)
                .related(dataset.location.clone(), "defined here");
            self.diagnostics.push(diagnostic);
            return;
        }
        if self.unread.contains(target) || session.catalog.unread(target) {
            return;
        }
        let message = format!("the pipeline does not define the streaming table `{target}`");
        let hint = format!("add `CREATE OR REFRESH STREAMING TABLE {}`", target.name);
        self.diagnostics.push(Diagnostic::error(Code::FLOW_TARGET, message).at(place).hint(hint));
    }

    fn unique_flows(&mut self) {
        let mut seen: HashMap<&TableName, &Location> = HashMap::new();
        for flow in self.datasets.iter().flat_map(|dataset| &dataset.flows) {
            let Some(first) = seen.get(&flow.name) else {
                seen.insert(&flow.name, &flow.location);
                continue;
            };
            let message = format!("the flow `{}` is defined twice", flow.name);
            let diagnostic = Diagnostic::error(Code::DUPLICATE_DATASET, message)
                .at(flow.location.clone())
                .related((*first).clone(), "first defined here");
            self.diagnostics.push(diagnostic);
        }
    }
}
