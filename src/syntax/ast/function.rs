//! `CREATE FUNCTION`.

use crate::syntax::types::DataType;

use super::{Expr, Ident, Name, Query, Spanned, Text};

#[derive(Clone, PartialEq, Debug)]
pub struct CreateFunction {
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub name: Name,
    pub parameters: Vec<FunctionParameter>,
    pub returns: Option<FunctionReturns>,
    pub comment: Option<Text>,
    pub deterministic: Option<bool>,
    pub default_collation: Option<Ident>,
    /// `LANGUAGE SQL`, said of a function whose body is SQL anyway.
    pub language: Option<Ident>,
    pub sql_data: Option<SqlData>,
    pub security: Option<Ident>,
    pub handler: Option<Text>,
    pub parameter_style: Option<Ident>,
    pub environment: Vec<(Text, Text)>,
    pub body: FunctionBody,
}

/// What a routine's body may read or write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqlData {
    Contains,
    Reads,
    Modifies,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FunctionParameter {
    pub name: Ident,
    pub data_type: Spanned<DataType>,
    pub default: Option<Expr>,
    pub comment: Option<Text>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FunctionReturns {
    Scalar(Spanned<DataType>),
    Table(Vec<FunctionParameter>),
}

#[derive(Clone, PartialEq, Debug)]
pub enum FunctionBody {
    Expr(Expr),
    Query(Query),
    /// `LANGUAGE PYTHON AS $$…$$`.
    Foreign {
        language: Ident,
        code: Text,
    },
}
