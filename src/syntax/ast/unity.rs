//! Objects of Unity Catalog that hold no rows: procedures, metric views, policies, connections, shares.

use super::script::Block;
use super::{ColumnDef, Expr, FunctionParameter, Ident, Name, Securable, SqlData, TableClauses, Text};

/// `CREATE PROCEDURE` (Databricks documentation, "CREATE PROCEDURE").
#[derive(Clone, PartialEq, Debug)]
pub struct CreateProcedure {
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub name: Name,
    pub parameters: Vec<(ParameterMode, FunctionParameter)>,
    pub language: Option<Ident>,
    /// `INVOKER` or `DEFINER`.
    pub security: Option<Ident>,
    pub comment: Option<Text>,
    pub default_collation: Option<Ident>,
    pub deterministic: Option<bool>,
    pub sql_data: Option<SqlData>,
    pub body: Block,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParameterMode {
    In,
    Out,
    InOut,
}

/// `CREATE VIEW … WITH METRICS LANGUAGE YAML AS $$…$$`.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateMetricView {
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub name: Name,
    pub columns: Vec<ColumnDef>,
    pub clauses: TableClauses,
    /// The YAML, as it is written between `$$` and `$$`.
    pub definition: Text,
}

/// What Unity Catalog is told beside `CREATE CATALOG | SCHEMA | VOLUME` and grants.
#[derive(Clone, PartialEq, Debug)]
pub enum Governance {
    CreatePolicy(Box<CreatePolicy>),
    DropPolicy {
        if_exists: bool,
        name: Ident,
        on: Securable,
    },
    CreateConnection(Box<CreateConnection>),
    CreateExternalLocation {
        if_not_exists: bool,
        name: Ident,
        url: Text,
        credential: Ident,
        comment: Option<Text>,
    },
    CreateShare {
        if_not_exists: bool,
        name: Ident,
        comment: Option<Text>,
    },
    AlterShare {
        name: Ident,
        action: ShareAction,
    },
    CreateRecipient {
        if_not_exists: bool,
        name: Ident,
        /// The sharing identifier of `USING ID`.
        id: Option<Text>,
        comment: Option<Text>,
        properties: Vec<(Text, Text)>,
    },
}

/// `CREATE POLICY` (Databricks documentation, "CREATE POLICY").
#[derive(Clone, PartialEq, Debug)]
pub struct CreatePolicy {
    pub or_replace: bool,
    pub name: Ident,
    pub on: Securable,
    pub comment: Option<Text>,
    pub kind: PolicyKind,
    pub function: Name,
    pub to: Vec<Ident>,
    pub except: Vec<Ident>,
    /// What it is `FOR`: always tables.
    pub when: Option<Expr>,
    pub match_columns: Vec<(Expr, Option<Ident>)>,
    pub using_columns: Vec<Expr>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum PolicyKind {
    RowFilter,
    /// `ON COLUMN alias`: the one of the matched columns that is masked.
    ColumnMask {
        on: Ident,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub struct CreateConnection {
    pub if_not_exists: bool,
    pub name: Ident,
    /// `postgresql`, `MYSQL` …
    pub connection_type: Ident,
    pub options: Vec<(Text, ConnectionOption)>,
    pub comment: Option<Text>,
    pub properties: Vec<(Text, Text)>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ConnectionOption {
    Value(Text),
    /// `secret('scope', 'key')`.
    Secret {
        scope: Text,
        key: Text,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub enum ShareAction {
    Add(Box<SharedObject>),
    Remove(Securable),
    Rename(Ident),
    SetOwner(Ident),
}

#[derive(Clone, PartialEq, Debug)]
pub struct SharedObject {
    pub object: Securable,
    pub comment: Option<Text>,
    /// Each `(column = value, …)` of `PARTITION (…), (…)`.
    pub partitions: Vec<Vec<Expr>>,
    pub alias: Option<Name>,
    /// `WITH HISTORY`, `WITHOUT HISTORY`.
    pub history: Option<bool>,
}
