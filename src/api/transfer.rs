//! Content that is larger than an answer: files as they are sent, and results that are fetched by links.

use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::receive::exchange;
use super::{ApiError, Client, StatusError};
use crate::sys::fs;

/// Storage answers at once or is overloaded for a moment.
const DOWNLOAD_ATTEMPTS: u32 = 3;

impl Client {
    /// What a link leads to that is its own credential: ours must not be sent along. Neither the link nor the headers
    /// that come with it are ever shown.
    pub(super) async fn download(&self, link: &str, headers: &[(String, String)]) -> Result<Bytes, ApiError> {
        let host = reqwest::Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_string));
        let (call, host) = ("GET (a link to a result)".to_string(), host.unwrap_or_default());
        let mut attempt = 1;
        loop {
            let mut request = self.http().get(link);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let lost = match exchange(request, &self.0.transport.times, 0).await {
                Ok(answer) if answer.is_success() => return Ok(answer.body),
                Ok(answer) => {
                    let (status, error_code) = (answer.status, "STORAGE_ERROR".to_string());
                    // Nobody follows it: what comes with the link is for the link's own host.
                    let message = match status {
                        300..400 => "the storage sends the link on to another place".to_string(),
                        _ => "the storage refused the link".to_string(),
                    };
                    let error = StatusError { call: call.clone(), status, error_code, message, request_id: None };
                    let error = ApiError::Status(Box::new(error));
                    if status < 500 {
                        return Err(error);
                    }
                    error
                }
                Err(lost) => lost.into_error(&call, &host),
            };
            if attempt == DOWNLOAD_ATTEMPTS {
                return Err(lost);
            }
            tokio::time::sleep(Duration::from_millis(500) * attempt).await;
            attempt += 1;
        }
    }
}

/// So much of a file is in memory while it is sent.
const PIECE: usize = 256 * 1024;

/// A file, piece by piece, read off the threads that wait.
pub(super) fn pieces(path: PathBuf) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold(None, move |open: Option<fs::File>| {
        let path = path.clone();
        async move {
            let read = tokio::task::spawn_blocking(move || -> io::Result<_> {
                let mut file = match open {
                    Some(file) => file,
                    None => fs::open(&path).map_err(|error| error.source)?,
                };
                let mut piece = vec![0; PIECE];
                let length = file.read(&mut piece)?;
                piece.truncate(length);
                Ok((length > 0).then(|| (Bytes::from(piece), Some(file))))
            });
            read.await.map_err(io::Error::other)?
        }
    })
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn a_file_comes_in_pieces_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let bytes: Vec<u8> = (0..3 * PIECE + 7).map(|n| u8::try_from(n % 251).unwrap()).collect();
        fs::write(&path, &bytes).unwrap();
        let found: Vec<Bytes> = pieces(path.clone()).try_collect().await.unwrap();
        assert!(found.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(found.concat(), bytes);
        fs::remove_file(&path).unwrap();
        assert!(pieces(path).try_collect::<Vec<Bytes>>().await.is_err());
    }
}
