//! Types of other crates whose `JsonSchema` needs a feature of schemars, by their names.
//!
//! A name only chooses the note of an error. The compiler decides if there is an error: a type of
//! this name that implements the traits is accepted, whatever its crate.

use syn::{GenericArgument, Path, PathArguments, Type};

use super::types::{Part, walk};

/// A crate that schemars supports with a feature.
struct Foreign {
    name: &'static str,
    /// The prefix of the hidden traits in `mcp-server`, which is the name of the feature.
    prefix: &'static str,
    types: &'static [&'static str],
}

const FOREIGN: [Foreign; 13] = [
    Foreign { name: "arrayvec", prefix: "Arrayvec07", types: &["ArrayString", "ArrayVec"] },
    Foreign { name: "bigdecimal", prefix: "Bigdecimal04", types: &["BigDecimal"] },
    Foreign { name: "bytes", prefix: "Bytes1", types: &["Bytes", "BytesMut"] },
    Foreign {
        name: "chrono",
        prefix: "Chrono04",
        types: &["DateTime", "Duration", "NaiveDate", "NaiveDateTime", "NaiveTime", "TimeDelta", "Weekday"],
    },
    Foreign { name: "either", prefix: "Either1", types: &["Either"] },
    Foreign { name: "indexmap", prefix: "Indexmap2", types: &["IndexMap", "IndexSet"] },
    Foreign {
        name: "jiff",
        prefix: "Jiff02",
        types: &["Date", "DateTime", "SignedDuration", "Span", "Time", "Timestamp", "Zoned"],
    },
    Foreign { name: "rust_decimal", prefix: "RustDecimal1", types: &["Decimal"] },
    Foreign { name: "semver", prefix: "Semver1", types: &["Version"] },
    Foreign { name: "smallvec", prefix: "Smallvec1", types: &["SmallVec"] },
    Foreign { name: "smol_str", prefix: "SmolStr", types: &["SmolStr"] },
    Foreign { name: "url", prefix: "Url2", types: &["Url"] },
    Foreign { name: "uuid", prefix: "Uuid1", types: &["Uuid"] },
];

/// Returns the parts of an argument's type with such a name, and the prefix of their traits.
pub(crate) fn in_argument(whole: &Type) -> Vec<(&Type, &'static str)> {
    let mut found = Vec::new();
    walk(whole, &mut |part| {
        if let Part::Type(part @ Type::Path(path)) = part {
            found.extend(of(&path.path).map(|foreign| (part, foreign.prefix)));
        }
        true
    });
    found
}

/// Returns the parts of a type that are inside of `wrapper`, as in `Json<Vec<Uuid>>`.
pub(crate) fn inside<'a>(wrapper: &str, whole: &'a Type) -> Vec<(&'a Type, &'static str)> {
    let mut found = Vec::new();
    walk(whole, &mut |part| {
        if let Part::Type(Type::Path(path)) = part
            && let Some(last) = path.path.segments.last()
            && last.ident == wrapper
            && let PathArguments::AngleBracketed(arguments) = &last.arguments
        {
            found.extend(arguments.args.iter().flat_map(|argument| match argument {
                GenericArgument::Type(inner) => in_argument(inner),
                _ => Vec::new(),
            }));
            return false;
        }
        true
    });
    found
}

/// Returns the crate that a path probably names a type of.
fn of(path: &Path) -> Option<&'static Foreign> {
    let (first, last) = (path.segments.first()?, path.segments.last()?);
    if let Some(written) = FOREIGN.iter().find(|foreign| path.segments.len() > 1 && first.ident == foreign.name) {
        return written.types.iter().any(|name| last.ident == name).then_some(written);
    }
    // `DateTime<Utc>` is of chrono, `DateTime` of jiff.
    let is_generic = !last.arguments.is_none();
    let fits = |foreign: &&Foreign| last.ident != "DateTime" || is_generic == (foreign.name == "chrono");
    FOREIGN.iter().filter(fits).find(|foreign| foreign.types.iter().any(|name| last.ident == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_choose_the_feature() {
        for (written, expected) in [
            ("Uuid", vec!["Uuid1"]),
            ("Option<uuid::Uuid>", vec!["Uuid1"]),
            ("HashMap<Uuid, Vec<DateTime<Utc>>>", vec!["Uuid1", "Chrono04"]),
            ("DateTime", vec!["Jiff02"]),
            ("jiff::civil::DateTime", vec!["Jiff02"]),
            ("::chrono::DateTime<::chrono::Utc>", vec!["Chrono04"]),
            ("IndexMap<String, Url>", vec!["Indexmap2", "Url2"]),
            ("uuid::Timestamp", vec![]),
            ("String", vec![]),
            ("Uuid::Inner", vec![]),
        ] {
            let whole: Type = syn::parse_str(written).unwrap();
            let prefixes: Vec<_> = in_argument(&whole).into_iter().map(|(_, prefix)| prefix).collect();
            assert_eq!(prefixes, expected, "{written}");
        }
    }

    #[test]
    fn results_are_searched_inside_of_json_only() {
        for (written, expected) in
            [("Result<Json<Vec<Uuid>>, Url>", vec!["Uuid1"]), ("Uuid", vec![]), ("mcp_server::Json<Url>", vec!["Url2"])]
        {
            let whole: Type = syn::parse_str(written).unwrap();
            let prefixes: Vec<_> = inside("Json", &whole).into_iter().map(|(_, prefix)| prefix).collect();
            assert_eq!(prefixes, expected, "{written}");
        }
    }
}
