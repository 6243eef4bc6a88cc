#[allow(clippy::needless_pass_by_value, reason = "the parameters of handlers are owned")]
fn book(Args(booking): Args<Booking>, store: Inject<Store>) -> Json<Booked> {
    store.book(booking)
}
#[doc(hidden)]
struct book {}
const _: () = {
    const _: () = ::core::assert!(
        ! (::mcp_server::__private::takes_arguments:: < Inject < Store > > () &&
        (::mcp_server::__private::takes_arguments:: < Args < Booking > > ())),
        "`Args<…>` takes all arguments at once, so one is enough: put both into one struct"
    );
    impl ::mcp_server::__private::ItemSource for book {
        const ENTRY: ::mcp_server::__private::Entry = ::mcp_server::__private::Entry {
            kind: ::mcp_server::__private::ItemKind::Tool,
            name: "book",
            server: ::core::option::Option::None,
            place: ::mcp_server::__private::Place {
                file: ::core::file!(),
                line: ::core::line!(),
                module: ::core::module_path!(),
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
                    .place(<book as ::mcp_server::__private::ItemSource>::ENTRY.place)
                    .parameter::<Args<Booking>>()
                    .parameter::<Inject<Store>>()
                    .handler(|
                        context: ::mcp_server::__private::Context,
                    | -> ::core::result::Result<
                        ::mcp_server::__private::Answer,
                        ::mcp_server::__private::CallError,
                    > {
                        let parameter0 = ::mcp_server::__private::early::<
                            Args<Booking>,
                        >(&context)?;
                        let parameter1 = ::mcp_server::__private::early::<
                            Inject<Store>,
                        >(&context)?;
                        ::core::result::Result::Ok(
                            ::mcp_server::__private::Box::pin(async move {
                                let parameter0 = ::mcp_server::__private::extract::<
                                    Args<Booking>,
                                >(parameter0, &context)
                                    .await?;
                                let parameter1 = ::mcp_server::__private::extract::<
                                    Inject<Store>,
                                >(parameter1, &context)
                                    .await?;
                                let returned = book(parameter0, parameter1);
                                ::mcp_server::__private::tool_outcome::<
                                    Json<Booked>,
                                >(returned)
                            }),
                        )
                    })
            },
        };
    }
    ::mcp_server::__private::inventory::submit! {
        < book as ::mcp_server::__private::ItemSource > ::ENTRY
    }
};
