//! Service principals with secrets: of Databricks and of Entra, and machines that are their own proof.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Map;

use super::super::{AuthError, ConfigError};
use super::fakes::{Asked, World, granted, json, nothing, program, sign_in, workspace};
use crate::api::{ApiError, scim, unity};

fn oauth(asked: &Asked, _: usize, own: &str) -> Response {
    match asked.line.as_str() {
        "POST /oidc/v1/token" => granted("issued"),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    }
}

const ID: (&str, &str) = ("DATABRICKS_CLIENT_ID", "the-id");
const SECRET: (&str, &str) = ("DATABRICKS_CLIENT_SECRET", "canary-secret");

/// §5.5, "OAuth M2M".
#[tokio::test]
async fn a_secret_is_sent_by_basic_to_the_discovered_endpoint() {
    let world = World::new(oauth).await;
    let (client, name, token) = sign_in(&[("DATABRICKS_HOST", &world.address), ID, SECRET]).await.unwrap();
    assert_eq!((name, token.access.expose()), ("oauth-m2m", "issued"));
    let asked = world.one("POST /oidc/v1/token");
    // base64 of `the-id:canary-secret`, by coreutils.
    assert_eq!(asked.authorization, "Basic dGhlLWlkOmNhbmFyeS1zZWNyZXQ=");
    assert_eq!(asked.body, "grant_type=client_credentials&scope=all-apis");
    scim::me(&client).await.unwrap();
    let me = world.one("GET /api/2.0/preview/scim/v2/Me");
    assert_eq!(me.authorization, "Bearer issued");
    assert!(me.header("user-agent").unwrap().contains(" auth/oauth-m2m"), "{me:?}");
}

