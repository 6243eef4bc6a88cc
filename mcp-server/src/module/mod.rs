//! `McpModule`: what a server is made of, checked as a whole and put together.

mod assembly;
mod build_error;
mod options;
mod registry;
mod serve;
mod serve_stdio;
mod server;
mod slip;

use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use build_error::{BuildError, BuildErrors};
pub use options::{McpOptions, StreamableHttp};
pub use registry::{Registry, RegistryEdit};
pub use serve::ServeError;
pub use server::McpServer;

use crate::{
    pipeline::{Guard, Interceptor, SharedGuard, SharedInterceptor},
    provider::{AsyncFactory, Factory, ProvidersBuilder},
    registry::{Entry, Item},
};

/// A server in the making: options, providers, guards, interceptors, and the items it offers.
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
/// By default a module offers every annotated function of every crate that is linked into the program and does not name another
/// server (`server = "…"`). A crate that is only listed in `Cargo.toml` is not linked: `use my_tools as _;` links it.
#[must_use = "a module does nothing before `.build()`"]
pub struct McpModule {
    options: McpOptions,
    collect: bool,
    entries: Vec<Entry>,
    items: Vec<Item>,
    providers: ProvidersBuilder,
    guards: Vec<SharedGuard>,
    interceptors: Vec<SharedInterceptor>,
}

impl McpModule {
    /// A module with these options and everything that was annotated for it.
    pub fn for_root(options: McpOptions) -> Self {
        Self {
            options,
            collect: true,
            entries: Vec::new(),
            items: Vec::new(),
            providers: ProvidersBuilder::default(),
            guards: Vec::new(),
            interceptors: Vec::new(),
        }
    }

    /// Offers exactly these functions, and nothing that the linker collected. For platforms whose linker collects nothing, and
    /// for modules that want to say what they offer:
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
        self.collect = false;
        self.entries.extend(entries);
        self
    }

    /// Offers an item that was built by hand, beside the others.
    pub fn item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }

    /// Provides a value to every handler that asks for [`Inject<T>`](crate::Inject).
    #[track_caller]
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.providers.value(value);
        self
    }

    /// Provides what is shared already, or a trait object: `.provide_shared::<dyn Clock>(Arc::new(SystemClock))`.
    #[track_caller]
    pub fn provide_shared<T: ?Sized + Send + Sync + 'static>(mut self, shared: Arc<T>) -> Self {
        self.providers.shared(shared);
        self
    }

    /// Provides what a closure makes of other providers, which are its parameters:
    /// `.provide_with(|config: Inject<Config>| Mailer::new(&config))`. Each factory runs once, in the order of need.
    #[track_caller]
    pub fn provide_with<Parameters, F: Factory<Parameters>>(mut self, factory: F) -> Self {
        self.providers.factory(factory);
        self
    }

    /// Provides what a closure makes where making it waits or may fail:
    /// `.provide_async(|config: Inject<Config>| async move { Pool::connect(&config.url).await })`.
    #[track_caller]
    pub fn provide_async<Parameters, F: AsyncFactory<Parameters>>(mut self, factory: F) -> Self {
        self.providers.async_factory(factory);
        self
    }

    /// A check before every call, after the guards added earlier and before those of the item.
    pub fn guard(mut self, guard: impl Guard) -> Self {
        self.guards.push(Arc::new(guard));
        self
    }

    /// Code around every accepted call, inside of the interceptors added earlier and around those of the item.
    pub fn interceptor(mut self, interceptor: impl Interceptor) -> Self {
        self.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Checks everything and puts it together.
    ///
    /// # Errors
    /// Every mistake there is, each with its place and what to do about it.
    pub fn build(self) -> impl Future<Output = Result<McpServer, BuildErrors>> + use<> {
        // Boxed, so that it is compiled in this crate, and not as a part of the future of every `main`.
        let assembled: BoxFuture<'static, _> = Box::pin(assembly::assemble(self));
        assembled
    }
}

impl std::fmt::Debug for McpModule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("McpModule").field("options", &self.options).finish_non_exhaustive()
    }
}
