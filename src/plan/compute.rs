//! One step for every resource that is wanted or recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::resource::{
    Desired, DesiredSet, ID, Kind, Observed, Reference, ResourceKey, Rules, STALE_COPY, Spec, substitute,
};
use crate::state::{Record, State};

use super::diff::{Difference, all_new, diff};
use super::edits::{TAKEN_OVER, content_change, is_taken_over, keep};
use super::others::{Others, Takeover};
use super::removal::TABLES_GO;
use super::{
    Action, FieldChange, Overwrite, PLAN_VERSION, Plan, Step, attached, grants, names, permissions, risk, statement,
};

/// What a plan is made from.
pub struct Request<'a> {
    pub project: &'a str,
    pub target: &'a str,
    pub desired: &'a DesiredSet,
    /// Absent before the first deployment.
    pub state: Option<&'a State>,
    /// Everything wanted or recorded that was found in the workspace.
    pub observed: &'a BTreeMap<ResourceKey, Observed>,
    /// The grants on catalogs and schemas of the project that it says nothing about, by the key that they would have.
    pub bystanders: &'a BTreeMap<ResourceKey, Observed>,
    /// What other deployments of the project have in this workspace.
    pub others: &'a Others,
    /// Where edits made in the workspace give way; anywhere else they are kept.
    pub overwrite: &'a [Overwrite],
    /// The principal that deploys, where it is known.
    pub deployer: Option<&'a str>,
}

/// Decides. The desired set has no cycle; its builder saw to that.
pub fn compute(request: &Request<'_>) -> Plan {
    let order = request.desired.graph().order().unwrap_or_else(|_| request.desired.keys().cloned().collect());
    let mut planner = Planner { request, renewed: BTreeSet::new(), made: BTreeSet::new(), taken: BTreeMap::new() };
    let mut steps: Vec<Step> = Vec::new();
    for key in &order {
        if let Some(desired) = request.desired.get(key) {
            steps.push(planner.wanted(desired));
        }
    }
    steps.extend(planner.unwanted());
    names::pass_on(&mut steps, request.observed);
    attached::tell_bare(&mut steps);
    Plan {
        plan_version: PLAN_VERSION,
        tool_version: env!("CARGO_PKG_VERSION").to_string(),
        project: request.project.to_string(),
        target: request.target.to_string(),
        lineage: request.state.map(|state| state.lineage.clone()),
        serial: request.state.map_or(0, |state| state.serial),
        taken_up: request.state.and_then(|state| state.taken_up.as_ref()?.digest.clone()),
        files: BTreeMap::new(),
        selected: None,
        overwrites: request.overwrite.iter().map(ToString::to_string).collect(),
        unmanaged: grants::unmanaged(request).into_iter().chain(permissions::unmanaged(request)).collect(),
        steps,
    }
}

pub(super) struct Planner<'a> {
    pub(super) request: &'a Request<'a>,
    /// Get another id: references to them are known only afterwards.
    renewed: BTreeSet<ResourceKey>,
    /// Made or made anew: what lay inside them is not there any more.
    made: BTreeSet<ResourceKey>,
    /// Records that a resource took over from another key.
    pub(super) taken: BTreeMap<ResourceKey, ResourceKey>,
}

/// What was decided for one wanted resource.
struct Verdict {
    action: Action,
    reason: String,
    changes: Vec<FieldChange>,
    kept: Vec<FieldChange>,
    widens: bool,
    in_place: bool,
    rebuilds: bool,
    notes: Vec<String>,
}

impl Verdict {
    fn new(action: Action, reason: impl Into<String>, changes: Vec<FieldChange>) -> Self {
        Self {
            action,
            reason: reason.into(),
            changes,
            kept: Vec::new(),
            widens: false,
            in_place: false,
            rebuilds: false,
            notes: Vec::new(),
        }
    }
}

