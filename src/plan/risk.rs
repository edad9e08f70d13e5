//! How bad a step can be.

use crate::resource::{Kind, Risk, Rules};

use super::{Action, FieldChange};

/// What a step's risk hangs on beside its fields.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Circumstances {
    /// Somebody gets a privilege that they did not have.
    pub(super) widens: bool,
    /// The securable of grants is made by this very plan, or by a deployment before it that did not come to its end.
    /// Nobody could reach anything before, and nobody relies on it so far.
    pub(super) new_securable: bool,
    /// Rows stay where they are: every change can be made without running the statement again.
    pub(super) in_place: bool,
    /// The resource itself was made by a deployment that did not come to its end.
    pub(super) unfinished: bool,
}

/// A deployment may correct what it made itself, and open what it made to those whom the project names, in as many runs
/// as it takes. What was there before it, and what an earlier deployment had brought to its end, keeps its risk. Rows
/// are rows: whatever loses them is destructive, however new it is.
pub(super) fn of(kind: Kind, action: Action, changes: &[FieldChange], circumstances: Circumstances) -> Risk {
    let rules = Rules::of(kind);
    let risk = match action {
        Action::None | Action::Forget => Risk::Safe,
        Action::Create | Action::Update if matches!(kind, Kind::Grants | Kind::Permissions) => {
            return if circumstances.widens && !circumstances.new_securable { Risk::Security } else { Risk::Safe };
        }
        Action::Create => Risk::Safe,
        // Only what lakesmith keeps for itself.
        Action::Update if changes.iter().all(|change| change.path.starts_with("lifecycle.")) => Risk::Safe,
        Action::Update if circumstances.in_place => Risk::Safe,
        Action::Update => rules.risk_of_update,
        Action::Recreate | Action::Delete => rules.risk_of_delete,
    };
    match risk {
        Risk::Security if circumstances.unfinished => Risk::Safe,
        risk => risk,
    }
}
