//! Every fault of the way on every kind of resource: issue 4, "Show": "429 with Retry-After, 503, 500, 504, connection
//! reset before/after effect, slow loris, truncated JSON, HTML login page with 200, expired token mid-run, eventual reads
//! (404 after create): each on every kind; outcomes asserted".

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::shop::board;
use crate::support::{Machine, RESOURCE_FILE, Run, Served, TestProject, everything};

const TARGETS: &str = "  far: { mode: development }\n";

const DEPLOY: [&str; 6] = ["deploy", "-t", "far", "--yes", "--allow", "security,destructive"];
const DESTROY: [&str; 4] = ["destroy", "-t", "far", "--yes"];

/// What a fault is about.
struct Route {
    method: &'static str,
    path: &'static str,
    /// So many calls meet it: several kinds may have one address.
    times: u32,
    /// Only every nth of them does.
    every: u32,
}

const fn once(method: &'static str, path: &'static str) -> Route {
    times(1, method, path)
}

const fn times(times: u32, method: &'static str, path: &'static str) -> Route {
    Route { method, path, times, every: 1 }
}

/// The lock, the state and the journal are files as those of the project, which come behind them. Two of the first six: a
/// call is made three times at least, so that none fails for good, whichever calls come in between.
const FILES: Route = Route { method: "POST", path: "/api/2.0/workspace/import", times: 2, every: 3 };

/// The calls that make something, one a kind at least.
const MADE: [Route; 24] = [
    once("POST", "/api/2.1/unity-catalog/catalogs"),
    once("POST", "/api/2.1/unity-catalog/schemas"),
    once("POST", "/api/2.1/unity-catalog/volumes"),
    once("PUT", "/api/2.0/fs/files/*"),
    once("POST", "/api/2.1/unity-catalog/models"),
    once("POST", "/api/2.1/unity-catalog/entity-tag-assignments"),
    once("PATCH", "/api/2.1/unity-catalog/permissions/catalog/*"),
    once("PATCH", "/api/2.1/unity-catalog/permissions/schema/*"),
    once("PATCH", "/api/2.1/unity-catalog/permissions/table/*"),
    // A table, a view, two functions, a mask and a row filter.
    times(6, "POST", "/api/2.0/sql/statements"),
    once("POST", "/api/2.0/mlflow/experiments/create"),
    once("POST", "/api/2.0/sql/warehouses"),
    once("POST", "/api/2.0/secrets/scopes/create"),
    once("POST", "/api/2.0/secrets/acls/put"),
    FILES,
    once("POST", "/api/2.0/pipelines"),
    once("POST", "/api/2.0/pipelines/*/updates"),
    once("POST", "/api/2.0/lakeview/dashboards"),
    once("POST", "/api/2.0/lakeview/dashboards/*/published"),
    once("POST", "/api/2.0/lakeview/dashboards/*/schedules"),
    once("POST", "/api/2.0/genie/spaces"),
    once("POST", "/api/2.0/alerts"),
    once("POST", "/api/2.2/jobs/create"),
    once("PUT", "/api/2.0/permissions/*"),
];

/// Those that change what is there, and one resource that has to be made anew.
const CHANGED: [Route; 20] = [
    once("PATCH", "/api/2.1/unity-catalog/catalogs/*"),
    once("PATCH", "/api/2.1/unity-catalog/schemas/*"),
    once("PATCH", "/api/2.1/unity-catalog/volumes/*"),
    once("PATCH", "/api/2.1/unity-catalog/models/*"),
    once("PATCH", "/api/2.1/unity-catalog/entity-tag-assignments/*"),
    once("PATCH", "/api/2.1/unity-catalog/permissions/*"),
    once("PUT", "/api/2.0/fs/files/*"),
    once("POST", "/api/2.0/mlflow/experiments/update"),
    once("POST", "/api/2.0/sql/warehouses/*/edit"),
    once("POST", "/api/2.0/secrets/scopes/delete"),
    once("POST", "/api/2.0/secrets/scopes/create"),
    once("POST", "/api/2.0/secrets/acls/put"),
    FILES,
    once("PUT", "/api/2.0/pipelines/*"),
    once("PATCH", "/api/2.0/lakeview/dashboards/*"),
    once("POST", "/api/2.0/lakeview/dashboards/*/published"),
    once("PATCH", "/api/2.0/genie/spaces/*"),
    once("PATCH", "/api/2.0/alerts/*"),
    once("POST", "/api/2.2/jobs/*"),
    once("PUT", "/api/2.0/permissions/*"),
];

