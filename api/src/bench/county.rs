//! The invented county's history, of any length: founding, policies, money, people, then month after month until the ledger
//! has as many entries as were asked for. Every act of it keeps every law and rule; the same seed gives the same bytes.

use ledger::act::Body;
use ledger::act::cases::{EntitlementsBroughtIn, EntitlementsConfirmed};
use ledger::act::funds::{BankAccountOpened, FundKind, FundOpened};
use ledger::act::offices::Role;
use ledger::act::people::PeopleRegistered;
use ledger::act::policies::{PayStart, SchemeSet, StandardRule, StandardSet, Step};
use ledger::books::Books;
use ledger::canonical::NotCanonical;
use ledger::ids::{ActId, BatchCode};
use ledger::law::admission;
use ledger::line::Line;
use ledger::money::Money;
use ledger::period::Period;
use ledger::signer::SigningFailure;
use ledger::views::month::MonthTable;

use super::cast::{Cast, Stated};
use super::month::{AccountState, play};
use super::payees::{Draw, PART, Payee, SCHEMES, code, seal_on_all_cores};
use crate::failure::Failure;

/// How many households one registration or list brings.
const PER_LIST: usize = 10_000;

/// What becomes of the acts of a history, in order.
pub trait Taking {
    /// Takes an act with its lines.
    ///
    /// # Errors
    /// It is refused, or cannot be written.
    fn take(&mut self, stated: &Stated) -> Result<(), Failure>;

    /// The books after the last act taken.
    fn books(&self) -> &Books;

    /// Keeps the frozen figures of a month that is about to close.
    ///
    /// # Errors
    /// They cannot be written.
    fn keep_figures(&mut self, table: &MonthTable) -> Result<(), Failure>;

    /// Signs a checkpoint over everything taken; gives what has been seen then.
    ///
    /// # Errors
    /// The log cannot do it.
    fn checkpoint(&mut self) -> Result<ledger::act::Seen, Failure>;
}

/// How large a history is to be.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// It ends with the act that reaches this many entries.
    pub entries: u64,
    /// Acts among the entries, in thousandths.
    pub acts_per_mille: usize,
    /// Payees at the beginning.
    pub payees: usize,
    /// The scheme of all of them, by its place; drawn where there is none.
    pub scheme: Option<usize>,
}

impl Size {
    /// Ten million entries are about 120 months of 40,000 payees; small ledgers have fewer months, not empty rosters.
    #[must_use]
    pub fn of(entries: u64, acts_per_mille: usize) -> Size {
        let count = usize::try_from(entries).unwrap_or(usize::MAX);
        let payees = (count / 250).max((count / 25).min(2_000)).max(50);
        Size { entries, acts_per_mille, payees, scheme: None }
    }
}

/// Why the story goes no further.
pub(super) enum Stop {
    /// It is as long as was asked for.
    Full,
    /// It could not be written.
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}

impl From<SigningFailure> for Stop {
    fn from(why: SigningFailure) -> Stop {
        Stop::Failed(why.into())
    }
}

impl From<NotCanonical> for Stop {
    fn from(why: NotCanonical) -> Stop {
        Stop::Failed(Failure::Rejected(admission::malformed(&why)))
    }
}

/// The story under way.
pub struct Story<'a> {
    pub(super) cast: Cast,
    pub(super) draw: Draw,
    pub(super) payees: Vec<Payee>,
    pub(super) accounts: Vec<AccountState>,
    pub(super) batches: u32,
    /// This month's regular batches: programme account, code, and the places of their payees, line by line.
    pub(super) regular: Vec<(&'static str, BatchCode, Vec<usize>)>,
    pub(super) size: Size,
    out: &'a mut dyn Taking,
    progress: &'a mut dyn FnMut(u64),
}

