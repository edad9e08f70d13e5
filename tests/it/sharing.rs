//! Deployments of one project that meet in one workspace (docs/state.md, "What several deployments name"): what one of
//! them made is neither taken over nor taken away by another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Machine, RESOURCE_FILE, Run, Served, TestProject, everything};

const DEVELOPED: &str = "  dev: { mode: development }\n  prod: { mode: production, run_as: { user: me@localhost } }\n";
/// Neither of them renames anything.
const FIXED: &str = "  stage: { mode: production, run_as: { user: me@localhost } }\n  prod: { mode: production, run_as: { user: me@localhost } }\n";

struct World {
    project: TestProject,
    served: Served,
    machine: Machine,
}

fn world(targets: &str) -> World {
    let project = everything(targets);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    World { project, served, machine }
}

impl World {
    fn deploy(&self, target: &str) -> Run {
        self.machine.run(&["deploy", "-t", target, "--yes", "--allow", "security,rebuild"])
    }

    /// Every step of the plan by key.
    fn plan(&self, target: &str) -> BTreeMap<String, Value> {
        let plan = self.machine.run(&["plan", "-t", target, "--format", "json"]).json(0);
        let steps = plan["plans"][0]["steps"].as_array().unwrap().clone();
        steps.into_iter().map(|step| (step["key"].as_str().unwrap().to_string(), step)).collect()
    }

    /// Where a target's state is, on the disk of the workspace.
    fn folder(&self, target: &str) -> PathBuf {
        let root = self.project.root().join(".lakesmith/local/workspace");
        let end = format!("shop/shop/{target}/state.json");
        let found =
            walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).find(|entry| entry.path().ends_with(&end));
        found.unwrap().path().parent().unwrap().to_path_buf()
    }
}

fn kind(key: &str) -> &str {
    key.split('.').next().unwrap()
}

/// What has its name in the workspace or in a catalog, whoever declares it.
const SHARED: [&str; 11] = [
    "catalog",
    "function",
    "mask",
    "registered_model",
    "row_filter",
    "schema",
    "secret_scope",
    "table",
    "view",
    "volume",
    "volume_file",
];

#[test]
fn what_one_target_made_is_not_taken_over_by_another() {
    let world = world(DEVELOPED);
    assert_eq!(world.deploy("dev").code, Some(0));
    let before = world.served.inventory();
    let plan = world.plan("prod");
    let mut blocked = BTreeSet::new();
    for (key, step) in &plan {
        match step["blocked"].as_str() {
            Some(why) => {
                assert!(why.contains(&format!("`{key}` is there already and belongs to target `dev`")), "{why}");
                assert!(why.contains(&format!("lakesmith unbind {key} -t dev --solution shop")), "{why}");
                blocked.insert(kind(key));
            }
            // The others have another name, lie in the target's folder, or say something of what has no owner.
            None => assert_eq!(step["action"], "create", "{key}: {step}"),
        }
    }
    assert_eq!(blocked.into_iter().collect::<Vec<_>>(), SHARED);
    let refused = world.deploy("prod");
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("the plan is blocked: ") && refused.stderr.contains("target `dev`"), "{refused}");
    // So many, in all that sums the plan up.
    let blocked = plan.values().filter(|step| step["blocked"].is_string()).count();
    let shown = |format: &str| world.machine.run(&["plan", "-t", "prod", "--format", format]).success();
    let summary = format!("on prod: blocked by {blocked} steps; ");
    assert!(shown("human").lines().last().unwrap().contains(&summary), "{}", shown("human"));
    let heading = format!("### `shop/shop` on `prod`: blocked by {blocked} steps; ");
    assert!(shown("markdown").contains(&heading), "{}", shown("markdown"));
    let more = format!("; and {} more of its steps", blocked - 1);
    assert!(refused.stderr.contains(&more), "{refused}");
    assert_eq!(world.served.inventory(), before);
}

/// Two targets that rename nothing: what has its name in the workspace meets there, too. The service
/// has the name of a pipeline only once; jobs, dashboards, spaces and alerts may share names, and each target has its own.
#[test]
fn targets_that_rename_nothing_meet_in_the_workspaces_own_names_too() {
    let world = world(FIXED);
    world.project.edit(RESOURCE_FILE, "churn: { name: churn }", "churn: { name: /Shared/churn }");
    let machine = world.served.machine(&world.project, "runner");
    let world = World { machine, ..world };
    assert_eq!(world.deploy("stage").code, Some(0));
    let plan = world.plan("prod");
    let blocked: BTreeSet<&str> =
        plan.iter().filter(|(_, step)| step["blocked"].is_string()).map(|(key, _)| kind(key)).collect();
    let mut wanted = BTreeSet::from(SHARED);
    wanted.extend(["experiment", "pipeline", "sql_warehouse"]);
    assert_eq!(blocked, wanted);
    for kind in ["job", "pipeline", "dashboard", "genie_space", "alert"] {
        let (key, step) = plan.iter().find(|(key, _)| self::kind(key) == kind).unwrap();
        assert_eq!((step["action"].as_str(), step["id"].as_str()), (Some("create"), None), "{key}: {step}");
    }
}

