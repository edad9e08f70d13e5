//! Which statement it is.

use std::sync::Arc;

use crate::diag::{Code, Diagnostics, Severity, SourceFile, Span};
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
    let statement = cursor.whole_statement();
    // What the lexer could not read makes the grammar stumble as well; it has been reported.
    if !has_unknown(tokens) {
        diagnostics.extend(cursor.errors.into_iter().map(|error: SyntaxError| error.diagnostic(file)));
        diagnostics.extend(cursor.warnings.into_iter().map(|warning: SyntaxError| {
            let mut diagnostic = warning.diagnostic(file);
            diagnostic.severity = Severity::Warning;
            diagnostic
        }));
    }
    statement
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

    /// All tokens as one statement, the errors and warnings kept.
    pub(super) fn whole_statement(&mut self) -> Statement {
        let span = Span { start: self.here().start, end: self.end };
        let result = self.statement();
        let result = result.and_then(|kind| match &kind {
            StatementKind::Opaque { .. } => Ok(kind),
            _ => self.expect_end().map(|()| kind),
        });
        let kind = match result {
            Ok(kind) if !self.errors.is_empty() || has_unknown(self.tokens) => kind.spoiled(self),
            Ok(StatementKind::Opaque { leading, creates }) => {
                let message = format!("the statement `{leading}` is not understood and was not checked");
                self.not_understood(leading_span(self.tokens), message);
                StatementKind::Opaque { leading, creates }
            }
            Ok(kind) => match self.computed {
                Some(place) => {
                    let message = "the name is known only when the statement runs: it was not checked";
                    self.not_understood(place, message.to_string());
                    StatementKind::Opaque { leading: self.leading(), creates: None }
                }
                None => kind,
            },
            Err(error) => {
                self.errors.push(error);
                StatementKind::Opaque { leading: self.leading(), creates: None }.spoiled(self)
            }
        };
        Statement { span, kind }
    }

    fn not_understood(&mut self, span: Span, message: String) {
        self.warnings.push(SyntaxError::new(span, message).code(Code::SQL_NOT_UNDERSTOOD));
    }

    fn statement(&mut self) -> Parse<StatementKind> {
        if let Some(statement) = self.behind_common_tables() {
            return statement;
        }
        if self.at_query() {
            return self.query_to_end().map(|query| StatementKind::Query(Box::new(query)));
        }
        let labelled = self.is_name() && self.kind(1) == Some(TokenKind::Colon);
        if labelled || self.at_compound() {
            let label = self.label()?;
            return self.compound(label).map(|block| StatementKind::Script(Box::new(block)));
        }
        if let Some(statement) = self.session_statement()? {
            return Ok(statement);
        }
        if let Some(statement) = self.maintenance()? {
            return Ok(statement);
        }
        let words = [
            "CREATE",
            "ALTER",
            "DROP",
            "SET TAG ON",
            "UNSET TAG ON",
            "APPLY CHANGES",
            "COMMENT",
            "GRANT",
            "REVOKE",
            "DENY",
            "INSERT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "MERGE",
            "COPY",
            "REFRESH",
            "SHOW",
            "DESCRIBE",
            "DESC",
            "EXPLAIN",
            "LIST",
            "USE",
            "SET",
        ];
        match self.eat_one_of(&words) {
            Some("CREATE") => self.create(),
            Some("ALTER") => self.alter(),
            Some("DROP") => self.drop_statement(),
            Some("SET TAG ON") => self.tag_on(true),
            Some("UNSET TAG ON") => self.tag_on(false),
            Some("APPLY CHANGES") => self.apply_changes(),
            Some("COMMENT") => self.comment_on(),
            Some("GRANT") => self.grant(),
            Some("REVOKE") => self.revoke(),
            Some("DENY") => self.deny(),
            Some("INSERT") => self.insert(None),
            Some("UPDATE") => self.update(),
            Some("DELETE") => self.delete(),
            Some("TRUNCATE") => self.truncate(),
            Some("MERGE") => self.merge(None),
            Some("COPY") => self.copy_into(),
            Some("REFRESH") => self.refresh(),
            Some("SHOW") => self.show(),
            Some("DESCRIBE" | "DESC") => self.describe_statement(),
            Some("EXPLAIN") => self.explain(),
            Some("LIST") => self.list_files(),
            Some("USE") => self.use_statement(),
            Some(_) => self.set(),
            None => self.unknown_statement(),
        }
    }

    fn unknown_statement(&mut self) -> Parse<StatementKind> {
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
        if self.eat_words("PROCEDURE") {
            return self.create_procedure(&modifiers);
        }
        if self.eat_words("POLICY") {
            let policy = self.create_policy(modifiers.or_replace)?;
            return Ok(policy.unwrap_or_else(|| self.opaque("CREATE POLICY")));
        }
        if self.eat_words("CONNECTION") || self.eat_words("SERVER") {
            return self.create_connection();
        }
        if self.eat_words("EXTERNAL LOCATION") {
            return self.create_external_location();
        }
        if self.eat_words("SHARE") {
            return self.create_share();
        }
        if self.eat_words("RECIPIENT") {
            return self.create_recipient();
        }
        if self.eat_words("WIDGET") {
            return self.create_widget();
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
const CREATED: [&str; 2] = ["BLOOMFILTER INDEX", "GROUP"];

/// Statements of Databricks SQL that are not understood here: control statements outside of a script among them.
const KNOWN: [&str; 20] = [
    "IF", "FOR", "WHILE", "LOOP", "REPEAT", "CASE", "SIGNAL", "RESIGNAL", "LEAVE", "ITERATE", "OPEN", "FETCH", "CLOSE",
    "PUT", "GET", "REMOVE", "ADD", "IMPORT", "START", "LOAD",
];

/// Words that open a statement, for "did you mean".
const STARTS: [&str; 16] = [
    "CREATE", "SELECT", "ALTER", "COMMENT", "GRANT", "REVOKE", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFRESH",
    "DESCRIBE", "APPLY", "MERGE", "OPTIMIZE", "VALUES",
];
