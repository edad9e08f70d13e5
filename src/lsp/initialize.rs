//! What the client can do, and what the server offers it.

use serde_json::{Value, json};

use super::position::Encoding;
use super::session::Client;
use super::uri;

/// Reads the parameters of `initialize`; gives the result, and the paths that the client has opened.
pub(super) fn initialize(client: &mut Client, params: &Value) -> (Value, Vec<std::path::PathBuf>) {
    let has = |path: &str| params.pointer(path).and_then(Value::as_bool) == Some(true);
    let lists = |path: &str, wanted: &str| {
        params.pointer(path).and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == wanted))
    };
    if lists("/capabilities/general/positionEncodings", "utf-8") {
        client.encoding = Encoding::Utf8;
    }
    client.watches = has("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
    client.document_changes = has("/capabilities/workspace/workspaceEdit/documentChanges");
    client.renames_files = lists("/capabilities/workspace/workspaceEdit/resourceOperations", "rename");
    let folders = params.get("workspaceFolders").and_then(Value::as_array).into_iter().flatten();
    let folders = folders.filter_map(|folder| folder.get("uri")).chain(params.get("rootUri"));
    let folders = folders.filter_map(Value::as_str).filter_map(uri::path).collect();
    let capabilities = json!({
        "positionEncoding": client.encoding.name(),
        "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
        "hoverProvider": true,
        "definitionProvider": true,
        "referencesProvider": true,
        "renameProvider": { "prepareProvider": true },
        "codeActionProvider": { "codeActionKinds": ["quickfix"] },
        "completionProvider": { "triggerCharacters": [".", "'", "\""] },
    });
    let info = json!({ "name": "lakesmith", "version": env!("CARGO_PKG_VERSION") });
    (json!({ "capabilities": capabilities, "serverInfo": info }), folders)
}

/// Parameters of `client/registerCapability`: the client is to tell of files that others save.
pub(super) fn watched() -> Value {
    let watchers = json!([{ "globPattern": "**/*.{sql,yml,yaml,json,csv}" }]);
    let registration = json!({
        "id": "files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": { "watchers": watchers },
    });
    json!({ "registrations": [registration] })
}
