//! AUTO CDC (lakeflow-sql.md §4.4). Every accepted event is kept in a hidden table; the rows of a touched key are
//! computed anew from all its events. So the result depends on the set of events only, not on their order or batches,
//! and an event that comes twice changes nothing.

use crate::analyze::bound::Column;
use crate::analyze::pipeline::{BoundCdc, Dataset, Flow, TrackedColumns};
use crate::ident::TableName;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::{Lowering, lower_query};
use crate::local::store::{Writer, history_name, quoted};
use crate::syntax::DataType;
use crate::syntax::ast::ScdType;

use super::expectation::{self, Checked, Place, Rules};

const SEQUENCE: &str = "\"__seq\"";
const OPERATION: &str = "\"__op\"";
const BATCH: &str = "temp.\"lakesmith_batch\"";
const TOUCHED: &str = "temp.\"lakesmith_touched\"";
/// The target's rows of the touched keys, before and after the batch.
const BEFORE: &str = "temp.\"lakesmith_before\"";
const AFTER: &str = "temp.\"lakesmith_after\"";

/// The operation of an event, in the order in which the last wins among events of the same sequence.
const UPSERT: i32 = 0;
const DELETE: i32 = 1;
const TRUNCATE: i32 = 2;

/// What a batch did to the target.
pub(super) struct Merged {
    pub(super) checked: Checked,
    /// Rows that are new, or that have other values than before.
    pub(super) upserted: i64,
    /// Rows of which nothing is left. A version that ends is not among them.
    pub(super) deleted: i64,
}

/// Forgets all events of a target.
pub(super) fn forget(writer: &Writer<'_>, table: &TableName) -> Result<(), EngineError> {
    Ok(writer.connection().execute_batch(&format!("DROP TABLE IF EXISTS {}", history_name(table)))?)
}

/// One batch of one flow.
pub(super) struct Merge<'m> {
    pub(super) dataset: &'m Dataset,
    pub(super) rules: &'m Rules,
    pub(super) flow: &'m Flow,
    pub(super) cdc: &'m BoundCdc,
    /// The target's place in the database.
    pub(super) physical: &'m str,
    /// The commit of the rows.
    pub(super) version: i64,
    /// Is there anything new? Asked once the sources are known; makes ready what the flow reads.
    pub(super) ready: &'m dyn Fn() -> Result<bool, EngineError>,
}

