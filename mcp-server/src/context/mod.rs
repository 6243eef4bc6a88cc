//! What a handler sees of the call it serves: who asks, for what, and the way back to the client.

mod arguments;
mod ask;
mod call_info;
mod cancellation;
mod client;
mod log;
mod outbox;
mod outgoing;
mod progress;
mod reporter;
mod run;
mod step;
mod target;
mod task;

use std::{borrow::Cow, convert::Infallible, fmt, future::pending, sync::Arc};

use bytes::Bytes;
use http::HeaderMap;

pub use ask::{Ask, Elicitation, Form, Roots};
pub use call_info::{CallInfo, Caller};
pub use cancellation::Cancellation;
pub use client::Client;
pub use log::LogMessage;
pub(crate) use log::{LogLevel, LogThreshold};
pub use progress::ProgressUpdate;
pub use target::{ItemInfo, ItemKind};

pub(crate) use arguments::{Arguments, Completing};
pub(crate) use ask::{ClientChannel, InputRequired, Questions, Rounds, Transcript};
pub(crate) use cancellation::Signal;
pub(crate) use outbox::{Outbox, Sink};
pub(crate) use outgoing::{Awaited, Outgoing};
pub(crate) use reporter::Reporter;
pub(crate) use step::Steps;
pub(crate) use target::Target;
pub(crate) use task::{Detachable, Lifetime, LiveTask, Misfit, TaskOutcome};

use run::Run;

use crate::{
    auth::Principal,
    error::{CallError, UrlElicitation},
    protocol::{
        CreateMessage, LoggingLevel, ProtocolVersion, RequestId, revision::since::Feature,
        types::input_request::elicitation_complete,
    },
    provider::{Inject, Providers},
    store::{Change, Changes},
};

/// The call that a handler serves. Cheap to clone, and good for as long as somebody holds it: a task that a handler starts may
/// take a clone along.
///
/// The context speaks of no protocol version: the same handler serves clients of every revision.
#[derive(Clone)]
pub struct Context(pub(crate) Arc<Call>, Option<Arc<Run>>);

/// Everything about one call, made once when it arrives.
pub(crate) struct Call {
    pub(crate) target: Target,
    pub(crate) id: RequestId,
    pub(crate) arguments: Arguments,
    /// Reports progress, if the client wants to hear of it.
    pub(crate) reporter: Option<Box<Reporter>>,
    /// Which log messages the client wants to hear of.
    pub(crate) log_level: LogThreshold,
    pub(crate) client: Client,
    pub(crate) headers: HeaderMap,
    pub(crate) principal: Option<Principal>,
    pub(crate) providers: Providers,
    pub(crate) outbox: Outbox,
    /// What the client speaks. Handlers do not see it; what they ask is put into its words.
    pub(crate) version: ProtocolVersion,
    pub(crate) channel: ClientChannel,
    pub(crate) steps: Steps,
    pub(crate) signal: Signal,
}

impl Context {
    pub(crate) fn new(call: Call) -> Self {
        Self(Arc::new(call), None)
    }

    pub(crate) fn target(&self) -> &Target {
        &self.0.target
    }

    /// Returns the item of the call: its kind, name and declared access.
    pub fn item(&self) -> &ItemInfo {
        &self.0.target.item
    }

    /// Returns the URI of the resource that the call reads. A [completion](Self::is_completion) has the URI of its reference.
    pub fn uri(&self) -> Option<&str> {
        self.0.target.uri()
    }

    /// Returns `true` if the call completes an argument of the item.
    pub fn is_completion(&self) -> bool {
        self.0.target.is_completion()
    }

    /// The id of the client's request.
    pub fn request_id(&self) -> &RequestId {
        &self.0.id
    }

    /// The headers of the HTTP request that brought the call; empty on other transports. Under an
    /// [`Authorization`](crate::Authorization) of the module, the header of that name is not among them: a token meant for this
    /// server must not travel on (2026-07-28, authorization, token passthrough).
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Who calls, when the module has an [`Authorization`](crate::Authorization) and the caller sent a token.
    pub fn principal(&self) -> Option<&Principal> {
        self.0.principal.as_ref()
    }

