//! The CI kit: workflows and the action are YAML of the form that GitHub documents, every lakesmith command in them is one,
//! and what they run succeeds for the identities of docs/ci.md.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::shop::{board, shop};
use crate::support::{Served, TestProject, repository};

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
                assert!(is_exact(action), "{path}: {action}");
            }
        }
    }
    let (_, action) = read("action.yml");
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert!(step["uses"].as_str().is_none_or(is_exact), "action.yml: {step}");
    }
}

/// GitHub documentation, "Security hardening": a commit's whole hash is what never changes. `OWNER` is nobody yet.
fn is_exact(action: &str) -> bool {
    let (name, revision) = action.split_once('@').unwrap_or((action, ""));
    let is_hash = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash || name == "OWNER/lakesmith" && revision == concat!("v", env!("CARGO_PKG_VERSION"))
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

/// "Only required for workflows in private repositories" (README of github/codeql-action, of `actions: read`); GitHub
/// documentation, "Dependabot on GitHub Actions": such a run has a token that only reads, and no identity token.
#[test]
fn whoever_may_not_upload_or_sign_in_is_not_asked_to() {
    let (_, workflow) = read(WORKFLOWS[0]);
    let (check, plan) = (&workflow["jobs"]["check"], &workflow["jobs"]["plan"]);
    assert_eq!(check["permissions"]["actions"], "read");
    let mut steps = check["steps"].as_array().unwrap().iter();
    let upload = steps.find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("/upload-sarif@"))).unwrap();
    for condition in [&upload["if"], &plan["if"]] {
        let condition = condition.as_str().unwrap();
        for part in [
            "github.event.pull_request.head.repo.full_name == github.repository",
            "github.event.pull_request.user.login != 'dependabot[bot]'",
        ] {
            assert!(condition.contains(part), "{condition}");
        }
    }
}

const VOLUME: &str = ".lakesmith/local/volumes";

/// A pipeline of two tables, a job with a schedule, a dashboard and a test of SQL, in catalogs that the target names.
fn sales() -> TestProject {
    let project = shop();
    project.write(
        "jobs/where.yml",
        "catalogs:\n  main: { name: \"{{ catalog }}\" }\n\
         schemas:\n  bronze: { catalog_name: \"{{ catalog }}\", name: bronze }\n  \
         gold: { catalog_name: \"{{ catalog }}\", name: gold }\n\
         volumes:\n  landing: { catalog_name: \"{{ catalog }}\", schema_name: bronze, name: landing, volume_type: MANAGED }\n\
         pipelines:\n  main:\n    name: sales\n    catalog: \"{{ catalog }}\"\n    schema: bronze\n    serverless: true\n    \
         sql: [sql/bronze, sql/gold]\n\
         jobs:\n  nightly:\n    name: nightly\n    schedule: { quartz_cron_expression: \"0 0 2 * * ?\", timezone_id: UTC }\n    \
         tasks:\n      - task_key: load\n        pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n",
    );
    project.write(
        "sql/bronze/orders.sql",
        "CREATE OR REFRESH STREAMING TABLE {{ this }} AS SELECT * FROM STREAM \
         read_files('{{ volume_path('bronze.landing') }}/orders/', format => 'csv', header => true, \
         schema => 'id BIGINT, what STRING')\n",
    );
    project.write(
        "sql/gold/pens.sql",
        "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS SELECT id FROM {{ ref('bronze.orders') }} WHERE what = 'pen'\n",
    );
    project.write("dashboards/pens.lvdash.json", &board("SELECT id FROM shop.gold.pens", "id"));
    project.write(
        "sql/tests/pens.yml",
        "model: gold.pens\ncases:\n  - name: only pens\n    given:\n      bronze.orders: [{id: 1, what: pen}, {id: 2, what: ink}]\n    \
         expect: [{id: 1}]\n",
    );
    for catalog in ["dev_shop", "shop"] {
        project.write(&format!("{VOLUME}/{catalog}/bronze/landing/orders/first.csv"), "id,what\n1,pen\n2,ink\n");
    }
    project
}

