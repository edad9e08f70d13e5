//! Tables and views that the project makes outside of pipelines: whoever reads them knows their columns.

use crate::support::TestProject;

const RESOURCES: &str = "catalogs:\n  main: { name: shop }\n\
    schemas:\n  bronze: { catalog_name: shop, name: bronze }\n  gold: { catalog_name: shop, name: gold }\n\
    pipelines:\n  main:\n    name: shop\n    catalog: shop\n    schema: gold\n    serverless: true\n    \
    sql: [sql/pipeline]\n\
    jobs:\n  report:\n    name: report\n    tasks:\n      - task_key: t\n        sql_task: { warehouse_id: w, file: { path: sql/run/report.sql } }\n";

/// Files of `sql/` without `sql/`; `bronze/…` and `gold/…` are run as statements.
fn project(files: &[(&str, &str)]) -> TestProject {
    let manifest = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze, gold: gold, pipeline: gold, run: gold } }\n";
    let project = TestProject::new(&[("lakesmith.yml", manifest), ("jobs/where.yml", RESOURCES)]);
    project.write("sql/pipeline/one.sql", "CREATE MATERIALIZED VIEW one AS SELECT 1 AS a\n");
    project.write("sql/run/report.sql", "SELECT 1\n");
    for (path, text) in files {
        let path = if path.ends_with(".sql") { format!("sql/{path}") } else { (*path).to_string() };
        project.write(&path, text);
    }
    project
}

const PEOPLE: (&str, &str) =
    ("bronze/people.sql", "CREATE TABLE IF NOT EXISTS {{ this }} (id INT NOT NULL, born DATE)\n");
const ADULTS: (&str, &str) = (
    "bronze/adults.sql",
    "CREATE OR REPLACE VIEW {{ this }} (id COMMENT 'who', year) AS SELECT id, year(born) AS y FROM {{ ref('bronze.people') }}\n",
);

