//! The forms of `lakesmith check`'s output, each as the document that defines it wants it.

use serde_json::{Value, json};

use crate::support::{TestProject, repository, schema, shop::board};

/// Findings of all severities, in texts that every format has to escape; one is allowed in its file, one elsewhere.
fn faulty() -> TestProject {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze } }\nchecks:\n  allow:\n    \
             - { code: LS602, file: \"**\", reason: \"made in the <UI> & 'kept'\" }\n",
        ),
        (
            "jobs/shop.yml",
            "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
             pipelines:\n  main: { name: shop, catalog: shop, schema: bronze, serverless: true, sql: [sql] }\n",
        ),
        ("sql/bronze/one.sql", "CREATE MATERIALIZED VIEW {{ this }} AS SELECT 1 AS `é < & \"b\" {0}[x](y)`, 2 AS b;\n"),
        (
            "sql/bronze/wrong 100%.sql",
            "CREATE MATERIALIZED VIEW w AS\nSELECT '日本' AS j, `é < & \"b\" {0}[x](z)`, d, -- lakesmith: allow(LS402) two, \"of\" them\n  \
             c,\n  some_catalog.some.thing(b) AS t\nFROM {{ ref('bronze.one') }};\n",
        ),
        (
            "sql/bronze/cycle.sql",
            "CREATE MATERIALIZED VIEW m AS SELECT * FROM shop.bronze.n;\nCREATE MATERIALIZED VIEW n AS SELECT * FROM shop.bronze.m;\n",
        ),
        ("dashboards/d.lvdash.json", &board("SELECT zz FROM shop.bronze.one", "zz")),
    ]);
    // The project is a folder of a repository.
    std::fs::create_dir(project.root().parent().unwrap().join(".git")).unwrap();
    project
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Issue 3, "Show": the form of `check --format json`; `allowed` is new.
#[test]
fn json_has_the_documented_form() {
    let report = faulty().run(&["check", "--format", "json"]).json(1);
    assert_eq!(keys(&report), ["version", "summary", "diagnostics"]);
    assert_eq!(report["version"], 1);
    let summary = &report["summary"];
    assert_eq!(
        keys(summary),
        ["errors", "warnings", "notes", "allowed", "files", "statements", "proved", "unknown", "elapsed_ms"]
    );
    assert_eq!((&summary["errors"], &summary["notes"], &summary["allowed"]), (&json!(2), &json!(1), &json!(3)));
    let findings = report["diagnostics"].as_array().unwrap();
    assert_eq!(findings.len(), 3);
    for finding in findings {
        let all = keys(finding);
        let required = ["code", "severity", "message", "file", "start", "end", "related"];
        assert!(required.iter().all(|key| all.contains(key)), "{finding}");
        assert!(all.iter().all(|key| required.contains(key) || *key == "hint"), "{finding}");
        assert_eq!(keys(&finding["start"]), ["line", "column"]);
    }
    let column = &findings[1];
    assert_eq!((&column["code"], &column["severity"]), (&json!("LS402"), &json!("error")));
    assert_eq!(column["start"], json!({ "line": 3, "column": 3 }));
    assert_eq!(column["end"], json!({ "line": 3, "column": 4 }));
    // A project that cannot be read is reported in the same form.
    let broken = TestProject::new(&[("lakesmith.yml", "name: [\n")]).run(&["check", "--format", "json"]).json(1);
    assert_eq!(keys(&broken), ["version", "ok", "summary", "diagnostics"]);
    assert_eq!((&broken["ok"], &broken["diagnostics"][0]["code"]), (&json!(false), &json!("LS102")));
}

