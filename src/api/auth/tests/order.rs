//! Which way is taken when several could be (§5.4), and what is said when none is.

use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::super::{ConfigError, Description, Explicit, Outcome};
use super::fakes::{Asked, World, granted, nothing, sign_in, system, workspace};
use crate::api::ApiError;
use crate::api::testing::transport;

/// The order of §5.4, "Go", with lakesmith's own sign-in before the CLI's.
const ORDER: [&str; 16] = [
    "pat",
    "basic",
    "oauth-m2m",
    "lakesmith-login",
    "databricks-cli",
    "metadata-service",
    "github-oidc",
    "azure-devops-oidc",
    "env-oidc",
    "file-oidc",
    "github-oidc-azure",
    "azure-msi",
    "azure-client-secret",
    "azure-cli",
    "google-credentials",
    "google-id",
];

async fn describe(pairs: &[(&str, &str)]) -> Description {
    Description::of(&Explicit::default(), &system(pairs), transport()).await.unwrap()
}

fn outcome<'a>(description: &'a Description, name: &str) -> &'a Outcome {
    &description.attempts.iter().find(|attempt| attempt.name == name).unwrap().outcome
}

/// A way that gives no token is passed over; the first that does is taken, and the rest is not asked.
#[tokio::test]
async fn the_first_way_that_gives_a_token_is_taken() {
    let world = World::new(|asked: &Asked, _, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" if asked.authorization.starts_with("Basic") => {
            (StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#).into_response()
        }
        "POST /oidc/v1/token" => granted("exchanged"),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let pairs = [
        ("DATABRICKS_HOST", world.address.as_str()),
        ("DATABRICKS_CLIENT_ID", "app"),
        ("DATABRICKS_CLIENT_SECRET", "canary-secret"),
        ("DATABRICKS_OIDC_TOKEN", "canary-jwt"),
    ];
    let (_, name, token) = sign_in(&pairs).await.unwrap();
    assert_eq!((name, token.access.expose()), ("env-oidc", "exchanged"));
    let description = describe(&pairs).await;
    let names: Vec<_> = description.attempts.iter().map(|attempt| attempt.name).collect();
    assert_eq!(names, ORDER);
    assert!(matches!(outcome(&description, "oauth-m2m"), Outcome::Failed(_)));
    assert!(matches!(outcome(&description, "env-oidc"), Outcome::Chosen));
    assert!(matches!(outcome(&description, "file-oidc"), Outcome::NotReached));
    assert!(matches!(outcome(&description, "pat"), Outcome::Skipped(why) if why == "token is not set"));
    let secret = description.attributes.iter().find(|attribute| attribute.key == "client_secret").unwrap();
    assert_eq!((secret.value.as_str(), secret.source.to_string()), ("***", "DATABRICKS_CLIENT_SECRET".to_string()));
}

/// A token that is given needs nobody: not the host's metadata, and no dry run.
#[tokio::test]
async fn a_given_token_asks_nobody() {
    let world = World::new(|_: &Asked, _, _: &str| nothing()).await;
    let (_, name, _) = sign_in(&[("DATABRICKS_HOST", &world.address), ("DATABRICKS_TOKEN", "t")]).await.unwrap();
    assert_eq!((name, world.lines().len()), ("pat", 0));
}

/// §5.1: what the profile and the environment say of times and limits.
#[tokio::test]
async fn a_connection_has_the_times_and_limits_that_were_set() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cfg");
    let lines = "host = http://127.0.0.1:9\ntoken = t\nwarehouse_id = w\nhttp_timeout_seconds = 7\n";
    for (budget, expected) in [("9", std::time::Duration::from_secs(9)), ("-1", std::time::Duration::MAX)] {
        std::fs::write(&path, format!("[DEFAULT]\n{lines}retry_timeout_seconds = {budget}\n")).unwrap();
        let file = ("DATABRICKS_CONFIG_FILE", path.to_str().unwrap());
        let (client, _, _) = sign_in(&[file, ("DATABRICKS_RATE_LIMIT", "5")]).await.unwrap();
        let times = client.0.transport;
        assert_eq!((times.times.silence.as_secs(), times.retry.budget), (7, expected));
        assert_eq!(client.warehouse_id(), Some("w"));
    }
}