/// Merges the flow's new events into the target. `None` if there is none to read.
pub(super) fn merge(
    writer: &Writer<'_>,
    lowering: &Lowering<'_>,
    batch: &Merge<'_>,
) -> Result<Option<Merged>, EngineError> {
    let Merge { dataset, rules, flow, cdc, physical, version, ready } = *batch;
    let connection = writer.connection();
    let run =
        |sql: &str| -> Result<i64, EngineError> { Ok(i64::try_from(connection.execute(sql, [])?).unwrap_or(i64::MAX)) };
    let shape = Shape::of(dataset, cdc)?;
    let feed = feed(lowering, flow, cdc, &shape).map_err(|error| error.at(flow.location.span))?;
    if !ready()? {
        return Ok(None);
    }
    run(&format!("CREATE OR REPLACE TEMP TABLE {} AS {feed}", unqualified(BATCH)))?;
    check_keys(writer, dataset, &shape)?;
    let written = count(writer, BATCH)?;
    let place = Place {
        table: BATCH,
        new: "TRUE",
        column: &|column: &Column| match shape.columns.contains(&quoted(column.name.as_str())) {
            true => quoted(column.name.as_str()),
            // The history's own columns have no value yet.
            false => "NULL".to_string(),
        },
    };
    let checked = expectation::enforce(writer, lowering, dataset, rules, &place, written)?;

    let history = history_name(&dataset.name);
    let all = shape.all();
    connection.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {history} AS SELECT {all} FROM {BATCH} LIMIT 0"))?;
    add_columns(writer, &history, dataset, &shape)?;
    run(&format!("INSERT INTO {history} ({all}) (SELECT {all} FROM {BATCH} EXCEPT SELECT {all} FROM {history})"))?;
    let keys = shape.keys.join(", ");
    let from = format!(
        "SELECT DISTINCT {keys} FROM {BATCH} WHERE {OPERATION} <> {TRUNCATE} \
         UNION SELECT {keys} FROM {history} WHERE EXISTS (SELECT 1 FROM {BATCH} WHERE {OPERATION} = {TRUNCATE}) \
         AND {OPERATION} <> {TRUNCATE}"
    );
    run(&format!("CREATE OR REPLACE TEMP TABLE {} AS {from}", unqualified(TOUCHED)))?;
    let rows = match cdc.scd {
        ScdType::Type1 => latest(&history, &shape),
        ScdType::Type2 => versions(&history, &shape),
        ScdType::Bitemporal => return Err(SqlError::unsupported("STORED AS BITEMPORAL").into()),
    };
    let values: Vec<String> = dataset.columns.iter().map(|column| quoted(column.name.as_str())).collect();
    let sql = format!("SELECT rowid AS \"__rid\", * FROM {physical} SEMI JOIN {TOUCHED} USING ({keys})");
    run(&format!("CREATE OR REPLACE TEMP TABLE {} AS {sql}", unqualified(BEFORE)))?;
    let insert = format!("INSERT INTO {physical} ({})", super::target::insert_columns(dataset));
    let (upserted, deleted) = if count(writer, BEFORE)? == 0 {
        (run(&format!("{insert} SELECT {}, {version} FROM ({rows}) AS r", values.join(", ")))?, 0)
    } else {
        let sql = format!("SELECT {} FROM ({rows}) AS r", values.join(", "));
        run(&format!("CREATE OR REPLACE TEMP TABLE {} AS {sql}", unqualified(AFTER)))?;
        // A row that comes out as it was is not written again.
        let same = equal(values.iter());
        let stale = format!("SELECT b.\"__rid\" FROM {BEFORE} AS b ANTI JOIN {AFTER} AS a ON {same}");
        let new = format!("SELECT a.*, {version} FROM {AFTER} AS a ANTI JOIN {BEFORE} AS b ON {same}");
        let start = (cdc.scd == ScdType::Type2).then(|| quoted("__START_AT"));
        let identity = equal(shape.keys.iter().chain(&start));
        let gone = format!("(SELECT 1 FROM {BEFORE} AS b ANTI JOIN {AFTER} AS a ON {identity})");
        run(&format!("DELETE FROM {physical} WHERE rowid IN ({stale})"))?;
        let changed = (run(&format!("{insert} {new}"))?, count(writer, &gone)?);
        run(&format!("DROP TABLE {AFTER}"))?;
        changed
    };
    connection.execute_batch(&format!("DROP TABLE {BATCH}; DROP TABLE {TOUCHED}; DROP TABLE {BEFORE}"))?;
    Ok(Some(Merged { checked, upserted, deleted }))
}

/// Of the rows `a` and `b`.
fn equal<'c>(columns: impl Iterator<Item = &'c String>) -> String {
    columns.map(|column| format!("a.{column} IS NOT DISTINCT FROM b.{column}")).collect::<Vec<_>>().join(" AND ")
}

/// Temporary tables are made without their catalog's name.
fn unqualified(table: &str) -> &str {
    table.strip_prefix("temp.").unwrap_or(table)
}

/// The target's columns by role, quoted.
struct Shape {
    keys: Vec<String>,
    columns: Vec<String>,
    /// Whose change begins a new version.
    tracked: Vec<String>,
    /// Where NULL means "unchanged".
    keep: Vec<String>,
}

