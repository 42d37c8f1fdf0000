//! Acts that wait for their maker's signature while the ledger is served: made by the office, signed in a browser, handed in once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger::act::signed::SignedAct;
use ledger::engine::Receipt;
use ledger::ids::{ActId, KeyId, OfficerId};
use ledger::vault::{OsRandomness, Randomness as _};
use ledger::views::due::LeftOut;
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::desk::incoming::Imported;
use crate::desk::sealing::of_kind;
use crate::desk::{Draft, Office};
use crate::failure::Failure;

/// So many a person can have waiting. Who begins another one signs or drops one first.
const MOST_WAITING: usize = 16;

/// So many bytes can wait in memory, of all persons together: lines, bank files, documents.
const MOST_BYTES: usize = 1 << 30;

/// An act that is not signed within so many seconds is made anew: the books have moved on.
const LASTS_SECONDS: u64 = 8 * 3600;

/// What its maker is told beside what the act itself says.
#[derive(Clone, Debug)]
pub enum Told {
    /// Nothing more.
    Nothing,
    /// What a bank file holds, by outcome.
    Imported(Box<Imported>),
    /// Whom a roster leaves out, with the reason.
    LeftOut(Vec<LeftOut>),
    /// What a list holds, in sentences.
    Noted(Vec<String>),
}

/// An act that waits, or what became of it.
#[derive(Clone)]
pub struct Waiting {
    /// Whose it is: nobody else sees or signs it.
    pub officer: OfficerId,
    /// When it was made, in seconds since 1970.
    pub made: u64,
    /// What is to be signed.
    pub draft: Arc<Draft>,
    /// What its maker is told.
    pub told: Arc<Told>,
    /// Once it is in the books.
    pub signed: Option<Receipt>,
    /// Whose turn it is to hand it in.
    pub turn: Arc<Mutex<()>>,
}

/// All acts that wait.
#[derive(Default)]
pub struct Drafts {
    waiting: Mutex<BTreeMap<String, Waiting>>,
}

impl Drafts {
    /// Keeps an act for its maker. Gives the name under which it waits: 32 hex digits that nobody can guess.
    ///
    /// # Errors
    /// `draft.too_many` if that person, or everybody together, has too many waiting; the machine gives no random name.
    pub fn put(&self, officer: OfficerId, draft: Draft, told: Told) -> Result<String, Failure> {
        let mut name = [0; 16];
        OsRandomness.fill(&mut name).map_err(|_| no_randomness())?;
        let (name, made) = (hex::encode(name), Clock::Machine.unix_seconds());
        let mut waiting = self.waiting();
        waiting.retain(|_, one| one.made + LASTS_SECONDS > made);
        let own = waiting.values().filter(|one| one.officer == officer && one.signed.is_none());
        let bytes: usize = waiting.values().map(|one| one.draft.bytes()).sum();
        if own.count() >= MOST_WAITING || (bytes > 0 && bytes + draft.bytes() > MOST_BYTES) {
            return Err(Failure::refused(
                "draft.too_many",
                "待签的内容太多；请先签署或放弃已有的待签内容。",
            ));
        }
        // The rules have judged the lines; what is signed covers their entries.
        let draft = Draft { lines: Vec::new(), ..draft };
        let (draft, told, turn) = (Arc::new(draft), Arc::new(told), Arc::default());
        let new = Waiting { officer, made, draft, told, signed: None, turn };
        waiting.insert(name.clone(), new);
        Ok(name)
    }

    /// Refuses an account or a person in office that an act which waits for its signature names already: what the vault keeps
    /// of them would change under that act.
    ///
    /// # Errors
    /// `draft.named_waits`, or the vault cannot be read.
    pub fn refuse_named_twice(
        &self,
        office: Office<'_>,
        body: &Map<String, Value>,
        private: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let text = |name: &str| private.get(name).and_then(Value::as_str);
        let account = text("number").map(|number| office.vault.find_account(number)).transpose()?;
        let officer = text("id_no").map(|id_no| office.vault.find_officer(id_no)).transpose()?;
        // A programme account is known by the code that its act gives it.
        let code = body.get("code").and_then(Value::as_str).map(str::to_owned);
        let named = [
            account.flatten().map(|id| id.to_string()),
            officer.flatten().map(|id| id.to_string()),
            code,
        ];
        let named = named.into_iter().flatten().map(|id| format!("\"{id}\""));
        let named: Vec<String> = named.collect();
        let is_named_by = |one: &Waiting| {
            let takes_private = of_kind(one.draft.body.kind()).is_ok();
            let written = one.draft.body.encode().unwrap_or_default();
            let written = String::from_utf8_lossy(&written).into_owned();
            takes_private && named.iter().any(|id| written.contains(id))
        };
        if self.waiting().values().any(|one| one.signed.is_none() && is_named_by(one)) {
            let text = "这个账户或人员在另一份待签的内容里；请先签署或放弃那一份，再重新填写。";
            return Err(Failure::refused("draft.named_waits", text));
        }
        Ok(())
    }

