//! The table that a dataset's rows go to: its record, and its place in the database.

use crate::analyze::pipeline::Dataset;
use crate::ident::TableName;
use crate::local::engine::constraints;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::duck_type;
use crate::local::engine::source::COMMIT_COLUMN;
use crate::local::store::{
    ColumnRecord, CommitKind, MaskRecord, Reader, Registration, RowFilterRecord, TableKind, TableRecord, Writer,
    physical_name, quoted,
};
use crate::syntax::ast::DatasetKind;

use super::cdc;
use super::declared::Declared;
use super::model::UpdateSpec;

/// A target that is ready to be written in this transaction.
pub(super) struct Target {
    pub(super) physical: String,
    /// It was made, or emptied, just now.
    pub(super) fresh: bool,
}

/// The column names of an `INSERT`, in the dataset's order, the commit last.
pub(super) fn insert_columns(dataset: &Dataset) -> String {
    let names = dataset.columns.iter().map(|column| quoted(column.name.as_str()));
    names.chain([quoted(COMMIT_COLUMN)]).collect::<Vec<_>>().join(", ")
}

/// Makes the record and the table, or brings them to the dataset's definition. With `full`, all rows and all that its
/// flows remember go.
pub(super) fn prepare(
    writer: &Writer<'_>,
    spec: &UpdateSpec,
    dataset: &Dataset,
    declared: &Declared,
    full: bool,
) -> Result<Target, EngineError> {
    let wanted = record(writer, spec, dataset, declared)?;
    let by = spec.session.principal.name.as_str();
    let physical = physical_name(&dataset.name);
    let Some(found) = writer.securable::<TableRecord>(&dataset.name)? else {
        writer.create_table(wanted.clone(), by)?;
        create(writer, &wanted)?;
        return Ok(Target { physical, fresh: true });
    };
    own(&found, &wanted, spec)?;
    let recomputed = wanted.kind == TableKind::MaterializedView;
    let updated = TableRecord { registration: found.registration.clone(), ..wanted };
    let change = Change::between(&found.columns, &updated.columns);
    if found != updated {
        writer.update_securable(updated.clone(), by)?;
    }
    if full {
        writer.reset_flows(&dataset.name)?;
        cdc::forget(writer, &dataset.name)?;
        create(writer, &updated)?;
        if !recomputed {
            writer.record_commit(&dataset.name, CommitKind::Truncate, 0, &spec.update_id, "")?;
        }
        return Ok(Target { physical, fresh: true });
    }
    match change {
        Change::None => {}
        // Its rows are replaced anyway.
        _ if recomputed => create(writer, &updated)?,
        Change::Added(columns) => {
            for column in columns {
                let ty = duck_type(&column.data_type)?;
                let sql = format!("ALTER TABLE {physical} ADD COLUMN {} {ty}", quoted(column.name.as_str()));
                writer.connection().execute_batch(&sql)?;
            }
        }
        Change::Other(what) => {
            let text = format!("{what} in the streaming table {}. Run a full refresh of it.", dataset.name);
            return Err(SqlError::new(ErrorClass::CANNOT_UPDATE_TABLE_SCHEMA, text).into());
        }
    }
    Ok(Target { physical, fresh: false })
}

/// A view that the pipeline publishes: its text is stored, nothing is computed.
pub(super) fn publish_view(
    writer: &Writer<'_>,
    spec: &UpdateSpec,
    dataset: &Dataset,
    declared: &Declared,
) -> Result<(), EngineError> {
    let wanted = record(writer, spec, dataset, declared)?;
    let by = spec.session.principal.name.as_str();
    match writer.securable::<TableRecord>(&dataset.name)? {
        None => {
            writer.create_table(wanted, by)?;
        }
        Some(found) => {
            own(&found, &wanted, spec)?;
            let updated = TableRecord { registration: found.registration.clone(), ..wanted };
            if found != updated {
                writer.update_securable(updated, by)?;
            }
        }
    }
    Ok(())
}

fn own(found: &TableRecord, wanted: &TableRecord, spec: &UpdateSpec) -> Result<(), SqlError> {
    if found.pipeline_id.as_deref() != Some(spec.pipeline_id.as_str()) {
        let text = match &found.pipeline_id {
            Some(other) => format!("The table {} is already managed by the pipeline {other}.", found.name),
            None => format!("The table {} already exists and no pipeline manages it.", found.name),
        };
        return Err(SqlError::new(ErrorClass::TABLE_OR_VIEW_ALREADY_EXISTS, text));
    }
    if found.kind != wanted.kind {
        let text = format!("{} changes from one kind of dataset to another. Drop the table first.", found.name);
        return Err(SqlError::new(ErrorClass::CANNOT_UPDATE_TABLE_SCHEMA, text));
    }
    Ok(())
}

