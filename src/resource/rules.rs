//! Field rules: which differences mean something, and what.

use super::{Kind, kinds};

/// How two spellings of one value are recognised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NormalForm {
    /// Unity Catalog keeps names in lower case.
    IgnoreCase,
    /// A closing slash is added or dropped by the service.
    TrailingSlash,
    /// `/Workspace` in front of a path is dropped by the service.
    WorkspacePath,
    /// Unity Catalog writes `array<struct<a:int>>` for ``ARRAY<STRUCT<`a`: INT>>``.
    TypeText,
}

/// How bad a change can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    Safe,
    /// A full refresh or a table rewrite.
    Rebuild,
    /// Widens access, or removes a mask or filter.
    Security,
    /// Data or history is lost.
    Destructive,
}

impl Risk {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Rebuild => "rebuild",
            Self::Security => "security",
            Self::Destructive => "destructive",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Safe, Self::Rebuild, Self::Security, Self::Destructive].into_iter().find(|risk| risk.as_str() == text)
    }
}

/// The rules of one kind. Paths use `[]` for the elements of a list: `tasks[].libraries`.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A change needs a new resource in place of the old one.
    pub immutable: &'static [&'static str],
    /// The service never tells them: compared with what was deployed last.
    pub write_only: &'static [&'static str],
    /// Lists of objects whose elements are identified by a field, so that their order means nothing.
    pub keyed_lists: &'static [(&'static str, &'static str)],
    /// Lists of texts, or of objects of one text each, whose order means nothing.
    pub sets: &'static [&'static str],
    pub normal_forms: &'static [(&'static str, NormalForm)],
    pub risk_of_update: Risk,
    pub risk_of_delete: Risk,
}

impl Rules {
    pub(super) const PLAIN: Self = Self {
        immutable: &[],
        write_only: &[],
        keyed_lists: &[],
        sets: &[],
        normal_forms: &[],
        risk_of_update: Risk::Safe,
        risk_of_delete: Risk::Safe,
    };

    pub fn of(kind: Kind) -> &'static Self {
        match kind {
            Kind::Catalog => &kinds::catalog::RULES,
            Kind::Schema => &kinds::schema::RULES,
            Kind::Volume => &kinds::volume::RULES,
            Kind::VolumeFile | Kind::WorkspaceFile => &kinds::file::RULES,
            Kind::Function => &kinds::sql_object::FUNCTION_RULES,
            Kind::Table => &kinds::sql_object::TABLE_RULES,
            Kind::View => &kinds::sql_object::VIEW_RULES,
            Kind::Pipeline => &kinds::pipeline::RULES,
            Kind::PipelineUpdate => &kinds::pipeline::UPDATE_RULES,
            Kind::Grants => &kinds::grants::RULES,
            Kind::Dashboard => &kinds::dashboard::RULES,
            Kind::GenieSpace => &kinds::genie::RULES,
            Kind::Alert => &kinds::alert::RULES,
            Kind::Job => &kinds::job::RULES,
            Kind::Permissions => &kinds::permissions::RULES,
            Kind::SqlWarehouse => &kinds::sql_warehouse::RULES,
            Kind::SecretScope => &kinds::secret_scope::RULES,
            Kind::RegisteredModel => &kinds::registered_model::RULES,
            Kind::Experiment => &kinds::experiment::RULES,
        }
    }

    /// A change at or below an immutable path.
    pub fn is_immutable(&self, pattern: &str) -> bool {
        self.immutable.iter().any(|path| covers(path, pattern))
    }

    pub fn is_write_only(&self, pattern: &str) -> bool {
        self.write_only.iter().any(|path| covers(path, pattern))
    }

    pub fn list_key(&self, pattern: &str) -> Option<&'static str> {
        self.keyed_lists.iter().find(|(path, _)| *path == pattern).map(|(_, key)| *key)
    }

    pub fn is_set(&self, pattern: &str) -> bool {
        self.sets.contains(&pattern)
    }

    pub fn normal_form(&self, pattern: &str) -> Option<NormalForm> {
        self.normal_forms.iter().find(|(path, _)| *path == pattern).map(|(_, form)| *form)
    }
}

fn covers(path: &str, pattern: &str) -> bool {
    pattern.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl NormalForm {
    pub fn same(self, left: &str, right: &str) -> bool {
        match self {
            Self::IgnoreCase => left.to_lowercase() == right.to_lowercase(),
            Self::TypeText => {
                let bare = |text: &str| text.to_lowercase().replace([' ', '`'], "");
                bare(left) == bare(right)
            }
            Self::TrailingSlash => left.trim_end_matches('/') == right.trim_end_matches('/'),
            Self::WorkspacePath => {
                let bare =
                    |path: &str| path.strip_prefix("/Workspace").unwrap_or(path).trim_end_matches('/').to_string();
                bare(left) == bare(right)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_spellings_are_the_same() {
        assert!(NormalForm::WorkspacePath.same("/Workspace/Users/a", "/Users/a/"));
        assert!(NormalForm::IgnoreCase.same("Gold", "gold"));
        assert!(NormalForm::TypeText.same("ARRAY<STRUCT<`Ab`: DECIMAL(10,2)>>", "array<struct<Ab:decimal(10,2)>>"));
        assert!(!NormalForm::TypeText.same("INT", "bigint"));
        assert!(!NormalForm::TrailingSlash.same("s3://a", "s3://b/"));
    }

    #[test]
    fn a_path_covers_what_is_below_it() {
        assert!(covers("ingestion_definition", "ingestion_definition.connection_name"));
        assert!(!covers("name", "name_other"));
    }
}
