//! A tiny HTTP server for tests: answers what the test says, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use tokio::net::TcpStream;

use crate::sys::System;

use super::auth::Hosts;
use super::{Client, Connection, RetryPolicy, Secret, Times, Transport};

pub(crate) struct Fake {
    pub(crate) client: Client,
    calls: Arc<AtomicUsize>,
}

impl Fake {
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Quick to give up.
pub(crate) fn transport() -> Transport {
    let retry = RetryPolicy {
        budget: Duration::from_secs(5),
        base: Duration::from_millis(1),
        longest: Duration::from_millis(5),
        connect_attempts: 2,
        token_budget: Duration::from_secs(5),
        token_base: Duration::from_millis(5),
    };
    let times = Times { silence: Duration::from_millis(300), ..Times::default() };
    // Addresses of other tests come again.
    let hosts = Box::leak(Box::new(Hosts::new()));
    Transport { retry, times, watch: None, hosts }
}

pub(crate) fn client_of(address: &str) -> Client {
    let connection = Connection::with_token(address, Secret::new("t")).unwrap();
    Client::new(&connection, &System::real(), transport()).unwrap()
}

/// Speaks to each connection as `serve` does: for what no proper server does. The number counts connections, from 0.
pub(crate) async fn raw<F>(serve: impl Fn(usize, TcpStream) -> F + Send + 'static) -> Fake
where
    F: Future<Output = ()> + Send + 'static,
{
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(counter.fetch_add(1, Ordering::SeqCst), stream));
        }
    });
    Fake { client: client_of(&address), calls }
}

/// `answer` gets the number of the call, from 0.
pub(crate) async fn fake(answer: impl Fn(usize) -> Response + Clone + Send + Sync + 'static) -> Fake {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let router = Router::new().fallback(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        let answer = answer.clone();
        async move { answer(number) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Fake { client: client_of(&address), calls }
}
