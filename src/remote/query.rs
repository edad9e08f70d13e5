//! Running one query.

use crate::api::statements::{self, Statement};

use super::{Remote, RemoteError};

/// The rows of a query; every value as text, `None` for NULL.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct QueryResult {
    pub columns: Vec<QueryColumn>,
    pub rows: Vec<Vec<Option<String>>>,
    /// The service left rows out.
    pub truncated: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct QueryColumn {
    pub name: String,
    /// Databricks' name of the type, such as `DECIMAL(10,2)`.
    pub data_type: String,
}

/// The value of a named parameter marker, `:name`.
#[derive(Clone, PartialEq, Debug)]
pub struct QueryParameter {
    pub name: String,
    pub value: String,
    /// Databricks' name of the type.
    pub data_type: String,
}

impl Remote {
    pub async fn query(
        &self,
        text: &str,
        catalog: Option<&str>,
        schema: Option<&str>,
    ) -> Result<QueryResult, RemoteError> {
        self.query_with(text, catalog, schema, &[]).await
    }

    pub async fn query_with(
        &self,
        text: &str,
        catalog: Option<&str>,
        schema: Option<&str>,
        parameters: &[QueryParameter],
    ) -> Result<QueryResult, RemoteError> {
        let warehouse_id = self.default_warehouse().await?;
        let parameters: Vec<(&str, &str, &str)> =
            parameters.iter().map(|p| (p.name.as_str(), p.value.as_str(), p.data_type.as_str())).collect();
        let statement = Statement { text, warehouse_id, catalog, schema, parameters: &parameters };
        let found = statements::execute(&self.client, &statement).await?;
        let columns = found.columns.into_iter();
        Ok(QueryResult {
            columns: columns.map(|c| QueryColumn { name: c.name, data_type: c.type_text }).collect(),
            rows: found.rows,
            truncated: found.truncated,
        })
    }
}
