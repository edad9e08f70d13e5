//! What a warehouse is asked to be. <https://docs.databricks.com/api/workspace/warehouses/create>

use serde::{Deserialize, Serialize};

use crate::local::server::error::{ApiError, ApiResult};

const SIZES: [&str; 9] =
    ["2X-Small", "X-Small", "Small", "Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large"];

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum WarehouseType {
    Classic,
    Pro,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum SpotPolicy {
    CostOptimized,
    ReliabilityOptimized,
    PolicyUnspecified,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dbsql_version: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tag {
    key: String,
    value: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tags {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    custom_tags: Vec<Tag>,
}

/// The body of create and edit: all of the documented fields.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cluster_size: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_num_clusters: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_num_clusters: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auto_stop_mins: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creator_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instance_profile_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<Tags>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spot_instance_policy: Option<SpotPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enable_photon: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enable_serverless_compute: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) warehouse_type: Option<WarehouseType>,
}

impl Settings {
    pub(super) fn named(name: &str, cluster_size: &str, auto_stop_mins: i64) -> Self {
        Self {
            name: Some(name.to_string()),
            cluster_size: Some(cluster_size.to_string()),
            auto_stop_mins: Some(auto_stop_mins),
            ..Self::default()
        }
    }

    /// With the documented defaults in place of absent fields.
    pub(super) fn complete(mut self, creator: &str) -> ApiResult<Self> {
        let Some(name) = self.name.as_deref().filter(|name| !name.is_empty()) else {
            return Err(ApiError::invalid("Warehouse name must not be empty."));
        };
        if name.chars().count() > 100 {
            return Err(ApiError::invalid("Warehouse name must be less than 100 characters."));
        }
        let size = self.cluster_size.get_or_insert_with(|| "X-Small".to_string());
        if !SIZES.contains(&size.as_str()) {
            return Err(ApiError::invalid(format!("{size} is not a supported cluster size.")));
        }
        let auto_stop = *self.auto_stop_mins.get_or_insert(120);
        if auto_stop != 0 && auto_stop < 10 && !(auto_stop > 0 && self.enable_serverless_compute == Some(true)) {
            return Err(ApiError::invalid("auto_stop_mins must be 0 or at least 10."));
        }
        let min = *self.min_num_clusters.get_or_insert(1);
        let max = *self.max_num_clusters.get_or_insert(1);
        if min < 1 || max < min {
            return Err(ApiError::invalid("max_num_clusters must not be less than min_num_clusters."));
        }
        self.creator_name.get_or_insert_with(|| creator.to_string());
        self.enable_photon.get_or_insert(true);
        self.enable_serverless_compute.get_or_insert(true);
        self.spot_instance_policy.get_or_insert(SpotPolicy::CostOptimized);
        self.warehouse_type.get_or_insert(WarehouseType::Pro);
        self.tags.get_or_insert_default();
        self.channel.get_or_insert(Channel { name: Some("CHANNEL_NAME_CURRENT".to_string()), dbsql_version: None });
        Ok(self)
    }
}
