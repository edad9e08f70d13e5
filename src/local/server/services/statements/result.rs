//! A result as the API gives it: a manifest, and rows in chunks.

use std::ops::Range;

use serde_json::{Map, Value, json};

use crate::local::engine::statement::{AnswerColumn, row_bytes};
use crate::local::server::engine::Answer;
use crate::local::server::services::unity::types::type_name;
use crate::syntax::DataType;

pub(super) struct ResultSet {
    columns: Vec<AnswerColumn>,
    rows: Vec<Vec<Option<String>>>,
    chunks: Vec<Range<usize>>,
    truncated: bool,
}

impl ResultSet {
    /// `None` if the rows are too many to be given inline.
    pub(super) fn new(answer: Answer, chunk_rows: usize) -> Option<Self> {
        let Answer { columns, rows, truncated, oversized } = answer;
        if oversized {
            return None;
        }
        let starts = (0..rows.len()).step_by(chunk_rows.max(1));
        let chunks = starts.map(|start| start..(start + chunk_rows.max(1)).min(rows.len())).collect();
        Some(Self { columns, rows, chunks, truncated })
    }

    pub(super) fn size(&self) -> usize {
        self.rows.iter().map(|row| row_bytes(row)).sum()
    }

    pub(super) fn manifest(&self) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .enumerate()
            .map(|(position, AnswerColumn { name, data_type })| {
                let mut column = Map::new();
                column.insert("name".to_string(), json!(name));
                column.insert("type_text".to_string(), json!(data_type.to_string()));
                column.insert("type_name".to_string(), json!(type_name(data_type)));
                column.insert("position".to_string(), json!(position));
                if let DataType::Decimal { precision, scale } = data_type {
                    column.insert("type_precision".to_string(), json!(precision));
                    column.insert("type_scale".to_string(), json!(scale));
                }
                Value::Object(column)
            })
            .collect();
        let chunks: Vec<Value> = self
            .chunks
            .iter()
            .enumerate()
            .map(|(index, range)| {
                let byte_count: usize = self.rows[range.clone()].iter().map(|row| row_bytes(row)).sum();
                json!({
                    "chunk_index": index,
                    "row_offset": range.start,
                    "row_count": range.len(),
                    "byte_count": byte_count,
                })
            })
            .collect();
        let mut manifest = json!({
            "format": "JSON_ARRAY",
            "schema": {"column_count": columns.len(), "columns": columns},
            "total_chunk_count": chunks.len(),
            "total_row_count": self.rows.len(),
            "total_byte_count": self.size(),
            "truncated": self.truncated,
        });
        if !chunks.is_empty() {
            manifest["chunks"] = json!(chunks);
        }
        manifest
    }

    /// `None` if there is no such chunk. An empty result has one empty chunk.
    pub(super) fn chunk(&self, statement: &str, index: usize) -> Option<Value> {
        let range = match self.chunks.get(index) {
            Some(range) => range.clone(),
            None if index == 0 => 0..0,
            None => return None,
        };
        let mut chunk = json!({"chunk_index": index, "row_offset": range.start, "row_count": range.len()});
        let rows = &self.rows[range];
        if !rows.is_empty() {
            chunk["data_array"] = json!(rows);
        }
        if index + 1 < self.chunks.len() {
            let next = index + 1;
            chunk["next_chunk_index"] = json!(next);
            let link = format!("/api/2.0/sql/statements/{statement}/result/chunks/{next}");
            chunk["next_chunk_internal_link"] = json!(link);
        }
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(rows: usize) -> Answer {
        let row = |n: usize| vec![Some(n.to_string()), None];
        Answer {
            columns: vec![
                AnswerColumn { name: "id".to_string(), data_type: DataType::BigInt },
                AnswerColumn { name: "d".to_string(), data_type: DataType::Decimal { precision: 10, scale: 2 } },
            ],
            rows: (0..rows).map(row).collect(),
            ..Answer::default()
        }
    }

    /// Field names: the response of "Execute a SQL statement".
    #[test]
    fn chunks_follow_each_other() {
        let set = ResultSet::new(answer(5), 2).unwrap();
        let manifest = set.manifest();
        assert_eq!(manifest["total_chunk_count"], 3);
        assert_eq!(manifest["total_row_count"], 5);
        assert_eq!(manifest["schema"]["columns"][0]["type_text"], "BIGINT");
        assert_eq!(manifest["schema"]["columns"][0]["type_name"], "LONG");
        assert_eq!(manifest["schema"]["columns"][1]["type_precision"], 10);
        let first = set.chunk("s", 0).unwrap();
        assert_eq!(first["data_array"], json!([["0", null], ["1", null]]));
        assert_eq!(first["next_chunk_internal_link"], "/api/2.0/sql/statements/s/result/chunks/1");
        let last = set.chunk("s", 2).unwrap();
        assert_eq!((&last["row_offset"], &last["row_count"]), (&json!(4), &json!(1)));
        assert!(last.get("next_chunk_index").is_none());
        assert!(set.chunk("s", 3).is_none());
    }

    #[test]
    fn an_empty_result_has_one_empty_chunk() {
        let none = ResultSet::new(answer(0), 10).unwrap();
        assert_eq!(none.chunk("s", 0).unwrap(), json!({"chunk_index": 0, "row_offset": 0, "row_count": 0}));
    }
}
