//! Clauses of tables and datasets: in any order, each at most once.

use crate::diag::Span;
use crate::syntax::ast::{ClusterBy, RowFilter, SchemaMode, Spanned, TableClauses, Text};
use crate::syntax::error::{Parse, SyntaxError, nearest_word};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

/// Clause openers, for "did you mean".
const CLAUSE_WORDS: [&str; 13] = [
    "USING",
    "PARTITIONED",
    "CLUSTER",
    "LOCATION",
    "COMMENT",
    "TBLPROPERTIES",
    "OPTIONS",
    "DEFAULT",
    "WITH",
    "SCHEDULE",
    "TRIGGER",
    "REFRESH",
    "FLOW",
];

/// Clauses already read, by name.
#[derive(Default)]
pub(super) struct Seen(Vec<(&'static str, Span)>);

impl Cursor<'_> {
    /// Reports a clause that is given a second time.
    pub(super) fn note_clause(&mut self, seen: &mut Seen, clause: &'static str, span: Span) {
        match seen.0.iter().find(|(name, _)| *name == clause) {
            Some((_, first)) => {
                let mut error = SyntaxError::new(span, format!("`{clause}` is given twice"));
                error.related = Some((*first, "it is given here first"));
                self.errors.push(error);
            }
            None => seen.0.push((clause, span)),
        }
    }

    pub(super) fn table_clauses(&mut self) -> Parse<TableClauses> {
        let mut clauses = TableClauses::default();
        let mut seen = Seen::default();
        loop {
            let span = self.here();
            let Some(clause) = self.table_clause(&mut clauses)? else {
                return Ok(clauses);
            };
            self.note_clause(&mut seen, clause, span);
        }
    }

    fn table_clause(&mut self, clauses: &mut TableClauses) -> Parse<Option<&'static str>> {
        let span = self.here();
        Ok(Some(if self.eat_words("USING") {
            clauses.using = Some(self.data_source()?);
            "USING"
        } else if self.eat_words("STORED AS") {
            clauses.using = Some(self.stored_as()?);
            "STORED AS"
        } else if self.eat_words("ROW FORMAT") {
            self.row_format()?;
            "ROW FORMAT"
        } else if self.eat_words("PARTITIONED BY") {
            clauses.partitioned_by = self.columns()?;
            "PARTITIONED BY"
        } else if self.eat_words("CLUSTER BY") {
            clauses.cluster_by = Some(self.cluster_by()?);
            "CLUSTER BY"
        } else if self.eat_words("LOCATION") {
            clauses.location = Some(self.string("the location as a string")?);
            "LOCATION"
        } else if self.eat_words("COMMENT") {
            clauses.comment = Some(self.string("the comment as a string")?);
            "COMMENT"
        } else if self.eat_words("TBLPROPERTIES") {
            clauses.properties.extend(self.properties()?);
            "TBLPROPERTIES"
        } else if self.eat_words("OPTIONS") {
            // Delta Lake keeps them so (Databricks documentation, "CREATE TABLE", OPTIONS).
            let options = self.properties()?.into_iter();
            let named = options.map(|(key, value)| (Text { value: format!("option.{}", key.value), ..key }, value));
            clauses.properties.extend(named);
            "OPTIONS"
        } else if self.eat_words("DEFAULT COLLATION") {
            clauses.default_collation = Some(self.ident("a collation")?);
            "DEFAULT COLLATION"
        } else if self.eat_words("WITH SCHEMA") {
            clauses.schema_mode = Some(self.schema_mode()?);
            "WITH SCHEMA"
        } else if self.eat_words("WITH ROW FILTER") {
            clauses.row_filter = Some(self.row_filter()?);
            "WITH ROW FILTER"
        } else if self.is_words("SCHEDULE") || self.is_words("TRIGGER ON UPDATE") || self.is_words("REFRESH EVERY") {
            clauses.schedule = Some(self.schedule()?);
            "SCHEDULE"
        } else if self.eat_words("REFRESH POLICY") {
            let value = self.refresh_policy()?;
            clauses.refresh_policy = Some(Spanned { value, span: self.since(span) });
            "REFRESH POLICY"
        } else {
            return Ok(None);
        }))
    }

    pub(super) fn schema_mode(&mut self) -> Parse<SchemaMode> {
        match self.eat_one_of(&["BINDING", "COMPENSATION", "TYPE EVOLUTION", "EVOLUTION"]) {
            Some("BINDING") => Ok(SchemaMode::Binding),
            Some("COMPENSATION") => Ok(SchemaMode::Compensation),
            Some("TYPE EVOLUTION") => Ok(SchemaMode::TypeEvolution),
            Some(_) => Ok(SchemaMode::Evolution),
            None => Err(self.expected("`BINDING`, `COMPENSATION`, `TYPE EVOLUTION` or `EVOLUTION`")),
        }
    }

    pub(super) fn cluster_by(&mut self) -> Parse<ClusterBy> {
        if self.eat_words("AUTO") {
            Ok(ClusterBy::Auto)
        } else if self.eat_words("NONE") {
            Ok(ClusterBy::None)
        } else if self.is(TokenKind::LeftParen) {
            self.columns().map(ClusterBy::Columns)
        } else {
            Err(self
                .expected("`(`, `AUTO` or `NONE`")
                .hint("clustering columns stand in parentheses: `CLUSTER BY (a, b)`"))
        }
    }

    /// `function ON (column or literal, …)`.
    pub(super) fn row_filter(&mut self) -> Parse<RowFilter> {
        let function = self.name("the filter function")?;
        self.expect_words("ON")?;
        let on = if self.is(TokenKind::LeftParen) && self.kind(1) == Some(TokenKind::RightParen) {
            self.at += 2;
            Vec::new()
        } else {
            self.parenthesized_exprs()?
        };
        Ok(RowFilter { function, on })
    }

    /// `( key [=] value, … )`; a key is a string or a dotted name.
    pub(super) fn properties(&mut self) -> Parse<Vec<(Text, Text)>> {
        let mut keys: Vec<Text> = Vec::new();
        let properties = self.parenthesized("a property", |cursor| {
            let key = cursor.property_key()?;
            cursor.eat(TokenKind::Equal);
            let value = cursor.property_value()?;
            if let Some(first) = keys.iter().find(|first| first.value == key.value) {
                let mut error = SyntaxError::new(key.span, format!("the property `{}` is given twice", key.value));
                error.related = Some((first.span, "it is given here first"));
                cursor.errors.push(error);
            }
            keys.push(key.clone());
            Ok((key, value))
        })?;
        Ok(properties)
    }

    pub(super) fn property_key(&mut self) -> Parse<Text> {
        // One literal: in `('key' 'value')` the second is the value.
        if let Some(token) = self.peek().filter(|token| token.kind.is_string()) {
            self.at += 1;
            return Ok(Spanned { value: token.string_value(self.source), span: token.span });
        }
        let name = self.name("a property key")?;
        Ok(Spanned { value: name.value.to_string(), span: name.span })
    }

    /// A string, number, `TRUE`, `FALSE` or a bare word.
    pub(super) fn property_value(&mut self) -> Parse<Text> {
        let start = self.here();
        if self.peek().is_some_and(|token| token.kind.is_string()) {
            return self.string("a value");
        }
        self.eat(TokenKind::Minus);
        if self.eat(TokenKind::Number) || self.eat(TokenKind::Word) {
            return Ok(self.text_since(start));
        }
        Err(self.expected("a value"))
    }

    /// The error for what stands where only a clause could, with the clause that is nearest.
    pub(super) fn unexpected_clause(&self, what: &str) -> SyntaxError {
        let error = self.expected(what);
        if self.is_words("SELECT") {
            return error.hint("the query of a dataset comes after `AS`");
        }
        match self.similar(&CLAUSE_WORDS) {
            Some(word) => error.hint(format!("did you mean `{word}`?")),
            None => error,
        }
    }

    /// The word that the next one is a misspelling of.
    pub(super) fn similar(&self, words: &[&'static str]) -> Option<&'static str> {
        nearest_word(self.word_at(0), words)
    }
}
