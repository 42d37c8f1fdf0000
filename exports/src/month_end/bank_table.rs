//! The month by bank: what each programme account was given to pay, what its bank answered, and how it stands.

use std::collections::BTreeMap;

use ledger::ids::{BankAccountCode, BatchCode};
use ledger::money::Money;
use ledger::views::figures::{BatchMonth, Flow};
use ledger::views::month::MonthTable;

use super::payment_tables::OF_BATCHES;
use crate::table::{Cell, Kind, Provenance, Table};

/// What the frozen figures do not repeat, because the log says it once: which bank an account is at, and which account a
/// batch was paid from.
#[derive(Clone, Debug, Default)]
pub struct Banks {
    /// The bank of each programme account.
    pub of_account: BTreeMap<BankAccountCode, String>,
    /// The programme account of each batch.
    pub of_batch: BTreeMap<BatchCode, BankAccountCode>,
}

/// What the batches of one account come to.
#[derive(Clone, Copy, Default)]
struct Sums {
    batches: u64,
    /// Submitted, settled, failed, in transit, returned.
    flows: [(u64, Money); 5],
}

impl Sums {
    fn add(&mut self, batch: &BatchMonth) -> Option<()> {
        let pair = |flow: &Flow| (flow.count, flow.fen);
        let parts = [
            (batch.count, batch.total_fen),
            pair(&batch.settled),
            pair(&batch.failed),
            pair(&batch.in_transit),
            pair(&batch.returned),
        ];
        self.batches = self.batches.checked_add(1)?;
        for (sum, part) in self.flows.iter_mut().zip(parts) {
            *sum = (sum.0.checked_add(part.0)?, sum.1.checked_add(part.1)?);
        }
        Some(())
    }

    fn cells(&self) -> impl Iterator<Item = Cell> {
        let pairs = self.flows.iter().flat_map(|(n, sum)| [Cell::count(*n), Cell::Yuan(*sum)]);
        [Cell::count(self.batches)].into_iter().chain(pairs)
    }
}

/// By bank; `None` if a sum leaves the range of amounts.
pub(super) fn banks(month: &MonthTable, banks: &Banks, origin: &Provenance) -> Option<Table> {
    let head = [("银行", Kind::Text), ("专户", Kind::Code), ("批次数", Kind::Count)];
    let stands = [
        ("对账单余额（元）", Kind::Yuan),
        ("账面余额（元）", Kind::Yuan),
        ("未达账项", Kind::Count),
    ];
    let columns: Vec<_> = head.into_iter().chain(OF_BATCHES).chain(stands).collect();
    let origin = origin.scoped(
        "各专户本月报盘或本月仍有变动的批次，累计至月末；报盘＝入账＋失败＋在途；余额和未达账项见余额调节表",
    );
    let mut table = Table::new("分银行", origin, &columns);
    let mut whole = Sums::default();
    for account in &month.accounts {
        let mut sums = Sums::default();
        let ours = |batch: &&BatchMonth| banks.of_batch.get(&batch.batch) == Some(&account.account);
        for batch in month.batches.iter().filter(ours) {
            sums.add(batch)?;
            whole.add(batch)?;
        }
        let bank = banks.of_account.get(&account.account).map_or("", String::as_str);
        let mut cells = vec![Cell::text(bank), Cell::code(&account.account)];
        cells.extend(sums.cells());
        cells.push(account.bank_fen.map_or(Cell::Absent, Cell::Yuan));
        cells.push(Cell::Yuan(account.book_fen));
        cells.push(Cell::count(account.items.len() as u64));
        table.push(cells);
    }
    let items: usize = month.accounts.iter().map(|account| account.items.len()).sum();
    let book = Money::total(month.accounts.iter().map(|account| account.book_fen))?;
    let mut cells = vec![Cell::text("合计"), Cell::text("")];
    cells.extend(whole.cells());
    cells.extend([Cell::Absent, Cell::Yuan(book), Cell::count(items as u64)]);
    table.push_total(cells);
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::{Banks, banks};
    use crate::month_end::report;
    use crate::sample;
    use crate::table::{Provenance, Standing};

    fn known() -> Banks {
        let account = || "ZH-01".parse().unwrap();
        let batches = ["C20A0", "D20A0"].map(|batch| (batch.parse().unwrap(), account()));
        Banks {
            of_account: [(account(), "青山农商行".to_owned())].into(),
            of_batch: batches.into(),
        }
    }

    #[test]
    fn each_bank_is_told_what_it_was_given_and_what_it_answered() {
        let month = sample::month();
        let report = report(&month, None, &known(), Standing::Closed).unwrap().to_markdown();
        let row = report.lines().find(|line| line.contains("青山农商行")).unwrap();
        // Two batches: 260 payments of 110,800 yuan; 257 settled, one failed, two in transit.
        for figure in
            ["| 2 |", "| 260 |", "110,800.00", "| 257 |", "109,396.00", "404.00", "1,000.00"]
        {
            assert!(row.contains(figure), "{figure}: {row}");
        }
    }

    #[test]
    fn a_sum_beyond_the_range_of_money_is_no_table() {
        let mut month = sample::month();
        let origin = Provenance::of(&month, Standing::Closed);
        for batch in &mut month.batches {
            batch.total_fen = ledger::money::Money::from_fen(i64::MAX);
        }
        assert!(banks(&month, &known(), &origin).is_none());
    }
}
