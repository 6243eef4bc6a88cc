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
#[doc(hidden)]
pub(crate) struct hello_world {}
const _: () = {
    struct __McpDefault0;
    impl ::mcp_server::__private::DefaultArgument<String> for __McpDefault0 {
        fn value() -> String {
            ::core::convert::From::from("World")
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
            ::core::default::Default::default()
        }
    }
    struct __McpArguments<A0, A2, A3, A4> {
        value0: ::core::option::Option<A0>,
        value2: ::core::option::Option<A2>,
        value3: ::core::option::Option<A3>,
        value4: ::core::option::Option<A4>,
    }
    impl<A0, A2, A3, A4> ::core::default::Default for __McpArguments<A0, A2, A3, A4> {
        fn default() -> Self {
            Self {
                value0: ::core::option::Option::None,
                value2: ::core::option::Option::None,
                value3: ::core::option::Option::None,
                value4: ::core::option::Option::None,
            }
        }
    }
    impl<
        A0: ::mcp_server::__private::Argument,
        A2: ::mcp_server::__private::Argument,
        A3: ::mcp_server::__private::Argument,
        A4: ::mcp_server::__private::Argument,
    > ::mcp_server::__private::ArgumentSet for __McpArguments<A0, A2, A3, A4>
    where
        __McpDefault0: ::mcp_server::__private::DefaultArgument<A0>,
        __McpDefault2: ::mcp_server::__private::DefaultArgument<A2>,
        __McpDefault3: ::mcp_server::__private::DefaultArgument<A3>,
    {
        type Values = (A0, A2, A3, A4);
        const NAMES: &'static [&'static str] = &["name", "limit", "loud", "home"];
        fn read<'de, M: ::mcp_server::__private::MapAccess<'de>>(
            &mut self,
            index: ::core::primitive::usize,
            map: &mut M,
        ) -> ::core::result::Result<(), M::Error> {
            match index {
                0usize => {
                    self.value0 = ::core::option::Option::Some(
                        ::mcp_server::__private::argument::<A0, M>(map)?,
                    );
                }
                1usize => {
                    self.value2 = ::core::option::Option::Some(
                        ::mcp_server::__private::argument::<A2, M>(map)?,
                    );
                }
                2usize => {
                    self.value3 = ::core::option::Option::Some(
                        ::mcp_server::__private::argument::<A3, M>(map)?,
                    );
                }
                3usize => {
                    self.value4 = ::core::option::Option::Some(
                        ::mcp_server::__private::argument::<A4, M>(map)?,
                    );
                }
                _ => {}
            }
            ::core::result::Result::Ok(())
        }
        fn has(&self, index: ::core::primitive::usize) -> ::core::primitive::bool {
            match index {
                0usize => self.value0.is_some(),
                1usize => self.value2.is_some(),
                2usize => self.value3.is_some(),
                3usize => self.value4.is_some(),
                _ => false,
            }
        }
        fn explain(
            index: ::core::primitive::usize,
            raw: &::core::primitive::str,
        ) -> ::core::option::Option<::mcp_server::__private::String> {
            match index {
                0usize => ::mcp_server::__private::explain_argument::<A0>("name", raw),
                1usize => ::mcp_server::__private::explain_argument::<A2>("limit", raw),
                2usize => ::mcp_server::__private::explain_argument::<A3>("loud", raw),
                3usize => ::mcp_server::__private::explain_argument::<A4>("home", raw),
                _ => ::core::option::Option::None,
            }
        }
        fn finish(
            self,
            slots: &mut ::mcp_server::__private::Slots,
        ) -> ::core::option::Option<Self::Values> {
            let value0 = ::core::option::Option::Some(
                match self.value0 {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => {
                        <__McpDefault0 as ::mcp_server::__private::DefaultArgument<
                            A0,
                        >>::value()
                    }
                },
            );
            let value2 = ::core::option::Option::Some(
                match self.value2 {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => {
                        <__McpDefault2 as ::mcp_server::__private::DefaultArgument<
                            A2,
                        >>::value()
                    }
                },
            );
            let value3 = ::core::option::Option::Some(
                match self.value3 {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => {
                        <__McpDefault3 as ::mcp_server::__private::DefaultArgument<
                            A3,
                        >>::value()
                    }
                },
            );
            let value4 = slots.required::<A4>("home", self.value4);
            ::core::option::Option::Some((value0?, value2?, value3?, value4?))
        }
    }
    fn __mcp_item<P0, P1, P2, P3, P4, P5, R, U, F>(
        builder: ::mcp_server::__private::ToolBuilder,
        function: F,
    ) -> ::mcp_server::__private::Item
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
        F: ::core::ops::Fn(P0, P1, P2, P3, P4, P5) -> U + ::core::marker::Copy
            + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        builder
            .handler(move |
                context: ::mcp_server::__private::Context,
            | -> ::core::result::Result<
                ::mcp_server::__private::Answer,
                ::mcp_server::__private::CallError,
            > {
                let (parameter0, parameter2, parameter3, parameter4) = ::mcp_server::__private::read_arguments::<
                    __McpArguments<P0, P2, P3, P4>,
                >(&context)?;
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
            })
    }
    impl ::mcp_server::__private::ItemSource for hello_world {
        const ENTRY: ::mcp_server::__private::Entry = {
            ::mcp_server::__private::argument_type::<String>();
            ::mcp_server::__private::parameter_type::<Context>();
            ::mcp_server::__private::argument_type::<u32>();
            ::mcp_server::__private::argument_type::<bool>();
            ::mcp_server::__private::argument_type::<Point>();
            ::mcp_server::__private::parameter_type::<Option<Principal>>();
            ::mcp_server::__private::tool_type::<Result<String, CallError>>();
            if ::mcp_server::__private::takes_arguments::<Context>() {
                ::core::panic!(
                    "`Args<…>` takes all arguments at once: use it, or parameters marked `#[arg]`, not both"
                )
            }
            if ::mcp_server::__private::takes_arguments::<Option<Principal>>() {
                ::core::panic!(
                    "`Args<…>` takes all arguments at once: use it, or parameters marked `#[arg]`, not both"
                )
            }
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
                    __mcp_item::<
                        String,
                        Context,
                        u32,
                        bool,
                        Point,
                        Option<Principal>,
                        Result<String, CallError>,
                        _,
                        _,
                    >(
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
                                                "Who to greet.",
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
                                <hello_world as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .parameter::<Context>()
                            .parameter::<Option<Principal>>(),
                        hello_world,
                    )
                },
            }
        };
    }
    ::mcp_server::__private::inventory::submit! {
        < hello_world as ::mcp_server::__private::ItemSource > ::ENTRY
    }
};
