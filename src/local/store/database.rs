//! Opening the data folder, and transactions on it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use duckdb::{Config, Connection};

use super::error::Failure;
use super::group::{Group, begin, lock};
use super::{FileTree, Reader, StoreError, Writer, layout};
use crate::sys::{System, fs};

#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The data folder; made if absent.
    pub data: PathBuf,
    /// DuckDB's own memory, in megabytes; beyond it queries spill to `<data>/spill`.
    pub memory_mb: u32,
    pub threads: u32,
}

impl StoreOptions {
    /// Half of the cores: a query's own threads spin while they wait for each other, and the work comes as several
    /// statements or flows at a time. The limit keeps a process that loads, updates and serves below 1 GiB: with
    /// 11 million rows (`demo up insurance --scale 10`) 973 MiB were measured, with 4 million (`--scale 4`) 887 MiB.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, |count| u32::try_from(count.get()).unwrap_or(2));
        Self { data: data.into(), memory_mb: 640, threads: (cores / 2).max(1) }
    }
}

const FILE: &str = "workspace.duckdb";
/// Takes the place of the file when it is complete.
const COPY: &str = "workspace.duckdb.compact";
/// A smaller file is not worth a copy.
const WORTHWHILE: u64 = 8 * 1024 * 1024;

/// As many as a connection keeps prepared.
const STATEMENTS: usize = 64;

/// The open data folder. Clones share it; the last one closes it.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    data: PathBuf,
    system: System,
    /// Only cloned from, so that nobody who needs a connection waits for a transaction.
    root: Mutex<Connection>,
    writers: Group,
    /// Connections that no reader uses now.
    idle: Mutex<Vec<Connection>>,
    /// Released last: fields drop in order.
    _lock: fs::FileLock,
}

impl Store {
    pub fn open(options: &StoreOptions, system: System) -> Result<Self, StoreError> {
        let data = options.data.clone();
        usable(&data)?;
        fs::create_dir_all(&data)?;
        let lock = fs::try_lock(&data.join("lock"))?.ok_or_else(|| StoreError::InUse(data.clone()))?;
        // Of a process that was killed while it wrote it.
        fs::remove_file(&data.join(COPY))?;
        let root = connect(&data.join(FILE), &data.join("spill"), options)?;
        prepare(&root)?;
        let writers = Group::new(another(&root)?);
        let (root, idle) = (Mutex::new(root), Mutex::new(Vec::new()));
        let store = Self(Arc::new(Shared { data, system, root, writers, idle, _lock: lock }));
        store.write(|writer| writer.sweep())?;
        Ok(store)
    }

    /// Ends the use of the data folder. A database without tables gives the room that they have left back to the disk:
    /// DuckDB itself only uses it again. Does nothing while somebody else has a clone.
    pub fn close(self) -> Result<(), StoreError> {
        let Some(shared) = Arc::into_inner(self.0) else { return Ok(()) };
        // Only room is lost where it fails; what it has left behind goes at the next start.
        let copied = shared.copy_if_empty().unwrap_or(false);
        let Shared { data, root, writers, idle, _lock, .. } = shared;
        // The last connection closes the database, which puts its log into the file.
        drop((root, writers, idle));
        if copied {
            let (copy, file) = (data.join(COPY), data.join(FILE));
            // What a log still holds is not in the copy.
            match fs::exists(&data.join(format!("{FILE}.wal"))) {
                true => fs::remove_file(&copy)?,
                false => fs::rename(&copy, &file)?,
            }
        }
        Ok(())
    }

    pub fn data(&self) -> &Path {
        &self.0.data
    }

    pub fn system(&self) -> &System {
        &self.0.system
    }

    /// `/Volumes/…` on disk.
    pub fn volume_files(&self) -> FileTree {
        FileTree::new(self.0.data.join("volumes"))
    }

    /// `/Workspace/…` on disk.
    pub fn workspace_files(&self) -> FileTree {
        FileTree::new(self.0.data.join("workspace"))
    }

    /// Runs `f` on one consistent snapshot. What it writes by mistake is rolled back.
    pub fn read<T, E: From<StoreError>>(&self, f: impl FnOnce(&Reader<'_>) -> Result<T, E>) -> Result<T, E> {
        let connection = self.connection()?;
        begin(&connection)?;
        let result = f(&Reader::new(&connection, &self.0.system));
        let ended = connection.execute_batch("ROLLBACK");
        // A connection that cannot end its transaction is dropped, which ends it.
        if ended.is_ok() {
            lock(&self.0.idle).push(connection);
        }
        result
    }

    /// Runs `f` as one writer at a time: all that it does is committed if it succeeds, else it is without effect. Writers
    /// that come at the same time share a transaction and its commit; each sees what the others before it did.
    pub fn write<T, E: From<StoreError>>(&self, f: impl FnOnce(&Writer<'_>) -> Result<T, E>) -> Result<T, E> {
        self.0.writers.write(&self.0.system, &self.volume_files(), false, f)
    }

    /// As [`Store::write`], for work that may take long: nobody shares its transaction.
    pub(crate) fn write_alone<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&Writer<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.writers.write(&self.0.system, &self.volume_files(), true, f)
    }

    /// As [`Store::write`], but not waiting for other writers: for work that takes long and changes only rows of its own
    /// (a flow: its table, its checkpoints, new rows of the logs). Where two such transactions meet after all, one of
    /// them fails with [`StoreError::Conflict`] and has changed nothing.
    pub(crate) fn write_beside<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&Writer<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.connection()?;
        let result = self.transaction(&connection, f);
        lock(&self.0.idle).push(connection);
        result
    }

