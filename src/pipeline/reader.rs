//! Somebody as whom the embedded workspace is read, so that row filters, masks and privileges can be seen at work.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::principals;
use crate::remote::Remote;

use super::PipelineError;

/// A user, and the groups that the user is in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Reader {
    pub(super) user: String,
    pub(super) groups: Vec<String>,
}

/// Why nobody can be that reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoReader {
    /// The manifest does not declare the role.
    Unknown,
    /// The role has no name in the target.
    Unnamed,
    /// Two users at once.
    Second { first: String, second: String },
}

/// What the roles of `principals` are called in the target; `None` for those that have no name there.
pub type Roles = BTreeMap<String, Option<String>>;

impl Reader {
    pub fn user(name: impl Into<String>) -> Self {
        Self { user: name.into(), groups: Vec::new() }
    }

    /// Whoever plays all of these roles. A role is a group, unless its name is that of a user (an e-mail address) or of a
    /// service principal (an application id). Fails with the number of the role that does not do.
    pub fn of_roles(roles: &Roles, wanted: &[&str], user: Option<&str>) -> Result<Self, (usize, NoReader)> {
        let mut named = user.map(str::to_string);
        let mut groups = Vec::new();
        for (at, role) in wanted.iter().enumerate() {
            let name = roles.get(*role).ok_or((at, NoReader::Unknown))?.as_ref().ok_or((at, NoReader::Unnamed))?;
            if !is_one(name) {
                groups.push(name.clone());
            } else if let Some(first) = named.replace(name.clone()) {
                return Err((at, NoReader::Second { first, second: name.clone() }));
            }
        }
        groups.sort();
        groups.dedup();
        let user = named.or_else(|| Some(format!("{}@localhost", wanted.first()?))).unwrap_or_default();
        Ok(Self { user, groups })
    }

    /// The workspace as the reader sees it.
    pub(super) async fn remote(&self, owner: &Remote) -> Result<Arc<Remote>, PipelineError> {
        let client = owner.client();
        let token = principals::admit(client, &self.user, &self.groups).await?;
        Ok(Arc::new(Remote::new(client.with_token(token))))
    }
}

/// Is it the name of one user or service principal, and not of a group?
fn is_one(name: &str) -> bool {
    name.contains('@') || uuid::Uuid::try_parse(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles() -> Roles {
        let pair = |role: &str, name: Option<&str>| (role.to_string(), name.map(str::to_string));
        Roles::from([
            pair("analysts", Some("grp-analysts")),
            pair("chief", Some("chief@lakesmith.test")),
            pair("runner", Some("00000000-0000-0000-0000-000000000000")),
            pair("away", None),
        ])
    }

    #[test]
    fn roles_are_groups_of_one_user() {
        let of = |wanted: &[&str], user| Reader::of_roles(&roles(), wanted, user);
        let made = |user: &str, groups: &[&str]| {
            Ok(Reader { user: user.to_string(), groups: groups.iter().map(|name| (*name).to_string()).collect() })
        };
        assert_eq!(of(&["analysts"], None), made("analysts@localhost", &["grp-analysts"]));
        assert_eq!(of(&["chief", "analysts"], None), made("chief@lakesmith.test", &["grp-analysts"]));
        assert_eq!(of(&["analysts"], Some("ana@lakesmith.test")), made("ana@lakesmith.test", &["grp-analysts"]));
        assert_eq!(of(&["runner"], None), made("00000000-0000-0000-0000-000000000000", &[]));
        assert_eq!(of(&[], Some("ana@lakesmith.test")), made("ana@lakesmith.test", &[]));
    }

    #[test]
    fn what_nobody_can_be_is_told() {
        let of = |wanted: &[&str]| Reader::of_roles(&roles(), wanted, None).unwrap_err();
        assert_eq!(of(&["analysts", "analyst"]), (1, NoReader::Unknown));
        assert_eq!(of(&["away"]), (0, NoReader::Unnamed));
        let (at, two) = of(&["chief", "runner"]);
        assert_eq!(at, 1);
        assert!(matches!(two, NoReader::Second { first, .. } if first == "chief@lakesmith.test"));
    }
}
