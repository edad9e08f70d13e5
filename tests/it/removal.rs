//! What `destroy` and `demo down` take away: what lakesmith made, and nothing else.

use serde_json::json;

use crate::support::shop::{VOLUME, deploy, query, shop};
use crate::support::{CATALOG, LANDING, Run, TestProject, demo, heavy};

fn destroy(project: &TestProject) -> Run {
    project.run_live(&["destroy", "-t", "local", "--yes"])
}

/// Files that are there before the volume are somebody's, too.
#[test]
fn files_placed_before_the_first_deployment_survive_it_and_are_ingested() {
    let project = shop();
    deploy(&project);
    assert_eq!(project.read(&format!("{VOLUME}/orders/first.csv")), "id,what\n1,pen\n2,ink\n");
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    assert_eq!(query(&project, "SELECT count(*) AS n FROM shop.bronze.orders"), "n\n2\n");
}

#[test]
fn what_somebody_made_in_a_schema_or_a_volume_is_named_and_stays() {
    let project = shop();
    deploy(&project);
    query(&project, "CREATE TABLE shop.bronze.by_hand AS SELECT 1 AS one");
    query(&project, "CREATE SCHEMA shop.scratch");
    let run = destroy(&project);
    assert_eq!(run.code, Some(1), "{run}");
    insta::assert_snapshot!(run.stderr, @"
    2 done
    failed: volume.landing: the volume `shop.bronze.landing` holds what this project did not make, so it stays: file /Volumes/shop/bronze/landing/orders/first.csv
    not done: schema.bronze, because it needs volume.landing
    not done: catalog.main, because it needs schema.bronze
      hint: drop or move them, then run the command again
    ");
    assert_eq!(query(&project, "SELECT one FROM shop.bronze.by_hand"), "one\n1\n");
    // Whoever owns them moves them, and the rest goes.
    query(&project, "DROP TABLE shop.bronze.by_hand");
    std::fs::remove_dir_all(project.root().join(VOLUME).join("orders")).unwrap();
    let run = destroy(&project);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.stderr
            .contains("the catalog `shop` holds what this project did not make, so it stays: schema shop.scratch"),
        "{run}"
    );
    query(&project, "DROP SCHEMA shop.scratch");
    let run = destroy(&project);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!query(&project, "SHOW CATALOGS").contains("shop"));
    let again = destroy(&project);
    assert_eq!(again.code, Some(0), "{again}");
}

#[test]
fn of_many_objects_ten_are_named_and_the_rest_counted() {
    let project = shop();
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    for number in 10..22 {
        project.write(&format!("{VOLUME}/mine/{number}.txt"), "");
    }
    deploy(&project);
    let run = destroy(&project);
    assert_eq!(run.code, Some(1), "{run}");
    let names: Vec<String> =
        (10..20).map(|number| format!("file /Volumes/shop/bronze/landing/mine/{number}.txt")).collect();
    assert!(run.stderr.contains(&format!("{}, and 2 more", names.join(", "))), "{run}");
    assert_eq!(project.files(VOLUME).len(), 12);
}

/// A resource that leaves the project is deleted by the next deployment, by the same rule.
#[test]
fn a_deployment_that_drops_a_volume_keeps_the_files_of_others() {
    let project = shop();
    deploy(&project);
    project.write("sql/bronze/orders.sql", "CREATE OR REFRESH MATERIALIZED VIEW orders AS SELECT 1 AS id\n");
    project.edit(
        "jobs/where.yml",
        "volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing, volume_type: MANAGED }\n",
        "",
    );
    let arguments = ["deploy", "-t", "local", "--yes", "--allow", "destructive,rebuild"];
    let run = project.run_live(&arguments);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("file /Volumes/shop/bronze/landing/orders/first.csv"), "{run}");
    assert_eq!(project.files(VOLUME), ["orders/first.csv"]);
    std::fs::remove_file(project.root().join(VOLUME).join("orders/first.csv")).unwrap();
    let run = project.run_live(&arguments);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!project.root().join(VOLUME).exists());
}

