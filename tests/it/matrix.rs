//! Every fault of the way on every kind of resource: issue 4, "Show": "429 with Retry-After, 503, 500, 504, connection
//! reset before/after effect, slow loris, truncated JSON, HTML login page with 200, expired token mid-run, eventual reads
//! (404 after create): each on every kind; outcomes asserted".

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::shop::board;
use crate::support::{Machine, RESOURCE_FILE, Run, Served, TestProject, everything};

const TARGETS: &str = "  far: { mode: development }\n";

const DEPLOY: [&str; 6] = ["deploy", "-t", "far", "--yes", "--allow", "security,destructive"];
const DESTROY: [&str; 4] = ["destroy", "-t", "far", "--yes"];

/// The calls that make something, one a kind at least.
const MADE: [(&str, &str); 22] = [
    ("POST", "/api/2.1/unity-catalog/catalogs"),
    ("POST", "/api/2.1/unity-catalog/schemas"),
    ("POST", "/api/2.1/unity-catalog/volumes"),
    ("PUT", "/api/2.0/fs/files/*"),
    ("POST", "/api/2.1/unity-catalog/models"),
    ("POST", "/api/2.1/unity-catalog/entity-tag-assignments"),
    ("PATCH", "/api/2.1/unity-catalog/permissions/*"),
    ("POST", "/api/2.0/sql/statements"),
    ("POST", "/api/2.0/mlflow/experiments/create"),
    ("POST", "/api/2.0/sql/warehouses"),
    ("POST", "/api/2.0/secrets/scopes/create"),
    ("POST", "/api/2.0/secrets/acls/put"),
    ("POST", "/api/2.0/workspace/import"),
    ("POST", "/api/2.0/pipelines"),
    ("POST", "/api/2.0/pipelines/*/updates"),
    ("POST", "/api/2.0/lakeview/dashboards"),
    ("POST", "/api/2.0/lakeview/dashboards/*/published"),
    ("POST", "/api/2.0/lakeview/dashboards/*/schedules"),
    ("POST", "/api/2.0/genie/spaces"),
    ("POST", "/api/2.0/alerts"),
    ("POST", "/api/2.2/jobs/create"),
    ("PUT", "/api/2.0/permissions/*"),
];

/// Those that change what is there, and one resource that has to be made anew.
const CHANGED: [(&str, &str); 20] = [
    ("PATCH", "/api/2.1/unity-catalog/catalogs/*"),
    ("PATCH", "/api/2.1/unity-catalog/schemas/*"),
    ("PATCH", "/api/2.1/unity-catalog/volumes/*"),
    ("PATCH", "/api/2.1/unity-catalog/models/*"),
    ("PATCH", "/api/2.1/unity-catalog/entity-tag-assignments/*"),
    ("PATCH", "/api/2.1/unity-catalog/permissions/*"),
    ("PUT", "/api/2.0/fs/files/*"),
    ("POST", "/api/2.0/mlflow/experiments/update"),
    ("POST", "/api/2.0/sql/warehouses/*/edit"),
    ("POST", "/api/2.0/secrets/scopes/delete"),
    ("POST", "/api/2.0/secrets/scopes/create"),
    ("POST", "/api/2.0/secrets/acls/put"),
    ("POST", "/api/2.0/workspace/import"),
    ("PUT", "/api/2.0/pipelines/*"),
    ("PATCH", "/api/2.0/lakeview/dashboards/*"),
    ("POST", "/api/2.0/lakeview/dashboards/*/published"),
    ("PATCH", "/api/2.0/genie/spaces/*"),
    ("PATCH", "/api/2.0/alerts/*"),
    ("POST", "/api/2.2/jobs/*"),
    ("PUT", "/api/2.0/permissions/*"),
];

/// Those that take away.
const REMOVED: [(&str, &str); 16] = [
    ("DELETE", "/api/2.1/unity-catalog/catalogs/*"),
    ("DELETE", "/api/2.1/unity-catalog/schemas/*"),
    ("DELETE", "/api/2.1/unity-catalog/volumes/*"),
    ("DELETE", "/api/2.1/unity-catalog/models/*"),
    ("DELETE", "/api/2.1/unity-catalog/entity-tag-assignments/*"),
    ("PATCH", "/api/2.1/unity-catalog/permissions/*"),
    ("DELETE", "/api/2.0/fs/files/*"),
    ("POST", "/api/2.0/mlflow/experiments/delete"),
    ("DELETE", "/api/2.0/sql/warehouses/*"),
    ("POST", "/api/2.0/secrets/scopes/delete"),
    ("POST", "/api/2.0/workspace/delete"),
    ("DELETE", "/api/2.0/pipelines/*"),
    ("DELETE", "/api/2.0/lakeview/dashboards/*"),
    ("DELETE", "/api/2.0/genie/spaces/*"),
    ("DELETE", "/api/2.0/alerts/*"),
    ("POST", "/api/2.2/jobs/delete"),
];

