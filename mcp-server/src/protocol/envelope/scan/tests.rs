//! Differential fuzz test of the scan against `serde_json`, and tables of single cases.
//!
//! Each case is generated from its number, so a failure can be repeated. `SCAN_FUZZ_CASES` sets the
//! number of cases.

use std::{borrow::Cow, cell::Cell, env, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Error, value::RawValue};

use super::*;
use crate::protocol::envelope::members::MemberReader;

#[test]
fn brackets_outside_strings_count() {
    for (json, limit, within) in [
        ("1", 0, true),
        ("[]", 0, false),
        ("[]", 1, true),
        ("[[],[],[]]", 2, true),
        ("[[],[],[[]]]", 2, false),
        (r#"{"a":"[[[[[["}"#, 1, true),
        (r#"{"a":"\"[[[[[["}"#, 1, true),
        (r#"{"a":"\\","b":[{}]}"#, 2, false),
        (r#"["]]]]]]",[[[]]]]"#, 3, false),
    ] {
        assert_eq!(nests_within(json.as_bytes(), limit), within, "{json} {limit}");
    }
    assert!(!nests_within("[".repeat(100_000).as_bytes(), 64));
}

#[test]
fn value_end_ignores_the_text_after_the_value() {
    let long = format!("[{}]", vec![r#"{"a]":["}",1]}"#; 40].join(","));
    for value in ["1", "-1.5e3", "true", r#""""#, r#""a\"]b""#, r#""\\""#, "[]", "{}", r#"{"a":[1,{"b":"]}"}]}"#, &long]
    {
        for rest in ["", ",\"next\":[1]", "}", "]", " ,1"] {
            assert_eq!(value_end(&format!("{value}{rest}")), value.len(), "{value}{rest}");
        }
    }
}

#[test]
fn scan_agrees_with_serde_json() {
    let cases = env::var("SCAN_FUZZ_CASES").map_or(50_000, |cases| cases.parse().unwrap());
    let (mut valid, mut invalid) = (0_u64, 0_u64);
    for case in 0..cases {
        let mut generator = Generator::new(case);
        generator.document();
        if case % 2 == 1 {
            generator.mutate();
        }
        let json = &generator.json;
        if case % 8 < 2 {
            check_masks(json);
        }
        let (depth, error) = parse(json);
        let text = || String::from_utf8_lossy(json);
        for limit in [depth.saturating_sub(1), depth, depth + 1] {
            let within = nests_within(json, limit);
            // In invalid JSON, serde_json reaches the depth of the valid prefix, which the scan
            // must not miss.
            let agrees = within == (depth <= limit) || error.is_some() && !within;
            assert!(agrees, "case {case}, limit {limit}, depth {depth}, {error:?}: {}", text());
        }
        match (error, std::str::from_utf8(json)) {
            (None, text) => {
                check_extents(text.unwrap(), case);
                valid += 1;
            }
            (Some(_), text) => {
                assert!(text.is_err() || value_end(text.unwrap()) <= json.len(), "case {case}");
                invalid += 1;
            }
        }
    }
    // Mutations that keep a document valid and those that break it are both frequent.
    assert!(valid > cases / 2 && invalid > cases / 10, "{valid} valid, {invalid} invalid");
}

/// Compares both ways to make masks with a loop over the bytes.
fn check_masks(json: &[u8]) {
    for block in json.as_chunks::<BLOCK>().0 {
        let mask =
            |bytes: [u8; 2]| block.iter().rev().fold(0_u64, |mask, byte| mask << 1 | u64::from(bytes.contains(byte)));
        let expected = Masks {
            quotes: mask([b'"'; 2]),
            backslashes: mask([b'\\'; 2]),
            openings: mask(*b"[{"),
            closings: mask(*b"]}"),
        };
        assert_eq!(Masks::of(block), expected, "{}", String::from_utf8_lossy(block));
        assert_eq!(Masks::of_words(block), expected, "{}", String::from_utf8_lossy(block));
    }
}

/// Compares the extents of a value and of all values in it with those that `serde_json` finds.
fn check_extents(json: &str, case: u64) {
    let json = json.trim_start();
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<IgnoredAny>();
    values.next().unwrap().unwrap();
    assert_eq!(value_end(json), values.byte_offset(), "case {case}: {json}");
    check_inner_extents(json, case);
}

/// Compares the extents of the values in an array or object, and the names of its members.
fn check_inner_extents(json: &str, case: u64) {
    let check = |value: &RawValue| {
        let start = value.get().as_ptr().addr() - json.as_ptr().addr();
        assert_eq!(value_end(&json[start..]), value.get().len(), "case {case}: {}", &json[start..]);
        check_inner_extents(value.get(), case);
    };
    match json.as_bytes()[0] {
        b'[' => serde_json::from_str::<Vec<&RawValue>>(json).unwrap().into_iter().for_each(check),
        b'{' => {
            let expected = serde_json::Deserializer::from_str(json).deserialize_map(MembersVisitor).unwrap();
            let mut reader = MemberReader::new(json);
            for (name, value) in expected {
                let (found, text) = reader.next().unwrap().unwrap();
                assert_eq!((&*found, text), (&*name, value.get()), "case {case}: {json}");
                check(value);
            }
            assert!(reader.next().unwrap().is_none(), "case {case}: {json}");
        }
        _ => {}
    }
}

/// Parses `json` with `serde_json`: returns the greatest depth that the parser reached, and its
/// error.
fn parse(json: &[u8]) -> (usize, Option<Error>) {
    let deepest = Cell::new(0);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let parsed = Depth { depth: 0, deepest: &deepest }.deserialize(&mut deserializer);
    (deepest.get(), parsed.and_then(|()| deserializer.end()).err())
}

/// A value at a depth, which adds its own depth to the deepest so far.
#[derive(Clone, Copy)]
struct Depth<'a> {
    depth: usize,
    deepest: &'a Cell<usize>,
}

impl Depth<'_> {
    fn inner(self) -> Self {
        self.deepest.set(self.deepest.get().max(self.depth + 1));
        Self { depth: self.depth + 1, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Depth<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inner = self.inner();
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = self.inner();
        while map.next_key::<Cow<'_, str>>()?.is_some() {
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// The members of an object in order.
struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// Generator of pseudo-random JSON documents (`SplitMix64`).
struct Generator {
    state: u64,
    json: Vec<u8>,
}

impl Generator {
    fn new(seed: u64) -> Self {
        Self { state: seed, json: Vec::new() }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap() % limit
    }

    fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    fn push(&mut self, text: &str) {
        self.json.extend_from_slice(text.as_bytes());
    }

    /// Writes a document that starts at any position of a block.
    fn document(&mut self) {
        let start = self.below(BLOCK + 2);
        self.json.resize(start, b' ');
        if self.below(64) == 0 {
            self.tower();
        } else {
            self.value(5);
        }
        self.space();
    }

    fn value(&mut self, depth: usize) {
        self.space();
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 => {
                let scalar = self.one_of(&["0", "-1", "1.5e-3", "18446744073709551616", "true", "false", "null"]);
                self.push(scalar);
            }
            1..4 => self.string(),
            4 | 5 => {
                self.push("[");
                for index in 0..self.below(4) {
                    self.push(if index == 0 { "" } else { "," });
                    self.value(depth - 1);
                }
                self.push("]");
            }
            _ => {
                self.push("{");
                for index in 0..self.below(4) {
                    self.push(if index == 0 { "" } else { "," });
                    self.space();
                    self.string();
                    self.space();
                    self.push(":");
                    self.value(depth - 1);
                }
                self.push("}");
            }
        }
        self.space();
    }

    /// Writes up to 100 containers inside each other.
    fn tower(&mut self) {
        let opened: Vec<bool> = (0..self.below(100)).map(|_| self.below(2) == 0).collect();
        for is_array in &opened {
            self.push(if *is_array { "[" } else { r#"{"[":"# });
        }
        self.value(1);
        for is_array in opened.iter().rev() {
            self.push(if *is_array { "]" } else { "}" });
        }
    }

    fn string(&mut self) {
        const PIECES: &[&str] = &[
            r"\\",
            r#"\""#,
            r"\n",
            r"\/",
            r"\u005b",
            r"\ud83d\ude00",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "ä",
            "€",
            "😀",
            "a",
            "|",
            "_",
            "\u{7f}",
            " ",
        ];
        self.push("\"");
        for _ in 0..self.below(8) {
            let piece = self.one_of(PIECES);
            self.push(piece);
        }
        // Some strings end, or have an escape, at the border of a block.
        if self.below(6) == 0 {
            let border = self.json.len().next_multiple_of(BLOCK) - self.below(4).min(self.json.len() % BLOCK);
            self.json.resize(border.max(self.json.len()), b'x');
            let piece = self.one_of(PIECES);
            self.push(piece);
        }
        self.push("\"");
    }

    fn space(&mut self) {
        let space = self.one_of(&["", "", "", "", "", " ", "\n", "\t ", "\r\n"]);
        self.push(space);
    }

    /// Changes a document at up to three places.
    fn mutate(&mut self) {
        for _ in 0..=self.below(3) {
            // Half of the changes are beside the border of a block.
            let place = match self.below(2) {
                0 => self.below(self.json.len()),
                _ => (self.below(self.json.len().div_ceil(BLOCK)) * BLOCK + self.below(3)).saturating_sub(1),
            };
            let place = place.min(self.json.len() - 1);
            let byte = match self.below(4) {
                0 => u8::try_from(self.below(256)).unwrap(),
                1 => b' ',
                _ => self.one_of(br#""\[]{},:"#),
            };
            match self.below(5) {
                0 => self.json[place] = byte,
                1 => self.json.insert(place, byte),
                2 => _ = self.json.remove(place),
                3 => {
                    let other = self.below(self.json.len());
                    self.json.swap(place, other);
                }
                _ => {
                    let end = self.json.len().min(place + self.below(12));
                    self.json.extend_from_within(place..end);
                }
            }
            if self.json.is_empty() {
                self.json.push(b' ');
            }
        }
    }
}
