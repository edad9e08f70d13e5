//! The built-in table functions whose rows nothing here makes: their columns, as far as they are documented
//! (Databricks documentation, "Table-valued functions"; `range`, `read_files`, `event_log` and the generators have
//! places of their own).

use sqlparser::ast::{Expr as Ast, FunctionArg, FunctionArgExpr, TableAlias};

use crate::analyze::bound::{Column, Relation};
use crate::diag::{Code, Span};
use crate::ident::{Identifier, QualifiedName};
use crate::syntax::{DataType, StructField};

use super::binder::{Binder, Rel};
use super::from::Source;
use super::scope::Open;

/// What a table function gives.
struct TableFunction {
    name: &'static str,
    /// Fewest and most arguments, those by name included.
    arity: (usize, usize),
    columns: &'static [(&'static str, Kind)],
    /// There are more columns, which depend on the arguments or are not documented.
    open: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Int,
    Long,
    Text,
    Bytes,
    Time,
    Texts,
    Headers,
}

use Kind::{Bool, Bytes, Headers, Int, Long, Text, Texts, Time};

const MANY: usize = usize::MAX;

const fn known(name: &'static str, arity: (usize, usize), columns: &'static [(&'static str, Kind)]) -> TableFunction {
    TableFunction { name, arity, columns, open: false }
}

const fn open(name: &'static str, arity: (usize, usize), columns: &'static [(&'static str, Kind)]) -> TableFunction {
    TableFunction { name, arity, columns, open: true }
}

/// In order of name.
const FUNCTIONS: &[TableFunction] = &[
    open("ai_detect_anomalies", (1, MANY), &[]),
    open("ai_forecast", (1, MANY), &[]),
    open("ai_search", (1, MANY), &[]),
    open("ai_top_drivers", (1, MANY), &[]),
    open("cloud_files_state", (1, 1), &[("path", Text)]),
    known(
        "collations",
        (0, 0),
        &[
            ("CATALOG", Text),
            ("SCHEMA", Text),
            ("NAME", Text),
            ("LANGUAGE", Text),
            ("COUNTRY", Text),
            ("ACCENT_SENSITIVITY", Text),
            ("CASE_SENSITIVITY", Text),
            ("PAD_ATTRIBUTE", Text),
            ("ICU_VERSION", Text),
        ],
    ),
    known("list_secrets", (0, 1), &[("scope", Text), ("key", Text)]),
    open("python_worker_logs", (0, 0), &[]),
    open(
        "read_kafka",
        (1, MANY),
        &[
            ("key", Bytes),
            ("value", Bytes),
            ("topic", Text),
            ("partition", Int),
            ("offset", Long),
            ("timestamp", Time),
            ("timestampType", Int),
            ("headers", Headers),
        ],
    ),
    open(
        "read_kinesis",
        (1, MANY),
        &[
            ("partitionKey", Text),
            ("data", Bytes),
            ("stream", Text),
            ("shardId", Text),
            ("sequenceNumber", Text),
            ("approximateArrivalTimestamp", Time),
        ],
    ),
    open(
        "read_pubsub",
        (1, MANY),
        &[("messageId", Text), ("payload", Bytes), ("attributes", Text), ("publishTimestampInMillis", Long)],
    ),
    open(
        "read_pulsar",
        (1, MANY),
        &[
            ("__key", Bytes),
            ("__topic", Text),
            ("__messageId", Bytes),
            ("__publishTime", Time),
            ("__eventTime", Time),
            ("__messageProperties", Texts),
        ],
    ),
    open("read_state_metadata", (1, MANY), &[]),
    open("read_statestore", (1, MANY), &[]),
    open("remote_query", (1, MANY), &[]),
    known("sql_keywords", (0, 0), &[("keyword", Text), ("isReserved", Bool)]),
    open("table_changes", (2, 3), &[]),
    open("vector_search", (1, MANY), &[]),
];

/// What the change feed adds to a table's own columns (Databricks documentation, "table_changes table-valued
/// function").
const CHANGES: [(&str, Kind); 3] = [("_change_type", Text), ("_commit_version", Long), ("_commit_timestamp", Time)];

/// Every name, for the suggestion beside one that is not known.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name).chain(["range", "read_files", "event_log"])
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Bool => DataType::Boolean,
        Int => DataType::Int,
        Long => DataType::BigInt,
        Text => DataType::String,
        Bytes => DataType::Binary,
        Time => DataType::Timestamp,
        Texts => DataType::Map(Box::new(DataType::String), Box::new(DataType::String)),
        Headers => {
            let field = |name, data_type| StructField { name: Identifier::fixed(name), data_type };
            let header = vec![field("key", DataType::String), field("value", DataType::Binary)];
            DataType::Array(Box::new(DataType::Struct(header)))
        }
    }
}

impl Binder<'_> {
    /// `None` where there is no such function.
    pub(super) fn built_in_table(
        &mut self,
        name: &str,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
        streaming: bool,
        span: Span,
    ) -> Option<Source> {
        let at = FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok()?;
        let function = &FUNCTIONS[at];
        let (least, most) = function.arity;
        if args.len() < least || args.len() > most {
            let expected = match (least, most) {
                (least, MANY) => format!("at least {least}"),
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            let message = format!("`{name}` takes {expected} arguments, not {}", args.len());
            self.error(Code::WRONG_ARITY, span, message);
        }
        let mut columns: Vec<Column> = Vec::new();
        let mut open = function.open;
        if function.name == "table_changes" {
            if let Some(table) = self.changed_table(args) {
                columns = table;
                open = false;
            }
        }
        let added: &[(&'static str, Kind)] = if function.name == "table_changes" { &CHANGES } else { function.columns };
        for (name, kind) in added {
            columns.push(self.column(Identifier::fixed(name), Some(data_type(*kind)), true));
        }
        let relation =
            Relation::TableFunction { name: function.name, args: Vec::new(), columns: columns.clone(), streaming };
        let mut source = self.named(Rel { relation, columns, open: false }, alias, span);
        if alias.is_none() {
            source.scope.relations[0].qualifier = vec![Identifier::fixed(function.name)];
        }
        source.scope.relations[0].open = open.then_some(Open::Query);
        Some(source)
    }

    /// The columns of the table that `table_changes` names in a text.
    fn changed_table(&mut self, args: &[FunctionArg]) -> Option<Vec<Column>> {
        let FunctionArg::Unnamed(FunctionArgExpr::Expr(name @ Ast::Value(_))) = args.first()? else { return None };
        let text = self.constant_text(name)?;
        let parts: Result<Vec<Identifier>, _> =
            text.split('.').map(|part| Identifier::new(part.trim_matches('`'))).collect();
        let table = self.session.resolve(&QualifiedName::new(parts.ok()?).ok()?)?;
        let Some(info) = self.session.table(&table) else {
            if let Some(diagnostic) = self.session.absent_table(&table) {
                let at = self.span(name);
                self.report(diagnostic, at);
            }
            return None;
        };
        let own = info.columns.iter().map(|column| (column.name.clone(), column.data_type.clone()));
        let own: Vec<_> = own.collect();
        Some(own.into_iter().map(|(name, ty)| self.column(name, ty, true)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
