//! One dataset: its flows, its columns, and everything that speaks of them.

use std::collections::BTreeSet;

use crate::analyze::bind::Binder;
use crate::analyze::bound::{Column, Proof};
use crate::analyze::guard::Guard;
use crate::analyze::lineage::tables;
use crate::analyze::session::Session;
use crate::catalog::{Catalog, ColumnInfo, RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Span};
use crate::ident::{Identifier, TableName};
use crate::syntax::ast::{ClusterBy, ConstraintKind, CreateDataset, DatasetKind, Expr, Ident, SideTable, TableClauses};

use super::collect::Declared;
use super::flow::{Bound, Views};
use super::model::{BoundRowFilter, Dataset, Flow, FlowKind};

pub(super) struct Builder<'a> {
    pub(super) session: Session<'a>,
    pub(super) views: &'a Views,
    pub(super) declared: &'a Declared<'a>,
    pub(super) diagnostics: Diagnostics,
    /// Columns whose declared type their query does not fit: which of the two is meant is not known to readers.
    pub(super) unfit: BTreeSet<Identifier>,
    pub(super) proof: Proof,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        session: &Session<'a>,
        catalog: &'a dyn Catalog,
        views: &'a Views,
        declared: &'a Declared<'a>,
    ) -> Self {
        let mut session = session.clone();
        session.catalog = catalog;
        (session.current_catalog, session.current_schema) = declared.place.clone();
        Self {
            session,
            views,
            declared,
            diagnostics: Diagnostics::default(),
            unfit: BTreeSet::new(),
            proof: Proof::default(),
        }
    }

    pub(super) fn into_diagnostics(self) -> Diagnostics {
        self.diagnostics
    }

    pub(super) fn statement(&self) -> &'a CreateDataset {
        self.declared.statement
    }

    pub(super) fn at(&self, span: Span) -> Location {
        Location::new(&self.declared.location.file, span)
    }

    pub(super) fn error(&mut self, code: Code, location: Location, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, message).at(location));
    }

    /// Runs a binder whose errors are this dataset's.
    pub(super) fn binder<T>(&mut self, location: &Location, next: u32, bind: impl FnOnce(&mut Binder<'_>) -> T) -> T {
        let side = SideTable::default();
        let mut binder = Binder::new(&self.session, &location.file, &side, location.span).starting_at(next);
        let bound = bind(&mut binder);
        self.diagnostics.extend(binder.into_diagnostics());
        bound
    }

    /// The dataset, what readers see of it, and whether it is a view of a stream. `None`: its columns are not known.
    pub(super) fn build(&mut self) -> Option<(Dataset, TableInfo, bool)> {
        let kind = self.statement().kind;
        let bound: Vec<Option<Bound<'a>>> = self.declared.flows.iter().map(|flow| self.flow(flow)).collect();
        let complete = self.declared.whole && bound.iter().all(Option::is_some);
        let bound: Vec<Bound<'a>> = bound.into_iter().flatten().collect();
        self.one_kind(&bound);
        if bound.is_empty() && kind != DatasetKind::StreamingTable {
            return None;
        }
        let columns = self.columns(&bound, complete)?;
        let row = Column::row(&columns);
        let streaming_view = kind == DatasetKind::TemporaryView && bound.iter().any(|flow| flow.streaming);
        let mut dependencies: BTreeSet<TableName> = BTreeSet::new();
        let mut flows: Vec<Flow> = Vec::new();
        for flow in bound {
            dependencies.extend(tables(&flow.query));
            flows.extend(self.finish_flow(flow, &columns, &row));
        }
        let append_only = !flows.iter().any(|flow| {
            matches!(flow.kind, FlowKind::AutoCdc(_) | FlowKind::ReplaceWhere { .. } | FlowKind::ReplaceUsing { .. })
        });
        let expectations = self.expectations(&row);
        let TableClauses {
            using: _,
            partitioned_by,
            cluster_by,
            location,
            comment,
            properties,
            row_filter,
            default_collation: _,
            schema_mode: _,
            schedule: _,
            refresh_policy: _,
        } = &self.statement().clauses;
        if let Some(location) = location {
            // It is for pipelines that publish to the Hive metastore; these publish to Unity Catalog (Databricks
            // documentation, "CREATE STREAMING TABLE (pipelines)", LOCATION).
            let at = self.at(location.span);
            self.error(Code::UNSUPPORTED_SQL, at, "LOCATION in a pipeline is not supported: Unity Catalog manages it");
        }
        let cluster_by = match cluster_by {
            Some(ClusterBy::Columns(columns)) => self.known_columns(columns, &row, "CLUSTER BY"),
            Some(ClusterBy::Auto | ClusterBy::None) | None => Vec::new(),
        };
        let partitioned_by = self.known_columns(partitioned_by, &row, "PARTITIONED BY");
        let row_filter = row_filter.as_ref().and_then(|filter| {
            self.guard(&row, |guard| guard.row_filter(filter));
            let function = self.session.resolve(&filter.function.value)?;
            Some(BoundRowFilter { function, columns: self.policy_columns(&filter.on, &row) })
        });
        let dataset = Dataset {
            name: self.declared.name.clone(),
            kind,
            private: self.statement().private,
            columns: columns.into_iter().map(|column| self.as_read(column)).collect(),
            row: row.clone(),
            comment: comment.as_ref().map(|text| text.value.clone()),
            properties: properties.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
            cluster_by,
            partitioned_by,
            primary_key: self.primary_key(&row),
            flows,
            expectations,
            row_filter,
            masks: self.masks(&row),
            dependencies: dependencies.into_iter().collect(),
            location: self.declared.location.clone(),
        };
        let table = table_info(&dataset, append_only);
        Some((dataset, table, streaming_view))
    }

    fn as_read(&self, column: ColumnInfo) -> ColumnInfo {
        let data_type = column.data_type.filter(|_| !self.unfit.contains(&column.name));
        ColumnInfo { data_type, ..column }
    }

    pub(super) fn known_columns(&mut self, names: &[Ident], row: &[Column], clause: &str) -> Vec<Identifier> {
        let mut known = Vec::new();
        for name in names {
            if row.iter().any(|column| column.name == name.value) {
                known.push(name.value.clone());
            } else {
                self.missing(&name.value, self.at(name.span), row, Code::UNKNOWN_COLUMN, &format!(" of {clause}"));
            }
        }
        known
    }

    pub(super) fn missing(&mut self, name: &Identifier, location: Location, row: &[Column], code: Code, of: &str) {
        let names = row.iter().map(|column| column.name.as_str());
        let diagnostic = Diagnostic::error(code, format!("the column `{name}`{of} does not exist")).at(location);
        self.diagnostics.push(diagnostic.suggest(name.as_str(), names));
    }

    fn primary_key(&mut self, row: &[Column]) -> Vec<Identifier> {
        let statement = self.statement();
        let mut key: Vec<Identifier> =
            statement.columns.iter().filter(|c| c.primary_key).map(|c| c.name.value.clone()).collect();
        for constraint in &statement.constraints {
            match &constraint.kind {
                ConstraintKind::PrimaryKey { columns, timeseries: _ } => {
                    key.extend(self.known_columns(columns, row, "PRIMARY KEY"));
                }
                ConstraintKind::ForeignKey { columns, references: _, referred: _ } => {
                    self.known_columns(columns, row, "FOREIGN KEY");
                }
                ConstraintKind::Check(_) => {
                    let location = self.at(constraint.span);
                    let message = "CHECK is not for datasets of a pipeline; use EXPECT";
                    self.error(Code::EXPECTATION, location, message);
                }
            }
        }
        key
    }

    fn masks(&mut self, row: &[Column]) -> Vec<(Identifier, TableName, Vec<Identifier>)> {
        let statement = self.statement();
        let mut masks = Vec::new();
        for column in &statement.columns {
            let Some(mask) = &column.mask else { continue };
            self.guard(row, |guard| guard.mask(&column.name.value, mask));
            let Some(function) = self.session.resolve(&mask.function.value) else { continue };
            masks.push((column.name.value.clone(), function, self.policy_columns(&mask.using, row)));
        }
        masks
    }

    /// The columns that a row filter or a mask is given; those that do not exist are reported by the guard.
    fn policy_columns(&mut self, exprs: &[Expr], row: &[Column]) -> Vec<Identifier> {
        let mut columns = Vec::new();
        for expr in exprs {
            match &*expr.ast {
                sqlparser::ast::Expr::Identifier(ident) => {
                    let name = Identifier::new(ident.value.clone()).ok();
                    columns.extend(name.filter(|name| row.iter().any(|column| column.name == *name)));
                }
                _ => {
                    let location = self.at(expr.span);
                    self.error(Code::UNSUPPORTED_SQL, location, "a constant here is not supported");
                }
            }
        }
        columns
    }

    fn guard(&mut self, row: &[Column], check: impl FnOnce(&mut Guard<'_>)) {
        let mut guard = Guard::new(&self.session, &self.declared.location.file, row);
        check(&mut guard);
        self.diagnostics.extend(guard.out);
    }

    /// Foreign keys may refer to any dataset of the pipeline, so that they come after all.
    pub(super) fn foreign_keys(&mut self, row: &[Column]) {
        let (declared, statement) = (self.declared, self.statement());
        self.guard(row, |guard| guard.foreign_keys(Some(&declared.name), &statement.constraints));
    }
}

fn table_info(dataset: &Dataset, append_only: bool) -> TableInfo {
    let kind = match dataset.kind {
        DatasetKind::StreamingTable => RelationKind::StreamingTable,
        DatasetKind::MaterializedView => RelationKind::MaterializedView,
        DatasetKind::View => RelationKind::View,
        DatasetKind::TemporaryView => RelationKind::TemporaryView,
    };
    let columns: Vec<ColumnInfo> = dataset.columns.clone();
    TableInfo { name: dataset.name.clone(), kind, columns, append_only, comment: dataset.comment.clone() }
}
