//! `INSERT`, `UPDATE`, `DELETE`, `MERGE`: their queries and expressions are bound as those of queries over the tables
//! that they change.

use std::sync::Arc;

use sqlparser::ast::{
    Expr as Ast, Ident as AstIdent, Join, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, SelectItem,
    SetExpr, TableFactor, TableWithJoins, Value as AstValue,
};
use sqlparser::tokenizer::{Location as AstLocation, Span as AstSpan};

use crate::catalog::{ColumnInfo, RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span, did_you_mean};
use crate::ident::Identifier;
use crate::syntax::DataType;
use crate::syntax::ast::{
    Assignment, Expr, Ident, Insert, Merge, MergeAction, MergeWhen, Name, Query, SideTable, StatementKind,
};
use crate::syntax::parse_query;

use super::bound::{BoundQuery, Column, ColumnId, ExprKind, Proof, Relation};
use super::entry::{bind_partial, bind_query};
use super::session::Session;
use super::types::{Stored, stored_as};

/// How much of a statement that changes rows was proved, and what is wrong with it; `None` for any other statement.
pub fn bind_change(
    kind: &StatementKind,
    file: &Arc<SourceFile>,
    session: &Session<'_>,
) -> Option<(Proof, Diagnostics)> {
    let mut change = Change { file, session, proof: Proof::default(), found: Diagnostics::default(), written: None };
    change.statement(kind).then_some((change.proof, change.found))
}

/// What a statement puts into the columns of the table that it changes: queries whose outputs are called as those are.
/// Of `INSERT` nothing: its query is at hand.
pub fn written_by(kind: &StatementKind, file: &Arc<SourceFile>, session: &Session<'_>) -> Vec<BoundQuery> {
    let (proof, found) = (Proof::default(), Diagnostics::default());
    let mut change = Change { file, session, proof, found, written: Some(Vec::new()) };
    if !matches!(kind, StatementKind::Insert(_)) {
        change.statement(kind);
    }
    change.written.unwrap_or_default()
}

impl Change<'_> {
    /// Does it change rows?
    fn statement(&mut self, kind: &StatementKind) -> bool {
        let change = self;
        let target = match kind {
            StatementKind::Insert(insert) => Some(&insert.table),
            StatementKind::Update(update) => Some(&update.table),
            StatementKind::Delete(delete) => Some(&delete.table),
            StatementKind::Merge(merge) => Some(&merge.target),
            _ => None,
        };
        change.found.extend(target.and_then(|target| unchangeable(target, change.file, change.session)));
        match kind {
            StatementKind::Insert(insert) => change.insert(insert),
            StatementKind::Update(update) => {
                let columns = update.assignments.iter().map(|(column, _)| column);
                change.known_columns(&update.table, columns);
                let outer = update.nested.iter().filter_map(|assignment| {
                    let column = assignment.target.value.parts().first()?.clone();
                    // `alias.column.field` begins with no column.
                    let alias = update.alias.as_ref().is_some_and(|alias| alias.value == column);
                    let table = *update.table.value.name() == column;
                    (!alias && !table).then_some(Ident { value: column, span: assignment.target.span })
                });
                let outer: Vec<Ident> = outer.collect();
                change.known_columns(&update.table, outer.iter());
                let info = change.table(&update.table);
                let info = info.as_deref();
                let values = update.assignments.iter().map(|(column, value)| {
                    let stored = info.and_then(|info| info.columns.iter().find(|known| known.name == column.value));
                    (Some(column.value.clone()), value, info.zip(stored))
                });
                let first = |target: &Name| target.value.parts().first().cloned();
                let nested = update.nested.iter().map(|nested| (first(&nested.target), &nested.value, None));
                let values = values.chain(nested);
                let from = change.target(&update.table, update.alias.as_ref());
                change.row(from, None, values.collect(), update.predicate.iter().collect(), "WHERE");
            }
            StatementKind::Delete(delete) => {
                let from = change.target(&delete.table, delete.alias.as_ref());
                change.row(from, None, Vec::new(), delete.predicate.iter().collect(), "WHERE");
            }
            StatementKind::Merge(merge) => change.merge(merge),
            _ => return false,
        }
        true
    }
}

