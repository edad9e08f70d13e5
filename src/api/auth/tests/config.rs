//! Attributes and profiles. The cases carry the names of the official conformance tests
//! (auth-and-retries.md §5.7: `config/testdata/*`, `auth_permutations_test.go`), with data of our own.

use crate::sys::{Env, fs};

use super::super::attributes::Source;
use super::super::{ConfigError, Connection, Explicit};

pub(super) fn env(pairs: &[(&str, &str)]) -> Env {
    Env::from_pairs(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())))
}

/// With a configuration file of this text, and more variables.
fn resolve(text: &str, more: &[(&str, &str)], profile: Option<&str>) -> Result<Connection, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cfg");
    fs::write(&path, text.as_bytes()).unwrap();
    let mut pairs = vec![("DATABRICKS_CONFIG_FILE", path.to_str().unwrap())];
    pairs.extend(more);
    let explicit = Explicit { profile: profile.map(str::to_string), ..Explicit::default() };
    Connection::resolve(&explicit, &env(&pairs))
}

fn found(text: &str, more: &[(&str, &str)], profile: Option<&str>, key: &str) -> Option<String> {
    resolve(text, more, profile).unwrap().attributes.text(key)
}

const TWO: &str = "[DEFAULT]\nhost = https://file.test\ntoken = f\n[DEV]\nhost = dev.test\ntoken = d\n";

#[test]
fn default_profile() {
    assert_eq!(found(TWO, &[], None, "host").unwrap(), "https://file.test");
    // §5.2: settings choose; the name is trimmed.
    let chosen = format!("{TWO}[__settings__]\ndefault_profile =  DEV \n");
    assert_eq!(found(&chosen, &[], None, "token").unwrap(), "d");
    assert_eq!(found(&chosen, &[], Some("DEFAULT"), "token").unwrap(), "f");
    let variable = [("DATABRICKS_CONFIG_PROFILE", "DEFAULT")];
    assert_eq!(found(&chosen, &variable, None, "token").unwrap(), "f");
}

#[test]
fn default_profile_self_ref() {
    for text in ["[__settings__]\ndefault_profile = __settings__\n", TWO] {
        let asked = if text == TWO { Some("__settings__") } else { None };
        assert!(matches!(resolve(text, &[], asked), Err(ConfigError::ReservedProfile)), "{text}");
    }
}

#[test]
fn default_profile_empty_default() {
    let error = resolve("[DEFAULT]\n[DEV]\nhost = dev.test\n", &[], None).unwrap_err();
    assert!(matches!(error, ConfigError::NoHost { .. }), "{error}");
    // An empty setting is none.
    let text = format!("[__settings__]\ndefault_profile =\n{TWO}");
    assert_eq!(found(&text, &[], None, "token").unwrap(), "f");
}

#[test]
fn named_profiles_do_not_inherit_and_must_be_there() {
    let connection = resolve("[DEFAULT]\ntoken = t\n[DEV]\nhost = dev.test", &[], Some("DEV")).unwrap();
    assert_eq!(connection.attributes.get("token"), None);
    let error = resolve(TWO, &[], Some("PRD")).unwrap_err().to_string();
    assert!(error.contains("`PRD`") && error.contains("(it has DEFAULT, DEV)"), "{error}");
    let empty = resolve("[PRD]\n[DEV]\nhost = a.test", &[], Some("PRD"));
    assert!(matches!(empty, Err(ConfigError::EmptyProfile { .. })));
}

/// A file that is not there is none, also where a profile is named: CI signs in by other means.
#[test]
fn no_file() {
    let explicit = Explicit { host: Some("a.test".into()), profile: Some("DEV".into()), ..Explicit::default() };
    let missing = [("DATABRICKS_CONFIG_FILE", "/nowhere/cfg")];
    let connection = Connection::resolve(&explicit, &env(&missing)).unwrap();
    assert_eq!(connection.profile.as_deref(), Some("DEV"));
    let nothing = Connection::resolve(&Explicit { host: None, ..explicit }, &env(&missing)).unwrap_err().to_string();
    assert!(nothing.contains("the profile `DEV` in /nowhere/cfg"), "{nothing}");
}

