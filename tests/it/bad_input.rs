//! What people get wrong, and what happens to them: too large, too long, in other alphabets, forbidden, deleted, edited.
//! Each is told with its place or its way out; nothing panics and nothing is lost.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::fake::Fake;
use crate::support::shop::{board, shop};
use crate::support::{Machine, RESOURCE_FILE, Run, Served, TestProject, everything};

const TARGETS: &str = "  far: { mode: development }\n";
const DEPLOY: [&str; 6] = ["deploy", "-t", "far", "--yes", "--allow", "security"];

fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
}

fn unchanged(machine: &Machine) {
    done(&machine.run(&["plan", "-t", "far", "--detailed-exitcode"]));
}

/// 10 MiB, in lines that are comments of SQL and of Python alike.
const LARGEST: usize = 10 * 1024 * 1024;

fn comment(bytes: usize, sign: &str) -> String {
    let line = format!("{sign} {}\n", "x".repeat(100));
    let mut text = line.repeat(bytes / line.len() - 1);
    text.push_str(&format!("{sign}{}\n", "x".repeat(bytes - text.len() - sign.len() - 1)));
    text
}

/// "The content has a limit of 10 MB" (REST API, "Import a workspace object").
#[test]
fn a_file_that_the_workspace_would_refuse_is_an_error_before_anything_is_made() {
    let project = shop();
    let served = Served::of(&project);
    let query = project.read("sql/bronze/orders.sql");
    project.write("sql/bronze/orders.sql", &(comment(LARGEST + 1 - query.len(), "--") + &query));
    for command in [&["check", "-t", "local"][..], &["deploy", "-t", "local", "--yes"]] {
        let run = project.run_live(command);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        let told = "error[LS929]: the file has 10485761 bytes; the workspace takes at most 10485760";
        assert!(run.stderr.contains(told) && run.stderr.contains("--> sql/bronze/orders.sql:1"), "{}", run.stderr);
        assert!(run.stderr.contains("data belongs into a volume"), "{}", run.stderr);
    }
    assert_eq!(served.inventory()["catalogs"], ["main"]);
    // One byte less is taken.
    project.write("sql/bronze/orders.sql", &(comment(LARGEST - query.len(), "--") + &query));
    done(&project.run_live(&["deploy", "-t", "local", "--yes"]));
    done(&project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]));
}

/// A file that lies elsewhere is not one that does not exist.
#[test]
fn a_file_of_a_volume_that_lies_elsewhere_is_told_where_to_put_it() {
    let project = shop();
    project.write("data/x.csv", "a\n1\n");
    let files = |path: &str| {
        let files = format!("volume_type: MANAGED, files: [{{ source: {path}, path: x.csv }}] }}");
        let text = project.read("jobs/where.yml");
        let start = text.split(", volume_type").next().unwrap();
        let rest = text.split_once("pipelines:").unwrap().1;
        project.write("jobs/where.yml", &format!("{start}, {files}\npipelines:{rest}"));
        project.run(&["check"])
    };
    let elsewhere = files("data/x.csv");
    assert_eq!(elsewhere.code, Some(1), "{elsewhere}");
    for told in ["error[LS109]: `data/x.csv` is not below `jobs/`", "such as `jobs/files/x.csv`"] {
        assert!(elsewhere.stderr.contains(told), "{told}: {elsewhere}");
    }
    project.write("jobs/files/x.csv", "a\n1\n");
    assert_eq!(files("jobs/files/x.csv").code, Some(0));
    let absent = files("jobs/files/y.csv");
    assert!(absent.stderr.contains("the file `jobs/files/y.csv` does not exist in the project"), "{absent}");
}

/// "Files of up to 5 GB" (REST API, "Upload a file"): a volume takes what the workspace tree does not.
#[test]
fn a_volume_takes_larger_files() {
    let project = everything(TARGETS);
    project.write("jobs/orders.csv", &comment(LARGEST + 5, "x"));
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let landed = project.root().join(".lakesmith/local/volumes/shop/bronze/landing/orders.csv");
    assert_eq!(std::fs::metadata(landed).unwrap().len(), LARGEST as u64 + 5);
    unchanged(&machine);
}

