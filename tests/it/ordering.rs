//! What waits for what, and what a part of a plan takes along.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Machine, RESOURCE_FILE, Served, TestProject, everything};

const TARGETS: &str = "  far: { mode: production, run_as: { user: me@localhost } }\n";

struct World {
    _project: TestProject,
    served: Served,
    machine: Machine,
}

impl World {
    /// With grants on a table that is masked and filtered.
    fn new() -> Self {
        let project = everything(TARGETS);
        let resources = project.read(RESOURCE_FILE);
        let more =
            "  orders: { securable_type: table, securable: shop.bronze.orders, privileges: { analysts: [SELECT] } }\n";
        project.write(RESOURCE_FILE, &resources.replace("dashboards:\n", &format!("{more}dashboards:\n")));
        let served = Served::of(&project);
        let machine = served.machine(&project, "runner");
        Self { _project: project, served, machine }
    }

    fn steps(&self, options: &[&str]) -> BTreeMap<String, Value> {
        let plan = self.machine.run(&[&["plan", "-t", "far", "--format", "json"], options].concat()).json(0);
        let steps = plan["plans"][0]["steps"].as_array().unwrap().clone();
        steps.into_iter().map(|step| (step["key"].as_str().unwrap().to_string(), step)).collect()
    }

    /// The keys of what changes.
    fn changes(&self, options: &[&str]) -> Vec<String> {
        let changes = self.steps(options).into_iter().filter(|(_, step)| step["action"] != "none");
        changes.map(|(key, _)| key).collect()
    }

    fn deploy(&self, options: &[&str]) {
        let run = self.machine.run(&[&["deploy", "-t", "far", "--yes"], options].concat());
        assert_eq!(run.code, Some(0), "{run}");
    }

    fn table(&self) -> Value {
        self.served.call("GET", "/api/2.1/unity-catalog/tables/shop.bronze.orders", None)
    }
}

fn after(steps: &BTreeMap<String, Value>, key: &str) -> Vec<String> {
    let step = steps.get(key).unwrap_or_else(|| panic!("{key} is not in {:?}", steps.keys()));
    step["after"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_string()).collect()
}

/// Issue 4: "first deploy to an empty workspace succeeds in one command": a pipeline runs as somebody who has what the
/// project gives, and nobody reads a table before its mask and its row filter are on it.
#[test]
fn privileges_come_before_the_run_that_needs_them_and_after_what_guards_a_table() {
    let world = World::new();
    let steps = world.steps(&[]);
    let run = after(&steps, "pipeline_update.totals");
    for grants in ["grants.catalog.shop", "grants.schema.shop.bronze", "grants.table.shop.bronze.orders"] {
        assert!(run.contains(&grants.to_string()), "{grants}: {run:?}");
    }
    let totals = after(&steps, "grants.table.shop.bronze.totals");
    assert!(totals.contains(&"pipeline_update.totals".to_string()), "{totals:?}");
    let orders = after(&steps, "grants.table.shop.bronze.orders");
    for guard in ["mask.shop.bronze.orders.what", "row_filter.shop.bronze.orders"] {
        assert!(orders.contains(&guard.to_string()), "{guard}: {orders:?}");
    }
    world.deploy(&[]);
}

