//! Renders every template of a project for a target.

use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::engine::Engine;
use super::map::Rendered;
use super::scope::Scope;
use super::value::Dialect;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile};
use crate::ident::Identifier;
use crate::project::{
    DocumentFile, DocumentForm, Located, Resolved, ResolvedSolution, SolutionFiles, SourceTable, SqlFile, Templates,
    sources,
};

/// All rendered files, in the order of their paths. A file that failed is absent, and its findings say why.
#[derive(Debug)]
pub struct RenderedProject {
    pub target: String,
    /// In the order of the manifest.
    pub solutions: IndexMap<String, RenderedSolution>,
}

#[derive(Debug)]
pub struct RenderedSolution {
    pub name: String,
    /// With the target's prefix.
    pub catalog: Identifier,
    /// Layer to schema.
    pub schemas: IndexMap<String, Identifier>,
    pub sql: Vec<RenderedSql>,
    /// Python files of pipelines, as they are.
    pub python: Vec<Arc<SourceFile>>,
    /// Do the files lie as somebody else laid them, so that SQL outside of pipelines is scripts, and no object is made?
    pub scattered: bool,
    pub resources: Vec<Rendered>,
    pub dashboards: Vec<RenderedDocument>,
    pub genie: Vec<RenderedDocument>,
    pub tests: Vec<Rendered>,
    /// CSV files below the folder of the tests, by path: never templates.
    pub test_rows: Templates,
    pub sources: Vec<SourceTable>,
    pub story: Option<Rendered>,
}

#[derive(Debug)]
pub struct RenderedSql {
    /// Empty for a file beside the layers.
    pub layer: String,
    pub name: String,
    pub rendered: Rendered,
}

#[derive(Debug)]
pub struct RenderedDocument {
    pub name: String,
    pub body: DocumentBody,
}

#[derive(Debug)]
pub enum DocumentBody {
    Yaml(Rendered),
    /// Exported from the UI: as it is in the project, its catalogs not yet those of the target.
    Export(Arc<SourceFile>),
}

impl RenderedSolution {
    /// Every rendered template, by kind and path.
    pub fn rendered(&self) -> impl Iterator<Item = &Rendered> {
        let documents = self.dashboards.iter().chain(&self.genie).filter_map(|document| match &document.body {
            DocumentBody::Yaml(rendered) => Some(rendered),
            DocumentBody::Export(_) => None,
        });
        let sql = self.sql.iter().map(|file| &file.rendered);
        sql.chain(&self.resources).chain(documents).chain(&self.tests).chain(&self.story)
    }
}

/// Renders the whole project; errors in one file do not keep the others from being rendered.
pub fn render_all(resolved: &Resolved<'_>) -> (RenderedProject, Diagnostics) {
    render_some(resolved, |_| true)
}

/// As [`render_all`], for one solution only.
pub fn render_one(resolved: &Resolved<'_>, name: &str) -> (RenderedProject, Diagnostics) {
    render_some(resolved, |solution| solution == name)
}

/// Renders single SQL files of a solution.
pub struct Renderer(Engine);

impl Renderer {
    pub fn sql(&self, layer: &str, name: &str, source: &Arc<SourceFile>) -> (Option<Rendered>, Diagnostics) {
        self.0.render(source, Some((layer, name)))
    }
}

/// `sources`: those of the solution as it was rendered.
pub fn renderer(resolved: &Resolved<'_>, solution: &str, sources: &[SourceTable]) -> Option<Renderer> {
    let templates = Arc::new(resolved.project.templates.clone());
    let scope = Arc::new(Scope::new(resolved, resolved.solutions.get(solution)?, sources.to_vec()));
    // What the engine refuses it refused when the project was rendered.
    Engine::new(Dialect::Sql, scope, &templates).ok().map(Renderer)
}

fn render_some(resolved: &Resolved<'_>, wanted: impl Fn(&str) -> bool) -> (RenderedProject, Diagnostics) {
    let templates = Arc::new(resolved.project.templates.clone());
    let mut out = Diagnostics::default();
    let mut solutions = IndexMap::new();
    for (name, solution) in resolved.solutions.iter().filter(|(name, _)| wanted(name)) {
        if let Some(rendered) = render(resolved, solution, &templates, &mut out) {
            solutions.insert(name.clone(), rendered);
        }
    }
    (RenderedProject { target: resolved.target.name.clone(), solutions }, out)
}

