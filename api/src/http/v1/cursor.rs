//! Lists in pages. A cursor remembers what was asked and how far the books reached, so that the next page belongs to the first.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A page has at most so many items.
const LONGEST: usize = 500;

/// What a list was asked: the filter, the state of the books, and what came last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor<F> {
    /// What is wanted.
    pub filter: F,
    /// The last entry of the state that is read.
    pub as_of: u64,
    /// The last item that was given.
    pub after: Option<String>,
}

impl<F: Serialize + DeserializeOwned> Cursor<F> {
    /// As it stands in an address.
    pub fn text(&self) -> String {
        BASE64URL.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads one that this server gave out.
    ///
    /// # Errors
    /// It is none of ours.
    pub fn read(text: &str) -> Result<Cursor<F>, Failure> {
        let bytes = BASE64URL.decode(text).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        cursor.ok_or_else(|| Failure::usage("cursor 应为上一页给出的 next，原样带回。"))
    }
}

/// How many items a page has.
///
/// # Errors
/// None, or more than a page can have.
pub fn limit(asked: Option<usize>) -> Result<usize, Failure> {
    match asked.unwrap_or(100) {
        limit @ 1..=LONGEST => Ok(limit),
        _ => Err(Failure::usage(format!("limit 应为1至{LONGEST}。"))),
    }
}
