//! `CREATE FLOW`, `FLOW …` behind a streaming table, and the legacy `APPLY CHANGES`.

use crate::diag::Span;
use crate::syntax::ast::{
    CdcSpec, ColumnSet, CreateFlow, Expr, FlowBody, Ident, Query, ScdType, SideTable, StatementKind,
};
use crate::syntax::bridge;
use crate::syntax::error::Parse;
use crate::syntax::lexer::TokenKind;

use super::clauses::Seen;
use super::cursor::Cursor;

/// Words that open a clause of AUTO CDC; they end a clause's expression.
const CDC_WORDS: [&str; 9] = [
    "KEYS",
    "IGNORE NULL UPDATES",
    "APPLY AS DELETE",
    "APPLY AS TRUNCATE",
    "SEQUENCE BY",
    "SYSTEM SEQUENCE BY",
    "COLUMNS",
    "STORED AS",
    "TRACK HISTORY ON",
];

/// The clauses as they are read.
#[derive(Default)]
struct CdcClauses {
    keys: Vec<Ident>,
    ignore_null_updates: Option<ColumnSet>,
    delete_when: Option<Expr>,
    truncate_when: Option<Expr>,
    sequence_by: Option<Expr>,
    system_sequence_by: Option<Expr>,
    columns_to_update: Option<Ident>,
    columns: Option<ColumnSet>,
    scd: Option<ScdType>,
    track_history: Option<ColumnSet>,
}

