//! The files of the day after the history.

use std::collections::BTreeMap;

use super::landing::{Files, Landing, Row, members, options};

#[test]
fn definitions_hold_across_the_two_file_sets() {
    let options = options(1.0, 42, "2025-11-14");
    let files = Files::history(&options).and_next_day(&options);
    let landing = Landing::new(&files);
    assert_eq!(landing.as_of.to_string(), "2025-11-15");
    for call in &landing.calls {
        assert_eq!((call.repeat, call.failure.is_some()), call.says, "{}", call.id);
    }
    assert_eq!(landing.shared_failures, 0);
    let today: Vec<_> = landing.calls.iter().filter(|call| call.time.date() == landing.as_of).collect();
    let share = |calls: usize| 100.0 * calls as f64 / today.len() as f64;
    // As the days since the spike.
    assert!((22.0..27.5).contains(&share(today.iter().filter(|call| call.repeat).count())));
    assert!((33.0..38.0).contains(&share(today.iter().filter(|call| call.negative).count())));
    assert_eq!(today.iter().filter(|call| call.topic == "Billing" && call.avoidable()).count(), 260);
    assert_eq!(landing.rejected["call_center"], [202, 81, 81, 61, 81]);
    assert_eq!(landing.rejected["digital_interactions"], [302, 101, 101, 101, 101]);
    assert_eq!(landing.rejected["surveys"], [52, 21, 21, 21, 41]);
    let ids: std::collections::HashSet<&str> = landing.calls.iter().map(|call| call.id.as_str()).collect();
    assert!(landing.surveys.iter().map(|row| row.get("call_id")).all(|id| id.is_empty() || ids.contains(id)));
}

#[test]
fn some_members_change_without_leaving_their_group() {
    let options = options(1.0, 42, "2025-11-14");
    let history = Files::history(&options);
    let before = history.records("members");
    let groups = members(&before);
    let before: BTreeMap<&str, &Row> = before.iter().map(|row| (row.get("member_id"), row)).collect();
    let next = Files::default().and_next_day(&options);
    assert_eq!(next.files.keys().filter(|path| !path.contains("_20251115.csv")).count(), 0);
    let rows = next.records("members");
    assert_eq!(rows.len(), 55);
    let valid: Vec<&Row> = rows
        .iter()
        .filter(|row| !row.get("member_id").is_empty() && row.date("join_date").is_some() && row.number("age") < 120.0)
        .collect();
    assert_eq!(valid.len(), 52, "fifty changed records, two of them twice");
    let changed: BTreeMap<&str, &Row> = valid.iter().map(|row| (row.get("member_id"), *row)).collect();
    assert_eq!(changed.len(), 50);
    let after = members(&rows.iter().filter(|row| row.date("join_date").is_some()).cloned().collect::<Vec<_>>());
    for (id, row) in changed {
        let old = before[id];
        assert!(row.get("updated_at") > old.get("updated_at"));
        let what = ["state", "zip_code", "segment", "digital_adoption", "household_size", "plan_type"];
        assert!(what.iter().any(|column| row.get(column) != old.get(column)), "{id} is unchanged");
        for same in ["age", "gender", "tenure_months", "join_date", "preferred_language", "first_name", "last_name"] {
            assert_eq!(row.get(same), old.get(same), "{id} {same}");
        }
        assert_eq!(after[id].segment, groups[id].segment, "{id}");
    }
}
