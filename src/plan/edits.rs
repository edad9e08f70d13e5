//! Edits that somebody made in the workspace: kept, or overwritten where whoever deploys says so.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::resource::{Desired, Kind, Observed, Rules, Spec};
use crate::state::Record;

use super::diff::{Difference, diff};
use super::select::{Pattern, find_all};
use super::{FieldChange, Plan, SelectError};

/// The path of the change that what is there already counts as deployed from now on.
pub const TAKEN_OVER: &str = "lifecycle.taken_over";

/// Whose edits give way to the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Overwrite {
    Everything,
    Matching(Pattern),
}

impl FromStr for Overwrite {
    type Err = SelectError;

    /// `*`, or as [`Pattern`].
    fn from_str(text: &str) -> Result<Self, SelectError> {
        if text == "*" { Ok(Self::Everything) } else { text.parse().map(Self::Matching) }
    }
}

impl fmt::Display for Overwrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Matching(pattern) => pattern.fmt(f),
        }
    }
}

impl Overwrite {
    pub(super) fn covers(&self, key: &crate::resource::ResourceKey) -> bool {
        match self {
            Self::Everything => true,
            Self::Matching(pattern) => pattern.matches(key),
        }
    }
}

/// The plan, if everything that is to give way is in it.
pub fn overwritten(plan: Plan, overwrite: &[Overwrite]) -> Result<Plan, SelectError> {
    let patterns = overwrite.iter().filter_map(|overwrite| match overwrite {
        Overwrite::Everything => None,
        Overwrite::Matching(pattern) => Some(pattern),
    });
    find_all(&plan, patterns)?;
    Ok(plan)
}

/// A difference of content.
pub(super) fn content_change(desired: &Desired, record: Option<&Record>, observed: &Observed) -> Option<FieldChange> {
    let wanted = &desired.content.as_ref()?.fingerprint;
    let deployed = record.and_then(|record| record.fingerprint.as_ref());
    // Where the service shows no content, what was deployed is what is there.
    let there = observed.fingerprint.as_ref().or(deployed);
    if there == Some(wanted) {
        return None;
    }
    Some(FieldChange {
        path: "content".to_string(),
        old: there.map_or(Value::Null, |hash| json!(hash.as_str())),
        new: json!(wanted.as_str()),
        outside: deployed == Some(wanted),
        edited: observed.fingerprint.is_some() && deployed.is_some() && observed.fingerprint.as_ref() != deployed,
    })
}

/// Of dashboards: who may see which edition, and with whose rights. Not a matter of taste.
const PUBLICATION: [&str; 2] = ["published", "embed_credentials"];

/// Takes what was edited out of what is to be changed. A document that stays is not published either: nobody but its
/// author knows whether it is ready.
pub(super) fn keep(differences: &mut Vec<Difference>, content: &mut Option<FieldChange>) -> Vec<FieldChange> {
    let edited = content.take_if(|content| content.edited);
    let is_publication = |difference: &Difference| PUBLICATION.contains(&difference.pattern.as_str());
    let is_held = edited.is_some() || differences.iter().any(|other| other.change.edited && !is_publication(other));
    let stays = |difference: &Difference| match is_publication(difference) {
        true => is_held,
        false => difference.change.edited,
    };
    let (kept, rest): (Vec<Difference>, _) = std::mem::take(differences).into_iter().partition(stays);
    *differences = rest;
    let kept = kept.into_iter().map(|difference| difference.change).chain(edited);
    // Nothing of it is overwritten.
    kept.map(|change| FieldChange { edited: false, ..change }).collect()
}

/// What the project says now is there already, and is not what was deployed: somebody made it so in the workspace, or a
/// run that died. From now on that is what was deployed.
pub(super) fn is_taken_over(desired: &Desired, spec: &Spec, record: &Record) -> bool {
    let kind: Kind = desired.key.kind;
    let content = desired.content.as_ref().map(|content| &content.fingerprint);
    // Of files it is noted with whatever else is done.
    if kind.is_file() {
        return false;
    }
    // A run died while it made or changed it, and what is there is what it was to make.
    if record.fingerprint.is_none() && record.shown.is_none() && content.is_some() {
        return true;
    }
    let told_by_itself =
        matches!(kind, Kind::Function | Kind::View | Kind::Grants | Kind::Permissions | Kind::PipelineUpdate);
    // The words of a table's statement may change without the table.
    !told_by_itself
        && (kind != Kind::Table && content != record.fingerprint.as_ref()
            || diff(Rules::of(kind), spec, Some(&record.spec), &record.spec)
                .iter()
                // How the statement would be run again; nothing of the object.
                .any(|difference| difference.pattern != "replace"))
}
