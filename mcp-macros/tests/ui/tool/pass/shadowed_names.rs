//! Names of the user's crate do not affect the output.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

extern crate std as alloc;

mod core {}
mod std {}
mod mcp_server {}
mod serde_json {}

struct Option;
struct Result;
struct Vec;
struct Box;
struct Some;
struct Default;
struct From;
type String = ::std::string::String;
type usize = String;
type bool = String;

fn parameter0() {}
fn function() {}
fn builder() {}

#[::mcp_server::tool]
async fn hello(
    #[arg(default = "World", range(min = 1))] context: String,
    #[arg(default)] input: ::std::option::Option<u8>,
    #[arg] builder: usize,
    function: ::mcp_server::Context,
) -> bool {
    ::std::mem::drop((input, builder, function));
    context
}

#[::mcp_server::tool]
fn item(#[arg] set: bool) -> bool {
    set
}

#[::mcp_server::tool]
fn read_arguments(#[arg] map: u8) -> u8 {
    map
}

#[::mcp_server::tool]
fn context() {}

fn main() {
    for entry in ::mcp_server::items![hello, item, read_arguments, context] {
        (entry.make)();
    }
}
