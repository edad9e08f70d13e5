//! A changed file of a pipeline, and whether nothing of it but its queries is another.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{SourceFile, Span};
use crate::pipeline::compile::{has_parameters, read_sql};
use crate::pipeline::surroundings::{runs, unknown_volumes};
use crate::render::{Outline, Rendered, RenderedSql};
use crate::resource::{SqlFile, Uses};
use crate::syntax::ast::{DatasetSource, FlowBody, Query, Statement, StatementKind};
use crate::syntax::{Parsed, lex};

use super::solved::Solved;

/// The file as it is now.
pub(super) struct Fresh {
    pub(super) rendered: Rendered,
    pub(super) parsed: Arc<Parsed>,
    pub(super) facts: SqlFile,
}

impl Solved {
    /// `None`: more than queries may be another. `unused`: something counts as unused that a template may name now.
    pub(super) fn fresh(&self, index: usize, text: &str, unused: bool) -> Option<Fresh> {
        let solution = self.solution()?;
        let file = solution.sql.get(index)?;
        let path = file.rendered.template.name();
        let source = SourceFile::new(path, text);
        if runs(self.compiled.resources(&self.name), path) || self.is_included(path) {
            return None;
        }
        let own = format!("{}.{}", file.layer, file.name);
        let has_folder = |layer: &str| solution.sql.iter().any(|file| file.layer == layer);
        let (old, new) = (Outline::of(&file.rendered.template)?, Outline::of(&source)?);
        if !says_the_same(&old, &new, unused, &own, &has_folder) {
            return None;
        }
        let (rendered, found) = self.renderer.sql(&file.layer, &file.name, &source);
        let rendered = rendered.filter(|_| found.is_empty())?;
        if [&file.rendered, &rendered].into_iter().any(is_special) {
            return None;
        }
        let file = RenderedSql { layer: file.layer.clone(), name: file.name.clone(), rendered };
        let read = read_sql(solution, &file, self.compiled.schemas.get(&self.name)?)?;
        let (old, known) = (self.compiled.parsed.get(path)?, self.compiled.inputs.sql.get(path)?);
        let before = &solution.sql.get(index)?.rendered.output;
        let clean = read.found.is_empty() && read.statements.diagnostics.is_empty() && old.diagnostics.is_empty();
        let alike = shell(before, old)? == shell(&file.rendered.output, &read.statements)?;
        let objects = known.objects.is_empty() && read.facts.objects.is_empty();
        if !clean || !alike || !objects || known.datasets != read.facts.datasets {
            return None;
        }
        if !unknown_volumes(&[&file.rendered.output], self.compiled.resources(&self.name)).is_empty() {
            return None;
        }
        Some(Fresh { rendered: file.rendered, parsed: Arc::new(read.statements), facts: read.facts })
    }

    /// May another template hold the file's text?
    fn is_included(&self, path: &str) -> bool {
        let Some(inner) = path.strip_prefix("sql/") else { return true };
        let templates = self.compiled.templates().map(|rendered| &rendered.template);
        let mut others = templates.filter(|template| template.name() != path && template.text().contains("{%"));
        others.any(|template| template.text().contains(inner))
    }

    /// Could the deploying of a pipeline depend on that it uses something else now? `held`: the paths of its files.
    pub(super) fn uses_others(&self, path: &str, uses: &Uses, held: &BTreeSet<&str>) -> bool {
        let sql = &self.compiled.inputs.sql;
        let Some(known) = sql.get(path) else { return true };
        let others = || held.iter().filter(|other| **other != path).filter_map(|other| sql.get(*other));
        let tables = known.uses.tables.symmetric_difference(&uses.tables);
        let functions = known.uses.functions.symmetric_difference(&uses.functions);
        let paths = known.uses.paths.symmetric_difference(&uses.paths);
        let (mut tables, mut functions, mut paths) = (tables, functions, paths);
        tables.any(|table| {
            !others().any(|file| file.datasets.contains(table) || file.uses.tables.contains(table))
                && !known.datasets.contains(table)
        }) || functions.any(|function| !others().any(|file| file.uses.functions.contains(function)))
            || paths.any(|path| !others().any(|file| file.uses.paths.contains(path)))
    }
}