/// §5.3: what the host tells of itself; §5.5: accounts have fixed endpoints, unified hosts a document per account.
#[tokio::test]
async fn accounts_and_unified_hosts_have_other_endpoints() {
    for (kind, endpoint) in [("account", "/oidc/accounts/acc/v1/token"), ("unified", "/unified/token")] {
        let world = World::new(move |asked: &Asked, _, own: &str| match asked.line.as_str() {
            "GET /.well-known/databricks-config" => {
                json(format!(r#"{{"host_type":"{kind}","account_id":"acc","workspace_id":"77"}}"#))
            }
            "GET /oidc/accounts/acc/.well-known/oauth-authorization-server" if kind == "unified" => {
                json(format!(r#"{{"authorization_endpoint":"{own}/x","token_endpoint":"{own}/unified/token"}}"#))
            }
            line if line == format!("POST {endpoint}") => granted(kind),
            _ => workspace(asked, own).unwrap_or_else(nothing),
        })
        .await;
        let (client, _, token) = sign_in(&[("DATABRICKS_HOST", &world.address), ID, SECRET]).await.unwrap();
        assert_eq!(token.access.expose(), kind);
        scim::me(&client).await.unwrap();
        assert_eq!(world.one("GET /api").header("x-databricks-workspace-id"), Some("77"));
    }
}

#[tokio::test]
async fn a_host_without_oauth_and_a_wrong_secret_say_so_without_the_secret() {
    let bare = World::new(|_: &Asked, _, _: &str| nothing()).await;
    let error = sign_in(&[("DATABRICKS_HOST", &bare.address), ID, SECRET]).await.err().unwrap();
    assert!(
        matches!(&error, ApiError::SignIn { source, .. } if matches!(**source, AuthError::NoOAuth { .. })),
        "{error:?}"
    );
    let strict = World::new(|asked: &Asked, _, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" => {
            let body = r#"{"error":"invalid_client","error_description":"canary-secret is wrong"}"#;
            (StatusCode::UNAUTHORIZED, body).into_response()
        }
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let error = sign_in(&[("DATABRICKS_HOST", &strict.address), ID, SECRET]).await.err().unwrap();
    let shown = format!("{:?}", anyhow::Error::from(error));
    assert!(shown.contains("invalid_client") && shown.contains("*** is wrong"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(strict.asked().iter().filter(|asked| asked.line == "POST /oidc/v1/token").count(), 1);
}

/// §5.6, "sdk-go token calls": 429, 502, 503 and 504 pass.
#[tokio::test]
async fn calls_for_tokens_are_tried_again() {
    let world = World::new(|asked: &Asked, before, own: &str| match (asked.line.as_str(), before) {
        ("POST /oidc/v1/token", 0) => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
        ("POST /oidc/v1/token", 1) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        ("POST /oidc/v1/token", 2) => StatusCode::BAD_GATEWAY.into_response(),
        _ => oauth(asked, before, own),
    })
    .await;
    let (_, _, token) = sign_in(&[("DATABRICKS_HOST", &world.address), ID, SECRET]).await.unwrap();
    assert_eq!(token.access.expose(), "issued");
    assert_eq!(world.lines().iter().filter(|line| *line == "POST /oidc/v1/token").count(), 4);
}

/// §5.1: a profile's times are those of calls for tokens, too.
#[tokio::test]
async fn calls_for_tokens_have_the_times_of_the_profile() {
    let world = World::new(|asked: &Asked, before, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => oauth(asked, before, own),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cfg");
    let text = format!("[DEFAULT]\nhost = {}\nclient_id = a\nclient_secret = b\n", world.address);
    std::fs::write(&path, format!("{text}retry_timeout_seconds = 0\n")).unwrap();
    let file = ("DATABRICKS_CONFIG_FILE", path.to_str().unwrap());
    sign_in(&[file]).await.err().unwrap();
    world.one("POST /oidc/v1/token");
    // Of inactivity: a server that takes longer than the test's own patience is waited for.
    let slow = World::new(|asked: &Asked, before, own: &str| {
        if asked.line == "POST /oidc/v1/token" {
            std::thread::sleep(std::time::Duration::from_millis(900));
        }
        oauth(asked, before, own)
    })
    .await;
    std::fs::write(&path, format!("{}http_timeout_seconds = 30\n", text.replace(&world.address, &slow.address)))
        .unwrap();
    sign_in(&[file]).await.unwrap();
    slow.one("POST /oidc/v1/token");
}

/// A token that is refused in the middle of a run is renewed once, and the call repeated: also a create.
#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let world = World::new(|asked: &Asked, before, own: &str| match asked.line.as_str() {
        "POST /oidc/v1/token" => granted(&format!("token-{before}")),
        "POST /api/2.1/unity-catalog/catalogs" if asked.authorization == "Bearer token-1" => json("{}"),
        line if line.starts_with("POST /api") || line.contains("/jobs/") => StatusCode::UNAUTHORIZED.into_response(),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let host = ("DATABRICKS_HOST", world.address.as_str());
    let (client, _, _) = sign_in(&[host, ID, SECRET]).await.unwrap();
    unity::create(&client, unity::ObjectKind::Catalog, Map::new()).await.unwrap();
    let error = unity::create(&client, unity::ObjectKind::Schema, Map::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap().status, 401);
    let count = |line: &str| world.lines().iter().filter(|known| *known == line).count();
    assert_eq!(count("POST /api/2.1/unity-catalog/catalogs"), 2);
    assert_eq!(count("POST /api/2.1/unity-catalog/schemas"), 2, "once again, not for ever");
    // A token that was given has no successor.
    let (client, _, _) = sign_in(&[host, ("DATABRICKS_TOKEN", "t")]).await.unwrap();
    unity::create(&client, unity::ObjectKind::Volume, Map::new()).await.unwrap_err();
    assert_eq!(count("POST /api/2.1/unity-catalog/volumes"), 1);
}

/// §5.5, "Token freshness": a stale token serves on while one task fetches the next; a failure is followed by a minute
/// of quiet; an expired token waits for its successor.
#[tokio::test]
async fn tokens_are_renewed_in_the_background() {
    for works in [true, false] {
        let world = World::new(move |asked: &Asked, before, own: &str| match asked.line.as_str() {
            "POST /oidc/v1/token" if before == 1 && !works => StatusCode::FORBIDDEN.into_response(),
            "POST /oidc/v1/token" => json(format!(r#"{{"access_token":"token-{before}","expires_in":100}}"#)),
            _ => workspace(asked, own).unwrap_or_else(nothing),
        })
        .await;
        let (client, _, _) = sign_in(&[("DATABRICKS_HOST", &world.address), ID, SECRET]).await.unwrap();
        let authenticator = &client.0.authenticator;
        let count = || world.lines().iter().filter(|line| *line == "POST /oidc/v1/token").count();
        assert_eq!(count(), 1);
        authenticator.age(std::time::Duration::from_secs(51)).await;
        for _ in 0..3 {
            assert_eq!(authenticator.token().await.unwrap().access.expose(), "token-0", "the old one serves");
        }
        for _ in 0..200 {
            if count() == 2 && (!works || authenticator.token().await.unwrap().access.expose() == "token-1") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(count(), 2);
        let now = authenticator.token().await.unwrap();
        assert_eq!(now.access.expose(), if works { "token-1" } else { "token-0" });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(count(), 2, "quiet after a failure, and nothing to do after a success");
        authenticator.age(std::time::Duration::from_secs(61)).await;
        let last = authenticator.token().await.unwrap();
        assert_eq!((last.access.expose(), count()), ("token-2", 3));
        assert!(!format!("{last:?}").contains("token-2"), "a panic would show it");
    }
}

const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
const RESOURCE: (&str, &str) = ("DATABRICKS_AZURE_RESOURCE_ID", "/subscriptions/s-1/resourceGroups/g/w");

fn azure(asked: &Asked, _: usize, own: &str) -> Response {
    let resource = asked.field("resource").unwrap_or_default();
    let entra =
        |name: &str| json(format!(r#"{{"access_token":"{name}","expires_in":"3599","expires_on":"4102444800"}}"#));
    match asked.line.as_str() {
        "POST /entra/the-tenant/oauth2/token" if resource == DATABRICKS => entra("for-databricks"),
        "POST /entra/the-tenant/oauth2/token" => entra("for-management"),
        "GET /aad/auth" => {
            let page = [("location", "https://login.test/the-tenant/oauth2/authorize?x=1")];
            (StatusCode::FOUND, page).into_response()
        }
        line if line.starts_with("GET /arm/subscriptions/") => {
            json(format!(r#"{{"properties":{{"workspaceUrl":"{own}"}}}}"#))
        }
        line if line.starts_with("GET /instance?") => {
            let name = if line.contains(DATABRICKS) { "machine" } else { "machine-management" };
            json(format!(r#"{{"access_token":"{name}","expires_on":"4102444800"}}"#))
        }
        _ => workspace(asked, own).unwrap_or_else(nothing),
    }
}

/// §5.5, "client secret": two tokens, two headers, the tenant from the workspace, the host from Azure.
#[tokio::test]
async fn azure_client_secret_has_two_tokens() {
    let identity = [("ARM_CLIENT_ID", "app"), ("ARM_CLIENT_SECRET", "canary")];
    let world = World::new(azure).await;
    let mut pairs = vec![("LAKESMITH_TEST_ENDPOINTS", world.address.as_str()), RESOURCE];
    pairs.extend(identity);
    let hosted = [pairs.clone(), vec![("DATABRICKS_HOST", world.address.as_str())]].concat();
    let (client, name, _) = sign_in(&hosted).await.unwrap();
    assert_eq!(name, "azure-client-secret");
    scim::me(&client).await.unwrap();
    let me = world.one("GET /api");
    assert_eq!(me.authorization, "Bearer for-databricks");
    assert_eq!(me.header("x-databricks-azure-sp-management-token"), Some("for-management"));
    assert_eq!(me.header("x-databricks-azure-workspace-resource-id"), Some(RESOURCE.1));
    let first = world.asked().into_iter().find(|asked| asked.line.starts_with("POST /entra")).unwrap();
    assert_eq!(
        first.body,
        format!("grant_type=client_credentials&client_id=app&client_secret=canary&resource={DATABRICKS}")
    );

    let alone = World::new(azure).await;
    let endpoints = ("LAKESMITH_TEST_ENDPOINTS", alone.address.as_str());
    let pairs = [endpoints, RESOURCE, identity[0], identity[1], ("ARM_TENANT_ID", "the-tenant")];
    let (client, _, _) = sign_in(&pairs).await.unwrap();
    assert_eq!(client.host(), alone.address);
    assert_eq!(alone.one("GET /arm").line, format!("GET /arm{}?api-version=2018-04-01", RESOURCE.1));
    assert_eq!(alone.one("GET /arm").authorization, "Bearer for-management");
    assert!(!alone.lines().contains(&"GET /aad/auth".to_string()), "the tenant was given");
}

/// §5.5, "MSI".
#[tokio::test]
async fn azure_msi_asks_the_machine() {
    let world = World::new(azure).await;
    let pairs = [
        ("LAKESMITH_TEST_ENDPOINTS", world.address.as_str()),
        ("DATABRICKS_HOST", &world.address),
        RESOURCE,
        ("ARM_USE_MSI", "true"),
        ("ARM_CLIENT_ID", "mine"),
    ];
    let (_, name, token) = sign_in(&pairs).await.unwrap();
    assert_eq!((name, token.access.expose()), ("azure-msi", "machine"));
    let asked = world.asked().into_iter().find(|asked| asked.line.starts_with("GET /instance")).unwrap();
    assert_eq!(asked.line, format!("GET /instance?api-version=2018-02-01&resource={DATABRICKS}&client_id=mine"));
    assert_eq!(asked.header("metadata"), Some("true"));
}

/// §5.5, "az CLI": people have a tenant, managed identities must not name one, and a subscription is the second guess.
#[cfg(unix)]
#[tokio::test]
async fn azure_cli_is_asked_as_its_kind_of_identity_needs() {
    let script = |user: &str| {
        format!(
            "echo \"$*\" >> \"$(dirname \"$0\")/calls\"\ncase \"$*\" in\n  *show*) echo '{{\"user\":{{\"name\":\"{user}\"}}}}';;\n  \
             *core.windows*) exit 1;;\n  *) echo '{{\"accessToken\":\"az\",\"expiresOn\":\"x\",\"expires_on\":4102444800}}';;\nesac"
        )
    };
    let cases = [
        ("ann@b.test", format!("--resource {DATABRICKS} --output json --tenant the-tenant")),
        ("systemAssignedIdentity", format!("--resource {DATABRICKS} --output json --subscription s-1")),
    ];
    for (user, expected) in cases {
        let world = World::new(azure).await;
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "az", &script(user));
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let pairs = [("PATH", path.as_str()), ("DATABRICKS_HOST", &world.address), RESOURCE];
        let (_, name, token) = sign_in(&pairs).await.unwrap();
        assert_eq!((name, token.access.expose()), ("azure-cli", "az"));
        // The second token was refused, which people do not need.
        assert_eq!(token.headers.len(), 1);
        let calls = std::fs::read_to_string(folder.path().join("calls")).unwrap();
        let first = calls.lines().find(|line| line.contains("get-access-token")).unwrap();
        assert_eq!(first, format!("account get-access-token {expected}"), "{calls}");
    }
}

/// §5.5, "Metadata service": only on this machine.
#[tokio::test]
async fn a_metadata_service_must_be_on_this_machine() {
    let world = World::new(|asked: &Asked, before, own: &str| match asked.line.as_str() {
        // §5.6, "Refresh client": 429 and 504 pass.
        "GET /service" if before == 0 => StatusCode::TOO_MANY_REQUESTS.into_response(),
        "GET /service" if before == 1 => StatusCode::GATEWAY_TIMEOUT.into_response(),
        "GET /service" => json(r#"{"access_token":"local","token_type":"Bearer","expires_on":4102444800}"#),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    })
    .await;
    let address = format!("{}/service", world.address);
    let host = ("DATABRICKS_HOST", world.address.as_str());
    let (_, name, token) = sign_in(&[host, ("DATABRICKS_METADATA_SERVICE_URL", &address)]).await.unwrap();
    assert_eq!((name, token.access.expose()), ("metadata-service", "local"));
    let services: Vec<_> = world.asked().into_iter().filter(|asked| asked.line == "GET /service").collect();
    assert_eq!(services.len(), 3);
    let asked = &services[2];
    assert_eq!(asked.header("x-databricks-metadata-version"), Some("1"));
    assert_eq!(asked.header("x-databricks-host"), Some(world.address.as_str()));
    let far = ("DATABRICKS_METADATA_SERVICE_URL", "http://service.test/");
    let error = sign_in(&[host, far, ("DATABRICKS_AUTH_TYPE", "metadata-service")]).await.err().unwrap();
    assert!(matches!(error, ApiError::Config(ConfigError::Unusable { .. })), "{error}");
}
