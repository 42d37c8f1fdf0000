//! A village on disk, lists for it, and the program that imports them.

use std::path::PathBuf;

use encoding_rs::GB18030;
use ledger::check_digits::id_check_character;
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use tempfile::TempDir;
use tests::program::Ended;
use tests::village::{ORIGIN, Village};

use crate::demo::program;

/// A village on disk, and a folder beside it for what the office brings.
pub(super) struct Office {
    folder: TempDir,
    dir: PathBuf,
}

/// An invented person's ID number, of the division that is assigned to nobody.
pub(super) fn id_no(n: u32) -> String {
    let first17 = format!("14119919600101{n:03}");
    format!("{first17}{}", id_check_character(&first17).unwrap())
}

pub(super) fn account(n: u32) -> String {
    format!("9{n:09}")
}

impl Office {
    pub(super) fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("ledger");
        drop(Village::played(&dir, ORIGIN, 1));
        Office { folder, dir }
    }

    /// The ledger's folder.
    pub(super) fn dir(&self) -> &PathBuf {
        &self.dir
    }

    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A workbook of one sheet, every cell a text.
    pub(super) fn workbook(&self, name: &str, rows: &[&[&str]]) -> PathBuf {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
        self.file(name, &workbook.save_to_buffer().unwrap())
    }

    /// A file of commas in GB18030.
    pub(super) fn commas(&self, name: &str, text: &str) -> PathBuf {
        let (bytes, _, lost) = GB18030.encode(text);
        assert!(!lost);
        self.file(name, &bytes)
    }

    pub(super) fn run(&self, post: &str, words: &[&str], file: Option<&PathBuf>) -> Ended {
        let key = self.dir.join(format!("keys/{post}.pem"));
        let mut arguments: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for (flag, value) in [("--dir", &self.dir), ("--key", &key)] {
            arguments.extend([flag.to_owned(), value.display().to_string()]);
        }
        arguments.push("--json".to_owned());
        arguments.extend(file.map(|file| file.display().to_string()));
        program().run(arguments)
    }

    /// It is done; what it says.
    pub(super) fn done(&self, post: &str, words: &[&str], file: &PathBuf) -> Value {
        let ended = self.run(post, words, Some(file));
        assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
        ended.json()
    }

    /// It is refused and the ledger is as high as before; code, row and column of each problem.
    pub(super) fn problems(
        &self,
        post: &str,
        words: &[&str],
        file: &PathBuf,
    ) -> Vec<(String, u64, String)> {
        self.problems_of(post, words, Some(file))
    }

    /// The same of a command that names its file itself, or has none.
    pub(super) fn problems_of(
        &self,
        post: &str,
        words: &[&str],
        file: Option<&PathBuf>,
    ) -> Vec<(String, u64, String)> {
        let before = self.height();
        let ended = self.run(post, words, file);
        assert_eq!(ended.code, Some(1), "{words:?}: {ended:?}");
        assert_eq!(self.height(), before, "a refused list wrote entries");
        let document = ended.json();
        let problems = document["error"]["problems"].as_array().cloned().unwrap_or_default();
        let told = problems.iter().map(|problem| {
            let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
            (text("code"), problem["row"].as_u64().unwrap_or_default(), text("column"))
        });
        told.collect()
    }

    pub(super) fn show(&self, words: &[&str]) -> Value {
        let dir = self.dir.display().to_string();
        let words = [&["show"], words, &["--dir", &dir, "--json"]].concat();
        let ended = program().run(words);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.json()
    }

    pub(super) fn height(&self) -> u64 {
        let dir = self.dir.display().to_string();
        program().run(["replay", "--dir", &dir, "--json"]).json()["height"].as_u64().unwrap()
    }

    pub(super) fn act(&self, post: &str, act: &Value) -> Ended {
        let file = self.file("act.json", act.to_string().as_bytes());
        self.run(post, &["act"], Some(&file))
    }
}

pub(super) fn told(code: &str, row: u64, column: &str) -> (String, u64, String) {
    (code.to_owned(), row, column.to_owned())
}
