//! `ALTER`.

use crate::syntax::types::DataType;

use super::{
    ClusterBy, ColumnDef, ColumnMask, ConnectionOption, Expr, Ident, Name, ObjectKind, PartitionValues, Query,
    RowFilter, Schedule, SchemaMode, Spanned, TableConstraint, Text,
};

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
