//! Unified authentication as a whole: tables of settings, and fakes of everybody who gives tokens.

mod config;
mod fakes;
mod federation;
mod order;
mod people;
mod principals;
