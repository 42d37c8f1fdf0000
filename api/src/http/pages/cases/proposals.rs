//! What one person proposed and another one confirms: an account change, another amount of one or of many, a stage of works,
//! a list of entitlements.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::act::people::AccountChanged;
use ledger::books::adjusting::AdjustmentList;
use ledger::books::cases::{Entitlement, sum_of};
use ledger::ids::{ActId, EntitlementId, PersonId};
use ledger::line::EntitlementLine;
use ledger::money::Money;
use ledger::rejection::Rejection;

use reconcile::names::same_name;

use super::super::forms::{Choice, Control, Field, Form};
use super::super::masking::{in_place, masked_name, masked_number};
use super::super::missing;
use super::{CasePage, Fact, PartRow, demand, named, parts_of, scheme_name};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};
use crate::permits::{Area, Sight, holds};

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(act): Path<String>,
) -> Response {
    super::page(hall, who, "/cases", move |_, office, frame| {
        let act: ActId = act.parse().map_err(|_| Failure::usage("动作编号不对。"))?;
        let of_persons = [account_change, adjustment, stage].iter();
        let of_persons = of_persons.filter_map(|of| of(office, who, act).transpose());
        let mut shown = of_persons
            .chain(list(office, who, act).transpose())
            .chain(adjustments(office, who, act).transpose());
        let Shown { title, facts, form, role, is_done, persons, parts, back } =
            shown.next().ok_or_else(|| missing("没有这项待批准或确认的事。"))??;
        let mut page = CasePage::new(frame, title);
        (page.facts, page.persons, page.parts) = (facts, persons, parts);
        if is_done {
            "已批准或确认。".clone_into(&mut page.turn);
        } else {
            page.turn_of(office, who, role, vec![form]);
            let back = back.filter(|(role, _)| holds(office.books, who.officer, *role));
            page.forms.extend(back.map(|(_, form)| form));
        }
        Ok(page)
    })
    .await
}

/// A proposal, and the form by which it is confirmed.
struct Shown {
    title: &'static str,
    facts: Vec<Fact>,
    persons: Vec<Choice>,
    parts: Vec<PartRow>,
    form: Form,
    role: Role,
    is_done: bool,
    /// By what it is taken back, and by whom, where it can be.
    back: Option<(Role, Form)>,
}

type Found = Result<Option<Shown>, Failure>;

fn account_change(office: Office<'_>, who: SignedIn, act: ActId) -> Found {
    let people = &office.books.people;
    let Some(change) = people.changes.get(&act) else { return Ok(None) };
    let changed = &change.changed;
    Sight::Household.demand(office.books, who.officer)?;
    Area::of(office.books, who.officer).demand_payee(office.books, changed.person)?;
    let household = people.persons.get(&changed.person).map(|person| person.household);
    let mut facts = accounts(office, who, changed)?;
    facts.extend(household.map(Fact::of_household));
    facts.push(Fact::new("变更原因", &changed.reason));
    facts.push(Fact::new("凭证指纹", &changed.evidence));
    let fields = vec![Field::given("change", act.to_string())];
    let form = Form::new("account.change_approved", "批准账户变更", fields);
    Ok(Some(Shown {
        title: "账户变更",
        facts,
        persons: named(office, who, "查看账户变更", &[changed.person])?,
        parts: Vec::new(),
        form: form.noting("户名与收款人姓名不一致的，先查明原因。批准后，以后的名册付到新账户；由提出变更以外的人批准。"),
        role: Role::AccountApprover,
        is_done: change.approved,
        back: None,
    }))
}

/// The account so far and the new one, and whether the new one is kept in the payee's own name: the names themselves stay masked.
fn accounts(
    office: Office<'_>,
    who: SignedIn,
    changed: &AccountChanged,
) -> Result<Vec<Fact>, Failure> {
    let note = office.access(who.officer, "查看账户变更");
    let mut facts = Vec::new();
    let organisation = office.books.people.organisations.get(&changed.person);
    let payee = match organisation {
        Some(known) => Some(known.name.clone()),
        None => match office.vault.read_person(changed.person, &note) {
            Ok(person) => Some(person.name),
            // Erased or never there: nothing to compare with. Damage stops here.
            Err(why) => in_place(why).map(|_| None)?,
        },
    };
    for (name, id) in [("原账户", changed.old), ("新账户", Some(changed.new.account))] {
        let Some(id) = id else { continue };
        let one = match office.vault.read_account(id, &note) {
            Ok(one) => one,
            Err(why) => {
                facts.push(Fact::new(name, in_place(why)?));
                continue;
            }
        };
        let number = masked_number(&one.number);
        facts.push(Fact::new(name, &format!("{} {number}", one.bank_name)));
        let same = match &payee {
            None => "收款人姓名读不到，请另行核对",
            Some(name) if same_name(name, &one.holder_name) => "与收款人姓名一致",
            Some(_) => "与收款人姓名不一致",
        };
        facts.push(Fact::new("户名", &format!("{}（{same}）", masked_name(&one.holder_name))));
    }
    Ok(facts)
}

