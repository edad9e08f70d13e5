//! Which way is taken when several could be (§5.4), and what is said when none is.

use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::super::{ConfigError, Connection, Description, Explicit, Outcome};
use super::fakes::{Asked, World, granted, json, nothing, sign_in, system, workspace};
use crate::api::testing::transport;
use crate::api::{ApiError, Client};

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

/// §5.3: "cache per host".
#[tokio::test]
async fn a_host_is_asked_once_about_itself() {
    let world = World::new(|asked: &Asked, _, own: &str| match asked.line.as_str() {
        "GET /.well-known/databricks-config" => json(r#"{"workspace_id":"77"}"#),
        "POST /oidc/v1/token" => granted("m2m"),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let silent = World::new(|asked: &Asked, _, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" => granted("m2m"),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let transport = transport();
    for (world, id) in [(&world, Some("77")), (&silent, None)] {
        let pairs = [
            ("DATABRICKS_HOST", world.address.as_str()),
            ("DATABRICKS_CLIENT_ID", "app"),
            ("DATABRICKS_CLIENT_SECRET", "s"),
        ];
        let system = system(&pairs);
        for _ in 0..2 {
            let connection = Connection::resolve(&Explicit::default(), &system.env).unwrap();
            let client = Client::connect(&connection, &system, transport).await.unwrap();
            assert_eq!(client.0.workspace_id.as_deref(), id);
        }
        world.one("GET /.well-known/databricks-config");
    }
}

/// A token that is given for this machine needs nobody: not the host's metadata, and no dry run.
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
    let seconds = std::time::Duration::from_secs;
    for (budget, expected) in [("9", seconds(9)), ("-1", std::time::Duration::MAX)] {
        std::fs::write(&path, format!("[DEFAULT]\n{lines}retry_timeout_seconds = {budget}\n")).unwrap();
        let file = ("DATABRICKS_CONFIG_FILE", path.to_str().unwrap());
        let (client, _, _) = sign_in(&[file, ("DATABRICKS_RATE_LIMIT", "5")]).await.unwrap();
        let times = client.0.transport;
        assert_eq!((times.times.silence.as_secs(), times.retry.budget), (7, expected));
        assert_eq!(client.warehouse_id(), Some("w"));
    }
}

/// §5.1, `group_id`: "PAT, basic, azure-*, google-*, databricks-cli, metadata-service refuse or skip"; the others send
/// `assume_group`.
#[tokio::test]
async fn who_asks_for_a_group_never_acts_as_more() {
    let world = World::new(|asked: &Asked, _, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" => granted("of-group"),
        "GET /service" => json(r#"{"access_token":"local","expires_on":4102444800}"#),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let base = [("DATABRICKS_HOST", world.address.as_str()), ("DATABRICKS_GROUP_ID", "g-7")];
    let service = format!("{}/service", world.address);
    for refusing in [
        [("DATABRICKS_TOKEN", "t")],
        [("DATABRICKS_METADATA_SERVICE_URL", service.as_str())],
        [("ARM_USE_MSI", "true")],
    ] {
        let azure = [("LAKESMITH_TEST_ENDPOINTS", world.address.as_str()), ("DATABRICKS_CLOUD", "azure")];
        let error = sign_in(&[&base[..], &refusing, &azure].concat()).await.err().unwrap();
        let shown = format!("{:?}", anyhow::Error::from(error));
        assert!(shown.contains("it cannot act as the group that `group_id` asks for"), "{refusing:?}: {shown}");
    }
    assert!(world.lines().iter().all(|line| line == "GET /.well-known/databricks-config"), "{:?}", world.lines());
    for accepting in
        [&[("DATABRICKS_CLIENT_ID", "app"), ("DATABRICKS_CLIENT_SECRET", "s")][..], &[("DATABRICKS_OIDC_TOKEN", "jwt")]]
    {
        let (_, _, token) = sign_in(&[&base[..], accepting].concat()).await.unwrap();
        assert_eq!(token.access.expose(), "of-group");
    }
    let grants: Vec<_> = world.asked().into_iter().filter(|asked| asked.line.starts_with("POST /oidc")).collect();
    assert_eq!(grants.len(), 2);
    assert!(grants.iter().all(|asked| asked.field("assume_group").as_deref() == Some("g-7")), "{grants:?}");
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
