//! `read_files` and `cloud_files` (Databricks documentation, "read_files table-valued function").

use sqlparser::ast::{Expr as Ast, FunctionArg, FunctionArgExpr, TableAlias};

use crate::analyze::bound::{Column, ExprKind, FileScan, Literal, Relation};
use crate::analyze::near::near_format;
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::Identifier;
use crate::syntax::DataType;

use super::binder::{Binder, Rel};
use super::from::Source;
use super::scope::{Open, reference};

/// The fields of `_metadata` (Databricks documentation, "File metadata column").
const METADATA: [(&str, DataType); 6] = [
    ("file_path", DataType::String),
    ("file_name", DataType::String),
    ("file_size", DataType::BigInt),
    ("file_block_start", DataType::BigInt),
    ("file_block_length", DataType::BigInt),
    ("file_modification_time", DataType::Timestamp),
];

/// What the arguments say.
struct Request {
    path: String,
    options: Vec<(String, String)>,
    spans: Vec<(String, Span)>,
    /// Where the names of the options stand.
    keys: Vec<(String, Span)>,
}

impl Request {
    fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn span(&self, name: &str) -> Option<Span> {
        self.spans.iter().find(|(key, _)| key == name).map(|(_, span)| *span)
    }
}

impl Binder<'_> {
    pub(super) fn files(
        &mut self,
        function: &str,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
        streaming: bool,
        span: Span,
    ) -> Source {
        let request = if function == "read_files" { self.read_files(args, span) } else { self.cloud_files(args, span) };
        self.file_options(request.option("format"), &request.keys);
        if let (Some(format), Some(at)) = (request.option("format"), request.span("format"))
            && let Some(near) = near_format(format)
        {
            let diagnostic = Diagnostic::warning(Code::FILE_OPTION, format!("the file format `{format}` is not known"));
            self.report(diagnostic.hint(format!("did you mean `{near}`?")), at);
        }
        let (columns, open) = self.file_columns(&request, span);
        let metadata: Vec<(String, Column)> = METADATA
            .iter()
            .map(|(name, ty)| (name.to_string(), self.column(Identifier::fixed(name), Some(ty.clone()), false)))
            .collect();
        let fields = metadata.iter().map(|(_, column)| (column.name.clone(), reference(column, span))).collect();
        let whole = self.named_struct(fields, span);
        let scan = FileScan {
            path: request.path,
            options: request.options,
            columns: columns.clone(),
            metadata,
            streaming,
            span,
        };
        let mut source = self.named(Rel { relation: Relation::Files(scan), columns, open: false }, alias, span);
        let relation = &mut source.scope.relations[0];
        relation.columns.push(Self::hidden(Identifier::fixed("_metadata"), whole));
        relation.open = open.then_some(Open::Query);
        source
    }

    /// `read_files(path, key => value, …)`; the path may be named too.
    fn read_files(&mut self, args: &[FunctionArg], span: Span) -> Request {
        let mut request = Request { path: String::new(), options: Vec::new(), spans: Vec::new(), keys: Vec::new() };
        let mut path = None;
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) if path.is_none() => {
                    path = Some(self.constant(expr));
                }
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(expr), operator: _ } => {
                    let key = name.value.to_lowercase();
                    let value = self.constant(expr);
                    if key == "path" {
                        path = Some(value);
                    } else {
                        request.keys.push((key.clone(), self.span_or_here(name.span)));
                        let at = self.span(expr);
                        self.set_option(&mut request, key, value, at);
                    }
                }
                _ => self.unsupported(span, "this argument of `read_files`"),
            }
        }
        self.set_path(&mut request, path.flatten(), span);
        request
    }

    /// `cloud_files(path, format[, map('key', 'value', …)])`, the legacy form.
    fn cloud_files(&mut self, args: &[FunctionArg], span: Span) -> Request {
        let mut request = Request { path: String::new(), options: Vec::new(), spans: Vec::new(), keys: Vec::new() };
        let mut plain = Vec::new();
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => plain.push(expr),
                _ => self.unsupported(span, "this argument of `cloud_files`"),
            }
        }
        let path = plain.first().and_then(|expr| self.constant(expr));
        self.set_path(&mut request, path, span);
        if let Some(format) = plain.get(1) {
            let at = self.span(*format);
            let value = self.constant(format);
            self.set_option(&mut request, "format".to_string(), value, at);
        }
        if let Some(Ast::Function(map)) = plain.get(2) {
            let pairs = super::special::plain_args(map).unwrap_or_default();
            for pair in pairs.chunks_exact(2) {
                let at = self.span(pair[1]);
                let (key, value) = (self.constant(pair[0]), self.constant(pair[1]));
                let key = key.unwrap_or_default().to_lowercase();
                let key = key.strip_prefix("cloudfiles.").map_or(key.clone(), str::to_string);
                request.keys.push((key.clone(), self.span(pair[0])));
                self.set_option(&mut request, key, value, at);
            }
        }
        request
    }

    fn set_path(&mut self, request: &mut Request, path: Option<String>, span: Span) {
        match path {
            Some(path) => request.path = path,
            None => self.error(Code::WRONG_ARITY, span, "`read_files` needs a constant path"),
        }
    }

    fn set_option(&mut self, request: &mut Request, key: String, value: Option<String>, span: Span) {
        let Some(value) = value else { return };
        if request.option(&key).is_some() {
            self.error(Code::INVALID_QUERY, span, format!("the option `{key}` is given twice"));
            return;
        }
        request.spans.push((key.clone(), span));
        request.options.push((key, value));
    }

    /// A constant as text; anything else is refused.
    fn constant(&mut self, ast: &Ast) -> Option<String> {
        let expr = self.expr(ast);
        let value = match expr.kind {
            ExprKind::Literal(Literal::String(text) | Literal::Decimal(text)) => Some(text),
            ExprKind::Literal(Literal::Boolean(value)) => Some(value.to_string()),
            ExprKind::Literal(Literal::Integer(value)) => Some(value.to_string()),
            ExprKind::Literal(Literal::Double(value)) => Some(value.to_string()),
            _ => None,
        };
        if value.is_none() {
            self.untranslated(true, expr.span, "an option that is not a literal");
        }
        value
    }

    /// The declared columns, the fixed ones of a format, or those that the files themselves have.
    fn file_columns(&mut self, request: &Request, span: Span) -> (Vec<Column>, bool) {
        let rescued = request.option("rescueddatacolumn").map(str::to_string);
        if let Some(schema) = request.option("schema").map(str::to_string) {
            let at = request.span("schema").unwrap_or(span);
            let Some(DataType::Struct(fields)) = self.schema_text(&schema, at) else { return (Vec::new(), true) };
            let mut columns: Vec<Column> =
                fields.into_iter().map(|field| self.column(field.name, Some(field.data_type), true)).collect();
            if let Some(rescued) = rescued {
                let name = self.name(&rescued);
                columns.push(self.column(name, Some(DataType::String), true));
            }
            return (columns, false);
        }
        let format = request.option("format").map(str::to_lowercase);
        let fixed: &[(&'static str, DataType)] = match format.as_deref() {
            Some("text") => &[("value", DataType::String)],
            Some("binaryfile") => &[
                ("path", DataType::String),
                ("modificationTime", DataType::Timestamp),
                ("length", DataType::BigInt),
                ("content", DataType::Binary),
            ],
            _ => &[],
        };
        if !fixed.is_empty() {
            let column =
                |(name, ty): &(&'static str, DataType)| self.column(Identifier::fixed(name), Some(ty.clone()), true);
            return (fixed.iter().map(column).collect(), false);
        }
        let inferred = self.session.files.and_then(|files| files.infer(&request.path, &request.options));
        let Some(inferred) = inferred else {
            let message =
                format!("the columns of the files under '{}' are not declared; they are not checked", request.path);
            let hint = "declare them with `schema => 'a INT, …'`";
            self.report(Diagnostic::note(Code::UNKNOWN_TABLE, message).hint(hint), span);
            return (Vec::new(), true);
        };
        let hints = request.option("schemahints").map(str::to_string).and_then(|hints| {
            let at = request.span("schemahints").unwrap_or(span);
            self.schema_text(&hints, at)
        });
        let hinted = |name: &Identifier| match &hints {
            Some(DataType::Struct(fields)) => {
                fields.iter().find(|field| field.name == *name).map(|field| field.data_type.clone())
            }
            _ => None,
        };
        let mut columns: Vec<Column> = Vec::new();
        for column in inferred {
            let ty = hinted(&column.name).or(column.data_type);
            columns.push(self.column(column.name, ty, true));
        }
        let name = self.name(rescued.as_deref().unwrap_or("_rescued_data"));
        if !columns.iter().any(|column| column.name == name) {
            columns.push(self.column(name, Some(DataType::String), true));
        }
        (columns, false)
    }
}
