//! What can be found out before a workspace is needed: is the project sound, is there room, what is up already?

use std::time::Instant;

use super::files::{self, Generator};
use super::record::{Place, Record};
use super::{DemoError, Settings, Wishes, preflight};
use crate::diag::Diagnostics;
use crate::ident::TableName;
use crate::pipeline::{self, Compiled, Judge, VolumeUpload};
use crate::project::{Question, Resolved};
use crate::sys::System;

/// A demo that can be made.
pub struct Prepared {
    pub(super) compiled: Compiled,
    pub(super) judge: Judge,
    /// `/Volumes/<catalog>/<bronze schema>/landing`, where the data is delivered.
    pub(super) landing: String,
    pub(super) tables: Vec<TableName>,
    pub(super) pipelines: Vec<String>,
    pub(super) questions: Vec<Question>,
    pub(super) generator: Generator,
    pub(super) settings: Settings,
    pub(super) place: Place,
    pub(super) record: Option<Record>,
    pub(super) solution: String,
    pub(super) target: String,
    pub(super) system: System,
    pub(super) began: Instant,
    pub(super) took: f64,
    /// Warnings and notes of the project.
    pub findings: Diagnostics,
}

/// Checks the project and the machine. `Err` holds the first thing to be mended.
pub fn prepare(
    resolved: &Resolved<'_>,
    solution: &str,
    wishes: &Wishes,
    system: &System,
) -> Result<Prepared, DemoError> {
    let began = Instant::now();
    let generator = Generator::of(solution)?;
    let place = Place::new(&resolved.project.root, solution);
    let target = &resolved.target.name;
    let record = Record::read(&place)?;
    if let Some(record) = record.as_ref().filter(|record| record.target != *target) {
        let (up, asked) = (record.target.clone(), target.clone());
        return Err(DemoError::OtherTarget { solution: solution.to_string(), up, asked });
    }
    let settings = Settings::settle(wishes, record.as_ref(), system.clock.now().date_naive())?;
    let (compiled, mut findings) = pipeline::compile(resolved, Some(solution));
    let (checked, found) = pipeline::examine(&compiled, Some(solution));
    findings.extend(found);
    let judge = Judge::of(resolved, Some(solution));
    let findings = judge.judge(findings).findings;
    if findings.has_errors() {
        return Err(DemoError::Project(findings.sorted()));
    }
    let questions = checked.stories.get(solution).cloned().unwrap_or_default();
    if questions.is_empty() {
        return Err(DemoError::NoStory(solution.to_string()));
    }
    let landing = landing(resolved, solution).ok_or_else(|| DemoError::NoLanding(solution.to_string()))?;
    let data = record.as_ref().and_then(|record| record.data.as_ref());
    let present = data.map_or(0, |data| data.files.iter().map(|file| file.bytes).sum());
    // Data that is there has been uploaded and ingested, too: nothing like it is needed again.
    let present = if present > 0 { u64::MAX } else { 0 };
    preflight::disk(&place.folder(), generator, &settings, present)?;
    Ok(Prepared {
        compiled,
        judge,
        landing,
        pipelines: checked.tables.keys().map(|(_, pipeline)| pipeline.clone()).collect(),
        tables: checked.tables.into_values().flatten().collect(),
        questions,
        generator,
        settings,
        place,
        record,
        solution: solution.to_string(),
        target: target.clone(),
        system: system.clone(),
        began,
        took: began.elapsed().as_secs_f64(),
        findings,
    })
}

/// The volume that the generator's sources are delivered to, by convention `landing` in the first layer.
fn landing(resolved: &Resolved<'_>, solution: &str) -> Option<String> {
    let solution = resolved.solutions.get(solution)?;
    let schema = solution.schema("bronze")?;
    Some(format!("/Volumes/{}/{schema}/landing", solution.catalog))
}

/// The files that a demo which is up has delivered to its landing volume; none if no demo is up on this target.
pub fn uploads(resolved: &Resolved<'_>, solution: &str) -> Result<Vec<VolumeUpload>, DemoError> {
    let place = Place::new(&resolved.project.root, solution);
    let record = Record::read(&place)?.filter(|record| record.target == resolved.target.name);
    let (Some(data), Some(landing)) = (record.and_then(|record| record.data), landing(resolved, solution)) else {
        return Ok(Vec::new());
    };
    let folder = place.data();
    match files::are_whole(&data, &folder)? {
        true => Ok(files::uploads(&landing, &data, &folder)),
        false => Err(DemoError::DataDamaged { solution: solution.to_string(), target: resolved.target.name.clone() }),
    }
}
