//! What happens to delivered records that are not as they should be.

use serde_json::json;

use crate::support::{CATALOG, LANDING, demo, heavy};

const HEADER: &str = "call_id,member_id,call_date,call_timestamp,call_topic,handle_time_minutes,sentiment";

#[test]
fn a_record_is_accepted_rejected_or_superseded_and_the_nightly_job_agrees() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let call = |id: &str, member: &str, time: &str, minutes: &str| {
        format!("{id},{member},2025-11-14,{time},Billing,{minutes},neutral\n")
    };
    let (member, noon) = ("M-104382", "2025-11-14 12:00:00");
    let odd = [
        call("ODD1", member, noon, ""),
        call("ODD2", member, noon, "-0.04"),
        call("ODD3", member, noon, "-12345678.9"),
        call("ODD4", member, noon, "NaN"),
        call("ODD5", member, "2025-02-30 12:00:00", "5.0"),
        call("ODD6", member, "9999-12-31 23:59:59", "5.0"),
        call("ODD7", "M-NOBODY", "", "5.0"),
        call("  ", " ", noon, "5.0"),
        // These tie in all but their content; the last file's word counts, unless it is rejected.
        call("ODD8", member, noon, "4.0"),
        call("ODD8", member, noon, "3.0"),
        call("ODD8", member, noon, "3.0"),
        call("ODD9", member, noon, "1.0"),
    ];
    let late = [call("ODD8", member, noon, "-1"), call("ODD9", member, noon, "2.0")];
    for (day, rows) in [("20251120", odd.as_slice()), ("20251121", late.as_slice())] {
        let text = format!("{HEADER}\n{}", rows.concat());
        project.write(&format!("{LANDING}/call_center/call_center_{day}_odd.csv"), &text);
    }
    // Refreshes and then checks, among others, that every delivered record is in one of the two tables.
    let job = project.run_live(&["run", "insurance_daily", "-t", "local"]);
    assert_eq!(job.code, Some(0), "{job}");
    let query =
        |sql: String| project.run_live(&["query", &sql, "-t", "local", "--format", "json"]).json(0)["rows"].clone();
    assert_eq!(
        query(format!(
            "SELECT call_id, CAST(handle_time_minutes AS STRING) AS minutes FROM {CATALOG}.silver.call_center_clean \
             WHERE _source_file LIKE '%_odd.csv' ORDER BY call_id"
        )),
        json!([
            {"call_id": "ODD1", "minutes": null},
            {"call_id": "ODD8", "minutes": "3.00"},
            {"call_id": "ODD9", "minutes": "2.00"},
        ])
    );
    assert_eq!(
        query(format!(
            "SELECT TRIM(call_id) AS call_id, handle_time_minutes AS minutes, reject_reason AS reason \
             FROM {CATALOG}.silver.call_center_quarantine \
             WHERE _source_file LIKE '%_odd.csv' ORDER BY call_id, minutes"
        )),
        json!([
            {"call_id": "", "minutes": "5.0", "reason": "missing_call_id, missing_member_id"},
            {"call_id": "ODD2", "minutes": "-0.04", "reason": "negative_handle_time_minutes"},
            {"call_id": "ODD3", "minutes": "-12345678.9", "reason": "unreadable_handle_time_minutes"},
            {"call_id": "ODD4", "minutes": "NaN", "reason": "unreadable_handle_time_minutes"},
            {"call_id": "ODD5", "minutes": "5.0", "reason": "unreadable_call_timestamp"},
            {"call_id": "ODD6", "minutes": "5.0", "reason": "implausible_call_timestamp"},
            {"call_id": "ODD7", "minutes": "5.0", "reason": "missing_call_timestamp, unknown_member_id"},
            {"call_id": "ODD8", "minutes": "-1", "reason": "negative_handle_time_minutes"},
            {"call_id": "ODD8", "minutes": "3.0", "reason": "superseded_duplicate"},
            {"call_id": "ODD8", "minutes": "4.0", "reason": "superseded_duplicate"},
            {"call_id": "ODD9", "minutes": "1.0", "reason": "superseded_duplicate"},
        ])
    );
}
