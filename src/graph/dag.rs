//! A directed graph of "depends on", and the questions asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diag::{Code, Diagnostic, Location};

/// Nodes and what each depends on. Everything is answered in the order of the keys, so equal graphs give equal answers.
#[derive(Clone, Debug)]
pub struct Graph<K> {
    nodes: BTreeMap<K, BTreeMap<K, Option<Location>>>,
}

/// Nodes that depend on each other in a ring: each on the next, the last on the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Cycle<K> {
    /// The node, and where its dependency on the next is written.
    pub members: Vec<(K, Option<Location>)>,
}

impl<K> Default for Graph<K> {
    fn default() -> Self {
        Self { nodes: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Graph<K> {
    pub fn add_node(&mut self, key: K) {
        self.nodes.entry(key).or_default();
    }

    /// `from` depends on `to`; both become nodes.
    pub fn add_edge(&mut self, from: K, to: K, location: Option<Location>) {
        self.add_node(to.clone());
        self.nodes.entry(from).or_default().entry(to).or_insert(location);
    }

    pub fn dependencies(&self, key: &K) -> impl Iterator<Item = &K> {
        self.nodes.get(key).into_iter().flat_map(BTreeMap::keys)
    }

    /// The graph with every edge turned round, for deleting.
    pub fn reversed(&self) -> Self {
        let mut reversed = Self::default();
        for (from, edges) in &self.nodes {
            reversed.add_node(from.clone());
            for (to, location) in edges {
                reversed.add_edge(to.clone(), from.clone(), location.clone());
            }
        }
        reversed
    }

    /// The nodes and everything that they depend on, directly or not.
    pub fn closure(&self, start: impl IntoIterator<Item = K>) -> BTreeSet<K> {
        let mut found = BTreeSet::new();
        let mut open: Vec<K> = start.into_iter().collect();
        while let Some(key) = open.pop() {
            open.extend(self.dependencies(&key).filter(|next| !found.contains(*next)).cloned());
            found.insert(key);
        }
        found
    }

    /// Dependencies first; among nodes that could come next, the smallest key comes first.
    pub fn order(&self) -> Result<Vec<K>, Cycle<K>> {
        let mut waiting: BTreeMap<&K, usize> = self.nodes.iter().map(|(key, edges)| (key, edges.len())).collect();
        let reversed = self.reversed();
        let mut ready: BTreeSet<&K> = self.nodes.iter().filter(|(_, edges)| edges.is_empty()).map(|(k, _)| k).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(key) = ready.pop_first() {
            waiting.remove(key);
            for dependent in reversed.dependencies(key) {
                // The key in `waiting` borrows from `self`; `dependent` from `reversed`.
                if let Some((dependent, _)) = self.nodes.get_key_value(dependent)
                    && let Some(count) = waiting.get_mut(dependent)
                {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(dependent);
                    }
                }
            }
            order.push(key.clone());
        }
        match waiting.keys().next() {
            None => Ok(order),
            Some(start) => Err(self.cycle(start, &waiting)),
        }
    }

    /// All nodes in the best order that there is: where nodes depend on each other in a ring, one dependency of the ring
    /// is passed over.
    pub fn order_despite_cycles(&self) -> Vec<K> {
        let mut graph = self.clone();
        loop {
            match graph.order() {
                Ok(order) => return order,
                Err(cycle) => {
                    let ring: Vec<&K> = cycle.members.iter().map(|(key, _)| key).collect();
                    let (Some(last), Some(first)) = (ring.last(), ring.first()) else {
                        return graph.nodes.into_keys().collect();
                    };
                    if let Some(edges) = graph.nodes.get_mut(*last) {
                        edges.remove(*first);
                    }
                }
            }
        }
    }

    /// Every node in `waiting` has a dependency in `waiting`, so walking on must come back.
    fn cycle(&self, start: &K, waiting: &BTreeMap<&K, usize>) -> Cycle<K> {
        let mut path: Vec<(K, Option<Location>)> = Vec::new();
        let mut current = start;
        loop {
            if let Some(begin) = path.iter().position(|(key, _)| key == current) {
                return Cycle { members: path.split_off(begin) };
            }
            let edges = self.nodes.get(current).into_iter().flatten();
            let Some((next, location)) = edges.into_iter().find(|(next, _)| waiting.contains_key(next)) else {
                return Cycle { members: path };
            };
            path.push((current.clone(), location.clone()));
            current = next;
        }
    }
}

impl<K: fmt::Display> Cycle<K> {
    /// `a → b → a`.
    pub fn describe(&self) -> String {
        let names: Vec<String> =
            self.members.iter().chain(self.members.first()).map(|(key, _)| key.to_string()).collect();
        names.join(" → ")
    }

    /// At the first place that is known, the others related.
    pub fn diagnostic(&self, code: Code, what: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(code, format!("{what}: {}", self.describe()));
        for (key, location) in &self.members {
            match (location, &diagnostic.location) {
                (Some(location), None) => diagnostic = diagnostic.at(location.clone()),
                (Some(location), Some(_)) => {
                    diagnostic = diagnostic.related(location.clone(), format!("`{key}` goes on here"));
                }
                (None, _) => {}
            }
        }
        diagnostic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&'static str, &'static str)]) -> Graph<&'static str> {
        let mut graph = Graph::default();
        for (from, to) in edges {
            graph.add_edge(*from, *to, None);
        }
        graph
    }

    #[test]
    fn dependencies_come_first_and_ties_go_by_name() {
        let graph = graph(&[("job", "pipeline"), ("pipeline", "schema"), ("grants", "schema"), ("schema", "catalog")]);
        assert_eq!(graph.order().unwrap(), ["catalog", "schema", "grants", "pipeline", "job"]);
        assert_eq!(graph.reversed().order().unwrap(), ["grants", "job", "pipeline", "schema", "catalog"]);
    }

    #[test]
    fn a_cycle_is_shown_as_a_ring_without_what_leads_to_it() {
        let cycle = graph(&[("a", "b"), ("b", "c"), ("c", "b"), ("d", "a")]).order().unwrap_err();
        assert_eq!(cycle.describe(), "b → c → b");
        assert_eq!(graph(&[("x", "x")]).order().unwrap_err().describe(), "x → x");
    }

    #[test]
    fn despite_a_cycle_every_node_has_its_place() {
        let ring = graph(&[("a", "b"), ("b", "c"), ("c", "b"), ("d", "a"), ("x", "x")]);
        let order = ring.order_despite_cycles();
        assert_eq!(order.len(), 5);
        let place = |name| order.iter().position(|key| *key == name).unwrap();
        assert!(place("b") < place("a") && place("a") < place("d"), "{order:?}");
        let tree = graph(&[("schema", "catalog"), ("grants", "schema")]);
        assert_eq!(tree.order_despite_cycles(), tree.order().unwrap());
    }

    #[test]
    fn the_closure_is_all_that_is_needed() {
        let graph = graph(&[("a", "b"), ("b", "c"), ("d", "c")]);
        assert_eq!(graph.closure(["a"]), BTreeSet::from(["a", "b", "c"]));
    }
}
