//! The stages and their order: load → render → parse → analyze → desired → observe → plan → apply.
//!
//! The only place that knows the order. Each stage is a function from value to value; a later one cannot be called
//! without what the earlier one made. Shows nothing and asks nothing: `cli` does.

mod adopt;
mod alert_query;
mod allow;
mod bind;
mod binding;
mod check;
mod checked;
mod compile;
mod definition;
mod deploy;
mod desired;
pub mod doctor;
mod documents;
mod drift;
mod embedded;
mod error;
mod export;
mod facts;
mod governance;
mod import;
mod judge;
mod lineage;
mod load;
mod makers;
mod metric_view;
mod observe;
mod observe_attached;
mod origin;
mod orphans;
mod others;
mod places;
mod principals;
mod proved;
mod reader;
mod release;
mod rounds;
mod rules;
mod sign_in;
mod snapshot;
mod sources;
pub mod sql_test;
mod surroundings;
mod texts;
mod undefined;
mod undeployed;
mod units;
mod upkeep;
mod users;
mod workspace;

pub use adopt::{Adopted, adopt};
pub use bind::BindError;
pub use check::{examine, examine_and_trace, missing};
pub use checked::{Checked, Coverage, Missing};
pub use compile::{Compiled, compile, roles};
pub use deploy::{Deployment, PATIENCE, plan, plan_over, unit};
pub use drift::drift;
pub use error::PipelineError;
pub use export::{Bundle, Left};
pub use import::{Draft, ImportError, Request as ImportRequest};
pub use judge::{Allowed, Judge, Judged};
pub use lineage::lineage;
pub use load::{Staged, is_checkable, load, load_with, render, resolve};
pub use orphans::Orphans;
pub use places::Places;
pub use reader::{NoReader, Reader, Roles};
pub use release::{
    Built, Given, Kept, Promotion, Recorded, Recording, Refusal, Trial, build, examine_for, own_state, undeclared,
};
pub use rounds::{Round, Rounds, round};
pub use rules::lint;
pub use sign_in::{Identity, describe_sign_in, issue_token, sign_in};
pub use snapshot::snapshot;
pub use sources::{sources_path, sources_with};
pub use workspace::Workspace;

// What callers of the stages handle, so that they need not know the layers below.
pub use crate::api::{
    ApiError, CALLS_AT_ONCE, ConfigError, Connection, Exchange, Explicit, IssuedToken, Outcome, Secret, SignedIn,
    in_a_line, redacted,
};
pub use crate::apply::{
    ApplyError, Cancel, Inspection, Observer, Pace, Patience, Repair, Report as ApplyReport, Silent, Source,
    cancellation,
};
pub use crate::plan::{
    Action, FieldChange, Files, Overwrite, Pattern as PlanPattern, Plan, SelectError, Step as PlanStep,
    Texts as PlanTexts, Unmanaged, select,
};
pub use crate::release::{
    Check, Created, Difference, Entry, Git, How, Origin, Outcome as CheckOutcome, Release, ReleaseError, Verification,
    before,
};
pub use crate::remote::{
    QueryColumn, QueryResult, RemoteColumn, RemoteError, RemoteTable, RunProgress, TaskState, UpdateEvent,
    UpdateOptions, UpdateProgress,
};
pub use crate::resource::{Body, Content, DesiredSet, Kind, ResourceKey, Risk, VolumeUpload, section};
pub use crate::state::{Lease, Record, State};
pub use crate::syntax::format;

#[cfg(test)]
mod tests;
