//! `CREATE TABLE` (with and without a query) and `CREATE VIEW`.

use std::collections::BTreeMap;

use crate::analyze::bind_table;
use crate::ident::{QualifiedName, TableName};
use crate::local::engine::constraints;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::{duck_type, proved};
use crate::local::engine::source::COMMIT_COLUMN;
use crate::local::store::{
    ColumnRecord, CommitKind, DeclaredRecord, Definition, Registration, SchemaName, TableKind, TableRecord, Writer,
    physical_name, quoted,
};
use crate::syntax::ast::{
    ClusterBy, ColumnDef, ConstraintKind, CreateDataset, CreateMetricView, CreateTable, DatasetKind, DatasetSource,
    Name, TableClauses, TableConstraint,
};

use super::container::refuse_collation;
use super::entry::{Answer, Scope};
use super::recursion::{self, Made, Uses};
use super::{dml, owned, properties, query};

pub(super) fn create_table(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    create: &CreateTable,
) -> Result<Answer, EngineError> {
    let name = scope.table_name(&create.name)?;
    scope.authorizer().schema(&SchemaName::of(&name), "CREATE_TABLE")?;
    if create.temporary || create.external || create.clauses.location.is_some() {
        return Err(SqlError::unsupported("temporary and external tables").at(create.name.span).into());
    }
    refuse_clauses(&create.columns, &create.clauses)?;
    refuse_checks(&create.constraints)?;
    let place = place(scope, writer, &create.name, &name, TableKind::Managed, create.or_replace, create.if_not_exists)?;
    if place == Place::Taken {
        return Ok(Answer::default());
    }
    let (bound, found) = bind_table(create, scope.file, &scope.analysis());
    let bound = scope.accept((Some(bound), found))?.query;
    if let Some(query) = &bound {
        scope.authorizer().query(query)?;
    }
    let mut columns = match &bound {
        None => create.columns.iter().map(declared).collect::<Result<Vec<_>, _>>()?,
        Some(_) if !create.columns.is_empty() => {
            return Err(SqlError::unsupported("a column list in CREATE TABLE AS SELECT").at(create.name.span).into());
        }
        Some(bound) => bound.output.iter().map(produced).collect::<Result<Vec<_>, _>>()?,
    };
    for constraint in &create.constraints {
        if let ConstraintKind::PrimaryKey { columns: key, .. } = &constraint.kind {
            let in_key = |column: &&mut ColumnRecord| key.iter().any(|named| named.value == column.name);
            columns.iter_mut().filter(in_key).for_each(|column| column.nullable = false);
        }
    }
    let mut record = record(name.clone(), TableKind::Managed, columns, &create.clauses, None);
    let resolve = |name: &QualifiedName| name.resolve(&scope.session.catalog, &scope.session.schema).ok();
    let mut keys = constraints::records(&name, &create.columns, &create.constraints, &resolve);
    constraints::complete(writer, &mut keys)?;
    record.declared.constraints = keys;
    // The query may read the table that is replaced: its rows are computed while that one is still there.
    let all: Vec<usize> = (0..record.columns.len()).collect();
    let rows = bound.as_ref().map(|bound| dml::assigned(scope, &record, bound, &all)).transpose()?;
    let staged = match (place, rows) {
        (Place::Replaced, Some(rows)) => Some(dml::stage(scope, writer, rows)?),
        (_, rows) => rows,
    };
    let (record, kind) = match place {
        Place::Replaced => (writer.replace_table(record, scope.by())?, CommitKind::Overwrite),
        _ => (writer.create_table(record, scope.by())?, CommitKind::Create),
    };
    writer.connection().execute_batch(&layout(&record)?)?;
    writer.record_commit(&name, kind, 0, "", "")?;
    let answer = staged.map(|rows| dml::append(scope, writer, &record, &rows)).transpose()?;
    if place == Place::Replaced {
        dml::unstage(writer)?;
    }
    Ok(answer.unwrap_or_default())
}