impl<'a> Planner<'a> {
    fn wanted(&mut self, desired: &Desired) -> Step {
        let observed = self.request.observed.get(&desired.key);
        let record = self.record(desired, observed);
        let spec = self.resolved(&desired.spec);
        let mut verdict = self.judge(desired, &spec, record, observed);
        let moved_from = self.taken.iter().find(|(_, to)| **to == desired.key).map(|(from, _)| from.clone());
        if let Some(from) = &moved_from {
            let (old, new) = (json!(from.to_string()), json!(desired.key.to_string()));
            verdict.changes.push(FieldChange {
                path: "lifecycle.key".to_string(),
                old,
                new,
                outside: false,
                edited: false,
            });
            if verdict.action == Action::None {
                verdict.action = Action::Update;
                verdict.reason = "it has a new key".to_string();
            }
        }
        if let (Some(record), Some(found)) = (record, observed)
            && found.made_before
            && !found.id.eq_ignore_ascii_case(&record.id)
        {
            let (old, new) = (json!(record.id), json!(found.id));
            verdict.changes.push(FieldChange {
                path: "lifecycle.id".to_string(),
                old,
                new,
                outside: true,
                edited: false,
            });
            if verdict.action == Action::None {
                verdict.action = Action::Update;
                verdict.reason = "it has another id than the state says".to_string();
            }
        }
        if verdict.action == Action::None
            && verdict.kept.is_empty()
            && record.is_some_and(|record| is_taken_over(desired, &spec, record))
        {
            let (path, old, new) = (TAKEN_OVER.to_string(), Value::Bool(false), Value::Bool(true));
            verdict.changes.push(FieldChange { path, old, new, outside: false, edited: false });
            verdict.action = Action::Update;
            verdict.reason = "it is there already as the project says it now".to_string();
        }
        for twin in observed.iter().flat_map(|observed| &observed.twins) {
            let kind = desired.key.kind;
            let name = desired.name_there().filter(|name| *name != desired.key.name());
            let name = name.map(|name| format!(" `{name}`")).unwrap_or_default();
            let told = format!("there is another one of it, {kind}{name} {twin}: delete the one that is not needed");
            verdict.notes.push(told);
        }
        if let Some(record) = record.filter(|record| record.prevent_destroy != desired.prevent_destroy) {
            verdict.changes.push(FieldChange {
                path: "lifecycle.prevent_destroy".to_string(),
                old: json!(record.prevent_destroy),
                new: json!(desired.prevent_destroy),
                outside: false,
                edited: false,
            });
            if verdict.action == Action::None {
                verdict.action = Action::Update;
                verdict.reason = "its protection changes".to_string();
            }
        }
        if matches!(verdict.action, Action::Create | Action::Recreate) {
            self.renewed.insert(desired.key.clone());
            self.made.insert(desired.key.clone());
        }
        let renamed = |change: &FieldChange| desired.key.kind == Kind::Volume && change.path == "name";
        if verdict.action == Action::Update && verdict.changes.iter().any(renamed) {
            self.renewed.insert(desired.key.clone());
        }
        let protected = record.is_some_and(|record| record.prevent_destroy) || desired.prevent_destroy;
        let blocked = (verdict.action == Action::Recreate && protected)
            .then(|| format!("`{}` has prevent_destroy and would have to be made anew", desired.key));
        let blocked = blocked.or_else(|| grants::locks_out(self.request, &desired.spec, &verdict.changes));
        let found = observed.filter(|found| record.is_none() && !found.made_before);
        let Takeover { blocked: foreign, notes } =
            found.map(|found| self.take_over(desired, found)).unwrap_or_default();
        let blocked = blocked.or(foreign);
        verdict.notes.extend(notes);
        let made_before = |key: &ResourceKey| {
            self.request.state.and_then(|state| state.resources.get(key)).is_some_and(|record| record.unfinished)
        };
        let circumstances = risk::Circumstances {
            widens: verdict.widens,
            in_place: verdict.in_place,
            rebuilds: verdict.rebuilds,
            new_securable: desired
                .depends_on
                .iter()
                // What guards a table is not what is given.
                .filter(|on| !matches!(on.kind, Kind::Mask | Kind::RowFilter))
                .any(|on| self.made.contains(on) || made_before(on)),
            unfinished: record.is_some_and(|record| record.unfinished),
        };
        let unfinished = matches!(verdict.action, Action::Create | Action::Recreate) || circumstances.unfinished;
        let owned = match verdict.action {
            Action::Create | Action::Recreate => true,
            _ => record.map_or(observed.is_some_and(|observed| observed.made_before), |record| record.owned),
        };
        let shown = observed.and_then(|observed| statement::taken_over(desired.key.kind, &verdict.changes, observed));
        Step {
            key: desired.key.clone(),
            action: verdict.action,
            risk: risk::of(desired.key.kind, verdict.action, &verdict.changes, circumstances),
            reason: verdict.reason,
            changes: verdict.changes,
            kept: verdict.kept,
            overwrites: self.overwrites(&desired.key),
            id: observed.map(|observed| observed.id.clone()).or_else(|| record.map(|record| record.id.clone())),
            etag: observed.and_then(|observed| observed.etag.clone()),
            spec: Some(spec),
            fingerprint: desired.content.as_ref().map(|content| content.fingerprint.clone()),
            recorded: record.map(|record| record.spec.clone()),
            after: desired.depends_on.clone(),
            depends_on: desired.depends_on.clone(),
            prevent_destroy: desired.prevent_destroy,
            owned,
            unfinished,
            delivered: desired.delivered,
            moved_from,
            blocked,
            notes: verdict.notes,
            location: desired.location.as_ref().map(crate::diag::Location::display),
            texts: None,
            shown,
        }
    }

