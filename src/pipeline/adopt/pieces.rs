//! Scripts that somebody runs statement by statement, cut where `USE` changes what names mean.
//!
//! Left out is what cannot be judged without running it: statements with parameters of a notebook, and those that read
//! tables of the session. What they make is there, and nothing more is known of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::pipeline::check::Checker;
use crate::pipeline::units::{Namespace, Script};
use crate::syntax::ast::{AddedColumn, AlterAction, ColumnChange, DatasetKind, Name, Statement, StatementKind};
use crate::syntax::{Parsed, Token, TokenKind, lex, mentions};

/// A run of statements for which names mean the same.
pub(in crate::pipeline) struct Piece<'c> {
    path: &'c str,
    file: &'c Arc<SourceFile>,
    parsed: Parsed,
    namespace: Namespace,
}

impl Piece<'_> {
    pub(in crate::pipeline) fn script(&self) -> Script<'_> {
        let namespace = Some(self.namespace.clone());
        Script { path: self.path, file: self.file, parsed: &self.parsed, namespace }
    }
}

impl Checker<'_> {
    pub(in crate::pipeline) fn pieces<'s>(&mut self, scripts: &[Script<'s>]) -> Vec<Piece<'s>> {
        let session = self.session(None);
        let home = (session.current_catalog, session.current_schema);
        let mut unread = BTreeSet::new();
        let mut pieces: Vec<Piece<'s>> = scripts.iter().flat_map(|script| cut(script, &home, &mut unread)).collect();
        several(&mut pieces, &mut unread);
        for table in unread {
            self.catalog.add_unread(table);
        }
        pieces
    }
}

fn cut<'s>(script: &Script<'s>, home: &Namespace, unread: &mut BTreeSet<TableName>) -> Vec<Piece<'s>> {
    let text = script.file.text();
    let temporary = temporary(script.parsed, text);
    let mut pieces: Vec<Piece<'s>> = Vec::new();
    let mut namespace = home.clone();
    let mut hidden = Vec::new();
    for statement in &script.parsed.statements {
        let own = text.get(statement.span.range()).unwrap_or_default();
        if let Some(next) = used(&statement.kind, own, &namespace) {
            namespace = next;
            continue;
        }
        let opaque = is_dynamic(own) || !mentions(own, &temporary).is_empty() || has_no_columns(&statement.kind);
        if opaque {
            hidden.push(statement.span);
            let made = made(&statement.kind).into_iter().chain(statement.kind.makes_unread());
            unread.extend(made.filter_map(|name| resolved(name, &namespace)));
            continue;
        }
        if pieces.last().is_none_or(|piece| piece.namespace != namespace) {
            let parsed = Parsed { outline: script.parsed.outline, ..Parsed::default() };
            pieces.push(Piece { path: script.path, file: script.file, parsed, namespace: namespace.clone() });
        }
        if let Some(piece) = pieces.last_mut() {
            piece.parsed.statements.push(statement.clone());
        }
    }
    let shown = script.parsed.diagnostics.iter().filter(|finding| {
        let at = finding.location.as_ref().map(|location| location.span);
        at.is_none_or(|at| !hidden.iter().any(|span| span.start <= at.start && at.start <= span.end))
    });
    if let Some(first) = pieces.first_mut() {
        first.parsed.diagnostics = shown.cloned().collect();
    }
    pieces
}

