use std::collections::BTreeMap;

use ledger::views::beside::BesideMonth;

use super::{BulletinHead, Comparison, Disclosure, Requirement, write};
use crate::document::NotWritten;
use crate::sample;
use crate::table::Standing;

fn head() -> BulletinHead {
    BulletinHead {
        issuer: "青山县民政局".to_owned(),
        number: "青民发〔2020〕12号".to_owned(),
        addressees: "各乡镇人民政府".to_owned(),
        basis: "《关于建立困难群众生活救助资金发放月通报制度的通知》".to_owned(),
        area: "全县".to_owned(),
        parts: "各乡镇".to_owned(),
        signed_on: "2020-11-05".parse().unwrap(),
        copies_to: "县财政局、县审计局、县纪委监委派驻纪检监察组".to_owned(),
        requirements: vec![Requirement {
            by: "2020-11-20".parse().unwrap(),
            text: "完成退汇核实和补发".to_owned(),
        }],
        report_by: "2020-11-25".parse().ok(),
        disclosure: Disclosure::Withheld,
        remarks: BTreeMap::from([("DB-R".parse().unwrap(), "标准4853元/人·年。".to_owned())]),
    }
}

fn text(comparison: Comparison<'_>, standing: Standing) -> String {
    let documents = write(&sample::month(), comparison, &head(), standing).unwrap();
    String::from_utf8(documents[0].bytes.clone()).unwrap()
}

#[test]
fn the_text_follows_the_skeleton_and_is_filled_from_the_month() {
    let before = sample::month_before();
    let text = text(Comparison { previous: Some(&before), last_year: None }, Standing::Closed);
    for part in [
        "> **送审稿**",
        "# 青山县民政局文件\n\n青民发〔2020〕12号",
        "# 关于2020年10月份全县困难群众生活救助资金发放情况的通报\n\n各乡镇人民政府：",
        "现将2020年10月份（截至10月31日，台账高度1234，数据指纹SHA-256:",
        "10月份，全县应发放520人次（260户、505人）、11.08万元，实际发放514人次、10.90万元，发放率98.37%，环比11.11%，同比—；\
         规定发放日前到账509人次，发放及时率97.88%。",
        "发放失败1笔、0.04万元，失败率0.38%；退汇1笔、0.04万元，退汇率0.39%",
        "累计下达资金131.00万元，累计到位120.00万元，到位率91.60%",
        "（二）农村低保。标准4853元/人·年。保障200户、460人，应发8.08万元，实发8.00万元，发放率99.00%，月人均应发175.65元",
        "（三）先行救助。本月先行救助2笔、0.30万元；月末未补办手续2笔，其中逾期1笔。",
        "## 三、各乡镇情况",
        "（一）退汇未及时处理：本月退汇中1笔、404.00元尚未补发",
        "（一）11月20日前完成退汇核实和补发。",
        "（二）整改情况于11月25日前书面报送。",
        "因四舍五入",
        "抄送：县财政局、县审计局、县纪委监委派驻纪检监察组。",
        "| 1 | 柳林镇 | 120 | 120 | 2.02 | 2.02 | 100.00% | 100.00% |",
        "| 1 | 石桥乡 |",
        "| 3 | 河口镇 |",
        "| 1 | D20A00000007 | DB-R | 2020-10-29 | 404.00 | 账户已销户 | — | 905 |",
        "| ZH-01 | 60,008.00 | 60,104.00 | 404.00 | 0.00 | 500.00 | 0.00 | 60,508.00 | 0.00 | 2 | 41 | 调节相符 |",
        "| 发放率 | 98.37% |  | 实发额÷应发额，按未舍入金额计算 | 2020-10-01至2020-10-31，台账高度1234 |",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("未月结"));
}

#[test]
fn a_month_that_is_not_closed_says_so_loudly_everywhere() {
    let documents =
        write(&sample::month(), Comparison::default(), &head(), Standing::Provisional).unwrap();
    let names: Vec<_> = documents.iter().map(|document| document.name.as_str()).collect();
    assert_eq!(names, ["通报-2020-10-未月结试算.md", "通报-2020-10-未月结试算.xlsx"]);
    let text = text(Comparison::default(), Standing::Provisional);
    assert!(text.contains("> **【未月结·试算：本月尚未月结"));
    // The opening and the origin line of each of the four tables.
    assert_eq!(text.matches("【未月结·试算").count(), 5);
}

#[test]
fn without_figures_to_compare_with_the_change_is_a_dash() {
    assert!(text(Comparison::default(), Standing::Closed).contains("环比—，同比—；"));
}

