//! Secrets appear in nothing that is shown or kept. Each is planted as `canary-…`, and everything is searched for it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::json;

use crate::support::fake::Fake;
use crate::support::shop::shop;
use crate::support::{Run, TestProject};

const CANARY: &str = "canary";

#[track_caller]
fn assert_silent(run: &Run, what: &str) {
    for (name, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        assert!(!text.contains(CANARY), "{what}: {name} holds the secret:\n{text}");
    }
}

/// What each way to sign in needs, with its secrets.
fn ways(fake: &Fake, home: &Path) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let file = home.join("jwt");
    std::fs::write(&file, "canary-jwt-file").unwrap();
    let address = |path: &str| format!("{}{path}", fake.address);
    let text = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        pairs.iter().map(|(key, value)| (*key, (*value).to_string())).collect()
    };
    let github = [("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-actions")];
    let mut all = vec![
        ("pat", text(&[("DATABRICKS_TOKEN", "canary-pat-token")])),
        ("basic", text(&[("DATABRICKS_USERNAME", "u"), ("DATABRICKS_PASSWORD", "canary-password")])),
        ("oauth-m2m", text(&[("DATABRICKS_CLIENT_ID", "app"), ("DATABRICKS_CLIENT_SECRET", "canary-client-secret")])),
        ("metadata-service", vec![("DATABRICKS_METADATA_SERVICE_URL", address("/service"))]),
        ("github-oidc", text(&github)),
        (
            "azure-devops-oidc",
            text(&[
                ("SYSTEM_ACCESSTOKEN", "canary-system"),
                ("SYSTEM_TEAMPROJECTID", "p"),
                ("SYSTEM_PLANID", "p"),
                ("SYSTEM_JOBID", "j"),
                ("SYSTEM_HOSTTYPE", "build"),
            ]),
        ),
        ("env-oidc", text(&[("DATABRICKS_OIDC_TOKEN", "canary-jwt-variable")])),
        ("file-oidc", vec![("DATABRICKS_OIDC_TOKEN_FILEPATH", file.to_str().unwrap().to_string())]),
        (
            "github-oidc-azure",
            text(&[github[0], ("ARM_CLIENT_ID", "a"), ("ARM_TENANT_ID", "t"), ("DATABRICKS_CLOUD", "azure")]),
        ),
        (
            "azure-client-secret",
            text(&[
                ("ARM_CLIENT_ID", "a"),
                ("ARM_CLIENT_SECRET", "canary-arm-secret"),
                ("ARM_TENANT_ID", "t"),
                ("DATABRICKS_CLOUD", "azure"),
            ]),
        ),
        ("azure-msi", text(&[("ARM_USE_MSI", "true"), ("DATABRICKS_CLOUD", "azure")])),
        ("google-credentials", text(&[("GOOGLE_CREDENTIALS", "{\"private_key\":\"canary-google\"}")])),
    ];
    for (name, pairs) in &mut all {
        if name.starts_with("github") {
            pairs.push(("ACTIONS_ID_TOKEN_REQUEST_URL", address("/github?x=1")));
        }
        if name.starts_with("azure-devops") {
            pairs.push(("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", address("/devops")));
        }
    }
    all
}

/// What the workspace says to whoever has a token.
#[derive(Clone)]
enum Door {
    Open,
    Shut,
    /// It sends them to another host.
    Elsewhere(String),
}

/// Everybody gives tokens that are secrets, too; the workspace lets in, refuses, or sends on, and quotes what it was sent.
fn everybody(door: Door) -> Fake {
    Fake::new(move |line, whole, own| {
        let token = json!({ "access_token": "canary-issued-token", "expires_in": "3600", "expires_on": "4102444800" });
        let path = line.split_once(' ').unwrap().1;
        match path {
            "/oidc/.well-known/oauth-authorization-server" => {
                let body = json!({ "authorization_endpoint": "x", "token_endpoint": format!("{own}/oidc/v1/token") });
                (200, body.to_string())
            }
            "/oidc/v1/token" | "/service" => (200, token.to_string()),
            "/api/2.0/preview/scim/v2/Me" if !matches!(door, Door::Shut) => match &door {
                Door::Elsewhere(place) => (307, format!("{place}/steal?x=1")),
                _ => (200, json!({ "userName": "ann@shop.test" }).to_string()),
            },
            _ if path.starts_with("/entra/") || path.starts_with("/instance") => (200, token.to_string()),
            _ if path.starts_with("/github") => (200, json!({ "value": "canary-jwt-github" }).to_string()),
            _ if path.starts_with("/devops") => (200, json!({ "oidcToken": "canary-jwt-devops" }).to_string()),
            _ => (403, json!({ "error_code": "PERMISSION_DENIED", "message": whole }).to_string()),
        }
    })
}

