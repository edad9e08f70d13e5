//! What other deployments of the project have in the same workspace: those of its other targets and solutions.
//!
//! What is known by its name alone is there only once, whoever declares it. One deployment owns it, and no other takes
//! it over or takes it away.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::resource::{Desired, Kind, Observed, ResourceKey, Spec};
use crate::state::State;

use super::attached::{on_securable, sort};
use super::compute::Planner;

/// Who has what, by kind and id.
#[derive(Default, Debug)]
pub struct Others {
    claims: BTreeMap<(Kind, String), Vec<Claim>>,
    /// Deployments whose state nobody may read who asks.
    unseen: Vec<String>,
}

/// That another deployment has a resource.
#[derive(Debug)]
pub(super) struct Claim {
    key: ResourceKey,
    /// Who, in words.
    who: String,
    /// What a command needs to mean that deployment.
    arguments: String,
    /// It made the resource, and would delete it.
    owned: bool,
    pub(super) spec: Spec,
}

impl Others {
    /// `who` in words and `arguments` for commands name the deployment whose state it is.
    pub fn add(&mut self, state: &State, who: &str, arguments: &str) {
        for (key, record) in &state.resources {
            let claim = Claim {
                key: key.clone(),
                who: who.to_string(),
                arguments: arguments.to_string(),
                owned: record.owned,
                spec: record.spec.clone(),
            };
            self.claims.entry((key.kind, record.id.to_lowercase())).or_default().push(claim);
        }
    }

    /// A deployment whose state may not be read.
    pub fn add_unseen(&mut self, who: &str) {
        self.unseen.push(who.to_string());
    }

    /// Is it another's?
    pub fn have(&self, kind: Kind, id: &str) -> bool {
        !self.of(kind, id).is_empty()
    }

    /// The ids of everything that others have.
    pub fn ids(&self) -> impl Iterator<Item = String> + '_ {
        self.claims.keys().map(|(_, id)| id.clone())
    }

    /// The deployment that would lose it to whoever takes it: in words, what it calls it, and what a command needs to mean
    /// that deployment. What several may name without owning it, nobody loses.
    pub fn keeper(&self, kind: Kind, id: &str) -> Option<(&str, &ResourceKey, &str)> {
        let claim = self.of(kind, id).iter().find(|claim| claim.owned || !is_of_the_workspace(kind))?;
        Some((&claim.who, &claim.key, &claim.arguments))
    }

    pub(super) fn of(&self, kind: Kind, id: &str) -> &[Claim] {
        self.claims.get(&(kind, id.to_lowercase())).map_or(&[], Vec::as_slice)
    }

    /// Who has it, in words; `None` if nobody does.
    pub(super) fn who(&self, kind: Kind, id: &str) -> Option<&str> {
        self.of(kind, id).first().map(|claim| claim.who.as_str())
    }

    /// What others have on something that goes, or on the `tables` that go with it: it goes along.
    pub(super) fn upon(&self, tables: &[String], key: &ResourceKey, id: &str) -> Vec<String> {
        let own = sort(key.kind).map(|sort| (sort, id.to_lowercase()));
        let things: Vec<(&str, String)> =
            own.into_iter().chain(tables.iter().map(|table| ("table", table.to_lowercase()))).collect();
        let mut notes = Vec::new();
        for (sort, name) in &things {
            let of_it = |claim: &&Claim| claim.is_on(sort, name);
            let mut given: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
            for claim in self.claims.values().flatten().filter(of_it) {
                given.entry(&claim.who).or_default().insert(claim.gives());
            }
            let on = if own_name(id, name) { "it".to_string() } else { format!("the {sort} `{name}`") };
            for (who, what) in given {
                let what = what.into_iter().collect::<Vec<_>>().join(" and ");
                notes.push(format!("{who} has {what} on {on}, which go with it"));
            }
        }
        notes
    }

    /// Of what cannot be known because states may not be read.
    pub(super) fn unseen(&self, kind: Kind) -> Option<String> {
        let unseen = (!self.unseen.is_empty() && is_of_the_workspace(kind)).then(|| self.unseen.join(", "))?;
        Some(format!("nobody knows whether it is also that of {unseen}, whose state you may not read"))
    }
}

