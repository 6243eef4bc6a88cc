//! An annotated function that has been checked: what is expanded can rely on it.

mod name;
mod parameter;
mod signature;
mod template;
mod types;

use proc_macro2::TokenStream;
use syn::{Expr, LitStr, Type};

pub(crate) use self::parameter::{Argument, Parameter, Role};
use crate::{
    attributes::{Address, Common, ResourceAttribute, ToolAttribute, read_prompt},
    diagnostics::Diagnostics,
    doc_text::doc_text,
    input::AnnotatedFunction,
    kind::Kind,
};

/// A tool, a resource or a prompt, ready to be expanded.
pub(crate) struct Model {
    pub(crate) kind: Kind,
    pub(crate) name: LitStr,
    pub(crate) description: Option<Description>,
    pub(crate) common: Common,
    pub(crate) item: Item,
    pub(crate) parameters: Vec<Parameter>,
    /// What the function returns; `None` for `()`.
    pub(crate) returns: Option<Type>,
}

/// What only one of the attributes knows.
pub(crate) enum Item {
    Tool(ToolAttribute),
    Resource(Box<ResourceAttribute>, Address),
    Prompt,
}

/// The text of a description.
pub(crate) enum Description {
    /// `description = …`
    Key(Expr),
    /// The doc comment.
    Comment(TokenStream),
}

impl Model {
    /// Reads the attribute and checks it against the function. Where something is wrong, the result may be `None`.
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
        let parameters = parameter::read(kind, &function.signature, diagnostics);
        let returns = types::returned(kind, &function.signature.output, diagnostics);
        if let Some(Item::Resource(_, address)) = &item {
            template::check(address, &function.signature, &parameters, diagnostics);
        }
        let name = name::read(kind, common.name.take(), function, diagnostics);
        let comment = || doc_text(&function.attributes).map(Description::Comment);
        let description = common.description.take().map(Description::Key).or_else(comment);
        Some(Self { kind, name, description, common, item: item?, parameters, returns })
    }

    /// The parameters that the client sends.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (usize, &Parameter, &Argument)> {
        self.parameters.iter().enumerate().filter_map(|(index, parameter)| match &parameter.role {
            Role::Argument(argument) => Some((index, parameter, &**argument)),
            Role::Extractor => None,
        })
    }

    /// The parameters that are asked of their types.
    pub(crate) fn extractors(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        self.parameters.iter().enumerate().filter(|(_, parameter)| matches!(parameter.role, Role::Extractor))
    }
}
