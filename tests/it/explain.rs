//! The page of every code: its form, its examples, and `lakesmith explain`.

use std::collections::{BTreeMap, BTreeSet};

use lakesmith::diag::{CODES, CodeInfo};

use crate::support::{TestProject, repository};

fn folder() -> std::path::PathBuf {
    repository().join("docs/diagnostics")
}

#[test]
fn every_page_is_of_a_code_and_has_its_form() {
    let mut pages = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "README.md" {
            pages.insert(name);
        }
    }
    let codes: BTreeSet<String> = CODES.iter().map(|info| format!("{}.md", info.code)).collect();
    assert_eq!(pages, codes);
    for info in CODES {
        let lines: Vec<&str> = info.page.lines().collect();
        let code = info.code;
        assert_eq!(lines[0], format!("# {code}: {}", info.title));
        assert!(["error", "warning", "note"].iter().any(|word| lines[2] == format!("Severity: {word}")), "{code}");
        let sections: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(sections, ["What", "Why", "Wrong", "Right"], "{code}");
        for section in sections {
            assert!(info.section(section).len() > 20, "{code}: {section}");
        }
        assert!(lines.iter().all(|line| line.len() <= 160 && !line.ends_with(' ')), "{code}");
        assert!(!examples(info, "Wrong").is_empty() && !examples(info, "Right").is_empty(), "{code}");
    }
}

/// An example and the path in the project that it is written to, if the page says one behind the language.
struct Example {
    path: Option<String>,
    text: String,
}

fn examples(info: &CodeInfo, section: &str) -> Vec<Example> {
    let text = info.section(section);
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(head) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        found.push(Example {
            path: head.split_once(' ').map(|(_, path)| path.to_string()),
            text: body.join("\n") + "\n",
        });
    }
    found
}

/// The project that the pages' examples are files of (docs/diagnostics/README.md).
const SHOP: [(&str, &str); 7] = [
    (
        "lakesmith.yml",
        "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze, gold: gold, views: gold } }\n\
         variables:\n  min_amount: { type: decimal, default: 10 }\n  focus: { type: string, default: Ann Lee }\n\
         targets:\n  local: {}\n\
         principals:\n  analysts: { local: analysts }\n",
    ),
    (
        "jobs/shop.yml",
        "catalogs:\n  main: { name: shop }\n\
         schemas:\n  bronze: { catalog_name: shop, name: bronze }\n  gold: { catalog_name: shop, name: gold }\n\
         volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing, volume_type: MANAGED }\n\
         pipelines:\n  main: { name: shop, catalog: shop, schema: gold, serverless: true, sql: [sql/bronze, sql/gold] }\n",
    ),
    (
        "sql/bronze/orders.sql",
        "CREATE OR REFRESH STREAMING TABLE {{ this }} AS SELECT * FROM STREAM read_files(\n  \
         '{{ volume_path('bronze.landing') }}/orders', format => 'csv', header => true,\n  \
         schema => 'id BIGINT, customer STRING, amount DECIMAL(10,2), ordered_at TIMESTAMP');\n",
    ),
    ("sql/gold/everything.sql", "CREATE MATERIALIZED VIEW {{ this }} AS SELECT * FROM {{ ref('bronze.orders') }};\n"),
    (
        "sql/gold/focus.sql",
        "CREATE MATERIALIZED VIEW {{ this }} AS SELECT id, amount FROM {{ ref('bronze.orders') }}\n\
         WHERE amount >= {{ var('min_amount') }} AND customer = {{ var('focus') | literal }};\n",
    ),
    (
        "jobs/access.yml",
        "grants:\n  catalog:\n    securable_type: catalog\n    securable: shop\n    \
         privileges: { \"{{ principal('analysts') }}\": [USE_CATALOG] }\n",
    ),
    (
        "sql/bronze/customers.sql",
        "CREATE OR REFRESH STREAMING TABLE {{ this }} AS SELECT * FROM STREAM read_files(\n  \
         '{{ volume_path('bronze.landing') }}/customers', format => 'csv', header => true,\n  \
         schema => 'id BIGINT, name STRING, changed_at TIMESTAMP');\n",
    ),
];