/// Nobody repeats a statement whose fate is not known, or what says which version it replaces; what has become of it, the
/// next run looks at.
const ONCE: [(&str, &str); 2] =
    [("POST", "/api/2.0/sql/statements"), ("PUT", "/api/2.0/lakeview/dashboards/*/schedules/*")];
const REMOVED_ONCE: [(&str, &str); 1] = [("POST", "/api/2.0/sql/statements")];

/// Every resource is another, in what can be changed of it.
fn change(project: &TestProject) {
    let edits = [
        (": one", ": two"),
        ("main: { name: shop }", "main: { name: shop, comment: two }"),
        ("name: bronze }", "name: bronze, comment: two }"),
        ("name: landing,", "name: landing, comment: two,"),
        ("{ name: churn }", "{ name: churners }"),
        ("auto_stop_mins: 15", "auto_stop_mins: 20"),
        ("name: shop-post", "name: shop-letters"),
        ("level: READ", "level: WRITE"),
        ("level: CAN_VIEW", "level: CAN_MANAGE_RUN"),
        ("[USE_SCHEMA]", "[EXECUTE, USE_SCHEMA]"),
        ("0 0 7 * * ?", "0 0 6 * * ?"),
    ];
    let before = project.read(RESOURCE_FILE);
    let after = edits.iter().fold(before, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    project.write(RESOURCE_FILE, &after);
    project.write("jobs/orders.csv", "what,amount\nink,2\n");
    project.edit("sql/setup/orders.sql", "'one'", "'two'");
    project.edit("sql/setup/view.sql", "SELECT what", "SELECT what, amount");
    project.edit("sql/governance/hide.sql", "'***'", "'*'");
    project.edit("sql/governance/guards.sql", "'one'", "'two'");
    project.edit("sql/totals/totals.sql", "SUM(amount)", "MAX(amount)");
    project.write("dashboards/board.lvdash.json", &board("SELECT amount FROM shop.bronze.orders", "amount"));
}

/// What a run does that meets a fault at the first call of every route.
#[derive(Clone, Copy)]
enum Scene {
    /// A first deployment.
    Made,
    /// A deployment of a project in which everything is another.
    Changed,
    Removed,
    /// As `Changed` and `Removed`, by calls that nobody repeats.
    ChangedOnce,
    RemovedOnce,
}

impl Scene {
    fn removes(self) -> bool {
        matches!(self, Self::Removed | Self::RemovedOnce)
    }

    fn project(self) -> TestProject {
        static DEPLOYED: OnceLock<TestProject> = OnceLock::new();
        if let Self::Made = self {
            return everything(TARGETS);
        }
        let deployed = DEPLOYED.get_or_init(|| {
            let project = everything(TARGETS);
            let served = Served::of(&project);
            let run = served.machine(&project, "runner").run(&DEPLOY);
            assert_eq!(run.code, Some(0), "{run}");
            served.stop();
            project
        });
        let project = deployed.copy();
        if !self.removes() {
            change(&project);
        }
        project
    }

    fn command(self) -> &'static [&'static str] {
        if self.removes() { &DESTROY } else { &DEPLOY }
    }

    fn routes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Made => &MADE,
            Self::Changed => &CHANGED,
            Self::Removed => &REMOVED,
            Self::ChangedOnce => &ONCE,
            Self::RemovedOnce => &REMOVED_ONCE,
        }
    }

    /// What an undisturbed run leaves.
    fn wanted(self) -> &'static BTreeMap<&'static str, Vec<String>> {
        static WANTED: [OnceLock<BTreeMap<&'static str, Vec<String>>>; 5] = [const { OnceLock::new() }; 5];
        WANTED[self as usize].get_or_init(|| {
            let project = self.project();
            let served = Served::of(&project);
            let run = served.machine(&project, "runner").run(self.command());
            assert_eq!(run.code, Some(0), "{run}");
            served.inventory()
        })
    }
}

/// A run that met a fault at the first call of every route.
struct Disturbed {
    scene: Scene,
    served: Served,
    machine: Machine,
    run: Run,
    // The workspace lies in it.
    _project: TestProject,
}

fn disturbed(scene: Scene, fault: &Value) -> Disturbed {
    let project = scene.project();
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    for (method, path) in scene.routes() {
        let mut one = fault.clone();
        one["method"] = json!(method);
        one["path"] = json!(path);
        served.fault(&one);
    }
    let run = machine.run(scene.command());
    let left = served.faults();
    assert!(left.is_empty() || run.code != Some(0), "not met: {left:?}");
    served.clear_faults();
    Disturbed { scene, served, machine, run, _project: project }
}

