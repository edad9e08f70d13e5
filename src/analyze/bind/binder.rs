//! The state of binding one statement, and the words in which it reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlparser::ast::Spanned;

use crate::analyze::bound::{BoundCte, Column, ColumnId, Expr, ExprKind, Literal, Proof, Relation};
use crate::analyze::session::Session;
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::Identifier;
use crate::syntax::ast::SideTable;
use crate::syntax::{DataType, offset_of, with_room};

use super::cte::{Recursion, VisibleCte};
use super::frame::Frame;
use super::from::Source;

/// What an expression that stands alone must not contain, and how the place is called in the error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forbidden {
    pub(crate) code: Code,
    pub(crate) place: &'static str,
    pub(crate) subqueries: bool,
}

pub(crate) struct Binder<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) file: &'a Arc<SourceFile>,
    pub(super) side: Arc<SideTable>,
    pub(super) diagnostics: Diagnostics,
    pub(super) frames: Vec<Frame>,
    pub(super) ctes: Vec<BoundCte>,
    pub(super) visible: Vec<VisibleCte>,
    /// Those of the common table expressions around that may use themselves.
    pub(super) recursions: Vec<Recursion>,
    /// Columns that were asked for of tables whose columns are not known, by the place of the scan.
    pub(super) opened: BTreeMap<u32, Vec<Column>>,
    /// The intervals of whole days, by the place where they stand: they keep a DATE a DATE.
    pub(super) day_intervals: Vec<Span>,
    pub(super) forbidden: Option<Forbidden>,
    /// The place of the smallest construct around that has one.
    pub(super) here: Span,
    /// How many bodies of user-defined functions are being bound.
    pub(super) depth: usize,
    pub(super) proof: Proof,
    /// What is on the left of the pipe operator that is being bound.
    pub(super) piped: Option<Source>,
    /// The tables by whose names the columns of the query that was bound last are reached behind a pipe operator;
    /// `None` where nobody asks.
    pub(super) qualifiers: Option<Vec<Vec<Identifier>>>,
    /// Columns that are measures of metric views.
    pub(super) measures: Vec<ColumnId>,
    /// The first and the last identifier of columns that are none: of tables, and dimensions.
    pub(super) plain: Vec<(ColumnId, ColumnId)>,
    /// Inside of `measure(…)`.
    pub(super) in_measure: bool,
    next: u32,
}

impl<'a> Binder<'a> {
    pub(crate) fn new(session: &'a Session<'a>, file: &'a Arc<SourceFile>, side: &SideTable, here: Span) -> Self {
        Self {
            session,
            file,
            side: Arc::new(side.clone()),
            diagnostics: Diagnostics::default(),
            frames: Vec::new(),
            ctes: Vec::new(),
            visible: Vec::new(),
            recursions: Vec::new(),
            opened: BTreeMap::new(),
            day_intervals: Vec::new(),
            forbidden: None,
            here,
            depth: 0,
            proof: Proof::default(),
            piped: None,
            qualifiers: None,
            measures: Vec::new(),
            plain: Vec::new(),
            in_measure: false,
            next: 0,
        }
    }

    /// Identifiers of columns begin above those that are in use already.
    pub(crate) fn starting_at(mut self, next: u32) -> Self {
        self.next = next;
        self
    }

    pub(crate) fn next_id(&self) -> u32 {
        self.next
    }

    pub(crate) fn proof(&self) -> Proof {
        self.proof
    }

    pub(crate) fn into_diagnostics(self) -> Diagnostics {
        self.diagnostics
    }

    pub(super) fn column(&mut self, name: Identifier, ty: Option<DataType>, nullable: bool) -> Column {
        let id = ColumnId(self.next);
        self.next += 1;
        Column { id, name, ty, nullable }
    }

    pub(super) fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::new(super::scope::Scope::default()));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// The place of a part of the tree; of what stands around it where sqlparser keeps none.
    pub(super) fn span(&self, node: &impl Spanned) -> Span {
        offset_of(with_room(|| node.span())).unwrap_or(self.here)
    }

    pub(super) fn span_or_here(&self, span: sqlparser::tokenizer::Span) -> Span {
        offset_of(span).unwrap_or(self.here)
    }

    pub(super) fn location(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic, span: Span) {
        let location = self.location(span);
        self.diagnostics.push(diagnostic.at(location));
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, message), span);
    }

    /// Refuses a construct that is valid on Databricks.
    pub(super) fn unsupported(&mut self, span: Span, what: &str) {
        self.error(Code::UNSUPPORTED_SQL, span, format!("{what} is not supported"));
    }

    /// A construct that is valid on Databricks and that neither names nor types depend on: only who runs the query
    /// must know it.
    pub(super) fn untranslated(&mut self, present: bool, span: Span, what: &str) {
        if present && self.session.complete {
            self.unsupported(span, what);
        }
    }

    /// A construct that is valid on Databricks: who runs the query refuses it, a check only says that it did not look.
    pub(super) fn doubted(&mut self, span: Span, what: &str) {
        if self.session.complete {
            self.unsupported(span, what);
        } else {
            let message = format!("{what} is not understood and was not checked");
            self.report(Diagnostic::note(Code::UNSUPPORTED_SQL, message), span);
        }
    }

    pub(super) fn doubted_expr(&mut self, span: Span, what: &str) -> Expr {
        self.doubted(span, what);
        self.unproved(what, span)
    }

    /// Refuses a construct if it is there.
    pub(super) fn refuse(&mut self, present: bool, span: Span, what: &str) {
        if present {
            self.unsupported(span, what);
        }
    }

    /// Stands in for what could not be resolved.
    pub(super) fn unproved(&self, what: impl Into<String>, span: Span) -> Expr {
        Expr { kind: ExprKind::Unproved { what: what.into(), args: Vec::new() }, ty: None, nullable: true, span }
    }

    pub(super) fn unsupported_expr(&mut self, span: Span, what: &str) -> Expr {
        self.unsupported(span, what);
        self.unproved(what, span)
    }

    /// A name of sqlparser's tree. The lexer yields no empty name.
    pub(super) fn identifier(&mut self, ident: &sqlparser::ast::Ident) -> Identifier {
        match Identifier::new(ident.value.clone()) {
            Ok(name) => name,
            Err(error) => {
                let span = self.span_or_here(ident.span);
                self.error(Code::INVALID_QUERY, span, error.to_string());
                Identifier::fixed("_")
            }
        }
    }

    pub(super) fn name(&self, text: &str) -> Identifier {
        Identifier::new(text).unwrap_or_else(|_| Identifier::fixed("_"))
    }
}

/// A call of a built-in.
pub(super) fn call(
    function: &'static str,
    args: Vec<Expr>,
    ty: impl Into<Option<DataType>>,
    nullable: bool,
    span: Span,
) -> Expr {
    Expr { kind: ExprKind::Call { function, args }, ty: ty.into(), nullable, span }
}

pub(super) fn literal(value: Literal, ty: DataType, span: Span) -> Expr {
    let nullable = value == Literal::Null;
    Expr { kind: ExprKind::Literal(value), ty: Some(ty), nullable, span }
}

/// A relation under construction: its tree, what of it is seen, and whether that is all.
#[derive(Debug)]
pub(super) struct Rel {
    pub(super) relation: Relation,
    pub(super) columns: Vec<Column>,
    pub(super) open: bool,
}
