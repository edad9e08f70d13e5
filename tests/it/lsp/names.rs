//! Macros, keys of YAML files, and names that only their statement knows.

use serde_json::{Value, json};

use super::{Editor, JOBS, MANIFEST, TOTALS, apply, labels, shop};
use crate::support::TestProject;

const MONEY: &str = "sql/_macros/money.sql";
const MONEY_SQL: &str = "{#- Cents as\n    whole units. -#}\n{%- macro units(cents, scale=100) -%}\n{{ cents }} / {{ scale }}\n\
                         {%- endmacro -%}\n{% macro both(a) %}{{ units(a) }}{% endmacro %}\n";
const BILLS: &str = "sql/gold/bills.sql";
const BILLS_SQL: &str = "{% import '_macros/money.sql' as money %}\n{% from '_macros/money.sql' import units as small %}\n\
                         CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\n\
                         SELECT {{ money.units('o.id') }} AS a, {{ small('o.id') }} AS b, {{ money.both('o.id') }} AS c\n\
                         FROM {{ ref('silver.orders') }} o;\n";
const NOTES: &str = "jobs/notes.yml";
const NOTES_YML: &str = "# {% from '_macros/money.sql' import units %}\nschemas:\n  notes: { catalog_name: shop, name: \
                         notes, comment: \"{{ units('1') }}\" }\n";

fn with_macros() -> TestProject {
    let project = shop();
    for (path, text) in [(MONEY, MONEY_SQL), (BILLS, BILLS_SQL), (NOTES, NOTES_YML)] {
        project.write(path, text);
    }
    project
}

/// The places as file, line and the text there.
fn places(project: &TestProject, list: &Value) -> Vec<(String, u64, String)> {
    let root = format!("file://{}/", project.root().display());
    let place = |place: &Value| {
        let file = place["uri"].as_str().unwrap().strip_prefix(root.as_str()).unwrap().to_string();
        let number = |path: &str| place["range"].pointer(path).unwrap().as_u64().unwrap();
        let (line, start, end) = (number("/start/line"), number("/start/character"), number("/end/character"));
        let text = project.read(&file).lines().nth(line as usize).unwrap().to_string();
        let text = text.get(start as usize..end as usize).unwrap().to_string();
        (file, line, text)
    };
    list.as_array().unwrap().iter().map(place).collect()
}

#[test]
fn a_macro_and_its_calls_find_each_other() {
    let project = with_macros();
    let check = project.run(&["check"]);
    assert_eq!(check.code, Some(0), "{check}");
    let mut editor = Editor::start(&project);
    for (path, text) in [(MONEY, MONEY_SQL), (BILLS, BILLS_SQL), (NOTES, NOTES_YML)] {
        editor.open(path, text);
    }
    let money = editor.uri(MONEY);
    for (path, text, mark) in [
        (BILLS, BILLS_SQL, "money.un"),
        (BILLS, BILLS_SQL, "{{ sma"),
        (BILLS, BILLS_SQL, "import uni"),
        (NOTES, NOTES_YML, "{{ un"),
        (MONEY, MONEY_SQL, "{{ un"),
        (MONEY, MONEY_SQL, "macro un"),
    ] {
        let found = editor.at("textDocument/definition", path, text, mark, json!({}))["result"].clone();
        assert_eq!((&found["uri"], &found["range"]), (&json!(money), &super::range(2, 10, 15)), "{path} {mark}");
    }
    let expected: Vec<(String, u64, String)> = [
        (NOTES, 0, "units"),
        (NOTES, 2, "units"),
        (MONEY, 2, "units"),
        (MONEY, 5, "units"),
        (BILLS, 1, "units"),
        (BILLS, 1, "small"),
        (BILLS, 3, "units"),
        (BILLS, 3, "small"),
    ]
    .map(|(file, line, text)| (file.to_string(), line, text.to_string()))
    .to_vec();
    let declared = json!({ "context": { "includeDeclaration": true } });
    for (path, text, mark) in [(MONEY, MONEY_SQL, "macro un"), (BILLS, BILLS_SQL, "money.un")] {
        let found = editor.at("textDocument/references", path, text, mark, declared.clone());
        assert_eq!(places(&project, &found["result"]), expected, "{path}");
    }
    let hover =
        editor.at("textDocument/hover", BILLS, BILLS_SQL, "money.un", json!({}))["result"]["contents"]["value"].clone();
    let hover = hover.as_str().unwrap();
    for part in
        ["macro units(cents, scale=100)", "Cents as whole units.", "sql/_macros/money.sql:3:11", "Used in 3 files"]
    {
        assert!(hover.contains(part), "{part} in {hover}");
    }
}

