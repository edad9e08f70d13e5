//! The plan as a value, and as versioned JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ident::ContentHash;
use crate::resource::{ResourceKey, Risk, Spec};
use crate::state::State;

/// The version that this program writes and applies.
pub const PLAN_VERSION: u32 = 4;

/// The key of the digest in a plan file: what is applied is what was shown.
const DIGEST: &str = "digest";

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub plan_version: u32,
    pub tool_version: String,
    pub project: String,
    pub target: String,
    /// Of the state that the plan was made against; absent before the first deployment.
    pub lineage: Option<String>,
    pub serial: u64,
    /// Where a run that died was looked into: the digest of the state with what that run left, which is written only by the
    /// next run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_up: Option<ContentHash>,
    /// The project's files that it was made from, with their digests; empty where nobody asked for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: Files,
    /// Where only a part was asked for; the steps are then those of the part and of what it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<Selected>,
    /// Where edits made in the workspace give way to the project: `*`, or as the patterns of `selected`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overwrites: Vec<String>,
    /// Privileges of principals whom the project does not name, on securables that are the project's: they stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmanaged: Vec<Unmanaged>,
    /// In an order in which they could be done one by one.
    pub steps: Vec<Step>,
}

/// What was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selected {
    /// `kind:name`, where `*` stands for any text.
    pub patterns: Vec<String>,
    /// How many changes are not in the plan because of that.
    pub left: usize,
}

/// Digests of files by project path.
pub type Files = BTreeMap<String, ContentHash>;

/// Privileges that somebody else gave.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unmanaged {
    /// As the REST path names it: `catalog`, `schema`, `table`…
    pub securable_type: String,
    /// In lower case; of an object of the workspace, the name of its key.
    pub securable: String,
    /// What the workspace calls such an object, where that is another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub principal: String,
    /// Sorted.
    pub privileges: Vec<String>,
}

/// What is to become of one resource.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub key: ResourceKey,
    pub action: Action,
    pub risk: Risk,
    /// One line.
    pub reason: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// What somebody edited in the workspace and is left as it is there: `old`, where the project says `new`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<FieldChange>,
    /// Such edits would give way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overwrites: bool,
    /// Of the resource as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// As it is to be, references unresolved; absent for what goes away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<Spec>,
    /// Of the content as it is to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<ContentHash>,
    /// As deployed last; needed to take away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Spec>,
    /// Steps that must be done before this one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub after: BTreeSet<ResourceKey>,
    /// What the resource depends on, for the state.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<ResourceKey>,
    #[serde(default)]
    pub prevent_destroy: bool,
    /// False for what was there before lakesmith.
    pub owned: bool,
    /// Made by this deployment, or by one before it that did not come to its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
    /// Put there by a demo, not by the project's files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delivered: bool,
    /// The key that the state has it under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<ResourceKey>,
    /// Why the step must not be done at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// What the reader should know beside the changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// `file:line:column` where the project says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What the fingerprints of a `content` stand for, to be shown to people; no part of a written plan.
    #[serde(skip)]
    pub texts: Option<Box<Texts>>,
    /// What the service shows of what a statement made and this plan takes over as it is; no part of a written plan.
    #[serde(skip)]
    pub shown: Option<Box<Spec>>,
}

impl Step {
    /// Was it made by a run that is no deployment of its own: that did not come to its end, or did a part?
    fn was_made_before(&self) -> bool {
        self.unfinished && self.owned && matches!(self.action, Action::None | Action::Update)
    }
}

/// A content as it is there and as the project says it, line by line comparable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Texts {
    pub there: String,
    pub wanted: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    None,
    Create,
    Update,
    /// Delete, then create.
    Recreate,
    Delete,
    /// Only out of the state: it is gone already, or was never lakesmith's.
    Forget,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Create => "create",
            Self::Update => "update",
            Self::Recreate => "recreate",
            Self::Delete => "delete",
            Self::Forget => "forget",
        }
    }
}

