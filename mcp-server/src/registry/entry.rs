//! `Entry`: a constant for each annotated function, collected by the linker.

use std::fmt;

use super::item::Item;
use crate::{context::ItemKind, place::Place};

/// One annotated function. Made by the macros, collected through `inventory` from every file of
/// every crate that is linked, and turned into an [`Item`] when a module is built.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Kind of the item.
    pub kind: ItemKind,
    /// Name of the item.
    pub name: &'static str,
    /// The module it belongs to, by the server's name; `None` for every module that does not choose
    /// its items by name.
    pub server: Option<&'static str>,
    /// The module path of the function.
    pub module: &'static str,
    /// Place of the function in the source.
    pub place: Place,
    /// Makes the item.
    pub make: fn() -> Item,
}

inventory::collect!(Entry);

/// Makes the item of an annotated function.
impl From<Entry> for Item {
    fn from(entry: Entry) -> Self {
        (entry.make)()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("server", &self.server)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// An annotated function, as something that [`items!`](crate::items) can name. Implemented by the
/// macros.
pub trait ItemSource {
    /// The function.
    const ENTRY: Entry;
}

/// The type that stands in for an annotated function, with braces: so it lives among the types
/// only, beside the function. Called by the macros.
///
/// Its own name is what the compiler says in the only place where it cannot be called.
#[doc(hidden)]
#[macro_export]
macro_rules! move_this_function_out_of_the_impl_block {
    ($visibility:vis $function:ident) => {
        #[doc(hidden)]
        $visibility struct $function {}
    };
}

#[doc(hidden)]
pub use move_this_function_out_of_the_impl_block;
