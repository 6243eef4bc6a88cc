/// Greets someone.
///
/// In words.
#[tracing::instrument]
pub(crate) async fn hello_world(
    name: String,
    context: Context,
    mut limit: u32,
    loud: bool,
    (x, y): Point,
    _: Option<Principal>,
) -> Result<String, CallError> {
    context.progress(0.5).await;
    Ok(name)
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_hello_world {
        pub struct hello_world {}
    }
    #[doc(hidden)]
    pub(crate) use __mcp_hello_world::*;
    const _: () = {
        struct __McpDefault0;
        impl ::mcp_server::__private::DefaultArgument<String> for __McpDefault0 {
            fn value() -> String {
                ::mcp_server::__private::DefaultText::of_text("World")
            }
        }
        struct __McpDefault2;
        impl ::mcp_server::__private::DefaultArgument<u32> for __McpDefault2 {
            fn value() -> u32 {
                limit()
            }
        }
        struct __McpDefault3;
        impl ::mcp_server::__private::DefaultArgument<bool> for __McpDefault3 {
            fn value() -> bool {
                <bool as ::core::default::Default>::default()
            }
        }
        fn __mcp_call<P0, P1, P2, P3, P4, P5, R, U, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            P0: ::mcp_server::__private::Argument + 'static,
            P1: ::mcp_server::__private::FromContext + 'static,
            P2: ::mcp_server::__private::Argument + 'static,
            P3: ::mcp_server::__private::Argument + 'static,
            P4: ::mcp_server::__private::Argument + 'static,
            P5: ::mcp_server::__private::FromContext + 'static,
            __McpDefault0: ::mcp_server::__private::DefaultArgument<P0>,
            __McpDefault2: ::mcp_server::__private::DefaultArgument<P2>,
            __McpDefault3: ::mcp_server::__private::DefaultArgument<P3>,
            R: ::mcp_server::__private::IntoToolResult + 'static,
            U: ::core::future::Future<Output = R> + ::core::marker::Send + 'static,
            F: ::core::ops::Fn(P0, P1, P2, P3, P4, P5) -> U + ::core::marker::Send
                + 'static,
        {
            let mut parameter0 = ::core::option::Option::None::<P0>;
            let mut parameter2 = ::core::option::Option::None::<P2>;
            let mut parameter3 = ::core::option::Option::None::<P3>;
            let mut parameter4 = ::core::option::Option::None::<P4>;
            ::mcp_server::__private::read_arguments(
                &context,
                &mut [
                    ::mcp_server::__private::ArgumentSlot::with_default(
                        "name",
                        &mut parameter0,
                    ),
                    ::mcp_server::__private::ArgumentSlot::with_default(
                        "limit",
                        &mut parameter2,
                    ),
                    ::mcp_server::__private::ArgumentSlot::with_default(
                        "loud",
                        &mut parameter3,
                    ),
                    ::mcp_server::__private::ArgumentSlot::required(
                        "home",
                        &mut parameter4,
                    ),
                ],
            )?;
            let parameter0 = ::mcp_server::__private::filled_or(
                parameter0,
                <__McpDefault0 as ::mcp_server::__private::DefaultArgument<P0>>::value,
            );
            let parameter2 = ::mcp_server::__private::filled_or(
                parameter2,
                <__McpDefault2 as ::mcp_server::__private::DefaultArgument<P2>>::value,
            );
            let parameter3 = ::mcp_server::__private::filled_or(
                parameter3,
                <__McpDefault3 as ::mcp_server::__private::DefaultArgument<P3>>::value,
            );
            let parameter4 = ::mcp_server::__private::filled(parameter4)?;
            let parameter1 = ::mcp_server::__private::early::<P1>(&context)?;
            let parameter5 = ::mcp_server::__private::early::<P5>(&context)?;
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let parameter1 = ::mcp_server::__private::extract::<
                        P1,
                    >(parameter1, &context)
                        .await?;
                    let parameter5 = ::mcp_server::__private::extract::<
                        P5,
                    >(parameter5, &context)
                        .await?;
                    let returned = function(
                            parameter0,
                            parameter1,
                            parameter2,
                            parameter3,
                            parameter4,
                            parameter5,
                        )
                        .await;
                    ::mcp_server::__private::tool_outcome(returned)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_hello_world::hello_world {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::argument_type::<String>();
                ::mcp_server::__private::parameter_type::<Context>();
                ::mcp_server::__private::argument_type::<u32>();
                ::mcp_server::__private::argument_type::<bool>();
                ::mcp_server::__private::argument_type::<Point>();
                ::mcp_server::__private::parameter_type::<Option<Principal>>();
                ::mcp_server::__private::tool_type::<Result<String, CallError>>();
                ::mcp_server::__private::beside_arguments::<
                    Context,
                    { ::mcp_server::__private::parameter_type::<Context>() },
                >();
                ::mcp_server::__private::beside_arguments::<
                    Option<Principal>,
                    { ::mcp_server::__private::parameter_type::<Option<Principal>>() },
                >();
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::Tool,
                    name: "hello_world",
                    server: ::core::option::Option::None,
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::ToolBuilder::new("hello_world")
                            .read_only(true)
                            .input({
                                let mut input = ::mcp_server::__private::InputSchema::new();
                                input
                                    .argument::<
                                        String,
                                    >(
                                        "name",
                                        {
                                            let mut options = <::mcp_server::__private::ArgumentOptions as ::core::default::Default>::default();
                                            options.description = ::core::option::Option::Some(
                                                "Name of the person.",
                                            );
                                            options.optional = true;
                                            options.default = ::core::option::Option::Some(
                                                ::mcp_server::__private::json_value("World"),
                                            );
                                            options
                                                .keywords
                                                .push((
                                                    "minLength",
                                                    ::mcp_server::__private::json_value(1u64),
                                                ));
                                            options
                                        },
                                    );
                                input.parameter::<Context>();
                                input
                                    .argument::<
                                        u32,
                                    >(
                                        "limit",
                                        {
                                            let mut options = <::mcp_server::__private::ArgumentOptions as ::core::default::Default>::default();
                                            options.optional = true;
                                            options.default = {
                                                use ::mcp_server::__private::{
                                                    SerializedDefault as _, SilentDefault as _,
                                                };
                                                (&::mcp_server::__private::ShownDefault(
                                                    <__McpDefault2 as ::mcp_server::__private::DefaultArgument<
                                                        u32,
                                                    >>::value(),
                                                ))
                                                    .shown()
                                            };
                                            options
                                                .keywords
                                                .push((
                                                    "examples",
                                                    ::mcp_server::__private::Value::from([
                                                        ::mcp_server::__private::json_value(5u64),
                                                    ]),
                                                ));
                                            options
                                        },
                                    );
                                input
                                    .argument::<
                                        bool,
                                    >(
                                        "loud",
                                        {
                                            let mut options = <::mcp_server::__private::ArgumentOptions as ::core::default::Default>::default();
                                            options.optional = true;
                                            options.default = {
                                                use ::mcp_server::__private::{
                                                    SerializedDefault as _, SilentDefault as _,
                                                };
                                                (&::mcp_server::__private::ShownDefault(
                                                    <__McpDefault3 as ::mcp_server::__private::DefaultArgument<
                                                        bool,
                                                    >>::value(),
                                                ))
                                                    .shown()
                                            };
                                            options
                                        },
                                    );
                                input
                                    .argument::<
                                        Point,
                                    >(
                                        "home",
                                        {
                                            let mut options = <::mcp_server::__private::ArgumentOptions as ::core::default::Default>::default();
                                            options.header = ::core::option::Option::Some("Region");
                                            options
                                                .keywords
                                                .push((
                                                    "minimum",
                                                    ::mcp_server::__private::json_value(-90i64),
                                                ));
                                            options
                                                .keywords
                                                .push((
                                                    "exclusiveMaximum",
                                                    ::mcp_server::__private::json_value(90.5f64),
                                                ));
                                            options
                                        },
                                    );
                                input.parameter::<Option<Principal>>();
                                input
                            })
                            .returns::<Result<String, CallError>>()
                            .title("Hello")
                            .description("Greets someone.\n\nIn words.")
                            .place(
                                <__mcp_hello_world::hello_world as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .parameter::<Context>()
                            .parameter::<Option<Principal>>()
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    String,
                                    Context,
                                    u32,
                                    bool,
                                    Point,
                                    Option<Principal>,
                                    Result<String, CallError>,
                                    _,
                                    _,
                                >(context, hello_world);
                                call
                            })
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_hello_world::hello_world as ::mcp_server::__private::ItemSource >
            ::ENTRY
        }
    };
}