    fn transaction<T, E: From<StoreError>>(
        &self,
        connection: &Connection,
        f: impl FnOnce(&Writer<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        begin(connection)?;
        let writer = Writer::new(connection, &self.0.system, self.volume_files(), false);
        let result = f(&writer);
        if result.is_err() {
            // Where this fails too, the next `begin` rolls back.
            let _ = connection.execute_batch("ROLLBACK");
            return result;
        }
        self.0.writers.beside(|| connection.execute_batch("COMMIT")).map_err(StoreError::from)?;
        writer.into_done().committed(connection, &self.volume_files());
        result
    }

    /// A connection for one caller alone, outside the pool: long statements that must be cancellable run on it.
    pub(crate) fn connection(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = lock(&self.0.idle).pop() {
            return Ok(connection);
        }
        another(&lock(&self.0.root)).map_err(StoreError::from)
    }
}

impl Shared {
    /// Writes what a database without tables holds into a new file. `false` if it is not worth it.
    fn copy_if_empty(&self) -> Result<bool, StoreError> {
        if fs::stat(&self.data.join(FILE))?.is_none_or(|file| file.size < WORTHWHILE) {
            return Ok(false);
        }
        let connection = lock(&self.root);
        let count = "SELECT count(*) FROM _lakesmith.securables WHERE kind = 'table'";
        let tables: i64 = connection.query_row(count, [], |row| row.get(0))?;
        if tables > 0 {
            return Ok(false);
        }
        let copy = self.data.join(COPY);
        fs::remove_file(&copy)?;
        let path = copy.to_string_lossy().replace('\'', "''");
        connection.execute_batch(&format!(
            "ATTACH '{path}' AS compact; COPY FROM DATABASE workspace TO compact; DETACH compact"
        ))?;
        Ok(true)
    }
}

/// One more connection. It keeps its statements prepared: there are more of them than the crate keeps by itself.
fn another(root: &Connection) -> duckdb::Result<Connection> {
    let connection = root.try_clone()?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// DuckDB writes the log of `a?b/workspace.duckdb` to `a.wal?b/workspace.duckdb`, whatever the path's spelling, and it
/// takes texts only.
fn usable(data: &Path) -> Result<(), StoreError> {
    let reason = match data.to_str() {
        Some(path) if path.contains('?') => "DuckDB does not take paths with `?`; rename the folder",
        Some(_) => return Ok(()),
        None => "DuckDB does not take paths that are not valid UTF-8; rename the folder",
    };
    Err(StoreError::Folder { path: data.to_path_buf(), reason })
}

fn connect(file: &Path, spill: &Path, options: &StoreOptions) -> Result<Connection, StoreError> {
    let open = || -> duckdb::Result<Connection> {
        let config = Config::default()
            .enable_autoload_extension(false)?
            .with("autoinstall_known_extensions", "false")?
            .with("memory_limit", format!("{}MB", options.memory_mb))?
            .with("threads", options.threads.max(1).to_string())?
            .with("temp_directory", spill.to_string_lossy())?
            // A reader of a streaming table relies on the order in which its files were written.
            .with("preserve_insertion_order", "true")?;
        let connection = Connection::open_with_flags(file, config)?;
        connection.execute_batch("SET GLOBAL TimeZone = 'UTC'")?;
        // Trying these on every text column cost 12 % of the demo's time to save a third of the file's size. As an option
        // of opening the file it is not heeded.
        connection.execute_batch("SET GLOBAL disabled_compression_methods = 'fsst,dict_fsst'")?;
        register_functions(&connection)?;
        Ok(connection)
    };
    open().map_err(|source| match Failure::of(&source) {
        Failure::Locked => StoreError::InUse(file.to_path_buf()),
        Failure::Corrupt => StoreError::Corrupt { path: file.to_path_buf(), source },
        _ => source.into(),
    })
}

/// What DuckDB lacks.
pub(crate) fn register_functions(connection: &Connection) -> duckdb::Result<()> {
    super::exact::register(connection)?;
    super::letters::register(connection)
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    begin(connection)?;
    connection.execute_batch(layout::CREATE)?;
    let find = "SELECT CAST(value AS BIGINT) FROM _lakesmith.meta WHERE name = 'format'";
    match connection.query_row(find, [], |row| row.get::<_, i64>(0)) {
        Ok(found) if found > layout::FORMAT => {
            return Err(StoreError::Newer { found, known: layout::FORMAT });
        }
        Ok(_) => {}
        Err(duckdb::Error::QueryReturnedNoRows) => {
            let insert = "INSERT INTO _lakesmith.meta VALUES ('format', ?)";
            connection.execute(insert, [layout::FORMAT.to_string()])?;
        }
        Err(error) => return Err(error.into()),
    }
    connection.execute_batch("COMMIT").map_err(StoreError::from)
}
