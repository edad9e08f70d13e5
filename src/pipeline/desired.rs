//! What is to exist in a workspace, made from what was compiled.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::diag::Diagnostics;
use crate::project::{Mode, Target};
use crate::release;
use crate::render::Outputs;
use crate::resource::{Context, DesiredSet, Inputs, Kind, ResourceKey, RunAs, VolumeUpload, desired, desired_document};

use super::Compiled;

/// What is wrong with what is to exist, and the documents that something else waits for.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) found: Diagnostics,
    pub(super) needed: HashSet<ResourceKey>,
}

/// Where, and as whom.
const NOBODY: (&str, &str) = ("/Workspace/Users/nobody", "nobody");

impl Compiled {
    /// What is to exist in a workspace, for whoever deploys. `uploads` are files that the project does not hold.
    pub fn desired(&self, root: &str, user: &str, uploads: Vec<VolumeUpload>) -> (DesiredSet, Diagnostics) {
        self.desired_in(&self.context(root, user), uploads)
    }

    /// What is to exist wherever and for whomever: `release` has words for both.
    pub(super) fn desired_for_release(&self) -> (DesiredSet, Diagnostics) {
        let development = (self.mode == Mode::Development).then(|| release::USER.to_string());
        let context = Context { development, anonymous: true, ..self.context(release::ROOT, "") };
        self.desired_in(&context, Vec::new())
    }

    fn desired_in(&self, context: &Context, uploads: Vec<VolumeUpload>) -> (DesiredSet, Diagnostics) {
        let inputs = match uploads.is_empty() {
            true => Cow::Borrowed(&self.inputs),
            false => Cow::Owned(Inputs { uploads, ..self.inputs.clone() }),
        };
        let (mut set, diagnostics) = desired(&inputs, context);
        let templates: Outputs = self.templates().collect();
        set.relocate(&|location| match templates.find(&location.file) {
            Some(rendered) => rendered.locate(location.span),
            None => location.clone(),
        });
        let mapped = diagnostics.into_iter().map(|diagnostic| templates.map(diagnostic));
        (set, mapped.collect())
    }

    /// For whoever `developer` stands for, in a target of development; `run_as` is whom each thing is to say it runs as.
    pub(super) fn desired_by(&self, developer: &str, root: &str, run_as: Option<RunAs>) -> DesiredSet {
        let copy = if is_shared(&self.about) { copy_of(&self.about, developer) } else { developer.to_string() };
        let development = (self.mode == Mode::Development).then_some(copy);
        let context = Context { development, run_as, ..self.nobody(root) };
        desired(&self.inputs, &context).0
    }

    fn context(&self, root: &str, user: &str) -> Context {
        Context {
            target: self.target.clone(),
            root: root.to_string(),
            development: (self.mode == Mode::Development).then(|| copy_of(&self.about, user)),
            run_as: self.run_as.clone(),
            anonymous: false,
        }
    }

    fn nobody(&self, root: &str) -> Context {
        Context { anonymous: !is_shared(&self.about), ..self.context(root, NOBODY.1) }
    }

    /// What is wrong with what is to exist. Where and as whom something is deployed makes no difference to that.
    pub(super) fn desired_anywhere(&self) -> Wanted {
        let (set, found) = self.desired_in(&self.nobody(NOBODY.0), Vec::new());
        let is_document = |key: &&ResourceKey| matches!(key.kind, Kind::Dashboard | Kind::GenieSpace);
        Wanted {
            found,
            needed: set.iter().flat_map(|desired| &desired.depends_on).filter(is_document).cloned().collect(),
        }
    }

    /// The resource of a dashboard or a Genie space, and what is wrong with its content.
    pub(super) fn desired_document(&self, path: &str) -> (Option<ResourceKey>, Diagnostics) {
        desired_document(&self.inputs, &self.nobody(NOBODY.0), path)
    }
}

/// Is there one copy of a target in development for all who deploy it?
fn is_shared(target: &Target) -> bool {
    target.root.is_some()
}

/// Whose copy names in development tell: the deployer's, or the target's where they share one. If that one bore the name
/// of whoever comes last, everybody else's plan would rename it.
pub(super) fn copy_of(target: &Target, user: &str) -> String {
    short_name(if is_shared(target) { &target.name } else { user })
}

/// The part of a name that goes into names of development copies.
pub(super) fn short_name(user: &str) -> String {
    let name = user.split('@').next().unwrap_or(user);
    name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}