/// Databricks documentation, "Names"; REST API, "Create a scope", "Create a warehouse", "Create a new job".
#[test]
fn names_over_the_services_limits_are_errors_where_they_stand() {
    let long = "n".repeat(256);
    let cases = [
        (format!("catalogs:\n  x: {{ name: {long} }}\n"), "is longer than 255 characters"),
        (format!("schemas:\n  x: {{ catalog_name: shop, name: {long} }}\n"), "is longer than 255 characters"),
        (
            format!("volumes:\n  x: {{ catalog_name: shop, schema_name: bronze, name: {long} }}\n"),
            "is longer than 255 characters",
        ),
        (
            format!("registered_models:\n  x: {{ catalog_name: shop, schema_name: bronze, name: {long} }}\n"),
            "is longer than 255 characters",
        ),
        (
            format!("secret_scopes:\n  x: {{ name: {} }}\n", "s".repeat(129)),
            "the name of a secret scope has at most 128 characters, this one 129",
        ),
        (
            format!("sql_warehouses:\n  x: {{ cluster_size: Small, name: {} }}\n", "w".repeat(100)),
            "the name of a SQL warehouse has less than 100 characters, this one 100",
        ),
        (
            format!("jobs:\n  x: {{ name: {}, tasks: [] }}\n", "j".repeat(4097)),
            "the name of a job has at most 4096 bytes, this one 4097",
        ),
        (
            "catalogs:\n  x: { name: two words }\n".to_string(),
            "contains ' ', which Unity Catalog object names must not contain",
        ),
    ];
    for (resources, told) in cases {
        let project = shop();
        project.write("jobs/x.yml", &resources);
        let run = project.run(&["check", "-t", "local"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("error[LS928]") && run.stderr.contains(told), "{told}: {run}");
        assert!(run.stderr.contains("--> jobs/x.yml:2:"), "{run}");
    }
    // The longest that they take are deployed.
    let project = shop();
    let resources = format!(
        "schemas:\n  x: {{ catalog_name: shop, name: {} }}\nsecret_scopes:\n  x: {{ name: {} }}\n\
         sql_warehouses:\n  x: {{ cluster_size: Small, name: {} }}\n",
        "n".repeat(255),
        "s".repeat(128),
        "w".repeat(99)
    );
    project.write("jobs/x.yml", &resources);
    done(&project.run_live(&["deploy", "-t", "local", "--yes"]));
    done(&project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]));
}

/// What counts is what is sent: the name alone, or with the name of whoever deploys before it.
#[test]
fn names_are_as_long_as_what_is_sent() {
    let manifest = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n\
         targets:\n  dev: { mode: development }\n  far: { mode: production, run_as: { user: me@localhost } }\n";
    let project = TestProject::new(&[("lakesmith.yml", manifest)]);
    let warehouse = |length: usize| {
        let text = format!("sql_warehouses:\n  x: {{ cluster_size: Small, name: {} }}\n", "w".repeat(length));
        project.write("jobs/x.yml", &text);
    };
    let served = Served::of(&project);
    let run = |arguments: &[&str]| served.machine(&project, "runner").run(arguments);
    // `[dev me] ` has 9 characters, and 99 is the most.
    for (length, target, told) in
        [(99, "far", None), (90, "dev", None), (91, "dev", Some("this one 100, with `[dev me] `"))]
    {
        warehouse(length);
        done(&run(&["check", "-t", target]));
        let deployed = run(&["deploy", "-t", target, "--yes"]);
        match told {
            None => done(&deployed),
            Some(told) => {
                assert_eq!(deployed.code, Some(1), "{deployed}");
                assert!(deployed.stderr.contains("error[LS928]") && deployed.stderr.contains(told), "{deployed}");
            }
        }
    }
    // Too long for anybody.
    warehouse(92);
    let refused = run(&["check", "-t", "dev"]);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(
        refused.stderr.contains("has less than 100 characters, this one 100 at least, with whose copy"),
        "{refused}"
    );
    done(&run(&["check", "-t", "far"]));
}

