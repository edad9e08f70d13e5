//! The columns that names of a statement stand for, as far as tokens and the last check tell.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::facts::Facts;
use super::local;
use super::query::{Query, Relation, What};

/// A column and its type, where it is known.
pub(super) type Column = (String, Option<String>);

/// Queries in queries are followed so far.
const DEEPEST: usize = 8;

pub(super) struct Scope<'s> {
    pub(super) facts: &'s Facts,
    /// The file of the project that the statement stands in.
    pub(super) file: &'s str,
    pub(super) query: &'s Query<'s>,
    /// What the last check's text of the file makes of the names of WITH, once somebody asks.
    bound: OnceCell<BTreeMap<String, Vec<Column>>>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(facts: &'s Facts, file: &'s str, query: &'s Query<'s>) -> Self {
        Self { facts, file, query, bound: OnceCell::new() }
    }

    /// The columns of what an alias stands for: of the innermost query, else of any in the statement.
    pub(super) fn columns_of(&self, alias: &str, offset: usize) -> Vec<Column> {
        let inner = self.query.innermost(offset);
        let named = self.query.named_queries().into_iter().map(|(_, range)| range);
        let ranges = std::iter::once(inner).chain([self.query.all()]).chain(named);
        for range in ranges {
            let relations = self.query.relations(&range);
            if let Some(relation) = relations.iter().find(|relation| relation.alias.eq_ignore_ascii_case(alias)) {
                return self.columns(&relation.what, 0);
            }
        }
        // FROM may not be written yet.
        self.query.named_query(alias).map(|range| self.typed(alias, self.outputs(&range, 1))).unwrap_or_default()
    }

    /// The relations of the innermost query.
    pub(super) fn relations(&self, offset: usize) -> Vec<Relation> {
        self.query.relations(&self.query.innermost(offset))
    }

    pub(super) fn columns(&self, what: &What, depth: usize) -> Vec<Column> {
        if depth > DEEPEST {
            return Vec::new();
        }
        match what {
            What::Query(range) => self.outputs(range, depth + 1),
            What::Named(name) => match self.query.named_query(name) {
                Some(range) => self.typed(name, self.outputs(&range, depth + 1)),
                None => self.table(what).map(|table| self.facts.columns(&table)).unwrap_or_default(),
            },
            What::Ref(_) | What::Source(_) | What::This => {
                self.table(what).map(|table| self.facts.columns(&table)).unwrap_or_default()
            }
        }
    }

    /// The columns that the text has now, with the types that they had at the last check.
    fn typed(&self, name: &str, mut columns: Vec<Column>) -> Vec<Column> {
        let all = self.bound.get_or_init(|| local::bound(self.facts, self.file));
        let Some(known) = all.get(&name.to_lowercase()) else { return columns };
        for (column, ty) in columns.iter_mut().filter(|(_, ty)| ty.is_none()) {
            *ty = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(column)).and_then(|(_, ty)| ty.clone());
        }
        columns
    }

    /// The complete name of a table.
    fn table(&self, what: &What) -> Option<String> {
        match what {
            What::Ref(text) => Some(self.facts.referred(self.file, text)?.table.clone()),
            What::This => Some(self.facts.model(self.file)?.table.clone()),
            What::Source(text) => {
                let parts: Vec<&str> = text.split('.').collect();
                Some(self.facts.sources.iter().find(|source| source.matches(&parts))?.name.to_string())
            }
            What::Named(name) => {
                let folded = name.to_lowercase();
                let own = self.facts.model(self.file).and_then(|model| model.table.rsplit_once('.'));
                let beside = own.map(|(schema, _)| format!("{schema}.{folded}"));
                let known = |name: &String| self.facts.tables.contains_key(name) || self.facts.relation(name).is_some();
                let ends = || {
                    let end = format!(".{folded}");
                    self.facts.tables.keys().find(|table| table.ends_with(&end)).cloned()
                };
                Some(folded.clone()).filter(known).or_else(|| beside.filter(known)).or_else(ends)
            }
            What::Query(_) => None,
        }
    }

    fn outputs(&self, range: &Range<usize>, depth: usize) -> Vec<Column> {
        let relations = self.query.relations(range);
        let mut found: Vec<Column> = Vec::new();
        for item in self.query.items(range) {
            match (item.star, item.name) {
                (Some(qualifier), _) => {
                    let wanted = |relation: &&Relation| {
                        qualifier.as_ref().is_none_or(|alias| relation.alias.eq_ignore_ascii_case(alias))
                    };
                    let of = relations.iter().filter(wanted);
                    found.extend(of.flat_map(|relation| self.columns(&relation.what, depth + 1)));
                }
                (None, Some(name)) => {
                    let same = |column: &Column| column.0.eq_ignore_ascii_case(&name);
                    let all = || relations.iter().flat_map(|relation| self.columns(&relation.what, depth + 1));
                    let ty = if item.bare { all().find(same).and_then(|(_, ty)| ty) } else { None };
                    found.push((name, ty));
                }
                (None, None) => {}
            }
        }
        found
    }
}
