//! Tokens of other issuers, exchanged (§5.5, "env/file OIDC and GitHub/Azure-DevOps WIF").

use axum::response::Response;

use super::fakes::{Asked, World, granted, json, nothing, sign_in, workspace};

fn issuers(asked: &Asked, _: usize, own: &str) -> Response {
    match asked.line.as_str() {
        "POST /oidc/v1/token" => granted("exchanged"),
        line if line.starts_with("GET /github?") => json(r#"{"value":"jwt-of-github"}"#),
        line if line.starts_with("POST /devops/") => json(r#"{"oidcToken":"jwt-of-devops"}"#),
        line if line.starts_with("POST /entra/") => json(r#"{"access_token":"entra","expires_in":3600}"#),
        _ => workspace(asked, own).unwrap_or_else(nothing),
    }
}

fn exchange(subject: &str) -> Vec<(String, String)> {
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ("subject_token", subject),
        ("scope", "all-apis"),
    ];
    fields.map(|(key, value)| (key.to_string(), value.to_string())).to_vec()
}

#[tokio::test]
async fn a_variable_and_a_file_hold_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwt");
    std::fs::write(&path, "jwt-of-file\n").unwrap();
    let file = ("DATABRICKS_OIDC_TOKEN_FILEPATH", path.to_str().unwrap());
    let cases = [
        (vec![("DATABRICKS_OIDC_TOKEN", "jwt-of-variable")], "env-oidc", "jwt-of-variable"),
        (vec![("DATABRICKS_OIDC_TOKEN_ENV", "MINE"), ("MINE", "jwt-of-mine")], "env-oidc", "jwt-of-mine"),
        (vec![file], "file-oidc", "jwt-of-file"),
    ];
    for (pairs, name, subject) in cases {
        let world = World::new(issuers).await;
        let pairs = [&pairs[..], &[("DATABRICKS_HOST", world.address.as_str())]].concat();
        let (_, found, token) = sign_in(&pairs).await.unwrap();
        assert_eq!((found, token.access.expose()), (name, "exchanged"));
        let asked = world.one("POST /oidc/v1/token");
        assert_eq!((asked.form(), asked.authorization.as_str()), (exchange(subject), ""));
    }
}

/// The audience is what was set, or else the address that gives the token; percent-encoded, which the SDKs forget.
#[tokio::test]
async fn github_vouches_for_a_job() {
    for (audience, expected) in [(None, None), (Some("a b&c"), Some("a+b%26c"))] {
        let world = World::new(issuers).await;
        let address = format!("{}/github?api-version=2.0", world.address);
        let mut pairs = vec![
            ("DATABRICKS_HOST", world.address.as_str()),
            ("DATABRICKS_AUTH_TYPE", "github-oidc"),
            ("DATABRICKS_CLIENT_ID", "app"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &address),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary"),
        ];
        pairs.extend(audience.map(|audience| ("DATABRICKS_TOKEN_AUDIENCE", audience)));
        let (_, name, _) = sign_in(&pairs).await.unwrap();
        assert_eq!(name, "github-oidc");
        let asked = world.one("GET /github");
        let endpoint = format!("{}/oidc/v1/token", world.address).replace(':', "%3A").replace('/', "%2F");
        assert_eq!(asked.line, format!("GET /github?api-version=2.0&audience={}", expected.unwrap_or(&endpoint)));
        assert_eq!(asked.authorization, "Bearer canary");
        let mut fields = exchange("jwt-of-github");
        fields.push(("client_id".to_string(), "app".to_string()));
        assert_eq!(world.one("POST /oidc/v1/token").form(), fields);
    }
}

#[tokio::test]
async fn azure_devops_vouches_for_a_job() {
    let world = World::new(issuers).await;
    let collection = format!("{}/devops/", world.address);
    let pairs = [
        ("DATABRICKS_HOST", world.address.as_str()),
        ("SYSTEM_ACCESSTOKEN", "canary"),
        ("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", &collection),
        ("SYSTEM_TEAMPROJECTID", "p"),
        ("SYSTEM_PLANID", "plan"),
        ("SYSTEM_JOBID", "job"),
        ("SYSTEM_HOSTTYPE", "build"),
    ];
    let (_, name, _) = sign_in(&pairs).await.unwrap();
    assert_eq!(name, "azure-devops-oidc");
    let asked = world.one("POST /devops");
    let path = "/devops/p/_apis/distributedtask/hubs/build/plans/plan/jobs/job/oidctoken?api-version=7.2-preview.1";
    assert_eq!((asked.line, asked.authorization), (format!("POST {path}"), "Bearer canary".to_string()));
    assert_eq!(world.one("POST /oidc").form(), exchange("jwt-of-devops"));
    let error = sign_in(&[&pairs[..2], &pairs[3..], &[("DATABRICKS_AUTH_TYPE", "azure-devops-oidc")]].concat()).await;
    let told = error.err().unwrap().to_string();
    assert!(told.contains("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI is not set"), "{told}");
}

/// §5.5, "GitHub→Entra".
#[tokio::test]
async fn github_vouches_for_a_job_to_entra() {
    let world = World::new(issuers).await;
    let address = format!("{}/github?x=1", world.address);
    let pairs = [
        ("LAKESMITH_TEST_ENDPOINTS", world.address.as_str()),
        ("DATABRICKS_HOST", &world.address),
        ("DATABRICKS_AUTH_TYPE", "github-oidc-azure"),
        ("DATABRICKS_CLOUD", "Azure"),
        ("ARM_CLIENT_ID", "app"),
        ("ARM_TENANT_ID", "tenant"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", &address),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary"),
    ];
    let (_, name, token) = sign_in(&pairs).await.unwrap();
    assert_eq!((name, token.access.expose()), ("github-oidc-azure", "entra"));
    assert_eq!(world.one("GET /github").line, "GET /github?x=1&audience=api%3A%2F%2FAzureADTokenExchange");
    let asked = world.one("POST /entra/tenant/oauth2/token");
    let field = |name: &str| asked.field(name).unwrap();
    assert_eq!(field("client_assertion"), "jwt-of-github");
    assert_eq!(field("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_eq!(field("resource"), "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d");
}

/// Accounts want their own id as the audience.
#[tokio::test]
async fn the_account_is_the_audience_of_its_own_federation() {
    let world = World::new(|asked: &Asked, before, own: &str| match asked.line.as_str() {
        "GET /.well-known/databricks-config" => json(r#"{"host_type":"account","account_id":"acc"}"#),
        "POST /oidc/accounts/acc/v1/token" => granted("account"),
        _ => issuers(asked, before, own),
    })
    .await;
    let address = format!("{}/github?x=1", world.address);
    let github = [("ACTIONS_ID_TOKEN_REQUEST_URL", address.as_str()), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t")];
    sign_in(&[&github[..], &[("DATABRICKS_HOST", world.address.as_str())]].concat()).await.unwrap();
    assert_eq!(world.one("GET /github").line, "GET /github?x=1&audience=acc");
}