/// Every way to sign in, with every command that talks about it, let in and refused, for people and for programs.
#[test]
fn ways_to_sign_in_show_no_secret() {
    // Whoever a redirect leads to would let everybody in.
    let thief = Fake::new(|_, _, _| (200, json!({ "userName": "thief" }).to_string()));
    for door in [Door::Open, Door::Shut, Door::Elsewhere(thief.address.clone())] {
        let lets_in = matches!(door, Door::Open);
        let (project, fake) = (shop(), everybody(door));
        let manifest = project.read("lakesmith.yml");
        project.write("lakesmith.yml", &format!("{manifest}targets:\n  far: {{ mode: development }}\n"));
        for (name, pairs) in ways(&fake, &project.home()) {
            let fixed = [
                ("DATABRICKS_HOST", fake.address.as_str()),
                ("DATABRICKS_AUTH_TYPE", name),
                ("LAKESMITH_TEST_ENDPOINTS", &fake.address),
            ];
            let environment: Vec<(&str, &str)> =
                pairs.iter().map(|(key, value)| (*key, value.as_str())).chain(fixed).collect();
            for format in ["human", "json"] {
                let run = project.run_with(&["auth", "describe", "-vv", "--format", format], &environment);
                assert_silent(&run, name);
                let supported = !["basic", "google-credentials"].contains(&name);
                assert_eq!(run.code, Some(i32::from(!(lets_in && supported))), "{name}: {run}");
            }
            for command in [&["plan", "-t", "far", "-vv"][..], &["query", "SELECT 'canary-in-sql'", "-t", "far", "-vv"]]
            {
                assert_silent(&project.run_with(command, &environment), name);
            }
        }
        // What was planted did arrive; the client's secret goes by Basic, which encodes it.
        let asked = fake.asked().concat();
        for secret in ["canary-pat-token", "canary-actions", "canary-jwt-file", "canary-arm-secret"] {
            assert!(asked.contains(secret), "{secret} was never sent");
        }
    }
    assert_eq!(thief.asked(), Vec::<String>::new(), "nobody goes where the workspace sends them");
}

/// What the official CLI prints when it gives no token is quoted, and the secrets in it are not: those that this process
/// holds, and those that only look like some.
#[cfg(unix)]
#[test]
fn what_the_official_cli_prints_is_quoted_without_secrets() {
    let (project, fake) = (TestProject::new(&[]), everybody(Door::Open));
    let program = project.home().join("databricks");
    let said = "Error: refresh failed for canary-pat-token: refresh_token=canary-0123456789, Authorization: Bearer \
                canary-bearer-text, eyJcanary.eyJcanary.canary, {\"access_token\": \"canary-with-1\"}; sign in again";
    // Larger than the old CLI.
    let padding = "# padding\n".repeat(120_000);
    std::fs::write(&program, format!("#!/bin/sh\necho '{said}' >&2\nexit 1\n{padding}")).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let environment = [
        ("DATABRICKS_HOST", fake.address.as_str()),
        ("DATABRICKS_AUTH_TYPE", "databricks-cli"),
        ("DATABRICKS_CLI_PATH", program.to_str().unwrap()),
        ("DATABRICKS_TOKEN", "canary-pat-token"),
    ];
    for arguments in [
        &["auth", "describe", "-vv"][..],
        &["auth", "describe", "--format", "json"],
        &["auth", "token", "-vv"],
        &["doctor", "-vv"],
        &["doctor", "--format", "json"],
    ] {
        let run = project.run_with(arguments, &environment);
        assert_silent(&run, "databricks-cli");
        assert!(run.to_string().contains("sign in again"), "what else it says is worth reading: {run}");
        assert_ne!(run.code, Some(0), "{run}");
    }
}