/// Names that people have: other alphabets, spaces, quotes, signs that mean something in SQL, YAML, URLs and shells.
#[test]
fn names_in_other_alphabets_and_with_spaces_live_a_whole_life() {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: größe\nsolutions:\n  shop: { title: \"Ein Laden — 店\", catalog: größe, schemas: { bronze: 青銅 } }\n\
             targets:\n  far: { mode: development }\n",
        ),
        (
            RESOURCE_FILE,
            "catalogs:\n  main: { name: größe, comment: \"50 % 'off' \\\"now\\\" — 日本\" }\n\
             schemas:\n  bronze: { catalog_name: größe, name: 青銅 }\n\
             volumes:\n  landing: { catalog_name: größe, schema_name: 青銅, name: 到着, files: [{ source: \"jobs/erste Datei.csv\", path: \"a b/erste Datei 日本.csv\" }] }\n\
             pipelines:\n  main: { name: \"Täglich & 'nächtlich' / #1?\", catalog: größe, schema: 青銅, serverless: true, sql: [sql/bronze] }\n\
             jobs:\n  nightly:\n    name: \"Nächtlich 100 % 日本 \\\"x\\\" [dev]\"\n    tasks: [{ task_key: load, pipeline_task: { pipeline_id: \"${pipeline.main.id}\" } }]\n\
             experiments:\n  churn: { name: \"Kündigung 日本 & mehr\" }\n\
             sql_warehouses:\n  reports: { name: \"Berichte 日本 100%\", cluster_size: Small }\n\
             grants:\n  bronze: { securable_type: schema, securable: größe.青銅, privileges: { \"Die Analysten 日本\": [USE_SCHEMA] } }\n\
             dashboards:\n  board: { display_name: \"Übersicht 日本 ?\", file: \"dashboards/Übersicht 日本.lvdash.json\" }\n",
        ),
        ("jobs/erste Datei.csv", "a\n1\n"),
        (
            "sql/bronze/größte Bestellungen 日本.sql",
            "CREATE MATERIALIZED VIEW `注文` COMMENT 'größe — 日本' AS SELECT 'ß' AS `größe der bestellung`\n",
        ),
        (
            "dashboards/Übersicht 日本.lvdash.json",
            &board("SELECT `größe der bestellung` FROM `größe`.`青銅`.`注文`", "größe der bestellung"),
        ),
    ]);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    unchanged(&machine);
    let rows = machine.run(&["query", "SELECT * FROM `größe`.`青銅`.`注文`", "-t", "far", "--format", "csv"]);
    assert_eq!(rows.success(), "größe der bestellung\nß\n");
    let inventory = served.inventory();
    assert_eq!(
        (&inventory["catalogs"][..], &inventory["volumes"][..]),
        (&["größe".to_string(), "main".to_string()][..], &["größe.青銅.到着".to_string()][..])
    );
    done(&machine.run(&["destroy", "-t", "far", "--yes"]));
    assert_eq!(served.inventory()["catalogs"], ["main"]);
}

/// Nobody may write where the state is: nothing is made, and the way out is told.
#[test]
fn a_read_only_folder_ends_the_run_before_anything_is_made() {
    let project = everything(TARGETS);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    let before = served.inventory();
    served.fault(&json!({ "path": "*", "readonly": "/Workspace/Users/me@localhost" }));
    let run = machine.run(&DEPLOY);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("PERMISSION_DENIED"), "{run}");
    assert!(run.stderr.contains("whoever deploys needs CAN_MANAGE on the folder of the target"), "{run}");
    assert_eq!(served.inventory(), before);
    served.clear_faults();
    done(&machine.run(&DEPLOY));
}

