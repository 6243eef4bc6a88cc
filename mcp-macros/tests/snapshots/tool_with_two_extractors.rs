#[allow(
    clippy::needless_pass_by_value,
    clippy::missing_const_for_fn,
    reason = "handlers own their parameters, and are called at run time only"
)]
fn book(Args(booking): Args<Booking>, store: Inject<Store>) -> Json<Booked> {
    store.book(booking)
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_book {
        pub struct book {}
    }
    #[doc(hidden)]
    use __mcp_book::*;
    const _: () = {
        fn __mcp_call<P0, P1, R, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            P0: ::mcp_server::__private::FromContext + 'static,
            P1: ::mcp_server::__private::FromContext + 'static,
            R: ::mcp_server::__private::IntoToolResult + 'static,
            F: ::core::ops::Fn(P0, P1) -> R + ::core::marker::Send + 'static,
        {
            let parameter0 = ::mcp_server::__private::early::<P0>(&context)?;
            let parameter1 = ::mcp_server::__private::early::<P1>(&context)?;
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let parameter0 = ::mcp_server::__private::extract::<
                        P0,
                    >(parameter0, &context)
                        .await?;
                    let parameter1 = ::mcp_server::__private::extract::<
                        P1,
                    >(parameter1, &context)
                        .await?;
                    let returned = function(parameter0, parameter1);
                    ::mcp_server::__private::tool_outcome(returned)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_book::book {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::parameter_type::<Args<Booking>>();
                ::mcp_server::__private::parameter_type::<Inject<Store>>();
                ::mcp_server::__private::tool_type::<Json<Booked>>();
                ::mcp_server::__private::the_only_args::<
                    Inject<Store>,
                    {
                        ::mcp_server::__private::parameter_type::<Inject<Store>>()
                            && (::mcp_server::__private::parameter_type::<
                                Args<Booking>,
                            >())
                    },
                >();
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::Tool,
                    name: "book",
                    server: ::core::option::Option::None,
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::ToolBuilder::new("book")
                            .input({
                                let mut input = ::mcp_server::__private::InputSchema::new();
                                input.parameter::<Args<Booking>>();
                                input.parameter::<Inject<Store>>();
                                input
                            })
                            .returns::<Json<Booked>>()
                            .place(
                                <__mcp_book::book as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .parameter::<Args<Booking>>()
                            .parameter::<Inject<Store>>()
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    Args<Booking>,
                                    Inject<Store>,
                                    Json<Booked>,
                                    _,
                                >(context, book);
                                call
                            })
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_book::book as ::mcp_server::__private::ItemSource > ::ENTRY
        }
    };
}
