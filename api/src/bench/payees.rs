//! Payees of the invented county: ids without a person behind them, drawn from a seed, and the lines that register them.

use ledger::act::Manifest;
use ledger::act::cases::Part;
use ledger::canonical::NotCanonical;
use ledger::ids::{
    AccountId, ActId, Commitment, Digest, EntitlementId, HouseholdId, PaymentRef, PersonId,
};
use ledger::line::{
    AccountLine, EntitlementLine, HouseholdLine, Line, PersonLine, RosterLine, Source,
};
use ledger::log::{NodeHash, leaf_hash, root_of_leaves};
use ledger::money::Money;
use ledger::period::Period;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A scheme of the story: code, name, fund, programme account, monthly amount, share of the payees in percent.
pub struct Scheme {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The fund that pays it.
    pub fund: &'static str,
    /// The account that the fund lies on.
    pub account: &'static str,
    /// The standard.
    pub fen: i64,
    /// Percent of the payees.
    pub share: u32,
}

/// The schemes. Amounts of the first may be below its standard; the others are fixed.
pub const SCHEMES: [Scheme; 4] = [
    scheme("DB-R", "农村低保", "F-DB", "ZH-01", 60_000, 50),
    scheme("TK-S", "特困人员分散供养", "F-TK", "ZH-01", 54_810, 15),
    scheme("CJ-A", "困难残疾人生活补贴", "F-CJ", "ZH-02", 10_000, 30),
    scheme("GE-T", "孤儿基本生活费", "F-GE", "ZH-02", 100_000, 5),
];

/// The label of every amount's one part.
pub const PART: &str = "基本生活";

const fn scheme(
    code: &'static str,
    name: &'static str,
    fund: &'static str,
    account: &'static str,
    fen: i64,
    share: u32,
) -> Scheme {
    Scheme { code, name, fund, account, fen, share }
}

/// Reads a code or date of the story.
///
/// # Panics
/// If it does not have its form.
#[must_use]
pub fn code<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("codes and dates of the story have their form")
}

