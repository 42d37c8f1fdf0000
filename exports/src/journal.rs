//! The journal of double-entry postings as a text that hledger reads and checks, and the trial balance to compare it with.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ledger::act::Body;
use ledger::books::postings::{self, Posting};
use ledger::books::{Books, Statement};
use ledger::ids::{ActId, BatchCode, PaymentRef, Seq};
use ledger::money::Money;
use ledger::period::Date;

use crate::table::display_width;

const CURRENCY: &str = "CNY";

/// One act that posted money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalEntry<'a> {
    /// Its entry number: the code of the transaction.
    pub at: Seq,
    /// Its id.
    pub act: ActId,
    /// Day of posting.
    pub date: Date,
    /// The Chinese name of its kind.
    pub kind: &'a str,
    /// The batch that it is about, if one.
    pub batch: Option<&'a BatchCode>,
    /// What it posted.
    pub postings: &'a [Posting],
}

/// Writes the journal, fed with acts in the order of the log.
#[derive(Clone, Debug, Default)]
pub struct JournalWriter {
    accounts: BTreeSet<String>,
    body: String,
    last: Option<Seq>,
    transactions: u64,
}

impl JournalWriter {
    /// An empty journal.
    #[must_use]
    pub fn new() -> JournalWriter {
        JournalWriter::default()
    }

    /// Adds what an act of the log posts, given the books before it. An act that posts nothing adds nothing.
    ///
    /// # Panics
    /// As [`JournalWriter::record`].
    pub fn record_act(&mut self, before: &Books, statement: &Statement<'_>) {
        let body = statement.body();
        let Some(date) = body.posting_date() else { return };
        let postings = postings::of(before, statement);
        let postings = postings.expect("an accepted act's sums lie in the range of money");
        self.record(&JournalEntry {
            at: statement.at,
            act: statement.id,
            date,
            kind: body.chinese(),
            batch: batch_of(body),
            postings: &postings,
        });
    }

    /// Adds one act. Postings of nothing at all add nothing.
    ///
    /// # Panics
    /// If the postings do not sum to zero (invariant I8) or the entry does not follow the one before: the books are broken.
    pub fn record(&mut self, entry: &JournalEntry<'_>) {
        assert!(self.last < Some(entry.at), "entries come in the order of the log");
        let sum = Money::total(entry.postings.iter().map(|posting| posting.amount));
        assert_eq!(sum, Some(Money::ZERO), "I8: every posting sums to zero (entry {})", entry.at);
        self.last = Some(entry.at);
        if entry.postings.is_empty() {
            return;
        }
        let JournalEntry { at, act, date, kind, batch, postings } = entry;
        let batch = batch.map(|batch| format!(", batch:{batch}")).unwrap_or_default();
        let _ = writeln!(self.body, "\n{date} ({at}) {kind}  ; act:{act}{batch}");
        for Posting { account, amount } in *postings {
            let (account, amount) = (account.to_string(), amount.to_yuan());
            // Two spaces end an account's name; the rest only lines the amounts up.
            let used = display_width(&account) + amount.len();
            let gap = " ".repeat(60_usize.saturating_sub(used).max(2));
            let _ = writeln!(self.body, "    {account}{gap}{amount} {CURRENCY}");
            self.accounts.insert(account);
        }
        self.transactions += 1;
    }

    /// The journal's text: declarations first, then the transactions.
    #[must_use]
    pub fn finish(self, ledger: &str, origin: &str) -> String {
        let one_line = |text: &str| text.replace(['\r', '\n'], " ");
        let mut text = format!(
            "; {}（{}）\n; 共{}笔分录，凭证号为台账条目号；hledger check --strict 可核对\n\n\
             decimal-mark .\ncommodity 1000.00 {CURRENCY}\n\n",
            one_line(ledger),
            one_line(origin),
            self.transactions
        );
        for account in &self.accounts {
            let _ = writeln!(text, "account {account}");
        }
        text.push_str(&self.body);
        text
    }
}

fn batch_of(body: &Body) -> Option<&BatchCode> {
    if let Body::PaymentFileReleased(body) = body {
        Some(&body.batch)
    } else if let Body::ResponseImported(body) = body {
        Some(&body.batch)
    } else if let Body::ExceptionResolved(body) = body {
        body.reference.as_ref().map(PaymentRef::batch)
    } else {
        None
    }
}

