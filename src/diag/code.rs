//! Stable diagnostic codes. A code, once released, keeps its meaning.

use std::fmt;

use super::Diagnostic;

/// `LS` and three digits: 1 project, 2 template, 3 SQL syntax, 4 names and types, 5 pipelines, 6 dashboards,
/// 7 Genie, 8 grants and governance, 9 jobs and resources.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

pub struct CodeInfo {
    pub code: Code,
    pub title: &'static str,
    /// Its documentation page, docs/diagnostics/LSnnn.md.
    pub page: &'static str,
}

impl Code {
    /// The code that a user writes as `LS401`, `ls401` or `401`; `None` if there is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("LS").or_else(|| text.strip_prefix("ls")).unwrap_or(text);
        let three = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = three.then(|| digits.parse::<u16>().ok()).flatten()?;
        CODES.iter().map(|info| info.code).find(|code| code.0 == number)
    }

    /// The hundreds: what kind of thing it is about.
    pub fn family(self) -> u16 {
        self.0 / 100
    }

    /// `None` for no code of [`CODES`]; there is none.
    pub fn info(self) -> Option<&'static CodeInfo> {
        CODES.binary_search_by_key(&self, |info| info.code).ok().and_then(|at| CODES.get(at))
    }

    /// The codes that are most like what was written.
    pub fn suggestion(text: &str) -> Option<String> {
        let all: Vec<String> = CODES.iter().map(|info| info.code.to_string()).collect();
        // `412` and `ls412` are as good as `LS412`.
        let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let written = if digits.is_empty() { text.to_string() } else { format!("LS{digits}") };
        super::did_you_mean(&written, all.iter().map(String::as_str)).map(str::to_string)
    }

    /// Is its place told without the text that is there? Findings are kept where others read them.
    pub fn hides_text(self) -> bool {
        self == Code::SECRET_VALUE
    }

    /// Does an error of this code mean that nobody knows what would be deployed? A file that cannot be read, rendered
    /// or parsed, a definition that is there twice, an order that does not exist. Such an error is an error in every
    /// project: no setting and no comment makes it less.
    pub fn is_structural(self) -> bool {
        const OTHERS: [Code; 8] = [
            Code::DEPENDENCY_CYCLE,
            Code::DUPLICATE_DATASET,
            Code::DASHBOARD_FORMAT,
            Code::GENIE_FORMAT,
            Code::RESOURCE_REFERENCE,
            Code::JOB_CYCLE,
            Code::DUPLICATE_RESOURCE,
            Code::ALERT_FORMAT,
        ];
        self.family() <= 3 || OTHERS.contains(&self)
    }
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

/// A finding, without a place, about a text that should name a code.
pub fn unknown_code(text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UNKNOWN_CODE, format!("the code `{text}` does not exist"));
    match Code::suggestion(text) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic.hint("`lakesmith explain` lists all codes"),
    }
}

/// `str::starts_with` for the compiler.
const fn has_heading(page: &str, heading: &str) -> bool {
    let (page, heading) = (page.as_bytes(), heading.as_bytes());
    if page.len() < heading.len() {
        return false;
    }
    let mut at = 0;
    while at < heading.len() {
        if page[at] != heading[at] {
            return false;
        }
        at += 1;
    }
    true
}

