//! The whole demo: from CSV files to the story's numbers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{CATALOG, LANDING, TestProject, demo, fingerprints, heavy};

const UP: [&str; 8] = ["demo", "up", "insurance", "-t", "local", "--no-serve", "--format", "json"];

/// Issue 2, "Show".
const STORY: [&str; 14] = [
    "billing_daily_calls",
    "billing_daily_cost",
    "id_card_daily_calls",
    "pharmacy_daily_calls",
    "mapd_new_daily_calls",
    "mapd_new_repeat_pct",
    "mapd_new_sentiment",
    "eligibility_share_pct",
    "mobile_share_pct",
    "repeat_call_pct",
    "negative_emotion_pct",
    "savings_10pct_annual",
    "action_ux_annual",
    "impact_after_calls",
];

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The JSON report of a demo that must succeed.
fn up(project: &TestProject) -> Value {
    let run = project.run_live(&UP);
    assert_eq!(run.code, Some(0), "{run}");
    serde_json::from_str(run.stdout.lines().last().unwrap()).unwrap()
}

/// Rows that the report's update wrote, by dataset.
fn updated(report: &Value) -> Vec<(String, u64)> {
    let steps = report["steps"].as_array().unwrap().iter();
    let name = |step: &Value| step["name"].as_str().unwrap().strip_prefix("update ").map(str::to_string);
    steps.filter_map(|step| Some((name(step)?, step["rows"].as_u64().unwrap()))).collect()
}

#[test]
fn the_report_is_one_json_object_of_the_documented_form() {
    let demo = demo();
    assert_eq!(demo.stdout.lines().count(), 1);
    // Progress is for terminals.
    assert_eq!(demo.stderr, "");
    let report = &demo.report;
    assert_eq!(keys(report), ["version", "ok", "solution", "target", "elapsed_s", "steps", "story", "tables"]);
    assert_eq!((&report["version"], &report["ok"]), (&json!(1), &json!(true)));
    assert_eq!((&report["solution"], &report["target"]), (&json!("insurance"), &json!("local")));
    for line in report["story"].as_array().unwrap() {
        assert_eq!(keys(line), ["id", "title", "expected", "actual", "unit", "ok"]);
    }
    for step in report["steps"].as_array().unwrap() {
        assert!(step["seconds"].as_f64().unwrap() >= 0.0 && step["name"].is_string(), "{step}");
    }
}

#[test]
fn every_number_of_the_story_is_as_told() {
    let story = demo().report["story"].as_array().unwrap();
    let ids: BTreeSet<&str> = story.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert!(STORY.iter().all(|id| ids.contains(id)), "{ids:?}");
    let number = |id: &str| story.iter().find(|line| line["id"] == id).unwrap()["actual"].as_f64().unwrap();
    // solutions.md §1, within 5 %.
    for (id, told) in [
        ("billing_daily_calls", 5000.0),
        ("billing_daily_cost", 40_000.0),
        ("id_card_daily_calls", 3000.0),
        ("pharmacy_daily_calls", 4000.0),
        ("mapd_new_daily_calls", 3000.0),
        ("mapd_new_repeat_pct", 28.0),
        ("mapd_new_sentiment", -0.65),
        ("eligibility_share_pct", 78.0),
        ("mobile_share_pct", 82.0),
        ("repeat_call_pct", 23.5),
        ("negative_emotion_pct", 32.6),
        ("savings_10pct_annual", 1_460_000.0),
        ("action_ux_annual", 1_000_000.0),
        ("impact_after_calls", 4250.0),
    ] {
        let actual = number(id);
        assert!((actual - told).abs() <= told.abs() * 0.05, "{id}: told {told}, found {actual}");
    }
}

/// Row counts of the generator's contract: 425,000 rows of seven sources; duplicates and rejected rows stop at silver.
#[test]
fn every_row_is_in_bronze_and_every_clean_row_in_silver() {
    let tables = &demo().report["tables"];
    let rows = |name: &str| {
        let name = format!("{CATALOG}.{name}");
        let found = tables.as_array().unwrap().iter().find(|table| table["name"] == name.as_str());
        found.unwrap_or_else(|| panic!("{name}: {tables}"))["rows"].as_u64().unwrap()
    };
    for (table, count) in [
        ("bronze.members_raw", 10_000),
        ("bronze.claims_raw", 50_000),
        ("bronze.call_center_raw", 100_000),
        ("bronze.digital_interactions_raw", 150_000),
        ("bronze.surveys_raw", 25_000),
        ("bronze.pharmacy_raw", 75_000),
        ("bronze.enrollment_raw", 15_000),
        ("silver.members_current", 10_000),
        ("silver.claims_clean", 49_750),
        ("silver.call_center_clean", 99_500),
        ("silver.digital_interactions_clean", 149_300),
        ("silver.surveys_clean", 24_850),
        ("silver.pharmacy_clean", 74_650),
        ("silver.enrollment_clean", 14_930),
    ] {
        assert_eq!(rows(table), count, "{table}");
    }
    for table in ["executive_kpis", "top_opportunities", "digital_call_leakage", "repeat_calls_analysis"] {
        assert!(rows(&format!("gold.{table}")) > 0, "{table}");
    }
}

