//! The function that builds the item, with all settings of the attribute and the signature.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use super::{
    call, options,
    tokens::{item_type, private},
};
use crate::{
    attributes::{
        access::Access,
        icon::Icon,
        resource::{Address, ResourceAttribute},
        tool::ToolAttribute,
        ui::View,
    },
    input::{AnnotatedFunction, Kind},
    model::{Description, Item, Model, parameter::Role},
    values::as_number,
};

/// Returns a closure that builds the item. It has no captures, so it coerces to `fn() -> Item`.
pub(super) fn make(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let name = &model.name;
    let own = match &model.item {
        Item::Tool(tool) => {
            let settings = tool_settings(tool);
            let returns = &model.returns;
            let input = input(model).map(|input| quote_spanned!(span=> .input(#input)));
            quote_spanned!(span=> #private::ToolBuilder::new(#name) #settings #input.returns::<#returns>())
        }
        Item::Resource(resource, address) => {
            let new = match address {
                Address::Uri(uri) => quote_spanned!(span=> #private::ResourceBuilder::new(#uri, #name)),
                Address::Template { text, .. } => {
                    quote_spanned!(span=> #private::ResourceBuilder::template(#text, #name))
                }
            };
            let settings = resource_settings(resource);
            let completions = completions(model);
            quote_spanned!(span=> #new #settings #completions)
        }
        Item::Prompt => {
            let input = input(model).map(|input| quote_spanned!(span=> .input(&#input)));
            let completions = completions(model);
            quote_spanned!(span=> #private::PromptBuilder::new(#name) #input #completions)
        }
    };
    let common = common_settings(model);
    let parameters = model.extractors().map(|(_, parameter)| {
        let value_type = &parameter.value_type;
        quote_spanned!(span=> .parameter::<#value_type>())
    });
    let item_type = item_type(function);
    let place = quote_spanned!(span=> .place(<#item_type as #private::ItemSource>::ENTRY.place));
    let builder = quote_spanned!(span=> #own #common #place #(#parameters)*);
    let handler = call::handler(function, model);
    let guards_and_interceptors = guards_and_interceptors(model);
    quote_spanned!(span=> || -> #private::Item { #builder.handler(#handler) #guards_and_interceptors })
}

fn tool_settings(tool: &ToolAttribute) -> TokenStream {
    let span = Span::mixed_site();
    let names = tool.hints.iter().map(|(name, _)| Ident::new(name, span));
    let hints = tool.hints.iter().map(|(_, hint)| hint);
    let private = private(span);
    let view = tool.view.as_ref().map(|view| quote_spanned!(span=> .view(#view)));
    let variants = &tool.visibility;
    let visibility =
        (!variants.is_empty()).then(|| quote_spanned!(span=> .visibility([#(#private::Visibility::#variants),*])));
    let task = tool.task.map(|support| {
        let support = Ident::new(support, span);
        quote_spanned!(span=> .task(#private::TaskSupport::#support))
    });
    let detaches = tool.detaches.then(|| quote_spanned!(span=> .detaches(true)));
    quote_spanned!(span=> #(.#names(#hints))* #view #visibility #task #detaches)
}

fn resource_settings(resource: &ResourceAttribute) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let mime_type = resource.mime_type.as_ref().map(|text| quote_spanned!(span=> .mime_type(#text)));
    let size = resource.size.as_ref().map(|size| quote_spanned!(span=> .size(#size)));
    let priority = resource.priority.as_ref().map(|priority| {
        // `priority = 1` is accepted, but the builder takes an `f64`.
        let number = as_number(priority).map_or_else(|| priority.to_token_stream(), ToTokens::into_token_stream);
        quote_spanned!(span=> .priority(#number))
    });
    let last_modified = resource.last_modified.as_ref().map(|time| quote_spanned!(span=> .last_modified(#time)));
    let ttl = resource.ttl.as_ref().map(|time| quote_spanned!(span=> .ttl(#time)));
    let cache_scope = resource.cache_scope.map(|scope| {
        let scope = Ident::new(scope, span);
        quote_spanned!(span=> .cache_scope(#private::CacheScope::#scope))
    });
    let roles = &resource.audience;
    let audience = (!roles.is_empty()).then(|| quote_spanned!(span=> .audience([#(#private::Role::#roles),*])));
    let ui = resource.ui.as_ref().map(view);
    quote_spanned!(span=> #mime_type #size #audience #priority #last_modified #ttl #cache_scope #ui)
}

fn view(view: &View) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let origins = view.origins.iter().map(|(method, origins)| {
        let method = Ident::new(method, span);
        quote_spanned!(span=> .#method([#(#origins),*]))
    });
    let permissions = &view.permissions;
    let domain = view.domain.as_ref().map(|domain| quote_spanned!(span=> .domain(#domain)));
    let prefers_border = view.prefers_border.map(|prefers| quote_spanned!(span=> .prefers_border(#prefers)));
    quote_spanned! {span=>
        .ui(#private::ViewUi::default() #(#origins)* #(.#permissions())* #domain #prefers_border)
    }
}

/// Returns the calls that set the completions of arguments.
///
/// For variables of a template, an enum without data provides its variants as suggestions.
fn completions(model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let each = model.arguments().map(|(_, parameter, argument)| {
        let (name, value_type) = (&argument.name, &parameter.value_type);
        match &argument.complete {
            Some(function) => quote_spanned!(span=> .complete(#name, #function)),
            None if model.kind == Kind::Resource => quote_spanned!(span=> .choices::<#value_type>(#name)),
            None => TokenStream::new(),
        }
    });
    each.collect()
}

/// Returns the calls for the keys that all attributes share.
fn common_settings(model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let common = &model.common;
    let title = common.title.as_ref().map(|title| quote_spanned!(span=> .title(#title)));
    let description = model.description.as_ref().map(|description| match description {
        Description::Key(text) => quote_spanned!(span=> .description(#text)),
        Description::Comment(text) => quote_spanned!(span=> .description(#text)),
    });
    let icons = common.icons.iter().map(icon);
    let meta = common.meta.iter().map(|(key, value)| {
        let value = options::json(value);
        quote_spanned!(span=> .meta(#key, #value))
    });
    let access = access(&common.access);
    quote_spanned! {span=>
        #title #description #(#icons)* #(#meta)* #access
    }
}

/// Returns the calls that add guards and interceptors.
fn guards_and_interceptors(model: &Model) -> TokenStream {
    let call = |method: &str, check: &str, value: &Expr| {
        let span = Span::mixed_site();
        let (private, method, check) = (private(span), Ident::new(method, span), Ident::new(check, span));
        quote_spanned!(span=> .#method(#private::#check(#value)))
    };
    let guards = model.common.guards.iter().map(|guard| call("guarded", "guard", guard));
    let interceptors = model.common.interceptors.iter().map(|value| call("intercepted", "interceptor", value));
    guards.chain(interceptors).collect()
}

fn icon(icon: &Icon) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let (src, sizes) = (&icon.src, &icon.sizes);
    let mime_type = icon.mime_type.as_ref().map(|text| quote_spanned!(span=> .mime_type(#text)));
    let sizes = (!sizes.is_empty()).then(|| quote_spanned!(span=> .sizes([#(#sizes),*])));
    let theme = icon.theme.map(|theme| {
        let variant = Ident::new(theme, span);
        quote_spanned!(span=> .theme(#private::IconTheme::#variant))
    });
    quote_spanned!(span=> .icon(#private::Icon::new(#src) #mime_type #sizes #theme))
}

fn access(access: &Access) -> Option<TokenStream> {
    let span = Span::mixed_site();
    let private = private(span);
    let all = |method: &str, elements: &[Expr]| {
        let method = Ident::new(method, span);
        (!elements.is_empty()).then(|| quote_spanned!(span=> .#method([#(#elements),*])))
    };
    let any = |method: &str, groups: &[Vec<Expr>]| -> TokenStream {
        groups.iter().filter_map(|group| all(method, group)).collect()
    };
    let scopes = all("scopes", &access.scopes);
    let any_scopes = any("any_scopes", &access.any_scopes);
    let roles = all("roles", &access.roles);
    let any_roles = any("any_roles", &access.any_roles);
    let public = access.is_public().then(|| quote_spanned!(span=> .public()));
    let listing = access.listing().map(|listing| {
        let listing = Ident::new(listing, span);
        quote_spanned!(span=> .listing(#private::Listing::#listing))
    });
    let requirements = quote_spanned!(span=> #scopes #any_scopes #roles #any_roles #public #listing);
    (!requirements.is_empty()).then(|| quote_spanned!(span=> .access(#private::Access::new() #requirements)))
}

/// Returns an expression of type `InputSchema`, or `None` for a function without parameters.
fn input(model: &Model) -> Option<TokenStream> {
    let span = Span::mixed_site();
    let private = private(span);
    let parameters = model.parameters.iter().enumerate().map(|(index, parameter)| {
        let value_type = &parameter.value_type;
        match &parameter.role {
            Role::Argument(argument) => {
                let name = &argument.name;
                let options = options::options(index, parameter, argument);
                quote_spanned!(span=> input.argument::<#value_type>(#name, #options);)
            }
            Role::Extractor => quote_spanned!(span=> input.parameter::<#value_type>();),
        }
    });
    (!model.parameters.is_empty()).then(|| {
        quote_spanned! {span=>
            {
                let mut input = #private::InputSchema::new();
                #(#parameters)*
                input
            }
        }
    })
}
