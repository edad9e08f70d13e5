//! The kinds of resource.

use std::fmt;

/// What a resource is. The order is the order in which equals are shown and deployed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    SqlWarehouse,
    SecretScope,
    Catalog,
    Schema,
    Volume,
    VolumeFile,
    Function,
    WorkspaceFile,
    RegisteredModel,
    Experiment,
    Pipeline,
    /// The update that makes a pipeline's tables, where something else needs them to exist.
    PipelineUpdate,
    Table,
    View,
    /// Of one object or column.
    Tags,
    /// Of one column.
    Mask,
    RowFilter,
    Grants,
    Dashboard,
    DashboardSchedule,
    GenieSpace,
    Alert,
    Job,
    /// Who may do what with one object of the workspace.
    Permissions,
}

impl Kind {
    pub const ALL: [Self; 24] = [
        Self::SqlWarehouse,
        Self::SecretScope,
        Self::Catalog,
        Self::Schema,
        Self::Volume,
        Self::VolumeFile,
        Self::Function,
        Self::WorkspaceFile,
        Self::RegisteredModel,
        Self::Experiment,
        Self::Pipeline,
        Self::PipelineUpdate,
        Self::Table,
        Self::View,
        Self::Tags,
        Self::Mask,
        Self::RowFilter,
        Self::Grants,
        Self::Dashboard,
        Self::DashboardSchedule,
        Self::GenieSpace,
        Self::Alert,
        Self::Job,
        Self::Permissions,
    ];

    /// In keys, references, plans and state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SqlWarehouse => "sql_warehouse",
            Self::SecretScope => "secret_scope",
            Self::Catalog => "catalog",
            Self::Schema => "schema",
            Self::Volume => "volume",
            Self::VolumeFile => "volume_file",
            Self::Function => "function",
            Self::WorkspaceFile => "workspace_file",
            Self::RegisteredModel => "registered_model",
            Self::Experiment => "experiment",
            Self::Pipeline => "pipeline",
            Self::PipelineUpdate => "pipeline_update",
            Self::Table => "table",
            Self::View => "view",
            Self::Tags => "tags",
            Self::Mask => "mask",
            Self::RowFilter => "row_filter",
            Self::Grants => "grants",
            Self::Dashboard => "dashboard",
            Self::DashboardSchedule => "dashboard_schedule",
            Self::GenieSpace => "genie_space",
            Self::Alert => "alert",
            Self::Job => "job",
            Self::Permissions => "permissions",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Does the place or name of the resource identify it, so that making it twice is impossible?
    /// If not, the service gives an id, and a create whose answer was lost must be looked up before it is repeated.
    pub fn has_natural_identity(self) -> bool {
        match self {
            Self::Catalog
            | Self::Schema
            | Self::Volume
            | Self::VolumeFile
            | Self::Function
            | Self::WorkspaceFile
            | Self::PipelineUpdate
            | Self::Table
            | Self::View
            | Self::Tags
            | Self::Mask
            | Self::RowFilter
            | Self::Grants
            | Self::SecretScope
            | Self::RegisteredModel
            | Self::DashboardSchedule
            | Self::Permissions => true,
            Self::Pipeline
            | Self::Dashboard
            | Self::GenieSpace
            | Self::Alert
            | Self::Job
            | Self::SqlWarehouse
            | Self::Experiment => false,
        }
    }

    /// Does it hang on another resource, by whose id alone it can be asked for?
    pub fn is_attached(self) -> bool {
        matches!(self, Self::Permissions | Self::DashboardSchedule)
    }

    /// Is it only bytes at a path? Such resources are many and cheap, and are journalled together.
    pub fn is_file(self) -> bool {
        matches!(self, Self::WorkspaceFile | Self::VolumeFile)
    }

    /// Does a service refuse a second one of the same name?
    pub fn is_unique_by_name(self) -> bool {
        self.has_natural_identity() || matches!(self, Self::Pipeline | Self::SqlWarehouse | Self::Experiment)
    }

    /// May one that is there not be whole? (A draft is published, a schedule gets its subscriptions; grants and permissions
    /// are there before anything is given.)
    pub fn is_made_in_steps(self) -> bool {
        matches!(self, Self::Dashboard | Self::DashboardSchedule | Self::Grants | Self::Permissions)
    }

    /// Do people change it in an editor of the workspace? Such edits are somebody's work: they stay unless whoever deploys
    /// says otherwise. What everything else relies on, privileges, tables and files, is always as the project says.
    pub fn is_edited_in_place(self) -> bool {
        matches!(self, Self::Pipeline | Self::Dashboard | Self::GenieSpace | Self::Alert | Self::Job)
    }

    /// Is it made by a SQL statement? The service then tells it in words of its own.
    pub fn is_statement(self) -> bool {
        matches!(self, Self::Function | Self::Table | Self::View)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::parse(kind.as_str()) == Some(kind)));
    }
}
