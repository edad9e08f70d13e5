//! The server from outside, over loopback. Expected shapes are those of the public API pages named at each test.

mod core;
mod support;
