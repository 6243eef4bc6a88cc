//! `is_finite` and `lost_float`: find floats that JSON cannot represent. `serde_json` writes NaN
//! and infinity as `null`.

use std::fmt::{self, Display};

use serde::{
    Serialize,
    ser::{
        self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

/// Expectation that a float without a form in JSON violates.
pub(crate) const NOT_FINITE: &str =
    "expected finite numbers, got NaN or infinity, which JSON cannot represent; for missing values, use `Option<f64>`";

/// Returns `true` if no float in the value is NaN or infinite.
pub(crate) fn is_finite<T: Serialize + ?Sized>(value: &T) -> bool {
    value.serialize(Finder::default()).is_ok()
}

/// Returns the path of the first float that is NaN or infinite, such as `rows[1].x`, or an empty
/// path for the value itself. A float in an `Option` may be `null`, and is not found.
pub(crate) fn lost_float<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    value.serialize(Finder { skips_options: true, ..Finder::default() }).err().map(|NotFinite(path)| path)
}

/// A serializer that writes nothing, and fails at the first float that is not finite.
#[derive(Clone, Copy, Default)]
struct Finder {
    skips_options: bool,
    /// The value is the content of an `Option`.
    in_option: bool,
    /// Position of the next element of a sequence.
    position: usize,
}

impl Finder {
    fn float(self, is_finite: bool) -> Found {
        if is_finite || self.skips_options && self.in_option { Ok(()) } else { Err(NotFinite(String::new())) }
    }

    /// Checks a part of the value.
    fn part<T: Serialize + ?Sized>(self, value: &T, name: impl FnOnce() -> String) -> Found {
        value.serialize(Self { in_option: false, position: 0, ..self }).map_err(|NotFinite(path)| {
            let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
            NotFinite(format!("{}{dot}{path}", name()))
        })
    }
}

/// The path of the float.
#[derive(Debug)]
struct NotFinite(String);

impl Display for NotFinite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NaN and infinity have no form in JSON")
    }
}

impl std::error::Error for NotFinite {}

impl ser::Error for NotFinite {
    // A value that cannot be serialized has no float, either. Its serializer reports it.
    fn custom<T: Display>(_: T) -> Self {
        Self(String::new())
    }
}

type Found = Result<(), NotFinite>;

macro_rules! finite {
    ($($method:ident($type:ty))*) => {
        $(fn $method(self, _: $type) -> Found { Ok(()) })*
    };
}

macro_rules! compound {
    ($($method:ident($($parameter:ident: $type:ty),*))*) => {
        $(fn $method(self, $(_: $type),*) -> Result<Self, NotFinite> { Ok(self) })*
    };
}

impl ser::Serializer for Finder {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = InVariant;
    type SerializeMap = InMap;
    type SerializeStruct = Self;
    type SerializeStructVariant = InVariant;

