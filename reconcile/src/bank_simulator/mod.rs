//! The other side: a bank that reads payment files and writes its own files, for tests and for the demo.
//! It reads with its own small readers, never with the import path, so that the import path is really tested.

mod replies;
mod request;
mod statements;
mod text_replies;
mod texts;

use ledger::money::Money;
use ledger::period::Date;

pub use statements::StatementForm;

/// A file as the bank hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Which of the bank's products a payment file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// `rcb-pipe-head`: answered by two box tables.
    RcbPipeHead,
    /// `icbc-batch`, answered as CSV.
    IcbcCsv,
    /// `icbc-batch`, answered as .xlsx.
    IcbcXlsx,
    /// `ccb-pipe`
    CcbPipe,
    /// `fixed-fen`
    FixedFen,
    /// `gbk-pair`: what is not decided is left out.
    GbkPair,
    /// `mof-8207`
    Mof8207,
    /// `iso-pain`
    IsoPain,
}

/// Which payment an order of the script is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every line with this account.
    Account(String),
    /// The line with this number, from 1 in the order of the file.
    Line(u32),
    /// The line that carries this reference of ours.
    Reference(String),
}

/// What happens to a payment that is not simply settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Refused, with the bank's words.
    Fails(String),
    /// Only this much is paid (`icbc-batch`).
    Part(Money),
    /// Not decided yet. `icbc-batch` says so; `rcb-pipe-head` leaves the line out of both tables.
    Waits,
    /// The bank does not know. `icbc-batch` says so; `rcb-pipe-head` leaves the line out of both tables.
    Lost,
    /// Settled, and returned on that day with the bank's words.
    Returns(Date, String),
}

/// Faults at random, the same for the same seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance {
    /// The seed.
    pub seed: u64,
    /// Of a thousand lines, so many fail.
    pub fails_per_mille: u16,
    /// Of a thousand lines, so many are returned three days later.
    pub returns_per_mille: u16,
}

/// How the bank treats one payment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The day the bank processes the file and answers.
    pub today: Date,
    /// The unit's number at the bank, four digits.
    pub unit: String,
    /// The teller's number, digits.
    pub teller: String,
    /// What the bank prints into the statement's remark, such as `批次D20A0`.
    pub remark: String,
    /// Orders for single payments; the first that fits counts.
    pub fates: Vec<(Target, Fate)>,
    /// What happens to the others.
    pub chance: Option<Chance>,
}

/// One booking on the simulated account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The day.
    pub date: Date,
    /// Into the account if more than nothing, out of it if less.
    pub change: Money,
    /// The other side's name.
    pub counterparty_name: String,
    /// The other side's account; may be empty.
    pub counterparty_account: String,
    /// 摘要
    pub summary: String,
    /// 备注
    pub remark: String,
}

/// Why the bank does not take a payment file, or cannot play its part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A row that the bank cannot read, from 1.
    #[error("银行读不懂报盘第{0}行")]
    Unreadable(usize),
    /// The head names another day than today.
    #[error("P096 报盘日期与当日不符")]
    OtherDay,
    /// The head's count or total is not that of the lines.
    #[error("H019 总笔数或总金额与明细不符")]
    SumsDiffer,
    /// The account does not hold enough.
    #[error("T066 账面可用余额不足")]
    NotEnough,
    /// The product has no way to say so.
    #[error("该产品没有部分入账")]
    NoParts,
    /// The bank's encoding or spreadsheet cannot carry this text.
    #[error("银行写不出文件：{0}")]
    Unwritable(String),
}

/// What the bank hands out for one payment file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Processed {
    /// The response files.
    pub replies: Vec<BankFile>,
    /// One notice of returned payments per day on which some came back.
    pub refunds: Vec<BankFile>,
}

/// A programme account at the simulated bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    number: String,
    opening: Money,
    bookings: Vec<Booking>,
}

/// A payment as the bank reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Order {
    line: u32,
    number: String,
    name: String,
    account: String,
    amount: Money,
    remark: String,
    id_kind: String,
    id_number: String,
}

impl Account {
    /// An account with what it holds before the first booking.
    #[must_use]
    pub fn open(number: &str, opening: Money) -> Account {
        Account { number: number.to_owned(), opening, bookings: Vec::new() }
    }

    /// The account's number.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Books money in or out: funds that arrive, recoveries, transfers.
    pub fn book(&mut self, booking: Booking) {
        self.bookings.push(booking);
    }

