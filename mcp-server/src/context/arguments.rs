//! `Arguments`: the arguments of a call, before they are read.

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use serde::de::Error as _;
use serde_json::Value;

/// Arguments of a call, before they are read.
#[derive(Clone, Debug)]
pub(crate) enum Arguments {
    /// Arguments of a tool: the text of a JSON object.
    Json(Bytes),
    /// Variables of a resource template.
    Text(Vec<(String, String)>),
    /// Arguments of a prompt: the text of a JSON object of strings.
    JsonText(Bytes),
    /// A request to complete an argument.
    Completing(Box<Completing>),
}

/// A request to complete an argument.
#[derive(Clone, Debug)]
pub(crate) struct Completing {
    /// Name of the argument.
    pub(crate) argument: String,
    /// Text that was typed so far.
    pub(crate) typed: String,
    /// Arguments that were chosen before, with their values.
    pub(crate) chosen: Vec<(String, String)>,
}

impl Arguments {
    /// Returns arguments of the same form with the members of a JSON object.
    ///
    /// # Errors
    /// Fails if the text is not an object, or has values of other types than this form.
    pub(crate) fn replaced(&self, json: String) -> Result<Self, serde_json::Error> {
        // `null` is the same as no value.
        let texts = |json: &str| {
            let texts = serde_json::from_str::<BTreeMap<String, Option<String>>>(json)?;
            Ok::<_, serde_json::Error>(texts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect())
        };
        Ok(match self {
            Self::Json(_) if json.starts_with('{') => Self::Json(json.into()),
            Self::Json(_) => return Err(serde_json::Error::custom("expected an object")),
            Self::JsonText(_) => {
                let _: Vec<_> = texts(&json)?;
                Self::JsonText(json.into())
            }
            Self::Text(_) => Self::Text(texts(&json)?),
            Self::Completing(completing) => {
                let chosen = texts(&json)?;
                Self::Completing(Box::new(Completing { chosen, ..(**completing).clone() }))
            }
        })
    }

    /// Returns the text of a JSON object.
    pub(super) fn to_json(&self) -> Cow<'_, str> {
        let object = |pairs: &[(String, String)]| {
            let members = pairs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            Value::Object(members).to_string().into()
        };
        match self {
            Self::Json(json) | Self::JsonText(json) => String::from_utf8_lossy(json),
            Self::Text(pairs) => object(pairs),
            Self::Completing(completing) => object(&completing.chosen),
        }
    }
}
