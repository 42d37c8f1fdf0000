//! `doudi read-spreadsheet`: this program as its own child, in which a spreadsheet from outside is parsed within limits.

use super::Report;
use crate::failure::Failure;
use crate::spreadsheet;

/// The answer goes to standard output as it is made; there is no report after it.
pub(super) fn run() -> Result<Report, Failure> {
    let done = spreadsheet::parse();
    std::process::exit(if done.is_ok() { 0 } else { 3 })
}
