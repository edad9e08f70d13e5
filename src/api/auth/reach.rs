//! Is anybody there, and what time is it there? Asked without saying who asks: no secret is sent.

use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::sys::System;

use super::super::receive::exchange;
use super::super::retry::http_date;
use super::super::{ApiError, Transport};
use super::config::{ConfigError, Connection};
use super::http;

/// Whoever is not signed in is refused here; that it answers is all that is asked.
const PATH: &str = "/api/2.0/preview/scim/v2/Me";

/// A host that answered, whatever it said.
#[derive(Clone, Copy, Debug)]
pub struct Reached {
    pub took: Duration,
    /// How far this machine's clock is ahead of the host's, from its `Date` header (RFC 9110 §6.6.1), to the second.
    pub ahead: Option<TimeDelta>,
}

impl Connection {
    /// The workspace, as far as it is known without asking anybody.
    pub fn host(&self) -> Option<&str> {
        self.attributes.get("host")
    }

    pub async fn reach(&self, system: &System, transport: &Transport) -> Result<Reached, ApiError> {
        let Some(host) = self.host() else {
            let (profile, file) = (self.profile.clone(), self.file.clone());
            return Err(ConfigError::NoHost { profile, file, unread: self.unread }.into());
        };
        let client = http::builder(&self.attributes, host, &system.env, transport)?.build().map_err(ApiError::Setup)?;
        let began = Instant::now();
        let answer = exchange(client.get(format!("{host}{PATH}")), &transport.times, 0).await;
        let answer = answer.map_err(|lost| lost.into_error(&format!("GET {PATH}"), host))?;
        let took = began.elapsed();
        let date = answer.header("date").and_then(http_date);
        // The answer was written somewhere between asking and hearing.
        let then = TimeDelta::from_std(took / 2).ok().and_then(|half| system.clock.now().checked_sub_signed(half));
        let ahead = date.zip(then).map(|(date, then)| then - date);
        Ok(Reached { took, ahead })
    }
}
