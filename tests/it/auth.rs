//! `lakesmith auth`, and how commands sign in: the binary against a process that is workspace and OAuth server.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::support::fake::{Fake, serve};
use crate::support::{TestProject, repository};

fn nowhere() -> TestProject {
    TestProject::new(&[])
}

#[test]
fn describe_shows_every_way_and_where_each_value_comes_from() {
    let (project, fake) = (nowhere(), Fake::workspace());
    std::fs::write(project.home().join(".databrickscfg"), format!("[DEV]\nhost = {}/?o=17\n", fake.address)).unwrap();
    let environment = [("DATABRICKS_CLIENT_ID", "app"), ("DATABRICKS_CLIENT_SECRET", "canary")];
    let run = project.run_with(&["auth", "describe", "-p", "DEV"], &environment);
    let port = fake.address.rsplit(':').next().unwrap();
    let out = run.success().replace(port, "PORT");
    insta::assert_snapshot!(out, @r"
    profile `DEV` of [FOLDER]/home/.databrickscfg
      host           http://127.0.0.1:PORT  from [FOLDER]/home/.databrickscfg[DEV]
      workspace_id   17                      from address of the host
      client_id      app                     from DATABRICKS_CLIENT_ID
      client_secret  ***                     from DATABRICKS_CLIENT_SECRET
    ways to sign in, in this order
      pat                  skipped: token is not set
      basic                skipped: username is not set
      oauth-m2m            chosen
      lakesmith-login      not tried
      databricks-cli       not tried
      metadata-service     not tried
      github-oidc          not tried
      azure-devops-oidc    not tried
      env-oidc             not tried
      file-oidc            not tried
      github-oidc-azure    not tried
      azure-msi            not tried
      azure-client-secret  not tried
      azure-cli            not tried
      google-credentials   not tried
      google-id            not tried
    signed in to http://127.0.0.1:PORT as ann@shop.test
    ");
    let found = project.run_with(&["auth", "describe", "-p", "DEV", "--format", "json"], &environment).json(0);
    assert_eq!((&found["method"], &found["user"]), (&json!("oauth-m2m"), &json!("ann@shop.test")));
    assert_eq!(found["ways"][0], json!({ "name": "pat", "outcome": "skipped", "reason": "token is not set" }));
    assert_eq!(found["ways"][3]["outcome"], "not tried");
    assert!(!found.to_string().contains("canary"));
}

#[test]
fn describe_tells_ambiguity_a_refusal_and_nothing_at_all() {
    let (project, fake) = (nowhere(), Fake::workspace());
    let host = ("DATABRICKS_HOST", fake.address.as_str());
    let mixed = project.run_with(&["auth", "describe"], &[host, ("DATABRICKS_TOKEN", "t"), ("ARM_CLIENT_ID", "c")]);
    assert_eq!(mixed.code, Some(1), "{mixed}");
    assert!(
        mixed
            .stdout
            .contains("nothing was tried: validate: more than one authorization method configured: azure and pat")
    );
    let refused = project.run_with(&["auth", "describe"], &[host, ("DATABRICKS_TOKEN", "wrong")]);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(
        refused.stdout.contains("the workspace does not take it: GET /api/2.0/preview/scim/v2/Me: 401"),
        "{refused}"
    );
    let nobody = project.run_with(&["auth", "describe"], &[host]);
    assert_eq!(nobody.code, Some(1), "{nobody}");
    assert!(nobody.stdout.ends_with("nobody can sign in\n"), "{nobody}");
    // Without a host there is nothing to describe, but the values.
    let nothing = project.run_with(&["auth", "describe"], &[]);
    assert!(nothing.stdout.contains("nothing was tried: no workspace host is known"), "{nothing}");
}

#[test]
fn the_target_names_the_workspace() {
    let fake = Fake::workspace();
    let manifest = format!(
        "name: shop\nsolutions:\n  shop: {{ title: Shop, catalog: shop, schemas: {{ bronze: bronze }} }}\n\
         targets:\n  far: {{ host: \"{}\", mode: development }}\n",
        fake.address
    );
    let project = TestProject::new(&[("lakesmith.yml", &manifest)]);
    let found =
        project.run_with(&["auth", "describe", "-t", "far", "--format", "json"], &[("DATABRICKS_TOKEN", "given")]);
    let found = found.json(0);
    assert_eq!(found["attributes"][0]["source"], "lakesmith.yml:5:16");
    let local = project.run(&["auth", "describe", "-t", "local"]);
    assert_eq!(local.code, Some(2), "{local}");
    assert!(local.stderr.contains("the local workspace needs no sign-in"), "{local}");
}

/// A workspace that sends its callers to another host: none of them goes there, by whichever way they signed in. Azure's
/// second token is in a header of its own.
#[test]
fn nobody_follows_a_redirect() {
    let project = nowhere();
    let other = Fake::workspace();
    let elsewhere = other.address.clone();
    let fake = Fake::new(move |line, _, _| match line {
        "GET /api/2.0/preview/scim/v2/Me" => (302, format!("{elsewhere}/steal?code=hidden")),
        line if line.starts_with("POST /entra/") => {
            (200, json!({ "access_token": "of-entra", "expires_in": "3600" }).to_string())
        }
        _ => (404, "{}".to_string()),
    });
    let azure = [
        ("DATABRICKS_AUTH_TYPE", "azure-client-secret"),
        ("DATABRICKS_CLOUD", "azure"),
        ("ARM_CLIENT_ID", "app"),
        ("ARM_CLIENT_SECRET", "secret-of-app"),
        ("ARM_TENANT_ID", "tenant"),
        ("LAKESMITH_TEST_ENDPOINTS", fake.address.as_str()),
    ];
    let host = ("DATABRICKS_HOST", fake.address.as_str());
    for environment in [&azure[..], &[("DATABRICKS_TOKEN", "given")]] {
        let environment = &[environment, &[host]].concat();
        let run = project.run_with(&["auth", "describe"], environment);
        assert_eq!(run.code, Some(1), "{run}");
        let told =
            format!("/Me: {} sends the request on to {}/steal, where no credentials", fake.address, other.address);
        assert!(run.stdout.contains(&told), "{told}: {run}");
        let doctor = project.run_with(&["doctor"], environment);
        assert!(doctor.stdout.contains("fix: lakesmith follows no redirect: compare the host"), "{doctor}");
    }
    assert_eq!(other.asked(), Vec::<String>::new());
    assert!(fake.asked().iter().any(|asked| asked.to_lowercase().contains("x-databricks-azure-sp-management-token")));
    // The secret of an OAuth server that has moved is not sent after it, either.
    let moved = other.address.clone();
    let moving = Fake::new(move |line, _, own| match line {
        "GET /oidc/.well-known/oauth-authorization-server" => {
            let body = json!({ "authorization_endpoint": "x", "token_endpoint": format!("{own}/oidc/v1/token") });
            (200, body.to_string())
        }
        "POST /oidc/v1/token" => (308, format!("{moved}/oidc/v1/token")),
        _ => (404, "{}".to_string()),
    });
    let principal = [("DATABRICKS_CLIENT_ID", "app"), ("DATABRICKS_CLIENT_SECRET", "secret-of-app")];
    let run = project.run_with(&["auth", "token"], &[&principal[..], &[("DATABRICKS_HOST", &moving.address)]].concat());
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("POST OAuth token: ") && run.stderr.contains("sends the request on to"), "{run}");
    assert_eq!(other.asked(), Vec::<String>::new());
}

