//! Stable diagnostic codes. A code, once released, keeps its meaning.

use std::fmt;

/// `LS` and three digits: 1 project, 2 template, 3 SQL syntax, 4 names and types, 5 pipelines, 6 dashboards,
/// 7 Genie, 8 grants and governance, 9 jobs and resources.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

pub struct CodeInfo {
    pub code: Code,
    pub title: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LS{:03}", self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

macro_rules! codes {
    ($($name:ident = $number:literal, $title:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code($number);)*
        }

        /// Every code, in order.
        pub const CODES: &[CodeInfo] = &[$(CodeInfo { code: Code::$name, title: $title }),*];
    };
}

codes! {
    PROJECT_NOT_FOUND = 101, "no lakesmith.yml was found";
    YAML_SYNTAX = 102, "the file is not valid YAML";
    UNKNOWN_KEY = 103, "the key is not known here";
    INVALID_VALUE = 104, "the value has the wrong type or is out of bounds";
    MISSING_KEY = 105, "a required key is absent";
    UNKNOWN_TARGET = 106, "the target is not declared";
    UNKNOWN_SOLUTION = 107, "the solution is not declared";
    UNKNOWN_VARIABLE = 108, "the variable is not declared";
    MISSING_FILE = 109, "a file that the project names does not exist";
    UNREADABLE_FILE = 110, "a file of the project cannot be read as text";
    TEMPLATE_SYNTAX = 201, "the template is not valid";
    TEMPLATE_UNDEFINED = 202, "the template uses an undefined name";
    TEMPLATE_UNSAFE_VALUE = 203, "a text value is printed inside SQL without a filter";
    TEMPLATE_REFERENCE = 204, "ref() or source() names nothing in the project";
    TEMPLATE_ERROR = 205, "the template failed while it was rendered";
    SQL_LEX = 301, "the SQL text cannot be split into tokens";
    SQL_SYNTAX = 302, "the SQL statement is not valid";
    SQL_NOT_UNDERSTOOD = 303, "the statement is not understood and was not checked";
    SQL_WRONG_PLACE = 304, "the statement does not belong in this file";
    UNKNOWN_TABLE = 401, "the table does not exist";
    UNKNOWN_COLUMN = 402, "the column does not exist";
    AMBIGUOUS_COLUMN = 403, "the column name is ambiguous";
    TYPE_MISMATCH = 404, "the types do not fit";
    WRONG_ARITY = 405, "the function is called with the wrong number of arguments";
    UNKNOWN_FUNCTION = 406, "the function is not known";
    INVALID_AGGREGATE = 407, "aggregation is used where it is not allowed, or a column is not grouped";
    UNSUPPORTED_SQL = 408, "the construct is valid but not understood by the analyzer";
    DUPLICATE_COLUMN = 409, "the column name occurs twice";
    INVALID_QUERY = 410, "the query is not valid";
    DEPENDENCY_CYCLE = 501, "datasets depend on each other in a cycle";
    DUPLICATE_DATASET = 502, "the dataset is defined twice";
    NOT_STREAMABLE = 503, "STREAM reads from something that is not append-only";
    EXPECTATION = 504, "the expectation is not valid";
    CDC = 505, "the AUTO CDC definition is not valid";
    FLOW_TARGET = 506, "the flow writes into something that is not a streaming table";
    NOT_STREAMING = 507, "a streaming table needs a streaming query";
    NOT_IN_PIPELINE = 508, "a file defines pipeline datasets, and no pipeline lists it";
    DASHBOARD_FORMAT = 601, "the dashboard file is not valid";
    DASHBOARD_QUERY = 602, "a dashboard dataset's query is not valid";
    DASHBOARD_FIELD = 603, "a widget uses a field that its query does not have";
    GENIE_FORMAT = 701, "the Genie space file is not valid";
    GENIE_TABLE = 702, "the Genie space uses a table that does not exist";
    GENIE_QUERY = 703, "a Genie example query is not valid";
    GRANT_PRIVILEGE = 801, "the privilege does not apply to the securable";
    GRANT_SECURABLE = 802, "the grant names a securable that does not exist";
    GRANT_PRINCIPAL = 803, "the principal is not declared";
    RESOURCE_REFERENCE = 901, "the resource refers to something that does not exist";
    JOB_CYCLE = 902, "the job's tasks depend on each other in a cycle";
    SCHEDULE = 903, "the schedule is not valid";
    DUPLICATE_RESOURCE = 904, "the resource is defined twice";
    SQL_TEST_MODEL = 960, "the test names a model that no pipeline of the project makes";
    SQL_TEST_TABLE = 961, "the test gives a table that nothing under test reads";
    SQL_TEST_COLUMN = 962, "the test names a column that the table does not have";
    SQL_TEST_VALUE = 963, "the value does not fit the type of its column";
    SQL_TEST_CASE = 964, "the test case is incomplete or contradicts itself";
    SQL_TEST_ROWS = 965, "the rows of a test cannot be read";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(Code::UNKNOWN_TABLE.to_string(), "LS401");
    }
}
