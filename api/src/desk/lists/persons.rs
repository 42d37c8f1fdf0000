//! Lists that others give about persons: medical spending, who is insured, whom a bank lent to. One act each.

use ledger::act::Body;
use ledger::act::medical::MedicalListed;
use ledger::act::urgent::{InsuranceListed, LoansListed};
use ledger::ids::{Digest, KeyId, OfficerId, PersonId, PolicyCode};
use ledger::line::{InsuredLine, Line, LoanLine, SpendingLine};
use ledger::money::Money;
use ledger::rejection::Rejection;
use reconcile::office_list::{self, Column, ListRow, OfficeList};
use reconcile::opened::Opened;
use reconcile::problem::Code;
use sha2::{Digest as _, Sha256};

use super::super::trial::try_one;
use super::super::{Draft, Office};
use super::{Finder, ID_NO, NAME, in_words};
use crate::failure::Failure;

const SPENT: &str = "总费用";
const OWN: &str = "自负费用";
const LENT: &str = "贷款金额";
const FROM: &str = "起始日期";
const UNTIL: &str = "截止日期";

/// What a list is about.
pub enum About {
    /// Medical spending in a year so far; where it comes from, in words.
    Spending(String),
    /// Who is insured under a policy; where it comes from, in words.
    Insured(PolicyCode, String),
    /// Loans of a bank.
    Loans(String),
}

impl About {
    fn columns(&self) -> Vec<Column> {
        let column = |name, aliases| Column { name, aliases, is_required: true };
        let until = column(UNTIL, &["截至日期", "到期日", "保险止期"]);
        let from = column(FROM, &["起始日", "放款日", "保险起期"]);
        let own: Vec<Column> = match self {
            About::Spending(_) => vec![
                column(SPENT, &["医疗总费用", "费用合计"]),
                column(OWN, &["个人自负", "自付费用"]),
                until,
            ],
            About::Insured(..) => vec![from, until],
            About::Loans(_) => vec![column(LENT, &["金额", "放款金额"]), from, until],
        };
        [ID_NO, NAME].into_iter().chain(own).collect()
    }

    /// The columns whose sums a totals row may state.
    const fn amounts(&self) -> &'static [&'static str] {
        match self {
            About::Spending(_) => &[SPENT, OWN],
            About::Insured(..) => &[],
            About::Loans(_) => &[LENT],
        }
    }

    fn line(&self, row: &mut ListRow<'_>, person: Option<PersonId>) -> Option<Line> {
        match self {
            About::Spending(_) => {
                let (total, own, until) = (row.money(SPENT), row.money(OWN), row.date(UNTIL));
                let (amount_fen, own_fen) = (total?, own?);
                let (person, until) = (person?, until?);
                Some(Line::Spending(SpendingLine { amount_fen, own_fen, person, until }))
            }
            About::Insured(..) => {
                let (from, until) = (row.date(FROM), row.date(UNTIL));
                let (from, person, until) = (from?, person?, until?);
                Some(Line::Insured(InsuredLine { from, person, until }))
            }
            About::Loans(_) => {
                let (lent, from, until) = (row.money(LENT), row.date(FROM), row.date(UNTIL));
                let (amount_fen, from) = (lent?, from?);
                let (person, until) = (person?, until?);
                Some(Line::Loan(LoanLine { amount_fen, from, person, until }))
            }
        }
    }

    fn act(&self, manifest: ledger::act::Manifest, file: Digest) -> Body {
        match self {
            About::Spending(source) => {
                Body::MedicalListed(MedicalListed { file, manifest, source: source.clone() })
            }
            About::Insured(policy, source) => {
                let (policy, source) = (policy.clone(), source.clone());
                Body::InsuranceListed(InsuranceListed { manifest, policy, source })
            }
            About::Loans(bank) => {
                Body::LoansListed(LoansListed { bank: bank.clone(), file, manifest })
            }
        }
    }
}

/// A refusal that names a line of the act, at the row of the list that the line came from.
fn at_its_row(list: &OfficeList, why: Failure) -> Failure {
    let Failure::Rejected(why) = why else { return why };
    let Rejection::SpendingLineWrong { n, .. } = &why else { return Failure::Rejected(why) };
    let place = usize::try_from(*n).ok().and_then(|n| n.checked_sub(1));
    let Some(row) = place.and_then(|place| list.rows.get(place)) else {
        return Failure::Rejected(why);
    };
    let mut problems = Vec::new();
    list.row(row, &mut problems).refuse(Code::ListRefused, ID_NO.name, &in_words(&why));
    Failure::Problems(problems)
}

/// Reads a list and makes its act, tried as the holder of `key` would sign it.
///
/// # Errors
/// Every problem of the file, or the rule that refuses it.
pub fn draft(
    office: Office<'_>,
    (officer, key): (OfficerId, KeyId),
    opened: &Opened<'_>,
    about: &About,
) -> Result<Draft, Failure> {
    let list =
        office_list::read(opened, &about.columns(), &|_| false).map_err(Failure::Problems)?;
    let mut finder = Finder::new(office, officer, "外部名单核对");
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for row in &list.rows {
        let mut row = list.row(row, &mut problems);
        let person = finder.of_row(&mut row)?;
        lines.extend(about.line(&mut row, person));
    }
    for column in about.amounts() {
        let of_line = |line: &Line| match (line, *column) {
            (Line::Spending(line), OWN) => line.own_fen,
            (line, _) => line.amount(),
        };
        list.check_total(column, Money::total(lines.iter().map(of_line)), &mut problems);
    }
    if !problems.is_empty() {
        return Err(Failure::Problems(problems));
    }
    let file = Digest(Sha256::digest(opened.bytes()).into());
    let draft = Draft::over(lines, |manifest| about.act(manifest, file))?;
    match try_one(office, key, &draft.body, &draft.lines) {
        Ok(()) => Ok(draft),
        Err(why) => Err(at_its_row(&list, why)),
    }
}
