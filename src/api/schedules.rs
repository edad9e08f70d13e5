//! Schedules of published dashboards and their subscriptions (lakeview-genie-alerts.md B).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

#[derive(Deserialize, Clone, Debug)]
pub struct Schedule {
    pub schedule_id: String,
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Subscription {
    pub subscription_id: String,
    #[serde(default)]
    subscriber: Subscriber,
}

#[derive(Deserialize, Clone, Debug, Default)]
struct Subscriber {
    #[serde(default)]
    user_subscriber: Option<UserSubscriber>,
    #[serde(default)]
    destination_subscriber: Option<DestinationSubscriber>,
}

#[derive(Deserialize, Clone, Debug)]
struct UserSubscriber {
    user_id: i64,
}

#[derive(Deserialize, Clone, Debug)]
struct DestinationSubscriber {
    destination_id: String,
}

impl Subscription {
    /// `{"user_id"}` or `{"destination_id"}`.
    pub fn subscriber(&self) -> Option<Value> {
        match (&self.subscriber.user_subscriber, &self.subscriber.destination_subscriber) {
            (Some(user), _) => Some(json!({ "user_id": user.user_id })),
            (None, Some(destination)) => Some(json!({ "destination_id": destination.destination_id })),
            (None, None) => None,
        }
    }
}

/// All of a dashboard; `None` if there is no such dashboard.
pub async fn list(client: &Client, dashboard: &str) -> Result<Option<Vec<Schedule>>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        schedules: Vec<Schedule>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.schedules);
        page.next_page_token
    };
    let answer = optional(every_page(|| client.get(of(dashboard)), take).await)?;
    Ok(answer.map(|()| found))
}

/// The id.
pub async fn create(client: &Client, dashboard: &str, body: Map<String, Value>) -> Result<String, ApiError> {
    Ok(client.post(of(dashboard)).json(Value::Object(body)).send::<Schedule>().await?.schedule_id)
}

/// The body's `etag` must be that of the schedule.
pub async fn update(client: &Client, dashboard: &str, id: &str, body: Map<String, Value>) -> Result<(), ApiError> {
    client.put(one(dashboard, id)).json(Value::Object(body)).guarded().done().await
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, dashboard: &str, id: &str) -> Result<bool, ApiError> {
    client.delete(one(dashboard, id)).removed().await
}

pub async fn subscriptions(client: &Client, dashboard: &str, id: &str) -> Result<Vec<Subscription>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        subscriptions: Vec<Subscription>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.subscriptions);
        page.next_page_token
    };
    every_page(|| client.get(format!("{}/subscriptions", one(dashboard, id))), take).await?;
    Ok(found)
}

/// `subscriber` is as [`Subscription::subscriber`] tells it.
pub async fn subscribe(client: &Client, dashboard: &str, id: &str, subscriber: &Value) -> Result<(), ApiError> {
    let kind = if subscriber.get("user_id").is_some() { "user_subscriber" } else { "destination_subscriber" };
    let body = json!({ "subscriber": { kind: subscriber } });
    client.post(format!("{}/subscriptions", one(dashboard, id))).json(body).done().await
}

pub async fn unsubscribe(client: &Client, dashboard: &str, id: &str, subscription: &str) -> Result<bool, ApiError> {
    client.delete(format!("{}/subscriptions/{}", one(dashboard, id), segment(subscription))).removed().await
}

fn of(dashboard: &str) -> String {
    format!("/api/2.0/lakeview/dashboards/{}/schedules", segment(dashboard))
}

fn one(dashboard: &str, id: &str) -> String {
    format!("{}/{}", of(dashboard), segment(id))
}