/// Do comments or clauses stand in it that are read off the text as a whole?
fn is_special(rendered: &Rendered) -> bool {
    let (template, output) = (rendered.template.text(), rendered.output.text());
    let watermark = output.as_bytes().windows(9).any(|word| word.eq_ignore_ascii_case(b"watermark"));
    template.contains("lakesmith:") || has_parameters(output) || watermark
}

/// Do two versions of a template name the same, as far as other templates and the manifest are concerned?
fn says_the_same(old: &Outline, new: &Outline, unused: bool, own: &str, has_folder: &impl Fn(&str) -> bool) -> bool {
    let names = |list: &[(String, Span)]| -> Vec<String> { list.iter().map(|(name, _)| name.clone()).collect() };
    let read = |outline: &Outline| -> BTreeSet<String> {
        outline.read.iter().filter(|name| !Outline::GIVEN.contains(&name.as_str())).cloned().collect()
    };
    let lists = [(&old.macros, &new.macros), (&old.imports, &new.imports), (&old.defined, &new.defined)];
    if lists.into_iter().any(|(old, new)| names(old) != names(new)) || read(old) != read(new) {
        return false;
    }
    let calls = |outline: &Outline| -> BTreeSet<(String, Option<String>)> {
        outline.calls.iter().map(|(function, argument, _)| (function.clone(), argument.clone())).collect()
    };
    let (old, new) = (calls(old), calls(new));
    let mut others = old.symmetric_difference(&new);
    // Every table that `ref()` can name is in a folder of its layer, which makes the layer a used one.
    others.all(|(function, argument)| match (function.as_str(), argument) {
        ("ref", Some(name)) => {
            !unused && name != own && name.split_once('.').is_some_and(|(layer, _)| has_folder(layer))
        }
        ("source", Some(_)) => true,
        _ => false,
    })
}

/// The words of a file outside of the queries of its datasets; `None` where there is more than datasets and flows.
fn shell<'f>(file: &'f Arc<SourceFile>, parsed: &Parsed) -> Option<Vec<&'f str>> {
    let queries: Option<Vec<Option<&Query>>> = parsed.statements.iter().map(query).collect();
    let mut spans: Vec<Span> = queries?.into_iter().flatten().map(|query| query.span).collect();
    spans.sort();
    let tokens = lex(file.text()).tokens.into_iter().filter(|token| !token.kind.is_trivia());
    let inside = |at: u32| {
        let before = spans.partition_point(|span| span.start <= at);
        before > 0 && spans.get(before - 1).is_some_and(|span| at < span.end)
    };
    Some(tokens.filter(|token| !inside(token.span.start)).map(|token| token.text(file.text())).collect())
}

/// The query of a statement that may stand in a pipeline's file, if it has one.
fn query(statement: &Statement) -> Option<Option<&Query>> {
    match &statement.kind {
        StatementKind::CreateDataset(dataset) if statement.is_of_pipeline() => Some(match &dataset.source {
            DatasetSource::None => None,
            DatasetSource::Query(query) => Some(query),
            DatasetSource::Flow(body) => Some(of(body)),
        }),
        StatementKind::CreateFlow(flow) => Some(Some(of(&flow.body))),
        StatementKind::UseCatalog(_) | StatementKind::UseSchema(_) | StatementKind::Set { .. } => Some(None),
        _ => None,
    }
}

fn of(body: &FlowBody) -> &Query {
    match body {
        FlowBody::Insert { query, .. }
        | FlowBody::ReplaceWhere { query, .. }
        | FlowBody::ReplaceUsing { query, .. } => query,
        FlowBody::AutoCdc { spec, .. } => &spec.source,
    }
}
