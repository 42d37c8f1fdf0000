//! The bulletin's text (DOMAIN 6.1): the skeleton of an office document, its figures taken from the list of indicators.

use std::collections::HashMap;

use super::indicators::{Indicator, ROUNDING};
use super::{Bulletin, shortcomings};
use crate::document::NotWritten;
use crate::table::{Cell, DRAFT, Provenance, Table, escaped};

/// The indicators by name, as the text quotes them.
struct Quoted<'a>(HashMap<&'a str, &'a Indicator>);

impl Quoted<'_> {
    /// The figure with its unit: `110.80万元`.
    ///
    /// # Panics
    /// If the text asks for a figure that the list does not have; a test asks for all of them.
    fn get(&self, name: &str) -> String {
        let indicator = self.0.get(name).unwrap_or_else(|| panic!("no indicator {name}"));
        if indicator.cell == Cell::Absent {
            return indicator.cell.shown();
        }
        format!("{}{}", indicator.cell.shown(), indicator.unit)
    }

    /// A flow: `1笔、0.04万元`.
    fn flow(&self, name: &str) -> String {
        format!("{}、{}", self.get(&format!("{name}笔数")), self.get(&format!("{name}额")))
    }
}

const INDENT: &str = "　　";

impl Bulletin<'_> {
    /// The text without its annexes.
    pub(super) fn text(
        &self,
        indicators: &[Indicator],
        origin: &Provenance,
    ) -> Result<String, NotWritten> {
        let quoted = Quoted(indicators.iter().map(|one| (one.name.as_str(), one)).collect());
        let mut parts = vec![self.opening(origin), self.overall(&quoted)];
        parts.push(self.schemes(&quoted));
        let (head, months) = (self.head, self.month.period.month());
        parts.push(format!(
            "## 三、{}情况\n\n{INDENT}{months}月份{}情况见附件1（按发放及时率排名，同率按退汇率升序，并列同名次）。",
            escaped(&head.parts),
            escaped(&head.parts)
        ));
        parts.push(self.shortcomings()?);
        parts.push(self.next_steps());
        parts.push(self.closing());
        Ok(parts.join("\n\n"))
    }

    fn opening(&self, origin: &Provenance) -> String {
        let head = self.head;
        let period = self.month.period;
        let warning = match self.standing.warning() {
            Some(warning) => format!(">\n> **【{warning}】**\n"),
            None => String::new(),
        };
        let last = period.last_day();
        format!(
            "> **{DRAFT}**（红头、版式和公章由机关公文系统出）\n{warning}\n# {issuer}文件\n\n{number}\n\n---\n\n# {title}\n\n\
             {addressees}：\n\n{INDENT}根据{basis}要求，现将{month}份（截至{last_month}月{last_day}日，台账高度{height}，\
             数据指纹SHA-256:{digest}）{area}困难群众生活救助资金发放情况通报如下：",
            issuer = escaped(&head.issuer),
            number = escaped(&head.number),
            title = escaped(&head.title(period)),
            addressees = escaped(&head.addressees),
            basis = escaped(&head.basis),
            month = period.to_chinese(),
            last_month = last.month(),
            last_day = last.day(),
            height = origin.height,
            digest = origin.digest,
            area = escaped(&head.area),
        )
    }

    fn overall(&self, quoted: &Quoted<'_>) -> String {
        let get = |name| quoted.get(name);
        let month = self.month.period.month();
        let paid = format!(
            "{month}月份，{area}应发放{}（{}、{}）、{}，实际发放{}、{}，发放率{}，环比{}，同比{}；规定发放日前到账{}，发放及时率{}。",
            get("应发人次"),
            get("应发户数"),
            get("应发人数"),
            get("应发额"),
            get("实发人次"),
            get("实发额"),
            get("发放率"),
            get("环比"),
            get("同比"),
            get("规定日前到账人次"),
            get("发放及时率"),
            area = escaped(&self.head.area),
        );
        let back = format!(
            "本月提交银行{}，发放失败{}，失败率{}；退汇{}，退汇率{}；补发到账{}；追回{}；月末在途{}。1月以来累计实发{}。",
            quoted.flow("提交"),
            quoted.flow("发放失败"),
            get("失败率"),
            quoted.flow("退汇"),
            get("退汇率"),
            quoted.flow("补发到账"),
            quoted.flow("追回"),
            quoted.flow("月末在途"),
            get("本年累计实发额"),
        );
        let money = format!(
            "累计下达资金{}，累计到位{}，到位率{}；本月到账{}，资金使用率{}，专户月末余额{}；打卡（社会化）发放率{}。",
            get("累计下达"),
            get("累计到位"),
            get("资金到位率"),
            get("本月到账"),
            get("资金使用率"),
            get("专户月末余额"),
            get("打卡发放率"),
        );
        format!(
            "## 一、总体情况\n\n{INDENT}{paid}\n\n{INDENT}{back}\n\n{INDENT}{money}\n\n\
             {INDENT}（注：{ROUNDING}人次不去重，人数、户数去重。各数口径与来源见文末“正文数字、口径与来源”。）"
        )
    }

    fn schemes(&self, quoted: &Quoted<'_>) -> String {
        let mut paragraphs = Vec::new();
        for scheme in &self.month.schemes {
            let name = format!("{}（{}）", scheme.name, scheme.code);
            let get = |figure: &str| quoted.get(&format!("{name}{figure}"));
            let remark = self.head.remarks.get(&scheme.code).map(|remark| escaped(remark));
            paragraphs.push(format!(
                "{}。{}保障{}、{}，应发{}，实发{}，发放率{}，月人均应发{}；1月以来累计实发{}。",
                escaped(&scheme.name),
                remark.unwrap_or_default(),
                get("保障户数"),
                get("保障人数"),
                get("应发额"),
                get("实发额"),
                get("发放率"),
                get("月人均"),
                get("本年累计"),
            ));
        }
        let get = |name| quoted.get(name);
        paragraphs.push(format!(
            "先行救助。本月先行救助{}；月末未补办手续{}，其中逾期{}。",
            quoted.flow("先行救助"),
            get("先行救助未补办"),
            get("先行救助逾期未补办"),
        ));
        paragraphs.push(format!(
            "防返贫保险。本月报案{}，赔付{}、{}，累计赔付{}，在办{}（保险人直付，外部资金，不计入发放数）。",
            get("保险报案"),
            get("保险赔付"),
            get("保险赔付额"),
            get("保险累计赔付额"),
            get("保险在办"),
        ));
        if self.month.beside.is_some() {
            paragraphs.extend(beside(quoted));
        }
        format!("## 二、分项情况\n\n{}", numbered(&paragraphs).join("\n\n"))
    }

    fn shortcomings(&self) -> Result<String, NotWritten> {
        let found = shortcomings::of(self.month).ok_or(NotWritten::Overflow)?;
        let paragraphs: Vec<_> =
            found.iter().map(|one| format!("{}：{}", one.heading, one.text)).collect();
        let body = if paragraphs.is_empty() {
            format!("{INDENT}无。")
        } else {
            numbered(&paragraphs).join("\n\n")
        };
        Ok(format!("## 四、存在问题\n\n{body}"))
    }

    fn next_steps(&self) -> String {
        let day = |date: ledger::period::Date| format!("{}月{}日前", date.month(), date.day());
        let mut paragraphs: Vec<_> = self
            .head
            .requirements
            .iter()
            .map(|requirement| format!("{}{}。", day(requirement.by), escaped(&requirement.text)))
            .collect();
        if let Some(report_by) = self.head.report_by {
            paragraphs.push(format!("整改情况于{}书面报送。", day(report_by)));
        }
        let body = if paragraphs.is_empty() {
            format!("{INDENT}无。")
        } else {
            numbered(&paragraphs).join("\n\n")
        };
        format!("## 五、下步要求\n\n{body}")
    }

    fn closing(&self) -> String {
        let head = self.head;
        let issuer = escaped(&head.issuer);
        let signed = head.signed_on.to_chinese();
        let copies = if head.copies_to.is_empty() {
            String::new()
        } else {
            format!("抄送：{}。\n\n", escaped(&head.copies_to))
        };
        format!(
            "{INDENT}附件：1.{parts}发放情况排名表  \n{INDENT}{INDENT}　2.退汇清单（脱敏）  \n{INDENT}{INDENT}　3.银行存款余额调节表汇总\n\n\
             <p align=\"right\">{issuer}　　<br>{signed}　　</p>\n\n（{disclosure}）\n\n---\n\n{copies}{issuer}办公室　　{signed}印发",
            parts = escaped(&head.parts),
            disclosure = head.disclosure.chinese(),
        )
    }
}

