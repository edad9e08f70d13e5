//! Dashboards and Genie spaces as programs and editors write them: what is right is clean, and one fault is one finding
//! at the character where it stands.

use std::fmt::Write;

use crate::support::{TestProject, repository};

const DASHBOARD: &str = "dashboards/shop/every_widget.lvdash.json";
const SPACE: &str = "genie/shop/claims.geniespace.json";

/// The tables that `tests/data/every_widget.lvdash.json` reads: the document is drawn up from the table of widgets in
/// lakeview-genie-alerts.md A8 and A9, one of each type and version.
const TABLES: [(&str, &str); 6] = [
    (
        "claims",
        "claim_id STRING, member_id STRING, service_date DATE, specialty STRING, provider_name STRING, \
         network_status STRING, paid_amount DECIMAL(12,2), los_days INT, country STRING, state STRING, county STRING, \
         lat DOUBLE, lon DOUBLE",
    ),
    (
        "referrals",
        "referral_id STRING, pcp_group STRING, referred_specialty STRING, landing_network STRING, step STRING, \
         step_no INT, members BIGINT",
    ),
    ("cost_bridge", "component STRING, ord INT, delta DECIMAL(12,2), as_of_date DATE"),
    (
        "member_events",
        "member_id STRING, episode STRING, event_type STRING, event_ts TIMESTAMP, start_ts TIMESTAMP, \
         end_ts TIMESTAMP, network_status STRING, county STRING, lat DOUBLE, lon DOUBLE",
    ),
    ("paid_forecast", "ds DATE, paid DOUBLE, paid_forecast DOUBLE, paid_upper DOUBLE, paid_lower DOUBLE"),
    ("members", "member_id STRING, county STRING"),
];

/// lakeview-genie-alerts.md C2, over the same tables.
const GENIE: &str = r#"{
  "version": 2,
  "config": {"sample_questions": [
    {"id": "10000000000000000000000000000001", "question": ["What was the leakage rate?"]}
  ]},
  "data_sources": {"tables": [
    {"identifier": "shop.bronze.claims", "column_configs": [
      {"column_name": "network_status", "enable_format_assistance": true, "enable_entity_matching": true},
      {"column_name": "paid_amount", "enable_format_assistance": true}
    ]},
    {"identifier": "shop.bronze.members"}
  ]},
  "instructions": {
    "text_instructions": [{"id": "30000000000000000000000000000001", "content": ["Leakage = out of network.\n"]}],
    "example_question_sqls": [
      {"id": "20000000000000000000000000000001", "question": ["Leakage by specialty"], "sql": [
        "SELECT c.specialty,\n",
        "  SUM(CASE WHEN c.network_status = 'OUT' THEN c.paid_amount END) AS leakage\n",
        "FROM shop.bronze.claims c WHERE c.service_date >= :since\n",
        "GROUP BY 1 ORDER BY 2 DESC"
      ], "parameters": [{"name": "since", "type_hint": "DATE"}]}
    ],
    "join_specs": [
      {"id": "50000000000000000000000000000001",
       "left": {"identifier": "shop.bronze.claims", "alias": "claims"},
       "right": {"identifier": "shop.bronze.members", "alias": "members"},
       "sql": ["`claims`.`member_id` = `members`.`member_id`", "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--"]}
    ],
    "sql_snippets": {
      "filters": [{"id": "60000000000000000000000000000001", "sql": ["claims.network_status = 'OUT'"]}],
      "measures": [{"id": "80000000000000000000000000000001", "sql": ["SUM(claims.paid_amount) / COUNT(DISTINCT members.county)"]}]
    }
  },
  "benchmarks": {"questions": [
    {"id": "90000000000000000000000000000001", "question": ["What is total paid?"],
     "answer": [{"format": "SQL", "content": ["SELECT SUM(paid_amount)\nFROM shop.bronze.claims"]}]}
  ]}
}
"#;

fn project() -> TestProject {
    let manifest = "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze } }\n";
    let resources = "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n";
    let project = TestProject::new(&[("lakesmith.yml", manifest), ("jobs/where.yml", resources)]);
    for (table, columns) in TABLES {
        let statement = format!("CREATE TABLE IF NOT EXISTS {{{{ this }}}} ({columns});\n");
        project.write(&format!("sql/bronze/{table}.sql"), &statement);
    }
    let every = std::fs::read_to_string(repository().join("tests/data/every_widget.lvdash.json")).unwrap();
    project.write(DASHBOARD, &every);
    project.write(SPACE, GENIE);
    project
}

/// (code, severity, file, line, column) of every finding.
fn findings(project: &TestProject) -> Vec<(String, String, String, u64, u64)> {
    let run = project.run(&["check", "--format", "json"]);
    let code = run.code.unwrap();
    let report = run.json(code);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let finding = |found: &serde_json::Value| {
        let start = |part: &str| found["start"][part].as_u64().unwrap_or_default();
        (text(&found["code"]), text(&found["severity"]), text(&found["file"]), start("line"), start("column"))
    };
    report["diagnostics"].as_array().unwrap().iter().map(finding).collect()
}

