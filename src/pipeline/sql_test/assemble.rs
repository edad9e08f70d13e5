//! What a case runs: the statements that make its models, with the case's variables, and the functions that they call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::{Identifier, TableName};
use crate::pipeline::Compiled;
use crate::pipeline::compile::compile;
use crate::pipeline::facts::{Surroundings, uses};
use crate::project::{Resolved, ResolvedSolution};
use crate::render::{Rendered, RenderedSolution};
use crate::syntax::ast::{Statement, StatementKind};

use super::prepare::PreparedTest;

/// A case with all that it runs.
pub struct ReadyTest {
    pub test: PreparedTest,
    /// The models' statements, by the path of their template.
    pub(super) files: Vec<ModelFile>,
    /// Functions and the statements that make them, each after those that it calls.
    pub(super) functions: Vec<(TableName, String)>,
    /// Of everything that the case names.
    pub(super) schemas: BTreeSet<(Identifier, Identifier)>,
    pub(super) catalog: Identifier,
    pub(super) schema: Identifier,
}

pub(super) struct ModelFile {
    pub(super) path: String,
    /// As long as what was rendered, so that places in it hold: other statements are blank.
    pub(super) text: String,
    pub(super) rendered: Rendered,
}

/// Adds to each case of a solution what it runs. A variable that is not declared, or not of its type, is a finding.
pub fn assemble(
    resolved: &Resolved<'_>,
    compiled: &Compiled,
    tests: Vec<PreparedTest>,
    out: &mut Diagnostics,
) -> Vec<ReadyTest> {
    let mut variants: BTreeMap<Vec<(String, String)>, Option<Arc<Compiled>>> = BTreeMap::new();
    let mut ready = Vec::new();
    for test in tests {
        let mut wanted: Vec<(String, String)> =
            test.variables.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect();
        wanted.sort();
        if wanted.is_empty() {
            ready.extend(assembled(compiled, test));
            continue;
        }
        let variant = match variants.get(&wanted) {
            Some(known) => known.clone(),
            None => {
                let made = variant(resolved, &test, out).map(Arc::new);
                variants.insert(wanted, made.clone());
                made
            }
        };
        ready.extend(variant.and_then(|compiled| assembled(&compiled, test)));
    }
    ready
}

/// The project with the case's values of variables.
fn variant(resolved: &Resolved<'_>, test: &PreparedTest, out: &mut Diagnostics) -> Option<Compiled> {
    let project = resolved.project;
    let whole = resolved.solutions.get(&test.solution)?;
    let mut variables = whole.variables.clone();
    for (name, text) in &test.variables {
        let Some(variable) = project.variables.get(&name.value) else {
            let message = format!("the variable `{}` is not declared", name.value);
            let diagnostic = Diagnostic::error(Code::UNKNOWN_VARIABLE, message).at(name.location.clone());
            out.push(diagnostic.suggest(&name.value, project.variables.keys().map(String::as_str)));
            return None;
        };
        let value = variable.kind.parse(&text.value);
        let problem = match &value {
            None => Some(format!("expected {}, found `{}`", variable.kind.expects(), text.value)),
            Some(value) => variable.out_of_bounds(value),
        };
        if let Some(problem) = problem {
            let diagnostic = Diagnostic::error(Code::INVALID_VALUE, format!("{}: {problem}", name.value));
            out.push(diagnostic.at(text.location.clone()).related(variable.location.clone(), "declared here"));
            return None;
        }
        variables.insert(name.value.clone(), value);
    }
    let changed = ResolvedSolution { solution: whole.solution, catalog: whole.catalog.clone(), variables };
    let changed = Resolved {
        project,
        target: resolved.target,
        solutions: std::iter::once((test.solution.clone(), changed)).collect(),
        principals: resolved.principals.clone(),
    };
    let (compiled, found) = compile(&changed, Some(&test.solution));
    if found.has_errors() {
        out.extend(found);
        return None;
    }
    Some(compiled)
}