/// A name in the workspace that no state tells of is somebody's: the plan says so, and nothing deletes it. What another
/// target's state names is not deleted either, whoever made it.
#[test]
fn what_another_target_uses_is_not_deleted() {
    let world = world(FIXED);
    for (path, text) in
        [("sql/totals/totals.sql", "VIEW totals"), (RESOURCE_FILE, "{ name: totals"), (RESOURCE_FILE, "bronze.totals")]
    {
        world.project.edit(path, text, &format!("{text}_{{{{ target.name }}}}"));
    }
    let machine = world.served.machine(&world.project, "runner");
    let world = World { machine, ..world };
    let first = world.deploy("stage");
    assert_eq!(first.code, Some(0), "{first}");
    // As if somebody else had deployed it, in whose folder nobody looks.
    let (folder, aside) = (world.folder("stage"), world.project.root().join("aside"));
    std::fs::rename(&folder, &aside).unwrap();
    let plan = world.plan("prod");
    for (key, step) in &plan {
        let note = step["notes"][0].as_str().unwrap_or_default();
        let told = note.starts_with("it was there before this target") && note.contains("nothing of it deletes it");
        let shared = (SHARED.contains(&kind(key)) || kind(key) == "sql_warehouse") && kind(key) != "volume_file";
        assert_eq!(told, shared, "{key}: {step}");
    }
    let owner = plan["schema.bronze"]["notes"][0].as_str().unwrap();
    assert!(owner.contains("(it belongs to `me@localhost`)"), "{owner}");
    let second = world.deploy("prod");
    assert_eq!(second.code, Some(0), "{second}");
    let settled = world.machine.run(&["plan", "-t", "prod", "--detailed-exitcode"]);
    assert_eq!(settled.code, Some(0), "{settled}");

    std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    let gone = world.machine.run(&["destroy", "-t", "stage", "--yes"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    assert!(gone.stdout.contains("secret_scope.mail: target `prod` has it, too, so it stays"), "{gone}");
    // All that prod wants is as it was: not a grant, a tag or a mask is missing.
    let settled = world.machine.run(&["plan", "-t", "prod", "--detailed-exitcode"]);
    assert_eq!(settled.code, Some(0), "{settled}");
    let left = world.served.inventory();
    assert_eq!(left["secret scopes"], ["shop-mail", "shop-post"]);
    // What is each target's own went with it.
    assert_eq!((left["jobs"].len(), left["pipelines"].len()), (1, 1));
}

/// Letting go is how something is handed over.
#[test]
fn what_a_target_lets_go_of_another_may_take() {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n\
             \x20 other: { title: Other, catalog: other, schemas: { bronze: bronze } }\n\
             targets:\n  far: { mode: development }\n",
        ),
        ("jobs/shop/scope.yml", "secret_scopes:\n  mail: { name: shop-mail }\n"),
        ("jobs/other/scope.yml", "secret_scopes:\n  post: { name: shop-mail }\n"),
    ]);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    let deploy = |solution: &str| machine.run(&["deploy", solution, "-t", "far", "--yes"]);
    assert_eq!(deploy("shop").code, Some(0));
    let refused = deploy("other");
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(
        refused.stderr.contains("`secret_scope.post` is there already and belongs to solution `shop`"),
        "{refused}"
    );
    let command = "lakesmith unbind secret_scope.mail -t far --solution shop";
    assert!(refused.stderr.contains(command), "{refused}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert_eq!(machine.run(&words).code, Some(0));
    let taken = deploy("other");
    assert_eq!(taken.code, Some(0), "{taken}");
    // Nobody made it any more, and nobody deletes it.
    assert_eq!(machine.run(&["destroy", "-t", "far", "--yes"]).code, Some(0));
    assert_eq!(served.inventory()["secret scopes"], ["shop-mail"]);
}

