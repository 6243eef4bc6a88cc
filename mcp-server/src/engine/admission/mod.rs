//! Admission of requests: permits that bound their number, and the table that cancels them by id.

mod calls;
mod in_flight;

pub(super) use calls::{CallPermit, Calls};
pub(super) use in_flight::{Cancel, InFlight, InFlightPermit};

/// The reason why a request is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AdmissionError {
    /// A request with the same id is in flight.
    DuplicateId,
    /// The client has reached its limit of requests in flight.
    ClientLimit,
    /// The session or connection has ended.
    Closed,
    /// The caller has reached its share of the calls of the server, or of their bytes.
    ShareLimit,
    /// The server has reached its limit of calls in flight.
    ServerLimit,
}