    /// What the client says about itself. It is a claim, nothing to base a decision about access on.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// The provider of that type, if the module has one. [`Inject`] as a parameter is checked at `build()`; this is not.
    pub fn provider<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Inject<T>> {
        self.0.providers.get::<T>()
    }

    /// Returns the arguments as the text of a JSON object: as the client sent them, or as an interceptor replaced them.
    ///
    /// For a resource template these are its variables; for a completion, the arguments chosen so far.
    pub fn arguments(&self) -> Cow<'_, str> {
        self.raw_arguments().to_json()
    }

    /// Tells the client how far the call has come. `progress` has any unit, and grows with each call.
    ///
    /// ```
    /// # use mcp_server::Context;
    /// # async fn work(ctx: Context) {
    /// ctx.progress(50.0).total(100.0).message("halfway").send().await;
    /// # }
    /// ```
    pub fn progress(&self, progress: f64) -> ProgressUpdate<'_> {
        ProgressUpdate::new(self, progress)
    }

    /// Sends a log message to the client, if it asked for messages of that level. `data` is text or any other JSON value.
    ///
    /// ```
    /// # use mcp_server::{Context, LoggingLevel};
    /// # async fn work(ctx: Context) {
    /// ctx.log(LoggingLevel::Warning, "the disk is nearly full").logger("storage").send().await;
    /// # }
    /// ```
    pub fn log<T: serde::Serialize>(&self, level: LoggingLevel, data: T) -> LogMessage<'_, T> {
        LogMessage::new(self, level, data)
    }

    /// Lets the client's connection go while the call goes on: the client comes back for the answer after
    /// [`StreamableHttp::retry`](crate::StreamableHttp::retry), so that calls of minutes need no connection of minutes. Only clients
    /// of 2025-11-25 know how to poll in this way; for others nothing happens.
    pub fn close_stream(&self) {
        if matches!(self.0.channel, ClientChannel::Session(_)) && self.0.version.knows(Feature::PrimingEvent) {
            self.0.outbox.let_go();
        }
    }

    /// Asks the user to fill in a form: a struct whose fields are texts, numbers, booleans, enums without data, or lists of such
    /// enums. Doc comments describe the fields, `#[serde(default)]` fills them in, `Option` makes them optional; what the schema
    /// promises is checked when the answer comes. Never ask for passwords or keys in this way: [`elicit_url`](Self::elicit_url)
    /// is for secrets.
    ///
    /// ```
    /// # use mcp_server::{CallError, Context};
    /// /// Where to send it.
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Delivery {
    ///     /// Street and number
    ///     street: String,
    ///     #[schemars(email)]
    ///     email: Option<String>,
    /// }
    ///
    /// # async fn order(ctx: Context) -> Result<String, CallError> {
    /// let delivery = ctx.elicit::<Delivery>("Where do you live?").await?.accepted()?;
    /// Ok(format!("On its way to {}", delivery.street))
    /// # }
    /// ```
    ///
    /// In the stateless era the handler ends here when the answer is not there yet, and runs again from its beginning when the
    /// client brings it; [`step`](Self::step) keeps what must happen once. [The guide](crate::docs::asking) says more.
    ///
    /// # Errors
    /// When the client cannot be asked (it declared no `elicitation`), refuses, or takes too long.
    pub fn elicit<T>(&self, message: impl Into<String>) -> Ask<'_, Form<T>> {
        Ask::new(self, Form::new(message.into()))
    }

    /// Asks the user to open a page in the browser: for secrets, payments and logins elsewhere, which must not pass through the
    /// client. [`Elicitation::Accepted`] means that the user agreed to open it, not that anything was done there. The page must
    /// find out by itself that whoever opens it is the user who was asked (specification: elicitation, phishing).
    ///
    /// # Errors
    /// When the client cannot be asked (it declared no `elicitation.url`), refuses, or takes too long.
    pub fn elicit_url(&self, url: impl Into<String>, message: impl Into<String>) -> Ask<'_, UrlElicitation> {
        Ask::new(self, UrlElicitation::new(url, message))
    }

    /// Tells the client that the user is done with the page of that [id](Ask::id), also after the call has ended: keep a
    /// clone of the context. Does nothing for clients whose revision has no such notice (all but 2025-11-25).
    pub fn elicitation_complete(&self, id: &str) {
        if self.0.version.knows(Feature::UrlElicitation) && !self.0.version.knows(Feature::ElicitationWithoutId) {
            self.notify(elicitation_complete(id));
        }
    }

    /// Asks the language model of the client.
    ///
    /// ```
    /// # use mcp_server::{CallError, Context, protocol::CreateMessage};
    /// # async fn summarize(ctx: Context, text: String) -> Result<String, CallError> {
    /// let answer = ctx.sample(CreateMessage::new(300).system_prompt("Summarize in one sentence.").user(text)).await?;
    /// Ok(answer.text())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the client cannot be asked (it declared no `sampling`, or no `sampling.tools` for a request with tools), refuses, or
    /// takes too long.
    pub fn sample(&self, message: CreateMessage) -> Ask<'_, CreateMessage> {
        Ask::new(self, message)
    }

    /// Asks the client which places the server may work in.
    ///
    /// # Errors
    /// When the client cannot be asked (it declared no `roots`), refuses, or takes too long.
    pub fn roots(&self) -> Ask<'_, Roots> {
        Ask::new(self, Roots)
    }

    /// Does something once, also when the handler runs again because it asked something: the result is kept, encrypted, in what
    /// the client brings back, and returned instead of doing the work again. In sessions handlers run once anyway.
    ///
    /// `name` is unique within the call; only a step that failed may be tried again under its name. A step that has begun is not cut
    /// short by a question that is asked beside it.
    ///
    /// ```
    /// # use mcp_server::{CallError, Context};
    /// # async fn reserve() -> Result<u64, CallError> { Ok(7) }
    /// # #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// # struct Consent { really: bool }
    /// # async fn book(ctx: Context) -> Result<String, CallError> {
    /// let seat = ctx.step("reserve", reserve()).await?;
    /// let consent = ctx.elicit::<Consent>(format!("Take seat {seat}?")).await?.accepted()?;
    /// # Ok(format!("{}", consent.really))
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the work fails: then it is done again in the next round. When another step has the name.
    pub async fn step<T, E>(&self, name: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, CallError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
        E: Into<CallError>,
    {
        step::step(self, name, work).await
    }

    /// Tells clients that the list of tools changed; see [`Changes`], which is the same outside of a call.
    pub fn tools_changed(&self) {
        self.publish(Change::ToolsListChanged);
    }

    /// Tells clients that the list of prompts changed.
    pub fn prompts_changed(&self) {
        self.publish(Change::PromptsListChanged);
    }

    /// Tells clients that the list of resources or of templates changed.
    pub fn resources_changed(&self) {
        self.publish(Change::ResourcesListChanged);
    }

    /// Tells the clients that subscribed to this URI, and may read it, that what it holds changed. Waits for nobody.
    ///
    /// ```
    /// # use mcp_server::Context;
    /// # async fn work(ctx: Context) {
    /// ctx.resource_updated("notes://today");
    /// # }
    /// ```
    pub fn resource_updated(&self, uri: impl Into<Box<str>>) {
        self.publish(Change::ResourceUpdated(uri.into()));
    }

    fn publish(&self, change: Change) {
        // Every module provides it.
        if let Some(changes) = self.0.providers.get::<Changes>() {
            changes.publish(change);
        }
    }

    /// Makes the call a [task](crate::docs::tasks) at this point, in a tool with `#[tool(task, detaches)]`: the client is answered with
    /// a handle to come back with, and the handler goes on. What is asked before is asked in rounds, what is asked afterwards in
    /// the task. Where a call cannot become a task (in sessions, for clients without the extension, when there is no room), and
    /// where it is one already, this does nothing.
    ///
    /// ```
    /// # use mcp_server::{CallError, Context, tool};
    /// # #[derive(serde::Deserialize, schemars::JsonSchema)] struct Consent { really: bool }
    /// # async fn rebuild() {}
    /// /// Builds the index anew.
    /// #[tool(task, detaches)]
    /// async fn rebuild_index(ctx: Context) -> Result<&'static str, CallError> {
    ///     ctx.elicit::<Consent>("This takes an hour. Go on?").await?.accepted()?;
    ///     ctx.detach().await?;
    ///     rebuild().await;
    ///     Ok("done")
    /// }
    /// ```
    ///
    /// # Errors
    /// When there is no room for another task and the tool is `task = "required"`, and when the call was withdrawn.
    pub async fn detach(&self) -> Result<(), CallError> {
        match &self.0.channel {
            ClientChannel::Detachable(call) => call.detach(self).await,
            ClientChannel::Unavailable(_) | ClientChannel::Session(_) | ClientChannel::Rounds(_) => Ok(()),
        }
    }

    /// The id of the [task](crate::docs::tasks) that the call has become, if it has.
    pub fn task_id(&self) -> Option<String> {
        self.0.channel.task().map(|task| task.id.clone().into())
    }

    /// The token that is set when the client withdraws the call, goes away from a call that lives with its connection, or the
    /// server shuts down.
    pub fn cancellation(&self) -> Cancellation {
        Cancellation::new(self.clone())
    }

    /// Whether the call has been withdrawn.
    pub fn is_cancelled(&self) -> bool {
        self.0.signal.is_set()
    }

    /// Sends a notification that may come after the answer.
    fn notify(&self, message: Bytes) {
        if self.0.outbox.is_open() {
            self.0.outbox.send(message);
        } else if let ClientChannel::Session(questions) = &self.0.channel {
            questions.notify(message);
        }
    }

    /// Sends reports that came too soon whenever their time comes, and never ends.
    pub(crate) async fn pace_progress(&self) -> Infallible {
        match &self.0.reporter {
            Some(reporter) => reporter.pace(&self.0.outbox).await,
            None => pending().await,
        }
    }

    /// Sends the last report, if it has not been sent, since the answer is about to follow.
    pub(crate) fn flush_progress(&self) {
        if let Some(reporter) = &self.0.reporter {
            reporter.flush(&self.0.outbox);
        }
    }

    /// Cancels the call. It sends nothing more, except what was sent before.
    pub(crate) fn cancel(&self) {
        self.0.signal.set();
        self.0.outbox.close();
    }
}

