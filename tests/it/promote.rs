//! Promotion: the very bytes that one target proved, or a refusal that names what lacks and the command that does it.

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, board, shop};
use crate::support::{Machine, Run, Served, TestProject, held_up};

const VERIFY: [&str; 3] = ["verify", "-t", "dev"];
const DEPLOY: [&str; 4] = ["deploy", "-t", "dev", "--yes"];
const PROMOTE: [&str; 6] = ["promote", "--from", "dev", "--to", "prod", "--yes"];

const TARGETS: &str = "targets:\n  dev: { mode: development }\n  prod: { mode: production, run_as: { user: me@localhost } }\n\
                       variables:\n  limit: { type: integer, default: 10 }\n";

/// A shop whose two targets have catalogs of their own, with a job, a dashboard, and a test of SQL.
fn project() -> TestProject {
    let project = shop();
    project.write("lakesmith.yml", &format!(
        "name: shop\nsolutions:\n  shop: {{ title: Shop, catalog: shop, schemas: {{ bronze: bronze, gold: gold }} }}\n{TARGETS}"
    ));
    project.write(
        "jobs/where.yml",
        "catalogs:\n  main: { name: shop }\n\
         schemas:\n  bronze: { catalog_name: shop, name: bronze }\n  gold: { catalog_name: shop, name: gold }\n\
         volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing, volume_type: MANAGED }\n\
         pipelines:\n  main:\n    name: shop\n    catalog: shop\n    schema: bronze\n    serverless: true\n    sql: [sql]\n\
         jobs:\n  daily:\n    name: daily\n    tasks:\n      - task_key: load\n        pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n",
    );
    project.write(
        "sql/gold/pens.sql",
        "CREATE OR REFRESH MATERIALIZED VIEW shop.gold.pens AS SELECT id FROM shop.bronze.orders WHERE what = 'pen'\n",
    );
    project.write("dashboards/pens.lvdash.json", &board("SELECT id FROM shop.gold.pens", "id"));
    project.write(
        "sql/tests/pens.yml",
        "cases:\n  - name: only pens\n    model: gold.pens\n    given:\n      bronze.orders: [{id: 1, what: pen}, {id: 2, what: ink}]\n    expect: [{id: 1}]\n",
    );
    project
}

/// dev is a workspace of its own; prod is one that another project serves, as in life.
struct World {
    dev: Served,
    prod: Served,
    /// What serves prod; its volume is there.
    _there: TestProject,
    project: TestProject,
    machine: Machine,
}

impl World {
    fn new() -> Self {
        let project = project();
        let there = shop();
        let (dev, prod) = (Served::of(&project), Served::of(&there));
        let machine = dev.machine(&project, "ci");
        // Each target has its workspace by a profile.
        let config = format!(
            "[DEV]\nhost = {}\ntoken = {}\n[PROD]\nhost = {}\ntoken = {}\n",
            dev.host, dev.token, prod.host, prod.token
        );
        std::fs::write(machine.project.home().join(".databrickscfg"), config).unwrap();
        for (target, profile) in [("mode: development", "DEV"), ("mode: production", "PROD")] {
            machine.project.edit("lakesmith.yml", target, &format!("{target}, profile: {profile}"));
        }
        Self { dev, prod, _there: there, project, machine }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        // Only the profiles say where the workspaces are.
        self.machine.project.run_live(arguments)
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{run}");
        run.stdout
    }

    /// The promotion is refused, and nothing of it reaches prod.
    #[track_caller]
    fn refused(&self, arguments: &[&str], told: &[&str]) {
        let before = self.prod.inventory();
        let run = self.run(arguments);
        assert_eq!(run.code, Some(2), "{run}");
        for told in told {
            assert!(run.stderr.contains(told), "`{told}`: {run}");
        }
        assert_eq!(self.prod.inventory(), before);
    }
}

/// What lies in prod's folder of deployed files, by path.
fn files(served: &Served, folder: &str) -> Vec<(String, Value)> {
    let listed = served.call("GET", &format!("/api/2.0/workspace/list?path={folder}"), None);
    let mut found = Vec::new();
    for object in listed["objects"].as_array().into_iter().flatten() {
        let path = object["path"].as_str().unwrap();
        if object["object_type"] == "DIRECTORY" {
            found.extend(files(served, path));
        } else {
            let content = served.call("GET", &format!("/api/2.0/workspace/export?path={path}&format=AUTO"), None);
            found.push((path.to_string(), content["content"].clone()));
        }
    }
    found
}