/// What a profile holds is for its own host, whatever a checkout's manifest says; the user's own word counts more.
#[test]
fn a_manifest_cannot_lead_a_profile_elsewhere() {
    let (fake, other) = (Fake::workspace(), Fake::workspace());
    let manifest = |host: &str| {
        format!(
            "name: shop\nsolutions:\n  shop: {{ title: Shop, catalog: shop, schemas: {{ bronze: bronze }} }}\n\
             targets:\n  far: {{ host: \"{host}\", profile: DEV, mode: development }}\n"
        )
    };
    let project = TestProject::new(&[("lakesmith.yml", &manifest(&other.address))]);
    let profile = |text: &str| std::fs::write(project.home().join(".databrickscfg"), text).unwrap();
    let home = &fake.address;
    for (credentials, key) in [
        ("token = given", "token"),
        ("client_id = app\nclient_secret = canary", "client_id"),
        ("oidc_token_filepath = /etc/hostname", "oidc_token_filepath"),
    ] {
        profile(&format!("[DEV]\nhost = {home}\n{credentials}\n"));
        for command in
            [&["plan", "-t", "far"][..], &["auth", "token", "-t", "far"], &["query", "SELECT 1", "-t", "far"]]
        {
            let run = project.run_with(command, &[]);
            assert_eq!(run.code, Some(2), "{run}");
            let told = format!(
                "error: lakesmith.yml:5:16: the target's host is {}, but the profile `DEV` of \
                 [FOLDER]/home/.databrickscfg is for {home}: its `{key}` is sent nowhere else\n  hint: correct or remove",
                other.address
            );
            assert!(run.stderr.contains(&told), "{told}: {run}");
        }
        let doctor = project.run(&["doctor", "-t", "far"]);
        assert!(doctor.stdout.contains("fix: correct or remove the target's `host`"), "{doctor}");
        let told = project.run(&["auth", "describe", "-t", "far"]);
        assert!(told.stdout.contains("nothing was tried: lakesmith.yml:5:16: the target's host"), "{told}");
    }
    // doctor asks whether anybody is there, and says nothing of who asks.
    assert!(other.asked().iter().all(|asked| !asked.to_lowercase().contains("authorization")), "{:?}", other.asked());

    let signed_in = |environment: &[(&str, &str)], arguments: &[&str]| {
        let run = project.run_with(&[&["auth", "describe", "-t", "far"], arguments].concat(), environment);
        assert!(run.stdout.contains("as ann@shop.test"), "{run}");
    };
    // The same host, spelled otherwise.
    profile(&format!("[DEV]\nhost = \"{home}\"\ntoken = given\n"));
    project.write("lakesmith.yml", &manifest(&format!("{}/?o=7", fake.address.replace("http:", "HTTP:"))));
    signed_in(&[], &[]);
    project.write("lakesmith.yml", &manifest(&other.address));
    // A profile that is for no host, credentials of the environment, and a host that the user names.
    profile("[DEV]\ntoken = given\n");
    signed_in(&[], &[]);
    profile(&format!("[DEV]\nhost = {home}\n"));
    signed_in(&[("DATABRICKS_TOKEN", "given")], &[]);
    profile(&format!("[DEV]\nhost = {home}\ntoken = given\n"));
    signed_in(&[], &["--host", &other.address]);
    project.write("lakesmith.yml", &manifest("").replace("host: \"\", ", ""));
    signed_in(&[("DATABRICKS_HOST", &other.address)], &[]);
    signed_in(&[], &[]);
}

