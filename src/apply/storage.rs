//! Where state, journal and lease are kept: a folder with atomic creation of files.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::api::{Client, workspace};
use crate::remote::{Remote, RemoteError};

use super::document::is_own;
use super::lease;

/// Paths are relative and use `/`; a file in a folder that does not exist yet makes it.
pub trait Storage: Send + Sync + 'static {
    fn read(&self, path: &str) -> impl Future<Output = Result<Option<Bytes>, RemoteError>> + Send;

    /// `false`, and nothing happens, if there is such a file already: of two that try, one gets `true`.
    fn create(&self, path: &str, content: Bytes) -> impl Future<Output = Result<bool, RemoteError>> + Send;

    /// Replaces the file or makes it.
    fn write(&self, path: &str, content: Bytes) -> impl Future<Output = Result<(), RemoteError>> + Send;

    /// The names in a folder, sorted; none if there is no such folder.
    fn list(&self, folder: &str) -> impl Future<Output = Result<Vec<String>, RemoteError>> + Send;

    /// A file or a whole folder; success also if there is nothing.
    fn remove(&self, path: &str) -> impl Future<Output = Result<(), RemoteError>> + Send;
}

/// How long to wait before each attempt to make a file whose answer may be lost.
const AGAIN: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// A folder in the workspace tree.
#[derive(Clone)]
pub struct WorkspaceStorage {
    remote: Arc<Remote>,
    /// A lease that is not renewed because files are uploaded is lost.
    client: Client,
    root: String,
    /// What lakesmith keeps of all projects.
    base: String,
}

impl WorkspaceStorage {
    /// `base` is the folder of all projects, `place` that of one project and target below it.
    pub fn new(remote: Arc<Remote>, base: &str, place: &str) -> Self {
        let client = remote.client().in_front();
        Self { remote, client, root: format!("{base}/{place}"), base: base.to_string() }
    }

    /// Removes the folder with what lakesmith keeps in it, and the folders above that lakesmith made for it if they are
    /// empty. The result is what somebody else has put there: it stays, and so do the folders around it.
    pub async fn clear(&self) -> Result<Vec<String>, RemoteError> {
        let mut path = self.root.as_str();
        let foreign = self.foreign().await?;
        if !foreign.is_empty() {
            let mut own: Vec<String> = self.list("").await?.into_iter().filter(|name| is_own(name)).collect();
            // The lease last: until then nobody else begins.
            own.sort_by_key(|name| name == lease::FOLDER);
            for name in own {
                self.remove(&name).await?;
            }
            return Ok(foreign);
        }
        workspace::delete(&self.client, path, true).await?;
        self.remote.forget_folder(path).await;
        // Folders above lakesmith's own are never touched.
        let inside_base = |path: &&str| {
            let above = path.rsplit_once('/').map_or("", |(above, _)| above);
            let below = above.strip_prefix(self.base.as_str());
            // A folder of another name was there before.
            below.is_some_and(|rest| rest.starts_with('/') || rest.is_empty() && above.ends_with("/.lakesmith"))
        };
        while let Some((above, _)) = Some(path).filter(inside_base).and_then(|path| path.rsplit_once('/')) {
            let inside = workspace::list(&self.client, above).await?;
            if inside.is_none_or(|objects| !objects.is_empty()) {
                return Ok(Vec::new());
            }
            workspace::delete(&self.client, above, false).await?;
            self.remote.forget_folder(above).await;
            path = above;
        }
        Ok(Vec::new())
    }

    /// What is in the folder beside the state, its journal and its lease, by path; folders alone do not count.
    async fn foreign(&self) -> Result<Vec<String>, RemoteError> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for object in workspace::list(&self.client, &folder).await?.unwrap_or_default() {
                let name = object.path.rsplit('/').next().unwrap_or_default();
                if folder == self.root && is_own(name) {
                    continue;
                }
                match object.object_type.as_str() {
                    "DIRECTORY" => folders.push(object.path),
                    _ => found.push(object.path),
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn path(&self, path: &str) -> String {
        if path.is_empty() { self.root.clone() } else { format!("{}/{path}", self.root) }
    }

    /// Takes a folder to be there if the one above it is, until a file that is written into it finds that it is not.
    pub async fn expect_folder(&self, folder: &str) {
        let path = self.path(folder);
        if let Some((above, _)) = path.rsplit_once('/')
            && self.remote.knows_folder(above).await
        {
            self.remote.know_folder(&path).await;
        }
    }

    async fn import(&self, path: &str, content: &Bytes, overwrite: bool) -> Result<(), RemoteError> {
        self.remote.import(&self.client, path, content, overwrite).await
    }
}

impl Storage for WorkspaceStorage {
    async fn read(&self, path: &str) -> Result<Option<Bytes>, RemoteError> {
        Ok(workspace::export(&self.client, &self.path(path)).await?)
    }

    async fn create(&self, path: &str, content: Bytes) -> Result<bool, RemoteError> {
        let path = self.path(path);
        let client = &self.client;
        let mut lost = None;
        // What lies in the way of the folder is not what lies in the way of the file.
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.remote.ensure_folder(folder).await?;
        }
        for wait in AGAIN {
            tokio::time::sleep(wait).await;
            match self.import(&path, &content, false).await {
                Ok(()) => return Ok(true),
                // The answer was lost before: the file is ours exactly if it holds what was sent.
                Err(error) if error.is_existing() && lost.is_some() => {
                    return Ok(workspace::export(client, &path).await? == Some(content));
                }
                Err(error) if error.is_existing() => return Ok(false),
                Err(error) if error.may_have_taken_effect() => match workspace::export(client, &path).await? {
                    Some(found) => return Ok(found == content),
                    None => lost = Some(error),
                },
                Err(error) => return Err(error),
            }
        }
        Err(lost.unwrap_or(RemoteError::Incomplete { key: path, what: "answer" }))
    }

    async fn write(&self, path: &str, content: Bytes) -> Result<(), RemoteError> {
        self.import(&self.path(path), &content, true).await
    }

    async fn list(&self, folder: &str) -> Result<Vec<String>, RemoteError> {
        let folder = self.path(folder);
        let Some(objects) = workspace::list(&self.client, &folder).await? else { return Ok(Vec::new()) };
        self.remote.know_folder(&folder).await;
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_string();
        for inside in objects.iter().filter(|object| object.object_type == "DIRECTORY") {
            self.remote.know_folder(&format!("{folder}/{}", name(&inside.path))).await;
        }
        let mut names: Vec<String> = objects.iter().map(|object| name(&object.path)).collect();
        names.sort();
        Ok(names)
    }

    async fn remove(&self, path: &str) -> Result<(), RemoteError> {
        let path = self.path(path);
        workspace::delete(&self.client, &path, true).await?;
        self.remote.forget_folder(&path).await;
        Ok(())
    }
}
