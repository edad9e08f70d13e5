//! What was created and is not seen yet: a service that answers from a copy which lags behind.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{Method, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::fault::Eventual;
use super::target::{below_fs, plain};
use crate::local::server::error::{ApiError, ErrorCode};

/// The field of a create's answer that says what the object is called from then on.
const IDS: [&str; 7] = ["job_id", "pipeline_id", "dashboard_id", "space_id", "full_name", "id", "name"];

struct Late {
    id: String,
    left: Eventual,
}

#[derive(Default)]
pub(crate) struct Unseen(Mutex<Vec<Late>>);

impl Unseen {
    fn late(&self) -> MutexGuard<'_, Vec<Late>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn clear(&self) {
        self.late().clear();
    }

    /// There is nothing unseen, so nobody needs to look.
    pub(crate) fn is_empty(&self) -> bool {
        self.late().is_empty()
    }

    /// What a create answered, or the paths that it wrote where its answer names nothing.
    pub(super) fn remember(&self, left: Eventual, answer: &Value, written: &[String]) {
        let id = IDS.iter().find_map(|field| text(answer.get(field)?));
        let ids = id.map_or_else(|| written.to_vec(), |id| vec![id]);
        self.late().extend(ids.into_iter().map(|id| Late { id, left }));
    }

    /// The answer to a read of what is not seen yet, counted.
    pub(crate) fn hides(&self, method: &Method, uri: &Uri) -> Option<ApiError> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let named = names(uri);
        let mut late = self.late();
        let found = late.iter_mut().find(|one| one.left.reads > 0 && named.contains(&one.id))?;
        found.left.reads -= 1;
        let error = absent(uri.path(), &found.id);
        forget(&mut late);
        Some(error)
    }

    /// Takes what is not seen yet out of a list, counted; was there any?
    pub(crate) fn filter(&self, answer: &mut Value) -> bool {
        let mut late = self.late();
        let mut found = false;
        let lists = answer.as_object_mut().into_iter().flat_map(|fields| fields.values_mut());
        for list in lists.filter_map(Value::as_array_mut) {
            for one in late.iter_mut().filter(|one| one.left.lists > 0) {
                let before = list.len();
                list.retain(|item| !is_of(item, &one.id));
                if list.len() < before {
                    one.left.lists -= 1;
                    found = true;
                }
            }
        }
        forget(&mut late);
        found
    }
}

fn forget(late: &mut Vec<Late>) {
    late.retain(|one| one.left.reads > 0 || one.left.lists > 0);
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_of(item: &Value, id: &str) -> bool {
    let path = item.get("path").and_then(Value::as_str).map(plain);
    path.as_deref() == Some(id)
        || IDS.iter().filter_map(|field| item.get(field)).any(|value| text(value).as_deref() == Some(id))
}

/// Everything that a read may name its object by: the segments of its path, the values of its query.
fn names(uri: &Uri) -> Vec<String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let segments = uri.path().split('/').map(decoded);
    let values = uri.query().into_iter().flat_map(|query| query.split('&'));
    let values =
        values.filter_map(|pair| pair.split_once('=')).map(|(_, value)| plain(&decoded(&value.replace('+', " "))));
    segments.chain(values).chain(below_fs(uri.path())).collect()
}

/// As each service words it. `jobs/get` answers 400 for a job that is not there (auth-and-retries.md §5.6, Overrides).
fn absent(path: &str, id: &str) -> ApiError {
    if path.starts_with("/api/2.2/jobs/") {
        return ApiError::invalid(format!("Job {id} does not exist."));
    }
    let securable = path.strip_prefix("/api/2.1/unity-catalog/").and_then(|rest| rest.split('/').next());
    let code = match securable {
        Some("catalogs") => ErrorCode::CatalogDoesNotExist,
        Some("schemas") => ErrorCode::SchemaDoesNotExist,
        Some("tables") => ErrorCode::TableDoesNotExist,
        Some("volumes") => ErrorCode::VolumeDoesNotExist,
        Some("functions") => ErrorCode::RoutineDoesNotExist,
        _ => ErrorCode::ResourceDoesNotExist,
    };
    ApiError::new(code, format!("'{id}' does not exist."))
}
