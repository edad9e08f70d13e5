//! Objects that other parts keep as JSON: pipelines, jobs, runs, dashboards, workspace objects, …

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use duckdb::params_from_iter;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Reader, StoreError, Writer};

/// A family of documents with its own ids. The name is part of the on-disk format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DocumentKind(pub &'static str);

/// Registered models, which belong to a schema and go with it.
pub const MODELS: DocumentKind = DocumentKind("registered_model");

#[derive(Clone, PartialEq, Debug)]
pub struct Document<T> {
    pub id: String,
    /// The id or path of what it belongs to; empty if nothing.
    pub parent: String,
    pub name: String,
    pub body: T,
    /// 1 when made, one more with every change: an etag.
    pub version: i64,
    /// Microseconds since the epoch.
    pub created_at: i64,
    pub updated_at: i64,
}

/// What must be there for a write to happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    Absent,
    Present,
    /// Present in just this version.
    Version(i64),
    Anything,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Filter<'a> {
    pub parent: Option<&'a str>,
    pub name: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Oldest,
    Newest,
    Name,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageRequest<'a> {
    pub size: usize,
    /// From the page before.
    pub token: Option<&'a str>,
}

impl PageRequest<'_> {
    pub const ALL: Self = Self { size: usize::MAX, token: None };
}

#[derive(Clone, PartialEq, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Absent on the last page.
    pub next: Option<String>,
}

const COLUMNS: &str = "id, parent, name, body, version, created_at, updated_at, position";

/// A document as stored, with its place in the order of creation.
type Raw = (Document<String>, i64);

fn raw(row: &duckdb::Row<'_>) -> duckdb::Result<Raw> {
    let document = Document {
        id: row.get(0)?,
        parent: row.get(1)?,
        name: row.get(2)?,
        body: row.get(3)?,
        version: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    };
    Ok((document, row.get(7)?))
}

fn typed<T: DeserializeOwned>(kind: DocumentKind, raw: Document<String>) -> Result<Document<T>, StoreError> {
    let body = serde_json::from_str(&raw.body).map_err(|source| StoreError::Record { kind: kind.0, source })?;
    let Document { id, parent, name, version, created_at, updated_at, .. } = raw;
    Ok(Document { id, parent, name, body, version, created_at, updated_at })
}

impl Reader<'_> {
    pub fn document<T: DeserializeOwned>(
        &self,
        kind: DocumentKind,
        id: &str,
    ) -> Result<Option<Document<T>>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM _lakesmith.documents WHERE kind = ? AND id = ?");
        self.query_optional(&sql, [kind.0, id], raw)?.map(|(document, _)| typed(kind, document)).transpose()
    }

    pub fn documents<T: DeserializeOwned>(
        &self,
        kind: DocumentKind,
        filter: Filter<'_>,
        order: Order,
        page: PageRequest<'_>,
    ) -> Result<Page<Document<T>>, StoreError> {
        let mut sql = format!("SELECT {COLUMNS} FROM _lakesmith.documents WHERE kind = ?");
        let mut params = vec![kind.0.to_string()];
        for (column, value) in [("parent", filter.parent), ("name", filter.name)] {
            if let Some(value) = value {
                sql.push_str(&format!(" AND {column} = ?"));
                params.push(value.to_string());
            }
        }
        if let Some(token) = page.token {
            let (position, name) = decode(token)?;
            let position = position.to_string();
            match order {
                Order::Oldest => sql.push_str(" AND position > CAST(? AS BIGINT)"),
                Order::Newest => sql.push_str(" AND position < CAST(? AS BIGINT)"),
                Order::Name => {
                    sql.push_str(" AND (name, position) > (?, CAST(? AS BIGINT))");
                    params.push(name);
                }
            }
            params.push(position);
        }
        sql.push_str(match order {
            Order::Oldest => " ORDER BY position",
            Order::Newest => " ORDER BY position DESC",
            Order::Name => " ORDER BY name, position",
        });
        let bounded = page.size < usize::MAX;
        if bounded {
            // One more than asked for, to know whether there is a next page.
            sql.push_str(&format!(" LIMIT {}", page.size + 1));
        }
        let mut rows = self.query(&sql, params_from_iter(params), raw)?;
        let more = bounded && rows.len() > page.size;
        if more {
            rows.truncate(page.size);
        }
        let next = rows.last().filter(|_| more).map(|(document, position)| encode(*position, &document.name));
        let items = rows.into_iter().map(|(document, _)| typed(kind, document)).collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }
}

fn encode(position: i64, name: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{position} {name}"))
}

fn decode(token: &str) -> Result<(i64, String), StoreError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| StoreError::PageToken)?;
    let text = String::from_utf8(bytes).map_err(|_| StoreError::PageToken)?;
    let (position, name) = text.split_once(' ').ok_or(StoreError::PageToken)?;
    Ok((position.parse().map_err(|_| StoreError::PageToken)?, name.to_string()))
}

impl Writer<'_> {
    /// Makes or replaces a document; gives its new version.
    pub fn put_document<T: Serialize>(
        &self,
        kind: DocumentKind,
        id: &str,
        parent: &str,
        name: &str,
        body: &T,
        expect: Expect,
    ) -> Result<i64, StoreError> {
        let find = "SELECT version FROM _lakesmith.documents WHERE kind = ? AND id = ?";
        let found: Option<i64> = self.query_optional(find, [kind.0, id], |row| row.get(0))?;
        check(kind, id, found, expect)?;
        let body = serde_json::to_string(body).map_err(|source| StoreError::Record { kind: kind.0, source })?;
        let version = found.unwrap_or(0) + 1;
        let now = self.now();
        if found.is_some() {
            let sql = "UPDATE _lakesmith.documents SET parent = ?, name = ?, body = ?, version = ?, updated_at = ? \
                       WHERE kind = ? AND id = ?";
            self.execute(sql, duckdb::params![parent, name, body, version, now, kind.0, id])?;
        } else {
            let sql = "INSERT INTO _lakesmith.documents VALUES (?, ?, ?, ?, ?, ?, nextval('_lakesmith.counter'), ?, ?)";
            self.execute(sql, duckdb::params![kind.0, id, parent, name, body, version, now, now])?;
        }
        Ok(version)
    }

    pub fn delete_document(&self, kind: DocumentKind, id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM _lakesmith.documents WHERE kind = ? AND id = ?";
        match self.execute(sql, duckdb::params![kind.0, id])? {
            0 => Err(StoreError::NotFound { kind: kind.0, name: id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Deletes all documents of a kind that belong to `parent`; gives their number.
    pub fn delete_documents_of(&self, kind: DocumentKind, parent: &str) -> Result<usize, StoreError> {
        self.execute("DELETE FROM _lakesmith.documents WHERE kind = ? AND parent = ?", duckdb::params![kind.0, parent])
    }
}

fn check(kind: DocumentKind, id: &str, found: Option<i64>, expect: Expect) -> Result<(), StoreError> {
    let name = || id.to_string();
    match (expect, found) {
        (Expect::Absent, Some(_)) => Err(StoreError::AlreadyExists { kind: kind.0, name: name() }),
        (Expect::Present | Expect::Version(_), None) => Err(StoreError::NotFound { kind: kind.0, name: name() }),
        (Expect::Version(expected), Some(found)) if expected != found => {
            Err(StoreError::Stale { kind: kind.0, name: name(), expected, found })
        }
        _ => Ok(()),
    }
}