/// Variables of the project that come from the environment, as those of CI do: one that fits is used and not shown, one
/// that does not fit is told by its name, one that the project does not declare is nothing.
#[test]
fn the_value_of_a_variable_of_the_environment_is_not_shown() {
    // Put together here, so that no file of the repository holds what looks like one.
    let drawn: String = "0a1b2c3d4e5f6789".chars().cycle().take(32).collect();
    let token = format!("dapi{drawn}");
    let run = |project: &TestProject, arguments: &[&str], name: &str| {
        let mut command = project.live(arguments);
        let output = command.env(name, &token).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!text.contains(&drawn), "{arguments:?} {name}: {text}");
        (output.status.code(), text)
    };
    for name in ["LAKESMITH_VAR_MAIL", "LAKESMITH_VAR_OTHER"] {
        let project = shop();
        let manifest = project.read("lakesmith.yml");
        let variables = "variables:\n  days: { type: integer, default: 1 }\n  mail: { type: string, default: none }\n";
        project.write("lakesmith.yml", &format!("{manifest}{variables}"));
        let pipeline = "sql: [sql]\n    configuration: { mail.token: \"{{ var('mail') }}\" }\n";
        project.edit("jobs/where.yml", "sql: [sql]\n", pipeline);
        for format in ["human", "json"] {
            let (code, text) = run(&project, &["check", "--format", format], "LAKESMITH_VAR_DAYS");
            assert!(code != Some(0) && text.contains("LAKESMITH_VAR_DAYS: expected an integer"), "{text}");
        }
        for arguments in [
            &["check"][..],
            &["check", "--format", "json"],
            &["plan", "-t", "local", "-vv"],
            &["deploy", "-t", "local", "-vv", "--yes"],
            &["status", "-t", "local", "--format", "json"],
            &["drift", "-t", "local", "-vv"],
        ] {
            let (code, text) = run(&project, arguments, name);
            assert_eq!(code, Some(0), "{arguments:?} {name}: {text}");
            if arguments[0] == "check" {
                // It did arrive where it was meant to be.
                assert_eq!(text.contains("LS952"), name == "LAKESMITH_VAR_MAIL", "{text}");
            }
        }
    }
}

/// The local workspace in a process of its own.
struct Served(Child, Vec<(&'static str, String)>);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn served(project: &TestProject) -> Served {
    let mut command = project.live(&["local", "serve"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut value = |name: &'static str| {
        (name, lines.next().unwrap().unwrap().strip_prefix(&format!("{name}=")).unwrap().to_string())
    };
    let values = vec![value("DATABRICKS_HOST"), value("DATABRICKS_TOKEN")];
    Served(child, values)
}

/// Files below a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let files =
        walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    let found = files.filter(|entry| {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    });
    found.map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string()).collect()
}

/// A whole life with a workspace that is reached by a token: the token is in no output, plan, state, journal or log.
#[test]
fn a_deployment_keeps_no_token() {
    let (project, server) = (shop(), shop());
    let manifest = project.read("lakesmith.yml");
    project.write("lakesmith.yml", &format!("{manifest}targets:\n  far: {{ mode: development }}\n"));
    let served = served(&server);
    let environment: Vec<(&str, &str)> = served.1.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let token = environment[1].1;
    let run = |arguments: &[&str]| {
        let mut command = project.live(arguments);
        let output = command.envs(environment.iter().copied()).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!text.contains(token), "{arguments:?}: {text}");
        (output.status.code(), text)
    };
    for (arguments, code) in [
        (&["plan", "-t", "far", "-vv", "--out", "saved.plan"][..], 0),
        (&["apply", "saved.plan", "-t", "far", "-vv", "--yes"], 0),
        (&["deploy", "-t", "far", "-vv", "--yes"], 0),
        (&["status", "-t", "far", "-vv", "--format", "json"], 0),
        (&["query", "SELECT 'canary-in-a-body' AS x, 1/0 AS y, nothing AS z", "-t", "far", "-vv"], 1),
        (&["query", "SELECT 1 AS x", "-t", "far", "-vv"], 0),
    ] {
        let (found, text) = run(arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {text}");
        // Requests are shown by method and path only.
        let requests = text.lines().filter(|line| line.contains("/api/2"));
        assert!(requests.clone().count() > 0 && requests.clone().all(|line| !line.contains(CANARY)), "{text}");
    }
    assert!(project.root().join("saved.plan").exists());
    assert_eq!(holding(&project.root(), token), Vec::<String>::new());
    assert_eq!(holding(&project.home(), token), Vec::<String>::new());
    // The server's own: other processes of this user find it by a file, which holds the token on purpose.
    let kept = holding(&server.root(), token);
    assert!(kept.iter().all(|path| path.contains("server")), "{kept:?}");
    // The volume holds a file of somebody else, so that it ends with an error that names things.
    let (code, text) = run(&["destroy", "-t", "far", "-vv", "--yes"]);
    assert_eq!(code, Some(1), "{text}");
}