enum Change<'a> {
    None,
    /// New nullable columns, at any place.
    Added(Vec<&'a ColumnRecord>),
    Other(String),
}

impl<'a> Change<'a> {
    fn between(found: &[ColumnRecord], wanted: &'a [ColumnRecord]) -> Self {
        for column in found {
            match wanted.iter().find(|other| other.name == column.name) {
                None => return Self::Other(format!("The column {} was removed", column.name)),
                Some(other) if other.data_type != column.data_type => {
                    let (from, to) = (&column.data_type, &other.data_type);
                    return Self::Other(format!("The column {} changed from {from} to {to}", column.name));
                }
                Some(other) if other.nullable != column.nullable => {
                    return Self::Other(format!("The nullability of the column {} changed", column.name));
                }
                Some(_) => {}
            }
        }
        let new = |column: &&ColumnRecord| !found.iter().any(|other| other.name == column.name);
        let added: Vec<_> = wanted.iter().filter(new).collect();
        match added.iter().find(|column| !column.nullable) {
            Some(column) => Self::Other(format!("The column {} was added with NOT NULL", column.name)),
            None if added.is_empty() => Self::None,
            None => Self::Added(added),
        }
    }
}

fn create(writer: &Writer<'_>, record: &TableRecord) -> Result<(), EngineError> {
    let mut columns = Vec::with_capacity(record.columns.len() + 1);
    for column in &record.columns {
        // NOT NULL is checked after the expectations have dropped their rows, not by the database.
        columns.push(format!("{} {}", quoted(column.name.as_str()), duck_type(&column.data_type)?));
    }
    columns.push(format!("{} BIGINT", quoted(COMMIT_COLUMN)));
    let sql = format!("CREATE OR REPLACE TABLE {} ({})", physical_name(&record.name), columns.join(", "));
    Ok(writer.connection().execute_batch(&sql)?)
}

/// Empties a materialized view for its new rows: a table made anew costs less than deleted rows.
pub(super) fn empty(writer: &Writer<'_>, name: &TableName) -> Result<(), EngineError> {
    let record = writer.expect_securable::<TableRecord>(name)?;
    create(writer, &record)
}

fn record(
    reader: &Reader<'_>,
    spec: &UpdateSpec,
    dataset: &Dataset,
    declared: &Declared,
) -> Result<TableRecord, EngineError> {
    let columns = dataset
        .columns
        .iter()
        .map(|column| {
            let unproved = || SqlError::untyped(&column.name).at(dataset.location.span);
            Ok(ColumnRecord {
                name: column.name.clone(),
                data_type: column.data_type.clone().ok_or_else(unproved)?,
                // A dataset enforces only what it declares; what the query merely suggests may change.
                nullable: !declared.rules.not_null.contains(&column.name),
                comment: column.comment.clone(),
            })
        })
        .collect::<Result<Vec<_>, SqlError>>()?;
    let mut details = declared.details.clone();
    constraints::complete(reader, &mut details.constraints)?;
    let cdc = dataset.flows.iter().any(|flow| !super::dataset::appends(&flow.kind));
    let mut record = TableRecord {
        name: dataset.name.clone(),
        kind: match dataset.kind {
            DatasetKind::StreamingTable => TableKind::StreamingTable,
            DatasetKind::MaterializedView => TableKind::MaterializedView,
            DatasetKind::View | DatasetKind::TemporaryView => TableKind::View,
        },
        columns,
        comment: dataset.comment.clone(),
        properties: dataset.properties.iter().cloned().collect(),
        cluster_by: dataset.cluster_by.clone(),
        partitioned_by: dataset.partitioned_by.clone(),
        definition: declared.definition.clone(),
        pipeline_id: Some(spec.pipeline_id.clone()),
        append_only: !cdc,
        row_filter: dataset.row_filter.as_ref().map(|filter| RowFilterRecord {
            function: filter.function.clone(),
            on: filter.columns.clone(),
            altered: false,
        }),
        masks: dataset
            .masks
            .iter()
            .map(|(column, function, using)| MaskRecord {
                column: column.clone(),
                function: function.clone(),
                using: using.clone(),
                altered: false,
            })
            .collect(),
        declared: details,
        registration: Registration::default(),
    };
    if let Some(found) = reader.securable::<TableRecord>(&dataset.name)? {
        record.keep_guards(&found);
    }
    Ok(record)
}
