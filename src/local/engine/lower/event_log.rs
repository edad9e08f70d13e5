//! The rows of `event_log`, from the store's own events: those that the REST API lists.

use crate::analyze::bound::{Column, Expr, ExprKind, Literal};
use crate::ident::{Identifier, TableName};
use crate::local::engine::error::EngineError;
use crate::local::engine::source::EventLog;

use super::expr::Lowering;
use super::writer::{Sql, join};

pub(super) fn rows(
    lowering: &Lowering<'_>,
    name: &str,
    args: &[Expr],
    columns: &[Column],
) -> Result<String, EngineError> {
    let unread = || EngineError::unsupported("these arguments of event_log");
    let text = |arg: &Expr| match &arg.kind {
        ExprKind::Literal(Literal::String(text)) => Ok(text.clone()),
        _ => Err(unread()),
    };
    let texts = args.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let of = match (name, texts.as_slice()) {
        ("event_log", [id]) => EventLog::Pipeline(id.clone()),
        ("event_log_of_table", [catalog, schema, table]) => {
            let part = |text: &String| Identifier::new(text.as_str()).map_err(|_| unread());
            EventLog::Table(TableName { catalog: part(catalog)?, schema: part(schema)?, name: part(table)? })
        }
        _ => return Err(unread()),
    };
    let pipeline = Sql::text(&lowering.source.event_log(&of, &lowering.session.principal)?);
    let of_origin = |field: &str| format!("{field} := json_extract_string(origin, '$.{field}')");
    let origin = ["pipeline_id", "pipeline_name", "pipeline_type", "update_id", "dataset_name", "flow_name"];
    let origin = origin.map(of_origin).join(", ");
    let values = [
        "id".to_string(),
        "struct_pack(data_plane_id := struct_pack(instance := 'execution', seq_no := sequence))".to_string(),
        format!("struct_pack({origin})"),
        "make_timestamp(time)".to_string(),
        "message".to_string(),
        "level".to_string(),
        "maturity".to_string(),
        "json_transform(error, '{\"fatal\": \"BOOLEAN\", \"exceptions\": \
         [{\"class_name\": \"VARCHAR\", \"message\": \"VARCHAR\"}]}')"
            .to_string(),
        "details".to_string(),
        "event_type".to_string(),
    ];
    let items = columns
        .iter()
        .zip(values)
        .map(|(column, value)| Sql::raw(format!("{value} AS {}", Sql::column(column.id).as_str())));
    let items = join(&items.collect::<Vec<_>>());
    Ok(format!("SELECT {items} FROM _lakesmith.events WHERE pipeline_id = {}", pipeline.as_str()))
}