/// What to say of a statement that changes rows of what has none of its own. "A view is a read-only object" (Databricks
/// documentation, "What is a view?"); the rows of a materialized view are those of its query ("Materialized views").
/// Of a streaming table they may be changed ("Streaming tables", § "DML"), and Delta changes the table that a temporary
/// view reads.
pub(super) fn unchangeable(target: &Name, file: &Arc<SourceFile>, session: &Session<'_>) -> Option<Diagnostic> {
    let info = session.table(&session.resolve(&target.value)?)?;
    let what = match info.kind {
        RelationKind::MaterializedView => "a materialized view",
        RelationKind::View => "a view",
        RelationKind::Table | RelationKind::StreamingTable | RelationKind::TemporaryView => return None,
    };
    let message = format!("`{}` is {what}: its rows are those of its query and cannot be changed", info.name);
    let diagnostic = Diagnostic::error(Code::INVALID_QUERY, message).at(Location::new(file, target.span));
    Some(diagnostic.hint("change the tables that its query reads"))
}

struct Change<'a> {
    file: &'a Arc<SourceFile>,
    session: &'a Session<'a>,
    proof: Proof,
    found: Diagnostics,
    /// Collected where somebody asks for it.
    written: Option<Vec<BoundQuery>>,
}

/// The column that a value is for, where it is known; the value; the table and that column, where all of it is stored.
type Value<'e> = (Option<Identifier>, &'e Expr, Option<(&'e TableInfo, &'e ColumnInfo)>);

/// What the expressions of a statement can see.
#[derive(Clone)]
struct From {
    tables: Vec<TableWithJoins>,
    side: SideTable,
    span: Span,
}

