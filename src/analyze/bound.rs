//! The bound tree: a query with every name resolved, every type decided and every coercion an explicit cast.
//!
//! Shape: relational algebra. Every column that any node produces has its own [`ColumnId`], unique in the whole
//! statement; an expression refers to columns by id only, so nothing is resolved twice. Lineage is read off this
//! tree, and the local engine lowers this same tree. Types are Databricks types; `None` means "not proved".

use std::sync::Arc;

use crate::catalog::ColumnInfo;
use crate::diag::Span;
use crate::ident::{Identifier, TableName};
use crate::syntax::{DataType, deeper, with_room};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ColumnId(pub u32);

/// A column that a relation produces.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    pub id: ColumnId,
    pub name: Identifier,
    pub ty: Option<DataType>,
    pub nullable: bool,
}

impl Column {
    /// What expressions over one row of a table see.
    pub(crate) fn row(columns: &[ColumnInfo]) -> Vec<Self> {
        let column = |(column, id): (&ColumnInfo, u32)| Self {
            id: ColumnId(id),
            name: column.name.clone(),
            ty: column.data_type.clone(),
            nullable: column.nullable,
        };
        columns.iter().zip(0..).map(column).collect()
    }
}

/// How many expressions of a text were bound, and to how many of these a type was given.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Proof {
    pub expressions: usize,
    pub typed: usize,
}

impl Proof {
    pub fn add(&mut self, other: Self) {
        self.expressions += other.expressions;
        self.typed += other.typed;
    }
}

/// A whole query: the relation and its visible output, in order (the relation may carry more columns, for ordering).
#[derive(PartialEq, Debug)]
pub struct BoundQuery {
    pub relation: Relation,
    pub output: Vec<Column>,
    /// Common table expressions in order of definition; each is referred to by its index. Those of subqueries and
    /// derived tables are listed here too, by the outermost query: theirs is empty.
    pub ctes: Vec<BoundCte>,
    /// Of the outermost query, with all that is inside it; nothing of a subquery by itself.
    pub proof: Proof,
}

impl Clone for BoundQuery {
    fn clone(&self) -> Self {
        let relation = with_room(|| self.relation.clone());
        Self { relation, output: self.output.clone(), ctes: self.ctes.clone(), proof: self.proof }
    }
}

#[derive(PartialEq, Debug)]
pub struct BoundCte {
    pub name: Identifier,
    pub query: Relation,
    pub columns: Vec<Column>,
}

