//! What stands between a caller and a handler, in one place and one order:
//! declared access → guards → arguments → interceptors → handler.
//!
//! (Who calls has been found out before, by the transport.) All of it is decided per item when the module is built, so an item
//! without guards has none on its way.

pub(crate) mod guard;
pub(crate) mod interceptor;

pub use guard::Guard;
pub(crate) use guard::SharedGuard;
pub(crate) use interceptor::SharedInterceptor;
pub use interceptor::{Interceptor, Next};

use std::sync::Arc;

use crate::{
    auth::{Access, Decision, Principal, ScopeHierarchy, decide},
    context::{Arguments, ClientChannel, Context},
    error::{CallError, Failure},
    extract,
    handler::{Handler, HandlerFuture},
    protocol::{ErrorObject, TaskSupport, types::task::task_capabilities},
    schema::Keywords,
};

/// Everything on the way of the calls of one item.
pub(crate) struct Pipeline {
    /// Nothing is asked of the caller: no scopes, no roles, or no authorization at all.
    pub(crate) open: bool,
    pub(crate) hierarchy: Arc<ScopeHierarchy>,
    pub(crate) guards: Box<[SharedGuard]>,
    /// Keywords of the input schema that reading the arguments into their types does not check.
    pub(crate) keywords: Option<Keywords>,
    pub(crate) interceptors: Arc<[SharedInterceptor]>,
    pub(crate) handler: Arc<dyn Handler>,
}

impl Pipeline {
    /// Whether the caller may use the item, as far as that was declared.
    pub(crate) fn admit(&self, context: &Context) -> Result<(), CallError> {
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

    /// Whether the caller may use the item, guards included, without using it.
    pub(crate) async fn permit(&self, context: &Context) -> Result<(), CallError> {
        self.admit(context)?;
        for guard in &self.guards {
            guard.check_boxed(context).await?;
        }
        Ok(())
    }

    /// Whether this caller may use an item that declares this access, as far as it was declared.
    pub(crate) fn admits(&self, access: &Access, principal: Option<&Principal>) -> bool {
        self.open || decide(access, principal, &self.hierarchy) == Decision::Allow
    }

    /// Starts a call: everything that can reject it without waiting has been checked when this returns.
    /// A `rejection` takes the place of the handler, so that a caller without access learns nothing of it.
    pub(crate) fn begin(
        self: &Arc<Self>,
        context: Context,
        rejection: Option<ErrorObject>,
    ) -> Result<HandlerFuture, CallError> {
        self.admit(&context)?;
        if self.guards.is_empty() {
            self.accept(context, rejection)
        } else {
            let pipeline = self.clone();
            Ok(Box::pin(async move {
                for guard in &pipeline.guards {
                    guard.check_boxed(&context).await?;
                }
                pipeline.accept(context, rejection)?.await
            }))
        }
    }

    fn accept(&self, context: Context, rejection: Option<ErrorObject>) -> Result<HandlerFuture, CallError> {
        if let Some(error) = rejection {
            return Err(CallError::protocol(error));
        }
        self.check_keywords(&context)?;
        let item = context.item();
        if item.task == TaskSupport::Forbidden {
            return self.run(context);
        }
        match &context.0.channel {
            ClientChannel::Detachable(_) if item.detaches => self.run(context),
            // Everything that can reject the call was checked, so that it becomes a task before anything
            // else happens.
            ClientChannel::Detachable(_) => {
                let answer = self.run(context.clone())?;
                Ok(Box::pin(async move {
                    context.detach().await?;
                    answer.await
                }))
            }
            _ if item.task == TaskSupport::Required => Err(CallError::missing_capabilities(task_capabilities())),
            _ => self.run(context),
        }
    }

    fn run(&self, context: Context) -> Result<HandlerFuture, CallError> {
        if self.interceptors.is_empty() {
            return self.handler.call(context);
        }
        let answer = self.handler.call(context.clone())?;
        Ok(Next::new(self.interceptors.clone(), answer).run_boxed(context))
    }

    fn check_keywords(&self, context: &Context) -> Result<(), CallError> {
        match (&self.keywords, &context.0.arguments) {
            (Some(keywords), Arguments::Json(json)) => keywords.check(json).map_err(|violations| {
                extract::refusal(&violations.iter().map(ToString::to_string).collect::<Vec<_>>())
            }),
            _ => Ok(()),
        }
    }
}