/// A sign-in that no later command would take is refused before anybody looks for a password.
#[test]
fn login_is_not_begun_where_nothing_would_use_it() {
    let (project, fake) = (nowhere(), Fake::workspace());
    let profile = format!("[DEV]\nhost = {}\nauth_type = databricks-cli\n", fake.address);
    std::fs::write(project.home().join(".databrickscfg"), profile).unwrap();
    let login = ["auth", "login", "-p", "DEV", "--no-browser"];
    let run = project.run(&login);
    assert_eq!(run.code, Some(2), "{run}");
    let told = "error: nothing would use this sign-in: `auth_type` is `databricks-cli` \
                ([FOLDER]/home/.databrickscfg[DEV]), and then nothing else is tried\n  hint: sign in with the program";
    assert!(run.stderr.starts_with(told), "{run}");
    let group = project.run_with(&login, &[("DATABRICKS_AUTH_TYPE", "lakesmith-login"), ("DATABRICKS_GROUP_ID", "g")]);
    assert_eq!(group.code, Some(2), "{group}");
    assert!(group.stderr.contains("it cannot act as the group that `group_id` asks for"), "{group}");
    assert_eq!(fake.asked(), Vec::<String>::new());
}

/// Whoever asks for a group's rights gets no others.
#[test]
fn a_token_that_is_of_no_group_is_not_used_where_one_is_asked_for() {
    let (project, fake) = (nowhere(), Fake::workspace());
    let base = [("DATABRICKS_HOST", fake.address.as_str()), ("DATABRICKS_GROUP_ID", "g-7")];
    let run = project.run_with(&["auth", "token"], &[&base[..], &[("DATABRICKS_TOKEN", "given")]].concat());
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stdout.is_empty() && run.stderr.contains("cannot sign in to http://127.0.0.1"), "{run}");
    assert!(run.stderr.contains("caused by: it cannot act as the group that `group_id` asks for"), "{run}");
    let principal = [("DATABRICKS_CLIENT_ID", "app"), ("DATABRICKS_CLIENT_SECRET", "canary")];
    let run = project.run_with(&["auth", "token"], &[&base[..], &principal].concat());
    assert_eq!(run.success(), "issued\n");
    assert!(fake.asked().last().unwrap().contains("&assume_group=g-7"), "{:?}", fake.asked());
}

