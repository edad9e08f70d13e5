//! The files of an imported resource.

use serde_json::Value;

use crate::project::{OWN, Resolved, ResolvedSolution};
use crate::remote::RemoteError;
use crate::resource::{DEFAULT_WAREHOUSE, Desired, DesiredSet, Kind, ResourceKey, declaration, section};
use crate::state::Record;

use super::super::adopt::plain;
use super::super::desired::copy_of;
use super::super::{PipelineError, Workspace, unit};
use super::found::{Found, find};
use super::names::Names;
use super::yaml;

impl Draft {
    /// Whether the project, as it is, has room for it.
    pub fn fits(&self, project: &DesiredSet) -> Result<(), ImportError> {
        let place = |desired: &Desired| {
            let place = desired.location.as_ref().map(|location| format!(", at {}", location.display()));
            place.unwrap_or_default()
        };
        let same_name = |desired: &&Desired| {
            let named = desired.securable().filter(|_| desired.key.kind == self.key.kind);
            named.is_some_and(|(_, name)| name == self.id.to_lowercase())
        };
        if let Some(same) = project.iter().find(same_name) {
            let (key, name) = (same.key.clone(), self.id.clone());
            return Err(ImportError::Declared { key, name, place: place(same) });
        }
        match project.get(&self.key) {
            // Their key is what they are on.
            Some(there) if self.key.kind == Kind::Grants => {
                let (key, name) = (self.key.clone(), self.key.name().to_string());
                Err(ImportError::Declared { key, name, place: place(there) })
            }
            Some(there) => Err(ImportError::Key { key: self.key.clone(), place: place(there) }),
            None => Ok(()),
        }
    }
}

/// What is to be imported.
pub struct Request<'r> {
    pub kind: Kind,
    /// An id or a name.
    pub wanted: &'r str,
    pub solution: &'r str,
    /// What the project is to call it; else a word made of its name.
    pub key: Option<&'r str>,
}

/// Files for a project, and what they are of.
#[derive(Debug)]
pub struct Draft {
    pub key: ResourceKey,
    pub id: String,
    /// Texts by project path.
    pub files: Vec<(String, String)>,
    /// Fields that a resource file cannot have.
    pub left: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("`{kind}` cannot be imported: {why}")]
    Kind { kind: Kind, why: &'static str },
    #[error("the workspace has no {kind} `{wanted}`, or you may not see it")]
    Missing { kind: Kind, wanted: String },
    #[error("several of kind {kind} are called `{name}`: {}", ids.join(", "))]
    Several { kind: Kind, name: String, ids: Vec<String> },
    #[error("name the {kind} by {form}")]
    Name { kind: Kind, form: &'static str },
    #[error("this solution has the {kind} `{id}` already, as `{key}`", kind = key.kind)]
    Known { key: ResourceKey, id: String },
    #[error("this solution has the {kind} `{name}` already, as `{key}`{place}", kind = key.kind)]
    Declared { key: ResourceKey, name: String, place: String },
    #[error("`{key}` is another {kind}{place}; nothing was written", kind = key.kind)]
    Key { key: ResourceKey, place: String },
    #[error("the {kind} `{wanted}` has no content that you may see")]
    Empty { kind: Kind, wanted: String },
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}

impl ImportError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Kind { .. } | Self::Name { .. } | Self::Known { .. } => None,
            Self::Missing { .. } => Some("an id is in the address of its page; a name must be written as it is there"),
            Self::Several { .. } => Some("name the one that is meant by its id"),
            Self::Declared { key: ResourceKey { kind: Kind::Grants, .. }, .. } => {
                Some("write the privileges there; a plan shows what others have")
            }
            Self::Declared { .. } => Some("a plan finds it by its name, and a deployment takes it over"),
            Self::Key { .. } => Some("choose a key that is free with `--key NAME`"),
            Self::Empty { .. } => Some("get CAN_EDIT on it"),
            Self::Remote(_) | Self::Pipeline(_) => None,
        }
    }
}

