//! Signing in as a person: the browser asks, and sends the answer to this machine (auth-and-retries.md §5.5, "U2M").
//!
//! Authorization code with PKCE: whoever sees the code on its way back cannot use it.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::sys::{Random, System};

use super::super::{ApiError, Secret, Transport};
use super::chain::context;
use super::config::{ConfigError, Connection, seconds};
use super::exchange::{Rules, post_form};
use super::host::HostKind;
use super::login::{CLIENT, Cache, entry_of, key};
use super::metadata::ask_host;
use super::method::{Setting, Skip};
use super::oauth::{Granted, Server, scopes};
use super::token::AuthError;

/// A sign-in that has succeeded.
#[derive(Debug)]
pub struct SignedIn {
    pub host: String,
    /// With the token that came.
    pub connection: Connection,
    /// Where it is kept.
    pub file: PathBuf,
    /// Of the first token; it is renewed by itself.
    pub expiry: DateTime<Utc>,
}

/// Of this way to sign in.
const NAME: &str = "lakesmith-login";

const FIRST_PORT: u16 = 8020;
const LAST_PORT: u16 = 8040;
/// People look for their password.
const PATIENCE: Duration = Duration::from_secs(300);

const DONE: &str =
    "<!doctype html><meta charset=utf-8><title>lakesmith</title><p>You are signed in. You can close this page.";
const NOT_DONE: &str =
    "<!doctype html><meta charset=utf-8><title>lakesmith</title><p>The sign-in failed. The terminal says why.";

