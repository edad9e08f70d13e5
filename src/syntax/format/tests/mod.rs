//! Laws of the formatter, and the style of the repository.

mod laws;
mod rendered;
mod style;
