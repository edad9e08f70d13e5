//! Removing a demo, and showing that nothing of it is left.

use super::DemoError;
use super::observer::{ApplyWatch, Entrance};
use super::record::{Place, Record};
use super::watch::{Recorder, Watcher};
use crate::pipeline::{Cancel, Deployment, DesiredSet, PATIENCE, Pace, Patience, Workspace, unit};
use crate::project::Resolved;
use crate::sys::fs;

/// What was removed, and what is left. A demo is down when nothing is.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize)]
pub struct Removal {
    /// Resources that the workspace had.
    pub removed: Vec<String>,
    /// Looked up again afterwards, and found.
    pub left: Vec<String>,
    /// Somebody else's, in the demo's own folder of the workspace: they stay.
    pub kept: Vec<String>,
    /// Files of this machine.
    pub files: usize,
}

/// Takes everything away that the state of the solution names. Not an error if nothing is up.
pub async fn down(
    resolved: &Resolved<'_>,
    solution: &str,
    workspace: &Workspace,
    watcher: &dyn Watcher,
    cancel: &Cancel,
) -> Result<Removal, DemoError> {
    let place = Place::new(&resolved.project.root, solution);
    let target = &resolved.target.name;
    if let Some(record) = Record::read(&place)?.filter(|record| record.target != *target) {
        let (up, asked) = (record.target, target.clone());
        return Err(DemoError::OtherTarget { solution: solution.to_string(), up, asked });
    }
    let project = unit(&resolved.project.name.value, solution);
    let recorder = Recorder::new(watcher);
    let mut removal = Removal::default();
    let command = format!("lakesmith demo down {solution} -t {target}");
    let step = recorder.start("destroy");
    let patience = Patience { longest: PATIENCE, observer: &Entrance(&recorder), cancel };
    let deployment = Deployment::open(workspace, &project, target, DesiredSet::default(), &command, patience).await?;
    destroy(deployment, workspace, &recorder, cancel, &mut removal).await?;
    step.end(None);
    if removal.left.is_empty() {
        let step = recorder.start("remove the data");
        removal.files = fs::walk_files(&place.folder())?.len();
        fs::remove_dir_all(&place.folder())?;
        fs::remove_file(&place.record())?;
        step.end(None);
    }
    Ok(removal)
}

async fn destroy(
    mut deployment: Deployment<'_>,
    workspace: &Workspace,
    recorder: &Recorder<'_>,
    cancel: &Cancel,
    removal: &mut Removal,
) -> Result<(), DemoError> {
    let before = deployment.state().clone();
    let watch = ApplyWatch::new(recorder, deployment.plan().changes().count(), 0);
    let report = match deployment.apply(&watch, cancel, Pace::default()).await {
        Ok(report) => report,
        Err(error) => {
            // Why it failed says more than that the lease could not be given back.
            drop(deployment.close().await);
            return Err(error.into());
        }
    };
    if !report.is_complete() {
        drop(deployment.close().await);
        return Err(DemoError::incomplete(report));
    }
    removal.kept = deployment.close_and_clear().await?;
    let found = workspace.remaining(&before).await?;
    removal.left = found.iter().map(ToString::to_string).collect();
    removal.removed = report.done.iter().filter(|key| !found.contains(key)).map(ToString::to_string).collect();
    Ok(())
}
