//! Row totals, dirty rows, files, and the same bytes every time.

use std::collections::BTreeMap;

use super::super::{GenerateOptions, generate, next_day, stats};
use super::landing::{Files, Landing, Row, clean, members, options};
use crate::data::GenerateError;

/// Rows at scale 1 of requirement 1 in the solution's description.
const ROWS: [(&str, u64); 7] = [
    ("members", 10_000),
    ("claims", 50_000),
    ("call_center", 100_000),
    ("digital_interactions", 150_000),
    ("surveys", 25_000),
    ("pharmacy", 75_000),
    ("enrollment", 15_000),
];

/// No field holds a line break, so lines are rows.
fn total(files: &Files, folder: &str) -> u64 {
    let lines = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count() as u64 - 1;
    files.files.iter().filter(|(path, _)| path.starts_with(&format!("{folder}/"))).map(|(_, bytes)| lines(bytes)).sum()
}

#[test]
fn every_source_has_its_rows_dirty_ones_included() {
    let files = Files::history(&options(1.0, 42, "2025-11-14"));
    for (source, rows) in ROWS {
        assert_eq!(files.records(source).len() as u64, rows, "{source}");
        assert_eq!(total(&files, source), rows, "{source}");
        let bytes = &files.files[&format!("{source}/{source}_20251114.csv")];
        assert_eq!(bytes.last(), Some(&b'\n'));
        assert!(!bytes.contains(&b'\r') && std::str::from_utf8(bytes).is_ok());
    }
    let landing = Landing::new(&files);
    let members = members(&files.records("members"));
    assert_eq!(members.len(), 10_000);
    assert_eq!(landing.rejected["call_center"], [200, 80, 80, 60, 80]);
    assert_eq!(landing.rejected["digital_interactions"], [300, 100, 100, 100, 100]);
    assert_eq!(landing.rejected["surveys"], [50, 20, 20, 20, 40]);
    type Expected = (&'static str, &'static str, &'static str, fn(&Row) -> bool, [u64; 5]);
    let others: [Expected; 3] = [
        ("claims", "claim_id", "claim_date", |row| row.number("claim_amount") >= 0.0, [100, 40, 40, 30, 40]),
        ("pharmacy", "rx_id", "fill_date", |row| row.number("copay_amount") >= 0.0, [150, 50, 50, 50, 50]),
        (
            "enrollment",
            "enrollment_id",
            "enrollment_date",
            |row| row.number("premium_amount") >= 0.0,
            [30, 10, 10, 10, 10],
        ),
    ];
    for (source, id, date, good, expected) in others {
        let (rows, rejected) = clean(files.records(source), id, date, &members, good);
        assert_eq!(rejected, expected, "{source}");
        for row in &rows {
            assert!(row.date(date).unwrap() >= members[row.get("member_id")].joined, "{source} before joining");
        }
    }
}

#[test]
fn tenure_counts_the_full_months_since_joining() {
    for as_of in ["2025-11-14", "2024-02-29", "2026-03-31"] {
        for row in Files::history(&options(1.0, 3, as_of)).records("members") {
            let end: chrono::NaiveDate = as_of.parse().unwrap();
            let months = row.number("tenure_months") as u32;
            let joined = row.date("join_date").unwrap();
            assert!(joined <= end - chrono::Months::new(months) && joined > end - chrono::Months::new(months + 1));
            assert_eq!(row.get("segment") == "New", months < 12);
        }
    }
}

#[test]
fn large_sources_come_in_parts() {
    let files = Files::history(&options(4.0, 42, "2025-11-14"));
    let expected: BTreeMap<&str, usize> =
        BTreeMap::from([("call_center", 2), ("digital_interactions", 3), ("pharmacy", 2)]);
    for (source, rows) in ROWS {
        let parts = files.files.keys().filter(|path| path.starts_with(&format!("{source}/"))).count();
        assert_eq!(parts, expected.get(source).copied().unwrap_or(1), "{source}");
        assert_eq!(total(&files, source), rows * 4, "{source}");
    }
    assert!(files.files.contains_key("call_center/call_center_20251114_part_0002.csv"));
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let options = options(1.0, 42, "2025-11-14");
    let once = Files::history(&options).and_next_day(&options);
    let twice = Files::history(&options).and_next_day(&options);
    assert!(once.files == twice.files);
    let other =
        Files::history(&GenerateOptions { seed: 43, ..options }).and_next_day(&GenerateOptions { seed: 43, ..options });
    let calls = "call_center/call_center_20251114.csv";
    assert!(once.files[calls] != other.files[calls]);
    assert_eq!(once.files.keys().collect::<Vec<_>>(), other.files.keys().collect::<Vec<_>>());
}

#[test]
fn reference_data_carries_the_savings() {
    let files = Files::history(&options(2.0, 42, "2025-11-14"));
    let past = files.records("reference/interventions");
    for (action, savings) in [("ACT-BILL-UX", 1_000_000.0), ("ACT-BILL-IVR", 300_000.0), ("ACT-BILL-SCRIPT", 160_000.0)]
    {
        let done: Vec<f64> = past
            .iter()
            .filter(|row| row.get("action_id") == action && row.get("status") == "completed")
            .map(|row| {
                let realised = (1.0 - row.number("after_daily_calls") / row.number("baseline_daily_calls")) * 100.0;
                assert!((realised - row.number("realised_reduction_pct")).abs() < 0.005);
                realised
            })
            .collect();
        let annual = 5_000.0 * 8.0 * 365.0 * done.iter().sum::<f64>() / done.len() as f64 / 100.0;
        assert!((annual / savings - 1.0).abs() < 0.01, "{action}: {annual}");
    }
    let after = files.records("reference/impact_simulation");
    let calls: f64 = after.iter().map(|row| row.number("calls")).sum();
    let repeats: f64 = after.iter().map(|row| row.number("repeat_calls")).sum();
    assert_eq!(after.len(), 14);
    assert_eq!(calls / 14.0 * 10.0, 4_250.0, "two thousand sample members stand for twenty thousand");
    assert!((repeats / calls - 0.18).abs() < 0.0005);
    let sent: Vec<String> = files
        .records("reference/benefit_communications")
        .iter()
        .filter(|row| row.get("topic") == "Billing" && row.flag("is_aep"))
        .map(|row| row.get("sent_date").to_owned())
        .collect();
    assert_eq!(sent, ["2025-10-31"]);
    let library = files.records("reference/action_library");
    assert!(past.iter().all(|row| { library.iter().any(|action| action.get("action_id") == row.get("action_id")) }));
}

#[test]
fn statistics_announce_what_is_written() {
    let options = options(1.5, 9, "2025-06-01");
    let statistics = stats(&options).unwrap();
    let files = Files::history(&options);
    let landing = Landing::new(&files);
    for source in &statistics.sources {
        assert_eq!(total(&files, source.source), source.rows, "{}", source.source);
    }
    let calls = &statistics.sources[2];
    assert_eq!(landing.calls.len() as u64, calls.clean);
    for day in &statistics.days {
        let date: chrono::NaiveDate = day.date.parse().unwrap();
        let calls: Vec<_> = landing.calls.iter().filter(|call| call.time.date() == date).collect();
        let leaks = |topic: &str| calls.iter().filter(|call| call.topic == topic && call.avoidable()).count() as u64;
        assert_eq!(calls.len() as u64, day.calls);
        assert_eq!(calls.iter().filter(|call| call.negative).count() as u64, day.negative_calls);
        assert_eq!(calls.iter().filter(|call| call.repeat).count() as u64, day.repeat_calls, "{date}");
        assert_eq!(
            [leaks("Billing"), leaks("ID Card"), leaks("Pharmacy")],
            [day.billing_leaks, day.id_card_leaks, day.pharmacy_leaks]
        );
        let late = calls.iter().filter(|call| call.failure.is_some() && !call.avoidable()).count() as u64;
        assert_eq!(late, day.late_leaks);
    }
    let story: BTreeMap<&str, u64> = statistics.story.iter().map(|quota| (quota.name.as_str(), quota.rows)).collect();
    assert_eq!(story["Billing leaks"], 375);
    assert_eq!(story["Billing leaks, MAPD New"], 225);
    assert_eq!(story["Billing leaks, MAPD New, repeat calls"], 63);
}

#[test]
fn options_out_of_range_are_refused() {
    let mut files = Files::default();
    for scale in [0.5, 250.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(generate(&options(scale, 1, "2025-11-14"), &mut files), Err(GenerateError::Scale(_))));
    }
    assert!(matches!(next_day(&options(1.0, 1, "1979-12-31"), &mut files), Err(GenerateError::Date(_))));
    assert!(files.files.is_empty());
}
