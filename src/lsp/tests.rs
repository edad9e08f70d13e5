use super::position::{Encoding, Lines, Position};
use super::query::{Query, What};
use super::shift::Shift;
use super::{Frame, Input, Job, Outcome, Output, Server, Snapshot, Task, read, uri};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};

use serde_json::{Value, json};
use std::path::Path;

/// LSP 3.17, "Position": the same column in `a𐐀b` is 1, 3 and 2, 3 in the example of the document.
#[test]
fn positions_count_code_units() {
    let text = "a𐐀b\r\ncé\rd\n";
    let lines = Lines::new(text);
    let at = |line, character| Position { line, character };
    assert_eq!(lines.offset(at(0, 3), Encoding::Utf16), 5);
    assert_eq!(lines.offset(at(0, 5), Encoding::Utf8), 5);
    // In the middle of a character: before it.
    assert_eq!(lines.offset(at(0, 2), Encoding::Utf16), 1);
    assert_eq!(lines.offset(at(0, 99), Encoding::Utf16), 6);
    assert_eq!(lines.offset(at(9, 0), Encoding::Utf16), text.len());
    assert_eq!(lines.position(5, Encoding::Utf16), at(0, 3));
    assert_eq!(lines.position(11, Encoding::Utf16), at(1, 2));
    assert_eq!(lines.position(11, Encoding::Utf8), at(1, 3));
    assert_eq!(lines.position(12, Encoding::Utf16), at(2, 0));
}

#[test]
fn addresses_and_paths_are_each_others_inverse() {
    let path = Path::new("/tmp/a b/ü#%.sql");
    assert_eq!(uri::uri(path), "file:///tmp/a%20b/%C3%BC%23%25.sql");
    assert_eq!(uri::path(&uri::uri(path)).as_deref(), Some(path));
    assert_eq!(uri::path("file:///c%3A/x.sql").as_deref(), Some(Path::new("c:/x.sql")));
    assert_eq!(uri::path("untitled:Untitled-1"), None);
    assert_eq!(uri::path("file://other/share/x.sql"), None);
}

#[test]
fn frames_are_found_behind_garbage() {
    let mut input: &[u8] = b"hello\r\n\r\nContent-Length: 2\r\n\r\n{}content-length: 3\r\nX: y\r\n\r\n{]}";
    assert!(matches!(read(&mut input).unwrap(), Frame::Garbage(_)));
    assert_eq!(read(&mut input).unwrap(), Frame::Message(json!({})));
    assert!(matches!(read(&mut input).unwrap(), Frame::Garbage(_)));
    assert_eq!(read(&mut input).unwrap(), Frame::End);
    let mut cut: &[u8] = b"Content-Length: 9\r\n\r\n{}";
    assert_eq!(read(&mut cut).unwrap(), Frame::End);
}

#[test]
fn places_in_what_did_not_change_are_found_again() {
    let shift = Shift::between("SELECT a, new, b FROM t", "SELECT a, b FROM t");
    assert_eq!(shift.back(8), Some(8));
    assert_eq!(shift.back(12), None);
    assert_eq!(shift.back(18), Some(13));
}

#[test]
fn relations_are_read_off_statements_that_do_not_parse() {
    let text = "CREATE VIEW {{ this }} AS WITH w AS (SELECT a, b + 1 AS c FROM {{ ref('silver.x') }} q WHERE )\n\
                SELECT w., FROM w JOIN STREAM(shop.gold.y) AS z ON z. , (SELECT d e FROM f) g WHERE ; SELECT 1";
    let query = Query::around(text, text.find("w.,").unwrap());
    let named =
        |range| query.relations(&range).into_iter().map(|relation| (relation.alias, relation.what)).collect::<Vec<_>>();
    let relations = named(query.all());
    assert_eq!(relations[0], ("w".to_string(), What::Named("w".to_string())));
    assert_eq!(relations[1], ("z".to_string(), What::Named("shop.gold.y".to_string())));
    let inner = query.named_query("W").unwrap();
    assert_eq!(named(inner.clone()), [("q".to_string(), What::Ref("silver.x".to_string()))]);
    let names: Vec<_> = query.items(&inner).into_iter().map(|item| (item.name.unwrap(), item.bare)).collect();
    assert_eq!(names, [("a".to_string(), true), ("c".to_string(), false)]);
}

