//! What the other stages hand over: rendered resource files, SQL facts, documents.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::Location;
use crate::ident::TableName;
use crate::project::yaml::Node;

use super::{Content, Spec};

/// Where and as whom a project is deployed.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub target: String,
    /// The project's folder in the workspace, without a closing slash.
    pub root: String,
    /// In development mode, whose copy this is: goes into names, and schedules are paused.
    pub development: Option<String>,
    /// Nobody knows yet who that will be: `development` only stands for the name.
    pub anonymous: bool,
    pub run_as: Option<RunAs>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunAs {
    ServicePrincipal(String),
    User(String),
}

/// Everything that resources are made from.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The rendered `jobs/<solution>/*.yml`.
    pub files: Vec<Node>,
    /// The rendered SQL files by project path.
    pub sql: BTreeMap<String, SqlFile>,
    /// Other files of the project that resources may name, by project path.
    pub sources: BTreeMap<String, Content>,
    pub dashboards: Vec<Document>,
    pub genie_spaces: Vec<Document>,
    /// What the queries of alerts need, by the alert's key.
    pub alerts: BTreeMap<String, Uses>,
    /// Files for volumes that no resource file names: synthetic data.
    pub uploads: Vec<VolumeUpload>,
}

/// A file for a volume.
#[derive(Clone, Debug)]
pub struct VolumeUpload {
    /// `/Volumes/<catalog>/<schema>/<volume>/…`
    pub path: String,
    pub content: Content,
}

/// A rendered SQL file and what it says.
#[derive(Clone, Debug, Default)]
pub struct SqlFile {
    pub text: String,
    pub location: Option<Location>,
    /// Functions, tables and views that it makes when it is run as statements.
    pub objects: Vec<SqlObject>,
    /// What its statements say of what other statements or pipelines make.
    pub bindings: Vec<SqlBinding>,
    /// What would never be run in that case.
    pub undeployed: Vec<Undeployed>,
    /// Tables that it defines when it is part of a pipeline; private and temporary ones left out.
    pub datasets: BTreeSet<TableName>,
    pub uses: Uses,
}

/// Statements of one sort that no resource stands for.
#[derive(Clone, Debug)]
pub struct Undeployed {
    /// Their sort, as it is called in a sentence.
    pub what: &'static str,
    /// What to write in their place.
    pub hint: String,
    /// How many of the sort follow the first one.
    pub more: usize,
    /// The first words of the first one.
    pub location: Location,
}

/// A statement about an object that another one makes, or a pipeline.
#[derive(Clone, Debug)]
pub struct SqlBinding {
    pub binding: Binding,
    pub location: Location,
    pub uses: Uses,
}

#[derive(Clone, Debug)]
pub enum Binding {
    Tags {
        /// `catalogs`, `schemas`, `tables`, `columns`, `volumes`.
        entity_type: &'static str,
        /// With all its parts.
        entity: String,
        tags: Vec<(String, String)>,
    },
    Mask {
        table: TableName,
        column: String,
        function: TableName,
        /// Further columns that the function is given.
        using: Vec<String>,
    },
    RowFilter {
        table: TableName,
        function: TableName,
        on: Vec<String>,
    },
}

/// A statement that makes one object.
#[derive(Clone, Debug)]
pub struct SqlObject {
    pub kind: SqlObjectKind,
    pub name: TableName,
    pub statement: String,
    /// `CREATE OR REPLACE`.
    pub replaces: bool,
    /// What it says of the object, field by field.
    pub definition: Spec,
    pub location: Option<Location>,
    pub uses: Uses,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqlObjectKind {
    Function,
    Table,
    View,
}

/// What a piece of SQL needs to exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uses {
    /// Tables and views.
    pub tables: BTreeSet<TableName>,
    pub functions: BTreeSet<TableName>,
    /// Paths of files, such as `/Volumes/c/s/v/x`.
    pub paths: BTreeSet<String>,
}

/// A dashboard or Genie file, its names already those of the target.
#[derive(Clone, Debug)]
pub struct Document {
    /// Project path.
    pub path: String,
    pub text: String,
    pub location: Option<Location>,
    pub uses: Uses,
}
