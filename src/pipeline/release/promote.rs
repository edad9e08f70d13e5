//! What must be true before a release that one target runs is deployed to another.

use std::collections::BTreeMap;

use crate::diag::Diagnostics;
use crate::ident::ContentHash;
use crate::project::yaml::Node;
use crate::project::{Mode, Project, Resolved, Target};
use crate::release::{Contents, Difference, Entry, Git, Release, Rendering, StateMark, Texts, Verification, compare};
use crate::resource::{Kind, ResourceKey};
use crate::state::State;

use super::super::texts::readable;
use super::super::{Judge, PipelineError, Workspace, compile, examine, resolve};
use super::build::{Given, render};
use super::deployed::mark;

/// A condition that is not met.
#[derive(Clone, PartialEq, Debug)]
pub enum Refusal {
    NeverDeployed {
        target: String,
        /// Others may have deployed it, each for themselves.
        is_personal: bool,
    },
    /// What the target runs is not what its last deployment left.
    Moved {
        target: String,
        serial: u64,
    },
    NotVerified {
        target: String,
    },
    /// There is one of an earlier deployment.
    VerifiedBefore {
        target: String,
    },
    VerificationFailed {
        target: String,
        failed: Vec<String>,
    },
    /// Variables that were set when the release was made, and are not set to the same now, or the other way around.
    Overrides {
        differs: Vec<String>,
        wanted: BTreeMap<String, String>,
    },
    NoRendering {
        target: String,
    },
    /// By the checks of this program, on the release's own sources.
    Errors {
        target: String,
        messages: Vec<String>,
    },
    Undeclared {
        from: String,
        to: String,
        differs: Vec<String>,
    },
    Dirty {
        files: Vec<String>,
    },
    MadeDirty {
        target: String,
    },
    NoRunAs {
        target: String,
    },
}

/// Why nothing may be known of what somebody else deployed to a target, and what to do about it.
pub fn own_state(target: &str) -> String {
    format!(
        "`{target}` has a copy for each who deploys it, and what others deployed is theirs: with `root: \
         /Workspace/Shared/.lakesmith` at `targets.{target}` of lakesmith.yml, all share one"
    )
}

impl Refusal {
    pub fn never_deployed(target: &Target) -> Self {
        Self::NeverDeployed { target: target.name.clone(), is_personal: target.is_personal() }
    }

    pub fn message(&self) -> String {
        let list = |all: &[String]| match all.len() {
            0..=5 => all.join(", "),
            more => format!("{} and {} more", all[..4].join(", "), more - 4),
        };
        match self {
            Self::NeverDeployed { target, .. } => format!("no release was ever deployed to `{target}`"),
            Self::Moved { target, serial } => {
                format!("`{target}` is not as its last deployment (history {serial}) left it")
            }
            Self::NotVerified { target } => format!("the release that `{target}` runs was not verified there"),
            Self::VerifiedBefore { target } => {
                format!("the last verification on `{target}` is older than what is deployed there")
            }
            Self::VerificationFailed { target, failed } => {
                format!("the verification on `{target}` failed: {}", list(failed))
            }
            Self::Overrides { differs, .. } => {
                format!("the release was made with other values of variables: {}", list(differs))
            }
            Self::NoRendering { target } => {
                format!("the release has errors for `{target}`, and nothing to deploy there")
            }
            Self::Errors { target, messages } => format!("the release has errors for `{target}`: {}", list(messages)),
            Self::Undeclared { from, to, differs } => {
                format!("`{from}` and `{to}` differ in more than what targets declare: {}", list(differs))
            }
            Self::Dirty { files } => format!("the checkout is not as it was committed: {}", list(files)),
            Self::MadeDirty { target } => {
                format!("the release was deployed to `{target}` from a checkout that was not as it was committed")
            }
            Self::NoRunAs { target } => format!("the target `{target}` does not say as whom its jobs run"),
        }
    }

