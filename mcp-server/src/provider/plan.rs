//! Build order of the providers, and the errors that prevent it. Both follow from types alone,
//! before a factory runs.

use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
};

use super::{
    error::ProviderError,
    hint::{Candidate, hint},
    inject::{Dependency, short_name},
};
use crate::place::Place;

/// One registered provider, as far as ordering is concerned.
pub(super) struct Node {
    pub(super) provided: Dependency,
    pub(super) needs: Vec<Dependency>,
    pub(super) place: Place,
}

/// Returns the positions of `nodes` in an order in which each node follows its dependencies, and
/// all errors.
///
/// The order is valid even if there are errors. It then leaves out second providers of a type, and
/// keeps nodes that cannot be built: the builder skips a node whose dependency is absent.
pub(super) fn plan(nodes: &[Node]) -> (Vec<usize>, Vec<ProviderError>) {
    let names = Names::of(nodes);
    let mut errors = Vec::new();
    let mut providers: HashMap<TypeId, usize> = HashMap::new();
    for (position, node) in nodes.iter().enumerate() {
        if let Some(&first) = providers.get(&node.provided.id()) {
            errors.push(ProviderError::duplicate(names.name(node.provided), nodes[first].place, node.place));
        } else {
            providers.insert(node.provided.id(), position);
        }
    }
    let candidates = candidates(nodes);
    for node in nodes {
        for &need in &node.needs {
            if !providers.contains_key(&need.id()) {
                let hint = hint(&candidates, need.name(), |other| names.of_name(other));
                errors.push(ProviderError::missing(
                    names.name(node.provided),
                    Some(node.place),
                    names.name(need),
                    hint,
                ));
            }
        }
    }
    let mut walk = Walk { nodes, providers: &providers, order: Vec::new(), visits: HashMap::new(), cycles: Vec::new() };
    for (position, node) in nodes.iter().enumerate() {
        if providers.get(&node.provided.id()) == Some(&position) {
            walk.visit(position);
        }
    }
    let Walk { order, cycles, .. } = walk;
    errors.extend(cycles.into_iter().map(|cycle| {
        let members = cycle.into_iter().map(|member| (names.name(nodes[member].provided), nodes[member].place));
        ProviderError::cycle(members.collect())
    }));
    (order, errors)
}

/// Returns the providers that a hint can name.
pub(super) fn candidates(nodes: &[Node]) -> Vec<Candidate> {
    nodes.iter().map(|node| Candidate { name: node.provided.name(), place: Some(node.place) }).collect()
}

/// Depth-first search. Dependencies come before dependents, and unrelated nodes in the order of
/// registration.
struct Walk<'a> {
    nodes: &'a [Node],
    providers: &'a HashMap<TypeId, usize>,
    order: Vec<usize>,
    visits: HashMap<usize, Visit>,
    cycles: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    /// On the current path.
    Open,
    Done,
}

impl Walk<'_> {
    // Iterative, so that a long chain of providers cannot overflow the stack.
    fn visit(&mut self, start: usize) {
        if self.visits.contains_key(&start) {
            return;
        }
        self.visits.insert(start, Visit::Open);
        let mut path = vec![(start, 0)];
        while let Some((position, next)) = path.last_mut() {
            let position = *position;
            let Some(need) = self.nodes[position].needs.get(*next) else {
                self.visits.insert(position, Visit::Done);
                self.order.push(position);
                path.pop();
                continue;
            };
            *next += 1;
            let Some(&needed) = self.providers.get(&need.id()) else {
                continue;
            };
            match self.visits.get(&needed) {
                None => {
                    self.visits.insert(needed, Visit::Open);
                    path.push((needed, 0));
                }
                Some(Visit::Open) => {
                    let cycle: Vec<_> =
                        path.iter().map(|&(member, _)| member).skip_while(|&member| member != needed).collect();
                    // A factory that takes a type twice closes the same cycle twice.
                    if !self.cycles.contains(&cycle) {
                        self.cycles.push(cycle);
                    }
                }
                Some(Visit::Done) => {}
            }
        }
    }
}

/// Type names for messages, without modules unless two types would share a name.
pub(super) struct Names {
    ambiguous: HashSet<String>,
}

