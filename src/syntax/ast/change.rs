//! Statements that change rows, and `SHOW`.

use super::{Assignment, Expr, Ident, Name, Query, Securable};

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
