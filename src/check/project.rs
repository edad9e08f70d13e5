//! Rules of the manifest: what is declared and never used, and targets that cannot mean what they say.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::project::{LOCAL, Mode, Project, Solution, SolutionFiles, Target};

use super::entries::{note, warning};

/// What all templates and documents of a project use by name.
#[derive(Default)]
pub struct Used<'u> {
    /// Arguments of `var()`; `None`: some call's argument is not a text, so that any variable may be meant.
    pub variables: Option<BTreeSet<&'u str>>,
    /// Arguments of `principal()`.
    pub principals: Option<BTreeSet<&'u str>>,
    /// Layers, by solution, that `schema()`, `ref()` or `volume_path()` names or that hold files.
    pub layers: BTreeMap<&'u str, Option<BTreeSet<&'u str>>>,
}

/// What is wrong with the manifest.
pub fn check(project: &Project, used: &Used<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    if let Some(names) = &used.variables {
        for variable in project.variables.values().filter(|variable| !names.contains(variable.name.as_str())) {
            let message = format!("nothing uses the variable `{}`", variable.name);
            let diagnostic = warning(Code::UNUSED_VARIABLE, &variable.location, message);
            out.push(diagnostic.hint(format!("remove it, or use it with `var('{}')`", variable.name)));
        }
    }
    if let Some(names) = &used.principals {
        for principal in project.principals.values().filter(|principal| !names.contains(principal.name.as_str())) {
            let message = format!("nothing uses the principal `{}`", principal.name);
            let diagnostic = note(Code::UNUSED_PRINCIPAL, &principal.location, message);
            out.push(diagnostic.hint(format!("remove it, or use it with `principal('{}')`", principal.name)));
        }
    }
    for solution in project.solutions.values() {
        files(solution, used, &mut out);
    }
    shared_schemas(project, &mut out);
    for target in project.targets.values() {
        self::target(target, &mut out);
    }
    shared_targets(project, &mut out);
    out
}

fn files(solution: &Solution, used: &Used<'_>, out: &mut Diagnostics) {
    let SolutionFiles { sql, unread, resources, assets, dashboards, genie, tests, sources, story, .. } =
        &solution.files;
    let documents = dashboards.is_empty() && genie.is_empty() && tests.is_empty();
    let templates = sql.is_empty() && unread.is_empty() && resources.is_empty();
    if templates && assets.is_empty() && documents && sources.is_none() && story.is_none() {
        let message = format!("the solution `{}` has no files", solution.name);
        let hint = format!("put them into sql/{0}/, jobs/{0}/, dashboards/{0}/ and genie/{0}/", solution.name);
        out.push(warning(Code::EMPTY_SOLUTION, &solution.location, message).hint(hint));
        return;
    }
    let folders: BTreeSet<&str> =
        sql.iter().map(|file| file.layer.as_str()).filter(|layer| !layer.is_empty()).collect();
    for folder in folders.iter().filter(|folder| !solution.schemas.contains_key(**folder)) {
        // Other folders hold what belongs to no layer: checks, governance.
        let unused = solution.schemas.keys().map(String::as_str).filter(|layer| !folders.contains(layer));
        if let Some(near) = did_you_mean(folder, unused)
            && let Some(file) = sql.iter().find(|file| file.layer == **folder)
        {
            let message = format!("the folder `{folder}` is no layer of `{}`", solution.name);
            let start = crate::diag::Location::new(&file.source, crate::diag::Span::new(0, 0));
            let hint = format!("did you mean `{near}`?");
            out.push(warning(Code::UNDECLARED_LAYER, &start, message).hint(hint));
        }
    }
    let Some(Some(layers)) = used.layers.get(solution.name.as_str()) else { return };
    let is_used = |layer: &str| layers.contains(layer) || folders.contains(layer);
    for (layer, schema) in &solution.schemas {
        // Another layer of the same schema may be used.
        let used = solution.schemas.iter().any(|(other, of)| of.value == schema.value && is_used(other));
        if !used {
            let message = format!("nothing of `{}` is in the schema `{layer}`, and nothing names it", solution.name);
            let hint = format!("remove it, or put files into sql/{}/{layer}/", solution.name);
            out.push(warning(Code::UNUSED_SCHEMA, &schema.location, message).hint(hint));
        }
    }
}

