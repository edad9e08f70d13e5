//! `SHOW`, `DESCRIBE`, `EXPLAIN`, `LIST`.

use crate::syntax::ast::{
    Described, ExplainMode, Inspection, Name, ObjectKind, ShowKind, Shown, ShownKind, StatementKind,
};
use crate::syntax::error::Parse;
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

/// What `SHOW` can list, longer phrases first.
const SHOWN: [(&str, ShownKind); 27] = [
    ("TABLES DROPPED", ShownKind::TablesDropped),
    ("TABLE EXTENDED", ShownKind::TableExtended),
    ("MATERIALIZED VIEWS", ShownKind::MaterializedViews),
    ("USER FUNCTIONS", ShownKind::UserFunctions),
    ("SYSTEM FUNCTIONS", ShownKind::SystemFunctions),
    ("ALL FUNCTIONS", ShownKind::AllFunctions),
    ("STORAGE CREDENTIALS", ShownKind::StorageCredentials),
    ("SERVICE CREDENTIALS", ShownKind::ServiceCredentials),
    ("EXTERNAL LOCATIONS", ShownKind::ExternalLocations),
    ("SHARES IN PROVIDER", ShownKind::SharesInProvider),
    ("CATALOGS", ShownKind::Catalogs),
    ("SCHEMAS", ShownKind::Schemas),
    ("DATABASES", ShownKind::Schemas),
    ("TABLES", ShownKind::Tables),
    ("VIEWS", ShownKind::Views),
    ("VOLUMES", ShownKind::Volumes),
    ("COLUMNS", ShownKind::Columns),
    ("FUNCTIONS", ShownKind::AllFunctions),
    ("PROCEDURES", ShownKind::Procedures),
    ("CONNECTIONS", ShownKind::Connections),
    ("CREDENTIALS", ShownKind::Credentials),
    ("SHARES", ShownKind::Shares),
    ("RECIPIENTS", ShownKind::Recipients),
    ("PROVIDERS", ShownKind::Providers),
    ("GROUPS", ShownKind::Groups),
    ("USERS", ShownKind::Users),
    ("TBLPROPERTIES", ShownKind::TblProperties),
];

fn inspect(statement: Inspection) -> StatementKind {
    StatementKind::Inspect(Box::new(statement))
}

