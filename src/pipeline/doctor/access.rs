//! Who holds the privileges that a project needs.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::api::{ApiError, Client, in_a_line, scim};
use crate::ident::Identifier;

use super::checks::ADMINS;
use super::needs::{Need, Needs, Securable};
use super::standing::{Holding, Person, Standing, exists};
use super::{Check, Finding};

/// Reads at once; the client limits calls further.
const AT_ONCE: usize = 16;

type Standings<'n> = BTreeMap<&'n Securable, Result<Option<Standing>, ApiError>>;

pub(super) async fn privileges(client: &Client, needs: &Needs, me: &scim::Me, metastore: &str) -> Vec<Finding> {
    let securables: BTreeSet<&Securable> = needs.privileges.iter().map(|need| &need.on).collect();
    let reads = securables
        .into_iter()
        .map(|securable| async move { (securable, Standing::of(client, securable, metastore, &me.user_name).await) });
    let standings: Standings<'_> = stream::iter(reads).buffer_unordered(AT_ONCE).collect().await;
    let deployer =
        Person { name: &me.user_name, groups: me.groups.iter().filter_map(|group| group.display.as_deref()).collect() };
    let mut lacking: BTreeMap<(String, &Securable, Doubt), BTreeSet<&'static str>> = BTreeMap::new();
    let mut held = 0;
    for need in &needs.privileges {
        let Some(doubt) = judge(need, needs, &standings, &deployer) else {
            held += 1;
            continue;
        };
        if let Some((kind, name)) = &need.makes
            && exists(client, *kind, name).await
        {
            held += 1;
            continue;
        }
        let who = need.principal.clone().unwrap_or_else(|| me.user_name.clone());
        lacking.entry((who, &need.on, doubt)).or_default().insert(need.privilege);
    }
    if lacking.is_empty() {
        let message = match held {
            0 => "nothing of the project needs any".to_string(),
            held => format!("all {held} that the project needs are held"),
        };
        return vec![Finding::ok(Check::Privileges, message)];
    }
    lacking
        .into_iter()
        .map(|((who, securable, doubt), privileges)| told(&who, securable, &doubt, &privileges))
        .collect()
}

/// Why a privilege is not known to be held.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// What it is on is not there, or cannot be seen.
    Absent,
    Lacking,
    /// Of whoever the pipelines run as, the groups are not known.
    Perhaps(Vec<String>),
    Unseen,
    Unanswered(String),
}

fn judge(need: &Need, needs: &Needs, standings: &Standings<'_>, deployer: &Person<'_>) -> Option<Doubt> {
    let standing = match standings.get(&need.on)? {
        Ok(Some(standing)) => standing,
        Ok(None) => return absent(need, needs),
        Err(error) => return Some(Doubt::Unanswered(in_a_line(error))),
    };
    let runner = need.principal.as_deref().filter(|name| !name.eq_ignore_ascii_case(deployer.name));
    let person = match runner {
        Some(name) => &Person { name, groups: Vec::new() },
        None => deployer,
    };
    match standing.holding(person, need.privilege) {
        Holding::Held => None,
        // Metastore admins have it, and where Unity Catalog came by itself workspace admins: no call tells.
        Holding::No | Holding::Unseen | Holding::Perhaps(_) if need.on == Securable::Metastore => {
            (!deployer.groups.contains(&ADMINS)).then_some(Doubt::Unseen)
        }
        Holding::Perhaps(holders) => Some(Doubt::Perhaps(holders)),
        Holding::Unseen => Some(Doubt::Unseen),
        Holding::No if runner.is_some() => Some(Doubt::Perhaps(Vec::new())),
        Holding::No => Some(Doubt::Lacking),
    }
}

/// Whoever makes something owns it.
fn absent(need: &Need, needs: &Needs) -> Option<Doubt> {
    let Securable::Object(_, name) = &need.on else { return Some(Doubt::Unseen) };
    let is_own = |name: &str| needs.own.contains(name);
    let schema = name.rsplit_once('.').map(|(container, _)| container);
    let is_made = is_own(name)
        || schema.is_some_and(is_own)
        // What a pipeline or a statement of the project makes is not there before the first deployment.
        || matches!(need.privilege, "MANAGE" | "APPLY_TAG");
    (!is_made).then_some(Doubt::Absent)
}

fn told(who: &str, securable: &Securable, doubt: &Doubt, privileges: &BTreeSet<&'static str>) -> Finding {
    let on = match securable {
        Securable::Metastore => "the metastore".to_string(),
        Securable::Object(kind, name) => format!("the {} `{name}`", kind.noun()),
    };
    let list = privileges.iter().copied().collect::<Vec<_>>().join(", ");
    let give = match securable {
        Securable::Metastore => format!("let a metastore admin give {list} to `{who}`"),
        Securable::Object(kind, name) => {
            let words = list.replace('_', " ");
            let noun = kind.noun().to_uppercase();
            format!("let its owner run: GRANT {words} ON {noun} {} TO {}", dotted(name), quoted(who))
        }
    };
    match doubt {
        Doubt::Absent => Finding::failed(
            Check::Privileges,
            format!("{on} is not there, or `{who}` may not see it; {list} is needed on it"),
            format!("make it, declare it in the project, or {give}"),
        ),
        Doubt::Lacking => Finding::failed(Check::Privileges, format!("`{who}` lacks {list} on {on}"), give),
        Doubt::Perhaps(holders) if holders.is_empty() => Finding::warning(
            Check::Privileges,
            format!("nothing shows that `{who}`, as whom pipelines run, has {list} on {on}"),
            format!("where no group of theirs has it, {give}"),
        ),
        Doubt::Perhaps(holders) => Finding::warning(
            Check::Privileges,
            format!("{list} on {on} is held by {}; it is not known whether `{who}` is among them", holders.join(", ")),
            format!("if not, {give}"),
        ),
        Doubt::Unseen => Finding::warning(
            Check::Privileges,
            format!("it cannot be seen whether `{who}` has {list} on {on}"),
            format!("where it is refused, {give}"),
        ),
        Doubt::Unanswered(error) => Finding::failed(
            Check::Privileges,
            format!("who may do what with {on} is not told: {error}"),
            "see what the message says; `-vv` shows every request",
        ),
    }
}

fn quoted(name: &str) -> String {
    Identifier::new(name).map_or_else(|_| name.to_string(), |name| name.quoted())
}

fn dotted(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}
