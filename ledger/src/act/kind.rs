//! The name of a kind of act, where one is kept without its act.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::Body;

/// One of [`Body::KINDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
        let name = Cow::<str>::deserialize(from)?;
        let known = Body::KINDS.iter().map(|(kind, _)| *kind).find(|kind| *kind == name);
        known.map(Kind).ok_or_else(|| D::Error::custom(format!("no kind of act: {name}")))
    }
}