#[test]
fn token_prints_a_token_and_nothing_else() {
    let (project, fake) = (nowhere(), Fake::workspace());
    let environment = [
        ("DATABRICKS_HOST", fake.address.as_str()),
        ("DATABRICKS_CLIENT_ID", "app"),
        ("DATABRICKS_CLIENT_SECRET", "canary"),
    ];
    let run = project.run_with(&["auth", "token"], &environment);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "issued\n", ""));
    let found = project.run_with(&["auth", "token", "--format", "json"], &environment).json(0);
    // The clock of tests stands still at 03:04:05.
    assert_eq!((&found["access_token"], &found["expiry"]), (&json!("issued"), &json!("2026-01-02T04:04:05Z")));
    let none = project.run_with(&["auth", "token", "--format", "json"], &environment[..1]).json(2);
    assert!(none["error"]["message"].as_str().unwrap().starts_with("no way to sign in to http://127.0.0.1"), "{none}");
}

/// The browser is a script that keeps the address; this test is the person.
#[cfg(unix)]
#[test]
fn login_signs_in_and_later_commands_use_it() {
    let (project, fake) = (nowhere(), Fake::workspace());
    let script = project.home().join("browser");
    let page = project.home().join("page");
    std::fs::write(&script, format!("#!/bin/sh\nprintf '%s' \"$1\" > {0}.new && mv {0}.new {0}\n", page.display()))
        .unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = project.live(&["auth", "login", "--host", &fake.address]);
    let child = command.env("BROWSER", &script).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = std::time::Instant::now();
    let address = loop {
        if let Ok(address) = std::fs::read_to_string(&page) {
            break address;
        }
        assert!(started.elapsed().as_secs() < 60, "no browser was opened");
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let value = |name: &str| {
        let (_, rest) = address.split_once(&format!("{name}=")).unwrap();
        rest.split('&').next().unwrap().to_string()
    };
    let port = value("redirect_uri").rsplit("%3A").next().unwrap().to_string();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    write!(stream, "GET /?code=c&state={} HTTP/1.1\r\nhost: localhost\r\n\r\n", value("state")).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{told}");
    assert!(out.starts_with(&format!("signed in to {} as ann@shop.test; kept in ", fake.address)), "{out}");
    assert!(told.starts_with("sign in with the browser, or open: http://127.0.0.1"), "{told}");
    assert!(!out.contains("issued") && !told.contains("issued"));
    let mut again = project.live(&["auth", "token", "--host", &fake.address]);
    assert_eq!(String::from_utf8(again.output().unwrap().stdout).unwrap(), "issued\n");
}

/// A proxy of the environment is used, also for what the sign-in needs, and not for hosts that are excepted.
#[test]
fn proxies_of_the_environment_are_used() {
    let project = nowhere();
    let proxy = Fake::new(|line, _, _| match line {
        "GET http://lake.test/api/2.0/preview/scim/v2/Me" => (200, json!({ "userName": "ann@shop.test" }).to_string()),
        "GET http://lake.test/.well-known/databricks-config" => (200, json!({ "workspace_id": "77" }).to_string()),
        _ => (404, "{}".to_string()),
    });
    let environment = [
        ("HTTP_PROXY", proxy.address.as_str()),
        ("DATABRICKS_HOST", "http://lake.test"),
        ("DATABRICKS_TOKEN", "given"),
    ];
    let run = project.run_with(&["auth", "describe"], &[&environment[..], &[("http_proxy", &proxy.address)]].concat());
    assert!(run.stdout.contains("signed in to http://lake.test as ann@shop.test"), "{run}");
    // A host that serves several workspaces says which one it is, also to whoever has a token.
    assert!(run.stdout.contains("workspace_id  77                from host metadata"), "{run}");
    let me = proxy.asked().into_iter().find(|asked| asked.contains("/scim/")).unwrap().to_lowercase();
    assert!(me.contains("x-databricks-workspace-id: 77\r\n"), "{me}");
    // HTTPS asks the proxy for a tunnel, which this one does not give.
    let secure = [("HTTPS_PROXY", proxy.address.as_str()), ("https_proxy", &proxy.address)];
    let token = ("DATABRICKS_TOKEN", "given");
    let run = project
        .run_with(&["auth", "describe"], &[&secure[..], &[("DATABRICKS_HOST", "https://lake.test"), token]].concat());
    assert_eq!(run.code, Some(1), "{run}");
    let tunnels = || proxy.asked().iter().filter(|asked| asked.starts_with("CONNECT lake.test:443 ")).count();
    let before = tunnels();
    assert!(before > 0, "{:?}", proxy.asked());
    assert!(!proxy.asked().iter().any(|asked| asked.starts_with("CONNECT") && asked.contains("given")));
    let excepted =
        [("NO_PROXY", "lake.test"), ("no_proxy", "lake.test"), ("DATABRICKS_HOST", "https://lake.test"), token];
    let run = project.run_with(&["auth", "describe"], &[&secure[..], &excepted].concat());
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(tunnels(), before);
}

/// What a plain service answers to the beginning of TLS, by its own words or by none.
#[test]
fn a_service_without_tls_is_told_as_such() {
    for words in ["HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", ""] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map(Result::unwrap) {
                let mut hello = [0; 4096];
                let _ = std::io::Read::read(&mut stream, &mut hello);
                let _ = stream.write_all(words.as_bytes());
            }
        });
        let environment = [("DATABRICKS_HOST", host.as_str()), ("DATABRICKS_TOKEN", "given")];
        let run = nowhere().run_with(&["doctor"], &environment);
        assert!(run.stdout.contains("fix: what answers there seems not to speak TLS"), "{words}: {run}");
        assert!(run.stdout.contains("write the host with `http://`"), "{words}: {run}");
    }
}

