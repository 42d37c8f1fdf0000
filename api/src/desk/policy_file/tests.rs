//! A policy file read to the fen, and refused with words.

use std::path::Path;

use ledger::act::policies::{ExclusionSet, Span, Strictness};
use ledger::act::{Act, Body, Seen};
use ledger::books::{Books, Statement};
use ledger::ids::{ActId, KeyId, OfficerId, Seq};

use super::{news, of_books, read};

const FILE: &str = r#"
    ["项目"]
    "代码" = "JG"
    "名称" = "价格临时补贴"
    "依据" = "发改价格〔2021〕1553号"
    "自" = "2020-10"
    "责任单位" = "MZJ"
    "功能科目" = "2081902"
    "环节" = ["入户调查", "县级确认"]
    "调查人数" = 1
    "起发" = "当月起"
    "发放日" = 20
    "发放月数" = 1
    "次数" = { "最多" = 1, "期间" = "月" }
    "须在册" = ["DB-R", "TK-S"]
    "启动" = { "居民消费价格" = "3.5%", "食品价格" = "6%", "工作日" = 20 }

    [["标准"]]
    "分项" = "价格补贴"
    "地区" = "141199"
    "金额" = "23.00"
    "方式" = "定额"
    "依据" = "发改价格〔2021〕1553号"
"#;

#[test]
fn a_file_is_read_into_its_acts_to_the_fen_and_the_hundredth_of_a_percent() {
    let acts = read(Path::new("JG.toml"), FILE).unwrap();
    let [Body::SchemeSet(scheme), Body::StandardSet(standard)] = acts.as_slice() else {
        panic!("{acts:?}")
    };
    let trigger = scheme.trigger.as_ref().unwrap();
    assert_eq!((trigger.cpi_bp, trigger.food_bp, trigger.days), (350, 600, 20));
    assert_eq!(scheme.limit.as_ref().map(|limit| (limit.count, limit.per)), Some((1, Span::Month)));
    assert_eq!((standard.amount_fen.fen(), standard.from), (2_300, scheme.from));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_is_expected() {
    let said = |from: &str, to: &str| {
        let wrong = read(Path::new("JG.toml"), &FILE.replacen(from, to, 1));
        wrong.expect_err("it is wrong").to_string()
    };
    assert!(said("定额", "固定").contains("方式“固定”不认识，应为：定额、不超过、按量"));
    assert!(said("3.5%", "3.5").contains("涨幅“3.5”应写成“3.5%”这样"));
    assert!(said("23.00", "23.001").contains("标准“价格补贴”的金额：“23.001”不是金额"));
    assert!(said("\"发放日\" = 20", "\"发放日\" = 20\n\"发放时\" = 1").contains("发放时"));
    assert!(said("\"代码\"", "代码").contains("要加英文双引号"));
    assert!(said("= \"JG\"", "= \"J G\"").contains("第3行"));
    assert!(said("\"价格补贴\"", "\"价格补贴 \"").contains("前后有空格"));
    let twice = format!("{FILE}{}", FILE.get(FILE.find("[[").unwrap()..).unwrap());
    let wrong = read(Path::new("JG.toml"), &twice.replacen("23.00", "24.00", 1));
    assert!(wrong.unwrap_err().to_string().contains("自2020-10）写了2次"));
    let long = format!("# {}\n\"代码", "长".repeat(5000));
    assert!(read(Path::new("JG.toml"), &long).unwrap_err().to_string().chars().count() < 300);
}

#[test]
fn two_words_on_one_pair_from_one_month_on_are_refused() {
    let pair = |effect: &str, from: &str| {
        format!(
            "\n[[\"互斥\"]]\n\"项目\" = \"DB\"\n\"处理\" = \"{effect}\"\n\"依据\" = \"文\"\n{from}"
        )
    };
    let text = |second: String| format!("{FILE}{}{second}", pair("阻止", ""));
    let wrong = read(Path::new("JG.toml"), &text(pair("不再互斥", "\"自\" = \"2020-10\"\n")));
    let said = wrong.expect_err("they contradict each other").to_string();
    assert!(said.contains("互斥项目DB自2020-10起写了两次"), "{said}");
    // Later is not a contradiction.
    let later = read(Path::new("JG.toml"), &text(pair("不再互斥", "\"自\" = \"2021-01\"\n")));
    assert_eq!(later.unwrap().len(), 4);
}

#[test]
fn a_file_that_the_books_write_says_nothing_new_to_them_whatever_was_corrected_and_by_whom() {
    let mut books = Books::default();
    let say = |books: &mut Books, body: &Body| {
        let act = Act {
            body: body.clone(),
            key: KeyId::from_bytes([0; 16]),
            prev: ActId::ZERO,
            seen: Seen::nothing(),
            seq: 1,
            time: String::new(),
        };
        let officer = OfficerId::from_bytes([0; 16]);
        let at = Seq(books.height);
        books.evolve(&Statement { id: ActId::ZERO, at, officer, act: &act, lines: &[] });
    };
    let other = FILE.replace("\"JG\"", "\"DB-R\"");
    for text in [FILE, &other] {
        let acts = read(Path::new("x.toml"), text).unwrap();
        for body in &acts {
            say(&mut books, body);
        }
    }
    let pair = |one: &str, other: &str, from: &str, effect| {
        let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
        let (basis, from) = ("依据".to_owned(), from.parse().unwrap());
        Body::ExclusionSet(ExclusionSet { basis, effect, from, one, other })
    };
    let words = [
        pair("JG", "DB-R", "2020-10", None),
        pair("DB-R", "JG", "2020-11", Some(Strictness::Lifted)),
        pair("JG", "DB-R", "2021-03", None),
        pair("JG", "DB-R", "2021-03", Some(Strictness::Warned)),
        pair("DB-R", "JG", "2021-04", None),
        pair("JG", "DB-R", "2021-04", Some(Strictness::Warned)),
    ];
    for body in &words {
        say(&mut books, body);
    }
    let mut pairs = 0;
    for code in ["JG", "DB-R"] {
        for month in ["2020-10", "2020-12", "2021-04"] {
            let text = of_books(&books, &code.parse().unwrap(), month.parse().unwrap());
            let text = text.unwrap().unwrap();
            let acts = read(Path::new("own.toml"), &text).unwrap();
            pairs += acts.iter().filter(|act| matches!(act, Body::ExclusionSet(_))).count();
            assert_eq!(news(&books, acts), [], "{code} {month}: {text}");
        }
    }
    assert_eq!(pairs, 8, "each word that still counts, once a month in which it does");
}
