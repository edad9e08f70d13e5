//! SQL scripting and what a session is told (Databricks documentation, "SQL scripting").

use crate::diag::Span;
use crate::syntax::stack::deeper;
use crate::syntax::types::DataType;

use super::{Expr, Ident, Name, Query, Spanned, Statement, Text};

/// `[label:] BEGIN … END [label]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    pub label: Option<Ident>,
    /// `BEGIN ATOMIC`: a transaction of its own.
    pub atomic: bool,
    /// Variables and conditions, then cursors, then handlers.
    pub declarations: Vec<Declaration>,
    pub body: Vec<ScriptStatement>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "a statement has few of them")]
pub enum Declaration {
    Variable(DeclareVariable),
    Condition { name: Ident, sqlstate: Option<Text> },
    Cursor { name: Ident, query: Box<Query> },
    Handler { exit: bool, conditions: Vec<Caught>, body: Box<ScriptStatement> },
}

impl Block {
    /// The plain statements inside, at any depth.
    pub fn statements<'s>(&'s self, each: &mut dyn FnMut(&'s Statement)) {
        for declaration in &self.declarations {
            if let Declaration::Handler { body, .. } = declaration {
                inside(std::slice::from_ref(&**body), each);
            }
        }
        inside(&self.body, each);
    }
}

fn inside<'s>(body: &'s [ScriptStatement], each: &mut dyn FnMut(&'s Statement)) {
    for statement in body {
        deeper(|| match statement {
            ScriptStatement::Statement(statement) => each(statement),
            ScriptStatement::Block(block) => block.statements(each),
            ScriptStatement::If { branches, otherwise } | ScriptStatement::Case { operand: _, branches, otherwise } => {
                branches.iter().for_each(|(_, body)| inside(body, each));
                otherwise.iter().for_each(|body| inside(body, each));
            }
            ScriptStatement::Loop(repeated) => inside(&repeated.body, each),
            ScriptStatement::Leave(_)
            | ScriptStatement::Iterate(_)
            | ScriptStatement::Signal { .. }
            | ScriptStatement::Open(_)
            | ScriptStatement::Fetch { .. }
            | ScriptStatement::Close(_)
            | ScriptStatement::Diagnostics(_) => {}
        });
    }
}

/// `DECLARE [OR REPLACE] [VARIABLE] a, b [type] [DEFAULT value]`.
#[derive(Clone, PartialEq, Debug)]
pub struct DeclareVariable {
    pub or_replace: bool,
    pub names: Vec<Name>,
    pub data_type: Option<Spanned<DataType>>,
    pub default: Option<Expr>,
}

/// What a handler handles.
#[derive(Clone, PartialEq, Debug)]
pub enum Caught {
    SqlState(Text),
    Condition(Ident),
    SqlException,
    NotFound,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ScriptStatement {
    Statement(Statement),
    Block(Block),
    If {
        branches: Vec<(Expr, Vec<ScriptStatement>)>,
        otherwise: Option<Vec<ScriptStatement>>,
    },
    Case {
        operand: Option<Expr>,
        branches: Vec<(Expr, Vec<ScriptStatement>)>,
        otherwise: Option<Vec<ScriptStatement>>,
    },
    Loop(Box<Loop>),
    Leave(Ident),
    Iterate(Ident),
    /// `SIGNAL`, and `RESIGNAL`, which may leave the condition out.
    Signal {
        again: bool,
        condition: Option<Caught>,
        set: Vec<(Ident, Expr)>,
    },
    Open(Ident),
    Fetch {
        cursor: Ident,
        into: Vec<Name>,
    },
    Close(Ident),
    /// `GET DIAGNOSTICS CONDITION 1 variable = field, …`.
    Diagnostics(Vec<(Name, Ident)>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Loop {
    pub label: Option<Ident>,
    pub kind: LoopKind,
    pub body: Vec<ScriptStatement>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum LoopKind {
    Loop,
    While(Expr),
    Until(Expr),
    For { variable: Option<Ident>, query: Box<Query> },
}

/// Statements that change or use a session.
#[derive(Clone, PartialEq, Debug)]
pub enum SessionStatement {
    Declare(DeclareVariable),
    DropVariable {
        if_exists: bool,
        name: Name,
    },
    /// `SET VAR a = 1, b = DEFAULT`; several targets take the columns of one row.
    SetVariables(Vec<(Vec<Name>, VariableValue)>),
    ExecuteImmediate {
        text: Expr,
        into: Vec<Name>,
        using: Vec<(Expr, Option<Ident>)>,
    },
    Call {
        procedure: Name,
        arguments: Vec<(Option<Ident>, Expr)>,
    },
    /// `SET`, `SET key`, `SET -v`.
    ShowSettings {
        key: Option<Text>,
    },
    Reset {
        key: Option<Text>,
    },
    /// `SET TIME ZONE`: what follows, as it is written.
    SetTimeZone(Text),
    Transaction(Transaction),
    /// `CREATE WIDGET` of a notebook; the choices are rows of a query.
    CreateWidget {
        name: Ident,
        default: Option<Text>,
        choices: Option<Box<Query>>,
    },
    RemoveWidget {
        name: Ident,
    },
}

#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "a statement has few of them")]
pub enum VariableValue {
    Expr(Expr),
    Query(Box<Query>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transaction {
    Begin,
    Commit,
    Rollback,
}