/// Those that take away.
const REMOVED: [Route; 21] = [
    once("DELETE", "/api/2.1/unity-catalog/catalogs/*"),
    once("DELETE", "/api/2.1/unity-catalog/schemas/shop.bronze"),
    once("DELETE", "/api/2.1/unity-catalog/volumes/*"),
    once("DELETE", "/api/2.1/unity-catalog/models/*"),
    // A view and a table.
    once("DELETE", "/api/2.1/unity-catalog/tables/shop.bronze.names"),
    once("DELETE", "/api/2.1/unity-catalog/tables/shop.bronze.orders"),
    once("DELETE", "/api/2.1/unity-catalog/functions/*"),
    once("DELETE", "/api/2.1/unity-catalog/entity-tag-assignments/*"),
    once("PATCH", "/api/2.1/unity-catalog/permissions/catalog/*"),
    once("PATCH", "/api/2.1/unity-catalog/permissions/schema/*"),
    once("PATCH", "/api/2.1/unity-catalog/permissions/table/*"),
    once("DELETE", "/api/2.0/fs/files/*"),
    once("POST", "/api/2.0/mlflow/experiments/delete"),
    once("DELETE", "/api/2.0/sql/warehouses/*"),
    once("POST", "/api/2.0/secrets/scopes/delete"),
    once("POST", "/api/2.0/workspace/delete"),
    once("DELETE", "/api/2.0/pipelines/*"),
    once("DELETE", "/api/2.0/lakeview/dashboards/*"),
    once("DELETE", "/api/2.0/genie/spaces/*"),
    once("DELETE", "/api/2.0/alerts/*"),
    once("POST", "/api/2.2/jobs/delete"),
];

/// Nobody repeats a statement whose fate is not known, or what says which version it replaces; what has become of it, the
/// next run looks at. A table, a function and a view; a mask and a row filter.
const ONCE: [Route; 2] =
    [times(3, "POST", "/api/2.0/sql/statements"), once("PUT", "/api/2.0/lakeview/dashboards/*/schedules/*")];
const REMOVED_ONCE: [Route; 1] = [times(2, "POST", "/api/2.0/sql/statements")];

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

/// What [`ONCE`] is about, and nothing else.
fn change_once(project: &TestProject) {
    project.edit(RESOURCE_FILE, "0 0 7 * * ?", "0 0 6 * * ?");
    project.edit("sql/setup/view.sql", "SELECT what", "SELECT what, amount");
    project.edit("sql/setup/orders.sql", "'one'", "'two'");
    project.edit("sql/governance/hide.sql", "'***'", "'*'");
}

/// What a run does that meets a fault at the first calls of every route.
#[derive(Clone, Copy)]
enum Scene {
    /// A first deployment.
    Made,
    /// A deployment of a project in which everything is another.
    Changed,
    Removed,
    /// Changed and removed by calls that nobody repeats.
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
        match self {
            Self::Changed => change(&project),
            Self::ChangedOnce => change_once(&project),
            Self::Made | Self::Removed | Self::RemovedOnce => {}
        }
        project
    }

    fn command(self) -> &'static [&'static str] {
        if self.removes() { &DESTROY } else { &DEPLOY }
    }

    fn routes(self) -> &'static [Route] {
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

/// A workspace in which the first calls of every route meets a fault, and a machine that is about to call.
struct Disturbed {
    scene: Scene,
    served: Served,
    machine: Machine,
    // The workspace lies in it.
    _project: TestProject,
}

impl Disturbed {
    fn new(scene: Scene, fault: &Value) -> Self {
        Self::on(scene, fault, scene.routes())
    }

