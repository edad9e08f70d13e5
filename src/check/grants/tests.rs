//! Each rule on the smallest project that breaks it.

use std::collections::BTreeSet;

use super::{Consumer, GrantFacts, check};
use crate::catalog::{MemoryCatalog, RelationKind, TableInfo};
use crate::check::testing::{resources, sql, target, told};
use crate::ident::{Identifier, TableName};
use crate::project::Mode;

fn table(name: &str) -> TableName {
    TableName::parse(name).unwrap()
}

fn run(yaml: &str, statements: &str, consumers: Vec<Consumer>) -> Vec<String> {
    let (catalog_name, schema) = (Identifier::new("c").unwrap(), Identifier::new("s").unwrap());
    let mut catalog = MemoryCatalog::default();
    catalog.add_schema(catalog_name.clone(), schema.clone());
    for name in ["c.s.t", "c.s.u"] {
        catalog.add_table(TableInfo {
            name: table(name),
            kind: RelationKind::Table,
            columns: Vec::new(),
            append_only: true,
            comment: None,
        });
    }
    let (resources, target) = (resources(yaml), target("t", Mode::Local));
    let (file, parsed) = sql(statements);
    told(check(&GrantFacts {
        resources: &resources,
        target: &target,
        scripts: vec![(&file, &parsed.statements)],
        principals: &BTreeSet::new(),
        catalog: &catalog,
        solution_catalog: &catalog_name,
        schemas: vec![&schema],
        sensitive: BTreeSet::from([table("c.s.t")]),
        consumers,
    }))
}

fn yaml(entries: &[(&str, &str, &str)]) -> String {
    let mut text = "grants:\n".to_string();
    for (at, (kind, name, privileges)) in entries.iter().enumerate() {
        text.push_str(&format!(
            "  g{at}: {{ securable_type: {kind}, securable: {name}, privileges: {{ {privileges} }} }}\n"
        ));
    }
    text
}

const USE: [(&str, &str, &str); 2] = [("catalog", "c", "a: [USE_CATALOG]"), ("schema", "c.s", "a: [USE_SCHEMA]")];

fn with(entry: (&str, &str, &str)) -> String {
    yaml(&[USE[0], USE[1], entry])
}

/// lakeflow-sql.md §2.1: "SELECT on a table needs USE CATALOG + USE SCHEMA on parents".
#[test]
fn rights_inside_need_use_around() {
    assert_eq!(run(&with(("table", "c.s.t", "a: [SELECT]")), "", vec![]), [""; 0]);
    assert_eq!(
        run(&with(("table", "c.s.t", "b: [SELECT, MODIFY]")), "", vec![]),
        [
            "r.yml:4:68 error LS806 `b` has SELECT on `c.s.t`, but not USE_CATALOG on the catalog `c`: the grant is of no use",
            "r.yml:4:68 error LS806 `b` has SELECT on `c.s.t`, but not USE_SCHEMA on the schema `c.s`: the grant is of no use",
        ]
    );
    // Whoever grants the rest may have granted this.
    assert_eq!(
        run(&yaml(&[("table", "c.s.t", "a: [select]"), USE[1]]), "", vec![]),
        [
            "r.yml:2:68 warning LS806 `a` has SELECT on `c.s.t`, but not USE_CATALOG on the catalog `c`: the grant is of no use"
        ]
    );
    // Inherited, as one of all, as everyone, by statement.
    for entries in [
        vec![("catalog", "c", "a: [USE_CATALOG, USE_SCHEMA]"), ("table", "c.s.t", "a: [SELECT]")],
        vec![("catalog", "c", "a: [ALL PRIVILEGES]"), ("table", "c.s.u", "a: [SELECT]")],
        vec![("catalog", "c", "account users: [USE_CATALOG, USE_SCHEMA]"), ("table", "c.s.u", "a: [SELECT]")],
    ] {
        assert_eq!(run(&yaml(&entries), "", vec![]), [""; 0], "{entries:?}");
    }
    let statements = "GRANT USE CATALOG ON CATALOG c TO a;\nGRANT USE SCHEMA ON SCHEMA s TO a;";
    assert_eq!(run(&yaml(&[("table", "c.s.t", "a: [SELECT]")]), statements, vec![]), [""; 0]);
}

#[test]
fn the_same_right_twice() {
    assert_eq!(
        run(&with(("table", "c.s.t", "a: [SELECT, select]")), "GRANT SELECT ON TABLE s.t TO a", vec![]),
        ["a.sql:1:7 warning LS807 `a` is granted SELECT twice", "r.yml:4:76 warning LS807 `a` is granted SELECT twice",]
    );
    assert_eq!(
        run(&with(("table", "c.s.u", "a: [ALL_PRIVILEGES, SELECT, MANAGE], b: []")), "", vec![]),
        [
            "r.yml:4:84 note LS808 SELECT is one of ALL PRIVILEGES, which `a` has",
            "r.yml:4:101 warning LS813 `b` is granted nothing"
        ]
    );
    assert_eq!(
        run(
            &with(("table", "c.s.t", "a: [SELECT]")),
            "REVOKE SELECT ON TABLE c.s.t FROM a;\nREVOKE MODIFY ON TABLE c.s.t FROM a",
            vec![]
        ),
        ["a.sql:1:8 warning LS814 the statement revokes SELECT, which a grant of the project gives"]
    );
}

