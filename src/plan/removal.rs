//! What goes away: recorded, and not wanted any more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::graph::Graph;
use crate::resource::{Kind, Observed, ResourceKey, Risk, Rules, STALE_COPY, is_empty};
use crate::state::{Record, State};

use super::compute::Planner;
use super::diff::diff;
use super::{Action, FieldChange, Step, grants, risk};

/// "Pipeline deletion will cascade to all pipeline tables" (REST API, "Delete a pipeline").
pub(super) const TABLES_GO: &str = "its streaming tables and materialized views go with it, and all their rows";

impl Planner<'_> {
    /// What is recorded and not wanted any more, dependents first.
    pub(super) fn unwanted(&self) -> Vec<Step> {
        let Some(state) = self.request.state else { return Vec::new() };
        // Only whoever has the demo at hand knows its files, and decides about them; another checkout leaves them where
        // they are. A removal takes everything.
        let mut wanted = self.request.desired.iter();
        let elsewhere = !self.request.desired.is_empty() && !wanted.any(|wanted| wanted.delivered);
        let kept = |key: &ResourceKey| {
            elsewhere
                && self.request.observed.contains_key(key)
                && state.resources.get(key).is_some_and(|record| record.delivered)
        };
        let gone =
            |key: &ResourceKey| self.request.desired.get(key).is_none() && !self.taken.contains_key(key) && !kept(key);
        let mut graph = Graph::default();
        for (key, record) in state.resources.iter().filter(|(key, _)| gone(key)) {
            graph.add_node(key.clone());
            for on in record.depends_on.iter().filter(|on| gone(on) && state.resources.contains_key(*on)) {
                // Turned round: what depends on something goes before it.
                graph.add_edge(on.clone(), key.clone(), None);
            }
        }
        // Recorded dependencies are what was deployed, step by step; together they may form a ring.
        let order = graph.order_despite_cycles();
        let places: BTreeMap<&ResourceKey, usize> = order.iter().enumerate().map(|(place, key)| (key, place)).collect();
        let mut steps: Vec<Step> =
            order.iter().filter_map(|key| Some(self.unwanted_step(key, state.resources.get(key)?, state))).collect();
        for (place, step) in steps.iter_mut().enumerate() {
            // Steps that wait for each other would wait for ever.
            step.after.retain(|key| places.get(key).is_none_or(|other| *other < place));
        }
        steps
    }

    fn unwanted_step(&self, key: &ResourceKey, record: &Record, state: &State) -> Step {
        let observed = self.request.observed.get(key);
        // What hangs on an object goes with it, unless that is kept.
        let goes_along = || {
            let object = record.depends_on.iter().find_map(|on| Some((on, state.resources.get(on)?)));
            object.is_some_and(|(on, of)| self.request.desired.get(on).is_none() && of.owned && !of.prevent_destroy)
        };
        let id = observed.filter(|found| found.made_before).map_or(&record.id, |found| &found.id);
        let others = self.request.others;
        let lists = matches!(key.kind, Kind::Grants | Kind::Permissions);
        let other = others.who(key.kind, id).filter(|_| !lists);
        // Two records of one thing: a run that gave it another key died before it took the old one away.
        let renamed = state.resources.iter().find(|(other, known)| {
            *other != key
                && other.kind == key.kind
                && known.id == record.id
                && !known.id.is_empty()
                && self.request.desired.get(other).is_some()
        });
        let (action, reason) = match (observed, record.owned, renamed) {
            (Some(_), _, Some((other, _))) => (Action::Forget, format!("it is `{other}` now")),
            (Some(_), ..) if key.kind.is_attached() && goes_along() => {
                (Action::Forget, "it goes with its object".to_string())
            }
            (None, ..) => (Action::Forget, "it is gone already".to_string()),
            (Some(_), false, _) => (Action::Forget, "it was there before lakesmith, so it stays".to_string()),
            (Some(_), true, _) => match other {
                Some(who) => (Action::Forget, format!("{who} has it, too, so it stays")),
                None => (Action::Delete, "the project does not name it any more".to_string()),
            },
        };
        let mut changes = Vec::new();
        if lists && action == Action::Delete {
            let theirs = others.of(key.kind, id).iter().map(|claim| &claim.spec);
            changes = grants::revoke(&record.spec, observed.map(|observed| &observed.spec), theirs);
        }
        if let (Action::Delete, Some(observed)) = (action, observed) {
            changes.extend(lost(key.kind, record, observed));
        }
        let mut notes = Vec::new();
        if action == Action::Delete {
            notes.extend(others.unseen(key.kind));
            notes.extend(others.upon(&tables_of(key, state), key, &record.id));
            notes.extend((key.kind == Kind::Pipeline).then(|| TABLES_GO.to_string()));
        }
        let risk = risk::of(key.kind, action, &changes, risk::Circumstances::default());
        let blocked = (record.prevent_destroy && action == Action::Delete)
            .then(|| format!("`{key}` has prevent_destroy and would be deleted; set it to false and deploy first"));
        // Where everything goes, so does the securable.
        let stays = action == Action::Delete && !self.request.desired.is_empty();
        let blocked = blocked.or_else(|| grants::locks_out(self.request, &record.spec, &changes).filter(|_| stays));
        // Everything that depended on it has let go of it by then.
        let dependents = state.resources.iter().filter(|(_, other)| other.depends_on.contains(key));
        Step {
            key: key.clone(),
            action,
            risk: if action == Action::Forget { Risk::Safe } else { risk },
            reason,
            changes,
            kept: Vec::new(),
            overwrites: false,
            // Found again under another id than the state says.
            id: Some(id.clone()),
            etag: None,
            spec: None,
            fingerprint: None,
            recorded: Some(record.spec.clone()),
            after: dependents.map(|(key, _)| key.clone()).collect(),
            depends_on: BTreeSet::new(),
            prevent_destroy: record.prevent_destroy,
            owned: record.owned,
            unfinished: record.unfinished,
            delivered: record.delivered,
            moved_from: None,
            blocked,
            notes,
            location: None,
            texts: None,
            shown: None,
        }
    }
}

