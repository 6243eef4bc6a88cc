//! The call that a handler serves: its [`Context`], and types for questions, progress, log messages
//! and cancellation.
//!
//! `call.rs` has the call itself, and `link/` the half that the engine drives. This file has the
//! methods for handlers.

mod arguments;
mod ask;
mod blocking;
#[cfg(any(test, feature = "testing"))]
mod builder;
mod call;
mod call_info;
mod cancellation;
mod client;
mod link;
mod log;
mod progress;
mod slow_polls;
mod step;
mod target;

use std::{borrow::Cow, convert::Infallible, future::pending};

use bytes::Bytes;
use http::HeaderMap;

pub(crate) use arguments::{Arguments, Completing};
pub use ask::{Ask, Confirmation, Elicitation, Form, Roots};
pub(crate) use blocking::RunningWork;
#[cfg(feature = "testing")]
pub use builder::ContextBuilder;
pub(crate) use call::Call;
pub use call::Context;
pub use call_info::{CallInfo, Caller};
pub use cancellation::Cancellation;
pub use client::Client;
pub(crate) use link::{
    BlockingWork, ClientChannel, Detachable, InputRequired, InvalidAnswer, Lifetime, LiveTask, LogLevel, LogThreshold,
    Outbox, Outgoing, Questions, Reporter, Rounds, Signal, Sink, Steps, TaskOutcome, Transcript,
};
pub use log::LogMessage;
pub use progress::ProgressUpdate;
pub(crate) use slow_polls::SlowPolls;
pub(crate) use target::Target;
pub use target::{ItemInfo, ItemKind};

use crate::{
    auth::Principal,
    error::{CallError, UrlElicitation},
    protocol::{
        CreateMessage, LoggingLevel, RequestId, TaskSupport, revision::since::Feature,
        types::input_request::elicitation_complete,
    },
    provider::Inject,
    store::{Change, Changes},
};

impl Context {
    /// Returns the URI of the resource that the call reads. For a
    /// [completion](Self::is_completion), returns the URI or URI template that its `ref` names.
    /// `None` for tools and prompts.
    pub fn uri(&self) -> Option<&str> {
        self.0.target.uri()
    }

    /// Returns `true` if the call requests suggestions for an argument (`completion/complete`).
    pub fn is_completion(&self) -> bool {
        self.0.target.is_completion()
    }

    /// Returns the id of the request.
    pub fn request_id(&self) -> &RequestId {
        &self.0.id
    }

    /// Returns the headers of the HTTP request. Other transports have none.
    ///
    /// In a module with [`Authorization`](crate::Authorization), the `Authorization` header is
    /// removed: a token for this server must not be passed on (2026-07-28, authorization, token
    /// passthrough).
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the principal. `None` for anonymous callers and for modules without
    /// [`Authorization`](crate::Authorization).
    pub fn principal(&self) -> Option<&Principal> {
        self.0.principal.as_ref()
    }

    /// Returns the name, version and capabilities that the client claims. Do not base access on
    /// them.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Returns the provider of type `T`, if the module has one. `build()` checks parameters of type
    /// [`Inject`], but not calls of this method.
    pub fn provider<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Inject<T>> {
        self.0.providers.get::<T>()
    }