    finite! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128) serialize_char(char)
        serialize_str(&str) serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
    }

    fn serialize_f32(self, value: f32) -> Found {
        self.float(value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Found {
        self.float(value.is_finite())
    }

    fn serialize_none(self) -> Found {
        Ok(())
    }

    fn serialize_unit(self) -> Found {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Found {
        value.serialize(Self { in_option: true, ..self })
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Found {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Found {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Found {
        self.part(value, || variant.to_owned())
    }

    compound! {
        serialize_seq(length: Option<usize>)
        serialize_tuple(length: usize)
        serialize_tuple_struct(name: &'static str, length: usize)
        serialize_struct(name: &'static str, length: usize)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<InVariant, NotFinite> {
        Ok(InVariant { finder: self, variant })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<InVariant, NotFinite> {
        Ok(InVariant { finder: self, variant })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<InMap, NotFinite> {
        Ok(InMap { finder: self, key: String::new() })
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Found {
        Ok(())
    }
}

/// Fields of an enum variant.
struct InVariant {
    finder: Finder,
    variant: &'static str,
}

/// Entries of a map.
struct InMap {
    finder: Finder,
    /// Key of the next value.
    key: String,
}

macro_rules! elements {
    ($($part:ident for $parts:ty: $method:ident($($name:ident)?) $check:expr;)*) => {
        $(
            impl $part for $parts {
                type Ok = ();
                type Error = NotFinite;

                fn $method<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? value: &T) -> Found {
                    let check: fn(&mut Self, &T, &str) -> Found = $check;
                    check(self, value, [$($name,)? ""][0])
                }

                fn end(self) -> Found {
                    Ok(())
                }
            }
        )*
    };
}

impl Finder {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Found {
        self.position += 1;
        self.part(value, || format!("[{}]", self.position - 1))
    }

    fn field<T: Serialize + ?Sized>(self, value: &T, name: &str) -> Found {
        self.part(value, || in_path(name))
    }
}

impl InVariant {
    fn named(&self, NotFinite(path): NotFinite) -> NotFinite {
        let dot = if path.starts_with('[') { "" } else { "." };
        NotFinite(format!("{}{dot}{path}", self.variant))
    }
}

elements! {
    SerializeSeq for Finder: serialize_element() |finder, value, _| finder.element(value);
    SerializeTuple for Finder: serialize_element() |finder, value, _| finder.element(value);
    SerializeTupleStruct for Finder: serialize_field() |finder, value, _| finder.element(value);
    SerializeStruct for Finder: serialize_field(name) |finder, value, name| finder.field(value, name);
    SerializeTupleVariant for InVariant: serialize_field() |part, value, _| {
        part.finder.element(value).map_err(|found| part.named(found))
    };
    SerializeStructVariant for InVariant: serialize_field(name) |part, value, name| {
        part.finder.field(value, name).map_err(|found| part.named(found))
    };
}

impl SerializeMap for InMap {
    type Ok = ();
    type Error = NotFinite;

    // `serde_json` rejects keys that are not finite.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Found {
        self.key = serde_json::to_value(key)
            .map_or_else(|_| String::new(), |key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Found {
        self.finder.field(value, &self.key)
    }

    fn end(self) -> Found {
        Ok(())
    }
}

/// Returns the part of a path that names a member: `name`, or `["a name"]`.
fn in_path(name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-$".contains(letter));
    if is_plain { name.to_owned() } else { format!("[{name:?}]") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Row(f32, Option<f64>);

    #[derive(Serialize)]
    enum Shape {
        Circle(f64),
        Square { side: f64 },
        Pair(f64, f64),
        Point,
    }

    #[derive(Serialize)]
    struct Whole {
        rows: Vec<Row>,
        by_name: BTreeMap<&'static str, Shape>,
        #[serde(flatten)]
        more: Option<BTreeMap<String, f64>>,
    }

    fn whole(float: f32, shape: Shape, more: Option<f64>) -> Whole {
        let more = more.map(|more| BTreeMap::from([("more".to_owned(), more)]));
        Whole { rows: vec![Row(float, None)], by_name: BTreeMap::from([("a", shape)]), more }
    }

    #[test]
    fn float_without_json_form_is_found_at_every_depth() {
        assert!(is_finite(&json!({"a": [null, 1.5, "NaN", true]})));
        assert!(is_finite(&(1_u8, -1_i64, 'x', (), None::<f64>, f64::MAX)));
        assert!(is_finite(&whole(1.0, Shape::Point, Some(0.5))));
        assert!(!is_finite(&f64::NAN));
        assert!(!is_finite(&whole(f32::INFINITY, Shape::Point, None)));
        assert!(!is_finite(&whole(0.0, Shape::Circle(f64::NAN), None)));
        assert!(!is_finite(&whole(0.0, Shape::Square { side: f64::NEG_INFINITY }, None)));
        assert!(!is_finite(&whole(0.0, Shape::Pair(0.0, f64::NAN), None)));
        assert!(!is_finite(&whole(0.0, Shape::Point, Some(f64::NAN))));
        assert!(!is_finite(&Row(0.0, Some(f64::NAN))));
    }

    #[test]
    fn lost_float_has_a_path() {
        for (value, path) in [
            (whole(f32::NAN, Shape::Point, None), "rows[0][0]"),
            (whole(0.0, Shape::Circle(f64::NAN), None), "by_name.a.Circle"),
            (whole(0.0, Shape::Square { side: f64::NAN }, None), "by_name.a.Square.side"),
            (whole(0.0, Shape::Pair(0.0, f64::NAN), None), "by_name.a.Pair[1]"),
            (whole(0.0, Shape::Point, Some(f64::NAN)), "more"),
        ] {
            assert_eq!(lost_float(&value).as_deref(), Some(path));
        }
        assert_eq!(lost_float(&f64::NAN).as_deref(), Some(""));
        assert_eq!(lost_float(&BTreeMap::from([("a b", [f32::NAN])])).as_deref(), Some("[\"a b\"][0]"));
        assert_eq!(lost_float(&BTreeMap::from([(7, f32::NAN)])).as_deref(), Some("7"));
        assert_eq!(lost_float(&Row(0.0, Some(f64::NAN))), None, "the value may be absent");
        assert_eq!(lost_float(&Some([f64::NAN])).as_deref(), Some("[0]"));
    }
}
