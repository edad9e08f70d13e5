//! `CREATE VIEW … WITH METRICS`: its YAML read, its expressions bound.

use std::sync::Arc;

use crate::analyze::{MetricJoin, Metrics, Proof, Session, bind_metrics, metric_columns};
use crate::catalog::ColumnInfo;
use crate::diag::{Diagnostics, Location, SourceFile, Span};
use crate::ident::Identifier;
use crate::project::yaml::{Node, parse};
use crate::syntax::ast::{CreateMetricView, Expr, Ident, Query};
use crate::syntax::{parse_expr, parse_query};

/// What is known of a metric view: `None` as columns where something in it is not understood.
pub(super) struct MetricView {
    pub(super) columns: Option<Vec<ColumnInfo>>,
    /// Which of them are measures.
    pub(super) measures: Vec<Identifier>,
    pub(super) proof: Proof,
    pub(super) found: Diagnostics,
}

pub(super) fn metric_view(view: &CreateMetricView, file: &Arc<SourceFile>, session: &Session<'_>) -> MetricView {
    let unknown = |found| MetricView { columns: None, measures: Vec::new(), proof: Proof::default(), found };
    let Some(yaml) = laid(file, &view.definition.value, view.definition.span) else {
        return unknown(Diagnostics::default());
    };
    let (Some(node), _) = parse(&yaml) else { return unknown(Diagnostics::default()) };
    let mut reader = Reader { file, found: Diagnostics::default(), understood: true };
    let Some(read) = reader.metrics(&node) else { return unknown(reader.found) };
    if !reader.understood || reader.found.has_errors() {
        return unknown(reader.found);
    }
    let (bound, found) = bind_metrics(&read, file, session);
    let info = |column: crate::analyze::bound::Column| ColumnInfo {
        name: column.name,
        data_type: column.ty,
        nullable: column.nullable,
        comment: None,
    };
    let columns = metric_columns(&read, &bound).into_iter().map(info).collect::<Vec<_>>();
    let measures = read.columns.iter().skip(read.dimensions).map(|(name, _)| name.value.clone()).collect();
    MetricView { columns: (!columns.is_empty()).then_some(columns), measures, proof: bound.proof, found }
}

/// A text at its place in a file of its own, so that places in it are places in the statement's file.
fn laid(file: &Arc<SourceFile>, text: &str, span: Span) -> Option<Arc<SourceFile>> {
    let at = span.range().start + file.text().get(span.range())?.find(text)?;
    Some(SourceFile::new(file.name(), blank(file.text().get(..at)?) + text))
}

fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

struct Reader<'f> {
    file: &'f Arc<SourceFile>,
    found: Diagnostics,
    /// False once there is something whose meaning is not known here.
    understood: bool,
}

