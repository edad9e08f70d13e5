//! What the manifest's parts say of each other.

use super::model::{LOCAL, Project};
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::ident::Identifier;

pub(super) fn manifest(project: &Project, out: &mut Diagnostics) {
    if project.solutions.is_empty() && !out.has_errors() {
        let message = "a project needs at least one solution";
        out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(project.manifest_start()));
    }
    one_default(project, out);
    prefixes(project, out);
    settings(project, out);
    principals(project, out);
    variable_names(project, out);
}

fn one_default(project: &Project, out: &mut Diagnostics) {
    let mut defaults = project.targets.values().filter(|target| target.default);
    let Some(first) = defaults.next() else { return };
    for second in defaults {
        if let (Some(first), Some(second_location)) = (&first.location, &second.location) {
            let message = format!("`{}` is a second default target", second.name);
            let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(second_location.clone());
            out.push(diagnostic.related(first.clone(), "the first"));
        }
    }
}

/// The prefix is part of a catalog's name, so every name that it makes must be one.
fn prefixes(project: &Project, out: &mut Diagnostics) {
    for target in project.targets.values() {
        let Some(prefix) = &target.catalog_prefix else { continue };
        for solution in project.solutions.values() {
            let name = format!("{}{}", prefix.value, solution.catalog.value);
            if let Err(error) = Identifier::object(name) {
                out.push(Diagnostic::error(Code::INVALID_VALUE, error.to_string()).at(prefix.location.clone()));
                break;
            }
        }
    }
}

/// Values for variables: of declared ones, of their type, within their bounds.
fn settings(project: &Project, out: &mut Diagnostics) {
    let targets = project.targets.values().map(|target| &target.variables);
    let solutions = project.solutions.values().map(|solution| &solution.variables);
    for (name, setting) in targets.chain(solutions).flatten() {
        match project.variables.get(name) {
            Some(variable) => {
                super::decode::typed_value(variable, &setting.node, out);
            }
            None => out.push(unknown_variable(project, name).at(setting.key_location.clone())),
        }
    }
}

/// What to do about a variable that is like no declared one.
pub(crate) const DECLARE_VARIABLE: &str = "declare it under `variables` in lakesmith.yml";

/// Without a place: the caller knows it.
pub(super) fn unknown_variable(project: &Project, name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UNKNOWN_VARIABLE, format!("the variable `{name}` is not declared"));
    diagnostic.hint(DECLARE_VARIABLE).suggest(name, project.variables.keys().map(String::as_str))
}

fn principals(project: &Project, out: &mut Diagnostics) {
    for principal in project.principals.values() {
        for (target, name) in &principal.names {
            if !project.targets.contains_key(target) {
                out.push(unknown_target(project, target, Some(&name.location)));
            }
        }
    }
}

pub(super) fn unknown_target(project: &Project, name: &str, location: Option<&Location>) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(Code::UNKNOWN_TARGET, format!("the target `{name}` is not declared"));
    if let Some(location) = location {
        diagnostic = diagnostic.at(location.clone());
    }
    let known: Vec<&str> = project.targets.keys().map(String::as_str).collect();
    diagnostic.hint(format!("targets: {} (`{LOCAL}` is built in)", known.join(", "))).suggest(name, known)
}

/// `LAKESMITH_VAR_<NAME>` is upper case, so two names must differ in more than case and `-`/`_`.
fn variable_names(project: &Project, out: &mut Diagnostics) {
    let mut seen = std::collections::BTreeMap::new();
    for variable in project.variables.values() {
        if let Some(first) = seen.insert(super::resolve::environment_name(&variable.name), &variable.location) {
            let message = format!("`{}` has the same environment variable as another variable", variable.name);
            let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(variable.location.clone());
            out.push(diagnostic.related(first.clone(), "the other"));
        }
    }
}
