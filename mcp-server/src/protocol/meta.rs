//! `_meta`: the reserved keys, and what a request says about itself there.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ErrorObject, parameter::Parameter};

/// Protocol version of a stateless request.
pub(crate) const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// Capabilities that a stateless request's client has.
pub(crate) const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// Least level of the log messages that a stateless request wants.
pub(crate) const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
/// Name and version of the server, in the results of the stateless era.
pub(crate) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
/// The subscription that a message of the stateless era belongs to: the id of its `subscriptions/listen`.
pub(crate) const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

/// The `_meta` of a request, borrowed from its body as JSON text.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Meta<'a> {
    #[serde(borrow, default, rename = "progressToken")]
    pub(crate) progress_token: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/protocolVersion")]
    protocol_version: Parameter<'a>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientInfo")]
    pub(crate) client_info: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientCapabilities")]
    client_capabilities: Parameter<'a>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/logLevel")]
    pub(crate) log_level: Option<&'a RawValue>,
}

impl<'a> Meta<'a> {
    /// The version that the request is of, if it says so.
    pub(crate) fn protocol_version(&self) -> Result<Option<Cow<'a, str>>, ErrorObject> {
        self.protocol_version.text(format_args!("_meta.{PROTOCOL_VERSION}"))
    }

    /// The JSON text of what the client can do, if it says so.
    pub(crate) fn client_capabilities(&self) -> Result<Option<&'a str>, ErrorObject> {
        self.client_capabilities.object(format_args!("_meta.{CLIENT_CAPABILITIES}"))
    }
}
