//! The derive compiles under strict lints, inside of functions, and for types of every form.

#![deny(warnings, clippy::all, clippy::pedantic, unreachable_pub, missing_docs, unused_qualifications)]

use std::fmt;

use mcp_server::{CallError, CallErrorKind, ClientFacing};

macro_rules! errors {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the text")
            }
        }

        impl std::error::Error for $name {}
    )*};
}

#[derive(Debug, ClientFacing)]
enum Notes {
    #[client("{type}{{{count:>3}}}", not_found)]
    Typed { r#type: char, count: u16 },
    #[client(code = -32001 - 1)]
    Code(#[expect(dead_code, reason = "the text is fixed")] u8),
    #[client(insufficient_scope("notes:read", SCOPE), )]
    Scope,
    Masked { inner: u8 },
}

const SCOPE: &str = "notes:write";

#[derive(Debug, ClientFacing)]
#[client]
struct Unit;

#[derive(Debug, ClientFacing)]
#[client("{0} and {0:?}")]
struct Tuple(&'static str, #[expect(dead_code, reason = "the text omits it")] u8);

#[derive(Debug, ClientFacing)]
enum Empty {}

errors! { Notes Unit Tuple Empty }

fn main() {
    #[derive(Debug, ClientFacing)]
    #[client(forbidden)]
    struct Local;

    errors! { Local }

    let convert = |error: Notes| CallError::from(error);
    let typed = convert(Notes::Typed { r#type: 'x', count: 7 });
    assert_eq!((typed.kind(), typed.to_string().as_str()), (CallErrorKind::NotFound, "x{  7}"));
    assert_eq!(convert(Notes::Code(1)).kind(), CallErrorKind::Protocol);
    assert_eq!(convert(Notes::Scope).kind(), CallErrorKind::InsufficientScope);
    let masked = Notes::Masked { inner: 1 };
    assert!(matches!(masked, Notes::Masked { inner: 1 }));
    assert_eq!(convert(masked).kind(), CallErrorKind::Internal);
    assert_eq!(CallError::from(Unit).to_string(), "the text");
    assert_eq!(CallError::from(Tuple("a", 1)).to_string(), "a and \"a\"");
    assert_eq!(CallError::from(Local).kind(), CallErrorKind::Forbidden);
    let _: fn(Empty) -> CallError = CallError::from;
}
