//! Dashboards as workspace objects: `<parent>/<display_name>.lvdash.json`.

use super::draft::move_to_trash;
use super::record::{KIND, LifecycleState, Record};
use crate::local::server::app::App;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::services::workspace::WorkspacePath;
use crate::local::store::{Document, Filter, Order, PageRequest};

/// A dashboard that a folder shows.
pub(crate) struct InFolder {
    pub(crate) id: String,
    pub(crate) path: String,
}

fn active(app: &App, parent: Option<&str>) -> ApiResult<Vec<Document<Record>>> {
    let filter = Filter { parent, ..Filter::default() };
    let page = app
        .store
        .read(|reader| Ok::<_, ApiError>(reader.documents::<Record>(KIND, filter, Order::Name, PageRequest::ALL)?))?;
    Ok(page.items.into_iter().filter(|document| document.body.state == LifecycleState::Active).collect())
}

/// Those right in the folder.
pub(crate) fn in_folder(app: &App, folder: &WorkspacePath) -> ApiResult<Vec<InFolder>> {
    let found = active(app, Some(&folder.to_string()))?;
    Ok(found.into_iter().map(|document| InFolder { path: document.body.path(), id: document.id }).collect())
}

/// Those in the folder and in the folders below it.
pub(crate) fn below(app: &App, folder: &WorkspacePath) -> ApiResult<Vec<InFolder>> {
    let prefix = format!("{}/", folder.to_string().trim_end_matches('/'));
    let all = active(app, None)?.into_iter();
    let all = all.map(|document| InFolder { path: document.body.path(), id: document.id });
    Ok(all.filter(|dashboard| dashboard.path.starts_with(&prefix)).collect())
}

fn by_path(app: &App, path: &str) -> ApiResult<Document<Record>> {
    let parent = WorkspacePath::parse(path)?.parent().map(|parent| parent.to_string());
    let found = active(app, parent.as_deref())?.into_iter().find(|document| document.body.path() == path);
    found.ok_or_else(|| ApiError::missing(format!("Path ({path}) doesn't exist.")))
}

pub(crate) fn serialized_by_path(app: &App, path: &str) -> ApiResult<String> {
    Ok(by_path(app, path)?.body.serialized_dashboard)
}

pub(crate) fn trash_by_path(app: &App, path: &str) -> ApiResult<()> {
    let id = by_path(app, path)?.id;
    let now = app.now_text();
    app.store.write(|writer| move_to_trash(writer, &id, now))
}
