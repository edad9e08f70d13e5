//! A transaction as callers see it: a reader on one snapshot, and the writer, which reads too.

use std::cell::{Cell, RefCell};
use std::ops::Deref;

use duckdb::types::{ToSql, ToSqlOutput, Value};
use duckdb::{Connection, Params, Row};

use super::{FileTree, StoreError, TreePath, VolumePath};
use crate::ident::TableName;
use crate::sys::System;

/// One consistent view of the store.
pub struct Reader<'a> {
    connection: &'a Connection,
    system: &'a System,
    /// Somebody ran statements of their own: what they did is not known here.
    direct: Cell<bool>,
    /// A statement failed. DuckDB takes none more in this transaction.
    broken: Cell<bool>,
}

/// The writing transaction. Everything done through it commits together.
pub struct Writer<'a> {
    reader: Reader<'a>,
    done: RefCell<Done>,
    /// Whether what is done may have to be done again.
    notes: bool,
    volumes: FileTree,
}

/// What a writer did.
#[derive(Default)]
pub(super) struct Done {
    pub(super) statements: Vec<Statement>,
    /// Folders of volumes to remove once the transaction has committed: the disk cannot roll back.
    pub(super) doomed: Vec<TreePath>,
}

/// One that changed something, as it can be run again.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
}

impl Statement {
    pub(super) fn run(&self, connection: &Connection) -> duckdb::Result<()> {
        connection.prepare_cached(&self.sql)?.execute(duckdb::params_from_iter(&self.params)).map(drop)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(connection: &'a Connection, system: &'a System) -> Self {
        Self { connection, system, direct: Cell::new(false), broken: Cell::new(false) }
    }

    /// For the engine, which runs lowered SQL in the same transaction.
    pub(crate) fn connection(&self) -> &'a Connection {
        self.direct.set(true);
        self.connection
    }

    pub fn system(&self) -> &'a System {
        self.system
    }

    /// Microseconds since the epoch.
    pub fn now(&self) -> i64 {
        self.system.clock.now().timestamp_micros()
    }

    pub(super) fn query<T>(
        &self,
        sql: &str,
        params: impl Params,
        f: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows =
            || -> duckdb::Result<Vec<T>> { self.connection.prepare_cached(sql)?.query_map(params, f)?.collect() };
        self.noting(rows())
    }

    pub(super) fn query_optional<T>(
        &self,
        sql: &str,
        params: impl Params,
        f: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.query(sql, params, f)?.into_iter().next())
    }

    fn noting<T>(&self, result: duckdb::Result<T>) -> Result<T, StoreError> {
        if result.is_err() {
            self.broken.set(true);
        }
        Ok(result?)
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(connection: &'a Connection, system: &'a System, volumes: FileTree, notes: bool) -> Self {
        Self { reader: Reader::new(connection, system), done: RefCell::default(), notes, volumes }
    }

    /// The next of the store's numbers, which only grow.
    pub(super) fn next_number(&self) -> Result<i64, StoreError> {
        let next = "SELECT nextval('_lakesmith.counter')";
        let number = self.query_optional(next, [], |row| row.get(0))?.unwrap_or_default();
        // The log tells that a number is taken only for the transaction that took one.
        self.note(next, Vec::new());
        Ok(number)
    }

    /// The folder is written down as well: what is not removed after the commit, because of a crash or of the disk, is
    /// removed at the next start, or when a volume of that name is made again.
    pub(super) fn after_commit_remove(&self, folder: TreePath) -> Result<(), StoreError> {
        self.execute("INSERT INTO _lakesmith.doomed_folders VALUES (?)", duckdb::params![folder.text()])?;
        self.done.borrow_mut().doomed.push(folder);
        Ok(())
    }

    /// Makes room for a new volume: what an earlier one of that name has left goes, and only that. A folder that is not
    /// written down as such was put there by somebody, who finds it in the new volume.
    pub(super) fn remove_doomed_folder(&self, volume: &TableName) -> Result<(), StoreError> {
        let folder = VolumePath::root(volume)?;
        if self.execute(FORGET, duckdb::params![folder.text()])? > 0 {
            self.volumes.remove_dir(&folder)?;
        }
        Ok(())
    }

    pub(super) fn copy_volume(&self, from: &TreePath, to: &TreePath) -> Result<(), StoreError> {
        self.volumes.copy_dir(from, to)
    }

    /// Removes the folders of volumes that were dropped before, as far as the disk lets it.
    pub(super) fn sweep(&self) -> Result<(), StoreError> {
        let folders = self.query("SELECT path FROM _lakesmith.doomed_folders", [], |row| row.get::<_, String>(0))?;
        for folder in folders {
            if self.volumes.remove_dir(&TreePath::parse(&folder)?).is_ok() {
                self.execute(FORGET, duckdb::params![folder])?;
            }
        }
        Ok(())
    }

    /// Whether nothing was done that a rollback would undo, and the transaction takes further statements.
    pub(super) fn left_no_trace(&self) -> bool {
        self.notes && self.done.borrow().statements.is_empty() && !self.direct.get() && !self.broken.get()
    }

    /// Whether all that was done is known here, as statements that can be run again. A folder that is removed after the
    /// commit is nothing for the next writer to find.
    pub(super) fn can_run_again(&self) -> bool {
        self.notes && !self.direct.get() && self.done.borrow().doomed.is_empty()
    }

    /// Whether a statement failed: its caller may have passed over that.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.get()
    }

    pub(super) fn into_done(self) -> Done {
        self.done.into_inner()
    }

    /// The number of rows changed.
    pub(super) fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> Result<usize, StoreError> {
        let run = || -> duckdb::Result<_> {
            let noted = if self.notes { params } else { &[] };
            let values = noted.iter().map(|param| value(*param)).collect::<duckdb::Result<Vec<_>>>()?;
            let changed = self.connection.prepare_cached(sql)?.execute(params)?;
            Ok((changed, values))
        };
        let (changed, params) = self.noting(run())?;
        self.note(sql, params);
        Ok(changed)
    }

    fn note(&self, sql: &str, params: Vec<Value>) {
        if self.notes {
            self.done.borrow_mut().statements.push(Statement { sql: sql.to_string(), params });
        }
    }
}

const FORGET: &str = "DELETE FROM _lakesmith.doomed_folders WHERE path = ?";

impl Done {
    /// What fails here must not fail the transaction, which has committed: `sweep` tries again. What was removed is
    /// forgotten at once: a folder that comes to the same place later is not what the volume left.
    pub(super) fn committed(mut self, connection: &Connection, volumes: &FileTree) {
        self.doomed.retain(|folder| volumes.remove_dir(folder).is_ok());
        for folder in self.doomed {
            let _ = connection.execute(FORGET, [folder.text()]);
        }
    }
}

fn value(param: &dyn ToSql) -> duckdb::Result<Value> {
    Ok(match param.to_sql()? {
        ToSqlOutput::Borrowed(value) => value.to_owned(),
        ToSqlOutput::Owned(value) => value,
        // Of the crate's further kinds none is used here.
        _ => return Err(duckdb::Error::InvalidParameterName("an unknown kind of parameter".to_string())),
    })
}

impl<'a> Deref for Writer<'a> {
    type Target = Reader<'a>;

    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}