/// What names mean behind the statement, if it changes that.
fn used(kind: &StatementKind, text: &str, now: &Namespace) -> Option<Namespace> {
    let default = || Identifier::object("default").ok();
    match kind {
        _ if is_dynamic(text) && text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("use")) => {
            // Nobody else can mean this schema, but the same words in another file do.
            let plain: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
            let schema = Identifier::object(plain.to_lowercase()).ok()?;
            Some((Identifier::object(UNKNOWN).ok()?, schema))
        }
        StatementKind::UseCatalog(catalog) => Some((catalog.value.clone(), default()?)),
        StatementKind::UseSchema(name) => match name.value.parts() {
            [schema] => Some((now.0.clone(), schema.clone())),
            [catalog, schema] => Some((catalog.clone(), schema.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// The catalog of names that only a run knows.
pub(super) const UNKNOWN: &str = "unknown";

/// Does its meaning depend on parameters of a notebook or a job?
pub(super) fn is_dynamic(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    text.contains("${")
        || ["IDENTIFIER(", "IDENTIFIER (", "GETARGUMENT("].iter().any(|word| upper.contains(word))
        || has_blanks(text)
}

/// Is a name left to be filled in: `{name}` by a program in Python, `$name` by a notebook or a shell?
pub(in crate::pipeline) fn has_blanks(text: &str) -> bool {
    if !text.contains(['{', '$']) {
        return false;
    }
    let tokens: Vec<Token> = lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    tokens.windows(3).any(|three| match three {
        [open, name, close] if open.kind == TokenKind::LeftBrace => {
            name.kind == TokenKind::Word && close.text(text) == "}"
        }
        [dollar, name, _] => {
            dollar.text(text) == "$" && name.kind == TokenKind::Word && dollar.span.end == name.span.start
        }
        _ => false,
    })
}

/// Tables, views and variables of the session: in no catalog, and over every catalog.
fn temporary(parsed: &Parsed, text: &str) -> HashSet<Identifier> {
    let names = parsed.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::CreateTable(table) if table.temporary => Some(&table.name),
        StatementKind::CreateDataset(view) if view.kind == DatasetKind::TemporaryView => Some(&view.name),
        _ => None,
    });
    let variables = parsed.statements.iter().flat_map(|statement| {
        let own = text.get(statement.span.range()).unwrap_or_default();
        let mut words = own.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        let declares = words.next().is_some_and(|word| word.eq_ignore_ascii_case("declare"));
        let said = |word: &&str| !["or", "replace", "variable"].contains(&word.to_lowercase().as_str());
        words.filter(said).take(usize::from(declares)).filter_map(|word| Identifier::new(word).ok()).collect::<Vec<_>>()
    });
    names.map(|name| name.value.name().clone()).chain(variables).collect()
}

/// `CREATE TABLE t` alone: whatever fills it says what is in it.
fn has_no_columns(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::CreateTable(table) if table.columns.is_empty() && table.query.is_none())
}

/// What a statement makes for others to read.
fn made(kind: &StatementKind) -> Option<&Name> {
    match kind {
        StatementKind::CreateTable(table) if !table.temporary => Some(&table.name),
        StatementKind::CreateDataset(dataset) if dataset.kind != DatasetKind::TemporaryView => Some(&dataset.name),
        _ => None,
    }
}

/// Statements after which a table has other columns.
fn changes<'s>(statement: &'s Statement, text: &str) -> Option<TableChange<'s>> {
    let StatementKind::AlterTable(alter) = &statement.kind else { return None };
    let outer = |name: &Name| name.value.parts().first().cloned();
    let change = |columns| Some(TableChange { table: &alter.name, columns });
    match &alter.action {
        AlterAction::AddColumns(columns) => {
            let outer = |added: &AddedColumn| added.parents.is_empty().then(|| added.column.name.value.clone());
            change(columns.iter().map(outer).collect::<Option<Vec<_>>>().map(Columns::Added))
        }
        AlterAction::DropColumns { columns, if_exists: _ } => {
            change(Some(Columns::Gone(columns.iter().filter_map(outer).collect())))
        }
        AlterAction::RenameColumn { column, to: _ } => change(Some(Columns::Gone(outer(column).into_iter().collect()))),
        AlterAction::Columns(columns) => {
            let retyped = columns.iter().any(|(_, change)| matches!(change, ColumnChange::SetType(_)));
            if retyped { change(None) } else { None }
        }
        AlterAction::SetColumnTags { .. }
        | AlterAction::UnsetColumnTags { .. }
        | AlterAction::ColumnComment { .. }
        | AlterAction::SetMask { .. }
        | AlterAction::DropMask { .. } => None,
        _ => {
            let text = text.get(statement.span.range()).unwrap_or_default().to_ascii_uppercase();
            let changes = ["COLUMN", "RENAME", "REPLACE"].iter().any(|word| text.contains(word));
            if changes { change(None) } else { None }
        }
    }
}

struct TableChange<'s> {
    table: &'s Name,
    /// `None` where it is more than that.
    columns: Option<Columns>,
}

enum Columns {
    Added(Vec<Identifier>),
    /// Dropped or renamed.
    Gone(Vec<Identifier>),
}

impl TableChange<'_> {
    /// Does it fail on a table of these columns? Then it changes nothing, and is told where changes are looked at.
    fn is_in_vain(&self, declared: &[Identifier]) -> bool {
        match &self.columns {
            Some(Columns::Added(columns)) => columns.iter().all(|column| declared.contains(column)),
            Some(Columns::Gone(columns)) => !columns.iter().any(|column| declared.contains(column)),
            None => false,
        }
    }
}

fn resolved(name: &Name, (catalog, schema): &Namespace) -> Option<TableName> {
    name.value.resolve(catalog, schema).ok()
}

/// Tables that several statements make or change: which of them came last is not known.
fn several(pieces: &mut [Piece<'_>], unread: &mut BTreeSet<TableName>) {
    let mut times: BTreeMap<TableName, usize> = BTreeMap::new();
    let mut declared: BTreeMap<TableName, Vec<Identifier>> = BTreeMap::new();
    for piece in pieces.iter() {
        for statement in &piece.parsed.statements {
            if let StatementKind::CreateTable(table) = &statement.kind
                && table.query.is_none()
                && let Some(name) = resolved(&table.name, &piece.namespace)
            {
                declared.insert(name, table.columns.iter().map(|column| column.name.value.clone()).collect());
            }
        }
    }
    for piece in pieces.iter() {
        for statement in &piece.parsed.statements {
            let change = changes(statement, piece.file.text()).filter(|change| {
                let declared = resolved(change.table, &piece.namespace).and_then(|table| declared.get(&table));
                !declared.is_some_and(|declared| change.is_in_vain(declared))
            });
            let name = made(&statement.kind).or(change.as_ref().map(|change| change.table));
            if let Some(table) = name.and_then(|name| resolved(name, &piece.namespace)) {
                *times.entry(table).or_default() += 1;
            }
        }
    }
    let unclear = |table: &TableName| unread.contains(table) || times.get(table).is_some_and(|times| *times > 1);
    let mut found = BTreeSet::new();
    for piece in pieces {
        let namespace = piece.namespace.clone();
        piece.parsed.statements.retain(|statement| {
            let table = made(&statement.kind).and_then(|name| resolved(name, &namespace));
            match table.filter(|table| unclear(table)) {
                Some(table) => {
                    found.insert(table);
                    false
                }
                None => true,
            }
        });
    }
    unread.extend(found);
}
