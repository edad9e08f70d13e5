//! Cases that somebody else reads than whoever runs the tests.

use crate::api::unity::{self, PermissionChange};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::Identifier;
use crate::pipeline::{NoReader, PipelineError, Reader, Roles};
use crate::project::TestReader;
use crate::remote::Remote;

/// Who it is in the target. A role that nobody plays there is a finding.
pub(super) fn reader(roles: &Roles, wanted: &TestReader, out: &mut Diagnostics) -> Option<Reader> {
    let names: Vec<&str> = wanted.roles.iter().map(|role| role.value.as_str()).collect();
    let user = wanted.user.as_ref().map(|user| user.value.as_str());
    let (at, why) = match Reader::of_roles(roles, &names, user) {
        Ok(reader) => return Some(reader),
        Err(found) => found,
    };
    let role = wanted.roles.get(at)?;
    let wrong = |code, message: String| Diagnostic::error(code, message).at(role.location.clone());
    let name = &role.value;
    out.push(match why {
        NoReader::Unknown => wrong(Code::GRANT_PRINCIPAL, format!("the principal `{name}` is not declared"))
            .hint("`as` takes names of `principals` in lakesmith.yml; a user by name is `as: {user: …}`")
            .suggest(name, roles.keys().map(String::as_str)),
        NoReader::Unnamed => {
            wrong(Code::GRANT_PRINCIPAL, format!("the principal `{name}` has no name in the target of the tests"))
                .hint("name it under `principals` in lakesmith.yml")
        }
        NoReader::Second { first, second } => {
            let message = format!("one case has one reader, and these are `{first}` and `{second}`");
            wrong(Code::SQL_TEST_CASE, message)
        }
    });
    None
}

/// Lets everybody read a catalog: what a case is about are the rows and values that its reader gets, and grants are
/// judged by the check.
pub(super) async fn open(owner: &Remote, catalog: &Identifier) -> Result<(), PipelineError> {
    let add = ["USE_CATALOG", "USE_SCHEMA", "SELECT", "EXECUTE"].map(str::to_string).to_vec();
    let change = PermissionChange { principal: "account users".to_string(), add, remove: Vec::new() };
    Ok(unity::change_permissions(owner.client(), "catalog", catalog.as_str(), &[change]).await?)
}
