//! Desired state: what the project wants to exist in a workspace, as values, and the rules of its fields.
//!
//! Owns kinds, keys, references between resources, documented fields, field rules, and the inference of
//! dependencies. Pure data: knows no HTTP and no state file, and takes what SQL says from its caller.

mod alteration;
mod build;
mod compare;
mod declaration;
mod declared;
mod infer;
mod inputs;
mod key;
mod kind;
mod kinds;
mod merge;
mod model;
mod names;
mod privileges;
mod rules;
mod shape;

pub use alteration::Alteration;
pub use build::{DesiredSet, desired, desired_document};
pub use compare::{is_empty, text as plain_text};
pub use declaration::{declaration, section};
pub use inputs::{
    Binding, Context, Document, Inputs, RunAs, SqlBinding, SqlFile, SqlObject, SqlObjectKind, Undeployed, Uses,
    VolumeUpload,
};
pub use key::{DEFAULT_WAREHOUSE, ID, KeyError, Reference, ResourceKey, references_in, substitute};
pub use kind::Kind;
pub use kinds::binding::tag_value;
pub use kinds::cron::check as quartz;
pub use kinds::dashboard::{STALE_COPY, fingerprint as dashboard_fingerprint, readable as readable_dashboard};
pub use kinds::genie::{fingerprint as genie_fingerprint, readable as readable_genie};
pub use kinds::grants::{privilege_name, securable_kind, unfit_privilege};
pub use kinds::permissions::{permission_levels, principal_field, principal_name};
pub use merge::Merge;
pub use model::{Body, Content, Desired, Observed, Spec};
pub use privileges::{SecurableKind, in_all_privileges};
pub use rules::{NormalForm, Risk, Rules};

#[cfg(test)]
mod tests;