fn own_name(id: &str, name: &str) -> bool {
    id.to_lowercase() == name
}

impl Claim {
    /// Is it something that was given on the thing of this name?
    fn is_on(&self, sort: &str, name: &str) -> bool {
        on_securable(self.key.kind, &self.spec).is_some_and(|(kind, on)| kind == sort && on == name)
    }

    /// In words.
    fn gives(&self) -> String {
        let who = self.spec.get("privileges").and_then(Value::as_object);
        let who: Vec<String> = who.into_iter().flatten().map(|(principal, _)| format!("`{principal}`")).collect();
        match self.key.kind {
            Kind::Grants if !who.is_empty() => format!("grants for {}", who.join(", ")),
            Kind::Grants => "grants".to_string(),
            Kind::Mask => "masks".to_string(),
            Kind::RowFilter => "a row filter".to_string(),
            _ => "tags".to_string(),
        }
    }
}

/// Is it a thing by itself, which is there once and which several deployments can name?
fn is_of_the_workspace(kind: Kind) -> bool {
    match kind {
        Kind::SqlWarehouse
        | Kind::SecretScope
        | Kind::Catalog
        | Kind::Schema
        | Kind::Volume
        | Kind::VolumeFile
        | Kind::Function
        | Kind::RegisteredModel
        | Kind::Experiment
        | Kind::Table
        | Kind::View
        | Kind::Mask
        | Kind::RowFilter => true,
        // Several may grant on one object, each to principals of its own, and set tags of their own.
        Kind::Grants | Kind::Permissions | Kind::Tags => false,
        // They go with their pipeline or dashboard, and that is found by its id.
        Kind::PipelineUpdate | Kind::DashboardSchedule => false,
        // They lie in the target's folder, or are found by what lies there.
        Kind::WorkspaceFile | Kind::Pipeline | Kind::Dashboard | Kind::GenieSpace | Kind::Alert | Kind::Job => false,
    }
}

/// What is to be known of something that is there and that no deployment of this target has made.
#[derive(Default)]
pub(super) struct Takeover {
    pub(super) blocked: Option<String>,
    pub(super) notes: Vec<String>,
}

impl Planner<'_> {
    pub(super) fn take_over(&self, desired: &Desired, observed: &Observed) -> Takeover {
        let (key, others) = (&desired.key, self.request.others);
        let mut result = Takeover::default();
        if !is_of_the_workspace(key.kind) {
            return result;
        }
        let claims = others.of(key.kind, &observed.id);
        if let Some(Claim { who, key: theirs, arguments, .. }) = claims.iter().find(|claim| claim.owned) {
            result.blocked = Some(format!(
                "`{key}` is there already and belongs to {who}, which would delete it again: give each its own name \
                 (with a variable in it that each target sets), declare it for one of them (`targets:`), or let it go there with \
                 `lakesmith unbind {theirs} {arguments}`"
            ));
            return result;
        }
        let also: Vec<&str> = claims.iter().map(|claim| claim.who.as_str()).collect();
        let also = if also.is_empty() { String::new() } else { format!("; {} has it, too", also.join(", ")) };
        let owner = ["owner", "creator_name"].iter().find_map(|field| observed.spec.get(*field)?.as_str());
        let owner = owner.map(|owner| format!(" (it belongs to `{owner}`)")).unwrap_or_default();
        // Files are many, and what a volume held is shown by the plan's changes.
        if !key.kind.is_file() {
            let told = format!("it was there before this target{owner}, so that nothing of it deletes it{also}");
            result.notes.push(told);
            result.notes.extend(others.unseen(key.kind));
        }
        result
    }
}
