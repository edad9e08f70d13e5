//! AI/BI dashboards (the Lakeview API). <https://docs.databricks.com/api/workspace/lakeview>
//!
//! What the public pages do not say, and reference clients rely on: the etag moves with the draft's content only;
//! the backend completes pages with their `pageType` and ends the content with one line break; a trashed dashboard
//! still answers `GET`, with `lifecycle_state: TRASHED`.

mod content;
mod datasets;
mod draft;
mod folder;
mod published;
mod record;
mod schedules;

pub(crate) use datasets::queries;
pub(crate) use draft::{create, get, list, revert, trash, update};
pub(crate) use folder::{InFolder, below, in_folder, serialized_by_path, trash_by_path};
pub(crate) use published::{get_published, publish, unpublish};
pub(crate) use record::{find, find_active};
pub(crate) use schedules::{
    create_schedule, delete_schedule, get_schedule, list_schedules, list_subscriptions, subscribe, unsubscribe,
    update_schedule,
};
