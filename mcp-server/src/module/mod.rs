//! `McpModule`: the parts of a server, checked and assembled as a whole.

mod addresses;
mod assembly;
mod build_error;
mod check;
mod names;
mod options;
mod registry;
mod serve;
mod serve_stdio;
mod server;

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;

pub use build_error::{BuildError, BuildErrorKind, BuildErrors};
pub use options::{McpOptions, StreamableHttp};
pub use registry::{Registry, RegistryEdit};
pub use serve::ServeError;
pub use server::McpServer;

use assembly::Parts;

use crate::{
    pipeline::{Guard, Interceptor},
    provider::{AsyncFactory, Factory, ProvidersBuilder},
    registry::{Entry, Item},
};

/// A server before it is built: options, providers, guards, interceptors, and the items that it
/// offers.
///
/// ```no_run
/// use mcp_server::{McpModule, McpOptions, ServeError, StreamableHttp, tool};
///
/// /// Adds two numbers.
/// #[tool]
/// async fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
///     a + b
/// }
///
/// #[tokio::main]
/// async fn main() -> Result<(), ServeError> {
///     McpModule::for_root(McpOptions::new("calculator", "1.0.0").streamable_http(StreamableHttp::default()))
///         .build()
///         .await?
///         .serve("127.0.0.1:3030")
///         .await
/// }
/// ```
///
/// By default a module offers every annotated function of every linked crate, except functions that
/// name another server (`server = "…"`). A crate that is only listed in `Cargo.toml` is not linked:
/// `use my_tools as _;` links it.
#[must_use = "a module does nothing before `.build()`"]
pub struct McpModule(Parts);

impl McpModule {
    /// Creates a module with these options and every annotated function of every linked crate.
    ///
    /// `build()` reports a function whose `server = "…"` is a probable misspelling of this module's
    /// name: it differs in case, or in one or two letters. If it is the name of another module,
    /// create that module before you build this one.
    pub fn for_root(options: McpOptions) -> Self {
        names::declare(&options.implementation.name);
        Self(Parts {
            options,
            collects: true,
            entries: Vec::new(),
            items: Vec::new(),
            providers: ProvidersBuilder::default(),
            guards: Vec::new(),
            interceptors: Vec::new(),
        })
    }

    /// Offers only these annotated functions, instead of those that the linker collected. Can be
    /// called several times.
    ///
    /// Use this method on platforms whose linker collects nothing, or to list the items of a module
    /// explicitly:
    ///
    /// ```
    /// use mcp_server::{McpModule, McpOptions, items, tool};
    ///
    /// mod math {
    ///     /// Doubles a number.
    ///     #[mcp_server::tool]
    ///     pub fn double(#[arg] number: i64) -> i64 {
    ///         number * 2
    ///     }
    /// }
    ///
    /// let module = McpModule::for_root(McpOptions::new("math", "1.0.0")).only(items![math::double]);
    /// ```
    pub fn only(mut self, entries: impl IntoIterator<Item = Entry>) -> Self {
        self.0.collects = false;
        self.0.entries.extend(entries);
        self
    }

    /// Adds an item that was made by a [builder](crate::registry).
    pub fn item(mut self, item: Item) -> Self {
        self.0.items.push(item);
        self
    }

    /// Provides a value to every parameter of type [`Inject<T>`](crate::Inject).
    #[track_caller]
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.0.providers.value(value);
        self
    }

    /// Provides a shared value, or a trait object:
    /// `.provide_shared::<dyn Clock>(Arc::new(SystemClock))`.
    #[track_caller]
    pub fn provide_shared<T: ?Sized + Send + Sync + 'static>(mut self, shared: Arc<T>) -> Self {
        self.0.providers.shared(shared);
        self
    }

    /// Provides the result of a closure whose parameters are other providers:
    /// `.provide_with(|config: Inject<Config>| Mailer::new(&config))`.
    ///
    /// Each factory runs once, after the providers that it requires.
    #[track_caller]
    pub fn provide_with<Parameters, F: Factory<Parameters>>(mut self, factory: F) -> Self {
        self.0.providers.factory(factory);
        self
    }

    /// Provides the result of an async closure, which may fail:
    /// `.provide_async(|config: Inject<Config>| async move { Pool::connect(&config.url).await })`.
    #[track_caller]
    pub fn provide_async<Parameters, F: AsyncFactory<Parameters>>(mut self, factory: F) -> Self {
        self.0.providers.async_factory(factory);
        self
    }

    /// Adds a guard for every call. It runs after the guards that were added before, and before
    /// those of the item.
    pub fn guard(mut self, guard: impl Guard) -> Self {
        self.0.guards.push(Arc::new(guard));
        self
    }

    /// Adds an interceptor for every accepted call. It runs inside the interceptors that were added
    /// before, and around those of the item.
    pub fn interceptor(mut self, interceptor: impl Interceptor) -> Self {
        self.0.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Checks the module, runs its factories, and returns the server, or all errors of the module
    /// together.
    ///
    /// # Errors
    /// Returns all errors of the module, each with its place and how to fix it.
    pub fn build(self) -> impl Future<Output = Result<McpServer, BuildErrors>> + use<> {
        // Boxed, so that the future is compiled in this crate, and not with the `main` of every
        // application.
        let assembled: BoxFuture<'static, _> = Box::pin(assembly::assemble(self.0));
        assembled
    }
}

impl fmt::Debug for McpModule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("McpModule").field("options", &self.0.options).finish_non_exhaustive()
    }
}
