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
        unfinished: false,
        delivered: false,
        shown: None,
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
        self.plan_over(&[])
    }

    fn plan_over(self, overwrite: &[Overwrite]) -> Plan {
        let set: DesiredSet = self.desired.into_iter().collect();
        let mut state = State::new("l".to_string(), "p", "t");
        state.resources = self.records.into_iter().map(|(name, record)| (key(name), record)).collect();
        let observed: BTreeMap<_, _> =
            self.observed.into_iter().map(|(name, observed)| (key(name), observed)).collect();
        let (bystanders, observed) =
            observed.into_iter().partition(|(key, _)| set.get(key).is_none() && !state.resources.contains_key(key));
        let state = Some(&state);
        compute(&Request {
            project: "p",
            target: "t",
            desired: &set,
            state,
            observed: &observed,
            bystanders: &bystanders,
            others: &Default::default(),
            overwrite,
            deployer: Some("me"),
        })
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
    .plan_over(&[Overwrite::Everything]);
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
    // The draft was edited, so its published copy is older.
    there.spec.insert("published".to_string(), json!("stale"));
    for desired in [&mut wanted.spec, &mut deployed.spec] {
        desired.insert("published".to_string(), json!(true));
    }
    let plan = |overwrite: &[&str]| {
        let overwrite: Vec<Overwrite> = overwrite.iter().map(|text| text.parse().unwrap()).collect();
        World {
            desired: vec![wanted.clone()],
            records: vec![("dashboard.d", deployed.clone())],
            observed: vec![("dashboard.d", there.clone())],
        }
        .plan_over(&overwrite)
    };
    let paths = |changes: &[FieldChange]| changes.iter().map(|change| change.path.clone()).collect::<Vec<_>>();
    let kept = plan(&["job:*"]);
    assert_eq!(
        (kept.steps[0].action, paths(&kept.steps[0].kept)),
        (Action::None, vec!["published".into(), "content".into()])
    );
    assert!(kept.is_empty());
    assert_eq!(kept.counts(), Counts { none: 1, kept: 1, ..Counts::default() });
    for overwrite in ["*", "dashboard.d", "dashboard:*"] {
        let plan = plan(&[overwrite]);
        assert_eq!((plan.steps[0].action, plan.steps[0].risk), (Action::Update, Risk::Safe));
        assert_eq!(paths(&plan.steps[0].changes), ["published", "content"]);
        assert!(plan.steps[0].kept.is_empty());
    }
}

