//! JSON-RPC 2.0 messages, as far as the server uses them.

use serde_json::{Value, json};

/// What the client sent.
#[derive(Debug)]
pub(super) enum Message {
    Request {
        id: Value,
        method: String,
        params: Value,
    },
    Notification {
        method: String,
        params: Value,
    },
    /// To a request of the server.
    Response,
    /// None of these; with the id, where there is one.
    Invalid(Value),
}

/// The error codes of JSON-RPC and of the protocol (LSP 3.17, "Response Message").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ErrorCode {
    ParseError = -32700,
    InvalidRequest = -32600,
    MethodNotFound = -32601,
    InvalidParams = -32602,
    ServerNotInitialized = -32002,
    RequestFailed = -32803,
    RequestCancelled = -32800,
}

impl Message {
    pub(super) fn of(value: Value) -> Self {
        let Value::Object(mut object) = value else { return Self::Invalid(Value::Null) };
        let id = object.remove("id");
        let params = object.remove("params").unwrap_or(Value::Null);
        match (object.remove("method"), id) {
            (Some(Value::String(method)), Some(id)) if id.is_string() || id.is_number() => {
                Self::Request { id, method, params }
            }
            (Some(Value::String(method)), None) => Self::Notification { method, params },
            (None, Some(_)) if object.contains_key("result") || object.contains_key("error") => Self::Response,
            (_, id) => Self::Invalid(id.unwrap_or(Value::Null)),
        }
    }
}

pub(super) fn response(id: &Value, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

pub(super) fn failure(id: &Value, code: ErrorCode, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code as i32, "message": message } })
}

pub(super) fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

pub(super) fn request(id: u64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": format!("lakesmith-{id}"), "method": method, "params": params })
}