/// What it is, `~/.databrickscfg`, arguments, environment, what is said: what is wrong, where, and what to do.
type Mistake<'a> = (&'a str, &'a [u8], &'a [&'a str], &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn settings_of_the_connection_that_cannot_be_right_are_told_with_the_way_out() {
    let project = shop();
    let manifest = project.read("lakesmith.yml");
    project.write("lakesmith.yml", &format!("{manifest}targets:\n  far: {{ mode: development }}\n"));
    let fake = Fake::workspace();
    let file = project.home().join(".databrickscfg");
    let host = ("DATABRICKS_HOST", fake.address.as_str());
    let bare = fake.address.trim_start_matches("http://");
    let secret = format!("[DEV]\nhost = {}\ntoken canary-token\n", fake.address);
    let nowhere = format!("error: cannot reach https://{bare}\n");
    let dev = |lines: &str| format!("[DEV]\nhost = {}\n{lines}", fake.address);
    let late = dev("token = canary\nhttp_timeout_seconds = soon\n");
    let (calm, torn) = (dev("token = canary\n"), dev("token = canary\nskip_verify = maybe\n"));
    let (forced, magic) = (dev("auth_type = databricks-cli\n"), dev("auth_type = magic\n"));
    let unknown = "hint: correct the name (`-p`, DATABRICKS_CONFIG_PROFILE, `profile` of the target";
    let cases: [Mistake; 16] = [
        (
            "a file that is no text",
            b"[DEV]\nhost = \xff\xfe\n",
            &[],
            &[],
            &["error: [FOLDER]/home/.databrickscfg is not text\n", "hint: save it as UTF-8"],
        ),
        (
            "a section that is not closed",
            b"[DEV\nhost https://x.test\n",
            &["-p", "DEV"],
            &[],
            &[
                "error: [FOLDER]/home/.databrickscfg:1: the name of a section has no `]` at its end\n",
                "hint: write `[NAME]` in a line of its own\n",
            ],
        ),
        (
            "a section that is not closed above what is asked for",
            b"[OLD\nhost = https://x.test\n[DEV]\nhost = https://y.test\ntoken = canary\n",
            &["-p", "DEV"],
            &[],
            &["error: [FOLDER]/home/.databrickscfg:1: the name of a section has no `]` at its end\n"],
        ),
        (
            "a section without anything",
            b"[X]\nhost = https://x.test\n[DEV]\n",
            &["-p", "DEV"],
            &[],
            &[
                "error: there is nothing in the profile `DEV` of [FOLDER]/home/.databrickscfg\n",
                "hint: write `host = https://…` and a way to sign in below its name\n",
            ],
        ),
        (
            "a time that is none",
            late.as_bytes(),
            &["-p", "DEV"],
            &[],
            &[
                "error: `http_timeout_seconds` of [FOLDER]/home/.databrickscfg[DEV] must be a whole number, not below 0\n",
                "hint: correct it, or take it away",
            ],
        ),
        (
            "a rate that is none",
            calm.as_bytes(),
            &["-p", "DEV"],
            &[("DATABRICKS_RATE_LIMIT", "lots")],
            &["error: `rate_limit` of DATABRICKS_RATE_LIMIT must be a whole number, not below 0\n"],
        ),
        (
            "a switch that is neither on nor off",
            torn.as_bytes(),
            &["-p", "DEV"],
            &[],
            &["error: `skip_verify` of [FOLDER]/home/.databrickscfg[DEV] must be `true` or `false`\n"],
        ),
        (
            "the section of the settings as a profile",
            b"[__settings__]\ndefault_profile = DEV\n[DEV]\nhost = https://x.test\n",
            &["-p", "__settings__"],
            &[],
            &["error: `__settings__` is reserved and cannot be a profile\n", "hint: it holds settings"],
        ),
        (
            "a program that is not there",
            forced.as_bytes(),
            &["-p", "DEV"],
            &[],
            &[
                "error: cannot sign in with `databricks-cli`: the program `databricks` is not on PATH\n",
                "hint: give what it lacks, or another `auth_type` (DATABRICKS_AUTH_TYPE), or none",
            ],
        ),
        (
            "a way to sign in that is none",
            magic.as_bytes(),
            &["-p", "DEV"],
            &[],
            &["`magic` is no way to sign in", "hint: correct `auth_type` of the profile or DATABRICKS_AUTH_TYPE\n"],
        ),
        (
            "a line that is no setting",
            secret.as_bytes(),
            &["-p", "DEV"],
            &[],
            &[
                "error: no way to sign in to http://127.0.0.1:",
                "set DATABRICKS_TOKEN, ",
                "the profile `DEV` in [FOLDER]/home/.databrickscfg (whose line 3 says nothing",
                "run `lakesmith auth login`",
            ],
        ),
        (
            "an unknown profile",
            b"[DEV]\nhost = https://x.test\n",
            &["-p", "DEVV"],
            &[],
            &["error: the profile `DEVV` is not in [FOLDER]/home/.databrickscfg (it has DEV)\n", unknown],
        ),
        (
            "no file at all",
            b"",
            &["-p", "DEV"],
            &[],
            &[
                "no workspace host is known: set `host` in the target, DATABRICKS_HOST, or the profile `DEV` in \
                 [FOLDER]/home/.databrickscfg\n",
                "hint: to stay on this machine, without a workspace, add `-t local`\n",
            ],
        ),
        (
            "two ways to sign in",
            b"",
            &[],
            &[host, ("DATABRICKS_TOKEN", "t"), ("ARM_CLIENT_ID", "c")],
            &[
                "more than one authorization method configured: azure and pat\n",
                "hint: `lakesmith auth describe` shows where each value comes from",
                "DATABRICKS_AUTH_TYPE",
            ],
        ),
        (
            "a host without a scheme",
            b"",
            &[],
            &[("DATABRICKS_HOST", bare), ("DATABRICKS_TOKEN", "given")],
            &[
                &nowhere,
                "hint: what answers there seems not to speak TLS: if that is meant, write the host with `http://`",
            ],
        ),
        (
            "a host that is none",
            b"",
            &[],
            &[("DATABRICKS_HOST", "https://"), ("DATABRICKS_TOKEN", "given")],
            &["error: `https://` is not a workspace host\n", "hint: a host is written as "],
        ),
    ];
    for (what, config, arguments, environment, told) in cases {
        match config {
            b"" => drop(std::fs::remove_file(&file)),
            text => std::fs::write(&file, text).unwrap(),
        }
        let run = project.run_with(&[&["plan", "-t", "far"], arguments].concat(), environment);
        assert_eq!(run.code, Some(2), "{what}: {run}");
        assert!(run.stdout.is_empty() && run.stderr.starts_with("error: "), "{what}: {run}");
        assert!(!run.stderr.contains("canary"), "{what}: {run}");
        told.iter().for_each(|told| assert!(run.stderr.contains(told), "{what}: {told}: {run}"));
        // doctor and auth have other words around them, and never a way out that they refuse.
        let doctor = project.run_with(&[&["doctor", "-t", "far"], arguments].concat(), environment);
        let auth = project.run_with(&[&["auth", "token", "-t", "far"], arguments].concat(), environment);
        let described = project.run_with(&[&["auth", "describe", "-t", "far"], arguments].concat(), environment);
        for run in [&doctor, &auth, &described] {
            assert!(!run.to_string().contains("canary") && !run.to_string().contains("-t local"), "{what}: {run}");
        }
        assert_eq!(doctor.code, Some(1), "{what}: {doctor}");
        let hints = told.iter().filter_map(|told| Some(told.strip_prefix("hint: ")?.trim_end()));
        for hint in hints.filter(|hint| !hint.contains("-t local")) {
            assert!(doctor.stdout.contains(&format!("fix: {hint}")), "{what}: {hint}: {doctor}");
        }
        if told.len() > 1 && what != "a host without a scheme" {
            assert!(auth.code == Some(2) && auth.stderr.contains("hint: "), "{what}: {auth}");
        }
    }
}