/// All balances that are not zero, as CSV `account,amount`, by account name: what `hledger balance` shows.
#[must_use]
pub fn trial_balance(books: &Books) -> String {
    let balances = books.postings.balances().iter();
    let lines: BTreeSet<String> = balances
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(account, amount)| format!("{account},{}\n", amount.to_yuan()))
        .collect();
    let mut text = "account,amount\n".to_owned();
    text.extend(lines);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ledger::act::funds::{DirectMark, FundAllotted, FundKind, FundOpened, FundReleased, Level};
    use ledger::act::{Act, Body, Seen};
    use ledger::books::postings::{Account, Posting};
    use ledger::books::{Books, Statement};
    use ledger::ids::{ActId, KeyId, OfficerId, Seq};
    use ledger::money::Money;

    use super::{JournalEntry, JournalWriter, trial_balance};
    use crate::sample::yuan;

    fn posting(account: Account, amount: &str) -> Posting {
        Posting { account, amount: yuan(amount) }
    }

    #[test]
    fn an_act_becomes_a_transaction_with_its_entry_number() {
        let fund: ledger::ids::FundCode = "DB-2020".parse().unwrap();
        let batch = "D20A0".parse().unwrap();
        let postings = [
            posting(Account::Bank("ZH-01".parse().unwrap(), fund.clone()), "-3504.00"),
            posting(Account::InTransit(fund), "3504.00"),
        ];
        let mut journal = JournalWriter::new();
        journal.record(&JournalEntry {
            at: Seq(12),
            act: ActId::ZERO,
            date: "2020-10-08".parse().unwrap(),
            kind: "报盘",
            batch: Some(&batch),
            postings: &postings,
        });
        let text = journal.finish("青山县", "doudi.example/qingshan");
        let zeros = "0".repeat(64);
        let ends = format!(
            "account 资产:代发在途:DB-2020\naccount 资产:银行存款:ZH-01:DB-2020\n\n\
             2020-10-08 (12) 报盘  ; act:{zeros}, batch:D20A0\n\
             \x20   资产:银行存款:ZH-01:DB-2020                         -3504.00 CNY\n\
             \x20   资产:代发在途:DB-2020                                3504.00 CNY\n"
        );
        assert!(text.ends_with(&ends), "{text}");
    }

    /// A county that opened a fund and got money for it.
    fn bodies() -> Vec<Body> {
        let day = |text: &str| text.parse().unwrap();
        let fund = || "DB-2020".parse().unwrap();
        vec![
            Body::FundOpened(FundOpened {
                account: "ZH-01".parse().unwrap(),
                code: fund(),
                kind: FundKind::Treasury,
                name: "农村低保资金".to_owned(),
                purposes: Vec::new(),
                unit: "MZJ".parse().unwrap(),
            }),
            Body::FundAllotted(FundAllotted {
                amount_fen: yuan("1000000.00"),
                arrived: day("2020-09-28"),
                corrects: None,
                direct: DirectMark::None,
                document_no: "青财社指〔2020〕80号".to_owned(),
                function_code: "2081902".to_owned(),
                fund: fund(),
                level: Level::Province,
            }),
            Body::FundReleased(FundReleased {
                amount_fen: yuan("900000.05"),
                corrects: None,
                date: day("2020-10-08"),
                fund: fund(),
                voucher_no: "5207-1".to_owned(),
            }),
        ]
    }

    #[test]
    fn the_journal_and_the_trial_balance_say_the_same() {
        let mut books = Books::new("doudi.example/qingshan");
        let mut journal = JournalWriter::new();
        for (at, body) in (0..).zip(bodies()) {
            let key = KeyId::from_bytes([0; 16]);
            let time = "2020-10-08T09:00:00+08:00".to_owned();
            let (prev, seen) = (ActId::ZERO, Seen::nothing());
            let act = Act { body, key, prev, seen, seq: at + 1, time };
            let officer = OfficerId::from_bytes([0; 16]);
            let (id, at, lines) = (ActId::ZERO, Seq(at), [].as_slice());
            let statement = Statement { id, at, officer, act: &act, lines };
            journal.record_act(&books, &statement);
            books.evolve(&statement);
        }
        let text = journal.finish("青山县", "doudi.example/qingshan");
        let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
        for line in text.lines().filter_map(|line| line.strip_prefix("    ")) {
            let (account, amount) = line.split_once("  ").unwrap();
            let amount = Money::parse_yuan(amount.trim().strip_suffix(" CNY").unwrap()).unwrap();
            let sum = sums.entry(account).or_default();
            *sum = sum.checked_add(amount).unwrap();
        }
        let lines: Vec<_> =
            sums.iter().map(|(a, sum)| format!("{a},{}\n", sum.to_yuan())).collect();
        assert_eq!(trial_balance(&books), format!("account,amount\n{}", lines.concat()));
        assert_eq!(lines.len(), 4);
        assert!(text.contains("2020-10-08 (2) 资金拨付  ; act:"), "{text}");
    }
}
