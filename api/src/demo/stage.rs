//! The stage: the desk, the cast, the banks, and the moves that a month is made of.

use std::collections::BTreeMap;
use std::path::Path;

use ed25519_dalek::SigningKey;
use ledger::act::Body;
use ledger::act::payments::RosterKind;
use ledger::ids::{
    BankAccountCode, BatchCode, Digest, Division, FundCode, PersonId, SchemeCode, UnitCode,
};
use ledger::money::Money;
use ledger::period::{Date, Period};
use ledger::vault::MasterKey;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use reconcile::bank_simulator::{
    Account, BankFile, Booking, Fate, Product, Refused, Script, StatementForm, Target,
};
use reconcile::opened::Opened;
use sha2::{Digest as _, Sha256};

use super::SEED;
use super::cast::{Cast, appointment, units};
use super::county::County;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::banking::{self, Imported, Incoming};
use crate::desk::founding::{Founding, appoint, found};
use crate::desk::papers::bank_path;
use crate::desk::paying::{Drawing, Sending, agree, draw, release};
use crate::desk::people::KnownHousehold;
use crate::desk::policy_file;
use crate::failure::Failure;
use crate::keys;

/// Who tells the story as it goes on.
pub trait Narrator {
    /// One sentence of it.
    fn tell(&mut self, sentence: &str);
}

/// Everything that the story plays with.
pub(super) struct Stage<'n> {
    pub(super) desk: Desk,
    pub(super) county: County,
    pub(super) cast: Cast,
    /// The county's households as the ledger knows them, in the county's order.
    pub(super) known: Vec<KnownHousehold>,
    pub(super) banks: BTreeMap<BankAccountCode, Account>,
    random: ChaCha12Rng,
    narrator: &'n mut dyn Narrator,
}

/// One roster from drawing to the bank's answer.
pub(super) struct Round<'a> {
    pub(super) batch: &'a str,
    pub(super) scheme: &'a str,
    pub(super) period: Period,
    pub(super) kind: RosterKind,
    /// The funds that pay, in the order in which they are used.
    pub(super) funds: &'a [&'a str],
    pub(super) account: &'a str,
    pub(super) product: Product,
    /// The day of roster, approvals and release.
    pub(super) day: Date,
    /// The day of the bank's answer and of its import.
    pub(super) answered: Date,
    pub(super) fates: Vec<(Target, Fate)>,
}

/// Reads a code or date that the story names; a slip in it is a fault of this file.
pub(super) fn code<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("codes and dates of the story have their form")
}

/// A regular roster of October that is tried and may not be drawn: the rule's words.
pub(super) fn roster_refused(
    stage: &mut Stage<'_>,
    post: &str,
    (batch, scheme, fund): (&str, &str, &str),
    expected: &str,
) -> Result<String, Failure> {
    let drawing = Drawing {
        batch: code(batch),
        scheme: code(scheme),
        period: code("2020-10"),
        kind: RosterKind::Regular,
        funds: vec![code(fund)],
    };
    let key = stage.cast.key(post);
    no_was_said(draw(&mut stage.desk, &key, &drawing), expected)
}

/// What the story tries and may not do: the rule's words. Anything else than that refusal is a fault of this program.
pub(super) fn no_was_said<T>(
    outcome: Result<T, Failure>,
    expected: &str,
) -> Result<String, Failure> {
    match outcome {
        Err(Failure::Rejected(rejection)) if rejection.code() == expected => {
            Ok(format!("不予受理〔{expected}〕：{rejection}"))
        }
        Err(failure) => Err(failure),
        Ok(_) => Err(Failure::Machine {
            code: "demo.not_refused".to_owned(),
            text: format!("样例县的一步本应不予受理（{expected}），却被受理了"),
            exit: 3,
        }),
    }
}

/// Evidence that the story has no paper for: the digest of a sentence that says so.
pub(super) fn evidence(what: &str) -> Digest {
    Digest(Sha256::digest(format!("样例县附件：{what}")).into())
}

