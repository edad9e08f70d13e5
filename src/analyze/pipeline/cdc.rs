//! AUTO CDC (Databricks documentation, "AUTO CDC INTO"; Apache Spark's `autocdc` for what it leaves open).

use crate::analyze::bound::{BoundQuery, Column, ColumnId, Expr};
use crate::analyze::entry::{ScalarRule, bind_scalar};
use crate::catalog::ColumnInfo;
use crate::diag::{Code, Location};
use crate::ident::Identifier;
use crate::syntax::DataType;
use crate::syntax::ast::{CdcSpec, ColumnSet, Ident, ScdType};

use super::assign::{cast_or_report, reference};
use super::collect::DeclaredFlow;
use super::dataset::Builder;
use super::flow::Bound;
use super::model::{BoundCdc, Flow, FlowKind, TrackedColumns};

pub(super) const START_AT: &str = "__START_AT";
pub(super) const END_AT: &str = "__END_AT";

/// A change feed whose clauses are bound over its source.
pub(super) struct Source {
    pub(super) once: bool,
    pub(super) keys: Vec<Column>,
    pub(super) sequence_by: Expr,
    pub(super) delete_when: Option<Expr>,
    pub(super) truncate_when: Option<Expr>,
    pub(super) kept: Vec<Column>,
    pub(super) ignore_null_updates: Vec<Column>,
    pub(super) scd: ScdType,
    pub(super) track_history: TrackedColumns,
    pub(super) location: Location,
}

impl Source {
    /// The columns of a target that declares none.
    pub(super) fn target_columns(&self) -> Vec<Column> {
        let mut columns = self.kept.clone();
        if self.scd == ScdType::Type2 {
            let next = columns.iter().map(|column| column.id.0 + 1).max().unwrap_or(0);
            for (name, id, nullable) in [(START_AT, next, false), (END_AT, next + 1, true)] {
                let name = Identifier::fixed(name);
                columns.push(Column { id: ColumnId(id), name, ty: self.sequence_by.ty.clone(), nullable });
            }
        }
        columns
    }
}

impl<'a> Builder<'a> {
    pub(super) fn cdc(
        &mut self,
        once: bool,
        spec: &'a CdcSpec,
        query: &BoundQuery,
        flow: &DeclaredFlow<'a>,
    ) -> Option<Source> {
        let CdcSpec {
            source: _,
            keys,
            ignore_null_updates,
            delete_when,
            truncate_when,
            sequence_by,
            columns,
            scd,
            track_history,
            system_sequence_by,
            columns_to_update,
            span,
        } = spec;
        let location = Location::new(&flow.location.file, *span);
        if system_sequence_by.is_some() || columns_to_update.is_some() {
            let message = "SYSTEM SEQUENCE BY and COLUMNS TO UPDATE are not supported";
            self.error(Code::UNSUPPORTED_SQL, location.clone(), message);
        }
        let feed = &query.output;
        if *scd == ScdType::Bitemporal {
            self.error(Code::UNSUPPORTED_SQL, location.clone(), "STORED AS BITEMPORAL is not supported");
            return None;
        }
        for reserved in [START_AT, END_AT] {
            if feed.iter().any(|column| column.name == Identifier::fixed(reserved)) {
                let message = format!("the source has a column `{reserved}`, which AUTO CDC adds itself");
                self.error(Code::CDC, location.clone(), message);
            }
        }
        let key_columns = self.pick(keys, feed, flow, " of KEYS");
        if keys.is_empty() {
            self.error(Code::CDC, location.clone(), "AUTO CDC needs at least one column in KEYS");
        }
        let sequence = self.over_feed(sequence_by, feed, flow);
        if let Some(ty @ (DataType::Map(..) | DataType::Array(_) | DataType::Variant | DataType::Boolean)) =
            &sequence.ty
        {
            let at = Location::new(&flow.location.file, sequence_by.span);
            self.error(Code::CDC, at, format!("SEQUENCE BY needs something that can be ordered, not {ty}"));
        }
        let delete_when = delete_when.as_ref().map(|expr| self.condition(expr, feed, flow, "APPLY AS DELETE WHEN"));
        if let Some(expr) = truncate_when.as_ref().filter(|_| *scd != ScdType::Type1) {
            let at = Location::new(&flow.location.file, expr.span);
            self.error(Code::CDC, at, "APPLY AS TRUNCATE WHEN is for SCD TYPE 1 only");
        }
        let truncate_when =
            truncate_when.as_ref().map(|expr| self.condition(expr, feed, flow, "APPLY AS TRUNCATE WHEN"));
        let kept = self.selected(columns, feed, flow, " of COLUMNS");
        for key in &key_columns {
            if !kept.iter().any(|column| column.id == key.id) {
                let message = format!("COLUMNS must not leave out the key `{}`", key.name);
                self.error(Code::CDC, location.clone(), message);
            }
        }
        if *track_history != ColumnSet::All && *scd != ScdType::Type2 {
            let at = match track_history {
                ColumnSet::Only(columns) | ColumnSet::AllExcept(columns) => columns.first().map(|column| column.span),
                ColumnSet::All => None,
            };
            let at = at.map_or_else(|| location.clone(), |span| Location::new(&location.file, span));
            self.error(Code::CDC, at, "TRACK HISTORY ON is for SCD TYPE 2 only");
        }
        let track_history = match track_history {
            ColumnSet::All => TrackedColumns::All,
            set => TrackedColumns::Only(self.selected(set, &kept, flow, " of TRACK HISTORY ON")),
        };
        let ignore_null_updates = match ignore_null_updates {
            Some(set) => self.selected(set, &kept, flow, " of IGNORE NULL UPDATES"),
            None => Vec::new(),
        };
        Some(Source {
            once,
            keys: key_columns,
            sequence_by: sequence,
            delete_when,
            truncate_when,
            kept,
            ignore_null_updates,
            scd: *scd,
            track_history,
            location,
        })
    }

