//! Rules for money coming in. That no fund falls below zero is a law, not a rule of this file.

use crate::act::Body;
use crate::act::funds::{FundKind, FundOpened};
use crate::books::Books;
use crate::ids::FundCode;
use crate::rejection::Rejection;

use super::{filled, positive};

pub(super) fn decide(books: &Books, body: &Body) -> Result<(), Rejection> {
    if let Body::BankAccountOpened(opened) = body {
        filled(&opened.bank, "开户银行")?;
        if books.funds.accounts.contains_key(&opened.code) {
            return Err(Rejection::BankAccountExists { account: opened.code.clone() });
        }
        Ok(())
    } else if let Body::FundOpened(opened) = body {
        open(books, opened)
    } else if let Body::FundAllotted(allotted) = body {
        positive(allotted.amount_fen, "指标")?;
        filled(&allotted.document_no, "发文字号")?;
        filled(&allotted.function_code, "功能科目")?;
        known(books, &allotted.fund).map(|_| ())
    } else if let Body::FundReleased(released) = body {
        positive(released.amount_fen, "拨付")?;
        filled(&released.voucher_no, "凭证号")?;
        known(books, &released.fund).map(|_| ())
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
        Ok(())
    } else {
        Ok(())
    }
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