#[test]
fn a_second_run_reads_no_file_twice_and_changes_no_row() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let report = up(&project);
    assert_eq!(report["ok"], true);
    assert_eq!(report["tables"], demo().report["tables"]);
    let written: Vec<_> = updated(&report).into_iter().filter(|(_, rows)| *rows > 0).collect();
    assert!(written.is_empty(), "{written:?}");
    assert_eq!(fingerprints(&project, CATALOG), demo().tables);
    let plan = project.run_live(&["plan", "insurance", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{plan}");
}

#[test]
fn one_more_dated_file_ingests_exactly_its_rows() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let header = "claim_id,member_id,claim_date,claim_type,claim_amount,status,approval_time_days,denial_reason,\
                  prior_auth_required,prior_auth_status,prior_auth_submitted_at,prior_auth_decided_at,\
                  provider_network,service_category";
    let row = |n: u32| format!("CLM9000000{n},M-104382,2025-11-14,Medical,12.50,Approved,3,,False,,,,in,Imaging");
    let text = format!("{header}\n{}\n{}\n{}\n", row(1), row(2), row(3));
    project.write(&format!("{LANDING}/claims/claims_20251115.csv"), &text);
    let report = up(&project);
    let bronze: Vec<_> =
        updated(&report).into_iter().filter(|(name, rows)| name.contains(".bronze.") && *rows > 0).collect();
    assert_eq!(bronze, [(format!("{CATALOG}.bronze.claims_raw"), 3)]);
    let (before, after) = (&demo().tables, fingerprints(&project, CATALOG));
    for (table, old) in before {
        let more = match table.split_once('.').unwrap().1 {
            "bronze.claims_raw" | "silver.claims_clean" => 3,
            name if name.starts_with("bronze.") => {
                assert_eq!(&after[table], old, "{table}");
                0
            }
            name if name.starts_with("silver.") => 0,
            _ => continue,
        };
        assert_eq!(after[table].rows, old.rows + more, "{table}");
    }
}

/// The seed's columns and formats (seeds/1a, "Data"): ids `M00000001`, timestamps `2024-03-01 10:05:00`, `True/False`,
/// absent values empty. Nothing else is in the workspace.
const SEED: [(&str, &str); 7] = [
    (
        "members/members.csv",
        "member_id,age,gender,plan_type,tenure_months,segment,state,zip_code,join_date\n\
         M00000001,71,F,MAPD,4,New,CA,90210,2023-11-01\n\
         M00000002,45,M,PPO,60,High Value,TX,73301,2019-03-01\n",
    ),
    (
        "claims/claims.csv",
        "claim_id,member_id,claim_date,claim_type,claim_amount,status,approval_time_days,denial_reason\n\
         CLM00000001,M00000001,2024-02-20,Medical,120.50,Denied,5,Out of network\n",
    ),
    (
        "call_center/call_center.csv",
        "call_id,member_id,call_date,call_timestamp,call_topic,handle_time_minutes,sentiment,is_repeat_call,prior_digital_attempt,transferred,resolved\n\
         CALL00000001,M00000001,2024-03-01,2024-03-01 10:05:00,Billing,12.5,negative,False,True,False,True\n\
         CALL00000002,M00000002,2024-03-01,2024-03-01 11:00:00,Claims,8.0,neutral,False,False,False,True\n",
    ),
    (
        "digital_interactions/digital_interactions.csv",
        "interaction_id,member_id,interaction_date,interaction_timestamp,interaction_type,outcome,failure_reason,session_duration_seconds\n\
         DIG00000001,M00000001,2024-03-01,2024-03-01 09:58:00,bill_pay,failure,timeout,95\n",
    ),
    (
        "surveys/surveys.csv",
        "survey_id,member_id,survey_date,nps_score,csat_score,effort_score,feedback_text,survey_type\n\
         SRV00000001,M00000001,2024-03-01,2,2,6,,post_call\n",
    ),
    (
        "pharmacy/pharmacy.csv",
        "rx_id,member_id,fill_date,drug_name,copay_amount,days_supply,pharmacy_type,denied_flag,denied_reason\n\
         RX00000001,M00000001,2024-02-27,Metformin,10.00,30,retail,False,\n",
    ),
    (
        "enrollment/enrollment.csv",
        "enrollment_id,member_id,enrollment_date,plan_type,premium_amount,change_type,change_reason\n\
         ENR00000001,M00000001,2023-11-01,MAPD,0.00,new,\n",
    ),
];

