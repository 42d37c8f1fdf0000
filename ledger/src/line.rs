//! The closed list of lines that a manifest covers. A line is unsigned; the manifest's root covers its exact bytes.

mod frame;

use smallvec::SmallVec;

use crate::act::cases::Part;
use crate::act::handing::MatterKind;
use crate::act::payments::{ResponseLine, ReturnLine, StatementLine};
use crate::act::{Manifest, wire};
use crate::canonical::{self, NotCanonical};
use crate::ids::{
    AccountId, ActId, Commitment, Division, EntitlementId, FundCode, HouseholdId, PaymentRef,
    PersonId,
};
use crate::money::Money;
use crate::period::{Date, Period};

use frame::{BODY, END, Frame, LINE, N, unknown_kind};

wire! {
    /// Line `household`: a household and where it lives.
    HouseholdLine {
        /// Village or town.
        division: Division,
        /// The household head 户主.
        head: PersonId,
        /// Its id.
        household: HouseholdId,
    }

    /// Line `person`: a member of a household, by commitments only.
    PersonLine {
        /// The household.
        household: HouseholdId,
        /// Commitment to the ID number.
        id_no_commit: Commitment,
        /// Commitment to the name.
        name_commit: Commitment,
        /// The person's id.
        person: PersonId,
    }

    /// Line `account`: a person's benefit account.
    AccountLine {
        /// Its id.
        account: AccountId,
        /// The bank's name.
        bank: String,
        /// Whose it is.
        holder: PersonId,
        /// Commitment to its number.
        number_commit: Commitment,
    }

    /// Line `entitlement`: an entitlement that was confirmed before these books began.
    EntitlementLine {
        /// Monthly amount: the sum of the parts.
        amount_fen: Money,
        /// Category within the scheme.
        category: String,
        /// What it is for 事由, where the scheme counts how often the same cause was helped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<String>,
        /// Its id.
        entitlement: EntitlementId,
        /// First month payable in these books.
        from: Period,
        /// The household.
        household: HouseholdId,
        /// Last month payable, for a scheme that pays a number of months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<Period>,
        /// The amount's parts.
        parts: Vec<Part>,
        /// Whose account is credited.
        payee: PersonId,
        /// For whom.
        persons: Vec<PersonId>,
    }

    /// Line `adjustment`: what an entitlement amounts to from the list's month on.
    AdjustmentLine {
        /// New monthly amount: the sum of the parts.
        amount_fen: Money,
        /// The entitlement.
        entitlement: EntitlementId,
        /// The amount's parts.
        parts: Vec<Part>,
        /// The parts that are due in the list's month so far, as the books have them: what is replaced.
        was: Vec<Part>,
    }

    /// Line `loan`: a person's loan on a bank's list, as a memo.
    LoanLine {
        /// What was lent.
        amount_fen: Money,
        /// First day.
        from: Date,
        /// The person.
        person: PersonId,
        /// Last day.
        until: Date,
    }

    /// Line `spending`: what a person's treatment cost in a year so far.
    SpendingLine {
        /// All of it.
        amount_fen: Money,
        /// What the person paid of it 自负.
        own_fen: Money,
        /// The person.
        person: PersonId,
        /// Up to this day; its year is the year that is counted.
        until: Date,
    }

    /// Line `matter`: one thing that is open in a unit that is handed over.
    MatterLine {
        /// The money in it: what a float holds, what was advanced, drawn, waits, is to be recovered; zero without any.
        amount_fen: Money,
        /// What it is.
        kind: MatterKind,
        /// Its id or code, as the books know it; of an alert, the year and the person.
        matter: String,
    }

    /// Line `insured`: a person on an insurance policy's roster 参保名单, and for which days.
    InsuredLine {
        /// First day.
        from: Date,
        /// The person.
        person: PersonId,
        /// Last day.
        until: Date,
    }

    /// A fund and what it pays of one line.
    Source {
        /// How much.
        amount_fen: Money,
        /// The fund.
        fund: FundCode,
    }

    /// Line `roster`: one payment to be made.
    RosterLine {
        /// The account to be credited.
        account: AccountId,
        /// The amount: the sum of the parts, and of the sources.
        amount_fen: Money,
        /// The approved account change that a reissue rests on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ActId>,
        /// The entitlement that it pays.
        entitlement: EntitlementId,
        /// The amount's parts.
        parts: SmallVec<[Part; 1]>,
        /// Whose account it is.
        payee: PersonId,
        /// The payment in whose place this one stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reissue_of: Option<PaymentRef>,
        /// The funds that pay it.
        sources: SmallVec<[Source; 1]>,
    }
}

