//! From a project to a release of one of its solutions: the sources, and what they come to for every target.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::diag::{Diagnostics, SourceFile};
use crate::ident::ContentHash;
use crate::plan::Files;
use crate::project::{Mode, Overrides, Project, Resolved};
use crate::release::{Archive, CHUNK, Contents, Created, RELEASE_VERSION, Release, ReleaseError, Rendering, pack};
use crate::sys::Env;
use crate::sys::fs;

use super::super::{Compiled, Judge, PipelineError, compile, resolve, unit};

/// Values of variables that are not the project's: those of the command line win over those of the environment.
#[derive(Clone, Copy)]
pub struct Given<'g> {
    pub vars: &'g [(String, String)],
    pub env: &'g Env,
}

/// A release and everything in it.
#[derive(Clone, Debug)]
pub struct Built {
    pub release: Release,
    pub archive: Archive,
    /// The archive in the pieces that the release names.
    pub(super) pieces: Vec<Bytes>,
}

impl Built {
    /// Bytes of the packed archive.
    pub fn packed_size(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    /// As one file: the release and its archive, gzipped JSON each, the release first.
    pub fn to_file(&self) -> Result<Vec<u8>, ReleaseError> {
        let mut file = pack(&self.release.to_bytes()?)?;
        self.pieces.iter().for_each(|piece| file.extend_from_slice(piece));
        Ok(file)
    }
}

/// Makes the release of a solution. A target for which it has errors has no rendering in it.
pub fn build(project: &Project, solution: &str, given: Given<'_>, created: Created) -> Result<Built, PipelineError> {
    let (overrides, _) = Overrides::new(project, given.vars, given.env);
    let overrides = overrides.given();
    let mut archive = Archive::default();
    let mut sources = Files::new();
    for (path, bytes) in source_bytes(project, solution)? {
        sources.insert(path, archive.put(bytes));
    }
    let mut targets = BTreeMap::new();
    for target in project.targets.keys() {
        let (resolved, found) = resolve(project, Some(target), given.vars, given.env);
        let Some(resolved) = resolved.filter(|_| !found.has_errors()) else { continue };
        let Some((rendering, contents)) = render(&resolved, solution, resolved.target.mode).rendering else { continue };
        contents.into_iter().for_each(|bytes| drop(archive.put(bytes)));
        targets.insert(target.clone(), archive.put(Bytes::from(rendering.to_bytes()?)));
    }
    let unit = unit(&project.name.value, solution);
    let digest = Release::digest_of(&unit, &overrides, &sources, &targets);
    let packed = Bytes::from(archive.pack()?);
    let pieces: Vec<Bytes> =
        (0..packed.len()).step_by(CHUNK).map(|at| packed.slice(at..packed.len().min(at + CHUNK))).collect();
    let archive_pieces = pieces.iter().map(|piece| ContentHash::of(piece)).collect();
    let release = Release {
        format_version: RELEASE_VERSION,
        digest,
        unit,
        created,
        overrides,
        sources,
        targets,
        archive: archive_pieces,
    };
    Ok(Built { release, archive, pieces })
}

/// What a solution comes to for a target.
pub(super) struct Render {
    pub(super) compiled: Compiled,
    /// `None` where it has errors, which are among the findings.
    pub(super) rendering: Option<(Rendering, Contents)>,
    pub(super) findings: Diagnostics,
}

/// `mode` is what becomes of names and schedules.
pub(super) fn render(resolved: &Resolved<'_>, solution: &str, mode: Mode) -> Render {
    let (mut compiled, mut findings) = compile(resolved, Some(solution));
    compiled.mode = mode;
    let (desired, found) = compiled.desired_for_release();
    findings.extend(found);
    let findings = Judge::of(resolved, Some(solution)).settle(findings).findings;
    let rendering = (!findings.has_errors()).then(|| Rendering::of(&desired));
    Render { compiled, rendering, findings }
}

/// Everything that a solution is made and tested from: the manifest, the macros, and its own files.
fn source_bytes(project: &Project, solution: &str) -> Result<BTreeMap<String, Bytes>, PipelineError> {
    let mut all = BTreeMap::new();
    let mut text = |source: &SourceFile| {
        all.insert(source.name().to_string(), Bytes::copy_from_slice(source.text().as_bytes()));
    };
    text(&project.manifest);
    let shared = |path: &str| path.split('/').any(|part| part.starts_with('_'));
    project.templates.iter().filter(|(path, _)| shared(path)).for_each(|(_, source)| text(source));
    let Some(solution) = project.solutions.get(solution) else { return Ok(all) };
    let files = &solution.files;
    files.sql.iter().for_each(|file| text(&file.source));
    files.python.iter().chain(&files.resources).chain(&files.tests).for_each(|source| text(source));
    files.test_rows.values().chain(&files.sources).chain(&files.story).for_each(|source| text(source));
    files.dashboards.iter().chain(&files.genie).for_each(|file| text(&file.source));
    for asset in &files.assets {
        all.insert(asset.path.clone(), Bytes::from(fs::read(&asset.full_path)?));
    }
    Ok(all)
}
