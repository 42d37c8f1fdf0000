//! The hall: what people see and sign in their browsers, over the real program and a real browser; and what nobody gets past.

mod areas;
mod attacks;
mod cases;
mod december;
mod enrolment;
pub(crate) mod every_page;
mod handover;
mod lists;
mod older_browser;
mod people;
mod policies;
mod raising;
mod reading;
mod same_bytes;
mod tls;
mod uploads;
mod views;

use std::path::{Path, PathBuf};

use api::clock::Clock;
use api::desk::Desk;
use ledger::books::Books;
use ledger::ids::HouseholdId;
use serde_json::json;
use tests::clerk::Clerk;
use tests::county_demo;
use tests::program::Program;
use tests::serving::Serving;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// A served county of the test's own.
struct Hall {
    /// Ends before its folder goes.
    server: Serving,
    dir: PathBuf,
    _folder: tempfile::TempDir,
}

impl Hall {
    fn open() -> Hall {
        let (folder, dir) = county_demo::copy(&program());
        let server = Serving::start(&program(), &dir);
        Hall { server, dir, _folder: folder }
    }

    /// The same, with the books as they are before anything is done, and a household of the first town.
    fn with_books() -> (Hall, Books, HouseholdId) {
        let (folder, dir) = county_demo::copy(&program());
        let household = cases::somebody(&dir);
        let books = Desk::open(&dir, Clock::Machine).unwrap().books().clone();
        let server = Serving::start(&program(), &dir);
        (Hall { server, dir, _folder: folder }, books, household)
    }

    fn key(&self, post: &str) -> PathBuf {
        self.dir.join(format!("keys/{post}.pem"))
    }

    fn clerk(&self, post: &str) -> Clerk {
        Clerk::with(&self.server.address, &self.key(post)).signed_in()
    }
}

/// A roster of four payments that the county's books allow in December 2020.
fn roster(batch: &str) -> serde_json::Value {
    json!({
        "batch": batch, "funds": ["F-DB"], "kind": "regular", "period": "2020-12", "scheme": "TK-C",
    })
}

#[test]
fn the_document_of_the_api_is_what_the_program_answers_to() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/v1.json");
    let made = api::http::v1::document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == made,
        "openapi/v1.json is behind: UPDATE=1 cargo test -p tests the_document_of"
    );
    let document: serde_json::Value = serde_json::from_str(&made).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 15, "{} addresses", paths.len());
    let answers = paths.values().flat_map(|item| item.as_object().unwrap().values());
    for answer in answers {
        assert!(answer["responses"].as_object().is_some_and(|all| !all.is_empty()), "{answer}");
    }
}
