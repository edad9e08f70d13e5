//! Queries and expressions, with what their trees cannot hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::Span;
use crate::ident::QualifiedName;
use crate::syntax::stack::with_room;

use super::Ident;

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