#[test]
fn a_renamed_macro_is_renamed_where_it_is_called_by_its_name() {
    let project = with_macros();
    let before = project.run(&["render", "--file", BILLS]).success();
    let mut editor = Editor::start(&project);
    editor.open(BILLS, BILLS_SQL);
    let rename = |editor: &mut Editor<'_>, new: &str| {
        editor.at("textDocument/rename", BILLS, BILLS_SQL, "money.un", json!({ "newName": new }))
    };
    for (new, why) in [("both", "there already"), ("ref", "means something else"), ("a b", "no name")] {
        let refused = rename(&mut editor, new);
        assert!(refused["error"]["message"].as_str().unwrap_or_default().contains(why), "{new}: {refused}");
    }
    let given = rename(&mut editor, "in_units");
    assert_eq!(given["error"], Value::Null, "{given}");
    apply(&project, &given["result"]);
    assert!(project.read(BILLS).contains("import in_units as small") && project.read(BILLS).contains("{{ small("));
    assert!(
        project.read(BILLS).contains("money.in_units('o.id')") && project.read(NOTES).contains("{{ in_units('1') }}")
    );
    assert!(project.read(MONEY).contains("macro in_units(cents") && project.read(MONEY).contains("{{ in_units(a) }}"));
    assert_eq!(project.run(&["render", "--file", BILLS]).success(), before);
}

/// The name of the call is made at run time: nobody knows which macro it is.
#[test]
fn a_macro_that_may_be_called_in_other_ways_is_not_renamed() {
    let project = with_macros();
    let text = "{% import '_macros/money.sql' as money %}\nCREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\n\
                SELECT {{ money['units']('1') }} AS a;\n";
    project.write("sql/gold/odd.sql", text);
    let mut editor = Editor::start(&project);
    editor.open(BILLS, BILLS_SQL);
    let refused = editor.at("textDocument/rename", BILLS, BILLS_SQL, "money.un", json!({ "newName": "in_units" }));
    assert!(refused["error"]["message"].as_str().unwrap().contains("sql/gold/odd.sql"), "{refused}");
}

#[test]
fn keys_are_those_that_the_reader_takes_there() {
    let project = shop();
    let mut editor = Editor::start(&project);
    editor.open("lakesmith.yml", MANIFEST);
    let mut version = 1;
    let mut offered = |editor: &mut Editor<'_>, path: &str, text: &str, mark: &str| {
        version += 1;
        editor.open(path, text);
        editor.replace(path, text, version);
        editor.at("textDocument/completion", path, text, mark, json!({}))
    };
    let all = |list: &Value, wanted: &[&str], other: &[&str]| {
        let found = labels(list);
        assert!(wanted.iter().all(|key| found.contains(key)), "{wanted:?} in {found:?}");
        assert!(other.iter().all(|key| !found.contains(key)), "{other:?} not in {found:?}");
    };
    // The manifest: at its top, in a variable that is not complete, in a target on one line.
    let text = format!("{MANIFEST}tar");
    all(&offered(&mut editor, "lakesmith.yml", &text, "}\ntar"), &["targets", "principals", "checks"], &["name"]);
    let text = MANIFEST.replace("default: 3,", "def, ");
    let found = offered(&mut editor, "lakesmith.yml", &text, "def");
    all(&found, &["default", "min", "max"], &["type", "description", "targets"]);
    let edit = &found["result"]["items"][0]["textEdit"];
    assert_eq!(edit["newText"].as_str().unwrap().split_once(": ").unwrap().1, "", "{edit}");
    let column = text.lines().nth(4).unwrap().find("def").unwrap();
    assert_eq!(edit["range"], super::range(4, column, column + 3));
    // A key that has a value already is replaced without another colon.
    let text = MANIFEST.replace("default: 3", "defau: 3");
    let found = offered(&mut editor, "lakesmith.yml", &text, "defau");
    let texts: Vec<&str> = found["result"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["textEdit"]["newText"].as_str().unwrap())
        .collect();
    assert!(texts.contains(&"default"), "{texts:?}");
    editor.replace("lakesmith.yml", MANIFEST, 99);
    // Resources: sections, fields of a pipeline, fields inside its libraries, none where names are free.
    let text = format!("{JOBS}jo\n");
    all(&offered(&mut editor, "jobs/where.yml", &text, "\njo"), &["jobs", "volumes"], &["pipelines", "catalogs"]);
    let text = JOBS.replace("serverless: true,", "ser,");
    all(&offered(&mut editor, "jobs/where.yml", &text, "ser"), &["serverless", "libraries"], &["name", "schedule"]);
    let text = JOBS.replace("serverless: true,", "libraries: [{fi}],");
    let found = offered(&mut editor, "jobs/where.yml", &text, "[{fi");
    all(&found, &["file", "notebook", "glob"], &["serverless"]);
    let text = format!("{JOBS}volumes:\n  x");
    let found = offered(&mut editor, "jobs/where.yml", &text, "volumes:\n  x");
    assert_eq!(labels(&found), [""; 0]);
    let text = format!("{JOBS}volumes:\n  x:\n    ca");
    let found = offered(&mut editor, "jobs/where.yml", &text, "    ca");
    all(&found, &["catalog_name", "schema_name", "targets"], &["clusters"]);
    editor.replace("jobs/where.yml", JOBS, 99);
    // sources.yml
    let text = "tables:\n  - name: a.b.c\n    columns:\n      - name: x\n        ty";
    let found = offered(&mut editor, "sql/sources.yml", text, "        ty");
    assert_eq!(labels(&found), ["type", "nullable", "comment"]);
    editor.replace("sql/sources.yml", "tables: []\n", 99);
    // Tests: of a case, of what is expected, the tables that the model reads, the columns of a table.
    let text = super::CASES_YML;
    let found = offered(
        &mut editor,
        super::CASES,
        &text.replace("    model: gold.totals\n", "    model: gold.totals\n    a\n"),
        "\n    a",
    );
    all(&found, &["as", "as_of", "variables", "batches", "errors"], &["name", "given", "expect", "cases"]);
    let found = offered(&mut editor, super::CASES, &text.replace("[{what: pen, number: 2}]", "{co}"), "expect: {co");
    all(&found, &["count", "columns", "ordered", "empty"], &["name"]);
    let found =
        offered(&mut editor, super::CASES, &text.replace("{silver.orders: [{id: 1, what: ink}]}", "{sil}"), "{sil");
    assert_eq!(labels(&found), ["silver.orders"]);
    let found =
        offered(&mut editor, super::CASES, &text.replace("[{id: 1, what: ink}]", "[{wh}]"), "silver.orders: [{wh");
    assert_eq!(labels(&found), ["id", "what"]);
    // Nothing of it was checked as if it were there.
    assert_eq!(editor.end(), Some(0));
}

