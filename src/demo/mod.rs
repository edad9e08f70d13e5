//! The complete demo of a solution: data, deployment, pipeline, and the story's numbers compared with the tables.
//!
//! Owns the order of these, the demo's record and files on this machine, the comparison, and the report as a value.
//! Must not know the command line, HTTP or the embedded workspace: it works through `pipeline`, on any target.

mod down;
mod error;
mod files;
mod observer;
mod preflight;
mod prepare;
mod record;
mod report;
mod settings;
mod story;
mod up;
mod update;
mod watch;

pub use down::{Removal, down};
pub use error::DemoError;
pub use files::{Generator, generate, next_day, statistics};
pub use prepare::{Prepared, prepare, uploads};
pub use record::{DataFile, DataSet, Place, Record};
pub use report::{Report, Step, StoryLine, TableRows};
pub use settings::{Settings, Wishes};
pub use watch::Watcher;
