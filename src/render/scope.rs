//! What templates of a solution can name, and the functions that look it up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

use super::constants;
use super::print::plain;
use super::value::{self, Dialect, Fault, Fragment};
use crate::diag::{Code, did_you_mean};
use crate::ident::{Identifier, TableName};
use crate::project::{DECLARE_VARIABLE, Resolved, ResolvedSolution, SourceTable, VariableValue};

/// Everything that is the same for all templates of one solution and target.
pub(super) struct Scope {
    solution: String,
    title: String,
    target: BTreeMap<&'static str, Value>,
    target_name: String,
    solutions: BTreeMap<String, Names>,
    variables: BTreeMap<String, Option<VariableValue>>,
    /// Every declared role, with its name in this target if it has one.
    principals: BTreeMap<String, Option<String>>,
    sources: Vec<SourceTable>,
    /// The variables that the current template asked for.
    used: Mutex<BTreeSet<String>>,
}

/// The objects of one solution.
struct Names {
    catalog: Identifier,
    schemas: BTreeMap<String, Identifier>,
    /// Layer and name of every SQL file.
    files: BTreeSet<(String, String)>,
}

impl Names {
    fn of(solution: &ResolvedSolution<'_>) -> Self {
        let schemas = &solution.solution.schemas;
        let files = &solution.solution.files;
        let read = files.sql.iter().map(|file| (file.layer.clone(), file.name.clone()));
        let unread = files.unread.iter().map(|file| (file.layer.clone(), file.name.clone()));
        Self {
            catalog: solution.catalog.clone(),
            schemas: schemas.iter().map(|(layer, schema)| (layer.clone(), schema.value.clone())).collect(),
            files: read.chain(unread).collect(),
        }
    }
}

fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    did_you_mean(word, known).map(|near| format!("did you mean `{near}`?")).unwrap_or_default()
}

fn reference(message: impl Into<String>, hint: impl Into<String>) -> Fault {
    Fault::new(Code::TEMPLATE_REFERENCE, message, hint)
}

/// Ends the rendering: for values that control flow may depend on.
pub(super) fn fail(fault: Fault) -> Error {
    Error::new(ErrorKind::InvalidOperation, fault.message.clone()).with_source(fault)
}

impl Scope {
    pub(super) fn new(resolved: &Resolved<'_>, solution: &ResolvedSolution<'_>, sources: Vec<SourceTable>) -> Self {
        let target = resolved.target;
        let host = target.host.as_ref().map(|host| host.value.clone());
        let title = solution.solution.title.as_ref().map_or(&solution.solution.name, |title| &title.value);
        let principals = resolved.project.principals.keys();
        Self {
            solution: solution.solution.name.clone(),
            title: title.clone(),
            target: BTreeMap::from([
                ("name", Value::from(target.name.as_str())),
                ("mode", Value::from(target.mode.as_str())),
                ("protect", Value::from(target.protect)),
                ("host", Value::from(host)),
            ]),
            target_name: target.name.clone(),
            solutions: resolved.solutions.iter().map(|(name, other)| (name.clone(), Names::of(other))).collect(),
            variables: solution.variables.clone(),
            principals: principals.map(|role| (role.clone(), resolved.principals.get(role).cloned())).collect(),
            sources,
            used: Mutex::default(),
        }
    }

