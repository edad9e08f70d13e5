//! Whether those whom a plan gives something are known.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::plan::{Action, Plan, Step};
use crate::remote::{PrincipalKind, Remote};
use crate::resource::{Kind, principal_field};

/// Look-ups at once; the client limits calls further.
const AT_ONCE: usize = 16;

/// Groups that every account has, and that no list of a workspace shows.
const EVERYBODY: [&str; 3] = ["account users", "all account users", "_workspace_users_"];

/// Whether the workspace knows them; what cannot be looked up is not told.
#[derive(Default)]
pub(super) struct Principals(BTreeMap<(PrincipalKind, String), Option<bool>>);

impl Principals {
    /// Those to whom the plan gives something. Costs a call for each of them, and none where nothing is given.
    pub(super) async fn of(remote: &Remote, plan: &Plan) -> Self {
        let names: BTreeSet<(PrincipalKind, String)> = plan.steps.iter().flat_map(given).collect();
        let looked = stream::iter(names.into_iter().map(|(kind, name)| async move {
            let known = remote.knows(kind, &name).await;
            ((kind, name), known)
        }));
        Self(looked.buffer_unordered(AT_ONCE).collect().await)
    }

    /// Adds a note to each step that gives something to somebody unknown.
    pub(super) fn tell_unknown(&self, plan: &mut Plan) {
        for step in &mut plan.steps {
            let unknown = given(step).into_iter().filter(|principal| self.0.get(principal) == Some(&Some(false)));
            let notes: Vec<String> = unknown
                .map(|(kind, name)| match kind {
                    // Privileges can be given to groups of the account that no workspace knows.
                    PrincipalKind::Group => {
                        format!("this workspace knows no group `{name}`: a slip, or one of the account only")
                    }
                    PrincipalKind::User => format!("this workspace knows no user `{name}`"),
                    PrincipalKind::ServicePrincipal => format!("this workspace knows no service principal `{name}`"),
                })
                .collect();
            step.notes.extend(notes);
        }
    }
}

/// Who gets something by a step.
fn given(step: &Step) -> BTreeSet<(PrincipalKind, String)> {
    let gives = matches!(step.key.kind, Kind::Grants | Kind::Permissions)
        && matches!(step.action, Action::Create | Action::Update | Action::Recreate);
    let changes = step.changes.iter().filter(|change| gives && !change.new.is_null());
    let named = changes.filter_map(|change| change.path.strip_prefix("privileges[")?.strip_suffix(']'));
    let principals = named.map(|named| match principal_field(named).filter(|_| step.key.kind == Kind::Permissions) {
        Some(("user_name", name)) => (PrincipalKind::User, name.to_string()),
        Some(("service_principal_name", name)) => (PrincipalKind::ServicePrincipal, name.to_string()),
        Some((_, name)) => (PrincipalKind::Group, name.to_string()),
        None => (by_form(named), named.to_string()),
    });
    principals.filter(|(_, name)| !EVERYBODY.contains(&name.to_lowercase().as_str())).collect()
}

/// Grants name users by address, service principals by application id, and groups by name.
fn by_form(name: &str) -> PrincipalKind {
    let groups: Vec<usize> = name.split('-').map(str::len).collect();
    let hexadecimal = name.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    match () {
        () if name.contains('@') => PrincipalKind::User,
        () if hexadecimal && groups == [8, 4, 4, 4, 12] => PrincipalKind::ServicePrincipal,
        () => PrincipalKind::Group,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Databricks documentation, "GRANT", `principal`: "a user … a service principal's applicationId … a group".
    #[test]
    fn a_name_tells_what_it_is() {
        assert_eq!(by_form("ann@shop.test"), PrincipalKind::User);
        assert_eq!(by_form("5f0f2c9e-0000-4a5b-9d6e-2f7c1b8a0001"), PrincipalKind::ServicePrincipal);
        assert_eq!(by_form("data-engineers"), PrincipalKind::Group);
    }
}
