//! `Call`, everything about one call, and `Context`, the handle to it.

use std::{fmt, sync::Arc};

use http::HeaderMap;

use super::{
    arguments::Arguments,
    client::Client,
    link::{BlockingWork, ClientChannel, LogThreshold, Outbox, Reporter, Run, Signal, Steps},
    target::{ItemInfo, Target},
};
use crate::{
    auth::Principal,
    protocol::{ProtocolVersion, RequestId},
    provider::Providers,
};

/// Handle to the call that a handler serves: its request, its caller, and messages to its client.
///
/// Cheap to clone. A clone may outlive the handler, for example in a task that the handler spawns.
///
/// A context does not reveal the protocol version: the same handler serves clients of every
/// revision.
#[derive(Clone)]
pub struct Context(pub(crate) Arc<Call>, Option<Arc<Run>>);

/// Everything about one call. Created once, when the request arrives.
pub(crate) struct Call {
    pub(crate) target: Target,
    pub(crate) id: RequestId,
    pub(crate) arguments: Arguments,
    /// Reports progress, if the client asked for it.
    pub(crate) reporter: Option<Box<Reporter>>,
    /// The log messages that the client asked for.
    pub(crate) log_level: LogThreshold,
    pub(crate) client: Client,
    pub(crate) headers: HeaderMap,
    pub(crate) principal: Option<Principal>,
    pub(crate) providers: Providers,
    pub(crate) outbox: Outbox,
    /// The version that the client speaks. Handlers do not see it; their questions are translated
    /// for it.
    pub(crate) version: ProtocolVersion,
    pub(crate) channel: ClientChannel,
    pub(crate) steps: Steps,
    pub(crate) signal: Signal,
    pub(crate) blocking: BlockingWork,
}

impl Context {
    pub(crate) fn new(call: Call) -> Self {
        Self(Arc::new(call), None)
    }

    /// Prepares a call whose handler can run more than once.
    pub(crate) fn repeatable(self) -> Self {
        Self(self.0, Some(Arc::default()))
    }

    /// Returns the context of a further run of a [repeatable](Self::repeatable) call.
    pub(crate) fn again(&self, arguments: Option<Arguments>) -> Self {
        let run = self.1.as_ref().map(|run| Arc::new(run.again(&self.0.arguments, arguments)));
        Self(self.0.clone(), run)
    }

    /// Returns the arguments of this run.
    pub(crate) fn raw_arguments(&self) -> &Arguments {
        self.run().and_then(Run::arguments).unwrap_or(&self.0.arguments)
    }

    pub(super) fn run(&self) -> Option<&Run> {
        self.1.as_deref()
    }

    pub(super) fn steps(&self) -> &Steps {
        self.run().map_or(&self.0.steps, Run::steps)
    }

    pub(crate) fn target(&self) -> &Target {
        &self.0.target
    }

    /// Returns the item of the call: its kind, name and declared access.
    pub fn item(&self) -> &ItemInfo {
        &self.0.target.item
    }

    /// Returns `true` if the call was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.signal.is_set()
    }

    /// Cancels the call, which sends nothing more. Messages on its stream still reach the client.
    pub(crate) fn cancel(&self) {
        self.0.signal.set();
        self.0.outbox.close();
    }
}

impl Call {
    /// Cancels the call on behalf of its client, which receives nothing more of it, not even what
    /// was sent before.
    pub(crate) fn cancel_by_client(&self) {
        self.signal.set();
        self.outbox.cancel();
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("id", &self.0.id)
            .field("item", &self.0.target.item)
            .field("principal", &self.0.principal)
            .finish_non_exhaustive()
    }
}
