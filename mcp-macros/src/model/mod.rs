//! The checked model of an annotated function, which the expansion can rely on.

use proc_macro2::TokenStream;
use syn::{Expr, LitStr, Type};

use self::parameter::{Argument, Parameter};
use crate::{
    attributes::{
        Common, read_prompt,
        resource::{Address, ResourceAttribute},
        tool::ToolAttribute,
    },
    diagnostics::Diagnostics,
    doc_text::doc_text,
    input::{AnnotatedFunction, Kind},
};

pub(crate) mod foreign;
pub(crate) mod parameter;
mod signature;
mod template;
mod types;

/// A tool, a resource or a prompt without errors.
pub(crate) struct Model {
    pub(crate) kind: Kind,
    pub(crate) name: LitStr,
    pub(crate) description: Option<Description>,
    pub(crate) common: Common,
    pub(crate) item: Item,
    pub(crate) parameters: Vec<Parameter>,
    /// The return type of the function.
    pub(crate) returns: Type,
}

/// The settings that only one attribute has.
pub(crate) enum Item {
    Tool(ToolAttribute),
    Resource(Box<ResourceAttribute>, Address),
    Prompt,
}

/// The source of a description.
pub(crate) enum Description {
    /// `description = …`
    Key(Expr),
    /// The doc comment.
    Comment(TokenStream),
}

impl Model {
    /// Reads the attribute and checks it against the function.
    ///
    /// The result may be `None` if there are errors.
    pub(crate) fn read(
        kind: Kind,
        attribute: TokenStream,
        function: &AnnotatedFunction,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        signature::check(kind, function, diagnostics);
        let (mut common, item) = match kind {
            Kind::Tool => {
                let (common, tool) = ToolAttribute::read(attribute, diagnostics);
                (common, Some(Item::Tool(tool)))
            }
            Kind::Resource => {
                let (common, mut resource) = ResourceAttribute::read(attribute, diagnostics);
                let address = resource.address.take();
                (common, address.map(|address| Item::Resource(Box::new(resource), address)))
            }
            Kind::Prompt => (read_prompt(attribute, diagnostics), Some(Item::Prompt)),
        };
        if let Some(blocking) = common.blocking {
            signature::check_blocking(function, blocking, diagnostics);
        }
        let parameters = parameter::read(kind, &function.signature, diagnostics);
        let returns = types::returned(kind, &function.signature, diagnostics);
        if let Some(Item::Resource(_, address)) = &item {
            template::check(address, &function.signature, &parameters, diagnostics);
        }
        let name = signature::name(kind, common.name.take(), function, diagnostics);
        let comment = || doc_text(&function.attributes).map(Description::Comment);
        let description = common.description.take().map(Description::Key).or_else(comment);
        Some(Self { kind, name, description, common, item: item?, parameters, returns })
    }

    /// Returns the parameters whose values the client sends, with their indexes.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (usize, &Parameter, &Argument)> {
        self.parameters
            .iter()
            .enumerate()
            .filter_map(|(index, parameter)| Some((index, parameter, parameter.argument()?)))
    }

    /// Returns the parameters whose types provide their values, with their indexes.
    pub(crate) fn extractors(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        self.parameters.iter().enumerate().filter(|(_, parameter)| parameter.argument().is_none())
    }
}