/// The example of docs/ci.md at this address. What anybody makes in the embedded workspace belongs to its user, so that
/// pipelines run as that one; elsewhere it belongs to whoever made it.
fn targets(host: &str) -> String {
    let page = std::fs::read_to_string(repository().join("docs/ci.md")).unwrap();
    let (_, rest) = page.split_once("```yaml\ntargets:\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let mut text = format!("targets:\n{example}");
    for (word, value) in [
        ("https://dev.cloud.databricks.com", host),
        ("https://prod.cloud.databricks.com", host),
        ("service_principal: 11111111-1111-1111-1111-111111111111", "user: me@localhost"),
        ("service_principal: 22222222-2222-2222-2222-222222222222", "user: me@localhost"),
    ] {
        assert!(text.contains(word), "{word}: {text}");
        text = text.replace(word, value);
    }
    text
}

/// A GitHub of one pull request and one machine: it runs the scripts of workflows, as bash does there, in one checkout.
struct GitHub {
    checkout: TestProject,
    served: Served,
    /// What serves it.
    server: TestProject,
    /// By environment: the client id of its service principal.
    identities: Vec<(&'static str, String)>,
}

/// The environments of docs/ci.md.
const ENVIRONMENTS: [&str; 4] = ["dev-plan", "dev", "prod-plan", "prod"];

/// In place of `gh`: the comments of the pull request are one file, if any; what is asked for is one that begins with `MARKER`.
const GH: &str = r#"#!/bin/bash
last="${!#}"
case "$*" in
  "api --paginate repos/o/r/issues/7/comments --jq "*env.MARKER*)
    if [ -f "$COMMENT" ] && [[ -n "$MARKER" && "$(cat "$COMMENT")" == "$MARKER"* ]]; then echo comments/1; fi ;;
  "api --silent --method POST repos/o/r/issues/7/comments --field body=@"*) echo POST >> "$COMMENT.calls"; cp "${last#body=@}" "$COMMENT" ;;
  "api --silent --method PATCH comments/1 --field body=@"*) echo PATCH >> "$COMMENT.calls"; cp "${last#body=@}" "$COMMENT" ;;
  *) echo "unknown: $*" >&2; exit 1 ;;
esac
"#;

impl GitHub {
    fn new() -> Self {
        let project = sales();
        let principals: Vec<&str> = ENVIRONMENTS.iter().flat_map(|name| ["--service-principal", name]).collect();
        let served = Served::with(&project, &principals);
        let ids = served.machines(ENVIRONMENTS.len()).into_iter().map(|(id, _)| id);
        let identities: Vec<_> = ENVIRONMENTS.into_iter().zip(ids).collect();
        let checkout = project.checkout();
        let manifest = project.read("lakesmith.yml").replace("bronze: bronze", "bronze: bronze, gold: gold");
        checkout.write("lakesmith.yml", &format!("{manifest}{}", targets(&served.host)));
        let github = Self { checkout, served, server: project, identities };
        github.checkout.git(&["init", "--quiet"]);
        github.commit("one");
        github.checkout.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        github.file("bin/gh", GH);
        let mut command = Command::new("chmod");
        assert!(command.arg("+x").arg(github.path("bin/gh")).status().unwrap().success());
        github
    }

    fn commit(&self, message: &str) {
        self.checkout.git(&["add", "."]);
        self.checkout.git(&["commit", "--quiet", "--message", message]);
    }

    /// Outside of the checkout.
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.checkout.home().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Lets who made a catalog have it, as in Databricks: in the embedded workspace it belongs to its user.
    fn own(&self, environment: &str, catalog: &str) {
        let (_, id) = self.identities.iter().find(|(name, _)| *name == environment).unwrap();
        let change = serde_json::json!({ "changes": [{ "principal": id, "add": ["ALL_PRIVILEGES", "MANAGE"] }] });
        self.served.call("PATCH", &format!("/api/2.1/unity-catalog/permissions/catalog/{catalog}"), Some(&change));
    }

    /// What an expression comes to in a job of an environment.
    fn value(&self, text: &str, environment: Option<&str>) -> String {
        let id = self.identities.iter().find(|(name, _)| Some(*name) == environment).map(|(_, id)| id.as_str());
        let mut text = text.to_string();
        for (expression, value) in [
            ("${{ vars.DATABRICKS_HOST }}", self.served.host.as_str()),
            ("${{ vars.DATABRICKS_CLIENT_ID }}", id.unwrap_or_default()),
            ("${{ inputs.allow }}", ""),
            ("${{ github.token }}", "token"),
            ("${{ github.base_ref }}", "main"),
            ("${{ github.repository }}", "o/r"),
            ("${{ github.event.pull_request.number }}", "7"),
        ] {
            text = text.replace(expression, value);
        }
        assert!(!text.contains("${{"), "{text}");
        text
    }

