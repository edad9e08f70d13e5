//! What a run does to a workspace. The one implementor beside the tests' is [`Remote`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::remote::{Deletion, Item, Remote, RemoteError};
use crate::resource::Observed;

pub trait Effects: Send + Sync {
    fn create(&self, item: &Item<'_>) -> impl Future<Output = Result<Observed, RemoteError>> + Send;

    fn update(&self, id: &str, item: &Item<'_>) -> impl Future<Output = Result<Observed, RemoteError>> + Send;

    /// Success also if there is nothing.
    fn delete(&self, deletion: &Deletion<'_>) -> impl Future<Output = Result<(), RemoteError>> + Send;

    /// What a create at or after `since` made, if it took effect.
    fn find(
        &self,
        item: &Item<'_>,
        since: DateTime<Utc>,
        known: &BTreeSet<String>,
    ) -> impl Future<Output = Result<Option<Observed>, RemoteError>> + Send;

    /// The id of what has the name of a resource, if nothing that is `known` has it; see [`Remote::named`].
    fn named(
        &self,
        _item: &Item<'_>,
        _known: &BTreeSet<String>,
    ) -> impl Future<Output = Result<Option<String>, RemoteError>> + Send {
        async { Ok(None) }
    }

    /// The etags of workspace files that were just written, by path, as far as they are told; see [`Remote::stamps`].
    fn stamps(
        &self,
        _written: &BTreeMap<String, u64>,
    ) -> impl Future<Output = Result<BTreeMap<String, String>, RemoteError>> + Send {
        async { Ok(BTreeMap::new()) }
    }

    fn warehouse(&self) -> impl Future<Output = Result<String, RemoteError>> + Send;
}

impl Effects for Remote {
    async fn create(&self, item: &Item<'_>) -> Result<Observed, RemoteError> {
        Remote::create(self, item).await
    }

    async fn update(&self, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
        Remote::update(self, id, item).await
    }

    async fn delete(&self, deletion: &Deletion<'_>) -> Result<(), RemoteError> {
        Remote::delete(self, deletion).await
    }

    async fn find(
        &self,
        item: &Item<'_>,
        since: DateTime<Utc>,
        known: &BTreeSet<String>,
    ) -> Result<Option<Observed>, RemoteError> {
        Remote::find(self, item, since, known).await
    }

    async fn named(&self, item: &Item<'_>, known: &BTreeSet<String>) -> Result<Option<String>, RemoteError> {
        Remote::named(self, item, known).await
    }

    async fn stamps(&self, written: &BTreeMap<String, u64>) -> Result<BTreeMap<String, String>, RemoteError> {
        Remote::stamps(self, written).await
    }

    async fn warehouse(&self) -> Result<String, RemoteError> {
        Ok(self.default_warehouse().await?.to_string())
    }
}
