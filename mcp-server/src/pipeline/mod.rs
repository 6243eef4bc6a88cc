//! Guards and interceptors: code that runs between the access check and the handler of a call.
//!
//! The transport has authenticated the caller before. Each item has its own `Pipeline`, made when
//! the module is built, so that an item without guards or interceptors does not pay for them.

mod argument_checks;
mod denial;
pub(crate) mod guard;
pub(crate) mod interceptor;
mod unknown_arguments;

use std::sync::Arc;

pub(crate) use argument_checks::ArgumentChecks;
pub use denial::Denial;
pub use guard::Guard;
pub(crate) use guard::SharedGuard;
pub(crate) use interceptor::{Chain, SharedInterceptor};
pub use interceptor::{Interceptor, Next};
pub(crate) use unknown_arguments::ArgumentNames;
pub use unknown_arguments::UnknownArguments;

use crate::{
    auth::{Access, Decision, Principal, ScopeHierarchy, decide, listed},
    context::{ClientChannel, Context},
    error::{CallError, Failure},
    handler::{HandlerFuture, Outcome},
    protocol::{ErrorObject, TaskSupport, types::task::task_capabilities},
    refusal::RefusalKind,
};

/// Checks and handler of an item.
pub(crate) struct Pipeline {
    /// The item is open to every caller that reaches it: no scopes, no roles, or no authorization
    /// at all.
    pub(crate) open: bool,
    pub(crate) hierarchy: Arc<ScopeHierarchy>,
    pub(crate) guards: Box<[SharedGuard]>,
    pub(crate) chain: Chain,
}

impl Pipeline {
    /// Checks the declared access of the caller and the guards, without a call.
    pub(crate) async fn check_access(&self, context: &Context) -> Result<(), CallError> {
        self.check_declared_access(context)?;
        self.check_guards(context).await
    }

    /// Returns `true` if the declared access permits the item to this principal.
    pub(crate) fn admits(&self, access: &Access, principal: Option<&Principal>) -> bool {
        self.open || decide(access, principal, &self.hierarchy) == Decision::Allow
    }

    /// Returns `true` if the declared access hides the item from this principal.
    pub(crate) fn hides(&self, access: &Access, principal: Option<&Principal>) -> bool {
        if self.open {
            return false;
        }
        match decide(access, principal, &self.hierarchy) {
            Decision::Hide => true,
            decision @ Decision::NeedLogin(_) => !listed(access, &decision),
            _ => false,
        }
    }

    /// Starts a call. Everything that can reject it without waiting has been checked when this
    /// returns. `mismatch` is the error of headers that contradict the arguments. It is returned
    /// after access and guards, so that a caller without access learns nothing of it.
    pub(crate) fn start(
        self: &Arc<Self>,
        context: Context,
        mismatch: Option<ErrorObject>,
    ) -> Result<HandlerFuture, CallError> {
        self.check_declared_access(&context)?;
        if self.guards.is_empty() {
            return Ok(match self.read_arguments(context, mismatch)? {
                Accepted::Plain(future) => future,
                accepted @ Accepted::Wrapped { .. } => {
                    let pipeline = self.clone();
                    Box::pin(async move { pipeline.run(accepted).await })
                }
            });
        }
        let pipeline = self.clone();
        Ok(Box::pin(async move {
            pipeline.check_guards(&context).await?;
            pipeline.run(pipeline.read_arguments(context, mismatch)?).await
        }))
    }

    fn check_declared_access(&self, context: &Context) -> Result<(), CallError> {
        if self.open {
            return Ok(());
        }
        match decide(context.item().access(), context.principal(), &self.hierarchy) {
            Decision::Allow => Ok(()),
            Decision::NeedLogin(scopes) => Err(CallError(Failure::LoginRequired(scopes))),
            Decision::NeedScopes(scopes) => Err(CallError(Failure::InsufficientScope(scopes))),
            Decision::Deny(reason) => Err(CallError::forbidden(reason)),
            Decision::Hide => Err(CallError::hidden()),
        }
    }

    async fn check_guards(&self, context: &Context) -> Result<(), CallError> {
        for guard in &self.guards {
            guard.check_boxed(context).await?;
        }
        Ok(())
    }

    /// Validates and reads the arguments.
    fn read_arguments(&self, context: Context, mismatch: Option<ErrorObject>) -> Result<Accepted, CallError> {
        if let Some(error) = mismatch {
            return Err(CallError(Failure::Rejected(RefusalKind::Header, error)));
        }
        self.chain.checks.check(&context)?;
        let detaches = becomes_task(&context)?;
        let has_interceptors = !self.chain.interceptors.is_empty();
        if !detaches && !has_interceptors {
            return self.chain.handler.call(context).map(Accepted::Plain);
        }
        let context = if has_interceptors { context.repeatable() } else { context };
        let future = self.chain.handler.call(context.clone())?;
        Ok(Accepted::Wrapped { context, future, detaches })
    }

    async fn run(&self, accepted: Accepted) -> Outcome {
        match accepted {
            Accepted::Plain(future) => future.await,
            Accepted::Wrapped { context, future, detaches } => {
                if detaches {
                    context.detach().await?;
                }
                self.chain.run(&context, 0, future).await
            }
        }
    }
}

/// A call whose arguments have been accepted.
enum Accepted {
    /// The handler runs next.
    Plain(HandlerFuture),
    /// The call becomes a task first, or has interceptors.
    Wrapped { context: Context, future: HandlerFuture, detaches: bool },
}

/// Returns `true` if the call becomes a task before its handler runs.
fn becomes_task(context: &Context) -> Result<bool, CallError> {
    let item = context.item();
    match &context.0.channel {
        _ if item.task == TaskSupport::Forbidden => Ok(false),
        ClientChannel::Detachable(_) => Ok(!item.detaches),
        _ if item.task == TaskSupport::Required => Err(CallError::missing_capabilities(task_capabilities())),
        _ => Ok(false),
    }
}
