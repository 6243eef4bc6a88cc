//! A function may have the name of a module, a type or an imported module.
#![deny(warnings)]
#![forbid(unused_imports, hidden_glob_reexports, ambiguous_glob_reexports)]

use mcp_server::{items, tool};

mod weather {
    pub const CITY: &str = "Kew";
}

/// Returns the weather.
#[tool]
fn weather() -> &'static str {
    weather::CITY
}

#[allow(non_camel_case_types)]
struct station {
    name: &'static str,
}

/// Returns a station.
#[tool]
fn station() -> &'static str {
    station { name: "Kew" }.name
}

mod elsewhere {
    use std::fmt;

    /// Formats.
    #[mcp_server::tool]
    pub fn fmt() -> String {
        fmt::format(format_args!("formatted"))
    }

    pub mod hidden {
        /// Greets.
        #[mcp_server::tool]
        pub(crate) fn greet() {}
    }

    pub(crate) use hidden::greet;
}

use elsewhere::greet;

fn main() {
    assert_eq!((weather(), station(), elsewhere::fmt()), ("Kew", "Kew", "formatted".to_owned()));
    let mut names: Vec<_> = inventory_names();
    names.sort_unstable();
    assert_eq!(names, ["fmt", "greet", "station", "weather"]);
    assert_eq!(items![greet, elsewhere::greet, elsewhere::hidden::greet].map(|entry| entry.name), ["greet"; 3]);
}

fn inventory_names() -> Vec<&'static str> {
    mcp_server::__private::inventory::iter::<mcp_server::__private::Entry>().map(|entry| entry.name).collect()
}