impl Workspace {
    /// The files that declare an object as it is. Changes nothing.
    pub async fn draft(&self, resolved: &Resolved<'_>, request: &Request<'_>) -> Result<Draft, ImportError> {
        let kind = request.kind;
        let section = section(kind).map_err(|why| ImportError::Kind { kind, why })?;
        let Some(solution) = resolved.solutions.get(request.solution) else {
            return Err(ImportError::Missing { kind, wanted: request.solution.to_string() });
        };
        let found = find(&self.remote, kind, request.wanted).await?;
        let project = unit(&resolved.project.name.value, request.solution);
        let state = self.state(&project, &resolved.target.name).await?;
        let same =
            |(key, record): &(&ResourceKey, &Record)| key.kind == kind && record.id.eq_ignore_ascii_case(&found.id);
        if let Some((key, _)) = state.iter().flat_map(|state| &state.resources).find(same) {
            return Err(ImportError::Known { key: key.clone(), id: found.id });
        }
        // Who has none has none to write about.
        let warehouse = self.remote.default_warehouse().await.ok().map(str::to_string);
        let names = Names::of(resolved, solution, state.as_ref(), warehouse.clone());
        let title = title(kind, &found, request.wanted);
        let key = request.key.map_or_else(|| word(&title), str::to_string);
        let (mut spec, left) = declaration(kind, &found.spec);
        if spec.get("warehouse_id").and_then(Value::as_str).is_some_and(|id| Some(id) == warehouse.as_deref())
            && matches!(kind, Kind::Dashboard | Kind::GenieSpace | Kind::Alert)
        {
            spec.insert("warehouse_id".to_string(), Value::String(DEFAULT_WAREHOUSE.to_string()));
        }
        self.without_prefix(resolved, kind, &mut spec);
        if kind == Kind::GenieSpace || kind == Kind::Dashboard || kind == Kind::Alert {
            let own = format!("{}/resources", self.root(&project, &resolved.target.name));
            let is_own = |path: &Value| path.as_str().is_some_and(|path| same_folder(path, &own));
            if spec.get("parent_path").is_some_and(is_own) {
                spec.remove("parent_path");
            }
        }
        let mut files = Vec::new();
        if matches!(kind, Kind::Dashboard | Kind::GenieSpace) {
            let text = found.document.as_deref();
            let document: Option<Value> = text.and_then(|text| serde_json::from_str(text).ok());
            let Some(document) = document else {
                return Err(ImportError::Empty { kind, wanted: request.wanted.to_string() });
            };
            let path = document_path(solution, resolved, kind, &key);
            let mut declared = serde_json::Map::new();
            declared.insert("file".to_string(), Value::String(path.clone()));
            declared.extend(spec);
            spec = declared;
            files.push((path, format!("{document:#}\n")));
        }
        let folder =
            folder(solution, resolved, "jobs", solution.solution.files.resources.first().map(|file| file.name()));
        let path = format!("{folder}/{key}.{}.yml", kind.as_str());
        files.insert(0, (path, yaml::document(section, &key, kind, &spec, &names)));
        let name = match kind {
            Kind::Grants => request.wanted.to_lowercase(),
            _ => key,
        };
        Ok(Draft { key: ResourceKey::new(kind, name), id: found.id, files, left })
    }

    /// What a target in development puts before a name is not the project's.
    fn without_prefix(&self, resolved: &Resolved<'_>, kind: Kind, spec: &mut crate::resource::Spec) {
        let field = match kind {
            Kind::Job | Kind::Pipeline => "name",
            Kind::Dashboard | Kind::Alert => "display_name",
            Kind::GenieSpace => "title",
            _ => return,
        };
        let prefix = format!("[dev {}] ", copy_of(resolved.target, self.user()));
        if resolved.target.mode == crate::project::Mode::Development
            && let Some(Value::String(name)) = spec.get_mut(field)
            && let Some(rest) = name.strip_prefix(&prefix)
        {
            *name = rest.to_string();
        }
    }
}

fn same_folder(left: &str, right: &str) -> bool {
    crate::resource::NormalForm::WorkspacePath.same(left, right)
}

/// What people call it.
fn title(kind: Kind, found: &Found, wanted: &str) -> String {
    let field = match kind {
        Kind::Dashboard | Kind::Alert => "display_name",
        Kind::GenieSpace => "title",
        Kind::Grants => "securable",
        _ => "name",
    };
    found.spec.get(field).and_then(Value::as_str).unwrap_or(wanted).to_string()
}

fn word(title: &str) -> String {
    let mut word = plain(title);
    while word.contains("__") {
        word = word.replace("__", "_");
    }
    if word.is_empty() { "imported".to_string() } else { word }
}

fn document_path(solution: &ResolvedSolution<'_>, resolved: &Resolved<'_>, kind: Kind, key: &str) -> String {
    let files = &solution.solution.files;
    let (folder_name, known, ending) = match kind {
        Kind::Dashboard => ("dashboards", files.dashboards.first(), "lvdash.json"),
        _ => ("genie", files.genie.first(), "geniespace.json"),
    };
    let folder = folder(solution, resolved, folder_name, known.map(|file| file.source.name()));
    format!("{folder}/{key}.{ending}")
}

/// Beside what is there already; else where the folders of a project say.
fn folder(solution: &ResolvedSolution<'_>, resolved: &Resolved<'_>, name: &str, beside: Option<&str>) -> String {
    if let Some((folder, _)) = beside.and_then(|path| path.rsplit_once('/')) {
        return folder.to_string();
    }
    match (&solution.solution.layout, resolved.project.solutions.len()) {
        (Some(_), _) => OWN.to_string(),
        (None, 1) => name.to_string(),
        (None, _) => format!("{name}/{}", solution.solution.name),
    }
}