/// workspace-api.md §5, 25: "partial deploy pulls deps+grants". A part of a plan that made a table without what hides a
/// part of it, or something anew without what lies in it, would be none.
#[test]
fn a_part_takes_along_what_is_on_it_and_what_goes_with_it() {
    let world = World::new();
    let table = ["catalog.main", "function.shop.bronze.hide", "function.shop.bronze.seen", "grants.catalog.shop"];
    let table = [&table[..], &["grants.schema.shop.bronze", "grants.table.shop.bronze.orders"]].concat();
    let guards = ["mask.shop.bronze.orders.what", "row_filter.shop.bronze.orders", "schema.bronze"];
    let table = [table, guards.to_vec(), vec!["table.shop.bronze.orders", "tags.table.shop.bronze.orders"]].concat();
    assert_eq!(world.changes(&["--select", "table:*"]), table);
    world.deploy(&["--select", "table:*"]);
    assert!(world.table()["row_filter"].is_object(), "{:#}", world.table());
    assert!(world.table()["columns"][0]["mask"].is_object(), "{:#}", world.table());
    let job = world.changes(&["--select", "job:nightly"]);
    assert!(job.contains(&"permissions.job.nightly".to_string()), "{job:?}");
    world.deploy(&[]);
    // Made anew, it gets back what hides a part of it.
    let sql = "sql/setup/orders.sql";
    let text = world.machine.project.read(sql).replace("what STRING, amount INT", "what STRING, amount BIGINT");
    world.machine.project.write(sql, &text);
    let steps = world.steps(&["--select", "table:*"]);
    assert_eq!(steps["table.shop.bronze.orders"]["action"], "recreate");
    world.deploy(&["--select", "table:*", "--allow", "destructive,security"]);
    assert!(world.table()["row_filter"].is_object(), "{:#}", world.table());
    assert!(world.table()["columns"][0]["mask"].is_object(), "{:#}", world.table());
    // Of what goes with a container that is made anew, all is in the plan.
    let all = world.machine.project.read("lakesmith.yml").replace("catalog: shop", "catalog: store");
    world.machine.project.write("lakesmith.yml", &all);
    for file in [RESOURCE_FILE, sql, "sql/setup/view.sql", "sql/governance/hide.sql", "sql/governance/guards.sql"] {
        let text = world.machine.project.read(file);
        let text = text.replace("shop.bronze", "store.bronze").replace("catalog_name: shop", "catalog_name: store");
        let text = text
            .replace("main: { name: shop }", "main: { name: store }")
            .replace("securable: shop,", "securable: store,");
        world.machine.project.write(file, &text.replace("catalog: shop", "catalog: store"));
    }
    for file in ["sql/totals/totals.sql", "dashboards/board.lvdash.json", "genie/ask.geniespace.json"] {
        world.machine.project.write(file, &world.machine.project.read(file).replace("shop.bronze", "store.bronze"));
    }
    let part = world.steps(&["--select", "catalog:*"]);
    assert_eq!(part["catalog.main"]["action"], "recreate", "{part:#?}");
    for inside in ["schema.bronze", "volume.landing", "registered_model.churn"] {
        assert_eq!(part[inside]["action"], "create", "{inside}: {:?}", part.keys());
    }
}

/// What is deleted in the workspace is made again in the order of what needs it, also through what has not changed.
#[test]
fn what_has_not_changed_hands_on_what_it_waits_for() {
    let world = World::new();
    world.deploy(&[]);
    world.served.call("DELETE", "/api/2.1/unity-catalog/schemas/shop.bronze?force=true", None);
    // The tables that the pipeline makes read the table, and the pipeline itself is as it was.
    assert_eq!(world.steps(&[])["pipeline.totals"]["action"], "none");
    world.deploy(&["--allow", "security"]);
    assert_eq!(world.changes(&[]), Vec::<String>::new());
}

/// A job that somebody deleted takes its permissions with it, and stops nothing.
#[test]
fn permissions_of_a_job_that_was_deleted_are_gone_with_it() {
    let world = World::new();
    world.deploy(&[]);
    let jobs = world.served.call("GET", "/api/2.2/jobs/list?limit=100", None);
    let id = jobs["jobs"][0]["job_id"].clone();
    world.served.call("POST", "/api/2.2/jobs/delete", Some(&json!({ "job_id": id })));
    let drift = world.machine.run(&["drift", "-t", "far"]);
    assert_eq!(drift.code, Some(3), "{drift}");
    assert!(drift.stdout.contains("job.nightly"), "{drift}");
    let destroyed = world.machine.run(&["destroy", "-t", "far", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
}

/// A name that is there only once goes from one to the other in one deployment; two that change names cannot.
#[test]
fn a_name_is_given_on_when_it_was_let_go() {
    let world = World::new();
    let write = |first: &str, second: &str| {
        let one =
            |key: &str, name: &str| format!("  {key}: {{ name: {name}, cluster_size: Small, auto_stop_mins: 15 }}\n");
        let text = format!("sql_warehouses:\n{}{}", one("first", first), one("second", second));
        world.machine.project.write("jobs/warehouses.yml", &text);
    };
    let names = || {
        let all = world.served.call("GET", "/api/2.0/sql/warehouses", None);
        let all = all["warehouses"].as_array().unwrap().clone();
        let mut names: Vec<String> = all.iter().map(|one| one["name"].as_str().unwrap().to_string()).collect();
        names.retain(|name| ["Ash", "Birch", "Cedar"].contains(&name.as_str()));
        names.sort();
        names
    };
    write("Ash", "Birch");
    world.deploy(&[]);
    write("Birch", "Cedar");
    world.deploy(&[]);
    assert_eq!(names(), ["Birch", "Cedar"]);
    write("Cedar", "Birch");
    let refused = world.machine.run(&["deploy", "-t", "far", "--yes"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("give one of them a name of its own first"), "{refused}");
    assert_eq!(names(), ["Birch", "Cedar"]);
    write("Ash", "Birch");
    world.deploy(&[]);
    write("Cedar", "Birch");
    world.deploy(&[]);
    assert_eq!(names(), ["Birch", "Cedar"]);
}