/// Two solutions are deployed apart from each other, each as if the schema were its own.
fn shared_schemas(project: &Project, out: &mut Diagnostics) {
    let mut seen: BTreeMap<(String, String), (&Solution, &crate::diag::Location)> = BTreeMap::new();
    for solution in project.solutions.values() {
        for schema in solution.schemas.values() {
            let key = (solution.catalog.value.folded(), schema.value.folded());
            match seen.get(&key) {
                Some((first, at)) if first.name != solution.name => {
                    let message =
                        format!("`{}` and `{}` both write into `{}.{}`", first.name, solution.name, key.0, key.1);
                    let diagnostic = warning(Code::SHARED_SCHEMA, &schema.location, message);
                    out.push(diagnostic.related((*at).clone(), "the other").hint("give each a schema of its own"));
                }
                Some(_) => {}
                None => drop(seen.insert(key, (solution, &schema.location))),
            }
        }
    }
}

fn target(target: &Target, out: &mut Diagnostics) {
    if let Some(host) = &target.host
        && let Some((message, hint)) = bad_host(&host.value)
    {
        out.push(warning(Code::TARGET_HOST, &host.location, message).hint(hint));
    }
    let Some(location) = target.location.as_ref().filter(|_| target.mode == Mode::Production) else { return };
    if target.run_as.is_none() {
        let message =
            format!("the production target `{}` does not say as whom its jobs and pipelines run", target.name);
        let hint = "add `run_as: { service_principal: … }`, or they run as whoever deployed last";
        out.push(warning(Code::PRODUCTION_RUN_AS, location, message).hint(hint));
    }
    if target.host.is_none() && target.profile.is_none() {
        let message = format!("the production target `{}` names no workspace", target.name);
        let hint = "add `host`, or it goes to whichever workspace the environment names";
        out.push(warning(Code::TARGET_ADDRESS, location, message).hint(hint));
    }
}

/// Why a host cannot be a workspace's address, and what to write.
fn bad_host(host: &str) -> Option<(String, &'static str)> {
    let (scheme, rest) = host.split_once("://").unwrap_or(("https", host));
    let name = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let bare = name.rsplit_once(':').map_or(name, |(name, _)| name);
    let local = ["localhost", "127.0.0.1", "[::1]"].contains(&bare);
    if name.is_empty() || name.contains(char::is_whitespace) || !["http", "https"].contains(&scheme) {
        let message = format!("`{host}` is not the address of a workspace");
        return Some((message, "write `https://` and the workspace's host name"));
    }
    if scheme == "http" && !local {
        let message = format!("`{host}` is not encrypted: the token would be sent as clear text");
        return Some((message, "write `https://`"));
    }
    let behind = rest.get(name.len()..).unwrap_or_default().trim_end_matches('/');
    (!behind.is_empty()).then(|| {
        let message = format!("the host has `{behind}` behind its name, which is no part of it");
        (message, "write only `https://` and the host name")
    })
}

/// Where a development copy goes into the same catalog as production, it overwrites it.
fn shared_targets(project: &Project, out: &mut Diagnostics) {
    fn place(target: &Target) -> Option<(String, String)> {
        let address = match (&target.host, &target.profile) {
            (Some(host), _) => host.value.trim_end_matches('/').trim_start_matches("https://").to_lowercase(),
            (None, Some(profile)) => format!("profile {}", profile.value),
            // The environment decides.
            (None, None) => return None,
        };
        let prefix = target.catalog_prefix.as_ref().map(|prefix| prefix.value.to_lowercase()).unwrap_or_default();
        Some((address, prefix))
    }
    let mut seen: BTreeMap<(String, String), &Target> = BTreeMap::new();
    for target in project.targets.values().filter(|target| target.name != LOCAL) {
        let Some(key) = place(target) else { continue };
        let Some(first) = seen.get(&key) else {
            seen.insert(key, target);
            continue;
        };
        let message = format!("the targets `{}` and `{}` deploy into the same catalogs", first.name, target.name);
        let mut diagnostic = Diagnostic::warning(Code::SHARED_TARGET, message);
        diagnostic.location = target.location.clone();
        if let Some(at) = &first.location {
            diagnostic = diagnostic.related(at.clone(), "the other");
        }
        out.push(diagnostic.hint("give one of them a `catalog_prefix`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for good in ["https://a.test", "https://a.test/", "a.test", "http://127.0.0.1:8080", "http://localhost"] {
            assert_eq!(bad_host(good), None, "{good}");
        }
        for (bad, told) in [
            ("https://a.test/?o=123", "the host has `/?o=123` behind its name, which is no part of it"),
            ("http://a.test", "`http://a.test` is not encrypted: the token would be sent as clear text"),
            ("https://", "`https://` is not the address of a workspace"),
            ("ftp://a.test", "`ftp://a.test` is not the address of a workspace"),
        ] {
            assert_eq!(bad_host(bad).map(|(message, _)| message).as_deref(), Some(told));
        }
    }
}
