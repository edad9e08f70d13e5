//! Facts and rewriting, on the forms that real files have.

use serde_json::{Value, json};

use super::documents::{Catalogs, document};
use super::facts::{Surroundings, sql_file, uses};
use crate::diag::SourceFile;
use crate::ident::Identifier;
use crate::syntax::outline_and_tokens;

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

fn names(text: &str) -> Vec<String> {
    let (catalog, schema) = (name("c"), name("gold"));
    let found = uses(text, &Surroundings { catalog: &catalog, schema: &schema, schemas: None });
    found.tables.iter().map(ToString::to_string).chain(found.paths).collect()
}

#[test]
fn names_and_paths_are_read_off_the_tokens() {
    assert_eq!(
        names(
            "SELECT a.b.c(x), 'q.w.e' -- n.o.t\nFROM `A`.b . tab JOIN s.t ON 1 = read_files('/Volumes/c/bronze/landing/x')"
        ),
        ["a.b.c", "A.b.tab", "c.s.t", "/Volumes/c/bronze/landing/x"]
    );
}

#[test]
fn a_file_says_what_it_makes() {
    let text = "CREATE OR REFRESH STREAMING TABLE c.bronze.raw AS SELECT * FROM STREAM read_files('/Volumes/c/b/l');\nCREATE TEMPORARY VIEW t AS SELECT 1 AS one;\nCREATE OR REPLACE FUNCTION c.silver.m(x STRING) RETURNS STRING RETURN x;\n";
    let file = SourceFile::new("sql/a.sql", text);
    let (catalog, schema) = (name("c"), name("gold"));
    let (parsed, tokens) = outline_and_tokens(&file);
    let around = Surroundings { catalog: &catalog, schema: &schema, schemas: None };
    let facts = sql_file(&file, &parsed, &tokens, &around);
    assert_eq!(facts.datasets.iter().map(ToString::to_string).collect::<Vec<_>>(), ["c.bronze.raw"]);
    let objects: Vec<(String, bool)> = facts.objects.iter().map(|o| (o.name.to_string(), o.replaces)).collect();
    assert_eq!(objects, [("c.silver.m".to_string(), true)]);
    assert_eq!(facts.objects[0].statement, "CREATE OR REPLACE FUNCTION c.silver.m(x STRING) RETURNS STRING RETURN x");
}

#[test]
fn exported_documents_get_the_targets_catalog_as_tokens_only() {
    let source = json!({
        "datasets": [{"name": "d", "catalog": "ins", "queryLines": ["SELECT 'ins.gold.x' AS s, -- ins.gold.y\n", " ins.x FROM `ins`.gold.kpis JOIN INS.gold.b\n"]}],
        "data_sources": {"tables": [{"identifier": "ins.gold.kpis"}, {"identifier": "other.gold.z"}]},
        "benchmarks": {"questions": [{"question": ["What of ins.gold.kpis?"], "answer": [{"format": "SQL", "content": ["SELECT 1 FROM ins.gold.kpis"]}]}]},
    });
    let file = SourceFile::new("dashboards/i/a.lvdash.json", source.to_string());
    let catalogs: Catalogs = [("ins".to_string(), name("dev_ins"))].into();
    let (catalog, schema) = (name("dev_ins"), name("gold"));
    let result = document(&file, &catalogs, &Surroundings { catalog: &catalog, schema: &schema, schemas: None });
    let value: Value = serde_json::from_str(&result.text).unwrap();
    assert_eq!(
        value["datasets"][0],
        json!({"name": "d", "catalog": "dev_ins", "queryLines": ["SELECT 'ins.gold.x' AS s, -- ins.gold.y\n", " ins.x FROM `dev_ins`.gold.kpis JOIN dev_ins.gold.b\n"]})
    );
    assert_eq!(
        value["data_sources"]["tables"],
        json!([{"identifier": "dev_ins.gold.kpis"}, {"identifier": "other.gold.z"}])
    );
    assert_eq!(value["benchmarks"]["questions"][0]["question"], json!(["What of ins.gold.kpis?"]));
    assert_eq!(value["benchmarks"]["questions"][0]["answer"][0]["content"], json!(["SELECT 1 FROM dev_ins.gold.kpis"]));
    assert!(result.uses.tables.iter().any(|table| table.to_string() == "dev_ins.gold.kpis"));
}

#[test]
fn a_document_without_foreign_names_keeps_its_bytes() {
    let text = "{ \"datasets\" : [ ] }\n";
    let file = SourceFile::new("d.lvdash.json", text);
    let (catalog, schema) = (name("c"), name("s"));
    let around = Surroundings { catalog: &catalog, schema: &schema, schemas: None };
    assert_eq!(document(&file, &Catalogs::new(), &around).text, text);
}

/// What a release holds for a target is what the checkout would deploy there, whoever deploys it and wherever.
#[test]
fn a_rendering_is_what_would_be_deployed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = super::load(root).unwrap().0.unwrap();
    let env = crate::sys::Env::default();
    let given = super::Given { vars: &[], env: &env };
    let created = crate::release::Created {
        at: Some(chrono::DateTime::UNIX_EPOCH),
        by: Some(String::new()),
        tool_version: String::new(),
        git: None,
        ci_url: None,
    };
    for solution in project.solutions.keys() {
        let built = super::build(&project, solution, given, created.clone()).unwrap();
        assert!(
            project.targets.len() >= 3 && project.targets.keys().all(|name| built.release.targets.contains_key(name))
        );
        for target in project.targets.keys() {
            let resolved = super::resolve(&project, Some(target), &[], &env).0.unwrap();
            let (compiled, _) = super::compile(&resolved, Some(solution));
            let (root, user) = ("/Workspace/Shared/x/{y}", "Ann.Lee@example.test");
            let (wanted, _) = compiled.desired(root, user, Vec::new());
            let rendering = built.rendering(target).unwrap();
            let sources = &built.release.sources;
            let found = rendering.desired(root, "Ann_Lee", &built.archive, |path| sources.get(path)).unwrap();
            assert!(wanted.len() > 10);
            assert_eq!(wanted.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
            for (wanted, found) in wanted.iter().zip(found.iter()) {
                assert_eq!((&wanted.spec, &wanted.content), (&found.spec, &found.content), "{target} {}", wanted.key);
                assert_eq!(wanted.depends_on, found.depends_on);
                assert_eq!(wanted.prevent_destroy, found.prevent_destroy);
                let place = |desired: &crate::resource::Desired| desired.location.as_ref().map(|at| at.display());
                assert_eq!(place(wanted), place(found), "{target} {}", wanted.key);
            }
        }
    }
}
