//! A process-local HTTP server that is whoever a test needs, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::json;

/// Answers every request with what `answer` says of `METHOD /path` and the whole request: status and body; where the status
/// is a redirect, the body says where to.
pub struct Fake {
    pub address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    pub fn new(answer: impl Fn(&str, &str, &str) -> (u16, String) + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (log, own) = (Arc::clone(&asked), address.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, own, answer) = (Arc::clone(&log), own.clone(), answer.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &log, |line, whole| answer(line, whole, &own)));
            }
        });
        Self { address, asked }
    }

    /// A workspace with OAuth: `issued` is its token, and `given` is one that it takes, too.
    pub fn workspace() -> Self {
        Self::new(|line, whole, own| match line {
            "GET /oidc/.well-known/oauth-authorization-server" => {
                let endpoint = |name: &str| format!("{own}/oidc/v1/{name}");
                let body =
                    json!({ "authorization_endpoint": endpoint("authorize"), "token_endpoint": endpoint("token") });
                (200, body.to_string())
            }
            "POST /oidc/v1/token" => (200, json!({ "access_token": "issued", "expires_in": 3600 }).to_string()),
            "GET /api/2.0/preview/scim/v2/Me" => {
                match ["issued", "given"].iter().any(|token| whole.contains(&format!("Bearer {token}"))) {
                    true => (200, json!({ "userName": "ann@shop.test" }).to_string()),
                    false => (401, json!({ "error_code": "UNAUTHENTICATED", "message": "who are you?" }).to_string()),
                }
            }
            _ => (404, "{}".to_string()),
        })
    }

    /// Whole requests, headers and bodies.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// One connection, with as many requests as come.
pub fn serve(stream: impl Read + Write, log: &Mutex<Vec<String>>, answer: impl Fn(&str, &str) -> (u16, String)) {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            head.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        let whole = format!("{head}{}", String::from_utf8_lossy(&body));
        let line = head.lines().next().unwrap().rsplit_once(' ').unwrap().0.to_string();
        log.lock().unwrap().push(whole.clone());
        let (status, body) = answer(&line, &whole);
        let length = body.len();
        let location = if (300..400).contains(&status) { format!("location: {body}\r\n") } else { String::new() };
        let kind = "content-type: application/json";
        let head = format!("HTTP/1.1 {status} x\r\n{location}{kind}\r\ncontent-length: {length}\r\n\r\n");
        let writer = stream.get_mut();
        if writer.write_all(format!("{head}{body}").as_bytes()).and_then(|()| writer.flush()).is_err() {
            return;
        }
    }
}