    /// What the account holds at the end of that day; `None` if it leaves the range of amounts.
    #[must_use]
    pub fn balance_on(&self, date: Date) -> Option<Money> {
        let changes = self.bookings.iter().filter(|booking| booking.date <= date);
        Money::total(std::iter::once(self.opening).chain(changes.map(|booking| booking.change)))
    }

    /// Takes a payment file: debits the batch, credits what failed in one sum on the same day and what comes back
    /// one by one on later days, and writes the files.
    ///
    /// # Errors
    /// [`Refused`]: the whole file is refused and nothing is booked.
    pub fn process(
        &mut self,
        product: Product,
        request: &[u8],
        script: &Script,
    ) -> Result<Processed, Refused> {
        let orders = match product {
            Product::RcbPipeHead => request::read_rcb(request, script.today)?,
            Product::IcbcCsv | Product::IcbcXlsx => request::read_icbc(request)?,
            Product::CcbPipe
            | Product::FixedFen
            | Product::GbkPair
            | Product::Mof8207
            | Product::IsoPain => texts::read(product, request)?,
        };
        let total = Money::total(orders.iter().map(|order| order.amount));
        let total = total.ok_or(Refused::SumsDiffer)?;
        if self.balance_on(script.today).is_none_or(|balance| balance < total) {
            return Err(Refused::NotEnough);
        }
        let treated: Vec<(Order, Option<Fate>)> = orders
            .into_iter()
            .map(|order| {
                let fate = fate_of(&order, script);
                (order, fate)
            })
            .collect();
        let replies = replies::replies(product, &treated, script)?;
        let refunds = replies::refunds(&treated)?;
        self.book_batch(total, &treated, script)?;
        Ok(Processed { replies, refunds })
    }

    fn book_batch(
        &mut self,
        total: Money,
        treated: &[(Order, Option<Fate>)],
        script: &Script,
    ) -> Result<(), Refused> {
        let through = |change: Money, summary: &str| Booking {
            date: script.today,
            change,
            counterparty_name: "代发业务过渡户".to_owned(),
            counterparty_account: String::new(),
            summary: summary.to_owned(),
            remark: script.remark.clone(),
        };
        let unpaid = treated.iter().filter_map(|(order, fate)| match fate {
            Some(Fate::Fails(_)) => Some(order.amount),
            Some(Fate::Part(paid)) => order.amount.checked_sub(*paid),
            Some(Fate::Waits | Fate::Lost | Fate::Returns(..)) | None => None,
        });
        let unpaid = Money::total(unpaid).ok_or(Refused::SumsDiffer)?;
        self.book(through(total.checked_neg().ok_or(Refused::SumsDiffer)?, "批量代发"));
        if unpaid.is_positive() {
            self.book(through(unpaid, "代发失败退回"));
        }
        for (order, fate) in treated {
            if let Some(Fate::Returns(date, words)) = fate {
                self.book(Booking {
                    date: *date,
                    change: order.amount,
                    counterparty_name: order.name.clone(),
                    counterparty_account: order.account.clone(),
                    summary: "退汇".to_owned(),
                    remark: words.clone(),
                });
            }
        }
        Ok(())
    }

    /// The account's statement from one day to another, both included.
    ///
    /// # Errors
    /// [`Refused::Unwritable`] if a text does not fit the bank's encoding or a balance leaves the range.
    pub fn statement(
        &self,
        form: StatementForm,
        from: Date,
        to: Date,
    ) -> Result<BankFile, Refused> {
        statements::write(self, form, from, to)
    }
}

fn fate_of(order: &Order, script: &Script) -> Option<Fate> {
    let ordered = script.fates.iter().find(|(target, _)| match target {
        Target::Account(account) => *account == order.account,
        Target::Line(line) => *line == order.line,
        Target::Reference(reference) => *reference == order.remark,
    });
    if let Some((_, fate)) = ordered {
        return Some(fate.clone());
    }
    let chance = script.chance?;
    let drawn = mixed(chance.seed, u64::from(order.line));
    let per_mille = drawn % 1000;
    let fails = u64::from(chance.fails_per_mille);
    if per_mille < fails {
        let words = ["户名不符", "已销户", "完全冻结", "查找账号[]信息错"];
        let word = words.iter().cycle().nth(usize::try_from((drawn >> 32) % 4).unwrap_or(0))?;
        return Some(Fate::Fails((*word).to_owned()));
    }
    if per_mille < fails + u64::from(chance.returns_per_mille) {
        return Some(Fate::Returns(script.today.plus_days(3)?, "账户已销户".to_owned()));
    }
    None
}

/// The mixing step of `SplitMix64`: the same on every machine.
fn mixed(seed: u64, line: u64) -> u64 {
    let mut word = seed.wrapping_add(line.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests;
