//! Lines on their way to who asked for them, an entry a line: read a piece at a time, as fast as they are taken. For who reads
//! slowly a piece is in memory and no thread waits.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::blocking;
use crate::failure::Failure;

/// So many lines are read at a time.
const PIECE: usize = 1000;

/// `count` lines, of which `read` gives any piece. A piece that cannot be read breaks the answer off: it is not taken for the end.
pub fn streamed<R>(count: usize, read: R) -> Response
where
    R: Fn(Range<usize>) -> Result<Vec<u8>, Failure> + Send + Sync + 'static,
{
    let read = Arc::new(read);
    let pieces = stream::unfold(0, move |at| {
        let read = Arc::clone(&read);
        async move {
            if at >= count {
                return None;
            }
            let end = count.min(at + PIECE);
            let piece = blocking(move || read(at..end)).await;
            if let Err(why) = &piece {
                tracing::error!(code = why.code(), at, "lines broken off: {why}");
            }
            let next = if piece.is_ok() { end } else { count };
            Some((piece.map_err(|why| std::io::Error::other(why.to_string())), next))
        }
    });
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (kind, Body::from_stream(pieces)).into_response()
}
