//! The state machine: messages, ends of checks and ends of waiting in; messages, checks and waiting out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::diag::Severity;
use crate::project::Overlay;

use super::diagnostics::{Places, actions};
use super::document::Document;
use super::facts::Snapshot;
use super::frame::Frame;
use super::keys::Slot;
use super::position::Encoding;
use super::protocol::{ErrorCode, Message, failure, notification, request, response};
use super::rename::{self, Versions};
use super::requests::{self, Place, WITH_PLACE};
use super::session::{Project, Session};
use super::uri;

/// A check begins when nobody has typed for this long.
const QUIET: Duration = Duration::from_millis(100);

const FAILED: &str = "lakesmith could not check the project because of a defect of its own";

/// What happened.
#[derive(Debug)]
pub enum Input {
    Frame(Frame),
    /// The time of the last [`Output::Wait`] is over.
    Quiet,
    Checked(Box<Done>),
}

/// What the driver does next.
#[derive(Debug)]
pub enum Output {
    Send(Value),
    /// Tell [`Input::Quiet`] after this time; a later one replaces it.
    Wait(Duration),
    Check(Job),
    /// With this exit code.
    Exit(u8),
}

/// A check of a project with the editor's texts in it.
#[derive(Debug)]
pub struct Job {
    pub root: PathBuf,
    pub overlay: Overlay,
    /// A try of what a request asks about, by its number.
    trial: Option<u64>,
}

#[derive(Debug)]
pub struct Done {
    root: PathBuf,
    trial: Option<u64>,
    snapshot: Option<Snapshot>,
}

impl Job {
    /// `None`: the check itself failed.
    pub fn done(self, snapshot: Option<Snapshot>) -> Done {
        Done { root: self.root, trial: self.trial, snapshot }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Started,
    Running,
    ShutDown,
}

/// A request that waits for a check.
struct Waiting {
    id: Value,
    method: String,
    params: Value,
}

/// A request whose answer is in the check of other texts.
struct Trial {
    number: u64,
    id: Value,
    purpose: Purpose,
}

enum Purpose {
    /// An edit that is given if the project is as right with it.
    Rename {
        errors: usize,
        edit: Value,
    },
    Keys(Slot),
}

/// From a path to the folder of its project.
type Find = Box<dyn Fn(&Path) -> Option<PathBuf> + Send>;

pub struct Server {
    find: Find,
    phase: Phase,
    session: Session,
    waiting: Vec<Waiting>,
    trials: Vec<Trial>,
    next: u64,
    out: Vec<Output>,
}

impl Server {
    /// `find` gives the folder that holds the manifest at or above a path.
    pub fn new(find: impl Fn(&Path) -> Option<PathBuf> + Send + 'static) -> Self {
        Self {
            find: Box::new(find),
            phase: Phase::Started,
            session: Session::default(),
            waiting: Vec::new(),
            trials: Vec::new(),
            next: 0,
            out: Vec::new(),
        }
    }

    pub fn handle(&mut self, input: Input) -> Vec<Output> {
        match input {
            Input::Frame(Frame::Message(value)) => self.message(Message::of(value)),
            Input::Frame(Frame::Garbage(why)) => self.send(failure(&Value::Null, ErrorCode::ParseError, &why)),
            Input::Frame(Frame::End) => self.exit(),
            Input::Quiet => self.begin(),
            Input::Checked(done) => self.checked(*done),
        }
        std::mem::take(&mut self.out)
    }

    fn send(&mut self, message: Value) {
        self.out.push(Output::Send(message));
    }

