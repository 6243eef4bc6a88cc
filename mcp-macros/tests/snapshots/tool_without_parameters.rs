#[allow(clippy::unused_async, reason = "handlers may be async without need")]
/// Pings.
async fn r#loop() -> &'static str {
    "pong"
}
#[doc(hidden)]
struct r#loop {}
const _: () = {
    impl ::mcp_server::__private::ItemSource for r#loop {
        const ENTRY: ::mcp_server::__private::Entry = ::mcp_server::__private::Entry {
            kind: ::mcp_server::__private::ItemKind::Tool,
            name: "loop",
            server: ::core::option::Option::None,
            place: ::mcp_server::__private::Place {
                file: ::core::file!(),
                line: ::core::line!(),
                module: ::core::module_path!(),
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
                    .place(<r#loop as ::mcp_server::__private::ItemSource>::ENTRY.place)
                    .handler(|
                        context: ::mcp_server::__private::Context,
                    | -> ::core::result::Result<
                        ::mcp_server::__private::Answer,
                        ::mcp_server::__private::CallError,
                    > {
                        ::core::result::Result::Ok(
                            ::mcp_server::__private::Box::pin(async move {
                                let returned = r#loop().await;
                                ::mcp_server::__private::tool_outcome::<
                                    &'static str,
                                >(returned)
                            }),
                        )
                    })
            },
        };
    }
    ::mcp_server::__private::inventory::submit! {
        < r#loop as ::mcp_server::__private::ItemSource > ::ENTRY
    }
};