/// How each kind is deleted by somebody else; `ID` stands for its id.
const DELETES: [(&str, &str, &str, &str); 13] = [
    ("registered_model.churn", "DELETE", "/api/2.1/unity-catalog/models/ID", ""),
    ("volume_file.landing/orders.csv", "DELETE", "/api/2.0/fs/filesID", ""),
    ("experiment.churn", "POST", "/api/2.0/mlflow/experiments/delete", "experiment_id"),
    ("sql_warehouse.reports", "DELETE", "/api/2.0/sql/warehouses/ID", ""),
    ("secret_scope.mail", "POST", "/api/2.0/secrets/scopes/delete", "scope"),
    ("workspace_file.sql/totals/totals.sql", "POST", "/api/2.0/workspace/delete", "path"),
    ("dashboard.board", "DELETE", "/api/2.0/lakeview/dashboards/ID", ""),
    ("genie_space.ask", "DELETE", "/api/2.0/genie/spaces/ID", ""),
    ("alert.many", "DELETE", "/api/2.0/alerts/ID", ""),
    ("job.nightly", "POST", "/api/2.2/jobs/delete", "job_id"),
    ("pipeline.totals", "DELETE", "/api/2.0/pipelines/ID", ""),
    ("view.shop.bronze.names", "DELETE", "/api/2.1/unity-catalog/tables/ID", ""),
    ("table.shop.bronze.orders", "DELETE", "/api/2.1/unity-catalog/tables/ID", ""),
];

