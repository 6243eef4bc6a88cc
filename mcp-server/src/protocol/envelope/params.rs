//! Parameters of a request and its `_meta`, borrowed from the body.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::parameter::{Object, Parameter};
use crate::protocol::types::{
    error_object::ErrorObject,
    reserved::meta::{CLIENT_CAPABILITIES, CLIENT_INFO, PROTOCOL_VERSION},
};

/// The parameters of all methods, as JSON text.
///
/// One struct for all methods lets the pass over the envelope find them. Only `_meta` is common to
/// every method.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Params<'a> {
    #[serde(borrow, default)]
    pub(crate) name: Parameter<'a>,
    #[serde(borrow, default)]
    pub(crate) uri: Parameter<'a>,
    #[serde(borrow, default)]
    pub(crate) arguments: Parameter<'a>,
    #[serde(borrow, default, rename = "_meta")]
    pub(crate) meta: Option<Object<Meta<'a>>>,
    #[serde(borrow, default)]
    pub(crate) cursor: Parameter<'a>,
    #[serde(borrow, default, rename = "ref")]
    pub(crate) reference: Parameter<'a>,
    #[serde(borrow, default)]
    pub(crate) argument: Parameter<'a>,
    #[serde(borrow, default)]
    pub(crate) context: Parameter<'a>,
    #[serde(borrow, default)]
    pub(crate) level: Parameter<'a>,
    #[serde(borrow, default, rename = "protocolVersion")]
    pub(crate) protocol_version: Parameter<'a>,
    #[serde(borrow, default)]
    pub(crate) capabilities: Parameter<'a>,
    #[serde(borrow, default, rename = "clientInfo")]
    pub(crate) client_info: Parameter<'a>,
    #[serde(borrow, default, rename = "requestId")]
    pub(crate) request_id: Parameter<'a>,
    #[serde(borrow, default, rename = "taskId")]
    pub(crate) task_id: Parameter<'a>,
    #[serde(borrow, default, rename = "inputResponses")]
    pub(crate) input_responses: Parameter<'a>,
    #[serde(borrow, default, rename = "requestState")]
    pub(crate) request_state: Parameter<'a>,
    /// The filter of `subscriptions/listen`.
    #[serde(borrow, default)]
    pub(crate) notifications: Parameter<'a>,
    #[serde(borrow, default)]
    pub(crate) reason: Parameter<'a>,
}

impl<'a> Params<'a> {
    /// Returns the metadata, if any.
    pub(crate) fn meta(&self) -> Option<&Meta<'a>> {
        self.meta.as_ref().map(|meta| &meta.0)
    }
}

/// The members of `clientInfo` that identify a client. Other members are not checked.
#[derive(Deserialize)]
struct ClientInfo<'a> {
    #[serde(borrow, default)]
    name: Parameter<'a>,
    #[serde(borrow, default)]
    version: Parameter<'a>,
}

/// The `_meta` of a request, as JSON text.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Meta<'a> {
    #[serde(borrow, default, rename = "progressToken")]
    pub(crate) progress_token: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/protocolVersion")]
    protocol_version: Parameter<'a>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientInfo")]
    client_info: Parameter<'a>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientCapabilities")]
    client_capabilities: Parameter<'a>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/logLevel")]
    pub(crate) log_level: Option<&'a RawValue>,
}

impl<'a> Meta<'a> {
    /// Returns the revision that the request names, if any.
    pub(crate) fn protocol_version(&self) -> Result<Option<Cow<'a, str>>, ErrorObject> {
        self.protocol_version.text(format_args!("_meta.{PROTOCOL_VERSION}"))
    }

    /// Returns the JSON text of the capabilities that the request declares, if any.
    pub(crate) fn client_capabilities(&self) -> Result<Option<&'a str>, ErrorObject> {
        self.client_capabilities.object(format_args!("_meta.{CLIENT_CAPABILITIES}"))
    }

    /// Returns the JSON texts that describe the client, valid or not.
    pub(crate) fn client(&self) -> [Option<&'a str>; 2] {
        [self.client_info.json(), self.client_capabilities.json()]
    }

    /// Returns the JSON text of the name and version of the client, if the request has them.
    pub(crate) fn client_info(&self) -> Result<Option<&'a str>, ErrorObject> {
        let Some(info) = self.client_info.object(format_args!("_meta.{CLIENT_INFO}"))? else { return Ok(None) };
        let ClientInfo { name, version } = serde_json::from_str(info).map_err(|_| {
            ErrorObject::invalid_params(format!("invalid `params._meta.{CLIENT_INFO}`: duplicate member"))
        })?;
        name.text(format_args!("_meta.{CLIENT_INFO}.name"))?;
        version.text(format_args!("_meta.{CLIENT_INFO}.version"))?;
        Ok(Some(info))
    }
}
