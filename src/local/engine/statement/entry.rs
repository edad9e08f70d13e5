//! The ways in, and what every kind of statement shares.

use std::sync::Arc;

use crate::analyze;
use crate::catalog::MemoryCatalog;
use crate::diag::{Diagnostics, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::local::engine::authorize::Authorizer;
use crate::local::engine::cancel::CancelToken;
use crate::local::engine::catalog::{Stock, snapshot};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::session::Session;
use crate::local::store::{Reader, SchemaName, Store, Writer};
use crate::syntax::ast::{Name, Statement, StatementKind};
use crate::syntax::{self, DataType};

use super::undeclared::Undeclared;
use super::{alter, container, dml, function, grant, query, show, table};

#[derive(Clone, PartialEq, Debug)]
pub struct AnswerColumn {
    pub name: String,
    pub data_type: DataType,
}

/// Rows as the Statement Execution API gives them: every value a text, `None` for NULL.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    pub columns: Vec<AnswerColumn>,
    pub rows: Vec<Vec<Option<String>>>,
    /// There were more rows than the limit.
    pub truncated: bool,
    /// The rows are more than [`MAX_ANSWER`] bytes; only the first of them are here.
    pub oversized: bool,
}

/// "If a given statement produces a result set with a size larger than 25 MiB, that statement execution is aborted"
/// (Databricks documentation, "Statement Execution API", disposition INLINE).
pub const MAX_ANSWER: usize = 25 * 1024 * 1024;

/// What a row counts for in [`MAX_ANSWER`].
pub fn row_bytes(row: &[Option<String>]) -> usize {
    row.iter().map(|value| value.as_ref().map_or(1, String::len)).sum()
}

impl Answer {
    /// One row of texts a record, all columns strings.
    pub(super) fn texts(names: &[&str], rows: Vec<Vec<Option<String>>>) -> Self {
        let column = |name: &&str| AnswerColumn { name: (*name).to_string(), data_type: DataType::String };
        Self { columns: names.iter().map(column).collect(), rows, ..Self::default() }
    }

    /// What DML answers (Databricks documentation, "INSERT": `num_affected_rows`).
    pub(super) fn affected(rows: usize) -> Self {
        let column = AnswerColumn { name: "num_affected_rows".to_string(), data_type: DataType::BigInt };
        Self { columns: vec![column], rows: vec![vec![Some(rows.to_string())]], ..Self::default() }
    }
}

/// Gets the rows of a query one by one.
pub type RowSink<'a> = dyn Fn(Vec<Option<String>>) -> Result<(), EngineError> + 'a;

/// How the rows of a query are taken; what is no query answers with its few rows in any case.
#[derive(Clone, Copy, Default)]
pub struct Take<'a> {
    pub limit: Option<u64>,
    /// Gets all rows, instead of the answer that holds no more than [`MAX_ANSWER`] of them.
    pub sink: Option<&'a RowSink<'a>>,
}

/// Runs one statement.
pub fn execute(
    store: &Store,
    text: &str,
    session: &Session,
    take: Take<'_>,
    cancel: &CancelToken,
) -> Result<Answer, EngineError> {
    let (file, mut statements) = compile(text)?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => run(store, &file, &statement, session, take, cancel),
        (None, _) => Err(syntax_error("the text holds no statement")),
        (Some(_), false) => Err(syntax_error("the text holds more than one statement")),
    }
}

/// Runs the statements of a file in order; the answer is the last one's.
pub fn execute_script(
    store: &Store,
    text: &str,
    session: &Session,
    cancel: &CancelToken,
) -> Result<Answer, EngineError> {
    let (file, statements) = compile(text)?;
    let mut session = session.clone();
    let mut answer = Answer::default();
    for statement in &statements {
        match &statement.kind {
            StatementKind::UseCatalog(catalog) => session.catalog = catalog.value.clone(),
            StatementKind::UseSchema(name) => match name.value.parts() {
                [schema] => session.schema = schema.clone(),
                [catalog, schema] => {
                    session.catalog = catalog.clone();
                    session.schema = schema.clone();
                }
                _ => return Err(syntax_error("a schema name has one or two parts")),
            },
            _ => answer = run(store, &file, statement, &session, Take::default(), cancel)?,
        }
    }
    Ok(answer)
}

/// One part of the name of an object, which may not hold what Unity Catalog's names may not.
fn object(part: &Identifier, name: &Name) -> Result<Identifier, EngineError> {
    Ok(Identifier::object(part.as_str()).map_err(|error| SqlError::name(&error).at(name.span))?)
}

