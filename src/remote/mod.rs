//! Reading and changing resources in a workspace, kind by kind: the only code that knows both the resource model and
//! the REST API.
//!
//! Owns the mapping both ways, the order of calls that one change needs, and waiting. Takes no decisions: what is to
//! be done comes from a plan.

mod alert;
mod contents;
mod dashboard;
mod dashboard_schedule;
mod error;
mod evaluation;
mod experiment;
mod find;
mod folders;
mod genie;
mod grants;
mod guard;
mod guarded;
mod job;
mod path_file;
mod permissions;
mod pipeline;
mod principals;
mod query;
mod runs;
mod secret_scope;
mod settled;
mod sql_object;
mod sql_warehouse;
mod tables;
mod tags;
mod unity_object;
mod updates;
mod view;
mod workspace_file;

mod dispatch;

pub use contents::Possessions;
pub use dispatch::{Deletion, GrantChange, Item, Lookup, Remote};
pub use error::{RemoteError, name_taken};
pub use evaluation::{Assessed, Evaluation};
pub use principals::PrincipalKind;
pub use query::{QueryColumn, QueryParameter, QueryResult};
pub use runs::{RunProgress, TaskState};
pub use tables::{RemoteColumn, RemoteTable};
pub use updates::{UpdateEvent, UpdateOptions, UpdateProgress};
pub use view::{Sight, View};
