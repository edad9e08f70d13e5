//! Clients that use a server which another process started keep one connection open. The server's owner waits for
//! them before it stops, so that a second command is not cut off when the first one ends.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use tokio::sync::watch;

use super::app::Shared;

pub(crate) struct Holds(watch::Sender<usize>);

impl Holds {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    fn take(&self) -> Hold {
        self.0.send_modify(|count| *count += 1);
        Hold(self.0.clone())
    }

    /// Returns when no client is left.
    pub(crate) async fn released(&self) {
        // The sender lives in `self`, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

struct Hold(watch::Sender<usize>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// `GET /_lakesmith/hold`: one byte, then nothing until the client closes the connection.
pub(crate) async fn hold(State(app): State<Shared>) -> Response {
    let hold = app.holds.take();
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"."))]);
    let silence = stream::unfold(hold, |hold| async move {
        std::future::pending::<()>().await;
        Some((Ok(Bytes::new()), hold))
    });
    Response::new(Body::from_stream(futures_util::StreamExt::chain(first, silence)))
}
