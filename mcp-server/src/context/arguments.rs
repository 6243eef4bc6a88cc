//! `Arguments`: arguments of a call, before they are read.

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use serde::de::Error as _;

/// Arguments of a call, before they are read.
#[derive(Clone, Debug)]
pub(crate) enum Arguments {
    /// Text of a JSON object: arguments of a tool.
    Json(Bytes),
    /// Pairs of name and text: variables of a resource template.
    Text(Vec<(String, String)>),
    /// Text of a JSON object of strings: arguments of a prompt.
    JsonText(Bytes),
    /// The argument of a completion, and the arguments chosen so far.
    Completing(Box<Completing>),
}

impl Arguments {
    /// Returns arguments of the same form with the members of a JSON object.
    ///
    /// # Errors
    /// Fails if the text is not an object, or has values of other types than this form.
    pub(crate) fn replaced(&self, json: String) -> Result<Self, serde_json::Error> {
        let texts = |json: &str| serde_json::from_str::<BTreeMap<String, String>>(json);
        Ok(match self {
            Self::Json(_) if json.starts_with('{') => Self::Json(json.into()),
            Self::Json(_) => return Err(serde_json::Error::custom("expected an object")),
            Self::JsonText(_) => {
                texts(&json)?;
                Self::JsonText(json.into())
            }
            Self::Text(_) => Self::Text(texts(&json)?.into_iter().collect()),
            Self::Completing(completing) => {
                let chosen = texts(&json)?.into_iter().collect();
                Self::Completing(Box::new(Completing { chosen, ..(**completing).clone() }))
            }
        })
    }

    /// Returns the text of a JSON object.
    pub(super) fn to_json(&self) -> Cow<'_, str> {
        let object = |pairs: &[(String, String)]| {
            let members = pairs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            serde_json::Value::Object(members).to_string().into()
        };
        match self {
            Self::Json(json) | Self::JsonText(json) => String::from_utf8_lossy(json),
            Self::Text(pairs) => object(pairs),
            Self::Completing(completing) => object(&completing.chosen),
        }
    }
}

/// Request to complete an argument.
#[derive(Clone, Debug)]
pub(crate) struct Completing {
    /// Name of the argument.
    pub(crate) argument: String,
    /// Text that the user has typed.
    pub(crate) typed: String,
    /// Arguments that the user has chosen so far, with their values.
    pub(crate) chosen: Vec<(String, String)>,
}
