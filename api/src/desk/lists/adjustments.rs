//! Other amounts of many entitlements at once 批量调整, as when a standard is raised: from a list, or as the standards say.

use std::collections::{BTreeMap, BTreeSet};

use ledger::act::Body;
use ledger::act::cases::{EntitlementsAdjusted, Part};
use ledger::books::adjusting::{Change, may_be_listed};
use ledger::books::cases::{Entitlement, sum_of};
use ledger::books::{Books, entitling};
use ledger::ids::{Digest, EntitlementId, HouseholdId, KeyId, OfficerId, PersonId, SchemeCode};
use ledger::line::{AdjustmentLine, Line};
use ledger::money::Money;
use ledger::period::Period;
use ledger::rejection::Rejection;
use reconcile::office_list::{self, Column, ListRow, OfficeList, plain};
use reconcile::opened::Opened;
use reconcile::problem::Code;

use super::super::trial::try_one;
use super::super::{Draft, Office};
use super::amounts::{Labels, TOTAL, amounts, labels, total};
use super::{Finder, ID_NO, NAME, in_words};
use crate::failure::Failure;

const ENTITLEMENT: &str = "资格编号";

const COLUMNS: &[Column] =
    &[ID_NO, NAME, Column { name: ENTITLEMENT, aliases: &["资格"], is_required: false }, TOTAL];

/// What is stated for the whole list.
#[derive(Clone, Debug)]
pub struct Given {
    /// The scheme.
    pub scheme: SchemeCode,
    /// First month of the new amounts.
    pub from: Period,
    /// Why, in words.
    pub reason: String,
    /// Digest of the proof: as a rule the document that raises the standard.
    pub evidence: Digest,
}

/// A list to be signed, and what is told beside it.
#[derive(Debug)]
pub struct Adjusting {
    /// The act with its lines.
    pub draft: Draft,
    /// What changes, and what stays as it is.
    pub noted: Vec<String>,
}

/// Reads a list of new amounts, a row for each payee, and makes it `entitlements.adjusted`, tried as the holder of `key` would
/// sign it. Rows that change nothing are counted and left out. Of households that are not `near` nothing is told.
///
/// # Errors
/// Every problem of the file; nothing changes; or the rule that refuses the list as a whole.
pub fn from_list(
    office: Office<'_>,
    (officer, key): (OfficerId, KeyId),
    opened: &Opened<'_>,
    given: &Given,
    near: impl Fn(HouseholdId) -> bool,
) -> Result<Adjusting, Failure> {
    let labels = labels(office.books, &given.scheme)?;
    let list = office_list::read(opened, COLUMNS, &|heading| labels.contains_key(heading))
        .map_err(Failure::Problems)?;
    let mut finder = Finder::new(office, officer, "批量调整名单核对");
    let payees = payees(office, given, near);
    let reading = Reading { list: &list, labels: &labels, payees: &payees, given };
    let (mut problems, mut found) = (Vec::new(), Found::default());
    let (mut seen, mut sums) = (BTreeSet::new(), BTreeMap::new());
    for row in &list.rows {
        let before = problems.len();
        let mut row = list.row(row, &mut problems);
        let Some((id, held, parts)) = reading.line(&mut finder, &mut row)? else { continue };
        for part in &parts {
            sums.entry(plain(&part.label)).or_insert_with(Vec::new).push(part.amount_fen);
            sums.entry(TOTAL.name.to_owned()).or_insert_with(Vec::new).push(part.amount_fen);
        }
        if !seen.insert(id) {
            row.refuse(Code::ListRefused, ID_NO.name, "这项资格前面已经列过，一份名单里只列一次");
        }
        if let Err(why) = fits(office.books, (id, held), given.from, &parts) {
            let first = list.others.first().map_or(TOTAL.name, String::as_str);
            row.refuse(Code::ListRefused, first, &in_words(&why));
        }
        if problems.len() == before {
            found.put((id, held), parts, given.from)?;
        }
    }
    for column in list.others.iter().map(String::as_str).chain([TOTAL.name]) {
        let amounts = sums.remove(column).unwrap_or_default();
        list.check_total(column, Money::total(amounts), &mut problems);
    }
    if !problems.is_empty() {
        return Err(Failure::Problems(problems));
    }
    found.drafted(office, key, given)
}

