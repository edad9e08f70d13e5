//! The table of routes, and what a workspace has from its first moment on.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, head, post};

use super::app::{App, Shared};
use super::error::{ApiError, ApiResult};
use super::run::ServerError;
use super::services::{
    alerts, dashboards, experiments, files, genie, jobs, permissions, pipelines, scim, secrets, statements, unity,
    warehouses, workspace,
};
use super::{faults, gate, holds, oidc, principals, tokens};

pub(crate) fn router(app: Shared) -> Router {
    Router::new()
        .route(gate::HEALTH, get(gate::health))
        .route("/_lakesmith/hold", get(holds::hold))
        .route("/_lakesmith/results/{id}/{index}", get(statements::download))
        .route("/_lakesmith/faults", post(faults::add).get(faults::list).delete(faults::clear))
        .route("/_lakesmith/principals", post(principals::admit))
        .route("/_lakesmith/tokens", post(tokens::create))
        .route("/_lakesmith/id-token", get(oidc::identity_token))
        .route("/.well-known/databricks-config", get(oidc::host_metadata))
        .route("/oidc/.well-known/oauth-authorization-server", get(oidc::discovery))
        .route("/oidc/v1/token", post(oidc::token))
        .route("/login.html", get(oidc::login_page))
        .nest(
            "/api/2.0",
            identity().merge(workspace_files()).merge(sql()).merge(pipeline()).merge(presentation()).merge(keeping()),
        )
        .nest("/api/2.2/jobs", job())
        .nest("/api/2.1/unity-catalog", unity_catalog())
        .fallback(gate::unknown_route)
        .method_not_allowed_fallback(gate::unknown_route)
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(app.clone(), gate::gate))
        .with_state(app)
}

fn identity() -> Router<Shared> {
    Router::new().route("/preview/scim/v2/Me", get(scim::me)).route("/preview/scim/v2/Groups", get(scim::groups))
}

fn workspace_files() -> Router<Shared> {
    Router::new()
        .route("/workspace/get-status", get(workspace::get_status))
        .route("/workspace/list", get(workspace::list))
        .route("/workspace/mkdirs", post(workspace::mkdirs))
        .route("/workspace/import", post(workspace::import))
        .route("/workspace/export", get(workspace::export))
        .route("/workspace/delete", post(workspace::delete))
        .route(
            "/fs/files/{*path}",
            head(files::head_file).get(files::download).put(files::upload).delete(files::delete_file),
        )
        .route(
            "/fs/directories/{*path}",
            head(files::head_directory)
                .get(files::list_directory)
                .put(files::create_directory)
                .delete(files::delete_directory),
        )
}

fn sql() -> Router<Shared> {
    Router::new()
        .route("/sql/warehouses", get(warehouses::list).post(warehouses::create))
        .route("/sql/warehouses/{id}", get(warehouses::get).delete(warehouses::delete))
        .route("/sql/warehouses/{id}/edit", post(warehouses::edit))
        .route("/sql/warehouses/{id}/start", post(warehouses::start))
        .route("/sql/warehouses/{id}/stop", post(warehouses::stop))
        // Older pages write the path with a slash at its end.
        .route("/sql/statements", post(statements::execute))
        .route("/sql/statements/", post(statements::execute))
        .route("/sql/statements/{id}", get(statements::get))
        .route("/sql/statements/{id}/cancel", post(statements::cancel))
        .route("/sql/statements/{id}/result/chunks/{index}", get(statements::chunk))
}

fn pipeline() -> Router<Shared> {
    Router::new()
        .route("/pipelines", get(pipelines::list).post(pipelines::create))
        .route("/pipelines/{id}", get(pipelines::get).put(pipelines::edit).delete(pipelines::delete))
        .route("/pipelines/{id}/updates", get(pipelines::list_updates).post(pipelines::start_update))
        .route("/pipelines/{id}/updates/{update}", get(pipelines::get_update))
        .route("/pipelines/{id}/events", get(pipelines::list_events))
        .route("/pipelines/{id}/stop", post(pipelines::stop))
}

fn job() -> Router<Shared> {
    Router::new()
        .route("/create", post(jobs::create))
        .route("/get", get(jobs::get))
        .route("/list", get(jobs::list))
        .route("/reset", post(jobs::reset))
        .route("/update", post(jobs::update))
        .route("/delete", post(jobs::delete))
        .route("/run-now", post(jobs::run_now))
        .route("/runs/get", get(jobs::get_run))
        .route("/runs/list", get(jobs::list_runs))
        .route("/runs/get-output", get(jobs::get_output))
        .route("/runs/cancel", post(jobs::cancel_run))
        .route("/runs/delete", post(jobs::delete_run))
}

