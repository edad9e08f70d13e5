//! Corners of workspace-api.md §5 and §6 that no other module turns, each under its number and name there.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::shop::{board, deploy, governed, query};
use crate::support::{Run, Served, TestProject};

const DEPLOY: [&str; 4] = ["deploy", "-t", "local", "--yes"];
const LOG: &str = ".lakesmith/local/requests.jsonl";
const MANIFEST: &str = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n";
const WHERE: &str = "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n";

#[track_caller]
fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
}

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

/// A catalog and a schema, and a file with `more`.
fn with(more: &str) -> TestProject {
    TestProject::new(&[("lakesmith.yml", MANIFEST), ("jobs/where.yml", WHERE), ("jobs/more.yml", more)])
}

/// The run is refused with all of this, and nothing is there that was not there before.
#[track_caller]
fn refused(project: &TestProject, served: &Served, arguments: &[&str], told: &[&str]) {
    let before = served.inventory();
    let run = project.run_live(arguments);
    assert_eq!(run.code, Some(2), "{run}");
    for told in told {
        assert!(run.stdout.contains(told) || run.stderr.contains(told), "{told}: {run}");
    }
    assert_eq!(served.inventory(), before);
}

/// 16, resource_deps/loop_jobs, loop_self, non_existent_field, missing_map_key, bad_syntax: "validate misses all and files
/// are uploaded first".
#[test]
fn references_that_lead_nowhere_are_found_before_anything_is_asked() {
    let job = |name: &str, id: &str| {
        format!(
            "  {name}:\n    name: {name}\n    tasks:\n      - {{ task_key: t, run_job_task: {{ job_id: \"{id}\" }} }}\n"
        )
    };
    let jobs = |all: &[String]| format!("jobs:\n{}", all.concat());
    let cases = [
        ("loop_jobs", jobs(&[job("a", "${job.b.id}"), job("b", "${job.a.id}")])),
        ("loop_self", jobs(&[job("a", "${job.a.id}")])),
        ("non_existent_field", jobs(&[job("a", "${schema.bronze.nothing}")])),
        ("missing_map_key", jobs(&[job("a", "${job.nobody.id}")])),
        ("bad_syntax", jobs(&[job("a", "${job.b.id")])),
        ("bad_syntax, no end, in a field that is read", "jobs:\n  a:\n    name: a\n    tasks:\n      - { task_key: t, pipeline_task: { pipeline_id: \"${pipeline.b.id\" } }\n".to_string()),
        ("bad_syntax, no field", jobs(&[job("a", "${schema.bronze}")])),
    ];
    let project = with("jobs: {}\n");
    let served = Served::of(&project);
    let before = (served.inventory(), project.read(LOG).lines().count());
    for (name, text) in cases {
        project.write("jobs/more.yml", &text);
        for command in [&["check"][..], &DEPLOY] {
            let run = project.run_live(command);
            assert_eq!(run.code, Some(1), "{name}: {run}");
            assert!(run.stderr.contains("--> jobs/more.yml:"), "{name}: {run}");
            // Once, and nothing beside it.
            assert_eq!(run.stderr.matches("error[LS").count(), 1, "{name}: {run}");
        }
    }
    let asked = project.read(LOG).lines().count();
    // The inventory itself was asked for; nothing else was.
    assert_eq!(asked, before.1, "{}", project.read(LOG));
    assert_eq!(served.inventory(), before.0);
}

/// The target's folder on disk: the embedded workspace keeps its files as they are.
fn folder(project: &TestProject) -> std::path::PathBuf {
    let workspace = ".lakesmith/local/workspace";
    let state = project.files(workspace).into_iter().find(|path| path.ends_with("/state.json")).unwrap();
    project.root().join(workspace).join(state).parent().unwrap().to_path_buf()
}