/// The name of a catalog: one plain part.
pub(super) fn catalog_name(name: &Name) -> Result<Identifier, EngineError> {
    match name.value.parts() {
        [only] => object(only, name),
        _ => {
            let text = format!("Syntax error: a catalog name has one part, {} has more.", name.value);
            Err(SqlError::new(ErrorClass::PARSE_SYNTAX_ERROR, text).at(name.span).into())
        }
    }
}

fn syntax_error(text: &str) -> EngineError {
    SqlError::new(ErrorClass::PARSE_SYNTAX_ERROR, format!("Syntax error: {text}.")).into()
}

fn compile(text: &str) -> Result<(Arc<SourceFile>, Vec<Statement>), EngineError> {
    let file = SourceFile::new("statement", text);
    let parsed = syntax::parse(&file);
    if parsed.diagnostics.has_errors() {
        return Err(EngineError::Invalid(parsed.diagnostics));
    }
    Ok((file, parsed.statements))
}

fn run(
    store: &Store,
    file: &Arc<SourceFile>,
    statement: &Statement,
    session: &Session,
    take: Take<'_>,
    cancel: &CancelToken,
) -> Result<Answer, EngineError> {
    cancel.check()?;
    let read = |f: &dyn Fn(&Scope<'_>) -> Result<Answer, EngineError>| {
        store.read(|reader| f(&Scope::new(store, reader, file, session, cancel)?))
    };
    let write = |f: &dyn Fn(&Scope<'_>, &Writer<'_>) -> Result<Answer, EngineError>| {
        store.write_alone(|writer| f(&Scope::new(store, writer, file, session, cancel)?, writer))
    };
    match &statement.kind {
        StatementKind::Query(query) => read(&|scope| query::run(scope, query, take)),
        StatementKind::Show { what } => read(&|scope| show::show(scope, what)),
        StatementKind::Describe { name, extended } => read(&|scope| show::describe(scope, name, *extended)),
        StatementKind::CreateCatalog(create) => write(&|scope, writer| container::catalog(scope, writer, create)),
        StatementKind::CreateSchema(create) => write(&|scope, writer| container::schema(scope, writer, create)),
        StatementKind::CreateVolume(create) => write(&|scope, writer| container::volume(scope, writer, create)),
        StatementKind::CreateFunction(create) => {
            write(&|scope, writer| function::create(scope, writer, create, statement.span))
        }
        StatementKind::CreateTable(create) => write(&|scope, writer| table::create_table(scope, writer, create)),
        StatementKind::CreateDataset(create) => write(&|scope, writer| table::create_view(scope, writer, create)),
        StatementKind::Drop { kind, if_exists, name, cascade, temporary: _, force: _ } => {
            write(&|scope, writer| container::drop(scope, writer, *kind, name, *if_exists, *cascade))
        }
        StatementKind::CommentOn { securable, comment } => {
            write(&|scope, writer| container::comment(scope, writer, securable, comment.as_ref()))
        }
        StatementKind::Grant(grant) => write(&|scope, writer| grant::change(scope, writer, grant, true)),
        StatementKind::Revoke(grant) => write(&|scope, writer| grant::change(scope, writer, grant, false)),
        StatementKind::Insert(insert) => write(&|scope, writer| dml::insert(scope, writer, insert)),
        StatementKind::Update(update) => write(&|scope, writer| dml::update(scope, writer, update)),
        StatementKind::Delete(delete) => write(&|scope, writer| dml::delete(scope, writer, delete)),
        StatementKind::Truncate { name, partition } if partition.is_empty() => {
            write(&|scope, writer| dml::truncate(scope, writer, name))
        }
        StatementKind::Truncate { .. } => Err(unsupported("TRUNCATE … PARTITION", statement)),
        StatementKind::Merge(_) => Err(unsupported("MERGE", statement)),
        StatementKind::CopyInto(_) => Err(unsupported("COPY INTO", statement)),
        StatementKind::CopyTable(_) => Err(unsupported("CREATE TABLE … CLONE and LIKE", statement)),
        StatementKind::CreateMetricView(create) => {
            write(&|scope, writer| table::create_metric_view(scope, writer, create))
        }
        StatementKind::CreateProcedure(_) => Err(unsupported("procedures", statement)),
        StatementKind::Deny(_) => Err(unsupported("DENY", statement)),
        StatementKind::Govern(_) => Err(unsupported("policies, connections, locations and shares", statement)),
        StatementKind::Maintain(_) => Err(unsupported("this maintenance of tables", statement)),
        StatementKind::Inspect(_) => Err(unsupported("this form of SHOW, DESCRIBE or EXPLAIN", statement)),
        StatementKind::Session(_) => Err(unsupported("session variables, EXECUTE IMMEDIATE and CALL", statement)),
        StatementKind::Script(_) => Err(unsupported("SQL scripts", statement)),
        StatementKind::CreateFlow(_) | StatementKind::Refresh { .. } => {
            Err(SqlError::unsupported("pipeline statements outside of a pipeline").into())
        }
        StatementKind::AlterTable(change) => write(&|scope, writer| alter::table(scope, writer, change)),
        StatementKind::UseCatalog(_) | StatementKind::UseSchema(_) | StatementKind::Set { .. } => {
            Err(SqlError::unsupported("session statements here: name catalog and schema in the request").into())
        }
        StatementKind::Opaque { leading, .. } => {
            Err(SqlError::unsupported(format!("the statement {leading}")).at(statement.span).into())
        }
    }
}

