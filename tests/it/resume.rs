//! A first deployment that failed or was killed, run again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::TestProject;
use crate::support::shop::{VOLUME, governed, query};

const DEPLOY: [&str; 4] = ["deploy", "-t", "local", "--yes"];
const DETAILED: [&str; 4] = ["plan", "-t", "local", "--detailed-exitcode"];

/// A served workspace, killed when the test ends.
struct Served {
    child: Child,
    address: String,
    token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(project: &TestProject) -> Self {
        let mut command = project.live(&["local", "serve"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut value = |prefix: &str| lines.next().unwrap().unwrap().strip_prefix(prefix).unwrap().to_string();
        let address = value("DATABRICKS_HOST=http://");
        let token = value("DATABRICKS_TOKEN=");
        Self { child, address, token }
    }

    fn call(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        answer
    }

    /// Kills a deployment while its request number `at` waits for its turn, before it has any effect. `false` if the
    /// deployment has ended before it came to that request.
    fn kill_at(&self, project: &TestProject, at: u32) -> bool {
        self.call("DELETE", "/_lakesmith/faults", "");
        // The request that puts the fault there is not counted, and neither are those that look for it.
        let fault = format!("{{\"path\": \"/api/*\", \"skip\": {at}, \"latency_ms\": 60000}}");
        self.call("POST", "/_lakesmith/faults", &fault);
        let mut child = project.spawn_live(&DEPLOY);
        let began = Instant::now();
        let waits = loop {
            if self.call("GET", "/_lakesmith/faults", "").contains("\"faults\":[]") {
                break true;
            }
            if child.try_wait().unwrap().is_some() {
                break false;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "request {at} never came");
            std::thread::sleep(Duration::from_millis(2));
        };
        // SIGKILL: no handler runs.
        let _ = child.kill();
        child.wait().unwrap();
        self.call("DELETE", "/_lakesmith/faults", "");
        waits
    }
}

/// Design 5: "rerun converges". What a first deployment makes needs no `--allow`, in however many runs it is made.
#[test]
fn a_first_deployment_killed_at_any_request_is_completed_by_the_same_command() {
    let project = governed();
    let served = Served::start(&project);
    let mut points = 0;
    let mut at = 5;
    while served.kill_at(&project, at) {
        let again = project.run_live(&DEPLOY);
        assert_eq!(again.code, Some(0), "killed at request {at}: {again}");
        let plan = project.run_live(&DETAILED);
        assert_eq!(plan.code, Some(0), "killed at request {at}: {plan}");
        // Nothing is left, so that the next one is a first deployment again.
        let orders = project.root().join(VOLUME).join("orders");
        std::fs::remove_dir_all(&orders).unwrap();
        let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
        assert_eq!(destroyed.code, Some(0), "killed at request {at}: {destroyed}");
        project.write(&format!("{VOLUME}/orders/first.csv"), "id,what\n1,pen\n2,ink\n");
        points += 1;
        at += 4;
    }
    assert!(points >= 10, "{points}");
}

#[test]
fn a_first_deployment_that_failed_is_completed_once_its_cause_is_mended() {
    let project = governed();
    for around in ["[USE_CATALOG]", "[USE_SCHEMA, EXECUTE]"] {
        let with = format!("analysts: {around}\n      auditors: {around}");
        project.edit("jobs/where.yml", &format!("analysts: {around}"), &with);
    }
    let right = project.read("sql/bronze/orders.sql");
    project.edit("sql/bronze/orders.sql", "SELECT id,", "SELECT idd,");
    project.edit("sql/bronze/orders.sql", "what STRING", "what STRING, idd BIGINT");
    // The file has no such column: the update fails while it runs.
    project.edit(
        "sql/bronze/orders.sql",
        "AS SELECT",
        "(CONSTRAINT there EXPECT (idd > 0) ON VIOLATION FAIL UPDATE) AS SELECT",
    );
    let failed = project.run_live(&DEPLOY);
    assert_eq!(failed.code, Some(1), "{failed}");
    project.write("sql/bronze/orders.sql", &right);
    let again = project.run_live(&DEPLOY);
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(project.run_live(&DETAILED).code, Some(0));
    // From now on somebody may rely on it: opening it further is a matter of security again.
    project.edit("jobs/where.yml", "analysts: [SELECT]", "analysts: [SELECT]\n      auditors: [SELECT]");
    let wider = project.run_live(&DEPLOY);
    assert_eq!(wider.code, Some(2), "{wider}");
    assert!(wider.stderr.contains("grants.table.shop.bronze.orders (security)"), "{wider}");
    let allowed = project.run_live(&[&DEPLOY[..], &["--allow", "security"]].concat());
    assert_eq!(allowed.code, Some(0), "{allowed}");
}

/// Grants that are taken out of the project and put back open an old table again.
#[test]
fn grants_put_back_on_an_old_table_need_an_allow() {
    let project = governed();
    let with = project.read("jobs/where.yml");
    assert_eq!(project.run_live(&DEPLOY).code, Some(0));
    let (without, _) = with.split_once("grants:\n").unwrap();
    project.write("jobs/where.yml", without);
    let run = project.run_live(&[&DEPLOY[..], &["--allow", "security"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(query(&project, "SELECT count(*) AS n FROM shop.bronze.orders"), "n\n2\n");
    project.write("jobs/where.yml", &with);
    let back = project.run_live(&DEPLOY);
    assert_eq!(back.code, Some(2), "{back}");
    assert!(back.stderr.contains("(security)"), "{back}");
}

/// What the grants need is there after the first run; the update has failed nevertheless.
#[test]
fn an_update_that_failed_is_run_again() {
    let project = governed();
    let bad = "sql/bronze/shares.sql";
    project.write(bad, "CREATE OR REFRESH MATERIALIZED VIEW shares AS SELECT CAST(1 / 0 AS INT) AS share\n");
    for _ in 0..2 {
        let run = project.run_live(&DEPLOY);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("[DIVIDE_BY_ZERO]"), "{run}");
    }
    project.edit(bad, "1 / 0", "1 / 1");
    let run = project.run_live(&DEPLOY);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(query(&project, "SELECT share FROM shop.bronze.shares"), "share\n1\n");
    assert_eq!(project.run_live(&DETAILED).code, Some(0));
}
