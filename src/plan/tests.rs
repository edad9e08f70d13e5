//! The laws of planning, on small states.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::resource::{Content, Desired, DesiredSet, Observed, ResourceKey, Risk, Spec};
use crate::state::{Record, State};

fn key(text: &str) -> ResourceKey {
    text.parse().unwrap()
}

fn spec(value: Value) -> Spec {
    value.as_object().unwrap().clone()
}

fn desired(name: &str, value: Value, on: &[&str]) -> Desired {
    let mut desired = Desired::new(key(name), spec(value));
    desired.depends_on = on.iter().map(|name| key(name)).collect();
    desired
}

fn record(id: &str, value: Value, on: &[&str]) -> Record {
    Record {
        id: id.to_string(),
        spec: spec(value),
        fingerprint: None,
        etag: None,
        outputs: BTreeMap::new(),
        prevent_destroy: false,
        owned: true,
        depends_on: on.iter().map(|name| key(name)).collect(),
    }
}

fn observed(id: &str, value: Value) -> Observed {
    Observed { id: id.to_string(), spec: spec(value), ..Observed::default() }
}

struct World {
    desired: Vec<Desired>,
    records: Vec<(&'static str, Record)>,
    observed: Vec<(&'static str, Observed)>,
}

impl World {
    fn plan(self) -> Plan {
        let set: DesiredSet = self.desired.into_iter().collect();
        let mut state = State::new("l".to_string(), "p", "t");
        state.resources = self.records.into_iter().map(|(name, record)| (key(name), record)).collect();
        let observed = self.observed.into_iter().map(|(name, observed)| (key(name), observed)).collect();
        compute(&Request { project: "p", target: "t", desired: &set, state: Some(&state), observed: &observed })
    }
}

fn shown(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter().map(|step| {
        let changes: Vec<String> = step.changes.iter().map(|c| format!("{} {}→{}", c.path, c.old, c.new)).collect();
        format!("{} {} {} [{}]", step.action.as_str(), step.key, step.risk.as_str(), changes.join("; "))
    });
    steps.collect()
}

/// The service's answer with the defaults that workspace-api.md §2 says it fills in, in another order.
#[test]
fn what_the_service_fills_in_is_no_change() {
    let job = json!({"name": "J", "tasks": [
        {"task_key": "a", "pipeline_task": {"pipeline_id": "${pipeline.p.id}"}},
        {"task_key": "b", "depends_on": [{"task_key": "a"}], "sql_task": {"warehouse_id": "${warehouse.default.id}"}},
    ]});
    let deployed = json!({"name": "J", "tasks": [
        {"task_key": "a", "pipeline_task": {"pipeline_id": "77"}},
        {"task_key": "b", "depends_on": [{"task_key": "a"}], "sql_task": {"warehouse_id": "w1"}},
    ]});
    let there = json!({"name": "J", "format": "MULTI_TASK", "max_concurrent_runs": 1, "tasks": [
        {"task_key": "b", "run_if": "ALL_SUCCESS", "depends_on": [{"task_key": "a"}], "sql_task": {"warehouse_id": "w1"}, "timeout_seconds": 0},
        {"task_key": "a", "run_if": "ALL_SUCCESS", "pipeline_task": {"pipeline_id": "77", "full_refresh": false}},
    ]});
    let world = World {
        desired: vec![
            desired("job.j", job, &["pipeline.p"]),
            desired("pipeline.p", json!({"name": "P", "continuous": false}), &[]),
        ],
        records: vec![
            ("job.j", record("5", deployed, &["pipeline.p"])),
            ("pipeline.p", record("77", json!({"name": "P", "continuous": false}), &[])),
        ],
        observed: vec![
            ("job.j", observed("5", there)),
            ("pipeline.p", observed("77", json!({"name": "P", "edition": "ADVANCED"}))),
        ],
    };
    let plan = world.plan();
    assert_eq!(shown(&plan), ["none pipeline.p safe []", "none job.j safe []"]);
    assert!(plan.is_empty());
}

#[test]
fn a_change_names_the_field_and_who_changed_it() {
    let was = json!({"name": "J", "tasks": [{"task_key": "a", "timeout_seconds": 5}], "description": "x"});
    let plan = World {
        desired: vec![desired("job.j", json!({"name": "J2", "tasks": [{"task_key": "a", "timeout_seconds": 5}]}), &[])],
        records: vec![("job.j", record("5", was, &[]))],
        observed: vec![(
            "job.j",
            observed("5", json!({"name": "J", "tasks": [{"task_key": "a", "timeout_seconds": 9}], "description": "x"})),
        )],
    }
    .plan();
    assert_eq!(
        shown(&plan),
        [r#"update job.j safe [name "J"→"J2"; tasks[a].timeout_seconds 9→5; description "x"→null]"#]
    );
    let outside: Vec<bool> = plan.steps[0].changes.iter().map(|change| change.outside).collect();
    assert_eq!(outside, [false, true, false]);
}

#[test]
fn an_immutable_field_makes_it_anew_with_all_that_is_inside() {
    let schema = |catalog: &str| json!({"name": "s", "catalog_name": catalog});
    let volume = json!({"name": "v", "catalog_name": "b", "schema_name": "s"});
    let plan = World {
        desired: vec![desired("schema.s", schema("b"), &[]), desired("volume.v", volume.clone(), &["schema.s"])],
        records: vec![
            ("schema.s", record("a.s", schema("a"), &[])),
            ("volume.v", record("a.s.v", volume.clone(), &["schema.s"])),
        ],
        observed: vec![("schema.s", observed("a.s", schema("a"))), ("volume.v", observed("a.s.v", volume))],
    }
    .plan();
    let steps: Vec<String> = shown(&plan).iter().map(|step| step.split(" [").next().unwrap().to_string()).collect();
    assert_eq!(steps, ["recreate schema.s destructive", "create volume.v safe"]);
}

#[test]
fn names_differ_in_case_only_and_paths_in_their_prefix() {
    let plan = World {
        desired: vec![desired("schema.s", json!({"name": "Gold", "catalog_name": "Main"}), &[])],
        records: vec![("schema.s", record("main.gold", json!({"name": "Gold", "catalog_name": "Main"}), &[]))],
        observed: vec![(
            "schema.s",
            observed("main.gold", json!({"name": "gold", "catalog_name": "main", "owner": "x"})),
        )],
    }
    .plan();
    assert!(plan.is_empty(), "{:?}", shown(&plan));
}

#[test]
fn what_goes_away_goes_dependents_first_and_never_what_was_there_before() {
    let mut before = record("c", json!({"name": "c"}), &[]);
    before.owned = false;
    let mut kept = record("9", json!({}), &["pipeline.p"]);
    kept.prevent_destroy = true;
    let plan = World {
        desired: vec![],
        records: vec![
            ("catalog.c", before),
            ("pipeline.p", record("7", json!({}), &["catalog.c"])),
            ("job.j", kept),
            ("dashboard.d", record("8", json!({}), &["pipeline.p"])),
        ],
        observed: vec![
            ("catalog.c", observed("c", json!({}))),
            ("pipeline.p", observed("7", json!({}))),
            ("job.j", observed("9", json!({}))),
        ],
    }
    .plan();
    assert_eq!(
        shown(&plan),
        [
            "forget dashboard.d safe []",
            "delete job.j destructive []",
            "delete pipeline.p destructive []",
            "forget catalog.c safe []",
        ]
    );
    assert!(plan.step(&key("job.j")).unwrap().blocked.is_some());
    assert!(matches!(plan.check_against(None), Err(PlanError::Lineage { .. })));
    assert!(plan.step(&key("pipeline.p")).unwrap().after.contains(&key("job.j")));
}

#[test]
fn something_found_under_its_name_is_adopted_and_not_owned() {
    let plan = World {
        desired: vec![desired("catalog.c", json!({"name": "c", "comment": "new"}), &[])],
        records: vec![],
        observed: vec![("catalog.c", observed("c", json!({"name": "c"})))],
    }
    .plan();
    assert_eq!(shown(&plan), [r#"update catalog.c safe [comment null→"new"]"#]);
    assert!(!plan.steps[0].owned);
}

#[test]
fn a_new_key_for_the_same_thing_takes_its_record_over() {
    let value = json!({"name": "c"});
    let plan = World {
        desired: vec![desired("catalog.new", value.clone(), &[])],
        records: vec![("catalog.old", record("c", value.clone(), &[]))],
        observed: vec![("catalog.new", observed("c", value.clone())), ("catalog.old", observed("c", value))],
    }
    .plan();
    assert_eq!(shown(&plan), [r#"update catalog.new safe [lifecycle.key "catalog.old"→"catalog.new"]"#]);
    assert_eq!(plan.steps[0].moved_from, Some(key("catalog.old")));
}

#[test]
fn edits_in_the_ui_are_not_overwritten_without_saying_so() {
    let content = |text: &str| Content::plain(text.as_bytes().to_vec());
    let mut wanted = desired("dashboard.d", json!({"display_name": "D"}), &[]);
    wanted.content = Some(content("mine"));
    let mut deployed = record("1", json!({"display_name": "D"}), &[]);
    deployed.fingerprint = Some(content("mine").fingerprint);
    let mut there = observed("1", json!({"display_name": "D"}));
    there.fingerprint = Some(content("theirs").fingerprint);
    let plan = World {
        desired: vec![wanted],
        records: vec![("dashboard.d", deployed)],
        observed: vec![("dashboard.d", there)],
    }
    .plan();
    assert_eq!((plan.steps[0].action, plan.steps[0].risk), (Action::Update, Risk::Destructive));
    assert_eq!(plan.not_allowed(&[Risk::Security]).count(), 1);
    assert_eq!(plan.not_allowed(&[Risk::Destructive]).count(), 0);
}

#[test]
fn a_reference_to_something_new_is_known_only_afterwards() {
    let plan = World {
        desired: vec![
            desired("pipeline.p", json!({"name": "P"}), &[]),
            desired("job.j", json!({"name": "J", "tasks": [{"task_key": "a", "pipeline_task": {"pipeline_id": "${pipeline.p.id}"}}]}), &["pipeline.p"]),
        ],
        records: vec![
            ("pipeline.p", record("7", json!({"name": "P"}), &[])),
            ("job.j", record("5", json!({"name": "J", "tasks": [{"task_key": "a", "pipeline_task": {"pipeline_id": "7"}}]}), &[])),
        ],
        observed: vec![("job.j", observed("5", json!({"name": "J", "tasks": [{"task_key": "a", "pipeline_task": {"pipeline_id": "7"}}]})))],
    }
    .plan();
    assert_eq!(
        shown(&plan),
        [
            r#"create pipeline.p safe [name null→"P"]"#,
            r#"update job.j safe [tasks[a].pipeline_task.pipeline_id "7"→"${pipeline.p.id}"]"#,
        ]
    );
}

#[test]
fn a_plan_reads_back_and_fits_one_state_only() {
    let world =
        World { desired: vec![desired("catalog.c", json!({"name": "c"}), &[])], records: vec![], observed: vec![] };
    let plan = world.plan();
    assert_eq!(Plan::parse(&plan.to_bytes().unwrap()).unwrap(), plan);
    let mut state = State::new("l".to_string(), "p", "t");
    assert!(plan.check_against(Some(&state)).is_ok());
    state.serial = 4;
    assert!(matches!(plan.check_against(Some(&state)), Err(PlanError::Serial { plan: 0, current: 4 })));
    assert!(matches!(Plan::parse(br#"{"plan_version": 2}"#), Err(PlanError::Version { found: 2 })));
}

#[test]
fn a_part_of_a_plan_brings_what_it_needs() {
    let plan = World {
        desired: vec![
            desired("catalog.c", json!({"name": "c"}), &[]),
            desired("schema.s", json!({"name": "s"}), &["catalog.c"]),
            desired("job.j", json!({"name": "j"}), &[]),
        ],
        records: vec![],
        observed: vec![],
    }
    .plan();
    let part = restrict(&plan, |step| step.key == key("schema.s"));
    assert_eq!(part.steps.iter().map(|step| step.key.to_string()).collect::<Vec<_>>(), ["catalog.c", "schema.s"]);
}

#[test]
fn tables_that_exist_without_a_record_are_not_made_again() {
    let update = |tables: Value| json!({"pipeline_id": "7", "tables": tables});
    let plan = |tables: Value| {
        World {
            desired: vec![desired("pipeline_update.p", update(json!(["c.s.a", "c.s.b"])), &[])],
            records: vec![],
            observed: vec![("pipeline_update.p", observed("tables", json!({ "tables": tables })))],
        }
        .plan()
    };
    assert_eq!(shown(&plan(json!(["c.s.b", "c.s.a"]))), ["update pipeline_update.p safe []"]);
    let missing = plan(json!(["c.s.a"]));
    assert_eq!((missing.steps[0].action, missing.steps[0].changes[0].path.as_str()), (Action::Update, "tables"));
}

/// Recorded dependencies come from several deployments; together they may form a ring, and all must still go.
#[test]
fn a_ring_of_recorded_dependencies_is_removed_whole_and_nothing_waits_for_ever() {
    let plan = World {
        desired: vec![],
        records: vec![
            ("job.a", record("1", json!({"name": "A"}), &["job.b"])),
            ("job.b", record("2", json!({"name": "B"}), &["job.a"])),
            ("catalog.c", record("c", json!({"name": "c"}), &[])),
        ],
        observed: vec![
            ("job.a", observed("1", json!({"name": "A"}))),
            ("job.b", observed("2", json!({"name": "B"}))),
            ("catalog.c", observed("c", json!({"name": "c"}))),
        ],
    }
    .plan();
    assert_eq!(plan.counts().delete, 3);
    for (place, step) in plan.steps.iter().enumerate() {
        let before = |key: &ResourceKey| plan.steps[..place].iter().any(|earlier| earlier.key == *key);
        assert!(step.after.iter().all(before), "{} waits for {:?}", step.key, step.after);
    }
}