macro_rules! lines {
    ($($(#[$doc:meta])* $kind:literal => $variant:ident($body:ty),)*) => {
        /// One line, by kind.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Line {
            $($(#[$doc])* $variant($body),)*
        }

        /// What a line is, without what it says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum LineKind {
            $($(#[$doc])* $variant,)*
        }

        impl LineKind {
            /// The kind as the log carries it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(LineKind::$variant => $kind),* }
            }

            fn of_word(word: &str) -> Option<LineKind> {
                match word {
                    $($kind => Some(LineKind::$variant),)*
                    _ => None,
                }
            }
        }

        impl Line {
            /// What it is.
            #[must_use]
            pub const fn what(&self) -> LineKind {
                match self { $(Line::$variant(_) => LineKind::$variant),* }
            }

            /// The kind as the log carries it.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                self.what().word()
            }

            fn encode_body(&self) -> Result<Vec<u8>, NotCanonical> {
                match self { $(Line::$variant(body) => canonical::encode(body)),* }
            }

            /// Reads a line's body as a person may write it: any spelling of JSON, known keys only.
            ///
            /// # Errors
            /// The parser's words, or an unknown kind.
            pub fn from_json(kind: &str, json: &str) -> Result<Line, String> {
                match kind {
                    $($kind => serde_json::from_str(json).map(Line::$variant).map_err(|e| e.to_string()),)*
                    other => Err(format!("没有“{other}”这种行")),
                }
            }

            fn decode_body(kind: &str, bytes: &[u8]) -> Result<Line, NotCanonical> {
                match kind {
                    $($kind => canonical::read(bytes).map(Line::$variant),)*
                    other => Err(unknown_kind(other)),
                }
            }
        }
    };
}

lines! {
    /// A household.
    "household" => Household(HouseholdLine),
    /// A person.
    "person" => Person(PersonLine),
    /// A benefit account.
    "account" => Account(AccountLine),
    /// An entitlement brought in.
    "entitlement" => Entitlement(EntitlementLine),
    /// Another amount of an entitlement.
    "adjustment" => Adjustment(AdjustmentLine),
    /// A payment to be made.
    "roster" => Roster(RosterLine),
    /// A person on an insurance roster.
    "insured" => Insured(InsuredLine),
    /// A loan on a bank's list.
    "loan" => Loan(LoanLine),
    /// A person's medical spending.
    "spending" => Spending(SpendingLine),
    /// An open matter of a unit.
    "matter" => Matter(MatterLine),
    /// A row of a response file.
    "response" => Response(ResponseLine),
    /// A row of a return notice.
    "return" => Return(ReturnLine),
    /// A row of a statement.
    "statement" => Statement(StatementLine),
}

impl Line {
    /// What the line adds to its manifest's `total_fen`.
    #[must_use]
    pub const fn amount(&self) -> Money {
        match self {
            Line::Household(_) | Line::Person(_) | Line::Account(_) | Line::Insured(_) => {
                Money::ZERO
            }
            Line::Loan(line) => line.amount_fen,
            Line::Spending(line) => line.amount_fen,
            Line::Matter(line) => line.amount_fen,
            Line::Entitlement(line) => line.amount_fen,
            Line::Adjustment(line) => line.amount_fen,
            Line::Roster(line) => line.amount_fen,
            Line::Response(line) => line.amount_fen,
            Line::Return(line) => line.amount_fen,
            Line::Statement(line) => line.amount_fen,
        }
    }

    /// The roster line that it is, if it is one.
    #[must_use]
    pub const fn as_roster(&self) -> Option<&RosterLine> {
        if let Line::Roster(line) = self { Some(line) } else { None }
    }

    /// The response line that it is, if it is one.
    #[must_use]
    pub const fn as_response(&self) -> Option<&ResponseLine> {
        if let Line::Response(line) = self { Some(line) } else { None }
    }

    /// The statement line that it is, if it is one.
    #[must_use]
    pub const fn as_statement(&self) -> Option<&StatementLine> {
        if let Line::Statement(line) = self { Some(line) } else { None }
    }

    /// The return line that it is, if it is one.
    #[must_use]
    pub const fn as_return(&self) -> Option<&ReturnLine> {
        if let Line::Return(line) = self { Some(line) } else { None }
    }

    /// The entry's bytes for line `n` (from 1) of a manifest.
    ///
    /// # Errors
    /// [`NotCanonical`] if a text or number in it cannot be written canonically.
    pub fn encode(&self, n: u32) -> Result<Vec<u8>, NotCanonical> {
        let body = self.encode_body()?;
        let mut entry = Vec::with_capacity(body.len() + 48);
        entry.extend_from_slice(BODY.as_bytes());
        entry.extend_from_slice(&body);
        entry.extend_from_slice(LINE.as_bytes());
        entry.extend_from_slice(self.kind().as_bytes());
        entry.extend_from_slice(N.as_bytes());
        entry.extend_from_slice(n.to_string().as_bytes());
        entry.extend_from_slice(END.as_bytes());
        Ok(entry)
    }

    /// Reads a line entry strictly; gives its number and content.
    ///
    /// # Errors
    /// [`NotCanonical`] if the bytes are not the one way to write a known line.
    pub fn decode(bytes: &[u8]) -> Result<(u32, Line), NotCanonical> {
        let frame = Frame::of(bytes)?;
        let line = Line::decode_body(frame.kind, frame.body)?;
        Ok((frame.n, line))
    }
}

/// The manifest over lines, and their entries: what a person signs, and what goes into the log behind it.
///
/// # Errors
/// [`NotCanonical`] if a line cannot be written canonically, or the total leaves the range of money.
pub fn seal(lines: &[Line]) -> Result<(Manifest, Vec<Vec<u8>>), NotCanonical> {
    let too_many = || NotCanonical::Form("more lines than a manifest can count".to_owned());
    let count = u32::try_from(lines.len()).map_err(|_| too_many())?;
    let entries: Vec<Vec<u8>> =
        (1..).zip(lines).map(|(n, line)| line.encode(n)).collect::<Result<_, _>>()?;
    let root = crate::log::root_of_entries(entries.iter().map(Vec::as_slice));
    let total_fen = Money::total(lines.iter().map(Line::amount)).ok_or(NotCanonical::Integer)?;
    Ok((Manifest { count, root, total_fen }, entries))
}

#[cfg(test)]
mod tests;
