//! The local server's faults and its tokens, as the wire shows them: requests are written to a socket and the answer is
//! read from it, so that no client's leniency comes between.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::shop::shop;
use crate::support::{Served, TestProject};

const ME: &str = "/api/2.0/preview/scim/v2/Me";
const MKDIRS: &str = "/api/2.0/workspace/mkdirs";

/// An answer, read until the connection ended.
struct Answer {
    status: u16,
    head: String,
    body: String,
    /// How the connection ended, if not orderly.
    end: Option<ErrorKind>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let is = |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
        Some(self.head.lines().find(is)?.split_once(':')?.1.trim())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

fn send(served: &Served, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
    let address = served.host.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}");
    write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
    stream
}

fn receive(mut stream: TcpStream) -> Answer {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let end = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(error) => break Some(error.kind()),
        }
    };
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_string(), body: body.to_string(), end }
}

fn with_token(served: &Served, token: &str, method: &str, path: &str, body: &str) -> Answer {
    let headers = format!("Authorization: Bearer {token}\r\n");
    receive(send(served, method, path, &headers, body))
}

fn ask(served: &Served, method: &str, path: &str, body: &str) -> Answer {
    with_token(served, &served.token, method, path, body)
}

fn mkdirs(served: &Served, path: &str) -> Answer {
    ask(served, "POST", MKDIRS, &json!({ "path": path }).to_string())
}

fn is_there(served: &Served, path: &str) -> bool {
    let answer = ask(served, "GET", &format!("/api/2.0/workspace/get-status?path={path}"), "");
    assert!(answer.status == 200 || answer.status == 404, "{}", answer.body);
    answer.status == 200
}

fn serve() -> (TestProject, Served) {
    let project = shop();
    let served = Served::of(&project);
    (project, served)
}

