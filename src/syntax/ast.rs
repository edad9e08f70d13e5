//! Statements as lakesmith understands them. Queries and expressions inside are sqlparser trees whose
//! locations are byte offsets (`crate::syntax::bridge`).

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::Span;
use crate::ident::{Identifier, QualifiedName};

use super::stack::with_room;
use super::types::DataType;

mod data;
mod maintain;
mod schedule;
mod script;
mod unity;

pub use data::*;
pub use maintain::*;
pub use schedule::*;
pub use script::*;
pub use unity::*;

/// A value together with the place where it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

pub type Name = Spanned<QualifiedName>;
pub type Ident = Spanned<Identifier>;
pub type Text = Spanned<String>;

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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DatasetKind {
    StreamingTable,
    MaterializedView,
    TemporaryView,
    View,
}

/// `CREATE STREAMING TABLE | MATERIALIZED VIEW | TEMPORARY VIEW | VIEW` and their legacy `LIVE` forms.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateDataset {
    pub kind: DatasetKind,
    pub private: bool,
    pub or_refresh: bool,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub name: Name,
    pub columns: Vec<ColumnDef>,
    pub expectations: Vec<Expectation>,
    pub constraints: Vec<TableConstraint>,
    pub clauses: TableClauses,
    pub source: DatasetSource,
}