impl Names {
    pub(super) fn of(nodes: &[Node]) -> Self {
        let mut seen: HashMap<String, TypeId> = HashMap::new();
        let mut ambiguous = HashSet::new();
        for dependency in nodes.iter().flat_map(|node| node.needs.iter().chain([&node.provided])) {
            let short = dependency.short_name();
            if seen.insert(short.clone(), dependency.id()).is_some_and(|other| other != dependency.id()) {
                ambiguous.insert(short);
            }
        }
        Self { ambiguous }
    }

    pub(super) fn name(&self, dependency: Dependency) -> String {
        self.of_name(dependency.name())
    }

    /// Returns the name for the full name of a type.
    fn of_name(&self, full: &str) -> String {
        let short = short_name(full);
        if self.ambiguous.contains(&short) { full.to_owned() } else { short }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct A;
    struct B;
    struct C;
    struct D;

    mod elsewhere {
        pub(super) struct A;
    }

    fn node(line: u32, provided: Dependency, needs: &[Dependency]) -> Node {
        Node { provided, needs: needs.to_vec(), place: Place { file: "src/app.rs", line } }
    }

    fn of<T: 'static>() -> Dependency {
        Dependency::of::<T>()
    }

    #[test]
    fn order_is_dependencies_first_then_registration() {
        let nodes = [
            node(1, of::<D>(), &[of::<B>(), of::<C>()]),
            node(2, of::<C>(), &[of::<A>()]),
            node(3, of::<B>(), &[of::<A>()]),
            node(4, of::<A>(), &[]),
        ];
        let (order, errors) = plan(&nodes);
        assert!(errors.is_empty());
        assert_eq!(order, [3, 2, 1, 0]);
        let unrelated = [node(1, of::<A>(), &[]), node(2, of::<B>(), &[]), node(3, of::<C>(), &[])];
        assert_eq!(plan(&unrelated).0, [0, 1, 2]);
    }

    #[test]
    fn cycle_error_names_all_members() {
        let cases: [(&[Node], &[&str]); 4] = [
            (&[node(1, of::<A>(), &[of::<A>()])], &["`A` (src/app.rs:1) → `A`"]),
            (
                // `D` leads into the cycle and is not part of it.
                &[
                    node(1, of::<D>(), &[of::<A>()]),
                    node(2, of::<A>(), &[of::<B>()]),
                    node(3, of::<B>(), &[of::<C>()]),
                    node(4, of::<C>(), &[of::<A>()]),
                ],
                &["`A` (src/app.rs:2) → `B` (src/app.rs:3) → `C` (src/app.rs:4) → `A`"],
            ),
            (
                &[
                    node(1, of::<A>(), &[of::<B>(), of::<B>()]),
                    node(2, of::<B>(), &[of::<A>()]),
                    node(3, of::<C>(), &[of::<D>()]),
                    node(4, of::<D>(), &[of::<C>(), of::<A>()]),
                ],
                &["`A` (src/app.rs:1) → `B` (src/app.rs:2) → `A`", "`C` (src/app.rs:3) → `D` (src/app.rs:4) → `C`"],
            ),
            (&[node(1, of::<A>(), &[of::<B>()]), node(2, of::<B>(), &[])], &[]),
        ];
        for (nodes, expected) in cases {
            let messages: Vec<_> = plan(nodes).1.iter().map(ToString::to_string).collect();
            assert_eq!(messages.len(), expected.len(), "{messages:#?}");
            for (message, cycle) in messages.iter().zip(expected) {
                assert!(message.starts_with(&format!("dependency cycle: {cycle}: ")), "{message}");
            }
        }
    }

    #[test]
    fn duplicate_provider_is_left_out_of_the_order() {
        let nodes = [node(1, of::<A>(), &[]), node(2, of::<A>(), &[]), node(3, of::<A>(), &[])];
        let (order, errors) = plan(&nodes);
        assert_eq!((order.as_slice(), errors.len()), ([0].as_slice(), 2));
    }

    #[test]
    fn ambiguous_short_names_become_full_paths() {
        let nodes = [node(1, of::<A>(), &[]), node(2, of::<B>(), &[of::<elsewhere::A>()])];
        let message = plan(&nodes).1[0].to_string();
        assert!(message.starts_with("no provider for `") && message.contains("::elsewhere::A`"), "{message}");
    }
}