impl Connection {
    /// Asks a person to sign in. `show` gets the address that a browser must open.
    pub async fn sign_in(
        &self,
        system: &System,
        transport: &Transport,
        show: impl FnOnce(&str),
    ) -> Result<SignedIn, ApiError> {
        let mut attributes = self.attributes.clone();
        // Said before anybody looks for a password.
        if let (Some(forced), Some(origin)) = (attributes.text("auth_type"), attributes.source("auth_type"))
            && forced != NAME
        {
            return Err(ConfigError::UnusedLogin { forced, origin: origin.clone() }.into());
        }
        if attributes.get("group_id").is_some() {
            let why = AuthError::NoGroup.to_string();
            return Err(ConfigError::Unusable { method: NAME.to_string(), why }.into());
        }
        let kind = attributes.get("host").map_or(HostKind::Workspace, HostKind::of);
        let kind = ask_host(&mut attributes, kind, system, transport).await?;
        let host = attributes.get("host");
        let (profile, profile_host) = (self.profile.as_deref(), self.profile_host.as_deref());
        let setting = Setting { attributes: &attributes, env: &system.env, profile, profile_host, host, kind };
        let unusable = |Skip(why)| ConfigError::Unusable { method: NAME.to_string(), why };
        let (key, server) = (key(&setting).map_err(unusable)?, Server::of(&setting).map_err(unusable)?);
        let cache = Cache::of(&system.env).ok_or_else(|| unusable(Skip::lacks("HOME")))?;
        let context = context(&attributes, system, transport)?;
        let host = context.host.clone();
        let failed =
            |source: AuthError| ApiError::SignIn { host: host.clone(), method: NAME, source: Box::new(source) };
        let addresses = server.addresses(&context).await.map_err(failed)?;
        let port = seconds(&attributes, "oauth_callback_port").and_then(|port| u16::try_from(port).ok());
        let (listener, port) = listen(port).await.map_err(failed)?;
        // Never from the seeded generator: these two are what keeps others out.
        let random = Random::from_os();
        let (verifier, state) = (encode(&random.bytes::<64>()), encode(&random.bytes::<16>()));
        let redirect = format!("http://localhost:{port}");
        let challenge = encode(&Sha256::digest(verifier.as_bytes()));
        let refreshed = !attributes.is_on("disable_oauth_refresh_token");
        let scope = format!("{}{}", if refreshed { "offline_access " } else { "" }, scopes(&attributes));
        let query = [
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", redirect.as_str()),
            ("scope", scope.as_str()),
            ("state", state.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let wrong = || answer("the OAuth server", "its authorization endpoint is no address");
        let page = reqwest::Url::parse_with_params(&addresses.authorization_endpoint, query);
        show(page.map_err(|_| failed(wrong()))?.as_str());
        let late = || answer("the browser", "nobody signed in within 5 minutes");
        let code = timeout(PATIENCE, receive(&listener, &state)).await.map_err(|_| failed(late()))?.map_err(failed)?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect.as_str()),
            ("client_id", CLIENT),
            ("code_verifier", verifier.as_str()),
        ];
        let build = |http: &reqwest::Client| post_form(http, &addresses.token_endpoint, &fields);
        let granted: Granted = context.exchanger.json("POST OAuth token", Rules::Token, build).await.map_err(failed)?;
        let entry = entry_of(granted, &host, None, system.clock.now());
        let expiry = entry.expiry;
        let connection = Self::with_token(&host, Secret::new(entry.access_token.clone()))?;
        let lock = cache.lock().await.map_err(failed)?;
        cache.put(&key, entry, &lock).map_err(failed)?;
        Ok(SignedIn { host, connection, file: cache.path().to_path_buf(), expiry })
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn answer(from: &str, what: &str) -> AuthError {
    AuthError::Answer { from: from.to_string(), what: what.to_string() }
}

/// The ports that Databricks sends people back to; a port that was asked for is taken or nothing.
async fn listen(port: Option<u16>) -> Result<(TcpListener, u16), AuthError> {
    let ports = port.map_or(FIRST_PORT..=LAST_PORT, |port| port..=port);
    for port in ports.clone() {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return Ok((listener, port));
        }
    }
    let what = match port {
        Some(port) => format!("the port {port} is in use"),
        None => format!("all ports from {FIRST_PORT} to {LAST_PORT} are in use"),
    };
    Err(answer("this machine", &what))
}

/// Waits for the browser. Whatever else knocks is sent away.
async fn receive(listener: &TcpListener, state: &str) -> Result<String, AuthError> {
    loop {
        let Ok((mut stream, _)) = listener.accept().await else { continue };
        // Something that says nothing must not keep the browser waiting.
        let Ok(Some(target)) = timeout(Duration::from_secs(5), request_target(&mut stream)).await else { continue };
        let Some(told) = told(&target, state) else {
            respond(&mut stream, "404 Not Found", "").await;
            continue;
        };
        respond(&mut stream, "200 OK", if told.is_ok() { DONE } else { NOT_DONE }).await;
        return told;
    }
}

/// What the browser brought: a code, or why there is none. `None`: it is about something else.
fn told(target: &str, state: &str) -> Option<Result<String, AuthError>> {
    let url = reqwest::Url::parse(&format!("http://localhost{target}")).ok()?;
    let get = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    // Other pages may send the browser here, too; only the server that was asked knows the state.
    if url.path() != "/" || get("state").as_deref() != Some(state) {
        return None;
    }
    match get("code") {
        Some(code) => Some(Ok(code)),
        None => {
            let why = get("error_description").or_else(|| get("error"))?;
            Some(Err(AuthError::Refused { command: "the sign-in".to_string(), message: why }))
        }
    }
}

async fn request_target(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 2048];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") && bytes.len() < 32 * 1024 {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let rest = text.strip_prefix("GET ")?;
    rest.split(' ').next().map(str::to_string)
}

/// A browser that has gone does not matter.
async fn respond(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    let head = "content-type: text/html; charset=utf-8\r\nconnection: close";
    let text = format!("HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}");
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_our_question_counts() {
        assert_eq!(told("/?code=c%2B1&state=s", "s").unwrap().unwrap(), "c+1");
        assert!(told("/?code=c&state=other", "s").is_none());
        assert!(told("/?code=c", "s").is_none());
        assert!(told("/favicon.ico?code=c&state=s", "s").is_none());
        let error = told("/?error=access_denied&error_description=Not+today&state=s", "s").unwrap().unwrap_err();
        assert!(error.to_string().contains("Not today"), "{error}");
    }

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_the_digest_of_the_verifier() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(encode(&Sha256::digest(verifier.as_bytes())), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
