//! Short lists: suspicions, alerts, open matters, counts.

use std::fmt::Write as _;

use ledger::books::Books;
use ledger::books::postings::Account;
use ledger::ids::UnitCode;
use ledger::money::Money;
use ledger::period::Date;
use ledger::views::{flags, open_matters, rescue, watch};

use super::{Report, document, overflow};
use crate::failure::Failure;
use crate::permits::Area;
use crate::shown;

pub(super) fn flags(books: &Books, on: Date) -> Result<Report, Failure> {
    let found = flags::suspicions(books, on).ok_or_else(overflow)?;
    let progress = flags::progress(books, on).ok_or_else(overflow)?;
    let mut text = format!("规则所得疑点（截至{on}，台账高度{}）：", books.height);
    for one in &found {
        let (rule, name) = (one.rule.word(), one.rule.chinese());
        let (scheme, unit, count, amount) = (&one.scheme, &one.unit, one.count, one.amount);
        let _ =
            write!(text, "\n  {name}（{rule}）  项目{scheme}  单位{unit}  {count}件  {amount}元");
        let entries: Vec<String> = one.entries.iter().take(20).map(ToString::to_string).collect();
        if !entries.is_empty() {
            let _ = write!(text, "  记录{}", entries.join("、"));
        }
    }
    if found.is_empty() {
        text.push_str("\n  没有");
    }
    let _ = write!(text, "\n疑点共{}件", progress.raised);
    for (stage, count) in &progress.by_stage {
        let _ = write!(text, "，{}{count}件", stage.chinese());
    }
    let _ = write!(text, "；逾期未报{}件，属实涉及{}元", progress.overdue, progress.upheld);
    for (id, flag) in books.flags.all.iter().filter(|(_, flag)| flag.raised.found <= on) {
        let then = flags::as_of(flag, on);
        let (subject, stage) = (&flag.raised.subject, then.stage().chinese());
        let _ = write!(text, "\n  疑点{id}  单位{}  {subject}  {stage}", flag.raised.unit);
        if let Some(handed) = then.handed_over() {
            let _ = write!(text, "  由单位{}核实，{}前报告", handed.to, handed.due);
        }
    }
    let json = document(books, &shown::flag_facts(books, on, (found, &progress)));
    Ok(Report { json, text })
}

pub(super) fn alerts(books: &Books, year: i16) -> Report {
    let mut text = format!("{year}年医疗预警：");
    let all = books.medical.alerts.iter().filter(|((of, _), _)| *of == year);
    for ((_, person), alert) in all {
        let kind = if alert.is_listed { "在册，总费用" } else { "其他，自负" };
        let (until, spent) = (alert.until, alert.spent);
        let came = match &alert.answered {
            None => "未处置".to_owned(),
            Some(answer) if answer.application.is_some() => format!("转办：{}", answer.reason),
            Some(answer) => format!("不转办：{}", answer.reason),
        };
        let _ = write!(text, "\n  人员{person}  {kind}{spent}元（截至{until}）  {came}");
    }
    let json = document(books, &shown::alerts(books, year, &Area::County));
    if books.medical.alerts.keys().all(|(of, _)| *of != year) {
        text.push_str("\n  没有");
    }
    Report { json, text }
}

pub(super) fn matters(books: &Books, unit: &UnitCode) -> Result<Report, Failure> {
    let json = document(books, &shown::matters(books, unit)?);
    let open = open_matters::of_unit(books, unit);
    let mut text = format!("单位{unit}未结事项{}件（台账高度{}）：", open.len(), books.height);
    for one in &open {
        let _ = write!(text, "\n  {}  {}  {}元", one.kind.chinese(), one.matter, one.amount_fen);
    }
    Ok(Report { json, text })
}

pub(super) fn officers(books: &Books) -> Report {
    let mut text = "工作人员：".to_owned();
    for (id, officer) in &books.offices.officers {
        let roles: Vec<&str> = officer.roles.iter().map(|role| role.chinese()).collect();
        let state = if officer.in_office { "" } else { "（已离任）" };
        let (unit, post, roles) = (&officer.unit, &officer.post, roles.join("、"));
        let _ = write!(text, "\n  {id}  {unit}  {post}{state}  {roles}");
    }
    Report { json: document(books, &shown::officers(books)), text }
}

pub(super) fn counts(books: &Books, on: Date) -> Result<Report, Failure> {
    let watched = watch::as_of(books, on);
    let rescued = rescue::as_of(books, on);
    let settled: u64 = rescued.settled.values().sum();
    let ways: Vec<String> =
        rescued.settled.iter().map(|(how, count)| format!("{}{count}", how.chinese())).collect();
    let sum = |wanted: fn(&Account) -> bool| {
        let balances = books.postings.balances().iter();
        Money::total(balances.filter(|(account, _)| wanted(account)).map(|(_, sum)| *sum))
    };
    let on_hand = sum(|account| matches!(account, Account::GoodsOnHand(_))).ok_or_else(overflow)?;
    let given = sum(|account| matches!(account, Account::GoodsGiven(..))).ok_or_else(overflow)?;
    let (begun, ended, open) = (watched.begun, watched.ended, watched.open);
    let text = format!(
        "截至{on}（台账高度{}）\n\
         防返贫监测（口径：户、人）：纳入{}户{}人，风险消除{}户{}人，仍在监测{}户{}人\n\
         求助人员（口径：人）：发现{}人，已安置{settled}人（{}），未安置{}人，查明身份{}人\n\
         物资价值（备查，不计入资金；以台账现状计）：结存{on_hand}元，已发放{given}元",
        books.height,
        begun.households,
        begun.persons,
        ended.households,
        ended.persons,
        open.households,
        open.persons,
        rescued.found,
        ways.join("、"),
        rescued.open,
        rescued.identified,
    );
    Ok(Report { json: document(books, &shown::counts(books, on)?), text })
}
