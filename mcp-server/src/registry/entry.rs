//! `Entry`: a constant for each annotated function, collected by the linker.

use std::fmt;

use super::item::Item;
use crate::{context::ItemKind, place::Place};

/// An annotated function. The macros create it, `inventory` collects it from all linked crates, and
/// the build of a module turns it into an [`Item`].
#[derive(Clone, Copy)]
pub struct Entry {
    /// Kind of the item.
    pub kind: ItemKind,
    /// Name of the item.
    pub name: &'static str,
    /// Name of the server to which the function is bound. `None` binds it to every module that does
    /// not select items by name.
    pub server: Option<&'static str>,
    /// Module path of the function.
    pub module: &'static str,
    /// Place of the function in the source.
    pub place: Place,
    /// Creates the item.
    pub make: fn() -> Item,
}

inventory::collect!(Entry);

/// Creates the item of an annotated function.
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

/// An annotated function that [`items!`](crate::items) can name. Implemented by the macros.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an annotated function",
    label = "expected a function with `#[tool]`, `#[resource]` or `#[prompt]`",
    note = "a type or module that has the name of the function hides it from `items!`: rename one of them"
)]
pub trait ItemSource {
    /// Entry of the function.
    const ENTRY: Entry;
}

/// Declares the items beside an annotated function. Called by the macros.
///
/// The name of this macro is the advice in the compiler error for a function in an `impl` block:
/// a module is not supported there.
#[doc(hidden)]
#[macro_export]
macro_rules! move_this_function_out_of_the_impl_block {
    ($($items:tt)*) => {
        #[$crate::__private::contents]
        mod items {
            $($items)*
        }
    };
}

#[doc(hidden)]
pub use move_this_function_out_of_the_impl_block;
