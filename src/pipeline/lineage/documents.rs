//! What dashboards and Genie spaces use. A document may have been rewritten for the target; places are those of the
//! file that the user wrote, found by the tokens that both texts share.

use std::sync::Arc;

use crate::analyze::{How, Role, Trace, bind_partial, trace};
use crate::check::Embedded;
use crate::diag::{Code, Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::lineage::{EdgeKind, NodeId, NodeKind};
use crate::project::json;
use crate::project::yaml::Node;
use crate::resource::Document;
use crate::syntax::{TokenKind, lex, parse_query};

use super::collect::Teller;
use crate::pipeline::facts::word;

/// A value as it is for the target, and as it is written.
#[derive(Clone, Copy)]
struct Pair<'d> {
    now: &'d Node,
    written: &'d Node,
}

impl<'d> Pair<'d> {
    fn get(self, key: &str) -> Option<Self> {
        Some(Self { now: self.now.get(key)?, written: self.written.get(key)? })
    }

    fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    fn items(self, key: &str) -> Vec<Self> {
        let Some(list) = self.get(key) else { return Vec::new() };
        let (now, written) = (list.now.as_list().unwrap_or_default(), list.written.as_list().unwrap_or_default());
        now.iter().zip(written).map(|(now, written)| Self { now, written }).collect()
    }

    fn text(self, key: &str) -> Option<&'d str> {
        self.now.get(key)?.as_str()
    }

    /// The first of a list of texts, or the text.
    fn first_text(self, key: &str) -> Option<&'d str> {
        let node = self.now.get(key)?;
        node.as_str().or_else(|| node.as_list()?.first()?.as_str())
    }

    /// The place of a text without its quotes.
    fn place(self) -> Location {
        match self.written.as_str() {
            Some(text) if !text.is_empty() => self.written.locate(Span::new(0, text.len())),
            _ => crate::project::yaml::first_line(&self.written.location),
        }
    }
}

/// SQL as it is for the target, and where its parts are written.
struct Sql {
    now: Embedded,
    written: Embedded,
}

impl Sql {
    fn of(pair: Pair<'_>, before: &str, after: &str) -> Option<Self> {
        Some(Self {
            now: Embedded::wrapped(before, pair.now, after)?,
            written: Embedded::wrapped(before, pair.written, after)?,
        })
    }

    fn place(&self, span: Span) -> Location {
        let (now, written) = (self.now.text(), self.written.text());
        if now == written {
            return self.written.locate(span);
        }
        let (now, written) = (lex(now).tokens, lex(written).tokens);
        let back = |offset: u32| {
            let index = now.partition_point(|token| token.span.end <= offset);
            let (token, old) = (now.get(index)?, written.get(index)?);
            Some((old.span.start + offset.saturating_sub(token.span.start)).min(old.span.end) as usize)
        };
        let (start, end) = (back(span.start).unwrap_or(0), back(span.end.max(1) - 1).map_or(0, |end| end + 1));
        self.written.locate(Span::new(start, end.max(start)))
    }
}

