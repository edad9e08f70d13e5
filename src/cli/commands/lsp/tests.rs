use std::path::Path;

use serde_json::{Value, json};

use super::checks::Checks;
use crate::cli::settings::Choice;
use crate::lsp::{Frame, Input, Outcome, Output, Server, Task};

const MODEL: &str = "sql/bronze/one.sql";
const RIGHT: &str = "CREATE MATERIALIZED VIEW {{ this }} AS SELECT 1 AS a;\n";
const WRONG: &str = "CREATE MATERIALIZED VIEW {{ this }} AS SELECT nothing AS a;\n";
const JOBS: &str = "jobs/shop.yml";
const JOBS_YML: &str = "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
                        pipelines:\n  main: { name: shop, catalog: shop, schema: bronze, serverless: true, sql: [sql] }\n";

/// A project, a server that has opened nothing, and the checks that it asks for.
struct Editor {
    folder: tempfile::TempDir,
    server: Server,
    checks: Checks,
    version: i64,
}

impl Editor {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze } }\n";
        for (path, text) in [("lakesmith.yml", manifest), (JOBS, JOBS_YML), (MODEL, RIGHT)] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let root = folder.path().to_path_buf();
        let mut server = Server::new(move |_: &Path| Some(root.clone()));
        let initialize = json!({ "id": 1, "method": "initialize", "params": {} });
        server.handle(Input::Frame(Frame::Message(initialize)));
        Self { folder, server, checks: Checks::new(Choice::default()), version: 0 }
    }

    /// Sends a notification about a file. Whether the check after it went on from the last one, and the codes it found.
    fn tell(&mut self, method: &str, path: &str, mut params: Value) -> (bool, Vec<String>) {
        self.version += 1;
        params["textDocument"]["uri"] = json!(format!("file://{}", self.folder.path().join(path).display()));
        params["textDocument"]["version"] = json!(self.version);
        let message = json!({ "method": method, "params": params });
        let mut outputs = self.server.handle(Input::Frame(Frame::Message(message)));
        outputs.extend(self.server.handle(Input::Quiet));
        let check = outputs.into_iter().find_map(|output| match output {
            Output::Do(job) => match job.task.clone() {
                Task::Check(changed) => Some((job, changed)),
                _ => None,
            },
            _ => None,
        });
        let (job, changed) = check.expect("a check");
        let quick = self.checks.go_on(&job, &changed);
        let went_on = quick.is_some();
        let findings = quick.unwrap_or_else(|| self.checks.whole(&job));
        self.checks.prepare();
        let codes = findings.iter().map(|finding| finding.code.to_string()).collect();
        self.server.handle(Input::Done(Box::new(job.done(Outcome::Found(findings)))));
        (went_on, codes)
    }

    fn open(&mut self, path: &str, text: &str) -> (bool, Vec<String>) {
        self.tell("textDocument/didOpen", path, json!({ "textDocument": { "text": text } }))
    }

    fn change(&mut self, path: &str, text: &str) -> (bool, Vec<String>) {
        self.tell("textDocument/didChange", path, json!({ "contentChanges": [{ "text": text }] }))
    }
}

const NONE: Vec<String> = Vec::new();

#[test]
fn a_check_goes_on_from_the_last_one() {
    let mut editor = Editor::new();
    assert_eq!(editor.open(MODEL, RIGHT), (false, NONE));
    assert_eq!(editor.change(MODEL, WRONG), (true, vec!["LS402".to_string()]));
    assert_eq!(editor.change(MODEL, RIGHT), (true, NONE));
}

/// A text that the editor takes over as it is on the disk is no change, whatever the file is, and neither is its end.
#[test]
fn opening_and_closing_change_nothing() {
    let mut editor = Editor::new();
    editor.open(MODEL, RIGHT);
    for _ in 0..2 {
        assert_eq!(editor.open(JOBS, JOBS_YML), (true, NONE));
        assert_eq!(editor.tell("textDocument/didSave", JOBS, json!({})), (true, NONE));
        assert_eq!(editor.tell("textDocument/didClose", JOBS, json!({})), (true, NONE));
    }
    let (went_on, codes) = editor.open(JOBS, &JOBS_YML.replace("serverless: true", "serverless: 5"));
    assert!(!went_on && !codes.is_empty(), "{codes:?}");
    assert_eq!(editor.tell("textDocument/didClose", JOBS, json!({})), (false, NONE));
}

/// What is none of the project's files changes nothing.
#[test]
fn other_files_do_not_count() {
    let mut editor = Editor::new();
    editor.open(MODEL, RIGHT);
    assert_eq!(editor.open("notes/x.sql", "SELECT 1"), (true, NONE));
}
