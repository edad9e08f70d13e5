//! What privileges are granted on, and granting them.

use super::{Expr, Ident, Name, Text};

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
