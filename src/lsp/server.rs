//! The state machine: messages, ends of jobs and ends of waiting in; messages, jobs and waiting out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::answers::Waiting;
use super::document::Document;
use super::frame::Frame;
use super::initialize::{initialize, watched};
use super::job::{Done, Job, Outcome, Task};
use super::protocol::{ErrorCode, Message, failure, notification, request, response};
use super::session::{Project, Session};
use super::trial::Trial;
use super::uri;

/// A check begins when nobody has typed for this long.
const QUIET: Duration = Duration::from_millis(100);
/// What answers are made from is learned when nobody has typed for this long after a check, or when somebody asks.
const IDLE: Duration = Duration::from_millis(400);

pub(super) const FAILED: &str = "lakesmith could not check the project because of a defect of its own";

/// What happened.
#[derive(Debug)]
pub enum Input {
    Frame(Frame),
    /// The time of the last [`Output::Wait`] is over.
    Quiet,
    Done(Box<Done>),
}

/// What the driver does next.
#[derive(Debug)]
pub enum Output {
    Send(Value),
    /// Tell [`Input::Quiet`] after this time; a later one replaces it.
    Wait(Duration),
    /// Tell [`Input::Done`] in the end. A project's checks come one after the other; jobs of other tasks must not hold
    /// them up.
    Do(Job),
    /// With this exit code.
    Exit(u8),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Started,
    Running,
    ShutDown,
}

/// From a path to the folder of its project.
type Find = Box<dyn Fn(&Path) -> Option<PathBuf> + Send>;

pub struct Server {
    find: Find,
    pub(super) phase: Phase,
    pub(super) session: Session,
    pub(super) waiting: Vec<Waiting>,
    pub(super) trials: Vec<Trial>,
    /// The number of the last request or try.
    pub(super) last: u64,
    pub(super) out: Vec<Output>,
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
            last: 0,
            out: Vec::new(),
        }
    }

    pub fn handle(&mut self, input: Input) -> Vec<Output> {
        match input {
            Input::Frame(Frame::Message(value)) => self.message(Message::of(value)),
            Input::Frame(Frame::Garbage(why)) => self.send(failure(&Value::Null, ErrorCode::ParseError, &why)),
            Input::Frame(Frame::End) => self.exit(),
            Input::Quiet => {
                self.begin();
                self.learn();
            }
            Input::Done(done) => self.done(*done),
        }
        std::mem::take(&mut self.out)
    }

    pub(super) fn send(&mut self, message: Value) {
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
        let (result, folders) = initialize(&mut self.session.client, params);
        for path in folders {
            self.open(&path);
        }
        self.send(response(id, result));
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
                    self.last += 1;
                    self.send(request(self.last, "client/registerCapability", watched()));
                }
                self.begin();
            }
            ("textDocument/didOpen", Some(uri)) => {
                let Some(path) = uri::path(&uri) else { return };
                let Some(text) = params.pointer("/textDocument/text").and_then(Value::as_str) else { return };
                let version = params.pointer("/textDocument/version").and_then(Value::as_i64);
                self.open(&path);
                let document = Document { path: path.clone(), version, text: text.to_string() };
                self.session.documents.insert(uri, document);
                self.changed(&path, Duration::ZERO);
            }
            ("textDocument/didChange", Some(uri)) => {
                let encoding = self.session.client.encoding;
                let Some(document) = self.session.documents.get_mut(&uri) else { return };
                let changes = params.get("contentChanges").unwrap_or(&Value::Null);
                if document.change(changes, encoding).is_some() {
                    document.version = params.pointer("/textDocument/version").and_then(Value::as_i64);
                }
                let path = document.path.clone();
                self.changed(&path, QUIET);
            }
            ("textDocument/didClose", Some(uri)) => {
                let Some(document) = self.session.documents.remove(&uri) else { return };
                self.changed(&document.path, QUIET);
            }
            ("textDocument/didSave", Some(uri)) => {
                let Some(path) = uri::path(&uri) else { return };
                self.open(&path);
                self.changed(&path, Duration::ZERO);
            }
            ("workspace/didChangeWatchedFiles", _) => {
                for change in params.get("changes").and_then(Value::as_array).into_iter().flatten() {
                    let Some(path) = change.get("uri").and_then(Value::as_str).and_then(uri::path) else { continue };
                    self.open(&path);
                    self.changed(&path, QUIET);
                }
            }
            ("$/cancelRequest", _) => self.cancel(params.get("id").unwrap_or(&Value::Null)),
            _ => {}
        }
    }

    /// The file's text may be another, in the editor or on the disk.
    fn changed(&mut self, path: &Path, wait: Duration) {
        let Some((root, file)) = self.session.place(path).map(|(root, file)| (root.clone(), file)) else { return };
        let Some(project) = self.session.projects.get_mut(&root) else { return };
        project.change(file);
        if wait.is_zero() { self.begin() } else { self.out.push(Output::Wait(wait)) }
    }

    /// Begins the checks of whatever changed.
    pub(super) fn begin(&mut self) {
        for (root, changed) in self.session.begin() {
            let (overlay, number) = (self.session.overlay(&root), self.session.edition(&root));
            self.out.push(Output::Do(Job { root, overlay, task: Task::Check(changed), number }));
        }
    }

    /// Begins to learn of what is checked.
    fn learn(&mut self) {
        let idle = self.session.projects.iter().filter(|(_, project)| project.is_idle());
        for root in idle.map(|(root, _)| root.clone()).collect::<Vec<_>>() {
            self.learn_of(&root);
        }
    }

    pub(super) fn learn_of(&mut self, root: &Path) {
        let Some(project) = self.session.projects.get_mut(root) else { return };
        if project.learning || project.is_known() {
            return;
        }
        project.learning = true;
        let (number, overlay) = (project.edition, self.session.overlay(root));
        self.out.push(Output::Do(Job { root: root.to_path_buf(), overlay, task: Task::Learn, number }));
    }

    fn done(&mut self, done: Done) {
        let Done { root, task, number, outcome } = done;
        if task == Task::Try {
            return self.tried(number, &outcome);
        }
        if let Some(project) = self.session.projects.get_mut(&root) {
            match task {
                Task::Check(_) => project.running = false,
                Task::Learn | Task::Try => (project.learning, project.known) = (false, Some(number)),
            }
        }
        match outcome {
            Outcome::Found(findings) => {
                for params in self.session.find(&root, &findings) {
                    self.send(notification("textDocument/publishDiagnostics", params));
                }
            }
            Outcome::Learned(snapshot) => self.session.learn(&root, snapshot, number),
            // What was published before stays: it may still hold.
            Outcome::Failed => self.send(notification("window/showMessage", json!({ "type": 1, "message": FAILED }))),
        }
        self.proceed();
    }

    /// What can be done when a job has ended.
    fn proceed(&mut self) {
        if self.session.projects.values().any(|project| project.due && !project.running) {
            self.begin();
        }
        for waiting in std::mem::take(&mut self.waiting) {
            self.request(waiting.id, waiting.method, waiting.params);
        }
        let projects = &self.session.projects;
        if projects.values().any(|project| project.is_idle() && project.known.is_none()) {
            self.learn();
        } else if projects.values().any(Project::is_idle) && projects.values().all(|project| !project.dirty) {
            self.out.push(Output::Wait(IDLE));
        }
    }
}
