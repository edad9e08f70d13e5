//! What a plan shows of access: everything that is given or taken, however long it is.

use std::collections::BTreeSet;

use crate::support::TestProject;
use crate::support::shop::deploy;

const MANIFEST: &str = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n";
const WHERE: &str = "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n";
const GRANTS: &str = "jobs/grants.yml";
/// Privileges of a schema.
const MANY: [&str; 10] = [
    "APPLY_TAG",
    "CREATE_FUNCTION",
    "CREATE_MATERIALIZED_VIEW",
    "CREATE_TABLE",
    "EXECUTE",
    "MANAGE",
    "MODIFY",
    "READ_VOLUME",
    "SELECT",
    "USE_SCHEMA",
];
const LONG: &str = "everybody who may look at what the shop sells, wherever they happen to sit";

fn grant(project: &TestProject, privileges: &str) {
    let text = format!(
        "grants:\n  bronze:\n    securable_type: schema\n    securable: shop.bronze\n    privileges: {privileges}\n"
    );
    project.write(GRANTS, &text);
}

/// The privileges in the only line about a principal.
#[track_caller]
fn told<'t>(text: &'t str, principal: &str) -> BTreeSet<&'t str> {
    let start = format!("privileges[{principal}]");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(&start)).collect();
    let [line] = lines.as_slice() else { panic!("{principal}: {text}") };
    assert!(!line.contains('…') && !line.contains(" more"), "{line}");
    let (_, rest) = line.split_once(&start).unwrap();
    let words = rest.split(|c: char| !c.is_ascii_uppercase() && c != '_').filter(|word| word.len() > 1);
    words.collect()
}

/// As text and as Markdown.
fn shown(project: &TestProject) -> [String; 2] {
    let plan = |format| project.run_live(&["plan", "-t", "local", "--format", format]).success();
    [plan("human"), plan("markdown")]
}

