//! 资金: what the funds hold, the trial balance, and the forms of who keeps the funds.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::funds::{DirectMark, FundKind, Level};
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::money::Money;

use super::choices::{accounts, funds, schemes, units, words_of};
use super::forms::{Control, Field, Form};
use super::{Frame, page as written};
use crate::desk::Office;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::http::v1::money::fund_facts;
use crate::permits::holds;

#[derive(Template)]
#[template(path = "funds.html")]
struct Funds {
    frame: Frame,
    held: Vec<(String, String, String, String)>,
    accounts: Vec<(String, String)>,
    forms: Vec<Form>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/funds", move |_, office, frame| {
        let held = fund_facts(office.books).into_iter().map(|fund| {
            let balance = Money::from_fen(fund.balance_fen).to_grouped_yuan();
            (fund.fund, fund.name, fund.account, balance)
        });
        let balances = office.books.postings.balances().iter();
        let balances = balances.filter(|(_, amount)| !amount.is_zero());
        let keeps = holds(office.books, who.officer, Role::FundKeeper);
        Ok(Funds {
            frame,
            held: held.collect(),
            accounts: balances.map(|(a, sum)| (a.to_string(), sum.to_grouped_yuan())).collect(),
            forms: if keeps { forms(office) } else { Vec::new() },
        })
    })
    .await
}

fn forms(office: Office<'_>) -> Vec<Form> {
    let books = office.books;
    let [mut forms, more] = [money_in(office), moving(office)];
    forms.extend(more);
    forms.push(opening(books));
    forms.push(account(office));
    forms
}

fn fund(books: &Books) -> Field {
    Field::new("fund", "资金", Control::One(funds(books, false)))
}

const fn amount() -> Field {
    Field::new("amount_fen", "金额（元）", Control::Yuan)
}

fn day(office: Office<'_>, name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Control::Day(office.clock.today().to_string()))
}

fn money_in(office: Office<'_>) -> Vec<Form> {
    let books = office.books;
    let allotted = vec![
        fund(books),
        amount(),
        day(office, "arrived", "到达日期"),
        Field::new("document_no", "文号", Control::Text),
        Field::new("function_code", "功能科目", Control::Text),
        Field::new("level", "来源级次", Control::One(words_of!(Level))),
        Field::new("direct", "直达标识", Control::One(words_of!(DirectMark))),
    ];
    let released = vec![
        fund(books),
        amount(),
        day(office, "date", "到账日期"),
        Field::new("voucher_no", "拨款凭证号", Control::Text),
    ];
    let contributed = vec![
        fund(books),
        amount(),
        day(office, "date", "到账日期"),
        Field::new("contributor", "缴款单位（不写个人姓名）", Control::Text),
        Field::optional("area", "出资地区区划（按地区记账的统筹资金填）", Control::Text),
        Field::new("voucher_no", "凭证号", Control::Text),
    ];
    vec![
        Form::new("fund.allotted", "指标下达", allotted),
        Form::new("fund.released", "资金拨付到账", released),
        Form::new("fund.contributed", "统筹或捐赠到账", contributed),
    ]
}

fn moving(office: Office<'_>) -> Vec<Form> {
    let books = office.books;
    let one_of = |name, label| Field::new(name, label, Control::One(funds(books, false)));
    let replaced = books.urgent.advances.iter();
    let replaced = replaced.filter(|(_, one)| one.regularised.is_some() && one.replaced.is_none());
    let replaced = replaced.map(|(id, one)| {
        let amount = one.paid.amount_fen.to_grouped_yuan();
        (id.to_string(), format!("{} {} {amount}元", one.paid.fund, one.paid.date))
    });
    let moved = vec![
        one_of("from", "从哪项资金"),
        one_of("to", "到哪项资金"),
        amount(),
        day(office, "date", "入账日期"),
        Field::new("reason", "事由", Control::Text),
        Field::optional(
            "regularised",
            "补足备用金时，所补的已补办先行救助",
            Control::Some(replaced.collect()),
        ),
    ];
    let returned = vec![
        fund(books),
        amount(),
        day(office, "date", "上缴日期"),
        Field::new("document_no", "文号", Control::Text),
        Field::new("voucher_no", "凭证号", Control::Text),
    ];
    vec![
        Form::new("fund.moved", "资金调拨", moved),
        Form::new("fund.returned", "资金上缴", returned),
    ]
}

fn opening(books: &Books) -> Form {
    let fields = vec![
        Field::new("code", "资金代码（大写字母、数字、短横）", Control::Text),
        Field::new("name", "名称", Control::Text),
        Field::new("kind", "类别", Control::One(words_of!(FundKind))),
        Field::new("account", "存放专户", Control::One(accounts(books))),
        Field::new("unit", "主管单位", Control::One(units(books))),
        Field::new("purposes", "可以支付的项目", Control::Some(schemes(books))),
    ];
    Form::new("fund.opened", "设立资金", fields)
}

fn account(office: Office<'_>) -> Form {
    let fields = vec![
        Field::new("code", "专户代码（大写字母、数字、短横）", Control::Text),
        Field::new("bank", "开户银行", Control::Text),
        Field::new("number", "账号", Control::PrivateTwice),
        Field::new("holder_name", "户名", Control::Private),
        day(office, "opened", "开户日期"),
    ];
    Form::new("bank_account.opened", "登记代发专户", fields)
}
