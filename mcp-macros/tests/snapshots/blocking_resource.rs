#[allow(
    clippy::needless_pass_by_value,
    clippy::missing_const_for_fn,
    reason = "handlers own their parameters, and are called at run time only"
)]
fn log(day: String, files: Inject<Files>) -> String {
    files.read(&day)
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_log {
        pub struct log {}
    }
    #[doc(hidden)]
    use __mcp_log::*;
    const _: () = {
        fn __mcp_call<P0, P1, R, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            P0: ::mcp_server::__private::Argument + 'static,
            P1: ::mcp_server::__private::FromContext + 'static,
            R: ::mcp_server::__private::IntoResourceResult + 'static,
            F: ::core::ops::Fn(P0, P1) -> R + ::core::marker::Send + 'static,
        {
            let mut parameter0 = ::core::option::Option::None::<P0>;
            ::mcp_server::__private::read_arguments(
                &context,
                &mut [
                    ::mcp_server::__private::ArgumentSlot::required(
                        "day",
                        &mut parameter0,
                    ),
                ],
            )?;
            let parameter0 = ::mcp_server::__private::filled(parameter0)?;
            let parameter1 = ::mcp_server::__private::early::<P1>(&context)?;
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let parameter1 = ::mcp_server::__private::extract::<
                        P1,
                    >(parameter1, &context)
                        .await?;
                    ::mcp_server::__private::run_blocking(
                            context,
                            move |context| {
                                let returned = function(parameter0, parameter1);
                                ::mcp_server::__private::resource_outcome(returned, context)
                            },
                        )
                        .await
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_log::log {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::argument_type::<String>();
                ::mcp_server::__private::parameter_type::<Inject<Files>>();
                ::mcp_server::__private::resource_type::<String>();
                ::mcp_server::__private::beside_arguments::<
                    Inject<Files>,
                    { ::mcp_server::__private::parameter_type::<Inject<Files>>() },
                >();
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::ResourceTemplate,
                    name: "log",
                    server: ::core::option::Option::None,
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::ResourceBuilder::template(
                                "mcp://{day}",
                                "log",
                            )
                            .choices::<String>("day")
                            .place(
                                <__mcp_log::log as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .parameter::<Inject<Files>>()
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    String,
                                    Inject<Files>,
                                    String,
                                    _,
                                >(context, log);
                                call
                            })
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_log::log as ::mcp_server::__private::ItemSource > ::ENTRY
        }
    };
}