/// Makes `entitlements.adjusted` of everything that the standards of a month fix otherwise than it is due: amounts that are
/// fixed, or counted by a quantity. What is granted below a ceiling depends on an income that is not in the books, and stays
/// for a list. Of households that are not `near` nothing is looked at.
///
/// # Errors
/// Nothing changes; or the rule that refuses the list as a whole.
pub fn by_the_standard(
    office: Office<'_>,
    key: KeyId,
    given: &Given,
    near: impl Fn(HouseholdId) -> bool,
) -> Result<Adjusting, Failure> {
    // Of a scheme without any standard nothing can be said.
    labels(office.books, &given.scheme)?;
    let mut found = Found::default();
    let mut all: Vec<_> =
        of_scheme(office, given).filter(|(_, held)| near(held.household)).collect();
    all.sort_unstable_by_key(|(id, _)| **id);
    for (id, held) in all {
        let (entitlement, from) = (*id, given.from);
        if held.due(from).is_none() {
            found.later = found.later.saturating_add(usize::from(held.parts.begin() > from));
            continue;
        }
        let is_below = entitling::is_below_a_ceiling(office.books, &held.as_claimed(from));
        found.below_ceiling = found.below_ceiling.saturating_add(usize::from(is_below));
        let fitted = entitling::by_the_standard(office.books, &held.as_claimed(from));
        let fitted = fitted.and_then(|parts| {
            fits(office.books, (entitlement, held), from, &parts)?;
            Ok(parts)
        });
        match fitted {
            Ok(parts) => found.put((entitlement, held), parts, from)?,
            Err(why) => found.left.push((entitlement, why)),
        }
    }
    found.drafted(office, key, given)
}

/// The scheme's entitlements that are or will be payable in the month or later.
fn of_scheme<'a>(
    office: Office<'a>,
    given: &'a Given,
) -> impl Iterator<Item = (&'a EntitlementId, &'a Entitlement)> {
    let all = office.books.cases.entitlements.iter();
    all.filter(|(_, held)| held.scheme == given.scheme && held.is_live(given.from))
}

fn is_same(due: &[Part], parts: &[Part]) -> bool {
    due.len() == parts.len() && parts.iter().all(|part| due.contains(part))
}

/// What changes must be allowed; what stays as it is must still fit the standards of the month.
fn fits(
    books: &Books,
    (entitlement, held): (EntitlementId, &Entitlement),
    from: Period,
    parts: &[Part],
) -> Result<(), Rejection> {
    if is_same(held.due(from).unwrap_or_default(), parts) {
        return entitling::amount_follows_the_standard(books, &held.as_claimed(from));
    }
    may_be_listed(books, Change { entitlement, from, parts })
}

/// What changes, and what is told beside it.
#[derive(Default)]
struct Found {
    lines: Vec<Line>,
    unchanged: usize,
    /// The sums before and after, of what changes.
    sums: (Money, Money),
    /// Those that begin after the month.
    later: usize,
    /// Those that change and have other amounts from a later month on, which stay.
    change_again: usize,
    /// Those with a part below a ceiling, which no standard works out.
    below_ceiling: usize,
    /// Those that cannot be worked out, and why.
    left: Vec<(EntitlementId, Rejection)>,
}

impl Found {
    fn put(
        &mut self,
        (entitlement, held): (EntitlementId, &Entitlement),
        parts: Vec<Part>,
        from: Period,
    ) -> Result<(), Failure> {
        let due = held.due(from).unwrap_or_default();
        if is_same(due, &parts) {
            self.unchanged = self.unchanged.saturating_add(1);
            return Ok(());
        }
        let overflow = || Failure::from(Rejection::MoneyOverflow {});
        let amount_fen = sum_of(&parts).ok_or_else(overflow)?;
        let before = sum_of(due).ok_or_else(overflow)?;
        let (befores, afters) = self.sums;
        let sums = befores.checked_add(before).zip(afters.checked_add(amount_fen));
        self.sums = sums.ok_or_else(overflow)?;
        let changes_again = held.parts.change_after(from);
        self.change_again = self.change_again.saturating_add(usize::from(changes_again));
        let was = due.to_vec();
        self.lines.push(Line::Adjustment(AdjustmentLine { amount_fen, entitlement, parts, was }));
        Ok(())
    }

    /// What whoever signs should know.
    fn noted(&self, from: Period) -> Vec<String> {
        let (before, after) = self.sums;
        let changed = format!(
            "调整{}项：每月共{}元，调整前{}元",
            self.lines.len(),
            after.to_grouped_yuan(),
            before.to_grouped_yuan()
        );
        let counted = [
            (self.unchanged, "项金额不变，不在其中".to_owned()),
            (
                self.below_ceiling,
                "项有补差的分项，补差要看各户收入，这里不算，要调整的用名单".to_owned(),
            ),
            (self.change_again, "项另有更晚月份起的金额，那些月份仍按原定的发".to_owned()),
            (self.later, format!("项自{from}以后才起发，不在其中，要调整的另按其起发月份列单")),
        ];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        let counted = counted.map(|(count, what)| format!("{count}{what}"));
        let left = self.left.first().map(|(id, why)| {
            let count = self.left.len();
            format!("{count}项不能调整，不在其中，例如资格{id}：{why}")
        });
        [changed].into_iter().chain(counted).chain(left).collect()
    }

