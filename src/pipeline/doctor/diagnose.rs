//! The checks in their order, each as far as what it needs was found.

use std::time::Duration;

use crate::api::{ApiError, Connection, Exchange, RetryPolicy, Transport, scim};
use crate::project::Target;
use crate::sys::System;

use super::super::{PipelineError, Workspace};
use super::{Check, Examination, Finding, Needs, access, checks};

/// Whoever asks what is wrong does not want to wait until it may have passed.
const PATIENCE: Duration = Duration::from_secs(8);

/// Those that somebody must be signed in for.
const SIGNED_IN: [Check; 6] = [
    Check::Entitlements,
    Check::UnityCatalog,
    Check::Warehouse,
    Check::Serverless,
    Check::Privileges,
    Check::StateFolder,
];

/// Looks at a workspace. `connection` is what the settings say, also where they are wrong; without `needs` what belongs to
/// a project is left out.
pub async fn diagnose(
    connection: Result<Connection, ApiError>,
    target: Option<&Target>,
    needs: Option<&Needs>,
    system: &System,
    watch: Option<fn(&Exchange<'_>)>,
) -> Examination {
    let retry = RetryPolicy { budget: PATIENCE, token_budget: PATIENCE, connect_attempts: 2, ..RetryPolicy::default() };
    let transport = Transport { watch, retry, ..Transport::default() };
    let mut found = Examination::default();
    let connection = match connection {
        Ok(connection) => connection,
        Err(error) => {
            found.findings.push(Finding::unanswered(Check::Connectivity, &error));
            skip(&mut found, &[Check::Clock, Check::Authentication], checks::NO_HOST);
            skip(&mut found, &SIGNED_IN, checks::NO_HOST);
            return found;
        }
    };
    found.host = connection.host().map(str::to_string);
    let reached = connection.reach(system, &transport).await;
    let unreached = reached.as_ref().err().map(|error| match error {
        ApiError::Config(_) => checks::NO_HOST,
        _ => checks::NO_ANSWER,
    });
    found.findings.extend(checks::connectivity(found.host.as_deref().unwrap_or_default(), &reached));
    if let Some(why) = unreached {
        skip(&mut found, &[Check::Authentication], why);
        skip(&mut found, &SIGNED_IN, why);
        return found;
    }
    let workspace = match sign_in(&connection, system, transport).await {
        Ok(workspace) => target.into_iter().fold(workspace, |workspace, target| workspace.rooted(target)),
        Err(error) => {
            found.findings.push(checks::sign_in(&error));
            skip(&mut found, &SIGNED_IN, "nobody is signed in");
            return found;
        }
    };
    found.user = Some(workspace.user().to_string());
    let method = workspace.remote().client().method();
    let message = format!("signed in as {} with `{method}`", workspace.user());
    found.findings.push(Finding::ok(Check::Authentication, message));
    look_around(&workspace, needs, &mut found).await;
    found.findings.sort_by_key(|finding| finding.check);
    found
}

async fn sign_in(connection: &Connection, system: &System, transport: Transport) -> Result<Workspace, ApiError> {
    connection.validate()?;
    match Workspace::connect_by(connection, system, transport).await {
        Ok(workspace) => Ok(workspace),
        Err(PipelineError::Api(error)) => Err(error),
        // Signing in speaks to nothing but the API.
        Err(other) => Err(ApiError::Incomplete { call: other.to_string(), field: "user" }),
    }
}

async fn look_around(workspace: &Workspace, needs: Option<&Needs>, found: &mut Examination) {
    let client = workspace.remote().client();
    let none = Needs::default();
    let wanted = needs.unwrap_or(&none);
    let me = scim::me(client).await;
    let (metastore, warehouses, folder) = tokio::join!(
        checks::unity_catalog(client),
        checks::warehouses(client, wanted),
        checks::state_folder(workspace),
    );
    found.findings.push(match &me {
        Ok(me) => checks::entitlements(me, wanted),
        Err(error) => Finding::unanswered(Check::Entitlements, error),
    });
    let (metastore, finding) = metastore;
    let without = match &metastore {
        Err(_) => "it is not known whether there is a Unity Catalog",
        Ok(_) => "there is no Unity Catalog",
    };
    found.findings.push(finding);
    found.findings.extend(warehouses);
    found.findings.push(folder);
    match (needs, me, metastore) {
        (None, ..) => skip(found, &[Check::Privileges], "no project says what it needs"),
        (Some(_), Err(_), _) => skip(found, &[Check::Privileges], "it is not known in which groups you are"),
        (Some(_), _, Ok(None) | Err(_)) => skip(found, &[Check::Privileges], without),
        (Some(needs), Ok(me), Ok(Some(metastore))) => {
            found.findings.extend(access::privileges(client, needs, &me, &metastore).await);
        }
    }
}

fn skip(found: &mut Examination, checks: &[Check], why: &str) {
    found.findings.extend(checks.iter().map(|check| Finding::skipped(*check, why)));
}