impl<'a> Story<'a> {
    /// A story that has not begun, for an empty log.
    pub fn new(
        seed: u64,
        size: Size,
        out: &'a mut dyn Taking,
        progress: &'a mut dyn FnMut(u64),
    ) -> Story<'a> {
        let accounts = ["ZH-01", "ZH-02"].map(AccountState::new).into_iter().collect();
        let (cast, draw, payees) = (Cast::new(seed), Draw::new(seed), Vec::new());
        let regular = Vec::new();
        Story { cast, draw, payees, accounts, batches: 0, regular, size, out, progress }
    }

    /// Plays it to its length, and signs a checkpoint over it. Gives back who is in office and who is paid.
    ///
    /// # Errors
    /// An act is refused, or the log cannot be written.
    pub fn play(mut self, log_key: String) -> Result<(Cast, Vec<Payee>), Failure> {
        match self.tell(log_key) {
            Ok(()) | Err(Stop::Full) => {}
            Err(Stop::Failed(failure)) => return Err(failure),
        }
        self.cast.seen = self.out.checkpoint()?;
        Ok((self.cast, self.payees))
    }

    /// Plays it up to the first month, whatever its length: everybody is registered and entitled, and nothing is paid yet.
    ///
    /// # Errors
    /// As [`Story::play`].
    pub fn prepare(mut self, log_key: String) -> Result<(Cast, Vec<Payee>), Failure> {
        self.size.entries = u64::MAX;
        match self.set_up(log_key) {
            Ok(()) | Err(Stop::Full) => {}
            Err(Stop::Failed(failure)) => return Err(failure),
        }
        self.cast.seen = self.out.checkpoint()?;
        Ok((self.cast, self.payees))
    }

    fn tell(&mut self, log_key: String) -> Result<(), Stop> {
        self.set_up(log_key)?;
        let mut period: Period = code("2016-01");
        loop {
            play(self, period)?;
            period = period.next();
        }
    }

    /// Signs and hands over an act without lines.
    pub(super) fn state(&mut self, role: Role, body: Body) -> Result<ActId, Stop> {
        let place = self.cast.one(role);
        self.state_by(place, body, Vec::new(), Vec::new())
    }

    /// Signs and hands over an act of somebody, with its lines.
    pub(super) fn state_by(
        &mut self,
        place: usize,
        body: Body,
        lines: Vec<Line>,
        entries: Vec<Vec<u8>>,
    ) -> Result<ActId, Stop> {
        let height = self.out.books().height;
        if height >= self.size.entries {
            return Err(Stop::Full);
        }
        let stated = self.cast.sign(place, body, lines, entries)?;
        self.out.take(&stated)?;
        (self.progress)(self.out.books().height);
        Ok(stated.id)
    }

    /// The figures of a month as the books stand now, frozen.
    pub(super) fn frozen(&mut self, period: Period) -> Result<MonthTable, Stop> {
        let table = MonthTable::of(self.out.books(), period);
        let overflow = ledger::rejection::Rejection::MoneyOverflow {};
        let table = table.ok_or(Stop::Failed(Failure::Rejected(overflow)))?;
        self.out.keep_figures(&table)?;
        Ok(table)
    }

    /// A checkpoint, which everybody then has seen.
    pub(super) fn settle(&mut self) -> Result<(), Stop> {
        self.cast.seen = self.out.checkpoint()?;
        Ok(())
    }

    fn set_up(&mut self, log_key: String) -> Result<(), Stop> {
        let founded = self.cast.founding(log_key)?;
        self.state_by(0, Body::Founded(founded), Vec::new(), Vec::new())?;
        for body in self.cast.appointments()? {
            self.state_by(0, body, Vec::new(), Vec::new())?;
        }
        self.policies()?;
        self.funds()?;
        self.people()
    }

    fn policies(&mut self) -> Result<(), Stop> {
        for (n, scheme) in SCHEMES.iter().enumerate() {
            let set = SchemeSet {
                basis: "样民发〔2015〕8号".to_owned(),
                cap_fen: None,
                chain: vec![Step::Survey, Step::Notice, Step::TownReview, Step::CountyConfirm],
                code: code(scheme.code),
                from: code("2016-01"),
                collective_above_fen: None,
                decide_days: None,
                function_code: "2082102".to_owned(),
                limit: None,
                months: None,
                name: scheme.name.to_owned(),
                needs: None,
                notice_days: 7,
                pay_day: 10,
                pay_start: PayStart::NextMonth,
                payees: None,
                pays: None,
                regularise_days: 10,
                requires: None,
                surveyors: 2,
                town_confirm_fen: None,
                town_limit_fen: None,
                trigger: None,
                unit: code("MZJ"),
            };
            self.state(Role::PolicySetter, Body::SchemeSet(set))?;
            let standard = StandardSet {
                amount_fen: Money::from_fen(scheme.fen),
                area: code("141199"),
                basis: "样政发〔2015〕3号".to_owned(),
                category: PART.to_owned(),
                from: code("2016-01"),
                rule: if n == 0 { StandardRule::Ceiling } else { StandardRule::Fixed },
                scheme: code(scheme.code),
            };
            self.state(Role::PolicySetter, Body::StandardSet(standard))?;
        }
        Ok(())
    }

    fn funds(&mut self) -> Result<(), Stop> {
        for account in ["ZH-01", "ZH-02"] {
            let opened = BankAccountOpened {
                bank: "青禾农村商业银行".to_owned(),
                code: code(account),
                number_commit: self.draw.commitment(),
                opened: code("2015-12-01"),
            };
            self.state(Role::FundKeeper, Body::BankAccountOpened(opened))?;
        }
        for scheme in &SCHEMES {
            let opened = FundOpened {
                account: code(scheme.account),
                code: code(scheme.fund),
                kind: FundKind::Treasury,
                name: format!("{}补助资金", scheme.name),
                purposes: vec![code(scheme.code)],
                unit: code("MZJ"),
            };
            self.state(Role::FundKeeper, Body::FundOpened(opened))?;
        }
        Ok(())
    }

    fn people(&mut self) -> Result<(), Stop> {
        let mut new = Vec::with_capacity(self.size.payees);
        for _ in 0..self.size.payees {
            let any = Payee::any_scheme(&mut self.draw);
            let scheme = self.size.scheme.unwrap_or(any);
            new.push(Payee::new(&mut self.draw, scheme));
        }
        for households in new.chunks(PER_LIST) {
            self.register(households)?;
        }
        for (nth, scheme) in SCHEMES.iter().enumerate() {
            let of_scheme: Vec<&Payee> = new.iter().filter(|payee| payee.scheme == nth).collect();
            for list in of_scheme.chunks(PER_LIST) {
                let from = code("2016-01");
                let lines: Vec<Line> = list.iter().map(|payee| payee.entitled(from)).collect();
                let (manifest, entries) = seal_on_all_cores(&lines)?;
                let root = manifest.root;
                let body = Body::EntitlementsBroughtIn(EntitlementsBroughtIn {
                    manifest,
                    scheme: code(scheme.code),
                    source: "2015年12月底名册".to_owned(),
                });
                let registrar = self.cast.one(Role::Registrar);
                let brought_in = self.state_by(registrar, body, lines, entries)?;
                let confirmed = EntitlementsConfirmed { brought_in, root };
                self.state(Role::CountyConfirmer, Body::EntitlementsConfirmed(confirmed))?;
            }
        }
        self.payees.append(&mut new);
        Ok(())
    }

    /// Registers households with their persons and accounts.
    pub(super) fn register(&mut self, new: &[Payee]) -> Result<(), Stop> {
        let mut lines = Vec::with_capacity(3 * new.len());
        for (town, payee) in new.iter().enumerate() {
            lines.extend(payee.lines(&mut self.draw, town));
        }
        let (manifest, entries) = seal_on_all_cores(&lines)?;
        let body = PeopleRegistered { file: None, manifest, source: "名册".to_owned() };
        let registrar = self.cast.one(Role::Registrar);
        self.state_by(registrar, Body::PeopleRegistered(body), lines, entries)?;
        Ok(())
    }
}