fn wait_for(what: &str, mut until: impl FnMut() -> bool) {
    let began = Instant::now();
    while !until() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_request_is_held_up_before_or_after_its_effect_until_the_faults_are_cleared() {
    let (_project, served) = serve();
    for (side, there) in [("before", false), ("after", true)] {
        let path = format!("/Shared/{side}");
        served.fault(&json!({ "path": MKDIRS, "hold": side }));
        let headers = format!("Authorization: Bearer {}\r\n", served.token);
        let body = json!({ "path": path }).to_string();
        let waits = send(&served, "POST", MKDIRS, &headers, &body);
        wait_for("it is held up", || served.holding() == 1);
        let held = served.call("GET", "/_lakesmith/faults", None)["held"].clone();
        assert_eq!(held, json!([format!("POST {MKDIRS}")]));
        assert_eq!(is_there(&served, &path), there, "{side}");
        served.clear_faults();
        assert_eq!(receive(waits).status, 200, "{side}");
        assert!(is_there(&served, &path), "{side}");
        assert_eq!(served.holding(), 0);
    }
}

/// An update that is recorded and never started would refuse every later one: 409, "If there is already an active
/// update for the pipeline, the request will fail" (docs.databricks.com/api/workspace/pipelines/startupdate).
#[test]
fn what_was_begun_ends_also_when_its_client_goes_away() {
    let (_project, served) = serve();
    let spec = json!({ "name": "p", "catalog": "shop", "schema": "bronze", "serverless": true, "libraries": [] });
    let id = served.call("POST", "/api/2.0/pipelines", Some(&spec))["pipeline_id"].as_str().unwrap().to_string();
    let path = format!("/api/2.0/pipelines/{id}");
    let headers = format!("Authorization: Bearer {}\r\n", served.token);
    for micros in (0..12_000).step_by(400) {
        let client = send(&served, "POST", &format!("{path}/updates"), &headers, "{}");
        std::thread::sleep(Duration::from_micros(micros));
        drop(client);
        wait_for("every update ends", || {
            let pipeline = served.call("GET", &path, None);
            let latest = pipeline["latest_updates"][0]["state"].as_str().unwrap_or("COMPLETED").to_string();
            ["COMPLETED", "FAILED", "CANCELED"].contains(&latest.as_str())
        });
    }
}

/// A client that is killed while its request is held up before the effect: there never is one.
#[test]
fn a_client_that_goes_away_takes_its_request_along() {
    let (_project, served) = serve();
    for (side, there) in [("before", false), ("after", true)] {
        let path = format!("/Shared/{side}");
        served.fault(&json!({ "path": MKDIRS, "hold": side }));
        let headers = format!("Authorization: Bearer {}\r\n", served.token);
        drop({
            let waits = send(&served, "POST", MKDIRS, &headers, &json!({ "path": path }).to_string());
            wait_for("it is held up", || served.holding() == 1);
            waits
        });
        wait_for("the server sees that it has gone", || served.holding() == 0);
        served.clear_faults();
        assert_eq!(is_there(&served, &path), there, "{side}");
    }
}

#[test]
fn a_connection_is_reset_before_or_after_the_effect() {
    let (_project, served) = serve();
    for after in [false, true] {
        let path = format!("/Shared/{after}");
        served.fault(&json!({ "path": MKDIRS, "reset": true, "after_effect": after }));
        let answer = mkdirs(&served, &path);
        assert_eq!((answer.head.as_str(), answer.end), ("", Some(ErrorKind::ConnectionReset)));
        assert_eq!(is_there(&served, &path), after);
    }
}

#[test]
fn an_answer_is_cut_short() {
    let (_project, served) = serve();
    let whole = ask(&served, "GET", ME, "");
    // With the length of the whole: a network error.
    served.fault(&json!({ "path": ME, "truncate": 10 }));
    let answer = ask(&served, "GET", ME, "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, whole.body[..10]);
    assert_eq!(answer.header("content-length"), Some(whole.body.len().to_string().as_str()));
    // With the length of what is sent: sound HTTP, and no JSON.
    served.fault(&json!({ "path": ME, "truncate": 10, "short_length": true }));
    let answer = ask(&served, "GET", ME, "");
    assert_eq!((answer.body.as_str(), answer.header("content-length")), (&whole.body[..10], Some("10")));
    assert_eq!(answer.end, None);
}

#[test]
fn a_page_answers_in_place_of_the_api() {
    let (_project, served) = serve();
    served.fault(&json!({ "path": MKDIRS, "body": "<html>Sign in</html>" }));
    let answer = mkdirs(&served, "/Shared/a");
    assert_eq!((answer.status, answer.body.as_str()), (200, "<html>Sign in</html>"));
    assert_eq!(answer.header("content-type"), Some("text/html"));
    assert!(!is_there(&served, "/Shared/a"));
    let to = "/login.html?error=private-link-validation-error";
    served.fault(&json!({ "path": ME, "redirect": to }));
    let answer = ask(&served, "GET", ME, "");
    assert_eq!((answer.status, answer.header("location")), (302, Some(to)));
    // Whoever follows it gets a page, with or without a token.
    let page = receive(send(&served, "GET", to, "", ""));
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "{}", page.head);
    served.fault(&json!({ "path": ME, "status": 400, "body": "SOME_CODE: text", "content_type": "text/plain" }));
    let answer = ask(&served, "GET", ME, "");
    assert_eq!((answer.status, answer.body.as_str()), (400, "SOME_CODE: text"));
}

#[test]
fn an_answer_trickles() {
    let (_project, served) = serve();
    let whole = ask(&served, "GET", ME, "").body;
    served.fault(&json!({ "path": ME, "trickle": { "bytes": 50, "every_ms": 20 } }));
    let began = Instant::now();
    let answer = ask(&served, "GET", ME, "");
    assert_eq!(answer.body, whole);
    let pieces = u32::try_from(whole.len().div_ceil(50)).unwrap();
    assert!(pieces > 2 && began.elapsed() >= Duration::from_millis(20) * pieces, "{:?}", began.elapsed());
}

#[test]
fn an_error_has_the_words_and_the_retry_after_that_were_asked_for() {
    let (_project, served) = serve();
    for (given, sent) in [
        (json!(2), "2"),
        (json!("-5"), "-5"),
        (json!("Wed, 21 Oct 2026 07:28:00 GMT"), "Wed, 21 Oct 2026 07:28:00 GMT"),
    ] {
        let fault = json!({
            "path": ME, "status": 429, "retry_after": given, "error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Slow down.",
        });
        served.fault(&fault);
        let answer = ask(&served, "GET", ME, "");
        assert_eq!((answer.status, answer.header("retry-after")), (429, Some(sent)));
        let body = json!({ "error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Slow down." });
        assert_eq!(answer.json(), body);
    }
    let (status, refused) = served.ask("POST", "/_lakesmith/faults", Some(&json!({ "path": "*", "message": "m" })));
    assert_eq!((status, &refused["error_code"]), (400, &json!("INVALID_PARAMETER_VALUE")));
}

#[test]
fn latency_for_all_stays_beside_another_fault() {
    let (_project, served) = serve();
    served.fault(&json!({ "path": "/api/*", "latency_ms": 150, "times": 2 }));
    served.fault(&json!({ "path": ME, "status": 503 }));
    for status in [503, 200] {
        let began = Instant::now();
        assert_eq!(ask(&served, "GET", ME, "").status, status);
        assert!(began.elapsed() >= Duration::from_millis(150), "{:?}", began.elapsed());
    }
    assert!(served.faults().is_empty());
}

#[test]
fn a_fault_meets_one_caller_or_every_nth_request() {
    let (_project, served) = serve();
    let other = served.call("POST", "/_lakesmith/tokens", Some(&json!({ "ttl_ms": 60_000 })));
    let other = other["token"].as_str().unwrap();
    served.fault(&json!({ "path": "/api/*", "token": other, "status": 403 }));
    assert_eq!(ask(&served, "GET", ME, "").status, 200);
    assert_eq!(with_token(&served, other, "GET", ME, "").status, 403);
    served.fault(&json!({ "path": "/api/*", "every": 3, "times": 2, "status": 500 }));
    let answers: Vec<u16> = (0..7).map(|_| ask(&served, "GET", ME, "").status).collect();
    assert_eq!(answers, [200, 200, 500, 200, 200, 500, 200]);
}

#[test]
fn what_was_created_is_not_seen_at_once() {
    let (_project, served) = serve();
    let job = |name: &str| ask(&served, "POST", "/api/2.2/jobs/create", &json!({ "name": name }).to_string()).json();
    served.fault(&json!({ "path": "/api/2.2/jobs/create", "eventual": { "reads": 2, "lists": 1 } }));
    let id = job("late")["job_id"].clone();
    let other = job("at once")["job_id"].clone();
    let read = |id: &Value| ask(&served, "GET", &format!("/api/2.2/jobs/get?job_id={id}"), "");
    let listed = || ask(&served, "GET", "/api/2.2/jobs/list", "").json()["jobs"].as_array().unwrap().len();
    assert_eq!(read(&other).status, 200);
    // What `jobs/get` says of a job that is not there.
    let missing = read(&json!(42));
    for _ in 0..2 {
        let answer = read(&id);
        assert_eq!(
            (answer.status, answer.json()["error_code"].clone()),
            (missing.status, missing.json()["error_code"].clone())
        );
    }
    assert_eq!(read(&id).status, 200);
    assert_eq!((listed(), listed()), (1, 2));
    // Objects that go by their name, and paths.
    served.fault(&json!({ "path": "/api/2.1/unity-catalog/catalogs", "eventual": { "reads": 1 } }));
    served.call("POST", "/api/2.1/unity-catalog/catalogs", Some(&json!({ "name": "late" })));
    let read = || ask(&served, "GET", "/api/2.1/unity-catalog/catalogs/late", "");
    assert_eq!(read().json()["error_code"], "CATALOG_DOES_NOT_EXIST");
    assert_eq!(read().status, 200);
    served.fault(&json!({ "path": MKDIRS, "eventual": { "reads": 1 } }));
    assert_eq!(mkdirs(&served, "/Workspace/Shared/late").status, 200);
    assert!(!is_there(&served, "/Shared/late"));
    assert!(is_there(&served, "/Shared/late"));
}

#[test]
fn a_folder_may_be_read_only() {
    let (_project, served) = serve();
    served.fault(&json!({ "path": "*", "readonly": "/Workspace/Shared/a" }));
    for _ in 0..2 {
        for path in ["/Shared/a", "/Shared/a/b", "/Workspace/Shared/a/b"] {
            let answer = mkdirs(&served, path);
            assert_eq!(
                (answer.status, answer.json()["error_code"].clone()),
                (403, json!("PERMISSION_DENIED")),
                "{path}"
            );
        }
    }
    assert_eq!(mkdirs(&served, "/Shared/ab").status, 200);
    assert!(!is_there(&served, "/Shared/a"));
}

#[test]
fn faults_are_armed_from_a_file() {
    let project = shop();
    project.write("faults.json", r#"[{"path": "/api/2.0/preview/scim/v2/Me", "status": 503, "retry_after": 1}]"#);
    project.write("wrong.json", r#"[{"path": "*", "latency_ms": 1}, {"path": "*", "times": 0}]"#);
    project.write("unknown.json", r#"[{"path": "*", "sleep": 1}]"#);
    let wrong = project.run_live(&["local", "serve", "--faults", "wrong.json"]);
    assert_eq!(wrong.code, Some(2), "{wrong}");
    assert!(wrong.stderr.contains("`wrong.json`: fault 2: `times` and `every` count from 1"), "{wrong}");
    let unknown = project.run_live(&["local", "serve", "--faults", "unknown.json"]);
    assert!(unknown.stderr.contains("unknown field `sleep`"), "{unknown}");
    let served = Served::with(&project, &["--faults", "faults.json"]);
    assert_eq!([ask(&served, "GET", ME, "").status, ask(&served, "GET", ME, "").status], [503, 200]);
}

#[test]
fn a_token_ends_by_its_time_or_by_a_fault() {
    let (_project, served) = serve();
    let token = |ttl_ms: u32| {
        let answer = served.call("POST", "/_lakesmith/tokens", Some(&json!({ "ttl_ms": ttl_ms })));
        answer["token"].as_str().unwrap().to_string()
    };
    let (short, long) = (token(700), token(600_000));
    assert_eq!(with_token(&served, &short, "GET", ME, "").status, 200);
    wait_for("it ends", || with_token(&served, &short, "GET", ME, "").status == 401);
    let answer = with_token(&served, &short, "GET", ME, "");
    assert_eq!(answer.json(), json!({ "error_code": "UNAUTHENTICATED", "message": "The access token expired." }));
    assert_eq!(with_token(&served, &long, "POST", MKDIRS, r#"{"path": "/Shared/a"}"#).status, 200);
    served.fault(&json!({ "path": "/api/*", "skip": 1, "expire_token": true }));
    let answers: Vec<u16> = (0..3).map(|_| with_token(&served, &long, "GET", ME, "").status).collect();
    assert_eq!(answers, [200, 401, 401]);
    assert_eq!(ask(&served, "GET", ME, "").status, 200);
}

fn form(served: &Served, headers: &str, fields: &str) -> Answer {
    let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{headers}");
    receive(send(served, "POST", "/oidc/v1/token", &headers, fields))
}

fn basic(id: &str, secret: &str) -> String {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    format!("Authorization: Basic {pair}\r\n")
}

/// RFC 6749 §4.4 and §5; auth-and-retries.md §5.5.
#[test]
fn a_service_principal_signs_in_with_its_secret() {
    let project = shop();
    let served = Served::with(&project, &["--service-principal", "ci", "--oauth-ttl-ms", "1500"]);
    let (id, secret) = served.machines(1).remove(0);
    let wanted = "grant_type=client_credentials&scope=all-apis";
    let answer = form(&served, &basic(&id, &secret), wanted);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let granted = answer.json();
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(1)));
    let token = granted["access_token"].as_str().unwrap();
    // A service principal goes by its application id.
    assert_eq!(with_token(&served, token, "GET", ME, "").json()["userName"], json!(id));
    assert_eq!(with_token(&served, token, "POST", MKDIRS, r#"{"path": "/Shared/a"}"#).status, 200);
    wait_for("it ends", || with_token(&served, token, "GET", ME, "").status == 401);
    for (headers, fields, status, error) in [
        (basic(&id, "wrong"), wanted, 401, "invalid_client"),
        (String::new(), wanted, 401, "invalid_client"),
        (basic(&id, &secret), "grant_type=client_credentials&scope=clusters", 400, "invalid_scope"),
        (basic(&id, &secret), "grant_type=password", 400, "unsupported_grant_type"),
        (basic(&id, &secret), "grant=client_credentials", 400, "invalid_request"),
    ] {
        let answer = form(&served, &headers, fields);
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(error)), "{fields}");
    }
    let log = std::fs::read_to_string(project.root().join(".lakesmith/local/requests.jsonl")).unwrap();
    assert!(!log.contains(&secret) && !log.contains(token));
}

/// RFC 8693; the audience is the one that the host's metadata names (auth-and-retries.md §5.3).
#[test]
fn an_identity_token_is_exchanged() {
    let project = shop();
    let served = Served::with(&project, &["--service-principal", "ci"]);
    let (id, _) = served.machines(1).remove(0);
    let metadata = receive(send(&served, "GET", "/.well-known/databricks-config", "", "")).json();
    let audience = metadata["token_federation_default_oidc_audiences"][0].as_str().unwrap();
    let identity = |audience: &str| {
        let answer = ask(&served, "GET", &format!("/_lakesmith/id-token?api-version=2.0&audience={audience}"), "");
        answer.json()["value"].as_str().unwrap().to_string()
    };
    let exchange = |token: &str, client: &str| {
        let grant = "urn:ietf:params:oauth:grant-type:token-exchange";
        let kind = "urn:ietf:params:oauth:token-type:jwt";
        let fields = format!(
            "grant_type={grant}&subject_token_type={kind}&subject_token={token}&scope=all-apis&client_id={client}"
        );
        form(&served, "", &fields)
    };
    let token = identity(audience);
    assert_eq!(token.split('.').count(), 3);
    let granted = exchange(&token, &id).json();
    let granted = granted["access_token"].as_str().unwrap();
    assert_eq!(with_token(&served, granted, "GET", ME, "").json()["userName"], json!(id));
    // It is no token of the REST API itself.
    assert_eq!(with_token(&served, &token, "GET", ME, "").status, 401);
    for (token, client, error) in [
        (identity("https://other.test"), id.as_str(), "invalid_grant"),
        ("a.b.c".to_string(), id.as_str(), "invalid_grant"),
        (token.clone(), "nobody", "invalid_client"),
    ] {
        assert_eq!(exchange(&token, client).json()["error"], json!(error));
    }
}

/// RFC 6749 §6.
#[test]
fn a_refresh_token_gives_access_tokens() {
    let (_project, served) = serve();
    let both = served.call("POST", "/_lakesmith/tokens", Some(&json!({ "ttl_ms": 60_000, "refresh": true })));
    let refresh = |token: &str| {
        let fields = format!("grant_type=refresh_token&client_id=databricks-cli&refresh_token={token}");
        form(&served, "", &fields)
    };
    let granted = refresh(both["refresh_token"].as_str().unwrap()).json();
    let me = with_token(&served, granted["access_token"].as_str().unwrap(), "GET", ME, "").json();
    assert_eq!(me["userName"], served.call("GET", ME, None)["userName"]);
    assert!(granted["refresh_token"].is_string());
    assert_eq!(refresh(both["token"].as_str().unwrap()).json()["error"], "invalid_grant");
}
