//! How a second command finds the server that already owns a data folder.
//!
//! The file proves nothing by itself: a killed process leaves it behind, and another program may have got the port
//! since. Only a server that answers with the file's instance id is believed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::gate;
use crate::sys::fs::{self, FsError};

const TIMEOUT: Duration = Duration::from_secs(2);

/// What `<data>/server.json` says. Readable by the owner only, for its token.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Discovered {
    pub url: String,
    pub token: String,
    pub pid: u32,
    /// Of the lakesmith that serves.
    pub version: String,
    /// RFC 3339.
    pub started_at: String,
    pub instance_id: String,
}

impl std::fmt::Debug for Discovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Discovered").field("url", &self.url).field("pid", &self.pid).finish_non_exhaustive()
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("server.json")
}

pub(super) fn publish(data: &Path, server: &Discovered) -> Result<(), FsError> {
    let text = serde_json::to_vec_pretty(server).unwrap_or_default();
    fs::write_private(&file(data), &text)
}

/// Removes the file, unless it is another server's by now.
pub(super) fn withdraw(data: &Path, instance_id: &str) -> Result<(), FsError> {
    match read(data)? {
        Some(server) if server.instance_id == instance_id => fs::remove_file(&file(data)),
        _ => Ok(()),
    }
}

/// A file that is not a discovery file counts as none: it can only be a damaged or a foreign one.
fn read(data: &Path) -> Result<Option<Discovered>, FsError> {
    let bytes = fs::read_optional(&file(data))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// A running server of another process (or of this one). While it lives, that server does not stop by itself.
pub struct Attachment {
    pub server: Discovered,
    _hold: TcpStream,
}

/// The server that owns the data folder; `None` if none runs, however many files say so. Blocks for at most a few
/// seconds.
pub fn discover(data: &Path) -> Result<Option<Attachment>, FsError> {
    let Some(server) = read(data)? else { return Ok(None) };
    Ok(attach(&server).map(|hold| Attachment { server, _hold: hold }))
}

fn attach(server: &Discovered) -> Option<TcpStream> {
    let address: SocketAddr = server.url.strip_prefix("http://")?.parse().ok()?;
    if !address.ip().is_loopback() {
        return None;
    }
    let mut stream = ask(address, gate::HEALTH, None)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let health: serde_json::Value = serde_json::from_str(body).ok()?;
    if !is_ok(head) || health.get("instance_id")?.as_str()? != server.instance_id {
        return None;
    }
    let mut hold = ask(address, "/_lakesmith/hold", Some(&server.token))?;
    let mut head = [0; 12];
    hold.read_exact(&mut head).ok()?;
    is_ok(std::str::from_utf8(&head).ok()?).then_some(hold)
}

fn is_ok(head: &str) -> bool {
    head.split(' ').nth(1) == Some("200")
}

/// HTTP/1.0, so that the answer is neither chunked nor kept open.
fn ask(address: SocketAddr, path: &str, token: Option<&str>) -> Option<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    Some(stream)
}
