//! Test files against what the project makes: every name is looked up, every value typed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analyze::{Session, bind_query, tables};
use crate::catalog::{Catalog, ColumnInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::ident::{Identifier, TableName};
use crate::pipeline::Reader;
use crate::pipeline::check::Checker;
use crate::pipeline::lineage::Case;
use crate::pipeline::surroundings::PipelineSource;
use crate::project::yaml::Located;
use crate::project::{Given, Outcome, SqlTest, sql_tests};
use crate::render::{Rendered, RenderedSolution};
use crate::syntax::ast::DatasetKind;
use crate::syntax::write::Literal;
use crate::syntax::{DataType, parse_query};

use super::compare::Expected;
use super::literal::literal;
use super::readers::reader;
use super::typed::{expected, moment, typed, typed_columns};

/// A pipeline, as far as its datasets must know it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Home {
    /// In the resource files.
    pub(crate) key: String,
    pub(crate) catalog: Identifier,
    pub(crate) schema: Identifier,
    pub(crate) configuration: BTreeMap<String, String>,
}

impl Home {
    pub(in crate::pipeline) fn of(source: &PipelineSource, session: &Session<'_>) -> Self {
        let configuration = source.configuration.iter();
        Self {
            key: source.key.clone(),
            catalog: session.current_catalog.clone(),
            schema: session.current_schema.clone(),
            configuration: configuration.filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect(),
        }
    }
}

/// A dataset of a pipeline, as far as a test must know it.
pub(crate) struct Made {
    pub(crate) name: TableName,
    pub(crate) home: Arc<Home>,
    pub(crate) kind: DatasetKind,
    pub(crate) private: bool,
    pub(crate) columns: Vec<ColumnInfo>,
    pub(crate) reads: Vec<TableName>,
    /// Tables that its foreign keys name: they must be there, although nothing of them is read.
    pub(crate) refers: BTreeSet<TableName>,
}

/// A case that fits the project; what is to run is not in it yet.
#[derive(Clone, Debug)]
pub struct PreparedTest {
    pub solution: String,
    /// `<solution>/<file>/<case>`, as filters see it.
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    /// Of the case in its file.
    pub location: Location,
    /// In microseconds since the epoch.
    pub(super) as_of: Option<i64>,
    /// Who looks at the rows; `None`: whoever runs the tests.
    pub(super) reader: Option<Reader>,
    pub(super) variables: Vec<(Located<String>, Located<String>)>,
    pub(super) models: Vec<TableName>,
    pub(super) home: Option<Arc<Home>>,
    /// The text of a query; else the rows of the last model are looked at.
    pub(super) query: Option<String>,
    pub(super) inputs: Vec<Table>,
    /// Rows that are added later: positions in `inputs`, and rows.
    pub(super) batches: Vec<Vec<(usize, Vec<Vec<Literal>>)>>,
    pub(super) outcome: Wanted,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Table {
    pub(super) name: TableName,
    pub(super) columns: Vec<(Identifier, DataType)>,
    pub(super) rows: Vec<Vec<Literal>>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Wanted {
    Rows(Expected),
    Error(Vec<String>),
}

/// `layer.name`, `schema.name` or a full name.
pub(in crate::pipeline) fn table_of(solution: &RenderedSolution, name: &str) -> Option<TableName> {
    let parts: Vec<&str> = name.split('.').collect();
    let full = match parts.as_slice() {
        [layer, table] => {
            let schema = solution.schemas.get(*layer).map_or(*layer, Identifier::as_str);
            format!("{}.{schema}.{table}", solution.catalog)
        }
        _ => name.to_string(),
    };
    TableName::parse(&full).ok()
}

/// `<solution>/<file>/<case>`.
pub(in crate::pipeline) fn id(solution: &str, rendered: &Rendered, test: &SqlTest) -> String {
    let file = rendered.template.name();
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".yaml").trim_end_matches(".yml");
    format!("{solution}/{stem}/{}", test.name.value)
}

impl Checker<'_> {
    /// Everything that the solution's test files say.
    pub(in crate::pipeline) fn sql_tests(&mut self) {
        for rendered in &self.solution.tests {
            let (node, found) = rendered.yaml();
            self.out.extend(found);
            let Some(node) = node else { continue };
            let mut found = Diagnostics::default();
            let tests = sql_tests(&node, &self.solution.test_rows, &mut found);
            self.out.extend(found);
            for test in &tests {
                self.sql_test(rendered, test);
            }
            if self.traced.is_some() {
                self.cases.push(Case { rendered, tests });
            }
        }
    }