    fn on<'r>(scene: Scene, fault: &Value, routes: impl IntoIterator<Item = &'r Route>) -> Self {
        let project = scene.project();
        let served = Served::of(&project);
        let machine = served.machine(&project, "runner");
        for route in routes {
            let mut one = fault.clone();
            one["method"] = json!(route.method);
            one["path"] = json!(route.path);
            one["times"] = json!(route.times);
            one["every"] = json!(route.every);
            served.fault(&one);
        }
        Self { scene, served, machine, _project: project }
    }

    /// With a profile that says how long an answer may take.
    fn impatient(mut self) -> Self {
        let (host, token) = (&self.served.host, &self.served.token);
        let profile = format!("[SLOW]\nhost = {host}\ntoken = {token}\nhttp_timeout_seconds = {PATIENCE}\n");
        std::fs::write(self.machine.project.home().join(".databrickscfg"), profile).unwrap();
        self.machine = self.machine.signs_in(&[("DATABRICKS_CONFIG_PROFILE", "SLOW")]);
        self
    }

    fn run(&self) -> Run {
        self.machine.run(self.scene.command())
    }

    /// Every fault was met; all that an undisturbed run leaves is there, and nothing twice; a second run has nothing to do.
    fn is_whole(&self) {
        let left = self.served.faults();
        assert!(left.is_empty(), "not met: {left:?}");
        // What is seen late is seen now.
        self.served.clear_faults();
        assert_eq!(&self.served.inventory(), self.scene.wanted());
        let second = if self.scene.removes() { &DESTROY[..] } else { &["plan", "-t", "far", "--detailed-exitcode"] };
        let again = self.machine.run(second);
        assert!(again.code == Some(0) && again.stdout.contains("nothing to change"), "{again}");
    }

    /// The run itself makes up for it.
    fn absorbed(&self) {
        let run = self.run();
        assert_eq!(run.code, Some(0), "{run}");
        self.is_whole();
    }

    /// The run ends and says what is left, and the next one goes on from there. A failure keeps back what needs it, so that
    /// the next run comes to further faults: no run is in vain, and the one that meets none completes it.
    fn taken_up(&self) {
        let mut left = self.served.faults();
        let mut runs = 0;
        let last = loop {
            let run = self.run();
            runs += 1;
            if run.code == Some(0) {
                break run;
            }
            assert!(matches!(run.code, Some(1 | 2)), "{run}");
            let told = ["failed: ", "stopped: ", "error: "].iter().any(|how| run.stderr.contains(how));
            assert!(told, "{run}");
            let now = self.served.faults();
            assert_ne!(now, left, "run {runs} came no further: {run}");
            left = now;
        };
        assert!(runs > 1, "nothing failed: {last}");
        self.is_whole();
    }
}

fn absorbed(scene: Scene, fault: &Value) {
    Disturbed::new(scene, fault).absorbed();
}

/// Nobody can make up for it, or not without the danger of making something twice (a job, a dashboard, a space, an alert
/// whose create may yet be seen).
fn taken_up(scene: Scene, fault: &Value) {
    Disturbed::new(scene, fault).taken_up();
}

/// So many faults of one scene at once: they wait most of the time.
const AT_ONCE: usize = 8;

type Case = (&'static str, fn(Scene, &Value), Value);

fn side_by_side(scene: Scene, cases: &[Case]) {
    for cases in cases.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            for (name, outcome, fault) in cases {
                running.push((name, scope.spawn(move || outcome(scene, fault))));
            }
            for (name, case) in running {
                assert!(case.join().is_ok(), "{name} (see above)");
            }
        });
    }
}

