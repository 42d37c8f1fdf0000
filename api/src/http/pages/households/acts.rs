//! What can be begun for a household: each a form, for who holds the role of its act.

use ledger::act::offices::Role;
use ledger::act::people::Settlement;
use ledger::act::watch::{Grade, Risk};
use ledger::books::conditions::is_for_the_county;
use ledger::ids::{FundCode, HouseholdId, PersonId};
use serde_json::{Value, json};

use super::super::choices::{funds, places, policies, schemes, words_of};
use super::super::forms::{Choice, Control, Field, Form};
use crate::desk::Office;
use crate::http::extract::SignedIn;
use crate::permits::{Area, holds};

/// The form for who is found without papers: a household of one.
pub(super) fn found(office: Office<'_>, area: &Area) -> Form {
    let fields = vec![
        Field::drawn("person"),
        Field::drawn("household"),
        Field::new("division", "发现地", Control::One(places(office.books, area))),
        Field::new("found", "发现日期", Control::Day(office.clock.today().to_string())),
        Field::proof("evidence", "救助登记表"),
    ];
    let form = Form::new("person.found", "登记没有证件的求助人员", fields);
    form.noting("不写姓名。入账后本页列出，从那里登记去向或查明的身份。")
}

/// A household as forms ask about it: its members stand there with masked names.
pub(super) struct Home<'a> {
    pub office: Office<'a>,
    pub household: HouseholdId,
    pub members: &'a [Choice],
    /// Alerts that nobody answered yet: whose medical spending, in which year.
    pub alerts: &'a [(PersonId, i16)],
}

