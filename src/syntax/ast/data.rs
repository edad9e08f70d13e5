//! `MERGE`, `COPY INTO`, and tables that are copies of others.

use crate::diag::Span;

use super::{Expr, Ident, Name, Query, TableClauses, Text};

/// `MERGE [WITH SCHEMA EVOLUTION] INTO target USING source ON … WHEN …` (Databricks documentation, "MERGE INTO").
#[derive(Clone, PartialEq, Debug)]
pub struct Merge {
    /// Common table expressions before the statement, as `WITH … SELECT NULL`.
    pub with: Option<Query>,
    pub schema_evolution: bool,
    pub target: Name,
    pub alias: Option<Ident>,
    /// `SELECT * FROM <source>`: the source as a query, so that it binds as any other.
    pub source: Query,
    pub on: Expr,
    pub clauses: Vec<MergeClause>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct MergeClause {
    pub when: MergeWhen,
    pub condition: Option<Expr>,
    pub action: MergeAction,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MergeWhen {
    Matched,
    /// `NOT MATCHED [BY TARGET]`.
    NotMatched,
    NotMatchedBySource,
}

#[derive(Clone, PartialEq, Debug)]
pub enum MergeAction {
    Delete,
    /// `UPDATE SET * [EXCEPT (…)]`.
    UpdateAll {
        except: Vec<Name>,
    },
    Update(Vec<Assignment>),
    /// `INSERT * [EXCEPT (…)]`.
    InsertAll {
        except: Vec<Name>,
    },
    Insert {
        columns: Vec<Name>,
        values: Vec<Expr>,
    },
}

/// `target = value`. The target may be qualified, and may be a field inside of a column.
#[derive(Clone, PartialEq, Debug)]
pub struct Assignment {
    pub target: Name,
    pub value: Expr,
}

/// `COPY INTO target FROM source FILEFORMAT = …` (Databricks documentation, "COPY INTO").
#[derive(Clone, PartialEq, Debug)]
pub struct CopyInto {
    pub target: Name,
    pub columns: Vec<Ident>,
    pub by_position: bool,
    pub source: CopySource,
    pub format: Ident,
    pub validate: Option<Validate>,
    pub files: Vec<Text>,
    pub pattern: Option<Text>,
    pub format_options: Vec<(Text, Text)>,
    pub copy_options: Vec<(Text, Text)>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum CopySource {
    Path {
        path: Text,
        /// What stands in the parentheses of `WITH (CREDENTIAL …)`, as it is written.
        access: Option<Text>,
    },
    /// `(SELECT … FROM 'path')`: in the tree the path is a table of that name.
    Select(Box<Query>),
}

/// `VALIDATE [ALL | n ROWS]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Validate {
    All,
    Rows(u64),
}

/// `CREATE TABLE … {SHALLOW | DEEP} CLONE source`, `CREATE TABLE … LIKE source`.
#[derive(Clone, PartialEq, Debug)]
pub struct CopyTable {
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub external: bool,
    pub name: Name,
    pub how: CopyHow,
    pub source: Name,
    pub version: Option<Version>,
    pub clauses: TableClauses,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CopyHow {
    Shallow,
    Deep,
    /// The columns without the rows.
    Like,
}

/// A version of a table: `VERSION AS OF n`, `TIMESTAMP AS OF expr`.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "a statement has few of them")]
pub enum Version {
    Number(Text),
    Timestamp(Expr),
}
