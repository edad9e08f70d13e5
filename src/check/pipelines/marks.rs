//! What must be known of a pipeline's files before its queries are bound: watermarks, and whether changes are applied.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::{SourceFile, Span};
use crate::ident::Identifier;
use crate::syntax::{Parsed, Token, TokenKind, lex};

use super::settings::changes;

/// `WATERMARK column DELAY …`.
pub(super) struct Mark {
    /// The statement that it stands in.
    pub(super) statement: Span,
    pub(super) column: Identifier,
    pub(super) span: Span,
}

/// Of all files of a pipeline.
#[derive(Default)]
pub struct Marks {
    /// By the file's place in memory.
    by_file: BTreeMap<usize, Vec<Mark>>,
    /// Is there any AUTO CDC?
    pub(super) changes: bool,
}

impl Marks {
    /// They are read off the tokens, because an outline has no queries.
    pub fn of<P: Borrow<Parsed> + Sync>(files: &[(Arc<SourceFile>, P)]) -> Self {
        let mut marks = Self::default();
        let written =
            |file: &SourceFile| ["WATERMARK", "watermark", "Watermark"].iter().any(|word| file.text().contains(word));
        let written: Vec<bool> = files.par_iter().map(|(file, _)| written(file)).collect();
        for ((file, parsed), written) in files.iter().zip(written) {
            let statements = &parsed.borrow().statements;
            marks.changes |= statements.iter().any(changes);
            let text = file.text();
            if !written {
                continue;
            }
            let tokens: Vec<Token> = lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
            for words in tokens.windows(3) {
                let [mark, column, delay] = words else { continue };
                let is = |token: &Token, word: &str| {
                    token.kind == TokenKind::Word && token.text(text).eq_ignore_ascii_case(word)
                };
                let named = matches!(column.kind, TokenKind::Word | TokenKind::QuotedWord);
                let inside = |statement: &&crate::syntax::ast::Statement| {
                    statement.span.range().contains(&mark.span.range().start)
                };
                let name = Identifier::new(column.text(text).trim_matches('`'));
                if let (true, Some(statement), Ok(column_name)) =
                    (named && is(mark, "WATERMARK") && is(delay, "DELAY"), statements.iter().find(inside), name)
                {
                    let found =
                        Mark { statement: statement.span, column: column_name, span: mark.span.to(column.span) };
                    marks.by_file.entry(identity(file)).or_default().push(found);
                }
            }
        }
        marks
    }

    pub(super) fn of_file(&self, file: &Arc<SourceFile>) -> &[Mark] {
        self.by_file.get(&identity(file)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn identity(file: &Arc<SourceFile>) -> usize {
    Arc::as_ptr(file) as usize
}
