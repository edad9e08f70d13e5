//! `OPTIMIZE`, `VACUUM`, `ANALYZE`, `RESTORE`, `UNDROP`, caches and the like.

use crate::syntax::ast::{Analyzed, Maintenance, ObjectKind, RepairAction, StatementKind, Statistics, Text, Version};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

impl Cursor<'_> {
    /// The statements of this file that their first words tell; `None` for any other.
    pub(super) fn maintenance(&mut self) -> Parse<Option<StatementKind>> {
        let words = [
            "OPTIMIZE",
            "VACUUM",
            "ANALYZE",
            "RESTORE",
            "UNDROP",
            "MSCK REPAIR TABLE",
            "REPAIR TABLE",
            "FSCK REPAIR TABLE",
            "REORG TABLE",
            "CACHE",
            "UNCACHE TABLE",
            "CLEAR CACHE",
            "CONVERT TO DELTA",
            "SYNC",
            "GENERATE",
        ];
        let statement = match self.eat_one_of(&words) {
            Some("OPTIMIZE") => self.optimize()?,
            Some("VACUUM") => self.vacuum()?,
            Some("ANALYZE") => self.analyze()?,
            Some("RESTORE") => self.restore()?,
            Some("UNDROP") => self.undrop()?,
            Some("MSCK REPAIR TABLE" | "REPAIR TABLE") => self.repair()?,
            Some("FSCK REPAIR TABLE") => {
                Maintenance::Check { name: self.name("the table")?, dry_run: self.eat_words("DRY RUN") }
            }
            Some("REORG TABLE") => self.reorganize()?,
            Some("CACHE") => self.cache()?,
            Some("UNCACHE TABLE") => {
                Maintenance::Uncache { if_exists: self.eat_words("IF EXISTS"), name: self.name("the table")? }
            }
            Some("CLEAR CACHE") => Maintenance::ClearCache,
            Some("CONVERT TO DELTA") => self.convert()?,
            Some("SYNC") => self.sync()?,
            Some(_) => {
                let mode = self.ident("`symlink_format_manifest`")?;
                self.expect_words("FOR TABLE")?;
                Maintenance::Generate { mode, table: self.name("the table")? }
            }
            None => return Ok(None),
        };
        self.expect_end()?;
        Ok(Some(StatementKind::Maintain(Box::new(statement))))
    }

    fn optimize(&mut self) -> Parse<Maintenance> {
        let name = self.name("the table")?;
        let full = self.eat_words("FULL");
        let predicate = if self.eat_words("WHERE") { Some(self.condition(&["ZORDER BY"])?) } else { None };
        let zorder = if self.eat_words("ZORDER") {
            self.expect_words("BY")?;
            let column = |cursor: &mut Self| cursor.name("a column name");
            if self.is(TokenKind::LeftParen) {
                self.parenthesized("a column", column)?
            } else {
                let mut columns = vec![column(self)?];
                while self.eat(TokenKind::Comma) {
                    columns.push(column(self)?);
                }
                columns
            }
        } else {
            Vec::new()
        };
        Ok(Maintenance::Optimize { name, full, predicate, zorder })
    }

    fn vacuum(&mut self) -> Parse<Maintenance> {
        let name = self.name("the table")?;
        let lite = self.eat_words("LITE");
        if !lite {
            self.eat_words("FULL");
        }
        let retain_hours = if self.eat_words("RETAIN") {
            let start = self.here();
            self.expect(TokenKind::Number, "a number of hours")?;
            let hours = self.text_since(start);
            self.expect_words("HOURS")?;
            Some(hours)
        } else {
            None
        };
        Ok(Maintenance::Vacuum { name, lite, retain_hours, dry_run: self.eat_words("DRY RUN") })
    }

    fn analyze(&mut self) -> Parse<Maintenance> {
        let on = if self.eat_words("TABLES") {
            let within = self.eat_words("IN") || self.eat_words("FROM");
            Analyzed::Tables { schema: if within { Some(self.name("the schema")?) } else { None } }
        } else {
            self.expect_words("TABLE")?;
            Analyzed::Table { name: self.name("the table")?, partition: self.optional_partition()? }
        };
        self.expect_words("COMPUTE")?;
        let what = match self.eat_one_of(&["STATISTICS", "DELTA STATISTICS", "STORAGE METRICS"]) {
            Some("DELTA STATISTICS") => Statistics::Delta,
            Some("STORAGE METRICS") => Statistics::Storage,
            Some(_) if self.eat_words("NOSCAN") => Statistics::Sizes,
            Some(_) if self.eat_words("FOR") => {
                if self.eat_words("ALL") {
                    self.expect_words("COLUMNS")?;
                    Statistics::AllColumns
                } else {
                    self.expect_words("COLUMNS")?;
                    let mut columns = vec![self.ident("a column name")?];
                    while self.eat(TokenKind::Comma) {
                        columns.push(self.ident("a column name")?);
                    }
                    Statistics::Columns(columns)
                }
            }
            Some(_) => Statistics::Table,
            None => return Err(self.expected("`STATISTICS`, `DELTA STATISTICS` or `STORAGE METRICS`")),
        };
        Ok(Maintenance::Analyze { on, what })
    }

    fn restore(&mut self) -> Parse<Maintenance> {
        if !self.word_at(1).is_empty() {
            self.eat_words("TABLE");
        }
        let name = self.name("the table")?;
        self.eat_words("TO");
        let to: Version = match self.version()? {
            Some(version) => version,
            None => return Err(self.expected("`TO VERSION AS OF` or `TO TIMESTAMP AS OF`")),
        };
        Ok(Maintenance::Restore { name, to })
    }

    fn undrop(&mut self) -> Parse<Maintenance> {
        let kind = match self.object_kind() {
            Some(
                kind @ (ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::StreamingTable
                | ObjectKind::Schema
                | ObjectKind::Catalog
                | ObjectKind::Volume),
            ) => kind,
            _ => return Err(self.expected("`TABLE`, `SCHEMA`, `CATALOG` or `VOLUME`")),
        };
        let by_id = self.is_words("WITH ID");
        let name = if by_id { None } else { Some(self.name("the name of the object")?) };
        let id = if self.eat_words("WITH ID") { Some(self.string("the identifier as a string")?) } else { None };
        let renamed = if self.eat_words("RENAME TO") { Some(self.name("the new name")?) } else { None };
        Ok(Maintenance::Undrop { kind, name, id, renamed })
    }

    fn repair(&mut self) -> Parse<Maintenance> {
        let name = self.name("the table")?;
        let action = match self.eat_one_of(&["ADD", "DROP", "SYNC METADATA", "SYNC"]) {
            None => RepairAction::Add,
            Some("SYNC METADATA") => RepairAction::SyncMetadata,
            Some(word) => {
                self.expect_words("PARTITIONS")?;
                match word {
                    "ADD" => RepairAction::Add,
                    "DROP" => RepairAction::Drop,
                    _ => RepairAction::Sync,
                }
            }
        };
        Ok(Maintenance::Repair { name, action })
    }

    fn reorganize(&mut self) -> Parse<Maintenance> {
        let name = self.name("the table")?;
        let predicate = if self.eat_words("WHERE") { Some(self.condition(&["APPLY"])?) } else { None };
        self.expect_words("APPLY")?;
        self.expect(TokenKind::LeftParen, "`(`")?;
        let start = self.here();
        if !["PURGE", "UPGRADE", "REWRITE", "CHECKPOINT"].iter().any(|word| self.is_words(word)) {
            return Err(self.expected("`PURGE` or `UPGRADE UNIFORM`"));
        }
        self.at = self.end_of_group();
        let apply = self.text_since(start);
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(Maintenance::Reorganize { name, predicate, apply })
    }

    /// After `CACHE`.
    fn cache(&mut self) -> Parse<Maintenance> {
        if self.is_words("SELECT") {
            return Ok(Maintenance::CacheSelect(Box::new(self.query_to_end()?)));
        }
        let lazy = self.eat_words("LAZY");
        self.expect_words("TABLE")?;
        let name = self.name("the table")?;
        let options: Vec<(Text, Text)> = if self.eat_words("OPTIONS") { self.properties()? } else { Vec::new() };
        let query = if self.eat_words("AS") || self.at_query() { Some(Box::new(self.query_to_end()?)) } else { None };
        Ok(Maintenance::Cache { lazy, name, options, query })
    }

    /// After `CONVERT TO DELTA`.
    fn convert(&mut self) -> Parse<Maintenance> {
        let table = self.name("the table, or a format and a path")?;
        let statistics = !self.eat_words("NO STATISTICS");
        let mut partitioned_by = Vec::new();
        if self.eat_words("PARTITIONED BY") {
            partitioned_by = self.parenthesized("a column", |cursor| {
                let column = cursor.ident("a column name")?;
                Ok((column, super::types::data_type(cursor)?))
            })?;
        }
        Ok(Maintenance::Convert { table, partitioned_by, statistics })
    }

    fn sync(&mut self) -> Parse<Maintenance> {
        let kind = match self.object_kind() {
            Some(kind @ (ObjectKind::Schema | ObjectKind::Table)) => kind,
            _ => return Err(self.expected("`SCHEMA` or `TABLE`")),
        };
        let target = self.name("the target")?;
        let as_external = self.eat_words("AS EXTERNAL");
        self.expect_words("FROM")?;
        let source = self.name("the source")?;
        let owner = if self.eat_words("SET OWNER") { Some(self.principal()?) } else { None };
        Ok(Maintenance::Sync { kind, as_external, target, source, owner, dry_run: self.eat_words("DRY RUN") })
    }

    /// After `REFRESH`.
    pub(super) fn refresh(&mut self) -> Parse<StatementKind> {
        let maintain = |statement| Ok(StatementKind::Maintain(Box::new(statement)));
        match self.eat_one_of(&["STREAMING TABLE", "MATERIALIZED VIEW", "FOREIGN", "FUNCTION", "TABLE"]) {
            Some("STREAMING TABLE" | "MATERIALIZED VIEW") => {}
            Some("FOREIGN") => {
                let before = self.here();
                let on = self.securable()?;
                if !matches!(on.kind, ObjectKind::Catalog | ObjectKind::Schema | ObjectKind::Table) {
                    return Err(SyntaxError::new(before, "expected `CATALOG`, `SCHEMA` or `TABLE`"));
                }
                return maintain(Maintenance::RefreshForeign(on));
            }
            Some("FUNCTION") => return maintain(Maintenance::RefreshFunction { name: self.name("the function")? }),
            Some(_) => return maintain(Maintenance::RefreshTable { name: self.name("the table")? }),
            None if self.is_name() && self.kind(1).is_none_or(|kind| kind == TokenKind::Dot) => {
                return maintain(Maintenance::RefreshTable { name: self.name("the table")? });
            }
            None => return Err(self.expected("`STREAMING TABLE`, `MATERIALIZED VIEW`, `TABLE` or `FOREIGN`")),
        }
        let name = self.name("the dataset")?;
        let full = self.eat_words("FULL");
        let wait = self.eat_one_of(&["SYNC", "ASYNC"]).map(|word| word == "SYNC");
        let full = full || self.eat_words("FULL");
        self.expect_end()?;
        Ok(StatementKind::Refresh { name, full, wait })
    }
}