/// Issue 4: "promotion of the very bytes that dev proved".
#[test]
fn prod_gets_the_bytes_that_dev_proved_whatever_the_checkout_has_become() {
    let world = World::new();
    world.done(&DEPLOY);
    let verified = world.run(&[&VERIFY[..], &["--format", "json"]].concat()).json(0);
    let checks = verified["solutions"][0]["checks"].as_array().unwrap();
    let kinds: Vec<&str> = checks.iter().map(|check| check["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["test", "drift", "pipeline", "dashboard"], "{verified}");
    assert!(checks.iter().all(|check| check["outcome"] == "passed"), "{verified}");
    // What the release comes to for prod, before the checkout becomes something else.
    let proved = world.machine.project.read("sql/gold/pens.sql");
    let diff = world.run(&["diff", "--from", "dev", "--to", "prod", "--format", "json"]).json(0);
    assert_eq!(diff["solutions"][0]["undeclared"], json!([]), "{diff}");
    let settings: Vec<&Value> =
        diff["solutions"][0]["declared"].as_array().unwrap().iter().map(|declared| &declared["setting"]).collect();
    assert_eq!(settings, ["mode", "profile", "run_as"]);
    assert_eq!(diff["solutions"][0]["runs"], Value::Null);
    world.machine.project.write("sql/gold/pens.sql", &proved.replace("'pen'", "'ink'"));
    world.machine.project.write("jobs/more.yml", "schemas:\n  more: { catalog_name: shop, name: more }\n");
    let promoted = world.run(&[&PROMOTE[..], &["--format", "json"]].concat()).json(0);
    let digest = verified["solutions"][0]["release"].as_str().unwrap();
    assert_eq!(promoted["deployments"][0]["release"], digest);
    let there = files(&world.prod, "/Workspace/Shared/.lakesmith/shop/shop/prod/files");
    let (_, content) = there.iter().find(|(path, _)| path.ends_with("sql/gold/pens.sql")).unwrap();
    let sent = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, content.as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(sent).unwrap(), proved);
    let inventory = world.prod.inventory();
    assert!(!inventory["schemas"].contains(&"shop.more".to_string()), "{inventory:?}");
    // Names of development copies stay in dev.
    assert_eq!(inventory["pipelines"], ["shop"]);
    let history = world.run(&["history", "-t", "prod", "--format", "json"]).json(0);
    let entry = &history["solutions"][0]["deployments"][0];
    assert_eq!((&entry["how"], &entry["from"]), (&json!("promote"), &json!({ "target": "dev", "serial": 1 })));
    assert_eq!(entry["release"], digest);
    // Once more changes nothing.
    let again = world.run(&[&PROMOTE[..], &["--format", "json"]].concat()).json(0);
    assert_eq!((&again["deployments"][0]["changes"], &again["deployments"][0]["history"]), (&json!([]), &json!(1)));
    let diff = world.done(&["diff", "--from", "dev", "--to", "prod"]);
    assert!(
        diff.contains("prod runs this release (deployment 1)")
            && diff.ends_with("shop/shop on prod: nothing to change\n"),
        "{diff}"
    );
    // Dev's own data is dev's.
    assert!(world.project.root().join(VOLUME).join("orders/first.csv").exists());
    assert!(!world.dev.inventory()["pipelines"].contains(&"shop".to_string()));
}

/// Design 5: every condition by its name, with the command that meets it.
#[test]
fn what_is_not_proved_is_not_promoted() {
    let world = World::new();
    world.refused(&PROMOTE, &["no release was ever deployed to `dev`", "`lakesmith deploy -t dev`"]);
    world.done(&DEPLOY);
    world.refused(&PROMOTE, &["the release that `dev` runs was not verified there", "hint: `lakesmith verify -t dev`"]);
    world.done(&VERIFY);
    // Deployed again: what was verified is something else.
    world.machine.project.edit("sql/gold/pens.sql", "SELECT id", "SELECT DISTINCT id");
    world.done(&DEPLOY);
    world.refused(&PROMOTE, &["the last verification on `dev` is older than what is deployed there"]);
    // A verification that fails.
    world.machine.project.edit("sql/tests/pens.yml", "expect: [{id: 1}]", "expect: [{id: 3}]");
    world.done(&DEPLOY);
    let failed = world.run(&VERIFY);
    assert_eq!(failed.code, Some(1), "{failed}");
    assert!(failed.stdout.contains("failed  test shop/pens/only pens"), "{failed}");
    world.refused(&PROMOTE, &["the verification on `dev` failed: test shop/pens/only pens"]);
    world.machine.project.edit("sql/tests/pens.yml", "expect: [{id: 3}]", "expect: [{id: 1}]");
    world.done(&DEPLOY);
    world.done(&VERIFY);
    // A part that was deployed since.
    world.machine.project.edit("jobs/where.yml", "name: gold }", "name: gold, comment: shiny }");
    world.done(&[&DEPLOY[..], &["--select", "schema:*"]].concat());
    world.refused(&PROMOTE, &["`dev` is not as its last deployment (history 4) left it"]);
    let unverifiable = world.run(&VERIFY);
    assert!(
        unverifiable.code == Some(2) && unverifiable.stderr.contains("is not as its last deployment"),
        "{unverifiable}"
    );
    // Values of variables that were given then and are not now, and the other way around.
    world.done(&[&DEPLOY[..], &["--var", "limit=11"]].concat());
    world.done(&VERIFY);
    world.refused(&PROMOTE, &["other values of variables: `limit` was 11", "`--var limit=11`"]);
    world.refused(&[&PROMOTE[..], &["--var", "limit=12"]].concat(), &["`limit` was 11"]);
    world.done(&DEPLOY);
    world.done(&VERIFY);
    world.refused(&[&PROMOTE[..], &["--var", "limit=11"]].concat(), &["`limit` was not given"]);
    // The target's name says what no target declares.
    for asked in ["target.name == 'prod'", "target.mode == 'production'"] {
        let before = world.machine.project.read("jobs/where.yml");
        let name = format!("    name: \"{{% if {asked} %}}nightly{{% else %}}daily{{% endif %}}\"");
        world.machine.project.edit("jobs/where.yml", "    name: daily", &name);
        world.done(&DEPLOY);
        world.done(&VERIFY);
        world.refused(&PROMOTE, &["differ in more than what targets declare: job.daily name", "lakesmith diff"]);
        let diff = world.run(&["diff", "--from", "dev", "--to", "prod"]);
        assert_eq!(diff.code, Some(1), "{diff}");
        assert!(diff.stdout.contains("not declared: job.daily name:"), "{diff}");
        world.machine.project.write("jobs/where.yml", &before);
    }
    // A resource that says for which targets it is declares it.
    world.machine.project.edit("jobs/where.yml", "    name: daily", "    name: daily\n    targets: [dev]");
    world.done(&DEPLOY);
    world.done(&VERIFY);
    world.done(&PROMOTE);
    assert_eq!(world.prod.inventory()["jobs"], Vec::<String>::new());
    for (arguments, told) in [
        (["promote", "--from", "dev", "--to", "dev"], "to itself"),
        (["promote", "--from", "dev", "--to", "elsewhere"], "elsewhere"),
        (["diff", "--from", "dev", "--to", "elsewhere"], "elsewhere"),
    ] {
        let run = world.run(&arguments);
        assert!(run.code == Some(2) && run.stderr.contains(told), "{run}");
    }
}

/// Design 3: "`production` refuses unpinned `run_as`, dirty git".
#[test]
fn production_is_deployed_from_what_is_committed_and_says_as_whom_it_runs() {
    let world = World::new();
    let project = &world.machine.project;
    project.edit("lakesmith.yml", ", run_as: { user: me@localhost }", "");
    let deploy = ["deploy", "-t", "prod", "--yes"];
    world.refused(&deploy, &["the target `prod` does not say as whom its jobs run", "set `targets.prod.run_as`"]);
    project.edit("lakesmith.yml", "profile: PROD", "profile: PROD, run_as: { user: me@localhost }");
    project.git(&["init", "-q"]);
    project.git(&["remote", "add", "origin", "https://ann:ghp_planted@example.test/shop.git"]);
    project.git(&["add", "."]);
    project.git(&["commit", "-q", "-m", "first"]);
    project.write("sql/gold/inks.sql", "CREATE OR REFRESH MATERIALIZED VIEW shop.gold.inks AS SELECT 1 AS one\n");
    world.refused(&deploy, &["the checkout is not as it was committed: sql/gold/inks.sql", "commit or stash"]);
    // What the repository ignores and the project reads is in no commit either.
    project.write(".gitignore", "inks.sql\n");
    project.git(&["add", ".gitignore"]);
    project.git(&["commit", "-q", "-m", "ignored"]);
    world.refused(&deploy, &["the checkout is not as it was committed: sql/gold/inks.sql"]);
    project.write(".gitignore", "*.tmp\n");
    project.write("sql/gold/editor.tmp", "nothing of the project");
    project.git(&["add", ".gitignore"]);
    project.git(&["commit", "-q", "-m", "not ignored"]);
    // A promotion does not look at the checkout, but at what the release was deployed from.
    world.done(&DEPLOY);
    // Whoever deploys from what is committed has to verify that: the other hint is not needed.
    world.refused(
        &PROMOTE,
        &[
            "the release that `dev` runs was not verified there; the release was deployed to `dev` from a checkout that was \
             not as it was committed\n",
            "\n  hint: commit, `lakesmith deploy -t dev`, then `lakesmith verify -t dev`\n",
        ],
    );
    world.done(&VERIFY);
    world.refused(&PROMOTE, &["the release was deployed to `dev` from a checkout that was not as it was committed"]);
    project.git(&["add", "."]);
    project.git(&["commit", "-q", "-m", "second"]);
    project.write("notes.txt", "nothing of the project");
    world.done(&DEPLOY);
    let history = world.run(&["history", "-t", "dev", "--format", "json"]).json(0);
    let deployments = history["solutions"][0]["deployments"].as_array().unwrap();
    assert_eq!(
        deployments.len(),
        2,
        "a release from a commit is another deployment than from a dirty checkout: {history}"
    );
    assert_eq!(deployments[0]["git"]["dirty"], false);
    assert_eq!(deployments[0]["git"]["remote"], "https://example.test/shop.git");
    assert_eq!(deployments[0]["release"], deployments[1]["release"]);
    world.done(&VERIFY);
    project.write("sql/gold/inks.sql", "SELECT nothing at all");
    world.done(&PROMOTE);
    let text = world.done(&["history", "-t", "prod"]);
    assert!(text.contains("promoted from dev (2)") && !text.contains("planted"), "{text}");
}

/// Issue 4: "diff --from dev --to prod": before anybody asks for it, the very plan of the promotion, with its risks.
#[test]
fn diff_shows_the_plan_that_promote_shows() {
    let world = World::new();
    world.done(&DEPLOY);
    world.done(&VERIFY);
    world.done(&PROMOTE);
    let orders = "sql/bronze/orders.sql";
    world.machine.project.edit(orders, "STREAMING TABLE orders AS", "STREAMING TABLE orders CLUSTER BY (id) AS");
    world.machine.project.edit("jobs/where.yml", "    name: daily", "    name: daily\n    timeout_seconds: 600");
    // Somebody changed prod, which no release tells.
    let jobs = world.prod.call("GET", "/api/2.2/jobs/list", None);
    let renamed = json!({ "job_id": jobs["jobs"][0]["job_id"], "new_settings": { "name": "by hand" } });
    world.prod.call("POST", "/api/2.2/jobs/update", Some(&renamed));
    world.done(&[&DEPLOY[..], &["--allow", "rebuild"]].concat());
    world.done(&VERIFY);
    let before = world.prod.inventory();
    let diff = world.done(&["diff", "--from", "dev", "--to", "prod"]);
    let refused = world.run(&PROMOTE);
    assert!(refused.code == Some(2) && refused.stderr.contains("--allow rebuild"), "{refused}");
    assert_eq!(diff, refused.stdout);
    assert_eq!(world.prod.inventory(), before);
    let changes: Vec<&str> = diff.lines().filter(|line| line.starts_with("  ~") || line.starts_with("  +")).collect();
    assert_eq!(
        changes,
        [
            "  ~ update workspace_file.sql/bronze/orders.sql [rebuild]: it changes in the project",
            "  ~ update job.daily: it changes in the project",
        ],
        "{diff}"
    );
    assert!(diff.contains("      name: \"by hand\" stays (the project says \"daily\")\n"), "{diff}");
    assert!(diff.contains("shop/shop on prod: 2 to update, "), "{diff}");
    let json = world.run(&["diff", "--from", "dev", "--to", "prod", "--format", "json"]).json(0);
    let steps = json["solutions"][0]["plan"]["steps"].as_array().unwrap().iter();
    let risks: Vec<_> =
        steps.filter(|step| step["action"] != "none").map(|step| (&step["key"], &step["risk"])).collect();
    let (file, job) = (json!("workspace_file.sql/bronze/orders.sql"), json!("job.daily"));
    assert_eq!(risks, [(&file, &json!("rebuild")), (&job, &json!("safe"))]);
    // What templates make of the target's name is shown line by line, too.
    let place = "id, {% if target.name == 'prod' %}'far'{% else %}'near'{% endif %} AS place FROM";
    world.machine.project.edit("sql/gold/pens.sql", "id FROM", place);
    world.done(&DEPLOY);
    let undeclared = world.run(&["diff", "--from", "dev", "--to", "prod"]);
    assert_eq!(undeclared.code, Some(1), "{undeclared}");
    let told = "  not declared: workspace_file.sql/gold/pens.sql content:\n        @@ -1,1 +1,1 @@\n        -";
    assert!(undeclared.stdout.contains(told), "{undeclared}");
    let lines: Vec<&str> = undeclared.stdout.lines().filter(|line| line.contains(" AS place FROM")).collect();
    assert!(lines[0].contains("'near'") && lines[1].contains("'far'"), "{undeclared}");
}

/// A promotion that dies is taken up by the same command.
#[test]
fn a_promotion_that_was_killed_converges() {
    let world = World::new();
    world.done(&DEPLOY);
    world.done(&VERIFY);
    let mut killed = 0;
    for (at, side) in [(9, "before"), (16, "after"), (25, "before"), (33, "after"), (41, "before")] {
        world.prod.fault(&held_up(at, side));
        let mut child = world.machine.project.spawn_live(&PROMOTE);
        killed += usize::from(world.prod.kill_held(&mut child));
        world.prod.clear_faults();
    }
    assert!(killed >= 3, "{killed}");
    world.done(&PROMOTE);
    let inventory = world.prod.inventory();
    assert_eq!((inventory["jobs"].len(), inventory["pipelines"].len(), inventory["dashboards"].len()), (1, 1, 1));
    let history = world.run(&["history", "-t", "prod", "--format", "json"]).json(0);
    assert_eq!(history["solutions"][0]["deployments"].as_array().unwrap().len(), 1, "{history}");
    world.done(&["promote", "--from", "dev", "--to", "prod", "--yes"]);
}

/// What no kept deployment needs goes away; the rest can be deployed.
#[test]
fn old_releases_are_pruned() {
    let world = World::new();
    for comment in ["one", "two", "three", "four"] {
        let text = world.machine.project.read("sql/gold/pens.sql");
        world.machine.project.write("sql/gold/pens.sql", &format!("-- {comment}\n{text}"));
        world.done(&DEPLOY);
    }
    let folder = "/Workspace/Users/me@localhost/.lakesmith/shop/shop/dev/releases";
    assert_eq!(files(&world.dev, folder).len(), 8);
    let pruned = world.run(&["state", "prune", "--keep", "2", "-t", "dev", "--format", "json"]).json(0);
    assert_eq!(pruned["solutions"], json!([{ "solution": "shop", "deployments": 2, "releases": 2 }]));
    assert_eq!(files(&world.dev, folder).len(), 4);
    let history = world.run(&["history", "-t", "dev", "--format", "json"]).json(0);
    let short = |at: usize| -> String {
        let digest = history["solutions"][0]["deployments"][at]["release"].as_str().unwrap();
        digest.chars().take(12).collect()
    };
    let gone = "deployments 1 to 2 were removed by `state prune`";
    let kept = format!("`--to` takes what is kept: 4 ({}), 3 ({})", short(0), short(1));
    for (to, told) in [
        ("1", format!("error: shop on dev cannot go back to deployment 1: {gone}\n  hint: {kept}\n")),
        (
            "abcdef0",
            format!("error: no deployment of shop to dev that is kept has `abcdef0`: {gone}\n  hint: {kept}\n"),
        ),
        ("9", "error: shop was never deployed to dev as `9`\n".to_string()),
    ] {
        let missing = world.run(&["rollback", "-t", "dev", "--yes", "--to", to]);
        assert_eq!(missing.code, Some(2), "{missing}");
        assert!(missing.stderr.starts_with(&told), "{told}: {missing}");
    }
    world.done(&["rollback", "-t", "dev", "--yes"]);
    assert_eq!(world.run(&["state", "prune", "--keep", "0", "-t", "dev"]).code, Some(2));
    let history = world.done(&["history", "-t", "dev"]);
    assert!(history.contains("rollback to 3"), "{history}");
    // The last one alone has nothing before it, and that is not because nothing was ever deployed.
    world.done(&["state", "prune", "--keep", "1", "-t", "dev"]);
    let none = world.run(&["rollback", "-t", "dev", "--yes"]);
    let told = "there is no earlier release: deployments 1 to 4 were removed by `state prune`";
    assert!(none.code == Some(2) && none.stderr.contains(told), "{none}");
}
