//! A month of an invented county, made by hand: four towns, two schemes, four funds, one programme account.

use ledger::act::funds::FundKind;
use ledger::answer::Reason;
use ledger::ids::{PaymentRef, Seq};
use ledger::money::Money;
use ledger::period::Date;
use ledger::views::figures::{BatchMonth, Figures, Flow, ReturnedPayment};
use ledger::views::month::{
    AdvanceMonth, Balance, ClaimMonth, FundMonth, MonthTable, OpenAdvance, SchemeMonth, TownMonth,
};
use ledger::views::outstanding::{AccountMonth, OutstandingItem, OutstandingKind};

/// Fen of an amount in yuan.
pub fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn flow(count: u64, amount: &str) -> Flow {
    Flow { count, fen: yuan(amount) }
}

/// October 2020.
pub fn month() -> MonthTable {
    let towns = towns();
    let dibao = sum(towns.iter().take(3).map(|town| &town.figures));
    let care = sum(towns.iter().skip(3).map(|town| &town.figures));
    // Fifteen persons are paid under both schemes: the county counts each once.
    let total = Figures { due_persons: 505, ..sum(towns.iter().map(|town| &town.figures)) };
    let scheme = |code: &str, name: &str, figures| SchemeMonth {
        code: code.parse().unwrap(),
        figures,
        name: name.to_owned(),
        unit: "MZJ".parse().unwrap(),
    };
    MonthTable {
        accounts: vec![account()],
        advances: advances(),
        batches: batches(),
        beside: None,
        claims: ClaimMonth {
            declined: 1,
            filed: 2,
            open: 1,
            settled: flow(1, "30000.00"),
            settled_total: flow(3, "70000.00"),
        },
        funds: funds(),
        height: 1234,
        name: "青山县社会救助资金台账".to_owned(),
        origin: "doudi.example/qingshan".to_owned(),
        period: "2020-10".parse().unwrap(),
        returns: vec![ReturnedPayment {
            amount_fen: yuan("404.00"),
            entry: 905,
            reason: Reason::Closed,
            reference: "D20A00000007".parse().unwrap(),
            reissued_by: None,
            returned: day("2020-10-29"),
            scheme: "DB-R".parse().unwrap(),
        }],
        schemes: vec![
            scheme("CJ-H", "重度残疾人护理补贴", care),
            scheme("DB-R", "农村低保", dibao),
        ],
        total,
        towns,
        trial_balance: trial_balance(),
    }
}

/// September 2020: a tenth less was paid.
pub fn month_before() -> MonthTable {
    let mut month = month();
    month.period = month.period.previous();
    month.height = 600;
    let less = |figures: &mut Figures| {
        figures.paid.fen = Money::from_fen(figures.paid.fen.fen() / 10 * 9);
    };
    less(&mut month.total);
    month.towns.iter_mut().for_each(|town| less(&mut town.figures));
    month.schemes.iter_mut().for_each(|scheme| less(&mut scheme.figures));
    for fund in &mut month.funds {
        fund.closing_fen = fund.opening_fen;
        fund.in_transit_fen = Money::ZERO;
    }
    month
}

fn towns() -> Vec<TownMonth> {
    let town = |division: &str, name: &str, figures| TownMonth {
        division: division.parse().unwrap(),
        figures,
        name: name.to_owned(),
    };
    let none = || flow(0, "0");
    let base = |count, amount: &str, persons| Figures {
        due: flow(count, amount),
        due_households: count,
        due_person_times: persons,
        due_persons: persons,
        failed: none(),
        in_transit: none(),
        on_time_person_times: persons,
        paid: flow(count, amount),
        paid_person_times: persons,
        recovered: none(),
        reissued: none(),
        returned: none(),
        settled: flow(count, amount),
        submitted: flow(count, amount),
        year_paid_fen: yuan("300000.00"),
    };
    vec![
        town(
            "141130101",
            "河口镇",
            Figures {
                failed: flow(1, "404.00"),
                on_time_person_times: 225,
                paid: flow(98, "39592.00"),
                paid_person_times: 226,
                returned: flow(1, "404.00"),
                settled: flow(99, "39996.00"),
                ..base(100, "40400.00", 230)
            },
        ),
        town("141130102", "柳林镇", base(50, "20200.00", 120)),
        town("141130201", "石桥乡", base(50, "20200.00", 110)),
        town(
            "141130202",
            "枣岭乡",
            Figures {
                in_transit: flow(2, "1000.00"),
                on_time_person_times: 54,
                paid: flow(58, "29000.00"),
                paid_person_times: 58,
                settled: flow(58, "29000.00"),
                ..base(60, "30000.00", 60)
            },
        ),
    ]
}

