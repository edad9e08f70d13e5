//! `lakesmith lsp` through the binary: what an editor sends, and what it is told.

use std::io::{BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::TestProject;

mod names;
mod rounds;

const MANIFEST: &str = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { silver: silver, gold: gold } }\n\
                        variables:\n  days: { type: integer, default: 3, description: How far back }\n";
const JOBS: &str = "catalogs:\n  main: { name: shop }\nschemas:\n  silver: { catalog_name: shop, name: silver }\n  \
                    gold: { catalog_name: shop, name: gold }\npipelines:\n  main: { name: shop, catalog: shop, schema: silver, \
                    serverless: true, sql: [sql] }\n";
const ORDERS: &str = "sql/silver/orders.sql";
const ORDERS_SQL: &str = "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (\n  id BIGINT NOT NULL COMMENT 'The key',\n  what STRING\n)\n\
                          COMMENT 'All orders'\nAS SELECT CAST(1 AS BIGINT) AS id, UPPER('x') AS what;\n";
const TOTALS: &str = "sql/gold/totals.sql";
const TOTALS_SQL: &str = "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\n\
                          SELECT o.what, '𐐀é' AS sign, COUNT(*) AS number\n\
                          FROM {{ ref('silver.orders') }} o\n\
                          WHERE o.id > {{ var('days') }}\n\
                          GROUP BY o.what;\n";
const CASES: &str = "sql/tests/totals.yml";
const CASES_YML: &str = "cases:\n  - name: totals are counted\n    model: gold.totals\n    given:\n      silver.orders:\n        \
                         columns: [id, what]\n        rows: [[4, pen], [5, pen]]\n    expect: [{what: pen, number: 2}]\n  \
                         - name: orders come through\n    given: {silver.orders: [{id: 1, what: ink}]}\n    \
                         query: SELECT what FROM silver.orders\n    expect: [{what: ink}]\n";
const WATCH: &str = "jobs/watch.yml";
const WATCH_YML: &str = "alerts:\n  pens:\n    display_name: Pens\n    query_text: |-\n      SELECT what\n      FROM shop.silver.orders\n    \
                         evaluation:\n      source: { name: what }\n      comparison_operator: EQUAL\n      \
                         threshold: { value: { string_value: pen } }\n    \
                         schedule: { quartz_cron_schedule: \"0 0 8 * * ?\", timezone_id: UTC }\n\
                         jobs:\n  nightly:\n    name: nightly\n    tasks:\n      - task_key: watch\n        \
                         alert_task: { alert_id: \"${alert.pens.id}\" }\n";
const BOARD: &str = "dashboards/board.lvdash.json";
const SPACE: &str = "genie/space.geniespace.json";

fn shop() -> TestProject {
    let dataset = json!({
        "name": "orders",
        "displayName": "Orders",
        "queryLines": ["SELECT what, id\n", "FROM shop.silver.orders\n", "WHERE what <> 'é'\n"],
    });
    let query = json!({
        "name": "main_query",
        "query": {
            "datasetName": "orders",
            "fields": [{ "name": "what", "expression": "`what`" }],
            "disaggregated": true,
        },
    });
    let widget = json!({
        "name": "list",
        "queries": [query],
        "spec": { "version": 1, "widgetType": "table", "encodings": { "columns": [{ "fieldName": "what" }] } },
    });
    let layout = json!([{ "widget": widget, "position": { "x": 0, "y": 0, "width": 6, "height": 3 } }]);
    let page = json!({ "name": "page", "displayName": "Page", "pageType": "PAGE_TYPE_CANVAS", "layout": layout });
    let board = json!({ "datasets": [dataset], "pages": [page] });
    let columns = json!([{ "column_name": "id" }, { "column_name": "what", "description": ["What it is"] }]);
    let space = json!({
        "version": 2,
        "data_sources": { "tables": [{ "identifier": "shop.silver.orders", "column_configs": columns }] },
    });
    TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        ("jobs/where.yml", JOBS),
        (ORDERS, ORDERS_SQL),
        (TOTALS, TOTALS_SQL),
        (CASES, CASES_YML),
        (WATCH, WATCH_YML),
        (BOARD, &format!("{board:#}\n")),
        (SPACE, &format!("{space:#}\n")),
    ])
}

