//! Reads canonical JSON in one pass and takes nothing else: every token in its one spelling, keys in ascending order.
//! What a value may be is the business of its type; that a type reads one spelling only is tested beside it.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer, U64Deserializer};
use serde::de::{self, Deserializer, IntoDeserializer as _, Visitor};
use serde::forward_to_deserialize_any;

use super::NotCanonical;
use crate::money::MAX_JSON_INTEGER;

/// A value being read from its bytes.
pub(crate) struct Reader<'de> {
    text: &'de str,
    at: usize,
}

impl<'de> Reader<'de> {
    /// A reader at the beginning of `bytes`.
    ///
    /// # Errors
    /// [`NotCanonical::Form`] if they are not UTF-8.
    pub(crate) fn new(bytes: &'de [u8]) -> Result<Reader<'de>, NotCanonical> {
        let text = std::str::from_utf8(bytes)
            .map_err(|why| NotCanonical::Form(format!("not UTF-8: {why}")))?;
        // Once for the whole, without a branch: no control character is in place anywhere.
        let is_control = |byte: &u8| u8::from(*byte < b' ') | u8::from(*byte == 0x7f);
        if bytes.iter().map(is_control).fold(0, |any, one| any | one) != 0 {
            return Err(NotCanonical::Control);
        }
        Ok(Reader { text, at: 0 })
    }

    /// Nothing may follow.
    ///
    /// # Errors
    /// [`NotCanonical::Form`] if something does.
    pub(crate) fn end(&self) -> Result<(), NotCanonical> {
        if self.at == self.text.len() { Ok(()) } else { Err(self.unexpected("the end")) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn unexpected(&self, wanted: &str) -> NotCanonical {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        match found {
            Some(found) => NotCanonical::Form(format!(
                "expected {wanted} at byte {}, found {found:?}",
                self.at
            )),
            None => {
                NotCanonical::Form(format!("expected {wanted} at byte {}, found the end", self.at))
            }
        }
    }

    /// Takes exactly this text.
    ///
    /// # Errors
    /// [`NotCanonical::Spelling`] at the first byte that is another one.
    pub(crate) fn expect(&mut self, literal: &str) -> Result<(), NotCanonical> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(literal.as_bytes()) {
            let same = rest.iter().zip(literal.as_bytes()).take_while(|(one, other)| one == other);
            return Err(NotCanonical::Spelling { at: self.at + same.count() });
        }
        self.at += literal.len();
        Ok(())
    }

    fn expect_one(&mut self, byte: u8) -> Result<(), NotCanonical> {
        if self.peek() != Some(byte) {
            return Err(NotCanonical::Spelling { at: self.at });
        }
        self.at += 1;
        Ok(())
    }

    /// Takes this field's key with its colon, if it stands here.
    fn take_key(&mut self, field: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let Some((b'"', rest)) = rest.split_first() else { return false };
        let Some((key, [b'"', b':', ..])) = rest.split_at_checked(field.len()) else {
            return false;
        };
        let is_it = key == field.as_bytes();
        if is_it {
            self.at += field.len() + 3;
        }
        is_it
    }

    /// A string's content, borrowed where nothing in it is escaped.
    pub(crate) fn string(&mut self) -> Result<Cow<'de, str>, NotCanonical> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a string"));
        }
        self.at += 1;
        let plain = self.plain_run()?;
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut whole = plain.to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(whole));
                }
                Some(b'\\') => {
                    let escaped = self.text.as_bytes().get(self.at + 1).copied();
                    match escaped {
                        Some(b'"') => whole.push('"'),
                        Some(b'\\') => whole.push('\\'),
                        // A control character would be escaped, and there is none; all else stands as itself.
                        _ => return Err(NotCanonical::Control),
                    }
                    self.at += 2;
                    whole.push_str(self.plain_run()?);
                }
                _ => return Err(self.unexpected("the end of a string")),
            }
        }
    }

    /// The characters up to the next quotation mark or backslash.
    fn plain_run(&mut self) -> Result<&'de str, NotCanonical> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = memchr::memchr2(b'"', b'\\', rest.as_bytes());
        let length = length.ok_or_else(|| self.unexpected("the end of a string"))?;
        let run = rest.get(..length).unwrap_or_default();
        self.at += length;
        Ok(run)
    }

    /// An integer within ±(2^53 - 1), without sign unless negative, without leading zeros.
    pub(crate) fn integer(&mut self) -> Result<i64, NotCanonical> {
        let negative = self.peek() == Some(b'-');
        let start = self.at + usize::from(negative);
        let digits = self.text.as_bytes().get(start..).unwrap_or_default();
        let mut number = 0_i64;
        let mut length = 0;
        for digit in digits.iter().take_while(|byte| byte.is_ascii_digit()) {
            number = number.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
            length += 1;
        }
        let leading_zero = length > 1 && digits.first() == Some(&b'0');
        if length == 0 || leading_zero || (negative && number == 0) {
            return Err(self.unexpected("an integer in its one spelling"));
        }
        if number > MAX_JSON_INTEGER {
            return Err(NotCanonical::Integer);
        }
        self.at = start + length;
        Ok(if negative { -number } else { number })
    }

    /// The bytes of the object that begins here, not read yet. Its end is found by its brackets.
    pub(crate) fn object_bytes(&mut self) -> Result<&'de [u8], NotCanonical> {
        let start = self.at;
        let mut depth = 0_u32;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                Some(_) if depth > 0 => {}
                Some(_) | None => return Err(self.unexpected("an object")),
            }
            self.at += 1;
            if depth == 0 {
                return Ok(self.text.as_bytes().get(start..self.at).unwrap_or_default());
            }
        }
    }
}