const WITH: &str = "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\n\
                    WITH kinds AS (\n  SELECT q.what, COUNT(*) AS number, MAX(q.id) + 0.5 AS top\n  FROM {{ ref('silver.orders') }} AS q\n  \
                    GROUP BY q.what\n),\nfew AS (\n  SELECT k.what, k.top, k.number\n  FROM kinds k\n  WHERE k.number < 9\n)\n\
                    SELECT few.what, kinds.number, few.top\nFROM few\nINNER JOIN kinds ON kinds.what = few.what;\n";

#[test]
fn names_of_a_statement_tell_their_columns() {
    let project = shop();
    project.write(TOTALS, WITH);
    let mut editor = Editor::start(&project);
    editor.open(TOTALS, WITH);
    let mut hover = |mark: &str| {
        let told = editor.at("textDocument/hover", TOTALS, WITH, mark, json!({}));
        told["result"]["contents"]["value"].as_str().unwrap_or_else(|| panic!("{mark}: {told}")).to_string()
    };
    // A BIGINT counts as DECIMAL(20, 0), and a sum has the larger integer part, the larger scale and one digit more: with
    // a DECIMAL(1, 1) 20 + 1 + 1 digits, 1 of them behind the point (SQL reference, "DECIMAL type").
    let columns = "Columns: `what` STRING, `number` BIGINT, `top` DECIMAL(22,1)";
    for mark in ["WITH kin", "FROM kin", "JOIN kin", "kinds ON kin", "SELECT few.what, kin"] {
        let told = hover(mark);
        assert!(told.contains("common table expression kinds") && told.contains(columns), "{mark}: {told}");
    }
    let told = hover("kinds k");
    assert!(told.contains("alias k of kinds") && told.contains(columns), "{told}");
    let told = hover("WHERE k");
    assert!(told.contains("alias k of kinds") && told.contains(columns), "{told}");
    let told = hover("AS q");
    assert!(told.contains("alias q of silver.orders") && told.contains("`id` BIGINT, `what` STRING"), "{told}");
    let told = hover("FROM fe");
    assert!(told.contains("`what` STRING, `top` DECIMAL(22,1), `number` BIGINT"), "{told}");
    // What stands behind a period is a column.
    assert!(hover("q.wh").contains("column silver.orders.what"), "{}", hover("q.wh"));
    let mut place = |mark: &str| {
        let found = editor.at("textDocument/definition", TOTALS, WITH, mark, json!({}))["result"].clone();
        (found["range"]["start"]["line"].clone(), found["range"]["start"]["character"].clone())
    };
    assert_eq!(place("JOIN kin"), (json!(1), json!(5)));
    assert_eq!(place("WHERE k"), (json!(8), json!(13)));
    let declared = json!({ "context": { "includeDeclaration": true } });
    let found = editor.at("textDocument/references", TOTALS, WITH, "JOIN kin", declared.clone());
    let lines: Vec<u64> = places(&project, &found["result"]).into_iter().map(|(_, line, _)| line).collect();
    assert_eq!(lines, [1, 8, 11, 13, 13]);
    let found = editor.at("textDocument/references", TOTALS, WITH, "kinds k", declared);
    let lines: Vec<u64> = places(&project, &found["result"]).into_iter().map(|(_, line, _)| line).collect();
    assert_eq!(lines, [7, 7, 7, 8, 9]);
}

