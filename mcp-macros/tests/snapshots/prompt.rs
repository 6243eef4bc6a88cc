#[allow(clippy::unused_async, reason = "handlers may be async without need")]
/// Reviews code.
async fn review(r#type: String, code: Option<String>) -> Vec<PromptMessage> {
    messages(r#type, code)
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_review {
        pub struct review {}
    }
    #[doc(hidden)]
    use __mcp_review::*;
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
            R: ::mcp_server::__private::IntoPromptResult + 'static,
            U: ::core::future::Future<Output = R> + ::core::marker::Send + 'static,
            F: ::core::ops::Fn(P0, P1) -> U + ::core::marker::Send + 'static,
        {
            let mut parameter0 = ::core::option::Option::None::<P0>;
            let mut parameter1 = ::core::option::Option::None::<P1>;
            ::mcp_server::__private::read_arguments(
                &context,
                &mut [
                    ::mcp_server::__private::ArgumentSlot::required(
                        "type",
                        &mut parameter0,
                    ),
                    ::mcp_server::__private::ArgumentSlot::required(
                        "code",
                        &mut parameter1,
                    ),
                ],
            )?;
            let parameter0 = ::mcp_server::__private::filled(parameter0)?;
            let parameter1 = ::mcp_server::__private::filled(parameter1)?;
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let returned = function(parameter0, parameter1).await;
                    ::mcp_server::__private::prompt_outcome(returned)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_review::review {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::argument_type::<String>();
                ::mcp_server::__private::argument_type::<Option<String>>();
                ::mcp_server::__private::prompt_type::<Vec<PromptMessage>>();
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::Prompt,
                    name: "review-code",
                    server: ::core::option::Option::None,
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::PromptBuilder::new("review-code")
                            .input(
                                &{
                                    let mut input = ::mcp_server::__private::InputSchema::new();
                                    input
                                        .argument::<
                                            String,
                                        >(
                                            "type",
                                            {
                                                let mut options = <::mcp_server::__private::ArgumentOptions as ::core::default::Default>::default();
                                                options.title = ::core::option::Option::Some("Language");
                                                options
                                            },
                                        );
                                    input
                                        .argument::<
                                            Option<String>,
                                        >(
                                            "code",
                                            <::mcp_server::__private::ArgumentOptions as ::core::default::Default>::default(),
                                        );
                                    input
                                },
                            )
                            .description("Reviews code.")
                            .place(
                                <__mcp_review::review as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    String,
                                    Option<String>,
                                    Vec<PromptMessage>,
                                    _,
                                    _,
                                >(context, review);
                                call
                            })
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_review::review as ::mcp_server::__private::ItemSource > ::ENTRY
        }
    };
}
