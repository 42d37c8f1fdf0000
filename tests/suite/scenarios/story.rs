//! How a scenario is told: a county with its officers, policies of its own, and the ways that money takes in it.

use ledger::act::payments::RosterKind;
use ledger::books::payments::{Payment, PaymentState};
use ledger::ids::{EntitlementId, FundCode, SchemeCode};
use ledger::line::RosterLine;
use ledger::period::Period;
use ledger::views::due;
use serde_json::{Value, json};
use tests::given::organisations::registration;
use tests::given::{County, Saying, bank, cases, given, paying, random_id};

/// What a story leaves behind.
pub struct Told {
    /// What is counted, and what the books say.
    pub figures: Vec<(String, String)>,
    /// What was refused, with code and words.
    pub refusals: Vec<(String, String, String)>,
}

/// A county while its story is told.
pub struct Story {
    /// The county as it stands.
    pub county: County,
    pub(super) told: Told,
    batches: u32,
}

/// Puts further fields into a body.
fn with(mut body: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (body.as_object_mut(), more) {
        fields.extend(more);
    }
    body
}

fn sum(lines: &[RosterLine]) -> i64 {
    lines.iter().map(|line| line.amount_fen.fen()).sum()
}

/// 元 as the books print them.
pub fn yuan(fen: i64) -> String {
    ledger::money::Money::from_fen(fen).to_string()
}

impl Story {
    /// A county with its units and officers and one programme account.
    pub fn begin() -> Story {
        let told = Told { figures: Vec::new(), refusals: Vec::new() };
        let mut story = Story { county: given("staffed"), told, batches: 0 };
        let opened = json!({
            "bank": "清河农商行", "code": "ZH-01", "number_commit": "#number", "opened": "2016-01-04",
        });
        story.say("keeper", "bank_account.opened", opened);
        story
    }

    /// The end of the story: whatever moved is on the bank's statements, and every month that money moved in closes.
    pub fn end(mut self) -> Told {
        let movements = self.county.ledger.books.bank.movements.values();
        let months = || movements.clone().map(|movement| movement.date.period());
        if let Some((first, last)) = months().min().zip(months().max()) {
            let closed = self.county.ledger.books.closings.last();
            let mut month = closed.map_or(first, Period::next);
            while month <= last {
                let days = (month.first_day().to_string(), month.last_day().to_string());
                self.close(&month.to_string(), (&days.0, &days.1));
                month = month.next();
            }
            let count = self.county.ledger.books.closings.closed.len();
            self.figure("与银行流水对账相符并月结", format!("{count}个月"));
        }
        self.told
    }

    /// What the books say about something.
    pub fn figure(&mut self, what: &str, value: impl Into<String>) {
        self.told.figures.push((what.to_owned(), value.into()));
    }

    /// Says what must be accepted; its name is its kind.
    pub fn say(&mut self, by: &str, kind: &str, body: Value) {
        self.county.must(kind, &Saying::new(by, kind, body));
    }

    /// Says what must be accepted and gives it a name.
    pub fn named(&mut self, name: &str, by: &str, kind: &str, body: Value) {
        self.county.must(name, &Saying::new(by, kind, body));
    }