fn sarif(project: &TestProject, code: i32) -> Value {
    let log = project.run(&["check", "--format", "sarif"]).json(code);
    let path = repository().join("tests/data/sarif/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(schema::violations(&schema, &log), Vec::<String>::new());
    // The validator is one that finds something.
    let mut wrong = log.clone();
    wrong["runs"][0]["results"] = json!([{ "level": "fatal", "message": {}, "x": 1, "ruleIndex": -2 }]);
    assert_eq!(schema::violations(&schema, &wrong).len(), 4, "{:?}", schema::violations(&schema, &wrong));
    log
}

#[test]
fn sarif_fits_its_schema_and_says_everything() {
    let project = faulty();
    let log = sarif(&project, 1);
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"], json!([{ "executionSuccessful": true, "exitCode": 1 }]));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["LS402", "LS406", "LS501", "LS602"]);
    let page = std::fs::read_to_string(repository().join("docs/diagnostics/LS402.md")).unwrap();
    assert_eq!(rules[0]["help"]["markdown"], page);
    assert_eq!(rules[0]["shortDescription"]["text"], "The column does not exist.");
    let artifacts = run["artifacts"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 6);
    for result in results {
        assert_eq!(ids[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let artifact = &artifacts[usize::try_from(place["index"].as_u64().unwrap()).unwrap()];
        assert_eq!(artifact["location"], *place);
        assert_eq!(place["uriBaseId"], "SRCROOT");
        assert!(result["suppressions"].is_array());
    }
    // A region is of characters, and its end the first one behind.
    let column = &results[1];
    let physical = &column["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "project/sql/bronze/wrong%20100%25.sql");
    assert_eq!(physical["region"], json!({ "startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 4 }));
    assert_eq!((&column["level"], &column["suppressions"]), (&json!("error"), &json!([])));
    // The cycle has a second place.
    assert_eq!(results[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 2);
    // Braces would be placeholders (§ 3.11.5), `](` a link (§ 3.11.6); columns count characters, not bytes.
    let quoted = results.iter().find(|r| r["message"]["text"].as_str().unwrap().contains("{{0}}[x] (z)")).unwrap();
    assert_eq!(quoted["locations"][0]["physicalLocation"]["region"]["startColumn"], 19);
    let suppressed: Vec<&Value> = results.iter().map(|r| &r["suppressions"]).filter(|s| **s != json!([])).collect();
    assert_eq!(suppressed.len(), 3);
    assert_eq!(suppressed[0][0]["kind"], "external");
    assert_eq!(suppressed[0][0]["justification"], "made in the <UI> & 'kept'");
    assert_eq!(suppressed[1][0]["kind"], "inSource");
    assert_eq!(suppressed[1][0]["justification"], "two, \"of\" them");
    assert_eq!(suppressed[1][0]["location"]["physicalLocation"]["region"]["startLine"], 2);
    // No place on this machine.
    assert!(!log.to_string().contains(project.root().to_str().unwrap()));
}

#[test]
fn sarif_fingerprints_stay_when_lines_move() {
    let prints = |project: &TestProject| -> Vec<Value> {
        let log = sarif(project, 1);
        log["runs"][0]["results"].as_array().unwrap().iter().map(|r| r["partialFingerprints"].clone()).collect()
    };
    let project = faulty();
    let before = prints(&project);
    let path = "sql/bronze/wrong 100%.sql";
    project.write(path, &format!("-- a new line\n\n{}", project.read(path)));
    assert_eq!(prints(&project), before);
    let mut all: Vec<String> = before.iter().map(Value::to_string).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), before.len());
}

#[test]
fn sarif_of_a_clean_project_and_of_one_that_cannot_be_read() {
    let clean = sarif(&TestProject::repository(), 0);
    assert_eq!(clean["runs"][0]["results"], json!([]));
    let broken = sarif(&TestProject::new(&[("lakesmith.yml", "name: [\n")]), 1);
    let run = &broken["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["results"][0]["ruleId"], "LS102");
}

/// What an element holds, of a document that is well formed (XML 1.0, section 2.1): every start has its end, names and
/// attributes are as the grammar wants, and nothing but the five entities and character references follows `&`.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> &str {
        &self.attributes.iter().find(|(key, _)| key == name).unwrap_or_else(|| panic!("{self:?} lacks {name}")).1
    }
}

fn xml(text: &str) -> Element {
    let rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    assert!(rest.chars().all(|c| matches!(c, '\t' | '\n' | '\r') || c >= ' '), "{rest}");
    let mut open = vec![Element::default()];
    let mut rest = rest;
    while !rest.is_empty() {
        let (before, behind) = rest.split_once('<').unwrap_or((rest, ""));
        open.last_mut().unwrap().text.push_str(&decoded(before));
        if behind.is_empty() {
            break;
        }
        // `>` is escaped everywhere in these documents.
        let (tag, after) = behind.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let element = open.pop().unwrap();
            assert_eq!(element.name, name);
            open.last_mut().unwrap().children.push(element);
            continue;
        }
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut element = Element { name: name.to_string(), ..Element::default() };
        while let Some((key, value)) = attributes.split_once("=\"") {
            let (value, more) = value.split_once('"').unwrap();
            assert!(key.trim().chars().all(char::is_alphanumeric), "{tag}");
            element.attributes.push((key.trim().to_string(), decoded(value)));
            attributes = more;
        }
        assert_eq!(attributes, "", "{tag}");
        match empty {
            true => open.last_mut().unwrap().children.push(element),
            false => open.push(element),
        }
    }
    let document = open.pop().unwrap();
    assert!(open.is_empty() && document.children.len() == 1 && document.text.trim().is_empty());
    document.children.into_iter().next().unwrap()
}

fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap());
    for part in parts {
        let (entity, behind) = part.split_once(';').unwrap();
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => char::from_u32(other.strip_prefix('#').unwrap().parse().unwrap()).unwrap(),
        });
        out.push_str(behind);
    }
    out
}