/// A volume that was dropped leaves nothing, and what is put there afterwards is not what it left.
#[test]
fn files_placed_between_two_deployments_survive() {
    let project = shop();
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    deploy(&project);
    assert_eq!(destroy(&project).code, Some(0));
    assert!(!project.root().join(VOLUME).exists());
    project.write(&format!("{VOLUME}/orders/second.csv"), "id,what\n3,cup\n");
    deploy(&project);
    assert_eq!(project.files(VOLUME), ["orders/second.csv"]);
}

/// The project's folder in the workspace is lakesmith's; a note that somebody keeps there is not.
#[test]
fn a_file_in_the_projects_workspace_folder_stays() {
    let project = shop();
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    deploy(&project);
    let own = project.files(".lakesmith/local/workspace");
    let state = own.iter().find(|path| path.ends_with("/state.json")).unwrap();
    let note = format!(".lakesmith/local/workspace/{}", state.replace("state.json", "note.txt"));
    project.write(&note, "mine");
    assert_eq!(destroy(&project).code, Some(0));
    assert_eq!(
        project.files(".lakesmith/local/workspace"),
        [note.strip_prefix(".lakesmith/local/workspace/").unwrap()]
    );
}

#[test]
fn demo_down_refuses_to_delete_what_the_demo_did_not_make() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let by_hand = format!("{CATALOG}.gold.by_hand");
    query(&project, &format!("CREATE TABLE {by_hand} AS SELECT 1 AS one"));
    project.write(&format!("{LANDING}/claims/mine.csv"), "claim_id\n");
    let down = ["demo", "down", "insurance", "-t", "local", "--format", "json"];
    let error = project.run_live(&down).json(1)["error"].clone();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&format!("table {by_hand}")), "{error}");
    assert!(message.contains(&format!("file /Volumes/{CATALOG}/bronze/landing/claims/mine.csv")), "{error}");
    assert_eq!(error["hint"], "drop or move them, then run the command again");
    assert_eq!(project.files(LANDING), ["claims/mine.csv"]);
    assert_eq!(query(&project, &format!("SELECT one FROM {by_hand}")), "one\n1\n");
    // The demo counts as up as long as something of it is there.
    let status = project.run_live(&["demo", "status", "insurance", "-t", "local", "--format", "json"]).json(0);
    assert_eq!(status["up"], true);
    query(&project, &format!("DROP TABLE {by_hand}"));
    std::fs::remove_file(project.root().join(LANDING).join("claims/mine.csv")).unwrap();
    let removal = project.run_live(&down).json(0);
    assert_eq!((&removal["left"], &removal["kept"]), (&json!([]), &json!([])));
}