impl Cursor<'_> {
    /// After `SHOW`.
    pub(super) fn show(&mut self) -> Parse<StatementKind> {
        if self.eat_words("GRANTS") || self.eat_words("GRANT") {
            return self.show_grants();
        }
        if self.is_words("EFFECTIVE") || self.is_words("POLICIES") {
            let effective = self.eat_words("EFFECTIVE");
            self.expect_words("POLICIES ON")?;
            return Ok(inspect(Inspection::ShowPolicies { effective, on: self.policy_securable()? }));
        }
        if self.eat_words("PARTITIONS") {
            let name = self.name("the table")?;
            return Ok(inspect(Inspection::ShowPartitions { name, partition: self.optional_partition()? }));
        }
        if self.eat_words("CREATE TABLE") {
            return Ok(inspect(Inspection::ShowCreateTable { name: self.name("the table")? }));
        }
        if self.eat_words("ALL IN SHARE") {
            return Ok(inspect(Inspection::ShowInShare { share: self.ident("the share")? }));
        }
        let Some((_, what)) = SHOWN.iter().find(|(words, _)| self.eat_words(words)) else {
            return Err(self.expected("what to show: `TABLES`, `SCHEMAS`, `GRANTS`, `COLUMNS` …"));
        };
        let shown = self.shown(*what)?;
        self.expect_end()?;
        Ok(simple(shown))
    }

    fn shown(&mut self, what: ShownKind) -> Parse<Shown> {
        let mut shown = Shown { what, within: Vec::new(), pattern: None };
        if what == ShownKind::TblProperties || what == ShownKind::SharesInProvider {
            shown.within.push(self.name("the object")?);
            // One property: `SHOW TBLPROPERTIES t ('key')`.
            if self.is(TokenKind::LeftParen) {
                self.at += 1;
                shown.pattern = Some(self.property_key()?);
                self.expect(TokenKind::RightParen, "`)`")?;
                return Ok(shown);
            }
        }
        while self.eat_words("IN") || self.eat_words("FROM") {
            shown.within.push(self.name("the name of what they are in")?);
        }
        if what == ShownKind::Columns && shown.within.is_empty() {
            return Err(self.expected("`IN` and the table"));
        }
        let like = self.eat_words("LIKE");
        if like || self.peek().is_some_and(|token| token.kind.is_string()) {
            shown.pattern = Some(self.string("the pattern as a string")?);
        } else if what == ShownKind::AllFunctions && self.is_name() {
            // `SHOW FUNCTIONS name`.
            let name = self.ident("a function")?;
            shown.pattern = Some(crate::syntax::ast::Text { value: name.value.to_string(), span: name.span });
        }
        Ok(shown)
    }

    fn show_grants(&mut self) -> Parse<StatementKind> {
        if self.is_words("TO RECIPIENT") {
            return Ok(self.opaque("SHOW GRANTS TO RECIPIENT"));
        }
        let principal = if self.is_words("ON") { None } else { Some(self.ident("a principal or `ON`")?) };
        let on = if self.eat_words("ON") { Some(self.securable()?) } else { None };
        if let Some(on) = &on
            && on.name.is_none()
            && on.kind == ObjectKind::Table
        {
            return Err(self.expected("the name of the object"));
        }
        self.expect_end()?;
        Ok(StatementKind::Show { what: ShowKind::Grants { principal, on } })
    }

    /// After `DESCRIBE` or `DESC`.
    pub(super) fn describe_statement(&mut self) -> Parse<StatementKind> {
        if self.at_query() && !self.is_words("TABLE") {
            return Ok(inspect(Inspection::Describe(Box::new(Described::Query(self.query_to_end()?)))));
        }
        let described = match self.described()? {
            Some(described) => described,
            None => return self.described_table(),
        };
        self.expect_end()?;
        Ok(inspect(Inspection::Describe(Box::new(described))))
    }

    /// What is described by its kind; a table may be called like a kind.
    fn described(&mut self) -> Parse<Option<Described>> {
        if !matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord)) {
            return Ok(None);
        }
        if self.eat_words("HISTORY") {
            return Ok(Some(Described::History { name: self.name("the table")? }));
        }
        if self.eat_words("DETAIL") {
            self.eat_words("TABLE");
            return Ok(Some(Described::Detail { name: self.name("the table")? }));
        }
        if self.eat_words("QUERY") {
            return Ok(Some(Described::Query(self.query_to_end()?)));
        }
        if self.eat_words("POLICY") {
            let name = self.ident("the policy's name")?;
            self.expect_words("ON")?;
            return Ok(Some(Described::Policy { name, on: self.policy_securable()? }));
        }
        if self.is_words("TABLE") {
            return Ok(None);
        }
        let before = self.at;
        let Some(kind) = self.object_kind() else {
            return Ok(None);
        };
        if !self.is_name() {
            self.at = before;
            return Ok(None);
        }
        let extended = self.eat_words("EXTENDED");
        Ok(Some(Described::Object { kind, name: self.name("the name of the object")?, extended }))
    }

    fn described_table(&mut self) -> Parse<StatementKind> {
        if matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord)) {
            self.eat_words("TABLE");
        }
        let named = self.kind(1).is_some_and(|kind| matches!(kind, TokenKind::Word | TokenKind::QuotedWord));
        let extended = named && (self.eat_words("EXTENDED") || self.eat_words("FORMATTED"));
        let name = self.name("the table")?;
        if self.at_end() {
            return Ok(StatementKind::Describe { name, extended });
        }
        if self.eat_words("AS") {
            self.expect_words("JSON")?;
            self.expect_end()?;
            return Ok(inspect(Inspection::Describe(Box::new(Described::TableAsJson { name }))));
        }
        let partition = self.optional_partition()?;
        let column: Option<Name> = if self.at_end() { None } else { Some(self.name("a column name")?) };
        self.expect_end()?;
        let part = Described::Part { name, extended, partition, column };
        Ok(inspect(Inspection::Describe(Box::new(part))))
    }

    /// After `EXPLAIN`.
    pub(super) fn explain(&mut self) -> Parse<StatementKind> {
        let mode = match self.eat_one_of(&["EXTENDED", "CODEGEN", "COST", "FORMATTED"]) {
            Some("EXTENDED") => ExplainMode::Extended,
            Some("CODEGEN") => ExplainMode::Codegen,
            Some("COST") => ExplainMode::Cost,
            Some(_) => ExplainMode::Formatted,
            None => ExplainMode::Simple,
        };
        if self.at_end() {
            return Err(self.expected("a statement"));
        }
        let mut inner = Cursor::new(self.source, &self.tokens[self.at..], self.hints);
        let statement = Box::new(inner.whole_statement());
        self.at = self.tokens.len();
        self.errors.append(&mut inner.errors);
        self.warnings.append(&mut inner.warnings);
        Ok(inspect(Inspection::Explain { mode, statement }))
    }

    /// After `LIST`.
    pub(super) fn list_files(&mut self) -> Parse<StatementKind> {
        let path = self.string("the path as a string")?;
        let limit = if self.eat_words("LIMIT") { Some(self.whole_number("a number")?.value) } else { None };
        self.expect_end()?;
        Ok(inspect(Inspection::List { path, limit }))
    }
}

/// The lists that are run locally have a tree of their own.
fn simple(shown: Shown) -> StatementKind {
    let alone = shown.pattern.is_none() && shown.within.len() <= 1;
    let within = shown.within.first();
    let catalog = within.filter(|name| name.value.parts().len() == 1);
    let what = match shown.what {
        ShownKind::Catalogs if alone && within.is_none() => ShowKind::Catalogs,
        ShownKind::Schemas if alone && catalog.is_some() == within.is_some() => ShowKind::Schemas {
            catalog: catalog
                .map(|name| crate::syntax::ast::Ident { value: name.value.name().clone(), span: name.span }),
        },
        ShownKind::Tables if alone => ShowKind::Tables { schema: within.cloned() },
        _ => return inspect(Inspection::Show(Box::new(shown))),
    };
    StatementKind::Show { what }
}
