//! The people of a story, each in a browser of their own, and what they do at every page.

use std::path::{Path, PathBuf};

use reconcile::bank_simulator::BankFile;
use serde_json::json;
use tests::browser::{Browser, Driver};

use super::Hall;

/// People in office at one county's hall.
pub(super) struct People<'a> {
    pub(super) driver: &'a Driver,
    pub(super) hall: &'a Hall,
    /// What they choose files from.
    pub(super) files: tempfile::TempDir,
}

impl<'a> People<'a> {
    pub(super) fn of(driver: &'a Driver, hall: &'a Hall) -> People<'a> {
        People { driver, hall, files: tempfile::tempdir().unwrap() }
    }

    /// A person comes in and signs in.
    pub(super) fn enter(&self, post: &str) -> Browser {
        let browser = self.driver.open();
        browser.sign_in(&self.hall.server.address, &self.hall.key(post));
        browser
    }

    pub(super) fn go(&self, browser: &Browser, path: &str) {
        browser.go(&format!("{}{path}", self.hall.server.address));
    }

    /// Chooses a file in a file field.
    pub(super) fn choose(&self, browser: &Browser, field: &str, file: &BankFile) {
        browser.send(field, put(self.files.path(), file).to_str().unwrap());
    }

    /// Chooses some proof in a form's file field.
    pub(super) fn prove(&self, browser: &Browser, act: &str, field: &str) {
        let proof = BankFile { name: format!("{act}.pdf"), bytes: act.as_bytes().to_vec() };
        self.choose(browser, &format!("#{}", id(act, field)), &proof);
    }
}

fn put(folder: &Path, file: &BankFile) -> PathBuf {
    let path = folder.join(&file.name);
    std::fs::write(&path, &file.bytes).unwrap();
    path
}

/// The id of a form's field.
fn id(act: &str, field: &str) -> String {
    format!("{}-{field}", act.replace(['.', '_'], "-"))
}

/// Fills in a form of an act, unfolds it if it is folded, and sends it.
pub(super) fn fill_in(browser: &Browser, act: &str, fields: &[(&str, &str)]) {
    for (field, value) in fields {
        browser.fill(&format!("#{}", id(act, field)), value);
        // What nobody else sees whole is written twice.
        let twice = format!("#{}-twice", id(act, field));
        if browser.run("return !!document.querySelector(arguments[0])", vec![json!(twice)]) == true
        {
            browser.fill(&twice, value);
        }
    }
    let form = format!("form[data-act='{act}']");
    let folded = format!("details.act:not([open]):has({form})");
    let is_folded = browser.run(&format!("return !!document.querySelector(\"{folded}\")"), vec![]);
    if is_folded == true {
        browser.click(&format!("{folded} > summary"));
    }
    submit(browser, &form);
}

/// Sends a form; the page with the draft comes, and shows what is stated.
pub(super) fn submit(browser: &Browser, form: &str) {
    browser.click(&format!("{form} button[type=submit]"));
    let _ = browser.wait_for("#stated tbody tr");
}