macro_rules! codes {
    ($($name:ident = $number:literal, $title:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code($number);)*
        }

        /// Every code, in order.
        pub const CODES: &[CodeInfo] = &[$(CodeInfo {
            code: Code::$name,
            title: $title,
            // A code without its page does not compile.
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics/LS", $number, ".md")),
        }),*];

        // Nor does one whose page has another title.
        $(const _: () = assert!(
            has_heading(
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics/LS", $number, ".md")),
                concat!("# LS", $number, ": ", $title, "\n"),
            ),
            concat!("the first line of docs/diagnostics/LS", $number, ".md is not `# LS", $number, ": ", $title, "`"),
        );)*
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
    UNKNOWN_CODE = 112, "the diagnostic code does not exist";
    FIXED_SEVERITY = 113, "the finding can be neither lowered nor allowed";
    ALLOW_WITHOUT_REASON = 114, "an allow gives no reason";
    UNUSED_ALLOW = 115, "an allow allows nothing";
    ALLOW_NOT_UNDERSTOOD = 116, "a comment for lakesmith is not understood";
    UNUSED_VARIABLE = 120, "the variable is declared and never used";
    UNUSED_PRINCIPAL = 121, "the principal is declared and never used";
    EMPTY_SOLUTION = 122, "the solution has no files";
    UNDECLARED_LAYER = 123, "a folder is called almost like a layer";
    UNUSED_SCHEMA = 124, "the schema is declared and never used";
    PRODUCTION_RUN_AS = 125, "a production target does not say as whom it runs";
    TARGET_HOST = 126, "the host is not the address of a workspace";
    TARGET_ADDRESS = 127, "a production target does not say where it deploys";
    SHARED_TARGET = 128, "two targets deploy into the same place";
    SHARED_SCHEMA = 129, "two solutions write into the same schema";
    ADOPTED_PIPELINE = 130, "files are assumed to be one pipeline";
    ADOPTED_TABLES = 131, "tables that are read are assumed to exist";
    ADOPTED_SKIPPED = 132, "files are not judged";
    ADOPTED_NAMES = 133, "names are assumed to mean a catalog and a schema";
    TEMPLATE_SYNTAX = 201, "the template is not valid";
    TEMPLATE_UNDEFINED = 202, "the template uses an undefined name";
    TEMPLATE_UNSAFE_VALUE = 203, "a text value is printed inside SQL without a filter";
    TEMPLATE_REFERENCE = 204, "ref() or source() names nothing in the project";
    TEMPLATE_ERROR = 205, "the template failed while it was rendered";
    UNUSED_MACRO = 206, "the macro is never called";
    UNUSED_IMPORT = 207, "the import is never used";
    SELF_REFERENCE = 208, "ref() names the file that it stands in";
    SHADOWED_NAME = 209, "a name of the template hides one that lakesmith gives";
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
    FILE_OPTION = 419, "an option of a file reader is not known";
    DEPENDENCY_CYCLE = 501, "datasets depend on each other in a cycle";
    DUPLICATE_DATASET = 502, "the dataset is defined twice";
    NOT_STREAMABLE = 503, "STREAM reads from something that is not append-only";
    EXPECTATION = 504, "the expectation is not valid";
    CDC = 505, "the AUTO CDC definition is not valid";
    FLOW_TARGET = 506, "the flow writes into something that is not a streaming table";
    NOT_STREAMING = 507, "a streaming table needs a streaming query";
    NOT_IN_PIPELINE = 508, "a file defines pipeline datasets, and no pipeline lists it";
    SHADOWED_TABLE = 509, "a private dataset hides a table of the catalog";
    PIPELINE_SCHEDULE = 511, "a dataset of a pipeline has a schedule of its own";
    TWO_PIPELINES = 512, "two pipelines make the same table";
    MAKES_NOTHING = 513, "a pipeline lists a file that makes nothing";
    WATERMARK = 514, "the watermark is not a time";
    UNBOUNDED_STATE = 515, "a stream is aggregated without a watermark";
    TABLE_PROPERTY = 516, "the table property has a value without meaning";
    NULLABLE_KEY = 517, "a key of AUTO CDC may be NULL";
    CONSTANT_EXPECTATION = 518, "the expectation does not look at the row";
    FOREIGN_KEY = 519, "the foreign key does not fit the key that it refers to";
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
    GENIE_KEY = 740, "the key is not known in a Genie space";
    GRANT_PRIVILEGE = 801, "the privilege does not apply to the securable";
    GRANT_SECURABLE = 802, "the grant names a securable that does not exist";
    GRANT_PRINCIPAL = 803, "the principal is not declared";
    UNKNOWN_PRIVILEGE = 804, "the privilege is not known";
    DENY = 805, "Unity Catalog has no DENY";
    GRANT_PARENT = 806, "a grant is of no use without USE on what is around its object";
    DUPLICATE_GRANT = 807, "the privilege is granted twice";
    COVERED_GRANT = 808, "ALL PRIVILEGES includes the privilege";
    GRANT_EVERYONE = 809, "everyone is granted a table with sensitive columns";
    LOCKED_OUT = 810, "authoritative grants leave nobody who may manage";
    UNREADABLE_CONSUMER = 811, "nobody who is granted anything can read all that is shown";
    RUN_AS_PRIVILEGE = 812, "the identity of a job or an alert may not read what it reads";
    EMPTY_GRANT = 813, "the grant names no privilege";
    REVOKED_GRANT = 814, "a statement revokes what a grant of the project gives";
    UNPROTECTED_COLUMN = 830, "a sensitive column has neither a mask nor a row filter";
    UNPROTECTED_TABLE = 831, "a sensitive table has neither a mask nor a row filter";
    SENSITIVE_COLUMN = 840, "a copy of a sensitive column is neither masked nor filtered";
    MASK_LOST = 841, "a copy of a masked column is not masked";
    SENSITIVE_DASHBOARD = 842, "a sensitive column reaches a dashboard that shows it with its publisher's rights";
    SENSITIVE_GENIE = 843, "a sensitive column reaches a Genie space without a mask";
    POLICY_COLUMN = 844, "a policy names a column that does not exist";
    RESOURCE_REFERENCE = 901, "the resource refers to something that does not exist";
    JOB_CYCLE = 902, "the job's tasks depend on each other in a cycle";
    SCHEDULE = 903, "the schedule is not valid";
    DUPLICATE_RESOURCE = 904, "the resource is defined twice";
    TIME_ZONE = 905, "the time zone is not known";
    TASK_KIND = 906, "a task says what it runs exactly once";
    JOB_PARAMETER = 907, "the job has no such parameter";
    SQL_TASK_PARAMETER = 908, "the parameters of a SQL task and of its file differ";
    TASK_VALUE = 909, "a value is taken from a task that does not give it";
    TASK_OUTCOME = 910, "only a condition has an outcome";
    FOR_EACH = 911, "the loop over inputs is not valid";
    JOB_LIMIT = 912, "a setting of the job is out of its range";
    JOB_TRIGGER = 913, "the job is started in two ways";
    RUN_AS = 914, "the identity that something runs as is not reliable";
    RUN_IF = 915, "the task's condition can never decide anything";
    NOTIFICATION = 916, "the recipient is not an e-mail address";
    FILE_ARRIVAL = 917, "the place whose files start the job is not valid";
    SERVERLESS_CLUSTER = 918, "something serverless has settings of a cluster";
    PIPELINE_EDITION = 919, "the pipeline's edition lacks a feature that its SQL uses";
    DEVELOPMENT_IN_PRODUCTION = 920, "a production target runs a pipeline in development mode";
    UNUSED_CONFIGURATION = 921, "no file of the pipeline reads the parameter";
    PIPELINE_PLACE = 922, "the pipeline does not say where its tables go";
    SCHEDULED_FULL_REFRESH = 923, "a schedule rebuilds the pipeline's tables each time";
    SCHEDULE_RATE = 924, "the schedule starts the job more often than it can run";
    SCHEDULE_NEVER = 925, "the schedule never comes due";
    SAME_NAME = 926, "two resources have the same name";
    UNDECLARED_SCHEMA = 927, "something lies in a schema that the project does not declare";
    RESOURCE_NAME = 928, "the service does not take the name";
    LARGE_FILE = 929, "the file is too large for the workspace";
    ALERT_FORMAT = 940, "the alert lacks a required field";
    ALERT_QUERY = 941, "the query of an alert is not valid";
    ALERT_COLUMN = 942, "an alert watches a column that its query does not have";
    ALERT_COMPARISON = 943, "the comparison of an alert is not valid";
    ALERT_TYPE = 944, "the types of an alert's comparison do not fit";
    ALERT_SCHEDULE = 945, "the schedule of an alert is not valid";
    ALERT_NOTIFICATION = 946, "the notification of an alert is not valid";
    PERMISSION_LEVEL = 950, "the permission level does not apply to the object";
    PERMISSION_PRINCIPAL = 951, "the permissions do not name each principal once";
    SECRET_VALUE = 952, "a value looks like a secret";
    SQL_TEST_MODEL = 960, "the test names a model that no pipeline of the project makes";
    SQL_TEST_TABLE = 961, "the test gives a table that nothing under test reads";
    SQL_TEST_COLUMN = 962, "the test names a column that the table does not have";
    SQL_TEST_VALUE = 963, "the value does not fit the type of its column";
    SQL_TEST_CASE = 964, "the test case is incomplete or contradicts itself";
    SQL_TEST_ROWS = 965, "the rows of a test cannot be read";
    NOT_DEPLOYED = 966, "the statement is not deployed";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(Code::UNKNOWN_TABLE.to_string(), "LS401");
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        for text in ["LS401", "ls401", "401"] {
            assert_eq!(Code::parse(text), Some(Code::UNKNOWN_TABLE), "{text}");
        }
        for text in ["LS4", "4O1", "LS0401", "LS 401", "", "LS999", "+01", "é01"] {
            assert_eq!(Code::parse(text), None, "{text}");
        }
        assert_eq!(Code::suggestion("column"), None);
        assert_eq!(Code::suggestion("LS4O1").as_deref(), Some("LS401"));
        assert_eq!(Code::suggestion("ls4011").as_deref(), Some("LS401"));
    }
}
