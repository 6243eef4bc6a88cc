async fn page(book: u64, page: Option<u32>) -> Option<String> {
    load(book, page).await
}
#[doc(hidden)]
struct page {}
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
        const NAMES: &'static [&'static str] = &["book", "page"];
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
                0usize => ::mcp_server::__private::explain_argument::<A0>("book", raw),
                1usize => ::mcp_server::__private::explain_argument::<A1>("page", raw),
                _ => ::core::option::Option::None,
            }
        }
        fn finish(
            self,
            slots: &mut ::mcp_server::__private::Slots,
        ) -> ::core::option::Option<Self::Values> {
            let value0 = slots.required::<A0>("book", self.value0);
            let value1 = slots.required::<A1>("page", self.value1);
            ::core::option::Option::Some((value0?, value1?))
        }
    }
    fn __mcp_item<P0, P1, R, U, F>(
        builder: ::mcp_server::__private::ResourceBuilder,
        function: F,
    ) -> ::mcp_server::__private::Item
    where
        P0: ::mcp_server::__private::Argument + 'static,
        P1: ::mcp_server::__private::Argument + 'static,
        R: ::mcp_server::__private::IntoResourceResult + 'static,
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
                        ::mcp_server::__private::resource_outcome(returned, &context)
                    }),
                )
            })
    }
    impl ::mcp_server::__private::ItemSource for page {
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
                    __mcp_item::<
                        u64,
                        Option<u32>,
                        Option<String>,
                        _,
                        _,
                    >(
                        ::mcp_server::__private::ResourceBuilder::template(
                                "mcp://books/{book}{?page}",
                                "page",
                            )
                            .place(
                                <page as ::mcp_server::__private::ItemSource>::ENTRY.place,
                            ),
                        page,
                    )
                },
            }
        };
    }
    ::mcp_server::__private::inventory::submit! {
        < page as ::mcp_server::__private::ItemSource > ::ENTRY
    }
};
