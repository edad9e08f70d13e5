//! From the manifest's tree to its types. Every finding is collected; a part that is wrong is left out.

use indexmap::IndexMap;

use super::files::{SolutionFiles, Templates};
use super::model::{LOCAL, Layout, Mode, Principal, Project, RunAs, Solution, Target};
use super::variable::{Setting, Settings, Variable, VariableType, VariableValue};
use super::yaml::{Entry, Fields, Located, Node};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::Identifier;

/// The manifest without its files; `None` if it lacks what nothing can stand in for.
pub(super) fn manifest(root: &std::path::Path, node: &Node, out: &mut Diagnostics) -> Option<Project> {
    let mut fields = Fields::of(node, out)?;
    let name = fields.require_string("name", out);
    let solutions = fields.require("solutions", out).and_then(|node| node.map(out)).unwrap_or_default();
    let solutions = collect(solutions, out, solution);
    let variables = collect(fields.map("variables", out), out, variable);
    let mut targets = collect(fields.map("targets", out), out, target);
    let principals = collect(fields.map("principals", out), out, principal);
    let checks = super::checks::checks(fields.map("checks", out), out);
    let policies = super::policies::decode(fields.take("policies"), out);
    let verify = super::verify::decode(fields.take("verify"), out);
    fields.finish(out);
    targets.entry(LOCAL.to_string()).or_insert_with(built_in);
    let project = Project {
        root: root.to_path_buf(),
        manifest: std::sync::Arc::clone(&node.location.file),
        name: name?,
        solutions,
        variables,
        targets,
        principals,
        checks,
        policies,
        verify,
        templates: Templates::new(),
        is_complete: true,
    };
    super::validate::manifest(&project, out);
    Some(project)
}

/// Entries whose key is a name that the user gives. A null entry (`local:`) is one without settings.
fn collect<T>(
    entries: &[Entry],
    out: &mut Diagnostics,
    decode: fn(&Entry, &mut Diagnostics) -> Option<T>,
) -> IndexMap<String, T> {
    let mut items = IndexMap::new();
    for entry in entries {
        if !is_name(&entry.key) {
            let message = format!("`{}` is not a name: letters, digits, `_` and `-`, and a letter first", entry.key);
            out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(entry.key_location.clone()));
            continue;
        }
        if let Some(item) = decode(entry, out) {
            items.insert(entry.key.clone(), item);
        }
    }
    items
}

/// Solution, target, variable and principal names become parts of folder, catalog and environment names.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn solution(entry: &Entry, out: &mut Diagnostics) -> Option<Solution> {
    let mut fields = Fields::of(&entry.node, out)?;
    let title = fields.string("title", out);
    let catalog = fields.require("catalog", out).and_then(|node| object_name(node, out));
    let mut schemas = IndexMap::new();
    for layer in fields.require("schemas", out).and_then(|node| node.map(out)).unwrap_or_default() {
        if let Some(schema) = object_name(&layer.node, out) {
            schemas.insert(layer.key.clone(), schema);
        }
    }
    let variables = settings(fields.map("variables", out));
    let layout = fields.take("files").and_then(|node| layout(node, out));
    fields.finish(out);
    Some(Solution {
        name: entry.key.clone(),
        location: entry.key_location.clone(),
        title,
        catalog: catalog?,
        schemas,
        variables,
        layout,
        files: SolutionFiles::default(),
    })
}

/// `files: { folders: [.], ignore: ["old/**"] }`
fn layout(node: &Node, out: &mut Diagnostics) -> Option<Layout> {
    let mut fields = Fields::of(node, out)?;
    let texts = |texts: Vec<Located<String>>| texts.into_iter().map(|text| text.value).collect();
    let layout =
        Layout { folders: texts(fields.strings("folders", out)), ignore: texts(fields.strings("ignore", out)) };
    fields.finish(out);
    Some(layout)
}