    /// An act of this person's that waits, or was signed.
    ///
    /// # Errors
    /// `draft.unknown`: there is none of that name, it is somebody else's, or it has waited too long.
    pub fn of(&self, officer: OfficerId, name: &str) -> Result<Waiting, Failure> {
        let now = Clock::Machine.unix_seconds();
        let own = |one: &&Waiting| one.officer == officer && one.made + LASTS_SECONDS > now;
        self.waiting().get(name).filter(own).cloned().ok_or_else(unknown)
    }

    /// All that wait for this person, the newest first.
    #[must_use]
    pub fn all_of(&self, officer: OfficerId) -> Vec<(String, Waiting)> {
        let waiting = self.waiting();
        let own = waiting.iter().filter(|(_, one)| one.officer == officer && one.signed.is_none());
        let mut own: Vec<_> = own.map(|(name, one)| (name.clone(), one.clone())).collect();
        own.sort_by_key(|(_, one)| std::cmp::Reverse(one.made));
        own
    }

    /// How many wait for a signature.
    #[must_use]
    pub fn count(&self) -> usize {
        self.waiting().values().filter(|one| one.signed.is_none()).count()
    }

    /// Forgets an act that nobody signed. What was signed stays in the books.
    ///
    /// # Errors
    /// As [`Drafts::of`]; `draft.signed`.
    pub fn drop_of(&self, officer: OfficerId, name: &str) -> Result<(), Failure> {
        let waiting = self.of(officer, name)?;
        // Not while it is handed in.
        let _turn = waiting.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = self.of(officer, name)?.signed {
            return Err(signed(before));
        }
        self.waiting().remove(name);
        Ok(())
    }

    /// Notes that it is in the books.
    pub fn is_signed(&self, name: &str, receipt: Receipt) {
        if let Some(one) = self.waiting().get_mut(name) {
            one.signed = Some(receipt);
        }
    }

    /// Notes that everything that belongs to it is written; what it holds is let go.
    pub fn is_through(&self, name: &str) {
        if let Some(one) = self.waiting().get_mut(name) {
            let body = one.draft.body.clone();
            (one.draft, one.told) = (Arc::new(Draft::of(body)), Arc::new(Told::Nothing));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<String, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses a signature under anything but the draft as it was made, or by another key than the one that signed in.
///
/// # Errors
/// `draft.differs`.
pub fn refuse_other(draft: &Draft, key: KeyId, signed: &SignedAct) -> Result<(), Failure> {
    if signed.act().body == draft.body && signed.act().key == key {
        return Ok(());
    }
    Err(Failure::refused(
        "draft.differs",
        "签署的内容与待签的内容不同，没有交入。请重新打开这一页，核对后再签。",
    ))
}

/// The receipt of a draft that was signed before, if it is this act.
///
/// # Errors
/// `draft.signed`: another act was signed under this draft.
pub fn same_again(before: Receipt, id: ActId) -> Result<Receipt, Failure> {
    if before.id == id {
        return Ok(Receipt { is_repeat: true, ..before });
    }
    Err(signed(before))
}

fn signed(before: Receipt) -> Failure {
    let text = format!("这一项已经签署入账，是第{}条记录；没有再记一次。", before.seq);
    Failure::refused("draft.signed", &text)
}

fn unknown() -> Failure {
    Failure::refused("draft.unknown", "没有这一项待签内容：可能已放弃，或等候太久。请重新办理。")
}

/// The machine's source of randomness gave nothing.
pub(crate) fn no_randomness() -> Failure {
    let text = "操作系统没有给出随机数，请检查系统后重试。";
    Failure::Machine { code: "machine.randomness".to_owned(), text: text.to_owned(), exit: 3 }
}
