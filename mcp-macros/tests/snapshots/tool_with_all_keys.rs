#[allow(
    clippy::missing_const_for_fn,
    reason = "handlers own their parameters, and are called at run time only"
)]
fn delete() {}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_delete {
        pub struct delete {}
    }
    #[doc(hidden)]
    use __mcp_delete::*;
    const _: () = {
        fn __mcp_call<R, F>(
            context: ::mcp_server::__private::Context,
            function: F,
        ) -> ::core::result::Result<
            ::mcp_server::__private::HandlerFuture,
            ::mcp_server::__private::CallError,
        >
        where
            R: ::mcp_server::__private::IntoToolResult + 'static,
            F: ::core::ops::Fn() -> R + ::core::marker::Send + 'static,
        {
            ::core::result::Result::Ok(
                ::mcp_server::__private::Box::pin(async move {
                    let returned = function();
                    ::mcp_server::__private::tool_outcome(returned)
                }),
            )
        }
        impl ::mcp_server::__private::ItemSource for __mcp_delete::delete {
            const ENTRY: ::mcp_server::__private::Entry = {
                ::mcp_server::__private::tool_type::<()>();
                ::mcp_server::__private::Entry {
                    kind: ::mcp_server::__private::ItemKind::Tool,
                    name: "delete.note",
                    server: ::core::option::Option::Some("notes"),
                    module: ::core::module_path!(),
                    place: ::mcp_server::__private::Place {
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    make: || -> ::mcp_server::__private::Item {
                        ::mcp_server::__private::ToolBuilder::new("delete.note")
                            .read_only(false)
                            .destructive(true)
                            .idempotent(true)
                            .open_world(false)
                            .task(::mcp_server::__private::TaskSupport::Required)
                            .detaches(true)
                            .returns::<()>()
                            .title(TITLE)
                            .description(include_str!("delete.md"))
                            .icon(
                                ::mcp_server::__private::Icon::new(
                                        "https://example.com/a.png",
                                    )
                                    .mime_type("image/png")
                                    .sizes(["48x48", "any"])
                                    .theme(::mcp_server::__private::IconTheme::Dark),
                            )
                            .icon(
                                ::mcp_server::__private::Icon::new(
                                    "data:image/png;base64,AAAA",
                                ),
                            )
                            .meta("kind", ::mcp_server::__private::json_value("note"))
                            .meta(
                                "com.example/weights",
                                ::mcp_server::__private::json_value([1, 2]),
                            )
                            .meta("depth", ::mcp_server::__private::json_value(-3i64))
                            .meta("ratio", ::mcp_server::__private::json_value(0.5f64))
                            .access(
                                ::mcp_server::__private::Access::new()
                                    .scopes(["notes:write", OTHER_SCOPE])
                                    .any_scopes(["a", "b"])
                                    .any_scopes(["c", "d"])
                                    .roles(["editor"])
                                    .any_roles(["eu", "us"])
                                    .listing(::mcp_server::__private::Listing::WhenAllowed),
                            )
                            .place(
                                <__mcp_delete::delete as ::mcp_server::__private::ItemSource>::ENTRY
                                    .place,
                            )
                            .handler({
                                let call: ::mcp_server::__private::HandlerFn = |context| __mcp_call::<
                                    (),
                                    _,
                                >(context, delete);
                                call
                            })
                            .guarded(::mcp_server::__private::guard(OfficeHours))
                            .guarded(::mcp_server::__private::guard(Tenant::new("x")))
                            .intercepted(::mcp_server::__private::interceptor(Audit))
                    },
                }
            };
        }
        ::mcp_server::__private::inventory::submit! {
            < __mcp_delete::delete as ::mcp_server::__private::ItemSource > ::ENTRY
        }
    };
}
