//! Admission of requests: permits that bound how many run, and the table that cancels them by id.

mod calls;
mod in_flight;

pub(super) use calls::{CallPermit, Calls};
pub(super) use in_flight::{Cancel, InFlight, InFlightPermit};

/// Why a request is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AdmissionError {
    /// A request with the same id is in flight.
    DuplicateId,
    /// The client has as many requests in flight as it may.
    ClientLimit,
    /// The session or connection has ended.
    Closed,
    /// The server runs as many calls, of all clients, as it may.
    ServerLimit,
}
