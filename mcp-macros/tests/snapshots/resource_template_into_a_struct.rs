#[allow(clippy::needless_pass_by_value, reason = "the parameters of handlers are owned")]
fn page(address: Args<Address>) -> Vec<u8> {
    address.read()
}
#[doc(hidden)]
struct page {}
const _: () = {
    const _: () = ::core::assert!(
        ::mcp_server::__private::takes_arguments:: < Args < Address > > (),
        "there is no parameter for the variable `{book}`: add `#[arg] book: String`"
    );
    impl ::mcp_server::__private::ItemSource for page {
        const ENTRY: ::mcp_server::__private::Entry = ::mcp_server::__private::Entry {
            kind: ::mcp_server::__private::ItemKind::ResourceTemplate,
            name: "page",
            server: ::core::option::Option::None,
            place: ::mcp_server::__private::Place {
                file: ::core::file!(),
                line: ::core::line!(),
                module: ::core::module_path!(),
            },
            make: || -> ::mcp_server::__private::Item {
                ::mcp_server::__private::ResourceBuilder::template(
                        "mcp://{book}/{page}",
                        "page",
                    )
                    .place(<page as ::mcp_server::__private::ItemSource>::ENTRY.place)
                    .parameter::<Args<Address>>()
                    .handler(|
                        context: ::mcp_server::__private::Context,
                    | -> ::core::result::Result<
                        ::mcp_server::__private::Answer,
                        ::mcp_server::__private::CallError,
                    > {
                        let parameter0 = ::mcp_server::__private::early::<
                            Args<Address>,
                        >(&context)?;
                        ::core::result::Result::Ok(
                            ::mcp_server::__private::Box::pin(async move {
                                let parameter0 = ::mcp_server::__private::extract::<
                                    Args<Address>,
                                >(parameter0, &context)
                                    .await?;
                                let returned = page(parameter0);
                                ::mcp_server::__private::resource_outcome::<
                                    Vec<u8>,
                                >(returned, &context)
                            }),
                        )
                    })
            },
        };
    }
    ::mcp_server::__private::inventory::submit! {
        < page as ::mcp_server::__private::ItemSource > ::ENTRY
    }
};
