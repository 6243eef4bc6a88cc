//! Entries of refusals in the log.

use tracing::Level;

use super::refusal::Refusal;
use crate::{auth::Principal, escape::Escaped, refusal::RefusalKind};

/// Target of all entries, to filter them by.
const TARGET: &str = "mcp_server::refusal";

/// Emits an event at a level that is known at run time only.
macro_rules! event {
    ($level:expr, $($fields:tt)*) => {
        match $level {
            Level::ERROR => tracing::event!(target: TARGET, Level::ERROR, $($fields)*),
            Level::WARN => tracing::event!(target: TARGET, Level::WARN, $($fields)*),
            Level::INFO => tracing::event!(target: TARGET, Level::INFO, $($fields)*),
            _ => tracing::event!(target: TARGET, Level::DEBUG, $($fields)*),
        }
    };
}

/// Returns `true` if a subscriber receives entries of this kind.
pub(super) fn is_enabled(kind: RefusalKind) -> bool {
    match kind.level() {
        Level::ERROR => tracing::enabled!(target: TARGET, Level::ERROR),
        Level::WARN => tracing::enabled!(target: TARGET, Level::WARN),
        Level::INFO => tracing::enabled!(target: TARGET, Level::INFO),
        _ => tracing::enabled!(target: TARGET, Level::DEBUG),
    }
}

/// Logs a refusal, and the number of earlier ones that were suppressed.
pub(super) fn refused(refusal: &Refusal<'_>, suppressed: u32) {
    let claim = |read: fn(&Principal) -> &str| refusal.principal().map(|who| Escaped::new(read(who)).to_string());
    let (issuer, subject) = (claim(Principal::issuer), claim(Principal::subject));
    event!(
        refusal.kind().level(),
        kind = refusal.kind().as_str(),
        status = refusal.status(),
        code = refusal.code().map(|code| code.0),
        expected = refusal.expected(),
        seen = refusal.seen(),
        reason = refusal.reason(),
        issuer = issuer.as_deref(),
        subject = subject.as_deref(),
        method = refusal.method(),
        item = refusal.item(),
        argument = refusal.argument(),
        response = refusal.message(),
        suppressed = (suppressed > 0).then_some(suppressed),
        "refused a request"
    );
}

/// Logs the number of refusals that were suppressed.
pub(super) fn suppressed(kind: RefusalKind, suppressed: u32) {
    event!(kind.level(), kind = kind.as_str(), suppressed, "refused more requests than were logged");
}