pub(super) fn create_view(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    create: &CreateDataset,
) -> Result<Answer, EngineError> {
    let DatasetSource::Query(query) = &create.source else {
        return Err(SqlError::unsupported("this statement outside of a pipeline").at(create.name.span).into());
    };
    if create.kind != DatasetKind::View || !create.expectations.is_empty() {
        return Err(SqlError::unsupported("pipeline datasets outside of a pipeline").at(create.name.span).into());
    }
    let name = scope.table_name(&create.name)?;
    scope.authorizer().schema(&SchemaName::of(&name), "CREATE_TABLE")?;
    refuse_clauses(&create.columns, &create.clauses)?;
    refuse_of_tables(create)?;
    let place = place(scope, writer, &create.name, &name, TableKind::View, create.or_replace, create.if_not_exists)?;
    if place == Place::Taken {
        return Ok(Answer::default());
    }
    let bound = query::bind(scope, query)?;
    if !create.columns.is_empty() && create.columns.len() != bound.output.len() {
        let text = format!("The view has {} columns, its query {}.", create.columns.len(), bound.output.len());
        return Err(SqlError::new(ErrorClass::PARSE_SYNTAX_ERROR, text).at(create.name.span).into());
    }
    let mut uses = Uses::default();
    uses.query(&bound);
    recursion::refuse(scope, Made::View(&name), uses)?;
    let mut columns = bound.output.iter().map(produced).collect::<Result<Vec<_>, EngineError>>()?;
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].iter().any(|known| known.name == column.name) {
            return Err(dml::repeated(&column.name).at(query.span).into());
        }
    }
    for (column, named) in columns.iter_mut().zip(&create.columns) {
        if column.name != named.name.value {
            return Err(SqlError::unsupported("a view that renames its columns").at(named.name.span).into());
        }
        column.comment = named.comment.as_ref().map(|text| text.value.clone());
    }
    let definition = Definition {
        text: scope.text(query.span),
        catalog: scope.session.catalog.clone(),
        schema: scope.session.schema.clone(),
    };
    let record = record(name, TableKind::View, columns, &create.clauses, Some(definition));
    match place {
        Place::Replaced => writer.replace_table(record, scope.by())?,
        _ => writer.create_table(record, scope.by())?,
    };
    Ok(Answer::default())
}

/// A view has no rows of its own to lay out or to constrain.
fn refuse_of_tables(create: &CreateDataset) -> Result<(), EngineError> {
    let clauses = &create.clauses;
    let laid_out = clauses.using.is_some() || clauses.location.is_some() || clauses.cluster_by.is_some();
    let typed = |column: &ColumnDef| column.data_type.is_some() || column.not_null || column.primary_key;
    let of_tables = laid_out
        || !clauses.partitioned_by.is_empty()
        || !create.constraints.is_empty()
        || create.columns.iter().any(typed);
    if of_tables || create.private || create.or_refresh {
        return Err(SqlError::unsupported("clauses of tables in CREATE VIEW").at(create.name.span).into());
    }
    Ok(())
}

/// Its YAML is kept and told. Nothing of it is computed: a query of it is refused.
pub(super) fn create_metric_view(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    create: &CreateMetricView,
) -> Result<Answer, EngineError> {
    let name = scope.table_name(&create.name)?;
    scope.authorizer().schema(&SchemaName::of(&name), "CREATE_TABLE")?;
    refuse_clauses(&create.columns, &create.clauses)?;
    if let [column, ..] = create.columns.as_slice() {
        return Err(SqlError::unsupported("names of a metric view's columns outside of its YAML")
            .at(column.name.span)
            .into());
    }
    let kind = TableKind::MetricView;
    let place = place(scope, writer, &create.name, &name, kind, create.or_replace, create.if_not_exists)?;
    let definition = Definition {
        text: create.definition.value.clone(),
        catalog: scope.session.catalog.clone(),
        schema: scope.session.schema.clone(),
    };
    let record = record(name, kind, Vec::new(), &create.clauses, Some(definition));
    match place {
        Place::Taken => {}
        Place::Free => drop(writer.create_table(record, scope.by())?),
        Place::Replaced => drop(writer.replace_table(record, scope.by())?),
    }
    Ok(Answer::default())
}

/// What is at the name of a new table or view.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    /// IF NOT EXISTS: nothing is to be done.
    Taken,
    /// OR REPLACE: what is there goes.
    Replaced,
}

fn place(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    written: &Name,
    name: &TableName,
    kind: TableKind,
    replace: bool,
    if_not_exists: bool,
) -> Result<Place, EngineError> {
    let Some(found) = writer.securable::<TableRecord>(name)? else { return Ok(Place::Free) };
    if if_not_exists {
        return Ok(Place::Taken);
    }
    if replace {
        owned::replaceable(&found, kind).map_err(|error| error.at(written.span))?;
        scope.authorizer().object::<TableRecord>(name, "MANAGE")?;
        return Ok(Place::Replaced);
    }
    let text = format!("Cannot create table or view {} because it already exists.", name.quoted());
    Err(SqlError::new(ErrorClass::TABLE_OR_VIEW_ALREADY_EXISTS, text).at(written.span).into())
}

