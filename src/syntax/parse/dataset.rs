//! `CREATE STREAMING TABLE`, `MATERIALIZED VIEW`, `VIEW`, and the legacy `LIVE` forms.

use crate::syntax::ast::{CreateDataset, CreateTable, DatasetKind, DatasetSource, Name, StatementKind};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

/// The words before the kind.
#[derive(Default)]
pub(super) struct Modifiers {
    pub(super) or_refresh: bool,
    pub(super) or_replace: bool,
    pub(super) private: bool,
    pub(super) temporary: bool,
}

impl Cursor<'_> {
    pub(super) fn modifiers(&mut self) -> Parse<Modifiers> {
        let mut modifiers = Modifiers::default();
        if self.eat_words("OR") {
            match self.eat_one_of(&["REFRESH", "REPLACE"]) {
                Some("REFRESH") => modifiers.or_refresh = true,
                Some(_) => modifiers.or_replace = true,
                None => return Err(self.expected("`REFRESH` or `REPLACE`")),
            }
        }
        loop {
            if self.eat_words("PRIVATE") {
                modifiers.private = true;
            } else if ["GLOBAL TEMPORARY", "GLOBAL TEMP", "TEMPORARY", "TEMP"].iter().any(|words| self.eat_words(words))
            {
                modifiers.temporary = true;
            } else {
                return Ok(modifiers);
            }
        }
    }

    /// The kind that the next words name, and whether they are the legacy `LIVE` form.
    pub(super) fn dataset_kind(&mut self, temporary: bool) -> Option<(DatasetKind, bool)> {
        let view = if temporary { DatasetKind::TemporaryView } else { DatasetKind::View };
        let kinds = [
            ("STREAMING TABLE", DatasetKind::StreamingTable, false),
            ("MATERIALIZED VIEW", DatasetKind::MaterializedView, false),
            ("VIEW", view, false),
            ("STREAMING LIVE TABLE", DatasetKind::StreamingTable, true),
            ("INCREMENTAL LIVE TABLE", DatasetKind::StreamingTable, true),
            ("STREAMING LIVE VIEW", DatasetKind::TemporaryView, true),
            ("INCREMENTAL LIVE VIEW", DatasetKind::TemporaryView, true),
            ("LIVE TABLE", DatasetKind::MaterializedView, true),
            ("LIVE VIEW", DatasetKind::TemporaryView, true),
        ];
        kinds.into_iter().find(|(words, ..)| self.eat_words(words)).map(|(_, kind, legacy)| (kind, legacy))
    }

    pub(super) fn create_dataset(
        &mut self,
        kind: DatasetKind,
        legacy: bool,
        modifiers: &Modifiers,
    ) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.created_name("the dataset's name")?;
        let elements = self.elements()?;
        if kind == DatasetKind::View && self.is_words("WITH METRICS") {
            return self.metric_view(modifiers, if_not_exists, name, elements);
        }
        let clauses = self.table_clauses()?;
        self.refuse_both_layouts(&clauses);
        if kind == DatasetKind::TemporaryView && !legacy && clauses.using.is_some() && self.at_end() {
            // `CREATE TEMPORARY VIEW v USING csv OPTIONS (…)`: the session's name for files.
            return Ok(StatementKind::CreateTable(Box::new(CreateTable {
                or_replace: modifiers.or_replace,
                if_not_exists,
                temporary: true,
                external: true,
                name,
                columns: elements.columns,
                constraints: elements.constraints,
                clauses,
                query: None,
            })));
        }
        let source = self.dataset_source(kind, &name)?;
        Ok(StatementKind::CreateDataset(Box::new(CreateDataset {
            kind,
            // A temporary live table is one that is not published: a private table.
            private: modifiers.private || (legacy && modifiers.temporary && kind != DatasetKind::TemporaryView),
            or_refresh: modifiers.or_refresh,
            or_replace: modifiers.or_replace,
            if_not_exists,
            name,
            columns: elements.columns,
            expectations: elements.expectations,
            constraints: elements.constraints,
            clauses,
            source,
        })))
    }

    fn dataset_source(&mut self, kind: DatasetKind, name: &Name) -> Parse<DatasetSource> {
        if self.eat_words("AS") {
            return self.query_to_end().map(|query| DatasetSource::Query(Box::new(query)));
        }
        let table = kind == DatasetKind::StreamingTable;
        if table && self.eat_words("FLOW") {
            let body = self.inline_flow()?;
            return Ok(DatasetSource::Flow(Box::new(body)));
        }
        if self.at_end() {
            if table {
                return Ok(DatasetSource::None);
            }
            return Err(self.expected(format_args!("`AS` and the query of `{}`", name.value)));
        }
        let what = if table { "a table clause, `AS`, `FLOW` or the end of the statement" } else { "a clause or `AS`" };
        Err(self.unexpected_clause(what))
    }

    pub(super) fn refuse_both_layouts(&mut self, clauses: &crate::syntax::ast::TableClauses) {
        if let (Some(first), Some(_)) = (clauses.partitioned_by.first(), &clauses.cluster_by) {
            let error = SyntaxError::new(first.span, "`PARTITIONED BY` and `CLUSTER BY` exclude each other");
            self.errors.push(error.hint("keep `CLUSTER BY`: liquid clustering replaces partitioning"));
        }
    }

    pub(super) fn if_not_exists(&mut self) -> bool {
        self.eat_words("IF NOT EXISTS")
    }

    /// The name that the statement defines; remembered, so that its uses are understood if the rest is not.
    pub(super) fn created_name(&mut self, what: &str) -> Parse<Name> {
        let name = self.name(what)?;
        self.creates = Some(name.clone());
        if self.is(TokenKind::String) {
            return Err(self.expected("a clause"));
        }
        Ok(name)
    }
}
