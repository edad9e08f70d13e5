//! What a check knows in the end, and how much of the project it looked at.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::analyze::Proof;
use crate::catalog::MemoryCatalog;
use crate::ident::TableName;
use crate::project::Question;

use super::sql_test::PreparedTest;

/// What a check learned.
#[derive(Debug, Default)]
pub struct Checked {
    /// The tables of every pipeline, in an order in which they can be filled, by solution and the pipeline's key.
    pub tables: BTreeMap<(String, String), Vec<TableName>>,
    /// The numbers that each solution is told with.
    pub stories: IndexMap<String, Vec<Question>>,
    pub coverage: Coverage,
    /// The cases of all test files that are valid.
    pub tests: Vec<PreparedTest>,
    /// The tables and functions that each solution knows in the end, by its name.
    pub catalogs: BTreeMap<String, MemoryCatalog>,
    /// Tables that are read and that nothing makes or declares, where that is asked for.
    pub(super) missing: Missing,
}

/// How much was looked at, and how much of it was proved.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Coverage {
    /// Files of the project that were rendered or read.
    pub files: usize,
    /// SQL statements and queries, those inside YAML and JSON included.
    pub statements: usize,
    /// Expressions in these: names, literals, calls, operators, each with all that is inside it.
    pub expressions: usize,
    /// Of these, whose type was proved.
    pub proved: usize,
}

impl Checked {
    /// What was learned of another solution.
    pub(super) fn take(&mut self, other: Self) {
        let Self { tables, stories, coverage, tests, catalogs, missing } = other;
        self.tables.extend(tables);
        self.stories.extend(stories);
        self.coverage.add(coverage);
        self.tests.extend(tests);
        self.catalogs.extend(catalogs);
        self.missing.tables.extend(missing.tables);
        self.missing.made.extend(missing.made);
    }
}

impl Coverage {
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.statements += other.statements;
        self.expressions += other.expressions;
        self.proved += other.proved;
    }

    /// What is in this and not in a part of it.
    pub(super) fn without(self, part: Self) -> Self {
        Self {
            files: self.files - part.files,
            statements: self.statements - part.statements,
            expressions: self.expressions - part.expressions,
            proved: self.proved - part.proved,
        }
    }

    /// A statement and what of it was proved.
    pub(super) fn count(&mut self, proof: Proof) {
        self.statements += 1;
        self.proved(proof);
    }

    pub(super) fn proved(&mut self, proof: Proof) {
        self.expressions += proof.expressions;
        self.proved += proof.typed;
    }
}

/// What a solution's names of tables mean.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Missing {
    /// What is read, and nothing in the project makes or declares it.
    pub tables: BTreeSet<TableName>,
    /// What is made or declared.
    pub made: BTreeSet<TableName>,
}