/// Lines that are nothing are passed over; a section without an end, and what is not text, is an error with the file's name.
#[test]
fn corrupt() {
    assert_eq!(found(&format!("]]\n=\nword\n{TWO}"), &[], None, "token").unwrap(), "f");
    let error = resolve(&format!("{TWO}[broken\n"), &[], None).unwrap_err();
    assert!(error.to_string().ends_with("cfg:7: the name of a section has no `]` at its end"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cfg");
    fs::write(&path, b"[DEFAULT]\nhost = \xff\xfe").unwrap();
    let text = path.to_str().unwrap();
    let error = Connection::resolve(&Explicit::default(), &env(&[("DATABRICKS_CONFIG_FILE", text)])).unwrap_err();
    assert!(error.to_string().contains("cfg is not text"), "{error}");
}

#[test]
fn list_parsing_of_scopes() {
    use super::super::oauth::scopes;
    for (text, expected) in [("b, a,,b", "a b"), ("sql files", "files sql"), ("one", "one")] {
        let connection = resolve(&format!("[DEFAULT]\nhost=a.test\nscopes = {text}\n"), &[], None).unwrap();
        assert_eq!(scopes(&connection.attributes), expected);
    }
    assert_eq!(scopes(&resolve(TWO, &[], None).unwrap().attributes), "all-apis");
}

#[test]
fn tilde_is_the_home_folder() {
    let home = tempfile::tempdir().unwrap();
    fs::write(&home.path().join("x.cfg"), TWO.as_bytes()).unwrap();
    let pairs = [("HOME", home.path().to_str().unwrap()), ("DATABRICKS_CONFIG_FILE", "~/x.cfg")];
    let connection = Connection::resolve(&Explicit::default(), &env(&pairs)).unwrap();
    assert_eq!(connection.attributes.get("token"), Some("f"));
}

/// Without a requested profile the file is not read when anything else says where or who.
#[test]
fn the_file_is_skipped_when_the_environment_decides() {
    for variable in [("DATABRICKS_HOST", "env.test/?o=17"), ("DATABRICKS_TOKEN", "e"), ("ARM_CLIENT_ID", "c")] {
        let explicit = Explicit { host: Some("flag.test".into()), ..Explicit::default() };
        let connection = Connection::resolve(&explicit, &env(&[variable])).unwrap();
        assert_eq!(connection.profile, None);
    }
    let connection = resolve(TWO, &[("DATABRICKS_HOST", "env.test/?o=17"), ("DATABRICKS_TOKEN", "")], None).unwrap();
    assert_eq!(connection.attributes.get("host"), Some("https://env.test"));
    assert_eq!(connection.attributes.get("workspace_id"), Some("17"));
    assert_eq!(connection.attributes.get("token"), None, "an empty variable is not set, and the file is not read");
    let both = resolve(TWO, &[("DATABRICKS_TOKEN", "e")], Some("DEV")).unwrap();
    assert_eq!((both.attributes.get("host"), both.attributes.get("token")), (Some("https://dev.test"), Some("e")));
    assert_eq!(both.attributes.source("token"), Some(&Source::Variable("DATABRICKS_TOKEN")));
}

/// §5.1, "Validation": the classes of the table, sorted, joined by " and ".
#[test]
fn auth_permutations() {
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("DATABRICKS_TOKEN", "t"), ("ARM_CLIENT_ID", "c")], "azure and pat"),
        (&[("DATABRICKS_TOKEN", "t"), ("DATABRICKS_CLIENT_ID", "c")], "oauth and pat"),
        (&[("DATABRICKS_USERNAME", "u"), ("DATABRICKS_TOKEN", "t")], "basic and pat"),
        (
            &[("DATABRICKS_OIDC_TOKEN_FILE", "f"), ("DATABRICKS_METADATA_SERVICE_URL", "u")],
            "file-oidc and metadata-service",
        ),
        (
            &[("GOOGLE_CREDENTIALS", "g"), ("DATABRICKS_OIDC_TOKEN_ENV", "V"), ("DATABRICKS_CLIENT_SECRET", "s")],
            "env-oidc and google and oauth",
        ),
    ];
    for (pairs, classes) in cases {
        let mut pairs = pairs.to_vec();
        pairs.push(("DATABRICKS_HOST", "h.test"));
        let error = Connection::resolve(&Explicit::default(), &env(&pairs)).unwrap_err().to_string();
        assert_eq!(error, format!("validate: more than one authorization method configured: {classes}"));
        pairs.push(("DATABRICKS_AUTH_TYPE", "pat"));
        assert!(Connection::resolve(&Explicit::default(), &env(&pairs)).is_ok(), "{classes}");
    }
}

/// Every key with its other name.
#[test]
fn aliases() {
    let text = "[DEFAULT]\nhost = a.test\ndatabricks_id_token_filepath = /t\naudience = me\n";
    assert_eq!(found(text, &[], None, "oidc_token_filepath").unwrap(), "/t");
    assert_eq!(found(text, &[], None, "token_audience").unwrap(), "me");
    let variable = [("DATABRICKS_HOST", "a.test"), ("DATABRICKS_OIDC_TOKEN_FILE", "/v")];
    assert_eq!(found("", &variable, None, "oidc_token_filepath").unwrap(), "/v");
}

#[test]
fn what_is_printed_of_a_connection_holds_no_value() {
    let connection = resolve("[DEFAULT]\nhost=a.test\ntoken=canary-1", &[], None).unwrap();
    assert!(!format!("{connection:?}").contains("canary"));
    let shown = connection.attributes.shown();
    assert!(shown.iter().any(|(key, value, _)| *key == "token" && value == "***"), "{shown:?}");
}
