//! What was done to a deployment behind its back: its state is what is wanted.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::ident::ContentHash;
use crate::resource::{Body, Content, Desired, DesiredSet};
use crate::state::State;

/// What was deployed last, as it was. A plan that wants it changes only what somebody else has changed, whatever the
/// project has become meanwhile. The state knows contents by their fingerprints alone; what is not among `texts` is
/// empty: it is no plan to be carried out.
pub fn deployed(state: &State, texts: &BTreeMap<ContentHash, Bytes>) -> DesiredSet {
    let content = |fingerprint: &ContentHash| Content {
        body: Body::Memory(texts.get(fingerprint).cloned().unwrap_or_default()),
        fingerprint: fingerprint.clone(),
    };
    let all = state.resources.iter().map(|(key, record)| Desired {
        key: key.clone(),
        spec: record.spec.clone(),
        content: record.fingerprint.as_ref().map(content),
        depends_on: record.depends_on.clone(),
        location: None,
        prevent_destroy: record.prevent_destroy,
        delivered: record.delivered,
    });
    all.collect()
}