impl de::Error for NotCanonical {
    fn custom<T: fmt::Display>(text: T) -> NotCanonical {
        NotCanonical::Form(text.to_string())
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = NotCanonical;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCanonical> {
        match self.peek() {
            Some(b'"') => match self.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Some(b'0'..=b'9') => visitor.visit_u64(self.integer()?.unsigned_abs()),
            Some(b'-') => visitor.visit_i64(self.integer()?),
            Some(b'{') => {
                self.at += 1;
                visitor.visit_map(Fields { reader: self, before: None, known: &[], passed: 0 })
            }
            Some(b'[') => {
                self.at += 1;
                let mut items = Items { reader: self, is_first: true, is_over: false };
                let value = visitor.visit_seq(&mut items)?;
                // Who takes no more items than it needs has not seen whether they end there.
                if items.is_over { Ok(value) } else { Err(self.unexpected("the end of a list")) }
            }
            Some(b't') => {
                self.expect("true")?;
                visitor.visit_bool(true)
            }
            Some(b'f') => {
                self.expect("false")?;
                visitor.visit_bool(false)
            }
            // `null` too: what is absent has no key.
            Some(_) | None => Err(self.unexpected("a value")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCanonical> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotCanonical> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotCanonical> {
        // Not `any`: serde would take an array for a struct, item by item.
        if self.peek() != Some(b'{') {
            return Err(self.unexpected("an object"));
        }
        self.at += 1;
        visitor.visit_map(Fields { reader: self, before: None, known, passed: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotCanonical> {
        // A word of a closed list; no enum of the format carries anything.
        match self.string()? {
            Cow::Borrowed(word) => visitor.visit_enum(BorrowedStrDeserializer::new(word)),
            Cow::Owned(word) => {
                let word: StrDeserializer<'_, NotCanonical> = word.as_str().into_deserializer();
                visitor.visit_enum(word)
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The fields of an object: keys in ascending order, none twice.
struct Fields<'a, 'de> {
    reader: &'a mut Reader<'de>,
    before: Option<&'de str>,
    /// The fields of the type that is read, where it is known.
    known: &'static [&'static str],
    /// How many of these stand before the next one.
    passed: usize,
}

impl Fields<'_, '_> {
    /// The next key and its place among the type's fields, if it is one of them that is still to come: nearly always the
    /// first of these, so that the key need not be searched for its end, nor all fields for the key. No field has a second
    /// name: serde would count that here too.
    fn next_known(&mut self) -> Option<(usize, &'static str)> {
        let mut to_come = (0..).zip(self.known).skip(self.passed);
        let (place, key) = to_come.find(|(_, field)| self.reader.take_key(field))?;
        self.passed = place + 1;
        Some((place, key))
    }
}

impl<'de> de::MapAccess<'de> for Fields<'_, 'de> {
    type Error = NotCanonical;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NotCanonical> {
        if self.reader.peek() == Some(b'}') {
            self.reader.at += 1;
            return Ok(None);
        }
        if self.before.is_some() {
            self.reader.expect_one(b',')?;
        }
        let start = self.reader.at;
        if let Some((place, key)) = self.next_known() {
            if self.before.is_some_and(|before| before >= key) {
                return Err(NotCanonical::Spelling { at: start });
            }
            self.before = Some(key);
            let place: U64Deserializer<NotCanonical> = (place as u64).into_deserializer();
            return seed.deserialize(place).map(Some);
        }
        let Cow::Borrowed(key) = self.reader.string()? else {
            return Err(NotCanonical::Spelling { at: start });
        };
        if self.before.is_some_and(|before| before >= key) {
            return Err(NotCanonical::Spelling { at: start });
        }
        self.before = Some(key);
        self.reader.expect_one(b':')?;
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, NotCanonical> {
        seed.deserialize(&mut *self.reader)
    }
}

/// The items of an array.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    is_first: bool,
    is_over: bool,
}

impl<'de> de::SeqAccess<'de> for Items<'_, 'de> {
    type Error = NotCanonical;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, NotCanonical> {
        if self.reader.peek() == Some(b']') {
            self.reader.at += 1;
            self.is_over = true;
            return Ok(None);
        }
        if !std::mem::take(&mut self.is_first) {
            self.reader.expect_one(b',')?;
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}
