//! Who owns something, and who may do what with it.

use crate::api::metastore::{Effective, effective};
use crate::api::unity::{ObjectKind, get};
use crate::api::{ApiError, Client};
use crate::resource::in_all_privileges;

use super::needs::Securable;

/// What the workspace tells of a securable.
pub(super) struct Standing {
    pub(super) owner: Option<String>,
    pub(super) held: Effective,
    /// Only what those who ask hold is told.
    pub(super) is_partial: bool,
}

/// Who somebody is, in a workspace.
pub(super) struct Person<'a> {
    pub(super) name: &'a str,
    /// The known ones.
    pub(super) groups: Vec<&'a str>,
}

/// Does somebody hold a privilege?
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Holding {
    Held,
    /// These hold it; a group among them may hold the person through others.
    Perhaps(Vec<String>),
    /// It is not told who else holds it.
    Unseen,
    No,
}

/// Everybody of the account is in it.
const EVERYBODY: &str = "account users";

impl Standing {
    /// `None`: it is not there, or who asks may not see it.
    pub(super) async fn of(
        client: &Client,
        securable: &Securable,
        metastore: &str,
        asks: &str,
    ) -> Result<Option<Self>, ApiError> {
        let (kind, name, owner) = match securable {
            Securable::Metastore => ("metastore", metastore, None),
            Securable::Object(kind, name) => match get(client, *kind, name).await {
                Ok(Some(object)) => {
                    let owner = object.get("owner").and_then(serde_json::Value::as_str).map(str::to_string);
                    (kind.noun(), name.as_str(), owner)
                }
                Ok(None) => return Ok(None),
                Err(error) if is_forbidden(&error) => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        let (held, is_partial) = match effective(client, kind, name, None).await {
            Err(error) if is_forbidden(&error) => (effective(client, kind, name, Some(asks)).await, true),
            found => (found, false),
        };
        match held {
            Ok(held) => Ok(held.map(|held| Self { owner, held, is_partial })),
            Err(error) if is_forbidden(&error) => Ok(Some(Self { owner, held: Effective::new(), is_partial: true })),
            Err(error) => Err(error),
        }
    }

    pub(super) fn holding(&self, person: &Person<'_>, privilege: &str) -> Holding {
        let is_person = |name: &str| person.is(name);
        if self.owner.as_deref().is_some_and(is_person) {
            return Holding::Held;
        }
        let gives = |held: &String| held == privilege || held == "ALL_PRIVILEGES" && in_all_privileges(privilege);
        let holders = self.held.iter().filter(|(_, held)| held.iter().any(gives)).map(|(name, _)| name);
        let holders: Vec<&String> = holders.collect();
        if holders.iter().any(|name| is_person(name)) {
            return Holding::Held;
        }
        // An address is a person's, and no group's.
        let others = holders.into_iter().chain(&self.owner).filter(|name| !name.contains('@'));
        let others: Vec<String> = others.cloned().collect();
        match (others.is_empty(), self.is_partial) {
            (false, _) => Holding::Perhaps(others),
            (true, true) => Holding::Unseen,
            (true, false) => Holding::No,
        }
    }
}

impl Person<'_> {
    fn is(&self, name: &str) -> bool {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        is(self.name) || is(EVERYBODY) || self.groups.iter().any(|group| is(group))
    }
}

fn is_forbidden(error: &ApiError) -> bool {
    error.status().is_some_and(|status| status.status == 403)
}

/// Is it there, as far as who asks may see?
pub(super) async fn exists(client: &Client, kind: ObjectKind, name: &str) -> bool {
    matches!(get(client, kind, name).await, Ok(Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(owner: &str, held: &[(&str, &[&str])]) -> Standing {
        let held = held.iter().map(|(name, held)| (name.to_string(), held.iter().map(ToString::to_string).collect()));
        Standing { owner: Some(owner.to_string()), held: held.collect(), is_partial: false }
    }

    /// Databricks documentation, "Manage privileges in Unity Catalog": owners have all privileges, ALL PRIVILEGES leaves
    /// MANAGE out, and principals are matched without regard to case.
    #[test]
    fn what_is_held_comes_from_ownership_from_groups_and_from_all_privileges() {
        let me = Person { name: "ann@x.test", groups: vec!["engineers"] };
        assert_eq!(standing("Ann@x.test", &[]).holding(&me, "CREATE_SCHEMA"), Holding::Held);
        let all: &[(&str, &[&str])] = &[("engineers", &["ALL_PRIVILEGES"])];
        assert_eq!(standing("bob@x.test", all).holding(&me, "CREATE_SCHEMA"), Holding::Held);
        assert_eq!(standing("bob@x.test", all).holding(&me, "MANAGE"), Holding::No);
        let everybody: &[(&str, &[&str])] = &[("account users", &["USE_CATALOG"])];
        assert_eq!(standing("bob@x.test", everybody).holding(&me, "USE_CATALOG"), Holding::Held);
        let other: &[(&str, &[&str])] = &[("bob@x.test", &["USE_CATALOG"]), ("ops", &["USE_CATALOG"])];
        assert_eq!(
            standing("bob@x.test", other).holding(&me, "USE_CATALOG"),
            Holding::Perhaps(vec!["ops".to_string()])
        );
    }
}