/// One difference. `Null` stands for absent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// `tasks[check].timeout_seconds`: elements of keyed lists by their key, others by number.
    pub path: String,
    pub old: Value,
    /// May hold a reference that is known only after another step.
    pub new: Value,
    /// The project did not change; somebody changed the workspace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// Somebody changed it in the workspace since it was deployed, whatever the project says now: that edit is
    /// overwritten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

/// How many steps of each action.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    pub create: usize,
    pub update: usize,
    pub recreate: usize,
    pub delete: usize,
    pub forget: usize,
    pub none: usize,
    /// Resources with edits that are left as they are in the workspace; each counts as what is done beside, too.
    #[serde(default)]
    pub kept: usize,
    /// Steps that must not be done, each of them among the others, too: nothing of the plan is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub blocked: usize,
    /// Resources that were made since the last deployment that came to its end, by runs before this one: those count as
    /// what is done with them now.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub made_before: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("the plan is not readable JSON")]
    Malformed(#[source] serde_json::Error),
    #[error("the plan file ends in the middle; it was not written to its end, or not copied to its end")]
    CutOff(#[source] serde_json::Error),
    #[error("this is no plan of lakesmith: it has no `plan_version`")]
    NoPlan,
    #[error("the plan does not have the form of version {PLAN_VERSION}")]
    Form(#[source] serde_json::Error),
    #[error("the plan has version {found}, and this program knows version {PLAN_VERSION}")]
    Version { found: u64 },
    #[error("the plan file is not as it was written: it was edited or damaged; plan again")]
    Edited,
    #[error("the plan was made for another deployment of this target (lineage {plan}, now {current}); plan again")]
    Lineage { plan: String, current: String },
    #[error("the target was deployed since the plan was made (serial {plan}, now {current}); plan again")]
    Serial { plan: u64, current: u64 },
    #[error(
        "the next run takes up what one that died has left, and that was not there, or was something else, when the plan was \
         made (serial {plan}, now {current}); plan again"
    )]
    TakenUp { plan: u64, current: u64 },
    #[error("the plan is blocked: {0}")]
    Blocked(String),
}

impl PlanError {
    /// What to do about a file that cannot be used.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(_) | Self::NoPlan | Self::Form(_) => {
                Some("`lakesmith plan SOLUTION -t TARGET --out FILE` writes a plan that can be applied")
            }
            Self::CutOff(_) => Some("copy it once more, or plan again"),
            Self::Version { .. } => Some("apply it with the lakesmith that wrote it, or plan again with this one"),
            Self::Edited | Self::Lineage { .. } | Self::Serial { .. } | Self::TakenUp { .. } | Self::Blocked(_) => None,
        }
    }
}

impl Plan {
    pub fn parse(bytes: &[u8]) -> Result<Self, PlanError> {
        let file: Value = serde_json::from_slice(bytes).map_err(|error| match error.is_eof() {
            true => PlanError::CutOff(error),
            false => PlanError::Malformed(error),
        })?;
        // One of another version need not fit the present form.
        let found = file.get("plan_version").and_then(Value::as_u64);
        let (Value::Object(mut file), Some(found)) = (file, found) else { return Err(PlanError::NoPlan) };
        if found != u64::from(PLAN_VERSION) {
            return Err(PlanError::Version { found });
        }
        let digest = file.remove(DIGEST);
        let plan: Self = serde_json::from_value(Value::Object(file)).map_err(PlanError::Form)?;
        if digest != Some(plan.digest()?) {
            return Err(PlanError::Edited);
        }
        Ok(plan)
    }

