//! The HTTP client of a connection: certificates, proxies, times.
//!
//! Proxies are those of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`); certificates those of the
//! system (`SSL_CERT_FILE` and `SSL_CERT_DIR` replace them) and those of `LAKESMITH_CA_FILE`.

use std::path::PathBuf;

use crate::sys::{Env, fs};

use super::super::user_agent::user_agent;
use super::super::{ApiError, Transport};
use super::attributes::Attributes;
use super::config::ConfigError;
use super::host::is_loopback;

pub(in crate::api) fn builder(
    attributes: &Attributes,
    host: &str,
    env: &Env,
    transport: &Transport,
) -> Result<reqwest::ClientBuilder, ApiError> {
    // Fails only when another part of the process installed a provider already, which serves as well.
    let _already = rustls::crypto::ring::default_provider().install_default();
    // Redirects are never followed: of what proves who asks, reqwest takes away only the headers that it knows.
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent(None, env))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(transport.times.connect);
    if is_loopback(host) {
        // What is on this machine is never behind the proxy.
        builder = builder.no_proxy();
        if host.starts_with("http://") {
            // Certificates take time to load.
            return Ok(builder.tls_certs_only([]));
        }
    }
    if let Some(file) = env.get("LAKESMITH_CA_FILE").map(PathBuf::from) {
        let pem = fs::read(&file).map_err(ConfigError::File)?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem);
        builder = builder.tls_certs_merge(certificates.map_err(|source| ConfigError::Certificates { file, source })?);
    }
    // Has no variable on purpose: only who owns the file may switch it off.
    Ok(builder.tls_danger_accept_invalid_certs(attributes.is_on("skip_verify")))
}