    fn sql_test(&mut self, rendered: &Rendered, test: &SqlTest) {
        let mut out = Diagnostics::default();
        let prepared = self.prepared(rendered, test, &mut out);
        if let (Some(prepared), false) = (prepared, out.has_errors()) {
            self.checked.tests.push(prepared);
        }
        self.out.extend(out);
    }

    fn prepared(&mut self, rendered: &Rendered, test: &SqlTest, out: &mut Diagnostics) -> Option<PreparedTest> {
        let mut reads = BTreeSet::new();
        let mut output = None;
        if let Some(node) = &test.query_node {
            let text = node.as_str().unwrap_or_default();
            let file = self.origins.scalar(node, text);
            let (query, found) = parse_query(&file);
            out.extend(found);
            let (bound, found) = bind_query(&query?, &file, &self.session(None));
            out.extend(found);
            let bound = bound?;
            reads.extend(tables(&bound));
            output = Some(bound.output.into_iter().map(|column| (column.name, column.ty)).collect::<Vec<_>>());
        }
        let models: Vec<&Made> = test.models.iter().filter_map(|name| self.model(name, out)).collect();
        if models.len() < test.models.len() {
            return None;
        }
        for made in &models {
            reads.extend(made.reads.iter().chain(&made.refers).cloned());
        }
        let names: Vec<TableName> = models.iter().map(|made| made.name.clone()).collect();
        let home = models.first().map(|made| Arc::clone(&made.home));
        let mut named = models.iter().zip(&test.models);
        if let Some((other, name)) = named.find(|(made, _)| Some(&made.home) != home.as_ref()) {
            let message = format!("`{}` is made by another pipeline than `{}`", other.name, names[0]);
            let diagnostic = Diagnostic::error(Code::SQL_TEST_MODEL, message).at(name.location.clone());
            out.push(diagnostic.hint("test each by itself, and give the second what the first should make"));
        }
        let output = output.or_else(|| Some(typed_columns(&models.last()?.columns)))?;
        let inputs: Vec<TableName> = reads.into_iter().filter(|name| !names.contains(name)).collect();
        let mut made: Vec<Table> = inputs.iter().filter_map(|name| self.empty(name)).collect();
        for given in &test.given {
            if let Some((at, rows)) = self.filled(given, &names, &made, out) {
                made[at].rows.extend(rows);
            }
        }
        let mut batches = Vec::new();
        for batch in &test.batches {
            batches.push(batch.iter().filter_map(|given| self.filled(given, &names, &made, out)).collect());
        }
        let outcome = match &test.outcome {
            Outcome::Error(texts) => Wanted::Error(texts.clone()),
            Outcome::Rows { rows, ordered, tolerance, count } => {
                Wanted::Rows(expected(rows.as_ref(), *ordered, tolerance, *count, &output, out))
            }
        };
        Some(PreparedTest {
            solution: self.solution.name.clone(),
            id: id(&self.solution.name, rendered, test),
            name: test.name.value.clone(),
            description: test.description.clone(),
            location: rendered.locate(test.name.location.span),
            as_of: test.as_of.as_ref().and_then(|at| moment(at, out)),
            reader: test.reader.as_ref().and_then(|wanted| reader(&self.compiled.roles, wanted, out)),
            variables: test.variables.clone(),
            models: names,
            home,
            query: test.query.as_ref().map(|query| query.value.clone()),
            inputs: made,
            batches,
            outcome,
        })
    }