    /// It is refused with that code; nothing at all changed.
    pub fn refused(&mut self, what: &str, saying: &Saying, code: &str) {
        let outcome = self.county.clone().when(saying);
        let Err(why) = &outcome.result else {
            panic!("{what}: accepted, though {code} was expected")
        };
        let text = why.to_string();
        outcome.refuses(code, &text);
        let shown = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() >= 32);
        let shown = shown.fold(text.clone(), |text, id| text.replace(id, "…"));
        self.told.refusals.push((what.to_owned(), code.to_owned(), shown));
    }

    /// A scheme with a short chain, paid in the month of its confirmation; `more` are further fields.
    pub fn scheme(&mut self, code: &str, name: &str, from: &str, more: Value) {
        let body = json!({
            "basis": "清民发〔2016〕8号", "chain": ["survey", "county_confirm"], "code": code,
            "from": from, "function_code": "2081901", "name": name, "notice_days": 0, "pay_day": 10,
            "pay_start": "same_month", "regularise_days": 10, "surveyors": 1, "unit": "MZJ",
        });
        self.say("policy", "scheme.set", with(body, more));
    }

    /// What sets a standard of the county.
    pub fn standard_saying(
        (scheme, category): (&str, &str),
        fen: i64,
        rule: &str,
        from: &str,
    ) -> Saying {
        Saying::new(
            "policy",
            "standard.set",
            json!({
                "amount_fen": fen, "area": "990101", "basis": "清政发〔2016〕3号", "category": category,
                "from": from, "rule": rule, "scheme": scheme,
            }),
        )
    }

    /// Sets a standard of the county.
    pub fn standard(&mut self, of: (&str, &str), fen: i64, rule: &str, from: &str) {
        self.county.must("standard.set", &Story::standard_saying(of, fen, rule, from));
    }

    /// A fund on the programme account.
    pub fn fund(&mut self, code: &str, kind: &str, purposes: &[&str]) {
        self.say(
            "keeper",
            "fund.opened",
            json!({
                "account": "ZH-01", "code": code, "kind": kind, "name": format!("资金{code}"),
                "purposes": purposes, "unit": "MZJ",
            }),
        );
    }

    /// Money of the budget: allotted and released.
    pub fn money(&mut self, fund: &str, fen: i64, day: &str, level: &str) {
        self.say("keeper", "fund.allotted", json!({
            "amount_fen": fen, "arrived": day, "direct": "none", "document_no": "清财社〔2020〕41号",
            "function_code": "2081901", "fund": fund, "level": level,
        }));
        self.say(
            "keeper",
            "fund.released",
            json!({
                "amount_fen": fen, "date": day, "fund": fund, "voucher_no": "拨",
            }),
        );
    }

    /// Households, each with its members; the first is the head and has an account. `village` says where they live.
    pub fn people(&mut self, village: &str, households: &[(u32, &[u32])]) {
        let mut saying =
            Saying::new("registrar", "people.registered", json!({ "source": "入户登记" }));
        for (household, members) in households {
            let head = members.first().copied().unwrap_or_default();
            saying = cases::with_household(saying, *household, village, members);
            saying = cases::with_account(saying, head);
        }
        self.county.must("people", &saying);
    }

    /// Organisation `n`, which may be paid.
    pub fn organisation(&mut self, n: u32, kind: &str, name: &str) {
        self.say("registrar", "organisation.registered", registration(n, kind, name));
    }

    /// The name of organisation `n`, as the books have it.
    pub fn organisation_name(&self, n: u32) -> String {
        let id = self.county.fill_text(&format!("$organisation{n}")).parse().unwrap();
        self.county.ledger.books.people.organisations[&id].name.clone()
    }

    /// The payments of a scheme that settled so far.
    pub fn settled(&self, scheme: &str) -> Vec<Payment> {
        let payments = &self.county.ledger.books.payments;
        let batches = payments.batches.iter().filter(|(_, batch)| batch.scheme.as_str() == scheme);
        let all = batches.flat_map(|(code, _)| payments.references(code));
        let settled =
            all.filter(|(reference, _)| payments.state(reference) == Some(PaymentState::Settled));
        settled.map(|(_, payment)| payment).collect()
    }

    /// What settled of a scheme so far, in fen.
    pub fn paid(&self, scheme: &str) -> i64 {
        self.settled(scheme).iter().map(|payment| payment.amount.fen()).sum()
    }

    /// The county's standard of a part in a month, in fen.
    pub fn standard_of(&self, (scheme, category): (&str, &str), month: &str) -> i64 {
        let policies = &self.county.ledger.books.policies;
        let area = "990101".parse().unwrap();
        let standard =
            policies.standard(&scheme.parse().unwrap(), category, &area, month.parse().unwrap());
        standard.expect("it is set").amount_fen.fen()
    }

    /// The lines that the books propose for a month.
    pub fn proposal(&self, scheme: &str, period: &str, funds: &[&str]) -> Vec<RosterLine> {
        let (scheme, period): (SchemeCode, Period) =
            (scheme.parse().unwrap(), period.parse().unwrap());
        let funds: Vec<FundCode> = funds.iter().map(|fund| fund.parse().unwrap()).collect();
        let books = &self.county.ledger.books;
        due::propose(books, &scheme, period, RosterKind::Regular, &funds).lines
    }

    /// A roster as it would be drawn of these lines.
    pub fn roster(&self, scheme: &str, period: &str, lines: &[RosterLine]) -> Saying {
        let batch = format!("S{:04}", self.batches + 1);
        let body = json!({ "batch": batch, "kind": "regular", "period": period, "scheme": scheme });
        let saying = Saying::new("maker", "roster.drawn", body);
        lines.iter().fold(saying, |saying, line| saying.line("roster", json!(line)))
    }

    /// A month of a scheme, all the way: roster, three agreements, payment file, and the bank credits everybody. Gives what
    /// the books then call settled more than before, in fen.
    pub fn pay(&mut self, scheme: &str, period: &str, funds: &[&str], day: &str) -> i64 {
        let lines = self.proposal(scheme, period, funds);
        self.pay_lines(scheme, period, &lines, day)
    }

    /// A roster with its three agreements; what would release its payment file, and its batch.
    pub fn ready(
        &mut self,
        scheme: &str,
        period: &str,
        lines: &[RosterLine],
        day: &str,
    ) -> (String, Saying) {
        let saying = self.roster(scheme, period, lines);
        self.batches += 1;
        let batch = format!("S{:04}", self.batches);
        self.county.must("roster", &saying);
        let agreed = json!({ "batch": batch, "root": "$roster.root", "roster": "$roster" });
        self.say("checker", "roster.checked", agreed.clone());
        self.say("finance", "roster.finance_reviewed", agreed.clone());
        let total = sum(lines);
        self.say("approver", "roster.approved", with(agreed, json!({ "total_fen": total })));
        let release = json!({
            "account": "ZH-01", "batch": batch, "count": lines.len(), "date": day,
            "file": format!("#file {batch}"), "file_name": format!("{batch}.csv"),
            "profile": "icbc-batch@1", "root": "$roster.root", "total_fen": total,
        });
        (batch, Saying::new("payer", "payment_file.released", release))
    }

    /// As [`Story::pay`], of given lines.
    pub fn pay_lines(
        &mut self,
        scheme: &str,
        period: &str,
        lines: &[RosterLine],
        day: &str,
    ) -> i64 {
        let before = self.paid(scheme);
        let (batch, release) = self.ready(scheme, period, lines, day);
        self.county.must("release", &release);
        let answered = Saying::new(
            "reconciler",
            "response.imported",
            json!({
                "batch": batch, "booked": day, "file": format!("#response {batch}"),
                "file_name": "回盘.csv", "profile": "icbc-batch@1",
            }),
        );
        let answered = (1..).zip(lines).fold(answered, |saying, (n, line)| {
            let reference = format!("{batch}{n:07}");
            let mut answer = bank::answer(&reference, line.amount_fen.fen(), "settled", None);
            answer["answered"] = json!(day);
            answer["row"] = json!(n);
            saying.line("response", answer)
        });
        self.county.must("response", &answered);
        self.paid(scheme) - before
    }

    /// The statement of a month, and its closing.
    pub fn close(&mut self, period: &str, (first, last): (&str, &str)) {
        let file = format!("statement {period}");
        let saying = bank::statement(&self.county.ledger.books, "ZH-01", (first, last), &[], &file);
        self.county.must("statement", &saying);
        let body = paying::closing(&self.county, period.parse().unwrap()).unwrap();
        self.say("accountant", "month.closed", body);
    }

    /// The same county, for what is only tried.
    pub fn aside(&self) -> Story {
        let told = Told { figures: Vec::new(), refusals: Vec::new() };
        Story { county: self.county.clone(), told, batches: self.batches }
    }
}

/// The id of an entitlement by its number.
pub fn entitlement(n: u32) -> EntitlementId {
    EntitlementId::from_bytes(random_id(&format!("entitlement{n}")))
}

/// One part of an amount.
pub fn part(label: &str, fen: i64) -> Value {
    json!({ "amount_fen": fen, "label": label })
}
