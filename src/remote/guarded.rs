//! Writes of documents that hold only if nobody has changed them since they were looked at.

use crate::api::ApiError;

use super::RemoteError;

/// What a document looks like after a write whose outcome is unknown, or that was refused as too late.
pub(super) struct Look {
    pub(super) etag: Option<String>,
    /// It is as the write would have it.
    pub(super) written: bool,
    /// It is as it was seen before the write.
    pub(super) unchanged: bool,
}

/// Writes under an etag. Where the answer was lost, or the service says that the document is another, it is looked at:
/// if it is as we would have it, we were the other one; if only its etag is another (a service may rewrite what it
/// stores), the write is sent once more. The result is the etag after it.
pub(super) async fn guarded<W, L>(
    etag: Option<&str>,
    write: impl Fn(Option<String>) -> W,
    look: impl Fn() -> L,
) -> Result<Option<String>, RemoteError>
where
    W: Future<Output = Result<Option<String>, ApiError>>,
    L: Future<Output = Result<Option<Look>, ApiError>>,
{
    let error = match write(etag.map(str::to_string)).await {
        Ok(etag) => return Ok(etag),
        Err(error) => error,
    };
    if !error.is_conflict() && !error.may_have_taken_effect() {
        return Err(error.into());
    }
    match look().await? {
        Some(look) if look.written => Ok(look.etag),
        Some(look) if look.unchanged => Ok(write(look.etag).await?),
        // Somebody else has changed it, or taken it away.
        _ => Err(error.into()),
    }
}