/// One fault: what is replaced, by what, and the finding, at a part of what is new.
type Fault = (&'static str, &'static str, &'static str, &'static str);

const FAULTS_OF_DASHBOARDS: [Fault; 20] = [
    ("FROM claims\"", "FROM clams\"", "LS602 error", "clams"),
    ("specialty, provider_name", "specialt, provider_name", "LS602 error", "specialt"),
    ("SELECT component", "SELECT component FROM cost_bridge; SELECT component", "LS302 error", "; SELECT"),
    ("\"SUM(`paid_amount`)\"", "\"SUM(`paid_amuont`)\"", "LS603 error", "`paid_amuont`"),
    (
        "\"value\": {\"fieldName\": \"sum(paid_amount)\"",
        "\"value\": {\"fieldName\": \"sum(paid)\"",
        "LS603 error",
        "sum(paid)",
    ),
    ("\"SUM(`paid_amount`)\"", "\"AVG(`service_date`)\"", "LS604 error", "`service_date`"),
    ("\"SUM(`paid_amount`)\"", "\"SUM(`paid_amount`\"", "LS604 error", ""),
    ("\"SUM(`paid_amount`)\"", "\"SUM(`specialty`)\"", "LS605 warning", "`specialty`"),
    (
        "\"fieldName\": \"specialty\", \"scale\": {\"type\": \"categorical\"",
        "\"fieldName\": \"specialty\", \"scale\": {\"type\": \"temporal\"",
        "LS607 warning",
        "temporal",
    ),
    ("\"datasetName\": \"ds_referrals\"", "\"datasetName\": \"ds_referals\"", "LS608 error", "ds_referals"),
    ("{\"name\": \"ds_pct\"", "{\"name\": \"ds_bridge\"", "LS609 error", ""),
    (":reduce_pct", ":reduce_pc", "LS612 error", ":reduce_pc"),
    ("\"value\": \"10\"", "\"value\": \"ten\"", "LS614 error", "ten"),
    (":service_window.min", ":service_window", "LS615 error", ":service_window"),
    ("\"queryName\": \"q_spec\"", "\"queryName\": \"q_spc\"", "LS616 error", "q_spc"),
    ("\"parameterName\": \"as_of\"", "\"parameterName\": \"as_off\"", "LS617 warning", "as_off"),
    ("\"position\": {\"x\": 0", "\"position\": {\"x\": -1", "LS620 warning", "-1"),
    ("\"widgetType\": \"sankey\"", "\"widgetType\": \"sanky\"", "LS622 warning", "sanky"),
    (
        "\"version\": 2, \"widgetType\": \"counter\"",
        "\"version\": 9, \"widgetType\": \"counter\"",
        "LS622 warning",
        "9",
    ),
    ("\\\"databricks_query\\\"", "\\\"rows\\\"", "LS629 warning", "\\\"rows\\\""),
];

const FAULTS_OF_SPACES: [Fault; 15] = [
    (
        "\"identifier\": \"shop.bronze.members\"}",
        "\"identifier\": \"shop.bronze.member\"}",
        "LS702 error",
        "shop.bronze.member",
    ),
    ("c.specialty", "c.speciality", "LS703 error", "speciality"),
    ("`claims`.`member_id`", "`claims`.`memberid`", "LS704 error", "`memberid`"),
    ("claims.network_status = 'OUT'", "claims.network = 'OUT'", "LS705 error", "network"),
    ("SUM(claims.paid_amount) /", "SUM(claims.service_date) /", "LS705 error", "claims.service_date"),
    ("\"column_name\": \"paid_amount\"", "\"column_name\": \"paid_amuont\"", "LS706 error", "paid_amuont"),
    ("SELECT SUM(paid_amount)\\n", "SELECT SUM(paid)\\n", "LS707 error", "paid"),
    ("\\nFROM shop.bronze.claims\"", "\\nFROM shop.bronze.clams\"", "LS707 error", "shop.bronze.clams"),
    ("10000000000000000000000000000001", "sq-001", "LS708 error", "sq-001"),
    ("50000000000000000000000000000001", "20000000000000000000000000000001", "LS709 error", "2"),
    ("\"column_name\": \"network_status\"", "\"column_name\": \"specialty\"", "LS710 error", ""),
    ("\"version\": 2", "\"version\": 7", "LS712 error", "7"),
    (
        "FROM shop.bronze.claims c",
        "FROM shop.bronze.referrals, shop.bronze.claims c",
        "LS713 warning",
        "shop.bronze.referrals",
    ),
    (">= :since", ">= :sinse", "LS714 warning", ":sinse"),
    ("\"question\": [\"Leakage by specialty\"]", "\"question\": \"Leakage by specialty\"", "LS716 error", "Leakage"),
];

#[test]
fn documents_that_are_right_are_clean() {
    let project = project();
    let check = project.run(&["check"]);
    assert_eq!(check.code, Some(0), "{check}");
    assert_eq!(findings(&project), [], "{check}");
}

