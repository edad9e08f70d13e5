//! `lakesmith lsp`: what the language server is driven with: standard input and output, a clock, and the project's files.

mod checks;
mod driver;

pub(in crate::cli) use driver::{LspArgs, run};

#[cfg(test)]
mod tests;