/// docs/state.md: "Of grants and permissions, what others give, too, stays".
#[test]
fn who_loses_what_one_target_gave_keeps_what_another_gives() {
    let manifest = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n\
                    targets:\n  a: { mode: development }\n  b: { mode: development }\n";
    let grants = |of_a: &str| {
        format!(
            "catalogs:\n  main: {{ name: shop, targets: [a] }}\n\
             schemas:\n  bronze: {{ catalog_name: shop, name: bronze, targets: [a] }}\n\
             grants:\n  of_a: {{ securable_type: schema, securable: shop.bronze, targets: [a], privileges: {of_a} }}\n  \
             of_b: {{ securable_type: schema, securable: shop.bronze, targets: [b], privileges: {{ both: [USE_SCHEMA] }} }}\n"
        )
    };
    let before = grants("{ both: [USE_SCHEMA], gone: [USE_SCHEMA], stays: [USE_SCHEMA] }");
    let project = TestProject::new(&[("lakesmith.yml", manifest), (RESOURCE_FILE, &before)]);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    let world = World { project, served, machine };
    for target in ["a", "b"] {
        let run = world.deploy(target);
        assert_eq!(run.code, Some(0), "{run}");
    }
    world.project.write(RESOURCE_FILE, &grants("{ stays: [USE_SCHEMA] }"));
    let machine = world.served.machine(&world.project, "runner");
    let world = World { machine, ..world };
    let steps = world.plan("a");
    let changes = &steps["grants.schema.shop.bronze"]["changes"];
    let told: Vec<String> = changes.as_array().unwrap().iter().map(|c| format!("{} {}", c["path"], c["new"])).collect();
    assert_eq!(told, [r#""privileges[gone]" null"#]);
    let run = world.deploy("a");
    assert_eq!(run.code, Some(0), "{run}");
    let drift = world.machine.run(&["drift", "-t", "b"]);
    assert_eq!(drift.code, Some(0), "{drift}");
    assert!(world.plan("a").values().all(|step| step["action"] == "none"), "{:?}", world.plan("a"));
}

/// What another target has given on what goes, goes with it: nobody is to find that out afterwards.
#[test]
fn what_others_have_on_what_is_destroyed_is_said() {
    let manifest = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n\
                    targets:\n  a: { mode: development }\n  b: { mode: development }\n";
    let resources = "catalogs:\n  main: { name: shop, targets: [a] }\n\
         schemas:\n  bronze: { catalog_name: shop, name: bronze, targets: [a] }\n\
         pipelines:\n  ones: { name: ones, catalog: shop, schema: bronze, serverless: true, sql: [sql], targets: [a] }\n\
         grants:\n  of_a: { securable_type: schema, securable: shop.bronze, targets: [a], privileges: { mine: [USE_SCHEMA] } }\n  \
         of_b: { securable_type: schema, securable: Shop.bronze, targets: [b], privileges: { theirs: [USE_SCHEMA], ours: [USE_SCHEMA] } }\n  \
         ones_a: { securable_type: table, securable: shop.bronze.ones, targets: [a], privileges: { mine: [SELECT] } }\n  \
         ones_b: { securable_type: table, securable: shop.bronze.ones, targets: [b], privileges: { theirs: [SELECT] } }\n";
    let ones = ("sql/ones.sql", "CREATE MATERIALIZED VIEW ones AS SELECT 1 AS one\n");
    let project = TestProject::new(&[("lakesmith.yml", manifest), (RESOURCE_FILE, resources), ones]);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    let world = World { project, served, machine };
    for target in ["a", "b"] {
        let run = world.deploy(target);
        assert_eq!(run.code, Some(0), "{run}");
    }
    let gone = world.machine.run(&["destroy", "-t", "a", "--yes"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    let notes: Vec<&str> = gone.stdout.lines().filter_map(|line| line.trim().strip_prefix("note: target ")).collect();
    assert_eq!(
        notes,
        [
            "`b` has grants for `theirs` on the table `shop.bronze.ones`, which go with it",
            "`b` has grants for `theirs`, `ours` on it, which go with it",
        ],
        "{gone}"
    );
}

/// docs/state.md: what one deployment made, no other takes over, not by hand either.
#[test]
fn what_another_target_has_is_neither_bound_nor_imported() {
    let world = world(DEVELOPED);
    let deployed = world.deploy("dev");
    assert_eq!(deployed.code, Some(0), "{deployed}");
    let jobs = world.served.call("GET", "/api/2.2/jobs/list?limit=100", None);
    let id = jobs["jobs"][0]["job_id"].to_string();
    let before = world.machine.project.files("jobs");
    for command in [&["bind", "job.nightly", &id][..], &["import", "job", &id, "--key", "other"]] {
        let refused = world.machine.run(&[command, &["-t", "prod"]].concat());
        assert_eq!(refused.code, Some(2), "{refused}");
        assert!(refused.stderr.contains("belongs to target `dev`, as `job.nightly`"), "{refused}");
        assert!(refused.stderr.contains("lakesmith unbind job.nightly -t dev --solution shop"), "{refused}");
    }
    assert_eq!(world.machine.project.files("jobs"), before);
    assert_eq!(world.plan("dev").values().filter(|step| step["action"] != "none").count(), 0);
    // Let go of there, it may be had here.
    assert_eq!(world.machine.run(&["unbind", "job.nightly", "-t", "dev", "--solution", "shop"]).code, Some(0));
    let bound = world.machine.run(&["bind", "job.nightly", &id, "-t", "prod"]);
    assert_ne!(bound.code, Some(2), "{bound}");
}
