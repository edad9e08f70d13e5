//! What SQL files make and need, as far as deploying is concerned.
//!
//! What is needed is read off the tokens: every qualified name may be an object, every literal that begins with
//! `/Volumes/` a path. Names that are nothing of the project's are dropped later, so reading too many is harmless,
//! and a file that the analyzer cannot prove is still deployed in the right order.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::resource::{SqlFile, SqlObject, SqlObjectKind, Uses};
use crate::syntax::ast::{DatasetKind, Statement, StatementKind};
use crate::syntax::{Parsed, Token, TokenKind, lex};

use super::definition::Definition;
use super::undeployed::undeployed;

/// Names complete themselves with these.
pub(super) struct Surroundings<'a> {
    pub(super) catalog: &'a Identifier,
    pub(super) schema: &'a Identifier,
    /// The schemas of which anything is the project's; `None`: any may be.
    pub(super) schemas: Option<&'a HashSet<Identifier>>,
}

/// `tokens` are those of the file, without comments and white space.
pub(super) fn sql_file(
    file: &Arc<SourceFile>,
    parsed: &Parsed,
    tokens: &[Token],
    around: &Surroundings<'_>,
) -> SqlFile {
    let objects = parsed.statements.iter().filter_map(|statement| object(file, statement, around)).collect();
    let datasets = parsed.statements.iter().filter_map(|statement| dataset(statement, around)).collect();
    SqlFile {
        text: file.text().to_string(),
        location: None,
        objects,
        undeployed: undeployed(file, &parsed.statements),
        datasets,
        uses: uses_in(tokens, file.text(), around),
    }
}

/// A table that a pipeline makes for others to see.
fn dataset(statement: &Statement, around: &Surroundings<'_>) -> Option<TableName> {
    match &statement.kind {
        StatementKind::CreateDataset(dataset) => {
            let visible = !dataset.private && dataset.kind != DatasetKind::TemporaryView;
            let name = dataset.name.value.resolve(around.catalog, around.schema).ok()?;
            visible.then_some(name)
        }
        _ => None,
    }
}

/// An object that a statement outside a pipeline makes.
fn object(file: &Arc<SourceFile>, statement: &Statement, around: &Surroundings<'_>) -> Option<SqlObject> {
    let texts = Definition(file);
    let (kind, name, replaces, definition) = match &statement.kind {
        StatementKind::CreateFunction(function) if !function.temporary => {
            (SqlObjectKind::Function, &function.name, function.or_replace, texts.function(function))
        }
        StatementKind::CreateTable(table) if !table.temporary => {
            (SqlObjectKind::Table, &table.name, table.or_replace, texts.table(table))
        }
        StatementKind::CreateDataset(view) if view.kind == DatasetKind::View => {
            (SqlObjectKind::View, &view.name, view.or_replace, texts.view(view))
        }
        _ => return None,
    };
    let text = file.text().get(statement.span.range())?;
    let name = name.value.resolve(around.catalog, around.schema).ok()?;
    let mut uses = uses(text, around);
    uses.tables.remove(&name);
    let location = Some(crate::diag::Location::new(file, statement.span));
    Some(SqlObject { kind, name, statement: text.to_string(), replaces, definition, location, uses })
}

pub(super) fn uses(text: &str, around: &Surroundings<'_>) -> Uses {
    let significant: Vec<Token> = lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    uses_in(&significant, text, around)
}

fn uses_in(tokens: &[Token], text: &str, around: &Surroundings<'_>) -> Uses {
    let mut uses = Uses::default();
    for chain in chains(tokens) {
        uses.tables.extend(table(chain, text, around));
    }
    for token in tokens.iter().filter(|token| token.kind.is_string()) {
        let inside = token.text(text).trim_start_matches(['r', 'R']).trim_matches(['\'', '"']);
        const ROOT: &str = "/volumes/";
        if inside.get(..ROOT.len()).is_some_and(|start| start.eq_ignore_ascii_case(ROOT)) {
            uses.paths.insert(inside.to_string());
        }
    }
    uses
}

/// A chain has its periods, too.
fn table(chain: &[Token], text: &str, around: &Surroundings<'_>) -> Option<TableName> {
    let name = |token: &Token| Identifier::object(word(token, text)).ok();
    match chain {
        [schema, _, object] => {
            let schema = name(schema)?;
            let may_be = around.schemas.is_none_or(|schemas| schemas.contains(&schema));
            let catalog = around.catalog.clone();
            if may_be { Some(TableName { catalog, schema, name: name(object)? }) } else { None }
        }
        [catalog, _, schema, _, object, ..] => {
            Some(TableName { catalog: name(catalog)?, schema: name(schema)?, name: name(object)? })
        }
        _ => None,
    }
}

/// Names joined by periods, at least two, with the periods. `tokens` are without comments and white space.
pub(super) fn chains(tokens: &[Token]) -> Vec<&[Token]> {
    let is_word = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord);
    let mut chains = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !is_word(&tokens[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while let [dot, next, ..] = &tokens[at + 1..]
            && dot.kind == TokenKind::Dot
            && is_word(next)
        {
            at += 2;
        }
        if at > start {
            chains.push(&tokens[start..=at]);
        }
        at += 1;
    }
    chains
}

/// A name without its backticks.
pub(super) fn word(token: &Token, text: &str) -> String {
    let written = token.text(text);
    match token.kind {
        TokenKind::QuotedWord => written.trim_matches('`').replace("``", "`"),
        _ => written.to_string(),
    }
}

/// A dotted name that is not SQL, as Genie's `identifier` is.
pub(super) fn dotted(text: &str) -> BTreeSet<TableName> {
    TableName::parse(text).into_iter().collect()
}
