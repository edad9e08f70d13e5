//! Tables by name, and functions that stand in FROM.

use sqlparser::ast::{FunctionArg, FunctionArgExpr, ObjectName, TableAlias};

use crate::analyze::bound::{Column, Expr, Relation, Scan};
use crate::analyze::functions::{self, Kind};
use crate::catalog::{FunctionInfo, RelationKind, TableInfo, system};
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::syntax::DataType;
use crate::syntax::ast::{FunctionBody, FunctionReturns};

use super::binder::{Binder, Rel};
use super::call::Call;
use super::frame::Frame;
use super::from::Source;
use super::scope::{Open, Scope, ScopeColumn, ScopeRelation};
use super::user::parameters;

impl Binder<'_> {
    pub(super) fn table(&mut self, name: &ObjectName, alias: Option<&TableAlias>, span: Span) -> Source {
        if self.piped.is_some()
            && let Some(source) = self.left_of_pipe(name, alias)
        {
            return source;
        }
        let name_span = self.span(name);
        let streaming = self.side.streams.contains(&name_span.start);
        let Some(qualified) = self.object_name(name, name_span) else {
            return self.open_source(None, alias, streaming, name_span);
        };
        if let [cte] = qualified.parts() {
            if let Some(rel) = self.cte_use(cte) {
                if streaming {
                    self.error(Code::NOT_STREAMABLE, name_span, format!("STREAM cannot read the query `{cte}`"));
                }
                let mut source = self.named(rel, alias, span);
                if alias.is_none() {
                    source.scope.relations[0].qualifier = vec![cte.clone()];
                }
                return source;
            }
        }
        // No table has such a name: `COPY INTO` selects from files by their path.
        if let [path] = qualified.parts()
            && path.as_str().contains('/')
        {
            self.untranslated(true, name_span, "reading files by their path; use read_files");
            return self.open_source(None, alias, streaming, name_span);
        }
        if let [format, path] = qualified.parts() {
            if path.as_str().contains('/') {
                self.untranslated(true, name_span, &format!("reading {format} files by their path; use read_files"));
                return self.open_source(None, alias, streaming, name_span);
            }
        }
        let Some(table) = self.session.resolve(&qualified) else {
            let message = format!("`{qualified}` has more than three parts");
            self.error(Code::UNKNOWN_TABLE, name_span, message);
            return self.open_source(None, alias, streaming, name_span);
        };
        match self.session.table(&table) {
            Some(info) if system::is_system(&table) => self.system_table(&info, alias, streaming, name_span),
            Some(info) => self.scan(&info, alias, streaming, name_span),
            None => {
                self.unknown_table(&table, name_span);
                self.open_source(Some(table), alias, streaming, name_span)
            }
        }
    }

    fn scan(&mut self, info: &TableInfo, alias: Option<&TableAlias>, streaming: bool, span: Span) -> Source {
        if streaming {
            self.streamable(info, span);
        }
        let columns: Vec<Column> = info
            .columns
            .iter()
            .map(|column| self.column(column.name.clone(), column.data_type.clone(), column.nullable))
            .collect();
        self.scanned(info, &columns);
        let scan = Scan { table: info.name.clone(), columns: columns.clone(), streaming, span };
        let rel = Rel { relation: Relation::Scan(scan), columns, open: false };
        let mut source = self.named(rel, alias, span);
        if alias.is_none() {
            source.scope.relations[0].qualifier = parts(&info.name);
        }
        source
    }

    /// Databricks adds columns to its own tables: one that is not documented here is not judged.
    fn system_table(&mut self, info: &TableInfo, alias: Option<&TableAlias>, streaming: bool, span: Span) -> Source {
        let mut source = self.scan(info, alias, streaming, span);
        if !self.session.complete {
            let open = if system::is_compared(&info.name) { Open::System } else { Open::Query };
            source.scope.relations[0].open = Some(open);
        }
        source
    }

    /// Databricks documentation, "Streaming tables": the source must be append-only.
    fn streamable(&mut self, info: &TableInfo, span: Span) {
        let why = match info.kind {
            RelationKind::MaterializedView => "a materialized view, which is recomputed",
            RelationKind::View => "a view",
            RelationKind::Table | RelationKind::StreamingTable if !info.append_only => {
                "not append-only: its rows are updated"
            }
            // A temporary view may be made of a stream.
            RelationKind::Table | RelationKind::StreamingTable | RelationKind::TemporaryView => return,
        };
        let message = format!("STREAM cannot read `{}`: it is {why}", info.name);
        let hint = "read it without STREAM, in a materialized view";
        self.report(Diagnostic::error(Code::NOT_STREAMABLE, message).hint(hint), span);
    }

    fn unknown_table(&mut self, table: &TableName, span: Span) {
        if let Some(diagnostic) = self.session.absent_table(table) {
            self.report(diagnostic, span);
        }
    }

    /// A table of which no column is known: any is taken to exist.
    fn open_source(
        &mut self,
        table: Option<TableName>,
        alias: Option<&TableAlias>,
        streaming: bool,
        span: Span,
    ) -> Source {
        let qualifier = match (alias, &table) {
            (Some(alias), _) => vec![self.identifier(&alias.name)],
            (None, Some(table)) => parts(table),
            (None, None) => Vec::new(),
        };
        let (relation, open) = match table {
            Some(table) => {
                let scan = Scan { table, columns: Vec::new(), streaming, span };
                (Relation::Scan(scan), Open::Scan(span.start))
            }
            None => (Relation::Empty, Open::Query),
        };
        let scope = ScopeRelation { qualifier, columns: Vec::new(), open: Some(open) };
        Source { relation, scope: Scope { relations: vec![scope] } }
    }

    /// `f(…)` in FROM.
    pub(super) fn table_call(
        &mut self,
        name: &ObjectName,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
        left: Option<&Scope>,
        span: Span,
    ) -> Source {
        let Some(qualified) = self.object_name(name, span) else {
            return self.open_source(None, alias, false, span);
        };
        let streaming = self.side.streams.contains(&self.span(name).start);
        let single = qualified.parts().len() == 1;
        let lower = qualified.name().folded();
        if single && matches!(lower.as_str(), "read_files" | "cloud_files") {
            return self.files(&lower, args, alias, streaming, span);
        }
        if single {
            if let Some(source) = self.built_in_table(&lower, args, alias, streaming, span) {
                return source;
            }
        }
        if streaming {
            self.doubted(span, &format!("STREAM over `{qualified}`"));
        }
        if single && lower == "event_log" {
            return self.event_log(args, alias, span);
        }
        let mut asts = Vec::new();
        let mut named = Vec::new();
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => asts.push(expr),
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(expr), operator: _ } => {
                    named.push((self.identifier(name), expr));
                }
                _ => self.doubted(span, "this argument of a table function"),
            }
        }
        if single && lower == "range" && named.is_empty() {
            let rel = self.beside(left, |binder| binder.range(&asts, span));
            return self.named(rel, alias, span);
        }
        let generator = functions::find(&lower).filter(|f| single && f.kind == Kind::Generator);
        if let Some(function) = generator {
            // Each has one argument that can be named: `collection` or `input`.
            if asts.is_empty() {
                asts.extend(named.iter().map(|(_, ast)| *ast));
            }
            let names = alias.map(|alias| alias.columns.as_slice()).unwrap_or_default();
            let names: Vec<Identifier> = names.iter().map(|column| self.identifier(&column.name)).collect();
            let made = self.beside(left, |binder| binder.generator(function, &asts, &names, span));
            let Some(generator) = made else { return self.open_source(None, alias, false, span) };
            let columns = generator.columns.clone();
            let open = generator.open;
            let relation = generator.over(Box::new(Relation::Empty));
            return self.named(Rel { relation, columns, open }, alias, span);
        }
        self.user_table(&qualified, &asts, &named, alias, left, span)
    }

    fn range(&mut self, asts: &[&sqlparser::ast::Expr], span: Span) -> Rel {
        self.frames.push(Frame::new(Scope::default()).forbid("FROM"));
        let mut args = self.exprs(asts.iter().copied());
        self.frames.pop();
        if args.is_empty() || args.len() > 4 {
            let message = format!("`range` takes 1 to 4 arguments, not {}", args.len());
            self.error(Code::WRONG_ARITY, span, message);
        }
        for arg in &mut args {
            self.argument(arg, DataType::BigInt, "range");
        }
        let name = self.name("id");
        let columns = vec![self.column(name, Some(DataType::BigInt), false)];
        let relation = Relation::TableFunction { name: "range", args, columns: columns.clone(), streaming: false };
        Rel { relation, columns, open: false }
    }

    /// A SQL table function: its query over one row that holds the arguments.
    fn user_table(
        &mut self,
        qualified: &QualifiedName,
        asts: &[&sqlparser::ast::Expr],
        named: &[(Identifier, &sqlparser::ast::Expr)],
        alias: Option<&TableAlias>,
        left: Option<&Scope>,
        span: Span,
    ) -> Source {
        let resolved = self.session.resolve(qualified);
        let info = resolved.and_then(|name| self.session.function(&name));
        let Some(info) = info else {
            self.table_function_note(qualified, span);
            self.beside(left, |binder| binder.exprs(asts.iter().copied()));
            return self.open_source(None, alias, false, span);
        };
        if let (FunctionBody::Foreign { .. }, Some(FunctionReturns::Table(_))) =
            (&info.definition.body, &info.definition.returns)
        {
            return self.foreign_table(&info, qualified, alias, span);
        }
        let call = Call {
            name: qualified.name().folded(),
            args: asts.to_vec(),
            star: false,
            distinct: false,
            ignore_nulls: None,
            order_by: &[],
            filter: None,
            over: None,
            span,
        };
        let args = self.beside(left, |binder| binder.user_arguments(&info, &call, named));
        let Some(args) = args else { return self.open_source(None, alias, false, span) };
        let definition = std::sync::Arc::clone(&info.definition);
        let (FunctionBody::Query(query), Some(FunctionReturns::Table(_))) = (&definition.body, &definition.returns)
        else {
            self.error(Code::INVALID_QUERY, span, format!("`{qualified}` is not a table function"));
            return self.open_source(None, alias, false, span);
        };
        let columns: Vec<Column> = args.iter().map(|(column, _)| column.clone()).collect();
        let scope = parameters(&definition.name.value, &columns);
        let bound = self.isolated(|binder| {
            binder.side = std::sync::Arc::new(query.side.clone());
            binder.frames.push(Frame::new(scope).forbid("a function's body"));
            let mut rel = binder.query(&query.ast);
            if let Some(declared) = binder.declared_columns(&definition) {
                if declared.len() == rel.columns.len() {
                    let types: Vec<Option<DataType>> = declared.iter().map(|(_, ty)| Some(ty.clone())).collect();
                    binder.cast_columns(&mut rel, &types);
                    for (column, (name, _)) in rel.columns.iter_mut().zip(declared) {
                        column.name = name;
                    }
                }
            }
            (!binder.diagnostics.has_errors()).then_some(rel)
        });
        let Some(rel) = bound else {
            self.untranslated(true, span, &format!("the body of `{qualified}`"));
            return self.open_source(None, alias, false, span);
        };
        let row: Vec<(Column, Expr)> = args;
        let arguments = Relation::Project { input: Box::new(Relation::Empty), outputs: row };
        let relation = Relation::Join {
            left: Box::new(arguments),
            right: Box::new(rel.relation),
            kind: crate::analyze::bound::JoinKind::Cross,
            on: None,
            lateral: true,
        };
        let mut source = self.named(Rel { relation, columns: rel.columns, open: rel.open }, alias, span);
        if alias.is_none() {
            source.scope.relations[0].qualifier = vec![qualified.name().clone()];
        }
        source
    }

    /// A table function in another language: what it gives is declared, what it does with its arguments is not known.
    fn foreign_table(
        &mut self,
        info: &FunctionInfo,
        qualified: &QualifiedName,
        alias: Option<&TableAlias>,
        span: Span,
    ) -> Source {
        self.untranslated(true, span, &format!("the body of `{qualified}`"));
        // Without columns, its code says what it gives.
        let Some(declared) = self.declared_columns(&info.definition).filter(|declared| !declared.is_empty()) else {
            return self.open_source(None, alias, false, span);
        };
        let columns: Vec<Column> = declared.into_iter().map(|(name, ty)| self.column(name, Some(ty), true)).collect();
        let relation = Relation::TableFunction {
            name: "a function in another language",
            args: Vec::new(),
            columns: columns.clone(),
            streaming: false,
        };
        let mut source = self.named(Rel { relation, columns, open: false }, alias, span);
        if alias.is_none() {
            source.scope.relations[0].qualifier = vec![qualified.name().clone()];
        }
        source
    }

    pub(super) fn hidden(name: Identifier, expr: Expr) -> ScopeColumn {
        ScopeColumn { name, expr, role: super::scope::Role::Hidden }
    }
}

fn parts(table: &TableName) -> Vec<Identifier> {
    vec![table.catalog.clone(), table.schema.clone(), table.name.clone()]
}