/// The files of the one journal, below the folder of journals.
fn journal(project: &TestProject) -> Vec<(String, String)> {
    let folder = folder(project).join("journal");
    let files = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(&folder).unwrap().to_str().unwrap().to_string();
            (path, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// docs/state.md, "The journal": "One line an entry: the SHA-256 of the JSON, a space, the JSON."
fn rewritten(text: &str, edit: &dyn Fn(&mut Value)) -> String {
    let line = |line: &str| {
        let mut entry: Value = serde_json::from_str(line.split_once(' ').unwrap().1).unwrap();
        edit(&mut entry);
        let json = entry.to_string();
        let hex: String = Sha256::digest(json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hex} {json}\n")
    };
    text.lines().map(line).collect()
}

const NIGHTLY: &str = "jobs:\n  nightly:\n    name: nightly\n    tasks:\n      - task_key: load\n        \
                       pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n";

/// 7, deploy/wal: lineage-mismatch, future-serial-wal, stale-wal. A journal that does not belong to the state as it is says
/// nothing that could be done twice or undone, and holds nobody up.
#[test]
fn a_journal_of_another_state_is_no_dead_end_and_makes_nothing_twice() {
    for case in ["lineage", "serial", "stale"] {
        let project = governed();
        deploy(&project);
        project.write("jobs/nightly.yml", NIGHTLY);
        let served = Served::of(&project);
        served.fault(&json!({ "path": "/api/2.2/jobs/create", "hold": "after" }));
        assert!(served.kill_held(&mut project.spawn_live(&DEPLOY)), "{case}: no job was made");
        drop(served);
        let left = journal(&project);
        assert!(left.iter().any(|(_, text)| text.contains("job.nightly")), "{case}: {left:?}");
        let write = |edit: &dyn Fn(&mut Value)| {
            for (path, text) in &left {
                let path = folder(&project).join("journal").join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, rewritten(text, edit)).unwrap();
            }
        };
        match case {
            "lineage" => write(&|entry| {
                if entry["entry"] == "run" {
                    entry["lineage"] = json!("11111111-1111-4111-8111-111111111111");
                }
            }),
            "serial" => write(&|entry| {
                if entry["entry"] == "run" {
                    entry["serial"] = json!(999);
                }
            }),
            // Taken up, and there again after the project has gone on: the job that it speaks of is none of it any more.
            _ => {
                deploy(&project);
                assert_eq!(Served::of(&project).inventory()["jobs"], ["nightly"]);
                project.write("jobs/nightly.yml", "jobs: {}\n");
                done(&project.run_live(&[&DEPLOY[..], &["--allow", "destructive"]].concat()));
                write(&|_| {});
            }
        }
        done(&project.run_live(&[&DEPLOY[..], &["--allow", "security,destructive"]].concat()));
        let wanted: &[&str] = if case == "stale" { &[] } else { &["nightly"] };
        let served = Served::of(&project);
        assert_eq!(served.inventory()["jobs"], wanted, "{case}");
        assert_eq!(served.inventory()["pipelines"], ["shop"], "{case}");
        done(&plan(&project));
        let shown = project.run_live(&["state", "show", "-t", "local", "--format", "json"]).json(0);
        assert_eq!(shown["solutions"][0]["journals"], json!([]), "{case}: {shown}");
        assert_eq!(shown["solutions"][0]["error"], Value::Null, "{case}: {shown}");
    }
}

/// 14, lifecycle/prevent-destroy: "deploy/destroy refuse recreate/delete of protected schema+pipeline".
#[test]
fn a_protected_schema_and_pipeline_are_neither_deleted_nor_made_anew() {
    let project = governed();
    let protect = "lifecycle: { prevent_destroy: true }";
    project.edit(
        "jobs/where.yml",
        "catalog_name: shop, name: bronze }",
        &format!("catalog_name: shop, name: bronze, {protect} }}"),
    );
    project.edit("jobs/where.yml", "    serverless: true\n", &format!("    serverless: true\n    {protect}\n"));
    deploy(&project);
    let served = Served::of(&project);
    let allowed = [&DEPLOY[..], &["--allow", "rebuild,security,destructive"]].concat();
    refused(
        &project,
        &served,
        &["destroy", "-t", "local", "--yes"],
        &["schema.bronze", "pipeline.main", "prevent_destroy"],
    );
    let whole = project.read("jobs/where.yml");
    // Its declaration is gone.
    let (start, end) = (whole.find("pipelines:").unwrap(), whole.find("grants:").unwrap());
    project.write("jobs/where.yml", &format!("{}{}", &whole[..start], &whole[end..]));
    let without = project.read("sql/bronze/orders.sql");
    std::fs::remove_file(project.root().join("sql/bronze/orders.sql")).unwrap();
    project.edit(
        "jobs/where.yml",
        "  orders:\n    securable_type: table\n    securable: shop.bronze.orders\n    privileges:\n      analysts: [SELECT]\n",
        "",
    );
    refused(&project, &served, &allowed, &["pipeline.main", "prevent_destroy"]);
    project.write("sql/bronze/orders.sql", &without);
    project.write("jobs/where.yml", &whole);
    done(&plan(&project));
    // Another schema in its place.
    let project = with("schemas: {}\n");
    project.write("jobs/where.yml", &WHERE.replace("name: bronze }", &format!("name: bronze, {protect} }}")));
    let served = Served::of(&project);
    deploy(&project);
    project.edit("jobs/where.yml", "name: bronze, lifecycle", "name: silver, lifecycle");
    refused(&project, &served, &allowed, &["schema.bronze", "prevent_destroy", "made anew"]);
}

const SPACE: &str = "genie/shop/orders.geniespace.json";

fn space(version: u32) -> TestProject {
    let project = with("genie_spaces:\n  orders: { title: Orders, file: genie/shop/orders.geniespace.json }\n");
    project.write("sql/bronze/orders.sql", "CREATE TABLE shop.bronze.orders (what STRING);\n");
    let tables = json!([{ "identifier": "shop.bronze.orders" }]);
    project.write(SPACE, &json!({ "version": version, "data_sources": { "tables": tables } }).to_string());
    project
}

/// 21, genie_spaces/version_migration: the service writes version 2 where version 1 was sent, and that is no drift.
#[test]
fn a_space_of_version_1_is_stored_as_version_2_and_does_not_drift() {
    let project = space(1);
    let served = Served::of(&project);
    deploy(&project);
    let base = "/api/2.0/genie/spaces";
    let id = served.call("GET", base, None)["spaces"][0]["space_id"].as_str().unwrap().to_string();
    let there = served.call("GET", &format!("{base}/{id}?include_serialized_space=true"), None);
    let stored: Value = serde_json::from_str(there["serialized_space"].as_str().unwrap()).unwrap();
    assert_eq!(stored["version"], 2);
    done(&plan(&project));
    done(&project.run_live(&["drift", "-t", "local"]));
    // Whoever goes over to version 2 changes nothing either.
    project.edit(SPACE, "\"version\":1", "\"version\":2");
    done(&plan(&project));
}

/// 21, genie_spaces/delete_warning: "warn on chat loss".
#[test]
fn a_space_that_goes_takes_its_conversations_along_and_needs_an_allow() {
    let project = space(2);
    let served = Served::of(&project);
    deploy(&project);
    project.write("jobs/more.yml", "genie_spaces: {}\n");
    std::fs::remove_file(project.root().join(SPACE)).unwrap();
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(planned.stdout.contains("- delete genie_space.orders [destructive]"), "{planned}");
    refused(&project, &served, &DEPLOY, &["genie_space.orders (destructive)", "--allow destructive"]);
    done(&project.run_live(&[&DEPLOY[..], &["--allow", "destructive"]].concat()));
    assert_eq!(served.inventory()["genie spaces"], Vec::<String>::new());
}

fn granted(privileges: &str) -> String {
    format!(
        "grants:\n  bronze:\n    securable_type: schema\n    securable: shop.bronze\n    privileges: {privileges}\n"
    )
}

fn held(project: &TestProject) -> Vec<String> {
    let shown = query(project, "SHOW GRANTS ON SCHEMA shop.bronze");
    let mut rows: Vec<String> =
        shown.lines().skip(1).map(|line| line.split(',').take(2).collect::<Vec<_>>().join(" ")).collect();
    rows.sort();
    rows
}

/// 22, grants: remove_principal, empty_array.
#[test]
fn who_is_named_no_more_or_with_nothing_loses_it() {
    let project = with(&granted("{ analysts: [USE_SCHEMA, SELECT], auditors: [USE_SCHEMA] }"));
    let _served = Served::of(&project);
    deploy(&project);
    project.write("jobs/more.yml", &granted("{ analysts: [USE_SCHEMA, SELECT] }"));
    let planned = plan(&project);
    assert!(planned.stdout.contains("privileges[auditors]: [\"USE_SCHEMA\"] → absent"), "{planned}");
    deploy(&project);
    assert_eq!(held(&project), ["analysts SELECT", "analysts USE SCHEMA"]);
    project.write("jobs/more.yml", &granted("{ analysts: [] }"));
    deploy(&project);
    assert_eq!(held(&project), Vec::<String>::new());
    done(&plan(&project));
}

/// 22, grants: duplicate_principals.
#[test]
fn a_principal_that_is_named_twice_has_what_both_say_or_is_an_error() {
    let project = with(&granted("{ analysts: [USE_SCHEMA, USE_SCHEMA], Analysts: [SELECT] }"));
    let _served = Served::of(&project);
    deploy(&project);
    assert_eq!(held(&project), ["analysts SELECT", "analysts USE SCHEMA"]);
    done(&plan(&project));
    project.write("jobs/more.yml", &granted("{ analysts: [USE_SCHEMA], analysts: [SELECT] }"));
    let run = project.run(&["check", "-t", "local"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("error[LS102]") && run.stderr.contains("--> jobs/more.yml:5:"), "{run}");
}

/// 24, volumes/uppercase-name: Unity Catalog stores names in lower case (workspace-api.md §2, "name case diff ignored").
#[test]
fn names_in_capitals_do_not_drift() {
    let project = TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        (
            "jobs/where.yml",
            "catalogs:\n  main: { name: Shop }\nschemas:\n  bronze: { catalog_name: SHOP, name: Bronze }\n\
             volumes:\n  landing: { catalog_name: Shop, schema_name: BRONZE, name: LANDING, volume_type: MANAGED }\n",
        ),
    ]);
    let served = Served::of(&project);
    deploy(&project);
    assert_eq!(served.inventory()["volumes"], ["shop.bronze.landing"]);
    done(&plan(&project));
    done(&project.run_live(&["drift", "-t", "local"]));
    deploy(&project);
    assert_eq!(served.inventory()["volumes"], ["shop.bronze.landing"]);
}

