//! A result as the API gives it: a manifest, and rows in chunks.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::links::{FileChunk, Files};
use crate::local::engine::statement::{AnswerColumn, row_bytes};
use crate::local::server::engine::Answer;
use crate::local::server::services::unity::types::type_name;
use crate::syntax::DataType;

pub(super) struct ResultSet {
    columns: Vec<AnswerColumn>,
    rows: Rows,
    truncated: bool,
}

enum Rows {
    Inline { rows: Vec<Vec<Option<String>>>, chunks: Vec<Range<usize>> },
    Files(Files),
}

impl ResultSet {
    /// `None` if the rows are too many to be given inline.
    pub(super) fn inline(answer: Answer, chunk_rows: usize) -> Option<Self> {
        let Answer { columns, rows, truncated, oversized } = answer;
        if oversized {
            return None;
        }
        let starts = (0..rows.len()).step_by(chunk_rows.max(1));
        let chunks = starts.map(|start| start..(start + chunk_rows.max(1)).min(rows.len())).collect();
        Some(Self { columns, rows: Rows::Inline { rows, chunks }, truncated })
    }

    pub(super) fn external(answer: Answer, files: Files) -> Self {
        Self { columns: answer.columns, rows: Rows::Files(files), truncated: answer.truncated }
    }

    pub(super) fn files(&self) -> Option<&Files> {
        match &self.rows {
            Rows::Inline { .. } => None,
            Rows::Files(files) => Some(files),
        }
    }

    /// In memory.
    pub(super) fn size(&self) -> usize {
        match &self.rows {
            Rows::Inline { rows, .. } => rows.iter().map(|row| row_bytes(row)).sum(),
            Rows::Files(_) => 0,
        }
    }

    fn chunks(&self) -> Vec<FileChunk> {
        match &self.rows {
            Rows::Inline { rows, chunks } => {
                let bytes = |range: &Range<usize>| rows[range.clone()].iter().map(|row| row_bytes(row)).sum();
                let chunk =
                    |range: &Range<usize>| FileChunk { first: range.start, rows: range.len(), bytes: bytes(range) };
                chunks.iter().map(chunk).collect()
            }
            Rows::Files(files) => files.chunks.clone(),
        }
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
        let found = self.chunks();
        let total = |count: fn(&FileChunk) -> usize| found.iter().map(count).sum::<usize>();
        let (rows, bytes) = (total(|chunk| chunk.rows), total(|chunk| chunk.bytes));
        let chunks: Vec<Value> = found
            .iter()
            .enumerate()
            .map(|(index, chunk)| {
                json!({
                    "chunk_index": index,
                    "row_offset": chunk.first,
                    "row_count": chunk.rows,
                    "byte_count": chunk.bytes,
                })
            })
            .collect();
        let mut manifest = json!({
            "format": "JSON_ARRAY",
            "schema": {"column_count": columns.len(), "columns": columns},
            "total_chunk_count": chunks.len(),
            "total_row_count": rows,
            "total_byte_count": bytes,
            "truncated": self.truncated,
        });
        if !chunks.is_empty() {
            manifest["chunks"] = json!(chunks);
        }
        manifest
    }

    /// `None` if there is no such chunk. An empty result has one empty chunk, or no file. `link` makes the link to a
    /// file, and says until when it is good.
    pub(super) fn chunk(
        &self,
        statement: &str,
        index: usize,
        link: &dyn Fn(usize) -> (String, String),
    ) -> Option<Value> {
        let (rows, chunks) = match &self.rows {
            Rows::Inline { rows, chunks } => (rows, chunks),
            Rows::Files(files) => return external(files, statement, index, link),
        };
        let range = match chunks.get(index) {
            Some(range) => range.clone(),
            None if index == 0 => 0..0,
            None => return None,
        };
        let mut chunk = json!({"chunk_index": index, "row_offset": range.start, "row_count": range.len()});
        let rows = &rows[range];
        if !rows.is_empty() {
            chunk["data_array"] = json!(rows);
        }
        follow(&mut chunk, statement, index, chunks.len());
        Some(chunk)
    }
}

fn external(files: &Files, statement: &str, index: usize, link: &dyn Fn(usize) -> (String, String)) -> Option<Value> {
    let Some(chunk) = files.chunks.get(index) else { return (index == 0).then(|| json!({})) };
    let (link, expiration) = link(index);
    let mut external = json!({
        "chunk_index": index,
        "row_offset": chunk.first,
        "row_count": chunk.rows,
        "byte_count": chunk.bytes,
        "external_link": link,
        "expiration": expiration,
    });
    follow(&mut external, statement, index, files.chunks.len());
    Some(json!({ "external_links": [external] }))
}

/// Where the next chunk is, if there is one.
fn follow(chunk: &mut Value, statement: &str, index: usize, count: usize) {
    if index + 1 < count {
        let next = index + 1;
        chunk["next_chunk_index"] = json!(next);
        chunk["next_chunk_internal_link"] = json!(format!("/api/2.0/sql/statements/{statement}/result/chunks/{next}"));
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

    fn no_link(_: usize) -> (String, String) {
        panic!("inline results have no links")
    }

    /// Field names: the response of "Execute a SQL statement".
    #[test]
    fn chunks_follow_each_other() {
        let set = ResultSet::inline(answer(5), 2).unwrap();
        let manifest = set.manifest();
        assert_eq!(manifest["total_chunk_count"], 3);
        assert_eq!(manifest["total_row_count"], 5);
        assert_eq!(manifest["schema"]["columns"][0]["type_text"], "BIGINT");
        assert_eq!(manifest["schema"]["columns"][0]["type_name"], "LONG");
        assert_eq!(manifest["schema"]["columns"][1]["type_precision"], 10);
        let first = set.chunk("s", 0, &no_link).unwrap();
        assert_eq!(first["data_array"], json!([["0", null], ["1", null]]));
        assert_eq!(first["next_chunk_internal_link"], "/api/2.0/sql/statements/s/result/chunks/1");
        let last = set.chunk("s", 2, &no_link).unwrap();
        assert_eq!((&last["row_offset"], &last["row_count"]), (&json!(4), &json!(1)));
        assert!(last.get("next_chunk_index").is_none());
        assert!(set.chunk("s", 3, &no_link).is_none());
    }

    #[test]
    fn an_empty_result_has_one_empty_chunk() {
        let none = ResultSet::inline(answer(0), 10).unwrap();
        assert_eq!(none.chunk("s", 0, &no_link).unwrap(), json!({"chunk_index": 0, "row_offset": 0, "row_count": 0}));
    }
}
