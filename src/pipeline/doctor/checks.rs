//! The checks of the workspace itself.

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;

use crate::api::{ApiError, Client, Reached, in_a_line, metastore, scim, warehouses};
use crate::apply::{Storage, WorkspaceStorage};
use crate::remote::RemoteError;
use crate::state::Lease;

use super::super::Workspace;
use super::{Check, Finding, Needs};

pub(super) fn connectivity(host: &str, reached: &Result<Reached, ApiError>) -> Vec<Finding> {
    let reached = match reached {
        Ok(reached) => reached,
        Err(error) => {
            let unknown = if matches!(error, ApiError::Config(_)) { NO_HOST } else { NO_ANSWER };
            return vec![
                Finding::failed(Check::Connectivity, in_a_line(error), reach(error)),
                Finding::skipped(Check::Clock, unknown),
            ];
        }
    };
    let answers = format!("{host} answers in {} ms", reached.took.as_millis());
    vec![Finding::ok(Check::Connectivity, answers), clock(reached.ahead)]
}

/// Why what needs an answer is not looked at.
pub(super) const NO_ANSWER: &str = "nobody answers";
pub(super) const NO_HOST: &str = "no workspace is known";

/// What to do where nobody answers.
fn reach(error: &ApiError) -> &'static str {
    match error {
        ApiError::Network { .. } | ApiError::Timeout { .. } if error.hint().is_none() => {
            "compare the host with the address that a browser shows in the workspace (`lakesmith auth describe` tells \
             where it comes from); if it is right, look at the network and the proxy (HTTPS_PROXY, NO_PROXY; \
             LAKESMITH_CA_FILE names the certificates of a proxy that inspects)"
        }
        ApiError::Config(config) if config.is_lack() => {
            "name it as the message says, or for once with `--host https://…`"
        }
        _ => error.hint().unwrap_or("check the host"),
    }
}

/// What to do where nobody is let in.
pub(super) fn sign_in(error: &ApiError) -> Finding {
    let message = in_a_line(error);
    match error {
        ApiError::WebPage { .. } => {
            let fix = "compare the host with the address that a browser shows in the workspace, up to the first slash: \
                       another web site answers, or a proxy in between";
            Finding::failed(Check::Authentication, message, fix)
        }
        ApiError::Config(config) if config.is_lack() => {
            let fix = "do what the message says; `lakesmith auth describe` shows where each value comes from";
            Finding::failed(Check::Authentication, message, fix)
        }
        _ => Finding::unanswered(Check::Authentication, error),
    }
}

/// Leases of a target bear times: machines whose clocks differ by more than they allow for take each other's.
fn clock(ahead: Option<TimeDelta>) -> Finding {
    let Some(ahead) = ahead else {
        return Finding::skipped(Check::Clock, "the workspace does not tell what time it is");
    };
    let seconds = ahead.abs().num_seconds();
    let (told, side) = (duration(seconds), if ahead < TimeDelta::zero() { "behind" } else { "ahead of" });
    let message = format!("this machine's clock is {told} {side} the workspace's");
    let fix = format!(
        "set it by the network (NTP): the lock of a target relies on clocks that are at most {} s apart",
        Lease::SKEW.num_seconds()
    );
    if ahead.abs() > Lease::SKEW {
        Finding::failed(Check::Clock, message, fix)
    } else if ahead.abs() > Lease::SKEW / 3 {
        Finding::warning(Check::Clock, message, fix)
    } else {
        Finding::ok(Check::Clock, "this machine's clock agrees with the workspace's")
    }
}

fn duration(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        // To the nearest: what the answer took on the way makes no minute of an hour.
        120..7200 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h", (seconds + 1800) / 3600),
    }
}

/// What lakesmith calls needs both. <https://docs.databricks.com/security/auth/entitlements>
const ENTITLEMENTS: [&str; 2] = ["workspace-access", "databricks-sql-access"];

/// "Allow unrestricted cluster creation": also warehouses are made with it.
const UNRESTRICTED: &str = "allow-cluster-create";

/// Whoever is in this group has them all.
pub(super) const ADMINS: &str = "admins";