    /// Runs the scripts of a workflow's job, each as GitHub does, until one fails. The result is what they printed, and the
    /// requests that reached the workspace meanwhile.
    /// What it prints must be looked at where it matters; that it succeeds is asserted here.
    #[track_caller]
    fn run(&self, path: &str, name: &str) -> (String, Vec<Value>) {
        let server = self.server.root().join(".lakesmith/local/requests.jsonl");
        let (_, workflow) = read(path);
        let job = &workflow["jobs"][name];
        let environment = job["environment"].as_str();
        let before = std::fs::read_to_string(&server).unwrap_or_default().lines().count();
        let mut printed = String::new();
        for step in job["steps"].as_array().unwrap() {
            let Some(script) = step["run"].as_str() else { continue };
            self.file("script", script);
            let mut command = Command::new("/bin/bash");
            command.arg("-e").arg(self.path("script")).current_dir(self.checkout.root()).env_clear();
            let bin = Path::new(env!("CARGO_BIN_EXE_lakesmith")).parent().unwrap();
            command.env("PATH", format!("{}:{}:/usr/bin:/bin", self.path("bin").display(), bin.display()));
            command.env("HOME", self.checkout.home()).env("COMMENT", self.path("comment"));
            command.env("GITHUB_STEP_SUMMARY", self.path("summary"));
            if job["permissions"]["id-token"] == "write" {
                let url = format!("{}/_lakesmith/id-token?api-version=2.0", self.served.host);
                command.env("ACTIONS_ID_TOKEN_REQUEST_URL", url);
                command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &self.served.token);
            }
            for (name, value) in [&job["env"], &step["env"]].into_iter().filter_map(Value::as_object).flatten() {
                command.env(name, self.value(value.as_str().unwrap(), environment));
            }
            let output = command.output().unwrap();
            let text =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{path} {name}: {script}\n{text}");
            printed.push_str(&text);
        }
        let log = std::fs::read_to_string(&server).unwrap();
        let requests = log.lines().skip(before).map(|line| serde_json::from_str(line).unwrap());
        (printed, requests.collect())
    }
}

/// Nothing was made, changed or taken away, and nothing was refused.
#[track_caller]
fn only_read(requests: &[Value]) {
    assert!(!requests.is_empty());
    for request in requests {
        let path = request["path"].as_str().unwrap();
        assert!(request["method"] == "GET" || path.starts_with("/oidc/"), "{request}");
        assert_ne!(request["status"], 403, "{request}");
    }
}

