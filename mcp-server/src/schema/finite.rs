//! `is_finite`: finds floats that JSON cannot represent. `serde_json` writes NaN and infinity as
//! `null`.

use std::fmt::{self, Display};

use serde::{
    Serialize,
    ser::{
        self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

/// Returns `true` if no float in the value is NaN or infinite.
pub(crate) fn is_finite<T: Serialize + ?Sized>(value: &T) -> bool {
    value.serialize(Finder).is_ok()
}

/// A serializer that writes nothing, and fails at the first float that is not finite.
#[derive(Clone, Copy)]
struct Finder;

#[derive(Debug)]
struct NotFinite;

impl Display for NotFinite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NaN and infinity have no form in JSON")
    }
}

impl std::error::Error for NotFinite {}

impl ser::Error for NotFinite {
    fn custom<T: Display>(_: T) -> Self {
        Self
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
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    finite! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128) serialize_char(char)
        serialize_str(&str) serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
    }

    fn serialize_f32(self, value: f32) -> Found {
        if value.is_finite() { Ok(()) } else { Err(NotFinite) }
    }

    fn serialize_f64(self, value: f64) -> Found {
        if value.is_finite() { Ok(()) } else { Err(NotFinite) }
    }

    fn serialize_none(self) -> Found {
        Ok(())
    }

    fn serialize_unit(self) -> Found {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Found {
        value.serialize(self)
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
        _: &'static str,
        value: &T,
    ) -> Found {
        value.serialize(self)
    }

    compound! {
        serialize_seq(length: Option<usize>)
        serialize_tuple(length: usize)
        serialize_tuple_struct(name: &'static str, length: usize)
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
        serialize_map(length: Option<usize>)
        serialize_struct(name: &'static str, length: usize)
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Found {
        Ok(())
    }
}

macro_rules! elements {
    ($($part:ident::$method:ident($($name:ident)?))*) => {
        $(
            impl $part for Finder {
                type Ok = ();
                type Error = NotFinite;

                fn $method<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? value: &T) -> Found {
                    $(let _ = $name;)?
                    value.serialize(*self)
                }

                fn end(self) -> Found {
                    Ok(())
                }
            }
        )*
    };
}

elements! {
    SerializeSeq::serialize_element()
    SerializeTuple::serialize_element()
    SerializeTupleStruct::serialize_field()
    SerializeTupleVariant::serialize_field()
    SerializeStruct::serialize_field(name)
    SerializeStructVariant::serialize_field(name)
}

impl SerializeMap for Finder {
    type Ok = ();
    type Error = NotFinite;

    // `serde_json` rejects keys that are not finite.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Found {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Found {
        value.serialize(*self)
    }

    fn end(self) -> Found {
        Ok(())
    }
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
}