#[cfg(test)]
impl Context {
    /// Returns the context of a call of the stateless era, whose client declares every capability.
    pub(crate) fn for_tests(channel: ClientChannel) -> Self {
        let item = ItemInfo {
            kind: ItemKind::Tool,
            name: "test".into(),
            description: None,
            mime_type: None,
            ui: None,
            access: crate::auth::Access::default(),
            cache: crate::protocol::CacheHint::default(),
            may_be_public: true,
            task: crate::protocol::TaskSupport::default(),
            detaches: false,
            explainer: None,
        };
        let body = Bytes::from_static(b"1");
        let capabilities = Bytes::from_static(br#"{"elicitation":{},"sampling":{},"roots":{}}"#);
        Self::new(Call {
            target: Target { item: Arc::new(item), uri: None, is_completion: false },
            id: RequestId::parse(&body, "1").unwrap(),
            arguments: Arguments::Json(Bytes::from_static(b"{}")),
            reporter: None,
            log_level: LogThreshold::Fixed(None),
            client: Client::new(Bytes::new(), capabilities),
            headers: HeaderMap::new(),
            principal: None,
            providers: Providers::default(),
            outbox: Outbox::open(),
            version: ProtocolVersion::V2026_07_28,
            channel,
            steps: Steps::default(),
            signal: Signal::default(),
        })
    }
}

impl Call {
    /// Cancels the call on behalf of its client, which receives nothing more of it, not even what was
    /// sent before.
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
