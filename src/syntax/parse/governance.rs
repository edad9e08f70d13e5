//! Policies, connections, external locations, shares, recipients.

use crate::syntax::ast::{
    ConnectionOption, CreateConnection, CreatePolicy, Governance, Ident, ObjectKind, PolicyKind, Securable,
    ShareAction, SharedObject, StatementKind, Text,
};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

fn govern(statement: Governance) -> StatementKind {
    StatementKind::Govern(Box::new(statement))
}

impl Cursor<'_> {
    /// After `CREATE … POLICY`. `None` for a `GRANT` or `DENY` policy, whose grammar is not published.
    pub(super) fn create_policy(&mut self, or_replace: bool) -> Parse<Option<StatementKind>> {
        let name = self.ident("the policy's name")?;
        self.expect_words("ON")?;
        let on = self.policy_securable()?;
        let comment = self.optional_comment()?;
        if self.is_words("GRANT") || self.is_words("DENY") {
            return Ok(None);
        }
        let masks = match self.eat_one_of(&["ROW FILTER", "COLUMN MASK"]) {
            Some(words) => words == "COLUMN MASK",
            None => return Err(self.expected("`COMMENT`, `ROW FILTER` or `COLUMN MASK`")),
        };
        let function = self.name(if masks { "the masking function" } else { "the filter function" })?;
        self.expect_words("TO")?;
        let to = self.principals()?;
        let except = if self.eat_words("EXCEPT") { self.principals()? } else { Vec::new() };
        self.expect_words("FOR TABLES")?;
        let ends = ["MATCH", "ON", "COLUMN", "USING"];
        let when = if self.eat_words("WHEN") { Some(self.condition(&ends)?) } else { None };
        let match_columns = if self.eat_words("MATCH") { self.matched_columns()? } else { Vec::new() };
        let kind = if masks {
            self.expect_words("ON COLUMN")?;
            PolicyKind::ColumnMask { on: self.ident("the alias of a matched column")? }
        } else {
            PolicyKind::RowFilter
        };
        let using_columns = if self.eat_words("USING") {
            self.expect_words("COLUMNS")?;
            self.parenthesized_exprs()?
        } else {
            Vec::new()
        };
        let known = match_columns.iter().filter_map(|(_, alias): &(_, Option<Ident>)| alias.as_ref());
        if let PolicyKind::ColumnMask { on } = &kind
            && !known.clone().any(|alias| alias.value == on.value)
        {
            let message = format!("`{}` is no alias of `MATCH COLUMNS`", on.value);
            let error = SyntaxError::new(on.span, message);
            self.report(error.hint("name the column that is masked: `MATCH COLUMNS has_tag('pii') AS c ON COLUMN c`"));
        }
        let policy = CreatePolicy {
            or_replace,
            name,
            on,
            comment,
            kind,
            function,
            to,
            except,
            when,
            match_columns,
            using_columns,
        };
        Ok(Some(govern(Governance::CreatePolicy(Box::new(policy)))))
    }

    fn principals(&mut self) -> Parse<Vec<Ident>> {
        let mut principals = vec![self.principal()?];
        while self.eat(TokenKind::Comma) {
            principals.push(self.principal()?);
        }
        Ok(principals)
    }

    /// After `MATCH`: `COLUMNS condition [[AS] alias], …`.
    fn matched_columns(&mut self) -> Parse<Vec<(crate::syntax::ast::Expr, Option<Ident>)>> {
        self.expect_words("COLUMNS")?;
        let mut columns = Vec::new();
        loop {
            let mut end = self.find_words(&["ON", "COLUMN", "USING"], true);
            let name = |at: usize| {
                self.tokens.get(at).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord))
            };
            // An alias is the last name behind an operand: the conditions are calls.
            let named = end > self.at + 1 && name(end - 1);
            let alias_at = end - usize::from(named);
            let has_as = named && self.tokens[alias_at - 1].text(self.source).eq_ignore_ascii_case("as");
            end = alias_at - usize::from(has_as);
            if end <= self.at {
                return Err(self.expected("a condition: `has_tag('key')` or `has_tag_value('key', 'value')`"));
            }
            let condition = self.expr_until(end);
            self.at = alias_at;
            let alias = if named { Some(self.ident("an alias")?) } else { None };
            columns.push((condition, alias));
            if !self.eat(TokenKind::Comma) {
                return Ok(columns);
            }
        }
    }

    /// `CATALOG c`, `SCHEMA s`, `TABLE t`, `METASTORE`.
    pub(super) fn policy_securable(&mut self) -> Parse<Securable> {
        let before = self.here();
        let kind = self.object_kind();
        match kind {
            Some(ObjectKind::Metastore) => Ok(Securable { kind: ObjectKind::Metastore, name: None }),
            Some(kind @ (ObjectKind::Catalog | ObjectKind::Schema | ObjectKind::Table)) => {
                Ok(Securable { kind, name: Some(self.name("the name of the object")?) })
            }
            Some(_) => Err(SyntaxError::new(before, "a policy is of a catalog, a schema or a table")),
            None => Err(self.expected("`CATALOG`, `SCHEMA` or `TABLE`")),
        }
    }

    /// After `DROP POLICY`.
    pub(super) fn drop_policy(&mut self) -> Parse<StatementKind> {
        let if_exists = self.eat_words("IF EXISTS");
        let name = self.ident("the policy's name")?;
        self.expect_words("ON")?;
        Ok(govern(Governance::DropPolicy { if_exists, name, on: self.policy_securable()? }))
    }

    pub(super) fn optional_comment(&mut self) -> Parse<Option<Text>> {
        if self.eat_words("COMMENT") { self.string("the comment as a string").map(Some) } else { Ok(None) }
    }

    /// After `CREATE CONNECTION`.
    pub(super) fn create_connection(&mut self) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.ident("the connection's name")?;
        self.expect_words("TYPE")?;
        let connection_type = self.ident("a type, as `POSTGRESQL`")?;
        self.expect_words("OPTIONS")?;
        let options = self.connection_options()?;
        let comment = self.optional_comment()?;
        let properties = if self.eat_words("PROPERTIES") { self.properties()? } else { Vec::new() };
        let connection = CreateConnection { if_not_exists, name, connection_type, options, comment, properties };
        Ok(govern(Governance::CreateConnection(Box::new(connection))))
    }

    /// `( key [=] {value | secret('scope', 'key')}, … )`.
    pub(super) fn connection_options(&mut self) -> Parse<Vec<(Text, ConnectionOption)>> {
        self.parenthesized("an option", |cursor| {
            let key = cursor.property_key()?;
            cursor.eat(TokenKind::Equal);
            if !cursor.is_words("SECRET") || cursor.kind(1) != Some(TokenKind::LeftParen) {
                return Ok((key, ConnectionOption::Value(cursor.property_value()?)));
            }
            cursor.at += 2;
            let scope = cursor.string("the secret's scope as a string")?;
            cursor.expect(TokenKind::Comma, "`,` between the secret's scope and its key")?;
            let secret = cursor.string("the secret's key as a string")?;
            cursor.expect(TokenKind::RightParen, "`)`")?;
            Ok((key, ConnectionOption::Secret { scope, key: secret }))
        })
    }

    /// After `CREATE EXTERNAL LOCATION`.
    pub(super) fn create_external_location(&mut self) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.ident("the location's name")?;
        self.expect_words("URL")?;
        let url = self.string("the URL as a string")?;
        self.expect_words("WITH")?;
        self.expect(TokenKind::LeftParen, "`(`")?;
        self.eat_words("STORAGE");
        self.expect_words("CREDENTIAL")?;
        let credential = self.ident("the credential")?;
        self.expect(TokenKind::RightParen, "`)`")?;
        let comment = self.optional_comment()?;
        Ok(govern(Governance::CreateExternalLocation { if_not_exists, name, url, credential, comment }))
    }

    /// After `CREATE SHARE`.
    pub(super) fn create_share(&mut self) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.ident("the share's name")?;
        Ok(govern(Governance::CreateShare { if_not_exists, name, comment: self.optional_comment()? }))
    }

    /// After `CREATE RECIPIENT`.
    pub(super) fn create_recipient(&mut self) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.ident("the recipient's name")?;
        let id = if self.eat_words("USING") {
            self.expect_words("ID")?;
            Some(self.string("the sharing identifier as a string")?)
        } else {
            None
        };
        let comment = self.optional_comment()?;
        let properties = if self.eat_words("PROPERTIES") { self.properties()? } else { Vec::new() };
        Ok(govern(Governance::CreateRecipient { if_not_exists, name, id, comment, properties }))
    }

    /// After `ALTER SHARE name`.
    pub(super) fn share_action(&mut self) -> Parse<ShareAction> {
        if self.eat_words("RENAME") {
            self.expect_words("TO")?;
            return Ok(ShareAction::Rename(self.ident("the new name")?));
        }
        if self.eat_words("SET OWNER TO") || self.eat_words("OWNER TO") {
            return Ok(ShareAction::SetOwner(self.principal()?));
        }
        match self.eat_one_of(&["ADD", "REMOVE"]) {
            Some("ADD") => self.shared_object().map(|object| ShareAction::Add(Box::new(object))),
            Some(_) => self.securable().map(ShareAction::Remove),
            None => Err(self.expected("`ADD`, `REMOVE`, `RENAME TO` or `OWNER TO`")),
        }
    }

    fn shared_object(&mut self) -> Parse<SharedObject> {
        let mut shared = SharedObject {
            object: self.securable()?,
            comment: self.optional_comment()?,
            partitions: Vec::new(),
            alias: None,
            history: None,
        };
        loop {
            if self.eat_words("PARTITION") {
                shared.partitions.push(self.parenthesized_exprs()?);
                while self.eat(TokenKind::Comma) {
                    shared.partitions.push(self.parenthesized_exprs()?);
                }
            } else if self.eat_words("AS") {
                shared.alias = Some(self.name("the name in the share")?);
            } else if self.eat_words("WITH HISTORY") {
                shared.history = Some(true);
            } else if self.eat_words("WITHOUT HISTORY") {
                shared.history = Some(false);
            } else {
                return Ok(shared);
            }
        }
    }
}