fn server() -> Server {
    Server::new(|_| None)
}

fn sent(server: &mut Server, message: Value) -> Vec<Value> {
    let outputs = server.handle(Input::Frame(Frame::Message(message)));
    let message = |output| match output {
        Output::Send(message) => Some(message),
        _ => None,
    };
    outputs.into_iter().filter_map(message).collect()
}

/// LSP 3.17, "Initialize Request", "Shutdown Request", "Exit Notification"; JSON-RPC 2.0, section 5.1.
#[test]
fn the_life_of_a_server() {
    let mut server = server();
    let early = sent(&mut server, json!({ "jsonrpc": "2.0", "id": 1, "method": "textDocument/hover" }));
    assert_eq!(early[0]["error"]["code"], -32002);
    let params = json!({ "capabilities": { "general": { "positionEncodings": ["utf-32", "utf-8"] } } });
    let made = sent(&mut server, json!({ "jsonrpc": "2.0", "id": 2, "method": "initialize", "params": params }));
    assert_eq!(made[0]["result"]["capabilities"]["positionEncoding"], "utf-8");
    let unknown = sent(&mut server, json!({ "jsonrpc": "2.0", "id": "x", "method": "textDocument/nothing" }));
    assert_eq!((&unknown[0]["id"], &unknown[0]["error"]["code"]), (&json!("x"), &json!(-32601)));
    assert!(sent(&mut server, json!({ "jsonrpc": "2.0", "method": "$/unknown" })).is_empty());
    assert!(sent(&mut server, json!({ "jsonrpc": "2.0", "id": 9, "result": null })).is_empty());
    assert_eq!(sent(&mut server, json!([]))[0]["error"]["code"], -32600);
    assert_eq!(sent(&mut server, json!({ "id": {}, "method": 5 }))[0]["error"]["code"], -32600);
    let shut = sent(&mut server, json!({ "jsonrpc": "2.0", "id": 3, "method": "shutdown" }));
    assert_eq!(shut[0], json!({ "jsonrpc": "2.0", "id": 3, "result": null }));
    let late = sent(&mut server, json!({ "jsonrpc": "2.0", "id": 4, "method": "textDocument/hover" }));
    assert_eq!(late[0]["error"]["code"], -32600);
    let end = server.handle(Input::Frame(Frame::Message(json!({ "jsonrpc": "2.0", "method": "exit" }))));
    assert!(matches!(end.as_slice(), [Output::Exit(0)]));
}

#[test]
fn an_end_without_shutdown_is_a_failure() {
    assert!(matches!(server().handle(Input::Frame(Frame::End)).as_slice(), [Output::Exit(1)]));
}

/// A running server that has opened one text of one project.
fn editing() -> (Server, Vec<Job>) {
    let mut server = Server::new(|_| Some("/p".into()));
    sent(&mut server, json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {} }));
    let document = json!({ "uri": "file:///p/sql/a.sql", "version": 1, "text": "SELECT 1" });
    let params = json!({ "textDocument": document });
    let open = json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params });
    let jobs = jobs(server.handle(Input::Frame(Frame::Message(open))));
    (server, jobs)
}

fn jobs(outputs: Vec<Output>) -> Vec<Job> {
    let job = |output| if let Output::Do(job) = output { Some(job) } else { None };
    outputs.into_iter().filter_map(job).collect()
}

fn waits(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Wait(_)))
}

fn typed(server: &mut Server, text: &str, version: i64) -> Vec<Output> {
    let document = json!({ "uri": "file:///p/sql/a.sql", "version": version });
    let params = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
    let change = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params });
    server.handle(Input::Frame(Frame::Message(change)))
}

fn ended(server: &mut Server, job: Job, outcome: Outcome) -> Vec<Output> {
    server.handle(Input::Done(Box::new(job.done(outcome))))
}

fn slip() -> Diagnostics {
    let file = SourceFile::new("sql/a.sql", "SELECT x");
    let location = Location::new(&file, Span::new(7, 8));
    Diagnostic::error(Code::UNKNOWN_COLUMN, "there is no `x`").at(location).into()
}