fn found_in(examples: &[Example]) -> (BTreeMap<String, String>, String) {
    let project = TestProject::new(&SHOP);
    for example in examples {
        project.write(example.path.as_ref().unwrap(), &example.text);
    }
    let run = project.run(&["check", "--format", "json"]);
    let told = run.to_string();
    let code = run.code.unwrap();
    let report = run.json(code);
    let found = report["diagnostics"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_string();
    (found.iter().map(|finding| (text(&finding["code"]), text(&finding["severity"]))).collect(), told)
}

/// The first example has the finding that its page is about, of the severity that it says; the second has it not.
#[test]
fn examples_are_what_the_pages_say() {
    let (base, told) = found_in(&[]);
    assert!(base.is_empty(), "{told}");
    let mut wrong = Vec::new();
    let mut proved = 0;
    for info in CODES {
        let code = info.code.to_string();
        let examples = ["Wrong", "Right"].map(|section| examples(info, section));
        if examples.iter().flatten().any(|example| example.path.is_none()) {
            continue;
        }
        proved += 1;
        let (found, told) = found_in(&examples[0]);
        if found.get(&code).map(String::as_str) != Some(info.severity().word()) {
            wrong.push(format!("{code}, wrong: {told}"));
        }
        let (found, told) = found_in(&examples[1]);
        if found.contains_key(&code) {
            wrong.push(format!("{code}, right: {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    // Of the others, the example is a command or needs what this project does not have.
    assert!(proved >= 140, "{proved} of {}", CODES.len());
}

/// `docs/diagnostics/README.md` lists the codes by family.
#[test]
fn the_index_lists_every_page() {
    let families = [
        (1, "Project and YAML"),
        (2, "Templates"),
        (3, "SQL syntax"),
        (4, "Names and types"),
        (5, "Pipelines"),
        (6, "Dashboards"),
        (7, "Genie spaces"),
        (8, "Grants and governance"),
        (9, "Jobs and resources"),
    ];
    let mut index = String::new();
    for (family, title) in families {
        index.push_str(&format!("\n### {title}\n\n| code | severity | what is wrong |\n|---|---|---|\n"));
        for info in CODES.iter().filter(|info| info.code.family() == family) {
            let (code, severity) = (info.code, info.severity().word());
            index.push_str(&format!("| [{code}]({code}.md) | {severity} | {} |\n", info.title));
        }
    }
    let path = folder().join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, now) = text.split_once("<!-- codes -->\n").unwrap();
    if std::env::var_os("LAKESMITH_UPDATE").is_some() {
        std::fs::write(&path, format!("{before}<!-- codes -->\n{index}")).unwrap();
    } else {
        assert_eq!(now, index, "run this test with LAKESMITH_UPDATE=1 to write the list anew");
    }
}

#[test]
fn explain_prints_pages() {
    // No project is needed.
    let folder = TestProject::new(&[]);
    let page = std::fs::read_to_string(repository().join("docs/diagnostics/LS401.md")).unwrap();
    for text in ["LS401", "ls401", "401"] {
        assert_eq!(folder.run(&["explain", text]).success(), page);
    }
    let both = folder.run(&["explain", "402", "LS401", "401"]).success();
    assert!(both.starts_with("# LS402: ") && both.ends_with(&format!("\n---\n\n{page}")), "{both}");
    let list = folder.run(&["explain"]).success();
    assert_eq!(list.lines().filter(|line| line.starts_with("LS")).count(), CODES.len());
    assert!(list.contains("LS401  error   the table does not exist\n"), "{list}");
    let json = folder.run(&["explain", "LS303", "--format", "json"]).json(0);
    assert_eq!(json["version"], 1);
    assert_eq!(json["codes"][0]["code"], "LS303");
    assert_eq!(json["codes"][0]["severity"], "warning");
    assert_eq!(json["codes"].as_array().unwrap().len(), 1);
    assert!(json["codes"][0]["page"].as_str().unwrap().starts_with("# LS303: "));
    assert_eq!(folder.run(&["explain", "--format", "json"]).json(0)["codes"].as_array().unwrap().len(), CODES.len());
}

#[test]
fn an_unknown_code_is_the_callers_fault() {
    let folder = TestProject::new(&[]);
    insta::assert_snapshot!(folder.run(&["explain", "LS4011", "LS401", "column"]), @"
    exit code: 2
    ----- stderr -----
    error[LS112]: the code `LS4011` does not exist
    help: did you mean `LS401`?

    error[LS112]: the code `column` does not exist
    help: `lakesmith explain` lists all codes

    2 errors
    ");
    let json = folder.run(&["explain", "LS499", "--format", "json"]).json(2);
    assert_eq!(
        (&json["ok"], &json["diagnostics"][0]["code"]),
        (&serde_json::json!(false), &serde_json::json!("LS112"))
    );
}