#[test]
fn what_stands_beside_the_money_has_its_paragraphs_and_is_in_no_sum() {
    let mut month = sample::month();
    month.beside = Some(BesideMonth {
        alerts_answered: 2,
        alerts_open: 1,
        flags_cleared: 1,
        flags_open: 3,
        flags_remedied: 1,
        flags_upheld: 2,
        flags_upheld_fen: sample::yuan("404.00"),
        goods_given_fen: sample::yuan("4288.00"),
        goods_on_hand_fen: sample::yuan("702.00"),
        rescued_found: 103,
        rescued_open: 3,
        rescued_settled: 100,
        watched_begun_households: 178,
        watched_begun_persons: 769,
        watched_ended_households: 170,
        watched_ended_persons: 719,
        watched_open_households: 8,
        watched_open_persons: 50,
    });
    let written = |month: &_| {
        let documents = write(month, Comparison::default(), &head(), Standing::Closed).unwrap();
        String::from_utf8(documents[0].bytes.clone()).unwrap()
    };
    let text = written(&month);
    for part in [
        "防返贫监测。累计纳入178户、769人，风险消除170户、719人，月末仍在监测8户、50人。",
        "流浪乞讨救助。累计发现103人，安置100人，未安置3人。",
        "医疗预警。已处置2件，未处置1件（每人每年一件）。",
        "实物救助。本月发放价值4,288.00元，月末结存价值702.00元（备查，不计入发放数）。",
        "问题线索。未认定3件，排除1件，属实待整改2件，整改办结1件；属实累计涉及404.00元。",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let overall = |text: &str| text.split("## 二、").next().map(str::to_owned).unwrap();
    let without_digest = |text: String| {
        let (before, after) = text.split_once("SHA-256:").unwrap();
        format!("{before}{}", after.split_once('）').unwrap().1)
    };
    let same =
        without_digest(overall(&text)) == without_digest(overall(&written(&sample::month())));
    assert!(same, "the money of the month is what it was");
}

#[test]
fn a_bulletin_is_the_same_bytes_every_time() {
    let before = sample::month_before();
    let made = || {
        let comparison = Comparison { previous: Some(&before), last_year: None };
        write(&sample::month(), comparison, &head(), Standing::Closed).unwrap()
    };
    assert_eq!(made(), made());
}

#[test]
fn nothing_undone_is_written_as_none() {
    let mut month = sample::month();
    month.returns.clear();
    month.advances.open.clear();
    month.accounts[0].items.retain(|item| item.days <= 30);
    month.batches.iter_mut().for_each(|batch| batch.in_transit.count = 0);
    let documents = write(&month, Comparison::default(), &head(), Standing::Closed).unwrap();
    let text = String::from_utf8(documents[0].bytes.clone()).unwrap();
    assert!(text.contains("## 四、存在问题\n\n　　无。"), "{text}");
}

#[test]
fn a_head_that_an_office_document_must_not_have_is_refused() {
    let write = |head: &BulletinHead| {
        write(&sample::month(), Comparison::default(), head, Standing::Closed).unwrap_err()
    };
    let bad = BulletinHead { number: "青民发[2020]012号".to_owned(), ..head() };
    assert!(matches!(write(&bad), NotWritten::DocumentNumber(_)));
    let bad = BulletinHead { signed_on: "2020-10-31".parse().unwrap(), ..head() };
    assert!(matches!(write(&bad), NotWritten::SignedTooEarly { .. }));
    let bad = BulletinHead { report_by: "2020-11-04".parse().ok(), ..head() };
    assert!(matches!(write(&bad), NotWritten::DeadlinePassed { .. }));
    let bad = BulletinHead { addressees: " ".to_owned(), ..head() };
    assert_eq!(write(&bad), NotWritten::TextMissing("主送机关"));
}

#[test]
fn the_wrong_month_is_never_compared_with() {
    let month = sample::month();
    let before = sample::month_before();
    for comparison in [
        Comparison { previous: Some(&month), last_year: None },
        Comparison { previous: None, last_year: Some(&before) },
    ] {
        let refused = write(&month, comparison, &head(), Standing::Closed).unwrap_err();
        assert!(matches!(refused, NotWritten::WrongComparison { .. }));
    }
}

#[test]
fn the_annex_of_returns_has_references_and_reasons_and_no_place_for_a_name() {
    let text = text(Comparison::default(), Standing::Closed);
    let (_, annex) = text.split_once("## 附件2").unwrap();
    let (annex, _) = annex.split_once("---\n\n## 附件3").unwrap();
    let head = annex.lines().find(|line| line.starts_with("| 序号")).unwrap();
    assert_eq!(
        head,
        "| 序号 | 支付引用 | 项目 | 退汇日 | 金额（元） | 原因 | 补发支付 | 台账条目 |"
    );
    assert!(annex.contains("不含姓名、证号、账号"));
}
