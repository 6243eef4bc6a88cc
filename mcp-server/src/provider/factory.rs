//! Factories: closures whose parameter types name their dependencies.

use std::{future::Future, pin::Pin, sync::Arc};

use super::{
    error::BoxError,
    inject::{Dependency, Inject},
    providers::{Stored, TypeMap},
};

/// A closure or function that makes a provider from other providers. It takes up to eight
/// `Inject<_>` parameters and returns the value.
///
/// The trait is implemented for all such closures. The module calls each factory once, in
/// [`McpModule::build`](crate::McpModule::build), after its dependencies have been built.
#[diagnostic::on_unimplemented(
    message = "invalid provider factory",
    label = "expected a closure that takes only `Inject<_>` parameters and returns the provided value",
    note = "write a closure such as `|config: Inject<Config>| Mailer::new(&config)`: up to 8 `Inject<_>` parameters with \
            explicit types, and a result that is `Send + Sync + 'static`",
    note = "use `provide_async` for a factory that awaits or can fail"
)]
pub trait Factory<Parameters>: Send + 'static {
    /// Type of the provided value.
    type Provided: Send + Sync + 'static;

    /// Returns the types of the parameters.
    #[doc(hidden)]
    fn dependencies() -> Vec<Dependency>;

    /// Runs the factory, or returns `None` if a dependency was not built.
    #[doc(hidden)]
    fn call(self, resolver: &Resolver<'_>) -> Option<Self::Provided>;
}

/// A [`Factory`] that awaits or can fail. It returns a future of `Result<T, E>`, where `E` is any
/// error.
#[diagnostic::on_unimplemented(
    message = "invalid async provider factory",
    label = "expected a closure that takes only `Inject<_>` parameters and returns a future of `Result<_, _>`",
    note = "write a closure such as `|config: Inject<Config>| async move {{ Store::open(&config).await }}`: up to 8 \
            `Inject<_>` parameters with explicit types",
    note = "the future is `Send + 'static`, and its output is `Result<T, E>` with `T: Send + Sync + 'static` and \
            `E: Into<Box<dyn Error + Send + Sync>>`"
)]
pub trait AsyncFactory<Parameters>: Send + 'static {
    /// Type of the provided value.
    type Provided: Send + Sync + 'static;

    /// Returns the types of the parameters.
    #[doc(hidden)]
    fn dependencies() -> Vec<Dependency>;

    /// Starts the factory, or returns `None` if a dependency was not built.
    #[doc(hidden)]
    fn call(self, resolver: &Resolver<'_>) -> Option<FactoryFuture<Self::Provided>>;
}

/// Future of an [`AsyncFactory`].
pub(super) type FactoryFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Source of the parameters of a factory. Only the builder creates one, so only the builder can
/// call a factory.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "cannot be named outside of this module")]
pub struct Resolver<'a>(pub(super) &'a TypeMap);

/// A type-erased provider: a value, or a factory to run once.
pub(super) enum Source {
    Ready(Stored),
    Sync(Run<Stored>),
    Async(Run<FactoryFuture<Stored>>),
}

/// Runs a factory, or returns `None` if a dependency was not built.
type Run<Made> = Box<dyn FnOnce(&Resolver<'_>) -> Option<Made> + Send>;

impl Source {
    pub(super) fn sync<Parameters, F: Factory<Parameters>>(factory: F) -> Self {
        Self::Sync(Box::new(|resolver| factory.call(resolver).map(|made| Stored::new(Arc::new(made)))))
    }

    pub(super) fn future<Parameters, F: AsyncFactory<Parameters>>(factory: F) -> Self {
        Self::Async(Box::new(|resolver| {
            let future = factory.call(resolver)?;
            Some(Box::pin(async move { future.await.map(|made| Stored::new(Arc::new(made))) }))
        }))
    }

    /// Returns the provided value, or `None` if a dependency was not built.
    pub(super) async fn run(self, built: &TypeMap) -> Option<Result<Stored, BoxError>> {
        let resolver = Resolver(built);
        match self {
            Self::Ready(stored) => Some(Ok(stored)),
            Self::Sync(factory) => factory(&resolver).map(Ok),
            Self::Async(factory) => Some(factory(&resolver)?.await),
        }
    }
}

macro_rules! factories {
    ($(($($parameter:ident)*))*) => {$(
        impl<Function, Provided, $($parameter),*> Factory<($(Inject<$parameter>,)*)> for Function
        where
            Function: FnOnce($(Inject<$parameter>),*) -> Provided + Send + 'static,
            Provided: Send + Sync + 'static,
            $($parameter: ?Sized + Send + Sync + 'static,)*
        {
            type Provided = Provided;

            fn dependencies() -> Vec<Dependency> {
                vec![$(Dependency::of::<$parameter>()),*]
            }

            fn call(self, _resolver: &Resolver<'_>) -> Option<Provided> {
                Some(self($(_resolver.0.get::<$parameter>()?),*))
            }
        }

        impl<Function, Returning, Provided, Failure, $($parameter),*> AsyncFactory<($(Inject<$parameter>,)*)> for Function
        where
            Function: FnOnce($(Inject<$parameter>),*) -> Returning + Send + 'static,
            Returning: Future<Output = Result<Provided, Failure>> + Send + 'static,
            Failure: Into<BoxError>,
            Provided: Send + Sync + 'static,
            $($parameter: ?Sized + Send + Sync + 'static,)*
        {
            type Provided = Provided;

            fn dependencies() -> Vec<Dependency> {
                vec![$(Dependency::of::<$parameter>()),*]
            }

            fn call(self, _resolver: &Resolver<'_>) -> Option<FactoryFuture<Provided>> {
                let future = self($(_resolver.0.get::<$parameter>()?),*);
                Some(Box::pin(async move { future.await.map_err(Into::into) }))
            }
        }
    )*};
}

factories! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E G)
    (A B C D E G H)
    (A B C D E G H I)
}