#[derive(Clone, PartialEq, Debug)]
pub enum DatasetSource {
    /// A target that `CREATE FLOW` statements fill.
    None,
    Query(Box<Query>),
    Flow(Box<FlowBody>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct ColumnDef {
    pub name: Ident,
    /// Absent where a view only names and comments its columns.
    pub data_type: Option<Spanned<DataType>>,
    pub not_null: bool,
    pub comment: Option<Text>,
    pub default: Option<Expr>,
    pub generated: Option<Expr>,
    pub identity: bool,
    /// What `GENERATED … AS IDENTITY` says beside that.
    pub identity_options: IdentityOptions,
    pub primary_key: bool,
    /// The name, options and `TIMESERIES` of `primary_key`.
    pub key: ColumnKey,
    pub collation: Option<Ident>,
    pub mask: Option<ColumnMask>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct IdentityOptions {
    /// `BY DEFAULT` lets rows say their own value.
    pub by_default: bool,
    pub start: Option<i64>,
    pub step: Option<i64>,
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct ColumnKey {
    pub name: Option<Ident>,
    pub timeseries: bool,
    pub options: Vec<ConstraintOption>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ColumnMask {
    pub function: Name,
    pub using: Vec<Expr>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct RowFilter {
    pub function: Name,
    pub on: Vec<Expr>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Expectation {
    pub name: Ident,
    pub condition: Expr,
    pub on_violation: Violation,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Violation {
    Warn,
    Drop,
    Fail,
}

#[derive(Clone, PartialEq, Debug)]
pub struct TableConstraint {
    pub name: Option<Ident>,
    pub kind: ConstraintKind,
    pub options: Vec<ConstraintOption>,
    pub span: Span,
}

/// How far a constraint is believed. No constraint but `NOT NULL` and `CHECK` is enforced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConstraintOption {
    NotEnforced,
    Enforced,
    Rely,
    NoRely,
    Deferrable,
    NotDeferrable,
    InitiallyDeferred,
    MatchFull,
    OnUpdateNoAction,
    OnDeleteNoAction,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ConstraintKind {
    PrimaryKey { columns: Vec<Ident>, timeseries: Option<Ident> },
    ForeignKey { columns: Vec<Ident>, references: Name, referred: Vec<Ident> },
    Check(Expr),
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct TableClauses {
    pub using: Option<Ident>,
    pub partitioned_by: Vec<Ident>,
    pub cluster_by: Option<ClusterBy>,
    pub location: Option<Text>,
    pub comment: Option<Text>,
    pub properties: Vec<(Text, Text)>,
    pub row_filter: Option<RowFilter>,
    pub default_collation: Option<Ident>,
    /// `WITH SCHEMA BINDING | COMPENSATION | …` of a view.
    pub schema_mode: Option<SchemaMode>,
    pub schedule: Option<Schedule>,
    pub refresh_policy: Option<RefreshPolicyClause>,
}

/// What a view does when the tables below it change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaMode {
    Binding,
    Compensation,
    TypeEvolution,
    Evolution,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ClusterBy {
    Columns(Vec<Ident>),
    Auto,
    None,
}

/// `CREATE FLOW name AS …`, and the legacy `APPLY CHANGES INTO` (whose flow has its target's name).
#[derive(Clone, PartialEq, Debug)]
pub struct CreateFlow {
    pub name: Name,
    pub comment: Option<Text>,
    pub target: Name,
    pub body: FlowBody,
}

#[expect(clippy::large_enum_variant, reason = "one is held at a time, inside a boxed statement")]
#[derive(Clone, PartialEq, Debug)]
pub enum FlowBody {
    Insert { once: bool, by_name: bool, query: Query },
    AutoCdc { once: bool, spec: Box<CdcSpec> },
    ReplaceWhere { predicate: Expr, query: Query },
    ReplaceUsing { columns: Vec<Ident>, sequence_by: Ident, query: Query },
}

#[derive(Clone, PartialEq, Debug)]
pub struct CdcSpec {
    /// `SELECT * FROM <source>`: the source as a query, so that it binds as any other.
    pub source: Query,
    pub keys: Vec<Ident>,
    pub ignore_null_updates: Option<ColumnSet>,
    pub delete_when: Option<Expr>,
    pub truncate_when: Option<Expr>,
    pub sequence_by: Expr,
    /// `SYSTEM SEQUENCE BY` and `COLUMNS TO UPDATE`: only of bitemporal targets.
    pub system_sequence_by: Option<Expr>,
    pub columns_to_update: Option<Ident>,
    pub columns: ColumnSet,
    pub scd: ScdType,
    pub track_history: ColumnSet,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ColumnSet {
    All,
    Only(Vec<Ident>),
    AllExcept(Vec<Ident>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScdType {
    Type1,
    Type2,
    Bitemporal,
}

#[derive(Clone, PartialEq, Debug)]
pub struct CreateTable {
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub external: bool,
    pub name: Name,
    pub columns: Vec<ColumnDef>,
    pub constraints: Vec<TableConstraint>,
    pub clauses: TableClauses,
    pub query: Option<Query>,
}

/// `CREATE CATALOG | SCHEMA | VOLUME`.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateContainer {
    pub if_not_exists: bool,
    /// `EXTERNAL VOLUME` or `FOREIGN CATALOG`.
    pub external: bool,
    pub name: Name,
    pub comment: Option<Text>,
    pub location: Option<Text>,
    pub properties: Vec<(Text, Text)>,
    pub default_collation: Option<Ident>,
    /// The share or the connection that a catalog shows.
    pub using: Option<Name>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct CreateFunction {
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub name: Name,
    pub parameters: Vec<FunctionParameter>,
    pub returns: Option<FunctionReturns>,
    pub comment: Option<Text>,
    pub deterministic: Option<bool>,
    pub default_collation: Option<Ident>,
    /// `LANGUAGE SQL`, said of a function whose body is SQL anyway.
    pub language: Option<Ident>,
    pub sql_data: Option<SqlData>,
    pub security: Option<Ident>,
    pub handler: Option<Text>,
    pub parameter_style: Option<Ident>,
    pub environment: Vec<(Text, Text)>,
    pub body: FunctionBody,
}

/// What a routine's body may read or write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqlData {
    Contains,
    Reads,
    Modifies,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FunctionParameter {
    pub name: Ident,
    pub data_type: Spanned<DataType>,
    pub default: Option<Expr>,
    pub comment: Option<Text>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FunctionReturns {
    Scalar(Spanned<DataType>),
    Table(Vec<FunctionParameter>),
}

#[derive(Clone, PartialEq, Debug)]
pub enum FunctionBody {
    Expr(Expr),
    Query(Query),
    /// `LANGUAGE PYTHON AS $$…$$`.
    Foreign {
        language: Ident,
        code: Text,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub struct AlterTable {
    pub name: Name,
    pub kind: ObjectKind,
    pub action: AlterAction,
}

/// A column of `ADD COLUMN`, and where it goes.
#[derive(Clone, PartialEq, Debug)]
pub struct AddedColumn {
    /// `a`, `b` of the field `a.b.c`; empty for a column.
    pub parents: Vec<Ident>,
    pub column: ColumnDef,
    pub place: ColumnPlace,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ColumnPlace {
    Last,
    First,
    After(Ident),
}

#[expect(clippy::large_enum_variant, reason = "one is held at a time, inside a boxed statement")]
#[derive(Clone, PartialEq, Debug)]
pub enum AlterAction {
    SetTags(Vec<(Text, Text)>),
    UnsetTags(Vec<Text>),
    SetColumnTags {
        column: Ident,
        tags: Vec<(Text, Text)>,
    },
    UnsetColumnTags {
        column: Ident,
        tags: Vec<Text>,
    },
    SetMask {
        column: Ident,
        mask: ColumnMask,
    },
    DropMask {
        column: Ident,
    },
    SetRowFilter(RowFilter),
    DropRowFilter,
    ColumnComment {
        column: Ident,
        comment: Text,
    },
    SetProperties(Vec<(Text, Text)>),
    UnsetProperties {
        keys: Vec<Text>,
        if_exists: bool,
    },
    AddColumns(Vec<AddedColumn>),
    SetOwner(Ident),
    AddConstraint(TableConstraint),
    ClusterBy(ClusterBy),
    /// `ADD | ALTER schedule`, `DROP SCHEDULE`.
    SetSchedule(Option<Schedule>),
    /// Changes of columns that have no action of their own, or of several columns.
    Columns(Vec<(Name, ColumnChange)>),
    Rename(Name),
    RenameColumn {
        column: Name,
        to: Ident,
    },
    DropColumns {
        columns: Vec<Name>,
        if_exists: bool,
    },
    DropConstraint {
        what: DroppedConstraint,
        if_exists: bool,
        cascade: bool,
    },
    /// `None` for `INHERIT`.
    PredictiveOptimization(Option<bool>),
    SetCollation(Ident),
    SetLocation {
        partition: Vec<(Ident, Option<Expr>)>,
        location: Text,
    },
    AddPartitions {
        if_not_exists: bool,
        partitions: Vec<(PartitionValues, Option<Text>)>,
    },
    DropPartitions {
        if_exists: bool,
        partitions: Vec<Vec<(Ident, Option<Expr>)>>,
    },
    RecoverPartitions,
    /// `DROP FEATURE name [TRUNCATE HISTORY]`.
    DropFeature {
        feature: Ident,
        truncate_history: bool,
    },
    /// `SET MANAGED`, `UNSET MANAGED`.
    SetManaged(bool),
    /// `ALTER VIEW v AS query`.
    SetQuery(Box<Query>),
    /// `ALTER VIEW v AS $$…$$`: of a metric view.
    SetMetrics(Text),
    SetSchemaMode(SchemaMode),
    /// `OPTIONS (…)` of a catalog or a connection.
    SetOptions(Vec<(Text, ConnectionOption)>),
    SetUrl {
        url: Text,
        force: bool,
    },
    SetCredential(Ident),
}

/// What happens to a column.
#[expect(clippy::large_enum_variant, reason = "few are held at a time, inside a boxed statement")]
#[derive(Clone, PartialEq, Debug)]
pub enum ColumnChange {
    Comment(Text),
    SetNotNull,
    DropNotNull,
    SetDefault(Expr),
    DropDefault,
    SetType(Spanned<DataType>),
    SetCollation(Ident),
    Move(ColumnPlace),
    SyncIdentity,
}

#[derive(Clone, PartialEq, Debug)]
pub enum DroppedConstraint {
    Named(Ident),
    PrimaryKey,
    ForeignKey(Vec<Ident>),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ObjectKind {
    Metastore,
    Catalog,
    Schema,
    Table,
    View,
    MaterializedView,
    StreamingTable,
    Volume,
    Function,
    Column,
    ExternalLocation,
    StorageCredential,
    ServiceCredential,
    Connection,
    Share,
    CleanRoom,
    ExternalMetadata,
    Provider,
    Recipient,
    Procedure,
}

/// The columns of a partition with their values.
pub type PartitionValues = Vec<(Ident, Option<Expr>)>;

#[derive(Clone, PartialEq, Debug)]
pub struct Securable {
    pub kind: ObjectKind,
    /// Absent for `METASTORE`.
    pub name: Option<Name>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct GrantStatement {
    /// In the underscore form, upper case: `USE_CATALOG`.
    pub privileges: Vec<Text>,
    pub on: Securable,
    pub principal: Ident,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Insert {
    pub overwrite: bool,
    pub table: Name,
    pub columns: Vec<Ident>,
    pub by_name: bool,
    pub replace_where: Option<Expr>,
    /// `REPLACE USING (…)`: rows that are equal in these columns are replaced.
    pub replace_using: Vec<Ident>,
    /// `REPLACE ON …`: rows of the table that meet one of the query are replaced.
    pub replace_on: Option<Expr>,
    /// Of the table and of the query in parentheses, for `REPLACE ON`.
    pub alias: Option<Ident>,
    pub query_alias: Option<Ident>,
    /// `PARTITION (a = 1, b)`.
    pub partition: Vec<(Ident, Option<Expr>)>,
    pub if_not_exists: bool,
    pub schema_evolution: bool,
    /// Common table expressions before the statement, as `WITH … SELECT NULL`.
    pub with: Option<Query>,
    pub query: Query,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Update {
    pub table: Name,
    pub alias: Option<Ident>,
    pub assignments: Vec<(Ident, Expr)>,
    /// Those of fields inside of columns.
    pub nested: Vec<Assignment>,
    pub predicate: Option<Expr>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Delete {
    pub table: Name,
    pub alias: Option<Ident>,
    pub predicate: Option<Expr>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ShowKind {
    Catalogs,
    Schemas { catalog: Option<Ident> },
    Tables { schema: Option<Name> },
    Grants { principal: Option<Ident>, on: Option<Securable> },
}

/// A query slot. Every location in `ast` is `Location { line: 1, column: byte offset + 1 }` in the whole text.
#[derive(Debug)]
pub struct Query {
    pub span: Span,
    pub ast: Box<sqlparser::ast::Query>,
    pub side: SideTable,
}

/// An expression slot, located as [`Query`] is.
#[derive(Debug)]
pub struct Expr {
    pub span: Span,
    pub ast: Box<sqlparser::ast::Expr>,
    pub side: SideTable,
}

impl Clone for Query {
    fn clone(&self) -> Self {
        Self { span: self.span, ast: with_room(|| self.ast.clone()), side: self.side.clone() }
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span && self.side == other.side && with_room(|| self.ast == other.ast)
    }
}

impl Clone for Expr {
    fn clone(&self) -> Self {
        Self { span: self.span, ast: with_room(|| self.ast.clone()), side: self.side.clone() }
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span && self.side == other.side && with_room(|| self.ast == other.ast)
    }
}

/// What sqlparser's tree has no place for, keyed by the byte offset of the first token of the construct.
///
/// Types in `CAST`, `TRY_CAST`, `::` and `?::` are read by lakesmith's own type parser: the tree holds them as
/// `DataType::Custom` whose single name is the canonical text (`crate::syntax::cast_type` reads it back).
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SideTable {
    /// Relations behind `STREAM`: the offset of the relation's own first token.
    pub streams: BTreeSet<u32>,
    /// `WATERMARK expr DELAY OF INTERVAL …`, by the offset of the relation it follows.
    pub watermarks: BTreeMap<u32, Watermark>,
    /// Optimizer hints, by offset.
    pub hints: BTreeMap<u32, String>,
    /// String literals as their source span, by offset (so that an error can point inside one).
    pub strings: BTreeMap<u32, Span>,
    /// Suffixes of numeric literals (`1L`, `2.5BD`), by the offset of the literal.
    pub numbers: BTreeMap<u32, NumberSuffix>,
    /// `IDENTIFIER(expr)` whose expression is not a constant, by the offset of `IDENTIFIER`: the span of the
    /// expression. The tree holds the text as one quoted name.
    pub identifiers: BTreeMap<u32, Span>,
    /// `* EXCEPT (a.b)`: the path to the nested field, by its offset. The tree holds the path as one name.
    pub except_paths: BTreeMap<u32, QualifiedName>,
    /// `TABLE(…)` arguments of a table function, by the offset of what stands inside the parentheses; the span is
    /// that of `PARTITION BY … ORDER BY …` when there is one.
    pub table_arguments: BTreeMap<u32, Option<Span>>,
    /// `MAX RECURSION LEVEL n`, by the offset of the common table expression's name.
    pub recursion_limits: BTreeMap<u32, u64>,
    /// `WITH (…)` options of a `STREAM` relation or of a table, by the offset of the relation.
    pub relation_options: BTreeMap<u32, Span>,
    /// Pipe operators that stand in the tree as a query, by the offset of their first word.
    pub pipes: BTreeMap<u32, Pipe>,
}

/// A pipe operator that is a clause of ordinary queries: in the tree it is a `PipeOperator::Union` with one query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pipe {
    /// `SELECT …` without `FROM`.
    Select,
    /// `SELECT` with the columns that are added.
    Extend,
    /// `SELECT * WHERE …`.
    Filter,
    /// `SELECT *` with `ORDER BY`, `LIMIT`, `OFFSET` and the like.
    Organize,
    /// `SELECT * FROM` what is on the left, with `JOIN`, `PIVOT`, `UNPIVOT` or `TABLESAMPLE`.
    Relation,
    /// `SELECT * FROM` what is on the left, with `UNION`, `INTERSECT` or `EXCEPT`.
    SetOperation,
}

impl SideTable {
    /// Takes over what is noted of another slot of the same text.
    pub(crate) fn extend(&mut self, other: &Self) {
        let Self {
            streams,
            watermarks,
            hints,
            strings,
            numbers,
            identifiers,
            except_paths,
            table_arguments,
            recursion_limits,
            relation_options,
            pipes,
        } = other;
        self.streams.extend(streams);
        self.watermarks.extend(watermarks.clone());
        self.hints.extend(hints.clone());
        self.strings.extend(strings);
        self.numbers.extend(numbers);
        self.identifiers.extend(identifiers);
        self.except_paths.extend(except_paths.clone());
        self.table_arguments.extend(table_arguments);
        self.recursion_limits.extend(recursion_limits);
        self.relation_options.extend(relation_options);
        self.pipes.extend(pipes);
    }
}

/// `WATERMARK expr [AS alias] DELAY OF INTERVAL n unit`.
#[derive(Clone, PartialEq, Debug)]
pub struct Watermark {
    pub expr: Box<sqlparser::ast::Expr>,
    pub alias: Option<Ident>,
    /// The `INTERVAL` expression.
    pub delay: Box<sqlparser::ast::Expr>,
    pub span: Span,
}

/// The type that a numeric literal's suffix gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberSuffix {
    TinyInt,
    SmallInt,
    BigInt,
    Float,
    Double,
    Decimal,
}
