//! A bank file on its way in, whatever it holds: found out, judged, booked; and what the clerk is told of it.

use ledger::act::signed::key_id;
use ledger::act::{Body, Manifest};
use ledger::books::Books;
use ledger::engine::Receipt;
use ledger::ids::Digest;
use ledger::line::Line;
use ledger::money::Money;
use ledger::period::Date;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use ledger::vault::BankFile;
use reconcile::detect::detect_as;
use reconcile::opened::Opened;
use reconcile::profile::{Direction, Layout, Profile};
use sha2::{Digest as _, Sha256};

use super::trial::try_one;
use super::{Desk, Draft, profiles};
use crate::failure::Failure;

/// A bank file on its way in.
pub struct Incoming<'a> {
    /// The file, opened.
    pub opened: &'a Opened<'a>,
    /// The profile, if the clerk names one.
    pub profile: Option<&'a str>,
    /// Day of posting in our books.
    pub booked: Date,
    /// How many rows of a response answer no payment of the batch, as the clerk has counted: asked for if they are most.
    pub mismatches: Option<usize>,
    /// True to look only: nothing is signed and nothing is kept.
    pub dry_run: bool,
}

impl Incoming<'_> {
    /// Its name, as the bank gave it.
    pub(super) fn name(&self) -> String {
        self.opened.file().to_owned()
    }

    pub(super) fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.opened.bytes()).into())
    }

    /// The one profile and layout that fit; never a profile that was edited since it was used.
    pub(super) fn detect<'p>(
        &self,
        books: &Books,
        profiles: &'p [Profile],
        direction: Direction,
    ) -> Result<(&'p Layout, &'p Profile), Failure> {
        let (profile, layout) = detect_as(self.opened, self.profile, profiles, direction)?;
        profiles::refuse_changed(books, profile)?;
        Ok((layout, profile))
    }

    /// The manifest over `lines`, with the file it comes from.
    pub(super) fn draft(
        &self,
        lines: Vec<Line>,
        body: impl FnOnce(Manifest) -> Body,
    ) -> Result<Draft, Failure> {
        let mut draft = Draft::over(lines, body)?;
        draft.files.push(BankFile { name: self.name(), bytes: self.opened.bytes().to_vec() });
        Ok(draft)
    }

    /// Has the draft judged as the holder of `key` would sign it; then, unless this is a dry run, keeps the file and signs.
    pub(super) fn book(
        &self,
        desk: &mut Desk,
        key: &dyn Signer,
        (draft, mut imported): (Draft, Imported),
    ) -> Result<Imported, Failure> {
        let judged = try_one(desk.office(), key_id(&key.public()), &draft.body, &draft.lines);
        imported.booking = match judged {
            Ok(()) if self.dry_run => Booking::Tried,
            Err(Failure::Rejected(why)) if self.dry_run => Booking::Refused(why),
            judged => {
                judged?;
                Booking::Booked(desk.sign_draft(key, &draft)?)
            }
        };
        Ok(imported)
    }
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Booking {
    /// A dry run: it would be taken.
    #[default]
    Tried,
    /// A dry run: it would be refused.
    Refused(Rejection),
    /// It is in the books.
    Booked(Receipt),
}

/// What an import did, or would do: one count and sum per outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What became of it.
    pub booking: Booking,
    /// Profile and version.
    pub profile: String,
    /// Lines in the file.
    pub lines: u64,
    /// Outcome in Chinese, number of lines, sum.
    pub outcomes: Vec<(&'static str, u64, Money)>,
    /// Lines that a person has to decide.
    pub to_decide: Vec<ToDecide>,
    /// Payments of the batch that have no final answer after this file.
    pub unanswered: usize,
}

/// A line that a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDecide {
    /// The line's number in its manifest: entry = the manifest's entry + this.
    pub n: u64,
    /// Row in the file.
    pub row: u32,
    /// Its outcome, and in what it differs.
    pub what: String,
}

impl Imported {
    /// The entry, unless it was a dry run.
    #[must_use]
    pub const fn receipt(&self) -> Option<Receipt> {
        match self.booking {
            Booking::Booked(receipt) => Some(receipt),
            Booking::Tried | Booking::Refused(_) => None,
        }
    }

    /// Notes that the line counted last waits for a person.
    pub(super) fn wait(&mut self, row: u32, what: String) {
        self.to_decide.push(ToDecide { n: self.lines, row, what });
    }

    pub(super) fn count(&mut self, outcome: &'static str, amount: Money) {
        self.lines += 1;
        match self.outcomes.iter_mut().find(|(known, ..)| *known == outcome) {
            Some((_, count, sum)) => {
                *count += 1;
                *sum = sum.checked_add(amount).unwrap_or(*sum);
            }
            None => self.outcomes.push((outcome, 1, amount)),
        }
    }
}
