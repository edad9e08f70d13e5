//! The content of a space, `serialized_space` (Databricks documentation, "Use the Genie API", § serialized space).

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Space {
    pub(super) version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) config: Option<Config>,
    #[serde(default)]
    pub(super) data_sources: DataSources,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) instructions: Option<Instructions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) benchmarks: Option<Benchmarks>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sample_questions: Vec<Question>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) id: String,
    pub(super) question: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataSources {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tables: Vec<DataSource>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) metric_views: Vec<DataSource>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataSource {
    pub(super) identifier: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) description: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) column_configs: Vec<ColumnConfig>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnConfig {
    pub(super) column_name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) description: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) synonyms: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) exclude: Option<bool>,
    /// `get_example_values` in version 1.
    #[serde(default, alias = "get_example_values", skip_serializing_if = "Option::is_none")]
    pub(super) enable_format_assistance: Option<bool>,
    /// `build_value_dictionary` in version 1.
    #[serde(default, alias = "build_value_dictionary", skip_serializing_if = "Option::is_none")]
    pub(super) enable_entity_matching: Option<bool>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Instructions {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) text_instructions: Vec<TextInstruction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) example_question_sqls: Vec<ExampleSql>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sql_functions: Vec<SqlFunction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) join_specs: Vec<JoinSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sql_snippets: Option<SqlSnippets>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextInstruction {
    pub(super) id: String,
    pub(super) content: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleSql {
    pub(super) id: String,
    pub(super) question: Vec<String>,
    pub(super) sql: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) usage_guidance: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parameters: Vec<Value>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SqlFunction {
    pub(super) id: String,
    pub(super) identifier: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinSide {
    pub(super) identifier: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinSpec {
    pub(super) id: String,
    pub(super) left: JoinSide,
    pub(super) right: JoinSide,
    pub(super) sql: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) comment: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) instruction: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SqlSnippets {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) filters: Vec<Snippet>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) expressions: Vec<Snippet>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) measures: Vec<Snippet>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snippet {
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<String>,
    pub(super) sql: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) synonyms: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) comment: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) instruction: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Benchmarks {
    pub(super) questions: Vec<Benchmark>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Benchmark {
    pub(super) id: String,
    pub(super) question: Vec<String>,
    pub(super) answer: Vec<Answer>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) format: String,
    pub(super) content: Vec<String>,
}