    fn model(&self, name: &Located<String>, out: &mut Diagnostics) -> Option<&Made> {
        let full = self.named(name, &[], out)?;
        let found = self.made.iter().find(|made| made.name == full);
        let Some(made) = found else {
            let message = format!("no pipeline makes `{full}`");
            let known: Vec<String> = self.made.iter().map(|made| self.short(&made.name)).collect();
            let diagnostic = Diagnostic::error(Code::SQL_TEST_MODEL, message).at(name.location.clone());
            out.push(diagnostic.suggest(&name.value, known.iter().map(String::as_str)));
            return None;
        };
        if made.private || made.kind == DatasetKind::TemporaryView {
            let message = format!("`{full}` is not visible outside of its pipeline, so its rows cannot be looked at");
            let diagnostic = Diagnostic::error(Code::SQL_TEST_MODEL, message).at(name.location.clone());
            out.push(diagnostic.hint("test it through a dataset that reads it: name both as `model`, that one last"));
        }
        Some(made)
    }

    /// `known` are the names that might be meant.
    fn named(&self, name: &Located<String>, known: &[String], out: &mut Diagnostics) -> Option<TableName> {
        let parsed = table_of(self.solution, &name.value);
        if parsed.is_none() {
            let message = format!("`{}` is no name of a table", name.value);
            let diagnostic = Diagnostic::error(Code::SQL_TEST_TABLE, message).at(name.location.clone());
            let diagnostic = diagnostic.hint("write `layer.name`, such as `silver.members_clean`");
            out.push(diagnostic.instead(known.to_vec()));
        }
        parsed
    }

    /// As a test would name it.
    fn short(&self, name: &TableName) -> String {
        let layer = self.solution.schemas.iter().find(|(_, schema)| **schema == name.schema);
        match layer {
            Some((layer, _)) if name.catalog == self.solution.catalog => format!("{layer}.{}", name.name),
            _ => name.to_string(),
        }
    }

    /// The table with the columns that the project gives it; `None` if they are not known.
    fn empty(&self, name: &TableName) -> Option<Table> {
        let private = || self.made.iter().find(|made| made.name == *name).map(|made| made.columns.clone());
        let columns = self.catalog.table(name).map(|table: Arc<_>| table.columns.clone()).or_else(private)?;
        let columns = columns.into_iter().map(|column| (column.name, column.data_type.unwrap_or(DataType::String)));
        Some(Table { name: name.clone(), columns: columns.collect(), rows: Vec::new() })
    }

    /// The rows, and which of the inputs they are for.
    fn filled(
        &self,
        given: &Given,
        models: &[TableName],
        inputs: &[Table],
        out: &mut Diagnostics,
    ) -> Option<(usize, Vec<Vec<Literal>>)> {
        let known: Vec<String> = inputs.iter().map(|table| self.short(&table.name)).collect();
        let name = self.named(&given.table, &known, out)?;
        let Some(at) = inputs.iter().position(|table| table.name == name) else {
            let wrong =
                |message: String| Diagnostic::error(Code::SQL_TEST_TABLE, message).at(given.table.location.clone());
            out.push(if models.contains(&name) {
                wrong(format!("`{name}` is under test: its rows are computed")).hint("give rows to what it reads")
            } else {
                let readers: Vec<String> = models.iter().map(|name| format!("`{name}`")).collect();
                let readers = if readers.is_empty() { "the query".to_string() } else { readers.join(" and ") };
                let plural = if models.len() > 1 { "do" } else { "does" };
                let all = format!("read: {}", if known.is_empty() { "nothing".to_string() } else { known.join(", ") });
                wrong(format!("{readers} {plural} not read `{name}`"))
                    .hint(all)
                    .instead(known.clone())
                    .suggest(&given.table.value, known.iter().map(String::as_str))
            });
            return None;
        };
        let table = &inputs[at];
        let rows = given.rows.rows.iter().map(|row| {
            let mut values = vec![Literal::Null; table.columns.len()];
            for cell in given.rows.each.iter().chain(&row.cells) {
                let columns = table.columns.iter().map(|(name, data_type)| (name, Some(data_type)));
                if let Some((column, value)) = typed(cell, columns, &table.name.to_string(), out) {
                    values[column] = literal(&value, table.columns.get(column).map(|(_, data_type)| data_type));
                }
            }
            values
        });
        Some((at, rows.collect()))
    }
}
