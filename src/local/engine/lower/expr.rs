//! Expressions.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::analyze::bound::{ColumnId, Expr, ExprKind, Literal};
use crate::ident::TableName;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::session::Session;
use crate::local::engine::source::Source;
use crate::syntax::{DataType, deeper};

use super::function::{self, Arg};
use super::types::duck_type;
use super::writer::{self, Sql, call, case, infix, is_null, not, one_of, when};
use super::{cast, relation};

/// Lowers one statement.
pub(crate) struct Lowering<'a> {
    pub(super) session: &'a Session,
    pub(super) source: &'a dyn Source,
    /// Is the principal in whatever group is asked for?
    in_every_group: bool,
    /// The arguments that stand for the parameters of the user functions which are being written out.
    arguments: RefCell<BTreeMap<ColumnId, Sql>>,
    /// The views, and the tables with policies, that are being written out: from the outermost in.
    open: Vec<TableName>,
    /// How many relations are inside each other here.
    pub(super) depth: Cell<usize>,
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(session: &'a Session, source: &'a dyn Source) -> Self {
        Self {
            session,
            source,
            in_every_group: false,
            arguments: RefCell::default(),
            open: Vec::new(),
            depth: Cell::default(),
        }
    }

    /// For a pipeline's update. On a shared workspace a service principal runs it, in the groups that may see what is
    /// masked; here the admin stands for it.
    pub(crate) fn for_update(session: &'a Session, source: &'a dyn Source) -> Self {
        Self { in_every_group: session.principal.admin, ..Self::new(session, source) }
    }

    /// For what is behind `name`: a view's query, or a table's policy. Its column ids are its own.
    pub(super) fn inside(&self, name: &TableName) -> Result<Lowering<'a>, EngineError> {
        if self.open.contains(name) {
            let path: Vec<String> = self.open.iter().chain([name]).map(TableName::quoted).collect();
            let text = format!("Recursive view {} detected (cycle: {}).", name.quoted(), path.join(" -> "));
            return Err(SqlError::new(ErrorClass::RECURSIVE_VIEW, text).into());
        }
        let open = self.open.iter().chain([name]).cloned().collect();
        let in_every_group = self.in_every_group;
        Ok(Self { open, in_every_group, depth: self.depth.clone(), ..Self::new(self.session, self.source) })
    }

    pub(crate) fn expr(&self, expr: &Expr) -> Result<Sql, EngineError> {
        deeper(|| self.kind(expr)).map_err(|error| error.at(expr.span))
    }

    pub(super) fn exprs(&self, exprs: &[Expr]) -> Result<Vec<Sql>, EngineError> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn kind(&self, expr: &Expr) -> Result<Sql, EngineError> {
        match &expr.kind {
            ExprKind::Column(id) => Ok(self.arguments.borrow().get(id).cloned().unwrap_or_else(|| Sql::column(*id))),
            ExprKind::Literal(value) => Ok(literal(value, expr.ty.as_ref())?),
            ExprKind::Parameter(name) => self.parameter(name, expr.ty.as_ref()),
            ExprKind::Call { function, args } => {
                let args =
                    self.with_arguments(index_from_zero(function, args), || self.args(operands(function, args)))?;
                Ok(function::call(function, &args, expr.ty.as_ref())?)
            }
            ExprKind::UserFunction { args, body, .. } => {
                let subquery = has_subquery(body);
                let values = args.iter().map(|(_, arg)| self.expr(arg)).collect::<Result<Vec<_>, _>>()?;
                let ids = args.iter().map(|(column, _)| column.id);
                let body = |values: Vec<Sql>| self.with_arguments(ids.zip(values).collect(), || self.expr(body));
                // A subquery cannot see the names that `shared` gives.
                if subquery { body(values) } else { writer::try_shared_all(values, body) }
            }
            ExprKind::Cast { expr: operand, try_ } => {
                Ok(cast::cast(self.expr(operand)?, known(operand)?, known(expr)?, *try_)?)
            }
            ExprKind::Case { branches, otherwise } => {
                let branches = branches
                    .iter()
                    .map(|(condition, value)| Ok((self.expr(condition)?, self.expr(value)?)))
                    .collect::<Result<Vec<_>, EngineError>>()?;
                let otherwise = otherwise.as_ref().map(|value| self.expr(value)).transpose()?;
                Ok(case(&branches, otherwise))
            }
            ExprKind::InList { expr, list, negated } => {
                let found = one_of(self.expr(expr)?, &self.exprs(list)?);
                Ok(if *negated { not(found) } else { found })
            }
            ExprKind::InSubquery { exprs, query, negated } => {
                let exprs = self.exprs(exprs)?;
                relation::in_subquery(self, &exprs, query, *negated)
            }
            ExprKind::Exists { query, negated } => relation::exists(self, query, *negated),
            ExprKind::ScalarSubquery(query) => relation::scalar_subquery(self, query),
            ExprKind::Field { expr: operand, name } => {
                Ok(call("struct_extract", [self.expr(operand)?, Sql::text(name.as_str())]))
            }
            ExprKind::Index { expr: operand, index } => {
                let (value, index) = (self.expr(operand)?, self.expr(index)?);
                Ok(match known(operand)? {
                    DataType::Map(..) => function::map_value(value, index),
                    _ => writer::shared([value, index], |[value, index]| function::array_element(value, index)),
                })
            }
            ExprKind::Lambda { .. } => Err(EngineError::unsupported("a lambda function outside of a function call")),
            ExprKind::Session { function, args } => self.session_value(function, args),
            ExprKind::Unproved { what, .. } => Err(EngineError::unsupported(what)),
        }
    }

    /// Lowers with columns that stand for expressions, for as long as `f` runs.
    fn with_arguments<T>(
        &self,
        given: Vec<(ColumnId, Sql)>,
        f: impl FnOnce() -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let outer = self.arguments.borrow().clone();
        self.arguments.borrow_mut().extend(given);
        let result = f();
        self.arguments.replace(outer);
        result
    }

    pub(super) fn args<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Result<Vec<Arg<'e>>, EngineError> {
        let lower = |expr: &'e Expr| {
            let sql = match &expr.kind {
                ExprKind::Lambda { body, .. } => self.expr(body)?,
                _ => self.expr(expr)?,
            };
            Ok(Arg { sql, expr })
        };
        exprs.into_iter().map(lower).collect()
    }

    fn parameter(&self, name: &str, ty: Option<&DataType>) -> Result<Sql, EngineError> {
        let value = self.session.parameters.get(name).ok_or_else(|| {
            let text =
                format!("Found the unbound parameter: `{name}`. Please, fix `args` and provide a mapping of it.");
            SqlError::new(ErrorClass::UNBOUND_SQL_PARAMETER, text)
        })?;
        let sql = match &value.text {
            Some(text) => cast::cast(Sql::text(text), &DataType::String, &value.data_type, false)?,
            None => Sql::null(&value.data_type),
        };
        match ty {
            Some(ty) if *ty != value.data_type => Ok(cast::cast(sql, &value.data_type, ty, false)?),
            _ => Ok(sql),
        }
    }

    fn session_value(&self, function: &str, args: &[Expr]) -> Result<Sql, EngineError> {
        let session = self.session;
        Ok(match function {
            "current_timestamp" | "now" | "localtimestamp" => timestamp(session.now),
            "current_date" | "curdate" => writer::cast(timestamp(session.now), "DATE"),
            "current_timezone" => Sql::text("UTC"),
            "current_user" | "session_user" | "user" => Sql::text(&session.principal.name),
            "current_catalog" => Sql::text(session.catalog.as_str()),
            "current_schema" | "current_database" => Sql::text(session.schema.as_str()),
            "current_metastore" => Sql::text("local"),
            "is_account_group_member" | "is_member" => {
                let [group] = args else { return Err(EngineError::unsupported(format!("{function} in this form"))) };
                let groups: Vec<Sql> =
                    session.principal.groups.iter().map(|group| Sql::text(&group.to_lowercase())).collect();
                let group = self.expr(group)?;
                if self.in_every_group {
                    return Ok(when(is_null(group), Sql::null(&DataType::Boolean), Sql::boolean(true)));
                }
                if groups.is_empty() {
                    // Still NULL for a NULL group.
                    return Ok(when(is_null(group), Sql::null(&DataType::Boolean), Sql::boolean(false)));
                }
                one_of(call("lower", [group]), &groups)
            }
            _ => return Err(EngineError::unsupported(format!("the function {function}"))),
        })
    }
}

