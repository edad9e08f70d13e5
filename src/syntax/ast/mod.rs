//! Statements as lakesmith understands them. Queries and expressions inside are sqlparser trees whose
//! locations are byte offsets (`crate::syntax::bridge`).

mod alter;
mod change;
mod data;
mod dataset;
mod flow;
mod function;
mod maintain;
mod query;
mod schedule;
mod script;
mod securable;
mod spanned;
mod statement;
mod table;
mod unity;

pub use alter::*;
pub use change::*;
pub use data::*;
pub use dataset::*;
pub use flow::*;
pub use function::*;
pub use maintain::*;
pub use query::*;
pub use schedule::*;
pub use script::*;
pub use securable::*;
pub use spanned::*;
pub use statement::*;
pub use table::*;
pub use unity::*;