fn render(
    resolved: &Resolved<'_>,
    solution: &ResolvedSolution<'_>,
    templates: &Arc<Templates>,
    out: &mut Diagnostics,
) -> Option<RenderedSolution> {
    let files = &solution.solution.files;
    let engine = |dialect, sources: &[SourceTable]| {
        let scope = Arc::new(Scope::new(resolved, solution, sources.to_vec()));
        Engine::new(dialect, scope, templates)
    };
    // The engine itself can only refuse its own configuration.
    let set_up = |error: &minijinja::Error| Diagnostic::error(Code::TEMPLATE_ERROR, error.to_string());
    // `source()` needs what sources.yml declares, so that file is rendered first and cannot use it.
    let sources = match engine(Dialect::Yaml, &[]) {
        Ok(engine) => source_tables(&engine, files, out),
        Err(error) => {
            out.push(set_up(&error));
            return None;
        }
    };
    let (sql_engine, yaml_engine) = match (engine(Dialect::Sql, &sources), engine(Dialect::Yaml, &sources)) {
        (Ok(sql), Ok(yaml)) => (sql, yaml),
        (Err(error), _) | (_, Err(error)) => {
            out.push(set_up(&error));
            return None;
        }
    };
    let sql = sql(&files.sql, sql_engine, &|| engine(Dialect::Sql, &sources), out);
    let mut yaml = |source: &Arc<SourceFile>| step(yaml_engine.render(source, None), out);
    Some(RenderedSolution {
        name: solution.solution.name.clone(),
        catalog: solution.catalog.clone(),
        schemas: solution.solution.schemas.iter().map(|(layer, name)| (layer.clone(), name.value.clone())).collect(),
        sql,
        python: files.python.clone(),
        scattered: solution.solution.layout.is_some(),
        resources: files.resources.iter().filter_map(&mut yaml).collect(),
        dashboards: files.dashboards.iter().filter_map(|file| document(file, &mut yaml)).collect(),
        genie: files.genie.iter().filter_map(|file| document(file, &mut yaml)).collect(),
        test_rows: files.test_rows.clone(),
        tests: files.tests.iter().filter_map(&mut yaml).collect(),
        story: files.story.as_ref().and_then(&mut yaml),
        sources,
    })
}

fn step<T>((value, diagnostics): (Option<T>, Diagnostics), out: &mut Diagnostics) -> Option<T> {
    out.extend(diagnostics);
    value
}

/// Each thread has an engine of its own: one counts what one template may do.
fn sql(
    files: &[SqlFile],
    first: Engine,
    another: &(impl Fn() -> Result<Engine, minijinja::Error> + Sync),
    out: &mut Diagnostics,
) -> Vec<RenderedSql> {
    let render = |engine: &Engine, files: &[SqlFile]| {
        let mut found = Diagnostics::default();
        let rendered = files.iter().filter_map(|file| {
            let rendered = step(engine.render(&file.source, Some((&file.layer, &file.name))), &mut found)?;
            Some(RenderedSql { layer: file.layer.clone(), name: file.name.clone(), rendered })
        });
        (rendered.collect::<Vec<_>>(), found)
    };
    let size = files.len().div_ceil(PARTS * rayon::current_num_threads()).max(LEAST);
    let chunks = files.par_chunks(size).map(|chunk| match chunk.len() < files.len() {
        true => another().map(|engine| render(&engine, chunk)),
        false => Ok(render(&first, chunk)),
    });
    let mut all = Vec::with_capacity(files.len());
    for chunk in chunks.collect::<Vec<_>>() {
        // It was set up once without an error.
        let Ok((rendered, found)) = chunk else { continue };
        all.extend(rendered);
        out.extend(found);
    }
    all
}

/// For fewer files, another engine costs more than it saves.
const LEAST: usize = 64;

/// For each thread: what else is done at this time keeps some threads longer than others.
const PARTS: usize = 8;

fn document(
    file: &DocumentFile,
    yaml: &mut impl FnMut(&Arc<SourceFile>) -> Option<Rendered>,
) -> Option<RenderedDocument> {
    let body = match file.form {
        DocumentForm::Yaml => DocumentBody::Yaml(yaml(&file.source)?),
        DocumentForm::Export => DocumentBody::Export(Arc::clone(&file.source)),
    };
    Some(RenderedDocument { name: file.name.clone(), body })
}

fn source_tables(engine: &Engine, files: &SolutionFiles, out: &mut Diagnostics) -> Vec<SourceTable> {
    let Some(rendered) = files.sources.as_ref().and_then(|source| step(engine.render(source, None), out)) else {
        return Vec::new();
    };
    let Some(node) = step(rendered.yaml(), out) else {
        return Vec::new();
    };
    let mut found = Diagnostics::default();
    let mut tables = sources(&node, &mut found);
    out.extend(rendered.map_diagnostics(found));
    // Later findings about a source must point into the template.
    for table in &mut tables {
        table.location = rendered.locate(table.location.span);
        for column in &mut table.columns {
            relocate(&rendered, &mut column.name);
            relocate(&rendered, &mut column.kind);
        }
    }
    tables
}

fn relocate<T>(rendered: &Rendered, located: &mut Located<T>) {
    located.location = rendered.locate(located.location.span);
}