/// An editor with one running server.
struct Editor<'p> {
    project: &'p TestProject,
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Notifications that came while something else was awaited.
    kept: Vec<Value>,
    next: u64,
}

fn listen(stdout: ChildStdout) -> Receiver<Value> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut input = BufReader::new(stdout);
        loop {
            let mut header = Vec::new();
            while !header.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if input.read(&mut byte).unwrap() == 0 {
                    return;
                }
                header.push(byte[0]);
            }
            let header = String::from_utf8(header).unwrap();
            let length: usize = header.trim().strip_prefix("Content-Length: ").unwrap().parse().unwrap();
            let mut body = vec![0; length];
            input.read_exact(&mut body).unwrap();
            if tell.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
    });
    told
}

impl<'p> Editor<'p> {
    fn start(project: &'p TestProject) -> Self {
        Self::with(
            project,
            json!({ "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["rename"] } } }),
        )
    }

    fn with(project: &'p TestProject, capabilities: Value) -> Self {
        let mut command = project.live(&["lsp"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let messages = listen(child.stdout.take().unwrap());
        let stdin = child.stdin.take();
        let mut editor = Self { project, child, stdin, messages, kept: Vec::new(), next: 0 };
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let made = editor.ask("initialize", params);
        assert!(made["result"]["capabilities"].is_object(), "{made}");
        editor.tell("initialized", json!({}));
        editor
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.project.root().join(path).display())
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    #[track_caller]
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at);
        }
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            match self.messages.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) if wanted(&message) => return message,
                Ok(message) => self.kept.push(message),
                Err(_) => panic!("not told; {:#?}", self.kept),
            }
        }
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.until(|message| message["id"] == id)
    }

    /// What is published next for a file.
    #[track_caller]
    fn published(&mut self, path: &str) -> Value {
        let uri = self.uri(path);
        let told = |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri.as_str()
        };
        self.until(told)["params"].clone()
    }

    fn open(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "sql", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn replace(&mut self, path: &str, text: &str, version: i64) {
        let document = json!({ "uri": self.uri(path), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    /// Asks about the character behind the first `mark` in a text.
    #[track_caller]
    fn at(&mut self, method: &str, path: &str, text: &str, mark: &str, more: Value) -> Value {
        let at = text.find(mark).unwrap_or_else(|| panic!("{mark} in {text}")) + mark.len();
        let line = text[..at].matches('\n').count();
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let character = text[start..at].encode_utf16().count();
        let document = json!({ "uri": self.uri(path) });
        let mut params = json!({ "textDocument": document, "position": { "line": line, "character": character } });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ask(method, params)
    }

    fn end(mut self) -> Option<i32> {
        let shut = self.ask("shutdown", Value::Null);
        assert_eq!(shut["result"], Value::Null);
        self.tell("exit", Value::Null);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Editor<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn range(line: usize, start: usize, end: usize) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

fn labels(list: &Value) -> Vec<&str> {
    list["result"]["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

/// The columns count UTF-16 code units: `𐐀` is two of them.
#[test]
fn a_slip_is_told_while_it_is_typed_and_cleared_when_it_is_mended() {
    let project = shop();
    let mut editor = Editor::start(&project);
    let wrong = TOTALS_SQL.replace("'𐐀é' AS sign", "'𐐀é', o.whta AS sign");
    editor.open(TOTALS, &wrong);
    let told = editor.published(TOTALS);
    let finding = told["diagnostics"].as_array().unwrap().iter().find(|finding| finding["code"] == "LS402").unwrap();
    assert_eq!((&finding["severity"], &finding["source"]), (&json!(1), &json!("lakesmith")));
    let column = "SELECT o.what, '𐐀é', o.".encode_utf16().count();
    let whole = &finding["range"];
    assert_eq!(whole["end"], range(1, 0, column + "whta".len())["end"], "{finding}");
    // A quick fix comes of what is sent with the finding.
    let params = json!({ "textDocument": { "uri": editor.uri(TOTALS) }, "range": whole, "context": { "diagnostics": [finding] } });
    let actions = editor.ask("textDocument/codeAction", params);
    assert_eq!(actions["result"][0]["title"], "Replace with `what`", "{finding}");
    let uri = editor.uri(TOTALS);
    let edit = &actions["result"][0]["edit"]["changes"][uri.as_str()][0];
    assert_eq!(edit, &json!({ "range": range(1, column, column + 4), "newText": "what" }));
    // The saved file was right all the time.
    editor.replace(TOTALS, TOTALS_SQL, 2);
    let told = editor.published(TOTALS);
    assert_eq!((&told["diagnostics"], &told["version"]), (&json!([]), &json!(2)));
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn a_change_of_some_characters_is_applied_and_breaks_other_files() {
    let project = shop();
    let mut editor = Editor::start(&project);
    editor.open(ORDERS, ORDERS_SQL);
    let line = "AS SELECT CAST(1 AS BIGINT) AS id, UPPER('x') AS what;";
    let change = |line: usize, start: usize, length: usize, text: &str| json!({ "range": range(line, start, start + length), "text": text });
    let changes = json!([change(2, 2, 4, "thing"), change(5, line.find("what").unwrap(), 4, "thing")]);
    let document = json!({ "uri": editor.uri(ORDERS), "version": 2 });
    editor.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    let told = editor.published(TOTALS);
    assert_eq!(told["diagnostics"][0]["code"], "LS402", "{told}");
    assert_eq!(editor.published(BOARD)["diagnostics"][0]["severity"], 1);
    // Closed without saving: the file on the disk counts again.
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": editor.uri(ORDERS) } }));
    assert_eq!(editor.published(TOTALS)["diagnostics"], json!([]));
}

#[test]
fn names_tell_what_they_are() {
    let project = shop();
    let mut editor = Editor::start(&project);
    editor.open(TOTALS, TOTALS_SQL);
    editor.open(ORDERS, ORDERS_SQL);
    let mut hover = |path: &str, text: &str, mark: &str| {
        let told = editor.at("textDocument/hover", path, text, mark, json!({}));
        told["result"]["contents"]["value"].as_str().unwrap_or_else(|| panic!("{mark}: {told}")).to_string()
    };
    let column = hover(TOTALS, TOTALS_SQL, "WHERE o.i");
    for part in ["column silver.orders.id: BIGINT NOT NULL", "The key", "sql/silver/orders.sql:2:3"] {
        assert!(column.contains(part), "{part} in {column}");
    }
    let output = hover(TOTALS, TOTALS_SQL, "SELECT o.w");
    assert!(output.contains("silver.orders.what"), "{output}");
    let table = hover(TOTALS, TOTALS_SQL, "ref('silver.ord");
    assert!(table.contains("All orders") && table.contains("materialized view silver.orders"), "{table}");
    assert!(table.contains("6 users"), "the model, the dashboard, the space, the alert, two tests: {table}");
    let variable = hover(TOTALS, TOTALS_SQL, "var('da");
    assert!(variable.contains("How far back") && variable.contains("lakesmith.yml:"), "{variable}");
    let function = hover(ORDERS, ORDERS_SQL, "UPP");
    assert!(function.contains("upper(STRING) → STRING"), "{function}");
}

#[test]
fn definitions_are_found_from_templates_dashboards_spaces_and_resources() {
    let project = shop();
    let mut editor = Editor::start(&project);
    let (board, space) = (project.read(BOARD), project.read(SPACE));
    for (path, text) in
        [(TOTALS, TOTALS_SQL), (BOARD, &board), (SPACE, &space), ("jobs/where.yml", JOBS), (WATCH, WATCH_YML)]
    {
        editor.open(path, text);
    }
    let orders = editor.uri(ORDERS);
    let mut place = |path: &str, text: &str, mark: &str| {
        let found = editor.at("textDocument/definition", path, text, mark, json!({}))["result"].clone();
        (found["uri"].as_str().unwrap_or_default().to_string(), found["range"]["start"]["line"].clone())
    };
    assert_eq!(place(TOTALS, TOTALS_SQL, "ref('silver.o"), (orders.clone(), json!(0)));
    assert_eq!(place(TOTALS, TOTALS_SQL, "WHERE o.i"), (orders.clone(), json!(1)));
    assert_eq!(place(BOARD, &board, "shop.silver.ord"), (orders.clone(), json!(0)));
    assert_eq!(place(BOARD, &board, "WHERE wh"), (orders.clone(), json!(2)));
    assert_eq!(place(SPACE, &space, "shop.silver.ord"), (orders.clone(), json!(0)));
    assert_eq!(place(SPACE, &space, "column_name\": \"wh"), (orders.clone(), json!(2)));
    assert_eq!(place(WATCH, WATCH_YML, "shop.silver.ord"), (orders.clone(), json!(0)));
    assert_eq!(place(WATCH, WATCH_YML, "SELECT wh"), (orders, json!(2)));
    let (watch, line) = place(WATCH, WATCH_YML, "${alert.pe");
    assert!(watch.ends_with(WATCH) && line == 1, "{watch} {line}");
    let (manifest, line) = place(TOTALS, TOTALS_SQL, "var('da");
    assert!(manifest.ends_with("/lakesmith.yml") && line == 4, "{manifest} {line}");
    assert!(place("jobs/where.yml", JOBS, "sql: [sq").0.ends_with(".sql"));
    let declared = json!({ "context": { "includeDeclaration": true } });
    let uses = editor.at("textDocument/references", TOTALS, TOTALS_SQL, "WHERE o.i", declared);
    let files: Vec<&str> =
        uses["result"].as_array().unwrap().iter().map(|place| place["uri"].as_str().unwrap()).collect();
    let ends = |end: &str| files.iter().filter(|file| file.ends_with(end)).count();
    assert_eq!((ends(BOARD), ends(SPACE), ends(TOTALS), ends(CASES), ends(ORDERS)), (1, 1, 1, 2, 1), "{files:?}");
}

#[test]
fn columns_and_tables_are_offered_while_the_statement_is_not_complete() {
    let project = shop();
    let mut editor = Editor::start(&project);
    editor.open(TOTALS, TOTALS_SQL);
    assert_eq!(editor.at("textDocument/hover", TOTALS, TOTALS_SQL, "WHERE o.i", json!({}))["error"], Value::Null);
    let mut typed = |version: i64, text: &str, mark: &str| {
        editor.replace(TOTALS, text, version);
        editor.at("textDocument/completion", TOTALS, text, mark, json!({}))
    };
    let head = "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\n";
    let qualified = typed(2, &format!("{head}SELECT o. FROM {{{{ ref('silver.orders') }}}} o"), "SELECT o.");
    assert_eq!(labels(&qualified), ["id", "what"]);
    assert_eq!(qualified["result"]["items"][0]["detail"], "BIGINT");
    let nested =
        format!("{head}WITH w AS (SELECT x.what AS a, COUNT(*) AS n FROM {{{{ ref('silver.orders') }}}} x) SELECT w. ");
    assert_eq!(labels(&typed(3, &nested, "SELECT w.")), ["a", "n"]);
    let from = typed(4, &format!("{head}SELECT 1 FROM "), "FROM ");
    assert_eq!(labels(&from), ["silver.orders"]);
    assert_eq!(from["result"]["items"][0]["textEdit"]["newText"], "{{ ref('silver.orders') }}");
    let variables = typed(5, &format!("{head}SELECT {{{{ var('"), "var('");
    assert_eq!(labels(&variables), ["days"]);
    let models = typed(6, &format!("{head}SELECT 1 FROM {{{{ ref('sil"), "ref('sil");
    assert!(labels(&models).contains(&"silver.orders"), "{models}");
    let plain = typed(7, &format!("{head}SELECT up FROM {{{{ ref('silver.orders') }}}} o"), "SELECT up");
    let plain = labels(&plain);
    assert!(["what", "id", "o", "upper"].iter().all(|name| plain.contains(name)), "{plain:?}");
}

/// Applies a `WorkspaceEdit` with `documentChanges` to the files.
fn apply(project: &TestProject, edit: &Value) {
    let root = format!("file://{}/", project.root().display());
    let path = |uri: &Value| uri.as_str().unwrap().strip_prefix(root.as_str()).unwrap().to_string();
    for change in edit["documentChanges"].as_array().unwrap() {
        if change["kind"] == "rename" {
            let (old, new) = (path(&change["oldUri"]), path(&change["newUri"]));
            std::fs::rename(project.root().join(old), project.root().join(new)).unwrap();
            continue;
        }
        let file = path(&change["textDocument"]["uri"]);
        let mut text = project.read(&file);
        for edit in change["edits"].as_array().unwrap().iter().rev() {
            let offset = |end: &str| {
                let number = |key: &str| usize::try_from(edit["range"][end][key].as_u64().unwrap()).unwrap();
                let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
                let mut units = 0;
                let within = text[start..].char_indices().find(|(_, c)| {
                    units += c.len_utf16();
                    units > number("character")
                });
                start + within.map_or(text.len() - start, |(at, _)| at)
            };
            text.replace_range(offset("start")..offset("end"), edit["newText"].as_str().unwrap());
        }
        project.write(&file, &text);
    }
}

#[test]
fn a_renamed_column_is_renamed_everywhere() {
    let project = shop();
    let before = project.run(&["check"]);
    assert_eq!(before.code, Some(0), "{before}");
    let mut editor = Editor::start(&project);
    editor.open(ORDERS, ORDERS_SQL);
    let ready = editor.at("textDocument/prepareRename", ORDERS, ORDERS_SQL, "  wh", json!({}));
    assert_eq!(ready["result"], json!({ "range": range(2, 2, 6), "placeholder": "what" }));
    let taken = editor.at("textDocument/rename", ORDERS, ORDERS_SQL, "  wh", json!({ "newName": "id" }));
    assert!(taken["error"]["message"].as_str().unwrap().contains("there already"), "{taken}");
    let given = editor.at("textDocument/rename", ORDERS, ORDERS_SQL, "  wh", json!({ "newName": "thing" }));
    apply(&project, &given["result"]);
    let after = project.run(&["check", "--strict"]);
    assert_eq!(after.code, Some(0), "{given:#}\n{after}");
    assert!(project.read(ORDERS).contains("\n  thing STRING") && project.read(ORDERS).contains("AS thing;"));
    assert!(
        project.read(TOTALS).contains("SELECT o.thing AS what,") && project.read(TOTALS).contains("GROUP BY o.thing")
    );
    assert!(project.read(BOARD).contains("SELECT thing AS what, id"), "{}", project.read(BOARD));
    assert!(project.read(SPACE).contains("\"column_name\": \"thing\""));
    assert!(project.read(WATCH).contains("SELECT thing\n") && project.read(WATCH).contains("{ name: thing }"));
    assert!(project.read(CASES).contains("columns: [id, thing]") && project.read(CASES).contains("{what: pen"));
    assert!(project.read(CASES).contains("query: SELECT thing FROM") && project.read(CASES).contains("[{thing: ink}]"));
    // What the tool lists, and the definition.
    let listed = shop().run(&["impact", "--rename", "silver.orders.what=thing", "--format", "json"]).json(0);
    let places = listed["changes"][0]["direct"].as_array().unwrap().iter();
    let places: usize = places.map(|broken| broken["places"].as_array().unwrap().len()).sum();
    let edits = given["result"]["documentChanges"].as_array().unwrap().iter();
    let edits: usize = edits.map(|change| change["edits"].as_array().unwrap().len()).sum();
    assert_eq!(edits, places + 2, "{given:#}\n{listed:#}");
}

#[test]
fn a_renamed_table_takes_its_file_along() {
    let project = shop();
    let mut editor = Editor::start(&project);
    editor.open(TOTALS, TOTALS_SQL);
    let given =
        editor.at("textDocument/rename", TOTALS, TOTALS_SQL, "ref('silver.o", json!({ "newName": "purchases" }));
    assert_eq!(given["error"], Value::Null, "{given}");
    apply(&project, &given["result"]);
    assert!(
        project.read(TOTALS).contains("ref('silver.purchases')")
            && project.read(BOARD).contains("shop.silver.purchases")
    );
    assert!(project.read(SPACE).contains("\"shop.silver.purchases\""));
    assert!(project.read("sql/silver/purchases.sql").starts_with("CREATE OR REFRESH"));
    let after = project.run(&["check", "--strict"]);
    assert_eq!(after.code, Some(0), "{after}");
    // An editor that cannot rename files is told so.
    let project = shop();
    let mut editor = Editor::with(&project, json!({}));
    editor.open(TOTALS, TOTALS_SQL);
    let refused = editor.at("textDocument/rename", TOTALS, TOTALS_SQL, "ref('silver.o", json!({ "newName": "x" }));
    assert!(refused["error"]["message"].as_str().unwrap().contains("cannot rename the file"), "{refused}");
}

/// The name comes out of a macro that others call, too: no edit there could be right.
#[test]
fn what_a_template_makes_is_not_edited() {
    let project = shop();
    project.write("sql/_macros/cols.sql", "{% macro pick(name) %}o.{{ name | ident }}{% endmacro %}\n");
    let text = "{% import '_macros/cols.sql' as cols %}\nCREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\n\
                SELECT {{ cols.pick('what') }} AS kind FROM {{ ref('silver.orders') }} o;\n";
    project.write("sql/gold/kinds.sql", text);
    let mut editor = Editor::start(&project);
    editor.open(ORDERS, ORDERS_SQL);
    let refused = editor.at("textDocument/rename", ORDERS, ORDERS_SQL, "  wh", json!({ "newName": "thing" }));
    let why = refused["error"]["message"].as_str().unwrap_or_else(|| panic!("{refused:#}"));
    assert!(why.contains("sql/gold/kinds.sql") || why.contains("sql/_macros/cols.sql"), "{why}");
    // The macro itself is found.
    editor.open("sql/gold/kinds.sql", text);
    let found = editor.at("textDocument/definition", "sql/gold/kinds.sql", text, "cols.pi", json!({}));
    assert!(found["result"]["uri"].as_str().unwrap().ends_with("sql/_macros/cols.sql"), "{found}");
}

#[test]
fn a_broken_manifest_is_a_finding_and_garbage_is_answered() {
    let project = shop();
    let mut editor = Editor::start(&project);
    editor.open("lakesmith.yml", "name: [\n");
    let told = editor.published("lakesmith.yml");
    assert_eq!(told["diagnostics"][0]["code"], "LS102", "{told}");
    let nothing = editor.at("textDocument/hover", "lakesmith.yml", "name: [\n", "na", json!({}));
    assert_eq!(nothing["result"], Value::Null);
    editor.replace("lakesmith.yml", MANIFEST, 2);
    assert_eq!(editor.published("lakesmith.yml")["diagnostics"], json!([]));
    editor.bytes(b"no header at all\r\n\r\n");
    assert_eq!(editor.until(|message| message["error"]["code"] == -32700)["id"], Value::Null);
    editor.bytes(b"Content-Length: 3\r\n\r\n{{{");
    editor.until(|message| message["error"]["code"] == -32700);
    assert_eq!(editor.ask("workspace/nothing", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.ask("textDocument/hover", json!({ "position": -1 }))["error"]["code"], -32602);
    editor.tell("$/cancelRequest", json!({ "id": 77 }));
    editor.tell("textDocument/didChange", json!({ "textDocument": 5, "contentChanges": {} }));
    assert_eq!(editor.end(), Some(0));
}

/// LSP 3.17, "Exit Notification": 1 where no shutdown came before.
#[test]
fn an_end_without_a_shutdown_has_another_exit_code() {
    let project = shop();
    let mut editor = Editor::start(&project);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.child.wait().unwrap().code(), Some(1));
    let mut editor = Editor::start(&project);
    drop(editor.stdin.take());
    assert_eq!(editor.child.wait().unwrap().code(), Some(1));
}

/// An editor that counts bytes, and a file that another program saves.
#[test]
fn utf_8_is_agreed_on_and_saved_files_are_seen() {
    let project = shop();
    let mut editor = Editor::with(&project, json!({ "general": { "positionEncodings": ["utf-8", "utf-16"] } }));
    let wrong = TOTALS_SQL.replace("'𐐀é' AS sign", "'𐐀é', o.whta AS sign");
    editor.open(TOTALS, &wrong);
    let told = editor.published(TOTALS);
    let end = "SELECT o.what, '𐐀é', o.whta".len();
    assert_eq!(told["diagnostics"][0]["range"]["end"]["character"], end, "{told}");
    project.edit(ORDERS, "  what STRING", "  whta STRING");
    project.edit(ORDERS, "AS what;", "AS whta;");
    let changes = json!([{ "uri": editor.uri(ORDERS), "type": 2 }]);
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    let told = editor.published(TOTALS);
    // `SELECT o.what` and `GROUP BY o.what`; `o.whta` is right now.
    let places =
        told["diagnostics"].as_array().unwrap().iter().map(|finding| finding["range"]["start"]["line"].clone());
    assert_eq!(places.collect::<Vec<_>>(), [1, 4], "{told}");
}
