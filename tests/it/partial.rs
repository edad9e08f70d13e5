//! What is wrong with one file hides nothing of the others, and is told where its author can mend it.

use serde_json::Value;

use crate::support::TestProject;

const MANIFEST: &str = "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze, gold: gold } }\n";
const JOBS: &str = "catalogs:\n  c: { name: shop }\nschemas:\n  b: { catalog_name: shop, name: bronze }\n  \
                    g: { catalog_name: shop, name: gold }\npipelines:\n  \
                    p: { name: p, catalog: shop, schema: bronze, serverless: true, sql: [sql/bronze, sql/gold] }\n";
const ONE: &str = "CREATE MATERIALIZED VIEW {{ this }} AS SELECT 1 AS a, 2 AS b;\n";

fn shop(files: &[(&str, &str)]) -> TestProject {
    let base = [("lakesmith.yml", MANIFEST), ("jobs/shop.yml", JOBS), ("sql/bronze/one.sql", ONE)];
    TestProject::new(&[&base, files].concat())
}

fn bytes(project: &TestProject, path: &str, bytes: &[u8]) {
    let path = project.root().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Code and place of each finding.
fn told(project: &TestProject) -> Vec<String> {
    let run = project.run(&["check", "--format", "json"]);
    let code = run.code.unwrap();
    let json = run.json(code);
    let line = |found: &Value| {
        let start = &found["start"];
        let place = format!("{}:{}:{}", found["file"].as_str().unwrap_or("-"), start["line"], start["column"]);
        format!("{} {place}", found["code"].as_str().unwrap())
    };
    json["diagnostics"].as_array().unwrap().iter().map(line).collect()
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_hide_only_themselves() {
    let reads = "CREATE MATERIALIZED VIEW {{ this }} AS\nSELECT a, nope FROM {{ ref('bronze.one') }};\n";
    let needs = "CREATE MATERIALIZED VIEW {{ this }} AS\nSELECT whatever FROM {{ ref('gold.bytes') }} JOIN \
                 shop.gold.gone USING (whatever) JOIN {{ ref('bronze.ring') }} USING (x);\n";
    let project = shop(&[("sql/gold/reads.sql", reads), ("sql/gold/needs.sql", needs)]);
    bytes(&project, "sql/gold/bytes.sql", b"SELECT 1 AS \xff FROM nobody;\n");
    std::os::unix::fs::symlink("nowhere", project.root().join("sql/gold/gone.sql")).unwrap();
    std::os::unix::fs::symlink("ring.sql", project.root().join("sql/bronze/ring.sql")).unwrap();
    let expected = [
        "LS110 sql/bronze/ring.sql:1:1",
        "LS110 sql/gold/bytes.sql:1:13",
        "LS110 sql/gold/gone.sql:1:1",
        "LS402 sql/gold/reads.sql:2:11",
    ];
    assert_eq!(told(&project), expected);
    // Nothing is deployed of what nobody can read.
    let plan = project.run_live(&["plan", "-t", "local", "--no-progress"]);
    assert_eq!(plan.code, Some(1), "{plan}");
}

#[test]
fn a_flow_that_is_not_valid_leaves_its_table_alone() {
    let table = "CREATE STREAMING TABLE {{ this }};\n";
    let flow = "CREATE FLOW f AS INSERT INTO shop.gold.filled BY NAME\nSELECT FROM WHERE STREAM shop.bronze.other;\n";
    let project = shop(&[("sql/gold/filled.sql", table), ("sql/bronze/fills.sql", flow)]);
    assert_eq!(told(&project), ["LS302 sql/bronze/fills.sql:2:8"]);
    // Nothing fills it: that is its own fault.
    let project = shop(&[("sql/gold/filled.sql", table)]);
    assert_eq!(told(&project), ["LS410 sql/gold/filled.sql:1:27"]);
}

#[test]
fn macros_are_called_from_files_that_can_be_read() {
    let uses = "{% import '_macros/m.sql' as m %}\nCREATE MATERIALIZED VIEW {{ this }} AS\n\
                SELECT {{ m.one() }} FROM {{ ref('bronze.one') }};\n";
    let project = shop(&[("sql/gold/uses.sql", uses)]);
    bytes(&project, "sql/_macros/m.sql", b"{# gr\xfc\xdfe #}{% macro one() %}a{% endmacro %}\n");
    assert_eq!(told(&project), ["LS110 sql/_macros/m.sql:1:6"]);
}

/// RFC 8259, section 8.1: who reads JSON may ignore a mark of the byte order.
#[test]
fn a_mark_of_the_byte_order_is_no_fault() {
    let dashboard = "\u{feff}{\"datasets\": [{\"name\": \"d\", \"displayName\": \"d\", \"queryLines\": [\"SELECT nope \", \
                     \"FROM shop.bronze.one\"]}], \"pages\": [{\"name\": \"p\", \"displayName\": \"p\", \"layout\": []}]}";
    let project = shop(&[("dashboards/d.lvdash.json", dashboard)]);
    let found = told(&project);
    assert!(found.iter().any(|found| found.starts_with("LS602 dashboards/d.lvdash.json:1:")), "{found:?}");
    assert!(!found.iter().any(|found| found.starts_with("LS601")), "{found:?}");
    for path in ["lakesmith.yml", "jobs/shop.yml", "sql/bronze/one.sql"] {
        project.write(path, &format!("\u{feff}{}", project.read(path)));
    }
    assert_eq!(told(&project), found);
}

/// An error in a macro names the call, whether the template or its SQL is wrong.
#[test]
fn errors_in_macros_name_their_calls() {
    let macros = "{% macro inner(x) %}\n  {{ x.y.z }}\n{% endmacro %}\n{% macro outer(x) %}{{ inner(x) }}{% endmacro %}\n\
                  {% macro column() %}nope{% endmacro %}\n{% macro columns() %}a, {{ column() }}{% endmacro %}\n";
    let file = |call: &str| {
        format!(
            "{{% import '_macros/m.sql' as m %}}\nCREATE MATERIALIZED VIEW {{{{ this }}}} AS\nSELECT {call}\n\
             FROM {{{{ ref('bronze.one') }}}};\n"
        )
    };
    let project = shop(&[
        ("sql/_macros/m.sql", macros),
        ("sql/gold/template.sql", &file("b,\n  {{ m.outer(1) }}")),
        ("sql/gold/sql.sql", &file("{{ m.columns() }}")),
    ]);
    let json = project.run(&["check", "--format", "json"]).json(1);
    let of = |code: &str| {
        let found = json["diagnostics"].as_array().unwrap().iter().find(|found| found["code"] == code).unwrap();
        let place =
            |at: &Value| format!("{}:{}:{}", at["file"].as_str().unwrap(), at["start"]["line"], at["start"]["column"]);
        (place(found), found["related"].as_array().unwrap().iter().map(place).collect::<Vec<_>>())
    };
    assert_eq!(of("LS202"), ("sql/_macros/m.sql:2:7".into(), vec!["sql/gold/template.sql:4:6".to_string()]));
    let calls = ["sql/_macros/m.sql:6:28", "sql/gold/sql.sql:3:11"];
    assert_eq!(of("LS402"), ("sql/_macros/m.sql:5:21".into(), calls.map(str::to_string).to_vec()));
    let human = project.run(&["check"]).stderr;
    assert!(human.contains("::: sql/gold/template.sql:4:6") && human.contains("::: sql/gold/sql.sql:3:11"), "{human}");
    let sarif = project.run(&["check", "--format", "sarif"]).json(1);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let related = |code: &str| {
        let result = results.iter().find(|result| result["ruleId"] == code).unwrap();
        let places = result["relatedLocations"].as_array().unwrap().iter();
        let uri = |place: &Value| place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_string();
        places.map(uri).collect::<Vec<_>>()
    };
    assert_eq!(related("LS202"), ["sql/gold/template.sql"]);
    assert_eq!(related("LS402"), ["sql/_macros/m.sql", "sql/gold/sql.sql"]);
}

/// Databricks documentation, "Set the target catalog and schema", "What happens if a dataset does not exist?": updates
/// make the schemas that they need, so that these are a warning.
#[test]
fn schemas_that_the_project_no_longer_declares_are_told() {
    let project = shop(&[("sql/gold/two.sql", "CREATE MATERIALIZED VIEW {{ this }} AS SELECT 1 AS a;\n")]);
    assert_eq!(told(&project), Vec::<String>::new());
    project.write("sql/views/three.sql", "CREATE OR REPLACE VIEW shop.gold.three AS SELECT 1 AS a;\n");
    // Renamed: what is in it is not.
    project.edit("jobs/shop.yml", "name: gold", "name: golden");
    assert_eq!(told(&project), ["LS927 sql/gold/two.sql:1:29", "LS927 sql/views/three.sql:1:1"]);
    let run = project.run(&["check"]);
    assert!(run.stderr.contains("warning[LS927]") && run.stderr.contains("error[LS927]"), "{run}");
    // The pipeline's own schema: at its setting.
    project.edit("jobs/shop.yml", "name: golden", "name: gold");
    project.edit("jobs/shop.yml", "name: bronze }", "name: bronse }");
    assert_eq!(told(&project), ["LS927 jobs/shop.yml:7:40"]);
    let hint = project.run(&["check"]).stderr;
    assert!(hint.contains("did you mean `shop.bronse`?"), "{hint}");
    // A statement makes it; or the catalog is somebody else's.
    project.write("sql/setup/schema.sql", "CREATE SCHEMA IF NOT EXISTS shop.bronze;\n");
    assert_eq!(told(&project), ["LS966 sql/setup/schema.sql:1:1"]);
    project.write("sql/setup/schema.sql", "SELECT 1;\n");
    let jobs = project.read("jobs/shop.yml");
    let pipelines = jobs.find("pipelines:").unwrap();
    project.write("jobs/shop.yml", &jobs[pipelines..]);
    assert_eq!(told(&project), Vec::<String>::new());
}

#[test]
fn a_catalog_that_is_nearly_the_projects_own_is_a_slip() {
    let read = |catalog: &str| {
        let project = shop(&[]);
        project.edit("lakesmith.yml", "catalog: shop", "catalog: insurance_dev");
        project.write(
            "sql/gold/two.sql",
            &format!("CREATE MATERIALIZED VIEW {{{{ this }}}} AS\nSELECT * FROM {catalog}.gold.x;\n"),
        );
        let dashboard = format!(
            "{{\"datasets\": [{{\"name\": \"d\", \"displayName\": \"d\", \"queryLines\": [\"SELECT * FROM {catalog}.gold.x\"]}}], \
             \"pages\": [{{\"name\": \"p\", \"displayName\": \"p\", \"layout\": []}}]}}"
        );
        project.write("dashboards/d.lvdash.json", &dashboard);
        let run = project.run(&["check", "--format", "json"]);
        let code = run.code.unwrap();
        let json = run.json(code);
        let found = json["diagnostics"].as_array().unwrap().iter();
        let found = found.filter(|found| found["message"].as_str().unwrap().contains("is not known"));
        found
            .map(|found| format!("{} {} {}", found["severity"], found["file"], found["hint"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    let hint = "nothing else names the catalog `insuranse_dev`: did you mean `insurance_dev.gold.x`?";
    let expected = ["dashboards/d.lvdash.json", "sql/gold/two.sql"].map(|file| format!("warning {file} {hint}"));
    assert_eq!(read("insuranse_dev"), expected);
    for deliberate in ["insurance_prd", "main", "insurance_de"] {
        let found = read(deliberate);
        assert!(!found.is_empty() && found.iter().all(|found| found.starts_with("note ")), "{deliberate}: {found:?}");
    }
}

/// lakeflow-sql.md §4.1: a private or temporary object is seen inside of its pipeline only. Who asks whether it hides
/// a table does not look for one.
#[test]
fn a_view_of_an_adopted_pipeline_is_made_by_it() {
    let project = TestProject::new(&[(
        "p.sql",
        "CREATE TEMPORARY VIEW prepared AS SELECT 1 AS a;\n\
         CREATE OR REFRESH MATERIALIZED VIEW m AS SELECT a FROM prepared;\n",
    )]);
    let json = project.run(&["check", "--adopt", ".", "--format", "json"]).json(0);
    let found: Vec<&str> =
        json["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect();
    assert_eq!(found, ["LS130"], "{json:#}");
}

/// Databricks documentation, "read_files table-valued function", "Options".
#[test]
fn misspelt_options_of_files_are_told() {
    let read = |options: &str| {
        let sql = format!(
            "CREATE STREAMING TABLE {{{{ this }}}} AS SELECT * FROM STREAM read_files('/Volumes/a/b/c', {options},\n\
             schema => 'id INT');\n"
        );
        told(&shop(&[("sql/gold/files.sql", &sql)]))
    };
    assert_eq!(read("format => 'csv', heder => true"), ["LS419 sql/gold/files.sql:1:105"]);
    for fine in [
        "format => 'csv', HEADER => true, maxFilesPerTrigger => 4",
        "format => 'json', multiline => true",
        // Of a format that is not known, and of none that is like it.
        "format => 'shapefile', heder => true",
        "format => 'csv', brandNewOption => true",
    ] {
        assert_eq!(read(fine), Vec::<String>::new(), "{fine}");
    }
}
