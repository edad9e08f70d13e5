//! A statement as indented text, every field of the tree in it.

use std::fmt::{Display, Write};

use crate::diag::{SourceFile, Span};
use crate::syntax::ast::*;

pub(super) struct Outline<'t> {
    source: &'t str,
    out: String,
    depth: usize,
}

pub(super) fn outline(file: &SourceFile, statement: &Statement) -> String {
    let mut outline = Outline { source: file.text(), out: String::new(), depth: 0 };
    outline.statement(statement);
    outline.out
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn idents(items: &[Ident]) -> String {
    list(items, |item| item.value.to_string())
}

fn pairs(items: &[(Text, Text)]) -> String {
    list(items, |(key, value)| format!("{}={}", key.value, value.value))
}

fn flags(all: &[(&str, bool)]) -> String {
    all.iter().filter(|(_, on)| *on).map(|(name, _)| format!(" {name}")).collect()
}

fn set(columns: &ColumnSet) -> String {
    match columns {
        ColumnSet::All => "all".into(),
        ColumnSet::Only(columns) => idents(columns),
        ColumnSet::AllExcept(columns) => format!("all but {}", idents(columns)),
    }
}

fn securable(securable: &Securable) -> String {
    let name = securable.name.as_ref().map_or(String::new(), |name| format!(" {}", name.value));
    format!("{:?}{name}", securable.kind)
}

impl Outline<'_> {
    fn line(&mut self, text: impl Display) {
        let _ = writeln!(self.out, "{:1$}{text}", "", self.depth * 2);
    }

    fn nested(&mut self, inside: impl FnOnce(&mut Self)) {
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    fn text(&self, span: Span) -> String {
        self.source[span.range()].to_string()
    }

    fn maybe<T>(&mut self, label: &str, value: Option<&T>, show: impl Fn(&T) -> String) {
        if let Some(value) = value {
            self.line(format!("{label}: {}", show(value)));
        }
    }

    fn words(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.line(format!("{label}: {text}"));
        }
    }

    fn side(&mut self, side: &SideTable) {
        let word = |this: &Self, offset: u32| {
            let rest = &this.source[offset as usize..];
            rest.split(|c: char| c.is_whitespace() || "();,".contains(c)).next().unwrap_or_default().to_string()
        };
        for offset in &side.streams {
            self.line(format!("stream: {}", word(self, *offset)));
        }
        for (offset, watermark) in &side.watermarks {
            let alias = watermark.alias.as_ref().map_or(String::new(), |alias| format!(" as {}", alias.value));
            let at = word(self, *offset);
            self.line(format!("watermark of {at}: {}{alias}, delay {}", watermark.expr, watermark.delay));
        }
        for span in side.relation_options.values() {
            let text = self.text(*span);
            self.line(format!("options: {text}"));
        }
    }

    fn query(&mut self, label: &str, query: &Query) {
        self.line(format!("{label}: {}", query.ast));
        self.nested(|this| this.side(&query.side));
    }

    fn expr(&mut self, label: &str, expr: &Expr) {
        self.line(format!("{label}: {}", expr.ast));
    }

    fn exprs(&self, items: &[Expr]) -> String {
        list(items, |item| item.ast.to_string())
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::CreateDataset(dataset) => self.dataset(dataset),
            StatementKind::CreateFlow(flow) => {
                self.line(format!("flow {} into {}", flow.name.value, flow.target.value));
                self.nested(|this| {
                    this.maybe("comment", flow.comment.as_ref(), |text| text.value.clone());
                    this.flow(&flow.body);
                });
            }
            StatementKind::CreateTable(table) => self.table(table),
            StatementKind::CreateCatalog(container) => self.container("catalog", container),
            StatementKind::CreateSchema(container) => self.container("schema", container),
            StatementKind::CreateVolume(container) => self.container("volume", container),
            StatementKind::CreateFunction(function) => self.function(function),
            StatementKind::AlterTable(alter) => self.alter(alter),
            StatementKind::CommentOn { securable: on, comment } => {
                self.line(format!("comment on {}: {:?}", securable(on), comment.as_ref().map(|c| &c.value)));
            }
            StatementKind::Drop { kind, if_exists, name, cascade } => {
                let flags = flags(&[("if exists", *if_exists), ("cascade", *cascade)]);
                self.line(format!("drop {kind:?} {}{flags}", name.value));
            }
            StatementKind::Grant(grant) => self.grant("grant", grant),
            StatementKind::Revoke(grant) => self.grant("revoke", grant),
            StatementKind::Insert(insert) => self.insert(insert),
            StatementKind::Update(update) => {
                self.line(format!("update {}{}", update.table.value, alias(update.alias.as_ref())));
                self.nested(|this| {
                    for (column, value) in &update.assignments {
                        this.expr(column.value.as_str(), value);
                    }
                    update.predicate.iter().for_each(|predicate| this.expr("where", predicate));
                });
            }
            StatementKind::Delete(delete) => {
                self.line(format!("delete {}{}", delete.table.value, alias(delete.alias.as_ref())));
                self.nested(|this| delete.predicate.iter().for_each(|predicate| this.expr("where", predicate)));
            }
            StatementKind::Truncate { name } => self.line(format!("truncate {}", name.value)),
            StatementKind::Query(query) => self.query("query", query),
            StatementKind::Refresh { name, full } => {
                self.line(format!("refresh {}{}", name.value, flags(&[("full", *full)])));
            }
            StatementKind::Show { what } => self.show(what),
            StatementKind::Describe { name, extended } => {
                self.line(format!("describe {}{}", name.value, flags(&[("extended", *extended)])));
            }
            StatementKind::UseCatalog(name) => self.line(format!("use catalog {}", name.value)),
            StatementKind::UseSchema(name) => self.line(format!("use schema {}", name.value)),
            StatementKind::Set { key, value } => self.line(format!("set {} to {:?}", key.value, value.value)),
            StatementKind::Opaque { leading, creates } => {
                let creates = creates.as_ref().map_or(String::new(), |name| format!(" creating {}", name.value));
                self.line(format!("opaque {leading}{creates}"));
            }
        }
    }

    fn show(&mut self, what: &ShowKind) {
        self.line(match what {
            ShowKind::Catalogs => "show catalogs".to_string(),
            ShowKind::Schemas { catalog } => format!("show schemas {:?}", catalog.as_ref().map(|name| &name.value)),
            ShowKind::Tables { schema } => format!("show tables {:?}", schema.as_ref().map(|name| &name.value)),
            ShowKind::Grants { principal, on } => format!(
                "show grants of {:?} on {:?}",
                principal.as_ref().map(|name| &name.value),
                on.as_ref().map(securable)
            ),
        });
    }

    fn grant(&mut self, verb: &str, grant: &GrantStatement) {
        let privileges = list(&grant.privileges, |privilege| privilege.value.clone());
        self.line(format!("{verb} {privileges} on {}: {}", securable(&grant.on), grant.principal.value));
    }

    fn insert(&mut self, insert: &Insert) {
        let flags = flags(&[("overwrite", insert.overwrite), ("by name", insert.by_name)]);
        self.line(format!("insert {}{flags}", insert.table.value));
        self.nested(|this| {
            this.words("columns", &idents(&insert.columns));
            this.words("replace using", &idents(&insert.replace_using));
            insert.replace_where.iter().for_each(|predicate| this.expr("replace where", predicate));
            this.query("query", &insert.query);
        });
    }

    fn dataset(&mut self, dataset: &CreateDataset) {
        let flags = flags(&[
            ("private", dataset.private),
            ("or refresh", dataset.or_refresh),
            ("or replace", dataset.or_replace),
            ("if not exists", dataset.if_not_exists),
        ]);
        self.line(format!("{:?} {}{flags}", dataset.kind, dataset.name.value));
        self.nested(|this| {
            dataset.columns.iter().for_each(|column| this.column(column));
            for expectation in &dataset.expectations {
                this.expr(
                    &format!("expect {} else {:?}", expectation.name.value, expectation.on_violation),
                    &expectation.condition,
                );
            }
            dataset.constraints.iter().for_each(|constraint| this.constraint(constraint));
            this.clauses(&dataset.clauses);
            match &dataset.source {
                DatasetSource::None => {}
                DatasetSource::Query(query) => this.query("as", query),
                DatasetSource::Flow(body) => this.flow(body),
            }
        });
    }

    fn table(&mut self, table: &CreateTable) {
        let flags = flags(&[
            ("or replace", table.or_replace),
            ("if not exists", table.if_not_exists),
            ("temporary", table.temporary),
            ("external", table.external),
        ]);
        self.line(format!("table {}{flags}", table.name.value));
        self.nested(|this| {
            table.columns.iter().for_each(|column| this.column(column));
            table.constraints.iter().for_each(|constraint| this.constraint(constraint));
            this.clauses(&table.clauses);
            table.query.iter().for_each(|query| this.query("as", query));
        });
    }

    fn column(&mut self, column: &ColumnDef) {
        let data_type = column.data_type.as_ref().map_or(String::new(), |t| format!(" {}", t.value));
        let flags =
            flags(&[("not null", column.not_null), ("identity", column.identity), ("primary key", column.primary_key)]);
        self.line(format!("column {}{data_type}{flags}", column.name.value));
        self.nested(|this| {
            this.maybe("comment", column.comment.as_ref(), |text| text.value.clone());
            column.default.iter().for_each(|value| this.expr("default", value));
            column.generated.iter().for_each(|value| this.expr("generated", value));
            this.maybe("collation", column.collation.as_ref(), |name| name.value.to_string());
            if let Some(mask) = &column.mask {
                let using = this.exprs(&mask.using);
                this.line(format!("mask {}({using})", mask.function.value));
            }
        });
    }

    fn constraint(&mut self, constraint: &TableConstraint) {
        let name = constraint.name.as_ref().map_or(String::new(), |name| format!(" {}", name.value));
        let kind = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, timeseries } => {
                let series = timeseries.as_ref().map_or(String::new(), |column| format!(", series {}", column.value));
                format!("primary key {}{series}", idents(columns))
            }
            ConstraintKind::ForeignKey { columns, references, referred } => {
                format!("foreign key {} to {}({})", idents(columns), references.value, idents(referred))
            }
            ConstraintKind::Check(condition) => format!("check {}", condition.ast),
        };
        self.line(format!("constraint{name} {kind}"));
    }

    fn clauses(&mut self, clauses: &TableClauses) {
        let TableClauses {
            using,
            partitioned_by,
            cluster_by,
            location,
            comment,
            properties,
            row_filter,
            default_collation,
            schedule,
            refresh_policy,
        } = clauses;
        self.maybe("using", using.as_ref(), |name| name.value.to_string());
        self.words("partitioned by", &idents(partitioned_by));
        self.maybe("cluster by", cluster_by.as_ref(), |by| match by {
            ClusterBy::Columns(columns) => idents(columns),
            other => format!("{other:?}"),
        });
        self.maybe("location", location.as_ref(), |text| text.value.clone());
        self.maybe("comment", comment.as_ref(), |text| text.value.clone());
        self.words("properties", &pairs(properties));
        if let Some(filter) = row_filter {
            self.row_filter(filter);
        }
        self.maybe("collation", default_collation.as_ref(), |name| name.value.to_string());
        self.maybe("schedule", schedule.as_ref(), |text| text.value.clone());
        self.maybe("refresh policy", refresh_policy.as_ref(), |text| text.value.clone());
    }

    fn row_filter(&mut self, filter: &RowFilter) {
        let on = self.exprs(&filter.on);
        self.line(format!("row filter {}({on})", filter.function.value));
    }

    fn flow(&mut self, body: &FlowBody) {
        match body {
            FlowBody::Insert { once, by_name, query } => {
                self.query(&format!("insert{}", flags(&[("once", *once), ("by name", *by_name)])), query);
            }
            FlowBody::AutoCdc { once, spec } => {
                self.line(format!("auto cdc{}", flags(&[("once", *once)])));
                self.nested(|this| this.cdc(spec));
            }
            FlowBody::ReplaceWhere { predicate, query } => {
                self.expr("replace where", predicate);
                self.query("query", query);
            }
            FlowBody::ReplaceUsing { columns, sequence_by, query } => {
                self.line(format!("replace using {} by {}", idents(columns), sequence_by.value));
                self.query("query", query);
            }
        }
    }

    fn cdc(&mut self, spec: &CdcSpec) {
        self.query("from", &spec.source);
        self.words("keys", &idents(&spec.keys));
        self.maybe("ignore null updates", spec.ignore_null_updates.as_ref(), set);
        spec.delete_when.iter().for_each(|when| self.expr("delete when", when));
        spec.truncate_when.iter().for_each(|when| self.expr("truncate when", when));
        self.expr("sequence by", &spec.sequence_by);
        spec.system_sequence_by.iter().for_each(|by| self.expr("system sequence by", by));
        self.maybe("columns to update", spec.columns_to_update.as_ref(), |column| column.value.to_string());
        self.words("columns", &set(&spec.columns));
        self.line(format!("stored as {:?}", spec.scd));
        self.words("track history on", &set(&spec.track_history));
    }

    fn container(&mut self, kind: &str, container: &CreateContainer) {
        let flags = flags(&[("if not exists", container.if_not_exists), ("external", container.external)]);
        self.line(format!("{kind} {}{flags}", container.name.value));
        self.nested(|this| {
            this.maybe("comment", container.comment.as_ref(), |text| text.value.clone());
            this.maybe("location", container.location.as_ref(), |text| text.value.clone());
            this.words("properties", &pairs(&container.properties));
            this.maybe("collation", container.default_collation.as_ref(), |name| name.value.to_string());
            this.maybe("using", container.using.as_ref(), |name| name.value.to_string());
        });
    }

    fn function(&mut self, function: &CreateFunction) {
        let flags = flags(&[
            ("or replace", function.or_replace),
            ("if not exists", function.if_not_exists),
            ("temporary", function.temporary),
        ]);
        self.line(format!("function {}{flags}", function.name.value));
        self.nested(|this| {
            function.parameters.iter().for_each(|parameter| this.parameter(parameter));
            match &function.returns {
                None => {}
                Some(FunctionReturns::Scalar(data_type)) => this.line(format!("returns {}", data_type.value)),
                Some(FunctionReturns::Table(columns)) => {
                    this.line("returns table");
                    this.nested(|this| columns.iter().for_each(|column| this.parameter(column)));
                }
            }
            this.maybe("comment", function.comment.as_ref(), |text| text.value.clone());
            this.maybe("deterministic", function.deterministic.as_ref(), bool::to_string);
            this.maybe("collation", function.default_collation.as_ref(), |name| name.value.to_string());
            match &function.body {
                FunctionBody::Expr(expr) => this.expr("return", expr),
                FunctionBody::Query(query) => this.query("return", query),
                FunctionBody::Foreign { language, code } => this.line(format!("{}: {:?}", language.value, code.value)),
            }
        });
    }

    fn parameter(&mut self, parameter: &FunctionParameter) {
        self.line(format!("{} {}", parameter.name.value, parameter.data_type.value));
        self.nested(|this| {
            parameter.default.iter().for_each(|value| this.expr("default", value));
            this.maybe("comment", parameter.comment.as_ref(), |text| text.value.clone());
        });
    }

    fn alter(&mut self, alter: &AlterTable) {
        self.line(format!("alter {:?} {}", alter.kind, alter.name.value));
        self.nested(|this| match &alter.action {
            AlterAction::SetTags(tags) => this.line(format!("set tags {}", pairs(tags))),
            AlterAction::UnsetTags(tags) => this.line(format!("unset tags {}", list(tags, |tag| tag.value.clone()))),
            AlterAction::SetColumnTags { column, tags } => {
                this.line(format!("column {} set tags {}", column.value, pairs(tags)));
            }
            AlterAction::UnsetColumnTags { column, tags } => {
                this.line(format!("column {} unset tags {}", column.value, list(tags, |tag| tag.value.clone())));
            }
            AlterAction::SetMask { column, mask } => {
                let using = this.exprs(&mask.using);
                this.line(format!("column {} set mask {}({using})", column.value, mask.function.value));
            }
            AlterAction::DropMask { column } => this.line(format!("column {} drop mask", column.value)),
            AlterAction::SetRowFilter(filter) => this.row_filter(filter),
            AlterAction::DropRowFilter => this.line("drop row filter"),
            AlterAction::ColumnComment { column, comment } => {
                this.line(format!("column {} comment {}", column.value, comment.value));
            }
            AlterAction::SetProperties(properties) => this.line(format!("set properties {}", pairs(properties))),
            AlterAction::UnsetProperties { keys, if_exists } => {
                this.line(format!("unset properties {} if exists {if_exists}", list(keys, |key| key.value.clone())));
            }
            AlterAction::AddColumns(columns) => columns.iter().for_each(|added| {
                this.line(match &added.place {
                    ColumnPlace::Last => "add column".to_string(),
                    ColumnPlace::First => "add column first".to_string(),
                    ColumnPlace::After(other) => format!("add column after {}", other.value),
                });
                this.nested(|this| this.column(&added.column));
            }),
            AlterAction::SetOwner(owner) => this.line(format!("set owner {}", owner.value)),
            AlterAction::AddConstraint(constraint) => this.constraint(constraint),
            AlterAction::ClusterBy(ClusterBy::Columns(columns)) => this.line(format!("cluster by {}", idents(columns))),
            AlterAction::ClusterBy(by) => this.line(format!("cluster by {by:?}")),
            AlterAction::SetSchedule(schedule) => {
                this.line(format!("schedule {:?}", schedule.as_ref().map(|text| &text.value)));
            }
        });
    }
}

fn alias(alias: Option<&Ident>) -> String {
    alias.map_or(String::new(), |alias| format!(" as {}", alias.value))
}
