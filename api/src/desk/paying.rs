//! From entitlements to a roster, from an approved roster to the payment file 报盘.

use exports::payment_file::{PaymentFile, PaymentFileTerms, PaymentLine};
use ledger::act::Body;
use ledger::act::payments::RosterAgreed;
use ledger::act::payments::{PaymentFileReleased, RosterApproved, RosterDrawn, RosterKind};
use ledger::books::Books;
use ledger::books::payments::{Batch, BatchStage};
use ledger::engine::Receipt;
use ledger::ids::{BankAccountCode, BatchCode, Digest, FundCode, OfficerId, SchemeCode};
use ledger::line::Line;
use ledger::period::{Date, Period};
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use ledger::vault::BankFile;
use ledger::views::due::{LeftOut, propose};
use reconcile::profile::{Profile, newest};
use sha2::{Digest as _, Sha256};

use super::cosigning::refuse_unwitnessed;
use super::papers::bank_path;
use super::reading::Payees;
use super::{Desk, Draft, Office, profiles};
use crate::failure::Failure;
use crate::spoken::left_out;

/// What a roster is drawn for.
pub struct Drawing {
    /// The batch that its payments will belong to.
    pub batch: BatchCode,
    /// The scheme.
    pub scheme: SchemeCode,
    /// The month.
    pub period: Period,
    /// Why.
    pub kind: RosterKind,
    /// The funds that pay, in the order in which they are used.
    pub funds: Vec<FundCode>,
}

/// Draws a roster of everything that is due. Gives what was left out, with the reason.
///
/// # Errors
/// Nothing is due, a rule says no, or the machine fails.
pub fn draw(
    desk: &mut Desk,
    key: &dyn Signer,
    drawing: &Drawing,
) -> Result<(Receipt, Vec<LeftOut>), Failure> {
    let (draft, left_out) = drawn(desk.office(), drawing)?;
    Ok((desk.sign_draft(key, &draft)?, left_out))
}

/// As [`draw`], to be signed.
///
/// # Errors
/// A fund is unknown or holds too little, or a sum leaves its range.
pub fn drawn(office: Office<'_>, drawing: &Drawing) -> Result<(Draft, Vec<LeftOut>), Failure> {
    let Drawing { batch, scheme, period, kind, funds } = drawing;
    for fund in funds {
        if !office.books.funds.funds.contains_key(fund) {
            return Err(Rejection::FundUnknown { fund: fund.clone() }.into());
        }
    }
    let proposal = propose(office.books, scheme, *period, *kind, funds);
    if proposal.short.is_positive() {
        // Not drawn in part: who would be left out is not the program's to choose.
        let fund = funds.last().cloned().ok_or_else(|| Failure::usage("请注明付款资金。"))?;
        return Err(Rejection::FundInsufficient { fund, short: proposal.short }.into());
    }
    if proposal.lines.is_empty() && !proposal.left_out.is_empty() {
        let why: Vec<String> = proposal.left_out.iter().take(LEFT_OUT).map(left_out).collect();
        let count = proposal.left_out.len();
        let text = format!("名册没有一行：应发的{count}项都不能列入。{}。", why.join("；"));
        return Err(Failure::refused("roster.all_left_out", text));
    }
    let lines: Vec<Line> = proposal.lines.into_iter().map(Line::Roster).collect();
    let (batch, kind, period, scheme) = (batch.clone(), *kind, *period, scheme.clone());
    let draft = Draft::over(lines, |manifest| {
        Body::RosterDrawn(RosterDrawn { batch, kind, manifest, period, scheme })
    })?;
    Ok((draft, proposal.left_out))
}

/// So many reasons are told where nothing can be listed.
const LEFT_OUT: usize = 20;

/// The batch as it stands.
///
/// # Errors
/// There is no such batch.
pub fn batch<'a>(books: &'a Books, code: &BatchCode) -> Result<&'a Batch, Failure> {
    let unknown = || Rejection::RosterUnknown { batch: code.clone() };
    Ok(books.payments.batches.get(code).ok_or_else(unknown)?)
}

/// Signs the next agreement that a roster waits for: checked, reviewed, or approved, exactly as it stands.
///
/// # Errors
/// The roster is past approval, a rule says no, or the machine fails.
pub fn agree(desk: &mut Desk, key: &dyn Signer, code: &BatchCode) -> Result<Receipt, Failure> {
    let draft = agreed(desk.books(), code)?;
    desk.sign_draft(key, &draft)
}

/// As [`agree`], to be signed.
///
/// # Errors
/// There is no such batch, or it is past approval.
pub fn agreed(books: &Books, code: &BatchCode) -> Result<Draft, Failure> {
    let standing = batch(books, code)?;
    let (roster, root, total_fen) = (standing.roster, standing.root, standing.total);
    let agreed = RosterAgreed { batch: code.clone(), root, roster };
    let body = match standing.stage {
        BatchStage::Drawn => Body::RosterChecked(agreed),
        BatchStage::Checked => Body::RosterFinanceReviewed(agreed),
        BatchStage::Reviewed => {
            Body::RosterApproved(RosterApproved { batch: code.clone(), root, roster, total_fen })
        }
        stage @ (BatchStage::Approved | BatchStage::Released | BatchStage::Withdrawn) => {
            let (stage, needed) = (stage.chinese(), "处于审批之前");
            return Err(Rejection::RosterStage { batch: code.clone(), stage, needed }.into());
        }
    };
    Ok(Draft::of(body))
}