#[test]
fn columns_are_offered_inside_common_table_expressions() {
    let project = shop();
    project.write(TOTALS, WITH);
    let mut editor = Editor::start(&project);
    editor.open(TOTALS, WITH);
    let told = editor.at("textDocument/hover", TOTALS, WITH, "WITH kin", json!({}));
    assert_eq!(told["error"], Value::Null);
    let mut version = 1;
    let mut typed = |from: &str, to: &str, mark: &str| {
        version += 1;
        let text = WITH.replacen(from, to, 1);
        editor.replace(TOTALS, &text, version);
        editor.at("textDocument/completion", TOTALS, &text, mark, json!({}))
    };
    let details = |list: &Value| -> Vec<(String, String)> {
        let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_string();
        let items = list["result"]["items"].as_array().unwrap().iter();
        items.map(|item| (text(item, "label"), text(item, "detail"))).collect()
    };
    let pair = |name: &str, ty: &str| (name.to_string(), ty.to_string());
    let found = typed("WHERE k.number < 9", "WHERE k.", "WHERE k.");
    assert_eq!(details(&found), [pair("what", "STRING"), pair("number", "BIGINT"), pair("top", "DECIMAL(22,1)")]);
    let found = typed("SELECT few.what", "SELECT few.", "SELECT few.");
    assert_eq!(details(&found), [pair("what", "STRING"), pair("top", "DECIMAL(22,1)"), pair("number", "BIGINT")]);
    // Of its own FROM alone, and not of the query around it.
    let found = typed("SELECT k.what", "SELECT nu", "SELECT nu");
    let names = labels(&found);
    assert!(names.contains(&"number") && names.contains(&"k") && !names.contains(&"id"), "{names:?}");
    // A name of WITH is there for those behind it.
    let found = typed("FROM kinds k\n", "FROM ", "k.number\n  FROM ");
    assert_eq!(labels(&found), ["kinds", "silver.orders"]);
    let found = typed("FROM {{ ref('silver.orders') }} AS q", "FROM ", "AS top\n  FROM ");
    assert_eq!(labels(&found), ["silver.orders"]);
    // In one that does not end yet.
    let text = "WITH kinds AS (SELECT q. FROM {{ ref('silver.orders') }} AS q";
    let found = typed(WITH, &format!("CREATE OR REFRESH MATERIALIZED VIEW {{{{ this }}}} AS\n{text}"), "SELECT q.");
    assert_eq!(labels(&found), ["id", "what"]);
}

/// What has an alias already gets no second one.
#[test]
fn a_column_that_keeps_its_name_by_an_alias_is_renamed_before_it() {
    let project = shop();
    let text = "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS\nWITH kinds AS (\n  SELECT o.what AS what, o.id id, COUNT(*) AS \
                number\n  FROM {{ ref('silver.orders') }} o\n  GROUP BY o.what, o.id\n)\nSELECT what, number, 'x' AS sign FROM \
                kinds;\n";
    project.write(TOTALS, text);
    let mut editor = Editor::start(&project);
    editor.open(TOTALS, text);
    for (mark, new) in [("BY o.what, o.i", "key"), ("BY o.wh", "thing")] {
        let given = editor.at("textDocument/rename", TOTALS, text, mark, json!({ "newName": new }));
        assert_eq!(given["error"], Value::Null, "{mark}: {given}");
        if new == "thing" {
            apply(&project, &given["result"]);
        }
    }
    let renamed = project.read(TOTALS);
    assert!(renamed.contains("SELECT o.thing AS what, o.id id") && renamed.contains("BY o.thing, o.id"), "{renamed}");
}
