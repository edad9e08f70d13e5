//! What holds for every solution on every target: issue 4, "Show", "Laws over every solution and target".

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Machine, Run, Served, TestProject, heavy};

type Inventory = BTreeMap<&'static str, Vec<String>>;

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

    /// Requests that change something, the tool's own records aside: the kind and the name of what each of them is for.
    fn effects(&self) -> Vec<String> {
        let log = self.project.read(".lakesmith/local/requests.jsonl");
        let requests = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        // What was refused (a dashboard before its folder was there) changed nothing.
        let done = requests.filter(|request| request["status"].as_u64().unwrap() < 300);
        let mut effects: Vec<String> = done.filter_map(|request| effect(&request)).collect();
        effects.sort();
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

/// The name of what a request makes whose body the log does not have.
const UNTOLD: &str = "?";

/// The kind and the name of the resource that a request changes; none for what only reads, and for files, which are looked
/// at by their paths.
fn effect(request: &Value) -> Option<String> {
    let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
    let body = &request["body"];
    if method == "GET"
        || method == "HEAD"
        || path.starts_with("/_lakesmith/")
        || path.starts_with("/api/2.0/workspace/")
    {
        return None;
    }
    // What is told by the id in its address has none here: the id was given by the workspace.
    let kinds = [
        ("/api/2.1/unity-catalog/catalogs", "catalog"),
        ("/api/2.1/unity-catalog/schemas", "schema"),
        ("/api/2.1/unity-catalog/volumes", "volume"),
        ("/api/2.0/pipelines", "pipeline"),
        ("/api/2.0/lakeview/dashboards", "dashboard"),
        ("/api/2.0/genie/spaces", "genie_space"),
        ("/api/2.0/alerts", "alert"),
        ("/api/2.2/jobs/create", "job"),
    ];
    if let Some((_, kind)) = kinds.iter().find(|(whole, _)| path == *whole) {
        // Of long bodies the log has the digest alone.
        let name = if body.is_null() { UNTOLD.to_string() } else { name(body) };
        return Some(format!("{kind} {name}"));
    }
    if let Some(securable) = path.strip_prefix("/api/2.1/unity-catalog/permissions/") {
        return Some(format!("grants {securable}"));
    }
    if path == "/api/2.0/sql/statements" {
        let statement = body["statement"].as_str().unwrap();
        let (_, rest) = statement.split_once(" FUNCTION ").unwrap_or_else(|| panic!("{statement}"));
        return Some(format!("function {}", rest.split('(').next().unwrap().trim().replace('`', "")));
    }
    let without_names = [("/updates", "pipeline_update"), ("/published", "published")];
    let found = without_names.iter().find(|(end, _)| path.ends_with(end));
    Some(found.unwrap_or_else(|| panic!("{method} {path} belongs to no kind")).1.to_string())
}

/// What the body of a request and the specification of a plan's step call it by.
fn name(fields: &Value) -> String {
    let parts = ["catalog_name", "schema_name", "name", "display_name", "title"];
    let parts: Vec<&str> = parts.iter().filter_map(|part| fields[part].as_str()).collect();
    assert!(!parts.is_empty(), "{fields}");
    parts.join(".")
}

/// What the plan is going to change, as [`effect`] calls it. A dashboard is written and published.
fn wanted(plan: &Value) -> Vec<String> {
    let mut wanted = Vec::new();
    for step in plan["plans"][0]["steps"].as_array().unwrap() {
        let (kind, spec) = (step["key"].as_str().unwrap().split('.').next().unwrap(), &step["spec"]);
        match kind {
            _ if step["action"] == "none" => {}
            "workspace_file" => {}
            "grants" => {
                let securable = ["securable_type", "securable"].map(|field| spec[field].as_str().unwrap());
                wanted.push(format!("grants {}", securable.join("/")));
            }
            "function" => wanted.push(format!("function {}", spec["full_name"].as_str().unwrap())),
            "pipeline_update" => wanted.push(kind.to_string()),
            _ => wanted.push(format!("{kind} {}", name(spec))),
        }
        if kind == "dashboard" && step["action"] != "none" {
            wanted.push("published".to_string());
        }
    }
    wanted.sort();
    wanted
}

/// Is done what is wanted, and nothing else? What the log does not name is there by its name afterwards.
fn done_exactly(about: &str, done: &[String], wanted: &[String], before: &Inventory, after: &Inventory) {
    let kind = |told: &String| told.split(' ').next().unwrap().to_string();
    let (untold, told): (Vec<String>, Vec<String>) = done.iter().cloned().partition(|told| told.ends_with(UNTOLD));
    let mut open = wanted.to_vec();
    for told in told {
        let place =
            open.iter().position(|wanted| *wanted == told).unwrap_or_else(|| panic!("{about}: {told}: {wanted:#?}"));
        open.remove(place);
    }
    let kinds = |all: &[String]| all.iter().map(kind).collect::<Vec<_>>();
    assert_eq!(kinds(&untold), kinds(&open), "{about}");
    for (listed, of) in [
        ("catalogs", "catalog"),
        ("schemas", "schema"),
        ("volumes", "volume"),
        ("functions", "function"),
        ("pipelines", "pipeline"),
        ("dashboards", "dashboard"),
        ("genie spaces", "genie_space"),
        ("alerts", "alert"),
        ("jobs", "job"),
    ] {
        let there = |all: &Inventory| all.get(listed).cloned().unwrap_or_default();
        let old = there(before);
        // The workspace gives each catalog a schema `default`.
        let is_given = |name: &String| of == "schema" && name.ends_with(".default");
        let is_new = |name: &String| !old.contains(name) && !is_given(name);
        let gained: Vec<String> = there(after).into_iter().filter(is_new).collect();
        let names = wanted.iter().filter_map(|told| told.strip_prefix(of)?.strip_prefix(' '));
        assert_eq!(gained, names.collect::<Vec<_>>(), "{about}: {of}");
    }
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
        assert_eq!(case.effects(), Vec::<String>::new(), "{about}: a plan changes nothing");
        let applied = case.run(&machine, &["apply", "first.plan", "--yes"]);
        assert_eq!(applied.code, Some(0), "{about}: {applied}");
        done_exactly(&about, &case.effects(), &wanted(&shown), &before, &case.served.inventory());
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