#[test]
fn statements_are_judged_as_grants_are() {
    assert_eq!(
        run(
            "{}",
            "GRANT CREATE SCHEMA ON SCHEMA c.s TO a;\nGRANT SELCT ON TABLE c.s.t TO a;\nGRANT CREATE TABLE ON VOLUME c.s.v TO a;\n\
             DENY SELECT ON TABLE c.s.t TO a;\nDENY SELECT ON TABLE hive_metastore.s.t TO a;\n\
             USE CATALOG hive_metastore;\nDENY SELECT ON TABLE s.t TO a;",
            vec![]
        ),
        [
            "a.sql:1:7 error LS801 `CREATE_SCHEMA` does not apply to a schema",
            "a.sql:2:7 warning LS804 `SELCT` is not a privilege that lakesmith knows",
            "a.sql:3:7 warning LS801 `CREATE_TABLE` does not apply to a volume",
            "a.sql:3:7 warning LS806 `a` has CREATE_TABLE on `c.s.v`, but not USE_CATALOG on the catalog `c`: the grant is of no use",
            "a.sql:3:7 warning LS806 `a` has CREATE_TABLE on `c.s.v`, but not USE_SCHEMA on the schema `c.s`: the grant is of no use",
            "a.sql:4:1 error LS805 Unity Catalog has no DENY",
        ]
    );
}

#[test]
fn what_grants_name_exists() {
    let missing = |kind, name| run(&yaml(&[(kind, name, "a: [MANAGE]")]), "", vec![]);
    assert_eq!(missing("table", "c.s.v"), ["r.yml:2:43 error LS802 the table `c.s.v` does not exist"]);
    assert_eq!(missing("function", "c.s.f"), ["r.yml:2:46 warning LS802 the function `c.s.f` does not exist"]);
    assert_eq!(missing("schema", "c.x"), ["r.yml:2:44 warning LS802 the schema `c.x` is none of the project's"]);
    assert_eq!(missing("table", "c.s"), ["r.yml:2:43 error LS802 the name of a table has 3 parts, and `c.s` has 2"]);
    assert_eq!(missing("table", "c.x.v"), [""; 0]);
    assert_eq!(missing("table", "d.s.v"), [""; 0]);
}

#[test]
fn everyone_and_nobody() {
    assert_eq!(
        run(&yaml(&[("catalog", "c", "account users: [USE_CATALOG, USE_SCHEMA, SELECT]")]), "", vec![]),
        ["r.yml:2:103 warning LS809 everyone may read `c.s.t`, which has sensitive columns"]
    );
    let authoritative = |more| {
        let text = format!(
            "grants:\n  g: {{ securable_type: catalog, securable: c, authoritative: true, privileges: {{ a: [USE_CATALOG{more}] }} }}\n"
        );
        run(&text, "", vec![])
    };
    assert_eq!(
        authoritative(""),
        [
            "r.yml:2:44 warning LS810 the authoritative grants of `c` give MANAGE to nobody: only its owner can change them again"
        ]
    );
    assert_eq!(authoritative(", MANAGE"), [""; 0]);
}

#[test]
fn whoever_is_shown_something_can_read_it() {
    let consumer = |identity: Option<&str>| Consumer {
        what: "the dashboard",
        name: "d".to_string(),
        location: resources("{a: b}").remove(0).location,
        tables: vec![table("c.s.t"), table("c.s.u")],
        identity: identity.map(str::to_string),
    };
    let all = with(("schema", "c.s", "a: [SELECT]"));
    let one = with(("table", "c.s.t", "a: [SELECT]"));
    assert_eq!(run(&all, "", vec![consumer(None), consumer(Some("a"))]), [""; 0]);
    assert_eq!(run("{}", "", vec![consumer(None), consumer(Some("a"))]), [""; 0]);
    assert_eq!(run(&one, "", vec![consumer(Some("somebody"))]), [""; 0]);
    assert_eq!(
        run(&one, "", vec![consumer(None)]),
        [
            "r.yml:1:1 warning LS811 nobody who is granted anything can read all that the dashboard `d` shows: `a` may not read `c.s.u`"
        ]
    );
    assert_eq!(
        run(&one, "", vec![consumer(Some("A"))]),
        ["r.yml:1:1 warning LS812 the dashboard `d` runs as `A`, who may not read `c.s.u`"]
    );
}
