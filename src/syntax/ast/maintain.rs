//! Statements that look after tables, and those that only look at objects.

use crate::syntax::types::DataType;

use super::{Expr, Ident, Name, ObjectKind, Query, Securable, Statement, Text, Version};

/// Statements that change how a table is stored, not its rows.
#[derive(Clone, PartialEq, Debug)]
pub enum Maintenance {
    Optimize {
        name: Name,
        full: bool,
        predicate: Option<Expr>,
        zorder: Vec<Name>,
    },
    Vacuum {
        name: Name,
        lite: bool,
        retain_hours: Option<Text>,
        dry_run: bool,
    },
    Analyze {
        on: Analyzed,
        what: Statistics,
    },
    Restore {
        name: Name,
        to: Version,
    },
    Undrop {
        kind: ObjectKind,
        name: Option<Name>,
        id: Option<Text>,
        renamed: Option<Name>,
    },
    /// `MSCK REPAIR TABLE`, `REPAIR TABLE`.
    Repair {
        name: Name,
        action: RepairAction,
    },
    /// `FSCK REPAIR TABLE`.
    Check {
        name: Name,
        dry_run: bool,
    },
    /// `REORG TABLE … APPLY (PURGE | UPGRADE UNIFORM(…))`: what is applied, as it is written.
    Reorganize {
        name: Name,
        predicate: Option<Expr>,
        apply: Text,
    },
    Cache {
        lazy: bool,
        name: Name,
        options: Vec<(Text, Text)>,
        query: Option<Box<Query>>,
    },
    /// `CACHE SELECT …`: the data of a query into the disk cache.
    CacheSelect(Box<Query>),
    Uncache {
        if_exists: bool,
        name: Name,
    },
    ClearCache,
    RefreshTable {
        name: Name,
    },
    RefreshFunction {
        name: Name,
    },
    /// `REFRESH FOREIGN CATALOG | SCHEMA | TABLE`.
    RefreshForeign(Securable),
    /// `CONVERT TO DELTA`.
    Convert {
        table: Name,
        partitioned_by: Vec<(Ident, DataType)>,
        statistics: bool,
    },
    /// `SYNC SCHEMA | TABLE target FROM source`.
    Sync {
        kind: ObjectKind,
        as_external: bool,
        target: Name,
        source: Name,
        owner: Option<Ident>,
        dry_run: bool,
    },
    /// `GENERATE symlink_format_manifest FOR TABLE t`.
    Generate {
        mode: Ident,
        table: Name,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RepairAction {
    Add,
    Drop,
    Sync,
    SyncMetadata,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Analyzed {
    Table {
        name: Name,
        partition: Vec<(Ident, Option<Expr>)>,
    },
    /// `ANALYZE TABLES [IN schema]`.
    Tables {
        schema: Option<Name>,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub enum Statistics {
    Table,
    /// `NOSCAN`.
    Sizes,
    Columns(Vec<Ident>),
    AllColumns,
    /// `COMPUTE DELTA STATISTICS`.
    Delta,
    /// `COMPUTE STORAGE METRICS`.
    Storage,
}

/// Statements that only look.
#[derive(Clone, PartialEq, Debug)]
pub enum Inspection {
    Show(Box<Shown>),
    /// `SHOW [EFFECTIVE] POLICIES ON securable`.
    ShowPolicies {
        effective: bool,
        on: Securable,
    },
    ShowPartitions {
        name: Name,
        partition: Vec<(Ident, Option<Expr>)>,
    },
    ShowCreateTable {
        name: Name,
    },
    /// `SHOW ALL IN SHARE`, `SHOW SHARES IN PROVIDER`.
    ShowInShare {
        share: Ident,
    },
    Describe(Box<Described>),
    Explain {
        mode: ExplainMode,
        statement: Box<Statement>,
    },
    /// `LIST 'path'`.
    List {
        path: Text,
        limit: Option<u64>,
    },
}

/// `SHOW things [{IN | FROM} where] [[LIKE] pattern]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    pub what: ShownKind,
    /// The containers from the innermost on: `SHOW COLUMNS IN t IN s`.
    pub within: Vec<Name>,
    pub pattern: Option<Text>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShownKind {
    Catalogs,
    Schemas,
    Tables,
    TablesDropped,
    TableExtended,
    Views,
    MaterializedViews,
    Volumes,
    Columns,
    AllFunctions,
    UserFunctions,
    SystemFunctions,
    Procedures,
    Connections,
    Credentials,
    StorageCredentials,
    ServiceCredentials,
    ExternalLocations,
    Shares,
    SharesInProvider,
    Recipients,
    Providers,
    Groups,
    Users,
    TblProperties,
}

/// `DESCRIBE …` beside that of a table.
#[derive(Clone, PartialEq, Debug)]
pub enum Described {
    History {
        name: Name,
    },
    Detail {
        name: Name,
    },
    Object {
        kind: ObjectKind,
        name: Name,
        extended: bool,
    },
    Policy {
        name: Ident,
        on: Securable,
    },
    Query(Query),
    /// `DESCRIBE TABLE EXTENDED t AS JSON`.
    TableAsJson {
        name: Name,
    },
    /// `DESCRIBE TABLE [EXTENDED] t [PARTITION (…)] [column]`.
    Part {
        name: Name,
        extended: bool,
        partition: Vec<(Ident, Option<Expr>)>,
        column: Option<Name>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExplainMode {
    Simple,
    Extended,
    Codegen,
    Cost,
    Formatted,
}