impl Clone for BoundCte {
    fn clone(&self) -> Self {
        let query = with_room(|| self.query.clone());
        Self { name: self.name.clone(), query, columns: self.columns.clone() }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub enum Relation {
    /// One row, no column: `SELECT 1`.
    Empty,
    Scan(Scan),
    Files(FileScan),
    /// A table function with ordinary rows: `range`, …
    TableFunction {
        name: &'static str,
        args: Vec<Expr>,
        columns: Vec<Column>,
        streaming: bool,
    },
    Values {
        rows: Vec<Vec<Expr>>,
        columns: Vec<Column>,
    },
    /// A use of a common table expression: `columns[i]` is the use's name for the definition's i-th column.
    Cte {
        index: usize,
        columns: Vec<Column>,
    },
    /// Only these outputs, each a new column. No aggregate and no window function inside.
    Project {
        input: Box<Relation>,
        outputs: Vec<(Column, Expr)>,
    },
    Filter {
        input: Box<Relation>,
        predicate: Expr,
    },
    Join {
        left: Box<Relation>,
        right: Box<Relation>,
        kind: JoinKind,
        on: Option<Expr>,
        lateral: bool,
    },
    /// Output: the group columns, then the aggregates. `sets` are grouping sets as indices into `groups`;
    /// one full set is ordinary `GROUP BY`; no group at all is one row.
    Aggregate {
        input: Box<Relation>,
        groups: Vec<(Column, Expr)>,
        sets: Vec<Vec<usize>>,
        aggregates: Vec<(Column, AggregateCall)>,
    },
    /// Output: the input's columns, then the windows'.
    Window {
        input: Box<Relation>,
        windows: Vec<(Column, WindowCall)>,
    },
    Distinct {
        input: Box<Relation>,
    },
    /// Output: the input's columns, then those of the generator (`explode`, `posexplode`, `inline`, `stack` …).
    Generate {
        input: Box<Relation>,
        function: &'static str,
        args: Vec<Expr>,
        outer: bool,
        columns: Vec<Column>,
    },
    /// `columns[i]` unites the i-th columns of both sides; both sides are cast to its type already.
    SetOperation {
        left: Box<Relation>,
        right: Box<Relation>,
        kind: SetKind,
        all: bool,
        columns: Vec<Column>,
    },
    Sort {
        input: Box<Relation>,
        keys: Vec<SortKey>,
    },
    Limit {
        input: Box<Relation>,
        limit: Option<Expr>,
        offset: Option<Expr>,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub struct Scan {
    pub table: TableName,
    /// In the table's order; `source` names the table's column that each is.
    pub columns: Vec<Column>,
    /// `STREAM(table)`.
    pub streaming: bool,
    pub span: Span,
}

/// `read_files(path, …)`: the options as written (keys lower case), the columns as declared or inferred.
#[derive(Clone, PartialEq, Debug)]
pub struct FileScan {
    pub path: String,
    pub options: Vec<(String, String)>,
    /// The data columns of the schema, then `_rescued_data` where it is produced.
    pub columns: Vec<Column>,
    /// `_metadata.*` fields that the query uses: (field name, column).
    pub metadata: Vec<(String, Column)>,
    pub streaming: bool,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
    Cross,
    /// Only the left side's columns.
    LeftSemi,
    LeftAnti,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetKind {
    Union,
    Intersect,
    Except,
}

#[derive(Clone, PartialEq, Debug)]
pub struct SortKey {
    pub expr: Expr,
    pub descending: bool,
    /// Already decided: Databricks puts nulls first ascending, last descending.
    pub nulls_first: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct AggregateCall {
    /// Canonical lower-case name: `sum`, `count`, `count_if`, `percentile`, …; `count(*)` has no argument.
    pub function: &'static str,
    pub args: Vec<Expr>,
    pub distinct: bool,
    pub filter: Option<Expr>,
    /// `WITHIN GROUP (ORDER BY …)` and ordered aggregates.
    pub order_by: Vec<SortKey>,
    pub ty: Option<DataType>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct WindowCall {
    pub function: WindowFunction,
    pub partition_by: Vec<Expr>,
    pub order_by: Vec<SortKey>,
    pub frame: Option<Frame>,
    pub ty: Option<DataType>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum WindowFunction {
    /// `row_number`, `rank`, `dense_rank`, `percent_rank`, `cume_dist`, `ntile`, `lag`, `lead`, `first_value`,
    /// `last_value`, `nth_value`.
    Ranking {
        name: &'static str,
        args: Vec<Expr>,
        ignore_nulls: bool,
    },
    Aggregate(Box<AggregateCall>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Frame {
    pub rows: bool,
    pub start: Bound,
    pub end: Bound,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Bound {
    UnboundedPreceding,
    Preceding(Box<Expr>),
    CurrentRow,
    Following(Box<Expr>),
    UnboundedFollowing,
}

/// Two expressions are equal when they say the same, wherever they stand.
#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Option<DataType>,
    pub nullable: bool,
    /// Where it stands in the rendered text.
    pub span: Span,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        deeper(|| self.kind == other.kind && self.ty == other.ty)
    }
}

impl Clone for Expr {
    fn clone(&self) -> Self {
        let kind = deeper(|| self.kind.clone());
        Self { kind, ty: self.ty.clone(), nullable: self.nullable, span: self.span }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// Of the input, or of an enclosing query (correlated).
    Column(ColumnId),
    Literal(Literal),
    /// A named parameter, bound when the statement runs.
    Parameter(String),
    /// A built-in by canonical lower-case name. Operators are calls too: `add`, `subtract`, `multiply`, `divide`,
    /// `div`, `mod`, `negative`, `eq`, `neq`, `lt`, `lte`, `gt`, `gte`, `null_safe_eq`, `and`, `or`, `not`, `concat`,
    /// `is_null`, `is_not_null`, `is_true`, `is_false`, `is_not_true`, `is_not_false`, `like`, `ilike`, `rlike`,
    /// `bit_and`, `bit_or`, `bit_xor`, `bit_not`. The arguments are cast to the chosen signature already.
    Call {
        function: &'static str,
        args: Vec<Expr>,
    },
    /// A user-defined SQL function, its body bound with the parameters as columns: (parameter, argument).
    UserFunction {
        name: TableName,
        args: Vec<(Column, Expr)>,
        body: Arc<Expr>,
    },
    /// ANSI cast to `ty` of this expression; `try_` gives NULL instead of an error.
    Cast {
        expr: Box<Expr>,
        try_: bool,
    },
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    InList {
        expr: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    /// `exprs IN (query)`; the query gives as many columns.
    InSubquery {
        exprs: Vec<Expr>,
        query: Box<BoundQuery>,
        negated: bool,
    },
    Exists {
        query: Box<BoundQuery>,
        negated: bool,
    },
    ScalarSubquery(Box<BoundQuery>),
    /// Struct field by name.
    Field {
        expr: Box<Expr>,
        name: Identifier,
    },
    /// `array[i]` (from 0) or `map[key]`.
    Index {
        expr: Box<Expr>,
        index: Box<Expr>,
    },
    Lambda {
        parameters: Vec<Column>,
        body: Box<Expr>,
    },
    /// What could not be resolved: an unknown function, a column of an unknown table, or something reported as an
    /// error. Its type is not proved, and it cannot be executed.
    Unproved {
        what: String,
        args: Vec<Expr>,
    },
    /// Supplied by the session: `current_timestamp`, `current_date`, `current_user`, `current_catalog`,
    /// `current_schema`, `is_account_group_member` (with the group) …
    Session {
        function: &'static str,
        args: Vec<Expr>,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    Null,
    Boolean(bool),
    /// Fits `ty`, an integer type.
    Integer(i64),
    /// Digits with the scale of `ty`, e.g. `12.50`.
    Decimal(String),
    Double(f64),
    String(String),
    Binary(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since the epoch, UTC.
    Timestamp(i64),
    /// Months.
    IntervalYearMonth(i32),
    /// Microseconds.
    IntervalDayTime(i64),
}

impl Relation {
    /// The columns that the relation produces, in order.
    pub fn columns(&self) -> Vec<&Column> {
        match self {
            Self::Empty => Vec::new(),
            Self::Scan(scan) => scan.columns.iter().collect(),
            Self::Files(scan) => scan.columns.iter().chain(scan.metadata.iter().map(|(_, column)| column)).collect(),
            Self::TableFunction { columns, .. }
            | Self::Values { columns, .. }
            | Self::Cte { columns, .. }
            | Self::SetOperation { columns, .. } => columns.iter().collect(),
            Self::Project { outputs, .. } => outputs.iter().map(|(column, _)| column).collect(),
            Self::Filter { input, .. }
            | Self::Distinct { input }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. } => deeper(|| input.columns()),
            Self::Join { left, right, kind, .. } => match kind {
                JoinKind::LeftSemi | JoinKind::LeftAnti => deeper(|| left.columns()),
                _ => deeper(|| left.columns()).into_iter().chain(deeper(|| right.columns())).collect(),
            },
            Self::Aggregate { groups, aggregates, .. } => {
                let groups = groups.iter().map(|(column, _)| column);
                groups.chain(aggregates.iter().map(|(column, _)| column)).collect()
            }
            Self::Window { input, windows } => {
                deeper(|| input.columns()).into_iter().chain(windows.iter().map(|(column, _)| column)).collect()
            }
            Self::Generate { input, columns, .. } => deeper(|| input.columns()).into_iter().chain(columns).collect(),
        }
    }
}