#[test]
fn files_with_only_the_seeds_columns_reach_gold() {
    let _one_at_a_time = heavy();
    let project = TestProject::repository();
    // Makes the landing volume. With nothing in it every table is there, empty, and no day counts as today.
    let run = project.run_live(&["deploy", "insurance", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    let query =
        |sql: &str| project.run_live(&["query", sql, "-t", "local", "--format", "json"]).json(0)["rows"].clone();
    assert_eq!(
        query("SELECT * FROM insurance_command_center.gold.population"),
        json!([{"as_of_date": null, "members": 0, "represented_members": null, "expansion_factor": null}])
    );
    let empty = fingerprints(&project, CATALOG);
    let filled: Vec<_> = empty.iter().filter(|(_, table)| table.rows > 0).map(|(name, _)| name.as_str()).collect();
    assert_eq!(filled, [format!("{CATALOG}.gold.population")], "{empty:?}");
    for (path, text) in SEED {
        project.write(&format!("{LANDING}/{path}"), text);
    }
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(
        query(
            "SELECT call_id, call_topic, customer_segment, minutes_to_call, is_avoidable \
             FROM insurance_command_center.gold.digital_call_leakage"
        ),
        json!([{"call_id": "CALL00000001", "call_topic": "Billing", "customer_segment": "MAPD New",
                "minutes_to_call": 7.0, "is_avoidable": true}])
    );
    assert_eq!(
        query(
            "SELECT total_calls, avoidable_calls FROM insurance_command_center.gold.executive_kpis WHERE is_as_of_day"
        )
        .as_array()
        .map(Vec::len),
        Some(1)
    );
    let (tables, of) = (fingerprints(&project, CATALOG), |name: &str| format!("{CATALOG}.{name}"));
    for (source, rows) in
        [("claims", 1), ("call_center", 2), ("digital_interactions", 1), ("surveys", 1), ("pharmacy", 1)]
    {
        assert_eq!(tables[&of(&format!("bronze.{source}_raw"))].rows, rows, "{source}");
        assert_eq!(tables[&of(&format!("silver.{source}_clean"))].rows, rows, "{source}");
    }
    // "Place new CSV files with datestamps" (seeds/1a): the name tells the order, not the time at which a file came.
    for (day, plan) in [("20240401", "HMO"), ("20240315", "EPO")] {
        let text =
            format!("{}\nM00000002,45,M,{plan},61,High Value,TX,73301,2019-03-01\n", SEED[0].1.lines().next().unwrap());
        project.write(&format!("{LANDING}/members/members_{day}.csv"), &text);
    }
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(
        query(
            "SELECT plan_type, CAST(__END_AT AS DATE) AS until FROM insurance_command_center.silver.members_clean \
             WHERE member_id = 'M00000002' ORDER BY __START_AT"
        ),
        json!([
            {"plan_type": "PPO", "until": "2024-03-15"},
            {"plan_type": "EPO", "until": "2024-04-01"},
            {"plan_type": "HMO", "until": null},
        ])
    );
}

#[test]
fn down_leaves_nothing_and_up_again_makes_the_same() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let removal = project.run_live(&["demo", "down", "insurance", "-t", "local", "--format", "json"]).json(0);
    assert_eq!(removal["left"], json!([]));
    assert!(removal["removed"].as_array().unwrap().len() > 80, "{removal}");
    assert!(fingerprints(&project, CATALOG).is_empty());
    assert!(project.files(".lakesmith/demo").is_empty());
    assert!(project.files(".lakesmith/local/volumes").is_empty());
    let status = project.run_live(&["demo", "status", "insurance", "-t", "local", "--format", "json"]).json(0);
    assert_eq!(status["up"], false);
    // Removing twice is fine.
    let again = project.run_live(&["demo", "down", "insurance", "-t", "local"]);
    assert_eq!(again.success(), "nothing was deployed; 0 files removed from this machine\n");
}

#[test]
fn other_settings_while_a_demo_is_up_are_refused() {
    let run = demo().project.copy().run(&["demo", "up", "insurance", "-t", "local", "--seed", "7"]);
    insta::assert_snapshot!(run, @r"
    exit code: 2
    ----- stderr -----
    error: the demo of `insurance` is up with scale 1, seed 42, as of 2025-11-14, not with scale 1, seed 7, as of 2025-11-14
      hint: leave the flags out to go on with it, or remove it first: `lakesmith demo down insurance -t local`
    ");
}

#[test]
fn a_number_that_is_off_fails_the_demo() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let story = project.read("sql/insurance/story.yml");
    project.write("sql/insurance/story.yml", &story.replacen("expected: 5000\n", "expected: 6000\n", 1));
    let run = project.run_live(&UP);
    assert_eq!(run.code, Some(1), "{run}");
    let report: Value = serde_json::from_str(run.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(report["ok"], false);
    let off: Vec<&Value> = report["story"].as_array().unwrap().iter().filter(|line| line["ok"] == false).collect();
    assert_eq!((off.len(), &off[0]["id"], &off[0]["expected"]), (1, &json!("billing_daily_calls"), &json!(6000)));
}