impl<'n> Stage<'n> {
    /// Founds the ledger and appoints everybody.
    pub(super) fn set(
        dir: &Path,
        acknowledgements: Option<&Path>,
        narrator: &'n mut dyn Narrator,
    ) -> Result<Stage<'n>, Failure> {
        let county = County::generate(SEED);
        let cast = Cast::of(&county, SEED);
        let mut random = ChaCha12Rng::seed_from_u64(SEED);
        let mut vault_random = ChaCha12Rng::seed_from_u64(SEED + 1);
        let mut secret = || {
            let mut bytes = [0; 32];
            random.fill_bytes(&mut bytes);
            bytes
        };
        let post = |name: &str| county.officers.iter().find(|officer| officer.post == name);
        let root =
            |name| post(name).map(|officer| (appointment(officer), cast.of_officer(officer)));
        let all_units = units(&county);
        let mut desk = found(
            dir,
            Founding {
                origin: "qinghe.example/doudi",
                name: "青禾县社会救助资金兜底账",
                county: county.division.clone(),
                units: all_units,
                roots: root("系统管理员").into_iter().chain(root("监督检查室主任")).collect(),
                log_key: SigningKey::from_bytes(&secret()),
                master: MasterKey::from_bytes(secret()),
            },
            Box::new(move |bytes: &mut [u8]| vault_random.fill_bytes(bytes)),
            Clock::story(code("2020-09-28")),
        )?;
        if let Some(path) = acknowledgements {
            desk.acknowledge_to(path)?;
        }
        for (name, key) in cast.files() {
            keys::write(&dir.join("keys").join(name), key)?;
        }
        let (admin, inspector) = (cast.key("系统管理员"), cast.key("监督检查室主任"));
        for officer in &county.officers {
            if ["系统管理员", "监督检查室主任"].contains(&officer.post) {
                continue;
            }
            let key = cast.of_officer(officer);
            appoint(&mut desk, &admin, &appointment(officer), &key, [&admin, &inspector])?;
        }
        narrator.tell(&format!(
            "建账：{}，{}名工作人员各持密钥，均由民政局和纪委监委两人会签",
            county.name,
            county.officers.len()
        ));
        let known = Vec::new();
        Ok(Stage { desk, county, cast, known, banks: BTreeMap::new(), random, narrator })
    }

    pub(super) fn tell(&mut self, sentence: &str) {
        self.narrator.tell(sentence);
    }

    /// Turns the story's clock to a day.
    pub(super) fn on(&self, day: &str) -> Date {
        let date = code(day);
        self.desk.clock.turn_to(date);
        date
    }

    /// Signs an act with the key of a post in the county's own units.
    pub(super) fn sign(&mut self, post: &str, body: Body) -> Result<ledger::ids::ActId, Failure> {
        let key = self.cast.key(post);
        Ok(self.desk.sign(&key, body)?.id)
    }

    /// Signs what policy files say, each with the key of whoever sets policies.
    pub(super) fn policies(&mut self, files: &[(&str, &str)]) -> Result<(), Failure> {
        for (name, text) in files {
            for body in policy_file::read(Path::new(name), text)? {
                self.sign("社会救助股股长", body)?;
            }
        }
        Ok(())
    }

    /// A random id.
    pub(super) fn id(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.random.fill_bytes(&mut bytes);
        bytes
    }

    /// Books money into or out of a programme account at the bank.
    pub(super) fn at_bank(
        &mut self,
        account: &str,
        date: Date,
        change: Money,
        who: &str,
        what: &str,
    ) {
        let booking = Booking {
            date,
            change,
            counterparty_name: who.to_owned(),
            counterparty_account: String::new(),
            summary: what.to_owned(),
            remark: String::new(),
        };
        if let Some(bank) = self.banks.get_mut(&code::<BankAccountCode>(account)) {
            bank.book(booking);
        }
    }

    /// A roster is drawn, checked, reviewed, approved, released, answered, and the answers imported.
    pub(super) fn pay(&mut self, round: &Round<'_>) -> Result<Vec<BankFile>, Failure> {
        self.desk.clock.turn_to(round.day);
        let batch: BatchCode = code(round.batch);
        let drawing = Drawing {
            batch: batch.clone(),
            scheme: code::<SchemeCode>(round.scheme),
            period: round.period,
            kind: round.kind,
            funds: round.funds.iter().map(|fund| code::<FundCode>(fund)).collect(),
        };
        draw(&mut self.desk, &self.cast.key("造册经办"), &drawing)?;
        for post in ["造册复核", "社会保障股审核", "局长"] {
            agree(&mut self.desk, &self.cast.key(post), &batch)?;
        }
        let profile = match round.product {
            Product::RcbPipeHead => "rcb-pipe-head",
            Product::IcbcCsv | Product::IcbcXlsx => "icbc-batch",
            Product::CcbPipe => "ccb-pipe",
            Product::FixedFen => "fixed-fen",
            Product::GbkPair => "gbk-pair",
            Product::Mof8207 => "mof-8207",
            Product::IsoPain => "iso-pain",
        };
        let sending = Sending {
            batch: batch.clone(),
            account: code(round.account),
            profile,
            date: round.day,
            bank_unit: "1023",
            stated: &[],
        };
        let (_, file) = release(&mut self.desk, &self.cast.key("国库支付经办"), &sending)?;
        let script = Script {
            today: round.day,
            unit: "1023".to_owned(),
            teller: "00817".to_owned(),
            remark: format!("批次{batch}"),
            fates: round.fates.clone(),
            chance: None,
        };
        let bank =
            self.banks.get_mut(&sending.account).ok_or_else(|| refused(&Refused::NotEnough))?;
        let answer = bank.process(round.product, &file.bytes, &script);
        let answer = answer.map_err(|why| refused(&why))?;
        self.desk.clock.turn_to(round.answered);
        for reply in &answer.replies {
            self.desk.write_file(bank_path(Some(&batch), &reply.name), &reply.bytes)?;
            self.import_response(&batch, reply, round.day, round.answered)?;
        }
        Ok(answer.refunds)
    }

    /// The town's unit that answers for a person.
    pub(super) fn unit_of(&self, person: PersonId) -> UnitCode {
        let town = self.desk.books().people.division_of(person).and_then(Division::town);
        let units = self.desk.books().offices.units.iter();
        let mut units = units.filter(|(_, unit)| unit.town.is_some() && unit.town == town);
        units.next().map(|(code, _)| code.clone()).expect("every household lives in a town")
    }

    /// The bank's result of a file that it has processed before, with everything decided by now. Nothing is booked again.
    pub(super) fn answer_again(
        &mut self,
        batch: &str,
        account: &str,
        product: Product,
        day: Date,
    ) -> Result<Option<BankFile>, Failure> {
        let batch: BatchCode = code(batch);
        let standing = self.desk.books().payments.batches.get(&batch);
        let released = standing.and_then(|standing| standing.released.as_ref());
        let Some(released) = released else { return Ok(None) };
        let path = self.desk.dir().join(bank_path(Some(&batch), &released.file_name));
        let bytes = std::fs::read(&path).map_err(|why| Failure::file(&path, &why))?;
        let Some(bank) = self.banks.get(&code::<BankAccountCode>(account)) else { return Ok(None) };
        let script = Script {
            today: day,
            unit: "1023".to_owned(),
            teller: "00817".to_owned(),
            remark: String::new(),
            fates: Vec::new(),
            chance: None,
        };
        // On an account of its own with money enough, so that only the answer is made again.
        let mut copy = Account::open(bank.number(), Money::from_fen(100_000_000_000));
        let answer = copy.process(product, &bytes, &script).map_err(|why| refused(&why))?;
        let Some(mut reply) = answer.replies.into_iter().next() else { return Ok(None) };
        reply.name = format!("二次{}", reply.name);
        self.desk.write_file(bank_path(Some(&batch), &reply.name), &reply.bytes)?;
        Ok(Some(reply))
    }

    /// Imports one response file as the reconciler.
    pub(super) fn import_response(
        &mut self,
        batch: &BatchCode,
        reply: &BankFile,
        answered: Date,
        booked: Date,
    ) -> Result<Imported, Failure> {
        let opened = opened(&reply.name, &reply.bytes)?;
        let file =
            Incoming { opened: &opened, profile: None, booked, mismatches: None, dry_run: false };
        let key = self.cast.key("国库支付复核");
        banking::response(&mut self.desk, &key, &file, Some(batch.clone()), Some(answered))
    }

    /// Imports one notice of returns as the reconciler.
    pub(super) fn import_returns(
        &mut self,
        account: &str,
        notice: &BankFile,
        booked: Date,
    ) -> Result<Imported, Failure> {
        self.desk.clock.turn_to(booked);
        self.desk.write_file(bank_path(None, &notice.name), &notice.bytes)?;
        let opened = opened(&notice.name, &notice.bytes)?;
        let file =
            Incoming { opened: &opened, profile: None, booked, mismatches: None, dry_run: false };
        let key = self.cast.key("国库支付复核");
        banking::returns(&mut self.desk, &key, &file, code(account))
    }

    /// Imports the month's statement of every programme account as the reconciler.
    pub(super) fn import_statements(&mut self, period: Period) -> Result<(), Failure> {
        let (from, until) = (period.first_day(), period.last_day());
        let accounts: Vec<BankAccountCode> = self.banks.keys().cloned().collect();
        for account in accounts {
            let form = match account.as_str() {
                "ZH-02" => StatementForm::Icbc,
                _ => StatementForm::Ccb,
            };
            let Some(bank) = self.banks.get(&account) else { continue };
            let statement = bank.statement(form, from, until).map_err(|why| refused(&why))?;
            let name = format!("{account}-{}", statement.name);
            self.desk.write_file(bank_path(None, &name), &statement.bytes)?;
            let opened = opened(&name, &statement.bytes)?;
            let file = Incoming {
                opened: &opened,
                profile: None,
                booked: until,
                mismatches: None,
                dry_run: false,
            };
            let key = self.cast.key("国库支付复核");
            banking::account_statement(&mut self.desk, &key, &file, account, (from, until), None)?;
        }
        Ok(())
    }
}

/// The demo's own bank wrote the file in this process, so it is read in this process.
fn opened<'a>(name: &'a str, bytes: &'a [u8]) -> Result<Opened<'a>, Failure> {
    Ok(Opened::here(name, bytes).map_err(|problem| vec![problem])?)
}

/// The simulated bank refused what the story expects it to take.
pub(super) fn refused(why: &Refused) -> Failure {
    Failure::Machine {
        code: "demo.bank".to_owned(), text: format!("样例银行拒收：{why}"), exit: 3
    }
}
