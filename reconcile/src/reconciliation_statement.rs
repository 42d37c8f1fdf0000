//! The bank reconciliation statement 余额调节表: why the books and the bank differ, item by item.
//! A difference that no item explains is shown, never tolerated.

use ledger::money::Money;
use ledger::period::Date;

/// On whose side an item is missing, and which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutstandingKind {
    /// 单位已收，银行未收
    BookReceivedNotBank,
    /// 单位已付，银行未付
    BookPaidNotBank,
    /// 银行已收，单位未收
    BankReceivedNotBook,
    /// 银行已付，单位未付
    BankPaidNotBook,
}

impl OutstandingKind {
    /// The four kinds in the order of the form.
    pub const ALL: [OutstandingKind; 4] = [
        OutstandingKind::BookReceivedNotBank,
        OutstandingKind::BookPaidNotBank,
        OutstandingKind::BankReceivedNotBook,
        OutstandingKind::BankPaidNotBook,
    ];

    /// The Chinese term of the form.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            OutstandingKind::BookReceivedNotBank => "单位已收、银行未收",
            OutstandingKind::BookPaidNotBank => "单位已付、银行未付",
            OutstandingKind::BankReceivedNotBook => "银行已收、单位未收",
            OutstandingKind::BankPaidNotBook => "银行已付、单位未付",
        }
    }
}

/// One outstanding item 未达账项.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutstandingItem {
    /// Whose side lacks it.
    pub kind: OutstandingKind,
    /// When it happened on the side that has it.
    pub date: Date,
    /// The amount; more than nothing.
    pub amount: Money,
    /// What it is, for people.
    pub label: String,
}

/// An item with its age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedItem {
    /// The item.
    pub item: OutstandingItem,
    /// Days from its date to the statement's date; 0 on the day itself.
    pub age_days: i64,
}

/// The form, filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationStatement {
    /// The day it is drawn up for.
    pub as_of: Date,
    /// 单位账面余额
    pub book_balance: Money,
    /// 银行对账单余额
    pub bank_balance: Money,
    /// Every item, by kind and then by date, the oldest first.
    pub items: Vec<AgedItem>,
    /// Book balance + bank received − bank paid.
    pub adjusted_book: Money,
    /// Bank balance + book received − book paid.
    pub adjusted_bank: Money,
    /// Adjusted book less adjusted bank. Only zero is balanced.
    pub difference: Money,
}

/// Why a statement cannot be drawn up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDrawnUp {
    /// An item of nothing or less.
    #[error("未达账项“{label}”金额为{amount}，应大于零；请核对该项的方向")]
    AmountNotPositive {
        /// The item.
        label: String,
        /// Its amount.
        amount: Money,
    },
    /// An item from after the day of the statement.
    #[error("未达账项“{label}”的日期{date}晚于调节日{as_of}；请改用当日的余额与未达项")]
    AfterTheDay {
        /// The item.
        label: String,
        /// Its date.
        date: Date,
        /// The day of the statement.
        as_of: Date,
    },
    /// A sum leaves the range of amounts.
    #[error("金额之和超出范围；请核对余额")]
    Overflow,
}

