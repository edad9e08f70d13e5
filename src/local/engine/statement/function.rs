//! `CREATE FUNCTION`.

use crate::analyze::bind_function;
use crate::diag::Span;
use crate::local::engine::error::{EngineError, SqlError};
use crate::local::store::{FunctionRecord, Parameter, Registration, SchemaName, StoreError, Writer};
use crate::syntax::ast::{CreateFunction, FunctionBody};

use super::container::refuse_collation;
use super::entry::{Answer, Scope};
use super::recursion::{self, Made, Uses};

pub(super) fn create(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    create: &CreateFunction,
    span: Span,
) -> Result<Answer, EngineError> {
    if create.temporary {
        return Err(SqlError::unsupported("temporary functions").at(create.name.span).into());
    }
    refuse_collation(create.default_collation.as_ref())?;
    let name = scope.table_name(&create.name)?;
    scope.authorizer().schema(&SchemaName::of(&name), "CREATE_FUNCTION")?;
    let (bound, found) = bind_function(create, scope.file, &scope.analysis());
    if found.has_errors() {
        return Err(EngineError::Invalid(found));
    }
    let mut uses = Uses::default();
    bound.body.iter().for_each(|body| uses.expr(body));
    bound.query.iter().for_each(|query| uses.query(query));
    recursion::refuse(scope, Made::Function(&name), uses)?;
    let (language, body) = match &create.body {
        FunctionBody::Expr(expr) => ("SQL".to_string(), scope.text(expr.span)),
        FunctionBody::Query(query) => ("SQL".to_string(), scope.text(query.span)),
        FunctionBody::Foreign { language, code } => (language.value.as_str().to_uppercase(), code.value.clone()),
    };
    let parameters = create.parameters.iter().map(|parameter| Parameter {
        name: parameter.name.value.clone(),
        data_type: parameter.data_type.value.clone(),
        comment: parameter.comment.as_ref().map(|text| text.value.clone()),
        default: parameter.default.as_ref().map(|default| scope.text(default.span)),
    });
    let mut record = FunctionRecord {
        name: name.clone(),
        parameters: parameters.collect(),
        returns: bound.returns,
        comment: create.comment.as_ref().map(|text| text.value.clone()),
        body,
        language,
        deterministic: create.deterministic,
        statement: scope.text(span),
        registration: Registration::default(),
    };
    match writer.securable::<FunctionRecord>(&name)? {
        Some(known) if create.or_replace => {
            scope.authorizer().object::<FunctionRecord>(&name, "MANAGE")?;
            record.registration = known.registration;
            writer.update_securable(record, scope.by())?;
        }
        Some(_) if create.if_not_exists => {}
        Some(_) => {
            return Err(StoreError::AlreadyExists { kind: "function", name: name.to_string() }.into());
        }
        None => {
            writer.create_function(record, scope.by())?;
        }
    }
    Ok(Answer::default())
}
