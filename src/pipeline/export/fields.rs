//! The field names that bundles document, resource by resource.
//!
//! From the pages of the resources at <https://docs.databricks.com/dev-tools/bundles/resources> and the classes at
//! <https://databricks.github.io/cli/python/>: `databricks.bundles.{alerts,catalogs,dashboards,genie_spaces,schemas,volumes}`
//! word by word; jobs and pipelines are "the create request of the REST API" (the former page), which is
//! <https://docs.databricks.com/api/workspace/jobs/create> and <https://docs.databricks.com/api/workspace/pipelines/create>.

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
        Kind::SecretScope => {
            Err("it is not written: declare it under `secret_scopes` of the bundle, whose fields are named otherwise")
        }
        Kind::Permissions => Err("it is not written: give them as `permissions` of the object in the bundle"),
        Kind::DashboardSchedule => Err("a bundle has no schedules of dashboards"),
        Kind::Tags | Kind::Mask | Kind::RowFilter => {
            Err("a bundle runs no statements: run its ALTER after what made the table")
        }
        Kind::Grants => Err("a bundle gives privileges on catalogs, schemas and volumes of its own alone"),
        Kind::Function | Kind::Table | Kind::View => {
            Err("a bundle runs no statements: run its CREATE before the bundle")
        }
        Kind::VolumeFile => Err("a bundle puts no files into volumes"),
        Kind::PipelineUpdate => {
            Err("a bundle runs no pipeline when it is deployed: run it before what needs its tables")
        }
        Kind::WorkspaceFile => Err("it is a file of the bundle"),
    }
}

const SQL_WAREHOUSE: &[&str] = &[
    "auto_stop_mins",
    "channel",
    "cluster_size",
    "enable_photon",
    "enable_serverless_compute",
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

const SCHEMA: &[&str] = &["catalog_name", "comment", "grants", "lifecycle", "name", "properties", "storage_root"];

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
    "email_notifications",
    "environments",
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