/// Keys are informational on Databricks, too; a CHECK constraint would have to hold for every row.
fn refuse_checks(constraints: &[TableConstraint]) -> Result<(), EngineError> {
    match constraints.iter().find(|constraint| matches!(constraint.kind, ConstraintKind::Check(_))) {
        Some(check) => Err(SqlError::unsupported("CHECK constraints").at(check.span).into()),
        None => Ok(()),
    }
}

/// What would change the table's meaning and is not done here.
pub(super) fn refuse_clauses(columns: &[ColumnDef], clauses: &TableClauses) -> Result<(), EngineError> {
    let refuse = |what: &str| Err(SqlError::unsupported(what).into());
    for column in columns {
        refuse_collation(column.collation.as_ref())?;
        if column.mask.is_some() {
            return refuse("column masks in CREATE TABLE");
        }
        if column.generated.is_some() || column.identity || column.default.is_some() {
            return refuse("generated, identity and default columns");
        }
    }
    if clauses.row_filter.is_some() {
        return refuse("row filters in CREATE TABLE");
    }
    if clauses.schedule.is_some() || clauses.refresh_policy.is_some() {
        return refuse("schedules of what no pipeline makes");
    }
    refuse_collation(clauses.default_collation.as_ref())?;
    properties::check(&clauses.properties)?;
    match &clauses.using {
        Some(format) if !format.value.as_str().eq_ignore_ascii_case("delta") => refuse("tables that are not DELTA"),
        _ => Ok(()),
    }
}

pub(super) fn declared(column: &ColumnDef) -> Result<ColumnRecord, EngineError> {
    let missing = || SqlError::new(ErrorClass::PARSE_SYNTAX_ERROR, "Syntax error: a column needs a type.");
    let data_type = column.data_type.as_ref().ok_or_else(|| missing().at(column.name.span))?;
    Ok(ColumnRecord {
        name: column.name.value.clone(),
        data_type: data_type.value.clone(),
        nullable: !column.not_null && !column.primary_key,
        comment: column.comment.as_ref().map(|text| text.value.clone()),
    })
}

fn produced(column: &crate::analyze::bound::Column) -> Result<ColumnRecord, EngineError> {
    let data_type = proved(column)?.clone();
    Ok(ColumnRecord { name: column.name.clone(), data_type, nullable: true, comment: None })
}

fn record(
    name: TableName,
    kind: TableKind,
    columns: Vec<ColumnRecord>,
    clauses: &TableClauses,
    definition: Option<Definition>,
) -> TableRecord {
    let properties: BTreeMap<_, _> =
        clauses.properties.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect();
    let cluster_by = match &clauses.cluster_by {
        Some(ClusterBy::Columns(columns)) => columns.iter().map(|column| column.value.clone()).collect(),
        _ => Vec::new(),
    };
    TableRecord {
        name,
        kind,
        columns,
        comment: clauses.comment.as_ref().map(|text| text.value.clone()),
        properties,
        cluster_by,
        partitioned_by: clauses.partitioned_by.iter().map(|column| column.value.clone()).collect(),
        definition,
        pipeline_id: None,
        append_only: true,
        row_filter: None,
        masks: Vec::new(),
        declared: DeclaredRecord {
            cluster_by_auto: matches!(clauses.cluster_by, Some(ClusterBy::Auto)),
            ..DeclaredRecord::default()
        },
        registration: Registration::default(),
    }
}

/// The rows' table: the columns, and the commit that added each row.
fn layout(record: &TableRecord) -> Result<String, EngineError> {
    let mut columns = Vec::with_capacity(record.columns.len() + 1);
    for column in &record.columns {
        let not_null = if column.nullable { "" } else { " NOT NULL" };
        columns.push(format!("{} {}{not_null}", quoted(column.name.as_str()), duck_type(&column.data_type)?));
    }
    columns.push(format!("{} BIGINT", quoted(COMMIT_COLUMN)));
    Ok(format!("CREATE TABLE {} ({})", physical_name(&record.name), columns.join(", ")))
}
