//! `Engine`: turns a message into its reply, in both eras. The engine knows revisions, sessions and
//! streams, but no transport.

mod accept;
mod admission;
mod batch;
mod broadcaster;
mod caching;
mod call;
mod changes;
mod classify;
mod era;
mod inbound;
mod live_tasks;
mod refusals;
mod reply;
mod response;
mod session;
mod settings;
mod shutdown;
mod stdio;
mod stdio_connection;
mod stream;
mod sweeper;

use std::{
    net::IpAddr,
    sync::{Arc, atomic::AtomicBool},
};

use tokio::time::Instant;

pub(crate) use broadcaster::Broadcaster;
pub use caching::Caching;
pub(crate) use inbound::{Accepts, ArgumentClaim, Claim, Claims, Inbound, InvalidHeader};
pub use refusals::Refusal;
pub(crate) use refusals::{RefusalHook, Refusals};
pub(crate) use reply::{AccessRejection, EventStream, MessageReply, Reply, Status};
pub(crate) use response::error_bytes;
pub use settings::ResponseMode;
pub(crate) use settings::Settings;
pub(crate) use stdio::StdioReply;
pub(crate) use stdio_connection::StdioConnection;
pub(crate) use stream::Event;
#[cfg(test)]
pub(crate) use stream::EventId;
pub(crate) use sweeper::Sweeper;

use admission::Calls;
use changes::ListenerTable;
use live_tasks::LiveTasks;
use response::ResponseWriter;
use session::SessionTable;

use crate::{
    auth::Principal,
    protocol::types::subscription::{List, Lists},
    provider::{ProviderError, Providers},
    quota::{Accounts, Holder, Holders, Resource},
    registry::{Catalog, Edit, Item, ItemError},
    store::Change,
};

/// The state that all messages of one server share.
pub(crate) struct Engine {
    settings: Arc<Settings>,
    catalog: Catalog,
    providers: Providers,
    responses: ResponseWriter,
    holders: Holders,
    sessions: SessionTable,
    listeners: Arc<ListenerTable>,
    tasks: LiveTasks,
    calls: Calls,
    /// Set when the server begins to shut down.
    closing: AtomicBool,
    started: Instant,
}

impl Engine {
    pub(crate) fn new(settings: Settings, catalog: Catalog, providers: Providers) -> Self {
        let settings = Arc::new(settings);
        let limits = &settings.limits;
        // With authorization, anonymous callers must leave something to principals.
        let holders = Holders::new(limits.clone(), settings.callers.is_some());
        Self {
            catalog,
            providers,
            responses: ResponseWriter::new(settings.clone()),
            sessions: SessionTable::new(limits.clone()),
            listeners: ListenerTable::new(limits.clone(), &*settings.change_bus),
            tasks: LiveTasks::default(),
            calls: Calls::new(holders.quota(Resource::Calls)),
            holders,
            closing: AtomicBool::new(false),
            started: settings.clock.instant(),
            settings,
        }
    }

    /// Returns the accounts that the requests of a caller are charged to. `address` is that of its
    /// client, if it is known.
    pub(crate) fn accounts(&self, principal: Option<&Principal>, address: Option<IpAddr>) -> Arc<Accounts> {
        let address = address.filter(|_| self.settings.limits.anonymous_shares_by_address);
        self.holders.get(match (principal, address) {
            (Some(principal), _) => principal.holder(),
            (None, Some(address)) => Holder::address(address),
            (None, None) => Holder::Anonymous,
        })
    }

    /// Returns the number of calls in flight, tasks included.
    pub(crate) fn calls_in_flight(&self) -> usize {
        self.calls.len()
    }

    /// Returns the number of open sessions.
    pub(crate) fn open_sessions(&self) -> usize {
        self.holders.held(Resource::Sessions)
    }

    /// Returns the number of open subscriptions of the stateless era.
    pub(crate) fn open_subscriptions(&self) -> usize {
        self.holders.held(Resource::Subscriptions)
    }

    /// Returns `true` if the server keeps sessions.
    pub(crate) fn has_sessions(&self) -> bool {
        !self.settings.without_sessions
    }

    /// Returns the providers that an item requires and the module lacks.
    pub(crate) fn missing_providers(&self, item: &Item) -> Vec<ProviderError> {
        self.providers.missing(item.name(), item.place, &item.requirements.providers)
    }

    /// Applies all edits of the catalog or none, and notifies clients. Returns `false` if nothing
    /// changed.
    pub(crate) fn edit(&self, edits: Vec<Edit>) -> Result<bool, Vec<ItemError>> {
        let lists = self.catalog.edit(edits)?;
        for list in lists.iter() {
            self.settings.change_bus.publish(match list {
                List::Tools => Change::ToolsListChanged,
                List::Prompts => Change::PromptsListChanged,
                List::Resources => Change::ResourcesListChanged,
            });
        }
        Ok(lists != Lists::NONE)
    }

    /// Returns the reporter of rejections.
    pub(crate) fn refusals(&self) -> &Arc<Refusals> {
        &self.settings.refusals
    }

    /// Returns the milliseconds since the engine was created.
    fn now(&self) -> u64 {
        u64::try_from((self.settings.clock.instant() - self.started).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
impl Engine {
    /// Returns the engine of a module without items.
    fn for_tests(settings: Settings) -> Arc<Self> {
        let module = crate::registry::ModuleSettings {
            guards: Vec::new(),
            interceptors: Vec::new(),
            hierarchy: Arc::default(),
            offers: Lists::NONE,
            callers: None,
            unknown_arguments: crate::pipeline::UnknownArguments::default(),
            reads_json_texts: false,
            page_size: 1,
        };
        let catalog = Catalog::new(Vec::new(), module).expect("a module without items is valid");
        Arc::new(Self::new(settings, catalog, Providers::default()))
    }
}
