//! Columns of `ALTER TABLE`: those that are added, and those that change.

use crate::syntax::ast::{AddedColumn, AlterAction, ColumnChange, ColumnPlace, Ident, Name, Spanned};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;
use super::types::data_type;

impl Cursor<'_> {
    /// With and without parentheses.
    pub(super) fn added_columns(&mut self) -> Parse<Vec<AddedColumn>> {
        let open = self.eat(TokenKind::LeftParen);
        let mut columns = Vec::new();
        loop {
            columns.push(self.added_column()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if open {
            self.expect(TokenKind::RightParen, "`,` or `)` in the list of columns")?;
        }
        Ok(columns)
    }

    fn added_column(&mut self) -> Parse<AddedColumn> {
        let mut parents = Vec::new();
        while self.kind(1) == Some(TokenKind::Dot) {
            parents.push(self.ident("a column name")?);
            self.at += 1;
        }
        let (column, foreign_key) = self.column()?;
        if let Some(constraint) = foreign_key {
            return Err(SyntaxError::new(constraint.span, "a constraint is added by `ADD CONSTRAINT`"));
        }
        if column.data_type.is_none() {
            return Err(self.expected("a data type"));
        }
        Ok(AddedColumn { parents, column, place: self.column_place()?.unwrap_or(ColumnPlace::Last) })
    }

    fn column_place(&mut self) -> Parse<Option<ColumnPlace>> {
        Ok(if self.eat_words("FIRST") {
            Some(ColumnPlace::First)
        } else if self.eat_words("AFTER") {
            Some(ColumnPlace::After(self.ident("a column name")?))
        } else {
            None
        })
    }

    /// After `ALTER COLUMN`.
    pub(super) fn alter_column(&mut self) -> Parse<AlterAction> {
        let column = self.name("a column name")?;
        if let Some(action) = self.governed_column(&column)? {
            return Ok(action);
        }
        let mut columns = vec![(column, self.column_change()?)];
        while self.eat(TokenKind::Comma) {
            let column = self.name("a column name")?;
            columns.push((column, self.column_change()?));
        }
        Ok(match columns.as_slice() {
            [(column, ColumnChange::Comment(comment))] if column.value.parts().len() == 1 => {
                AlterAction::ColumnComment { column: top(column), comment: comment.clone() }
            }
            _ => AlterAction::Columns(columns),
        })
    }

    /// Tags and masks: of one whole column.
    fn governed_column(&mut self, column: &Name) -> Parse<Option<AlterAction>> {
        let governed = ["SET TAGS", "UNSET TAGS", "SET MASK", "DROP MASK"];
        let Some(words) = self.eat_one_of(&governed) else {
            return Ok(None);
        };
        if column.value.parts().len() > 1 {
            return Err(SyntaxError::new(column.span, "a field inside of a column has no tags and no mask"));
        }
        let column = top(column);
        Ok(Some(match words {
            "SET TAGS" => AlterAction::SetColumnTags { column, tags: self.tags()? },
            "UNSET TAGS" => AlterAction::UnsetColumnTags { column, tags: self.tag_keys()? },
            "SET MASK" => AlterAction::SetMask { column, mask: self.mask()? },
            _ => AlterAction::DropMask { column },
        }))
    }

    fn column_change(&mut self) -> Parse<ColumnChange> {
        Ok(if self.eat_words("COMMENT") {
            ColumnChange::Comment(self.string("the comment as a string")?)
        } else if self.eat_words("SET NOT NULL") {
            ColumnChange::SetNotNull
        } else if self.eat_words("DROP NOT NULL") {
            ColumnChange::DropNotNull
        } else if self.eat_words("SET DEFAULT") {
            if self.at_end() {
                return Err(self.expected("an expression"));
            }
            ColumnChange::SetDefault(self.expr_before(&[]))
        } else if self.eat_words("DROP DEFAULT") {
            ColumnChange::DropDefault
        } else if self.eat_words("TYPE") {
            let start = self.here();
            let value = data_type(self)?;
            if self.eat_words("COLLATE") {
                return Ok(ColumnChange::SetCollation(self.ident("a collation")?));
            }
            ColumnChange::SetType(Spanned { value, span: self.since(start) })
        } else if self.eat_words("SYNC IDENTITY") {
            ColumnChange::SyncIdentity
        } else if let Some(place) = self.column_place()? {
            ColumnChange::Move(place)
        } else {
            return Err(self.expected(
                "`SET TAGS`, `UNSET TAGS`, `SET MASK`, `DROP MASK`, `COMMENT` or another change of a column",
            ));
        })
    }
}

fn top(column: &Name) -> Ident {
    Ident { value: column.value.name().clone(), span: column.span }
}