pub(super) fn entitlements(me: &scim::Me, needs: &Needs) -> Finding {
    if me.groups.iter().any(|group| group.display.as_deref() == Some(ADMINS)) {
        return Finding::ok(Check::Entitlements, "all of them, as a member of `admins`");
    }
    let held = |wanted: &str| me.entitlements.iter().any(|held| held.value == wanted);
    let needed: Vec<&str> = ENTITLEMENTS.into_iter().chain(needs.compute.first().map(|_| UNRESTRICTED)).collect();
    let why = |wanted: &str| match needs.compute.as_slice() {
        [one] if wanted == UNRESTRICTED => format!(" (`{one}` needs it)"),
        [first, rest @ ..] if wanted == UNRESTRICTED => format!(" (`{first}` and {} more need it)", rest.len()),
        _ => String::new(),
    };
    let lacking: Vec<String> =
        needed.iter().filter(|wanted| !held(wanted)).map(|text| format!("`{text}`{}", why(text))).collect();
    if lacking.is_empty() {
        return Finding::ok(Check::Entitlements, needed.join(", "));
    }
    // What comes from a group, by default from `users`, is not told.
    Finding::warning(
        Check::Entitlements,
        format!("{} not given to {} itself; a group may give it", lacking.join(", "), me.user_name),
        "where calls are refused with 403, let a workspace admin give it (Settings, Identity and access)",
    )
}

/// The metastore's id if there is one; an error if nobody told.
pub(super) async fn unity_catalog(client: &Client) -> (Result<Option<String>, ApiError>, Finding) {
    let assigned = metastore::assigned(client).await;
    let finding = match &assigned {
        Ok(Some(id)) => Finding::ok(Check::UnityCatalog, format!("the metastore {id} is assigned")),
        Ok(None) => {
            let fix = "let an account admin assign one to the workspace (account console, Catalog)";
            Finding::failed(Check::UnityCatalog, "no metastore is assigned to the workspace", fix)
        }
        Err(error) => Finding::unanswered(Check::UnityCatalog, error),
    };
    (assigned, finding)
}

/// Which SQL warehouse is used, and whether serverless compute is there.
pub(super) async fn warehouses(client: &Client, needs: &Needs) -> Vec<Finding> {
    let mut all = match warehouses::list(client).await {
        Ok(all) => all,
        Err(error) => {
            let unknown = Finding::skipped(Check::Serverless, "the warehouses are not known");
            return vec![Finding::unanswered(Check::Warehouse, &error), unknown];
        }
    };
    all.retain(|warehouse| !matches!(warehouse.state.as_deref(), Some("DELETED" | "DELETING")));
    let is_serverless = all.iter().any(|warehouse| warehouse.enable_serverless_compute);
    vec![warehouse(client, &all, needs), serverless(is_serverless, needs)]
}

fn warehouse(client: &Client, all: &[warehouses::Warehouse], needs: &Needs) -> Finding {
    let told = |warehouse: &warehouses::Warehouse| {
        let state = warehouse.state.as_deref().unwrap_or("of unknown state").to_lowercase();
        format!("`{}` ({}), {state}", warehouse.name, warehouse.id)
    };
    let wanted = match needs.warehouse.as_slice() {
        [] => "nothing of the project needs one".to_string(),
        [one] => format!("`{one}` needs one"),
        [first, rest @ ..] => format!("`{first}` and {} more need one", rest.len()),
    };
    let fix = "make one (SQL Warehouses, Create), or let whoever manages one give you CAN_USE on it";
    match (client.warehouse_id(), all) {
        (Some(id), _) => match all.iter().find(|warehouse| warehouse.id == id) {
            Some(chosen) => Finding::ok(Check::Warehouse, told(chosen)),
            None => Finding::failed(
                Check::Warehouse,
                format!("the chosen warehouse `{id}` is not there, or you may not use it"),
                "correct DATABRICKS_WAREHOUSE_ID or the profile's `warehouse_id`, or get CAN_USE on it",
            ),
        },
        (None, []) if needs.warehouse.is_empty() => {
            let message = format!("there is none that you may use; {wanted}, but `query` and `sources pull` do");
            Finding::warning(Check::Warehouse, message, fix)
        }
        (None, []) => Finding::failed(Check::Warehouse, format!("there is none that you may use; {wanted}"), fix),
        (None, [one]) => Finding::ok(Check::Warehouse, told(one)),
        (None, several) => {
            let running = several.iter().filter(|one| one.state.as_deref() == Some("RUNNING")).count();
            Finding::ok(Check::Warehouse, format!("{} that you may use, {running} of them running", several.len()))
        }
    }
}

/// No call tells whether serverless compute for pipelines and jobs is enabled; warehouses show that the region has it.
fn serverless(is_seen: bool, needs: &Needs) -> Finding {
    match (needs.serverless.first(), is_seen) {
        (None, _) => Finding::skipped(Check::Serverless, "nothing of the project needs it"),
        (Some(_), true) => Finding::ok(Check::Serverless, "the workspace has a serverless warehouse"),
        (Some(key), false) => Finding::warning(
            Check::Serverless,
            format!("`{key}` is serverless, and nothing shows that the workspace has serverless compute"),
            "look whether the region has it and an account admin enabled it, or set `serverless: false`",
        ),
    }
}

