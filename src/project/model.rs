//! What a manifest says, typed.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use super::checks::Checks;
use super::files::{SolutionFiles, Templates};
use super::policies::Policies;
use super::variable::{Settings, Variable};
use super::verify::Verify;
use super::yaml::Located;
use crate::diag::{Code, Diagnostic, Location, SourceFile};
use crate::ident::Identifier;

/// The file that makes a folder a project.
pub const MANIFEST: &str = "lakesmith.yml";

/// The folders that hold the files of a project.
pub const CONTENT: [&str; 4] = ["sql", "jobs", "dashboards", "genie"];

/// The embedded workspace: a target that every project has.
pub const LOCAL: &str = "local";

/// A loaded project: the manifest and the texts of all its files.
#[derive(Debug)]
pub struct Project {
    /// The folder that holds the manifest.
    pub root: PathBuf,
    pub manifest: Arc<SourceFile>,
    pub name: Located<String>,
    /// In the order of the manifest.
    pub solutions: IndexMap<String, Solution>,
    pub variables: IndexMap<String, Variable>,
    pub targets: IndexMap<String, Target>,
    pub principals: IndexMap<String, Principal>,
    pub checks: Checks,
    pub policies: Policies,
    pub verify: Verify,
    /// Every `.sql` below `sql/`, for `import` and `include`.
    pub templates: Templates,
    /// Could all of its files be read?
    pub is_complete: bool,
}

#[derive(Debug)]
pub struct Solution {
    pub name: String,
    pub location: Location,
    pub title: Option<Located<String>>,
    /// Without the target's prefix.
    pub catalog: Located<Identifier>,
    /// Layer (a folder below `sql/<solution>/`) to schema.
    pub schemas: IndexMap<String, Located<Identifier>>,
    pub variables: Settings,
    /// Where its files are, if not where the folders of a project say.
    pub layout: Option<Layout>,
    pub files: SolutionFiles,
}

/// Files that lie as somebody else laid them: every one below some folders is the solution's.
///
/// Their SQL is read as scripts that somebody runs and as sources of pipelines; lakesmith makes no object of it. What
/// lakesmith itself needs of such a solution lies in [`OWN`].
#[derive(Clone, Default, Debug)]
pub struct Layout {
    /// Relative to the project; `.` is all of it.
    pub folders: Vec<String>,
    /// Patterns of paths that are left out.
    pub ignore: Vec<String>,
}

/// The folder for resource files and `sources.yml` of solutions with a [`Layout`].
pub const OWN: &str = "lakesmith";

/// How a target treats what it deploys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Resources are named after the user who deploys, or after the target where all who deploy it share its root, and
    /// schedules are paused.
    Development,
    /// Nothing is renamed, and what is not reproducible is refused (unpinned `run_as`, a dirty work tree).
    Production,
    /// The embedded workspace belongs to one person: neither renamed nor refused. `local` unless it says otherwise.
    Local,
}

#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    /// `None` for `local` where the manifest does not write it.
    pub location: Option<Location>,
    pub mode: Mode,
    pub default: bool,
    pub profile: Option<Located<String>>,
    pub host: Option<Located<String>>,
    pub catalog_prefix: Option<Located<String>>,
    /// The folder of the workspace under which state, files and documents are kept.
    pub root: Option<Located<String>>,
    pub run_as: Option<Located<RunAs>>,
    /// Tagged columns must be masked here, and destructive plans are refused without an explicit yes.
    pub protect: bool,
    pub variables: Settings,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RunAs {
    /// By application id.
    ServicePrincipal(String),
    /// By user name.
    User(String),
}

/// A role of the project and the group or user that plays it in each target.
#[derive(Clone, Debug)]
pub struct Principal {
    pub name: String,
    pub location: Location,
    pub names: IndexMap<String, Located<String>>,
}

impl Project {
    /// The target that is used when none is named: the one with `default: true`, else the built-in `local`.
    pub fn default_target(&self) -> &str {
        self.targets.values().find(|target| target.default).map_or(LOCAL, |target| &target.name)
    }

    /// A finding without a place: the name came from a command line.
    pub fn unknown_solution(&self, name: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error(Code::UNKNOWN_SOLUTION, format!("the solution `{name}` is not declared"));
        let known: Vec<&str> = self.solutions.keys().map(String::as_str).collect();
        diagnostic.hint(format!("solutions: {}", known.join(", "))).suggest(name, known)
    }

    /// The place of the manifest's first line, for findings about the whole project.
    pub fn manifest_start(&self) -> Location {
        Location::new(&self.manifest, crate::diag::Span::new(0, 0))
    }
}

impl Target {
    /// Has everybody who deploys it a state and a copy of their own?
    pub fn is_personal(&self) -> bool {
        self.mode == Mode::Development && self.root.is_none()
    }
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
            Self::Local => "local",
        }
    }
}
