//! Lineage in detail, read off the bound tree: how each output comes from its origins, which columns decide the rows,
//! and every place that names a column, a table or a function.

use crate::diag::Span;
use crate::ident::{Identifier, TableName};
use crate::syntax::{DataType, deeper};

use super::bound::{
    AggregateCall, BoundCte, BoundQuery, Column, ColumnId, Expr, ExprKind, Relation, WindowCall, WindowFunction,
};
use super::pipeline::{Flow, FlowKind};
use super::walk::generated_from;

/// What a query reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    Table(TableName),
    /// A path of `read_files`.
    Files(String),
}

/// How a value comes from another, from what shows most of it to what shows least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum How {
    /// Unchanged, perhaps of another type.
    Copy,
    /// Computed from it: parts of it may still be seen.
    Derived,
    /// Through something that is not understood.
    Unknown,
    /// A hash, a length, a comparison, a total: the value itself cannot be seen any more.
    Digest,
    /// It only chooses between other values.
    Decides,
}

/// What a part of a query does with a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    Value,
    Join,
    Filter,
    Group,
    Window,
    Order,
}

/// Origins by index into [`Trace::columns`], each once.
type Flows = Vec<(u32, How)>;

#[derive(Clone, PartialEq, Debug)]
pub struct Output {
    pub name: Identifier,
    pub from: Vec<(u32, How)>,
    /// The expression that gives it.
    pub span: Span,
}

/// A place that names a column of a source, or a `*` that stands for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Use {
    pub column: u32,
    pub role: Role,
    pub span: Span,
}

/// Places are in the text of the query; what a function's body does is at the call.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Trace {
    pub sources: Vec<Source>,
    /// (index of the source, place).
    pub reads: Vec<(u32, Span)>,
    /// (index of the source, name); one column may be there more than once.
    pub columns: Vec<(u32, Identifier)>,
    pub outputs: Vec<Output>,
    /// The columns that decide which rows there are.
    pub rows: Vec<(u32, Role)>,
    pub uses: Vec<Use>,
    /// User-defined functions that are called.
    pub functions: Vec<(TableName, Span)>,
}

/// Of a whole query.
pub fn trace(query: &BoundQuery) -> Trace {
    let mut tracer = Tracer::new(&query.ctes);
    for cte in &query.ctes {
        tracer.relation(&cte.query);
    }
    tracer.relation(&query.relation);
    let output = |column: &Column| Output {
        name: column.name.clone(),
        from: tracer.of(column.id),
        span: tracer.span_of(column.id),
    };
    let outputs = query.output.iter().map(output).collect();
    tracer.finish(outputs)
}

/// Of an expression over the columns of a table: an expectation, a predicate.
pub fn trace_row(expr: &Expr, table: &TableName, row: &[Column]) -> Trace {
    let mut tracer = Tracer::new(&[]);
    let source = tracer.source(Source::Table(table.clone()));
    row.iter().for_each(|column| tracer.direct(column, source, &column.name));
    let mut flows = Flows::new();
    tracer.expr(expr, Role::Filter, How::Copy, &mut flows);
    tracer.finish(Vec::new())
}

const UNKNOWN: u32 = u32::MAX;

#[derive(Default, Clone)]
struct Known<'q> {
    flows: Flows,
    /// A column of a source: the source's index and its name there.
    direct: Option<(u32, &'q Identifier)>,
    /// Its index among the trace's columns, once it is used.
    column: Option<u32>,
    /// The column of a source that it is a group's key of: naming the one names the other.
    grouped: Option<ColumnId>,
    span: Span,
}

struct Tracer<'q> {
    ctes: &'q [BoundCte],
    /// By the number of the column's id.
    known: Vec<Known<'q>>,
    /// Inside a function's body: where it was called.
    call: Option<Span>,
    trace: Trace,
}

impl<'q> Tracer<'q> {
    fn new(ctes: &'q [BoundCte]) -> Self {
        Self { ctes, known: Vec::new(), call: None, trace: Trace::default() }
    }

    fn finish(mut self, outputs: Vec<Output>) -> Trace {
        self.trace.outputs = outputs;
        self.trace.uses.sort_unstable();
        self.trace.uses.dedup();
        self.trace.rows.sort_unstable();
        self.trace.rows.dedup();
        self.trace
    }

