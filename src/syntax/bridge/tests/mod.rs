//! The bridge: what tree comes out, and where its errors point.

mod depth;
mod errors;
mod flags;
mod rewrites;
mod shapes;
mod support;
