//! Which statement it is.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::syntax::ast::{Statement, StatementKind};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};

use super::cursor::Cursor;

/// Parses the tokens of one statement. A statement with errors comes back as [`StatementKind::Opaque`].
pub(crate) fn statement(
    file: &Arc<SourceFile>,
    tokens: &[Token],
    hints: &[Token],
    diagnostics: &mut Diagnostics,
) -> Statement {
    read(file, Cursor::new(file.text(), tokens, hints), diagnostics)
}

/// Parses what a pipeline's statement declares and passes over its queries and expressions. Any other statement is
/// parsed whole.
pub(crate) fn outline(
    file: &Arc<SourceFile>,
    tokens: &[Token],
    hints: &[Token],
    diagnostics: &mut Diagnostics,
) -> Statement {
    let mut cursor = Cursor::new(file.text(), tokens, hints);
    if cursor.is_words("CREATE") || cursor.is_words("APPLY") {
        cursor.outline = true;
        let mut found = Diagnostics::default();
        let statement = read(file, cursor, &mut found);
        if statement.is_of_pipeline() {
            diagnostics.extend(found);
            return statement;
        }
    }
    self::statement(file, tokens, hints, diagnostics)
}

fn read(file: &Arc<SourceFile>, mut cursor: Cursor<'_>, diagnostics: &mut Diagnostics) -> Statement {
    let tokens = cursor.tokens;
    let start = cursor.here();
    let span = Span { start: start.start, end: cursor.end };
    let result = cursor.statement();
    let result = result.and_then(|kind| match &kind {
        StatementKind::Opaque { .. } => Ok(kind),
        _ => cursor.expect_end().map(|()| kind),
    });
    let kind = match result {
        Ok(kind) if cursor.errors.is_empty() && !has_unknown(tokens) => {
            if let StatementKind::Opaque { leading, .. } = &kind {
                let message = format!("the statement `{leading}` is not understood and was not checked");
                let at = Location::new(file, leading_span(tokens));
                diagnostics.push(Diagnostic::warning(Code::SQL_NOT_UNDERSTOOD, message).at(at));
            }
            kind
        }
        Ok(kind) => kind.spoiled(&cursor),
        Err(error) => {
            cursor.errors.push(error);
            StatementKind::Opaque { leading: cursor.leading(), creates: None }.spoiled(&cursor)
        }
    };
    // What the lexer could not read makes the grammar stumble as well; it has been reported.
    if !has_unknown(tokens) {
        diagnostics.extend(cursor.errors.into_iter().map(|error: SyntaxError| error.diagnostic(file)));
    }
    Statement { span, kind }
}

fn has_unknown(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.kind == TokenKind::Unknown)
}

fn leading_span(tokens: &[Token]) -> Span {
    let words = tokens.iter().take(2).take_while(|token| token.kind == TokenKind::Word);
    words
        .map(|token| token.span)
        .reduce(Span::to)
        .or_else(|| tokens.first().map(|token| token.span))
        .unwrap_or_default()
}

impl StatementKind {
    /// The statement with its errors: nothing but the name it would have defined is left.
    fn spoiled(self, cursor: &Cursor<'_>) -> Self {
        Self::Opaque { leading: cursor.leading(), creates: cursor.creates.clone() }
    }
}