/// What somebody sees of the sign-ins that lakesmith keeps: nothing, also when the file is damaged.
#[test]
fn a_damaged_file_of_sign_ins_is_not_quoted() {
    let (project, fake) = (TestProject::new(&[]), Fake::workspace());
    let folder = project.home().join(".config/lakesmith");
    std::fs::create_dir_all(&folder).unwrap();
    for text in
        ["{\"version\":1,\"tokens\":{\"x\":\"canary-a\"}}", "{\"canary-b", "{\"version\":9,\"tokens\":\"canary-c\"}"]
    {
        std::fs::write(folder.join("tokens.json"), text).unwrap();
        for command in
            [&["auth", "describe", "-vv"][..], &["auth", "token", "-vv"], &["auth", "describe", "--format", "json"]]
        {
            let run = project.run_with(command, &[("DATABRICKS_HOST", &fake.address)]);
            assert_silent(&run, text);
            assert_ne!(run.code, Some(0), "{run}");
        }
    }
    // A profile with a secret in a line that is none, and in a value that is wrong.
    let profile = format!("[DEFAULT]\nhost = {}\ntoken = canary-token\ncanary-line\nauth_type = magic\n", fake.address);
    std::fs::write(project.home().join(".databrickscfg"), profile).unwrap();
    let run = project.run(&["auth", "describe", "-vv"]);
    assert_silent(&run, "profile");
    assert!(run.stdout.contains("`magic` is no way to sign in"), "{run}");
}

/// Tokens in what the service keeps and shows: a parameter of a pipeline, one of a job, the address of a webhook. They are
/// told by name and place, and in no form of the output by what they are.
#[test]
fn secrets_in_resources_are_told_without_their_text() {
    let project = shop();
    // Put together here, so that no file of the repository holds what looks like one.
    let drawn: String = "0a1b2c3d4e5f6789".chars().cycle().take(32).collect();
    let (token, webhook) = (format!("dapi{drawn}"), format!("https://hooks.slack.com/services/T{drawn}"));
    let pipeline = format!("sql: [sql]\n    configuration: {{ mail.token: {token} }}\n");
    project.edit("jobs/where.yml", "sql: [sql]\n", &pipeline);
    let jobs = format!(
        "jobs:\n  tell:\n    name: tell\n    parameters:\n      - {{ name: hook, default: \"{webhook}\" }}\n      \
         - {{ name: db_password, default: Tr0ub4dor-{drawn} }}\n    tasks:\n      - task_key: run\n        pipeline_task: \
         {{ pipeline_id: \"${{pipeline.main.id}}\" }}\n"
    );
    project.write("jobs/tell.yml", &jobs);
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["check", "--format", "github"],
        &["plan", "-t", "local", "-vv"],
        &["deploy", "-t", "local", "-vv", "--yes"],
    ] {
        let run = project.run_live(arguments);
        let said = run.to_string();
        assert!(!said.contains(&drawn), "{arguments:?}: {said}");
        if said.contains("LS952") {
            for name in ["mail.token", "hook", "db_password"] {
                assert!(said.contains(name), "{arguments:?}: {said}");
            }
        }
    }
    let checked = project.run(&["check"]).to_string();
    assert_eq!(checked.matches("warning[LS952]").count(), 3, "{checked}");
    assert!(checked.contains("jobs/where.yml:14:34"), "{checked}");
    // A reference is what it should be.
    project.edit("jobs/where.yml", &token, "\"{{secrets/shop-mail/token}}\"");
    let checked = project.run(&["check"]).to_string();
    assert_eq!(checked.matches("warning[LS952]").count(), 2, "{checked}");
}

/// The value of a secret is the workspace's: no command reads it, and nothing of the project holds it.
#[test]
fn the_value_of_a_managed_scope_is_in_nothing() {
    let project = shop();
    project.write("jobs/scope.yml", "secret_scopes:\n  mail:\n    name: shop-mail\n");
    let workspace = crate::support::Served::of(&project);
    let deploy = ["deploy", "-t", "local", "-vv", "--yes"];
    assert_silent(&project.run_live(&deploy), "deploy");
    let secret = json!({ "scope": "shop-mail", "key": "password", "string_value": "canary-in-a-scope" });
    workspace.call("POST", "/api/2.0/secrets/put", Some(&secret));
    let scope = "    name: shop-mail\n    permissions: [{ group_name: analysts, level: READ }]\n";
    project.edit("jobs/scope.yml", "    name: shop-mail\n", scope);
    for arguments in [
        &["plan", "-t", "local", "-vv", "--out", "saved.plan"][..],
        &["drift", "-t", "local", "-vv"],
        &["deploy", "-t", "local", "-vv", "--yes", "--allow", "security"],
        &["status", "-t", "local", "-vv", "--format", "json"],
        &["destroy", "-t", "local", "-vv", "--yes"],
    ] {
        assert_silent(&project.run_live(arguments), arguments[0]);
    }
    // Base64, as the workspace's own store has it, is looked for, too; the store is where it belongs.
    for text in ["canary-in-a-scope", "Y2FuYXJ5LWluLWEtc2NvcGU"] {
        let kept = holding(&project.root(), text);
        assert!(kept.iter().all(|path| path.contains("workspace.duckdb")), "{kept:?}");
        assert_eq!(holding(&project.home(), text), Vec::<String>::new());
    }
}
