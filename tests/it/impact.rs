//! `lakesmith impact`: everything that a change breaks is listed with its places, and nothing else is.

use serde_json::Value;

use crate::support::TestProject;

fn committed() -> TestProject {
    let project = TestProject::repository();
    project.git(&["init", "-q", "-b", "main"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "-m", "before"]);
    project
}

fn paths<'v>(list: &'v Value, kind: &str) -> Vec<&'v str> {
    let of_kind = list.as_array().unwrap().iter().filter(|item| item["kind"] == kind);
    of_kind.map(|item| item["path"].as_str().unwrap()).collect()
}

/// What `impact` lists for a drop is what `check` refuses once it is dropped.
#[test]
fn what_a_drop_breaks_is_what_check_finds() {
    let project = TestProject::repository();
    let report =
        project.run(&["impact", "--drop", "gold.top_opportunities.trend_pct", "--format", "json", "-t", "prod"]);
    let report = report.json(0);
    let change = &report["changes"][0];
    let mut listed: Vec<String> = Vec::new();
    for broken in change["direct"].as_array().unwrap() {
        for place in broken["places"].as_array().unwrap() {
            listed.push(format!("{}:{}", place["file"].as_str().unwrap(), place["line"]));
        }
    }
    listed.sort();
    listed.dedup();
    // The column goes away under another name, so that nothing but its uses is wrong.
    let file = "sql/insurance/gold/top_opportunities.sql";
    let text = project.read(file);
    project.write(file, &text.replace("trend_pct", "gone_pct"));
    let check = project.run(&["check", "--format", "json", "-t", "prod"]).json(1);
    let mut found: Vec<String> = Vec::new();
    for finding in check["diagnostics"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error") {
        found.push(format!("{}:{}", finding["file"].as_str().unwrap(), finding["start"]["line"]));
    }
    found.sort();
    found.dedup();
    let missed: Vec<&String> =
        found.iter().filter(|place| !listed.contains(place) && !place.starts_with(file)).collect();
    assert!(missed.is_empty() && !found.is_empty(), "missed: {missed:?}\nlisted: {listed:?}");
    assert!(!paths(&change["direct"], "dataset").is_empty(), "{change:#}");
}

#[test]
fn what_is_behind_comes_with_its_way() {
    let project = TestProject::repository();
    let text = project.run(&["impact", "--drop", "gold.leakage_daily.journey", "-t", "prod"]).success();
    assert!(text.contains("without gold.leakage_daily.journey: "), "{text}");
    assert!(text.contains("dataset executive_overview / leakage_trend"), "{text}");
    assert!(text.contains("through gold.impact_trend"), "{text}");
    let markdown =
        project.run(&["impact", "--drop", "gold.leakage_daily.journey", "--format", "markdown", "-t", "prod"]);
    let markdown = markdown.success();
    assert!(markdown.contains("| dropped | `gold.leakage_daily.journey` |"), "{markdown}");
    assert!(markdown.contains("`sql/insurance/gold/impact_trend.sql:"), "{markdown}");
}

/// Every place that must be changed, and only those: afterwards the project is clean again.
#[test]
fn renaming_all_listed_places_leaves_a_clean_project() {
    let project = TestProject::repository();
    let name = "gold.top_opportunities.segment=segment_group";
    let report = project.run(&["impact", "--rename", name, "--format", "json", "-t", "prod"]).json(0);
    let change = &report["changes"][0];
    assert!(change["transitive"].as_array().unwrap().is_empty());
    let mut places: Vec<(String, usize, usize, bool)> = Vec::new();
    for broken in change["direct"].as_array().unwrap() {
        for place in broken["places"].as_array().unwrap() {
            let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
            places.push((
                place["file"].as_str().unwrap().to_string(),
                number("line"),
                number("column"),
                place["alias"] == true,
            ));
        }
    }
    assert!(places.len() >= 8, "{places:?}");
    // From the end of each file, so that the places before stay where they are.
    places.sort();
    for (file, line, column, again) in places.into_iter().rev() {
        let text = project.read(&file);
        let mut lines: Vec<String> = text.split('\n').map(str::to_string).collect();
        let at = lines[line - 1].char_indices().nth(column - 1).unwrap().0;
        let end = at + lines[line - 1][at..].find("segment").unwrap();
        let new = if again { "segment_group AS segment" } else { "segment_group" };
        lines[line - 1].replace_range(end..end + "segment".len(), new);
        project.write(&file, &lines.join("\n"));
    }
    let file = "sql/insurance/gold/top_opportunities.sql";
    project.edit(file, "\n  segment STRING", "\n  segment_group STRING");
    project.edit(file, "'Mixed') AS segment,", "'Mixed') AS segment_group,");
    let check = project.run(&["check", "-t", "prod"]);
    assert_eq!(check.code, Some(0), "{check}");
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let run = TestProject::repository().run(&["impact", "--rename", "gold.top_opportunities.segment=journey"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("`journey` is there already"), "{run}");
    assert_eq!(TestProject::repository().run(&["impact"]).code, Some(2));
}

#[test]
fn a_change_since_a_commit_is_told_with_who_needs_it() {
    let project = committed();
    let same = project.run(&["impact", "--since", "main", "--format", "markdown", "-t", "prod"]).success();
    assert!(same.contains("No table or column was dropped, renamed or given another type"), "{same}");
    project.edit(
        "jobs/insurance/grants.yml",
        "      \"{{ principal('analysts') }}\": [SELECT]\n",
        "      \"{{ principal('engineers') }}\": [SELECT]\n",
    );
    let file = "sql/insurance/gold/savings_model.sql";
    project.write(file, "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS SELECT 1 AS one;\n");
    let run = project.run(&["impact", "--since", "HEAD", "--format", "json", "-t", "prod"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let changes = report["changes"].as_array().unwrap();
    assert!(
        !changes.is_empty() && changes.iter().all(|change| change["path"].as_str().unwrap().contains("savings_model"))
    );
    assert!(changes.iter().all(|change| change["change"] == "drop"), "{report:#}");
    let users: Vec<&Value> = changes.iter().flat_map(|change| change["direct"].as_array().unwrap()).collect();
    assert!(users.iter().any(|user| user["now"] == "unchanged"), "{users:?}");
    assert_eq!(report["privileges"]["lost"][0]["privilege"], "SELECT");
    assert_eq!(report["privileges"]["gained"][0]["principal"], "grp-member-experience-engineers");
}

#[test]
fn what_git_does_not_know_is_told() {
    let project = committed();
    let run = project.run(&["impact", "--since", "nowhere"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("git knows no commit `nowhere`"), "{run}");
    // An option is no commit.
    let run = project.run(&["impact", "--since=--help"]);
    assert_eq!(run.code, Some(2), "{run}");
    let outside = TestProject::repository().run(&["impact", "--since", "main"]);
    assert!(outside.stderr.contains("is not in a git repository"), "{outside}");
}
