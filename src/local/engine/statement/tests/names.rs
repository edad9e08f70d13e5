//! Names that no object can have (Databricks documentation, "Names", § Unity Catalog).

use super::support::Bench;

const INVALID: [&str; 5] = ["/x", "..", "a.b", "a/b", "a b"];

#[test]
fn no_object_of_any_kind_is_made_dropped_or_granted_under_such_a_name() {
    let bench = Bench::new();
    for name in INVALID {
        let statements = [
            format!("CREATE CATALOG `{name}`"),
            format!("CREATE SCHEMA `{name}`"),
            format!("CREATE SCHEMA c.`{name}`"),
            format!("CREATE SCHEMA `{name}`.s"),
            format!("CREATE TABLE s.`{name}` (a INT)"),
            format!("CREATE TABLE c.`{name}`.t (a INT)"),
            format!("CREATE VIEW s.`{name}` AS SELECT 1 AS a"),
            format!("CREATE VOLUME c.s.`{name}`"),
            format!("CREATE VOLUME c.`{name}`.v"),
            format!("CREATE VOLUME `{name}`.s.v"),
            format!("CREATE FUNCTION c.s.`{name}`() RETURN 1"),
            format!("DROP VOLUME IF EXISTS c.s.`{name}`"),
            format!("DROP CATALOG IF EXISTS `{name}`"),
            format!("COMMENT ON SCHEMA `{name}` IS 'x'"),
            format!("GRANT SELECT ON SCHEMA `{name}` TO x"),
        ];
        for sql in statements {
            assert_eq!(bench.class(&sql), "INVALID_SCHEMA_OR_RELATION_NAME", "{sql}");
        }
    }
}

/// A volume is a folder: an absolute name must not be taken for a path.
#[test]
fn a_volume_name_reaches_no_folder_outside_the_store() {
    let bench = Bench::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("kept"), "x").unwrap();
    bench.class(&format!("CREATE VOLUME c.s.`{}`", outside.path().display()));
    assert!(outside.path().join("kept").exists());
}