fn unsupported(what: &str, statement: &Statement) -> EngineError {
    SqlError::unsupported(what).at(statement.span).into()
}

/// What a statement sees: one snapshot of the catalog, its own text, and on whose behalf it runs.
pub(super) struct Scope<'a> {
    pub(super) store: &'a Store,
    pub(super) reader: &'a Reader<'a>,
    pub(super) catalog: MemoryCatalog,
    pub(super) file: &'a Arc<SourceFile>,
    pub(super) session: &'a Session,
    pub(super) cancel: &'a CancelToken,
    undeclared: Undeclared,
}

impl<'a> Scope<'a> {
    fn new(
        store: &'a Store,
        reader: &'a Reader<'a>,
        file: &'a Arc<SourceFile>,
        session: &'a Session,
        cancel: &'a CancelToken,
    ) -> Result<Self, EngineError> {
        let catalog = snapshot(reader)?;
        Ok(Self { store, reader, catalog, file, session, cancel, undeclared: Undeclared::default() })
    }

    pub(super) fn stock(&self) -> Stock<'_> {
        Stock::new(self.reader, &self.catalog, self.store)
    }

    pub(super) fn authorizer(&self) -> Authorizer<'_> {
        Authorizer::new(self.reader, &self.session.principal)
    }

    pub(super) fn by(&self) -> &str {
        &self.session.principal.name
    }

    /// What names and parameters mean to the analyzer.
    pub(super) fn analysis(&self) -> analyze::Session<'_> {
        let mut analysis =
            analyze::Session::new(&self.catalog, self.session.catalog.clone(), self.session.schema.clone());
        let types = self.session.parameters.iter().map(|(name, value)| (name.clone(), value.data_type.clone()));
        analysis.parameters = types.collect();
        analysis.complete = true;
        analysis.files = Some(&self.undeclared);
        analysis
    }

    pub(super) fn table_name(&self, name: &Name) -> Result<TableName, EngineError> {
        let resolved = name.value.resolve(&self.session.catalog, &self.session.schema);
        let TableName { catalog, schema, name: last } =
            resolved.map_err(|error| SqlError::name(&error).at(name.span))?;
        Ok(TableName { catalog: object(&catalog, name)?, schema: object(&schema, name)?, name: object(&last, name)? })
    }

    pub(super) fn schema_name(&self, name: &Name) -> Result<SchemaName, EngineError> {
        let (catalog, schema): (&Identifier, &Identifier) = match name.value.parts() {
            [schema] => (&self.session.catalog, schema),
            [catalog, schema] => (catalog, schema),
            _ => return Err(syntax_error("a schema name has one or two parts")),
        };
        Ok(SchemaName { catalog: object(catalog, name)?, name: object(schema, name)? })
    }

    /// The text of a part of the statement.
    pub(super) fn text(&self, span: crate::diag::Span) -> String {
        self.file.text().get(span.range()).unwrap_or_default().to_string()
    }

    /// A tree that may run: bound without an error.
    pub(super) fn accept<T>(&self, (bound, found): (Option<T>, Diagnostics)) -> Result<T, EngineError> {
        let undeclared = self.undeclared.refused(self, &found);
        match (bound, undeclared) {
            _ if found.has_errors() => Err(EngineError::Invalid(found)),
            (_, Some(error)) => Err(error.into()),
            (Some(bound), None) => Ok(bound),
            (None, None) => Err(EngineError::Invalid(found)),
        }
    }

    /// Where in the statement, as Databricks' messages say it.
    pub(super) fn place(&self, span: crate::diag::Span) -> String {
        let (line, column) = self.file.line_column(span.start);
        format!(" (line {line}, pos {})", column.saturating_sub(1))
    }
}