impl Change<'_> {
    fn add(&mut self, found: Diagnostics) {
        for diagnostic in found {
            // The tables of a statement are bound once for each of its clauses.
            let known = self.found.iter().any(|known| {
                let place = |diagnostic: &Diagnostic| diagnostic.location.as_ref().map(|location| location.span);
                known.code == diagnostic.code && place(known) == place(&diagnostic)
            });
            if !known {
                self.found.push(diagnostic);
            }
        }
    }

    fn table(&self, name: &Name) -> Option<Arc<TableInfo>> {
        self.session.table(&self.session.resolve(&name.value)?)
    }

    fn known_columns<'i>(&mut self, table: &Name, columns: impl Iterator<Item = &'i Ident>) {
        let Some(info) = self.table(table) else { return };
        for column in columns.filter(|column| !info.columns.iter().any(|known| known.name == column.value)) {
            let message = format!("`{}` has no column `{}`", info.name, column.value);
            let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, message).at(Location::new(self.file, column.span));
            let near = did_you_mean(column.value.as_str(), info.columns.iter().map(|column| column.name.as_str()));
            self.found.push(match near {
                Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
    }

    fn insert(&mut self, insert: &Insert) {
        if !insert.schema_evolution {
            self.known_columns(&insert.table, insert.columns.iter());
            self.replaced(insert);
        }
        let resolved = self.session.resolve(&insert.table.value);
        if let Some(table) = resolved.filter(|table| self.session.table(table).is_none())
            && let Some(absent) = self.session.absent_table(&table)
        {
            self.found.push(absent.at(Location::new(self.file, insert.table.span)));
        }
        let mut query = behind(insert.with.as_ref(), insert.query.clone());
        if let SetExpr::Values(values) = query.ast.body.as_mut() {
            // What is left to the table is of no type.
            let left = values.rows.iter_mut().flat_map(|row| row.content.iter_mut()).filter(|value| is_default(value));
            left.for_each(|value| *value = Ast::Value(AstValue::Null.with_empty_span()));
        }
        let (bound, found) = bind_query(&query, self.file, self.session);
        let valid = !found.has_errors();
        self.add(found);
        if let Some(bound) = &bound {
            self.stored(insert, &bound.output);
            if valid {
                self.arranged(insert, &bound.output);
            }
        }
        let columns = insert.columns.len();
        if let Some(given) = bound.map(|bound| bound.output.len()).filter(|given| columns > 0 && *given != columns) {
            let message = format!("{columns} columns are named, and the query gives {given}");
            let at = Location::new(self.file, insert.table.span);
            self.found.push(Diagnostic::error(Code::INVALID_QUERY, message).at(at));
        }
    }

    /// What `REPLACE USING` and `REPLACE WHERE` name of the table.
    fn replaced(&mut self, insert: &Insert) {
        if self.table(&insert.table).is_none_or(|info| info.columns.is_empty()) || self.evolves() {
            return;
        }
        self.known_columns(&insert.table, insert.replace_using.iter());
        if let Some(condition) = &insert.replace_where {
            let from = self.target(&insert.table, insert.alias.as_ref());
            self.row(from, None, Vec::new(), vec![condition], "REPLACE WHERE");
        }
    }

    /// Does the file turn on that whatever is written adds its columns to the table?
    fn evolves(&self) -> bool {
        self.file.text().to_ascii_lowercase().contains("schema.automerge")
    }

    /// Columns that the table lacks, where those of the query become its own by name or by position.
    fn arranged(&mut self, insert: &Insert, given: &[Column]) {
        let Some(info) = self.table(&insert.table).filter(|info| !info.columns.is_empty()) else { return };
        let named = !insert.columns.is_empty() || !insert.partition.is_empty();
        if insert.schema_evolution || named || self.evolves() {
            return;
        }
        let (table, count) = (&info.name, info.columns.len());
        let at = Location::new(self.file, insert.table.span);
        if insert.by_name {
            for column in given.iter().filter(|given| !info.columns.iter().any(|known| known.name == given.name)) {
                let message = format!("`{table}` has no column `{}`, which the query gives", column.name);
                let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, message).at(at.clone());
                let names = info.columns.iter().map(|known| known.name.as_str());
                self.found.push(diagnostic.suggest(column.name.as_str(), names));
            }
        } else if given.len() > count {
            let message = format!("`{table}` has {count} columns, and the query gives {}", given.len());
            self.found.push(Diagnostic::error(Code::INVALID_QUERY, message).at(at));
        } else if given.len() < count {
            // Defaults are for columns that a list of columns leaves out. Without a list it is refused (Databricks
            // documentation, "INSERT": the query must match the "specified or implied insert column list";
            // INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS).
            let message = format!("`{table}` has {count} columns, and the query gives only {}", given.len());
            let diagnostic = Diagnostic::error(Code::INVALID_QUERY, message).at(at);
            self.found.push(diagnostic.hint("name the columns that are given: `INSERT INTO table (column, …)`"));
        }
    }

    /// Values that their columns cannot store, by position where it is known which column each is for.
    fn stored(&mut self, insert: &Insert, given: &[Column]) {
        let Some(info) = self.table(&insert.table) else { return };
        if insert.by_name || insert.schema_evolution || !insert.partition.is_empty() {
            return;
        }
        let named = |column: &Ident| Some((info.columns.iter().find(|known| known.name == column.value)?, column.span));
        let columns: Vec<Option<(&ColumnInfo, Span)>> = match insert.columns.as_slice() {
            [] => info.columns.iter().map(|column| Some((column, insert.table.span))).collect(),
            columns => columns.iter().map(named).collect(),
        };
        if columns.len() != given.len() {
            return;
        }
        for (column, value) in columns.into_iter().zip(given) {
            let Some((column, at)) = column else { continue };
            let (Some(from), Some(to)) = (&value.ty, &column.data_type) else { continue };
            let (name, table) = (&column.name, &info.name);
            let what = format!("the column `{name}` of `{table}` is {to}");
            let found = match stored_as(from, to) {
                Stored::AsIs => continue,
                Stored::Cast => {
                    let message = format!("{what}, and each {from} is cast to it when it is stored");
                    Diagnostic::warning(Code::TYPE_MISMATCH, message).hint("a value that is none fails the statement")
                }
                Stored::Never => {
                    Diagnostic::error(Code::TYPE_MISMATCH, format!("{what}, and {from} cannot be stored in it"))
                }
            };
            self.found.push(found.at(Location::new(self.file, at)));
        }
    }

    fn merge(&mut self, merge: &Merge) {
        let target = self.target(&merge.target, merge.alias.as_ref());
        let source = relation(&merge.source);
        let (Some(target), Some(source)) = (target, source) else { return };
        let mut both = target.clone();
        both.side.extend(&source.side);
        if let (Some(first), Some(second)) = (both.tables.first_mut(), source.tables.first()) {
            let operator = JoinOperator::CrossJoin(JoinConstraint::None);
            first.joins.push(Join { relation: second.relation.clone(), global: false, join_operator: operator });
            first.joins.extend(second.joins.iter().cloned());
        }
        let with = merge.with.as_ref();
        self.row(Some(both.clone()), with, Vec::new(), vec![&merge.on], "the condition");
        let evolves = merge.schema_evolution || self.evolves();
        let info = self.table(&merge.target).filter(|info| !info.columns.is_empty() && !evolves);
        let stored = |name: &Identifier| {
            let info = info.as_deref()?;
            Some((info, info.columns.iter().find(|known| known.name == *name)?))
        };
        for clause in &merge.clauses {
            let from = match clause.when {
                MergeWhen::Matched => both.clone(),
                MergeWhen::NotMatched => source.clone(),
                MergeWhen::NotMatchedBySource => target.clone(),
            };
            let values: Vec<Value<'_>> = match &clause.action {
                MergeAction::Delete => Vec::new(),
                MergeAction::UpdateAll { .. } | MergeAction::InsertAll { .. } => {
                    if let Some(written) = &mut self.written {
                        let (bound, ..) = bind_partial(&behind(with, merge.source.clone()), self.file, self.session);
                        written.push(bound);
                    }
                    Vec::new()
                }
                MergeAction::Update(assignments) => {
                    let column = |target: &Name| {
                        // `alias.column`, `column`, `column.field`.
                        let parts = target.value.parts();
                        let own = merge.alias.as_ref().map_or(merge.target.value.name(), |alias| &alias.value);
                        parts.get(usize::from(parts.len() > 1 && parts[0] == *own)).cloned()
                    };
                    let whole = |target: &Name| whole(merge, target).and_then(|column| stored(&column));
                    let values = assignments.iter().map(|assignment| {
                        let Assignment { target, value, .. } = assignment;
                        (column(target), value, whole(target))
                    });
                    values.collect()
                }
                MergeAction::Insert { columns, values } if columns.is_empty() => {
                    let known = self.table(&merge.target).map(|info| info.columns.clone()).unwrap_or_default();
                    let name = |index: usize| known.get(index).map(|column| column.name.clone());
                    let value = |(index, value)| (name(index), value, name(index).and_then(|name| stored(&name)));
                    values.iter().enumerate().map(value).collect()
                }
                MergeAction::Insert { columns, values } => {
                    let value = |(column, value): (&Name, _)| {
                        let name = column.value.name();
                        let stored = stored(name).filter(|_| column.value.parts().len() == 1);
                        (Some(name.clone()), value, stored)
                    };
                    columns.iter().zip(values).map(value).collect()
                }
            };
            if !merge.schema_evolution
                && let MergeAction::Insert { columns, .. } = &clause.action
            {
                let plain = columns.iter().filter(|column| column.value.parts().len() == 1);
                let plain: Vec<Ident> =
                    plain.map(|column| Ident { value: column.value.name().clone(), span: column.span }).collect();
                self.known_columns(&merge.target, plain.iter());
            }
            if let (MergeAction::Update(assignments), Some(_)) = (&clause.action, &info) {
                let whole = assignments.iter().filter_map(|assignment| {
                    Some(Ident { value: whole(merge, &assignment.target)?, span: assignment.target.span })
                });
                let whole: Vec<Ident> = whole.collect();
                self.known_columns(&merge.target, whole.iter());
            }
            self.row(Some(from), with, values, clause.condition.iter().collect(), "the condition");
        }
    }

    /// Binds values and conditions over one row of what is there; `clause` is what the conditions are called.
    fn row(
        &mut self,
        from: Option<From>,
        with: Option<&Query>,
        values: Vec<Value<'_>>,
        conditions: Vec<&Expr>,
        clause: &str,
    ) {
        let Some(From { tables, mut side, span }) = from else { return };
        let Some(mut query) = skeleton() else { return };
        let SetExpr::Select(select) = query.ast.body.as_mut() else { return };
        select.from = tables;
        let mut stored = Vec::new();
        for (column, value, into) in values.into_iter().filter(|(_, value, _)| !is_default(&value.ast)) {
            side.extend(&value.side);
            stored.push((value.span, into));
            let expr = (*value.ast).clone();
            // As an alias the name would be in sight of the next values.
            select.projection.push(match column.filter(|_| self.written.is_some()) {
                Some(column) => SelectItem::ExprWithAlias { expr, alias: ident(&column, value.span) },
                None => SelectItem::UnnamedExpr(expr),
            });
        }
        for condition in conditions {
            side.extend(&condition.side);
            select.selection = Some((*condition.ast).clone());
        }
        query.side = side;
        query.span = span;
        let query = behind(with, query);
        if let Some(written) = &mut self.written {
            written.push(bind_partial(&query, self.file, self.session).0);
            return;
        }
        let (bound, found) = bind_query(&query, self.file, self.session);
        let named = |mut diagnostic: Diagnostic| {
            if let Some(rest) = diagnostic.message.strip_prefix("WHERE needs ") {
                diagnostic.message = format!("{clause} needs {rest}");
            }
            diagnostic
        };
        let found: Diagnostics = found.into_iter().map(named).collect();
        self.computed(bound.as_ref(), &stored);
        // The first column is the skeleton's own.
        if let Some(bound) = bound.as_ref().filter(|bound| bound.output.len() == stored.len() + 1) {
            for (value, (span, into)) in bound.output.iter().skip(1).zip(stored) {
                let Some((info, column)) = into else { continue };
                let (Some(from), Some(to)) = (&value.ty, &column.data_type) else { continue };
                if stored_as(from, to) == Stored::Never && !by_field(from) && !by_field(to) {
                    let (name, table) = (&column.name, &info.name);
                    let message =
                        format!("the column `{name}` of `{table}` is {to}, and {from} cannot be stored in it");
                    let diagnostic = Diagnostic::error(Code::TYPE_MISMATCH, message);
                    self.found.push(diagnostic.at(Location::new(self.file, span)));
                }
            }
        }
        self.proof.add(bound.map(|bound| bound.proof).unwrap_or_default());
        self.add(found);
    }

    /// A value is of one row: Databricks documentation, "Error conditions", DELTA_AGGREGATION_NOT_SUPPORTED ("Aggregate
    /// functions are not supported in the …").
    fn computed(&mut self, bound: Option<&BoundQuery>, stored: &[(Span, Option<(&TableInfo, &ColumnInfo)>)]) {
        let Some(Relation::Project { input, outputs }) = bound.map(|bound| &bound.relation) else { return };
        // The source of a MERGE stands behind a projection of its own.
        let (made, what): (Vec<ColumnId>, _) = match &**input {
            Relation::Aggregate { groups, aggregates, .. } if groups.is_empty() => {
                (aggregates.iter().map(|(column, _)| column.id).collect(), "an aggregate")
            }
            Relation::Window { windows, .. } => {
                (windows.iter().map(|(column, _)| column.id).collect(), "a window function")
            }
            _ => return,
        };
        for ((_, value), (span, _)) in outputs.iter().skip(1).zip(stored) {
            let mut uses = false;
            value.visit(&mut |part| uses |= matches!(part.kind, ExprKind::Column(id) if made.contains(&id)));
            if uses {
                let message = format!("a value that is stored is computed of one row, and {what} is of many");
                let diagnostic =
                    Diagnostic::error(Code::INVALID_AGGREGATE, message).at(Location::new(self.file, *span));
                self.found.push(diagnostic.hint("compute it in a subquery"));
            }
        }
    }

    /// The table that is changed, as a relation.
    fn target(&self, name: &Name, alias: Option<&Ident>) -> Option<From> {
        let mut query = parse_query(&SourceFile::new("target", "SELECT * FROM t AS a")).0?;
        let SetExpr::Select(select) = query.ast.body.as_mut() else { return None };
        let mut tables = std::mem::take(&mut select.from);
        let TableFactor::Table { name: written, alias: known, .. } = &mut tables.first_mut()?.relation else {
            return None;
        };
        let part = |part: &Identifier| ObjectNamePart::Identifier(ident(part, name.span));
        *written = ObjectName(name.value.parts().iter().map(part).collect());
        match alias {
            Some(alias) => known.as_mut()?.name = ident(&alias.value, alias.span),
            None => *known = None,
        }
        Some(From { tables, side: SideTable::default(), span: name.span })
    }
}