/// Alerts, dashboards, Genie spaces, and who may see what.
fn presentation() -> Router<Shared> {
    Router::new()
        .route("/alerts", get(alerts::list).post(alerts::create))
        .route("/alerts/{id}", get(alerts::get).patch(alerts::update).delete(alerts::trash))
        .route("/genie/spaces", get(genie::list).post(genie::create))
        .route("/genie/spaces/{id}", get(genie::get).patch(genie::update).delete(genie::trash))
        .route("/genie/spaces/{id}/eval-runs", get(genie::list_evaluations).post(genie::evaluate))
        .route("/genie/spaces/{id}/eval-runs/{run}", get(genie::get_evaluation))
        .route("/genie/spaces/{id}/eval-runs/{run}/results", get(genie::results))
        .route("/genie/spaces/{id}/eval-runs/{run}/results/{result}", get(genie::result))
        .route("/permissions/{type}/{id}", get(permissions::get).put(permissions::set).patch(permissions::update))
        .route("/lakeview/dashboards", get(dashboards::list).post(dashboards::create))
        .route("/lakeview/dashboards/{id}", get(dashboards::get).patch(dashboards::update).delete(dashboards::trash))
        .route("/lakeview/dashboards/{id}/revert", post(dashboards::revert))
        .route("/lakeview/dashboards/{id}/schedules", get(dashboards::list_schedules).post(dashboards::create_schedule))
        .route(
            "/lakeview/dashboards/{id}/schedules/{schedule}",
            get(dashboards::get_schedule).put(dashboards::update_schedule).delete(dashboards::delete_schedule),
        )
        .route(
            "/lakeview/dashboards/{id}/schedules/{schedule}/subscriptions",
            get(dashboards::list_subscriptions).post(dashboards::subscribe),
        )
        .route(
            "/lakeview/dashboards/{id}/schedules/{schedule}/subscriptions/{subscription}",
            axum::routing::delete(dashboards::unsubscribe),
        )
        .route(
            "/lakeview/dashboards/{id}/published",
            get(dashboards::get_published).post(dashboards::publish).delete(dashboards::unpublish),
        )
}

/// Secrets, and the experiments of MLflow.
fn keeping() -> Router<Shared> {
    Router::new()
        .route("/secrets/scopes/create", post(secrets::create_scope))
        .route("/secrets/scopes/list", get(secrets::list_scopes))
        .route("/secrets/scopes/delete", post(secrets::delete_scope))
        .route("/secrets/put", post(secrets::put_secret))
        .route("/secrets/get", get(secrets::get_secret))
        .route("/secrets/list", get(secrets::list_secrets))
        .route("/secrets/delete", post(secrets::delete_secret))
        .route("/secrets/acls/put", post(secrets::put_acl))
        .route("/secrets/acls/get", get(secrets::get_acl))
        .route("/secrets/acls/list", get(secrets::list_acls))
        .route("/secrets/acls/delete", post(secrets::delete_acl))
        .route("/mlflow/experiments/create", post(experiments::create))
        .route("/mlflow/experiments/get", get(experiments::get))
        .route("/mlflow/experiments/get-by-name", get(experiments::get_by_name))
        .route("/mlflow/experiments/list", get(experiments::list))
        .route("/mlflow/experiments/update", post(experiments::update))
        .route("/mlflow/experiments/delete", post(experiments::delete))
}

fn unity_catalog() -> Router<Shared> {
    use unity::{catalogs, functions, grants, metastore, models, schemas, tables, tags, volumes};
    Router::new()
        .route("/current-metastore-assignment", get(metastore::current))
        .route("/catalogs", get(catalogs::list).post(catalogs::create))
        .route("/catalogs/{name}", get(catalogs::get).patch(catalogs::update).delete(catalogs::delete))
        .route("/schemas", get(schemas::list).post(schemas::create))
        .route("/schemas/{name}", get(schemas::get).patch(schemas::update).delete(schemas::delete))
        .route("/tables", get(tables::list))
        .route("/tables/{name}", get(tables::get).patch(tables::update).delete(tables::delete))
        .route("/tables/{name}/exists", get(tables::exists))
        .route("/volumes", get(volumes::list).post(volumes::create))
        .route("/volumes/{name}", get(volumes::get).patch(volumes::update).delete(volumes::delete))
        .route("/functions", get(functions::list))
        .route("/functions/{name}", get(functions::get).delete(functions::delete))
        .route("/models", get(models::list).post(models::create))
        .route("/models/{name}", get(models::get).patch(models::update).delete(models::delete))
        .route("/permissions/{type}/{name}", get(grants::get).patch(grants::update))
        .route("/effective-permissions/{type}/{name}", get(grants::effective))
        .route("/entity-tag-assignments", post(tags::create))
        .route("/entity-tag-assignments/{type}/{name}/tags", get(tags::list))
        .route(
            "/entity-tag-assignments/{type}/{name}/tags/{key}",
            get(tags::get).patch(tags::update).delete(tags::delete),
        )
}

/// Makes what is absent and settles what a killed process left unfinished.
pub(crate) async fn prepare(app: &Shared) -> Result<(), ServerError> {
    let inner = app.clone();
    let prepared = tokio::task::spawn_blocking(move || prepare_blocking(&inner)).await;
    let prepared = prepared.map_err(|error| ServerError::Serve(error.into()))?;
    prepared.map_err(|error| ServerError::Serve(std::io::Error::other(error)))
}

fn prepare_blocking(app: &App) -> ApiResult<()> {
    workspace::prepare(app)?;
    app.store.write(|writer| {
        unity::metastore::prepare(app, writer)?;
        pipelines::settle_interrupted(writer)?;
        jobs::settle_interrupted(writer, app.now_ms())?;
        genie::settle_interrupted(writer, app.now_ms())?;
        warehouses::prepare(writer, &app.system.random.hex::<8>(), &app.owner.name)?;
        Ok::<_, ApiError>(())
    })
}