fn object_name(node: &Node, out: &mut Diagnostics) -> Option<Located<Identifier>> {
    let text = node.string(out)?;
    match Identifier::object(text.value) {
        Ok(name) => Some(Located::new(name, text.location)),
        Err(error) => {
            out.push(Diagnostic::error(Code::INVALID_VALUE, error.to_string()).at(text.location));
            None
        }
    }
}

fn settings(entries: &[Entry]) -> Settings {
    let setting = |entry: &Entry| Setting { key_location: entry.key_location.clone(), node: entry.node.clone() };
    entries.iter().map(|entry| (entry.key.clone(), setting(entry))).collect()
}

fn variable(entry: &Entry, out: &mut Diagnostics) -> Option<Variable> {
    let mut fields = Fields::of(&entry.node, out)?;
    let kind = fields.require_string("type", out).and_then(|name| variable_type(&name, out));
    let values = fields.strings("values", out);
    let values_given = fields.entry("values");
    let items = fields.string("items", out);
    let (min, max, default) = (fields.take("min"), fields.take("max"), fields.take("default"));
    let optional = fields.bool("optional", out).is_some_and(|optional| optional.value);
    let description = fields.string("description", out).map(|text| text.value);
    fields.finish(out);
    let mut kind = kind?;
    let unfit = |key: &str, node: &Node| {
        let message = format!("`{key}` has no meaning for a variable of type {kind}");
        Diagnostic::error(Code::INVALID_VALUE, message).at(node.location.clone())
    };
    if let Some(given) = values_given.filter(|_| !matches!(kind, VariableType::Enum(_))) {
        out.push(unfit("values", &given.node));
    }
    for (key, bound) in [("min", min), ("max", max)] {
        if let Some(bound) = bound.filter(|_| !kind.is_ordered()) {
            out.push(unfit(key, bound));
        }
    }
    match &mut kind {
        VariableType::Enum(allowed) => {
            *allowed = values.into_iter().map(|value| value.value).collect();
            if allowed.is_empty() {
                let message = format!("`{}` is an enum and needs `values`", entry.key);
                out.push(Diagnostic::error(Code::MISSING_KEY, message).at(entry.key_location.clone()));
                return None;
            }
        }
        VariableType::List(item) => {
            if let Some(name) = items {
                **item = variable_type(&name, out).filter(|kind| !matches!(kind, VariableType::List(_)))?;
            }
        }
        _ => {
            if let Some(name) = items {
                let message = format!("`items` has no meaning for a variable of type {kind}");
                out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(name.location));
            }
        }
    }
    let bounded = kind.is_ordered();
    let mut variable = Variable {
        name: entry.key.clone(),
        location: entry.key_location.clone(),
        min: min.filter(|_| bounded).and_then(|node| value(&kind, node, out)),
        max: max.filter(|_| bounded).and_then(|node| value(&kind, node, out)),
        default: None,
        kind,
        optional,
        description,
    };
    if let (Some(min), Some(max)) = (&variable.min, &variable.max)
        && min.value.is_above(&max.value)
    {
        let message = format!("the minimum of `{}` is {}, and its maximum {}", variable.name, min.value, max.value);
        let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(max.location.clone());
        out.push(diagnostic.related(min.location.clone(), "the minimum"));
        // No value is within such bounds.
        variable.max = None;
    }
    variable.default = default.and_then(|node| typed_value(&variable, node, out));
    Some(variable)
}

fn variable_type(name: &Located<String>, out: &mut Diagnostics) -> Option<VariableType> {
    let kind = VariableType::named(&name.value);
    if kind.is_none() {
        let message = format!("`{}` is not a type of variable", name.value);
        let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(name.location.clone());
        let known = format!("types: {}", VariableType::NAMES.join(", "));
        out.push(diagnostic.hint(known).suggest(&name.value, VariableType::NAMES));
    }
    kind
}

pub(super) fn value(kind: &VariableType, node: &Node, out: &mut Diagnostics) -> Option<Located<VariableValue>> {
    match kind.read(node) {
        Ok(value) => Some(Located::new(value, node.location.clone())),
        Err(culprit) => {
            let expected = match kind {
                VariableType::List(item) if !std::ptr::eq(culprit, node) => item.expects(),
                _ => kind.expects(),
            };
            out.push(culprit.expected(&expected));
            None
        }
    }
}

