//! `lakesmith import` against a served workspace: what people made by hand becomes files of the project that plan empty.

use serde_json::{Value, json};

use crate::support::shop::{board, shop};
use crate::support::{Served, TestProject, everything};

fn project() -> (TestProject, Served) {
    let project = shop();
    let served = Served::of(&project);
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    // What a Genie space is about must be there.
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    (project, served)
}

/// One object of each kind that can be imported, made with the REST API alone; how `import` is asked for it.
fn by_hand(served: &Served) -> Vec<[String; 2]> {
    let uc = "/api/2.1/unity-catalog";
    let post = |path: &str, body: Value| served.call("POST", path, Some(&body));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    post(
        &format!("{uc}/catalogs"),
        json!({"name": "annex", "comment": "Beside the shop", "properties": {"team": "ops"}}),
    );
    post(&format!("{uc}/schemas"), json!({"name": "made", "catalog_name": "annex", "comment": "By \"hand\": # 1"}));
    post(
        &format!("{uc}/volumes"),
        json!({"name": "drop", "catalog_name": "annex", "schema_name": "made", "volume_type": "MANAGED"}),
    );
    let change = json!({"changes": [{"principal": "analysts", "add": ["USE_SCHEMA", "SELECT"]}]});
    served.call("PATCH", &format!("{uc}/permissions/schema/annex.made"), Some(&change));
    let pipeline = json!({
        "name": "by hand", "catalog": "annex", "schema": "made", "serverless": true, "continuous": false,
        "configuration": {"since": "2026-01-01", "rows": "7"},
    });
    let pipeline = text(&post("/api/2.0/pipelines", pipeline)["pipeline_id"]);
    let ours = served.call("GET", "/api/2.0/pipelines?max_results=100", None);
    let ours =
        ours["statuses"].as_array().unwrap().iter().find(|one| one["name"] == "shop").unwrap()["pipeline_id"].clone();
    let job = json!({
        "name": "Nightly: load", "description": "Line one\nline two", "max_concurrent_runs": 2, "timeout_seconds": 0,
        "tags": {"team": "ops", "on": "true"},
        "schedule": {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC", "pause_status": "PAUSED"},
        "parameters": [{"name": "run", "default": "{{job.run_id}}"}],
        "tasks": [
            {"task_key": "fill", "pipeline_task": {"pipeline_id": ours}},
            {"task_key": "more", "depends_on": [{"task_key": "fill"}], "pipeline_task": {"pipeline_id": pipeline}},
        ],
    });
    let job = text(&post("/api/2.2/jobs/create", job)["job_id"]);
    let me = served.call("GET", "/api/2.0/preview/scim/v2/Me", None);
    let home = format!("/Users/{}", me["userName"].as_str().unwrap());
    let warehouse = served.call("GET", "/api/2.0/sql/warehouses", None)["warehouses"][0]["id"].clone();
    let dashboard = json!({
        "display_name": "By hand", "warehouse_id": warehouse, "parent_path": home,
        "serialized_dashboard": board("SELECT id FROM shop.bronze.orders", "id"),
    });
    let dashboard = text(&post("/api/2.0/lakeview/dashboards", dashboard)["dashboard_id"]);
    post(&format!("/api/2.0/lakeview/dashboards/{dashboard}/published"), json!({"embed_credentials": false}));
    let space = json!({
        "title": "Orders", "description": "By hand", "warehouse_id": warehouse, "parent_path": home,
        "serialized_space": r#"{"version": 2, "data_sources": {"tables": [{"identifier": "shop.bronze.orders"}]}}"#,
    });
    let space = text(&post("/api/2.0/genie/spaces", space)["space_id"]);
    let alert = json!({
        "display_name": "Too many", "query_text": "SELECT count(*) AS n\nFROM shop.bronze.orders", "warehouse_id": warehouse,
        "parent_path": home,
        "evaluation": {
            "source": {"name": "n"}, "comparison_operator": "GREATER_THAN", "threshold": {"value": {"double_value": 10.0}},
        },
        "schedule": {"quartz_cron_schedule": "0 0 6 * * ?", "timezone_id": "UTC", "pause_status": "PAUSED"},
    });
    let alert = text(&post("/api/2.0/alerts", alert)["id"]);
    let pairs = [
        ("catalog", "annex".to_string()),
        ("schema", "annex.made".to_string()),
        ("volume", "annex.made.drop".to_string()),
        ("grants", "schema.annex.made".to_string()),
        ("pipeline", "by hand".to_string()),
        ("job", job),
        ("dashboard", dashboard),
        ("genie_space", space),
        ("alert", alert),
    ];
    pairs.into_iter().map(|(kind, wanted)| [kind.to_string(), wanted]).collect()
}

/// Issue 4: "Imported resources plan empty at once". Over every kind that can be imported; the workspace is not changed.
#[test]
fn what_is_imported_plans_empty_at_once_and_stays_as_it_is() {
    let (project, served) = project();
    let objects = by_hand(&served);
    let before = served.inventory();
    for [kind, wanted] in &objects {
        let imported = project.run_live(&["import", kind, wanted, "-t", "local", "--format", "json"]).json(0);
        assert_eq!((&imported["ok"], &imported["differs"]), (&json!(true), &json!([])), "{imported:#}");
        let plan = project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]);
        assert_eq!(plan.code, Some(0), "{kind}: {plan}\n{imported:#}");
    }
    assert_eq!(served.inventory(), before);
    // The project's words for what it has, and none for what it has not.
    let job = project.read("jobs/nightly_load.job.yml");
    assert!(job.contains("pipeline_id: \"${pipeline.main.id}\""), "{job}");
    assert!(job.contains("pipeline_id: \"${pipeline.by_hand.id}\""), "{job}");
    assert!(job.contains("{% raw %}{{job.run_id}}{% endraw %}"), "{job}");
    let space = project.read("jobs/orders.genie_space.yml");
    assert!(space.contains("warehouse_id: \"${warehouse.default.id}\""), "{space}");
    // What is deployed next changes nothing either, and what is taken away again stays: it was there before.
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    let removed: Vec<String> = project
        .files("jobs")
        .into_iter()
        .filter(|path| path != "where.yml")
        .map(|path| format!("jobs/{path}"))
        .collect();
    assert_eq!(removed.len(), objects.len());
    for path in removed {
        std::fs::remove_file(project.root().join(path)).unwrap();
    }
    for folder in ["dashboards", "genie"] {
        std::fs::remove_dir_all(project.root().join(folder)).unwrap();
    }
    let plan = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(plan.code, Some(0), "{plan}");
    assert_eq!(served.inventory(), before);
}