macro_rules! faults {
    ($module:ident, $scene:expr; $($outcome:ident $name:ident: $fault:tt;)*) => {
        #[test]
        fn $module() {
            let cases: Vec<Case> = vec![$((stringify!($name), $outcome as fn(Scene, &Value), json!($fault))),*];
            side_by_side($scene, &cases);
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
    absorbed an_internal_error_after_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR", "after_effect": true };
    absorbed a_gateway_that_gives_up_before_the_effect: { "status": 504 };
    absorbed a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    absorbed a_reset_before_the_effect: { "reset": true };
    absorbed a_reset_after_the_effect: { "reset": true, "after_effect": true };
    absorbed an_answer_that_is_cut_short: { "truncate": 1 };
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
    absorbed an_internal_error_after_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR", "after_effect": true };
    absorbed a_gateway_that_gives_up_before_the_effect: { "status": 504 };
    absorbed a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    absorbed a_reset_before_the_effect: { "reset": true };
    absorbed a_reset_after_the_effect: { "reset": true, "after_effect": true };
    absorbed an_answer_that_is_cut_short: { "truncate": 1 };
    absorbed an_answer_of_broken_json: { "truncate": 1, "short_length": true };
    absorbed an_answer_that_trickles: { "trickle": { "bytes": 8, "every_ms": 5 } };
    absorbed a_login_page: { "status": 200, "body": "<html><title>Sign in</title></html>" };
    taken_up a_token_that_ends: { "expire_token": true };
    taken_up a_refusal: { "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." };
}

// What says that it was not done is asked for again; whatever else comes instead of an answer, nobody repeats.
faults! {
    changed_once, Scene::ChangedOnce;
    absorbed too_many_requests: { "status": 429, "retry_after": 1, "error_code": "REQUEST_LIMIT_EXCEEDED" };
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    taken_up an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    taken_up an_internal_error_after_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR", "after_effect": true };
    taken_up a_gateway_that_gives_up_before_the_effect: { "status": 504 };
    taken_up a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    taken_up a_reset_before_the_effect: { "reset": true };
    taken_up a_reset_after_the_effect: { "reset": true, "after_effect": true };
    taken_up an_answer_that_is_cut_short: { "truncate": 1 };
    taken_up an_answer_of_broken_json: { "truncate": 1, "short_length": true };
    absorbed an_answer_that_trickles: { "trickle": { "bytes": 8, "every_ms": 5 } };
    taken_up a_login_page: { "status": 200, "body": "<html><title>Sign in</title></html>" };
    taken_up a_token_that_ends: { "expire_token": true };
    taken_up a_refusal: { "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." };
}

faults! {
    removed_once, Scene::RemovedOnce;
    absorbed too_many_requests: { "status": 429, "retry_after": 1, "error_code": "REQUEST_LIMIT_EXCEEDED" };
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    taken_up an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    taken_up an_internal_error_after_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR", "after_effect": true };
    taken_up a_gateway_that_gives_up_before_the_effect: { "status": 504 };
    taken_up a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    taken_up a_reset_before_the_effect: { "reset": true };
    taken_up a_reset_after_the_effect: { "reset": true, "after_effect": true };
    taken_up an_answer_that_is_cut_short: { "truncate": 1 };
    taken_up an_answer_of_broken_json: { "truncate": 1, "short_length": true };
    absorbed an_answer_that_trickles: { "trickle": { "bytes": 8, "every_ms": 5 } };
    taken_up a_login_page: { "status": 200, "body": "<html><title>Sign in</title></html>" };
    taken_up a_token_that_ends: { "expire_token": true };
    taken_up a_refusal: { "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." };
}

/// How long the machine's profile lets it wait, in whole seconds (docs/auth.md, "Times").
const PATIENCE: u64 = 2;

/// What would take minutes to come is given up, and what has become of the call is found out as after any lost answer. One
/// call waits for another, so that the routes are shared out among so many tests.
fn given_up(scene: Scene, (part, parts): (usize, usize), outcome: fn(&Disturbed), fault: &Value) {
    let routes = scene.routes().iter().skip(part).step_by(parts);
    let disturbed = Disturbed::on(scene, fault, routes).impatient();
    let began = Instant::now();
    outcome(&disturbed);
    // A minute is how long it waits where nobody says otherwise, for each of them.
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

macro_rules! slow {
    ($($outcome:ident $name:ident: $scene:expr, $part:expr, $fault:expr;)*) => {
        mod slow {
            use super::*;

            /// A byte every so often: nobody can say that it is silent, and it never comes to its end.
            fn endless() -> Value {
                json!({ "trickle": { "bytes": 1, "every_ms": 1050 } })
            }

            fn silent() -> Value {
                json!({ "hold": "after" })
            }

            $(
                #[test]
                fn $name() {
                    given_up($scene, $part, Disturbed::$outcome, &$fault);
                }
            )*
        }
    };
}

slow! {
    absorbed what_is_made_and_answered_without_end: Scene::Made, (0, 2), endless();
    absorbed more_that_is_made_and_answered_without_end: Scene::Made, (1, 2), endless();
    absorbed what_is_made_and_never_answered: Scene::Made, (0, 2), silent();
    absorbed more_that_is_made_and_never_answered: Scene::Made, (1, 2), silent();
    absorbed what_is_changed_and_answered_without_end: Scene::Changed, (0, 1), endless();
    absorbed what_is_removed_and_answered_without_end: Scene::Removed, (0, 2), endless();
    absorbed more_that_is_removed_and_answered_without_end: Scene::Removed, (1, 2), endless();
    taken_up what_is_changed_once_and_answered_without_end: Scene::ChangedOnce, (0, 1), endless();
    taken_up what_is_removed_once_and_answered_without_end: Scene::RemovedOnce, (0, 1), endless();
}

/// The time after which it is given up is that of the profile, and the call is asked for again: nothing else is waited for.
#[test]
fn an_answer_without_end_is_given_up_when_the_profile_says() {
    let delete = once("DELETE", "/api/2.0/genie/spaces/*");
    let fault = json!({ "trickle": { "bytes": 1, "every_ms": 1050 } });
    let disturbed = Disturbed::on(Scene::Removed, &fault, [&delete]).impatient();
    let run = disturbed.machine.run(&[&DESTROY[..], &["-vv"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let asked: Vec<&str> =
        run.stderr.lines().filter(|line| line.starts_with("DELETE /api/2.0/genie/spaces/")).collect();
    let [first, second] = asked[..] else { panic!("{asked:?}") };
    let (_, took) = first.split_once(" → no answer (").unwrap();
    let took: u64 = took.strip_suffix(" ms)").unwrap().parse().unwrap();
    assert!((PATIENCE * 1000..PATIENCE * 1000 + 2000).contains(&took), "{first}");
    assert!(second.contains(", attempt 2)"), "{second}");
    disturbed.is_whole();
}