fn steps(machine: &Machine) -> Vec<Value> {
    let plan = machine.run(&["plan", "-t", "far", "--format", "json"]).json(0);
    plan["plans"][0]["steps"].as_array().unwrap().clone()
}

/// Issue 4: what somebody deleted is made again, and nothing is made twice.
#[test]
fn what_was_deleted_behind_our_back_is_made_again_whatever_it_is() {
    let project = everything(TARGETS);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let before = served.inventory();
    for (key, method, path, field) in DELETES {
        let steps = self::steps(&machine);
        let step = steps.iter().find(|step| step["key"] == key).unwrap_or_else(|| panic!("{key}: {steps:#?}"));
        let id = step["id"].as_str().unwrap();
        let path = path.replace("ID", id);
        let id = if key.starts_with("job.") { json!(id.parse::<i64>().unwrap()) } else { json!(id) };
        let body = (!field.is_empty()).then(|| json!({ field: id }));
        served.call(method, &path, body.as_ref());
        let steps = self::steps(&machine);
        let step = steps.iter().find(|step| step["key"] == key).unwrap();
        assert_eq!(
            (&step["action"], &step["reason"]),
            (&json!("create"), &json!("it was deleted in the workspace")),
            "{key}"
        );
        done(&machine.run(&DEPLOY));
        unchanged(&machine);
        assert_eq!(served.inventory(), before, "{key}");
    }
}

/// REST API reference, "Errors": the code says what it is, whatever the status; some services answer 400 for what is not
/// there. And a gateway's own status of a read passes.
#[test]
fn the_code_of_an_error_counts_more_than_its_status() {
    let project = everything(TARGETS);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let pipeline = steps(&machine).into_iter().find(|step| step["key"] == "pipeline.totals").unwrap();
    let path = format!("/api/2.0/pipelines/{}", pipeline["id"].as_str().unwrap());
    for code in ["RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"] {
        served.fault(
            &json!({ "method": "GET", "path": path, "status": 400, "error_code": code, "message": "gone", "times": 9 }),
        );
        let steps = self::steps(&machine);
        let step = steps.iter().find(|step| step["key"] == "pipeline.totals").unwrap();
        assert_eq!(step["reason"], "it was deleted in the workspace", "{code}: {step:#}");
        served.clear_faults();
    }
    served
        .fault(&json!({ "method": "GET", "path": path, "status": 404, "error_code": "PERMISSION_DENIED", "times": 9 }));
    let run = machine.run(&["plan", "-t", "far"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("PERMISSION_DENIED"), "{run}");
    served.clear_faults();
    for status in [501, 505, 520, 599] {
        served.fault(&json!({ "method": "GET", "path": path, "status": status }));
        unchanged(&machine);
        assert!(served.faults().is_empty(), "{status}: nobody asked");
    }
}

fn states(project: &TestProject) -> Vec<PathBuf> {
    let root = project.root().join(".lakesmith/local/workspace");
    let files = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).map(|entry| entry.path().to_path_buf());
    let is_state = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        name.starts_with("state.") && name.ends_with(".json")
    };
    files.filter(is_state).collect()
}

