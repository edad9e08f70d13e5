//! From a folder to a project, and what was assumed on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::classify::{File, FileKind, is_unfinished};
use super::group::{Group, groups, plain};
use super::pieces::{UNKNOWN, is_dynamic};
use super::write::{self, ManifestText, PipelineText};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile, Span, one_slip};
use crate::ident::{Identifier, TableName};
use crate::pipeline::Staged;
use crate::pipeline::check::missing;
use crate::pipeline::compile::compile;
use crate::pipeline::facts::{Surroundings, uses};
use crate::project::python::declarations;
use crate::project::{Folder, MANIFEST, OWN, Overrides, Project, folder, load_as};
use crate::syntax::ast::StatementKind;
use crate::sys::fs::FsError;

/// A folder, taken for a project.
#[derive(Debug)]
pub struct Adopted {
    pub project: Project,
    /// The files that would make the folder this project, by their path.
    pub files: BTreeMap<String, String>,
}

/// Takes a folder for a project, and says what was assumed. Nothing is written.
pub fn adopt(root: &Path) -> Result<Staged<Adopted>, FsError> {
    let Folder { files: found, others, findings } = folder(root)?;
    let mut notes = Diagnostics::default();
    let dbt: Vec<String> = others
        .iter()
        .filter_map(|file| match file.name().rsplit_once('/') {
            Some((folder, "dbt_project.yml")) => Some(folder.to_string()),
            None if file.name() == "dbt_project.yml" => Some(String::new()),
            _ => None,
        })
        .collect();
    let mut files: Vec<File> = found.sql.iter().map(|file| File::sql(&file.source, &dbt)).collect();
    for source in &found.python {
        let declared = declarations(source.text());
        if declared.open || !declared.datasets.is_empty() {
            files.push(File::python(source, &declared));
        }
    }
    files.sort_by(|a, b| a.path().cmp(b.path()));
    let documents = found.dashboards.iter().chain(&found.genie).map(|file| &file.source);
    let (unfinished, documents): (Vec<_>, Vec<_>) = documents.partition(|source| is_unfinished(source.text()));
    let ignore = skipped(&files, &unfinished, findings, &others, &mut notes);
    let documents: Vec<&SourceFile> = documents.into_iter().map(|source| &**source).collect();
    let names = Names::of(&files, &documents);
    let groups = groups(&files);
    let pipelines: Vec<PipelineText> = groups.iter().map(|group| names.pipeline(group)).collect();
    told(&groups, &pipelines, &names, &files, &mut notes);
    let name = project_name(root);
    let schemas = names.schemas(&pipelines, &files);
    let manifest =
        write::manifest(&ManifestText { name: &name, catalog: &names.catalog, schemas: &schemas, ignore: &ignore });
    let mut written = BTreeMap::new();
    written.extend(write::pipelines(&pipelines).map(|text| (format!("{OWN}/pipelines.yml"), text)));
    let absent = absent(root, &manifest, &written, &others, &found.sql)?;
    elsewhere(&absent, &mut notes);
    written.extend(write::sources(&absent).map(|text| (format!("{OWN}/sources.yml"), text)));
    let (project, found) = load_as(root, manifest.clone(), &written)?;
    notes.extend(found);
    written.insert(MANIFEST.to_string(), manifest);
    Ok((project.map(|project| Adopted { project, files: written }), notes))
}

fn project_name(root: &Path) -> String {
    let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match plain(&folder) {
        name if name.starts_with(|c: char| c.is_ascii_alphabetic()) => name,
        _ => "lakehouse".to_string(),
    }
}