impl Shape {
    fn of(dataset: &Dataset, cdc: &BoundCdc) -> Result<Self, SqlError> {
        let name = |column: &Column| quoted(column.name.as_str());
        let is_key = |column: &Column| cdc.keys.iter().any(|key| key.id == column.id);
        let tracked = match &cdc.track_history {
            TrackedColumns::All => {
                cdc.columns.iter().map(|(column, _)| column).filter(|column| !is_key(column)).map(name).collect()
            }
            TrackedColumns::Only(columns) => columns.iter().map(name).collect(),
        };
        for column in &cdc.ignore_null_updates {
            if matches!(column.ty, Some(DataType::Struct(_))) {
                let text = format!("IGNORE NULL UPDATES on the struct {} of {}", column.name, dataset.name);
                return Err(SqlError::unsupported(text));
            }
        }
        Ok(Self {
            keys: cdc.keys.iter().map(name).collect(),
            columns: cdc.columns.iter().map(|(column, _)| name(column)).collect(),
            tracked,
            keep: cdc.ignore_null_updates.iter().filter(|column| !is_key(column)).map(name).collect(),
        })
    }

    /// Everything that is kept of an event.
    fn all(&self) -> String {
        let own = [SEQUENCE.to_string(), OPERATION.to_string()];
        self.columns.iter().cloned().chain(own).collect::<Vec<_>>().join(", ")
    }
}

/// The new events: the target's columns, the sequence, and what each does.
fn feed(lowering: &Lowering<'_>, flow: &Flow, cdc: &BoundCdc, shape: &Shape) -> Result<String, EngineError> {
    let mut items = Vec::with_capacity(shape.columns.len() + 2);
    for ((_, value), name) in cdc.columns.iter().zip(&shape.columns) {
        items.push(format!("{} AS {name}", lowering.expr(value)?.as_str()));
    }
    items.push(format!("{} AS {SEQUENCE}", lowering.expr(&cdc.sequence_by)?.as_str()));
    let mut operation = String::from("CASE");
    for (condition, code) in [(&cdc.truncate_when, TRUNCATE), (&cdc.delete_when, DELETE)] {
        if let Some(condition) = condition {
            operation.push_str(&format!(" WHEN {} THEN {code}", lowering.expr(condition)?.as_str()));
        }
    }
    // A CASE needs a branch.
    operation.push_str(&format!(" WHEN FALSE THEN NULL ELSE {UPSERT} END"));
    items.push(format!("{operation} AS {OPERATION}"));
    Ok(format!("SELECT {} FROM ({}) AS f", items.join(", "), lower_query(lowering, &flow.query)?.as_str()))
}

fn check_keys(writer: &Writer<'_>, dataset: &Dataset, shape: &Shape) -> Result<(), EngineError> {
    let missing: Vec<String> = shape.keys.iter().map(|key| format!("{key} IS NULL")).collect();
    let sql = format!(
        "SELECT count(*) FILTER (WHERE {OPERATION} <> {TRUNCATE} AND ({})), count(*) FILTER (WHERE {SEQUENCE} IS NULL) \
         FROM {BATCH}",
        missing.join(" OR ")
    );
    let (keys, sequences): (i64, i64) =
        writer.connection().query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let refuse = |rows: i64, what: &str| {
        let text = format!("{rows} change events for {} have NULL in {what}.", dataset.name);
        Err(SqlError::new(ErrorClass::AUTO_CDC_NULL_VALUE, text).into())
    };
    match (keys, sequences) {
        (0, 0) => Ok(()),
        (0, rows) => refuse(rows, "SEQUENCE BY"),
        (rows, _) => refuse(rows, "a key"),
    }
}

