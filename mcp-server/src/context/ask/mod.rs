//! Questions of a handler to its client: to the user ([`elicit`](crate::Context::elicit)), to the
//! language model ([`sample`](crate::Context::sample)), to the program
//! ([`roots`](crate::Context::roots)).
//!
//! Handlers ask in one way, and the era decides how the question travels. In a session it is a
//! request on the stream of the call, and the handler waits for the response
//! ([`Questions`](super::link::Questions)). In the stateless era it ends the request, and the
//! handler runs again when the client returns with the answer ([`Rounds`](super::link::Rounds)). In
//! a task it is part of the task, and the handler waits for `tasks/update`
//! ([`LiveTask`](super::link::LiveTask)).

mod elicit;
mod question;
mod sample;

pub use elicit::{Confirmation, Elicitation, Form};
pub use question::Ask;
pub use sample::Roots;
