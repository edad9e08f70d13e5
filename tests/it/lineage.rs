//! `lakesmith lineage`: what is followed, through what, and in which forms. Places are those of the files.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{TestProject, repository};

const JOBS: &str = "catalogs:\n  main: { name: shop }\n\
                    schemas:\n  s: { catalog_name: shop, name: s }\n\
                    pipelines:\n  main: { name: shop, catalog: shop, schema: s, serverless: true, sql: [sql/s] }\n";

/// A chain through a stream, AUTO CDC, a temporary view, CTEs and a view outside of the pipeline.
fn chain() -> TestProject {
    TestProject::new(&[
        ("lakesmith.yml", "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { s: s } }\n"),
        ("jobs/where.yml", JOBS),
        (
            "sql/s/raw.sql",
            "CREATE OR REFRESH STREAMING TABLE raw AS SELECT id, name, at FROM STREAM \
             read_files('/Volumes/shop/s/landing/', format => 'csv', schema => 'id BIGINT, name STRING, at TIMESTAMP')\n",
        ),
        (
            "sql/s/history.sql",
            "CREATE OR REFRESH STREAMING TABLE history;\n\
             CREATE FLOW versions AS AUTO CDC INTO history FROM STREAM(raw)\nKEYS (id) SEQUENCE BY at\n\
             COLUMNS * EXCEPT (at) STORED AS SCD TYPE 1;\n",
        ),
        ("sql/s/short.sql", "CREATE TEMPORARY VIEW short AS SELECT id, LEFT(name, 3) AS start FROM history;\n"),
        (
            "sql/s/result.sql",
            "CREATE OR REFRESH MATERIALIZED VIEW result AS\nWITH picked AS (SELECT * FROM short WHERE id > 0)\n\
             SELECT start AS letters, COUNT(*) AS people FROM picked GROUP BY start;\n",
        ),
        (
            "sql/views/shown.sql",
            "CREATE OR REPLACE VIEW shop.s.shown AS\nSELECT UPPER(letters) AS big FROM shop.s.result;\n",
        ),
    ])
}

#[test]
fn columns_are_followed_through_every_kind_of_relation() {
    let tree = chain().run(&["lineage", "s.shown.big", "--up", "-t", "local"]).success();
    let lines: Vec<&str> = tree.lines().map(|line| line.trim_start_matches(['│', '└', '─', '├', ' '])).collect();
    assert_eq!(
        lines,
        [
            "s.shown.big  STRING  sql/views/shown.sql:2:8",
            "s.result.letters  [computed]  sql/views/shown.sql:2:8",
            "s.short.start  sql/s/result.sql:3:8",
            "s.history.name  [computed]  sql/s/short.sql:1:43",
            "s.raw.name  sql/s/history.sql:2:52",
            "/Volumes/shop/s/landing/.name  sql/s/raw.sql:1:53",
        ]
    );
}

#[test]
fn rows_are_told_and_not_followed() {
    let tree = chain().run(&["lineage", "s.short.id", "--down", "-t", "local"]).success();
    assert!(tree.contains("└─ s.result  [rows: filter]"), "{tree}");
    assert!(!tree.contains("letters"), "{tree}");
    let keys = chain().run(&["lineage", "s.raw.id", "--down", "--depth", "1", "-t", "local"]).success();
    assert!(keys.contains("s.history.id"), "{keys}");
    assert!(!keys.contains("s.short.id"), "{keys}");
}

#[test]
fn unknown_names_are_refused_with_what_was_meant() {
    let run = chain().run(&["lineage", "s.resul.letters", "-t", "local"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("did you mean `s.result.letters`?"), "{run}");
    assert_eq!(chain().run(&["lineage", "--up", "--down"]).code, Some(2));
}

/// docs/lineage.md: `from`, `to` and `parent` are positions in `nodes`.
#[test]
fn the_document_is_whole() {
    let document = TestProject::repository().run(&["lineage", "-t", "prod", "--format", "json"]).json(0);
    assert_eq!((&document["version"], &document["target"]), (&Value::from(1), &Value::from("prod")));
    let nodes = document["nodes"].as_array().unwrap();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        assert_eq!(node["id"], index);
        assert!(node["parent"].is_null() || node["parent"].as_u64().unwrap() < nodes.len() as u64);
        *kinds.entry(node["kind"].as_str().unwrap()).or_default() += 1;
    }
    for edge in document["edges"].as_array().unwrap() {
        assert!(edge["from"].as_u64().unwrap().max(edge["to"].as_u64().unwrap()) < nodes.len() as u64, "{edge}");
    }
    // What the solution is made of: its SQL files, its dashboard, its Genie space, its grants, its job and its story.
    let repository = repository();
    let read = |path: &str| std::fs::read_to_string(repository.join(path)).unwrap();
    let json = |path: &str| -> Value { serde_json::from_str(&read(path)).unwrap() };
    let dashboard = json("dashboards/insurance/executive_overview.lvdash.json");
    let genie = json("genie/insurance/member_experience.geniespace.json");
    let count = |value: &Value| value.as_array().unwrap().len();
    assert_eq!(kinds["dataset"], count(&dashboard["datasets"]));
    assert_eq!(kinds["genie_table"], count(&genie["data_sources"]["tables"]));
    assert_eq!(kinds["genie_example"], count(&genie["instructions"]["example_question_sqls"]));
    assert_eq!(kinds["genie_join"], count(&genie["instructions"]["join_specs"]));
    assert_eq!(kinds["genie_benchmark"], count(&genie["benchmarks"]["questions"]));
    assert_eq!(kinds["job_task"], read("jobs/insurance/daily.yml").matches("- task_key:").count() - 7);
    assert_eq!(kinds["story"], read("sql/insurance/story.yml").matches("\n  - id:").count());
    assert_eq!(kinds["mask"], 7);
}

/// The page has everything inside itself, and no name of the project can become markup.
#[test]
fn the_page_stands_alone() {
    let project = chain();
    project.write(
        "sql/s/odd.sql",
        "CREATE OR REFRESH MATERIALIZED VIEW odd AS SELECT id AS `</script><b>` FROM history;\n",
    );
    let page = project.run(&["lineage", "-t", "local", "--format", "html"]).success();
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains("</script><b>"));
    let addresses: Vec<&str> = page.match_indices("http").map(|(at, _)| &page[at..at + 26]).collect();
    assert!(addresses.iter().all(|address| *address == "http://www.w3.org/2000/svg"), "{addresses:?}");
    assert!(!page.contains("src=") && !page.contains("@import") && !page.contains("<link"));
}

#[test]
fn the_graph_is_valid_for_graphviz() {
    let dot = TestProject::repository().run(&["lineage", "--format", "dot", "-t", "prod"]).success();
    assert!(dot.starts_with("digraph lineage {\n") && dot.ends_with("}\n"));
    // Graphviz itself reads it, where it is installed.
    if let Ok(mut child) = Command::new("dot").arg("-Tcanon").stdin(Stdio::piped()).stdout(Stdio::null()).spawn() {
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), dot.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}
