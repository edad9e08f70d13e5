//! The journal in the workspace: segments of lines, one writer at a time, and what reading them finds.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::state::{Entry, Line, decode_lines, encode_line};

use super::{ApplyError, Storage};

pub(super) const FOLDER: &str = "journal";
/// Where damaged files are set aside.
pub(super) const DAMAGED: &str = "journal-corrupt";

/// Files read at once; the client limits calls further.
const AT_ONCE: usize = 16;

/// The journal of one run. Entries that wait while a segment is being written are the next segment, so that a thousand
/// steps do not make two thousand files.
#[derive(Default)]
pub(super) struct Writer {
    waiting: Mutex<Waiting>,
    /// How many entries are in the workspace, and in how many segments.
    written: tokio::sync::Mutex<Written>,
}

#[derive(Default)]
struct Waiting {
    lines: String,
    /// Of all entries so far.
    count: u64,
}

#[derive(Default)]
struct Written {
    entries: u64,
    segments: u64,
}

impl Writer {
    /// In order, and in the workspace before any later entry is; not necessarily on return.
    pub(super) fn note(&self, entry: &Entry) -> Result<u64, ApplyError> {
        let line = encode_line(entry).map_err(ApplyError::Encode)?;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.lines.push_str(&line);
        waiting.count += 1;
        Ok(waiting.count)
    }

    /// On return, the entry of this number and all before it are in the workspace.
    pub(super) async fn flush<S: Storage>(&self, storage: &S, run: &str, number: u64) -> Result<(), ApplyError> {
        // Held over the call: whoever comes meanwhile finds its entry written, or writes all that came meanwhile.
        let mut written = self.written.lock().await;
        if written.entries >= number {
            return Ok(());
        }
        let (lines, count) = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            (std::mem::take(&mut waiting.lines), waiting.count)
        };
        let path = format!("{FOLDER}/{run}/{:06}.jsonl", written.segments);
        if let Err(error) = storage.write(&path, Bytes::from(lines.clone())).await {
            // Not lost: the next segment begins with them. It has the same name, so that nothing is there twice.
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.lines.insert_str(0, &lines);
            return Err(ApplyError::Storage(error));
        }
        written.entries = count;
        written.segments += 1;
        Ok(())
    }

    /// All that was noted.
    pub(super) async fn flush_all<S: Storage>(&self, storage: &S, run: &str) -> Result<(), ApplyError> {
        let count = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).count;
        self.flush(storage, run, count).await
    }
}

/// What a run that did not end left.
pub(super) struct Left {
    pub(super) folder: String,
    pub(super) entries: Vec<Entry>,
    /// Files in which something is not as it was written, with their content.
    pub(super) damaged: Vec<(String, Bytes)>,
}

/// The journals of runs that did not end, oldest first.
pub(super) async fn read_all<S: Storage>(storage: &S) -> Result<Vec<Left>, ApplyError> {
    let runs = storage.list(FOLDER).await.map_err(ApplyError::Storage)?;
    let runs = stream::iter(runs.into_iter().map(async |run| {
        let folder = format!("{FOLDER}/{run}");
        let names = storage.list(&folder).await.map_err(ApplyError::Storage)?;
        let files = stream::iter(names.into_iter().map(async |name| {
            let content = storage.read(&format!("{folder}/{name}")).await.map_err(ApplyError::Storage)?;
            Ok::<_, ApplyError>((name, content))
        }));
        let files: Vec<(String, Option<Bytes>)> = files.buffered(AT_ONCE).try_collect().await?;
        let mut left = Left { folder, entries: Vec::new(), damaged: Vec::new() };
        for (name, content) in files {
            let Some(content) = content else { continue };
            let mut whole = true;
            for line in decode_lines(&name, &content)? {
                match line {
                    Line::Entry(entry) => left.entries.push(*entry),
                    Line::Damaged => whole = false,
                }
            }
            if !whole {
                left.damaged.push((name, content));
            }
        }
        Ok::<_, ApplyError>(left)
    }));
    runs.buffered(4).try_collect().await
}

impl Left {
    /// Copies what is damaged to where nobody reads it again, but people.
    pub(super) async fn set_aside<S: Storage>(&self, storage: &S) -> Result<Vec<String>, ApplyError> {
        let run = self.folder.rsplit('/').next().unwrap_or_default();
        let mut paths = Vec::new();
        for (name, content) in &self.damaged {
            let path = format!("{DAMAGED}/{run}-{name}");
            storage.write(&path, content.clone()).await.map_err(ApplyError::Storage)?;
            paths.push(path);
        }
        Ok(paths)
    }
}
