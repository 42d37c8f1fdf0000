//! Rules for money coming in. That no fund falls below zero is a law, not a rule of this file.

use crate::act::Body;
use crate::act::funds::{FundAllotted, FundKind, FundMoved, FundOpened, FundReturned};
use crate::books::Books;
use crate::ids::FundCode;
use crate::money::Money;
use crate::rejection::Rejection;

use super::{filled, positive};

pub(super) fn decide(books: &Books, body: &Body) -> Result<(), Rejection> {
    // One voucher is one movement of money; signed a second time it would be booked a second time.
    match books.funds.by_voucher(body) {
        Some(act) => Err(Rejection::VoucherUsed { act }),
        None => of_kind(books, body),
    }
}

fn allot(books: &Books, allotted: &FundAllotted) -> Result<(), Rejection> {
    positive(allotted.amount_fen, "指标")?;
    filled(&allotted.document_no, "发文字号")?;
    filled(&allotted.function_code, "功能科目")?;
    known(books, &allotted.fund)?;
    // A list of allotments may be brought twice, by two people, or signed from a draft that was forgotten.
    if books.funds.allotment(allotted) == Some(true) {
        return Err(Rejection::AllotmentTwice { document_no: allotted.document_no.clone() });
    }
    Ok(())
}

fn of_kind(books: &Books, body: &Body) -> Result<(), Rejection> {
    if let Body::BankAccountOpened(opened) = body {
        filled(&opened.bank, "开户银行")?;
        if books.funds.accounts.contains_key(&opened.code) {
            return Err(Rejection::BankAccountExists { account: opened.code.clone() });
        }
        Ok(())
    } else if let Body::FundOpened(opened) = body {
        open(books, opened)
    } else if let Body::FundAllotted(allotted) = body {
        allot(books, allotted)
    } else if let Body::FundReleased(released) = body {
        positive(released.amount_fen, "拨付")?;
        filled(&released.voucher_no, "凭证号")?;
        let fund = known(books, &released.fund)?;
        if fund.kind == FundKind::Float {
            // A float is filled from another fund, against what it paid out.
            let fund = released.fund.clone();
            let needed = "财政资金或统筹基金；备用金由其他资金调拨";
            return Err(Rejection::FundKindWrong { fund, needed });
        }
        Ok(())
    } else if let Body::FundContributed(gift) = body {
        positive(gift.amount_fen, "到账")?;
        filled(&gift.contributor, "出资单位")?;
        filled(&gift.voucher_no, "凭证号")?;
        let fund = known(books, &gift.fund)?;
        if fund.kind != FundKind::Pooled {
            let needed = FundKind::Pooled.chinese();
            return Err(Rejection::FundKindWrong { fund: gift.fund.clone(), needed });
        }
        Ok(())
    } else if let Body::FundMoved(moved) = body {
        positive(moved.amount_fen, "调拨")?;
        filled(&moved.reason, "调拨原因")?;
        let (from, to) = (known(books, &moved.from)?, known(books, &moved.to)?);
        // Earmarked money stays earmarked: what it may pay for there, it may pay for here.
        if let Some(scheme) = to.purposes.iter().find(|scheme| !from.purposes.contains(scheme)) {
            return Err(Rejection::FundPurpose {
                fund: moved.from.clone(),
                scheme: scheme.clone(),
            });
        }
        if moved.from == moved.to {
            return Err(Rejection::FundKindWrong {
                fund: moved.to.clone(), needed: "另一笔资金"
            });
        }
        replaces_what_was_regularised(books, moved, to.kind)
    } else if let Body::FundReturned(returned) = body {
        give_back(books, returned)
    } else {
        Ok(())
    }
}

/// Money goes back from where it came to; a float's came from another fund.
fn give_back(books: &Books, returned: &FundReturned) -> Result<(), Rejection> {
    positive(returned.amount_fen, "上缴")?;
    filled(&returned.document_no, "发文字号")?;
    filled(&returned.voucher_no, "凭证号")?;
    let fund = known(books, &returned.fund)?;
    if fund.kind == FundKind::Float {
        let fund = returned.fund.clone();
        let needed = "财政资金或统筹基金；备用金先调回原资金";
        return Err(Rejection::FundKindWrong { fund, needed });
    }
    Ok(())
}

/// A float 备用金 is topped up against regularised advances, each once; without naming any only while nothing it paid out
/// is still to be replaced.
fn replaces_what_was_regularised(
    books: &Books,
    moved: &FundMoved,
    kind: FundKind,
) -> Result<(), Rejection> {
    let wrong = |why| Err(Rejection::TopUpWrong { why });
    let named = moved.regularised.as_deref().unwrap_or_default();
    if kind != FundKind::Float {
        return if named.is_empty() { Ok(()) } else { wrong("转入的不是备用金") };
    }
    let advances = &books.urgent.advances;
    if named.is_empty() {
        let mut own = advances.values().filter(|advance| advance.paid.fund == moved.to);
        let is_open = own.any(|advance| advance.replaced.is_none());
        return if is_open {
            wrong("该备用金还有没补足的先行救助，须逐件列明")
        } else {
            Ok(())
        };
    }
    let mut amounts = Vec::with_capacity(named.len());
    for (place, id) in named.iter().enumerate() {
        let Some(advance) = advances.get(id).filter(|advance| advance.paid.fund == moved.to) else {
            return Err(Rejection::AdvanceUnknown { advance: *id });
        };
        if advance.regularised.is_none() {
            return wrong("所列先行救助还没有补办");
        }
        if advance.replaced.is_some() || named.iter().take(place).any(|other| other == id) {
            return wrong("所列先行救助已经补足过");
        }
        amounts.push(advance.paid.amount_fen);
    }
    if Money::total(amounts) == Some(moved.amount_fen) {
        return Ok(());
    }
    wrong("金额不等于所列先行救助之和")
}

fn open(books: &Books, opened: &FundOpened) -> Result<(), Rejection> {
    filled(&opened.name, "资金名称")?;
    if books.funds.funds.contains_key(&opened.code) {
        return Err(Rejection::FundExists { fund: opened.code.clone() });
    }
    if !books.funds.accounts.contains_key(&opened.account) {
        return Err(Rejection::BankAccountUnknown { account: opened.account.clone() });
    }
    if !books.offices.units.contains_key(&opened.unit) {
        return Err(Rejection::UnitUnknown { unit: opened.unit.clone() });
    }
    if opened.purposes.is_empty() {
        return Err(Rejection::PolicyIncomplete { what: "资金须列明可用于的项目" });
    }
    Ok(())
}

fn known<'a>(books: &'a Books, fund: &FundCode) -> Result<&'a FundOpened, Rejection> {
    books.funds.funds.get(fund).ok_or_else(|| Rejection::FundUnknown { fund: fund.clone() })
}
