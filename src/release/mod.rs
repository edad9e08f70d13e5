//! Releases: what was deployed, as immutable values that can be deployed again.
//!
//! Owns the documents (release, archive, rendering, history, verification), their versions and their digests, and the
//! comparison of renderings. Pure: where the documents are kept and who deploys them is not known here.

mod archive;
mod compare;
mod document;
mod error;
mod history;
mod rendering;
mod verification;

pub use archive::{Archive, CHUNK, pack};
pub use compare::{Difference, Texts, compare};
pub use document::{Created, Git, RELEASE_VERSION, Release};
pub use error::ReleaseError;
pub use history::{Entry, HISTORY_VERSION, How, Origin, StateMark, before};
pub use rendering::{Contents, ROOT, Rendered, Rendering, USER};
pub use verification::{Assessed, Check, Evaluation, Outcome, VERIFICATION_VERSION, Verification};
