//! Variables in sight: those of a session, of scripts and of procedures (Databricks documentation, "Variables",
//! "Name resolution").

use crate::ident::Identifier;
use crate::syntax::DataType;
use crate::syntax::ast::{SessionStatement, Statement, StatementKind};

/// Of one block, one loop, one procedure, or of the session.
#[derive(Clone, Default, Debug)]
pub(crate) struct VariableScope {
    /// By which its variables may be qualified.
    pub(crate) label: Option<Identifier>,
    pub(crate) variables: Vec<(Identifier, Option<DataType>)>,
    /// There may be others: those of a query whose columns are not known.
    pub(crate) open: bool,
}

/// The session's first, the innermost last.
#[derive(Clone, Default, Debug)]
pub struct Variables {
    pub(crate) scopes: Vec<VariableScope>,
}

impl Variables {
    /// The variable's type, and how many parts of the name it takes; fields may follow.
    pub(crate) fn find(&self, names: &[Identifier]) -> Option<(Option<DataType>, usize)> {
        let of_session = match names {
            [system, session, name, ..] if is(system, "system") && is(session, "session") => Some((name, 3)),
            [session, name, ..] if is(session, "session") => Some((name, 2)),
            _ => None,
        };
        if let (Some((name, used)), Some(scope)) = (of_session, self.scopes.first())
            && let Some(ty) = scope.find(name)
        {
            return Some((ty, used));
        }
        let first = names.first()?;
        let labelled = || {
            let name = names.get(1)?;
            let mut scopes = self.scopes.iter().rev().filter(|scope| scope.label.as_ref() == Some(first));
            scopes.find_map(|scope| Some((scope.find(name).or(scope.open.then_some(None))?, 2)))
        };
        let plain = || self.scopes.iter().rev().find_map(|scope| Some((scope.find(first)?, 1)));
        let unknown = || self.scopes.iter().any(|scope| scope.open).then_some((None, 1));
        labelled().or_else(plain).or_else(unknown)
    }

    /// The variables of the session that the statements declare, wherever.
    pub fn declared(statements: &[Statement]) -> Self {
        let mut scope = VariableScope::default();
        for statement in statements {
            let StatementKind::Session(session) = &statement.kind else { continue };
            let SessionStatement::Declare(declared) = &**session else { continue };
            for name in &declared.names {
                let ty = declared.data_type.as_ref().map(|ty| ty.value.clone());
                scope.declare(name.value.name().clone(), ty);
            }
        }
        Self { scopes: vec![scope] }
    }

    pub(crate) fn session_mut(&mut self) -> &mut VariableScope {
        if self.scopes.is_empty() {
            self.scopes.push(VariableScope::default());
        }
        &mut self.scopes[0]
    }

    /// Only those of the session: what a text that is executed sees.
    pub(crate) fn of_session(&self) -> Self {
        Self { scopes: self.scopes.first().cloned().into_iter().collect() }
    }
}

impl VariableScope {
    pub(crate) fn find(&self, name: &Identifier) -> Option<Option<DataType>> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, ty)| ty.clone())
    }

    /// False if there is one of that name.
    pub(crate) fn declare(&mut self, name: Identifier, ty: Option<DataType>) -> bool {
        let fresh = self.find(&name).is_none();
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, ty));
        fresh
    }
}

fn is(name: &Identifier, word: &str) -> bool {
    name.as_str().eq_ignore_ascii_case(word)
}