/// Whoever deletes the state loses nothing: every kind is found again, and nothing is made twice or anew.
#[test]
fn where_the_state_was_deleted_every_kind_is_found_again() {
    let project = everything(TARGETS);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let before = served.inventory();
    let states = states(&project);
    assert!(!states.is_empty());
    states.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    let plan = machine.run(&["plan", "-t", "far"]);
    for told in [
        "  ~ update catalog.main: it exists already and becomes managed\n",
        "  ~ update job.nightly: it exists already and becomes managed\n",
        "      note: it was there before this target (it belongs to `me@localhost`), so that nothing of it deletes it\n",
    ] {
        assert!(plan.stdout.contains(told), "{told}: {plan}");
    }
    for step in steps(&machine) {
        let (key, action) = (step["key"].as_str().unwrap(), step["action"].as_str().unwrap());
        // What is given, set or run is done once more, and changes nothing where it was done.
        let again = ["grants.", "permissions.", "tags.", "pipeline_update."].iter().any(|kind| key.starts_with(kind));
        assert!(matches!(action, "update" | "none") || again && action == "create", "{key}: {step:#}");
        assert!(step["blocked"].is_null() && step["risk"] != "destructive", "{key}: {step:#}");
    }
    done(&machine.run(&DEPLOY));
    unchanged(&machine);
    assert_eq!(served.inventory(), before);
}

/// A hand that edits the state: what it says of another project, of what it does not know, or not at all, is refused
/// and left as it is; a value that is wrong is a difference.
#[test]
fn a_state_that_was_edited_is_refused_or_mended_and_never_lost() {
    let project = everything(TARGETS);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let before = served.inventory();
    let files = states(&project);
    let whole: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let edits: [(&str, &str, &str, &str); 3] = [
        (
            "\"project\": \"shop/shop\"",
            "\"project\": \"other/shop\"",
            "the state belongs to `other/shop/far`, not to `shop/shop/far`",
            "name another one as its `root` in lakesmith.yml",
        ),
        (
            "\"format_version\": 3",
            "\"format_version\": 99",
            "the state has format version 99",
            "update lakesmith; older versions cannot read it, and nothing was changed",
        ),
        (
            "\"owned\": true",
            "\"owned\": \"yes\"",
            "the state is damaged",
            "`lakesmith state repair --adopt` begins with an empty state and keeps the damaged one beside it",
        ),
    ];
    for (from, to, told, hint) in edits {
        for (file, text) in files.iter().zip(&whole) {
            assert!(text.contains(from), "{from}");
            std::fs::write(file, text.replace(from, to)).unwrap();
        }
        let run = machine.run(&DEPLOY);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains(told), "{told}: {run}");
        let (_, hinted) = run.stderr.split_once("hint: ").unwrap_or_else(|| panic!("no hint: {run}"));
        assert!(hinted.contains(hint), "{hint}: {run}");
        let kept: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        assert!(kept.iter().zip(&whole).all(|(kept, text)| *kept == text.replace(from, to)));
        assert_eq!(served.inventory(), before);
    }
    // A value of a specification: the workspace is right, and the state learns it.
    for (file, text) in files.iter().zip(&whole) {
        std::fs::write(file, text.replace("\"custom_summary\": \"one\"", "\"custom_summary\": \"by hand\"")).unwrap();
    }
    done(&machine.run(&DEPLOY));
    unchanged(&machine);
    assert_eq!(served.inventory(), before);
}
