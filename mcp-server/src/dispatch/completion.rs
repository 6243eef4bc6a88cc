//! `completion/complete`: finds the item and the argument to complete.

use serde::{Deserialize, de::DeserializeOwned};

use super::target::{ResolvedCall, TEMPLATE, UnknownTarget, unknown_item};
use crate::{
    auth::Principal,
    context::{Arguments, Completing, Target},
    protocol::envelope::{
        parameter::{Parameter, missing},
        params::Params,
    },
    registry::Snapshot,
};

/// Item whose argument is completed (specification: `PromptReference`,
/// `ResourceTemplateReference`).
#[derive(Deserialize)]
#[serde(tag = "type")]
enum Reference {
    #[serde(rename = "ref/prompt")]
    Prompt { name: String },
    #[serde(rename = "ref/resource")]
    Resource { uri: String },
}

#[derive(Deserialize)]
struct TypedArgument {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
struct ChosenArguments {
    /// `null` is the same as no value.
    #[serde(default)]
    arguments: std::collections::BTreeMap<String, Option<String>>,
}

pub(super) fn resolve(
    snapshot: &Snapshot,
    params: &Params<'_>,
    principal: Option<&Principal>,
) -> Result<ResolvedCall, UnknownTarget> {
    let reference: Reference = required(params.reference, "ref")?;
    let argument: TypedArgument = required(params.argument, "argument")?;
    let chosen: Option<ChosenArguments> = params.context.read("context").map_err(UnknownTarget::Params)?;
    let chosen = chosen.unwrap_or_default().arguments;
    let (registered, uri) = match reference {
        Reference::Prompt { name } => {
            let prompt = snapshot.prompt(&name).ok_or_else(|| unknown_item("prompt", &name))?;
            (prompt, None)
        }
        Reference::Resource { uri } => {
            let resource = snapshot.referenced(&uri, principal).ok_or_else(|| unknown_item(TEMPLATE, &uri))?;
            (resource, Some(uri.into()))
        }
    };
    let completion = registered.completion.as_ref().ok_or(UnknownTarget::Method)?;
    let target = Target { item: completion.item.clone(), uri, is_completion: true };
    let completing = Completing {
        argument: argument.name,
        typed: argument.value,
        chosen: chosen.into_iter().filter_map(|(name, text)| Some((name, text?))).collect(),
    };
    Ok(ResolvedCall { registered: completion.clone(), target, arguments: Arguments::Completing(Box::new(completing)) })
}

fn required<T: DeserializeOwned>(parameter: Parameter<'_>, name: &str) -> Result<T, UnknownTarget> {
    parameter.read(name).and_then(|value| value.ok_or_else(|| missing(name))).map_err(UnknownTarget::Params)
}
