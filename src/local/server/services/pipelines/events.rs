//! The event log. <https://docs.databricks.com/api/workspace/pipelines/listpipelineevents>

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{filter, record};
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::Params;
use crate::local::server::page::{self, PageRequest};
use crate::local::store::{self, Event, EventSelect};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    filter: Option<String>,
    order_by: Option<String>,
    max_results: Option<i64>,
    page_token: Option<String>,
}

/// How a listing goes on: its order, its filter, and the sequence number of the last event given.
struct Cursor {
    ascending: bool,
    filter: Option<String>,
    last: Option<i64>,
}

impl Cursor {
    fn of(params: &ListParams) -> ApiResult<Self> {
        let ascending = match params.order_by.as_deref() {
            None => None,
            Some("timestamp desc") => Some(false),
            Some("timestamp" | "timestamp asc") => Some(true),
            Some(other) => return Err(ApiError::invalid(format!("order_by is not supported: {other}"))),
        };
        let Some(token) = params.page_token.as_deref().filter(|token| !token.is_empty()) else {
            return Ok(Self { ascending: ascending.unwrap_or(false), filter: params.filter.clone(), last: None });
        };
        let text = PageRequest { token: Some(token), size: None, server_size: 1 }.after()?.unwrap_or_default();
        let mut parts = text.splitn(3, ' ');
        let (order, last, filter) = (parts.next(), parts.next().and_then(|last| last.parse().ok()), parts.next());
        let (Some(order), Some(last), Some(filter)) = (order, last, filter) else {
            return Err(ApiError::invalid(format!("Invalid page token: {token}")));
        };
        let cursor = Self {
            ascending: order == "asc",
            filter: Some(filter.to_string()).filter(|filter| !filter.is_empty()),
            last: Some(last),
        };
        // "An error is returned if any fields other than max_results are set when this field is set." The SDKs repeat
        // the fields of the first call all the same, so only a change of them is refused.
        let repeats = ascending.is_none_or(|ascending| ascending == cursor.ascending)
            && (params.filter.is_none() || params.filter == cursor.filter);
        match repeats {
            true => Ok(cursor),
            false => Err(ApiError::invalid("page_token can be combined with max_results only.")),
        }
    }

    fn token(&self, last: i64) -> String {
        let order = if self.ascending { "asc" } else { "desc" };
        page::token(&format!("{order} {last} {}", self.filter.as_deref().unwrap_or_default()))
    }
}

fn wire(event: &Event) -> Value {
    let time = chrono::DateTime::from_timestamp_micros(event.time).unwrap_or_default();
    let mut value = json!({
        "id": event.id,
        "sequence": {"data_plane_id": {"instance": "execution", "seq_no": event.sequence}},
        "origin": event.origin,
        "timestamp": time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "message": event.message,
        "level": event.level.as_str(),
        "maturity_level": event.maturity,
        "event_type": event.event_type,
        "details": event.details,
    });
    if let Some(error) = &event.error {
        value["error"] = error.clone();
    }
    value
}

pub(crate) async fn list_events(
    State(app): State<Shared>,
    Path(pipeline): Path<String>,
    Params(params): Params<ListParams>,
) -> ApiResult<Json<Value>> {
    let cursor = Cursor::of(&params)?;
    let conditions = cursor.filter.as_deref().map(filter::events).transpose()?.unwrap_or_default();
    let size = PageRequest { token: None, size: params.max_results, server_size: app.page_size }.len()?;
    let answer = app
        .read(move |reader| {
            record::find(reader, &pipeline)?;
            let select = EventSelect { ascending: cursor.ascending, conditions };
            let last = cursor.last.map(|last| last.to_string());
            let page = store::PageRequest { size, token: last.as_deref() };
            let page = reader.events(&pipeline, Some(&select), page)?;
            let mut answer = json!({});
            if !page.items.is_empty() {
                answer["events"] = page.items.iter().map(wire).collect();
            }
            if let (Some(_), Some(last)) = (page.next, page.items.last()) {
                answer["next_page_token"] = json!(cursor.token(last.sequence));
            }
            Ok(answer)
        })
        .await?;
    Ok(Json(answer))
}
