//! Statements: every production as a case whose outline is kept, and what happens to broken ones.

mod cases;
mod errors;
mod mutations;
mod outline;
mod random;
mod tree;
mod types;