/// 24, schemas/recreate, volumes/change-schema-name, volumes/remote-change-name, catalogs/auto-approve: what loses data needs
/// an allow, and what somebody renamed is not made anew over it.
#[test]
fn what_is_made_anew_or_deleted_in_unity_catalog_needs_an_allow() {
    let project =
        with("volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing, volume_type: MANAGED }\n");
    let second = "  silver: { catalog_name: shop, name: silver }\n";
    project.write("jobs/where.yml", &format!("{WHERE}{second}"));
    let served = Served::of(&project);
    deploy(&project);
    let allow = [&DEPLOY[..], &["--allow", "destructive"]].concat();
    // Another schema for the volume.
    project.edit("jobs/more.yml", "schema_name: bronze", "schema_name: silver");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(planned.stdout.contains("± recreate volume.landing [destructive]"), "{planned}");
    refused(&project, &served, &DEPLOY, &["volume.landing (destructive)"]);
    done(&project.run_live(&allow));
    assert_eq!(served.inventory()["volumes"], ["shop.silver.landing"]);
    done(&plan(&project));
    // Somebody gives it another name: ours is not there, and theirs stays.
    let path = "/api/2.1/unity-catalog/volumes/shop.silver.landing";
    served.call("PATCH", path, Some(&json!({ "new_name": "theirs" })));
    let planned = plan(&project);
    assert!(planned.stdout.contains("+ create volume.landing: it was deleted in the workspace"), "{planned}");
    deploy(&project);
    assert_eq!(served.inventory()["volumes"], ["shop.silver.landing", "shop.silver.theirs"]);
    served.call("DELETE", "/api/2.1/unity-catalog/volumes/shop.silver.theirs", None);
    // Another name for the schema.
    project.edit("jobs/where.yml", "name: bronze }", "name: bronze_2 }");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(planned.stdout.contains("± recreate schema.bronze [destructive]"), "{planned}");
    refused(&project, &served, &DEPLOY, &["schema.bronze (destructive)"]);
    done(&project.run_live(&allow));
    let schemas = served.inventory()["schemas"].clone();
    let there = |name: &str| schemas.contains(&name.to_string());
    assert!(there("shop.bronze_2") && there("shop.silver") && !there("shop.bronze"), "{schemas:?}");
    // A catalog that the project does not name any more.
    project.write("jobs/where.yml", "catalogs: {}\n");
    project.write("jobs/more.yml", "volumes: {}\n");
    refused(&project, &served, &DEPLOY, &["catalog.main (destructive)"]);
    done(&project.run_live(&allow));
    assert!(!served.inventory()["catalogs"].contains(&"shop".to_string()));
}