fn count(writer: &Writer<'_>, table: &str) -> Result<i64, EngineError> {
    Ok(writer.connection().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
}

/// The target may have got columns since the last batch; older events have NULL in them.
fn add_columns(writer: &Writer<'_>, history: &str, dataset: &Dataset, shape: &Shape) -> Result<(), EngineError> {
    for column in &dataset.columns {
        let name = quoted(column.name.as_str());
        if let (true, Some(ty)) = (shape.columns.contains(&name), &column.data_type) {
            let ty = crate::local::engine::lower::duck_type(ty)?;
            let sql = format!("ALTER TABLE {history} ADD COLUMN IF NOT EXISTS {name} {ty}");
            writer.connection().execute_batch(&sql)?;
        }
    }
    Ok(())
}

/// One event a key and sequence: a delete wins over an upsert, and of several upserts always the same one.
fn events(history: &str, shape: &Shape) -> String {
    let keys = shape.keys.join(", ");
    let order: Vec<String> = shape.columns.iter().map(|column| format!("{column} NULLS FIRST")).collect();
    // Rows older than the last TRUNCATE are gone.
    let alive =
        format!("coalesce({SEQUENCE} > (SELECT max({SEQUENCE}) FROM {history} WHERE {OPERATION} = {TRUNCATE}), TRUE)");
    let chosen = format!(
        "SELECT * FROM {history} SEMI JOIN {TOUCHED} USING ({keys}) WHERE {OPERATION} <> {TRUNCATE} AND {alive} \
         QUALIFY row_number() OVER (PARTITION BY {keys}, {SEQUENCE} ORDER BY {OPERATION} DESC, {}) = 1",
        order.join(", ")
    );
    if shape.keep.is_empty() {
        return chosen;
    }
    // A key's life ends with a delete: what was known before is not carried over.
    let before = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
    let lives = format!(
        "SELECT *, sum({OPERATION}) OVER (PARTITION BY {keys} ORDER BY {SEQUENCE} {before}) AS \"__life\" FROM ({chosen}) AS e"
    );
    let values: Vec<String> = shape
        .columns
        .iter()
        .map(|column| match shape.keep.contains(column) {
            true => format!(
                "last_value(CASE WHEN {OPERATION} = {UPSERT} THEN {column} END IGNORE NULLS) OVER \
                 (PARTITION BY {keys}, \"__life\" ORDER BY {SEQUENCE} {before}) AS {column}"
            ),
            false => column.clone(),
        })
        .collect();
    format!("SELECT {}, {SEQUENCE}, {OPERATION} FROM ({lives}) AS l", values.join(", "))
}

/// SCD type 1: the last event of a key, unless it is a delete.
fn latest(history: &str, shape: &Shape) -> String {
    format!(
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY {} ORDER BY {SEQUENCE} DESC) AS \"__n\" FROM ({}) AS e) \
         AS e WHERE \"__n\" = 1 AND {OPERATION} = {UPSERT}",
        shape.keys.join(", "),
        events(history, shape)
    )
}

/// SCD type 2: a run of upserts that agree in the tracked columns is one version. It shows the values of its last
/// event, starts with its first and ends with the event behind it.
fn versions(history: &str, shape: &Shape) -> String {
    let keys = shape.keys.join(", ");
    let by = format!("PARTITION BY {keys} ORDER BY {SEQUENCE}");
    let mut differs =
        vec![format!("{OPERATION} <> {UPSERT}"), format!("lag({OPERATION}) OVER ({by}) IS DISTINCT FROM {UPSERT}")];
    for column in &shape.tracked {
        differs.push(format!("{column} IS DISTINCT FROM lag({column}) OVER ({by})"));
    }
    let begins = format!(
        "SELECT *, CASE WHEN {} THEN 1 ELSE 0 END AS \"__begins\", lead({SEQUENCE}) OVER ({by}) AS \"__next\" \
         FROM ({}) AS e",
        differs.join(" OR "),
        events(history, shape)
    );
    let runs = format!(
        "SELECT *, sum(\"__begins\") OVER ({by} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS \"__run\" \
         FROM ({begins}) AS b"
    );
    let of_run = format!("PARTITION BY {keys}, \"__run\" ORDER BY {SEQUENCE}");
    format!(
        "SELECT *, \"__next\" AS {end} FROM (SELECT *, first_value({SEQUENCE}) OVER ({of_run}) AS {start}, \
         row_number() OVER ({of_run} DESC) AS \"__n\" FROM ({runs}) AS u) AS u \
         WHERE \"__n\" = 1 AND {OPERATION} = {UPSERT}",
        start = quoted("__START_AT"),
        end = quoted("__END_AT"),
    )
}