/// What an entitlement is, for who may see its household.
fn entitled(office: Office<'_>, who: SignedIn, id: EntitlementId) -> Result<Vec<Fact>, Failure> {
    let held = office.books.cases.entitlements.get(&id);
    let held = held.ok_or(Rejection::EntitlementUnknown { entitlement: id })?;
    demand(office, who, held.household)?;
    let path = Some(format!("/entitlements/{id}"));
    Ok(vec![
        Fact { path, ..Fact::new("资格", &id) },
        Fact::new("项目", &scheme_name(office.books, &held.scheme)),
        Fact::of_household(held.household),
    ])
}

fn adjustment(office: Office<'_>, who: SignedIn, act: ActId) -> Found {
    let Some((adjusted, is_done)) = office.books.cases.adjustments.get(&act) else {
        return Ok(None);
    };
    let mut facts = entitled(office, who, adjusted.entitlement)?;
    facts.push(Fact::new("自何月起", &adjusted.from));
    facts.push(Fact::new("调整原因", &adjusted.reason));
    facts.push(Fact::new("凭证指纹", &adjusted.evidence));
    let fields = vec![Field::given("adjustment", act.to_string())];
    let form = Form::new("entitlement.adjustment_confirmed", "确认调整", fields);
    Ok(Some(Shown {
        title: "资格调整",
        facts,
        persons: Vec::new(),
        parts: parts_of(&adjusted.parts),
        form: form.noting("确认后，从该月起按上面的分项发放。由提出调整以外的人确认。"),
        role: Role::CountyConfirmer,
        is_done: *is_done,
        back: None,
    }))
}

fn stage(office: Office<'_>, who: SignedIn, act: ActId) -> Found {
    let Some((accepted, is_done)) = office.books.cases.works.acceptances.get(&act) else {
        return Ok(None);
    };
    let mut facts = entitled(office, who, accepted.entitlement)?;
    facts.push(Fact::new("阶段", &accepted.stage));
    facts.push(Fact::new("验收日期", &accepted.accepted));
    facts.push(Fact::new("列入月份", &accepted.period));
    let fields = vec![Field::given("acceptance", act.to_string())];
    let form = Form::new("stage.confirmed", "确认验收", fields);
    Ok(Some(Shown {
        title: "阶段验收",
        facts,
        persons: Vec::new(),
        parts: Vec::new(),
        form: form.noting("由验收以外的人确认；确认后该阶段的补助即应发。"),
        role: Role::CountyConfirmer,
        is_done: *is_done,
        back: None,
    }))
}

/// So many lines of a list are shown.
const LINES: usize = 200;

fn list(office: Office<'_>, who: SignedIn, act: ActId) -> Found {
    let Some(list) = office.books.cases.brought_in.get(&act) else { return Ok(None) };
    Sight::Household.demand(office.books, who.officer)?;
    let area = Area::of(office.books, who.officer);
    let near = |line: &&EntitlementLine| area.covers_household(office.books, line.household);
    let lines: Vec<&EntitlementLine> = list.lines.iter().filter(near).collect();
    if let (true, Some(line)) = (lines.is_empty(), list.lines.first()) {
        area.demand(office.books, line.household)?;
    }
    let parts = lines.iter().flat_map(|line| &line.parts);
    let total = Money::total(parts.map(|part| part.amount_fen)).unwrap_or_default();
    let mut facts = vec![
        Fact::new("项目", &scheme_name(office.books, &list.scheme)),
        Fact::new("明细指纹", &list.root),
    ];
    // Once confirmed they are entitlements like any other, and the list is not kept beside them.
    if !list.confirmed {
        facts.push(Fact::new("人次", &lines.len()));
        facts.push(Fact::new("每月合计（元）", &total.to_grouped_yuan()));
    }
    if lines.len() > LINES {
        facts.push(Fact::new("列出", &format!("前{LINES}行，共{}行", lines.len())));
    }
    let shown: Vec<_> = lines.into_iter().take(LINES).collect();
    let payees: Vec<PersonId> = shown.iter().map(|line| line.payee).collect();
    let named = named(office, who, "确认存量资格", &payees)?;
    let persons = shown.iter().zip(named).map(|(line, (id, name))| {
        let amount = line.amount_fen.to_grouped_yuan();
        (id, format!("{name}，{}人，每月{amount}元，{}起", line.persons.len(), line.from))
    });
    let fields = vec![
        Field::given("brought_in", act.to_string()),
        Field::given("root", list.root.to_string()),
    ];
    let form = Form::new("entitlements.confirmed", "确认存量资格", fields);
    Ok(Some(Shown {
        title: "存量资格名单",
        facts,
        persons: persons.collect(),
        parts: Vec::new(),
        form: form.noting("确认后，名单上的资格即有效。由转入以外的人确认。"),
        role: Role::CountyConfirmer,
        is_done: list.confirmed,
        back: None,
    }))
}

