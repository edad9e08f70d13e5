//! `ALTER …`, `SET TAG ON`, `UNSET TAG ON`.

use crate::syntax::ast::{
    AddedColumn, AlterAction, AlterTable, ColumnPlace, Ident, Name, ObjectKind, Spanned, StatementKind, Text,
};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

impl Cursor<'_> {
    /// After `ALTER`.
    pub(super) fn alter(&mut self) -> Parse<StatementKind> {
        let Some(kind) = self.object_kind() else {
            return Ok(self.opaque("ALTER"));
        };
        if kind == ObjectKind::Share || kind == ObjectKind::Column {
            return Ok(self.opaque("ALTER"));
        }
        self.eat_words("IF EXISTS");
        let name = self.name("the name of the object")?;
        let Some(action) = self.alter_action()? else {
            return Ok(self.opaque("ALTER"));
        };
        self.expect_end()?;
        Ok(StatementKind::AlterTable(Box::new(AlterTable { name, kind, action })))
    }

    /// `None` for an action that is valid but has no place in the tree.
    fn alter_action(&mut self) -> Parse<Option<AlterAction>> {
        Ok(Some(if self.eat_words("SET TAGS") {
            AlterAction::SetTags(self.tags()?)
        } else if self.eat_words("UNSET TAGS") {
            AlterAction::UnsetTags(self.tag_keys()?)
        } else if self.eat_words("SET ROW FILTER") {
            AlterAction::SetRowFilter(self.row_filter()?)
        } else if self.eat_words("DROP ROW FILTER") {
            AlterAction::DropRowFilter
        } else if self.eat_words("SET TBLPROPERTIES") || self.eat_words("SET DBPROPERTIES") {
            AlterAction::SetProperties(self.properties()?)
        } else if self.eat_words("UNSET TBLPROPERTIES") {
            let if_exists = self.eat_words("IF EXISTS");
            AlterAction::UnsetProperties { keys: self.parenthesized("a property", Self::property_key)?, if_exists }
        } else if self.eat_words("ADD COLUMNS") || self.eat_words("ADD COLUMN") {
            match self.added_columns()? {
                Some(columns) => AlterAction::AddColumns(columns),
                None => return Ok(None),
            }
        } else if self.eat_words("SET OWNER TO") || self.eat_words("OWNER TO") {
            AlterAction::SetOwner(self.ident("a principal")?)
        } else if self.eat_words("CLUSTER BY") {
            AlterAction::ClusterBy(self.cluster_by()?)
        } else if self.eat_words("ADD SCHEDULE") || self.eat_words("ALTER SCHEDULE") {
            self.at -= 1;
            self.alter_schedule()?
        } else if self.is_words("ADD TRIGGER ON UPDATE") || self.is_words("ALTER TRIGGER ON UPDATE") {
            self.at += 1;
            self.alter_schedule()?
        } else if self.eat_words("DROP SCHEDULE") {
            AlterAction::SetSchedule(None)
        } else if self.is_words("ADD CONSTRAINT")
            || self.is_words("ADD PRIMARY KEY")
            || self.is_words("ADD FOREIGN KEY")
        {
            self.at += 1;
            self.add_constraint()?
        } else if self.eat_words("ALTER COLUMN") || self.eat_words("CHANGE COLUMN") || self.eat_words("COLUMN") {
            return self.alter_column();
        } else {
            return Ok(None);
        }))
    }

    /// With and without parentheses. `None` for a field inside of a column: `a.b INT`.
    fn added_columns(&mut self) -> Parse<Option<Vec<AddedColumn>>> {
        let open = self.eat(TokenKind::LeftParen);
        let mut columns = Vec::new();
        loop {
            if self.kind(1) == Some(TokenKind::Dot) {
                return Ok(None);
            }
            columns.push(self.added_column()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if open {
            self.expect(TokenKind::RightParen, "`,` or `)` in the list of columns")?;
        }
        Ok(Some(columns))
    }

    fn added_column(&mut self) -> Parse<AddedColumn> {
        let (column, foreign_key) = self.column()?;
        if let Some(constraint) = foreign_key {
            return Err(SyntaxError::new(constraint.span, "a constraint is added by `ADD CONSTRAINT`"));
        }
        let place = if self.eat_words("FIRST") {
            ColumnPlace::First
        } else if self.eat_words("AFTER") {
            ColumnPlace::After(self.ident("a column name")?)
        } else {
            ColumnPlace::Last
        };
        Ok(AddedColumn { column, place })
    }

    fn alter_schedule(&mut self) -> Parse<AlterAction> {
        let start = self.here();
        self.schedule()?;
        let span = self.since(start);
        Ok(AlterAction::SetSchedule(Some(Spanned { value: self.text(span).to_string(), span })))
    }

    fn add_constraint(&mut self) -> Parse<AlterAction> {
        let start = self.here();
        let name = if self.eat_words("CONSTRAINT") { Some(self.ident("the constraint's name")?) } else { None };
        match self.table_constraint(name, start)? {
            Some(constraint) => Ok(AlterAction::AddConstraint(constraint)),
            None => Err(self.expected("`PRIMARY KEY`, `FOREIGN KEY` or `CHECK`")),
        }
    }

    fn alter_column(&mut self) -> Parse<Option<AlterAction>> {
        let column = self.ident("a column name")?;
        Ok(Some(if self.eat_words("SET TAGS") {
            AlterAction::SetColumnTags { column, tags: self.tags()? }
        } else if self.eat_words("UNSET TAGS") {
            AlterAction::UnsetColumnTags { column, tags: self.tag_keys()? }
        } else if self.eat_words("SET MASK") {
            AlterAction::SetMask { column, mask: self.mask()? }
        } else if self.eat_words("DROP MASK") {
            AlterAction::DropMask { column }
        } else if self.eat_words("COMMENT") {
            AlterAction::ColumnComment { column, comment: self.string("the comment as a string")? }
        } else {
            let other = [
                "SET NOT NULL",
                "DROP NOT NULL",
                "SET DEFAULT",
                "DROP DEFAULT",
                "TYPE",
                "SYNC IDENTITY",
                "FIRST",
                "AFTER",
            ];
            if other.iter().any(|words| self.is_words(words)) {
                return Ok(None);
            }
            return Err(self.expected(
                "`SET TAGS`, `UNSET TAGS`, `SET MASK`, `DROP MASK`, `COMMENT` or another change of a column",
            ));
        }))
    }

    /// `('k' = 'v', 'k', …)`; a tag without a value has the empty one.
    fn tags(&mut self) -> Parse<Vec<(Text, Text)>> {
        self.parenthesized("a tag", |cursor| {
            let key = cursor.property_key()?;
            let value = if cursor.eat(TokenKind::Equal) {
                cursor.string("the tag's value as a string")?
            } else {
                Spanned { value: String::new(), span: key.span }
            };
            Ok((key, value))
        })
    }

    fn tag_keys(&mut self) -> Parse<Vec<Text>> {
        self.parenthesized("a tag", Self::property_key)
    }

    /// After `SET TAG ON` or `UNSET TAG ON`; keys and values are names or strings.
    pub(super) fn tag_on(&mut self, set: bool) -> Parse<StatementKind> {
        let Some(kind) = self.object_kind() else {
            return Err(self.expected("`CATALOG`, `SCHEMA`, `TABLE`, `COLUMN` or another kind of object"));
        };
        let name = self.name("the name of the object")?;
        let key = self.property_key()?;
        let value = if set && self.eat(TokenKind::Equal) {
            self.property_key()?
        } else {
            Spanned { value: String::new(), span: key.span }
        };
        self.expect_end()?;
        let (name, kind, column) = if kind == ObjectKind::Column { self.column_of(name)? } else { (name, kind, None) };
        let action = match (set, column) {
            (true, None) => AlterAction::SetTags(vec![(key, value)]),
            (false, None) => AlterAction::UnsetTags(vec![key]),
            (true, Some(column)) => AlterAction::SetColumnTags { column, tags: vec![(key, value)] },
            (false, Some(column)) => AlterAction::UnsetColumnTags { column, tags: vec![key] },
        };
        Ok(StatementKind::AlterTable(Box::new(AlterTable { name, kind, action })))
    }

    /// `table.column` taken apart.
    fn column_of(&self, name: Name) -> Parse<(Name, ObjectKind, Option<Ident>)> {
        use crate::ident::QualifiedName;
        let parts = name.value.parts();
        let needs_table = || SyntaxError::new(name.span, "expected `table.column`");
        let (column, table) = parts.split_last().ok_or_else(needs_table)?;
        let table = QualifiedName::new(table.to_vec()).map_err(|_| needs_table())?;
        let column = Spanned { value: column.clone(), span: name.span };
        Ok((Spanned { value: table, span: name.span }, ObjectKind::Table, Some(column)))
    }
}