    /// The record of the resource, or that of another key which is the same thing under an older name.
    fn record(&mut self, desired: &Desired, observed: Option<&Observed>) -> Option<&'a Record> {
        let state = self.request.state?;
        if let Some(record) = state.resources.get(&desired.key) {
            return Some(record);
        }
        let id = &observed?.id;
        let (old, record) = state.resources.iter().find(|(key, record)| {
            key.kind == desired.key.kind
                && record.id.eq_ignore_ascii_case(id)
                && self.request.desired.get(key).is_none()
                && !self.taken.contains_key(*key)
        })?;
        self.taken.insert(old.clone(), desired.key.clone());
        Some(record)
    }

    fn resolved(&self, spec: &Spec) -> Spec {
        let resolve = |reference: &Reference| match reference {
            Reference::Output { key, field } if !self.renewed.contains(key) => {
                // Found again under another id than the state says.
                let found = self.request.observed.get(key).filter(|found| field == ID && found.made_before);
                if let Some(found) = found {
                    return Some(found.id.clone());
                }
                let state = self.request.state?;
                let found = state.output(key, field).map(str::to_string);
                // A natural identity is known before there is a state.
                found.or_else(|| {
                    let observed = self.request.observed.get(key).filter(|_| field == ID)?;
                    Some(observed.id.clone())
                })
            }
            _ => None,
        };
        match substitute(&Value::Object(spec.clone()), &resolve) {
            Value::Object(spec) => spec,
            _ => spec.clone(),
        }
    }

    fn judge(&self, desired: &Desired, spec: &Spec, record: Option<&Record>, observed: Option<&Observed>) -> Verdict {
        let kind = desired.key.kind;
        if matches!(kind, Kind::Grants | Kind::Permissions) {
            return self.judge_grants(desired, spec, record, observed);
        }
        let Some(observed) = observed else {
            let taken_up = self.request.state.and_then(|state| state.taken_up.as_ref());
            let reason = match record {
                Some(_) if taken_up.is_some_and(|left| left.deleting.contains(&desired.key)) => {
                    "a run that did not come to its end deleted it"
                }
                Some(_) => "it was deleted in the workspace",
                None => "it is new",
            };
            return Verdict::new(Action::Create, reason, all_new(spec));
        };
        if let Some(container) = self.lost_with(desired) {
            return Verdict::new(Action::Create, format!("`{container}` is made anew"), all_new(spec));
        }
        let rules = Rules::of(kind);
        let recorded = record.map(|record| &record.spec);
        let mut differences = match kind.is_statement() {
            true => diff(rules, spec, recorded, &statement::there(spec, record, observed)),
            false => diff(rules, spec, recorded, &observed.spec),
        };
        differences.extend(statement::drift(kind, spec, record, observed));
        // How the statement would be run again; nothing of the object.
        differences.retain(|difference| difference.pattern != "replace");
        // Fields tell all of a table, and more than a hash does of the others.
        let untold = kind != Kind::Table && (!kind.is_statement() || differences.is_empty());
        let mut content = content_change(desired, record, observed).filter(|_| untold);
        let keeps = kind.is_edited_in_place() && !self.overwrites(&desired.key);
        let kept = if keeps { keep(&mut differences, &mut content) } else { Vec::new() };
        let immutable = differences.iter().find(|difference| rules.is_immutable(&difference.pattern));
        let in_place =
            content.is_none() && differences.iter().all(|difference| statement::is_in_place(kind, &difference.change));
        // A statement that does not say OR REPLACE cannot be run over what is there.
        let runs = content.is_some() || kind.is_statement() && !in_place;
        let fixed = runs && spec.get("replace") == Some(&Value::Bool(false));
        let mut reason = reason(&differences, content.as_ref(), record);
        if reason.is_empty() && !kept.is_empty() {
            reason = "it was edited in the workspace".to_string();
        }
        let anew = match (immutable, fixed) {
            (Some(difference), _) => Some(format!("`{}` cannot be changed in place", difference.change.path)),
            (None, true) => Some(match differences.iter().find(|d| !statement::is_in_place(kind, &d.change)) {
                Some(d) if kind == Kind::Table => format!("`{}` cannot be changed in place", d.change.path),
                _ => "its statement has no OR REPLACE".to_string(),
            }),
            (None, false) => None,
        };
        let rebuilds = differences.iter().any(|difference| rules.is_rebuild(&difference.pattern));
        let mut changes: Vec<FieldChange> = differences.into_iter().map(|difference| difference.change).collect();
        changes.extend(content);
        let action = match (anew.is_some(), changes.is_empty(), record.is_some()) {
            (true, ..) => Action::Recreate,
            (false, true, true) => Action::None,
            (false, ..) => Action::Update,
        };
        let mut verdict = Verdict::new(action, anew.unwrap_or(reason), changes);
        if kind == Kind::Pipeline && action == Action::Recreate {
            verdict.notes.push(TABLES_GO.to_string());
        }
        let is_stale = |change: &FieldChange| change.path == "published" && change.old == STALE_COPY;
        if kind == Kind::Dashboard && verdict.changes.iter().any(is_stale) {
            verdict.notes.push("its published copy is older than its draft, and is published anew".to_string());
        }
        verdict.kept = kept;
        verdict.in_place = in_place;
        verdict.rebuilds = rebuilds;
        if kind == Kind::PipelineUpdate && action == Action::Recreate {
            // Its pipeline is another one; there is nothing to delete.
            verdict.action = Action::Create;
        }
        verdict
    }

    fn overwrites(&self, key: &ResourceKey) -> bool {
        self.request.overwrite.iter().any(|overwrite| overwrite.covers(key))
    }

    fn judge_grants(
        &self,
        desired: &Desired,
        spec: &Spec,
        record: Option<&Record>,
        observed: Option<&Observed>,
    ) -> Verdict {
        let lost = self.lost_with(desired);
        let there = observed.filter(|_| lost.is_none()).map(|observed| &observed.spec);
        let mut found = match desired.key.kind {
            Kind::Permissions => permissions::diff(spec, record.map(|record| &record.spec), there),
            _ => grants::diff(spec, record.map(|record| &record.spec), there),
        };
        let others = observed.map(|found| self.request.others.of(desired.key.kind, &found.id)).unwrap_or_default();
        let authoritative = spec.get("authoritative").and_then(Value::as_bool).unwrap_or(false);
        if let (Some(there), false, false) = (there, authoritative, others.is_empty()) {
            let theirs = others.iter().map(|claim| &claim.spec);
            grants::leave_what_others_give(&mut found.changes, spec, Some(there), theirs);
        }
        let (action, reason) = match (record, &lost, found.changes.is_empty()) {
            (None, ..) => (Action::Create, "they are new".to_string()),
            (_, Some(container), _) => (Action::Create, format!("`{container}` is made anew")),
            (Some(_), None, true) => (Action::None, String::new()),
            (Some(_), None, false) if found.changes.iter().all(|change| change.outside) => {
                (Action::Update, "they were changed in the workspace".to_string())
            }
            (Some(_), None, false) => (Action::Update, "they change in the project".to_string()),
        };
        let mut verdict = Verdict::new(action, reason, found.changes);
        verdict.widens = found.widens;
        verdict
    }

    /// The container that is made anew and takes this resource with it.
    fn lost_with(&self, desired: &Desired) -> Option<&ResourceKey> {
        let inside = match desired.key.kind {
            Kind::Schema
            | Kind::Volume
            | Kind::VolumeFile
            | Kind::Function
            | Kind::Table
            | Kind::View
            | Kind::Tags
            | Kind::Mask
            | Kind::RowFilter
            | Kind::Grants
            | Kind::Permissions
            | Kind::DashboardSchedule
            | Kind::RegisteredModel
            | Kind::PipelineUpdate => true,
            Kind::Catalog
            | Kind::WorkspaceFile
            | Kind::Pipeline
            | Kind::Dashboard
            | Kind::GenieSpace
            | Kind::Alert
            | Kind::SqlWarehouse
            | Kind::SecretScope
            | Kind::Experiment
            | Kind::Job => false,
        };
        // Pipelines are no containers, but their tables go with them.
        let held = desired.key.kind.is_attached();
        let bound = matches!(desired.key.kind, Kind::Tags | Kind::Mask | Kind::RowFilter);
        let grants = desired.key.kind == Kind::Grants;
        let holds = |kind| match kind {
            Kind::Catalog | Kind::Schema | Kind::Volume | Kind::Pipeline => true,
            Kind::Table | Kind::View => bound || held || grants,
            Kind::PipelineUpdate => bound || held,
            Kind::Function | Kind::RegisteredModel => held || grants,
            _ => held,
        };
        let around = desired.depends_on.iter().find(|key| holds(key.kind) && self.made.contains(*key));
        if !inside {
            return None;
        }
        // An update is lost with what its pipeline fills.
        let behind = || {
            let pipeline = desired.depends_on.iter().filter(|key| key.kind == Kind::Pipeline);
            let mut containers = pipeline.filter_map(|key| self.request.desired.get(key)).flat_map(|p| &p.depends_on);
            containers.find(|key| holds(key.kind) && self.made.contains(*key))
        };
        let found = around.or_else(|| if desired.key.kind == Kind::PipelineUpdate { behind() } else { None })?;
        self.made.get(found)
    }
}

fn reason(differences: &[Difference], content: Option<&FieldChange>, record: Option<&Record>) -> String {
    if record.is_none() {
        return "it exists already and becomes managed".to_string();
    }
    if content.is_some() && record.is_some_and(|record| record.fingerprint.is_none()) {
        return "an earlier run did not come to its end with it".to_string();
    }
    let changes: Vec<&FieldChange> = differences.iter().map(|difference| &difference.change).chain(content).collect();
    match (changes.is_empty(), changes.iter().all(|change| change.outside)) {
        (true, _) => String::new(),
        (false, true) => "it was changed in the workspace".to_string(),
        (false, false) => "it changes in the project".to_string(),
    }
}