/// Other amounts of many entitlements.
fn adjustments(office: Office<'_>, who: SignedIn, act: ActId) -> Found {
    let cases = &office.books.cases;
    let Some(list) = cases.adjustment_lists.get(&act) else { return Ok(None) };
    Sight::Household.demand(office.books, who.officer)?;
    let area = Area::of(office.books, who.officer);
    let all = list.lines.iter();
    let held = all.filter_map(|line| Some((line, cases.entitlements.get(&line.entitlement)?)));
    let mut near: Vec<_> =
        held.filter(|(_, held)| area.covers_household(office.books, held.household)).collect();
    if let (true, Some(line)) = (near.is_empty(), list.lines.first()) {
        let held = cases.entitlements.get(&line.entitlement);
        held.map_or(Ok(()), |held| area.demand(office.books, held.household))?;
    }
    let due = |held: &Entitlement| held.due(list.from).and_then(sum_of).unwrap_or_default();
    let mut facts = vec![
        Fact::new("项目", &scheme_name(office.books, &list.scheme)),
        Fact::new("自何月起", &list.from),
        Fact::new("调整原因", &list.reason),
        Fact::new("凭证指纹", &list.evidence),
        Fact::new("明细指纹", &list.root),
    ];
    // Once confirmed the amounts are those of the entitlements, and the list is not kept beside them.
    if !list.confirmed {
        let before = Money::total(near.iter().map(|(_, held)| due(held))).unwrap_or_default();
        let after = Money::total(near.iter().map(|(line, _)| line.amount_fen)).unwrap_or_default();
        let is_whole = near.len() == list.lines.len();
        let of_area = if is_whole { "" } else { "，其余不在本单位辖区" };
        facts.push(Fact::new("调整", &format!("{}项{of_area}", near.len())));
        facts.push(Fact::new("每月合计，调整前（元）", &before.to_grouped_yuan()));
        facts.push(Fact::new("每月合计，调整后（元）", &after.to_grouped_yuan()));
    }
    if near.len() > LINES {
        facts.push(Fact::new("列出", &format!("变动最大的{LINES}项，共{}项", near.len())));
    }
    // The largest change first: that is the one to look at.
    near.sort_by_key(|(line, held)| {
        std::cmp::Reverse(line.amount_fen.fen().abs_diff(due(held).fen()))
    });
    near.truncate(LINES);
    let payees: Vec<PersonId> = near.iter().map(|(_, held)| held.payee).collect();
    let named = named(office, who, "确认批量调整", &payees)?;
    let persons = near.iter().zip(named).map(|((line, held), (id, name))| {
        let (before, after) = (due(held).to_grouped_yuan(), line.amount_fen.to_grouped_yuan());
        (id, format!("{name}，{}人，每月{before}元改为{after}元", held.persons.len()))
    });
    Ok(Some(Shown {
        title: "批量调整名单",
        facts,
        persons: persons.collect(),
        parts: Vec::new(),
        form: agreed_to(act, list),
        role: Role::CountyConfirmer,
        is_done: list.confirmed,
        back: Some((Role::Registrar, taken_back(act))),
    }))
}

fn agreed_to(act: ActId, list: &AdjustmentList) -> Form {
    let fields = vec![
        Field::given("adjustments", act.to_string()),
        Field::given("root", list.root.to_string()),
    ];
    let form = Form::new("entitlements.adjustment_confirmed", "确认批量调整", fields);
    form.noting("确认后，从该月起按新的金额造册。名单要么全部生效，要么都不生效：有人停发、另有调整或已在该月名册上的，不能确认。由提出调整以外的人确认。")
}

fn taken_back(list: ActId) -> Form {
    let fields = vec![
        Field::given("adjustments", list.to_string()),
        Field::new("reason", "撤回原因（不写姓名）", Control::Text),
    ];
    let form = Form::new("entitlements.adjustment_withdrawn", "撤回批量调整", fields);
    form.noting("名单有错，或已经不能确认的，撤回后重新提出；撤回不改任何金额。")
}
