async fn page(book: u64, page: Option<u32>) -> Option<String> {
    load(book, page).await
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_page {
        pub struct page {}
    }
    #[doc(hidden)]
    use __mcp_page::*;
    const _: () = {
        fn __mcp_call<P0, P1, R, U, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            P0: ::mcp_server::__private::Argument + 'static,
            P1: ::mcp_server::__private::Argument + 'static,
            R: ::mcp_server::__private::IntoResourceResult + 'static,
            U: ::core::future::Future<Output = R> + ::core::marker::Send + 'static,
            F: ::core::ops::Fn(P0, P1) -> U + ::core::marker::Send + 'static,
        {
            let mut parameter0 = ::core::option::Option::None::<P0>;
            let mut parameter1 = ::core::option::Option::None::<P1>;
            ::mcp_server::__private::read_arguments(
                &context,
                &mut [
                    ::mcp_server::__private::ArgumentSlot::required(
                        "book",
                        &mut parameter0,
                    ),
                    ::mcp_server::__private::ArgumentSlot::required(
                        "page",
                        &mut parameter1,
                    ),
                ],
            )?;
            let parameter0 = ::mcp_server::__private::filled(parameter0)?;
            let parameter1 = ::mcp_server::__private::filled(parameter1)?;
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let returned = function(parameter0, parameter1).await;
                    ::mcp_server::__private::resource_outcome(returned, &context)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_page::page {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::argument_type::<u64>();
                ::mcp_server::__private::argument_type::<Option<u32>>();
                ::mcp_server::__private::resource_type::<Option<String>>();
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
                                "mcp://books/{book}{?page}",
                                "page",
                            )
                            .choices::<u64>("book")
                            .choices::<Option<u32>>("page")
                            .place(
                                <__mcp_page::page as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    u64,
                                    Option<u32>,
                                    Option<String>,
                                    _,
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
