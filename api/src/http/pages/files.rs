//! Files out: issued documents, and payment files for who takes them to the bank. What is given out is what was signed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use ledger::ids::{BatchCode, Digest};
use sha2::{Digest as _, Sha256};

use super::missing;
use crate::desk::{Office, paying};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::blocking;
use crate::http::extract::{SignedIn, Visitor};
use crate::http::file::as_file;
use crate::http::problem::Problem;
use crate::permits::Sight;

/// A document that was issued, by its digest.
pub(super) async fn document(
    State(hall): State<Arc<Hall>>,
    Visitor(_): Visitor,
    Path(digest): Path<String>,
) -> Response {
    given(hall, move |office| {
        let digest: Digest = digest.parse().map_err(|_| Failure::usage("文件指纹不对。"))?;
        let issued = office.books.closings.bulletins.iter();
        let issued = issued.flat_map(|(_, one)| &one.documents);
        let mut issued = issued.filter(|document| document.digest == digest);
        let name = issued.next().ok_or_else(|| missing("没有签发过这个文件。"))?.name.clone();
        let path = office.dir.join("out").join(&name);
        let bytes = std::fs::read(&path).map_err(|why| Failure::file(&path, &why))?;
        if Digest(Sha256::digest(&bytes).into()) != digest {
            return Err(missing(
                "台账目录里的文件与签发时不同，没有给出；请运行 doudi verify 查明。",
            ));
        }
        Ok((name, bytes))
    })
    .await
}

/// The payment file of a released batch, byte for byte. The reading is recorded.
pub(super) async fn payment_file(
    State(hall): State<Arc<Hall>>,
    Visitor(SignedIn { officer, .. }): Visitor,
    Path(code): Path<String>,
) -> Response {
    given(hall, move |office| {
        Sight::PaymentFile.demand(office.books, officer)?;
        let code: BatchCode =
            code.parse().map_err(|why| Failure::usage(format!("批次号：{why}")))?;
        let released = paying::batch(office.books, &code)?.released.as_ref();
        let released = released.ok_or_else(|| missing("这一批还没有报盘。"))?;
        let note = office.access(officer, "下载报盘文件");
        let file = office.vault.read_file(released.file, &note)?;
        Ok((released.file_name.clone(), file.bytes))
    })
    .await
}

async fn given(
    hall: Arc<Hall>,
    read: impl FnOnce(Office<'_>) -> Result<(String, Vec<u8>), Failure> + Send + 'static,
) -> Response {
    let file = blocking(move || hall.room.read(read)?).await;
    match file {
        Ok((name, bytes)) => as_file(&name, bytes),
        Err(why) => Problem::from(why).into_response(),
    }
}
