//! Whether the keys of one layout fit together.

use std::collections::BTreeSet;

use super::{Fault, Step};
use crate::names::heading_key;
use crate::profile::{
    BankStatus, Container, Direction, Field, Header, Kind, Layout, Position, Role, StatusRule,
};

/// No column of any bank is wider, in bytes or digits; what is written is filled to its width.
const WIDEST: usize = 1000;

/// The faults of one layout, each with its place within it.
pub(super) fn faults(layout: &Layout) -> Vec<Fault> {
    let mut check = Check { layout, faults: Vec::new() };
    check.containers();
    check.header();
    check.columns();
    check.totals();
    check.statuses();
    check.direction();
    check.faults
}

struct Check<'a> {
    layout: &'a Layout,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn need(&mut self, holds: bool, at: &[Step], wanted: &str) {
        if !holds {
            let (at, wanted) = (at.to_vec(), wanted.to_owned());
            self.faults.push(Fault { at, found: String::new(), wanted });
        }
    }

    fn has(&self, container: Container) -> bool {
        self.layout.containers.contains(&container)
    }

    fn is_tree(&self) -> bool {
        self.layout.containers.iter().any(|container| container.is_tree())
    }

    fn containers(&mut self) {
        let layout = self.layout;
        let at = [Step::Key("containers")];
        self.need(!layout.containers.is_empty(), &at, "至少一种容器");
        let alone = layout.containers.len() == 1;
        let lonely = self.has(Container::Fixed) || self.is_tree();
        self.need(!lonely || alone, &at, "fixed、xml、mt940 单独一种，不与其他容器合用");
        let own = |container: &Container| container.is_sheet() || container.is_tree();
        let is_text = layout.containers.iter().any(|container| !own(container));
        let encodings = [Step::Key("encodings")];
        self.need(!is_text || !layout.encodings.is_empty(), &encodings, "文本容器要写明 encodings");
        let separator = [Step::Key("separator")];
        let is_delimited = self.has(Container::Delimited);
        self.need(
            is_delimited == layout.separator.is_some(),
            &separator,
            "delimited 要写明 separator，其他容器没有",
        );
        self.need(
            layout.separator.is_none_or(may_separate),
            &separator,
            "双引号、字母、数字、空格、换行以外的ASCII字符",
        );
        let records = [Step::Key("records")];
        let names = layout.records.is_some();
        self.need(self.has(Container::Xml) == names, &records, "xml 要写明 records，其他容器没有");
    }

    fn header(&mut self) {
        let layout = self.layout;
        let at = [Step::Key("header")];
        let by_place = layout.header == Header::None;
        let text = [Container::Delimited, Container::Fixed];
        let is_text = layout.containers.iter().all(|container| text.contains(container));
        self.need(!by_place || is_text, &at, "没有表头（none）的只能是 delimited 或 fixed");
        self.need(by_place || !self.has(Container::Fixed), &at, "fixed 的 header 为 none");
        let by_path = layout.header == Header::Paths;
        self.need(by_path == self.is_tree(), &at, "xml、mt940 为 paths，其他容器不是");
        let named = layout.fields.iter().enumerate();
        for (index, field) in named.filter(|(_, field)| field.titles.is_empty()) {
            self.need(
                by_place,
                &of_field(index, "titles"),
                "有表头的格式，每个 field 都要有 titles",
            );
            let stated = field.role != Role::Stated || field.label.is_some();
            self.need(stated, &of_field(index, "label"), "没有表头的 stated 要有 label");
        }
    }

    fn columns(&mut self) {
        let layout = self.layout;
        let mut titles = BTreeSet::new();
        let mut roles = BTreeSet::new();
        for (index, field) in layout.fields.iter().enumerate() {
            for title in &field.titles {
                let is_new = titles.insert(heading_key(title).into_owned());
                self.need(is_new, &of_field(index, "titles"), "每个列名只属于一个 field");
            }
            let is_new = field.role.may_repeat() || roles.insert(field.role);
            self.need(is_new, &of_field(index, "role"), "同一 role 只出现一次");
            self.field(field, &|key| of_field(index, key));
        }
    }

    /// What holds of every field, of lines and of totals.
    fn field(&mut self, field: &Field, at: &dyn Fn(&'static str) -> Vec<Step>) {
        let is_constant = field.role == Role::Constant;
        self.need(!is_constant || field.value.is_some(), &at("value"), "constant 写明 value");
        let money = matches!(field.kind, Kind::Yuan | Kind::Fen);
        let wanted = if field.role.is_money() {
            "金额列为 yuan 或 fen"
        } else {
            "只有金额列为 yuan 或 fen"
        };
        self.need(money == field.role.is_money(), &at("kind"), wanted);
        let is_day = field.role == Role::Date;
        let is_date = matches!(field.kind, Kind::Date | Kind::Isodate);
        self.need(!is_day || is_date, &at("kind"), "日期列为 date 或 isodate");
        self.need(!field.negative || money, &at("negative"), "只用于金额列");
        let is_fixed = self.has(Container::Fixed);
        let bytes = field.bytes.filter(|bytes| *bytes > 0);
        self.need(
            is_fixed == bytes.is_some(),
            &at("bytes"),
            "fixed 的每列写明占几个字节，其他容器没有",
        );
        let small = |count: Option<usize>| count.is_none_or(|count| count <= WIDEST);
        self.need(small(field.bytes), &at("bytes"), "不超过1000");
        self.need(small(field.width), &at("width"), "不超过1000");
        let pad = field.pad.is_none_or(|pad| pad == ' ' || pad == '0');
        self.need(pad, &at("pad"), "空格或0");
    }

    fn totals(&mut self) {
        let Some(totals) = &self.layout.totals else { return };
        let at = |key| vec![Step::Key("totals"), Step::Key(key)];
        let place = |index: usize, key| {
            vec![Step::Key("totals"), Step::Key("field"), Step::Nth(index), Step::Key(key)]
        };
        let states = |role| totals.fields.iter().any(|field| field.role == role);
        let in_head = totals.position == Position::Head;
        self.need(in_head == self.is_tree(), &at("position"), "xml、mt940 为 head，其他容器不是");
        let sums = in_head || (states(Role::Count) && states(Role::Total));
        self.need(sums, &at("field"), "totals 有 count 和 total");
        let is_last = totals.position == Position::Last;
        self.need(
            !is_last || totals.marker.is_some(),
            &at("marker"),
            "在末行的 totals 写明 marker",
        );
        let is_first = totals.position == Position::First;
        let by_place = self.layout.header == Header::None;
        self.need(!is_first || by_place, &at("position"), "有表头的格式，totals 只能在末行");
        for (index, field) in totals.fields.iter().enumerate() {
            self.need(
                !in_head || !field.titles.is_empty(),
                &place(index, "titles"),
                "每项写明路径",
            );
            self.field(field, &|key| place(index, key));
        }
    }

    fn statuses(&mut self) {
        for (index, rule) in self.layout.statuses.iter().enumerate() {
            let at = [Step::Key("status"), Step::Nth(index), Step::Key("is")];
            let says = says_something(rule);
            self.need(says, &at, "写明 words、contains、starts、empty、filled 之一");
            self.own_words(index, rule);
        }
    }

    /// The first rule that says a word decides it: no other rule may say it before, with another meaning.
    fn own_words(&mut self, index: usize, rule: &StatusRule) {
        let layout = self.layout;
        let lists =
            [("words", &rule.words), ("contains", &rule.contains), ("starts", &rule.starts)];
        for (key, words) in lists {
            let at = [Step::Key("status"), Step::Nth(index), Step::Key(key)];
            self.need(words.iter().all(|word| !word.trim().is_empty()), &at, "每个词不为空");
            for word in words {
                let hides = |other: &&StatusRule| {
                    other.is != rule.is
                        && (other.settled.is_none() || other.settled == rule.settled)
                        && other.says(word)
                };
                if let Some(other) = layout.statuses.iter().take(index).find(hides) {
                    let earlier = other.is.word();
                    let wanted =
                        format!("“{word}”不被前面的 {earlier} 规则先认去：把更窄的规则写在前面");
                    self.need(false, &at, &wanted);
                }
            }
        }
    }

    fn direction(&mut self) {
        let layout = self.layout;
        let has = |role| layout.field(role).is_some() || layout.total(role).is_some();
        let payee = has(Role::Account) && has(Role::Name) && has(Role::Amount);
        let at = [Step::Key("direction")];
        let one_key = !(has(Role::Reference) && has(Role::Number));
        match layout.direction {
            Direction::Request => {
                self.need(payee, &at, "报盘有账号、户名和金额列");
                self.written();
            }
            Direction::Reply => {
                self.need(payee, &at, "回盘有账号、户名和金额列");
                let by_status = has(Role::Status) && !layout.statuses.is_empty();
                let once = layout.every_line.is_some() != by_status;
                self.need(once, &at, "status 列加 status 规则，或者 every_line，恰好有一样");
                let whole = layout.every_line != Some(BankStatus::Partial);
                self.need(whole, &[Step::Key("every_line")], "不是 partial");
                self.need(one_key, &at, "reference 与 number 只有一个");
            }
            Direction::Refund => {
                let known = payee || (has(Role::Reference) && has(Role::Amount));
                self.need(known, &at, "退汇通知有账号、户名和金额列，或者行引用和金额列");
                self.need(has(Role::Reason), &at, "退汇通知有原因列");
                self.need(one_key, &at, "reference 与 number 只有一个");
            }
            Direction::Statement => {
                let both = has(Role::Debit) && has(Role::Credit);
                let signed = has(Role::Amount) && has(Role::Sense);
                self.need(has(Role::Date), &at, "流水有日期列");
                self.need(both != signed, &at, "流水有借方和贷方列，或者 amount 和 sense 列");
                let ends = has(Role::Opening) && has(Role::Closing);
                self.need(has(Role::Balance) || ends, &at, "流水有余额列，或者期初和期末余额");
            }
        }
    }
}