    fn drafted(self, office: Office<'_>, key: KeyId, given: &Given) -> Result<Adjusting, Failure> {
        let noted = self.noted(given.from);
        if self.lines.is_empty() {
            let (scheme, from) = (&given.scheme, given.from);
            let rest = noted.get(1..).unwrap_or_default().join("；");
            let rest = if rest.is_empty() { String::new() } else { format!("：{rest}") };
            let text = format!("项目{scheme}自{from}起没有要调整的{rest}。");
            return Err(Failure::refused("list.nothing_to_adjust", text));
        }
        let Given { scheme, from, reason, evidence } = given.clone();
        let draft = Draft::over(self.lines, |manifest| {
            let adjusted = EntitlementsAdjusted { evidence, from, manifest, reason, scheme };
            Body::EntitlementsAdjusted(adjusted)
        })?;
        try_one(office, key, &draft.body, &draft.lines)?;
        Ok(Adjusting { draft, noted })
    }
}

/// The entitlements of the scheme that each payee is paid.
type Payees<'a> = BTreeMap<PersonId, Vec<(EntitlementId, &'a Entitlement)>>;

fn payees<'a>(
    office: Office<'a>,
    given: &'a Given,
    near: impl Fn(HouseholdId) -> bool,
) -> Payees<'a> {
    let mut payees = Payees::new();
    for (id, held) in of_scheme(office, given).filter(|(_, held)| near(held.household)) {
        payees.entry(held.payee).or_default().push((*id, held));
    }
    payees
}

/// What every row is read with.
struct Reading<'a> {
    list: &'a OfficeList,
    labels: &'a Labels<'a>,
    payees: &'a Payees<'a>,
    given: &'a Given,
}

type Changed<'a> = (EntitlementId, &'a Entitlement, Vec<Part>);

impl<'a> Reading<'a> {
    fn line(
        &self,
        finder: &mut Finder<'_>,
        row: &mut ListRow<'_>,
    ) -> Result<Option<Changed<'a>>, Failure> {
        let payee = finder.of_row(row)?;
        let listed = amounts(row, &self.list.others, self.labels);
        let stated = row.optional(ENTITLEMENT);
        let Some((payee, listed)) = payee.zip(listed) else {
            total(row, &self.list.others, None);
            return Ok(None);
        };
        let held = self.held(row, payee, stated.as_deref());
        let merged = held.and_then(|(_, held)| {
            self.merged(row, held.due(self.given.from).unwrap_or_default(), listed)
        });
        let total = total(row, &self.list.others, merged.as_deref());
        let Some(((id, held), parts)) = held.zip(merged) else { return Ok(None) };
        Ok(total.map(|_| (id, held, parts)))
    }

    /// What is due, with what the row says of it. A part that has no column stays; one that has a column ends only where the
    /// row says zero. How often a part is counted is not in the list: it stays what it is.
    fn merged(
        &self,
        row: &mut ListRow<'_>,
        due: &[Part],
        mut listed: Vec<Part>,
    ) -> Option<Vec<Part>> {
        let before = row.problems();
        let mut kept = Vec::new();
        for one in due {
            if let Some(part) = listed.iter_mut().find(|part| part.label == one.label) {
                part.quantity = one.quantity;
                continue;
            }
            let heading = plain(&one.label);
            if !self.list.others.contains(&heading) {
                kept.push(one.clone());
            } else if row.optional(&heading).is_none() {
                let now = one.amount_fen.to_grouped_yuan();
                let expected = format!("新金额：此人现有这个分项{now}元，不再发的填0");
                row.refuse(Code::ListValueMissing, &heading, &expected);
            }
        }
        listed.extend(kept);
        (row.problems() == before).then_some(listed)
    }

    /// The one that the payee is paid, or the one of several that the row names.
    fn held(
        &self,
        row: &mut ListRow<'_>,
        payee: PersonId,
        stated: Option<&str>,
    ) -> Option<(EntitlementId, &'a Entitlement)> {
        let all = self.payees.get(&payee).map(Vec::as_slice).unwrap_or_default();
        let (scheme, from) = (&self.given.scheme, self.given.from);
        if let Some(stated) = stated {
            let named = all.iter().find(|(id, _)| id.to_string() == stated);
            if named.is_none() {
                let expected = format!("此人领取的项目{scheme}自{from}起有效的资格");
                row.refuse(Code::ListDiffers, ENTITLEMENT, &expected);
            }
            return named.copied();
        }
        match all {
            [one] => Some(*one),
            [] => {
                let text = format!("没有查到由此人领取、自{from}起有效的项目{scheme}的资格");
                row.refuse(Code::ListRefused, ID_NO.name, &text);
                None
            }
            [..] => {
                let text =
                    format!("此人领取项目{scheme}的{}项资格，须加一列写明是哪一项", all.len());
                row.refuse(Code::ListValueMissing, ENTITLEMENT, &text);
                None
            }
        }
    }
}