/// Files that are left out, and why.
fn skipped(
    files: &[File],
    unfinished: &[&std::sync::Arc<SourceFile>],
    findings: Diagnostics,
    others: &[std::sync::Arc<SourceFile>],
    notes: &mut Diagnostics,
) -> BTreeSet<String> {
    let mut ignore = BTreeSet::new();
    for (kind, what, why) in [
        (FileKind::Template, "templates of dbt or of another engine", "check what the engine makes of them"),
        (FileKind::Foreign, "not SQL of Databricks", "most statements cannot be read as such"),
    ] {
        let skipped: Vec<&File> = files.iter().filter(|file| file.kind == kind).collect();
        let Some(first) = skipped.first() else { continue };
        let message = match skipped.len() {
            1 => format!("the file is {}: not judged", what.replace("templates", "a template")),
            count => format!("this and {} are {what}: not judged", count_of(count - 1, "more file")),
        };
        let mut note = Diagnostic::note(Code::ADOPTED_SKIPPED, message).at(start(&first.source)).hint(why);
        let mut errors = first.parsed.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        if let (FileKind::Foreign, Some(error)) = (kind, errors.next())
            && let Some(location) = &error.location
        {
            note = note.related(location.clone(), error.message.clone());
        }
        notes.push(note);
        ignore.extend(skipped.iter().map(|file| file.path().to_string()));
    }
    if let Some(first) = unfinished.first() {
        let message = match unfinished.len() {
            1 => "names are still to be filled in: not judged".to_string(),
            count => {
                format!("names are still to be filled in, here and in {}: not judged", count_of(count - 1, "more file"))
            }
        };
        notes.push(Diagnostic::note(Code::ADOPTED_SKIPPED, message).at(start(first)).hint("check what fills them in"));
        ignore.extend(unfinished.iter().map(|source| source.name().to_string()));
    }
    for mut finding in findings {
        if let Some(location) = &finding.location {
            ignore.insert(location.file.name().to_string());
        }
        finding.severity = Severity::Warning;
        notes.push(finding);
    }
    let bundle = |name: &str| ["databricks.yml", "databricks.yaml", "bundle.yml"].contains(&name);
    let is_bundle = |file: &&std::sync::Arc<SourceFile>| bundle(file.name().rsplit('/').next().unwrap_or_default());
    let bundles: Vec<_> = others.iter().filter(is_bundle).collect();
    if let Some(first) = bundles.first() {
        let what = match bundles.len() {
            1 => "resources of the bundle are not read".to_string(),
            count => format!("resources of this bundle and of {} are not read", count_of(count - 1, "other")),
        };
        let hint = "pipelines are assumed from the folders of their files";
        notes.push(Diagnostic::note(Code::ADOPTED_SKIPPED, what).at(start(first)).hint(hint));
    }
    ignore
}