impl Check<'_> {
    /// A payment file with a name is written by this program, in its first container; that is text.
    fn written(&mut self) {
        let layout = self.layout;
        if layout.file_name.is_none() {
            return;
        }
        let written = [Container::Delimited, Container::Fixed, Container::Xml];
        let first = layout.containers.first();
        let wanted = "有 file_name 的报盘由本程序写出，第一种容器是 delimited、fixed 或 xml；只用来辨认的不写 file_name";
        self.need(
            first.is_none_or(|first| written.contains(first)),
            &[Step::Key("containers")],
            wanted,
        );
        let carries =
            layout.field(Role::Reference).is_some() || layout.field(Role::Number).is_some();
        let wanted = "报盘有 reference 或 number 列，或写明 without_reference = true";
        self.need(carries || layout.without_reference, &[Step::Key("field")], wanted);
    }
}

fn of_field(index: usize, key: &'static str) -> Vec<Step> {
    vec![Step::Key("field"), Step::Nth(index), Step::Key(key)]
}

/// What can stand between cells: nothing that cells are made of, and no line end.
fn may_separate(letter: char) -> bool {
    letter == '\t' || (letter.is_ascii_punctuation() && !matches!(letter, '"' | '.' | '-'))
}

fn says_something(rule: &StatusRule) -> bool {
    let words = rule.words.iter().chain(&rule.contains).chain(&rule.starts).count();
    words > 0 || rule.empty || rule.filled
}
