//! What holds for every solution on every target: issue 4, "Show", "Laws over every solution and target".

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Machine, Run, Served, TestProject, heavy};

/// One solution on one target of a served workspace, from a checkout of the repository.
struct Case {
    served: Served,
    project: TestProject,
    target: String,
    solution: String,
}

impl Case {
    /// Every solution with every target that the manifest has.
    fn all() -> Vec<(String, String)> {
        let manifest = TestProject::repository().read("lakesmith.yml");
        let (solutions, targets) = (keys(&manifest, "solutions"), keys(&manifest, "targets"));
        assert!(targets.contains(&"prod".to_string()) && solutions.contains(&"insurance".to_string()));
        let pairs = |target: &String| -> Vec<_> {
            solutions.iter().map(|solution| (solution.clone(), target.clone())).collect()
        };
        targets.iter().filter(|target| *target != "local").flat_map(pairs).collect()
    }

    fn of(solution: String, target: String) -> Self {
        let project = TestProject::repository();
        let served = Served::of(&project);
        project.edit("lakesmith.yml", "https://workspace.example.test", &served.host);
        // Groups are made by whoever owns the account: here production runs as a principal who is named by itself.
        let machine = "00000000-0000-0000-0000-000000000000";
        project.edit("lakesmith.yml", "prod: grp-member-experience-service", &format!("prod: {machine}"));
        Self { served, project, target, solution }
    }

    fn machine(&self) -> Machine {
        self.served.machine(&self.project, "runner")
    }

    fn run(&self, machine: &Machine, command: &[&str]) -> Run {
        machine.run(&[command, &["-t", &self.target]].concat())
    }

    /// Requests that change something, the tool's own records aside, by what they are for.
    fn effects(&self) -> BTreeMap<String, usize> {
        let mut effects = BTreeMap::new();
        for line in self.project.read(".lakesmith/local/requests.jsonl").lines() {
            let request: Value = serde_json::from_str(line).unwrap();
            // What was refused (a dashboard before its folder was there) changed nothing.
            let done = request["status"].as_u64().unwrap() < 300;
            if let Some(kind) = effect(&request).filter(|_| done) {
                *effects.entry(kind.to_string()).or_default() += 1;
            }
        }
        effects
    }
}

/// The keys of a section of the manifest.
fn keys(manifest: &str, section: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != format!("{section}:")).skip(1);
    let inside = lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    let key = |line: &str| Some(line.strip_prefix("  ")?.split_once(':')?.0.to_string());
    inside.filter_map(key).filter(|key| !key.starts_with([' ', '#'])).collect()
}

/// The kind of resource that a request changes; none for what only reads, and for files, which are looked at by name.
fn effect(request: &Value) -> Option<&'static str> {
    let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
    if method == "GET" || method == "HEAD" || path.starts_with("/_lakesmith/") {
        return None;
    }
    let kinds = [
        ("/api/2.0/workspace/", None),
        ("/api/2.1/unity-catalog/permissions/", Some("grants")),
        ("/api/2.1/unity-catalog/catalogs", Some("catalog")),
        ("/api/2.1/unity-catalog/schemas", Some("schema")),
        ("/api/2.1/unity-catalog/volumes", Some("volume")),
        ("/api/2.0/sql/statements", Some("function")),
        ("/api/2.0/lakeview/dashboards", Some("dashboard")),
        ("/api/2.0/genie/spaces", Some("genie_space")),
        ("/api/2.0/alerts", Some("alert")),
        ("/api/2.2/jobs/", Some("job")),
    ];
    if path.starts_with("/api/2.0/pipelines") {
        return Some(if path.ends_with("/updates") { "pipeline_update" } else { "pipeline" });
    }
    let found = kinds.iter().find(|(start, _)| path.starts_with(start));
    found.unwrap_or_else(|| panic!("{method} {path} belongs to no kind")).1
}