    /// As a file, with a digest of itself.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PlanError> {
        let mut file = serde_json::to_value(self).map_err(PlanError::Malformed)?;
        file[DIGEST] = self.digest()?;
        serde_json::to_vec_pretty(&file).map_err(PlanError::Malformed)
    }

    fn digest(&self) -> Result<Value, PlanError> {
        let bytes = serde_json::to_vec(self).map_err(PlanError::Malformed)?;
        Ok(Value::from(ContentHash::of(&bytes).as_str()))
    }

    /// May it be applied to this state?
    pub fn check_against(&self, state: Option<&State>) -> Result<(), PlanError> {
        let none = || "none".to_string();
        let (lineage, serial) = state.map_or((None, 0), |state| (Some(&state.lineage), state.serial));
        if self.lineage.as_ref() != lineage {
            let plan = self.lineage.clone().unwrap_or_else(none);
            return Err(PlanError::Lineage { plan, current: lineage.cloned().unwrap_or_else(none) });
        }
        let taken_up = state.and_then(|state| state.taken_up.as_ref());
        // The plan saw what the next run makes of what a dead one left, before that was written under another serial.
        let foreseen = self.taken_up.is_some() && taken_up.is_some_and(|left| left.digest == self.taken_up);
        if self.serial != serial && !foreseen {
            let (plan, current) = (self.serial, serial);
            return Err(match taken_up {
                Some(_) if current == plan + 1 => PlanError::TakenUp { plan, current },
                _ => PlanError::Serial { plan, current },
            });
        }
        self.expect_unblocked()
    }

    /// Is there nothing that keeps it from being applied, whoever agrees to what?
    pub fn expect_unblocked(&self) -> Result<(), PlanError> {
        let mut blocked = self.steps.iter().filter_map(|step| step.blocked.as_ref());
        let Some(reason) = blocked.next() else { return Ok(()) };
        Err(PlanError::Blocked(match blocked.count() {
            0 => reason.clone(),
            more => format!("{reason}; and {more} more of its steps, as `lakesmith plan` shows"),
        }))
    }

    /// Was `earlier` made of the same project? `false` also where only something that is no file differs: a variable of
    /// the command line, a data file.
    pub fn wants_the_same_as(&self, earlier: &Self) -> bool {
        fn wanted(plan: &Plan) -> BTreeMap<&ResourceKey, (String, &Step)> {
            let steps = plan.steps.iter().filter_map(|step| Some((step, step.spec.as_ref()?)));
            steps.map(|(step, spec)| (&step.key, (Value::Object(spec.clone()).to_string(), step))).collect()
        }
        let (now, then) = (wanted(self), wanted(earlier));
        now.len() == then.len()
            && now.iter().zip(&then).all(|((key, (spec, step)), (earlier, (spec_then, step_then)))| {
                // A reference that is resolved in one of them only tells of the workspace, not of the project.
                let same = spec == spec_then || spec.contains("${") != spec_then.contains("${");
                key == earlier
                    && same
                    && step.fingerprint == step_then.fingerprint
                    && step.prevent_destroy == step_then.prevent_destroy
            })
    }

    /// Nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// The steps that do something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.action != Action::None)
    }

    /// The steps that leave something as it was edited in the workspace.
    pub fn kept(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| !step.kept.is_empty())
    }

    pub fn step(&self, key: &ResourceKey) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == *key)
    }

    /// The steps whose risk needs to be allowed and is not.
    pub fn not_allowed<'p>(&'p self, allowed: &'p [Risk]) -> impl Iterator<Item = &'p Step> {
        self.changes().filter(|step| step.risk != Risk::Safe && !allowed.contains(&step.risk))
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for step in &self.steps {
            let count = match step.action {
                Action::None => &mut counts.none,
                Action::Create => &mut counts.create,
                Action::Update => &mut counts.update,
                Action::Recreate => &mut counts.recreate,
                Action::Delete => &mut counts.delete,
                Action::Forget => &mut counts.forget,
            };
            *count += 1;
            counts.kept += usize::from(!step.kept.is_empty());
            counts.blocked += usize::from(step.blocked.is_some());
            counts.made_before += usize::from(step.was_made_before());
        }
        counts
    }
}
