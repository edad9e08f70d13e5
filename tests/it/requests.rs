//! How much is asked of a workspace, counted from the server's own log.

use serde_json::{Value, json};

use crate::support::shop::{board, deploy, shop};
use crate::support::{Served, TestProject};

const LOG: &str = ".lakesmith/local/requests.jsonl";

/// A project with some of every kind that comes in numbers.
fn many() -> TestProject {
    let project = shop();
    let mut volumes = String::new();
    let mut jobs = String::from("jobs:\n");
    for number in 0..12 {
        project.write(
            &format!("sql/bronze/copy_{number:02}.sql"),
            &format!("CREATE OR REFRESH MATERIALIZED VIEW copy_{number:02} AS SELECT id FROM orders\n"),
        );
        volumes += &format!(
            "  v{number}: {{ catalog_name: shop, schema_name: bronze, name: v{number}, volume_type: MANAGED }}\n"
        );
        jobs += &format!(
            "  j{number}:\n    name: job {number}\n    tasks:\n      - task_key: load\n        \
             pipeline_task: {{ pipeline_id: \"${{pipeline.main.id}}\" }}\n"
        );
    }
    let board_path = "dashboards/shop/board.lvdash.json";
    project.write(board_path, &board("SELECT 1 AS n", "n"));
    project.edit("jobs/where.yml", "volumes:\n", &format!("volumes:\n{volumes}"));
    project
        .write("jobs/all.yml", &format!("{jobs}dashboards:\n  board: {{ display_name: Board, file: {board_path} }}\n"));
    project
}

/// What a command asked, as `METHOD path`, without its own bookkeeping: who asks, the state, its journal and its lease.
fn asked(project: &TestProject, code: i32, arguments: &[&str]) -> Vec<String> {
    let before = project.read(LOG).lines().count();
    let run = project.run_live(arguments);
    assert_eq!(run.code, Some(code), "{run}");
    let log = project.read(LOG);
    let lines = log.lines().skip(before).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told = lines.map(|line| {
        let body = line["body"]["path"].as_str().map(|path| format!(" {path}")).unwrap_or_default();
        format!("{} {}{body}", line["method"].as_str().unwrap(), line["path"].as_str().unwrap())
    });
    let root = "%2Flocal%2F";
    let own = |line: &String| {
        let kept = ["state", "journal", "lock"].iter().any(|name| line.contains(&format!("{root}{name}")));
        kept || line.contains("/scim/") || line.contains("/_lakesmith/")
    };
    told.filter(|line| !own(line)).collect()
}

/// Issue 4: "a no-op plan costs at most one read a resource"; the published copy of a dashboard is one of its own.
#[test]
fn a_plan_without_changes_reads_no_resource_twice() {
    let project = many();
    let _served = Served::of(&project);
    deploy(&project);
    let planned = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    let resources = planned["plans"][0]["steps"].as_array().unwrap().len();
    let reads = asked(&project, 0, &["plan", "-t", "local", "--detailed-exitcode"]);
    assert!(reads.iter().all(|read| read.starts_with("GET ")), "{reads:#?}");
    assert!(reads.len() <= resources + 1, "{} reads of {resources} resources: {reads:#?}", reads.len());
    // Of what comes in numbers, lists tell: one for the files of a folder, one for the volumes, one for the jobs.
    let single =
        |line: &&String| ["/volumes/", "jobs/get?", "get-status", "export?"].iter().any(|one| line.contains(one));
    let single: Vec<&String> = reads.iter().filter(single).collect();
    assert!(single.is_empty(), "{single:#?}");
    // Also as seen by another checkout, which knows nothing of the first one.
    assert!(reads.len() < 20, "{reads:#?}");
}

/// A file costs one upload and nothing else, and what is edited or deleted behind us is seen all the same.
#[test]
fn a_file_is_uploaded_once_and_watched_by_the_list_of_its_folder() {
    let project = many();
    // Forms are logged by their size alone: each file has one that nothing else has.
    let size = |number: usize| 200_000 + number * 4_000;
    for number in 0..12 {
        let path = format!("sql/bronze/copy_{number:02}.sql");
        let text = project.read(&path);
        project.write(&path, &format!("-- {}\n{text}", "x".repeat(size(number) - text.len() - 4)));
    }
    let served = Served::of(&project);
    let before = project.read(LOG).lines().count();
    let asked_first = asked(&project, 0, &["deploy", "-t", "local", "--yes"]);
    assert!(!asked_first.iter().any(|line| line.contains("get-status")), "{asked_first:#?}");
    let log = project.read(LOG);
    let sent: Vec<usize> = log
        .lines()
        .skip(before)
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|request| request["path"].as_str().unwrap().starts_with("/api/2.0/workspace/import"))
        .filter_map(|request| usize::try_from(request["body_bytes"].as_u64()?).ok())
        .collect();
    for number in 0..12 {
        // The form around the file has its path and little more.
        let uploads = sent.iter().filter(|bytes| (size(number)..size(number) + 2_000).contains(*bytes)).count();
        assert_eq!(uploads, 1, "copy_{number:02}.sql: {sent:?}");
    }
    // 13 files, the state three times at the most, the journal and the release.
    assert!((13..13 + 45).contains(&sent.len()), "{} uploads", sent.len());
    assert!(sent.iter().filter(|bytes| **bytes > 150_000).count() == 12, "{sent:?}");
    let list = |path: &str| {
        let listed = served.call("GET", &format!("/api/2.0/workspace/list?path={path}"), None);
        let objects = listed["objects"].as_array().cloned().unwrap_or_default();
        objects.iter().map(|object| object["path"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let plan = || project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]);
    let mut folders = list("/Users");
    let mut file = None;
    while let Some(path) = folders.pop() {
        if path.ends_with("copy_03.sql") {
            file = Some(path);
            break;
        }
        folders.extend(list(&path).into_iter().filter(|inside| *inside != path));
    }
    let file = file.unwrap();
    let content = "U0VMRUNUIDE=";
    let body = json!({ "path": file, "format": "AUTO", "overwrite": true, "content": content });
    served.call("POST", "/api/2.0/workspace/import", Some(&body));
    let edited = plan();
    assert_eq!(edited.code, Some(2), "{edited}");
    assert!(edited.stdout.contains("copy_03.sql: it was changed in the workspace"), "{edited}");
    deploy(&project);
    assert_eq!(plan().code, Some(0));
    served.call("POST", "/api/2.0/workspace/delete", Some(&json!({ "path": file })));
    let gone = plan();
    assert!(gone.stdout.contains("copy_03.sql: it was deleted in the workspace"), "{gone}");
    deploy(&project);
    assert_eq!(plan().code, Some(0));
}

/// Lists may be behind: what is not in one is looked for before it is made again.
#[test]
fn what_a_list_does_not_show_yet_is_not_made_twice() {
    let project = many();
    let served = Served::of(&project);
    deploy(&project);
    let before = served.inventory();
    let empty = json!({ "body": "{}", "content_type": "application/json", "times": 50 });
    for path in ["/api/2.2/jobs/list", "/api/2.1/unity-catalog/volumes", "/api/2.0/workspace/list"] {
        let mut fault = empty.clone();
        fault["path"] = json!(path);
        fault["method"] = json!("GET");
        served.fault(&fault);
    }
    let planned = project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(planned.code, Some(0), "{planned}");
    served.clear_faults();
    assert_eq!(served.inventory(), before);
}