/// The proved type of an expression that is to be executed.
pub(super) fn known(expr: &Expr) -> Result<&DataType, SqlError> {
    expr.ty.as_ref().ok_or_else(|| SqlError::unsupported("an expression whose type is not known").at(expr.span))
}

pub(super) fn timestamp(micros: i64) -> Sql {
    call("make_timestamp", [Sql::integer(micros)])
}

pub(super) fn literal(value: &Literal, ty: Option<&DataType>) -> Result<Sql, SqlError> {
    Ok(match value {
        Literal::Null => Sql::null(ty.unwrap_or(&DataType::Void)),
        Literal::Boolean(value) => Sql::boolean(*value),
        Literal::Integer(value) => Sql::typed_integer(*value, &duck_type(ty.unwrap_or(&DataType::Int))?),
        Literal::Decimal(text) => Sql::number(text, &duck_type(ty.unwrap_or(&DataType::Double))?),
        Literal::Double(value) => match ty {
            Some(DataType::Float) => writer::cast(Sql::double(*value), "FLOAT"),
            _ => Sql::double(*value),
        },
        Literal::String(text) => Sql::text(text),
        Literal::Binary(bytes) => Sql::binary(bytes),
        Literal::Date(days) => {
            writer::cast(infix(Sql::raw("DATE '1970-01-01'".to_string()), "+", Sql::int(*days)), "DATE")
        }
        Literal::Timestamp(micros) => timestamp(*micros),
        Literal::IntervalYearMonth(months) => Sql::int(*months),
        Literal::IntervalDayTime(micros) => Sql::integer(*micros),
    })
}

fn has_subquery(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |part| {
        found |= part.subquery().is_some();
        if let ExprKind::UserFunction { body, .. } = &part.kind {
            found |= deeper(|| has_subquery(body));
        }
    });
    found
}

/// The operands of a whole chain of one associative function, which the tree holds in pairs.
fn operands<'e>(function: &str, args: &'e [Expr]) -> Vec<&'e Expr> {
    if !matches!(function, "and" | "or" | "concat") {
        return args.iter().collect();
    }
    let mut found = Vec::new();
    let mut open: Vec<&Expr> = args.iter().rev().collect();
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Call { function: inner, args } if *inner == function => open.extend(args.iter().rev()),
            _ => found.push(expr),
        }
    }
    found
}

/// The second parameter of these lambdas is the index: from 0 on Databricks, from 1 on DuckDB.
fn index_from_zero(function: &str, args: &[Expr]) -> Vec<(ColumnId, Sql)> {
    let [_, Expr { kind: ExprKind::Lambda { parameters, .. }, .. }] = args else { return Vec::new() };
    let ("transform" | "filter", [_, index]) = (function, parameters.as_slice()) else { return Vec::new() };
    let from_zero = infix(Sql::column(index.id), "-", Sql::integer(1));
    vec![(index.id, writer::cast(from_zero, "INTEGER"))]
}