/// docs/ci.md: "Four identities work on two targets". The scripts of the workflows are run as they stand there, with the
/// page's own targets, by a service principal an environment, which signs in as a job of GitHub does.
#[test]
fn what_the_workflows_run_succeeds_for_the_four_identities() {
    let github = GitHub::new();
    let [check, deploy, promote] = WORKFLOWS;

    // A pull request before anything is deployed.
    github.run(check, "check");
    let (_, requests) = github.run(check, "plan");
    only_read(&requests);
    let first = github.read("comment");
    assert!(first.starts_with("<!-- lakesmith plan of shop on dev -->\n## "), "{first}");
    assert!(first.contains("| create | `pipeline.main` |"), "{first}");

    // It is merged.
    github.run(deploy, "dev");
    let made = github.served.inventory();
    assert_eq!(
        (&made["pipelines"], &made["jobs"]),
        (&vec!["[dev dev] sales".into()], &vec!["[dev dev] nightly".into()])
    );
    let job = &github.served.call("GET", "/api/2.2/jobs/list", None)["jobs"][0];
    assert_eq!(job["settings"]["schedule"]["pause_status"], "PAUSED");

    github.own("dev", "dev_shop");

    // The next pull request: whoever plans finds what whoever deploys has deployed, and nothing is new but the change.
    let (_, requests) = github.run(check, "plan");
    only_read(&requests);
    let unchanged = github.read("comment");
    assert!(unchanged.contains("### `shop/shop` on `dev`: nothing to change\n"), "{unchanged}");
    github.checkout.edit("jobs/where.yml", "0 0 2 * * ?", "0 0 3 * * ?");
    github.commit("two");
    github.run(check, "check");
    github.run(check, "plan");
    let changed = github.read("comment");
    assert!(changed.contains("### `shop/shop` on `dev`: 1 to update, "), "{changed}");
    assert!(changed.contains("| update | `job.nightly` |"), "{changed}");
    // One comment, renewed; that of another workflow is not taken for it.
    assert_eq!(github.read("comment.calls"), "POST\nPATCH\nPATCH\n");
    github.file("comment", "<!-- lakesmith plan of shop on prod -->\n");
    github.run(check, "plan");
    assert_eq!(github.read("comment.calls"), "POST\nPATCH\nPATCH\nPOST\n");
    github.run(deploy, "dev");

    // What dev proved goes to prod.
    let (compared, requests) = github.run(promote, "compare");
    only_read(&requests);
    assert!(compared.contains("shop/shop on prod: ") && compared.contains(" to create"), "{compared}");
    github.run(promote, "prod");
    github.own("prod", "shop");
    let made = github.served.inventory();
    assert_eq!(made["pipelines"], ["[dev dev] sales", "sales"]);
    assert_eq!(made["jobs"], ["[dev dev] nightly", "nightly"]);
    assert!(["dev_shop", "shop"].iter().all(|name| made["catalogs"].contains(&name.to_string())), "{made:?}");
    let jobs = github.served.call("GET", "/api/2.2/jobs/list", None);
    let prod = jobs["jobs"].as_array().unwrap().iter().find(|job| job["settings"]["name"] == "nightly").unwrap();
    assert_eq!(prod["settings"]["schedule"]["quartz_cron_expression"], "0 0 3 * * ?");

    // Once more there is nothing to do, for whoever looks and for whoever deploys.
    let (compared, requests) = github.run(promote, "compare");
    only_read(&requests);
    assert!(compared.contains("shop/shop on prod: nothing to change"), "{compared}");
    let summary = github.read("summary");
    assert!(summary.contains("\n### `shop/shop` on `prod`: as it was deployed\n"), "{summary}");
    github.run(promote, "prod");
    assert_eq!(github.served.inventory(), made);
}

/// Without a `root`, a target of development is each deployer's own: who finds nothing there is told why, and what to set.
#[test]
fn who_looks_for_what_somebody_else_deployed_for_themselves_is_told_where_it_is() {
    let github = GitHub::new();
    let manifest = github.checkout.read("lakesmith.yml");
    let shared = "    root: /Workspace/Shared/.lakesmith\n";
    assert!(manifest.contains(shared));
    github.checkout.write("lakesmith.yml", &manifest.replace(shared, ""));
    github.commit("alone");
    let told = "with `root: /Workspace/Shared/.lakesmith` at `targets.dev` of lakesmith.yml, all share one";
    let nobodys = github.run(WORKFLOWS[0], "plan");
    assert!(!nobodys.0.contains(told), "{}", nobodys.0);
    github.run(WORKFLOWS[1], "dev");
    let (printed, _) = github.run(WORKFLOWS[0], "plan");
    assert!(printed.contains("note: nothing that you deployed to `dev` is recorded, and "), "{printed}");
    assert!(printed.contains(told), "{printed}");
    let comment = github.read("comment");
    let escaped = "**Note**: nothing that you deployed to `dev` is recorded, and ";
    assert!(comment.contains(escaped) && comment.contains("all share one"), "{comment}");
    let of = |name: &str| github.identities.iter().find(|(environment, _)| *environment == name).unwrap().1.clone();
    let as_prod = |arguments: &[&str]| {
        let url = format!("{}/_lakesmith/id-token?api-version=2.0", github.served.host);
        let environment = [
            ("DATABRICKS_AUTH_TYPE", "github-oidc"),
            ("DATABRICKS_CLIENT_ID", &of("prod")),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &url),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &github.served.token),
        ];
        let mut command = github.checkout.live(arguments);
        let output = command.envs(environment).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for command in
        [&["diff", "--from", "dev", "--to", "prod"][..], &["promote", "--from", "dev", "--to", "prod", "--yes"]]
    {
        let (code, printed) = as_prod(command);
        assert_eq!(code, Some(2), "{printed}");
        assert!(printed.contains("no release was ever deployed to `dev`") && printed.contains(told), "{printed}");
    }
    let (code, printed) = as_prod(&["verify", "-t", "dev"]);
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains(told), "{printed}");
}