/// `destroy` takes the resources and leaves the data files of this machine, which only `demo down` knows.
#[test]
fn a_demo_that_was_destroyed_is_not_up_and_down_removes_the_rest() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let run = project.run_live(&["destroy", "insurance", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!run.stdout.contains("the project does not name it"), "{run}");
    // What the tables have left behind is given back to the disk.
    let size = std::fs::metadata(project.root().join(".lakesmith/local/workspace.duckdb")).unwrap().len();
    assert!(size < 4 * 1024 * 1024, "{size}");
    let status = ["demo", "status", "insurance", "-t", "local"];
    insta::assert_snapshot!(project.run_live(&status).success(), @"
    no demo of insurance is up: nothing is deployed to local, only its data files are on this machine
    `lakesmith demo up insurance -t local` makes it again, `lakesmith demo down insurance -t local` removes them
    ");
    let json = project.run_live(&[&status[..], &["--format", "json"]].concat()).json(0);
    assert_eq!((&json["up"], &json["resources"]), (&json!(false), &json!(0)));
    let down = project.run_live(&["demo", "down", "insurance", "-t", "local"]).success();
    assert!(down.starts_with("nothing was deployed; ") && !down.contains("; 0 files"), "{down}");
    assert!(project.files(".lakesmith/demo").is_empty());
}

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

/// Nothing refreshes a table that nothing defines, and nothing drops it; the plan says so before it happens.
#[test]
fn tables_that_lose_their_definition_are_named_and_stay_with_their_rows() {
    let project = shop();
    let view = |name: &str, what: &str| {
        format!(
            "CREATE OR REFRESH MATERIALIZED VIEW {name} AS SELECT id FROM shop.bronze.orders WHERE what = '{what}';\n"
        )
    };
    let hidden = "CREATE TEMPORARY VIEW passing AS SELECT id FROM shop.bronze.orders;\n";
    project.write("sql/bronze/views.sql", &(view("pens", "pen") + &view("`Inks`", "ink") + hidden));
    deploy(&project);
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    // A statement that is in another file now is defined.
    project.write("sql/bronze/views.sql", &view("`Inks`", "ink"));
    project.write("sql/bronze/pens.sql", &view("shop.BRONZE.Pens", "pen"));
    let moved = plan(&project);
    assert!(moved.code == Some(2) && !moved.stdout.contains("definition"), "{moved}");
    deploy(&project);
    project.write("sql/bronze/views.sql", "CREATE OR REFRESH MATERIALIZED VIEW cups AS SELECT 1 AS id;\n");
    let left = plan(&project);
    let told = "note: `shop.bronze.Inks` has no definition any more: no update of the pipeline refreshes it, and it stays \
                with all rows until somebody drops it or the pipeline is deleted";
    assert!(left.stdout.contains(told), "{left}");
    std::fs::remove_file(project.root().join("sql/bronze/pens.sql")).unwrap();
    let gone = plan(&project);
    assert!(gone.stdout.contains("workspace_file.sql/bronze/pens.sql"), "{gone}");
    assert!(gone.stdout.contains("note: `shop.BRONZE.Pens` has no definition any more"), "{gone}");
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    // Another file comes in: an update reaches those that are defined.
    project.write(&format!("{VOLUME}/orders/second.csv"), "id,what\n3,pen\n4,ink\n");
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    for (table, rows) in [("orders", 4), ("pens", 1), ("inks", 1), ("cups", 1)] {
        let counted = query(&project, &format!("SELECT count(*) AS n FROM shop.bronze.{table}"));
        assert_eq!(counted, format!("n\n{rows}\n"), "{table}");
    }
    // They are the pipeline's still, and go with it.
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    let run = destroy(&project);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!query(&project, "SHOW CATALOGS").contains("shop"));
}

/// "Pipeline deletion will cascade to all pipeline tables" (REST API, "Delete a pipeline").
#[test]
fn a_pipeline_that_goes_takes_its_tables_and_the_plan_says_so() {
    let project = shop();
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    project.write("sql/bronze/orders.sql", "CREATE OR REFRESH MATERIALIZED VIEW orders AS SELECT 1 AS id;\n");
    deploy(&project);
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    let told = "note: its streaming tables and materialized views go with it, and all their rows";
    let where_ = project.read("jobs/where.yml");
    project.write("jobs/where.yml", where_.split("pipelines:").next().unwrap());
    std::fs::remove_file(project.root().join("sql/bronze/orders.sql")).unwrap();
    let planned = plan(&project);
    // 3: some of it needs an `--allow`.
    assert!(planned.code == Some(3) && planned.stdout.contains(told), "{planned}");
    assert!(!planned.stdout.contains("definition"), "they do not stay: {planned}");
    let refused = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("pipeline.main (destructive)"), "{refused}");
    assert_eq!(query(&project, "SELECT id FROM shop.bronze.orders"), "id\n1\n");
    let run = destroy(&project);
    assert!(run.code == Some(0) && run.stdout.contains(told), "{run}");
}