impl Home<'_> {
    /// The forms that a person can sign what comes of.
    pub(super) fn forms_for(&self, who: SignedIn) -> Vec<Form> {
        let does = |role| holds(self.office.books, who.officer, role);
        let mut forms = Vec::new();
        if does(Role::Registrar) {
            forms.push(self.application());
            forms.push(self.account_change());
            forms.push(self.advance());
            forms.push(self.claim());
            forms.push(self.authorised());
            forms.push(self.death());
            forms.extend(self.watching());
            forms.extend(self.handing_out());
            forms.extend(self.settling());
        }
        if does(Role::Surveyor) {
            forms.extend(self.alerts.first().map(|alert| self.answer(*alert)));
        }
        // Only the county decides these, whatever roles a town's people have.
        if does(Role::CountyConfirmer) && is_for_the_county(self.office.books, who.officer).is_ok()
        {
            forms.push(self.repeat());
            forms.extend(self.watch_end());
            forms.extend(self.identifying());
        }
        forms
    }

    fn today(&self) -> Control {
        Control::Day(self.office.clock.today().to_string())
    }

    fn one_member(&self, name: &'static str, label: &'static str) -> Field {
        Field::new(name, label, Control::One(self.members.to_vec()))
    }

    fn own(&self) -> Field {
        Field::given("household", self.household.to_string())
    }

    /// Members, and who was put on record as receiving for one of them.
    fn payees(&self) -> Vec<Choice> {
        let members: Vec<PersonId> =
            self.members.iter().filter_map(|(id, _)| id.parse().ok()).collect();
        let people = &self.office.books.people;
        let authorised = people.authorised.keys().filter(|(of, _)| members.contains(of));
        let authorised =
            authorised.map(|(_, payee)| (payee.to_string(), format!("备案代领人 {payee}")));
        let organisations = people.organisations.iter().filter(|(_, known)| known.closed.is_none());
        let organisations = organisations.map(|(id, known)| (id.to_string(), known.name.clone()));
        self.members.iter().cloned().chain(authorised).chain(organisations).collect()
    }

    fn application(&self) -> Form {
        let fields = vec![
            Field::drawn("application"),
            self.own(),
            Field::new("scheme", "项目", Control::One(schemes(self.office.books))),
            Field::new("category", "类别", Control::Text),
            Field::optional("cause", "事由（不写姓名；按事由限次的项目必填）", Control::Text),
            Field::new("filed", "受理日期", self.today()),
            Field::new("persons", "为谁申请", Control::Some(self.members.to_vec())),
            Field::new("payee", "收款人", Control::One(self.payees())),
        ];
        Form::new("application.filed", "受理申请", fields)
    }

    fn account_change(&self) -> Form {
        let fields = vec![
            self.one_member("person", "谁的账户"),
            Field::new("bank_name", "开户银行", Control::Private),
            Field::new("number", "新账号", Control::PrivateTwice),
            Field::new("holder_name", "户名", Control::Private),
            Field::new("reason", "变更原因（不写姓名）", Control::Text),
            Field::proof("evidence", "申请表和开户证明"),
        ];
        let form = Form::new("account.changed", "账户变更", fields);
        form.noting("账号和户名存入保险库，台账只记加盐指纹；由另一人批准后才付到新账户。")
    }

    fn advance(&self) -> Form {
        let fields = vec![
            Field::drawn("advance"),
            self.own(),
            Field::new("scheme", "项目", Control::One(self.schemes_with_advances())),
            Field::new("fund", "备用金", Control::One(self.floats())),
            self.one_member("payee", "领款人"),
            Field::new("amount_fen", "金额（元）", Control::Yuan),
            Field::new("date", "支付日期", self.today()),
            Field::new("cause", "紧急情况（不写姓名）", Control::Text),
            Field::proof("receipt", "领款签字"),
        ];
        Form::new("advance.paid", "先行救助", fields)
    }

    /// Schemes of which a town may pay something before the forms.
    fn schemes_with_advances(&self) -> Vec<Choice> {
        let policies = &self.office.books.policies;
        let may = |code: &str| {
            let code = code.parse().ok()?;
            policies.newest(&code)?.town_limit_fen
        };
        schemes(self.office.books).into_iter().filter(|(code, _)| may(code).is_some()).collect()
    }

    /// The floats of the household's town, and those that are nobody's town's.
    fn floats(&self) -> Vec<Choice> {
        let books = self.office.books;
        let town = books.people.home_town(self.household);
        let is_near = |code: &str| {
            let fund = code.parse().ok().and_then(|code: FundCode| books.funds.funds.get(&code));
            let unit = fund.and_then(|fund| books.offices.units.get(&fund.unit));
            unit.is_none_or(|unit| unit.town.is_none() || unit.town == town)
        };
        funds(books, true).into_iter().filter(|(code, _)| is_near(code)).collect()
    }

    fn claim(&self) -> Form {
        let fields = vec![
            Field::drawn("claim"),
            self.own(),
            Field::new("policy", "保单", Control::One(policies(self.office.books))),
            self.one_member("person", "被保险人"),
            Field::new("event", "事由（不写姓名）", Control::Text),
            Field::new("loss", "出险日期", Control::Day(String::new())),
            Field::new("filed", "报案日期", self.today()),
        ];
        Form::new("claim.filed", "保险报案", fields)
    }

    fn authorised(&self) -> Form {
        let fields = vec![
            self.one_member("person", "为谁代领"),
            Field::new("payee", "代领人的身份证号（户外的已登记人员）", Control::Person),
            Field::new("from", "起日", self.today()),
            Field::new("until", "止日", Control::Day(String::new())),
            Field::new("reason", "原因（不写姓名）", Control::Text),
            Field::proof("evidence", "代领协议"),
        ];
        Form::new("payee.authorised", "代领备案", fields)
    }

    fn death(&self) -> Form {
        let fields = vec![
            self.one_member("person", "谁"),
            Field::new("date", "死亡日期", Control::Day(String::new())),
            Field::proof("evidence", "死亡证明"),
        ];
        let form = Form::new("person.died", "死亡登记", fields);
        form.noting("死亡次月起不再发放；多付的由主管下达退款通知书追回。")
    }

    /// Into watch, or graded while under watch.
    fn watching(&self) -> Vec<Form> {
        let watched = self.office.books.watches.open(self.household);
        let form = match watched {
            None => Form::new(
                "watch.begun",
                "纳入防返贫监测",
                vec![
                    self.own(),
                    Field::new("risk", "风险类型", Control::One(words_of!(Risk))),
                    Field::new("persons", "监测对象", Control::Some(self.members.to_vec())),
                    Field::new("found", "发现日期", self.today()),
                    Field::proof("evidence", "认定材料"),
                ],
            ),
            Some(_) => Form::new(
                "watch.graded",
                "监测评级",
                vec![
                    self.own(),
                    Field::new("grade", "评级", Control::One(words_of!(Grade))),
                    Field::new("assessed", "入户日期", self.today()),
                    Field::proof("evidence", "评估表"),
                ],
            ),
        };
        vec![form]
    }

    fn watch_end(&self) -> Option<Form> {
        let watch = self.office.books.watches.open(self.household)?;
        let persons = watch.begun.persons.iter().map(|id| json!(id)).collect();
        let fields = vec![
            self.own(),
            Field::given("persons", Value::Array(persons)),
            Field::new("resolved", "认定日期", self.today()),
            Field::proof("evidence", "认定材料"),
        ];
        Some(Form::new("watch.ended", "风险消除", fields))
    }

    /// Goods of which something is left.
    fn handing_out(&self) -> Option<Form> {
        let lots = self.office.books.goods.lots.values().filter(|lot| lot.left > 0);
        let lots = lots.map(|lot| {
            let known = &lot.received;
            let shown = format!("{} {}，余{}{}", known.goods, known.name, lot.left, known.unit);
            (known.goods.to_string(), shown)
        });
        let lots: Vec<Choice> = lots.collect();
        if lots.is_empty() {
            return None;
        }
        let fields = vec![
            self.own(),
            Field::new("goods", "物资", Control::One(lots)),
            Field::new("quantity", "数量", Control::Whole(String::new())),
            self.one_member("person", "谁签收"),
            Field::new("date", "发放日期", self.today()),
            Field::proof("receipt", "签收单"),
        ];
        Some(Form::new("goods.handed_out", "发放物资", fields))
    }

    /// Who was found without papers, if this is such a person's household.
    fn found(&self) -> Option<PersonId> {
        let people = &self.office.books.people;
        let head = people.households.get(&self.household)?.head;
        people.found.contains_key(&head).then_some(head)
    }

    fn settling(&self) -> Option<Form> {
        let person = self.found()?;
        let found = self.office.books.people.found.get(&person)?;
        if found.settled.is_some() {
            return None;
        }
        let fields = vec![
            Field::given("person", person.to_string()),
            Field::new("how", "去向", Control::One(words_of!(Settlement))),
            Field::new("settled", "日期", self.today()),
            Field::proof("evidence", "交接凭证"),
        ];
        Some(Form::new("person.settled", "登记安置", fields))
    }

    fn identifying(&self) -> Option<Form> {
        let person = self.found()?;
        if self.office.books.people.persons.get(&person)?.same_as.is_some() {
            return None;
        }
        let fields = vec![
            Field::given("person", person.to_string()),
            Field::new("known", "查明的本人的身份证号（已登记人员）", Control::Person),
            Field::proof("evidence", "查明材料"),
        ];
        let form = Form::new("person.identified", "登记身份查明", fields);
        Some(form.noting("入账后两人在台账里是一个人，不能再分开。"))
    }

    /// The oldest alert; the next one comes up when it is answered.
    fn answer(&self, (person, year): (PersonId, i16)) -> Form {
        let cases = self.office.books.cases.applications.iter();
        let own = cases.filter(|(_, case)| case.filed.household == self.household);
        let own = own.map(|(id, case)| {
            (id.to_string(), format!("{} {}", case.filed.scheme, case.filed.filed))
        });
        let fields = vec![
            Field::given("person", person.to_string()),
            Field::given("year", year),
            Field::optional(
                "application",
                "由此受理的申请（没有就不选）",
                Control::One(own.collect()),
            ),
            Field::new("reason", "入户所见；不申请的写明理由（不写姓名）", Control::Text),
            Field::proof("evidence", "入户记录"),
        ];
        Form::new("alert.answered", "处置医疗预警", fields)
    }

    fn repeat(&self) -> Form {
        let year = self.office.clock.today().period().year();
        let fields = vec![
            self.own(),
            Field::new("scheme", "项目", Control::One(schemes(self.office.books))),
            Field::new("cause", "事由（与申请所写一致）", Control::Text),
            Field::new("year", "年度", Control::Whole(year.to_string())),
            Field::new("reason", "核准理由（不写姓名）", Control::Text),
            Field::proof("evidence", "核准材料"),
        ];
        Form::new("repeat.allowed", "核准同一事由再次救助", fields)
    }
}