#[test]
fn junit_is_well_formed_and_counts_right() {
    let run = faulty().run(&["check", "--format", "junit"]);
    assert_eq!(run.code, Some(1), "{run}");
    let root = xml(&run.stdout);
    assert_eq!(root.name, "testsuites");
    let suites = &root.children;
    // One for each file of the project, those without findings too.
    let files: Vec<&str> = suites.iter().map(|suite| suite.attribute("name")).collect();
    assert_eq!(
        files,
        [
            "project/dashboards/d.lvdash.json",
            "project/jobs/shop.yml",
            "project/lakesmith.yml",
            "project/sql/bronze/cycle.sql",
            "project/sql/bronze/one.sql",
            "project/sql/bronze/wrong 100%.sql"
        ]
    );
    let count = |suite: &Element, name: &str| {
        suite.children.iter().filter(|case| case.children.iter().any(|child| child.name == name)).count()
    };
    for suite in suites {
        assert_eq!(suite.attribute("tests"), suite.children.len().to_string());
        assert_eq!(suite.attribute("failures"), count(suite, "failure").to_string());
        assert_eq!(suite.attribute("skipped"), count(suite, "skipped").to_string());
        assert!(!suite.children.is_empty());
    }
    assert_eq!(root.attribute("tests"), suites.iter().map(|suite| suite.children.len()).sum::<usize>().to_string());
    assert_eq!(root.attribute("failures"), "2");
    let skipped = &suites[0].children[0].children[0];
    assert_eq!(skipped.attribute("message"), "allowed: made in the <UI> & 'kept'");
    let failure = suites[5].children.iter().find(|case| case.attribute("name") == "LS402 3:3").unwrap();
    let failure = &failure.children[0];
    assert_eq!((failure.attribute("type"), failure.attribute("message")), ("LS402", "the column `c` does not exist"));
    assert!(failure.text.starts_with("sql/bronze/wrong 100%.sql:3:3: the column `c`"), "{failure:?}");
}

#[test]
fn annotations_of_github() {
    let run = faulty().run(&["check", "--format", "github"]);
    assert_eq!(run.code, Some(1), "{run}");
    insta::assert_snapshot!(run.stdout, @"
    ::error file=project/sql/bronze/cycle.sql,line=1,endLine=1,col=26,endColumn=27,title=LS501::datasets depend on each other in a cycle: shop.bronze.m → shop.bronze.n → shop.bronze.m
    ::error file=project/sql/bronze/wrong 100%25.sql,line=3,endLine=3,col=3,endColumn=4,title=LS402::the column `c` does not exist
    ::notice file=project/sql/bronze/wrong 100%25.sql,line=4,endLine=4,col=3,endColumn=29,title=LS406::the function `some_catalog.some.thing` is not known; it is not checked
    ");
    assert_eq!(TestProject::repository().run(&["check", "--format", "github"]).success(), "");
}

/// Excerpts of what is hard to underline.
#[test]
fn excerpts_stand_under_what_they_mean() {
    let long = "1 + ".repeat(100);
    let project = TestProject::new(&[
        ("lakesmith.yml", "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze } }\n"),
        (
            "jobs/shop.yml",
            "pipelines:\n  main: { name: shop, catalog: shop, schema: bronze, serverless: true, sql: [sql] }\n",
        ),
        ("sql/bronze/a_tabs.sql", "CREATE MATERIALIZED VIEW a AS\nSELECT\n\t\tnothing\tAS x;\n"),
        ("sql/bronze/b_wide.sql", "CREATE MATERIALIZED VIEW b AS\nSELECT '日本語 é' AS x, nowhere AS y;\n"),
        ("sql/bronze/c_crlf.sql", "CREATE MATERIALIZED VIEW c AS\r\nSELECT never AS x,\r\n  1 AS y;\r\n"),
        ("sql/bronze/d_long.sql", &format!("CREATE MATERIALIZED VIEW d AS SELECT {long}nobody + {long}1 AS x;\n")),
        ("sql/bronze/e_lines.sql", "CREATE MATERIALIZED VIEW e AS\nSELECT upper(\n    'a',\n    'b'\n  ) AS x;\n"),
    ]);
    insta::assert_snapshot!(project.run(&["check"]).stderr, @"
    error[LS402]: the column `nothing` does not exist
     --> sql/bronze/a_tabs.sql:3:3
      |
    3 |         nothing    AS x;
      |         ^^^^^^^

    error[LS402]: the column `nowhere` does not exist
     --> sql/bronze/b_wide.sql:2:22
      |
    2 | SELECT '日本語 é' AS x, nowhere AS y;
      |                         ^^^^^^^

    error[LS402]: the column `never` does not exist
     --> sql/bronze/c_crlf.sql:2:8
      |
    2 | SELECT never AS x,
      |        ^^^^^

    error[LS402]: the column `nobody` does not exist
     --> sql/bronze/d_long.sql:1:438
      |
    1 | ...+ 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + nobody + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 +...
      |                                                                  ^^^^^^

    error[LS405]: `upper` takes 1 argument, not 2
     --> sql/bronze/e_lines.sql:2:8
      |
    2 |   SELECT upper(
      |  ________^
    3 | |     'a',
    4 | |     'b'
    5 | |   ) AS x;
      | |___^

    5 errors
    ");
}
