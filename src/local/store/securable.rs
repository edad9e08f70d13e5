//! Unity Catalog objects as records: catalogs, schemas, tables, volumes and functions.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ident::{Identifier, TableName};
use crate::syntax::DataType;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SecurableKind {
    Metastore,
    Catalog,
    Schema,
    Table,
    Volume,
    Function,
}

impl SecurableKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metastore => "metastore",
            Self::Catalog => "catalog",
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Volume => "volume",
            Self::Function => "function",
        }
    }
}

/// How a family of securables is named.
pub trait SecurableName: fmt::Display {
    /// The name's parts, outermost first.
    fn parts(&self) -> Vec<&Identifier>;

    /// By which it is found: case does not matter.
    fn key(&self) -> String {
        join(&self.parts())
    }

    /// The key of what contains it; empty for a catalog.
    fn parent(&self) -> String {
        let parts = self.parts();
        join(&parts[..parts.len().saturating_sub(1)])
    }
}

fn join(parts: &[&Identifier]) -> String {
    parts.iter().map(|part| part.folded()).collect::<Vec<_>>().join(".")
}

impl SecurableName for Identifier {
    fn parts(&self) -> Vec<&Identifier> {
        vec![self]
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SchemaName {
    pub catalog: Identifier,
    pub name: Identifier,
}

impl SchemaName {
    pub fn of(table: &TableName) -> Self {
        Self { catalog: table.catalog.clone(), name: table.schema.clone() }
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.catalog, self.name)
    }
}

impl SecurableName for SchemaName {
    fn parts(&self) -> Vec<&Identifier> {
        vec![&self.catalog, &self.name]
    }
}

impl SecurableName for TableName {
    fn parts(&self) -> Vec<&Identifier> {
        vec![&self.catalog, &self.schema, &self.name]
    }
}

/// A record of one family.
pub trait Securable: Serialize + DeserializeOwned {
    type Name: SecurableName;
    const KIND: SecurableKind;
    fn name(&self) -> &Self::Name;
    fn registration_mut(&mut self) -> &mut Registration;
}

/// Who has it, and since when. Filled in by the store when the record is made or changed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Registration {
    pub id: String,
    pub owner: String,
    /// Microseconds since the epoch.
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CatalogRecord {
    pub name: Identifier,
    pub comment: Option<String>,
    pub properties: BTreeMap<String, String>,
    pub registration: Registration,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SchemaRecord {
    pub name: SchemaName,
    pub comment: Option<String>,
    pub properties: BTreeMap<String, String>,
    pub registration: Registration,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TableKind {
    Managed,
    View,
    /// Its definition is the YAML that it was made from; it is stored and told, and not computed.
    MetricView,
    MaterializedView,
    StreamingTable,
}

impl TableKind {
    /// Has it no rows of its own?
    pub fn is_view(self) -> bool {
        matches!(self, Self::View | Self::MetricView)
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ColumnRecord {
    pub name: Identifier,
    pub data_type: DataType,
    pub nullable: bool,
    pub comment: Option<String>,
}

/// The query text of a view, and the names by which it was resolved.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Definition {
    pub text: String,
    pub catalog: Identifier,
    pub schema: Identifier,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TableRecord {
    pub name: TableName,
    pub kind: TableKind,
    pub columns: Vec<ColumnRecord>,
    pub comment: Option<String>,
    pub properties: BTreeMap<String, String>,
    pub cluster_by: Vec<Identifier>,
    pub partitioned_by: Vec<Identifier>,
    pub definition: Option<Definition>,
    /// The pipeline that makes it.
    pub pipeline_id: Option<String>,
    /// False once AUTO CDC or DML has changed rows: then it cannot be streamed from.
    pub append_only: bool,
    #[serde(default)]
    pub row_filter: Option<RowFilterRecord>,
    #[serde(default)]
    pub masks: Vec<MaskRecord>,
    #[serde(default)]
    pub declared: DeclaredRecord,
    pub registration: Registration,
}

impl TableRecord {
    /// What `ALTER` set stays when the definition is another, as far as the columns are there and it says nothing itself.
    pub fn keep_guards(&mut self, found: &Self) {
        let has = |name: &Identifier| self.columns.iter().any(|column| column.name == *name);
        let kept = |mask: &&MaskRecord| mask.altered && has(&mask.column) && mask.using.iter().all(has);
        let masks: Vec<MaskRecord> = found.masks.iter().filter(kept).cloned().collect();
        let filter = found.row_filter.clone().filter(|filter| filter.altered && filter.on.iter().all(has));
        for mask in masks {
            if self.masks.iter().all(|own| own.column != mask.column) {
                self.masks.push(mask);
            }
        }
        self.row_filter = self.row_filter.take().or(filter);
    }
}

/// What a table's definition says that has no effect on its rows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct DeclaredRecord {
    pub constraints: Vec<ConstraintRecord>,
    /// `CLUSTER BY AUTO`.
    pub cluster_by_auto: bool,
    /// `SCHEDULE …` and `TRIGGER ON UPDATE …`, as written.
    pub schedule: Option<String>,
    /// `REFRESH POLICY …`, as written.
    pub refresh_policy: Option<String>,
}

impl DeclaredRecord {
    pub fn primary_key(&self) -> Option<&[Identifier]> {
        self.constraints.iter().find_map(|constraint| match constraint {
            ConstraintRecord::PrimaryKey { columns, .. } => Some(columns.as_slice()),
            ConstraintRecord::ForeignKey { .. } => None,
        })
    }
}

/// A key. It is informational.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintRecord {
    PrimaryKey {
        name: String,
        columns: Vec<Identifier>,
        timeseries: Option<Identifier>,
    },
    ForeignKey {
        name: String,
        columns: Vec<Identifier>,
        parent: TableName,
        /// Empty where the parent's primary key is meant and not known.
        parent_columns: Vec<Identifier>,
    },
}

impl ConstraintRecord {
    pub fn name(&self) -> &str {
        match self {
            Self::PrimaryKey { name, .. } | Self::ForeignKey { name, .. } => name,
        }
    }
}

/// Readers see only the rows for which the function is true.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowFilterRecord {
    pub function: TableName,
    pub on: Vec<Identifier>,
    /// By `ALTER`, not by the table's own definition.
    #[serde(default)]
    pub altered: bool,
}

/// Readers see what the function makes of the column.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MaskRecord {
    pub column: Identifier,
    pub function: TableName,
    /// Further columns that the function is given.
    pub using: Vec<Identifier>,
    /// By `ALTER`, not by the table's own definition.
    #[serde(default)]
    pub altered: bool,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VolumeRecord {
    pub name: TableName,
    pub comment: Option<String>,
    /// Absent for a managed volume.
    pub storage_location: Option<String>,
    pub registration: Registration,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Parameter {
    pub name: Identifier,
    pub data_type: DataType,
    pub comment: Option<String>,
    pub default: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FunctionRecord {
    pub name: TableName,
    pub parameters: Vec<Parameter>,
    /// Absent for a table function.
    pub returns: Option<DataType>,
    pub comment: Option<String>,
    /// The text of the body.
    pub body: String,
    pub language: String,
    pub deterministic: Option<bool>,
    /// The whole `CREATE FUNCTION` statement.
    pub statement: String,
    pub registration: Registration,
}

macro_rules! securable {
    ($record:ident, $name:ty, $kind:ident) => {
        impl Securable for $record {
            type Name = $name;
            const KIND: SecurableKind = SecurableKind::$kind;

            fn name(&self) -> &$name {
                &self.name
            }

            fn registration_mut(&mut self) -> &mut Registration {
                &mut self.registration
            }
        }
    };
}

securable!(CatalogRecord, Identifier, Catalog);
securable!(SchemaRecord, SchemaName, Schema);
securable!(TableRecord, TableName, Table);
securable!(VolumeRecord, TableName, Volume);
securable!(FunctionRecord, TableName, Function);