    fn slot(&mut self, id: ColumnId) -> &mut Known<'q> {
        let index = id.0 as usize;
        if self.known.len() <= index {
            self.known.resize(index + 1, Known::default());
        }
        &mut self.known[index]
    }

    fn source(&mut self, source: Source) -> u32 {
        let known = self.trace.sources.iter().position(|known| *known == source);
        let index = known.unwrap_or_else(|| {
            self.trace.sources.push(source);
            self.trace.sources.len() - 1
        });
        u32::try_from(index).unwrap_or(UNKNOWN)
    }

    fn direct(&mut self, column: &Column, source: u32, name: &'q Identifier) {
        self.slot(column.id).direct = Some((source, name));
    }

    fn place(&self, span: Span) -> Span {
        self.call.unwrap_or(span)
    }

    /// The index of a source's column.
    fn column(&mut self, id: ColumnId) -> Option<u32> {
        let (source, name) = self.slot(id).direct?;
        if let Some(column) = self.slot(id).column {
            return Some(column);
        }
        let column = u32::try_from(self.trace.columns.len()).unwrap_or(UNKNOWN);
        self.trace.columns.push((source, name.clone()));
        self.slot(id).column = Some(column);
        Some(column)
    }

    fn of(&self, id: ColumnId) -> Flows {
        self.known.get(id.0 as usize).map(|known| known.flows.clone()).unwrap_or_default()
    }

    fn span_of(&self, id: ColumnId) -> Span {
        self.known.get(id.0 as usize).map(|known| known.span).unwrap_or_default()
    }

    /// What a column of a relation is made of, with the place where that is said.
    fn set(&mut self, column: &Column, flows: Flows, span: Span) {
        let span = self.place(span);
        let slot = self.slot(column.id);
        slot.span = span;
        for (from, how) in flows {
            merge(&mut slot.flows, from, how);
        }
    }

    fn pass(&mut self, column: &Column, from: ColumnId) {
        let mut flows = Flows::new();
        let span = self.span_of(from);
        self.reference(from, How::Copy, &mut flows);
        self.set(column, flows, span);
    }

    fn reference(&mut self, id: ColumnId, how: How, out: &mut Flows) {
        if let Some(column) = self.column(id) {
            merge(out, column, how);
        }
        for (from, inner) in self.of(id) {
            merge(out, from, inner.max(how));
        }
    }

    fn rows(&mut self, expr: &'q Expr, role: Role) {
        let mut flows = Flows::new();
        self.expr(expr, role, How::Decides, &mut flows);
        self.trace.rows.extend(flows.into_iter().map(|(column, _)| (column, role)));
    }

    fn relation(&mut self, relation: &'q Relation) {
        deeper(|| self.relation_here(relation));
    }

    fn relation_here(&mut self, relation: &'q Relation) {
        for input in relation.inputs() {
            self.relation(input);
        }
        match relation {
            Relation::Scan(scan) => {
                let source = self.source(Source::Table(scan.table.clone()));
                let place = self.place(scan.span);
                self.trace.reads.push((source, place));
                scan.columns.iter().for_each(|column| self.direct(column, source, &column.name));
            }
            Relation::Files(scan) => {
                let source = self.source(Source::Files(scan.path.clone()));
                let place = self.place(scan.span);
                self.trace.reads.push((source, place));
                scan.columns.iter().for_each(|column| self.direct(column, source, &column.name));
            }
            Relation::Cte { index, columns } => {
                let defined = self.ctes.get(*index).map(|cte| cte.columns.as_slice()).unwrap_or_default();
                for (column, definition) in columns.iter().zip(defined) {
                    self.pass(column, definition.id);
                }
            }
            Relation::Project { outputs, .. } => {
                for (column, expr) in outputs {
                    let mut flows = Flows::new();
                    self.expr(expr, Role::Value, How::Copy, &mut flows);
                    let span = self.narrowest(expr);
                    self.set(column, flows, span);
                }
            }
            Relation::Values { rows, columns } => {
                for row in rows {
                    for (column, cell) in columns.iter().zip(row) {
                        let mut flows = Flows::new();
                        self.expr(cell, Role::Value, How::Copy, &mut flows);
                        self.set(column, flows, cell.span);
                    }
                }
            }
            Relation::Generate { function, args, columns, .. } => {
                let span = args.first().map(|arg| arg.span).unwrap_or_default();
                for (index, column) in columns.iter().enumerate() {
                    let mut flows = Flows::new();
                    generated_from(function, args, index, columns.len())
                        .for_each(|arg| self.expr(arg, Role::Value, How::Derived, &mut flows));
                    self.set(column, flows, span);
                }
            }
            Relation::TableFunction { args, columns, .. } => {
                let mut flows = Flows::new();
                args.iter().for_each(|arg| self.expr(arg, Role::Value, How::Derived, &mut flows));
                let span = args.first().map(|arg| arg.span).unwrap_or_default();
                columns.iter().for_each(|column| self.set(column, flows.clone(), span));
            }
            Relation::Aggregate { groups, aggregates, .. } => {
                for (column, expr) in groups {
                    let mut flows = Flows::new();
                    self.expr(expr, Role::Group, How::Copy, &mut flows);
                    self.trace.rows.extend(flows.iter().map(|(column, _)| (*column, Role::Group)));
                    self.set(column, flows, expr.span);
                    if let ExprKind::Column(key) = &expr.kind {
                        self.slot(column.id).grouped = Some(*key);
                    }
                }
                for (column, call) in aggregates {
                    let mut flows = Flows::new();
                    self.aggregate(call, Role::Value, &mut flows);
                    let span = call.args.first().map(|arg| arg.span).unwrap_or_default();
                    self.set(column, flows, span);
                }
            }
            Relation::Window { windows, .. } => {
                for (column, call) in windows {
                    let mut flows = Flows::new();
                    self.window(call, &mut flows);
                    let span = call.exprs().first().map(|part| part.span).unwrap_or_default();
                    self.set(column, flows, span);
                }
            }
            Relation::SetOperation { left, right, columns, .. } => {
                for side in [left, right] {
                    for (column, from) in columns.iter().zip(side.columns()) {
                        self.pass(column, from.id);
                    }
                }
            }
            Relation::Filter { predicate, .. } => self.rows(predicate, Role::Filter),
            Relation::Join { on, .. } => on.iter().for_each(|on| self.rows(on, Role::Join)),
            Relation::Sort { keys, .. } => keys.iter().for_each(|key| self.rows(&key.expr, Role::Order)),
            Relation::Limit { limit, offset, .. } => {
                limit.iter().chain(offset).for_each(|expr| self.rows(expr, Role::Filter));
            }
            Relation::Empty | Relation::Distinct { .. } => {}
        }
    }

    /// Where an output is said: a column that only passes through was said further in.
    fn narrowest(&self, expr: &Expr) -> Span {
        let mut inner = expr;
        while let ExprKind::Cast { expr, .. } = &inner.kind {
            inner = expr;
        }
        let length = |span: Span| span.end.saturating_sub(span.start);
        match &inner.kind {
            ExprKind::Column(id) => {
                let said = self.span_of(*id);
                if length(said) > 0 && length(said) < length(inner.span) { said } else { inner.span }
            }
            _ => expr.span,
        }
    }

    fn aggregate(&mut self, call: &'q AggregateCall, role: Role, out: &mut Flows) {
        let how = reveals_aggregate(call.function);
        for (index, arg) in call.args.iter().enumerate() {
            // The second argument of `max_by` chooses the row that the first is taken from.
            let chooses = index > 0 && matches!(call.function, "max_by" | "min_by");
            self.expr(arg, role, if chooses { How::Decides } else { how }, out);
        }
        for part in call.filter.iter().chain(call.order_by.iter().map(|key| &key.expr)) {
            self.expr(part, role, How::Decides, out);
        }
    }

    fn window(&mut self, call: &'q WindowCall, out: &mut Flows) {
        match &call.function {
            WindowFunction::Ranking { args, .. } => {
                args.iter().for_each(|arg| self.expr(arg, Role::Window, How::Derived, out));
            }
            WindowFunction::Aggregate(call) => self.aggregate(call, Role::Window, out),
        }
        let keys = call.order_by.iter().map(|key| &key.expr);
        for part in call.partition_by.iter().chain(keys) {
            self.expr(part, Role::Window, How::Decides, out);
        }
    }

    /// Adds what the expression's value comes from; `how` is what is done with that value further out.
    fn expr(&mut self, expr: &'q Expr, role: Role, how: How, out: &mut Flows) {
        deeper(|| self.expr_here(expr, role, how, out));
    }

    fn expr_here(&mut self, expr: &'q Expr, role: Role, how: How, out: &mut Flows) {
        let derived = how.max(How::Derived);
        match &expr.kind {
            ExprKind::Column(id) => {
                let named = self.slot(*id).grouped.unwrap_or(*id);
                if let Some(column) = self.column(named) {
                    let span = self.place(expr.span);
                    self.trace.uses.push(Use { column, role, span });
                }
                self.reference(*id, how, out);
            }
            ExprKind::UserFunction { name, args, body } => {
                let place = self.place(expr.span);
                self.trace.functions.push((name.clone(), place));
                for (parameter, arg) in args {
                    let mut flows = Flows::new();
                    self.expr(arg, role, How::Copy, &mut flows);
                    self.slot(parameter.id).flows.clear();
                    self.set(parameter, flows, arg.span);
                }
                let outer = self.call.replace(place);
                self.expr(body, role, how, out);
                self.call = outer;
            }
            ExprKind::Cast { expr, .. } => self.expr(expr, role, how, out),
            ExprKind::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    self.expr(condition, role, How::Decides, out);
                    self.expr(value, role, derived, out);
                }
                otherwise.iter().for_each(|value| self.expr(value, role, derived, out));
            }
            ExprKind::Call { function: "if" | "iff", args } => {
                for (index, arg) in args.iter().enumerate() {
                    self.expr(arg, role, if index == 0 { How::Decides } else { derived }, out);
                }
            }
            ExprKind::Call { function, args } => {
                let how = how.max(reveals(function, expr.ty.as_ref()));
                args.iter().for_each(|arg| self.expr(arg, role, how, out));
            }
            ExprKind::ScalarSubquery(query) => self.subquery(query, derived, out),
            ExprKind::Exists { query, .. } => self.subquery(query, How::Decides, out),
            ExprKind::InSubquery { exprs, query, .. } => {
                exprs.iter().for_each(|part| self.expr(part, role, How::Decides, out));
                self.subquery(query, How::Decides, out);
            }
            ExprKind::InList { .. } => {
                expr.children().into_iter().for_each(|part| self.expr(part, role, How::Decides, out));
            }
            ExprKind::Unproved { args, .. } => {
                args.iter().for_each(|arg| self.expr(arg, role, how.max(How::Unknown), out));
            }
            ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Lambda { .. }
            | ExprKind::Session { .. } => {
                expr.children().into_iter().for_each(|part| self.expr(part, role, derived, out));
            }
        }
    }

    fn subquery(&mut self, query: &'q BoundQuery, how: How, out: &mut Flows) {
        self.relation(&query.relation);
        for column in &query.output {
            self.reference(column.id, how, out);
        }
    }
}

