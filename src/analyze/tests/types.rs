//! Result types, against the cases in `types.sql`.

use crate::syntax::DataType;

use super::support::bind;

/// Spark's short form: `array<int>`, `struct<a:int>`.
fn short(ty: &DataType) -> String {
    ty.to_string().to_lowercase().replace(", ", ",").replace(": ", ":").replace('`', "")
}

#[test]
fn types_are_those_of_spark() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for line in include_str!("types.sql").lines().filter(|line| !line.starts_with("--")) {
        let (sql, expected) = line.rsplit_once(" => ").expect(line);
        let (query, diagnostics) = bind(sql);
        let found = if diagnostics.has_errors() {
            "error".to_string()
        } else {
            let name = |ty: &Option<DataType>| ty.as_ref().map_or("?".to_string(), short);
            let output = query.map(|query| query.output).unwrap_or_default();
            output.iter().map(|column| name(&column.ty)).collect::<Vec<_>>().join(", ")
        };
        if found != expected {
            let why = super::support::messages(&diagnostics).join("\n  ");
            wrong.push(format!("{sql}\n  expected {expected}\n  found    {found}\n  {why}"));
        }
        cases += 1;
    }
    assert!(cases > 150, "only {cases} cases were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
