//! A transaction as callers see it: a reader on one snapshot, and the writer, which reads too.

use std::cell::RefCell;
use std::ops::Deref;

use duckdb::{Connection, Params, Row};

use super::{FileTree, StoreError, TreePath, VolumePath};
use crate::ident::TableName;
use crate::sys::System;

/// One consistent view of the store.
pub struct Reader<'a> {
    connection: &'a Connection,
    system: &'a System,
}

/// The writing transaction. Everything done through it commits together.
pub struct Writer<'a> {
    reader: Reader<'a>,
    /// Folders of volumes to remove once the transaction has committed: the disk cannot roll back.
    doomed: RefCell<Vec<TreePath>>,
    volumes: FileTree,
}

impl<'a> Reader<'a> {
    pub(super) fn new(connection: &'a Connection, system: &'a System) -> Self {
        Self { connection, system }
    }

    /// For the engine, which runs lowered SQL in the same transaction.
    pub(crate) fn connection(&self) -> &'a Connection {
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
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, f)?;
        Ok(rows.collect::<duckdb::Result<_>>()?)
    }

    pub(super) fn query_optional<T>(
        &self,
        sql: &str,
        params: impl Params,
        f: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.query(sql, params, f)?.into_iter().next())
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(connection: &'a Connection, system: &'a System, volumes: FileTree) -> Self {
        Self { reader: Reader::new(connection, system), doomed: RefCell::new(Vec::new()), volumes }
    }

    /// The folder is written down as well: what is not removed after the commit, because of a crash or of the disk, is
    /// removed at the next start, or when a volume of that name is made again.
    pub(super) fn after_commit_remove(&self, folder: TreePath) -> Result<(), StoreError> {
        self.execute("INSERT INTO _lakesmith.doomed_folders VALUES (?)", [folder.text()])?;
        self.doomed.borrow_mut().push(folder);
        Ok(())
    }

    /// Makes room for a new volume: what an earlier one of that name has left goes, and only that. A folder that is not
    /// written down as such was put there by somebody, who finds it in the new volume.
    pub(super) fn remove_doomed_folder(&self, volume: &TableName) -> Result<(), StoreError> {
        let folder = VolumePath::root(volume)?;
        if self.execute("DELETE FROM _lakesmith.doomed_folders WHERE path = ?", [folder.text()])? > 0 {
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
                self.execute("DELETE FROM _lakesmith.doomed_folders WHERE path = ?", [folder])?;
            }
        }
        Ok(())
    }

    /// What fails here must not fail the transaction, which has committed: `sweep` tries again. What was removed is
    /// forgotten at once: a folder that comes to the same place later is not what the volume left.
    pub(super) fn committed(self) {
        let mut gone = self.doomed.take();
        gone.retain(|folder| self.volumes.remove_dir(folder).is_ok());
        for folder in gone {
            let _ = self.execute("DELETE FROM _lakesmith.doomed_folders WHERE path = ?", [folder.text()]);
        }
    }

    /// The number of rows changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }
}

impl<'a> Deref for Writer<'a> {
    type Target = Reader<'a>;

    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}