impl Disturbed {
    /// All that an undisturbed run leaves, and nothing twice; a second run has nothing to do.
    fn is_whole(&self) {
        assert_eq!(&self.served.inventory(), self.scene.wanted());
        let second = if self.scene.removes() { &DESTROY[..] } else { &["plan", "-t", "far", "--detailed-exitcode"] };
        let again = self.machine.run(second);
        assert!(again.code == Some(0) && again.stdout.contains("nothing to change"), "{again}");
    }
}

/// The run itself makes up for it.
fn absorbed(scene: Scene, fault: &Value) {
    let disturbed = disturbed(scene, fault);
    assert_eq!(disturbed.run.code, Some(0), "{}", disturbed.run);
    disturbed.is_whole();
}

/// Nobody can make up for it, or not without the danger of making something twice (a job, a dashboard, a space, an alert
/// whose create may yet be seen): the run ends and says what is left, and the next one goes on from there.
fn taken_up(scene: Scene, fault: &Value) {
    let disturbed = disturbed(scene, fault);
    let run = &disturbed.run;
    assert!(matches!(run.code, Some(1 | 2)), "{run}");
    assert!(run.stderr.contains("failed: ") || run.stderr.contains("error: "), "{run}");
    let again = disturbed.machine.run(scene.command());
    assert_eq!(again.code, Some(0), "{again}");
    disturbed.is_whole();
}

/// One test a fault: they wait most of the time, and wait side by side.
macro_rules! faults {
    ($module:ident, $scene:expr; $($outcome:ident $name:ident: $fault:tt;)*) => {
        mod $module {
            use super::*;

            $(
                #[test]
                fn $name() {
                    $outcome($scene, &json!($fault));
                }
            )*
        }
    };
}

faults! {
    made, Scene::Made;
    absorbed too_many_requests: { "status": 429, "retry_after": 1, "error_code": "REQUEST_LIMIT_EXCEEDED" };
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    taken_up an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    absorbed an_internal_error_after_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR", "after_effect": true };
    taken_up a_gateway_that_gives_up_before_the_effect: { "status": 504 };
    absorbed a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    taken_up a_reset_before_the_effect: { "reset": true };
    absorbed a_reset_after_the_effect: { "reset": true, "after_effect": true };
    absorbed an_answer_that_is_cut_short: { "truncate": 1 };
    absorbed an_answer_of_broken_json: { "truncate": 1, "short_length": true };
    absorbed an_answer_that_trickles: { "trickle": { "bytes": 8, "every_ms": 5 } };
    absorbed what_is_seen_late: { "eventual": { "reads": 2 } };
    taken_up a_login_page: { "status": 200, "body": "<html><title>Sign in</title></html>" };
    taken_up a_token_that_ends: { "expire_token": true };
    taken_up a_refusal: { "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." };
}

// What changes or takes away can be done twice, so that it is asked for again whatever came instead of an answer. What is
// seen late is only what is made.
faults! {
    changed, Scene::Changed;
    absorbed too_many_requests: { "status": 429, "retry_after": 1, "error_code": "REQUEST_LIMIT_EXCEEDED" };
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    absorbed an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    absorbed a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    absorbed a_reset_before_the_effect: { "reset": true };
    absorbed a_reset_after_the_effect: { "reset": true, "after_effect": true };
    absorbed an_answer_of_broken_json: { "truncate": 1, "short_length": true };
    absorbed an_answer_that_trickles: { "trickle": { "bytes": 8, "every_ms": 5 } };
    absorbed a_login_page: { "status": 200, "body": "<html><title>Sign in</title></html>" };
    taken_up a_token_that_ends: { "expire_token": true };
    taken_up a_refusal: { "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." };
}

faults! {
    removed, Scene::Removed;
    absorbed too_many_requests: { "status": 429, "retry_after": 1, "error_code": "REQUEST_LIMIT_EXCEEDED" };
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    absorbed an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    absorbed a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    absorbed a_reset_before_the_effect: { "reset": true };
    absorbed a_reset_after_the_effect: { "reset": true, "after_effect": true };
    absorbed an_answer_of_broken_json: { "truncate": 1, "short_length": true };
    absorbed an_answer_that_trickles: { "trickle": { "bytes": 8, "every_ms": 5 } };
    absorbed a_login_page: { "status": 200, "body": "<html><title>Sign in</title></html>" };
    taken_up a_token_that_ends: { "expire_token": true };
    taken_up a_refusal: { "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." };
}

faults! {
    changed_once, Scene::ChangedOnce;
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    taken_up an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    taken_up a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    taken_up a_reset_after_the_effect: { "reset": true, "after_effect": true };
    taken_up an_answer_of_broken_json: { "truncate": 1, "short_length": true };
}

faults! {
    removed_once, Scene::RemovedOnce;
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    taken_up an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    taken_up a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    taken_up a_reset_after_the_effect: { "reset": true, "after_effect": true };
    taken_up an_answer_of_broken_json: { "truncate": 1, "short_length": true };
}
