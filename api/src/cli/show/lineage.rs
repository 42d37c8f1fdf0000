//! Where money came from and where it went.

use std::fmt::Write as _;
use std::path::Path;

use ledger::engine::fold_while;
use ledger::ids::{ActId, FundCode, PaymentRef};
use ledger::log::Log;
use ledger::money::Money;
use ledger::rejection::Rejection;
use ledger::views::lineage::{Lineage, Origin, Use};
use serde_json::{Value, json};

use super::Report;
use crate::desk::trust_of;
use crate::failure::Failure;

/// How many uses a person reads one by one.
const NAMED: usize = 50;

pub(super) fn show(
    dir: &Path,
    payment: Option<&PaymentRef>,
    act: Option<ActId>,
    fund: Option<&FundCode>,
) -> Result<Report, Failure> {
    let trust = trust_of(dir)?;
    let log = Log::open_for_audit(dir, &trust.log_key)?;
    let mut lineage = Lineage::default();
    let books = fold_while(&log, trust.origin(), &mut |books, statement| {
        lineage.take(books, statement);
        true
    })?;
    if let Some(reference) = payment {
        if books.payments.find(reference).is_none() {
            return Err(Rejection::PaymentUnknown { reference: reference.clone() }.into());
        }
        Ok(of_payment(&lineage, reference))
    } else if let Some(act) = act {
        let origin = lineage.origins.iter().find(|origin| origin.act == act);
        let origin = origin.ok_or_else(|| {
            Failure::usage(format!("动作{act}不是指标下达，也不是统筹或捐赠到账。"))
        })?;
        Ok(of_origin(&lineage, origin))
    } else {
        let fund = fund.ok_or_else(|| Failure::usage("请注明 --payment、--act 或 --fund。"))?;
        if !books.funds.funds.contains_key(fund) {
            return Err(Rejection::FundUnknown { fund: fund.clone() }.into());
        }
        Ok(of_fund(&lineage, fund))
    }
}

fn source(origin: &Origin) -> String {
    let level = origin.level.map(|level| format!("（{}）", level.chinese()));
    format!("{}{}", origin.source, level.unwrap_or_default())
}

fn told(origin: &Origin, amount: Money) -> Value {
    json!({
        "act": origin.act, "amount_fen": amount, "entry": origin.at, "fund": origin.fund,
        "source": origin.source,
    })
}

fn of_payment(lineage: &Lineage, reference: &PaymentRef) -> Report {
    let used = Use::Payment(reference.clone());
    let mut text = format!("支付{reference}的钱（先进先出）：");
    let mut parts = Vec::new();
    for (fund, origin, amount) in lineage.of(&used) {
        let (from, at) = (source(origin), origin.at);
        let _ = write!(text, "\n  {amount}元  资金{fund}  来自{from}，第{at}条记录");
        parts.push(told(origin, amount));
    }
    if parts.is_empty() {
        text.push_str("\n  没有：还没有报盘，或钱已经退回。");
    }
    Report { text, json: json!({ "ok": true, "payment": reference, "parts": parts }) }
}

fn name(used: &Use) -> String {
    match used {
        Use::Payment(reference) => format!("支付{reference}"),
        Use::Advance(advance) => format!("先行救助{advance}"),
        Use::ReturnedUp(act) => format!("上缴{act}"),
    }
}

fn of_origin(lineage: &Lineage, origin: &Origin) -> Report {
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
    let uses = uses.iter().map(
        |(used, fund, amount)| json!({ "amount_fen": amount, "fund": fund, "use": name(used) }),
    );
    let held = held.iter().map(|(fund, amount)| json!({ "amount_fen": amount, "fund": fund }));
    let json = json!({
        "ok": true, "origin": told(origin, origin.amount), "uses": uses.collect::<Vec<_>>(),
        "held": held.collect::<Vec<_>>(),
    });
    Report { json, text }
}

fn of_fund(lineage: &Lineage, fund: &FundCode) -> Report {
    let mut text = format!("资金{fund}所余的钱，按将来使用的先后：");
    let mut parts = Vec::new();
    for (origin, amount) in lineage.held_by(fund) {
        let _ = write!(text, "\n  {amount}元  来自{}，第{}条记录", source(origin), origin.at);
        parts.push(told(origin, amount));
    }
    if parts.is_empty() {
        text.push_str("\n  没有余额");
    }
    Report { text, json: json!({ "ok": true, "fund": fund, "parts": parts }) }
}