#[test]
fn a_fault_is_found_where_it_stands() {
    let project = project();
    let mut missed = String::new();
    let faults = FAULTS_OF_DASHBOARDS.iter().map(|fault| (DASHBOARD, fault));
    for (file, (from, to, head, at)) in faults.chain(FAULTS_OF_SPACES.iter().map(|fault| (SPACE, fault))) {
        let right = project.read(file);
        let Some(place) = right.find(from) else { panic!("no {from} in {file}") };
        let wrong = right.replacen(from, to, 1);
        project.write(file, &wrong);
        let found = findings(&project);
        project.write(file, &right);
        let offset = place + to.find(at).unwrap();
        let before = &wrong[..offset];
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() as u64 + 1;
        let is_it = |finding: &&(String, String, String, u64, u64)| {
            let (code, severity, name, ..) = finding;
            format!("{code} {severity}") == *head && name == file
        };
        let here = |(.., l, c): &(String, String, String, u64, u64)| at.is_empty() || (*l, *c) == (line, column);
        if !found.iter().filter(is_it).any(here) {
            let _ = writeln!(missed, "{from} -> {to}: {head} at {file}:{line}:{column}, but {found:?}");
        }
    }
    assert!(missed.is_empty(), "{missed}");
}

/// What real exports do, and works (lakeview-genie-alerts.md A2, A8, A15b): nothing of it is an error.
#[test]
fn what_working_exports_do_is_no_error() {
    let project = project();
    let dashboard = r#"{
  "dashboard_id": "x",
  "datasets": [
    {"name": "a", "queryLines": ["SET use_cached_result = false;\n", "USE CATALOG shop; USE SCHEMA bronze;\n", "SELECT claim_id, IDENTIFIER(:dimension) AS dimension FROM claims;"],
     "parameters": [{"keyword": "dimension", "dataType": "STRING", "displayName": "d", "defaultSelection": {}}]},
    {"name": "b", "query": "SELECT * FROM nobody_knows WHERE day = '{{ day }}'"},
    {"name": "c", "query": "SELECT * FROM nobody_knows"},
    {"name": "d", "asset_name": "main.gold.metrics"},
    {"name": "e", "query": "SELECT specialty, COUNT(*) AS n FROM (SELECT *, c.specialty FROM shop.bronze.claims c) WHERE specialty <> '' GROUP BY specialty"}
  ],
  "pages": [{"name": "p", "layout": [
    {"widget": {"name": "old", "spec": {"version": 0, "viz_spec": {"viz_type": "COUNTER", "serialized_options": "{}"}}}, "position": {"x": 0, "y": 0, "width": 12, "height": 1}},
    {"widget": {"name": "half", "queries": [{"name": "main_query", "query": {"datasetName": "a", "fields": [{"name": "x", "expression": "`claim_id`"}], "disaggregated": true}}], "spec": {"version": 2, "widgetType": "counter", "encodings": {}}}, "position": {"x": 0, "y": 1, "width": 24, "height": 1}},
    {"widget": {"name": "stale", "queries": [{"name": "dashboards/1/datasets/2_to", "query": {"datasetName": "c", "parameters": [{"name": "to", "keyword": "to"}], "disaggregated": false}}], "spec": {"version": 2, "widgetType": "filter-single-select", "encodings": {"fields": [{"parameterName": "to", "queryName": "dashboards/1/datasets/2_to"}]}}}, "position": {"x": 0, "y": 2, "width": 2, "height": 1}},
    {"widget": {"name": "editors", "queries": [{"name": "q", "query": {"datasetName": "a", "fields": [{"name": "claim_id", "expression": "`claim_id`"}, {"name": "claim_id_associativity", "expression": "COUNT_IF(`associative_filter_predicate_group`)"}], "disaggregated": false}}], "spec": {"version": 2, "widgetType": "filter-multi-select", "encodings": {"fields": [{"fieldName": "claim_id", "displayName": "c", "queryName": "q"}]}}}, "position": {"x": 2, "y": 2, "width": 2, "height": 1}},
    {"widget": {"name": "metrics", "queries": [{"name": "main_query", "query": {"datasetName": "d", "fields": [{"name": "m", "expression": "MEASURE(`Rate`)"}], "disaggregated": false}}], "spec": {"version": 3, "widgetType": "table", "encodings": {"columns": [{"fieldName": "m"}]}}}, "position": {"x": 4, "y": 2, "width": 2, "height": 1}},
    {"widget": {"name": "made", "spec": {"version": 1, "widgetType": "markdown", "text": "x"}}, "position": {"x": 4, "y": 3, "width": 2, "height": 1}}
  ]}]
}
"#;
    project.write("dashboards/shop/seen.lvdash.json", dashboard);
    let errors: Vec<_> = findings(&project).into_iter().filter(|(_, severity, ..)| severity == "error").collect();
    assert_eq!(errors, [], "{}", project.run(&["check"]));
}
