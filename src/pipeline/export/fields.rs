//! The field names that bundles document, resource by resource.
//!
//! From <https://docs.databricks.com/dev-tools/bundles/resources>, "the REST API object's supported create request fields,
//! expressed as YAML, are the resource's supported keys", which are those at <https://docs.databricks.com/api/workspace>,
//! and from the classes at <https://databricks.github.io/cli/python/> (`databricks.bundles.*`), which name what bundles add:
//! `file_path`, `grants`, `lifecycle` and `permissions`.

use crate::resource::Kind;

/// Under which key of `resources` a bundle has it, and its fields; `Err` says why it has none.
pub(super) fn documented(kind: Kind) -> Result<(&'static str, &'static [&'static str]), &'static str> {
    match kind {
        Kind::Catalog => Ok(("catalogs", CATALOG)),
        Kind::Schema => Ok(("schemas", SCHEMA)),
        Kind::Volume => Ok(("volumes", VOLUME)),
        Kind::Pipeline => Ok(("pipelines", PIPELINE)),
        Kind::Dashboard => Ok(("dashboards", DASHBOARD)),
        Kind::GenieSpace => Ok(("genie_spaces", GENIE_SPACE)),
        Kind::Alert => Ok(("alerts", ALERT)),
        Kind::Job => Ok(("jobs", JOB)),
        Kind::SqlWarehouse => Ok(("sql_warehouses", SQL_WAREHOUSE)),
        Kind::RegisteredModel => Ok(("registered_models", REGISTERED_MODEL)),
        Kind::Experiment => Ok(("experiments", EXPERIMENT)),
        Kind::SecretScope => Ok(("secret_scopes", SECRET_SCOPE)),
        Kind::Permissions => Err("a bundle has permissions on objects of its own alone"),
        Kind::DashboardSchedule => Err("a bundle has no schedules of dashboards"),
        Kind::Tags | Kind::Mask | Kind::RowFilter => {
            Err("a bundle runs no statements: run its ALTER after what made the table")
        }
        Kind::Grants => {
            Err("a bundle gives privileges on catalogs, schemas, volumes and registered models of its own alone")
        }
        Kind::Function | Kind::Table | Kind::View => {
            Err("a bundle runs no statements: run its CREATE when its schema is there, before what reads it")
        }
        Kind::VolumeFile => Err("a bundle puts no files into volumes"),
        Kind::PipelineUpdate => {
            Err("a bundle runs no pipeline when it is deployed: run it before what needs its tables")
        }
        Kind::WorkspaceFile => Err("it is a file of the bundle"),
    }
}

/// What a bundle calls a field of a kind. A scope has the names of the answer that lists it, not those of the request that
/// makes it (`databricks.bundles.secret_scopes`).
pub(super) fn bundle_name(kind: Kind, field: &str) -> &str {
    match (kind, field) {
        (Kind::SecretScope, "scope_backend_type") => "backend_type",
        (Kind::SecretScope, "backend_azure_keyvault") => "keyvault_metadata",
        _ => field,
    }
}

const SECRET_SCOPE: &[&str] = &["backend_type", "keyvault_metadata", "lifecycle", "name", "permissions"];

const SQL_WAREHOUSE: &[&str] = &[
    "auto_stop_mins",
    "channel",
    "cluster_size",
    "enable_photon",
    "enable_serverless_compute",
    "instance_profile_arn",
    "lifecycle",
    "max_num_clusters",
    "min_num_clusters",
    "name",
    "permissions",
    "spot_instance_policy",
    "tags",
    "warehouse_type",
];

const REGISTERED_MODEL: &[&str] =
    &["catalog_name", "comment", "grants", "lifecycle", "name", "schema_name", "storage_location"];

const EXPERIMENT: &[&str] = &["artifact_location", "lifecycle", "name", "permissions", "tags"];

const ALERT: &[&str] = &[
    "custom_description",
    "custom_summary",
    "display_name",
    "evaluation",
    "file_path",
    "lifecycle",
    "parent_path",
    "permissions",
    "query_text",
    "run_as",
    "run_as_user_name",
    "schedule",
    "warehouse_id",
];

const CATALOG: &[&str] = &[
    "comment",
    "connection_name",
    "custom_max_retention_hours",
    "grants",
    "lifecycle",
    "managed_encryption_settings",
    "name",
    "options",
    "properties",
    "provider_name",
    "share_name",
    "storage_root",
];

const SCHEMA: &[&str] = &[
    "catalog_name",
    "comment",
    "custom_max_retention_hours",
    "grants",
    "lifecycle",
    "name",
    "properties",
    "storage_root",
];

const VOLUME: &[&str] =
    &["catalog_name", "comment", "grants", "lifecycle", "name", "schema_name", "storage_location", "volume_type"];

const DASHBOARD: &[&str] = &[
    "dataset_catalog",
    "dataset_schema",
    "display_name",
    "embed_credentials",
    "file_path",
    "lifecycle",
    "parent_path",
    "permissions",
    "serialized_dashboard",
    "warehouse_id",
];

const GENIE_SPACE: &[&str] = &[
    "description",
    "file_path",
    "lifecycle",
    "parent_path",
    "permissions",
    "serialized_space",
    "title",
    "warehouse_id",
];

const JOB: &[&str] = &[
    "budget_policy_id",
    "continuous",
    "description",
    "edit_mode",
    "email_notifications",
    "environments",
    "format",
    "git_source",
    "health",
    "job_clusters",
    "lifecycle",
    "max_concurrent_runs",
    "name",
    "notification_settings",
    "parameters",
    "performance_target",
    "permissions",
    "queue",
    "run_as",
    "schedule",
    "tags",
    "tasks",
    "timeout_seconds",
    "trigger",
    "usage_policy_id",
    "webhook_notifications",
];

const PIPELINE: &[&str] = &[
    "allow_duplicate_names",
    "budget_policy_id",
    "catalog",
    "channel",
    "clusters",
    "configuration",
    "continuous",
    "development",
    "edition",
    "environment",
    "event_log",
    "filters",
    "gateway_definition",
    "ingestion_definition",
    "libraries",
    "lifecycle",
    "name",
    "notifications",
    "permissions",
    "photon",
    "restart_window",
    "root_path",
    "run_as",
    "schema",
    "serverless",
    "storage",
    "tags",
    "target",
];