/// Makes a file where the state is kept, and takes it away.
pub(super) async fn state_folder(workspace: &Workspace) -> Finding {
    let base = workspace.base();
    let name = format!(".doctor-{}", workspace.system.random.uuid());
    let storage = WorkspaceStorage::new(Arc::clone(workspace.remote()), base, &name);
    let written = storage.create("probe", Bytes::from_static(b"lakesmith doctor\n")).await;
    // Also after a failure: the answer may have been lost, or the folder made and not the file.
    let removed = match storage.remove("probe").await {
        Ok(()) => storage.clear().await,
        Err(error) => Err(error),
    };
    match (written, removed) {
        (Ok(_), Ok(_)) => Finding::ok(Check::StateFolder, format!("{base} can be written")),
        (Ok(_), Err(error)) => Finding::warning(
            Check::StateFolder,
            format!("{base} can be written, but what was written cannot be removed: {}", in_a_line(&error)),
            format!("get CAN_MANAGE on the folder; remove `{base}/{name}` by hand"),
        ),
        (Err(error), _) => Finding::failed(
            Check::StateFolder,
            format!("{base} cannot be written: {}", in_a_line(&error)),
            refusal(&error),
        ),
    }
}

fn refusal(error: &RemoteError) -> &'static str {
    if error.is_forbidden() {
        "get CAN_MANAGE on the folder, or set the target's `root` to a folder that you may write"
    } else {
        "see what the message says; the target's `root` may name another folder"
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;
    use crate::resource::{Kind, ResourceKey};

    /// Databricks documentation, "Manage entitlements": members of `admins` have all; others have what they or their groups
    /// were given, and only the former is told.
    #[test]
    fn entitlements_that_a_group_may_give_are_no_failure() {
        let of = |groups: &[&str], given: &[&str]| {
            let groups = groups.iter().map(|name| scim::Group { display: Some(name.to_string()) }).collect();
            let entitlements = given.iter().map(|value| scim::Entitlement { value: value.to_string() }).collect();
            entitlements_of(&scim::Me { user_name: "ann".to_string(), display_name: None, groups, entitlements })
        };
        assert_eq!(of(&["admins"], &[]).0, Verdict::Ok);
        assert_eq!(of(&[], &["workspace-access", "databricks-sql-access"]).0, Verdict::Ok);
        let (verdict, message) = of(&["users"], &["workspace-access"]);
        assert_eq!(verdict, Verdict::Warning);
        assert_eq!(message, "`databricks-sql-access` not given to ann itself; a group may give it");
    }

    /// "SQL warehouse admin settings": whoever makes a warehouse needs "Allow unrestricted cluster creation".
    #[test]
    fn what_makes_compute_needs_an_entitlement_of_its_own() {
        let given = ["workspace-access", "databricks-sql-access"];
        let entitlements_of = |given: &[&str], needs: &Needs| {
            let held = given.iter().map(|value| scim::Entitlement { value: value.to_string() }).collect();
            let me =
                scim::Me { user_name: "ann".to_string(), display_name: None, groups: Vec::new(), entitlements: held };
            let Finding { verdict, message, .. } = entitlements(&me, needs);
            (verdict, message)
        };
        let key = |name: &str| ResourceKey::new(Kind::SqlWarehouse, name);
        let needs = Needs { compute: vec![key("small"), key("large")], ..Needs::default() };
        let (verdict, message) = entitlements_of(&given, &needs);
        assert_eq!(verdict, Verdict::Warning);
        let told = "`allow-cluster-create` (`sql_warehouse.small` and 1 more need it) not given to ann itself; a group may \
                    give it";
        assert_eq!(message, told);
        assert_eq!(entitlements_of(&[&given[..], &["allow-cluster-create"]].concat(), &needs).0, Verdict::Ok);
    }

    fn entitlements_of(me: &scim::Me) -> (Verdict, String) {
        let Finding { verdict, message, .. } = entitlements(me, &Needs::default());
        (verdict, message)
    }

    /// `Lease::SKEW`: by how much the clocks of those who take leases may differ.
    #[test]
    fn clocks_that_leases_cannot_rely_on_are_a_failure() {
        let verdict = |seconds| clock(Some(TimeDelta::seconds(seconds))).verdict;
        assert_eq!([0, 5, -5].map(verdict), [Verdict::Ok; 3]);
        assert_eq!([8, -15].map(verdict), [Verdict::Warning; 2]);
        assert_eq!([16, -3600].map(verdict), [Verdict::Failed; 2]);
        assert_eq!(clock(None).verdict, Verdict::Skipped);
        let told = clock(Some(TimeDelta::hours(-3))).message;
        assert_eq!(told, "this machine's clock is 3 h behind the workspace's");
    }
}
