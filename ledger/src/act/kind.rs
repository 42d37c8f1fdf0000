//! The name of a kind of act, where one is kept without its act.

use std::fmt;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Body;

/// One of [`Body::KINDS`]. Snapshots, which no other program reads, keep its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(&'static str);

impl Kind {
    /// The kind of what is stated.
    #[must_use]
    pub const fn of(body: &Body) -> Kind {
        Kind(body.kind())
    }

    /// The name as the log carries it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let place = Body::KINDS.iter().position(|(kind, _)| *kind == self.0);
        let place = place.and_then(|place| u8::try_from(place).ok());
        to.serialize_u8(place.ok_or_else(|| S::Error::custom("a kind beyond the list"))?)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
        let place = u8::deserialize(from)?;
        let known = Body::KINDS.get(usize::from(place));
        known.map(|(kind, _)| Kind(kind)).ok_or_else(|| D::Error::custom("no such kind of act"))
    }
}