    /// The variables used since the last call.
    pub(super) fn take_used(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Names for the functions and variables of [`Scope::add`].
    pub(super) const NAMES: [&'static str; 10] =
        ["ref", "source", "var", "schema", "volume_path", "principal", "this", "target", "catalog", "solution"];

    pub(super) fn add(self: &Arc<Self>, environment: &mut Environment<'static>, dialect: Dialect) {
        let scope = Arc::clone(self);
        environment.add_function("ref", move |name: &Value| scope.reference(name, dialect).into_value());
        let scope = Arc::clone(self);
        environment.add_function("source", move |name: &Value| scope.source(name, dialect).into_value());
        let scope = Arc::clone(self);
        environment.add_function("var", move |name: &Value| scope.variable(name, dialect));
        let scope = Arc::clone(self);
        environment.add_function("schema", move |layer: &Value| scope.schema(layer).into_value());
        let scope = Arc::clone(self);
        environment.add_function("volume_path", move |volume: &Value| scope.volume_path(volume));
        let scope = Arc::clone(self);
        environment.add_function("principal", move |role: &Value| scope.principal(role));
        environment.add_function(constants::FUNCTION, |text: &str| Fragment::Code(text.to_string()).into_value());
        environment.add_global("target", Value::from(self.target.clone()));
        if let Some(names) = self.solutions.get(&self.solution) {
            environment.add_global("catalog", Fragment::Name(names.catalog.clone()).into_value());
        }
        let solution = [("name", Value::from(self.solution.as_str())), ("title", Value::from(self.title.as_str()))];
        environment.add_global("solution", Value::from(BTreeMap::from(solution)));
    }

    /// The object that a SQL file of this solution makes.
    pub(super) fn this(&self, layer: &str, name: &str, dialect: Dialect) -> Value {
        match self.table(&self.solution, layer, name) {
            Ok(table) => Self::table_value(&table, dialect),
            Err(fault) => Fragment::Fault(fault),
        }
        .into_value()
    }

    fn table_value(table: &TableName, dialect: Dialect) -> Fragment {
        let mut fragment = Fragment::table(table);
        // REST fields want the name without quotes, and SQL inside YAML can do without them where it is regular.
        if let (Dialect::Yaml, Fragment::Safe { text, plain, .. }) = (dialect, &mut fragment)
            && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        {
            text.clone_from(plain);
        }
        fragment
    }

    fn table(&self, solution: &str, layer: &str, name: &str) -> Result<TableName, Fault> {
        let names = self.names(solution)?;
        let schema = names.schema(solution, layer)?;
        let name = Identifier::object(name).map_err(|error| reference(error.to_string(), ""))?;
        Ok(TableName { catalog: names.catalog.clone(), schema: schema.clone(), name })
    }

    fn names(&self, solution: &str) -> Result<&Names, Fault> {
        self.solutions.get(solution).ok_or_else(|| {
            let hint = suggestion(solution, self.solutions.keys().map(String::as_str));
            reference(format!("the solution `{solution}` is not declared"), hint)
        })
    }

    pub(super) fn reference(&self, name: &Value, dialect: Dialect) -> Fragment {
        let Some(text) = plain(name) else {
            return Fragment::Fault(reference("ref() takes a text such as 'silver.members'", ""));
        };
        let parts: Vec<&str> = text.split('.').collect();
        let (solution, layer, table) = match parts.as_slice() {
            [layer, table] => (self.solution.as_str(), *layer, *table),
            [solution, layer, table] => (*solution, *layer, *table),
            _ => {
                let message = format!("ref('{text}') has {} parts, not 'layer.name'", parts.len());
                return Fragment::Fault(reference(message, ""));
            }
        };
        match self.existing(solution, layer, table) {
            Ok(table) => Self::table_value(&table, dialect),
            Err(fault) => Fragment::Fault(fault),
        }
    }

    fn existing(&self, solution: &str, layer: &str, table: &str) -> Result<TableName, Fault> {
        let names = self.names(solution)?;
        if !names.files.contains(&(layer.to_string(), table.to_string())) {
            let message = format!("ref() names `{layer}.{table}`, but there is no sql/{solution}/{layer}/{table}.sql");
            let known: Vec<String> = names.files.iter().map(|(layer, name)| format!("{layer}.{name}")).collect();
            // The same name in another layer is likelier than a similar one.
            let moved = names.files.iter().find(|(_, name)| name == table);
            let hint = match moved {
                Some((layer, name)) => format!("did you mean `{layer}.{name}`?"),
                None => suggestion(&format!("{layer}.{table}"), known.iter().map(String::as_str)),
            };
            return Err(reference(message, hint));
        }
        self.table(solution, layer, table)
    }

    pub(super) fn source(&self, name: &Value, dialect: Dialect) -> Fragment {
        let Some(text) = plain(name) else {
            return Fragment::Fault(reference("source() takes a text such as 'crm.accounts'", ""));
        };
        let parts: Vec<&str> = text.split('.').collect();
        let found: Vec<&SourceTable> = self.sources.iter().filter(|source| source.matches(&parts)).collect();
        match found.as_slice() {
            [table] => Self::table_value(&table.name, dialect),
            [] => {
                let message = format!("source() names `{text}`, which sources.yml does not declare");
                let full: Vec<String> = self.sources.iter().map(|source| source.name.to_string()).collect();
                let short: Vec<&str> = full.iter().filter_map(|name| Some(name.split_once('.')?.1)).collect();
                let hint = suggestion(&text, full.iter().map(String::as_str).chain(short));
                Fragment::Fault(reference(message, hint))
            }
            several => {
                let names: Vec<String> = several.iter().map(|source| source.name.to_string()).collect();
                let message = format!("source('{text}') could mean {}", names.join(" or "));
                Fragment::Fault(reference(message, "write the name with its catalog"))
            }
        }
    }

    fn variable(&self, name: &Value, dialect: Dialect) -> Result<Value, Error> {
        let name = plain(name).unwrap_or_default();
        match self.variables.get(&name) {
            Some(found) => {
                self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
                match found {
                    Some(value) => Ok(value::variable(value, dialect)),
                    None => Ok(Value::from(())),
                }
            }
            None => {
                let hint = match suggestion(&name, self.variables.keys().map(String::as_str)) {
                    near if near.is_empty() => DECLARE_VARIABLE.to_string(),
                    near => near,
                };
                let message = format!("the variable `{name}` is not declared");
                Err(fail(Fault::new(Code::UNKNOWN_VARIABLE, message, hint)))
            }
        }
    }

    fn schema(&self, layer: &Value) -> Fragment {
        let layer = plain(layer).unwrap_or_default();
        let schema = self.names(&self.solution).and_then(|names| names.schema(&self.solution, &layer));
        match schema {
            Ok(schema) => Fragment::Name(schema.clone()),
            Err(fault) => Fragment::Fault(fault),
        }
    }

    /// A plain text: a path belongs inside quotes.
    fn volume_path(&self, volume: &Value) -> Value {
        let text = plain(volume).unwrap_or_default();
        let path = match text.split_once('.') {
            Some((layer, name)) => self.table(&self.solution, layer, name),
            None => Err(reference(format!("volume_path('{text}') is not of the form 'layer.volume'"), "")),
        };
        match path {
            Ok(volume) => Value::from(format!("/Volumes/{}/{}/{}", volume.catalog, volume.schema, volume.name)),
            Err(fault) => Fragment::Fault(fault).into_value(),
        }
    }

    fn principal(&self, role: &Value) -> Value {
        let role = plain(role).unwrap_or_default();
        let fault = match self.principals.get(&role) {
            Some(Some(name)) => return Value::from(name.as_str()),
            Some(None) => {
                let message = format!("the principal `{role}` has no name in the target `{}`", self.target_name);
                Fault::new(Code::GRANT_PRINCIPAL, message, "name it under `principals` in lakesmith.yml")
            }
            None => {
                let hint = suggestion(&role, self.principals.keys().map(String::as_str));
                Fault::new(Code::GRANT_PRINCIPAL, format!("the principal `{role}` is not declared"), hint)
            }
        };
        Fragment::Fault(fault).into_value()
    }
}

impl Names {
    fn schema(&self, solution: &str, layer: &str) -> Result<&Identifier, Fault> {
        self.schemas.get(layer).ok_or_else(|| {
            let hint = match suggestion(layer, self.schemas.keys().map(String::as_str)) {
                hint if hint.is_empty() => format!("add it to `schemas` of `{solution}` in lakesmith.yml"),
                hint => hint,
            };
            reference(format!("the layer `{layer}` has no schema"), hint)
        })
    }
}