/// The target says whom jobs run as, and this one does so because it was made by that user: "If not specified, the job
/// runs as the user who created the job" (REST API, `run_as` of a job).
#[test]
fn a_job_that_runs_as_whom_the_target_names_plans_empty_too() {
    let project = everything("  far: { mode: production, run_as: { user: me@localhost } }\n");
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    let job = json!({"name": "by hand", "tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "/Shared/a"}}]});
    let id = served.call("POST", "/api/2.2/jobs/create", Some(&job))["job_id"].to_string();
    let imported = machine.run(&["import", "job", &id, "-t", "far", "--format", "json"]).json(0);
    assert_eq!((&imported["ok"], &imported["differs"]), (&json!(true), &json!([])), "{imported:#}");
}

#[test]
fn names_of_the_solution_are_written_as_the_project_writes_them() {
    let (project, served) = project();
    let body = json!({"name": "drop", "catalog_name": "shop", "schema_name": "bronze", "volume_type": "MANAGED"});
    served.call("POST", "/api/2.1/unity-catalog/volumes", Some(&body));
    let imported = project.run_live(&["import", "volume", "shop.bronze.drop", "--key", "other", "-t", "local"]);
    assert_eq!(imported.code, Some(0), "{imported}");
    let expected = "volumes:\n  other:\n    name: drop\n    catalog_name: \"{{ catalog }}\"\n    \
                    schema_name: \"{{ schema('bronze') }}\"\n    volume_type: MANAGED\n";
    assert_eq!(project.read("jobs/other.volume.yml"), expected);
    assert!(imported.stdout.ends_with("the plan of it has nothing to do\n"), "{imported}");
}

#[test]
fn nothing_is_overwritten_and_nothing_is_written_where_it_would_be_wrong() {
    let (project, served) = project();
    let pipelines = served.call("GET", "/api/2.0/pipelines?max_results=100", None);
    let pipeline = &pipelines["statuses"][0]["pipeline_id"];
    let twice = json!({"name": "twice", "tasks": [{"task_key": "a", "pipeline_task": {"pipeline_id": pipeline}}]});
    served.call("POST", "/api/2.2/jobs/create", Some(&twice));
    let refused = |arguments: &[&str], expected: &str| {
        let before = project.files("jobs");
        let run = project.run_live(&[&["import"], arguments, &["-t", "local"]].concat());
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains(expected), "{expected}: {run}");
        assert_eq!(project.files("jobs"), before);
    };
    project.write("jobs/twice.job.yml", "# mine\n");
    refused(&["job", "twice"], "`jobs/twice.job.yml` is there already");
    assert_eq!(project.read("jobs/twice.job.yml"), "# mine\n");
    served.call("POST", "/api/2.2/jobs/create", Some(&twice));
    refused(&["job", "twice"], "several of kind job are called `twice`");
    refused(&["job", "absent"], "the workspace has no job `absent`");
    refused(&["job", "123456"], "the workspace has no job `123456`");
    refused(&["schema", "bronze"], "name the schema by `catalog.schema`");
    refused(&["table", "shop.bronze.orders"], "put its CREATE into a file of `sql/`");
    refused(&["volume_file", "/Volumes/x"], "copy it into the project");
    refused(&["pipeline", "shop"], "as `pipeline.main`");
    // Nothing that the project has is declared a second time, and no key is given twice: every workspace has a catalog
    // `main`.
    let uc = "/api/2.1/unity-catalog";
    refused(
        &["catalog", "main"],
        "error: `catalog.main` is another catalog, at jobs/where.yml:2:3; nothing was written\n  \
         hint: choose a key that is free with `--key NAME`\n",
    );
    refused(&["catalog", "main", "--key", "main"], "choose a key that is free with `--key NAME`");
    let grants = "grants:\n  bronze: { securable_type: schema, securable: shop.bronze, privileges: { analysts: [USE_SCHEMA] } }\n";
    let volume = "volumes:\n  extra: { catalog_name: shop, schema_name: bronze, name: drop }\n";
    project.write("jobs/more.yml", &format!("{grants}{volume}"));
    let drop = json!({"name": "drop", "catalog_name": "shop", "schema_name": "bronze", "volume_type": "MANAGED"});
    served.call("POST", &format!("{uc}/volumes"), Some(&drop));
    refused(
        &["volume", "shop.bronze.drop"],
        "error: this solution has the volume `shop.bronze.drop` already, as `volume.extra`, at jobs/more.yml:4:3\n  \
         hint: a plan finds it by its name, and a deployment takes it over\n",
    );
    refused(
        &["grants", "schema.shop.bronze"],
        "error: this solution has the grants `schema.shop.bronze` already, as `grants.schema.shop.bronze`, at \
         jobs/more.yml:2:3\n  hint: write the privileges there; a plan shows what others have\n",
    );
    let deployed = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(deployed.code, Some(0), "{deployed}");
    refused(&["grants", "schema.shop.bronze"], "already, as `grants.schema.shop.bronze`\n");
    // Under a key of its own it is imported.
    let imported = project.run_live(&["import", "catalog", "main", "--key", "others", "-t", "local"]);
    assert_eq!(imported.code, Some(0), "{imported}");
    refused(&["cluster", "x"], "expected one of catalog, schema");
}
