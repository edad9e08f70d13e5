//! A statement and its kinds.

use crate::diag::Span;

use super::{
    AlterTable, Block, CopyInto, CopyTable, CreateContainer, CreateDataset, CreateFlow, CreateFunction,
    CreateMetricView, CreateProcedure, CreateTable, DatasetKind, Delete, Expr, Governance, GrantStatement, Ident,
    Insert, Inspection, Maintenance, Merge, Name, ObjectKind, Query, Securable, SessionStatement, ShowKind, Text,
    Update,
};

/// One statement; `span` leaves out the closing semicolon.
#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    pub span: Span,
    pub kind: StatementKind,
}

impl Statement {
    /// Does it declare a dataset or a flow that only a pipeline can make?
    pub fn is_of_pipeline(&self) -> bool {
        match &self.kind {
            StatementKind::CreateDataset(dataset) => dataset.kind != DatasetKind::View,
            StatementKind::CreateFlow(_) => true,
            _ => false,
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub enum StatementKind {
    CreateDataset(Box<CreateDataset>),
    CreateFlow(Box<CreateFlow>),
    CreateTable(Box<CreateTable>),
    CreateCatalog(CreateContainer),
    CreateSchema(CreateContainer),
    CreateVolume(CreateContainer),
    CreateFunction(Box<CreateFunction>),
    AlterTable(Box<AlterTable>),
    CommentOn {
        securable: Securable,
        comment: Option<Text>,
    },
    Drop {
        kind: ObjectKind,
        if_exists: bool,
        name: Name,
        cascade: bool,
        temporary: bool,
        /// Although something depends on it.
        force: bool,
    },
    Grant(GrantStatement),
    Revoke(GrantStatement),
    /// Of the legacy metastore only; Unity Catalog has no such privilege.
    Deny(GrantStatement),
    Insert(Box<Insert>),
    Update(Box<Update>),
    Delete(Box<Delete>),
    Truncate {
        name: Name,
        /// Empty for the whole table.
        partition: Vec<(Ident, Option<Expr>)>,
    },
    Merge(Box<Merge>),
    CopyInto(Box<CopyInto>),
    CopyTable(Box<CopyTable>),
    CreateMetricView(Box<CreateMetricView>),
    CreateProcedure(Box<CreateProcedure>),
    Govern(Box<Governance>),
    Maintain(Box<Maintenance>),
    Inspect(Box<Inspection>),
    Session(Box<SessionStatement>),
    /// A compound statement of its own.
    Script(Box<Block>),
    Query(Box<Query>),
    Refresh {
        name: Name,
        full: bool,
        /// `SYNC`, `ASYNC`: whether the statement waits for the end.
        wait: Option<bool>,
    },
    Show {
        what: ShowKind,
    },
    Describe {
        name: Name,
        extended: bool,
    },
    UseCatalog(Ident),
    UseSchema(Name),
    Set {
        key: Text,
        value: Text,
    },
    /// Understood to be a statement, but not what it says. Always accompanied by a diagnostic.
    /// `creates` is the name that the statement would have defined, so that uses of it are not reported too.
    Opaque {
        leading: String,
        creates: Option<Name>,
    },
}

impl StatementKind {
    /// The relations that the statement makes and whose columns it does not say: uses of them are not wrong.
    pub fn makes_unread(&self) -> Vec<&Name> {
        let mut names = Vec::new();
        self.unread(&mut names);
        names
    }

    fn unread<'s>(&'s self, names: &mut Vec<&'s Name>) {
        match self {
            Self::Opaque { creates, leading: _ } => names.extend(creates),
            Self::CopyTable(copy) => names.push(&copy.name),
            Self::CreateMetricView(view) => names.push(&view.name),
            // What a script makes is there when it has run.
            Self::Script(block) => block.statements(&mut |statement| statement.kind.made(names)),
            Self::CreateProcedure(procedure) => {
                procedure.body.statements(&mut |statement| statement.kind.made(names));
            }
            _ => {}
        }
    }

    fn made<'s>(&'s self, names: &mut Vec<&'s Name>) {
        match self {
            Self::CreateTable(table) => names.push(&table.name),
            Self::CreateDataset(dataset) => names.push(&dataset.name),
            other => other.unread(names),
        }
    }
}
