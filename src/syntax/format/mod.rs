//! The formatter of SQL templates.
//!
//! Works on tokens, comments and template tags, never on a tree that could be printed: whatever it does not know, it
//! leaves as it is. Owns where lines begin, where spaces stand and which keywords are in upper case; changes nothing
//! else, and checks that before it gives the text away. Knows nothing of projects, and of templates only where their
//! tags begin and end.

mod bracket;
mod clause;
mod entry;
mod expression;
mod keyword;
mod layout;
mod node;
mod operator;
mod outline;
mod piece;
mod spacing;
mod statements;
mod template;
mod view;
mod write;

#[cfg(test)]
mod tests;

pub use entry::format;
