//! The faults that are armed, and which of them a request meets.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use super::eventual::Unseen;
use super::fault::Fault;
use super::target::Target;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::Body;

struct Armed {
    /// With `skip` and `times` as they are left.
    fault: Fault,
    /// Requests that it met behind `skip`, for `every`.
    seen: u32,
}

impl Armed {
    fn new(mut fault: Fault) -> Self {
        if fault.readonly.is_none() {
            fault.times = fault.times.or(Some(1));
        }
        Self { fault, seen: 0 }
    }

    /// Counts a request that it meets; is it this one's turn?
    fn turn(&mut self) -> bool {
        if self.fault.skip > 0 {
            self.fault.skip -= 1;
            return false;
        }
        self.seen = self.seen.wrapping_add(1);
        let due = self.seen.is_multiple_of(self.fault.every.unwrap_or(1));
        if due {
            self.fault.times = self.fault.times.map(|times| times.saturating_sub(1));
        }
        due
    }
}

/// What happens to a request: the delays of all faults that it meets, and the first fault that does more.
pub(crate) struct Drawn {
    pub(super) latency: Duration,
    pub(super) fault: Option<Fault>,
}

pub(crate) struct Faults {
    armed: Mutex<Vec<Armed>>,
    released: watch::Sender<()>,
    /// Method and path of every request that is held up.
    held: Mutex<Vec<String>>,
    pub(crate) unseen: Unseen,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let armed = Mutex::new(faults.into_iter().map(Armed::new).collect());
        Self { armed, released: watch::Sender::new(()), held: Mutex::default(), unseen: Unseen::default() }
    }

    fn armed(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults of this request, counted as used.
    pub(crate) fn draw(&self, target: &Target<'_>) -> Drawn {
        let mut armed = self.armed();
        let mut drawn = Drawn { latency: Duration::ZERO, fault: None };
        for one in armed.iter_mut().filter(|one| one.fault.meets(target)) {
            // One fault decides about the answer; for the others, the request has not been.
            let decides = !one.fault.only_delays();
            if (decides && drawn.fault.is_some()) || !one.turn() {
                continue;
            }
            drawn.latency += one.fault.latency();
            if decides {
                drawn.fault = Some(one.fault.clone());
            }
        }
        armed.retain(|one| one.fault.times != Some(0));
        drawn
    }

    fn held(&self) -> MutexGuard<'_, Vec<String>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the faults are cleared, told of meanwhile.
    pub(super) async fn hold(&self, call: String) {
        let mut released = self.released.subscribe();
        let _held = Held::new(self, call);
        // The sender lives in `self`, so the wait cannot fail.
        let _ = released.changed().await;
    }
}

/// Also when the client goes away and the request with it.
struct Held<'a> {
    faults: &'a Faults,
    call: String,
}

impl<'a> Held<'a> {
    fn new(faults: &'a Faults, call: String) -> Self {
        faults.held().push(call.clone());
        Self { faults, call }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut held = self.faults.held();
        if let Some(at) = held.iter().position(|call| *call == self.call) {
            held.remove(at);
        }
    }
}

/// `POST /_lakesmith/faults`
pub(crate) async fn add(State(app): State<Shared>, Body(fault): Body<Fault>) -> ApiResult<Response> {
    fault.check().map_err(|wrong| ApiError::invalid(format!("{wrong}.")))?;
    app.faults.armed().push(Armed::new(fault));
    Ok(Json(serde_json::json!({})).into_response())
}

/// `GET /_lakesmith/faults`: what is left of them, and which requests they hold up.
pub(crate) async fn list(State(app): State<Shared>) -> Response {
    let faults: Vec<Fault> = app.faults.armed().iter().map(|one| one.fault.clone()).collect();
    let held = app.faults.held().clone();
    Json(serde_json::json!({ "faults": faults, "holding": held.len(), "held": held })).into_response()
}

/// `DELETE /_lakesmith/faults`: none is left, what is held up goes on, and what was created is seen.
pub(crate) async fn clear(State(app): State<Shared>) -> Response {
    app.faults.armed().clear();
    app.faults.unseen.clear();
    app.faults.released.send_replace(());
    Json(serde_json::json!({})).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(fault: Fault, requests: usize) -> Vec<bool> {
        let faults = Faults::new(vec![fault]);
        (0..requests).map(|_| faults.draw(&Target::plain("/x")).fault.is_some()).collect()
    }

    fn failing() -> Fault {
        Fault { path: "/x*".to_string(), status: Some(500), ..Fault::default() }
    }

    #[test]
    fn a_fault_waits_for_its_turn_and_ends() {
        let fault = Fault { skip: 1, times: Some(2), ..failing() };
        assert_eq!(turns(fault, 4), [false, true, true, false]);
        assert_eq!(turns(failing(), 2), [true, false]);
    }

    #[test]
    fn every_nth() {
        let fault = Fault { skip: 1, every: Some(3), times: Some(2), ..failing() };
        assert_eq!(turns(fault, 8), [false, false, false, true, false, false, true, false]);
    }

    /// Latency for all stays beside whatever else is armed, before or behind it.
    #[test]
    fn delays_add_and_the_first_that_does_more_decides() {
        let slow = |latency_ms| Fault { path: "*".to_string(), latency_ms, times: Some(9), ..Fault::default() };
        let other = Fault { status: Some(503), latency_ms: 4, ..failing() };
        let faults = Faults::new(vec![slow(1), failing(), other, slow(2)]);
        let draw = || {
            let drawn = faults.draw(&Target::plain("/x"));
            (drawn.latency.as_millis(), drawn.fault.and_then(|fault| fault.status))
        };
        assert_eq!(draw(), (3, Some(500)));
        assert_eq!(draw(), (7, Some(503)));
        assert_eq!(draw(), (3, None));
    }
}
