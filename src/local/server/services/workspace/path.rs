//! Absolute workspace paths. `/Workspace/Users/x` and `/Users/x` are the same object.

use std::fmt;

use crate::local::server::error::{ApiError, ApiResult};
use crate::local::store::TreePath;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WorkspacePath(TreePath);

impl WorkspacePath {
    pub(crate) fn parse(text: &str) -> ApiResult<Self> {
        if !text.starts_with('/') {
            return Err(ApiError::invalid(format!("Path ({text}) is not absolute; it must start with '/'.")));
        }
        let inner = match text.strip_prefix("/Workspace") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => text,
        };
        Ok(Self(TreePath::parse(inner)?))
    }

    pub(crate) fn tree(&self) -> &TreePath {
        &self.0
    }

    /// The folder that holds it; `None` for the root.
    pub(crate) fn parent(&self) -> Option<Self> {
        let text = self.0.text();
        match text.rsplit_once('/') {
            _ if text.is_empty() => None,
            Some((parent, _)) => TreePath::parse(parent).ok().map(Self),
            None => Some(Self(TreePath::default())),
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.0.parts().last().map_or("", String::as_str)
    }

    /// Another name in the same folder.
    pub(crate) fn with_name(&self, name: &str) -> ApiResult<Self> {
        let parent = self.parent().map(|parent| parent.0.text()).unwrap_or_default();
        Ok(Self(TreePath::parse(&format!("{parent}/{name}"))?))
    }
}

impl fmt::Display for WorkspacePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0.text())
    }
}

pub(crate) fn missing(path: &WorkspacePath) -> ApiError {
    ApiError::missing(format!("Path ({path}) doesn't exist."))
}

pub(crate) fn parent_missing(path: &WorkspacePath) -> ApiError {
    ApiError::missing(format!("The parent folder ({path}) does not exist."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_prefix_is_optional() {
        let text = |path: &str| WorkspacePath::parse(path).unwrap().to_string();
        assert_eq!(text("/Workspace/Users/a"), "/Users/a");
        assert_eq!(text("/Users/a/"), "/Users/a");
        assert_eq!(text("/Workspace"), "/");
        assert_eq!(text("/Workspaces/a"), "/Workspaces/a");
        assert!(WorkspacePath::parse("Users/a").is_err());
        assert!(WorkspacePath::parse("/Users/../b").is_err());
    }

    #[test]
    fn parents() {
        let path = WorkspacePath::parse("/Users/a").unwrap();
        assert_eq!(path.parent().unwrap().to_string(), "/Users");
        assert_eq!(path.parent().unwrap().parent().unwrap().to_string(), "/");
        assert!(WorkspacePath::parse("/").unwrap().parent().is_none());
        assert_eq!(path.with_name("b").unwrap().to_string(), "/Users/b");
    }
}
