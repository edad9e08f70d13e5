//! Reading what was made a moment ago: a service may not see it yet (workspace-api.md §3, eventual reads).

use std::time::Duration;

/// How long to wait before each further attempt.
const AGAIN: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// The answer of the call, which is sent again for a while where the answer is that nothing is there (`is_missing`).
pub(super) async fn settled<T, F: Future<Output = T>>(call: impl Fn() -> F, is_missing: impl Fn(&T) -> bool) -> T {
    let mut answer = call().await;
    for wait in AGAIN {
        if !is_missing(&answer) {
            break;
        }
        tokio::time::sleep(wait).await;
        answer = call().await;
    }
    answer
}
