//! Values with the place where they were written.

use crate::diag::Span;
use crate::ident::{Identifier, QualifiedName};

/// A value together with the place where it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

pub type Name = Spanned<QualifiedName>;
pub type Ident = Spanned<Identifier>;
pub type Text = Spanned<String>;
