//! A project for one target: the names and the values of variables that hold there.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::model::{Project, Solution, Target};
use super::validate::{unknown_target, unknown_variable};
use super::variable::{Settings, Variable, VariableValue};
use super::yaml::is_noncharacter;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::{Identifier, TableName};
use crate::sys::Env;

/// Values from the command line and the environment.
#[derive(Clone, Default, Debug)]
pub struct Overrides {
    values: BTreeMap<String, Override>,
}

#[derive(Clone, Debug)]
struct Override {
    text: String,
    /// `--var x` or `LAKESMITH_VAR_X`, for messages.
    origin: String,
    is_of_environment: bool,
}

/// What a target settles. Cheap to keep beside the project.
#[derive(Debug)]
pub struct Resolved<'p> {
    pub project: &'p Project,
    pub target: &'p Target,
    pub solutions: IndexMap<String, ResolvedSolution<'p>>,
    /// Role to the group or user of this target; a role without a name here is absent.
    pub principals: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct ResolvedSolution<'p> {
    pub solution: &'p Solution,
    /// With the target's prefix.
    pub catalog: Identifier,
    /// `None`: declared, but nothing gives it a value.
    pub variables: BTreeMap<String, Option<VariableValue>>,
}

/// The environment variable that sets a variable.
pub fn environment_name(variable: &str) -> String {
    format!("LAKESMITH_VAR_{}", variable.to_ascii_uppercase().replace('-', "_"))
}

impl Overrides {
    /// `--var` pairs win over the environment. An environment variable for no declared variable is ignored: it may be
    /// meant for another project.
    pub fn new(project: &Project, pairs: &[(String, String)], env: &Env) -> (Self, Diagnostics) {
        let mut out = Diagnostics::default();
        let mut values = BTreeMap::new();
        for variable in project.variables.keys() {
            let origin = environment_name(variable);
            // Also the name as it is declared: `LAKESMITH_VAR_x`.
            let exact = format!("LAKESMITH_VAR_{variable}");
            let found = [exact, origin].into_iter().find_map(|name| Some((env.get(&name)?, name)));
            if let Some((text, origin)) = found {
                values.insert(variable.clone(), Override { text, origin, is_of_environment: true });
            }
        }
        for (name, text) in pairs {
            if project.variables.contains_key(name) {
                let (text, origin) = (text.clone(), format!("--var {name}"));
                values.insert(name.clone(), Override { text, origin, is_of_environment: false });
            } else {
                let mut diagnostic = unknown_variable(project, name);
                diagnostic.message = format!("--var {name}: {}", diagnostic.message);
                out.push(diagnostic);
            }
        }
        (Self { values }, out)
    }

    /// What was given, by variable, as it was written.
    pub fn given(&self) -> BTreeMap<String, String> {
        self.values.iter().map(|(name, given)| (name.clone(), given.text.clone())).collect()
    }
}

impl Project {
    /// Settles names and variables for a target (`None`: the default one).
    pub fn resolve(&self, target: Option<&str>, overrides: &Overrides) -> (Option<Resolved<'_>>, Diagnostics) {
        let mut out = Diagnostics::default();
        let name = target.unwrap_or_else(|| self.default_target());
        let Some(target) = self.targets.get(name) else {
            return (None, unknown_target(self, name, None).into());
        };
        let overridden = self.overridden(overrides, &mut out);
        let mut solutions = IndexMap::new();
        for solution in self.solutions.values() {
            let prefix = target.catalog_prefix.as_ref().map_or("", |prefix| prefix.value.as_str());
            // Checked when the manifest was read: a prefix that makes no name has been reported.
            let Ok(catalog) = Identifier::object(format!("{prefix}{}", solution.catalog.value)) else {
                continue;
            };
            let value = |variable: &Variable| {
                let value = overridden.get(variable.name.as_str()).cloned();
                let value = value.or_else(|| set(&target.variables, variable));
                let value = value.or_else(|| set(&solution.variables, variable));
                value.or_else(|| variable.default.as_ref().map(|default| default.value.clone()))
            };
            let variables = self.variables.values().map(|v| (v.name.clone(), value(v))).collect();
            solutions.insert(solution.name.clone(), ResolvedSolution { solution, catalog, variables });
        }
        let principals = self
            .principals
            .values()
            .filter_map(|principal| Some((principal.name.clone(), principal.names.get(&target.name)?.value.clone())));
        (Some(Resolved { project: self, target, solutions, principals: principals.collect() }), out)
    }

    fn overridden(&self, overrides: &Overrides, out: &mut Diagnostics) -> BTreeMap<&str, VariableValue> {
        let mut values = BTreeMap::new();
        for variable in self.variables.values() {
            let Some(given) = overrides.values.get(&variable.name) else {
                continue;
            };
            let problem = match variable.kind.parse(&given.text) {
                None if given.text.contains(is_noncharacter) => "the text contains a noncharacter".to_string(),
                // Whoever has it in the environment may have a reason not to show it.
                None if given.is_of_environment => format!("expected {}", variable.kind.expects()),
                None => format!("expected {}, found `{}`", variable.kind.expects(), given.text),
                Some(value) => match variable.out_of_bounds(&value) {
                    Some(problem) => problem,
                    None => {
                        values.insert(variable.name.as_str(), value);
                        continue;
                    }
                },
            };
            let diagnostic = Diagnostic::error(Code::INVALID_VALUE, format!("{}: {problem}", given.origin));
            out.push(diagnostic.related(variable.location.clone(), "declared here"));
        }
        values
    }
}

/// A setting that does not fit its variable was reported when the manifest was read.
fn set(settings: &Settings, variable: &Variable) -> Option<VariableValue> {
    variable.kind.read(&settings.get(&variable.name)?.node).ok()
}

impl ResolvedSolution<'_> {
    pub fn schema(&self, layer: &str) -> Option<&Identifier> {
        self.solution.schemas.get(layer).map(|schema| &schema.value)
    }

    /// The full name of an object in a layer's schema.
    pub fn table(&self, layer: &str, name: &str) -> Option<TableName> {
        let schema = self.schema(layer)?.clone();
        Some(TableName { catalog: self.catalog.clone(), schema, name: Identifier::object(name).ok()? })
    }
}