fn sum<'a>(all: impl Iterator<Item = &'a Figures>) -> Figures {
    let add = |one: Flow, other: &Flow| Flow {
        count: one.count + other.count,
        fen: one.fen.checked_add(other.fen).unwrap(),
    };
    all.cloned()
        .reduce(|one, other| Figures {
            due: add(one.due, &other.due),
            due_households: one.due_households + other.due_households,
            due_person_times: one.due_person_times + other.due_person_times,
            due_persons: one.due_persons + other.due_persons,
            failed: add(one.failed, &other.failed),
            in_transit: add(one.in_transit, &other.in_transit),
            on_time_person_times: one.on_time_person_times + other.on_time_person_times,
            paid: add(one.paid, &other.paid),
            paid_person_times: one.paid_person_times + other.paid_person_times,
            recovered: add(one.recovered, &other.recovered),
            reissued: add(one.reissued, &other.reissued),
            returned: add(one.returned, &other.returned),
            settled: add(one.settled, &other.settled),
            submitted: add(one.submitted, &other.submitted),
            year_paid_fen: one.year_paid_fen.checked_add(other.year_paid_fen).unwrap(),
        })
        .unwrap()
}

fn account() -> AccountMonth {
    let item = |kind, amount, date: &str, days, entry, label: &str| OutstandingItem {
        amount_fen: yuan(amount),
        date: day(date),
        days,
        entry: Seq(entry),
        kind,
        label: label.to_owned(),
    };
    AccountMonth {
        account: "ZH-01".parse().unwrap(),
        bank_fen: Some(yuan("60104.00")),
        book_fen: yuan("60008.00"),
        difference_fen: Money::ZERO,
        items: vec![
            item(OutstandingKind::BankReceived, "500.00", "2020-09-20", 41, 610, "流水未对应"),
            item(
                OutstandingKind::BookReceived,
                "404.00",
                "2020-10-30",
                1,
                905,
                "退汇 D20A00000007",
            ),
        ],
    }
}

fn advances() -> AdvanceMonth {
    let advance = |paid: &str, due: &str, is_overdue| OpenAdvance {
        amount_fen: yuan("1500.00"),
        due: Some(day(due)),
        is_overdue,
        paid: day(paid),
        scheme: "LS".parse().unwrap(),
    };
    AdvanceMonth {
        open: vec![
            advance("2020-10-09", "2020-10-22", true),
            advance("2020-10-28", "2020-11-11", false),
        ],
        paid: flow(2, "3000.00"),
    }
}

fn batches() -> Vec<BatchMonth> {
    let reference: PaymentRef = "D20A00000007".parse().unwrap();
    let none = || flow(0, "0");
    vec![
        BatchMonth {
            batch: "C20A0".parse().unwrap(),
            count: 60,
            failed: none(),
            in_transit: flow(2, "1000.00"),
            period: "2020-10".parse().unwrap(),
            released: day("2020-10-09"),
            returned: none(),
            scheme: "CJ-H".parse().unwrap(),
            settled: flow(58, "29000.00"),
            total_fen: yuan("30000.00"),
        },
        BatchMonth {
            batch: reference.batch().clone(),
            count: 200,
            failed: flow(1, "404.00"),
            in_transit: none(),
            period: "2020-10".parse().unwrap(),
            released: day("2020-10-09"),
            returned: flow(1, "404.00"),
            scheme: "DB-R".parse().unwrap(),
            settled: flow(199, "80396.00"),
            total_fen: yuan("80800.00"),
        },
    ]
}