fn merge(flows: &mut Flows, from: u32, how: How) {
    match flows.iter_mut().find(|(known, _)| *known == from) {
        Some((_, known)) => *known = how.min(*known),
        None => flows.push((from, how)),
    }
}

/// Can the argument still be seen in the result? A truth value is an answer about it, not the value.
fn reveals(function: &str, ty: Option<&DataType>) -> How {
    if ty == Some(&DataType::Boolean) {
        return How::Digest;
    }
    match function {
        "md5" | "sha" | "sha1" | "sha2" | "hash" | "xxhash64" | "crc32" | "mask" | "length" | "char_length"
        | "character_length" | "octet_length" | "bit_length" | "len" | "size" | "cardinality" | "array_size"
        | "typeof" | "soundex" | "levenshtein" => How::Digest,
        _ => How::Derived,
    }
}

/// An aggregate that returns one or all of the values that it was given shows them; the others make a figure of many.
fn reveals_aggregate(function: &str) -> How {
    match function {
        "any_value" | "first" | "first_value" | "last" | "last_value" | "max" | "min" | "max_by" | "min_by"
        | "mode" | "array_agg" | "collect_list" | "collect_set" | "listagg" | "string_agg" | "group_concat"
        | "nth_value" => How::Derived,
        _ => How::Digest,
    }
}