/// Delta stores structs field by field, by their names: their types alone do not tell whether it can.
fn by_field(ty: &DataType) -> bool {
    match ty {
        DataType::Struct(_) | DataType::Geometry | DataType::Geography | DataType::Time => true,
        DataType::Array(element) => by_field(element),
        DataType::Map(key, value) => by_field(key) || by_field(value),
        _ => false,
    }
}

/// The column that `UPDATE SET target = …` sets as a whole: `column`, `alias.column`.
fn whole(merge: &Merge, target: &Name) -> Option<Identifier> {
    let own = merge.alias.as_ref().map_or(merge.target.value.name(), |alias| &alias.value);
    match target.value.parts() {
        [column] => Some(column.clone()),
        [table, column] if table == own => Some(column.clone()),
        _ => None,
    }
}

/// The relation of `SELECT * FROM relation`.
fn relation(query: &Query) -> Option<From> {
    match query.ast.body.as_ref() {
        SetExpr::Select(select) => {
            Some(From { tables: select.from.clone(), side: query.side.clone(), span: query.span })
        }
        _ => None,
    }
}

fn skeleton() -> Option<Query> {
    parse_query(&SourceFile::new("row", "SELECT 1")).0
}

/// A query behind common table expressions that stand before its statement.
fn behind(with: Option<&Query>, mut query: Query) -> Query {
    if let Some(with) = with {
        query.side.extend(&with.side);
        if query.ast.with.is_none() {
            query.ast.with = with.ast.with.clone();
        }
    }
    query
}

pub(super) fn ident(name: &Identifier, span: Span) -> AstIdent {
    let at = |offset: u32| AstLocation { line: 1, column: u64::from(offset) + 1 };
    AstIdent {
        value: name.as_str().to_string(),
        quote_style: Some('`'),
        span: AstSpan { start: at(span.start), end: at(span.end) },
    }
}

/// `DEFAULT` as a value.
fn is_default(value: &Ast) -> bool {
    matches!(value, Ast::Identifier(ident) if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}
