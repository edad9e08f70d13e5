//! The law of the editor: after every change the server has published what a server says that sees the texts for the
//! first time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Editor;
use crate::support::TestProject;

const LIBRARY: &str = "sql/insurance/silver/action_library.sql";
const DAILY: &str = "sql/insurance/gold/leakage_daily.sql";
const BOARD: &str = "dashboards/insurance/executive_overview.lvdash.json";
const PIPELINE: &str = "jobs/insurance/pipeline.yml";
const NEW: &str = "sql/insurance/gold/actions_by_owner.sql";
const NEW_SQL: &str = "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\n\
                       SELECT owner, COUNT(*) AS actions FROM {{ ref('silver.action_library') }} GROUP BY ownr;\n";

/// Something that happens to the project.
enum Event<'e> {
    /// A text is opened or typed into: the only occurrence of a part becomes another.
    Type(&'e str, &'e str, &'e str),
    Close(&'e str),
    /// The editor's text is written to the disk.
    Save(&'e str),
    /// Another program writes a file, and the client tells of it, or not.
    Write(&'e str, &'e str, bool),
    Delete(&'e str),
}

/// An editor, the texts that it holds with their versions, and what is published of each file.
struct Session<'p> {
    editor: Editor<'p>,
    texts: BTreeMap<String, (String, i64)>,
    published: BTreeMap<String, Value>,
}

impl<'p> Session<'p> {
    fn start(project: &'p TestProject) -> Self {
        Self { editor: Editor::start(project), texts: BTreeMap::new(), published: BTreeMap::new() }
    }

    fn open(&mut self, path: &str, text: &str) {
        self.editor.open(path, text);
        self.texts.insert(path.to_string(), (text.to_string(), 1));
    }

    fn type_text(&mut self, path: &str, from: &str, to: &str) {
        if !self.texts.contains_key(path) {
            let text = self.editor.project.read(path);
            self.open(path, &text);
        }
        let (text, version) = self.texts.get_mut(path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{path}: {from}");
        *text = text.replace(from, to);
        *version += 1;
        let (text, version) = (text.clone(), *version);
        self.editor.replace(path, &text, version);
    }

    fn watched(&mut self, path: &str, kind: i64) {
        let changes = json!([{ "uri": self.editor.uri(path), "type": kind }]);
        self.editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    fn happens(&mut self, event: &Event<'_>) {
        let project = self.editor.project;
        match *event {
            Event::Type(path, from, to) => self.type_text(path, from, to),
            Event::Close(path) => {
                self.texts.remove(path);
                let document = json!({ "uri": self.editor.uri(path) });
                self.editor.tell("textDocument/didClose", json!({ "textDocument": document }));
            }
            Event::Save(path) => {
                project.write(path, &self.texts[path].0);
                let document = json!({ "uri": self.editor.uri(path) });
                self.editor.tell("textDocument/didSave", json!({ "textDocument": document }));
            }
            Event::Write(path, text, told) => {
                let kind = if project.root().join(path).exists() { 2 } else { 1 };
                project.write(path, text);
                if told {
                    self.watched(path, kind);
                }
            }
            Event::Delete(path) => {
                std::fs::remove_file(project.root().join(path)).unwrap();
                self.watched(path, 3);
            }
        }
    }

    /// What is published in the end, by file. A rename waits until the texts as they are were checked, and that what it
    /// asks for is no name ends it.
    fn settled(&mut self) -> BTreeMap<String, Value> {
        let (path, (text, _)) = self.texts.iter().next().map(|(path, text)| (path.clone(), text.clone())).unwrap();
        self.editor.at("textDocument/rename", &path, &text, "", json!({ "newName": "no name" }));
        let root = self.editor.uri("");
        for message in std::mem::take(&mut self.editor.kept) {
            if message["method"] == "textDocument/publishDiagnostics" {
                let file = message["params"]["uri"].as_str().unwrap().strip_prefix(&root).unwrap().to_string();
                self.published.insert(file, message["params"]["diagnostics"].clone());
            }
        }
        self.published.retain(|_, findings| findings != &json!([]));
        self.published.clone()
    }
}

#[track_caller]
fn obeys(project: &TestProject, events: &[(&str, Event<'_>)]) {
    let mut session = Session::start(project);
    session.open(DAILY, &project.read(DAILY));
    let mut seen = Vec::new();
    for (what, event) in events {
        session.happens(event);
        let told = session.settled();
        let mut fresh = Session::start(project);
        for (path, (text, _)) in &session.texts {
            fresh.open(path, text);
        }
        assert_eq!(told, fresh.settled(), "{what}");
        seen.push(told);
    }
    // Most of what happens is meant to change what is wrong.
    let others = seen.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(others * 2 >= events.len(), "{others} of {}", events.len());
}

fn insurance(protect: bool) -> TestProject {
    let project = TestProject::repository();
    if !protect {
        project.edit("lakesmith.yml", "    protect: true\n", "");
    }
    project
}

#[test]
fn what_is_published_does_not_depend_on_what_was_typed_before() {
    let broken = "    call_date,\n    COUNT_IF(is_avoidable) AS sample_calls,";
    let slip = "    call_date,\n    COUNT_IF(is_avoidabel) AS sample_calls,";
    let list = "  COALESCE(m.interventions, 0) AS past_interventions,\n";
    let renamed = "  COALESCE(m.interventions, 0) AS past_intervention,\n";
    obeys(
        &insurance(false),
        &[
            ("a column that is not there", Event::Type(DAILY, broken, slip)),
            ("a query that does not parse", Event::Type(DAILY, "FROM dense\n", "FROM FROM dense\n")),
            ("a call that is not closed", Event::Type(DAILY, "{{ var('trend_days') }}", "{{ var('trend_days'")),
            ("the call mended", Event::Type(DAILY, "{{ var('trend_days'", "{{ var('trend_days') }}")),
            ("the query mended", Event::Type(DAILY, "FROM FROM dense\n", "FROM dense\n")),
            ("the column mended", Event::Type(DAILY, slip, broken)),
            ("a column that others read is gone", Event::Type(LIBRARY, list, renamed)),
            ("what others read is back", Event::Type(LIBRARY, renamed, list)),
            ("a dashboard's column", Event::Type(BOARD, "SELECT d.journey,", "SELECT d.journei,")),
            ("a key of a pipeline", Event::Type(PIPELINE, "serverless: true", "serverles: true")),
            ("another program's file", Event::Write(NEW, NEW_SQL, true)),
            ("the key mended", Event::Type(PIPELINE, "serverles: true", "serverless: true")),
            ("closed without saving", Event::Close(BOARD)),
            ("a slip in what is saved next", Event::Type(LIBRARY, "  m.cx_lift AS", "  m.cx_lifd AS")),
            ("saved", Event::Save(LIBRARY)),
            ("closed after saving", Event::Close(LIBRARY)),
            ("the new file is gone", Event::Delete(NEW)),
        ],
    );
}

/// Rules that follow the lineage: each check is a whole one.
#[test]
fn rules_over_the_whole_project_are_kept() {
    let column = "  t.sample_calls,\n";
    let slip = "  t.sample_cals,\n";
    obeys(
        &insurance(true),
        &[
            ("a column that is not there", Event::Type(DAILY, column, slip)),
            ("mended", Event::Type(DAILY, slip, column)),
        ],
    );
}

/// Not every client tells of files that others save. The next check knows of them all the same.
#[test]
fn files_that_nobody_tells_of_are_seen() {
    let project = insurance(false);
    let mut session = Session::start(&project);
    session.open(DAILY, &project.read(DAILY));
    assert!(session.settled().keys().all(|file| file != LIBRARY));
    let wrong = project.read(LIBRARY).replace("  m.cx_lift AS", "  m.cx_lifd AS");
    session.happens(&Event::Write(LIBRARY, &wrong, false));
    // The system tells of it on a thread of its own.
    for (from, to) in [("FROM dense\n", "FROM  dense\n"), ("FROM  dense\n", "FROM dense\n")].iter().cycle().take(20) {
        session.type_text(DAILY, from, to);
        if session.settled().contains_key(LIBRARY) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{:#?}", session.published);
}