    /// Returns the arguments as the text of a JSON object, as the client sent them or an
    /// interceptor replaced them.
    ///
    /// For a resource template these are its variables; for a completion, the arguments chosen so
    /// far.
    pub fn arguments(&self) -> Cow<'_, str> {
        self.raw_arguments().to_json()
    }

    /// Creates a progress report, which [`send`](ProgressUpdate::send) sends to the client.
    /// `progress` may be in any unit, and must grow with each report.
    ///
    /// ```
    /// # use mcp_server::Context;
    /// # async fn work(ctx: Context) {
    /// ctx.progress(50.0).total(100.0).message("halfway").send();
    /// # }
    /// ```
    pub fn progress(&self, progress: f64) -> ProgressUpdate<'_> {
        ProgressUpdate::new(self, progress)
    }

    /// Creates a log message, which [`send`](LogMessage::send) sends to the client if it asked for
    /// messages of that level. `data` is text or any other JSON value.
    ///
    /// ```
    /// # use mcp_server::{Context, LoggingLevel};
    /// # async fn work(ctx: Context) {
    /// ctx.log(LoggingLevel::Warning, "the disk is nearly full").logger("storage").send();
    /// # }
    /// ```
    pub fn log<T: serde::Serialize>(&self, level: LoggingLevel, data: T) -> LogMessage<'_, T> {
        LogMessage::new(self, level, data)
    }

    /// Closes the response stream while the call continues. The client reconnects for the response
    /// after [`StreamableHttp::retry`](crate::StreamableHttp::retry). Only clients of 2025-11-25
    /// support this; for others it does nothing.
    ///
    /// A long call therefore needs no long connection.
    pub fn close_stream(&self) {
        if matches!(self.0.channel, ClientChannel::Session(_)) && self.0.version.knows(Feature::PrimingEvent) {
            self.0.outbox.release_connection();
        }
    }

    /// Asks the user to fill in a form: a struct whose fields are strings, numbers, booleans, enums
    /// without data, or lists of such enums.
    ///
    /// Doc comments describe the fields, `#[serde(default)]` fills them in, and `Option` makes them
    /// optional. The answer is checked against the schema. Never ask for passwords or keys in this
    /// way: use [`elicit_url`](Self::elicit_url) for secrets.
    ///
    /// ```
    /// # use mcp_server::{CallError, Context};
    /// /// The address of a delivery.
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
    /// In the stateless era the handler is dropped here if there is no answer yet, and runs again
    /// from its beginning when the client sends it. Use [`step`](Self::step) for work that must
    /// happen once. [The guide](crate::docs::asking) explains more.
    ///
    /// # Errors
    /// Returns an error if the client did not declare `elicitation`, refuses, or takes too long. A
    /// type that clients cannot show, such as a struct with a nested struct, is an error that is
    /// masked; the log says what to write instead.
    pub fn elicit<T>(&self, message: impl Into<String>) -> Ask<'_, Form<T>> {
        Ask::new(self, Form::new(message.into()))
    }

    /// Asks the user for consent, without a form. Returns `true` if the user accepts, and `false`
    /// if the user declines or closes the question.
    ///
    /// ```
    /// # use mcp_server::{CallError, Context};
    /// # async fn delete(ctx: Context) -> Result<&'static str, CallError> {
    /// if !ctx.confirm("Delete all notes?").await? {
    ///     return Ok("Nothing was deleted");
    /// }
    /// # Ok("Deleted")
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if the client did not declare `elicitation`, refuses, or takes too long.
    pub fn confirm(&self, message: impl Into<String>) -> Ask<'_, Confirmation> {
        Ask::new(self, Confirmation::new(message.into()))
    }

    /// Asks the user to open a page in the browser, for secrets, payments and logins that must not
    /// pass through the client.
    ///
    /// [`Elicitation::Accepted`] means that the user agreed to open the page, not that anything was
    /// done there. The page must verify that its visitor is the user who was asked (2025-11-25,
    /// elicitation, phishing).
    ///
    /// # Errors
    /// Returns an error if the client did not declare `elicitation.url`, refuses, or takes too
    /// long.
    pub fn elicit_url(&self, url: impl Into<String>, message: impl Into<String>) -> Ask<'_, UrlElicitation> {
        Ask::new(self, UrlElicitation::new(url, message))
    }

    /// Notifies the client that the user is done with the page that has this [id](Ask::id). A clone
    /// of the context can do so after the end of the call.
    ///
    /// Only 2025-11-25 has this notification. For clients of other revisions it does nothing.
    pub fn elicitation_complete(&self, id: &str) {
        if self.0.version.knows(Feature::UrlElicitation) && !self.0.version.knows(Feature::ElicitationWithoutId) {
            self.notify(elicitation_complete(id));
        }
    }

    /// Asks the client's language model to continue a conversation (`sampling/createMessage`).
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
    /// Returns an error if the client did not declare `sampling` (or `sampling.tools`, for a
    /// request with tools), refuses, or takes too long.
    pub fn sample(&self, message: CreateMessage) -> Ask<'_, CreateMessage> {
        Ask::new(self, message)
    }

    /// Asks the client for its roots: the directories and files that the server may work in
    /// (`roots/list`).
    ///
    /// # Errors
    /// Returns an error if the client did not declare `roots`, refuses, or takes too long.
    pub fn roots(&self) -> Ask<'_, Roots> {
        Ask::new(self, Roots)
    }

    /// Runs `work` once per call, even if a question makes the handler run again (2026-07-28).
    ///
    /// The result is stored, encrypted, in the `requestState` that the client sends back. A later
    /// run returns it instead of repeating the work. In sessions, a handler runs once anyway.
    ///
    /// `name` must be unique within the call. A step that failed can be tried again under its name.
    /// A question that is asked while a step runs waits for the step.
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
    /// Returns the error of the work, which is done again in the next round. Returns an internal
    /// error if another step has the name.
    pub async fn step<T, E>(&self, name: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, CallError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
        E: Into<CallError>,
    {
        step::step(self, name, work).await
    }

    /// Notifies clients that the list of tools changed (`notifications/tools/list_changed`).
    /// Outside of a call, use [`Changes`].
    pub fn tools_changed(&self) {
        self.publish(Change::ToolsListChanged);
    }

    /// Notifies clients that the list of prompts changed (`notifications/prompts/list_changed`).
    pub fn prompts_changed(&self) {
        self.publish(Change::PromptsListChanged);
    }

    /// Notifies clients that the list of resources or of resource templates changed
    /// (`notifications/resources/list_changed`).
    pub fn resources_changed(&self) {
        self.publish(Change::ResourcesListChanged);
    }

    /// Notifies clients that the contents of the resource at this URI changed
    /// (`notifications/resources/updated`). Only clients that subscribed to this URI, or to an
    /// [equal](macro@crate::resource#equal-uris) one, and may still read it, are notified. Does not
    /// wait.
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
        // Every module provides `Changes`.
        if let Some(changes) = self.0.providers.get::<Changes>() {
            changes.publish(change);
        }
    }

    /// Turns the call into a [task](crate::docs::tasks), if the tool has `#[tool(task, detaches)]`.
    /// The client receives the id of the task as response, and the handler continues.
    ///
    /// Questions before this point are asked in rounds, later ones in the task. Does nothing if the
    /// call is a task already, or cannot become one: in sessions, for clients without the
    /// extension, and at the limit of tasks.
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
    /// Returns an error if the limit of tasks is reached and the tool is `task = "required"`, or
    /// the call was cancelled.
    pub async fn detach(&self) -> Result<(), CallError> {
        match &self.0.channel {
            ClientChannel::Detachable(call) => {
                call.detach(&self.0.signal, self.item().task == TaskSupport::Required).await
            }
            ClientChannel::Unavailable(_) | ClientChannel::Session(_) | ClientChannel::Rounds(_) => Ok(()),
        }
    }

    /// Returns the id of the [task](crate::docs::tasks) that the call has become, or `None` if it
    /// is not a task.
    pub fn task_id(&self) -> Option<String> {
        self.0.channel.task().map(|task| task.id.clone().into())
    }

    /// Returns a handle that reports the cancellation of the call. A call is cancelled by its
    /// client, by the loss of a connection that owns it, and by the shutdown of the server.
    pub fn cancellation(&self) -> Cancellation {
        Cancellation::new(self.clone())
    }

    /// Sends a notification, even after the response.
    fn notify(&self, message: Bytes) {
        if self.0.outbox.is_open() {
            self.0.outbox.send(message);
        } else if let ClientChannel::Session(questions) = &self.0.channel {
            questions.notify(message);
        }
    }

    /// Sends held progress reports when they are due. Never returns.
    pub(crate) async fn pace_progress(&self) -> Infallible {
        match &self.0.reporter {
            Some(reporter) => reporter.pace(&self.0.outbox).await,
            None => pending().await,
        }
    }

    /// Sends the last progress report, since the response is about to follow.
    pub(crate) fn flush_progress(&self) {
        if let Some(reporter) = &self.0.reporter {
            reporter.flush(&self.0.outbox);
        }
    }
}