impl Cursor<'_> {
    /// The words that the statement begins with.
    fn leading(&self) -> String {
        let words = self.tokens.iter().take(3).take_while(|token| token.kind == TokenKind::Word);
        words.map(|token| token.text(self.source).to_ascii_uppercase()).collect::<Vec<_>>().join(" ")
    }

    /// A statement that is not understood; the rest of it is skipped.
    pub(super) fn opaque(&mut self, leading: &str) -> StatementKind {
        self.at = self.tokens.len();
        StatementKind::Opaque { leading: leading.to_string(), creates: self.creates.clone() }
    }

    fn statement(&mut self) -> Parse<StatementKind> {
        if self.at_query() {
            return self.query_statement();
        }
        if self.eat_words("CREATE") {
            return self.create();
        }
        if self.eat_words("SET TAG ON") {
            return self.tag_on(true);
        }
        if self.eat_words("UNSET TAG ON") {
            return self.tag_on(false);
        }
        if self.eat_words("APPLY CHANGES") {
            return self.apply_changes();
        }
        if self.eat_words("ALTER") {
            return self.alter();
        }
        if self.eat_words("COMMENT") {
            return self.comment_on();
        }
        if self.eat_words("GRANT") {
            return self.grant();
        }
        if self.eat_words("REVOKE") {
            return self.revoke();
        }
        if self.eat_words("INSERT") {
            return self.insert();
        }
        if self.eat_words("UPDATE") {
            return self.update();
        }
        if self.eat_words("DELETE") {
            return self.delete();
        }
        if self.eat_words("TRUNCATE") {
            return self.truncate();
        }
        self.short_statement()
    }

    fn short_statement(&mut self) -> Parse<StatementKind> {
        if self.eat_words("REFRESH") {
            return self.refresh();
        }
        if self.eat_words("SHOW") {
            return self.show();
        }
        if self.eat_words("DESCRIBE") || self.eat_words("DESC") {
            return self.describe_statement();
        }
        if self.eat_words("USE") {
            return self.use_statement();
        }
        if self.eat_words("SET") {
            return self.set();
        }
        if self.eat_words("DROP") {
            return self.drop_statement();
        }
        if KNOWN.iter().any(|word| self.is_words(word)) {
            let leading = self.leading();
            return Ok(self.opaque(&leading));
        }
        let error = self.expected("a statement");
        Err(match self.similar(&STARTS) {
            Some(word) => error.hint(format!("did you mean `{word}`?")),
            None => error,
        })
    }

    fn query_statement(&mut self) -> Parse<StatementKind> {
        // A statement that changes data may follow common table expressions.
        if self.is_words("WITH") && self.find_words(&["MERGE INTO", "INSERT INTO"], false) < self.tokens.len() {
            return Ok(self.opaque("WITH"));
        }
        self.query_to_end().map(|query| StatementKind::Query(Box::new(query)))
    }

    /// After `CREATE`.
    fn create(&mut self) -> Parse<StatementKind> {
        let modifiers = self.modifiers()?;
        if let Some((kind, legacy)) = self.dataset_kind(modifiers.temporary) {
            return self.create_dataset(kind, legacy, &modifiers);
        }
        if self.eat_words("EXTERNAL TABLE") {
            return self.create_table(&modifiers, true);
        }
        if self.eat_words("TABLE") {
            return self.create_table(&modifiers, false);
        }
        if self.eat_words("FUNCTION") {
            return self.create_function(&modifiers);
        }
        if self.eat_words("FLOW") {
            return self.create_flow();
        }
        if self.eat_words("FOREIGN CATALOG") {
            return self.create_catalog(true);
        }
        if self.eat_words("CATALOG") {
            return self.create_catalog(false);
        }
        if self.eat_words("SCHEMA") || self.eat_words("DATABASE") {
            return self.create_schema();
        }
        if self.eat_words("EXTERNAL VOLUME") {
            return self.create_volume(true);
        }
        if self.eat_words("VOLUME") {
            return self.create_volume(false);
        }
        if CREATED.iter().any(|words| self.is_words(words)) {
            let leading = self.leading();
            return Ok(self.opaque(&leading));
        }
        let error = self
            .expected("what to create: `STREAMING TABLE`, `MATERIALIZED VIEW`, `TABLE`, `VIEW`, `FLOW`, `FUNCTION` …");
        let words = [
            "STREAMING",
            "MATERIALIZED",
            "TABLE",
            "VIEW",
            "FLOW",
            "FUNCTION",
            "SCHEMA",
            "CATALOG",
            "VOLUME",
            "TEMPORARY",
        ];
        Err(match self.similar(&words) {
            Some(word) => error.hint(format!("did you mean `{word}`?")),
            None => error,
        })
    }
}

/// What `CREATE` can make that is not understood here.
const CREATED: [&str; 8] =
    ["PROCEDURE", "CONNECTION", "SERVER", "EXTERNAL LOCATION", "SHARE", "RECIPIENT", "POLICY", "BLOOMFILTER INDEX"];

/// Statements of Databricks SQL that are not understood here.
const KNOWN: [&str; 36] = [
    "MERGE", "COPY", "OPTIMIZE", "VACUUM", "ANALYZE", "RESTORE", "UNDROP", "DENY", "CALL", "EXECUTE", "DECLARE",
    "BEGIN", "IF", "FOR", "WHILE", "LOOP", "REPEAT", "CASE", "SIGNAL", "RESIGNAL", "EXPLAIN", "CACHE", "UNCACHE",
    "CLEAR", "MSCK", "REPAIR", "SYNC", "LIST", "PUT", "GET", "REMOVE", "RESET", "ADD", "FSCK", "CONVERT", "GENERATE",
];

/// Words that open a statement, for "did you mean".
const STARTS: [&str; 16] = [
    "CREATE", "SELECT", "ALTER", "COMMENT", "GRANT", "REVOKE", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFRESH",
    "DESCRIBE", "APPLY", "MERGE", "OPTIMIZE", "VALUES",
];
