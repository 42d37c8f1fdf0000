//! The bank reconciliation of a programme account 银行存款余额调节: both balances, every outstanding item 未达账项 with its age.

use crate::act::wire;
use crate::books::Books;
use crate::books::postings::Account;
use crate::ids::{BankAccountCode, Seq};
use crate::money::Money;
use crate::period::{Date, Period};
use crate::words::words;

words! {
    /// The four kinds of outstanding items.
    OutstandingKind {
        /// We booked a receipt that the bank does not show yet.
        BookReceived = "book_received", "单位已收、银行未收";
        /// We booked a payment that the bank does not show yet.
        BookPaid = "book_paid", "单位已付、银行未付";
        /// The bank shows a receipt that we have not booked yet.
        BankReceived = "bank_received", "银行已收、单位未收";
        /// The bank shows a payment that we have not booked yet.
        BankPaid = "bank_paid", "银行已付、单位未付";
    }
}

wire! {
    /// One outstanding item.
    OutstandingItem {
        /// Its size, always positive.
        amount_fen: Money,
        /// Since when it is open: our day, or the bank's.
        date: Date,
        /// Its age in days at the end of the month.
        days: i64,
        /// The entry it stands on.
        entry: Seq,
        /// Which of the four.
        kind: OutstandingKind,
        /// What it is, in Chinese.
        label: String,
    }

    /// The reconciliation of one programme account at the end of a month.
    AccountMonth {
        /// The account.
        account: BankAccountCode,
        /// Balance on the statement; absent without a statement to the end of the month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bank_fen: Option<Money>,
        /// Balance in our books.
        book_fen: Money,
        /// Adjusted bank balance less adjusted book balance; must be zero to close.
        difference_fen: Money,
        /// Outstanding items, oldest first.
        items: Vec<OutstandingItem>,
    }
}

impl AccountMonth {
    /// The sum of one kind of item.
    #[must_use]
    pub fn sum(&self, kind: OutstandingKind) -> Option<Money> {
        let items = self.items.iter().filter(|item| item.kind == kind);
        Money::total(items.map(|item| item.amount_fen))
    }

    /// 银行余额 + 单位已收银行未收 − 单位已付银行未付.
    #[must_use]
    pub fn adjusted_bank(&self) -> Option<Money> {
        let bank = self.bank_fen.unwrap_or_default();
        bank.checked_add(self.sum(OutstandingKind::BookReceived)?)?
            .checked_sub(self.sum(OutstandingKind::BookPaid)?)
    }

    /// 账面余额 + 银行已收单位未收 − 银行已付单位未付.
    #[must_use]
    pub fn adjusted_book(&self) -> Option<Money> {
        self.book_fen
            .checked_add(self.sum(OutstandingKind::BankReceived)?)?
            .checked_sub(self.sum(OutstandingKind::BankPaid)?)
    }
}

/// Reconciles every programme account at the end of a month; `None` if a sum leaves the range of money.
#[must_use]
pub fn of(books: &Books, period: Period) -> Option<Vec<AccountMonth>> {
    let cut = period.last_day();
    let balances = books.postings.at_end_of(period)?;
    let mut accounts = Vec::new();
    for code in books.funds.accounts.keys() {
        let ours = balances
            .iter()
            .filter(|(account, _)| matches!(account, Account::Bank(account, _) if account == code));
        let mut items = booked_only(books, code, cut);
        items.extend(shown_only(books, code, cut));
        items.sort_by_key(|item| (item.date, item.entry));
        let statements = books.bank.statements.get(code);
        let mut month = AccountMonth {
            account: code.clone(),
            bank_fen: statements.and_then(|known| known.balance_on(cut)),
            book_fen: Money::total(ours.map(|(_, balance)| *balance))?,
            difference_fen: Money::ZERO,
            items,
        };
        month.difference_fen = month.adjusted_bank()?.checked_sub(month.adjusted_book()?)?;
        accounts.push(month);
    }
    Some(accounts)
}

/// Booked by `cut`, not shown by the bank by `cut`.
fn booked_only(books: &Books, code: &BankAccountCode, cut: Date) -> Vec<OutstandingItem> {
    let open = books.bank.movements.values().filter(|movement| {
        let shown = movement.cleared.is_some_and(|(_, shown)| shown <= cut);
        let reversed = movement.reversed.is_some_and(|reversed| reversed <= cut);
        movement.account == *code && movement.date <= cut && !reversed && !shown
    });
    let item = |movement: &crate::books::bank::Movement| OutstandingItem {
        amount_fen: Money::from_fen(movement.amount.fen().abs()),
        date: movement.date,
        days: cut.days_since(movement.date),
        entry: movement.at,
        kind: if movement.amount.is_negative() {
            OutstandingKind::BookPaid
        } else {
            OutstandingKind::BookReceived
        },
        label: match (&movement.reference, &movement.batch) {
            (Some(reference), _) => format!("{} {reference}", movement.kind.chinese()),
            (None, Some(batch)) => format!("{} {batch}", movement.kind.chinese()),
            (None, None) => movement.kind.chinese().to_owned(),
        },
    };
    open.map(item).collect()
}

/// Shown by the bank by `cut`, not booked by `cut`.
fn shown_only(books: &Books, code: &BankAccountCode, cut: Date) -> Vec<OutstandingItem> {
    let Some(statements) = books.bank.statements.get(code) else { return Vec::new() };
    let open = statements.rows.iter().filter(|row| {
        let movement = row.movement.as_ref().and_then(|key| books.bank.movements.get(key));
        let booked = movement.is_some_and(|movement| movement.date <= cut);
        row.date <= cut && !booked && !row.without_effect
    });
    let item = |row: &crate::books::bank::Row| OutstandingItem {
        amount_fen: Money::from_fen(row.amount.fen().abs()),
        date: row.date,
        days: cut.days_since(row.date),
        entry: row.at,
        kind: if row.amount.is_negative() {
            OutstandingKind::BankPaid
        } else {
            OutstandingKind::BankReceived
        },
        label: "流水未对应".to_owned(),
    };
    open.map(item).collect()
}