/// Pain point 5, "Duplicate dashboards deployed": what is deployed as a dashboard is not uploaded as a file, too.
#[test]
fn a_dashboard_is_there_once() {
    let project = governed();
    project.write("dashboards/shop/board.lvdash.json", &board("SELECT 1 AS n", "n"));
    project.write(
        "jobs/board.yml",
        "dashboards:\n  board: { display_name: Board, file: dashboards/shop/board.lvdash.json }\n",
    );
    let served = Served::of(&project);
    for _ in 0..2 {
        deploy(&project);
        assert_eq!(served.inventory()["dashboards"], ["Board"]);
        project.edit("dashboards/shop/board.lvdash.json", "SELECT 1", "SELECT 1 + 1");
    }
    // A file of that ending is a dashboard for the workspace, wherever it lies.
    let all = project.files(".lakesmith/local/workspace");
    let documents: Vec<&String> = all.iter().filter(|path| path.ends_with(".lvdash.json")).collect();
    assert!(documents.len() <= 1, "{documents:?}");
    assert!(!all.iter().any(|path| path.contains("/files/") && path.ends_with(".lvdash.json")), "{all:?}");
}

/// Pain point 18, "resources per target".
#[test]
fn a_resource_is_where_it_says_that_it_is() {
    let job = |name: &str, targets: &str| {
        format!(
            "  {name}:\n    name: {name}\n{targets}    tasks:\n      - {{ task_key: t, sql_task: {{ warehouse_id: w, file: {{ path: sql/jobs/one.sql }} }} }}\n"
        )
    };
    let all = [job("both", ""), job("dev_only", "    targets: [dev]\n"), job("prod_only", "    targets: [prod]\n")];
    let project = with(&format!("jobs:\n{}", all.concat()));
    project.write("sql/jobs/one.sql", "SELECT 1;\n");
    let targets = "targets:\n  dev: { mode: production, run_as: { user: me@localhost }, catalog_prefix: dev_ }\n  \
                   prod: { mode: production, run_as: { user: me@localhost } }\n";
    project.write("lakesmith.yml", &format!("{MANIFEST}{targets}"));
    project.write("jobs/where.yml", "catalogs:\n  main: { name: \"{{ catalog }}\" }\n");
    let served = Served::of(&project);
    for (target, jobs) in [("dev", &["both", "dev_only"][..]), ("prod", &["both", "both", "dev_only", "prod_only"])] {
        done(&served.machine(&project, "runner").run(&["deploy", "-t", target, "--yes"]));
        assert_eq!(served.inventory()["jobs"], jobs, "{target}");
    }
    // What leaves a target leaves that one only.
    project.edit("jobs/more.yml", "    name: both\n", "    name: both\n    targets: [prod]\n");
    done(&served.machine(&project, "runner").run(&["deploy", "-t", "dev", "--yes", "--allow", "destructive"]));
    assert_eq!(served.inventory()["jobs"], ["both", "dev_only", "prod_only"]);
}