#[test]
fn everyone_knows_the_columns_of_tables_and_views() {
    let fine = [
        PEOPLE,
        ADULTS,
        // Earlier by name than what it reads.
        (
            "bronze/a.sql",
            "CREATE OR REPLACE VIEW {{ this }} AS SELECT year + 1 AS next FROM {{ ref('bronze.adults') }}\n",
        ),
        ("bronze/copy.sql", "CREATE TABLE {{ this }} AS SELECT next FROM {{ ref('bronze.a') }}\n"),
        (
            "pipeline/mv.sql",
            "CREATE MATERIALIZED VIEW mv AS SELECT c.next, a.year FROM {{ ref('bronze.copy') }} c JOIN {{ ref('bronze.adults') }} a ON a.year = c.next\n",
        ),
        ("gold/over.sql", "CREATE OR REPLACE VIEW {{ this }} AS SELECT next FROM shop.gold.mv\n"),
        (
            "gold/f.sql",
            "CREATE OR REPLACE FUNCTION {{ this }}() RETURNS BIGINT RETURN SELECT count(id) FROM shop.bronze.adults\n",
        ),
        ("run/report.sql", "SELECT o.next, p.born FROM shop.gold.over o, shop.bronze.people p;\n"),
    ];
    let check = project(&fine).run(&["check"]);
    assert_eq!(check.code, Some(0), "{check}");
    let wrong = project(&fine);
    wrong.edit("sql/gold/over.sql", "SELECT next", "SELECT nxt");
    wrong.edit("sql/run/report.sql", "p.born", "p.brn");
    wrong.edit("sql/gold/f.sql", "count(id)", "count(ids)");
    insta::assert_snapshot!(wrong.run(&["check"]).stderr, @"
    error[LS402]: the column `ids` does not exist
     --> sql/gold/f.sql:1:76
      |
    1 | CREATE OR REPLACE FUNCTION {{ this }}() RETURNS BIGINT RETURN SELECT count(ids) FROM shop.bronze.adults
      |                                                                            ^^^
      |
      = help: did you mean `id`?

    error[LS402]: the column `nxt` does not exist
     --> sql/gold/over.sql:1:45
      |
    1 | CREATE OR REPLACE VIEW {{ this }} AS SELECT nxt FROM shop.gold.mv
      |                                             ^^^
      |
      = help: did you mean `next`?

    error[LS402]: `o` has no column `next`
     --> sql/run/report.sql:1:10
      |
    1 | SELECT o.next, p.brn FROM shop.gold.over o, shop.bronze.people p;
      |          ^^^^
      |
      = help: did you mean `nxt`?

    error[LS402]: `p` has no column `brn`
     --> sql/run/report.sql:1:18
      |
    1 | SELECT o.next, p.brn FROM shop.gold.over o, shop.bronze.people p;
      |                  ^^^
      |
      = help: did you mean `born`?

    4 errors
    ");
}

#[test]
fn views_that_read_each_other_are_a_cycle() {
    let project = project(&[
        ("bronze/a.sql", "CREATE OR REPLACE VIEW {{ this }} AS SELECT * FROM {{ ref('bronze.b') }}\n"),
        ("bronze/b.sql", "CREATE OR REPLACE VIEW {{ this }} AS SELECT * FROM {{ ref('bronze.a') }}\n"),
        ("bronze/c.sql", "CREATE OR REPLACE VIEW {{ this }} AS SELECT nothing FROM {{ ref('bronze.b') }}\n"),
        ("bronze/d.sql", "CREATE OR REPLACE VIEW {{ this }} AS SELECT * FROM {{ this }}\n"),
    ]);
    insta::assert_snapshot!(project.run(&["check"]).stderr, @"
    error[LS501]: resources depend on each other: view.shop.bronze.a → view.shop.bronze.b → view.shop.bronze.a
     --> sql/bronze/a.sql:1:1
      |
    1 | CREATE OR REPLACE VIEW {{ this }} AS SELECT * FROM {{ ref('bronze.b') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: sql/bronze/b.sql:1:1
      |
    1 | CREATE OR REPLACE VIEW {{ this }} AS SELECT * FROM {{ ref('bronze.a') }}
      | --------------------------------------------------------------------- `view.shop.bronze.b` goes on here

    error[LS501]: `shop.bronze.d` reads itself
     --> sql/bronze/d.sql:1:27
      |
    1 | CREATE OR REPLACE VIEW {{ this }} AS SELECT * FROM {{ this }}
      |                           ^^^^

    2 errors
    ");
}

/// A dashboard and a Genie space over a view of the project.
#[test]
fn documents_read_views() {
    let dashboard = r#"{"datasets": [{"name": "d", "displayName": "D", "queryLines": ["SELECT id, COLUMN FROM shop.bronze.adults"]}], "pages": []}"#;
    let genie = r#"{"version": 2, "config": {"sample_questions": []}, "data_sources": {"tables": [{"identifier": "shop.bronze.adults"}]}, "instructions": {}}"#;
    let with = |column: &str, table: &str| {
        project(&[
            PEOPLE,
            ADULTS,
            ("dashboards/shop/d.lvdash.json", &dashboard.replace("COLUMN", column)),
            ("genie/shop/g.geniespace.json", &genie.replace("adults", table)),
        ])
        .run(&["check"])
    };
    assert_eq!(with("year", "adults").code, Some(0), "{}", with("year", "adults"));
    insta::assert_snapshot!(with("yaer", "adult").stderr, @r#"
    warning[LS611]: no widget reads the dataset `d`
     --> dashboards/shop/d.lvdash.json:1:25
      |
    1 | {"datasets": [{"name": "d", "displayName": "D", "queryLines": ["SELECT id, yaer FROM shop.bronze.adults"]}], "pages": []}
      |                         ^

    error[LS602]: the column `yaer` does not exist
     --> dashboards/shop/d.lvdash.json:1:76
      |
    1 | {"datasets": [{"name": "d", "displayName": "D", "queryLines": ["SELECT id, yaer FROM shop.bronze.adults"]}], "pages": []}
      |                                                                            ^^^^
      |
      = help: did you mean `year`?

    error[LS702]: the table `shop.bronze.adult` does not exist
     --> genie/shop/g.geniespace.json:1:96
      |
    1 | {"version": 2, "config": {"sample_questions": []}, "data_sources": {"tables": [{"identifier": "shop.bronze.adult"}]}, "instructions":...
      |                                                                                                ^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `adults`?

    2 errors, 1 warning
    "#);
}

/// A value of the pipeline's configuration stands anywhere in its files (lakeflow-sql.md §1.3); one that nothing sets
/// is told where it stands.
#[test]
fn parameters_of_a_pipeline_have_values() {
    let check = |sql: &str| {
        let project = project(&[("pipeline/one.sql", sql)]);
        project.edit(
            "jobs/where.yml",
            "serverless: true",
            "serverless: true\n    configuration: { my.key: 7, sources: bronze, later: \"${schema.bronze.id}\" }",
        );
        project.run(&["check"])
    };
    let fine = "SET limit = 5;\nCREATE MATERIALIZED VIEW one AS SELECT ${my.key} AS k, '${later}' AS l, ${later} AS m LIMIT ${limit};
        CREATE MATERIALIZED VIEW two AS SELECT k + 1 AS n FROM shop.gold.${my.key}_${sources}, one;
        CREATE MATERIALIZED VIEW 7_bronze AS SELECT date_add(DATE'2024-01-01', k) AS d FROM one;\n";
    let run = check(fine);
    assert_eq!(run.code, Some(0), "{run}");
    insta::assert_snapshot!(check("CREATE MATERIALIZED VIEW one AS SELECT ${my.kye} AS k, '${source}' AS s,
        ${my.key} AS n FROM shop.${sources}.absent;
        SET late = 1;\n").stderr, @r#"
        warning[LS921]: no SQL file of the pipeline reads `${later}`
          --> jobs/where.yml:12:50
           |
        12 |     configuration: { my.key: 7, sources: bronze, later: "${schema.bronze.id}" }
           |                                                  ^^^^^

        error[LS108]: the parameter `my.kye` has no value in the pipeline `main`
         --> sql/pipeline/one.sql:1:40
          |
        1 | CREATE MATERIALIZED VIEW one AS SELECT ${my.kye} AS k, '${source}' AS s,
          |                                        ^^^^^^^^^
          |
          = help: did you mean `my.key`?

        warning[LS108]: the parameter `source` has no value in the pipeline `main`
         --> sql/pipeline/one.sql:1:57
          |
        1 | CREATE MATERIALIZED VIEW one AS SELECT ${my.kye} AS k, '${source}' AS s,
          |                                                         ^^^^^^^^^
          |
          = help: did you mean `sources`?

        error[LS401]: the table `shop.bronze.absent` does not exist
         --> sql/pipeline/one.sql:2:29
          |
        2 |         ${my.key} AS n FROM shop.${sources}.absent;
          |                             ^^^^^^^^^^^^^^^^^^^^^^

        2 errors, 2 warnings
        "#);
}
