//! In which order to build, and everything that forbids it: decided on types alone, before anything
//! runs.

use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
};

use super::{error::ProviderError, inject::Dependency};
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
    let mut mistakes = Vec::new();
    let mut providers: HashMap<TypeId, usize> = HashMap::new();
    for (position, node) in nodes.iter().enumerate() {
        if let Some(&first) = providers.get(&node.provided.id()) {
            mistakes.push(ProviderError::duplicate(names.name(node.provided), nodes[first].place, node.place));
        } else {
            providers.insert(node.provided.id(), position);
        }
    }
    for node in nodes {
        for &need in &node.needs {
            if !providers.contains_key(&need.id()) {
                let hint = hint(nodes, need, |other| names.name(other));
                mistakes.push(ProviderError::missing(
                    names.name(node.provided),
                    Some(node.place),
                    names.name(need),
                    hint,
                ));
            }
        }
    }
    let mut walk = Walk { nodes, providers: &providers, order: Vec::new(), state: HashMap::new(), cycles: Vec::new() };
    for (position, node) in nodes.iter().enumerate() {
        if providers.get(&node.provided.id()) == Some(&position) {
            walk.visit(position);
        }
    }
    let Walk { order, cycles, .. } = walk;
    mistakes.extend(cycles.into_iter().map(|cycle| {
        let members = cycle.into_iter().map(|member| (names.name(nodes[member].provided), nodes[member].place));
        ProviderError::cycle(members.collect())
    }));
    (order, mistakes)
}

/// Returns a hint that names a provided type likely to be intended for the missing one.
pub(super) fn hint(nodes: &[Node], missing: Dependency, name: impl Fn(Dependency) -> String) -> Option<String> {
    if let Some(other) = lookalike(nodes.iter().map(|node| node.provided), missing) {
        return Some(format!("`{}` is provided, which is a different type", name(other)));
    }
    // The types of closures and of `async` blocks have no other name. No parameter can require
    // them, so providing one is a mistake.
    let unnamed = nodes.iter().find(|node| node.provided.name().ends_with("{{closure}}"))?;
    let place = unnamed.place;
    Some(format!(
        "what is provided at {place} is a future or a closure, and not what that makes: `.provide_async(..)` awaits a future, \
         `.provide_with(..)` calls a closure"
    ))
}

/// A provided type that wraps the missing one (`Arc<Config>`, `Result<Config, _>`): the usual slip.
fn lookalike(provided: impl Iterator<Item = Dependency>, missing: Dependency) -> Option<Dependency> {
    provided.into_iter().find(|other| {
        other.name().match_indices(missing.name()).any(|(start, found)| {
            // Bounded by the marks of generics on both sides, or `Config` would be found in
            // `ConfigLoader`.
            let before = other.name()[..start].chars().next_back();
            let after = other.name()[start + found.len()..].chars().next();
            matches!(before, Some('<' | ' ')) && matches!(after, Some('>' | ','))
        })
    })
}

/// Depth first, dependencies before dependents, in the order of registration among equals.
struct Walk<'a> {
    nodes: &'a [Node],
    providers: &'a HashMap<TypeId, usize>,
    order: Vec<usize>,
    state: HashMap<usize, State>,
    cycles: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

impl Walk<'_> {
    // With a stack of its own: a long chain of providers must not end the process.
    fn visit(&mut self, start: usize) {
        if self.state.contains_key(&start) {
            return;
        }
        self.state.insert(start, State::Open);
        let mut path = vec![(start, 0)];
        while let Some((position, next)) = path.last_mut() {
            let position = *position;
            let Some(need) = self.nodes[position].needs.get(*next) else {
                self.state.insert(position, State::Done);
                self.order.push(position);
                path.pop();
                continue;
            };
            *next += 1;
            let Some(&needed) = self.providers.get(&need.id()) else {
                continue;
            };
            match self.state.get(&needed) {
                None => {
                    self.state.insert(needed, State::Open);
                    path.push((needed, 0));
                }
                Some(State::Open) => {
                    let cycle: Vec<_> =
                        path.iter().map(|&(member, _)| member).skip_while(|&member| member != needed).collect();
                    // A factory that takes the same type twice closes the same circle twice.
                    if !self.cycles.contains(&cycle) {
                        self.cycles.push(cycle);
                    }
                }
                Some(State::Done) => {}
            }
        }
    }
}

/// Type names for messages: without modules, unless two types would then read the same.
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
        let short = dependency.short_name();
        if self.ambiguous.contains(&short) { dependency.name().to_owned() } else { short }
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
    fn each_comes_after_what_it_needs_and_else_as_registered() {
        let nodes = [
            node(1, of::<D>(), &[of::<B>(), of::<C>()]),
            node(2, of::<C>(), &[of::<A>()]),
            node(3, of::<B>(), &[of::<A>()]),
            node(4, of::<A>(), &[]),
        ];
        let (order, mistakes) = plan(&nodes);
        assert!(mistakes.is_empty());
        assert_eq!(order, [3, 2, 1, 0]);
        let unrelated = [node(1, of::<A>(), &[]), node(2, of::<B>(), &[]), node(3, of::<C>(), &[])];
        assert_eq!(plan(&unrelated).0, [0, 1, 2]);
    }

    #[test]
    fn circles_are_printed_whole() {
        let cases: [(&[Node], &[&str]); 4] = [
            (&[node(1, of::<A>(), &[of::<A>()])], &["`A` (src/app.rs:1) → `A`"]),
            (
                // The way into the circle is not part of it.
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
            let told: Vec<_> = plan(nodes).1.iter().map(ToString::to_string).collect();
            assert_eq!(told.len(), expected.len(), "{told:#?}");
            for (message, circle) in told.iter().zip(expected) {
                assert!(message.starts_with(&format!("dependency cycle: {circle}: ")), "{message}");
            }
        }
    }

    #[test]
    fn a_second_provider_does_not_take_part_in_the_order() {
        let nodes = [node(1, of::<A>(), &[]), node(2, of::<A>(), &[]), node(3, of::<A>(), &[])];
        let (order, mistakes) = plan(&nodes);
        assert_eq!((order.as_slice(), mistakes.len()), ([0].as_slice(), 2));
    }

    #[test]
    fn types_of_the_same_name_are_told_apart() {
        let nodes = [node(1, of::<A>(), &[]), node(2, of::<B>(), &[of::<elsewhere::A>()])];
        let message = plan(&nodes).1[0].to_string();
        assert!(message.starts_with("no provider for `") && message.contains("::elsewhere::A`"), "{message}");
    }

    #[test]
    fn a_lookalike_holds_the_missing_type_and_not_only_its_name() {
        struct Config;
        struct ConfigLoader;
        let provided = [of::<Option<ConfigLoader>>(), of::<Result<Config, String>>()];
        assert_eq!(lookalike(provided.into_iter(), of::<Config>()), Some(provided[1]));
        assert_eq!(lookalike(provided[..1].iter().copied(), of::<Config>()), None);
    }
}