fn messages(outputs: &[Output]) -> Vec<&Value> {
    let mut found = Vec::new();
    for output in outputs {
        if let Output::Send(message) = output {
            found.push(message);
        }
    }
    found
}

/// Findings are published while what answers are made from is still being learned of an older text.
#[test]
fn findings_do_not_wait_for_what_answers_are_made_from() {
    let (mut server, mut first) = editing();
    let check = first.pop().unwrap();
    assert_eq!(check.task, Task::Check(["sql/a.sql".to_string()].into()));
    // Nothing is known yet: it is learned at once.
    let mut learn = jobs(ended(&mut server, check, Outcome::Found(Diagnostics::default())));
    let learn = learn.pop().unwrap();
    assert_eq!(learn.task, Task::Learn);
    assert!(waits(&typed(&mut server, "SELECT x", 2)));
    let mut begun = jobs(server.handle(Input::Quiet));
    assert_eq!((begun.len(), &begun[0].task), (1, &Task::Check(["sql/a.sql".to_string()].into())));
    let told = ended(&mut server, begun.remove(0), Outcome::Found(slip()));
    assert_eq!(messages(&told)[0]["params"]["diagnostics"][0]["message"], "there is no `x`", "{told:?}");
    // It learns on when it has ended and nobody types.
    let late = ended(&mut server, learn, Outcome::Learned(Snapshot::default()));
    assert!(waits(&late) && jobs(late).is_empty());
    assert!(jobs(typed(&mut server, "SELECT y", 3)).is_empty());
    let begun = jobs(server.handle(Input::Quiet));
    assert!(matches!(begun.as_slice(), [Job { task: Task::Check(_), .. }]), "{begun:?}");
}

/// An answer is given when the text that it is asked about is known.
#[test]
fn an_answer_waits_for_the_text_as_it_is() {
    let (mut server, mut first) = editing();
    let learning = jobs(ended(&mut server, first.pop().unwrap(), Outcome::Found(Diagnostics::default())));
    typed(&mut server, "SELECT x", 2);
    let position = json!({ "line": 0, "character": 7 });
    let params = json!({ "textDocument": { "uri": "file:///p/sql/a.sql" }, "position": position });
    let hover = json!({ "jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": params });
    let asked = server.handle(Input::Frame(Frame::Message(hover)));
    assert!(messages(&asked).is_empty());
    let mut check = jobs(asked);
    assert!(matches!(check.as_slice(), [Job { task: Task::Check(_), .. }]), "one learns already: {check:?}");
    let told = ended(&mut server, check.remove(0), Outcome::Found(slip()));
    assert!(messages(&told).iter().all(|message| message["id"] != 7), "{told:?}");
    // What was learned of the text before does not answer it.
    let again = learning.into_iter().flat_map(|job| ended(&mut server, job, Outcome::Learned(Snapshot::default())));
    let again: Vec<Output> = again.collect();
    assert!(messages(&again).is_empty(), "{again:?}");
    let mut again = jobs(again);
    assert!(matches!(again.as_slice(), [Job { task: Task::Learn, .. }]), "{again:?}");
    let told = ended(&mut server, again.remove(0), Outcome::Learned(Snapshot::default()));
    assert_eq!(messages(&told), [&json!({ "jsonrpc": "2.0", "id": 7, "result": null })]);
}

/// A defect ends neither the server nor the wait for an answer.
#[test]
fn a_job_that_fails_is_told() {
    let (mut server, mut first) = editing();
    let told = ended(&mut server, first.pop().unwrap(), Outcome::Failed);
    assert_eq!(messages(&told)[0]["method"], "window/showMessage");
    let position = json!({ "line": 0, "character": 7 });
    let params = json!({ "textDocument": { "uri": "file:///p/sql/a.sql" }, "position": position });
    let hover = json!({ "jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": params });
    assert!(messages(&server.handle(Input::Frame(Frame::Message(hover)))).is_empty());
    let told = ended(&mut server, jobs(told).remove(0), Outcome::Failed);
    assert!(messages(&told).iter().any(|message| message["id"] == 7), "{told:?}");
}
