//! Who sees what a mask hides (Databricks documentation, "is_account_group_member function": the session's user is a
//! member, or is not; and "Row filters and column masks").

use super::support::{Workspace, session};
use crate::local::engine::{CancelToken, statement};

const PEOPLE: &str =
    "CREATE OR REFRESH MATERIALIZED VIEW people (name STRING MASK main.demo.hidden) AS SELECT 'Ann' AS name;
CREATE OR REFRESH MATERIALIZED VIEW letters AS SELECT name, length(name) AS letters FROM people;";

#[test]
fn an_admin_is_in_no_group_that_nobody_put_it_in_but_a_pipeline_sees_its_data() {
    let workspace = Workspace::new();
    let mask = "CREATE FUNCTION main.demo.hidden(n STRING) RETURNS STRING
      RETURN CASE WHEN is_account_group_member('hr') THEN n ELSE '[hidden]' END";
    statement::execute(&workspace.store, mask, &session(), Default::default(), &CancelToken::default()).unwrap();
    workspace.update(PEOPLE);
    assert_eq!(workspace.rows("SELECT name FROM people"), ["[hidden]"]);
    assert_eq!(workspace.rows("SELECT name, letters FROM letters"), ["Ann|3"]);
    let mut hr = session();
    hr.principal.groups.push("HR".to_string());
    let answer = statement::execute(
        &workspace.store,
        "SELECT name FROM people",
        &hr,
        Default::default(),
        &CancelToken::default(),
    );
    assert_eq!(answer.unwrap().rows, [[Some("Ann".to_string())]]);
}