fn funds() -> Vec<FundMonth> {
    let none = Money::ZERO;
    let fund = |code: &str, name: &str, kind| FundMonth {
        account: "ZH-01".parse().unwrap(),
        allotted_fen: none,
        closing_fen: none,
        code: code.parse().unwrap(),
        in_transit_fen: none,
        kind,
        moved_fen: none,
        name: name.to_owned(),
        opening_fen: none,
        received_fen: none,
        received_total_fen: none,
        spent_fen: none,
        spent_total_fen: none,
    };
    vec![
        FundMonth {
            allotted_fen: yuan("10000.00"),
            closing_fen: yuan("9000.00"),
            moved_fen: yuan("2000.00"),
            opening_fen: yuan("10000.00"),
            received_total_fen: yuan("10000.00"),
            spent_fen: yuan("3000.00"),
            spent_total_fen: yuan("3000.00"),
            ..fund("BY-01", "河口镇备用金", FundKind::Float)
        },
        FundMonth {
            allotted_fen: yuan("300000.00"),
            closing_fen: yuan("5000.00"),
            in_transit_fen: yuan("1000.00"),
            opening_fen: yuan("5000.00"),
            received_fen: yuan("30000.00"),
            received_total_fen: yuan("290000.00"),
            spent_fen: yuan("29000.00"),
            spent_total_fen: yuan("284000.00"),
            ..fund("CJ-2020", "残疾人两项补贴资金", FundKind::Treasury)
        },
        FundMonth {
            allotted_fen: yuan("1000000.00"),
            closing_fen: yuan("40008.00"),
            opening_fen: yuan("20000.00"),
            received_fen: yuan("100000.00"),
            received_total_fen: yuan("900000.00"),
            spent_fen: yuan("79992.00"),
            spent_total_fen: yuan("859992.00"),
            ..fund("DB-2020", "农村低保资金", FundKind::Treasury)
        },
        FundMonth {
            closing_fen: yuan("6000.00"),
            moved_fen: yuan("-2000.00"),
            opening_fen: yuan("8000.00"),
            received_total_fen: yuan("8000.00"),
            ..fund("TQ-01", "统筹救助基金", FundKind::Pooled)
        },
    ]
}

fn trial_balance() -> Vec<Balance> {
    [
        ("资产:银行存款:ZH-01:BY-01", "9000.00"),
        ("资产:银行存款:ZH-01:CJ-2020", "5000.00"),
        ("资产:银行存款:ZH-01:DB-2020", "40008.00"),
        ("资产:银行存款:ZH-01:TQ-01", "6000.00"),
        ("资产:代发在途:CJ-2020", "1000.00"),
        ("收入:财政拨款:BY-01", "-10000.00"),
        ("收入:财政拨款:CJ-2020", "-290000.00"),
        ("收入:财政拨款:DB-2020", "-900000.00"),
        ("收入:统筹捐赠:TQ-01", "-8000.00"),
        ("支出:CJ-H:CJ-2020", "284000.00"),
        ("支出:DB-R:DB-2020", "859992.00"),
        ("支出:LS:BY-01", "3000.00"),
        ("备查:指标余额:CJ-2020", "10000.00"),
        ("备查:指标余额:DB-2020", "100000.00"),
        ("备查:指标下达:CJ-2020", "-10000.00"),
        ("备查:指标下达:DB-2020", "-100000.00"),
        ("备查:保险赔付:FX-2020", "70000.00"),
        ("备查:外部资金:FX-2020", "-70000.00"),
    ]
    .into_iter()
    .map(|(account, amount)| Balance { account: account.to_owned(), amount_fen: yuan(amount) })
    .collect()
}
