//! Pipeline updates: starting, watching, and what went wrong.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::api::ApiError;
use crate::api::pipelines::{self, Event, Refresh};
use crate::resource::{Observed, Spec};

use super::settled::settled;
use super::{Item, Lookup, Remote, RemoteError};

/// What an update refreshes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct UpdateOptions {
    /// Everything from the beginning.
    pub full: bool,
    /// Only these tables; empty means all.
    pub tables: Vec<String>,
    pub full_tables: Vec<String>,
    pub validate_only: bool,
}

/// News of an update that runs.
#[derive(Clone, PartialEq, Debug)]
pub enum UpdateProgress {
    Started {
        update_id: String,
    },
    /// The service's word, such as `RUNNING`.
    State(String),
    Event(UpdateEvent),
}

/// An entry of the event log.
#[derive(Clone, PartialEq, Debug)]
pub struct UpdateEvent {
    /// RFC 3339.
    pub timestamp: String,
    pub level: String,
    pub event_type: String,
    pub message: String,
    /// The table or flow it is about.
    pub subject: Option<String>,
    pub details: Map<String, Value>,
    /// The causes, outermost first.
    pub errors: Vec<String>,
}

impl Remote {
    /// Runs an update to its end. Its id, or why it failed.
    pub async fn run_update(
        &self,
        pipeline_id: &str,
        options: &UpdateOptions,
        progress: &(dyn Fn(UpdateProgress) + Sync),
    ) -> Result<String, RemoteError> {
        self.watched(pipeline_id, options, Some(progress)).await
    }

    /// As [`Remote::run_update`], without looking at the event log on the way.
    pub async fn run_update_silently(&self, pipeline_id: &str, options: &UpdateOptions) -> Result<String, RemoteError> {
        self.watched(pipeline_id, options, None).await
    }

    async fn watched(
        &self,
        pipeline_id: &str,
        options: &UpdateOptions,
        watch: Option<&(dyn Fn(UpdateProgress) + Sync)>,
    ) -> Result<String, RemoteError> {
        let progress = watch.unwrap_or(&|_| {});
        let refresh = Refresh {
            full: options.full,
            tables: options.tables.clone(),
            full_tables: options.full_tables.clone(),
            validate_only: options.validate_only,
        };
        let missing = |error: &ApiError| error.is_missing();
        let start = || pipelines::start_update(&self.client, pipeline_id, &refresh);
        let started = settled(start, |started| started.as_ref().is_err_and(missing)).await;
        let update_id = match started {
            // One update at a time: wait for the one that runs, then start ours.
            Err(error) if error.is_existing() || error.status().is_some_and(|status| status.status == 409) => {
                self.wait_for_idle(pipeline_id).await?;
                pipelines::start_update(&self.client, pipeline_id, &refresh).await?
            }
            started => started?,
        };
        progress(UpdateProgress::Started { update_id: update_id.clone() });
        let mut seen = BTreeSet::new();
        let mut last = String::new();
        let (mut wait, longest) = self.patience();
        loop {
            let look = || pipelines::get_update(&self.client, pipeline_id, &update_id);
            let update = settled(look, |update| update.as_ref().is_err_and(missing)).await?;
            let (changed, finished) = (update.state != last, update.is_finished());
            last.clone_from(&update.state);
            if changed && !finished {
                progress(UpdateProgress::State(update.state.clone()));
            }
            if watch.is_some() {
                for event in self.new_events(pipeline_id, &update_id, &mut seen).await? {
                    progress(UpdateProgress::Event(event));
                }
            }
            // The end comes last: whoever reads along sees the last tables before it.
            if finished {
                progress(UpdateProgress::State(update.state));
                break;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(longest);
        }
        if last == "COMPLETED" {
            return Ok(update_id);
        }
        let messages = self.update_errors(pipeline_id, &update_id).await?;
        Err(RemoteError::Update { state: last, messages })
    }

    async fn wait_for_idle(&self, pipeline_id: &str) -> Result<(), RemoteError> {
        let (mut wait, longest) = self.patience();
        loop {
            let pipeline = pipelines::get(&self.client, pipeline_id).await?;
            let latest = pipeline.as_ref().and_then(|pipeline| pipeline.latest_updates.first());
            let Some(latest) = latest else { return Ok(()) };
            if pipelines::get_update(&self.client, pipeline_id, &latest.update_id).await?.is_finished() {
                return Ok(());
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(longest);
        }
    }

    /// Events of the update that were not seen yet, oldest first.
    async fn new_events(
        &self,
        pipeline_id: &str,
        update_id: &str,
        seen: &mut BTreeSet<String>,
    ) -> Result<Vec<UpdateEvent>, RemoteError> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let (page, next) = pipelines::events(&self.client, pipeline_id, token.as_deref(), false).await?;
            let mut caught_up = page.is_empty();
            for event in page {
                let ours = event.origin.get("update_id").and_then(Value::as_str) == Some(update_id);
                caught_up |= !ours || seen.contains(&event.id);
                if ours && seen.insert(event.id.clone()) {
                    found.push(update_event(event));
                }
            }
            token = next;
            if caught_up || token.is_none() {
                found.reverse();
                return Ok(found);
            }
        }
    }

    async fn update_errors(&self, pipeline_id: &str, update_id: &str) -> Result<Vec<String>, RemoteError> {
        let events = self.new_events(pipeline_id, update_id, &mut BTreeSet::new()).await?;
        let mut messages: Vec<String> = Vec::new();
        let mut errors: Vec<UpdateEvent> = events.into_iter().filter(|event| event.level == "ERROR").collect();
        // The update's own event repeats what its flows said.
        if errors.iter().any(|event| event.subject.is_some()) {
            errors.retain(|event| event.subject.is_some());
        }
        for event in errors {
            let subject = event.subject.map(|subject| format!("{subject}: ")).unwrap_or_default();
            let text = event.errors.into_iter().last().unwrap_or(event.message);
            let message = format!("{subject}{text}");
            if !messages.contains(&message) {
                messages.push(message);
            }
        }
        Ok(messages)
    }
}

fn update_event(event: Event) -> UpdateEvent {
    let text = |name: &str| event.origin.get(name).and_then(Value::as_str).map(str::to_string);
    let exceptions = event.error.as_ref().and_then(|error| error.get("exceptions")).and_then(Value::as_array);
    let errors = exceptions.into_iter().flatten().filter_map(|e| e.get("message").and_then(Value::as_str));
    UpdateEvent {
        subject: text("dataset_name").or_else(|| text("flow_name")),
        errors: errors.map(str::to_string).collect(),
        timestamp: event.timestamp,
        level: event.level,
        event_type: event.event_type,
        message: event.message,
        details: event.details,
    }
}

/// An update is "there" when what it is for is there: `found`, of its tables those that are. Without a record it is not
/// known that one came to its end; another does no harm.
pub(super) fn observed(lookup: &Lookup<'_>, found: Vec<String>) -> Option<Observed> {
    let id = lookup.id.filter(|_| !found.is_empty())?;
    let mut spec = Spec::new();
    spec.insert("tables".to_string(), json!(found));
    Some(Observed { id: id.to_string(), spec, ..Observed::default() })
}

pub(super) async fn make_tables(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let pipeline_id = item.text("pipeline_id")?;
    let progress = item.progress.unwrap_or(&|_| {});
    let id = remote.run_update(pipeline_id, &UpdateOptions::default(), progress).await?;
    Ok(Observed { id, ..Observed::default() })
}