    fn over_feed(&mut self, expr: &crate::syntax::ast::Expr, feed: &[Column], flow: &DeclaredFlow<'_>) -> Expr {
        let mut session = self.session.clone();
        (session.current_catalog, session.current_schema) = flow.place.clone();
        let (bound, diagnostics) = bind_scalar(expr, &flow.location.file, &session, feed, ScalarRule::CDC);
        self.diagnostics.extend(diagnostics);
        self.proof.add(bound.proof());
        bound
    }

    fn condition(
        &mut self,
        expr: &crate::syntax::ast::Expr,
        feed: &[Column],
        flow: &DeclaredFlow<'_>,
        clause: &str,
    ) -> Expr {
        let bound = self.over_feed(expr, feed, flow);
        if !matches!(bound.ty, None | Some(DataType::Boolean | DataType::Void)) {
            let ty = bound.ty.as_ref().map(ToString::to_string).unwrap_or_default();
            let at = Location::new(&flow.location.file, expr.span);
            self.error(Code::CDC, at, format!("{clause} needs a BOOLEAN, not {ty}"));
        }
        bound
    }

    fn pick(&mut self, names: &[Ident], from: &[Column], flow: &DeclaredFlow<'_>, of: &str) -> Vec<Column> {
        let mut picked: Vec<Column> = Vec::new();
        for name in names {
            let at = Location::new(&flow.location.file, name.span);
            match from.iter().find(|column| column.name == name.value) {
                Some(column) if picked.iter().any(|known| known.id == column.id) => {
                    self.error(Code::CDC, at, format!("the column `{}`{of} is named twice", name.value));
                }
                Some(column) => picked.push(column.clone()),
                None => self.missing(&name.value, at, from, Code::CDC, of),
            }
        }
        picked
    }

    fn selected(&mut self, set: &ColumnSet, from: &[Column], flow: &DeclaredFlow<'_>, of: &str) -> Vec<Column> {
        match set {
            ColumnSet::All => from.to_vec(),
            ColumnSet::Only(names) => self.pick(names, from, flow, of),
            ColumnSet::AllExcept(names) => {
                let without = self.pick(names, from, flow, of);
                from.iter().filter(|column| !without.iter().any(|out| out.id == column.id)).cloned().collect()
            }
        }
    }