const CERTIFICATE: &[u8] = include_bytes!("../tls/localhost.der");
const KEY: &[u8] = include_bytes!("../tls/localhost.key.der");

/// A workspace behind TLS, at `https://localhost:PORT`. Its certificate is from an authority that only `tests/tls/ca.pem`
/// knows; the key is worth nothing anywhere else.
fn secured() -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = rustls::pki_types::PrivateKeyDer::try_from(KEY.to_vec()).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![CERTIFICATE.to_vec().into()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || {
                let connection = rustls::ServerConnection::new(config).unwrap();
                let stream = rustls::StreamOwned::new(connection, stream.unwrap());
                let me = json!({ "userName": "ann@shop.test" }).to_string();
                serve(stream, &Mutex::default(), |_, _| (200, me.clone()));
            });
        }
    });
    address
}

#[test]
fn certificates_of_ones_own_authority_are_trusted_where_they_are_named() {
    let (project, address) = (nowhere(), secured());
    let ca = repository().join("tests/tls/ca.pem");
    let ca = ca.to_str().unwrap();
    let base = [("DATABRICKS_HOST", address.as_str()), ("DATABRICKS_TOKEN", "given")];
    let with = |more: &[(&str, &str)]| project.run_with(&["auth", "describe"], &[&base, more].concat());
    let unknown = with(&[]);
    assert_eq!(unknown.code, Some(1), "{unknown}");
    assert!(unknown.stdout.contains("the workspace does not take it: cannot reach https://localhost"), "{unknown}");
    for variable in ["LAKESMITH_CA_FILE", "SSL_CERT_FILE"] {
        let known = with(&[(variable, ca)]);
        assert!(known.stdout.contains("as ann@shop.test"), "{variable}: {known}");
    }
    let empty = with(&[("LAKESMITH_CA_FILE", "/nowhere/ca.pem")]);
    assert!(empty.stdout.contains("cannot read /nowhere/ca.pem"), "{empty}");
    // Only the file may say so: no variable does.
    let profile = format!("[LAB]\nhost = {address}\ntoken = given\nskip_verify = true\n");
    std::fs::write(project.home().join(".databrickscfg"), profile).unwrap();
    let blind = project.run(&["auth", "describe", "-p", "LAB"]);
    assert!(blind.stdout.contains("as ann@shop.test"), "{blind}");
}
