//! A file that was opened: what its container is, and a spreadsheet's rows. Everything that reads a file takes one of
//! these, so that whoever opens it decides where a spreadsheet is parsed.

use crate::foreign;
use crate::problem::{Code, Problem};
use crate::profile::Container;
use crate::table::document::Document;
use crate::table::{Table, container_of, mt940, read_spreadsheet, xml};

/// A file with its name as given. A spreadsheet or an XML document is parsed once, however many layouts are tried on it.
#[derive(Clone, Debug)]
pub struct Opened<'a> {
    pub(crate) file: &'a str,
    pub(crate) bytes: &'a [u8],
    pub(crate) container: Container,
    pub(crate) sheet: Option<Table>,
    pub(crate) tree: Option<Document<'a>>,
}

impl<'a> Opened<'a> {
    /// Opens a file. `read_sheet` parses a spreadsheet: the code behind it can be made to use any amount of memory, so
    /// the shell does it in a process of its own, with limits.
    ///
    /// # Errors
    /// The file is empty or of a kind that is not read here, or the spreadsheet cannot be read.
    pub fn with(
        file: &'a str,
        bytes: &'a [u8],
        read_sheet: impl FnOnce(Container) -> Result<Table, Problem>,
    ) -> Result<Opened<'a>, Problem> {
        if bytes.is_empty() {
            return Err(Problem::of_file(Code::FileEmpty, file));
        }
        foreign::refuse(file, bytes)?;
        let container = container_of(bytes);
        let sheet = if container.is_sheet() { Some(read_sheet(container)?) } else { None };
        let tree = match container {
            Container::Xml => Some(xml::read(file, bytes)?),
            Container::Mt940 => Some(mt940::read(file, bytes)?),
            Container::Delimited
            | Container::Fixed
            | Container::Boxtable
            | Container::Xls
            | Container::Xlsx => None,
        };
        Ok(Opened { file, bytes, container, sheet, tree })
    }

    /// Opens a file and parses a spreadsheet in this very process: for files that are not from outside.
    ///
    /// # Errors
    /// As [`Opened::with`].
    pub fn here(file: &'a str, bytes: &'a [u8]) -> Result<Opened<'a>, Problem> {
        Opened::with(file, bytes, |container| read_spreadsheet(file, bytes, container))
    }

    /// The file's name as given.
    #[must_use]
    pub fn file(&self) -> &'a str {
        self.file
    }

    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}