    /// A target of SCD type 2 that declares columns declares these too, of the sequence's type.
    pub(super) fn declared_history(&mut self, cdc: &Source, columns: &[ColumnInfo]) {
        if cdc.scd != ScdType::Type2 {
            return;
        }
        for name in [START_AT, END_AT] {
            let declared = columns.iter().find(|column| column.name == Identifier::fixed(name));
            let location = self.declared.location.clone();
            match (declared.map(|column| &column.data_type), &cdc.sequence_by.ty) {
                (None, _) => {
                    let message = format!("a declared SCD TYPE 2 target needs the column `{name}`");
                    self.error(Code::CDC, location, message);
                }
                (Some(Some(declared)), Some(sequence)) if declared != sequence => {
                    let message = format!("`{name}` is declared {declared}, but SEQUENCE BY is {sequence}");
                    self.error(Code::CDC, location, message);
                }
                _ => {}
            }
        }
    }

    pub(super) fn finish_cdc(&mut self, flow: Bound<'a>, columns: &[ColumnInfo]) -> Option<Flow> {
        let Bound { declared, query, streaming: _, cdc } = flow;
        let Source {
            once,
            keys,
            sequence_by,
            delete_when,
            truncate_when,
            kept,
            ignore_null_updates,
            scd,
            track_history,
            location,
        } = cdc?;
        let mut stored = Vec::new();
        let mut absent = Vec::new();
        for column in columns {
            let history =
                scd == ScdType::Type2 && [START_AT, END_AT].iter().any(|name| column.name == Identifier::fixed(name));
            if history {
                continue;
            }
            let Some(source) = kept.iter().find(|source| source.name == column.name) else {
                match self.statement().columns.iter().find(|written| written.name.value == column.name) {
                    Some(written) if written.generated.is_some() || written.default.is_some() || written.identity => {
                        if self.session.complete {
                            let at = self.at(written.name.span);
                            self.error(Code::UNSUPPORTED_SQL, at, "a computed column of AUTO CDC is not supported");
                        }
                    }
                    _ => absent.push(&column.name),
                }
                continue;
            };
            let mut value = reference(source, location.span);
            if let Some(to) = &column.data_type {
                let what = format!("the column `{}` of `{}`", column.name, self.declared.name);
                cast_or_report(self, &mut value, to, &what, &location);
            }
            stored.push((source.clone(), value));
        }
        if !absent.is_empty() {
            let message = format!("the source does not give the declared {}", listed(&absent));
            self.error(Code::CDC, location.clone(), message);
        }
        let declared_too = |source: &&Column| columns.iter().any(|column| column.name == source.name);
        let surplus: Vec<&Identifier> =
            kept.iter().filter(|source| !declared_too(source)).map(|source| &source.name).collect();
        if !surplus.is_empty() {
            let message =
                format!("the source gives the {}, which `{}` does not declare", listed(&surplus), self.declared.name);
            self.error(Code::CDC, location.clone(), message);
        }
        let cdc = BoundCdc {
            once,
            keys,
            sequence_by,
            delete_when,
            truncate_when,
            columns: stored,
            ignore_null_updates,
            scd,
            track_history,
        };
        let kind = FlowKind::AutoCdc(Box::new(cdc));
        Some(Flow { name: declared.name.clone(), kind, query, location: declared.location.clone() })
    }
}

/// `column `a``, or `columns `a`, `b` and 3 more`: a whole table of another kind is one finding, not one a column.
fn listed(names: &[&Identifier]) -> String {
    const SHOWN: usize = 5;
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let word = if names.len() == 1 { "column" } else { "columns" };
    match names.len().saturating_sub(SHOWN) {
        0 => format!("{word} {}", quoted.join(", ")),
        more => format!("{word} {} and {more} more", quoted.join(", ")),
    }
}
