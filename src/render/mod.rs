//! Templates: rendering for a target, injection-proof printing, and the map from output back to templates.
//!
//! Owns the template engine's set-up. Never parses SQL beyond quotes and comments, and never touches files or network.
//!
//! How a place in the output is known: a template's source gets marks around its text and its tags
//! ([`instrument`]), values get marks when they are printed ([`print`]), and the marked output is read once to check
//! every value in its context ([`safety`]) and to build text and [`SourceMap`] ([`expand`]).
//!
//! What a template may use is limited: the engine's steps ([`engine`]), nesting ([`depth`]), texts and lists
//! ([`budget`], at the places that [`sizes`] finds). What the engine cannot do after all is an error ([`guard`]).

mod budget;
mod comparisons;
mod constants;
mod cost;
mod depth;
mod engine;
mod expand;
mod filters;
mod guard;
mod imports;
mod instrument;
mod lexical;
mod map;
mod marker;
mod mention;
mod names;
mod outline;
mod print;
mod project;
mod safety;
mod scope;
mod sizes;
mod value;
mod walk;

pub use map::{Outputs, Rendered, SourceMap};
pub use mention::Mention;
pub use outline::Outline;
pub use project::{
    DocumentBody, RenderedDocument, RenderedProject, RenderedSolution, RenderedSql, Renderer, render_all, render_one,
    renderer,
};

#[cfg(test)]
mod tests;