impl Reader<'_> {
    fn metrics(&mut self, node: &Node) -> Option<Metrics> {
        // Parameters are names of their own.
        self.understood &= node.get("parameters").is_none();
        let source = self.source(node.get("source")?)?;
        let mut joins = Vec::new();
        for join in node.get("joins").and_then(Node::as_list).unwrap_or_default() {
            // The columns of a join inside of a join are reached by a path.
            self.understood &= join.get("joins").is_none();
            joins.push(self.join(join)?);
        }
        let filter = match node.get("filter") {
            Some(filter) => Some(self.expr(filter)?),
            None => None,
        };
        let mut columns = Vec::new();
        let mut dimensions = 0;
        for key in ["dimensions", "fields", "measures"] {
            for entry in node.get(key).and_then(Node::as_list).unwrap_or_default() {
                // A window says over which rows a measure is computed; a measure of measures is no plain aggregate.
                self.understood &= entry.get("window").is_none();
                let (name, expr) = (self.name(entry.get("name")?)?, self.expr(entry.get("expr")?)?);
                let text = self.file.text().get(expr.span.range()).unwrap_or_default().to_ascii_lowercase();
                self.understood &= !text.contains("measure");
                columns.push((name, expr));
                dimensions += usize::from(key != "measures");
            }
        }
        Some(Metrics { source, joins, filter, columns, dimensions })
    }

    fn join(&mut self, join: &Node) -> Option<MetricJoin> {
        let name = self.name(join.get("name")?)?;
        let source = self.source(join.get("source")?)?;
        let on = match join.get("on") {
            Some(on) => Some(self.expr(on)?),
            None => None,
        };
        let mut using = Vec::new();
        for column in join.get("using").and_then(Node::as_list).unwrap_or_default() {
            using.push(self.name(column)?);
        }
        Some(MetricJoin { name, source, on, using })
    }

    fn name(&self, node: &Node) -> Option<Ident> {
        Some(Ident { value: Identifier::new(node.as_str()?).ok()?, span: node.location.span })
    }

    /// A table, or a query.
    fn source(&mut self, node: &Node) -> Option<Query> {
        let text = node.as_str()?;
        let query = ["select", "with", "from", "("]
            .iter()
            .any(|word| text.trim_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)));
        let (at, _) = self.place(node)?;
        let mut before = blank(self.file.text().get(..at)?);
        if !query {
            // The name of a table is read as the query of its rows.
            let kept = before.len().checked_sub("FROM ".len())?;
            before = blank(before.get(..kept)?) + "FROM ";
        }
        let (query, found) = parse_query(&SourceFile::new(self.file.name(), before + text));
        self.parsed(query, found)
    }

    fn expr(&mut self, node: &Node) -> Option<Expr> {
        let text = node.as_str()?;
        let (at, _) = self.place(node)?;
        let (expr, found) = parse_expr(&SourceFile::new(self.file.name(), blank(self.file.text().get(..at)?) + text));
        self.parsed(expr, found)
    }

    fn parsed<T>(&mut self, value: Option<T>, found: Diagnostics) -> Option<T> {
        let here = |mut diagnostic: crate::diag::Diagnostic| {
            diagnostic.location = diagnostic.location.map(|at| Location::new(self.file, at.span));
            diagnostic
        };
        let found: Vec<_> = found.into_iter().map(here).collect();
        self.found.extend(found);
        value
    }

    /// Where the text of a scalar begins. Only where it is written as it is read are places in it exact.
    fn place(&mut self, node: &Node) -> Option<(usize, bool)> {
        let span = node.location.span;
        let source = self.file.text().get(span.range())?;
        let found = source.find(node.as_str()?);
        self.understood &= found.is_some();
        Some((span.range().start + found.unwrap_or_default(), found.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{MemoryCatalog, RelationKind, TableInfo};
    use crate::ident::TableName;
    use crate::syntax::ast::StatementKind;
    use crate::syntax::{parse, parse_type};

    fn id(text: &str) -> Identifier {
        Identifier::new(text).unwrap()
    }

    fn catalog() -> MemoryCatalog {
        let mut catalog = MemoryCatalog::default();
        catalog.add_schema(id("c"), id("s"));
        for (table, columns) in [
            ("orders", [("id", "BIGINT"), ("customer_id", "BIGINT"), ("day", "DATE"), ("amount", "DECIMAL(10,2)")]),
            ("customers", [("id", "BIGINT"), ("region", "STRING"), ("since", "DATE"), ("vip", "BOOLEAN")]),
        ] {
            let column = |(name, ty): &(&str, &str)| ColumnInfo {
                name: id(name),
                data_type: Some(parse_type(ty).unwrap()),
                nullable: true,
                comment: None,
            };
            let name = TableName { catalog: id("c"), schema: id("s"), name: id(table) };
            let columns = columns.iter().map(column).collect();
            catalog.add_table(TableInfo { name, kind: RelationKind::Table, columns, append_only: true, comment: None });
        }
        catalog
    }

    /// `name TYPE, …`, and what is said at which place.
    fn read(yaml: &str) -> (String, Vec<String>) {
        let file = SourceFile::new("m.sql", format!("CREATE VIEW m WITH METRICS LANGUAGE YAML AS $$\n{yaml}$$"));
        let parsed = parse(&file);
        let Some(StatementKind::CreateMetricView(view)) = parsed.statements.first().map(|s| &s.kind) else {
            panic!("{:?}", parsed.diagnostics);
        };
        let catalog = catalog();
        let made = metric_view(view, &file, &Session::new(&catalog, id("c"), id("s")));
        let ty = |column: &ColumnInfo| column.data_type.as_ref().map_or("?".to_string(), ToString::to_string);
        let columns = made.columns.iter().flatten().map(|column| format!("{} {}", column.name, ty(column)));
        let place = |d: &crate::diag::Diagnostic| {
            let at = d.location.as_ref().unwrap();
            assert!(Arc::ptr_eq(&at.file, &file));
            format!("{} {}", d.code, &at.file.text()[at.span.range()])
        };
        (columns.collect::<Vec<_>>().join(", "), made.found.iter().map(place).collect())
    }

    const VIEW: &str = "version: 1.1
source: c.s.orders
filter: day > '2020-01-01'
joins:
  - name: customer
    source: c.s.customers
    on: source.customer_id = customer.id
dimensions:
  - name: region
    expr: upper(customer.region)
  - name: month
    expr: \"date_trunc('MONTH', day)\"
measures:
  - name: total
    expr: sum(amount)
  - name: orders_per_customer
    expr: count(1) / count(DISTINCT customer_id)
";

    /// Databricks documentation, "Metric view YAML syntax reference", § "Source", "Joins", "Dimensions", "Measures":
    /// the source's columns by their names or behind `source`, those of a join behind its name. `sum` of
    /// DECIMAL(10,2) is DECIMAL(20,2) ("sum aggregate function").
    #[test]
    fn dimensions_and_measures_have_types() {
        let (columns, found) = read(VIEW);
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(columns, "region STRING, month TIMESTAMP, total DECIMAL(20,2), orders_per_customer DOUBLE");
        let (columns, found) = read(
            "version: 1.1\nsource: SELECT id, amount * 2 AS twice FROM orders\nmeasures:\n  - name: n\n    expr: max(twice)\n",
        );
        assert_eq!((columns.as_str(), found), ("n DECIMAL(12,2)", Vec::new()));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        for (right, wrong, expected) in [
            ("c.s.orders", "c.s.order", "LS401 c.s.order"),
            ("c.s.customers", "c.s.customer", "LS401 c.s.customer"),
            ("= customer.id", "= customer.ident", "LS402 ident"),
            ("upper(customer.region)", "upper(customer.area)", "LS402 area"),
            ("sum(amount)", "sum(amuont)", "LS402 amuont"),
            ("day > '2020-01-01'", "dya > '2020-01-01'", "LS402 dya"),
            ("count(1) / ", "upper(1, 2) / ", "LS405 upper(1, 2)"),
            ("sum(amount)", "amount", "LS407 amount"),
            ("upper(customer.region)", "max(customer.region)", "LS407 max(customer.region)"),
        ] {
            assert_eq!(read(&VIEW.replace(right, wrong)).1, [expected], "{wrong}");
        }
    }

    /// A window, a measure of measures, a join inside of a join: known to be there, and not judged.
    #[test]
    fn what_is_not_understood_is_unknown() {
        for (right, other) in [
            ("sum(amount)", "measure(nothing) + nope"),
            ("sum(amount)", "sum(nope)\n    window:\n      - order: month\n        range: current"),
            ("    on: source", "    joins:\n      - name: z\n        source: nope\n        on: a = b\n    on: source"),
            ("filter: day", "parameters:\n  - name: p\nfilter: p"),
            ("version: 1.1", "version: [1.1"),
        ] {
            let (columns, found) = read(&VIEW.replace(right, other));
            assert_eq!((columns.as_str(), found), ("", Vec::new()), "{other}");
        }
    }
}
