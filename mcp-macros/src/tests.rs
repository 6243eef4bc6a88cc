//! Snapshot tests of expansions: one file in `tests/snapshots` for each case.
//!
//! After an intended change, `UPDATE_SNAPSHOTS=1 cargo test -p mcp-macros --lib` rewrites them.
//! Review their differences as code.

use std::{env, fs, path::Path};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use crate::{client_facing, expand::annotate, input::Kind};

fn check(case: &str, expansion: TokenStream) {
    let file =
        syn::parse2(expansion).unwrap_or_else(|error| panic!("invalid Rust in the expansion of `{case}`: {error}"));
    let expansion = prettyplease::unparse(&with_items_of_macros(file));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(case).with_extension("rs");
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &expansion).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        expansion, expected,
        "the expansion of `{case}` has changed: run with UPDATE_SNAPSHOTS=1 if this is intended"
    );
}

/// Writes the items in `move_this_function_out_of_the_impl_block!` as a module, which is formatted.
fn with_items_of_macros(mut file: syn::File) -> syn::File {
    for item in &mut file.items {
        if let syn::Item::Macro(wrapper) = item
            && let Some(name) = wrapper.mac.path.segments.last().map(|segment| &segment.ident)
            && let Ok(contents) = syn::parse2::<syn::File>(wrapper.mac.tokens.clone())
        {
            let items = contents.items;
            *item = syn::parse_quote!(mod #name { #(#items)* });
        }
    }
    file
}

#[test]
fn tool_with_arguments_and_extractors() {
    let item = quote! {
        /// Greets someone.
        ///
        /// In words.
        #[tracing::instrument]
        pub(crate) async fn hello_world(
            /// Name of the person.
            #[arg(default = "World", length(min = 1))]
            name: String,
            context: Context,
            #[arg(default = limit(), example = 5)] mut limit: u32,
            #[arg(default)] loud: bool,
            #[arg(rename = "home", header = "Region", range(min = -90, exclusive_max = 90.5))] (x, y): Point,
            _: Option<Principal>,
        ) -> Result<String, CallError> {
            context.progress(0.5).await;
            Ok(name)
        }
    };
    check("tool_with_arguments_and_extractors", annotate(Kind::Tool, quote!(title = "Hello", read_only), item));
}

#[test]
fn tool_with_all_keys() {
    let attribute = quote! {
        name = "delete.note", title = TITLE, description = include_str!("delete.md"), server = "notes",
        read_only = false, destructive, idempotent, open_world = false, task = "required", detaches,
        icons(icon(src = "https://example.com/a.png", mime_type = "image/png", sizes("48x48", "any"), theme = "dark")),
        icon = "data:image/png;base64,AAAA",
        meta(kind = "note", "com.example/weights" = [1, 2], depth = -3, ratio = 0.5),
        scopes("notes:write", OTHER_SCOPE), any_scopes("a", "b"), any_scopes("c", "d"),
        roles("editor"), any_roles("eu", "us"), listing = "when_allowed",
        guards(OfficeHours, Tenant::new("x")), interceptors(Audit),
    };
    check("tool_with_all_keys", annotate(Kind::Tool, attribute, quote! { fn delete() {} }));
}

#[test]
fn tool_without_parameters() {
    let item = quote! {
        /** Pings. */
        async fn r#loop() -> &'static str { "pong" }
    };
    check("tool_without_parameters", annotate(Kind::Tool, quote!(public, hidden), item));
}

#[test]
fn tool_with_two_extractors() {
    let item = quote! {
        fn book(Args(booking): Args<Booking>, store: Inject<Store>) -> Json<Booked> { store.book(booking) }
    };
    check("tool_with_two_extractors", annotate(Kind::Tool, quote!(), item));
}

#[test]
fn resource() {
    let attribute = quote! {
        uri = "mcp://hello-world", mime_type = "text/plain", size = 12, audience(user, assistant), priority = 1,
        last_modified = "2026-01-31T12:00:00Z"
    };
    let item = quote! {
        /// The greeting.
        async fn greeting(context: Context) -> String { context.load().await }
    };
    check("resource", annotate(Kind::Resource, attribute, item));
}

#[test]
fn blocking_resource() {
    let item = quote! { fn log(#[arg] day: String, files: Inject<Files>) -> String { files.read(&day) } };
    check("blocking_resource", annotate(Kind::Resource, quote!(uri_template = "mcp://{day}", blocking), item));
}

#[test]
fn blocking_async_function_is_rejected() {
    for (attribute, item) in [
        (quote!(blocking), quote! { async fn wait() {} }),
        (quote!(task, detaches, blocking), quote! { fn detach() {} }),
    ] {
        let expansion = annotate(Kind::Tool, attribute, item).to_string();
        assert!(expansion.contains("compile_error") && expansion.contains("remove"), "{expansion}");
    }
}

#[test]
fn client_facing_error() {
    let item = quote! {
        enum NotesError {
            #[client]
            Taken,
            #[client(not_found, "there is no note {0} of {1:?}{{}}")]
            Missing(u32, String),
            #[client(code = 1234)]
            Quota { max: u32 },
            Database(io::Error),
            #[error(transparent)]
            Tags(#[from] TagsError),
            #[error(transparent)]
            #[client("{source:?}")]
            Other { source: anyhow::Error },
        }
    };
    check("client_facing_error", client_facing::derive(item));
}

#[test]
fn resource_template() {
    let item = quote! {
        async fn page(#[arg] book: u64, #[arg] page: Option<u32>) -> Option<String> { load(book, page).await }
    };
    check("resource_template", annotate(Kind::Resource, quote!(uri_template = "mcp://books/{book}{?page}"), item));
}

#[test]
fn resource_template_into_a_struct() {
    let item = quote! { fn page(address: Args<Address>) -> Vec<u8> { address.read() } };
    check(
        "resource_template_into_a_struct",
        annotate(Kind::Resource, quote!(uri_template = "mcp://{book}/{page}"), item),
    );
}

#[test]
fn prompt() {
    let item = quote! {
        /// Reviews code.
        async fn review(#[arg(title = "Language")] r#type: String, #[arg] code: Option<String>) -> Vec<PromptMessage> {
            messages(r#type, code)
        }
    };
    check("prompt", annotate(Kind::Prompt, quote!(name = "review-code"), item));
}

#[test]
fn errors_keep_the_function_as_written() {
    let item = quote! {
        /// Greets.
        pub fn hello(
            /// Name.
            #[arg(rnge(min = 1))]
            name: &str,
        ) -> String {
            name.to_owned()
        }
    };
    check("errors", annotate(Kind::Tool, quote!(name = "", nam = 1), item));
}

#[test]
fn incomplete_bodies_are_kept() {
    let item = quote! { fn hello() { let half.typed( ) + } };
    let body = "{ let half . typed () + }";
    for attribute in [quote!(), quote!(unknown)] {
        let expansion = annotate(Kind::Tool, attribute, item.clone()).to_string();
        assert!(expansion.contains(body), "{expansion}");
    }
}

/// Editors look for the definition of a clicked word at all tokens with its place.
#[test]
fn only_copies_are_at_the_place_of_a_word() {
    for (kind, attribute, item) in [
        (
            Kind::Tool,
            r#"title = TITLE, scopes(SCOPE), guards(OfficeHours), meta(a = 1), icon = "https://example.com/a.png""#,
            r#"#[deprecated] pub async fn book(
                #[arg(default = make())] place: Place, #[arg(default = "a")] name: String, #[arg(default)] count: u8,
                #[arg(range(min = MIN))] ids: Vec<Uuid>, store: Inject<Store>, context: Context,
            ) -> Result<Json<Vec<Place>>, Failure> { context.load().await }"#,
        ),
        (Kind::Tool, "", "fn whole(Args(place): Args<Place>, store: Inject<Store>) -> Json<Url> { place }"),
        (Kind::Resource, r#"uri = "a://b", audience(user), size = SIZE"#, "fn fixed(store: Inject<Store>) {}"),
        (Kind::Resource, r#"uri_template = "a://{id}""#, "fn page(#[arg(complete = ids)] id: Id) -> String { id }"),
        (Kind::Resource, r#"uri_template = "a://{id}""#, "fn all(id: Args<Id>, context: Context) -> String { id }"),
        (Kind::Prompt, "", "fn review(#[arg(complete = codes)] code: String) -> PromptMessage { code }"),
    ] {
        let expansion = annotate(kind, attribute.parse().unwrap(), item.parse().unwrap());
        let mut generated = Vec::new();
        for_each_identifier(expansion, &mut |identifier| {
            let at = identifier.span().source_text().unwrap_or_default();
            if at != "fn"
                && at.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
                && identifier != at.as_str()
                && identifier != "_"
            {
                generated.push(format!("`{identifier}` at `{at}`"));
            }
        });
        assert!(generated.is_empty(), "{item}: {generated:?}");
    }
    let path: TokenStream = "weather::forecast".parse().unwrap();
    for_each_identifier(crate::expand::items(path), &mut |identifier| {
        assert!(identifier.span().source_text().is_none_or(|at| identifier == at.as_str()), "{identifier}");
    });
}

fn for_each_identifier(tokens: TokenStream, visit: &mut impl FnMut(Ident)) {
    for token in tokens {
        match token {
            TokenTree::Ident(identifier) => visit(identifier),
            TokenTree::Group(group) => for_each_identifier(group.stream(), visit),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[test]
fn items() {
    let items = crate::expand::items(quote!(hello, weather::forecast));
    check("items", quote! { fn list() -> impl IntoIterator<Item = Entry> { #items } });
}
