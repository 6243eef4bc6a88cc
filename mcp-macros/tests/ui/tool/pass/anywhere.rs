//! Annotated functions may be in functions, in modules, and in macros.

use mcp_server::{Context, tool};

mod outer {
    pub mod inner {
        /// Deep.
        #[mcp_server::tool]
        pub async fn deep(super::super::Wrapped(context): super::super::Wrapped, #[arg(rename = "n")] (): ()) -> Option<String> {
            Some(context.arguments().into_owned())
        }
    }
}

pub struct Wrapped(Context);

impl mcp_server::FromContext for Wrapped {
    type Rejection = std::convert::Infallible;

    async fn from_context(context: &Context) -> Result<Self, Self::Rejection> {
        Ok(Self(context.clone()))
    }
}

macro_rules! tools {
    ($($name:ident: $type:ty = $default:expr;)*) => {
        $(
            #[tool]
            fn $name(#[arg(default = $default)] value: $type, _: Context) -> $type {
                value
            }
        )*
    };
}

tools! {
    number: u8 = 5;
    text: String = String::from("a");
}

fn main() {
    #[tool]
    fn inside() {}
    inside();
    let all = mcp_server::items![outer::inner::deep, number, text, inside];
    assert_eq!(all.map(|entry| entry.name), ["deep", "number", "text", "inside"]);
    for entry in all {
        assert_eq!((entry.make)().name(), entry.name);
    }
}