impl ReconciliationStatement {
    /// Draws up the statement for a day.
    ///
    /// # Errors
    /// [`NotDrawnUp`] for an item that cannot stand in it, or sums out of range.
    pub fn draw_up(
        as_of: Date,
        book_balance: Money,
        bank_balance: Money,
        items: Vec<OutstandingItem>,
    ) -> Result<ReconciliationStatement, NotDrawnUp> {
        for item in &items {
            let label = || item.label.clone();
            if !item.amount.is_positive() {
                return Err(NotDrawnUp::AmountNotPositive { label: label(), amount: item.amount });
            }
            if item.date > as_of {
                return Err(NotDrawnUp::AfterTheDay { label: label(), date: item.date, as_of });
            }
        }
        let mut items: Vec<AgedItem> = items
            .into_iter()
            .map(|item| AgedItem { age_days: as_of.days_since(item.date), item })
            .collect();
        items.sort_by(|one, other| {
            let key = |aged: &AgedItem| (aged.item.kind, aged.item.date);
            key(one).cmp(&key(other)).then_with(|| one.item.label.cmp(&other.item.label))
        });
        let sum = |kind| total(&items, kind).ok_or(NotDrawnUp::Overflow);
        let adjust = |balance: Money, received: Money, paid: Money| {
            let adjusted = balance.checked_add(received).and_then(|sum| sum.checked_sub(paid));
            adjusted.ok_or(NotDrawnUp::Overflow)
        };
        let adjusted_book = adjust(
            book_balance,
            sum(OutstandingKind::BankReceivedNotBook)?,
            sum(OutstandingKind::BankPaidNotBook)?,
        )?;
        let adjusted_bank = adjust(
            bank_balance,
            sum(OutstandingKind::BookReceivedNotBank)?,
            sum(OutstandingKind::BookPaidNotBank)?,
        )?;
        let difference = adjusted_book.checked_sub(adjusted_bank).ok_or(NotDrawnUp::Overflow)?;
        Ok(ReconciliationStatement {
            as_of,
            book_balance,
            bank_balance,
            items,
            adjusted_book,
            adjusted_bank,
            difference,
        })
    }

    /// True if both adjusted balances are equal.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.difference.is_zero()
    }

    /// The sum of one kind of items; `None` on overflow.
    #[must_use]
    pub fn total_of(&self, kind: OutstandingKind) -> Option<Money> {
        total(&self.items, kind)
    }
}

fn total(items: &[AgedItem], kind: OutstandingKind) -> Option<Money> {
    Money::total(
        items
            .iter()
            .map(|aged| &aged.item)
            .filter(|item| item.kind == kind)
            .map(|item| item.amount),
    )
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;
    use ledger::period::Date;

    use super::{NotDrawnUp, OutstandingItem, OutstandingKind, ReconciliationStatement};

    fn item(kind: OutstandingKind, date: &str, fen: i64) -> OutstandingItem {
        let (date, amount) = (date.parse().unwrap(), Money::from_fen(fen));
        OutstandingItem { kind, date, amount, label: "某项".to_owned() }
    }

    fn drawn_up(
        book: i64,
        bank: i64,
        items: Vec<OutstandingItem>,
    ) -> Result<ReconciliationStatement, NotDrawnUp> {
        let as_of: Date = "2020-10-31".parse().unwrap();
        ReconciliationStatement::draw_up(as_of, Money::from_fen(book), Money::from_fen(bank), items)
    }

    #[test]
    fn the_four_kinds_of_items_explain_the_gap_and_have_an_age() {
        let items = vec![
            item(OutstandingKind::BankPaidNotBook, "2020-10-31", 100),
            item(OutstandingKind::BookPaidNotBank, "2020-10-30", 60_000),
            item(OutstandingKind::BankReceivedNotBook, "2020-10-15", 40_400),
            item(OutstandingKind::BookReceivedNotBank, "2020-09-30", 500),
        ];
        let statement = drawn_up(1_000_000, 1_099_800, items).unwrap();
        assert!(statement.is_balanced());
        assert_eq!(statement.adjusted_book, Money::from_fen(1_040_300));
        let ages: Vec<_> = statement.items.iter().map(|aged| aged.age_days).collect();
        assert_eq!(ages, [31, 1, 16, 0]);
    }

    #[test]
    fn one_fen_that_nothing_explains_is_shown() {
        let statement = drawn_up(100, 99, Vec::new()).unwrap();
        assert!(!statement.is_balanced());
        assert_eq!(statement.difference, Money::from_fen(1));
    }

    #[test]
    fn an_item_of_nothing_or_of_tomorrow_is_refused() {
        let kind = OutstandingKind::BankPaidNotBook;
        assert!(matches!(
            drawn_up(0, 0, vec![item(kind, "2020-10-01", 0)]),
            Err(NotDrawnUp::AmountNotPositive { .. })
        ));
        assert!(matches!(
            drawn_up(0, 0, vec![item(kind, "2020-11-01", 1)]),
            Err(NotDrawnUp::AfterTheDay { .. })
        ));
    }
}
