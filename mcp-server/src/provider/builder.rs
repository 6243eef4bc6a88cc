//! `ProvidersBuilder`: collects the providers of a module, then builds them or reports all errors.

use std::{any::TypeId, panic::Location, sync::Arc};

use super::{
    error::ProviderError,
    factory::{AsyncFactory, Factory, Source},
    hint::short_hint,
    inject::Dependency,
    plan::{Names, Node, candidates, plan},
    providers::{Providers, Stored, TypeMap},
};
use crate::place::Place;

/// Providers of a module before they are built. Each method records the line of its caller, which
/// the errors of [`Self::build`] name.
#[derive(Default)]
pub(crate) struct ProvidersBuilder {
    nodes: Vec<Node>,
    // Parallel to `nodes`, because the plan depends on types only and never runs a factory.
    sources: Vec<Source>,
}

impl ProvidersBuilder {
    /// Provides a value.
    #[track_caller]
    pub(crate) fn value<T: Send + Sync + 'static>(&mut self, value: T) {
        self.shared(Arc::new(value));
    }

    /// Provides a value that is already shared, or a trait object:
    /// `shared::<dyn Clock>(Arc::new(SystemClock))`.
    #[track_caller]
    pub(crate) fn shared<T: ?Sized + Send + Sync + 'static>(&mut self, shared: Arc<T>) {
        let provided = Dependency::of::<T>();
        self.register(provided, Vec::new(), Location::caller().into(), Source::Ready(Stored::new(shared)));
    }

    /// Provides the value that a closure makes from other providers.
    #[track_caller]
    pub(crate) fn factory<Parameters, F: Factory<Parameters>>(&mut self, factory: F) {
        let provided = Dependency::of::<F::Provided>();
        self.register(provided, F::dependencies(), Location::caller().into(), Source::sync(factory));
    }

    /// Provides the value that an async or fallible closure makes from other providers.
    #[track_caller]
    pub(crate) fn async_factory<Parameters, F: AsyncFactory<Parameters>>(&mut self, factory: F) {
        let provided = Dependency::of::<F::Provided>();
        self.register(provided, F::dependencies(), Location::caller().into(), Source::future(factory));
    }

    /// Returns `true` if the type has a provider.
    pub(crate) fn contains(&self, id: TypeId) -> bool {
        self.nodes.iter().any(|node| node.provided.id() == id)
    }

    /// Returns the errors of an item (a tool, a guard) that requires `needs`: one for each type
    /// without a provider.
    pub(crate) fn missing(&self, needed_by: &str, place: Option<Place>, needs: &[Dependency]) -> Vec<ProviderError> {
        let absent = needs.iter().filter(|need| !self.contains(need.id()));
        let report = |need: &Dependency| {
            let hint = short_hint(&candidates(&self.nodes), need.name());
            ProviderError::missing(needed_by.to_owned(), place, need.short_name(), hint)
        };
        absent.map(report).collect()
    }

    /// Builds all providers, each after its dependencies.
    ///
    /// An error does not stop the build, so that a failed factory and a missing provider are
    /// reported together. Providers that depend on a failed one are skipped without another error.
    pub(crate) async fn build(self) -> Result<Providers, Vec<ProviderError>> {
        let names = Names::of(&self.nodes);
        let (order, mut errors) = plan(&self.nodes);
        let mut sources: Vec<_> = self.sources.into_iter().map(Some).collect();
        let mut built = TypeMap::default();
        for position in order {
            let node = &self.nodes[position];
            // The order contains each position once, so the source has not been taken yet.
            let Some(source) = sources[position].take() else {
                continue;
            };
            match source.run(&built).await {
                Some(Ok(stored)) => built.insert(node.provided.id(), stored),
                Some(Err(why)) => errors.push(ProviderError::failed(names.name(node.provided), node.place, why)),
                None => {}
            }
        }
        if errors.is_empty() { Ok(built.into()) } else { Err(errors) }
    }

    fn register(&mut self, provided: Dependency, needs: Vec<Dependency>, place: Place, source: Source) {
        self.nodes.push(Node { provided, needs, place });
        self.sources.push(source);
    }
}

#[cfg(test)]
mod tests;
