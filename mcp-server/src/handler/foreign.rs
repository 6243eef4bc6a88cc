//! Notes for types of other crates, in the errors that report a missing trait.
//!
//! A trait of a type holds if a part of the type, which has the name of a foreign type, can be an
//! argument or a result. It differs from the bound of the whole type in its note only. The macros
//! add it to that bound.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

macro_rules! foreign {
    ($($argument:ident $output:ident $note:literal;)*) => {$(
        #[diagnostic::on_unimplemented(
            message = "`{Self}` cannot be used as an argument",
            label = "expected `serde::Deserialize` and `schemars::JsonSchema` for `{Part}`",
            note = $note,
            note = "if the type is your own, add `#[derive(serde::Deserialize, schemars::JsonSchema)]`"
        )]
        /// Types of arguments whose `Part` can be an argument.
        pub trait $argument<Part> {}

        #[diagnostic::do_not_recommend]
        impl<Whole: ?Sized, Part: DeserializeOwned + JsonSchema + Send> $argument<Part> for Whole {}

        #[diagnostic::on_unimplemented(
            message = "`{Self}` cannot be returned from a tool",
            label = "expected `serde::Serialize` and `schemars::JsonSchema` for `{Part}`",
            note = $note,
            note = "if the type is your own, add `#[derive(serde::Serialize, schemars::JsonSchema)]`"
        )]
        /// Results whose `Part` can be sent as JSON.
        pub trait $output<Part> {}

        #[diagnostic::do_not_recommend]
        impl<Whole: ?Sized, Part: Serialize + JsonSchema> $output<Part> for Whole {}
    )*};
}

foreign! {
    Arrayvec07Argument Arrayvec07Output "types of the crate `arrayvec` need its feature `serde`, and the feature `arrayvec07` of `schemars`";
    Bigdecimal04Argument Bigdecimal04Output "types of the crate `bigdecimal` need its feature `serde`, and the feature `bigdecimal04` of `schemars`";
    Bytes1Argument Bytes1Output "types of the crate `bytes` need its feature `serde`, and the feature `bytes1` of `schemars`";
    Chrono04Argument Chrono04Output "types of the crate `chrono` need its feature `serde`, and the feature `chrono04` of `schemars`";
    Either1Argument Either1Output "types of the crate `either` need its feature `serde`, and the feature `either1` of `schemars`";
    Indexmap2Argument Indexmap2Output "types of the crate `indexmap` need its feature `serde`, and the feature `indexmap2` of `schemars`";
    Jiff02Argument Jiff02Output "types of the crate `jiff` need its feature `serde`, and the feature `jiff02` of `schemars`";
    RustDecimal1Argument RustDecimal1Output "types of the crate `rust_decimal` need its feature `serde`, and the feature `rust_decimal1` of `schemars`";
    Semver1Argument Semver1Output "types of the crate `semver` need its feature `serde`, and the feature `semver1` of `schemars`";
    Smallvec1Argument Smallvec1Output "types of the crate `smallvec` need its feature `serde`, and the feature `smallvec1` of `schemars`";
    SmolStrArgument SmolStrOutput "types of the crate `smol_str` need its feature `serde`, and the feature `smol_str03` (or `smol_str02`) of `schemars`";
    Url2Argument Url2Output "types of the crate `url` need its feature `serde`, and the feature `url2` of `schemars`";
    Uuid1Argument Uuid1Output "types of the crate `uuid` need its feature `serde`, and the feature `uuid1` of `schemars`";
}
