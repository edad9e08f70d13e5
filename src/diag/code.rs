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
    SCHEDULE_LIMIT = 305, "the schedule's period is out of its documented limits";
    UNDOCUMENTED_SQL = 306, "the spelling is accepted in places, but not documented";
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
    SYSTEM_COLUMN = 411, "the system table has no such documented column";
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
    DASHBOARD_EXPRESSION = 604, "a widget's expression is not valid";
    DASHBOARD_TEXT_AGGREGATE = 605, "a widget computes with text as if it were numbers";
    DASHBOARD_DISAGGREGATED = 606, "a widget that shows single rows has an aggregate";
    DASHBOARD_SCALE = 607, "a scale does not fit the type of its field";
    DASHBOARD_DATASET = 608, "a widget reads a dataset that does not exist";
    DASHBOARD_DUPLICATE = 609, "two parts of a dashboard have one name";
    DASHBOARD_PAGE = 610, "a page of a dashboard has no name of its own, or an unknown type";
    DASHBOARD_UNUSED = 611, "no widget reads the dataset";
    DASHBOARD_PARAMETER = 612, "a dataset uses a parameter that it does not declare";
    DASHBOARD_UNUSED_PARAMETER = 613, "a dataset does not use its parameter";
    DASHBOARD_PARAMETER_VALUE = 614, "the value is not of the parameter's type";
    DASHBOARD_PARAMETER_SHAPE = 615, "a range is used as one value, or one value as a range";
    DASHBOARD_FILTER_QUERY = 616, "a filter is bound to a query that it does not have";
    DASHBOARD_FILTER_PARAMETER = 617, "a widget sets a parameter that its dataset does not declare";
    DASHBOARD_FILTER_UNBOUND = 618, "a filter is bound to nothing";
    DASHBOARD_FILTER_KIND = 619, "the kind of filter does not fit what it sets";
    DASHBOARD_LAYOUT = 620, "a widget stands outside of its page's grid";
    DASHBOARD_OVERLAP = 621, "a widget lies over another one";
    DASHBOARD_WIDGET_TYPE = 622, "the type or the version of the widget is not known";
    DASHBOARD_ENCODING = 623, "a widget lacks what its type needs to show anything";
    DASHBOARD_TEXT = 624, "a text widget has a specification, too";
    DASHBOARD_MAIN_QUERY = 625, "a chart does not have exactly one query, `main_query`";
    DASHBOARD_LIMIT = 626, "the dashboard is larger than the product allows";
    DASHBOARD_LINES = 627, "lines of a dataset's query run into each other";
    DASHBOARD_COUNTER_COLOR = 628, "a counter's colour stands where it is not looked for";
    DASHBOARD_VEGA = 629, "the Vega-Lite specification does not fit its widget";
    DASHBOARD_COMPLEX = 630, "a widget's expression is more than widgets promise to compute";
    DASHBOARD_SORT = 631, "a widget is ordered by something that it does not have";
    DASHBOARD_KEY = 632, "the key is not known in a dashboard and is ignored";
    GENIE_FORMAT = 701, "the Genie space file is not valid";
    GENIE_TABLE = 702, "the Genie space uses a table that does not exist";
    GENIE_QUERY = 703, "a Genie example query is not valid";
    GENIE_JOIN = 704, "the join of a Genie space is not valid";
    GENIE_SNIPPET = 705, "a SQL snippet of a Genie space is not valid";
    GENIE_COLUMN = 706, "a Genie space describes a column that does not exist";
    GENIE_BENCHMARK = 707, "the answer of a Genie benchmark is not valid";
    GENIE_ID = 708, "the id of a Genie item is absent or not 32 hexadecimal digits";
    GENIE_DUPLICATE_ID = 709, "two items of a Genie space have one id";
    GENIE_ORDER = 710, "a list of a Genie space is not sorted";
    GENIE_LIMIT = 711, "the Genie space is larger than the product allows";
    GENIE_VERSION = 712, "the version of the Genie space is absent or not known";
    GENIE_UNLISTED = 713, "a query of a Genie space reads a table that the space does not have";
    GENIE_PARAMETER = 714, "parameters of a Genie example are not those that it declares";
    GENIE_DUPLICATE = 715, "a Genie space says the same thing twice";
    GENIE_SHAPE = 716, "a value of a Genie space does not have the form that the service reads";
    GENIE_MATCHING = 717, "matching of values is not set up as the product needs it";
    GENIE_FUNCTION = 718, "a Genie space uses a function that does not exist";
    GRANT_PRIVILEGE = 801, "the privilege does not apply to the securable";
    GRANT_SECURABLE = 802, "the grant names a securable that does not exist";
    GRANT_PRINCIPAL = 803, "the principal is not declared";
    RESOURCE_REFERENCE = 901, "the resource refers to something that does not exist";
    JOB_CYCLE = 902, "the job's tasks depend on each other in a cycle";
    SCHEDULE = 903, "the schedule is not valid";
    DUPLICATE_RESOURCE = 904, "the resource is defined twice";
    ALERT_FORMAT = 940, "the alert lacks a required field";
    ALERT_QUERY = 941, "the query of an alert is not valid";
    ALERT_COLUMN = 942, "an alert watches a column that its query does not have";
    ALERT_COMPARISON = 943, "the comparison of an alert is not valid";
    ALERT_TYPE = 944, "the types of an alert's comparison do not fit";
    ALERT_SCHEDULE = 945, "the schedule of an alert is not valid";
    ALERT_NOTIFICATION = 946, "the notification of an alert is not valid";
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