impl Cursor<'_> {
    /// After `CREATE FLOW`.
    pub(super) fn create_flow(&mut self) -> Parse<StatementKind> {
        let name = self.created_name("the flow's name")?;
        // A flow defines no table, though its name is one.
        self.creates = None;
        let comment = if self.eat_words("COMMENT") { Some(self.string("the comment as a string")?) } else { None };
        if !self.eat_words("AS") {
            return Err(self.expected("`AS`"));
        }
        let (target, body) = if self.eat_words("INSERT") {
            let mut once = self.eat_words("ONCE");
            self.expect_words("INTO")?;
            once |= self.eat_words("ONCE");
            let target = self.name("the target table")?;
            let by_name = self.eat_words("BY NAME");
            (target, FlowBody::Insert { once, by_name, query: self.query_to_end()? })
        } else if self.eat_words("AUTO CDC") || self.eat_words("APPLY CHANGES") {
            let once = self.eat_words("ONCE");
            self.expect_words("INTO")?;
            let target = self.name("the target table")?;
            let spec = Box::new(self.cdc_spec()?);
            (target, FlowBody::AutoCdc { once, spec })
        } else {
            return Err(self.expected("`INSERT INTO` or `AUTO CDC INTO`"));
        };
        self.expect_end()?;
        Ok(StatementKind::CreateFlow(Box::new(CreateFlow { name, comment, target, body })))
    }

    /// `APPLY CHANGES INTO target …`, whose flow is called as its target is.
    pub(super) fn apply_changes(&mut self) -> Parse<StatementKind> {
        self.expect_words("INTO")?;
        let target = self.name("the target table")?;
        let spec = Box::new(self.cdc_spec()?);
        self.expect_end()?;
        let body = FlowBody::AutoCdc { once: false, spec };
        Ok(StatementKind::CreateFlow(Box::new(CreateFlow { name: target.clone(), comment: None, target, body })))
    }

    /// After `FLOW` behind a streaming table.
    pub(super) fn inline_flow(&mut self) -> Parse<FlowBody> {
        if self.eat_words("INSERT") {
            let once = self.eat_words("ONCE");
            let by_name = self.eat_words("BY NAME");
            return Ok(FlowBody::Insert { once, by_name, query: self.query_to_end()? });
        }
        if self.eat_words("AUTO CDC") {
            let once = self.eat_words("ONCE");
            let spec = Box::new(self.cdc_spec()?);
            self.expect_end()?;
            return Ok(FlowBody::AutoCdc { once, spec });
        }
        if self.eat_words("REPLACE WHERE") {
            let end = self.find_words(&["BY NAME"], false);
            let predicate = self.expr_until(end);
            self.expect_words("BY NAME")?;
            return Ok(FlowBody::ReplaceWhere { predicate, query: self.query_to_end()? });
        }
        if self.eat_words("REPLACE USING") {
            let columns = self.columns()?;
            self.expect_words("SEQUENCE BY")?;
            let sequence_by = self.ident("the sequencing column")?;
            self.expect_words("BY NAME")?;
            return Ok(FlowBody::ReplaceUsing { columns, sequence_by, query: self.query_to_end()? });
        }
        Err(self.expected("`INSERT`, `AUTO CDC`, `REPLACE WHERE` or `REPLACE USING`"))
    }

    fn cdc_spec(&mut self) -> Parse<CdcSpec> {
        let start = self.here();
        self.expect_words("FROM")?;
        let source = self.cdc_source()?;
        let mut clauses = CdcClauses::default();
        let mut seen = Seen::default();
        loop {
            let span = self.here();
            let Some(clause) = self.cdc_clause(&mut clauses)? else {
                break;
            };
            self.note_clause(&mut seen, clause, span);
        }
        if !self.at_end() {
            return Err(self.expected("a clause of AUTO CDC or the end of the statement").hint(
                "the clauses are KEYS, IGNORE NULL UPDATES, APPLY AS DELETE WHEN, APPLY AS TRUNCATE WHEN, \
                 SEQUENCE BY, COLUMNS, STORED AS, TRACK HISTORY ON",
            ));
        }
        if clauses.keys.is_empty() {
            return Err(self.expected("`KEYS (…)`").hint("AUTO CDC needs the columns that identify a row"));
        }
        let Some(sequence_by) = clauses.sequence_by else {
            return Err(self.expected("`SEQUENCE BY`").hint("AUTO CDC needs a column that orders the changes"));
        };
        Ok(CdcSpec {
            source,
            keys: clauses.keys,
            ignore_null_updates: clauses.ignore_null_updates,
            delete_when: clauses.delete_when,
            truncate_when: clauses.truncate_when,
            sequence_by,
            system_sequence_by: clauses.system_sequence_by,
            columns_to_update: clauses.columns_to_update,
            columns: clauses.columns.unwrap_or(ColumnSet::All),
            scd: clauses.scd.unwrap_or(ScdType::Type1),
            track_history: clauses.track_history.unwrap_or(ColumnSet::All),
            span: self.since(start),
        })
    }

    /// The source as `SELECT * FROM source`.
    fn cdc_source(&mut self) -> Parse<Query> {
        let end = self.find_words(&CDC_WORDS, false);
        if end == self.at {
            return Err(self.expected("the source: `STREAM(table)`, `STREAM read_files(…)` or a query in parentheses"));
        }
        let first = self.tokens[self.at].span;
        let slot = bridge::Slot::new(
            self.source,
            &self.tokens[self.at..end],
            self.hints,
            self.tokens.get(end).map_or(Span { start: self.end, end: self.end }, |token| token.span),
        );
        self.at = end;
        if self.outline {
            return Ok(Query { span: slot.span(), ast: bridge::empty_query(), side: SideTable::default() });
        }
        Ok(match bridge::relation(&slot) {
            Ok(query) => query,
            Err(errors) => {
                self.errors.extend(errors);
                Query { span: first, ast: bridge::empty_query(), side: SideTable::default() }
            }
        })
    }

    fn cdc_clause(&mut self, clauses: &mut CdcClauses) -> Parse<Option<&'static str>> {
        Ok(Some(if self.eat_words("KEYS") {
            clauses.keys = self.columns()?;
            "KEYS"
        } else if self.eat_words("IGNORE NULL UPDATES") {
            let set = if self.eat_words("ON") { self.column_set()? } else { ColumnSet::All };
            clauses.ignore_null_updates = Some(set);
            "IGNORE NULL UPDATES"
        } else if self.eat_words("APPLY AS DELETE") {
            self.expect_words("WHEN")?;
            clauses.delete_when = Some(self.cdc_expr()?);
            "APPLY AS DELETE"
        } else if self.eat_words("APPLY AS TRUNCATE") {
            self.expect_words("WHEN")?;
            clauses.truncate_when = Some(self.cdc_expr()?);
            "APPLY AS TRUNCATE"
        } else if self.eat_words("SEQUENCE BY") {
            clauses.sequence_by = Some(self.cdc_expr()?);
            "SEQUENCE BY"
        } else if self.eat_words("SYSTEM SEQUENCE BY") {
            clauses.system_sequence_by = Some(self.cdc_expr()?);
            "SYSTEM SEQUENCE BY"
        } else if self.eat_words("COLUMNS TO UPDATE") {
            clauses.columns_to_update = Some(self.ident("a column name")?);
            "COLUMNS TO UPDATE"
        } else if self.eat_words("COLUMNS") {
            clauses.columns = Some(self.column_set()?);
            "COLUMNS"
        } else if self.eat_words("STORED AS") {
            clauses.scd = Some(self.scd()?);
            "STORED AS"
        } else if self.eat_words("TRACK HISTORY") {
            self.expect_words("ON")?;
            clauses.track_history = Some(self.column_set()?);
            "TRACK HISTORY ON"
        } else {
            return Ok(None);
        }))
    }

    fn cdc_expr(&mut self) -> Parse<Expr> {
        let end = self.find_words(&CDC_WORDS, false);
        Ok(self.expr_until(end))
    }

    fn scd(&mut self) -> Parse<ScdType> {
        if self.eat_words("BITEMPORAL") {
            return Ok(ScdType::Bitemporal);
        }
        self.expect_words("SCD TYPE")?;
        match self.peek().map(|token| token.text(self.source)) {
            Some("1") => {
                self.at += 1;
                Ok(ScdType::Type1)
            }
            Some("2") => {
                self.at += 1;
                Ok(ScdType::Type2)
            }
            _ => Err(self.expected("`1` or `2`")),
        }
    }

    /// `a, b`, `(a, b)`, `* EXCEPT (a, b)`, `*`.
    fn column_set(&mut self) -> Parse<ColumnSet> {
        if self.eat(TokenKind::Star) {
            if !self.eat_words("EXCEPT") {
                return Ok(ColumnSet::All);
            }
            return self.columns().map(ColumnSet::AllExcept);
        }
        if self.is(TokenKind::LeftParen) {
            return self.columns().map(ColumnSet::Only);
        }
        let mut columns = vec![self.ident("a column name")?];
        while self.eat(TokenKind::Comma) {
            columns.push(self.ident("a column name")?);
        }
        Ok(ColumnSet::Only(columns))
    }
}
