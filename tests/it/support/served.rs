//! A workspace that another process serves, and the machines that deploy to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Run, TestProject};

/// The value of the next line, which must have this name.
#[track_caller]
fn value(output: &mut Lines<BufReader<ChildStdout>>, name: &str) -> String {
    let line = output.next().unwrap().unwrap();
    line.strip_prefix(&format!("{name}=")).unwrap_or_else(|| panic!("{line}")).to_string()
}

/// Killed when the test ends.
pub struct Served {
    child: Child,
    pub host: String,
    pub token: String,
    /// What it printed and nobody has read.
    output: Mutex<Lines<BufReader<ChildStdout>>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// The project's own workspace, which its `-t local` finds from now on.
    pub fn of(project: &TestProject) -> Self {
        Self::with(project, &[])
    }

    /// With more arguments of `local serve`.
    pub fn with(project: &TestProject, arguments: &[&str]) -> Self {
        let mut command = project.live(&[&["local", "serve"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let (host, token) = (value(&mut output, "DATABRICKS_HOST"), value(&mut output, "DATABRICKS_TOKEN"));
        Self { child, host, token, output: Mutex::new(output) }
    }

    /// Ends it, so that its folder can be copied.
    pub fn stop(mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Client id and secret of so many service principals that it was started with.
    pub fn machines(&self, count: usize) -> Vec<(String, String)> {
        let mut output = self.output.lock().unwrap();
        let mut next = |name: &str| value(&mut output, name);
        (0..count).map(|_| (next("DATABRICKS_CLIENT_ID"), next("DATABRICKS_CLIENT_SECRET"))).collect()
    }

    /// The answer's status and body; the body is null if it is not JSON.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let url = format!("{}{path}", self.host);
            let mut request = client.request(method.parse().unwrap(), url).bearer_auth(&self.token);
            if let Some(body) = body {
                request = request.json(body);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
        })
    }

    /// The answer of a call that must succeed.
    #[track_caller]
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.ask(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// See `src/local/server/faults.rs` for what there is.
    pub fn fault(&self, fault: &Value) {
        self.call("POST", "/_lakesmith/faults", Some(fault));
    }

    /// Those that have not come to their end.
    pub fn faults(&self) -> Vec<Value> {
        self.call("GET", "/_lakesmith/faults", None)["faults"].as_array().unwrap().clone()
    }

    /// Kills a client while the faults hold one of its requests up; `false` if it has ended before it sent that one.
    pub fn kill_held(&self, client: &mut Child) -> bool {
        let began = Instant::now();
        while self.holding() == 0 {
            if client.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the request never came");
            std::thread::sleep(Duration::from_millis(2));
        }
        // SIGKILL: no handler runs.
        client.kill().unwrap();
        client.wait().unwrap();
        // The server sees that the client has gone: what was held up before its effect never has one.
        while self.holding() > 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "the request is still held up");
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// How many requests the faults hold up.
    pub fn holding(&self) -> u64 {
        self.call("GET", "/_lakesmith/faults", None)["holding"].as_u64().unwrap()
    }

    pub fn clear_faults(&self) {
        self.call("DELETE", "/_lakesmith/faults", None);
    }

    /// Everything that the workspace lists, by kind: a name each, sorted, so that what is there twice is seen.
    pub fn inventory(&self) -> BTreeMap<&'static str, Vec<String>> {
        let mut all = BTreeMap::new();
        let names = |list: &Value, name: &str| -> Vec<String> {
            let text = |item: &Value| item.pointer(name).and_then(Value::as_str).unwrap_or_default().to_string();
            let mut names: Vec<String> = list.as_array().into_iter().flatten().map(text).collect();
            names.sort();
            names
        };
        let uc = "/api/2.1/unity-catalog";
        let (mut schemas, mut inside) = (Vec::new(), BTreeMap::<&str, Vec<String>>::new());
        let catalogs = self.call("GET", &format!("{uc}/catalogs"), None);
        let own = |name: &String| !matches!(name.as_str(), "system" | "samples");
        let catalogs: Vec<String> = names(&catalogs["catalogs"], "/name").into_iter().filter(own).collect();
        for catalog in &catalogs {
            let listed = self.call("GET", &format!("{uc}/schemas?catalog_name={catalog}"), None);
            for schema in names(&listed["schemas"], "/name").into_iter().filter(|name| name != "information_schema") {
                for kind in ["tables", "volumes", "functions", "models"] {
                    let path = format!("{uc}/{kind}?catalog_name={catalog}&schema_name={schema}");
                    let listed = self.call("GET", &path, None);
                    let list = if kind == "models" { "registered_models" } else { kind };
                    inside.entry(kind).or_default().extend(names(&listed[list], "/full_name"));
                }
                schemas.push(format!("{catalog}.{schema}"));
            }
        }
        all.insert("catalogs", catalogs);
        all.insert("schemas", schemas);
        all.extend(inside);
        let lists = [
            ("jobs", "/api/2.2/jobs/list", "jobs", "/settings/name"),
            ("pipelines", "/api/2.0/pipelines?max_results=100", "statuses", "/name"),
            ("dashboards", "/api/2.0/lakeview/dashboards?page_size=1000", "dashboards", "/display_name"),
            ("genie spaces", "/api/2.0/genie/spaces?page_size=100", "spaces", "/title"),
            ("alerts", "/api/2.0/alerts?page_size=100", "alerts", "/display_name"),
            ("warehouses", "/api/2.0/sql/warehouses", "warehouses", "/name"),
            ("secret scopes", "/api/2.0/secrets/scopes/list", "scopes", "/name"),
            ("experiments", "/api/2.0/mlflow/experiments/list", "experiments", "/name"),
        ];
        for (kind, path, list, name) in lists {
            all.insert(kind, names(&self.call("GET", path, None)[list], name));
        }
        all
    }

    /// Another checkout of the project, on a machine of this name: it has what the repository has and nothing else.
    pub fn machine(&self, project: &TestProject, name: &str) -> Machine {
        let environment = [("DATABRICKS_HOST", &self.host), ("DATABRICKS_TOKEN", &self.token)];
        let mut environment: Vec<_> =
            environment.map(|(name, value)| (name.to_string(), value.clone())).into_iter().collect();
        environment.push(("LAKESMITH_TEST_HOST".to_string(), name.to_string()));
        Machine { project: project.checkout(), environment, hours: 0 }
    }
}

/// A checkout that knows the workspace by its address alone.
pub struct Machine {
    pub project: TestProject,
    environment: Vec<(String, String)>,
    hours: i64,
}

impl Machine {
    /// Signed in by these variables instead of the workspace's own token.
    pub fn signs_in(mut self, with: &[(&str, &str)]) -> Self {
        self.environment.retain(|(name, _)| name != "DATABRICKS_TOKEN");
        self.environment.extend(with.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())));
        self
    }

    /// In whose eyes it is one hour later: what other machines held has ended.
    pub fn later(mut self) -> Self {
        self.hours += 1;
        let now = chrono::Utc::now() + chrono::TimeDelta::hours(self.hours);
        self.environment.push(("LAKESMITH_TEST_NOW".to_string(), now.to_rfc3339()));
        self
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.live(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.ran(&mut self.command(arguments))
    }

    /// Of one of its commands.
    pub fn ran(&self, command: &mut Command) -> Run {
        Run::of(command, self.project.folder())
    }

    /// In the background and without its output.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

/// A fault that holds a request up, `before` or `after` it takes effect, until the faults are cleared.
pub fn held_up(skip: u32, side: &str) -> Value {
    json!({ "path": "/api/*", "skip": skip, "hold": side })
}