    /// The command that meets the condition, or what to change.
    pub fn hint(&self) -> String {
        match self {
            Self::NeverDeployed { target, is_personal: true } => {
                format!("`lakesmith deploy -t {target}`, then `lakesmith verify -t {target}`; {}", own_state(target))
            }
            Self::NeverDeployed { target, .. } | Self::Moved { target, .. } => {
                format!("`lakesmith deploy -t {target}`, then `lakesmith verify -t {target}`")
            }
            Self::NotVerified { target } | Self::VerifiedBefore { target } => format!("`lakesmith verify -t {target}`"),
            Self::VerificationFailed { target, .. } => {
                format!("mend it, `lakesmith deploy -t {target}`, and `lakesmith verify -t {target}` again")
            }
            Self::Overrides { wanted, .. } => {
                let given: Vec<String> = wanted.iter().map(|(name, value)| format!("--var {name}={value}")).collect();
                match given.is_empty() {
                    true => "leave the `--var` and the `LAKESMITH_VAR_…` out".to_string(),
                    false => format!("if they are meant, say so: `{}`", given.join(" ")),
                }
            }
            Self::NoRendering { target } | Self::Errors { target, .. } => format!("`lakesmith check -t {target}`"),
            Self::Undeclared { from, to, .. } => format!(
                "`lakesmith diff --from {from} --to {to}` shows them; use a variable, a principal or `targets:` instead \
                 of the target's name"
            ),
            Self::Dirty { .. } => "commit or stash, or promote a release that another target proved".to_string(),
            Self::MadeDirty { target } => {
                format!("commit, `lakesmith deploy -t {target}`, then `lakesmith verify -t {target}`")
            }
            Self::NoRunAs { target } => format!("set `targets.{target}.run_as` in lakesmith.yml"),
        }
    }

    /// What meets all of them, each once. What meets another one of them on the way is left out.
    pub fn hints(refused: &[Self]) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        for refusal in refused.iter().filter(|refusal| !refused.iter().any(|other| other.covers(refusal))) {
            let hint = refusal.hint();
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }

    /// Does whatever meets this condition meet that one, too?
    fn covers(&self, other: &Self) -> bool {
        let deployed = match self {
            Self::NeverDeployed { target, .. }
            | Self::Moved { target, .. }
            | Self::VerificationFailed { target, .. }
            | Self::MadeDirty { target } => target,
            _ => return false,
        };
        match other {
            Self::NotVerified { target } | Self::VerifiedBefore { target } => target == deployed,
            Self::Moved { target, .. } => target == deployed && matches!(self, Self::MadeDirty { .. }),
            _ => false,
        }
    }

    /// What a production target asks of whatever is deployed to it from a checkout.
    pub fn of_production(target: &Target, git: Option<&Git>, dirty: &[String]) -> Vec<Self> {
        let mut refused = Vec::new();
        if target.mode != Mode::Production {
            return refused;
        }
        if target.run_as.is_none() {
            refused.push(Self::NoRunAs { target: target.name.clone() });
        }
        if git.is_some_and(|git| git.dirty) {
            refused.push(Self::Dirty { files: dirty.to_vec() });
        }
        refused
    }
}

/// What a target runs, and what is known of it.
#[derive(Debug)]
pub struct Promotion {
    pub entry: Entry,
    pub verification: Option<Verification>,
    /// Is there a verification of an earlier deployment?
    verified_before: bool,
    now: Option<StateMark>,
}

/// So many deployments are looked through for an older verification.
const LOOK_BACK: usize = 10;

impl Workspace {
    /// The last deployment of a target, and what was proved of it; `None` if there was none.
    pub async fn promotion(&self, unit: &str, target: &str) -> Result<Option<Promotion>, PipelineError> {
        let kept = self.kept(unit, target);
        let mut entries = kept.entries(LOOK_BACK).await?;
        let Some(entry) = entries.pop() else { return Ok(None) };
        let verification = kept.verification(entry.serial).await?;
        let mut verified_before = false;
        if verification.is_none() {
            for earlier in &entries {
                verified_before |= kept.verification(earlier.serial).await?.is_some();
            }
        }
        let now = self.state(unit, target).await?.as_ref().map(mark as fn(&State) -> StateMark);
        Ok(Some(Promotion { entry, verification, verified_before, now }))
    }
}

impl Promotion {
    /// Does the target still run what was deployed?
    pub fn is_current(&self) -> bool {
        self.now.as_ref() == Some(&self.entry.state)
    }

    /// What is not met of what does not depend on the other target; `given` are the values of variables as they are
    /// given now.
    pub fn refused(&self, from: &str, release: &Release, given: &BTreeMap<String, String>) -> Vec<Refusal> {
        let target = from.to_string();
        let mut refused = Vec::new();
        if !self.is_current() {
            refused.push(Refusal::Moved { target, serial: self.entry.serial });
            return refused;
        }
        match &self.verification {
            None if self.verified_before => refused.push(Refusal::VerifiedBefore { target }),
            None => refused.push(Refusal::NotVerified { target }),
            Some(found) if found.release != self.entry.release || found.state != self.entry.state => {
                refused.push(Refusal::VerifiedBefore { target });
            }
            Some(found) if !found.passed() => {
                let failed = found.failed().map(|check| format!("{} {}", check.kind, check.name)).collect();
                refused.push(Refusal::VerificationFailed { target, failed });
            }
            Some(_) => {}
        }
        refused.extend(overrides(release, given));
        refused
    }
}

