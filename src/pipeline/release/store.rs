//! Where releases and the history are kept: beside the state of the target.
//!
//! ```text
//! releases/<digest>.json             a release; written once
//! releases/blobs/<sha256>            the pieces of its archive; written once, before it
//! history/<serial>.json              a deployment that came to its end; written once
//! history/<serial>.verification.json what was proved of it last
//! ```

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::apply::{ApplyError, HISTORY, RELEASES, Storage, WorkspaceStorage};
use crate::ident::ContentHash;
use crate::release::{Archive, Entry, Release, ReleaseError, Verification};

use super::super::{PipelineError, Workspace};
use super::Built;

/// Reads or writes at once.
const AT_ONCE: usize = 16;

/// What is kept of a target's releases.
pub struct Kept {
    storage: WorkspaceStorage,
}

fn release_path(digest: &ContentHash) -> String {
    format!("{RELEASES}/{digest}.json")
}

fn blob_path(piece: &ContentHash) -> String {
    format!("{}/{piece}", blobs())
}

fn blobs() -> String {
    format!("{RELEASES}/blobs")
}

fn entry_path(serial: u64) -> String {
    format!("{HISTORY}/{serial:06}.json")
}

fn verification_path(serial: u64) -> String {
    format!("{HISTORY}/{serial:06}.verification.json")
}

/// Of the file of an entry.
fn serial_of(name: &str) -> Option<u64> {
    name.strip_suffix(".json")?.parse().ok()
}

impl Workspace {
    /// The releases and the history of a solution on a target.
    pub fn kept(&self, unit: &str, target: &str) -> Kept {
        Kept { storage: self.storage(unit, target) }
    }
}

impl Kept {
    async fn read(&self, path: &str) -> Result<Option<Bytes>, PipelineError> {
        Ok(self.storage.read(path).await.map_err(ApplyError::Storage)?)
    }

    async fn list(&self, folder: &str) -> Result<Vec<String>, PipelineError> {
        Ok(self.storage.list(folder).await.map_err(ApplyError::Storage)?)
    }

    /// Of every deployment, from the first.
    pub async fn serials(&self) -> Result<Vec<u64>, PipelineError> {
        let mut serials: Vec<u64> = self.list(HISTORY).await?.iter().filter_map(|name| serial_of(name)).collect();
        serials.sort_unstable();
        Ok(serials)
    }

    /// The last deployments, from the oldest of them.
    pub async fn entries(&self, most: usize) -> Result<Vec<Entry>, PipelineError> {
        let serials = self.serials().await?;
        let wanted = serials.into_iter().rev().take(most).rev();
        let reads = stream::iter(wanted.map(|serial| async move {
            let bytes = self.read(&entry_path(serial)).await?;
            bytes.map(|bytes| Ok(Entry::parse(&bytes)?)).transpose()
        }));
        reads.buffered(AT_ONCE).try_filter_map(|entry| async move { Ok(entry) }).try_collect().await
    }

    /// The last deployment.
    pub async fn latest(&self) -> Result<Option<Entry>, PipelineError> {
        Ok(self.entries(1).await?.pop())
    }

    /// What was proved of a deployment last.
    pub async fn verification(&self, serial: u64) -> Result<Option<Verification>, PipelineError> {
        let bytes = self.read(&verification_path(serial)).await?;
        Ok(bytes.map(|bytes| Verification::parse(&bytes)).transpose()?)
    }

    pub async fn verified(&self, verification: &Verification) -> Result<(), PipelineError> {
        let bytes = Bytes::from(verification.to_bytes()?);
        let path = verification_path(verification.serial);
        Ok(self.storage.write(&path, bytes).await.map_err(ApplyError::Storage)?)
    }

    pub async fn release(&self, digest: &ContentHash) -> Result<Release, PipelineError> {
        let bytes = self.read(&release_path(digest)).await?;
        let bytes = bytes.ok_or_else(|| PipelineError::NoRelease(digest.clone()))?;
        let release = Release::parse(&bytes)?;
        if release.digest != *digest {
            return Err(ReleaseError::Changed { named: digest.clone(), found: release.digest }.into());
        }
        Ok(release)
    }

    /// A release with all that is in it; every byte is what its digest says.
    pub async fn built(&self, digest: &ContentHash) -> Result<Built, PipelineError> {
        let release = self.release(digest).await?;
        let mut packed = Vec::new();
        let mut pieces = Vec::new();
        for piece in &release.archive {
            let bytes = self.read(&blob_path(piece)).await?.ok_or_else(|| ReleaseError::Damaged(piece.clone()))?;
            if ContentHash::of(&bytes) != *piece {
                return Err(ReleaseError::Damaged(piece.clone()).into());
            }
            packed.extend_from_slice(&bytes);
            pieces.push(bytes);
        }
        let archive = Archive::unpack(&packed)?;
        Ok(Built { release, archive, pieces })
    }

    /// Keeps a release, unless it is there already.
    pub(super) async fn keep(&self, built: &Built) -> Result<(), PipelineError> {
        let path = release_path(&built.release.digest);
        if self.read(&path).await?.is_some() {
            return Ok(());
        }
        // Releases come with pieces.
        self.storage.expect_folder(&blobs()).await;
        let pieces = built.release.archive.iter().zip(&built.pieces);
        // Whatever has this name has this content.
        let writes =
            pieces.map(|(piece, bytes)| async move { self.storage.create(&blob_path(piece), bytes.clone()).await });
        let writes = stream::iter(writes).buffer_unordered(AT_ONCE);
        writes.try_for_each(|_| async { Ok(()) }).await.map_err(ApplyError::Storage)?;
        let bytes = Bytes::from(built.release.to_bytes()?);
        self.storage.create(&path, bytes).await.map_err(ApplyError::Storage)?;
        Ok(())
    }

    /// Adds an entry; `false` if somebody else has taken its serial.
    pub(super) async fn add(&self, entry: &Entry) -> Result<bool, PipelineError> {
        let bytes = Bytes::from(entry.to_bytes()?);
        Ok(self.storage.create(&entry_path(entry.serial), bytes).await.map_err(ApplyError::Storage)?)
    }

    /// Removes all entries but the last `keep`, the releases that no entry names any more, and then the pieces that no
    /// release names. Killed anywhere, it leaves nothing that names what is gone. The result counts entries and releases.
    pub async fn prune(&self, keep: usize) -> Result<(usize, usize), PipelineError> {
        let remove = async |path: &str| self.storage.remove(path).await.map_err(ApplyError::Storage);
        let entries = self.entries(usize::MAX).await?;
        let (old, kept) = entries.split_at(entries.len().saturating_sub(keep.max(1)));
        for entry in old {
            remove(&verification_path(entry.serial)).await?;
            remove(&entry_path(entry.serial)).await?;
        }
        let needed: BTreeSet<&ContentHash> = kept.iter().map(|entry| &entry.release).collect();
        let mut pieces = BTreeSet::new();
        let mut removed = 0;
        for name in self.list(RELEASES).await? {
            let Some(digest) = name.strip_suffix(".json") else { continue };
            if needed.iter().any(|needed| needed.as_str() == digest) {
                let bytes = self.read(&format!("{RELEASES}/{name}")).await?.unwrap_or_default();
                pieces.extend(Release::parse(&bytes)?.archive);
            } else {
                remove(&format!("{RELEASES}/{name}")).await?;
                removed += 1;
            }
        }
        for name in self.list(&blobs()).await? {
            if !pieces.iter().any(|piece| piece.as_str() == name) {
                remove(&format!("{}/{name}", blobs())).await?;
            }
        }
        Ok((old.len(), removed))
    }
}