fn count_of(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn start(file: &std::sync::Arc<SourceFile>) -> Location {
    Location::new(file, Span::new(0, 0))
}

/// What names of the folder's files mean.
struct Names {
    catalog: Identifier,
    schema: Identifier,
    /// Does any file name the catalog?
    named: bool,
    /// Schemas that some file makes.
    declared: BTreeSet<(Identifier, Identifier)>,
    /// Qualified names in any file, and how many files have them.
    mentioned: BTreeMap<TableName, usize>,
}

impl Names {
    fn of(files: &[File], documents: &[&SourceFile]) -> Self {
        let judged = || files.iter().filter(|file| matches!(file.kind, FileKind::Pipeline | FileKind::Script));
        let mut catalogs: BTreeMap<String, usize> = BTreeMap::new();
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let mut count = |name: &Identifier| *catalogs.entry(name.folded()).or_default() += 1;
        for statement in judged().flat_map(|file| &file.parsed.statements) {
            match &statement.kind {
                StatementKind::UseCatalog(catalog) => count(&catalog.value),
                StatementKind::CreateCatalog(made) => {
                    made.name.value.parts().first().into_iter().for_each(&mut count);
                }
                StatementKind::UseSchema(name) => {
                    if let [.., schema] = name.value.parts() {
                        *used.entry(schema.folded()).or_default() += 1;
                    }
                    if let [catalog, _] = name.value.parts() {
                        count(catalog);
                    }
                }
                StatementKind::CreateTable(table) if !table.temporary => {
                    first_of_three(table.name.value.parts(), &mut count)
                }
                StatementKind::CreateDataset(made) => first_of_three(made.name.value.parts(), &mut count),
                _ => {}
            }
        }
        for read in judged().flat_map(|file| &file.reads) {
            if let [catalog, _, _] = read.as_slice()
                && let Ok(catalog) = Identifier::object(catalog)
            {
                count(&catalog);
            }
        }
        for kind in ["system", "samples", UNKNOWN] {
            catalogs.remove(kind);
        }
        catalogs.retain(|name, _| !is_dynamic(name) && Identifier::object(name).is_ok());
        let most = catalogs.iter().max_by_key(|(name, times)| (**times, std::cmp::Reverse((*name).clone())));
        let named = most.is_some();
        let catalog = most.and_then(|(name, _)| Identifier::object(name).ok());
        let catalog = catalog.unwrap_or_else(|| Identifier::fixed("workspace"));
        used.retain(|name, _| !is_dynamic(name));
        // One schema that everybody uses is what the files without USE mean, too.
        let schema = match used.into_iter().collect::<Vec<_>>().as_slice() {
            [(schema, _)] => Identifier::object(schema).ok(),
            _ => None,
        };
        let schema = schema.unwrap_or_else(|| Identifier::fixed("default"));
        let mut mentioned: BTreeMap<TableName, usize> = BTreeMap::new();
        let around = Surroundings { catalog: &catalog, schema: &schema, schemas: None };
        let mut declared = BTreeSet::new();
        for statement in judged().flat_map(|file| &file.parsed.statements) {
            if let StatementKind::CreateSchema(made) = &statement.kind {
                match made.name.value.parts() {
                    [schema] => drop(declared.insert((catalog.clone(), schema.clone()))),
                    [catalog, schema] => drop(declared.insert((catalog.clone(), schema.clone()))),
                    _ => {}
                }
            }
        }
        let texts = judged().map(|file| &*file.source).chain(documents.iter().copied());
        for text in texts {
            for table in uses(text.text(), &around).tables {
                *mentioned.entry(table).or_default() += 1;
            }
        }
        Self { catalog, schema, named, declared, mentioned }
    }

    /// Where others read the datasets of a pipeline, there it makes them.
    fn pipeline(&self, group: &Group<'_>) -> PipelineText {
        let mut places: BTreeMap<(Identifier, Identifier), usize> = BTreeMap::new();
        for table in self.mentioned.keys().filter(|table| group.datasets.contains(&table.name.folded())) {
            // `LIVE.name`, the alias of a table, and what nobody can write into.
            if ["samples", "system"].contains(&table.catalog.folded().as_str()) {
                continue;
            }
            if table.schema.as_str().eq_ignore_ascii_case("live") || group.datasets.contains(&table.schema.folded()) {
                continue;
            }
            if is_dynamic(table.catalog.as_str()) || is_dynamic(table.schema.as_str()) {
                continue;
            }
            let parts = [table.catalog.folded(), table.schema.folded(), table.name.folded()];
            if group.files.iter().flat_map(|file| &file.namesakes).any(|name| *name == parts) {
                continue;
            }
            *places.entry((table.catalog.clone(), table.schema.clone())).or_default() += 1;
        }
        let best = places.into_iter().max_by_key(|(place, count)| (*count, std::cmp::Reverse(place.clone())));
        // Two names by chance are less than half of a pipeline.
        let is_likely = |(place, count): &((Identifier, Identifier), usize)| {
            *count * 2 >= group.datasets.len() || *count > 2 || self.declared.contains(place)
        };
        let best = best.filter(is_likely).map(|(place, _)| place);
        let own = || (self.catalog.clone(), Identifier::object(&group.key).unwrap_or_else(|_| self.schema.clone()));
        let (catalog, schema) = best.unwrap_or_else(own);
        let files = group.files.iter().map(|file| file.path().to_string()).collect();
        PipelineText { key: group.key.clone(), catalog, schema, files }
    }

    /// The schemas of the catalog in which something is made, the usual one first.
    fn schemas(&self, pipelines: &[PipelineText], files: &[File]) -> Vec<Identifier> {
        let mut made: BTreeSet<Identifier> = BTreeSet::new();
        made.extend(pipelines.iter().filter(|p| p.catalog == self.catalog).map(|p| p.schema.clone()));
        for file in files.iter().filter(|file| matches!(file.kind, FileKind::Pipeline | FileKind::Script)) {
            let mut catalog = self.catalog.clone();
            for statement in &file.parsed.statements {
                let name = match &statement.kind {
                    StatementKind::UseCatalog(used) => {
                        catalog = used.value.clone();
                        continue;
                    }
                    StatementKind::CreateSchema(made) => match made.name.value.parts() {
                        [schema] => vec![catalog.clone(), schema.clone()],
                        parts => parts.to_vec(),
                    },
                    StatementKind::UseSchema(name) => match name.value.parts() {
                        [schema] => vec![catalog.clone(), schema.clone()],
                        parts => parts.to_vec(),
                    },
                    StatementKind::CreateTable(table) if !table.temporary => {
                        container(table.name.value.parts(), &catalog)
                    }
                    StatementKind::CreateDataset(made) => container(made.name.value.parts(), &catalog),
                    _ => continue,
                };
                if let [catalog, schema] = name.as_slice()
                    && *catalog == self.catalog
                    && !schema.as_str().eq_ignore_ascii_case("live")
                {
                    made.insert(schema.clone());
                }
            }
        }
        made.remove(&self.schema);
        made.retain(|schema| !is_dynamic(schema.as_str()) && Identifier::object(schema.as_str()).is_ok());
        std::iter::once(self.schema.clone()).chain(made).collect()
    }
}

fn first_of_three(parts: &[Identifier], count: &mut impl FnMut(&Identifier)) {
    if let [catalog, _, _] = parts {
        count(catalog);
    }
}

fn container(parts: &[Identifier], catalog: &Identifier) -> Vec<Identifier> {
    match parts {
        [catalog, schema, _] => vec![catalog.clone(), schema.clone()],
        [schema, _] => vec![catalog.clone(), schema.clone()],
        _ => Vec::new(),
    }
}

fn told(groups: &[Group<'_>], pipelines: &[PipelineText], names: &Names, files: &[File], notes: &mut Diagnostics) {
    for (group, pipeline) in groups.iter().zip(pipelines) {
        let Some(first) = group.files.first() else { continue };
        let PipelineText { key, catalog, schema, files } = pipeline;
        let what = match files.len() {
            1 => "this file is assumed to be the pipeline".to_string(),
            count => format!("this and {} are assumed to be one pipeline,", count_of(count - 1, "more file")),
        };
        let message = format!("{what} `{key}`, with the catalog `{catalog}` and the schema `{schema}`");
        notes.push(Diagnostic::note(Code::ADOPTED_PIPELINE, message).at(start(&first.source)));
    }
    if let Some(first) = files.iter().find(|file| file.kind == FileKind::Script) {
        let why = if names.named { "most names say so" } else { "nothing names a catalog" };
        let message =
            format!("names without a catalog and a schema are assumed to mean `{}.{}`", names.catalog, names.schema);
        notes.push(Diagnostic::note(Code::ADOPTED_NAMES, message).at(start(&first.source)).hint(why));
    }
    if groups.is_empty() && !files.iter().any(|file| file.kind == FileKind::Script) && notes.is_empty() {
        let message = "no SQL file and no Python file of a pipeline is in the folder";
        notes.push(Diagnostic::note(Code::ADOPTED_PIPELINE, message));
    }
}

/// Tables that are read and that nothing here makes, and that are no slip of the keyboard.
fn absent(
    root: &Path,
    manifest: &str,
    written: &BTreeMap<String, String>,
    others: &[std::sync::Arc<SourceFile>],
    sql: &[crate::project::SqlFile],
) -> Result<BTreeSet<TableName>, FsError> {
    let (project, _) = load_as(root, manifest.to_string(), written)?;
    let Some(project) = project else { return Ok(BTreeSet::new()) };
    let (resolved, _) = project.resolve(None, &Overrides::default());
    let Some(resolved) = resolved else { return Ok(BTreeSet::new()) };
    let mut absent = BTreeSet::new();
    for solution in resolved.solutions.keys() {
        let (compiled, _) = compile(&resolved, Some(solution));
        let missing = missing(&compiled, solution);
        absent.extend(missing.tables.into_iter().filter(|table| {
            let named = TableName::parse(&table.to_string()).is_ok() && !is_dynamic(&table.to_string());
            let foreign = ["system", UNKNOWN].contains(&table.catalog.folded().as_str())
                || table.schema.as_str().eq_ignore_ascii_case("information_schema");
            named && !foreign && !is_slip(table, &missing.made, others, sql)
        }));
    }
    Ok(absent)
}

/// Is it near the name of a table that is made, and does nothing else speak of it?
fn is_slip(
    table: &TableName,
    made: &BTreeSet<TableName>,
    others: &[std::sync::Arc<SourceFile>],
    sql: &[crate::project::SqlFile],
) -> bool {
    let near = made.iter().filter(|other| other.catalog == table.catalog && other.schema == table.schema);
    let near = near.map(|other| other.name.as_str()).find(|other| one_slip(table.name.as_str(), other));
    let Some(near) = near else { return false };
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().to_lowercase();
    // `orders_2023` beside `orders_2024`, `order` beside `orders`.
    let (own, near) = (letters(table.name.as_str()), letters(near));
    if own == near || own.trim_end_matches('s') == near.trim_end_matches('s') {
        return false;
    }
    let name = table.name.folded();
    let speaks = |text: &str| text.to_lowercase().contains(&name);
    let magic = |text: &str| text.lines().any(|line| line.starts_with("-- MAGIC") && speaks(line));
    !others.iter().any(|file| speaks(file.text())) && !sql.iter().any(|file| magic(file.source.text()))
}

/// One note a schema.
fn elsewhere(absent: &BTreeSet<TableName>, notes: &mut Diagnostics) {
    let mut schemas: BTreeMap<(&Identifier, &Identifier), Vec<&Identifier>> = BTreeMap::new();
    for table in absent {
        schemas.entry((&table.catalog, &table.schema)).or_default().push(&table.name);
    }
    const SHOWN: usize = 5;
    const SCHEMAS: usize = 8;
    if schemas.len() > SCHEMAS {
        let all: Vec<String> =
            schemas.keys().take(SHOWN).map(|(catalog, schema)| format!("`{catalog}.{schema}`")).collect();
        let message = format!(
            "nothing here makes {} that are read, of {} schemas ({} …): assumed to exist",
            count_of(absent.len(), "table"),
            schemas.len(),
            all.join(", "),
        );
        let hint =
            "`lakesmith init --adopt` lists them; what reads them is judged as far as it goes without their columns";
        notes.push(Diagnostic::note(Code::ADOPTED_TABLES, message).hint(hint));
        return;
    }
    for ((catalog, schema), tables) in schemas {
        let names: Vec<String> = tables.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        let more = match tables.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message =
            format!("nothing here makes {}{more} of `{catalog}.{schema}`: assumed to exist", names.join(", "));
        let hint = "what reads them is judged as far as it goes without their columns";
        notes.push(Diagnostic::note(Code::ADOPTED_TABLES, message).hint(hint));
    }
}