fn overrides(release: &Release, given: &BTreeMap<String, String>) -> Option<Refusal> {
    let then = &release.overrides;
    let changed = then.iter().filter(|(name, value)| given.get(*name) != Some(value));
    let mut differs: Vec<String> = changed.map(|(name, value)| format!("`{name}` was {value}")).collect();
    differs.extend(given.keys().filter(|name| !then.contains_key(*name)).map(|name| format!("`{name}` was not given")));
    (!differs.is_empty()).then(|| Refusal::Overrides { differs, wanted: then.clone() })
}

/// The errors that this program finds in a release's own sources for a target.
pub fn examine_for(resolved: &Resolved<'_>, solution: &str) -> Diagnostics {
    let (compiled, mut findings) = compile(resolved, Some(solution));
    findings.extend(examine(&compiled, Some(solution)).1);
    Judge::of(resolved, Some(solution)).judge(findings).findings
}

/// Where two targets differ in what neither of them declares: a solution is rendered for the one, and again with
/// everything that this one declares, but to templates that ask for the name, the mode or the protection as the other.
/// What is left is what templates make of these.
/// Entries that say `targets` are declared; files and updates follow from what needs them.
pub fn undeclared(
    project: &Project,
    solution: &str,
    given: Given<'_>,
    from: &str,
    to: &str,
) -> Result<Vec<Difference>, Diagnostics> {
    let (resolved, found) = resolve(project, Some(from), given.vars, given.env);
    let Some(resolved) = resolved.filter(|_| !found.has_errors()) else { return Err(found) };
    let Some(other) = project.targets.get(to) else { return Ok(Vec::new()) };
    let mode = resolved.target.mode;
    let one = render(&resolved, solution, mode);
    let (name, protect) = (other.name.clone(), other.protect);
    let disguised = Target { name, mode: other.mode, protect, ..resolved.target.clone() };
    let other = render(&Resolved { target: &disguised, ..resolved }, solution, mode);
    let (Some((left, there)), Some((right, here))) = (&one.rendering, &other.rendering) else {
        let findings = if one.rendering.is_none() { one.findings } else { other.findings };
        return Err(findings);
    };
    let mut differences = compare(left, right);
    let files = one.compiled.resources(solution).iter().chain(other.compiled.resources(solution));
    let declared: Vec<ResourceKey> = files.flat_map(by_target).collect();
    let follows = |difference: &Difference| difference.path.is_empty() && is_derived(difference.key.kind);
    differences.retain(|difference| !declared.contains(&difference.key) && !follows(difference));
    for difference in differences.iter_mut().filter(|difference| difference.path == "content") {
        let text = |rendering, contents| content_text(&difference.key, rendering, contents);
        let texts = text(left, there).zip(text(right, here));
        difference.texts = texts.map(|(left, right)| Box::new(Texts { left, right }));
    }
    Ok(differences)
}

/// The content of a resource as people read it.
fn content_text(key: &ResourceKey, rendering: &Rendering, contents: &Contents) -> Option<String> {
    let wanted = &rendering.resources.get(key)?.content.as_ref()?.sha256;
    let bytes = contents.iter().find(|bytes| ContentHash::of(bytes) == *wanted)?;
    readable(key.kind, std::str::from_utf8(bytes).ok()?)
}

fn is_derived(kind: Kind) -> bool {
    matches!(kind, Kind::WorkspaceFile | Kind::VolumeFile | Kind::PipelineUpdate)
}

/// The resources of a file that say for which targets they are.
fn by_target(file: &Node) -> Vec<ResourceKey> {
    let sections = file.as_map().unwrap_or_default().iter();
    let entries = sections.flat_map(|section| {
        let name = section.key.as_str();
        let kind = Kind::parse(name.strip_suffix('s').unwrap_or(name)).or_else(|| Kind::parse(name));
        let entries =
            section.node.as_map().unwrap_or_default().iter().filter(|entry| entry.node.get("targets").is_some());
        entries.filter_map(move |entry| Some(ResourceKey::new(kind?, entry.key.clone())))
    });
    entries.collect()
}