fn assembled(compiled: &Compiled, test: PreparedTest) -> Option<ReadyTest> {
    let solution = compiled.rendered.solutions.get(&test.solution)?;
    let first = solution.schemas.values().next().unwrap_or(&solution.catalog);
    let (catalog, schema) = match &test.home {
        Some(home) => (home.catalog.clone(), home.schema.clone()),
        None => (solution.catalog.clone(), first.clone()),
    };
    let mut files = Vec::new();
    for sql in &solution.sql {
        let path = sql.rendered.template.name();
        let Some(parsed) = compiled.parsed.get(path) else { continue };
        let text = sql.rendered.output.text();
        let (kept, blank) = divided(&parsed.statements, &test.models, &catalog, &schema);
        if kept {
            let text = blanked(text, &blank);
            files.push(ModelFile { path: path.to_string(), text, rendered: sql.rendered.clone() });
        }
    }
    let texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).chain(test.query.as_deref()).collect();
    let functions = functions(compiled, solution, &texts);
    let named = functions.iter().map(|(name, _)| name.clone());
    let tables = test.inputs.iter().map(|table| table.name.clone()).chain(test.models.iter().cloned());
    let mut schemas: BTreeSet<(Identifier, Identifier)> =
        tables.chain(named).map(|name| (name.catalog, name.schema)).collect();
    schemas.insert((catalog.clone(), schema.clone()));
    schemas.extend(solution.schemas.values().map(|schema| (solution.catalog.clone(), schema.clone())));
    Some(ReadyTest { test, files, functions, schemas, catalog, schema })
}

/// Does a file make one of the models, and which of its statements make something else?
fn divided<'s>(
    statements: &'s [Statement],
    models: &[TableName],
    catalog: &Identifier,
    schema: &Identifier,
) -> (bool, Vec<&'s Statement>) {
    let (mut catalog, mut schema) = (catalog.clone(), schema.clone());
    let (mut kept, mut others) = (false, Vec::new());
    for statement in statements {
        let target = match &statement.kind {
            StatementKind::CreateDataset(dataset) => Some(&dataset.name.value),
            StatementKind::CreateFlow(flow) => Some(&flow.target.value),
            StatementKind::UseCatalog(name) => {
                catalog = name.value.clone();
                None
            }
            StatementKind::UseSchema(name) => {
                schema = name.value.name().clone();
                None
            }
            _ => None,
        };
        let Some(target) = target else { continue };
        if target.resolve(&catalog, &schema).is_ok_and(|name| models.contains(&name)) {
            kept = true;
        } else {
            others.push(statement);
        }
    }
    (kept, others)
}

/// The text with spaces in the place of some statements; lines stay.
fn blanked(text: &str, statements: &[&Statement]) -> String {
    let inside = |at: usize| statements.iter().any(|statement| statement.span.range().contains(&at));
    text.char_indices().map(|(at, c)| if c != '\n' && inside(at) { ' ' } else { c }).collect()
}

/// The functions that texts call, and those that these call.
fn functions(compiled: &Compiled, solution: &RenderedSolution, texts: &[&str]) -> Vec<(TableName, String)> {
    let schema = solution.schemas.values().next().unwrap_or(&solution.catalog);
    let around = Surroundings { catalog: &solution.catalog, schema, schemas: None };
    let mut all: BTreeMap<TableName, &str> = BTreeMap::new();
    for sql in &solution.sql {
        let Some(parsed) = compiled.parsed.get(sql.rendered.template.name()) else { continue };
        for statement in &parsed.statements {
            if let StatementKind::CreateFunction(function) = &statement.kind
                && let Ok(name) = function.name.value.resolve(&solution.catalog, schema)
                && let Some(text) = sql.rendered.output.text().get(statement.span.range())
            {
                all.insert(name, text);
            }
        }
    }
    let mut ordered: Vec<TableName> = Vec::new();
    for text in texts {
        visit(text, &all, &around, &mut ordered, &mut BTreeSet::new());
    }
    let text = |name: TableName| all.get(&name).map(|text| (name.clone(), (*text).to_string()));
    ordered.into_iter().filter_map(text).collect()
}

fn visit(
    text: &str,
    all: &BTreeMap<TableName, &str>,
    around: &Surroundings<'_>,
    ordered: &mut Vec<TableName>,
    entered: &mut BTreeSet<TableName>,
) {
    for name in uses(text, around).tables {
        if let Some(inner) = all.get(&name)
            && !ordered.contains(&name)
            && entered.insert(name.clone())
        {
            visit(inner, all, around, ordered, entered);
            ordered.push(name);
        }
    }
}