/// What the project says goes on beside what is kept, and what becomes of an edit in the project is no edit any more.
#[test]
fn a_change_of_the_project_goes_beside_an_edit_and_may_take_it_over() {
    let plan = |wanted: Value, there: Value| {
        let was = json!({"name": "J", "description": "mine", "timeout_seconds": 1});
        World {
            desired: vec![desired("job.j", wanted, &[])],
            records: vec![("job.j", record("5", was, &[]))],
            observed: vec![("job.j", observed("5", there))],
        }
        .plan()
    };
    let edited = json!({"name": "J", "description": "theirs", "timeout_seconds": 1});
    let beside = plan(json!({"name": "J", "description": "mine", "timeout_seconds": 2}), edited.clone());
    assert_eq!(shown(&beside), [r#"update job.j safe [timeout_seconds 1→2]"#]);
    assert_eq!(beside.steps[0].kept[0].path, "description");
    // Also where the project changed the same field meanwhile.
    let both = plan(json!({"name": "J", "description": "other", "timeout_seconds": 1}), edited.clone());
    assert_eq!((both.steps[0].action, both.steps[0].kept[0].outside), (Action::None, false));
    let taken = plan(json!({"name": "J", "description": "theirs", "timeout_seconds": 1}), edited);
    assert_eq!(shown(&taken), ["update job.j safe [lifecycle.taken_over false→true]"]);
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
    assert!(matches!(Plan::parse(br#"{"plan_version": 9}"#), Err(PlanError::Version { found: 9 })));
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
    let keys = |plan: &Plan| plan.steps.iter().map(|step| step.key.to_string()).collect::<Vec<_>>();
    let part = |patterns: &[&str]| {
        let patterns: Vec<Pattern> = patterns.iter().map(|text| text.parse().unwrap()).collect();
        select(plan.clone(), &patterns)
    };
    let schemas = part(&["schema:*"]).unwrap();
    assert_eq!(keys(&schemas), ["catalog.c", "schema.s"]);
    assert_eq!(schemas.selected, Some(Selected { patterns: vec!["schema:*".to_string()], left: 1 }));
    assert_eq!(Plan::parse(&schemas.to_bytes().unwrap()).unwrap(), schemas);
    assert_eq!(keys(&part(&["job.j", "catalog:C"]).unwrap()), ["catalog.c", "job.j"]);
    assert_eq!(part(&[]).unwrap(), plan);
    assert_eq!(
        part(&["job:other*"]).unwrap_err().to_string(),
        "`job:other*` selects nothing; `lakesmith plan --format json` has all keys in its `steps`"
    );
    for (text, message) in [
        ("jobs:*", "`jobs` is no kind of resource; did you mean `job`?"),
        ("job", "`job` is neither `kind:name` nor a resource's key"),
        ("job:", "`job:` is neither `kind:name` nor a resource's key"),
    ] {
        assert_eq!(text.parse::<Pattern>().unwrap_err().to_string(), message);
    }
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

/// Grants on what an unfinished deployment made widen nothing that anybody relied on; on anything else they do.
#[test]
fn only_what_the_deployment_itself_made_is_opened_without_an_allow() {
    let grants = json!({"securable_type": "schema", "securable": "c.s", "privileges": {"a": ["SELECT"]}});
    let plan = |change: fn(&mut Record), given: bool| {
        let mut schema = record("c.s", json!({"name": "s", "catalog_name": "c"}), &[]);
        change(&mut schema);
        let mut records = vec![("schema.s", schema)];
        if given {
            // The call was about to be sent when the process died.
            records.push(("grants.s", record("schema/c.s", grants.clone(), &["schema.s"])));
        }
        World {
            desired: vec![
                desired("schema.s", json!({"name": "s", "catalog_name": "c"}), &[]),
                desired("grants.s", grants.clone(), &["schema.s"]),
            ],
            records,
            observed: vec![
                ("schema.s", observed("c.s", json!({"name": "s", "catalog_name": "c"}))),
                ("grants.s", observed("schema/c.s", json!({"privileges": {}}))),
            ],
        }
        .plan()
    };
    let risk = |change, given| plan(change, given).step(&key("grants.s")).unwrap().risk;
    assert_eq!(risk(|record| record.unfinished = true, false), Risk::Safe);
    assert_eq!(risk(|record| record.unfinished = true, true), Risk::Safe);
    assert_eq!(risk(|_| {}, false), Risk::Security, "an earlier deployment made it");
    assert_eq!(risk(|_| {}, true), Risk::Security, "somebody revoked it");
    assert_eq!(risk(|record| record.owned = false, false), Risk::Security, "it was there before");
}

/// A function of an unfinished deployment may be corrected, a table keeps its rows.
#[test]
fn what_an_unfinished_deployment_made_may_be_corrected_but_rows_stay_rows() {
    let risk = |name: &'static str, unfinished: bool| {
        let value = |query: &str| json!({"full_name": "c.s.f", "replace": true, "query": query});
        let mut wanted = desired(name, value("SELECT 2"), &[]);
        wanted.content = Some(Content::plain(b"new".to_vec()));
        let mut made = record("c.s.f", value("SELECT 1"), &[]);
        made.unfinished = unfinished;
        made.fingerprint = Some(Content::plain(b"old".to_vec()).fingerprint);
        let there = observed("c.s.f", json!({"full_name": "c.s.f"}));
        World { desired: vec![wanted], records: vec![(name, made)], observed: vec![(name, there)] }.plan().steps[0].risk
    };
    assert_eq!((risk("function.c.s.f", true), risk("function.c.s.f", false)), (Risk::Safe, Risk::Security));
    assert_eq!((risk("table.c.s.f", true), risk("table.c.s.f", false)), (Risk::Destructive, Risk::Destructive));
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

/// Design 5: "unmanaged principals are reported, removed only with authoritative".
#[test]
fn principals_whom_the_project_does_not_name_are_reported() {
    let spec = |name: &str| json!({"name": name, "catalog_name": "c"});
    let grants = |name: &str, authoritative: bool| json!({"securable_type": "schema", "securable": name, "authoritative": authoritative, "privileges": {"a": ["SELECT"]}});
    let there = |name: &str, privileges: Value| {
        observed(name, json!({"securable_type": "schema", "securable": name, "privileges": privileges}))
    };
    let mut owned = spec("s");
    owned["owner"] = json!("me");
    let plan = World {
        desired: vec![
            desired("schema.s", spec("s"), &[]),
            desired("schema.t", spec("t"), &[]),
            desired("grants.schema.c.s", grants("c.s", false), &["schema.s"]),
            desired("grants.schema.c.u", grants("c.u", true), &[]),
        ],
        records: vec![
            ("schema.s", record("c.s", spec("s"), &[])),
            ("schema.t", record("c.t", spec("t"), &[])),
            ("grants.schema.c.s", record("schema/c.s", grants("c.s", false), &["schema.s"])),
            ("grants.schema.c.u", record("schema/c.u", grants("c.u", true), &[])),
        ],
        observed: vec![
            ("schema.s", observed("c.s", owned)),
            ("schema.t", observed("c.t", spec("t"))),
            (
                "grants.schema.c.s",
                there("c.s", json!({"a": ["SELECT"], "bob": ["MODIFY", "SELECT"], "me": ["SELECT"]})),
            ),
            ("grants.schema.c.t", there("c.t", json!({"eve": ["USE_SCHEMA"]}))),
            ("grants.schema.c.u", there("c.u", json!({"a": ["SELECT"], "bob": ["SELECT"]}))),
        ],
    }
    .plan();
    let told: Vec<String> = plan
        .unmanaged
        .iter()
        .map(|stranger| format!("{} {} {}", stranger.securable, stranger.principal, stranger.privileges.join(" ")))
        .collect();
    assert_eq!(told, ["c.s bob MODIFY SELECT", "c.t eve USE_SCHEMA"]);
    let changed: Vec<String> = plan.changes().map(|step| format!("{} {}", step.key, step.changes[0].path)).collect();
    assert_eq!(changed, ["grants.schema.c.u privileges[bob]"], "authoritative grants take them away");
}

/// What the service makes of a statement is in words of its own; only what differs from what it showed right after the
/// deployment was changed.
#[test]
fn a_service_may_tell_a_statement_in_its_own_words() {
    let wanted = json!({"full_name": "c.s.t", "replace": false, "comment": "x",
        "columns": [{"name": "Id", "type": "INT"}, {"name": "m", "type": "MAP<STRING, INT>", "default": "1"}],
        "properties": {"team": "a"}});
    let there = json!({"comment": "x", "columns": [{"name": "id", "type": "integer"}, {"name": "m", "type": "map<string,int>"}],
        "properties": {"team": "A", "delta.minReaderVersion": "1"}});
    let plan = |mut now: Value, wanted: Value, before: Value| {
        now["full_name"] = json!("c.s.t");
        let mut made = record("c.s.t", before, &[]);
        made.shown = Some(Box::new(spec(there.clone())));
        let mut wanted = desired("table.c.s.t", wanted, &[]);
        wanted.content = Some(Content::plain(b"CREATE TABLE".to_vec()));
        let plan = World {
            desired: vec![wanted],
            records: vec![("table.c.s.t", made)],
            observed: vec![("table.c.s.t", observed("c.s.t", now))],
        };
        self::shown(&plan.plan()).remove(0)
    };
    assert_eq!(plan(there.clone(), wanted.clone(), wanted.clone()), "none table.c.s.t safe []");
    // Somebody else's column and property are nothing of the project's.
    let mut other = there.clone();
    other["columns"].as_array_mut().unwrap().push(json!({"name": "theirs", "type": "int"}));
    other["columns"][1]["comment"] = json!("theirs");
    other["properties"]["theirs"] = json!("1");
    other["properties"]["team"] = json!("a");
    assert_eq!(plan(other, wanted.clone(), wanted.clone()), "none table.c.s.t safe []");
    // A column that is gone is put back, one of another type cannot be.
    let mut gone = there.clone();
    gone["columns"].as_array_mut().unwrap().remove(0);
    assert_eq!(
        plan(gone, wanted.clone(), wanted.clone()),
        r#"update table.c.s.t safe [columns[Id] null→{"name":"Id","type":"INT"}]"#
    );
    let mut retyped = there.clone();
    retyped["columns"][0]["type"] = json!("string");
    assert_eq!(
        plan(retyped, wanted.clone(), wanted.clone()),
        r#"recreate table.c.s.t destructive [columns[Id].type "string"→"INT"]"#
    );
    // One change that cannot be made in place is enough.
    let mut edited = wanted.clone();
    edited["comment"] = json!("y");
    assert_eq!(plan(there.clone(), edited.clone(), wanted.clone()), r#"update table.c.s.t safe [comment "x"→"y"]"#);
    edited["columns"][1]["default"] = json!("2");
    assert_eq!(
        plan(there.clone(), edited.clone(), wanted.clone()),
        r#"recreate table.c.s.t destructive [comment "x"→"y"; columns[m].default "1"→"2"]"#
    );
    edited["replace"] = json!(true);
    assert!(plan(there.clone(), edited, wanted).starts_with("update table.c.s.t destructive"));
}

/// A fresh checkout on another machine knows nothing of the files that a demo delivered: it leaves them. Whoever has the
/// demo, and whoever removes everything, decides about them.
#[test]
fn what_a_demo_delivered_is_left_alone_by_a_checkout_without_it() {
    let name = "volume_file.c/s/landing/a.csv";
    let plan = |wanted: Vec<Desired>, there: bool| {
        let mut file = record("/Volumes/c/s/landing/a.csv", json!({"path": "/Volumes/c/s/landing/a.csv"}), &[]);
        file.delivered = true;
        let found = observed("/Volumes/c/s/landing/a.csv", json!({"path": "/Volumes/c/s/landing/a.csv"}));
        let observed = if there { vec![(name, found)] } else { vec![] };
        World { desired: wanted, records: vec![(name, file)], observed }.plan()
    };
    let catalog = || desired("catalog.c", json!({"name": "c"}), &[]);
    assert_eq!(shown(&plan(vec![catalog()], true)).len(), 1, "the catalog alone");
    let mut other = desired("volume_file.c/s/landing/b.csv", json!({"path": "/Volumes/c/s/landing/b.csv"}), &[]);
    other.delivered = true;
    let deleted = |plan: &Plan| plan.changes().any(|step| step.action == Action::Delete);
    assert!(deleted(&plan(vec![catalog(), other], true)));
    assert!(deleted(&plan(vec![], true)));
    // Nothing is remembered of what is gone.
    assert!(plan(vec![catalog()], false).changes().any(|step| step.action == Action::Forget));
}

/// The state names an id that nobody has, and the resource was found again by its mark.
#[test]
fn a_resource_that_was_found_again_is_not_made_and_what_needs_it_gets_its_id() {
    let found = Observed { made_before: true, twins: vec!["12".to_string()], ..observed("11", json!({"name": "P"})) };
    let task = |id: &str| json!({"name": "J", "pipeline_id": id});
    let plan = World {
        desired: vec![
            desired("pipeline.p", json!({"name": "P"}), &[]),
            desired("job.j", task("${pipeline.p.id}"), &["pipeline.p"]),
        ],
        records: vec![
            ("pipeline.p", record("dead", json!({"name": "P"}), &[])),
            ("job.j", record("5", task("dead"), &["pipeline.p"])),
        ],
        observed: vec![("pipeline.p", found), ("job.j", observed("5", task("dead")))],
    }
    .plan();
    assert_eq!(
        shown(&plan),
        [r#"update pipeline.p safe [lifecycle.id "dead"→"11"]"#, r#"update job.j safe [pipeline_id "dead"→"11"]"#,]
    );
    assert_eq!(plan.steps[0].id.as_deref(), Some("11"));
    assert!(plan.steps[0].notes[0].contains("pipeline `P` 12"), "{:?}", plan.steps[0].notes);
}
