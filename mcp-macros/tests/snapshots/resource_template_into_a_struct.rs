#[allow(
    clippy::needless_pass_by_value,
    clippy::missing_const_for_fn,
    reason = "handlers own their parameters, and are called at run time only"
)]
fn page(address: Args<Address>) -> Vec<u8> {
    address.read()
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_page {
        pub struct page {}
    }
    #[doc(hidden)]
    use __mcp_page::*;
    const _: () = {
        fn __mcp_call<P0, R, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            P0: ::mcp_server::__private::FromContext + 'static,
            R: ::mcp_server::__private::IntoResourceResult + 'static,
            F: ::core::ops::Fn(P0) -> R + ::core::marker::Send + 'static,
        {
            let parameter0 = ::mcp_server::__private::early::<P0>(&context)?;
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let parameter0 = ::mcp_server::__private::extract::<
                        P0,
                    >(parameter0, &context)
                        .await?;
                    let returned = function(parameter0);
                    ::mcp_server::__private::resource_outcome(returned, &context)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_page::page {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::parameter_type::<Args<Address>>();
                ::mcp_server::__private::resource_type::<Vec<u8>>();
                if !(::mcp_server::__private::parameter_type::<Args<Address>>()) {
                    ::core::panic!(
                        "missing parameter for the template variable `book`: add `#[arg] book: String`"
                    )
                }
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::ResourceTemplate,
                    name: "page",
                    server: ::core::option::Option::None,
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::ResourceBuilder::template(
                                "mcp://{book}/{page}",
                                "page",
                            )
                            .place(
                                <__mcp_page::page as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .parameter::<Args<Address>>()
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    Args<Address>,
                                    Vec<u8>,
                                    _,
                                >(context, page);
                                call
                            })
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_page::page as ::mcp_server::__private::ItemSource > ::ENTRY
        }
    };
}
