use crate::diag::{SourceFile, human};
use crate::syntax::parse as parse_file;

#[test]
fn first_milestone() {
    let text = "CREATE OR REFRESH MATERIALIZED VIEW a.b.c (col COMMENT 'x', d BIGINT NOT NULL COMMENT 'y', CONSTRAINT c EXPECT (x > 0) ON VIOLATION DROP ROW) COMMENT 'y' CLUSTER BY (d) TBLPROPERTIES (\"k\" = \"v\") AS WITH q AS (SELECT a AS col, CAST(b AS DECIMAL(12,2)) d FROM STREAM(x.y) t) SELECT * FROM q WHERE \"a\" 'b' = r'\\d' ;";
    let file = SourceFile::new("a.sql", text);
    let parsed = parse_file(&file);
    assert!(parsed.diagnostics.is_empty(), "{}", human(&parsed.diagnostics, false));
    assert_eq!(parsed.statements.len(), 1);
}

/// Development aid: parses the files named by an environment variable.
#[test]
fn probe() {
    let Ok(list) = std::env::var("SYN_PROBE") else { return };
    for name in list.split(':') {
        let file = SourceFile::new(name, std::fs::read_to_string(name).unwrap());
        let parsed = parse_file(&file);
        println!("{name}: {} statements", parsed.statements.len());
        println!("{}", human(&parsed.diagnostics, false));
        if std::env::var("SYN_AST").is_ok() {
            println!("{:#?}", parsed.statements);
        }
    }
}