    fn exit(&mut self) {
        // LSP 3.17, "Exit Notification".
        self.out.push(Output::Exit(u8::from(self.phase != Phase::ShutDown)));
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Request { id, method, params } => match (self.phase, method.as_str()) {
                (Phase::Started, "initialize") => self.initialize(&id, &params),
                (Phase::Started, _) => {
                    self.send(failure(&id, ErrorCode::ServerNotInitialized, "the server is not initialized"));
                }
                (Phase::Running, "initialize") => {
                    self.send(failure(&id, ErrorCode::InvalidRequest, "the server is initialized already"));
                }
                (Phase::Running, _) => self.request(id, method, params),
                (Phase::ShutDown, _) => self.send(failure(&id, ErrorCode::InvalidRequest, "the server is shut down")),
            },
            Message::Notification { method, .. } if method == "exit" => self.exit(),
            Message::Notification { method, params } if self.phase == Phase::Running => {
                self.notification(&method, &params);
            }
            Message::Invalid(id) => self.send(failure(&id, ErrorCode::InvalidRequest, "this is no message")),
            Message::Notification { .. } | Message::Response => {}
        }
    }

    fn initialize(&mut self, id: &Value, params: &Value) {
        self.phase = Phase::Running;
        let has = |path: &str| params.pointer(path).and_then(Value::as_bool) == Some(true);
        let lists = |path: &str, wanted: &str| {
            params.pointer(path).and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == wanted))
        };
        let client = &mut self.session.client;
        if lists("/capabilities/general/positionEncodings", "utf-8") {
            client.encoding = Encoding::Utf8;
        }
        client.watches = has("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
        client.document_changes = has("/capabilities/workspace/workspaceEdit/documentChanges");
        client.renames_files = lists("/capabilities/workspace/workspaceEdit/resourceOperations", "rename");
        let encoding = client.encoding.name();
        let folders = params.get("workspaceFolders").and_then(Value::as_array).into_iter().flatten();
        let folders = folders.filter_map(|folder| folder.get("uri")).chain(params.get("rootUri"));
        for path in folders.filter_map(Value::as_str).filter_map(uri::path).collect::<Vec<_>>() {
            self.open(&path);
        }
        let capabilities = json!({
            "positionEncoding": encoding,
            "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
            "hoverProvider": true,
            "definitionProvider": true,
            "referencesProvider": true,
            "renameProvider": { "prepareProvider": true },
            "codeActionProvider": { "codeActionKinds": ["quickfix"] },
            "completionProvider": { "triggerCharacters": [".", "'", "\""] },
        });
        let info = json!({ "name": "lakesmith", "version": env!("CARGO_PKG_VERSION") });
        self.send(response(id, json!({ "capabilities": capabilities, "serverInfo": info })));
    }

    /// Makes the project at or above a path known.
    fn open(&mut self, path: &Path) -> Option<PathBuf> {
        let root = (self.find)(path)?;
        let new = || Project { dirty: true, ..Project::default() };
        self.session.projects.entry(root.clone()).or_insert_with(new);
        Some(root)
    }

    fn notification(&mut self, method: &str, params: &Value) {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).map(str::to_string);
        match (method, uri) {
            ("initialized", _) => {
                if self.session.client.watches {
                    self.watch();
                }
                self.begin();
            }
            ("textDocument/didOpen", Some(uri)) => {
                let Some(path) = uri::path(&uri) else { return };
                let Some(text) = params.pointer("/textDocument/text").and_then(Value::as_str) else { return };
                let version = params.pointer("/textDocument/version").and_then(Value::as_i64);
                let root = self.open(&path);
                self.session.documents.insert(uri, Document { path, version, text: text.to_string() });
                self.changed(root.as_deref(), Duration::ZERO);
            }
            ("textDocument/didChange", Some(uri)) => {
                let encoding = self.session.client.encoding;
                let Some(document) = self.session.documents.get_mut(&uri) else { return };
                let changes = params.get("contentChanges").unwrap_or(&Value::Null);
                if document.change(changes, encoding).is_some() {
                    document.version = params.pointer("/textDocument/version").and_then(Value::as_i64);
                }
                let path = document.path.clone();
                let root = self.session.place(&path).map(|(root, _)| root.clone());
                self.changed(root.as_deref(), QUIET);
            }
            ("textDocument/didClose", Some(uri)) => {
                let Some(document) = self.session.documents.remove(&uri) else { return };
                let root = self.session.place(&document.path).map(|(root, _)| root.clone());
                self.changed(root.as_deref(), QUIET);
            }
            ("textDocument/didSave", Some(uri)) => {
                let path = uri::path(&uri);
                let root = path.and_then(|path| self.open(&path));
                self.changed(root.as_deref(), Duration::ZERO);
            }
            ("workspace/didChangeWatchedFiles", _) => {
                for change in params.get("changes").and_then(Value::as_array).into_iter().flatten() {
                    let path = change.get("uri").and_then(Value::as_str).and_then(uri::path);
                    let root = path.and_then(|path| self.open(&path));
                    self.changed(root.as_deref(), QUIET);
                }
            }
            ("$/cancelRequest", _) => {
                let id = params.get("id").cloned().unwrap_or_default();
                let waits = self.waiting.iter().any(|waiting| waiting.id == id);
                if waits || self.trials.iter().any(|trial| trial.id == id) {
                    self.waiting.retain(|waiting| waiting.id != id);
                    self.trials.retain(|trial| trial.id != id);
                    self.send(failure(&id, ErrorCode::RequestCancelled, "cancelled"));
                }
            }
            _ => {}
        }
    }

    fn watch(&mut self) {
        let watchers = json!([{ "globPattern": "**/*.{sql,yml,yaml,json,csv}" }]);
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        self.next += 1;
        let params = json!({ "registrations": [registration] });
        self.send(request(self.next, "client/registerCapability", params));
    }

    fn changed(&mut self, root: Option<&Path>, wait: Duration) {
        let Some(project) = root.and_then(|root| self.session.projects.get_mut(root)) else { return };
        project.dirty = true;
        if wait.is_zero() { self.begin() } else { self.out.push(Output::Wait(wait)) }
    }

    /// Begins the checks of whatever changed.
    fn begin(&mut self) {
        for root in self.session.begin() {
            let overlay = self.session.overlay(&root);
            self.out.push(Output::Check(Job { root, overlay, trial: None }));
        }
    }

    fn checked(&mut self, done: Done) {
        if let Some(number) = done.trial {
            return self.tried(number, done.snapshot.as_ref());
        }
        if let Some(project) = self.session.projects.get_mut(&done.root) {
            project.running = false;
        }
        match done.snapshot {
            Some(snapshot) => {
                for params in self.session.learn(&done.root, snapshot) {
                    self.send(notification("textDocument/publishDiagnostics", params));
                }
            }
            // What was published before stays: it may still hold.
            None => self.send(notification("window/showMessage", json!({ "type": 1, "message": FAILED }))),
        }
        if self.session.projects.values().any(|project| project.due && !project.running) {
            self.begin();
        }
        for waiting in std::mem::take(&mut self.waiting) {
            self.request(waiting.id, waiting.method, waiting.params);
        }
    }

    fn request(&mut self, id: Value, method: String, params: Value) {
        match method.as_str() {
            "shutdown" => {
                self.phase = Phase::ShutDown;
                self.send(response(&id, Value::Null));
            }
            "textDocument/codeAction" => self.send(response(&id, actions(&params))),
            method if WITH_PLACE.contains(&method) => self.at_place(id, method, params),
            method => self.send(failure(&id, ErrorCode::MethodNotFound, &format!("`{method}` is not supported"))),
        }
    }

    fn at_place(&mut self, id: Value, method: &str, params: Value) {
        let session = &self.session;
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
        let Some(document) = session.documents.get(uri) else {
            return self.send(failure(&id, ErrorCode::InvalidParams, "the text is not open"));
        };
        let Some(offset) = requests::offset(&document.text, &params, session.client.encoding) else {
            return self.send(failure(&id, ErrorCode::InvalidParams, "there is no position"));
        };
        let Some((root, file)) = session.place(&document.path) else {
            return self.send(response(&id, Value::Null));
        };
        if method == "textDocument/completion"
            && let Some(slot) = Slot::at(&file, &document.text, offset, session.client.encoding)
        {
            let root = root.clone();
            let mut overlay = session.overlay(&root);
            overlay.put(&slot.file, slot.probed.clone());
            return self.attempt(id, root, overlay, Purpose::Keys(slot));
        }
        let Some(project) = session.projects.get(root) else { return };
        if !project.is_fresh() && (requests::waits(method) || project.facts.is_none()) {
            // Nobody waits for the end of the typing who asks for an answer.
            self.waiting.push(Waiting { id, method: method.to_string(), params });
            return self.begin();
        }
        let Some(facts) = project.facts.clone() else { return self.send(response(&id, Value::Null)) };
        let (sound, errors, root) = (project.sound.clone(), project.errors, root.clone());
        let of = |name: &str| session.uri(&root, name);
        let encoding = session.client.encoding;
        let (text, sound) = (document.text.as_str(), sound.as_deref());
        let place = Place { file: &file, text, offset, encoding, facts: &facts, sound, uri: &of };
        if method != "textDocument/rename" {
            let message = match place.answer(method, &params) {
                Ok(value) => response(&id, value),
                Err(why) => failure(&id, ErrorCode::RequestFailed, &why),
            };
            return self.send(message);
        }
        let new = params.get("newName").and_then(Value::as_str).unwrap_or_default();
        let edits = match at_subject(&place) {
            Some(subject) => rename::edits(&facts, &subject, new),
            None => Err("nothing that can be renamed stands here".to_string()),
        };
        let versions = Versions {
            document_changes: session.client.document_changes,
            renames_files: session.client.renames_files,
            of: &|name| session.version(&root, name),
        };
        let prepared = edits.and_then(|edits| {
            let places = Places { encoding, uri: &of };
            let edit = edits.json(&places, &versions);
            let edit = edit.ok_or("the editor cannot rename the file that makes the table")?;
            let mut overlay = session.overlay(&root);
            edits.apply(&facts, &mut overlay);
            Ok((edit, overlay))
        });
        match prepared {
            Err(why) => self.send(failure(&id, ErrorCode::RequestFailed, &why)),
            Ok((edit, overlay)) => self.attempt(id, root, overlay, Purpose::Rename { errors, edit }),
        }
    }

    /// Asks for a check of other texts, for the sake of one answer.
    fn attempt(&mut self, id: Value, root: PathBuf, overlay: Overlay, purpose: Purpose) {
        self.next += 1;
        let number = self.next;
        self.trials.push(Trial { number, id, purpose });
        self.out.push(Output::Check(Job { root, overlay, trial: Some(number) }));
    }

    /// Gives an edit only if the project is as right with it as it is without.
    fn tried(&mut self, number: u64, snapshot: Option<&Snapshot>) {
        let Some(at) = self.trials.iter().position(|trial| trial.number == number) else { return };
        let trial = self.trials.remove(at);
        let Some(snapshot) = snapshot else {
            return self.send(failure(&trial.id, ErrorCode::RequestFailed, FAILED));
        };
        let (before, edit) = match trial.purpose {
            Purpose::Keys(slot) => return self.send(response(&trial.id, slot.list(&snapshot.findings))),
            Purpose::Rename { errors, edit } => (errors, edit),
        };
        let mut errors = snapshot.findings.iter().filter(|finding| finding.severity == Severity::Error);
        if snapshot.findings.count(Severity::Error) <= before {
            return self.send(response(&trial.id, edit));
        }
        let first = errors.next().map(|finding| {
            let place = finding.location.as_ref().map(|location| location.display()).unwrap_or_default();
            format!("{place}: {}", finding.message)
        });
        let message = format!("the rename would leave an error at {}", first.unwrap_or_default());
        self.send(failure(&trial.id, ErrorCode::RequestFailed, &message));
    }
}

/// By what is known of the text as it is: an edit must not rest on anything else.
fn at_subject(place: &Place<'_>) -> Option<super::at::Subject> {
    let (facts, subject, _) = place.subject()?;
    std::ptr::eq(facts, place.facts).then_some(subject)
}
