//! `ALTER …`, `SET TAG ON`, `UNSET TAG ON`.

use crate::ident::QualifiedName;
use crate::syntax::ast::{
    AlterAction, AlterTable, DroppedConstraint, Governance, Ident, Name, ObjectKind, Spanned, StatementKind, Text,
};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

impl Cursor<'_> {
    /// After `ALTER`.
    pub(super) fn alter(&mut self) -> Parse<StatementKind> {
        // Of the legacy workspace groups.
        if self.is_words("GROUP") {
            return Ok(self.opaque("ALTER GROUP"));
        }
        let Some(kind) = self.object_kind() else {
            return Err(self.expected("`TABLE`, `VIEW`, `SCHEMA`, `CATALOG` or another kind of object"));
        };
        self.eat_words("IF EXISTS");
        if kind == ObjectKind::Share {
            let name = self.ident("the name of the share")?;
            let action = self.share_action()?;
            return Ok(StatementKind::Govern(Box::new(Governance::AlterShare { name, action })));
        }
        let name = self.name("the name of the object")?;
        let action = self.alter_action(kind)?;
        self.expect_end()?;
        Ok(StatementKind::AlterTable(Box::new(AlterTable { name, kind, action })))
    }

    fn alter_action(&mut self, kind: ObjectKind) -> Parse<AlterAction> {
        match self.eat_one_of(&["SET", "UNSET", "ADD", "DROP", "RENAME"]) {
            Some("SET") => self.alter_set(),
            Some("UNSET") => self.alter_unset(),
            Some("ADD") => self.alter_add(),
            Some("DROP") => self.alter_drop(),
            Some(_) => self.alter_rename(),
            None => self.alter_otherwise(kind),
        }
    }

    /// After `SET`.
    fn alter_set(&mut self) -> Parse<AlterAction> {
        Ok(if self.eat_words("TAGS") {
            AlterAction::SetTags(self.tags()?)
        } else if self.eat_words("ROW FILTER") {
            AlterAction::SetRowFilter(self.row_filter()?)
        } else if self.eat_words("TBLPROPERTIES") || self.eat_words("DBPROPERTIES") || self.eat_words("PROPERTIES") {
            AlterAction::SetProperties(self.properties()?)
        } else if self.eat_words("OWNER TO") {
            AlterAction::SetOwner(self.principal()?)
        } else if self.eat_words("LOCATION") || self.eat_words("MANAGED LOCATION") {
            AlterAction::SetLocation { partition: Vec::new(), location: self.string("the location as a string")? }
        } else if self.eat_words("MANAGED") {
            AlterAction::SetManaged(true)
        } else if self.eat_words("URL") {
            let url = self.string("the URL as a string")?;
            AlterAction::SetUrl { url, force: self.eat_words("FORCE") }
        } else if self.eat_words("STORAGE CREDENTIAL") {
            AlterAction::SetCredential(self.ident("the credential")?)
        } else {
            return Err(self.expected("`TAGS`, `TBLPROPERTIES`, `OWNER TO`, `ROW FILTER` or another thing to set"));
        })
    }

    /// After `UNSET`.
    fn alter_unset(&mut self) -> Parse<AlterAction> {
        if self.eat_words("TAGS") {
            return Ok(AlterAction::UnsetTags(self.tag_keys()?));
        }
        if self.eat_words("MANAGED") {
            return Ok(AlterAction::SetManaged(false));
        }
        if self.eat_one_of(&["TBLPROPERTIES", "DBPROPERTIES", "PROPERTIES"]).is_none() {
            return Err(self.expected("`TAGS` or `TBLPROPERTIES`"));
        }
        let if_exists = self.eat_words("IF EXISTS");
        let keys = self.parenthesized("a property", Self::property_key)?;
        Ok(AlterAction::UnsetProperties { keys, if_exists })
    }

    /// After `ADD`.
    fn alter_add(&mut self) -> Parse<AlterAction> {
        if self.eat_words("COLUMNS") || self.eat_words("COLUMN") {
            return self.added_columns().map(AlterAction::AddColumns);
        }
        if self.is_words("SCHEDULE") || self.is_words("TRIGGER") {
            return Ok(AlterAction::SetSchedule(Some(self.schedule()?)));
        }
        if self.is_words("IF NOT EXISTS") || self.is_words("PARTITION") {
            let if_not_exists = self.if_not_exists();
            let mut partitions = Vec::new();
            while self.eat_words("PARTITION") {
                let partition = self.partition()?;
                let location = if self.eat_words("LOCATION") { Some(self.string("the location")?) } else { None };
                partitions.push((partition, location));
            }
            if partitions.is_empty() {
                return Err(self.expected("`PARTITION`"));
            }
            return Ok(AlterAction::AddPartitions { if_not_exists, partitions });
        }
        let start = self.here();
        let name = if self.eat_words("CONSTRAINT") { Some(self.ident("the constraint's name")?) } else { None };
        match self.table_constraint(name, start)? {
            Some(constraint) => Ok(AlterAction::AddConstraint(constraint)),
            None if start == self.here() => {
                Err(self.expected("`COLUMN`, `CONSTRAINT`, `PRIMARY KEY`, `PARTITION`, `SCHEDULE` or `TRIGGER`"))
            }
            None => Err(self.expected("`PRIMARY KEY`, `FOREIGN KEY` or `CHECK`")),
        }
    }

    /// After `DROP`.
    fn alter_drop(&mut self) -> Parse<AlterAction> {
        if self.eat_words("ROW FILTER") {
            return Ok(AlterAction::DropRowFilter);
        }
        if self.eat_words("SCHEDULE") {
            return Ok(AlterAction::SetSchedule(None));
        }
        if self.eat_words("COLUMNS") || self.eat_words("COLUMN") {
            let if_exists = self.eat_words("IF EXISTS");
            let column = |cursor: &mut Self| cursor.name("a column name");
            let columns = if self.is(TokenKind::LeftParen) {
                self.parenthesized("a column", column)?
            } else {
                vec![column(self)?]
            };
            return Ok(AlterAction::DropColumns { columns, if_exists });
        }
        if self.eat_words("FEATURE") {
            let feature = self.ident("the feature")?;
            return Ok(AlterAction::DropFeature { feature, truncate_history: self.eat_words("TRUNCATE HISTORY") });
        }
        if self.is_words("PARTITION") || self.is_words("IF EXISTS PARTITION") {
            let if_exists = self.eat_words("IF EXISTS");
            let mut partitions = Vec::new();
            while self.eat_words("PARTITION") {
                partitions.push(self.partition()?);
                self.eat(TokenKind::Comma);
            }
            self.eat_words("PURGE");
            return Ok(AlterAction::DropPartitions { if_exists, partitions });
        }
        self.drop_constraint()
    }

    fn drop_constraint(&mut self) -> Parse<AlterAction> {
        let (what, if_exists) = if self.eat_words("CONSTRAINT") {
            let if_exists = self.eat_words("IF EXISTS");
            (DroppedConstraint::Named(self.ident("the constraint's name")?), if_exists)
        } else if self.eat_words("PRIMARY") {
            self.expect_words("KEY")?;
            (DroppedConstraint::PrimaryKey, self.eat_words("IF EXISTS"))
        } else if self.eat_words("FOREIGN") {
            self.expect_words("KEY")?;
            let if_exists = self.eat_words("IF EXISTS");
            (DroppedConstraint::ForeignKey(self.columns()?), if_exists)
        } else {
            return Err(self.expected("`COLUMN`, `CONSTRAINT`, `ROW FILTER`, `SCHEDULE` or another thing to drop"));
        };
        let cascade = self.eat_words("CASCADE");
        if !cascade {
            self.eat_words("RESTRICT");
        }
        Ok(AlterAction::DropConstraint { what, if_exists, cascade })
    }

    /// After `RENAME`.
    fn alter_rename(&mut self) -> Parse<AlterAction> {
        if self.eat_words("COLUMN") {
            let column = self.name("a column name")?;
            self.expect_words("TO")?;
            return Ok(AlterAction::RenameColumn { column, to: self.ident("the new name")? });
        }
        self.expect_words("TO")?;
        Ok(AlterAction::Rename(self.name("the new name")?))
    }

    fn alter_otherwise(&mut self, kind: ObjectKind) -> Parse<AlterAction> {
        if self.is_words("ALTER SCHEDULE") || self.is_words("ALTER TRIGGER") {
            self.at += 1;
            return Ok(AlterAction::SetSchedule(Some(self.schedule()?)));
        }
        if self.eat_words("OWNER TO") {
            return Ok(AlterAction::SetOwner(self.principal()?));
        }
        if self.eat_words("CLUSTER BY") {
            return Ok(AlterAction::ClusterBy(self.cluster_by()?));
        }
        if self.eat_words("DEFAULT COLLATION") {
            return Ok(AlterAction::SetCollation(self.ident("a collation")?));
        }
        if self.eat_words("RECOVER PARTITIONS") {
            return Ok(AlterAction::RecoverPartitions);
        }
        if let Some(word) = self.eat_one_of(&["ENABLE", "DISABLE", "INHERIT"]) {
            self.expect_words("PREDICTIVE OPTIMIZATION")?;
            return Ok(AlterAction::PredictiveOptimization((word != "INHERIT").then_some(word == "ENABLE")));
        }
        if self.eat_words("OPTIONS") {
            return Ok(AlterAction::SetOptions(self.connection_options()?));
        }
        if self.is_words("PARTITION") {
            let partition = self.optional_partition()?;
            self.expect_words("SET LOCATION")?;
            return Ok(AlterAction::SetLocation { partition, location: self.string("the location as a string")? });
        }
        if self.eat_words("WITH SCHEMA") || self.eat_words("SCHEMA") {
            return Ok(AlterAction::SetSchemaMode(self.schema_mode()?));
        }
        if kind == ObjectKind::View && self.eat_words("AS") {
            if self.is(TokenKind::DollarString) {
                return Ok(AlterAction::SetMetrics(self.dollar_string()?));
            }
            return Ok(AlterAction::SetQuery(Box::new(self.query_to_end()?)));
        }
        if self.eat_words("ALTER COLUMN")
            || self.eat_words("CHANGE COLUMN")
            || self.eat_words("COLUMN")
            || self.eat_words("ALTER")
            || self.eat_words("CHANGE")
        {
            return self.alter_column();
        }
        Err(self.expected("a change: `SET`, `ADD`, `DROP`, `RENAME`, `ALTER COLUMN`, `OWNER TO` …"))
    }

    /// A user, a group or a service principal.
    pub(super) fn principal(&mut self) -> Parse<Ident> {
        self.ident("a principal")
            .map_err(|error| error.hint("a principal with special characters stands in backticks: `grp-analysts`"))
    }

    /// `('k' = 'v', 'k', …)`; a tag without a value has the empty one.
    pub(super) fn tags(&mut self) -> Parse<Vec<(Text, Text)>> {
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

    pub(super) fn tag_keys(&mut self) -> Parse<Vec<Text>> {
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
        let parts = name.value.parts();
        let needs_table = || SyntaxError::new(name.span, "expected `table.column`");
        let (column, table) = parts.split_last().ok_or_else(needs_table)?;
        let table = QualifiedName::new(table.to_vec()).map_err(|_| needs_table())?;
        let column = Spanned { value: column.clone(), span: name.span };
        Ok((Spanned { value: table, span: name.span }, ObjectKind::Table, Some(column)))
    }
}