/// What stands beside the money, each in its own paragraph.
fn beside(quoted: &Quoted<'_>) -> [String; 5] {
    let get = |name| quoted.get(name);
    [
        format!(
            "防返贫监测。累计纳入{}、{}，风险消除{}、{}，月末仍在监测{}、{}。",
            get("监测纳入户数"),
            get("监测纳入人数"),
            get("监测消除户数"),
            get("监测消除人数"),
            get("在监测户数"),
            get("在监测人数"),
        ),
        format!(
            "流浪乞讨救助。累计发现{}，安置{}，未安置{}。",
            get("求助人员发现"),
            get("求助人员安置"),
            get("求助人员未安置"),
        ),
        format!(
            "医疗预警。已处置{}，未处置{}（每人每年一件）。",
            get("医疗预警已处置"),
            get("医疗预警未处置"),
        ),
        format!(
            "实物救助。本月发放价值{}，月末结存价值{}（备查，不计入发放数）。",
            get("实物发放价值"),
            get("实物结存价值"),
        ),
        format!(
            "问题线索。未认定{}，排除{}，属实待整改{}，整改办结{}；属实累计涉及{}。",
            get("疑点未认定"),
            get("疑点排除"),
            get("疑点属实待整改"),
            get("疑点整改办结"),
            get("疑点属实涉及额"),
        ),
    ]
}

/// The text, then the annexes, then the list of figures.
pub(super) fn with_annexes(text: String, figures: &Table, annexes: &[Table]) -> String {
    let mut whole = text;
    for table in annexes.iter().chain([figures]) {
        whole.push_str("\n\n---\n\n");
        whole.push_str(table.to_markdown(2).trim_end());
    }
    whole.push('\n');
    whole
}

/// Paragraphs with （一）, （二） … before them.
fn numbered(paragraphs: &[String]) -> Vec<String> {
    (1_usize..)
        .zip(paragraphs)
        .map(|(n, text)| format!("{INDENT}（{}）{text}", ordinal(n)))
        .collect()
}

/// Chinese numbers from 一 to 九十九, as headings carry them; larger ones in digits.
fn ordinal(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |number: usize| DIGITS.get(number).copied().unwrap_or_default();
    match (number / 10, number % 10) {
        (0, ones) => digit(ones).to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens @ 2..=9, ones) => format!("{}十{}", digit(tens), digit(ones)),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::ordinal;

    #[test]
    fn headings_count_in_chinese() {
        let words: Vec<_> = [1, 9, 10, 11, 20, 21, 99, 100].map(ordinal).into();
        assert_eq!(words, ["一", "九", "十", "十一", "二十", "二十一", "九十九", "100"]);
    }
}
