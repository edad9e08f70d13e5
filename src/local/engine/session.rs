//! On whose behalf, where and when a statement runs.

use std::collections::BTreeMap;

use crate::ident::Identifier;
use crate::syntax::DataType;

/// Who runs a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    /// User name or application id: what `current_user()` gives.
    pub name: String,
    pub groups: Vec<String>,
    /// A workspace admin passes every privilege check.
    pub admin: bool,
}

/// A named parameter's value, as the Statement Execution API passes it: text and type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParameterValue {
    pub data_type: DataType,
    /// `None` is NULL.
    pub text: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    pub principal: Principal,
    pub catalog: Identifier,
    pub schema: Identifier,
    pub parameters: BTreeMap<String, ParameterValue>,
    /// Microseconds since the epoch, the same during one statement or update.
    pub now: i64,
}