/// How a batch goes to the bank.
pub struct Sending<'a> {
    /// The batch.
    pub batch: BatchCode,
    /// The programme account that pays.
    pub account: BankAccountCode,
    /// The bank's profile.
    pub profile: &'a str,
    /// Day of release.
    pub date: Date,
    /// Our unit's number at the bank, four digits, where the profile asks for it.
    pub bank_unit: &'a str,
    /// What else the bank's layout asks for, by its label.
    pub stated: &'a [(String, String)],
}

/// Writes the payment file of an approved batch into `bank/` and signs its release. Where the ledger's policy asks for
/// witnesses, only once a quorum of them has seen the approval.
///
/// # Errors
/// The approval is not witnessed, the file cannot be written in the bank's layout, a rule says no, or the machine fails.
pub fn release(
    desk: &mut Desk,
    key: &dyn Signer,
    sending: &Sending<'_>,
) -> Result<(Receipt, PaymentFile), Failure> {
    let officer = desk.holder(key)?;
    let (draft, file) = released(desk.office(), officer, sending)?;
    Ok((desk.sign_draft(key, &draft)?, file))
}

/// As [`release`], to be signed: the file lies in `bank/` once the release is in the books.
///
/// # Errors
/// As [`release`], but for what the rules say.
pub fn released(
    office: Office<'_>,
    officer: OfficerId,
    sending: &Sending<'_>,
) -> Result<(Draft, PaymentFile), Failure> {
    office.refuse_ahead(sending.date)?;
    let profiles = profiles::of_ledger(office.dir)?;
    let profile = newest(&profiles, sending.profile);
    let profile = profile.ok_or_else(|| {
        Failure::usage(format!("没有版式{}；doudi profiles list 列出全部。", sending.profile))
    })?;
    profiles::refuse_changed(office.books, profile)?;
    refuse_unwitnessed(office, &sending.batch)?;
    let file = payment_file(office, officer, sending, profile)?;
    let standing = batch(office.books, &sending.batch)?;
    let body = Body::PaymentFileReleased(PaymentFileReleased {
        account: sending.account.clone(),
        batch: sending.batch.clone(),
        count: file.count,
        date: sending.date,
        file: Digest(Sha256::digest(&file.bytes).into()),
        file_name: file.file_name.clone(),
        profile: profile.name(),
        profile_text: Some(profile.text),
        root: standing.root,
        total_fen: file.total,
    });
    let mut draft = Draft::of(body);
    // Into the vault before the act: whatever happens next, a released file can be written again.
    draft.files.push(BankFile { name: file.file_name.clone(), bytes: file.bytes.clone() });
    // Only what is released may lie where the bank's files lie.
    let place = bank_path(Some(&sending.batch), &file.file_name);
    draft.outgoing.push((place, file.bytes.clone()));
    Ok((draft, file))
}

/// Writes the payment file of a batch that was released before into `bank/` again, byte for byte.
///
/// # Errors
/// The batch was not released, or the vault cannot give the file.
pub fn write_again(
    desk: &Desk,
    key: &dyn Signer,
    code: &BatchCode,
) -> Result<PaymentFileReleased, Failure> {
    let standing = batch(desk.books(), code)?;
    let Some(released) = standing.released.clone() else {
        let (stage, needed) = (standing.stage.chinese(), BatchStage::Released.chinese());
        return Err(Rejection::RosterStage { batch: code.clone(), stage, needed }.into());
    };
    let note = desk.access(key, "重新写出报盘文件")?;
    let file = desk.vault.read_file(released.file, &note)?;
    desk.write_file(bank_path(Some(code), &released.file_name), &file.bytes)?;
    Ok(released)
}

fn payment_file(
    office: Office<'_>,
    officer: OfficerId,
    sending: &Sending<'_>,
    profile: &Profile,
) -> Result<PaymentFile, Failure> {
    let code = &sending.batch;
    let standing = batch(office.books, code)?;
    let note = office.access(officer, "报盘");
    let payments = &office.books.payments;
    let references: Vec<_> = payments.references(code).map(|(reference, _)| reference).collect();
    let payees = Payees::of(office, &references, &note)?;
    let lines = payments.references(code).filter_map(|(reference, payment)| {
        let (person, account) = payees.find(office.books, &reference)?;
        Some(PaymentLine {
            reference,
            account_no: account.number.clone(),
            name: account.holder_name.clone(),
            payee: person.name.clone(),
            bank_name: account.bank_name.clone(),
            bank_number: String::new(),
            amount: payment.amount,
            id_no: Some(person.id_no.clone()),
        })
    });
    let lines: Vec<_> = lines.collect();
    let released = office.books.payments.batches.values().filter_map(|b| b.released.as_ref());
    let earlier = released.filter(|r| r.account == sending.account && r.date == sending.date);
    let terms = PaymentFileTerms {
        batch: code,
        date: sending.date,
        unit: sending.bank_unit,
        teller: "",
        attempt: u32::try_from(earlier.count()).unwrap_or(u32::MAX).saturating_add(1),
        period: standing.period,
        stated: sending.stated,
        count: u32::try_from(standing.len()).unwrap_or(u32::MAX),
        total: standing.total,
    };
    exports::payment_file::write(profile, &terms, &lines).map_err(|problems| {
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::Machine {
            code: "payment_file.unwritable".to_owned(),
            text: format!("报盘文件有{}处写不成：\n  {}", problems.len(), text.join("\n  ")),
            exit: 1,
        }
    })
}