#[tokio::test]
async fn auth_type_forces_one_way() {
    let world = World::new(|asked: &Asked, _, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" => granted("m2m"),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let mut pairs = vec![
        ("DATABRICKS_HOST", world.address.as_str()),
        ("DATABRICKS_TOKEN", "t"),
        ("DATABRICKS_CLIENT_ID", "app"),
        ("DATABRICKS_CLIENT_SECRET", "s"),
        ("DATABRICKS_USERNAME", "u"),
    ];
    let cases = [
        ("oauth-m2m", ""),
        ("pat", ""),
        ("basic", "cannot sign in with `basic`: Databricks takes no passwords any more"),
        ("file-oidc", "cannot sign in with `file-oidc`: oidc_token_filepath is not set"),
        ("magic", "`magic` is no way to sign in; `auth_type` may be one of pat, basic, oauth-m2m,"),
    ];
    for (name, told) in cases {
        pairs.push(("DATABRICKS_AUTH_TYPE", name));
        match sign_in(&pairs).await {
            Ok((_, found, _)) => assert_eq!((found, ""), (name, told)),
            Err(error) => assert!(!told.is_empty() && error.to_string().contains(told), "{error}"),
        }
        pairs.pop();
    }
}

/// Passwords and Google's keys are said to be no way, rather than passed over in silence.
#[tokio::test]
async fn what_is_not_supported_says_why() {
    let world = World::new(|_: &Asked, _, _: &str| nothing()).await;
    let host = ("DATABRICKS_HOST", world.address.as_str());
    for (variable, name, why) in [
        ("GOOGLE_CREDENTIALS", "google-credentials", "exchange an identity token of Google"),
        ("DATABRICKS_GOOGLE_SERVICE_ACCOUNT", "google-id", "exchange an identity token of Google"),
        ("DATABRICKS_USERNAME", "basic", "no passwords"),
    ] {
        let description = describe(&[host, (variable, "x")]).await;
        assert!(matches!(outcome(&description, name), Outcome::Skipped(told) if told.contains(why)), "{name}");
        assert!(description.client.is_none());
    }
}

/// Nothing configured, and several ways that failed.
#[tokio::test]
async fn the_end_of_the_chain_says_what_to_set() {
    let world = World::new(|_: &Asked, _, _: &str| nothing()).await;
    let host = ("DATABRICKS_HOST", world.address.as_str());
    let error = sign_in(&[host]).await.err().unwrap();
    assert!(matches!(&error, ApiError::Config(ConfigError::NoCredentials { failed, .. }) if failed.is_empty()));
    assert!(error.to_string().contains("lakesmith auth login"), "{error}");
    let several =
        [host, ("DATABRICKS_OIDC_TOKEN", "j"), ("DATABRICKS_CLIENT_ID", "a"), ("DATABRICKS_CLIENT_SECRET", "b")];
    let told = sign_in(&several).await.err().unwrap().to_string();
    assert!(told.contains("\n    oauth-m2m: ") && told.contains("\n    env-oidc: "), "{told}");
}

/// Ambiguity is told with everything that was found.
#[tokio::test]
async fn several_classes_are_described() {
    let pairs = [("DATABRICKS_HOST", "a.test"), ("DATABRICKS_TOKEN", "t"), ("ARM_CLIENT_ID", "c")];
    let description = describe(&pairs).await;
    assert!(description.problem.unwrap().to_string().ends_with("azure and pat"));
    let keys: Vec<_> = description.attributes.iter().map(|attribute| attribute.key).collect();
    assert_eq!(keys, ["host", "token", "azure_client_id"]);
}