/// Design 5: "Grants diff shows every revoke"; whoever gives `--allow security` sees what for.
#[test]
fn every_privilege_that_is_given_or_taken_is_shown() {
    let project = TestProject::new(&[("lakesmith.yml", MANIFEST), ("jobs/where.yml", WHERE)]);
    let many = MANY.join(", ");
    let all: BTreeSet<&str> = MANY.into_iter().collect();
    grant(&project, &format!("{{ analysts: [USE_SCHEMA], auditors: [{many}] }}"));
    for text in shown(&project) {
        assert_eq!(told(&text, "analysts"), BTreeSet::from(["USE_SCHEMA"]), "{text}");
        assert_eq!(told(&text, "auditors"), all, "{text}");
    }
    deploy(&project);
    grant(&project, &format!("{{ analysts: [{many}], \"{LONG}\": [{many}] }}"));
    for text in shown(&project) {
        let more: BTreeSet<&str> = all.iter().copied().filter(|name| *name != "USE_SCHEMA").collect();
        assert_eq!(told(&text, "analysts"), more, "{text}");
        for principal in ["auditors", LONG] {
            assert_eq!(told(&text, principal), all, "{text}");
        }
    }
    let planned = project.run_live(&["plan", "-t", "local"]).success();
    insta::assert_snapshot!(planned, @r#"
      ~ update grants.schema.shop.bronze [security]: they change in the project
          privileges[analysts]: + "APPLY_TAG", + "CREATE_FUNCTION", + "CREATE_MATERIALIZED_VIEW", + "CREATE_TABLE", + "EXECUTE", + "MANAGE", + "MODIFY", + "READ_VOLUME", + "SELECT"
          privileges[auditors]: ["APPLY_TAG","CREATE_FUNCTION","CREATE_MATERIALIZED_VIEW","CREATE_TABLE","EXECUTE","MANAGE","MODIFY","READ_VOLUME","SELECT","USE_SCHEMA"] → absent
          privileges[everybody who may look at what the shop sells, wherever they happen to sit]: absent → ["APPLY_TAG","CREATE_FUNCTION","CREATE_MATERIALIZED_VIEW","CREATE_TABLE","EXECUTE","MANAGE","MODIFY","READ_VOLUME","SELECT","USE_SCHEMA"]
    shop/shop on local: 1 to update, 2 unchanged
    "#);
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(run.code, Some(0), "{run}");
    // Grants that leave the project take everything.
    std::fs::remove_file(project.root().join(GRANTS)).unwrap();
    let dropped = project.run_live(&["destroy", "-t", "local"]);
    for text in shown(&project).into_iter().chain([dropped.stdout]) {
        assert_eq!(told(&text, "analysts"), all, "{text}");
        assert_eq!(told(&text, LONG), all, "{text}");
    }
}

/// The same of permissions, and of what hides something.
#[test]
fn what_no_longer_hides_or_opens_something_is_named() {
    let project = TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        (
            "jobs/where.yml",
            &format!(
                "{WHERE}secret_scopes:\n  mail:\n    name: mail\n    permissions:\n      - {{ group_name: \"{LONG}\", level: MANAGE }}\n"
            ),
        ),
        ("sql/bronze/t.sql", "CREATE TABLE IF NOT EXISTS shop.bronze.t (a INT, b STRING);\n"),
        (
            "sql/governance/hide.sql",
            "CREATE OR REPLACE FUNCTION shop.bronze.hide(x STRING) RETURNS STRING RETURN '***';\n\
             CREATE OR REPLACE FUNCTION shop.bronze.few(a INT) RETURNS BOOLEAN RETURN a < 2;\n",
        ),
        (
            "sql/governance/guards.sql",
            "ALTER TABLE shop.bronze.t ALTER COLUMN b SET MASK shop.bronze.hide;\n\
             ALTER TABLE shop.bronze.t SET ROW FILTER shop.bronze.few ON (a);\n\
             ALTER TABLE shop.bronze.t SET TAGS ('class' = 'phi');\n",
        ),
    ]);
    let [text, markdown] = shown(&project);
    let given = format!("privileges[group {LONG}]");
    assert!(text.contains(&format!("{given}: absent → [\"MANAGE\"]\n")), "{text}");
    assert!(markdown.contains(&format!("`{given}`: `absent → [\"MANAGE\"]`\n")), "{markdown}");
    deploy(&project);
    std::fs::remove_file(project.root().join("sql/governance/guards.sql")).unwrap();
    project.write("jobs/where.yml", &format!("{WHERE}secret_scopes:\n  mail:\n    name: mail\n"));
    let [text, markdown] = shown(&project);
    insta::assert_snapshot!(text, @r#"
      - delete tags.table.shop.bronze.t [security]: the project does not name it any more
          tags: {"class":"phi"} → absent
      - delete mask.shop.bronze.t.b [security]: the project does not name it any more
          function: "shop.bronze.hide" → absent
      - delete row_filter.shop.bronze.t [security]: the project does not name it any more
          function: "shop.bronze.few" → absent
          on: ["a"] → absent
      - delete permissions.secret_scope.mail: the project does not name it any more
          privileges[group everybody who may look at what the shop sells, wherever they happen to sit]: ["MANAGE"] → absent
    shop/shop on local: 4 to delete, 6 unchanged
    "#);
    insta::assert_snapshot!(markdown, @r#"
    <!-- lakesmith plan of shop on local -->
    ## What deploying would change

    ### `shop/shop` on `local`: 4 to delete, 6 unchanged

    | what | resource | risk | why |
    |---|---|---|---|
    | delete | `tags.table.shop.bronze.t` | security | the project does not name it any more |
    | delete | `mask.shop.bronze.t.b` | security | the project does not name it any more |
    | delete | `row_filter.shop.bronze.t` | security | the project does not name it any more |
    | delete | `permissions.secret_scope.mail` |  | the project does not name it any more |

    **Access**

    - `tags.table.shop.bronze.t`
      - `tags`: `{"class":"phi"} → absent`
    - `mask.shop.bronze.t.b`
      - `function`: `"shop.bronze.hide" → absent`
    - `row_filter.shop.bronze.t`
      - `function`: `"shop.bronze.few" → absent`
      - `on`: `["a"] → absent`
    - `permissions.secret_scope.mail`
      - `privileges[group everybody who may look at what the shop sells, wherever they happen to sit]`: `["MANAGE"] → absent`
    "#);
}
