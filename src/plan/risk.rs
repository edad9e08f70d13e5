//! How bad a step can be.

use crate::resource::{Kind, Risk, Rules};

use super::{Action, FieldChange};

/// `new_securable`: the securable of grants is made by this very plan, so nobody could reach anything before.
/// `overwrites`: content that somebody edited in the workspace is replaced.
pub(super) fn of(
    kind: Kind,
    action: Action,
    changes: &[FieldChange],
    widens: bool,
    new_securable: bool,
    overwrites: bool,
) -> Risk {
    let rules = Rules::of(kind);
    match action {
        Action::None | Action::Forget => Risk::Safe,
        Action::Create | Action::Update if kind == Kind::Grants => {
            if widens && !new_securable {
                Risk::Security
            } else {
                Risk::Safe
            }
        }
        Action::Create => Risk::Safe,
        Action::Update if overwrites => Risk::Destructive,
        // Only what lakesmith keeps for itself.
        Action::Update if changes.iter().all(|change| change.path.starts_with("lifecycle.")) => Risk::Safe,
        Action::Update => rules.risk_of_update,
        Action::Recreate | Action::Delete => rules.risk_of_delete,
    }
}
