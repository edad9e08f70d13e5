//! Being asked to stop: by Ctrl-C, or by whoever runs the process.

use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::Notify;

use super::terminal::Terminal;
use crate::pipeline::{Cancel, cancellation};

/// The first Ctrl-C or request to terminate asks to stop after the call in flight; a further Ctrl-C ends the process.
/// A further request to terminate does not: CI services send one some seconds after the Ctrl-C that begins their end, and
/// what is in flight then is to be finished, too.
pub(super) struct Interrupt {
    pub(super) cancel: Cancel,
    pressed: Arc<Notify>,
}

impl Interrupt {
    pub(super) fn listen(terminal: Terminal) -> Self {
        let (canceller, cancel) = cancellation();
        let pressed = Arc::new(Notify::new());
        let told = Arc::clone(&pressed);
        let mut first = Box::pin(asked());
        // The handlers are there once this was polled; the task may begin later than the user presses.
        let early = (&mut first).now_or_never();
        tokio::spawn(async move {
            let first = match early {
                Some(early) => early,
                None => first.await,
            };
            if first {
                // Behind the `^C` that the terminal itself shows.
                let _ = terminal.problem("\nstopping: waits for what is in progress; Ctrl-C again ends at once\n");
                canceller.cancel();
                told.notify_one();
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(130);
                }
            }
        });
        Self { cancel, pressed }
    }

    /// Waits until the process is asked to stop.
    pub(super) async fn pressed(&self) {
        self.pressed.notified().await;
    }
}

/// `false` where nothing can be heard.
#[cfg(unix)]
async fn asked() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
        _ = terminate.recv() => true,
    }
}

#[cfg(not(unix))]
async fn asked() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