/// A value of a variable, typed and within its bounds, or a finding.
pub(super) fn typed_value(variable: &Variable, node: &Node, out: &mut Diagnostics) -> Option<Located<VariableValue>> {
    let value = value(&variable.kind, node, out)?;
    if let Some(message) = variable.out_of_bounds(&value.value) {
        let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(value.location.clone());
        out.push(diagnostic.related(variable.location.clone(), "declared here"));
        return None;
    }
    Some(value)
}

fn built_in() -> Target {
    Target {
        name: LOCAL.to_string(),
        location: None,
        mode: Mode::Local,
        default: false,
        profile: None,
        host: None,
        catalog_prefix: None,
        root: None,
        run_as: None,
        protect: false,
        variables: Settings::new(),
    }
}

fn target(entry: &Entry, out: &mut Diagnostics) -> Option<Target> {
    let mut fields = Fields::of(&entry.node, out)?;
    let mode = fields.string("mode", out);
    let target = Target {
        name: entry.key.clone(),
        location: Some(entry.key_location.clone()),
        mode: match mode.as_ref().map(|mode| mode.value.as_str()) {
            Some("development") => Mode::Development,
            Some("production") => Mode::Production,
            None if entry.key == LOCAL => Mode::Local,
            None => Mode::Development,
            Some(other) => {
                let message = format!("`{other}` is not a mode");
                let location = mode.as_ref().map(|mode| mode.location.clone()).unwrap_or(entry.key_location.clone());
                out.push(
                    Diagnostic::error(Code::INVALID_VALUE, message).at(location).hint("modes: development, production"),
                );
                Mode::Development
            }
        },
        default: fields.bool("default", out).is_some_and(|value| value.value),
        profile: fields.string("profile", out),
        host: fields.string("host", out),
        catalog_prefix: fields.string("catalog_prefix", out),
        root: fields.string("root", out).filter(|root| is_folder(root, out)),
        run_as: fields.take("run_as").and_then(|node| run_as(node, out)),
        protect: fields.bool("protect", out).is_some_and(|value| value.value),
        variables: settings(fields.map("variables", out)),
    };
    fields.finish(out);
    Some(target)
}

/// A place in the workspace that is not the whole of it.
fn is_folder(root: &Located<String>, out: &mut Diagnostics) -> bool {
    let parts: Vec<&str> = root.value.split('/').collect();
    let named = |part: &&str| !part.is_empty() && !matches!(*part, "." | "..");
    let right = matches!(parts.as_slice(), ["", "Workspace", rest @ ..] if rest.len() > 1 && rest.iter().all(named));
    if !right {
        let message = format!("`{}` is not a folder of a workspace", root.value);
        let hint = "write it as `/Workspace/Shared/.lakesmith`, without a slash at its end";
        out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(root.location.clone()).hint(hint));
    }
    right
}

fn run_as(node: &Node, out: &mut Diagnostics) -> Option<Located<RunAs>> {
    let mut fields = Fields::of(node, out)?;
    let service_principal = fields.string("service_principal", out);
    let user = fields.string("user", out);
    fields.finish(out);
    let value = match (service_principal, user) {
        (Some(id), None) => RunAs::ServicePrincipal(id.value),
        (None, Some(name)) => RunAs::User(name.value),
        _ => {
            let message = "`run_as` names either a `service_principal` or a `user`";
            out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(node.location.clone()));
            return None;
        }
    };
    Some(Located::new(value, node.location.clone()))
}

fn principal(entry: &Entry, out: &mut Diagnostics) -> Option<Principal> {
    let mut names = IndexMap::new();
    for target in entry.node.map(out)? {
        if let Some(name) = target.node.string(out) {
            names.insert(target.key.clone(), Located::new(name.value, target.key_location.clone()));
        }
    }
    Some(Principal { name: entry.key.clone(), location: entry.key_location.clone(), names })
}