/// A seeded source of ids and choices.
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Draw {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Sixteen bytes: an id.
    pub fn id(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Thirty-two bytes.
    pub fn hash(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A digest of a paper that nobody wrote.
    pub fn digest(&mut self) -> Digest {
        Digest(self.hash())
    }

    /// A commitment to a field that nobody has.
    pub fn commitment(&mut self) -> Commitment {
        Commitment(self.hash())
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % bound).unwrap_or_default()
    }

    /// True `parts` times out of a thousand.
    pub fn per_mille(&mut self, parts: usize) -> bool {
        self.below(1_000) < parts
    }
}

/// A payee as the story remembers one.
#[derive(Clone, Debug)]
pub struct Payee {
    /// The entitlement.
    pub entitlement: EntitlementId,
    /// The person.
    pub person: PersonId,
    /// The household.
    pub household: HouseholdId,
    /// The account in use.
    pub account: AccountId,
    /// Place in [`SCHEMES`].
    pub scheme: usize,
    /// The monthly amount.
    pub fen: i64,
    /// False once dead.
    pub is_live: bool,
}

impl Payee {
    /// Somebody new under a scheme.
    pub fn new(draw: &mut Draw, scheme: usize) -> Payee {
        let standard = SCHEMES.get(scheme).map_or(1, |scheme| scheme.fen);
        Payee {
            entitlement: EntitlementId::from_bytes(draw.id()),
            person: PersonId::from_bytes(draw.id()),
            household: HouseholdId::from_bytes(draw.id()),
            account: AccountId::from_bytes(draw.id()),
            scheme,
            fen: if scheme == 0 { amount_below(draw, standard) } else { standard },
            is_live: true,
        }
    }

    /// The scheme of somebody drawn by the schemes' shares.
    pub fn any_scheme(draw: &mut Draw) -> usize {
        let mut left = u32::try_from(draw.below(100)).unwrap_or_default();
        let fits = |scheme: &Scheme| {
            let here = left < scheme.share;
            left = left.saturating_sub(scheme.share);
            here
        };
        SCHEMES.iter().position(fits).unwrap_or_default()
    }

    /// The three lines that register the household, the person and the account.
    pub fn lines(&self, draw: &mut Draw, town: usize) -> [Line; 3] {
        let (household, person) = (self.household, self.person);
        let division = code(&format!("141199{:03}{:03}", 100 + town % 16, 1 + town % 200));
        let (id_no_commit, name_commit) = (draw.commitment(), draw.commitment());
        [
            Line::Household(HouseholdLine { division, head: person, household }),
            Line::Person(PersonLine { household, id_no_commit, name_commit, person }),
            Line::Account(AccountLine {
                account: self.account,
                bank: "青禾农村商业银行".to_owned(),
                holder: person,
                number_commit: draw.commitment(),
            }),
        ]
    }

    /// The line that brings the entitlement in.
    #[must_use]
    pub fn entitled(&self, from: Period) -> Line {
        Line::Entitlement(EntitlementLine {
            amount_fen: Money::from_fen(self.fen),
            category: "一类".to_owned(),
            cause: None,
            entitlement: self.entitlement,
            from,
            household: self.household,
            last: None,
            parts: vec![part(self.fen)],
            payee: self.person,
            persons: vec![self.person],
        })
    }

    /// The line that pays it.
    #[must_use]
    pub fn paid(&self, reissue_of: Option<PaymentRef>, change: Option<ActId>) -> Line {
        let fund = SCHEMES.get(self.scheme).map_or("F-DB", |scheme| scheme.fund);
        let amount_fen = Money::from_fen(self.fen);
        Line::Roster(RosterLine {
            account: self.account,
            amount_fen,
            change,
            entitlement: self.entitlement,
            parts: vec![part(self.fen)].into(),
            payee: self.person,
            reissue_of,
            sources: vec![Source { amount_fen, fund: code(fund) }].into(),
        })
    }
}

/// An amount from a third of the standard up to it.
pub fn amount_below(draw: &mut Draw, standard: i64) -> i64 {
    let span = usize::try_from(standard * 2 / 3).unwrap_or(1);
    standard - i64::try_from(draw.below(span)).unwrap_or_default()
}

/// The one part of an amount.
#[must_use]
pub fn part(fen: i64) -> Part {
    Part { amount_fen: Money::from_fen(fen), label: PART.to_owned(), quantity: None }
}

type Encoded = Result<Vec<(Vec<u8>, NodeHash)>, NotCanonical>;

/// As `ledger::line::seal`, on every core: the same manifest and the same entries.
///
/// # Errors
/// As `seal`.
pub fn seal_on_all_cores(lines: &[Line]) -> Result<(Manifest, Vec<Vec<u8>>), NotCanonical> {
    let too_many = || NotCanonical::Form("more lines than a manifest can count".to_owned());
    let count = u32::try_from(lines.len()).map_err(|_| too_many())?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = lines.len().div_ceil(cores).max(256);
    let encoded: Vec<Encoded> = std::thread::scope(|scope| {
        let running: Vec<_> = lines
            .chunks(share)
            .zip((0..).map(|nth: usize| nth * share))
            .map(|(lines, before)| scope.spawn(move || encode(lines, before)))
            .collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|_| Err(too_many()))).collect()
    });
    let (mut entries, mut leaves) = (Vec::with_capacity(lines.len()), Vec::new());
    for part in encoded {
        for (entry, leaf) in part? {
            entries.push(entry);
            leaves.push(leaf);
        }
    }
    let root = root_of_leaves(leaves);
    let total_fen = Money::total(lines.iter().map(Line::amount)).ok_or(NotCanonical::Integer)?;
    Ok((Manifest { count, root, total_fen }, entries))
}

fn encode(lines: &[Line], before: usize) -> Encoded {
    let first = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
    let entry = |(n, line): (u32, &Line)| {
        let entry = line.encode(n)?;
        let leaf = leaf_hash(&entry);
        Ok((entry, leaf))
    };
    (first..).zip(lines).map(entry).collect()
}
