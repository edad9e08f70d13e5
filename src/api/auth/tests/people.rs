//! Sign-ins of people: lakesmith's own, and the official CLI's.

use std::path::Path;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::{Connection, Explicit};
use super::fakes::{Asked, World, json, nothing, program, sign_in, system, system_at, workspace};
use crate::api::testing::transport;
use crate::api::{Client, scim};

fn renewing(asked: &Asked, before: usize, own: &str) -> Response {
    match asked.line.as_str() {
        "POST /oidc/v1/token" => {
            // Slow enough that others would come in between.
            json(format!(r#"{{"access_token":"a{before}","refresh_token":"r{before}","expires_in":3600}}"#))
        }
        _ => workspace(asked, own).unwrap_or_else(nothing),
    }
}

const NOW: &str = "2026-01-02T03:00:00Z";

/// A file with one sign-in that ends at `expiry`.
fn keep(home: &Path, host: &str, expiry: &str) -> std::path::PathBuf {
    let path = home.join(".config/lakesmith/tokens.json");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let entry = format!(r#"{{"host":"{host}","access_token":"old","refresh_token":"r","expiry":"{expiry}"}}"#);
    std::fs::write(&path, format!(r#"{{"version":1,"tokens":{{"{host}":{entry}}}}}"#)).unwrap();
    path
}

async fn token(pairs: &[(&str, &str)]) -> Result<(&'static str, String), crate::api::ApiError> {
    let system = system_at(pairs, NOW);
    let connection = Connection::resolve(&Explicit::default(), &system.env)?;
    let client = Client::connect(&connection, &system, transport()).await?;
    let token = client.0.authenticator.token().await?;
    Ok((client.0.authenticator.name(), token.access.expose().to_string()))
}

#[tokio::test]
async fn a_sign_in_is_used_until_five_minutes_before_its_end_and_then_renewed() {
    for (expiry, expected) in [("2026-01-02T03:05:01Z", "old"), ("2026-01-02T03:04:59Z", "a0")] {
        let world = World::new(renewing).await;
        let home = tempfile::tempdir().unwrap();
        let path = keep(home.path(), &world.address, expiry);
        let pairs = [("HOME", home.path().to_str().unwrap()), ("DATABRICKS_HOST", &world.address)];
        assert_eq!(token(&pairs).await.unwrap(), ("lakesmith-login", expected.to_string()));
        if expected == "a0" {
            let body = world.one("POST /oidc/v1/token").body;
            assert_eq!(body, "grant_type=refresh_token&refresh_token=r&client_id=databricks-cli");
            let kept = std::fs::read_to_string(&path).unwrap();
            assert!(kept.contains(r#""refresh_token": "r0""#) && kept.contains("2026-01-02T04:00:00Z"), "{kept}");
            #[cfg(unix)]
            {
                let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
                assert_eq!(mode & 0o777, 0o600);
            }
        }
    }
}

/// A refresh token that rotates may be used once: of two processes one renews, the other takes what came.
#[tokio::test]
async fn several_processes_renew_once() {
    let world = World::new(renewing).await;
    let home = tempfile::tempdir().unwrap();
    keep(home.path(), &world.address, "2026-01-02T02:00:00Z");
    let pairs = [("HOME", home.path().to_str().unwrap()), ("DATABRICKS_HOST", &world.address)];
    let found = futures_util::future::join_all((0..8).map(|_| token(&pairs))).await;
    for found in found {
        assert_eq!(found.unwrap().1, "a0");
    }
    assert_eq!(world.lines().iter().filter(|line| *line == "POST /oidc/v1/token").count(), 1);
}

#[tokio::test]
async fn a_sign_in_that_has_ended_or_belongs_elsewhere_says_so() {
    let world = World::new(|asked: &Asked, _, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" => (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#).into_response(),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let path = keep(home.path(), &world.address, "2026-01-02T02:00:00Z");
    let pairs = [("HOME", home.path().to_str().unwrap()), ("DATABRICKS_HOST", world.address.as_str())];
    let shown = format!("{:?}", anyhow::Error::from(token(&pairs).await.unwrap_err()));
    assert!(shown.contains("run `lakesmith auth login` again"), "{shown}");
    let forced = [pairs[0], pairs[1], ("DATABRICKS_AUTH_TYPE", "lakesmith-login")];
    // Somebody has led the name to another host: what is kept must not go there.
    let text = std::fs::read_to_string(&path).unwrap();
    let moved = text.replacen(&format!(r#""host":"{}""#, world.address), r#""host":"https://other.test""#, 1);
    std::fs::write(&path, moved).unwrap();
    let told = token(&forced).await.unwrap_err().to_string();
    assert!(told.contains("is for another host"), "{told}");
    std::fs::write(&path, r#"{"version":2,"tokens":{"x":"canary"}}"#).unwrap();
    let told = token(&forced).await.unwrap_err().to_string();
    assert!(told.contains("tokens.json holds no tokens of lakesmith") && !told.contains("canary"), "{told}");
}

/// §5.5, "U2M": a code with PKCE, a port of the range, and a cache of its own.
#[tokio::test]
async fn a_person_signs_in_with_a_browser() {
    let world = World::new(renewing).await;
    let home = tempfile::tempdir().unwrap();
    let pairs = [("HOME", home.path().to_str().unwrap()), ("DATABRICKS_HOST", world.address.as_str())];
    let system = system(&pairs);
    let connection = Connection::resolve(&Explicit::default(), &system.env).unwrap();
    let (send, page) = tokio::sync::oneshot::channel();
    let browser = tokio::spawn(async move {
        let page =
            reqwest::Url::parse(&page.await.unwrap_or_else(|_: tokio::sync::oneshot::error::RecvError| String::new()))
                .unwrap();
        let get = |name: &str| page.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let redirect = get("redirect_uri");
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let knock = |query: String| http.get(format!("{redirect}/?{query}")).send();
        assert_eq!(knock("code=evil&state=other".to_string()).await.unwrap().status(), 404);
        let answer = knock(format!("code=the-code&state={}", get("state"))).await.unwrap();
        assert!(answer.text().await.unwrap().contains("You are signed in"));
        (page.to_string(), redirect, get("code_challenge"))
    });
    let signed_in =
        connection.sign_in(&system, &transport(), |page| send.send(page.to_string()).unwrap()).await.unwrap();
    let (page, redirect, challenge) = browser.await.unwrap();
    assert!(
        page.starts_with(&format!("{}/oidc/v1/authorize?response_type=code&client_id=databricks-cli", world.address))
    );
    assert!(page.contains("scope=offline_access+all-apis") && page.contains("code_challenge_method=S256"), "{page}");
    let port: u16 = redirect.rsplit(':').next().unwrap().parse().unwrap();
    assert!((8020..=8040).contains(&port));
    let asked = world.one("POST /oidc/v1/token");
    assert_eq!(asked.field("grant_type").unwrap(), "authorization_code");
    assert_eq!(
        (asked.field("code").unwrap(), asked.field("redirect_uri").unwrap()),
        ("the-code".to_string(), redirect)
    );
    let verifier = asked.field("code_verifier").unwrap();
    // RFC 7636 §4.1: 43 to 128 characters.
    assert!((43..=128).contains(&verifier.len()) && verifier != challenge);
    assert!(signed_in.file.ends_with(".config/lakesmith/tokens.json"));
    let (client, name, _) = sign_in(&pairs).await.unwrap();
    assert_eq!(name, "lakesmith-login");
    scim::me(&client).await.unwrap();
}

/// §5.5: by profile, or by host for a CLI that does not know profiles; refused tokens are asked for anew where it can.
#[cfg(unix)]
#[tokio::test]
async fn the_official_cli_is_asked_and_never_read() {
    let answer = r#"echo '{"access_token":"of-cli","token_type":"Bearer","expiry":"2126-01-01T00:00:00Z"}'"#;
    let log = "echo \"$*\" >> \"$(dirname \"$0\")/calls\"";
    let old = "case \"$*\" in *--profile*) echo 'Error: unknown flag: --profile' >&2; exit 1;; esac";
    for (refusal, calls) in
        [("", vec!["auth token --profile DEV"]), (old, vec!["auth token --profile DEV", "auth token --host HOST"])]
    {
        let world = World::new(|asked: &Asked, _, own: &str| workspace(asked, own).unwrap_or_else(nothing)).await;
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path(), "databricks", &format!("{log}\n{refusal}\n{answer}"));
        let config = folder.path().join("cfg");
        std::fs::write(&config, format!("[DEV]\nhost = {}\n", world.address)).unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let pairs = [
            ("PATH", path.as_str()),
            ("DATABRICKS_CONFIG_FILE", config.to_str().unwrap()),
            ("DATABRICKS_CONFIG_PROFILE", "DEV"),
        ];
        let (_, name, token) = sign_in(&pairs).await.unwrap();
        assert_eq!((name, token.access.expose()), ("databricks-cli", "of-cli"));
        let called = std::fs::read_to_string(program.with_file_name("calls")).unwrap();
        // It did not tell its version in a way that is understood.
        let calls: Vec<&str> = std::iter::once("--version").chain(calls).collect();
        assert_eq!(called.replace(&world.address, "HOST").lines().collect::<Vec<_>>(), calls);
    }
}

/// §5.5, "U2M": "add `--force-refresh` if CLI ≥ 0.296.0". Older ones give what they keep, also what ends in a moment: it is
/// used as long as it lasts, rather than asked for at every call.
#[cfg(unix)]
#[tokio::test]
async fn the_cli_is_told_to_renew_where_it_can_be() {
    for (version, token, options) in
        [("0.296.0", "renewed", " --force-refresh"), ("1.13.0", "renewed", " --force-refresh"), ("0.295.9", "kept", "")]
    {
        let world = World::new(|asked: &Asked, _, own: &str| workspace(asked, own).unwrap_or_else(nothing)).await;
        let folder = tempfile::tempdir().unwrap();
        let script = format!(
            "echo \"$*\" >> \"$(dirname \"$0\")/calls\"\n\
             case \"$*\" in\n  --version) echo 'Databricks CLI v{version}'; exit 0;;\n  \
             *--force-refresh) t=renewed; e=2026-01-02T04:00:00Z;;\n  *) t=kept; e=2026-01-02T03:00:30Z;;\nesac\n\
             echo \"{{\\\"access_token\\\":\\\"$t\\\",\\\"expiry\\\":\\\"$e\\\"}}\""
        );
        program(folder.path(), "databricks", &script);
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let system = system_at(&[("PATH", path.as_str()), ("DATABRICKS_HOST", &world.address)], NOW);
        let connection = Connection::resolve(&Explicit::default(), &system.env).unwrap();
        let client = Client::connect(&connection, &system, transport()).await.unwrap();
        for _ in 0..5 {
            scim::me(&client).await.unwrap();
        }
        let authorizations = world.asked().into_iter().filter(|asked| asked.line.contains("/Me"));
        assert!(authorizations.map(|asked| asked.authorization).all(|sent| sent == format!("Bearer {token}")));
        let calls = std::fs::read_to_string(folder.path().join("calls")).unwrap();
        let asked = format!("--version\nauth token --host {}{options}\n", world.address);
        assert_eq!(calls, asked, "{version}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_refused_token_of_the_cli_is_asked_for_once_more() {
    let world = World::new(|asked: &Asked, _, own: &str| match asked.authorization.as_str() {
        "Bearer 1" => StatusCode::UNAUTHORIZED.into_response(),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let script = "log=\"$(dirname \"$0\")/calls\"\n\
                  case \"$*\" in --version) echo 'Databricks CLI v1.13.0'; exit 0;; esac\n\
                  echo x >> \"$log\"\nt=$(grep -c x \"$log\")\n\
                  echo \"{\\\"access_token\\\":\\\"$t\\\",\\\"expiry\\\":\\\"2126-01-01T00:00:00Z\\\"}\"";
    program(folder.path(), "databricks", script);
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let (client, _, _) = sign_in(&[("PATH", path.as_str()), ("DATABRICKS_HOST", &world.address)]).await.unwrap();
    scim::me(&client).await.unwrap();
    let tokens: Vec<_> = world.asked().into_iter().map(|asked| asked.authorization).filter(|a| !a.is_empty()).collect();
    assert_eq!(tokens, ["Bearer 1", "Bearer 2"]);
}

/// The old CLI is a small script of Python.
#[cfg(unix)]
#[tokio::test]
async fn the_old_cli_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("databricks");
    std::fs::write(&path, "#!/bin/sh\ntouch \"$(dirname \"$0\")/called\"\n").unwrap();
    let cli = path.to_str().unwrap();
    let pairs = [
        ("DATABRICKS_HOST", "http://127.0.0.1:9"),
        ("DATABRICKS_CLI_PATH", cli),
        ("DATABRICKS_AUTH_TYPE", "databricks-cli"),
    ];
    let told = sign_in(&pairs).await.err().unwrap().to_string();
    assert!(told.contains("is not the CLI of Databricks, or too old"), "{told}");
    assert!(!folder.path().join("called").exists());
}