/// What the plan is going to change, by kind. A dashboard is written and published.
fn wanted(plan: &Value) -> BTreeMap<String, usize> {
    let mut wanted = BTreeMap::new();
    for step in plan["plans"][0]["steps"].as_array().unwrap() {
        let kind = step["key"].as_str().unwrap().split('.').next().unwrap();
        if step["action"] != "none" && kind != "workspace_file" {
            *wanted.entry(kind.to_string()).or_default() += if kind == "dashboard" { 2 } else { 1 };
        }
    }
    wanted
}

/// Paths of files, below the target's folder, that the plan writes.
fn files(plan: &Value) -> Vec<String> {
    let steps = plan["plans"][0]["steps"].as_array().unwrap().iter();
    let mut files: Vec<String> = steps
        .filter(|step| step["key"].as_str().unwrap().starts_with("workspace_file."))
        // The workspace lists paths without the mount that programs see it under.
        .map(|step| step["spec"]["path"].as_str().unwrap().trim_start_matches("/Workspace").to_string())
        .collect();
    files.sort();
    files
}

/// Every file below a folder of the workspace.
fn listed(served: &Served, folder: &str, out: &mut Vec<String>) {
    let (status, answer) = served.ask("GET", &format!("/api/2.0/workspace/list?path={folder}"), None);
    assert!(status == 200 || status == 404, "{folder}: {answer}");
    for object in answer["objects"].as_array().into_iter().flatten() {
        let path = object["path"].as_str().unwrap();
        if object["object_type"] == "DIRECTORY" { listed(served, path, out) } else { out.push(path.to_string()) }
    }
}

/// "plan after apply is empty; destroy twice succeeds and leaves nothing; apply(plan) does exactly the plan (recorded
/// requests); same input gives the same bytes".
#[test]
fn a_solution_is_deployed_exactly_as_planned_and_taken_away_whole() {
    let _heavy = heavy();
    for (solution, target) in Case::all() {
        let case = Case::of(solution, target);
        let about = format!("{} on {}", case.solution, case.target);
        let before = case.served.inventory();
        let machine = case.machine();

        let first = case.run(&machine, &["plan", &case.solution, "--out", "first.plan"]);
        assert_eq!(first.code, Some(0), "{about}: {first}");
        // Another checkout, another machine.
        let second = case.served.machine(&case.project, "laptop");
        let other = case.run(&second, &["plan", &case.solution, "--out", "first.plan"]);
        assert_eq!(other.code, Some(0), "{about}: {other}");
        let planned = machine.project.read("first.plan");
        assert_eq!(planned, second.project.read("first.plan"), "{about}");

        let shown = case.run(&machine, &["plan", &case.solution, "--format", "json"]).json(0);
        assert_eq!(case.effects(), BTreeMap::new(), "{about}: a plan changes nothing");
        let applied = case.run(&machine, &["apply", "first.plan", "--yes"]);
        assert_eq!(applied.code, Some(0), "{about}: {applied}");
        assert_eq!(case.effects(), wanted(&shown), "{about}");
        let expected = files(&shown);
        let (root, _) = expected[0].split_once("/files/").unwrap();
        let mut there = Vec::new();
        listed(&case.served, &format!("{root}/files"), &mut there);
        there.sort();
        assert_eq!(there, expected, "{about}");

        let again = case.run(&machine, &["plan", &case.solution, "--detailed-exitcode"]);
        assert_eq!(again.code, Some(0), "{about}: {again}");
        let drift = case.run(&machine, &["drift", &case.solution]);
        assert_eq!(drift.code, Some(0), "{about}: {drift}");

        for _ in 0..2 {
            let destroyed =
                case.run(&machine, &["destroy", &case.solution, "--yes", "--allow", "rebuild,security,destructive"]);
            assert_eq!(destroyed.code, Some(0), "{about}: {destroyed}");
            assert_eq!(case.served.inventory(), before, "{about}");
        }
        let mut left = Vec::new();
        listed(&case.served, root, &mut left);
        assert_eq!(left, Vec::<String>::new(), "{about}");
    }
}
