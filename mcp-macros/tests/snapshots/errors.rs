::core::compile_error! {
    "unknown key `nam` in `#[tool]`, did you mean `name`?\nexpected one of: `name`, `title`, `description`, `server`, `read_only`, `destructive`, `idempotent`, `open_world`, `task`, `detaches`, `view`, `visibility`, `blocking`, `meta`, `guards`, `interceptors`, `icon`, `icons`, `scopes`, `any_scopes`, `roles`, `any_roles`, `public`, `hidden`, `listing`"
}
::core::compile_error! {
    "invalid value for `name`: expected a non-blank string, as in `name = \"…\"`"
}
::core::compile_error! {
    "unknown key `rnge` in `#[arg]`, did you mean `range`?\nexpected one of: `rename`, `default`, `title`, `description`, `header`, `range`, `length`, `pattern`, `format`, `example`, `multiple_of`"
}
::core::compile_error! {
    "invalid borrowed type: expected an owned type, as in `String`"
}
/// Greets.
pub fn hello(name: &str) -> String {
    name.to_owned()
}
mod move_this_function_out_of_the_impl_block {
    #[doc(hidden)]
    mod __mcp_hello {
        pub struct hello {}
    }
    #[doc(hidden)]
    pub use __mcp_hello::*;
    const _: () = {
        impl ::mcp_server::__private::ItemSource for __mcp_hello::hello {
            const ENTRY: ::mcp_server::__private::Entry = ::mcp_server::__private::Entry {
                kind: ::mcp_server::__private::ItemKind::Tool,
                name: "hello",
                server: ::core::option::Option::None,
                module: "",
                place: ::mcp_server::__private::Place {
                    file: "",
                    line: 0,
                },
                make: || ::core::unreachable!(),
            };
        }
    };
}
