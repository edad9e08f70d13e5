//! One module per service of the REST API. Each owns its wire structs and names the public page they are read from.

pub(crate) mod alerts;
pub(crate) mod dashboards;
pub(crate) mod experiments;
pub(crate) mod files;
pub(crate) mod genie;
pub(crate) mod jobs;
pub(crate) mod permissions;
pub(crate) mod pipelines;
pub(crate) mod scim;
pub(crate) mod secrets;
pub(crate) mod statements;
pub(crate) mod unity;
pub(crate) mod warehouses;
pub(crate) mod workspace;