impl Teller<'_> {
    pub(super) fn dashboard(&mut self, document: &Document, key: &str, embeds: bool) {
        with(document, |root| {
            let place = Location::new(&root.written.location.file, Span::new(0, 0));
            let dashboard = self.builder.item(NodeKind::Dashboard, None, key, Some(&place));
            if embeds {
                self.builder.embeds_credentials(dashboard);
            }
            for dataset in root.items("datasets") {
                self.dataset(dashboard, dataset);
            }
            for page in root.items("pages") {
                for widget in page.items("layout").into_iter().filter_map(|item| item.get("widget")) {
                    self.widget(dashboard, widget);
                }
            }
        });
    }

    fn dataset(&mut self, dashboard: NodeId, dataset: Pair<'_>) {
        let Some(name) = dataset.get("name") else { return };
        let Some(text) = name.now.as_str() else { return };
        let id = self.builder.dataset(dashboard, text, Some(&name.place()));
        self.builder.link(id, dashboard, EdgeKind::Runs, Some(&name.place()));
        if let Some(sql) = dataset.get("queryLines").or_else(|| dataset.get("query")) {
            self.sql(id, sql, ("", ""), true);
        }
        // Columns that the dataset computes beside its query.
        for own in dataset.items("columns") {
            let (Some(name), Some(expression)) = (own.text("displayName"), own.get("expression")) else { continue };
            let Ok(name) = Identifier::new(name) else { continue };
            let place = expression.place();
            let column = self.builder.column(id, &name, None, Some(&place));
            for (from, place) in self.named_in(id, expression) {
                self.builder.link(from, column, EdgeKind::Value(How::Derived), Some(&place));
            }
        }
    }

    fn widget(&mut self, dashboard: NodeId, widget: Pair<'_>) {
        let Some(name) = widget.get("name") else { return };
        let queries = widget.items("queries");
        if queries.is_empty() {
            return;
        }
        let title = widget.at(&["spec", "frame"]).and_then(|frame| frame.text("title"));
        let label = match (title, name.now.as_str()) {
            (Some(title), Some(name)) if !title.is_empty() && title != name => format!("{title} ({name})"),
            (_, name) => name.unwrap_or_default().to_string(),
        };
        let id = self.builder.item(NodeKind::Widget, Some(dashboard), &label, Some(&name.place()));
        for query in queries.into_iter().filter_map(|query| query.get("query")) {
            let Some(source) = query.get("datasetName") else { continue };
            let Some(dataset) = source.now.as_str() else { continue };
            let dataset = self.builder.dataset(dashboard, dataset, None);
            self.builder.link(dataset, id, EdgeKind::Reads, Some(&source.place()));
            for expression in query.items("fields").into_iter().filter_map(|field| field.get("expression")) {
                for (column, place) in self.named_in(dataset, expression) {
                    let named = EdgeKind::Named { role: Role::Value, explicit: true };
                    self.builder.link(column, id, named, Some(&place));
                }
            }
        }
    }

    /// The columns of a dataset that an expression of a dashboard names.
    fn named_in(&mut self, dataset: NodeId, expression: Pair<'_>) -> Vec<(NodeId, Location)> {
        let Some(text) = expression.written.as_str() else { return Vec::new() };
        let mut found = Vec::new();
        for token in lex(text).tokens.iter().filter(|token| token.kind == TokenKind::QuotedWord) {
            let Ok(name) = Identifier::new(word(token, text)) else { continue };
            let range = token.span.range();
            let inside = Span::new(range.start + 1, range.end - 1);
            found.push((self.builder.column(dataset, &name, None, None), expression.written.locate(inside)));
        }
        found
    }

    /// Binds SQL of a document and tells what it reads. The texts around complete it to a query.
    fn sql(&mut self, subject: NodeId, sql: Pair<'_>, around: (&str, &str), fills: bool) {
        let Some((traced, sql)) = self.traced(sql, around) else { return };
        let locate = |location: &Location| sql.place(location.span);
        self.builder.query(subject, &traced, &sql.now.file, &locate, fills);
    }

    fn traced(&self, sql: Pair<'_>, (before, after): (&str, &str)) -> Option<(Trace, Sql)> {
        let sql = Sql::of(sql, before, after)?;
        let (query, _) = parse_query(&sql.now.file);
        let (bound, ..) = bind_partial(&query?, &sql.now.file, &self.session);
        Some((trace(&bound), sql))
    }

    pub(super) fn genie(&mut self, document: &Document, key: &str) {
        with(document, |root| {
            let place = Location::new(&root.written.location.file, Span::new(0, 0));
            let space = self.builder.item(NodeKind::GenieSpace, None, key, Some(&place));
            let mut tables: Vec<TableName> = Vec::new();
            for list in ["tables", "metric_views"] {
                let sources = root.get("data_sources").map(|sources| sources.items(list)).unwrap_or_default();
                for table in sources {
                    tables.extend(self.genie_table(space, table));
                }
            }
            let Some(instructions) = root.get("instructions") else { return };
            for example in instructions.items("example_question_sqls") {
                self.genie_query(space, NodeKind::GenieExample, example, "question", example.get("sql"));
            }
            for join in instructions.items("join_specs") {
                self.genie_join(space, join);
            }
            if let Some(snippets) = instructions.get("sql_snippets") {
                for (list, keyword) in [("filters", " WHERE "), ("expressions", ""), ("measures", "")] {
                    for snippet in snippets.items(list) {
                        self.genie_snippet(space, snippet, keyword, &tables);
                    }
                }
            }
            for question in root.get("benchmarks").map(|marks| marks.items("questions")).unwrap_or_default() {
                let answer = question.items("answer").into_iter().find_map(|answer| answer.get("content"));
                self.genie_query(space, NodeKind::GenieBenchmark, question, "question", answer);
            }
        });
    }

    fn genie_table(&mut self, space: NodeId, table: Pair<'_>) -> Option<TableName> {
        let identifier = table.get("identifier")?;
        let name = TableName::parse(identifier.now.as_str()?).ok()?;
        let relation = self.builder.relation(NodeKind::External, &name, None);
        let place = identifier.place();
        let item = self.builder.item(NodeKind::GenieTable, Some(space), &name.to_string(), Some(&place));
        self.builder.link(relation, item, EdgeKind::Reads, Some(&place));
        for config in table.items("column_configs") {
            let Some(column) = config.get("column_name") else { continue };
            let Some(name) = column.now.as_str().and_then(|name| Identifier::new(name).ok()) else { continue };
            let place = column.place();
            let id = self.builder.column(relation, &name, None, None);
            if config.now.get("exclude").and_then(Node::as_bool) == Some(true) {
                self.builder.hide(space, id);
            }
            let config = self.builder.item(NodeKind::GenieColumn, Some(item), name.as_str(), Some(&place));
            let named = EdgeKind::Named { role: Role::Value, explicit: true };
            self.builder.link(id, config, named, Some(&place));
        }
        Some(name)
    }

    fn genie_query(&mut self, space: NodeId, kind: NodeKind, item: Pair<'_>, label: &str, sql: Option<Pair<'_>>) {
        let Some(sql) = sql else { return };
        let label = item.first_text(label).or_else(|| item.text("id")).unwrap_or_default();
        let id = self.builder.item(kind, Some(space), label, Some(&item.place()));
        self.sql(id, sql, ("", ""), false);
    }

    fn genie_join(&mut self, space: NodeId, join: Pair<'_>) {
        let side = |key: &str| {
            let side = join.get(key)?;
            let identifier = side.get("identifier")?;
            let name = TableName::parse(identifier.now.as_str()?).ok()?;
            let alias = side.text("alias").map_or(Some(name.name.clone()), |alias| Identifier::new(alias).ok())?;
            Some((name, alias, identifier.place()))
        };
        let (Some(left), Some(right), Some(sql)) = (side("left"), side("right"), join.get("sql")) else { return };
        let label = format!("{} and {}", left.0.name, right.0.name);
        let id = self.builder.item(NodeKind::GenieJoin, Some(space), &label, Some(&join.place()));
        for (name, _, place) in [&left, &right] {
            let relation = self.builder.relation(NodeKind::External, name, None);
            self.builder.link(relation, id, EdgeKind::Reads, Some(place));
        }
        let before = format!(
            "SELECT 1 FROM {} {} JOIN {} {} ON ",
            left.0.quoted(),
            left.1.quoted(),
            right.0.quoted(),
            right.1.quoted()
        );
        if let Some((mut traced, sql)) = self.traced(sql, (&before, "\n")) {
            traced.reads.clear();
            let locate = |location: &Location| sql.place(location.span);
            self.builder.query(id, &traced, &sql.now.file, &locate, false);
        }
    }

    /// A part of a query over some of the space's tables: those that it names are read.
    fn genie_snippet(&mut self, space: NodeId, snippet: Pair<'_>, keyword: &str, tables: &[TableName]) {
        let Some(sql) = snippet.get("sql") else { return };
        let label = snippet.text("display_name").or_else(|| snippet.text("id")).unwrap_or_default();
        let id = self.builder.item(NodeKind::GenieSnippet, Some(space), label, Some(&snippet.place()));
        let names: Vec<String> = tables.iter().map(TableName::quoted).collect();
        let from = format!(" FROM {}", names.join(", "));
        let (before, after) = if keyword.is_empty() {
            ("SELECT ".to_string(), from)
        } else {
            (format!("SELECT 1{from}{keyword}"), "\n".to_string())
        };
        let Some((mut traced, sql)) = self.traced(sql, (&before, &after)) else { return };
        let used = |source: u32| {
            let of_source = |index: u32| traced.columns.get(index as usize).is_some_and(|(from, _)| *from == source);
            traced.uses.iter().any(|used| of_source(used.column))
        };
        let kept: Vec<u32> = traced.reads.iter().map(|(source, _)| *source).filter(|source| used(*source)).collect();
        traced.reads.retain(|(source, _)| kept.contains(source));
        let whole = sql.written.whole();
        let inside = |span: Span| span.start as usize >= before.len();
        let locate = |location: &Location| if inside(location.span) { sql.place(location.span) } else { whole.clone() };
        self.builder.query(id, &traced, &sql.now.file, &locate, false);
    }
}

/// Reads a document; what is not JSON was reported.
fn with(document: &Document, tell: impl FnOnce(Pair<'_>)) {
    let Some(location) = &document.location else { return };
    let now = if location.file.text() == document.text {
        Arc::clone(&location.file)
    } else {
        SourceFile::new(&document.path, document.text.clone())
    };
    let parse = |file: &Arc<SourceFile>| json::parse(file, Code::DASHBOARD_FORMAT).ok();
    let (Some(now), Some(written)) = (parse(&now), parse(&location.file)) else { return };
    tell(Pair { now: &now, written: &written });
}