/// What goes with a resource and somebody would miss: what it hid or marked, and what people edited of it.
fn lost(kind: Kind, record: &Record, observed: &Observed) -> Vec<FieldChange> {
    let rules = Rules::of(kind);
    if matches!(kind, Kind::Tags | Kind::Mask | Kind::RowFilter) {
        let said = record.spec.iter().filter(|(name, value)| !rules.is_immutable(name) && !is_empty(value));
        return said.map(|(name, value)| gone(name, value.clone(), false)).collect();
    }
    if !kind.is_edited_in_place() {
        return Vec::new();
    }
    let differences = diff(rules, &record.spec, Some(&record.spec), &observed.spec).into_iter();
    // That a copy is older than what was edited is nothing that anybody made.
    let follows = |change: &FieldChange| change.old == STALE_COPY;
    let edited = differences.map(|difference| difference.change).filter(|change| change.edited && !follows(change));
    let mut edits: Vec<FieldChange> = edited.map(|change| gone(&change.path, change.old, true)).collect();
    if let (Some(deployed), Some(there)) = (&record.fingerprint, &observed.fingerprint)
        && deployed != there
    {
        edits.push(gone("content", json!(there.as_str()), true));
    }
    edits
}

fn gone(path: &str, old: Value, edited: bool) -> FieldChange {
    FieldChange { path: path.to_string(), old, new: Value::Null, outside: edited, edited }
}

/// The tables that go with a pipeline, as far as lakesmith made them.
fn tables_of(key: &ResourceKey, state: &State) -> Vec<String> {
    if key.kind != Kind::Pipeline {
        return Vec::new();
    }
    let update = state.resources.get(&ResourceKey::new(Kind::PipelineUpdate, key.name()));
    let tables = update.and_then(|update| update.spec.get("tables")).and_then(Value::as_array);
    tables.into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
}
