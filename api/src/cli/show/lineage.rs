//! Where money came from and where it went.

use std::fmt::Write as _;
use std::path::Path;

use ledger::engine::fold_while;
use ledger::ids::{FundCode, PaymentRef};
use ledger::log::Log;
use ledger::views::lineage::{Lineage, Origin, Use};

use super::{Report, document};
use crate::desk::trust_of;
use crate::failure::Failure;
use crate::shown::{About, LineageFacts, name};

/// How many uses a person reads one by one.
const NAMED: usize = 50;

pub(super) fn show(dir: &Path, about: &About) -> Result<Report, Failure> {
    let trust = trust_of(dir)?;
    let log = Log::open_for_audit(dir, &trust.log_key)?;
    let mut lineage = Lineage::default();
    let books = fold_while(&log, trust.origin(), &mut |books, statement| {
        lineage.take(books, statement);
        true
    })?;
    let json = document(&books, &LineageFacts::of(&books, &lineage, about)?);
    let text = match about {
        About::Payment(reference) => of_payment(&lineage, reference),
        About::Origin(act) => {
            let origin = lineage.origins.iter().find(|origin| origin.act == *act);
            origin.map(|origin| of_origin(&lineage, origin)).unwrap_or_default()
        }
        About::Fund(fund) => of_fund(&lineage, fund),
    };
    Ok(Report { json, text })
}

fn source(origin: &Origin) -> String {
    let level = origin.level.map(|level| format!("（{}）", level.chinese()));
    format!("{}{}", origin.source, level.unwrap_or_default())
}

fn of_payment(lineage: &Lineage, reference: &PaymentRef) -> String {
    let used = Use::Payment(reference.clone());
    let mut text = format!("支付{reference}的钱（先进先出）：");
    let mut parts = lineage.of(&used).peekable();
    let has_none = parts.peek().is_none();
    for (fund, origin, amount) in parts {
        let (from, at) = (source(origin), origin.at);
        let _ = write!(text, "\n  {amount}元  资金{fund}  来自{from}，第{at}条记录");
    }
    if has_none {
        text.push_str("\n  没有：还没有报盘，或钱已经退回。");
    }
    text
}

fn of_origin(lineage: &Lineage, origin: &Origin) -> String {
    let mut text = format!(
        "{}，{}元，第{}条记录，先到资金{}。去向（先进先出）：",
        source(origin),
        origin.amount,
        origin.at,
        origin.fund
    );
    let uses: Vec<_> = lineage.uses_of(origin.act).collect();
    for (used, fund, amount) in uses.iter().take(NAMED) {
        let _ = write!(text, "\n  {amount}元  {}  由资金{fund}支付", name(used));
    }
    if uses.len() > NAMED {
        let _ = write!(text, "\n  其余{}笔用 --json 列出", uses.len() - NAMED);
    }
    let held: Vec<_> = lineage.held_of(origin.act).collect();
    for (fund, amount) in &held {
        let _ = write!(text, "\n  {amount}元  尚在资金{fund}");
    }
    text
}

fn of_fund(lineage: &Lineage, fund: &FundCode) -> String {
    let mut text = format!("资金{fund}所余的钱，按将来使用的先后：");
    let mut parts = lineage.held_by(fund).peekable();
    let has_none = parts.peek().is_none();
    for (origin, amount) in parts {
        let _ = write!(text, "\n  {amount}元  来自{}，第{}条记录", source(origin), origin.at);
    }
    if has_none {
        text.push_str("\n  没有余额");
    }
    text
}
