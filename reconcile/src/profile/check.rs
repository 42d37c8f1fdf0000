//! Whether a profile's keys fit together, so that reading a bank file never meets a half-made layout.

use std::collections::BTreeSet;

use super::{Container, Direction, Header, Kind, Layout, Position, Profile, Role};
use crate::names::heading_key;
use crate::problem::{Code, Problem};

/// Everything that is wrong with the profile.
pub(super) fn check(file: &str, profile: &Profile) -> Vec<Problem> {
    let mut faults = Vec::new();
    if profile.id.is_empty() || !profile.id.bytes().all(is_id_byte) {
        faults.push("id 应为小写字母、数字和短横".to_owned());
    }
    if profile.layouts.is_empty() {
        faults.push("至少要有一个 layout".to_owned());
    }
    let mut ids = BTreeSet::new();
    for layout in &profile.layouts {
        if !ids.insert(layout.id.as_str()) {
            faults.push(format!("layout“{}”重复", layout.id));
        }
        faults.extend(check_layout(layout).map(|fault| format!("layout“{}”：{fault}", layout.id)));
    }
    faults
        .into_iter()
        .map(|fault| Problem::of_file(Code::ProfileInvalid, file).found(fault))
        .collect()
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

fn check_layout(layout: &Layout) -> impl Iterator<Item = &'static str> + use<> {
    let mut faults = Vec::new();
    let mut need = |holds: bool, fault| {
        if !holds {
            faults.push(fault);
        }
    };
    let has = |container| layout.containers.contains(&container);
    let is_text = has(Container::Delimited) || has(Container::Boxtable);
    need(!layout.containers.is_empty(), "缺少 containers");
    need(!is_text || !layout.encodings.is_empty(), "文本格式缺少 encodings");
    need(!has(Container::Delimited) || layout.separator.is_some(), "缺少 separator");
    need(
        layout.separator.is_none_or(|separator| separator.is_ascii() && separator != '"'),
        "separator 应为双引号以外的ASCII字符",
    );
    need(
        layout.header == Header::Columns || layout.containers == [Container::Delimited],
        "没有表头的格式只能是 delimited",
    );
    let each_has_one = layout.fields.iter().all(|field| !field.titles.is_empty());
    need(layout.header == Header::None || each_has_one, "有表头的格式，每个 field 都要有 titles");
    let titles: Vec<_> = layout
        .fields
        .iter()
        .flat_map(|field| field.titles.iter().map(|title| heading_key(title)))
        .collect();
    need(titles.iter().collect::<BTreeSet<_>>().len() == titles.len(), "titles 有重复");
    need(roles_are_single(layout), "同一 role 出现两次");
    need(constants_have_values(layout), "constant 缺少 value");
    need(money_has_money_kind(layout), "金额列的 kind 应为 yuan 或 fen，日期列应为 date");
    check_totals(layout, &mut need);
    check_direction(layout, &mut need);
    faults.into_iter()
}

fn roles_are_single(layout: &Layout) -> bool {
    let mut roles = BTreeSet::new();
    layout
        .fields
        .iter()
        .filter(|field| !matches!(field.role, Role::Ignored | Role::Constant))
        .all(|field| roles.insert(field.role))
}

fn constants_have_values(layout: &Layout) -> bool {
    let totals = layout.totals.iter().flat_map(|totals| &totals.fields);
    layout
        .fields
        .iter()
        .chain(totals)
        .all(|field| field.role != Role::Constant || field.value.is_some())
}

fn money_has_money_kind(layout: &Layout) -> bool {
    let is_money = |role| {
        [Role::Amount, Role::SettledAmount, Role::Debit, Role::Credit, Role::Balance, Role::Total]
            .contains(&role)
    };
    let totals = layout.totals.iter().flat_map(|totals| &totals.fields);
    layout.fields.iter().chain(totals).all(|field| {
        let money = matches!(field.kind, Kind::Yuan | Kind::Fen);
        money == is_money(field.role) && (field.kind == Kind::Date) == (field.role == Role::Date)
    })
}

fn check_totals(layout: &Layout, need: &mut impl FnMut(bool, &'static str)) {
    let Some(totals) = &layout.totals else { return };
    let states = |role| totals.fields.iter().any(|field| field.role == role);
    need(states(Role::Count) && states(Role::Total), "totals 要有 count 和 total");
    need(
        totals.position == Position::First || totals.marker.is_some(),
        "在末行的 totals 要有 marker",
    );
    need(
        totals.position == Position::Last || layout.header == Header::None,
        "有表头的格式，totals 只能在末行",
    );
}

fn check_direction(layout: &Layout, need: &mut impl FnMut(bool, &'static str)) {
    let has = |role| layout.field(role).is_some();
    match layout.direction {
        Direction::Request => {
            need(
                has(Role::Account) && has(Role::Name) && has(Role::Amount),
                "缺少账号、户名或金额列",
            );
        }
        Direction::Reply => {
            need(
                has(Role::Account) && has(Role::Name) && has(Role::Amount),
                "缺少账号、户名或金额列",
            );
            need(
                layout.every_line.is_some() != (has(Role::Status) && !layout.statuses.is_empty()),
                "status 列加 status 规则，或者 every_line，应恰好有一样",
            );
            need(
                layout.every_line.is_none_or(|status| status != super::BankStatus::Partial),
                "every_line 不能是 partial",
            );
            need(!(has(Role::Reference) && has(Role::Number)), "reference 与 number 只能有一个");
        }
        Direction::Refund => {
            need(
                has(Role::Account) && has(Role::Name) && has(Role::Amount),
                "缺少账号、户名或金额列",
            );
            need(has(Role::Reason), "退汇通知缺少原因列");
            need(!(has(Role::Reference) && has(Role::Number)), "reference 与 number 只能有一个");
        }
        Direction::Statement => {
            need(
                has(Role::Date) && has(Role::Debit) && has(Role::Credit) && has(Role::Balance),
                "流水缺少日期、借方、贷方或余额列",
            );
        }
    }
}
