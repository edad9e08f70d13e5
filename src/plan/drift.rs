//! What was done to a deployment behind its back: its state is what is wanted.

use bytes::Bytes;

use crate::resource::{Body, Content, Desired, DesiredSet};
use crate::state::State;

/// What was deployed last, as it was. A plan that wants it changes only what somebody else has changed, whatever the
/// project has become meanwhile. The contents are known by their fingerprints alone: it is no plan to be carried out.
pub fn deployed(state: &State) -> DesiredSet {
    let all = state.resources.iter().map(|(key, record)| Desired {
        key: key.clone(),
        spec: record.spec.clone(),
        content: record
            .fingerprint
            .clone()
            .map(|fingerprint| Content { body: Body::Memory(Bytes::new()), fingerprint }),
        depends_on: record.depends_on.clone(),
        location: None,
        prevent_destroy: record.prevent_destroy,
        delivered: record.delivered,
    });
    all.collect()
}
