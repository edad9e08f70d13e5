//! Folders of the workspace tree: made once, before the first thing that is put into them.

use bytes::Bytes;

use crate::api::{ApiError, Client, workspace};

use super::{Remote, RemoteError};

impl Remote {
    /// Makes a folder of the workspace once, with those above it.
    pub async fn ensure_folder(&self, path: &str) -> Result<(), RemoteError> {
        // Held over the call: others that want the same folder wait for it.
        let mut folders = self.folders.lock().await;
        if !folders.contains(path) {
            workspace::mkdirs(&self.client, path).await?;
            folders.extend(with_those_above(path));
        }
        Ok(())
    }

    /// Writes a file of the workspace into its folder, which is made unless it is known to be there.
    pub async fn import(
        &self,
        client: &Client,
        path: &str,
        content: &Bytes,
        overwrite: bool,
    ) -> Result<(), RemoteError> {
        let import = || workspace::import(client, path, content.clone(), overwrite);
        let Some((folder, _)) = path.rsplit_once('/') else { return Ok(import().await?) };
        self.ensure_folder(folder).await?;
        match import().await {
            Err(error) if error.is_missing_folder() => {
                self.forget_folder(folder).await;
                self.ensure_folder(folder).await?;
                Ok(import().await?)
            }
            result => Ok(result?),
        }
    }

    pub async fn knows_folder(&self, path: &str) -> bool {
        self.folders.lock().await.contains(path)
    }

    /// A folder that was seen, so that it need not be made.
    pub async fn know_folder(&self, path: &str) {
        self.folders.lock().await.extend(with_those_above(path));
    }

    /// After a folder was deleted, with what was inside.
    pub async fn forget_folder(&self, path: &str) {
        let below = format!("{path}/");
        self.folders.lock().await.retain(|folder| folder != path && !folder.starts_with(&below));
    }

    /// Runs a create in a folder, which is made once for all that lie in it; if it is missing all the same, it is made and
    /// the create tried once more.
    pub(super) async fn in_folder<T, F>(&self, folder: Option<&str>, create: impl Fn() -> F) -> Result<T, RemoteError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        if let Some(folder) = folder {
            // Who may write into a folder may not be allowed to make it: what matters is what the create says.
            let _made_or_there = self.ensure_folder(folder).await;
        }
        match (create().await, folder) {
            (Err(error), Some(folder)) if error.is_missing_folder() => {
                self.forget_folder(folder).await;
                self.ensure_folder(folder).await?;
                Ok(create().await?)
            }
            (result, _) => Ok(result?),
        }
    }
}

fn with_those_above(path: &str) -> impl Iterator<Item = String> {
    let above = |path: &str| Some(path.rsplit_once('/')?.0).filter(|above| !above.is_empty()).map(str::to_string);
    std::iter::successors(Some(path.to_string()), move |path| above(path))
}
