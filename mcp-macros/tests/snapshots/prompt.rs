#[allow(clippy::unused_async, reason = "handlers may be async without need")]
/// Reviews code.
async fn review(r#type: String, code: Option<String>) -> Vec<PromptMessage> {
    messages(r#type, code)
}
#[doc(hidden)]
struct review {}
const _: () = {
    struct __McpArguments<A0, A1> {
        value0: ::core::option::Option<A0>,
        value1: ::core::option::Option<A1>,
    }
    impl<A0, A1> ::core::default::Default for __McpArguments<A0, A1> {
        fn default() -> Self {
            Self {
                value0: ::core::option::Option::None,
                value1: ::core::option::Option::None,
            }
        }
    }
    impl<
        A0: ::mcp_server::__private::Argument,
        A1: ::mcp_server::__private::Argument,
    > ::mcp_server::__private::ArgumentSet for __McpArguments<A0, A1> {
        type Values = (A0, A1);
        const NAMES: &'static [&'static str] = &["type", "code"];
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
                    self.value1 = ::core::option::Option::Some(
                        ::mcp_server::__private::argument::<A1, M>(map)?,
                    );
                }
                _ => {}
            }
            ::core::result::Result::Ok(())
        }
        fn has(&self, index: ::core::primitive::usize) -> ::core::primitive::bool {
            match index {
                0usize => self.value0.is_some(),
                1usize => self.value1.is_some(),
                _ => false,
            }
        }
        fn explain(
            index: ::core::primitive::usize,
            raw: &::core::primitive::str,
        ) -> ::core::option::Option<::mcp_server::__private::String> {
            match index {
                0usize => ::mcp_server::__private::explain_argument::<A0>("type", raw),
                1usize => ::mcp_server::__private::explain_argument::<A1>("code", raw),
                _ => ::core::option::Option::None,
            }
        }
        fn finish(
            self,
            slots: &mut ::mcp_server::__private::Slots,
        ) -> ::core::option::Option<Self::Values> {
            let value0 = slots.required::<A0>("type", self.value0);
            let value1 = slots.required::<A1>("code", self.value1);
            ::core::option::Option::Some((value0?, value1?))
        }
    }
    fn __mcp_item<P0, P1, R, U, F>(
        builder: ::mcp_server::__private::PromptBuilder,
        function: F,
    ) -> ::mcp_server::__private::Item
    where
        P0: ::mcp_server::__private::Argument + 'static,
        P1: ::mcp_server::__private::Argument + 'static,
        R: ::mcp_server::__private::IntoPromptResult + 'static,
        U: ::core::future::Future<Output = R> + ::core::marker::Send + 'static,
        F: ::core::ops::Fn(P0, P1) -> U + ::core::marker::Copy + ::core::marker::Send
            + ::core::marker::Sync + 'static,
    {
        builder
            .handler(move |
                context: ::mcp_server::__private::Context,
            | -> ::core::result::Result<
                ::mcp_server::__private::Answer,
                ::mcp_server::__private::CallError,
            > {
                let (parameter0, parameter1) = ::mcp_server::__private::read_arguments::<
                    __McpArguments<P0, P1>,
                >(&context)?;
                ::core::result::Result::Ok(
                    ::mcp_server::__private::Box::pin(async move {
                        let returned = function(parameter0, parameter1).await;
                        ::mcp_server::__private::prompt_outcome(returned)
                    }),
                )
            })
    }
    impl ::mcp_server::__private::ItemSource for review {
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
                    __mcp_item::<
                        String,
                        Option<String>,
                        Vec<PromptMessage>,
                        _,
                        _,
                    >(
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
                                <review as ::mcp_server::__private::ItemSource>::ENTRY.place,
                            ),
                        review,
                    )
                },
            }
        };
    }
    ::mcp_server::__private::inventory::submit! {
        < review as ::mcp_server::__private::ItemSource > ::ENTRY
    }
};