/// Of one flow of a pipeline. `named` are the columns of the source that AUTO CDC's clauses name, with their places.
pub fn trace_flow(flow: &Flow, named: &[(Identifier, Span)]) -> Trace {
    let query = &flow.query;
    let mut tracer = Tracer::new(&query.ctes);
    for cte in &query.ctes {
        tracer.relation(&cte.query);
    }
    tracer.relation(&query.relation);
    let mut outputs: Vec<Output> = Vec::new();
    if let FlowKind::AutoCdc(cdc) = &flow.kind {
        for part in [Some(&cdc.sequence_by), cdc.delete_when.as_ref(), cdc.truncate_when.as_ref()].into_iter().flatten()
        {
            tracer.rows(part, Role::Order);
        }
        for (name, span) in named {
            let Some(column) = query.output.iter().find(|column| column.name == *name) else { continue };
            for (column, _) in tracer.of(column.id) {
                tracer.trace.uses.push(Use { column, role: Role::Group, span: *span });
            }
        }
        for key in &cdc.keys {
            let rows = tracer.of(key.id).into_iter().map(|(column, _)| (column, Role::Group));
            tracer.trace.rows.extend(rows);
        }
        for (source, value) in &cdc.columns {
            let mut from = Flows::new();
            tracer.expr(value, Role::Value, How::Copy, &mut from);
            outputs.push(Output { name: source.name.clone(), from, span: tracer.span_of(source.id) });
        }
    } else {
        let output = |column: &Column| Output {
            name: column.name.clone(),
            from: tracer.of(column.id),
            span: tracer.span_of(column.id),
        };
        outputs = query.output.iter().map(output).collect();
    }
    tracer.finish(outputs)
}
