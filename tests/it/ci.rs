//! The CI kit: workflows and the action are YAML of the form that GitHub documents, and every lakesmith command in them is one.

use serde_json::Value;

use crate::support::{TestProject, repository};

const WORKFLOWS: [&str; 3] = ["docs/ci/check.yml", "docs/ci/deploy.yml", "docs/ci/promote.yml"];

fn read(path: &str) -> (String, Value) {
    let text = std::fs::read_to_string(repository().join(path)).unwrap();
    let value: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    (text, value)
}

fn steps(jobs: &Value) -> Vec<Value> {
    let jobs = jobs.as_object().unwrap().values();
    jobs.flat_map(|job| job["steps"].as_array().unwrap().clone()).collect()
}

/// The arguments of every call of lakesmith in a script: up to what the shell does with the rest.
fn calls(script: &str) -> Vec<Vec<String>> {
    let lines = script.lines().map(str::trim).filter_map(|line| line.strip_prefix("lakesmith "));
    let end = |word: &&str| !matches!(*word, ">" | ">>" | "|" | "||" | "&&");
    lines.map(|line| line.split(' ').take_while(end).map(|word| word.trim_matches('"').to_string()).collect()).collect()
}

/// GitHub documentation, "Workflow syntax" and "Metadata syntax": the keys of a workflow, a job, a step and an action.
#[test]
fn workflows_and_the_action_have_the_documented_form() {
    let keys = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let known = |path: &str, value: &Value, allowed: &[&str]| {
        for key in keys(value) {
            assert!(allowed.contains(&key.as_str()), "{path}: {key}");
        }
    };
    for path in WORKFLOWS {
        let (_, workflow) = read(path);
        known(path, &workflow, &["name", "on", "permissions", "concurrency", "jobs"]);
        assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}), "{path}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            known(
                path,
                job,
                &["needs", "if", "runs-on", "timeout-minutes", "environment", "permissions", "env", "steps"],
            );
            // Whoever signs in does so for an environment, which the workspace's policy names.
            let signs_in = job["permissions"]["id-token"] == "write";
            assert_eq!(signs_in, job["environment"].is_string(), "{path}: {name}");
            assert!(!job.to_string().contains("secrets."), "{path}: {name}");
        }
    }
    let (_, action) = read("action.yml");
    known("action.yml", &action, &["name", "description", "author", "branding", "outputs", "runs"]);
    assert_eq!(action["runs"]["using"], "composite");
    for step in action["runs"]["steps"].as_array().unwrap() {
        // A step of a composite action that runs something must say with which shell.
        assert_eq!(step["run"].is_string(), step["shell"].is_string(), "{step}");
    }
}

/// GitHub documentation, "Script injections": what others can choose reaches a script through its environment.
#[test]
fn scripts_hold_no_expressions_and_actions_are_named_exactly() {
    for path in WORKFLOWS {
        let (_, workflow) = read(path);
        for step in steps(&workflow["jobs"]) {
            if let Some(script) = step["run"].as_str() {
                assert!(!script.contains("${{"), "{path}: {script}");
            }
            if let Some(action) = step["uses"].as_str() {
                assert!(action.contains('@'), "{path}: {action}");
            }
        }
    }
}

#[test]
fn every_command_of_the_kit_is_one() {
    let project = TestProject::new(&[]);
    let mut called = 0;
    for path in WORKFLOWS {
        let (_, workflow) = read(path);
        let steps = steps(&workflow["jobs"]);
        for call in steps.iter().filter_map(|step| step["run"].as_str()).flat_map(calls) {
            called += 1;
            // What whoever starts the workflow chooses.
            let word = |word: &'_ String| if word == "$ALLOW" { "security" } else { word.as_str() }.to_string();
            let mut arguments: Vec<String> = call.iter().map(word).collect();
            arguments.push("--help".to_string());
            let run = project.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(run.code, Some(0), "{path}: {arguments:?}: {run}");
            // Help is given before anything is read: what stands before it must be known, too.
            for option in call.iter().filter(|word| word.starts_with("--")) {
                assert!(run.stdout.contains(option.as_str()), "{path}: {option}: {run}");
            }
        }
    }
    assert!(called > 12, "{called}");
}
