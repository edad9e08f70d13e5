//! <https://docs.databricks.com/api/workspace/catalogs> and its neighbours.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};
use crate::ident::{Identifier, TableName};
use crate::local::store::{
    ColumnRecord, ConstraintRecord, DeclaredRecord, MaskRecord, Registration, RowFilterRecord, TableKind, TableRecord,
};
use crate::syntax::DataType;

const UC: &str = "/api/2.1/unity-catalog";

#[tokio::test(flavor = "multi_thread")]
async fn catalogs() {
    let server = TestServer::start().await;
    let body = json!({"name": "Sales", "comment": "c", "properties": {"k": "v"}});
    let made = server.post(&format!("{UC}/catalogs"), body.clone()).await;
    // Unity Catalog keeps names in lower case.
    assert_eq!((&made["name"], &made["owner"]), (&json!("sales"), &json!(USER)));
    assert_eq!((&made["catalog_type"], &made["properties"]["k"]), (&json!("MANAGED_CATALOG"), &json!("v")));
    assert!(made["created_at"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(server.get(&format!("{UC}/catalogs/SALES")).await, made);
    let again = server.fails(Method::POST, &format!("{UC}/catalogs"), Some(body)).await;
    assert_eq!(again, error(400, "CATALOG_ALREADY_EXISTS"));
    let missing = server.fails(Method::GET, &format!("{UC}/catalogs/none"), None).await;
    assert_eq!(missing, error(404, "CATALOG_DOES_NOT_EXIST"));
    let changed = server.patch(&format!("{UC}/catalogs/sales"), json!({"comment": "d"})).await;
    assert_eq!((&changed["comment"], &changed["properties"]["k"]), (&json!("d"), &json!("v")));
    let nothing = server.fails(Method::PATCH, &format!("{UC}/catalogs/sales"), Some(json!({}))).await;
    assert_eq!(nothing, error(400, "INVALID_PARAMETER_VALUE"));
    let foreign = json!({"name": "f", "connection_name": "x"});
    let foreign = server.fails(Method::POST, &format!("{UC}/catalogs"), Some(foreign)).await;
    assert_eq!(foreign, error(501, "NOT_IMPLEMENTED"));
    let unknown = json!({"name": "f", "colour": "x"});
    let unknown = server.fails(Method::POST, &format!("{UC}/catalogs"), Some(unknown)).await;
    assert_eq!(unknown, error(400, "INVALID_PARAMETER_VALUE"));
    server.post(&format!("{UC}/schemas"), json!({"name": "s", "catalog_name": "sales"})).await;
    let full = server.fails(Method::DELETE, &format!("{UC}/catalogs/sales"), None).await;
    assert_eq!(full, error(400, "CATALOG_NOT_EMPTY"));
    assert_eq!(server.delete(&format!("{UC}/catalogs/sales?force=true")).await, json!({}));
    let (catalogs, _) = server.pages(&format!("{UC}/catalogs"), "catalogs").await;
    assert_eq!(catalogs.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_are_listed_in_pages() {
    let server = TestServer::start().await;
    let orphan = json!({"name": "s", "catalog_name": "none"});
    let orphan = server.fails(Method::POST, &format!("{UC}/schemas"), Some(orphan)).await;
    assert_eq!(orphan, error(404, "CATALOG_DOES_NOT_EXIST"));
    for name in ["s3", "s1", "s2"] {
        let made = server.post(&format!("{UC}/schemas"), json!({"name": name, "catalog_name": "main"})).await;
        assert_eq!(made["full_name"], format!("main.{name}"));
    }
    let again = json!({"name": "s1", "catalog_name": "main"});
    let again = server.fails(Method::POST, &format!("{UC}/schemas"), Some(again)).await;
    assert_eq!(again, error(400, "SCHEMA_ALREADY_EXISTS"));
    let (schemas, pages) = server.pages(&format!("{UC}/schemas?catalog_name=main&max_results=0"), "schemas").await;
    let names: Vec<_> = schemas.iter().map(|schema| schema["name"].as_str().unwrap()).collect();
    assert_eq!((names, pages), (vec!["default", "s1", "s2", "s3"], 2));
    server.patch(&format!("{UC}/schemas/main.s1"), json!({"comment": "x"})).await;
    assert_eq!(server.get(&format!("{UC}/schemas/main.s1")).await["comment"], "x");
    server.delete(&format!("{UC}/schemas/main.s1")).await;
    let gone = server.fails(Method::GET, &format!("{UC}/schemas/main.s1"), None).await;
    assert_eq!(gone, error(404, "SCHEMA_DOES_NOT_EXIST"));
}

fn table(name: &str) -> TableRecord {
    let column = |name: &str, data_type, nullable| ColumnRecord {
        name: Identifier::new(name).unwrap(),
        data_type,
        nullable,
        comment: Some(format!("about {name}")),
    };
    TableRecord {
        name: TableName::parse(&format!("main.default.{name}")).unwrap(),
        kind: TableKind::View,
        columns: vec![
            column("id", DataType::BigInt, false),
            column("paid", DataType::Decimal { precision: 10, scale: 2 }, true),
        ],
        comment: None,
        properties: Default::default(),
        cluster_by: Vec::new(),
        partitioned_by: Vec::new(),
        definition: None,
        pipeline_id: Some("p".to_string()),
        append_only: true,
        row_filter: None,
        masks: Vec::new(),
        declared: Default::default(),
        registration: Registration::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_tell_their_columns() {
    let server = TestServer::start().await;
    // No pipeline makes the last one, so it may be deleted.
    for (name, pipeline) in [("b", true), ("a", true), ("c", false)] {
        let record = table(name);
        let record = TableRecord { pipeline_id: record.pipeline_id.clone().filter(|_| pipeline), ..record };
        server.server.store().write(|writer| writer.create_table(record, USER)).unwrap();
    }
    let found = server.get(&format!("{UC}/tables/main.default.a")).await;
    assert_eq!((&found["table_type"], &found["full_name"]), (&json!("VIEW"), &json!("main.default.a")));
    assert_eq!((&found["pipeline_id"], &found["owner"]), (&json!("p"), &json!(USER)));
    let id = &found["columns"][0];
    assert_eq!(
        (&id["type_text"], &id["type_name"], &id["nullable"]),
        (&json!("bigint"), &json!("LONG"), &json!(false))
    );
    let paid = &found["columns"][1];
    assert_eq!((&paid["type_text"], &paid["position"]), (&json!("decimal(10,2)"), &json!(1)));
    assert_eq!((&paid["type_precision"], &paid["type_scale"]), (&json!(10), &json!(2)));
    let list = format!("{UC}/tables?catalog_name=main&schema_name=default&omit_columns=true");
    let (tables, pages) = server.pages(&list, "tables").await;
    assert_eq!((tables.len(), pages), (3, 2));
    assert!(tables.iter().all(|table| table.get("columns").is_none()));
    let exists = async |name: &str| server.get(&format!("{UC}/tables/main.default.{name}/exists")).await;
    assert_eq!(exists("c").await, json!({"table_exists": true}));
    server.delete(&format!("{UC}/tables/main.default.c")).await;
    assert_eq!(exists("c").await, json!({"table_exists": false}));
    let gone = server.fails(Method::GET, &format!("{UC}/tables/main.default.c"), None).await;
    assert_eq!(gone, error(404, "TABLE_DOES_NOT_EXIST"));
    let nowhere = server.fails(Method::GET, &format!("{UC}/tables?catalog_name=main&schema_name=x"), None).await;
    assert_eq!(nowhere, error(404, "SCHEMA_DOES_NOT_EXIST"));
    let required = server.fails(Method::GET, &format!("{UC}/tables?catalog_name=main"), None).await;
    assert_eq!(required, error(400, "INVALID_PARAMETER_VALUE"));
}

/// The fields of "Get a table" (databricks-sdk-go, `catalog.TableInfo`: `table_constraints`, `row_filter`, and `mask` of
/// a column); clustering as `SHOW TBLPROPERTIES` tells it.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_tells_its_keys_guards_and_clustering() {
    let server = TestServer::start().await;
    let name = |text: &str| Identifier::new(text).unwrap();
    let function = TableName::parse("main.default.f").unwrap();
    let parent = TableName::parse("main.default.Parent").unwrap();
    let record = TableRecord {
        kind: TableKind::StreamingTable,
        properties: [("a".to_string(), "b".to_string())].into(),
        cluster_by: vec![name("id"), name("paid")],
        row_filter: Some(RowFilterRecord { function: function.clone(), on: vec![name("id")], altered: false }),
        masks: vec![
            MaskRecord { column: name("id"), function: function.clone(), using: Vec::new(), altered: false },
            MaskRecord { column: name("paid"), function, using: vec![name("id")], altered: false },
        ],
        declared: DeclaredRecord {
            constraints: vec![
                ConstraintRecord::PrimaryKey { name: "k".to_string(), columns: vec![name("id")], timeseries: None },
                ConstraintRecord::ForeignKey {
                    name: "f".to_string(),
                    columns: vec![name("paid")],
                    parent,
                    parent_columns: vec![name("x")],
                },
            ],
            cluster_by_auto: true,
            ..DeclaredRecord::default()
        },
        ..table("guarded")
    };
    server.server.store().write(|writer| writer.create_table(record, USER)).unwrap();
    let found = server.get(&format!("{UC}/tables/main.default.guarded")).await;
    let constraints = json!([
        {"primary_key_constraint": {"name": "k", "child_columns": ["id"]}},
        {"foreign_key_constraint": {
            "name": "f", "child_columns": ["paid"], "parent_table": "main.default.Parent", "parent_columns": ["x"],
        }},
    ]);
    assert_eq!(found["table_constraints"], constraints);
    assert_eq!(found["row_filter"], json!({"function_name": "main.default.f", "input_column_names": ["id"]}));
    assert_eq!(found["columns"][0]["mask"], json!({"function_name": "main.default.f"}));
    let paid = json!({"function_name": "main.default.f", "using_column_names": ["id"]});
    assert_eq!(found["columns"][1]["mask"], paid);
    let properties = json!({"a": "b", "clusteringColumns": "[[\"id\"],[\"paid\"]]", "clusterByAuto": "true"});
    assert_eq!(found["properties"], properties);
    let plain = table("plain");
    server.server.store().write(|writer| writer.create_table(plain, USER)).unwrap();
    let plain = server.get(&format!("{UC}/tables/main.default.plain")).await;
    assert!(plain.get("table_constraints").is_none() && plain.get("row_filter").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn volumes_and_functions() {
    let server = TestServer::start().await;
    let body = json!({"catalog_name": "main", "schema_name": "default", "name": "Raw", "volume_type": "MANAGED"});
    let made = server.post(&format!("{UC}/volumes"), body.clone()).await;
    assert_eq!((&made["full_name"], &made["volume_type"]), (&json!("main.default.raw"), &json!("MANAGED")));
    assert!(made["storage_location"].is_string());
    let again = server.fails(Method::POST, &format!("{UC}/volumes"), Some(body)).await;
    assert_eq!(again, error(400, "VOLUME_ALREADY_EXISTS"));
    server.patch(&format!("{UC}/volumes/main.default.raw"), json!({"comment": "in"})).await;
    assert_eq!(server.get(&format!("{UC}/volumes/main.default.raw")).await["comment"], "in");
    let full = server.fails(Method::DELETE, &format!("{UC}/schemas/main.default"), None).await;
    assert_eq!(full, error(400, "SCHEMA_NOT_EMPTY"));
    server.delete(&format!("{UC}/volumes/main.default.raw")).await;
    let gone = server.fails(Method::GET, &format!("{UC}/volumes/main.default.raw"), None).await;
    assert_eq!(gone, error(404, "VOLUME_DOES_NOT_EXIST"));
    let none = server.fails(Method::GET, &format!("{UC}/functions/main.default.f"), None).await;
    assert_eq!(none, error(404, "ROUTINE_DOES_NOT_EXIST"));
    let assignment = server.get(&format!("{UC}/current-metastore-assignment")).await;
    assert_eq!(
        (&assignment["default_catalog_name"], &assignment["metastore_id"]),
        (&json!("main"), &made["metastore_id"])
    );
}

/// <https://docs.databricks.com/api/workspace/grants>
#[tokio::test(flavor = "multi_thread")]
async fn grants() {
    let server = TestServer::start().await;
    let schema = format!("{UC}/permissions/schema/main.default");
    assert_eq!(server.get(&schema).await, json!({}));
    let changes = |changes: Value| json!({ "changes": changes });
    let body = changes(json!([{"principal": "analysts", "add": ["USE_SCHEMA", "SELECT"]}]));
    let expected =
        json!({"privilege_assignments": [{"principal": "analysts", "privileges": ["SELECT", "USE_SCHEMA"]}]});
    assert_eq!(server.patch(&schema, body).await, expected);
    assert_eq!(server.get(&format!("{UC}/permissions/SCHEMA/MAIN.default")).await, expected);
    let refused = async |change: Value| server.fails(Method::PATCH, &schema, Some(changes(json!([change])))).await;
    let invalid = error(400, "INVALID_PARAMETER_VALUE");
    assert_eq!(refused(json!({"principal": "analysts", "add": ["USE_CATALOG"]})).await, invalid);
    assert_eq!(refused(json!({"principal": "analysts", "add": ["READ"]})).await, invalid);
    let both = json!({"principal": "analysts", "add": ["SELECT"], "remove": ["SELECT"]});
    assert_eq!(refused(both).await, invalid);
    // ALL_PRIVILEGES takes the others with it, but not MANAGE.
    server.patch(&schema, changes(json!([{"principal": "analysts", "add": ["MANAGE"]}]))).await;
    let rest = changes(json!([{"principal": "analysts", "remove": ["ALL_PRIVILEGES"]}]));
    let rest = server.patch(&schema, rest).await;
    assert_eq!(rest["privilege_assignments"][0]["privileges"], json!(["MANAGE"]));
    let missing = server.fails(Method::GET, &format!("{UC}/permissions/table/main.default.x"), None).await;
    assert_eq!(missing, error(404, "TABLE_DOES_NOT_EXIST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn effective_privileges_are_inherited() {
    let server = TestServer::start().await;
    let catalog = json!({"changes": [{"principal": "analysts", "add": ["USE_CATALOG", "SELECT"]}]});
    server.patch(&format!("{UC}/permissions/catalog/main"), catalog).await;
    let schema = json!({"changes": [{"principal": "analysts", "add": ["USE_SCHEMA"]}]});
    server.patch(&format!("{UC}/permissions/schema/main.default"), schema).await;
    let effective = server.get(&format!("{UC}/effective-permissions/schema/main.default?principal=analysts")).await;
    let expected = json!([
        {"privilege": "SELECT", "inherited_from_type": "CATALOG", "inherited_from_name": "main"},
        {"privilege": "USE_SCHEMA"},
    ]);
    assert_eq!(effective["privilege_assignments"][0]["privileges"], expected);
    let other = server.get(&format!("{UC}/effective-permissions/schema/main.default?principal=x")).await;
    assert_eq!(other, json!({}));
}

/// Databricks documentation, "Names", § Unity Catalog: no period, space or slash.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_no_object_can_have() {
    let server = TestServer::start().await;
    for name in ["/x", "..", "a.b", "a/b"] {
        let bodies = [
            ("catalogs", json!({"name": name})),
            ("schemas", json!({"name": name, "catalog_name": "main"})),
            ("schemas", json!({"name": "s", "catalog_name": name})),
            (
                "volumes",
                json!({"name": name, "catalog_name": "main", "schema_name": "default", "volume_type": "MANAGED"}),
            ),
            ("volumes", json!({"name": "v", "catalog_name": "main", "schema_name": name, "volume_type": "MANAGED"})),
        ];
        for (kind, body) in bodies {
            let found = server.fails(Method::POST, &format!("{UC}/{kind}"), Some(body.clone())).await;
            assert_eq!(found, error(400, "INVALID_PARAMETER_VALUE"), "{kind} {body}");
        }
        let escaped = name.replace('/', "%2F");
        for kind in ["tables", "volumes", "functions"] {
            let path = format!("{UC}/{kind}/main.default.{escaped}");
            assert_eq!(
                server.fails(Method::DELETE, &path, None).await,
                error(400, "INVALID_PARAMETER_VALUE"),
                "{path}"
            );
        }
    }
}
