#[allow(clippy::unused_async, reason = "handlers may be async without need")]
/// Pings.
async fn r#loop() -> &'static str {
    "pong"
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_loop {
        pub struct r#loop {}
    }
    #[doc(hidden)]
    use __mcp_loop::*;
    const _: () = {
        fn __mcp_call<R, U, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            R: ::mcp_server::__private::IntoToolResult + 'static,
            U: ::core::future::Future<Output = R> + ::core::marker::Send + 'static,
            F: ::core::ops::Fn() -> U + ::core::marker::Send + 'static,
        {
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let returned = function().await;
                    ::mcp_server::__private::tool_outcome(returned)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_loop::r#loop {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::tool_type::<&'static str>();
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::Tool,
                    name: "loop",
                    server: ::core::option::Option::None,
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::ToolBuilder::new("loop")
                            .returns::<&'static str>()
                            .description("Pings.")
                            .access(
                                ::mcp_server::__private::Access::new()
                                    .public()
                                    .listing(::mcp_server::__private::Listing::Never),
                            )
                            .place(
                                <__mcp_loop::r#loop as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    &'static str,
                                    _,
                                    _,
                                >(context, r#loop);
                                call
                            })
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_loop::r#loop as ::mcp_server::__private::ItemSource > ::ENTRY
        }
    };
}
