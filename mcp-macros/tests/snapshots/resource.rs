/// The greeting.
async fn greeting(context: Context) -> String {
    context.load().await
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_greeting {
        pub struct greeting {}
    }
    #[doc(hidden)]
    use __mcp_greeting::*;
    const _: () = {
        fn __mcp_call<P0, R, U, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            P0: ::mcp_server::__private::FromContext + 'static,
            R: ::mcp_server::__private::IntoResourceResult + 'static,
            U: ::core::future::Future<Output = R> + ::core::marker::Send + 'static,
            F: ::core::ops::Fn(P0) -> U + ::core::marker::Send + 'static,
        {
            let parameter0 = ::mcp_server::__private::early::<P0>(&context)?;
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let parameter0 = ::mcp_server::__private::extract::<
                        P0,
                    >(parameter0, &context)
                        .await?;
                    let returned = function(parameter0).await;
                    ::mcp_server::__private::resource_outcome(returned, &context)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_greeting::greeting {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::parameter_type::<Context>();
                ::mcp_server::__private::resource_type::<String>();
                ::mcp_server::__private::with_fixed_uri::<
                    Context,
                    { ::mcp_server::__private::parameter_type::<Context>() },
                >();
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::Resource,
                    name: "greeting",
                    server: ::core::option::Option::None,
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::ResourceBuilder::new(
                                "mcp://hello-world",
                                "greeting",
                            )
                            .mime_type("text/plain")
                            .size(12)
                            .audience([
                                ::mcp_server::__private::Role::User,
                                ::mcp_server::__private::Role::Assistant,
                            ])
                            .priority(1f64)
                            .last_modified("2026-01-31T12:00:00Z")
                            .description("The greeting.")
                            .place(
                                <__mcp_greeting::greeting as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .parameter::<Context>()
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    Context,
                                    String,
                                    _,
                                    _,
                                >(context, greeting);
                                call
                            })
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_greeting::greeting as ::mcp_server::__private::ItemSource > ::ENTRY
        }
    };
}
