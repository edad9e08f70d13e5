//! Every fault of the way on every read that a plan asks for: issue 4, "Show": "no phantom diffs"; "each on every kind;
//! outcomes asserted". What is looked at is read whole, or the plan fails; nothing that was not seen counts as gone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Machine, Run, Served, TestProject, everything};

const PLAN: [&str; 4] = ["plan", "-t", "far", "--detailed-exitcode"];
const LOG: &str = ".lakesmith/local/requests.jsonl";

/// A workspace where everything is as it was deployed.
struct Deployed {
    project: TestProject,
    served: Served,
    machine: Machine,
    /// Which reads a plan asks for (method and path), and how often each.
    reads: BTreeMap<(String, String), u64>,
    /// What an undisturbed plan says.
    wanted: String,
}

impl Deployed {
    fn new() -> Self {
        let project = everything("  far: { mode: development }\n");
        let served = Served::of(&project);
        let machine = served.machine(&project, "runner");
        let run = machine.run(&["deploy", "-t", "far", "--yes", "--allow", "security,destructive"]);
        assert_eq!(run.code, Some(0), "{run}");
        let before = project.read(LOG).lines().count();
        let plan = machine.run(&PLAN);
        assert!(plan.code == Some(0) && plan.stdout.contains("nothing to change"), "{plan}");
        let mut reads = BTreeMap::new();
        for line in project.read(LOG).lines().skip(before) {
            let request: Value = serde_json::from_str(line).unwrap();
            let path = request["path"].as_str().unwrap();
            let path = path.split('?').next().unwrap();
            if !path.starts_with("/_lakesmith/") {
                let method = request["method"].as_str().unwrap();
                assert!(["GET", "HEAD"].contains(&method), "a plan changes nothing: {line}");
                *reads.entry((method.to_string(), path.to_string())).or_default() += 1;
            }
        }
        // Of each kind that is not told by a list, and the lists of the others.
        for kind in [
            "unity-catalog/catalogs",
            "unity-catalog/schemas",
            "unity-catalog/volumes",
            "unity-catalog/models",
            "unity-catalog/tables",
            "unity-catalog/functions",
            "unity-catalog/permissions",
            "entity-tag-assignments",
            "fs/",
            "mlflow/experiments",
            "sql/warehouses",
            "secrets/",
            "workspace/",
            "pipelines",
            "lakeview/dashboards",
            "genie/spaces",
            "alerts",
            "jobs",
            "/permissions/",
            "published",
            "schedules",
        ] {
            assert!(reads.keys().any(|(_, path)| path.contains(kind)), "{kind}: {reads:#?}");
        }
        Self { project, served, machine, reads, wanted: plan.stdout }
    }

    /// A plan whose reads meet the fault: of several at one address every second one, so that none fails for ever.
    fn disturbed(&self, fault: &Value, reads: &[&(String, String)]) -> Run {
        for read in reads {
            let asked = self.reads[*read];
            let mut one = fault.clone();
            one["method"] = json!(read.0);
            one["path"] = json!(read.1);
            one["times"] = json!((asked / 2).max(1));
            one["every"] = json!(asked.min(2));
            self.served.fault(&one);
        }
        let run = self.machine.run(&PLAN);
        let left = self.served.faults();
        if run.code == Some(0) {
            assert!(left.is_empty(), "not met: {left:?}");
        }
        self.served.clear_faults();
        run
    }
}

#[test]
fn a_plan_reads_whole_what_meets_a_fault_or_fails() {
    let deployed = Deployed::new();
    let everything: Vec<&(String, String)> = deployed.reads.keys().collect();
    for fault in [
        json!({ "status": 429, "retry_after": 1, "error_code": "REQUEST_LIMIT_EXCEEDED" }),
        json!({ "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" }),
        json!({ "status": 500, "error_code": "INTERNAL_ERROR" }),
        json!({ "status": 504 }),
        json!({ "reset": true }),
        json!({ "truncate": 1 }),
        json!({ "truncate": 1, "short_length": true }),
        json!({ "trickle": { "bytes": 64, "every_ms": 1 } }),
        json!({ "status": 200, "body": "<html><title>Sign in</title></html>" }),
    ] {
        let run = deployed.disturbed(&fault, &everything);
        assert_eq!((run.code, &run.stdout), (Some(0), &deployed.wanted), "{fault}: {run}");
    }
    // What nobody can make up for, at each address by itself: whoever may not look says so, or does not need to.
    for fault in [
        json!({ "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." }),
        json!({ "status": 400, "error_code": "INVALID_PARAMETER_VALUE", "message": "Not so." }),
    ] {
        let mut refused = 0;
        for read in &everything {
            let run = deployed.disturbed(&fault, &[read]);
            match run.code {
                Some(0) => assert_eq!(run.stdout, deployed.wanted, "{read:?}: {run}"),
                Some(1) => {
                    assert!(run.stderr.contains("error: ") && run.stdout.is_empty(), "{read:?}: {run}");
                    refused += 1;
                }
                _ => panic!("{read:?}: {run}"),
            }
        }
        assert!(refused * 2 > everything.len(), "{refused} of {} were needed", everything.len());
    }
    assert!(deployed.project.read(LOG).lines().count() > 1_000);
}
