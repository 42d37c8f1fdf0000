use ledger::ids::BatchCode;
use ledger::money::Money;
use reconcile::profile::Profile;
use reconcile::text::{Encoding, decode};

use super::{Code, PaymentFile, PaymentFileProblem, PaymentFileTerms, PaymentLine, write};
use crate::sample::yuan;

fn profile(id: &str) -> Profile {
    Profile::built_in().into_iter().find(|profile| profile.id == id).unwrap()
}

/// The four payments of DOMAIN 1.5, numbered from `first`.
fn lines(first: u32) -> Vec<PaymentLine> {
    [
        ("张测试", "6228480000000000018", "404.00", "141130195603120019", "农行", "103100000026"),
        ("李样例", "6217000000000000020", "548.00", "141130194911050425", "建行", "105100000017"),
        ("王示范", "6222020000000000034", "2452.00", "141130198706231137", "工行", "102100099996"),
        ("欧阳测", "6217990000000000048", "100.00", "141130201204152089", "邮储", "403100000004"),
    ]
    .into_iter()
    .zip(first..)
    .map(|((name, account_no, amount, id_no, bank, number), line)| PaymentLine {
        reference: format!("DB240{line:07}").parse().unwrap(),
        account_no: account_no.to_owned(),
        name: name.to_owned(),
        payee: name.to_owned(),
        bank_name: bank.to_owned(),
        bank_number: number.to_owned(),
        amount: yuan(amount),
        id_no: Some(id_no.to_owned()),
    })
    .collect()
}

fn written(id: &str, lines: &[PaymentLine]) -> Result<PaymentFile, Vec<PaymentFileProblem>> {
    let batch: BatchCode = "DB240".parse().unwrap();
    let total = Money::total(lines.iter().map(|line| line.amount)).unwrap();
    let terms = PaymentFileTerms {
        batch: &batch,
        date: "2024-01-10".parse().unwrap(),
        unit: "1023",
        teller: "",
        attempt: 1,
        period: "2024-01".parse().unwrap(),
        stated: &[],
        count: u32::try_from(lines.len()).unwrap(),
        total,
    };
    write(&profile(id), &terms, lines)
}

/// As [`written`], with what the release states.
fn stated(id: &str, stated: &[(&str, &str)]) -> Result<PaymentFile, Vec<PaymentFileProblem>> {
    let batch: BatchCode = "DB240".parse().unwrap();
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    let stated: Vec<_> = stated.iter().map(owned).collect();
    let terms = PaymentFileTerms {
        batch: &batch,
        date: "2024-01-10".parse().unwrap(),
        unit: "",
        teller: "",
        attempt: 1,
        period: "2024-01".parse().unwrap(),
        stated: &stated,
        count: 4,
        total: yuan("3504.00"),
    };
    write(&profile(id), &terms, &lines(1_000_001))
}

fn refused(id: &str, change: impl Fn(&mut PaymentLine)) -> Vec<PaymentFileProblem> {
    let mut lines = lines(1);
    change(&mut lines[1]);
    written(id, &lines).unwrap_err()
}

fn codes(problems: &[PaymentFileProblem]) -> Vec<Code> {
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_rural_bank_gets_exactly_the_file_of_the_handbook() {
    let file = written("rcb-pipe-head", &lines(1)).unwrap();
    assert_eq!(
        decode(&file.bytes, Encoding::Gb18030).unwrap(),
        "JZ|01|20240110|1023|CNY|0|4|3504.00|\r\n\
         00000001|张测试|404.00|6228480000000000018|1023|1|141130195603120019|1|\r\n\
         00000002|李样例|548.00|6217000000000000020|1023|1|141130194911050425|1|\r\n\
         00000003|王示范|2452.00|6222020000000000034|1023|1|141130198706231137|1|\r\n\
         00000004|欧阳测|100.00|6217990000000000048|1023|1|141130201204152089|1|\r\n"
    );
    assert_eq!((file.count, file.total), (4, yuan("3504.00")));
    assert_eq!(file.file_name, "102320240110DB240.txt");
}

#[test]
fn the_icbc_gets_our_reference_in_its_remark_of_twelve_bytes() {
    let file = written("icbc-batch", &lines(1_000_001)).unwrap();
    assert_eq!(
        decode(&file.bytes, Encoding::Gb18030).unwrap(),
        "姓名,卡号,应处理金额,备注\r\n\
         张测试,6228480000000000018,404.00,DB2401000001\r\n\
         李样例,6217000000000000020,548.00,DB2401000002\r\n\
         王示范,6222020000000000034,2452.00,DB2401000003\r\n\
         欧阳测,6217990000000000048,100.00,DB2401000004\r\n"
    );
    assert_eq!(file.file_name, "DB240.csv");
}

#[test]
fn rare_names_are_written_and_count_their_bytes_in_the_banks_encoding() {
    let mut rare = lines(1);
    rare[0].name = "𠮷倈".to_owned();
    let file = written("rcb-pipe-head", &rare).unwrap();
    assert!(decode(&file.bytes, Encoding::Gb18030).unwrap().contains("|𠮷倈|404.00|"));

    let fits = |line: &mut PaymentLine| line.name = "长".repeat(31);
    let problems = refused("icbc-batch", fits);
    assert_eq!(codes(&problems), [Code::TooLong]);
    assert_eq!(problems[0].reference, Some("DB2400000002".parse().unwrap()));
    assert_eq!(problems[0].column, "姓名");
}

#[test]
fn a_separator_a_quote_or_a_line_break_inside_a_field_is_refused() {
    for name in ["李|样例", "李\"样例", "李\r\n样例", " 李样例"] {
        let problems = refused("rcb-pipe-head", |line| line.name = name.to_owned());
        assert_eq!(codes(&problems), [Code::IllegalCharacter], "{name:?}");
    }
    let problems = refused("icbc-batch", |line| line.name = "李,样例".to_owned());
    assert_eq!(codes(&problems), [Code::IllegalCharacter]);
}

#[test]
fn a_character_without_a_code_is_refused_not_replaced() {
    let problems = refused("icbc-batch", |line| line.name = "李\u{e5e5}".to_owned());
    assert_eq!(codes(&problems), [Code::Unmappable]);
    assert!(problems[0].to_string().contains("第2行（DB2400000002）"), "{}", problems[0]);
}

#[test]
fn a_hundred_million_yuan_in_one_line_is_above_the_banks_limit() {
    let problems = refused("icbc-batch", |line| line.amount = yuan("100000000.00"));
    assert_eq!(codes(&problems), [Code::AboveLimit]);
    let mut lines = lines(1);
    lines[1].amount = yuan("99999999.99");
    assert!(written("icbc-batch", &lines).is_ok());
}

#[test]
fn nothing_and_missing_fields_are_refused() {
    type Change = fn(&mut PaymentLine);
    let changes: [(Change, Code); 4] = [
        (|line| line.amount = Money::ZERO, Code::NotPositive),
        (|line| line.account_no = String::new(), Code::ValueMissing),
        (|line| line.account_no = "6217 0000".to_owned(), Code::AccountForm),
        (|line| line.name = String::new(), Code::ValueMissing),
    ];
    for (change, code) in changes {
        assert_eq!(codes(&refused("icbc-batch", change)), [code]);
    }
    // The rural bank asks for the identity card: kind and number.
    let problems = refused("rcb-pipe-head", |line| line.id_no = None);
    assert_eq!(codes(&problems), [Code::ValueMissing, Code::ValueMissing]);
}

#[test]
fn lines_that_are_not_what_was_approved_are_refused() {
    let batch: BatchCode = "DB240".parse().unwrap();
    let terms = PaymentFileTerms {
        batch: &batch,
        date: "2024-01-10".parse().unwrap(),
        unit: "1023",
        teller: "",
        attempt: 1,
        period: "2024-01".parse().unwrap(),
        stated: &[],
        count: 4,
        total: yuan("3504.00"),
    };
    let mut lines = lines(1);
    lines[3].amount = yuan("100.01");
    lines[2].reference = "DB2400000002".parse().unwrap();
    lines[0].reference = "DB2410000001".parse().unwrap();
    let found = codes(&write(&profile("icbc-batch"), &terms, &lines).unwrap_err());
    assert_eq!(found, [Code::WrongTotal, Code::OtherBatch, Code::Repeated]);
    let found = codes(&write(&profile("icbc-batch"), &terms, &[]).unwrap_err());
    assert_eq!(found, [Code::NoLines, Code::WrongCount, Code::WrongTotal]);
}

#[test]
fn a_statement_profile_writes_no_payment_file_and_a_wrong_unit_no_name() {
    let found = codes(&written("stmt-ccb", &lines(1)).unwrap_err());
    assert_eq!(found, [Code::LayoutUnusable]);
    let batch: BatchCode = "DB240".parse().unwrap();
    let terms = PaymentFileTerms {
        batch: &batch,
        date: "2024-01-10".parse().unwrap(),
        unit: "10",
        teller: "",
        attempt: 1,
        period: "2024-01".parse().unwrap(),
        stated: &[],
        count: 4,
        total: yuan("3504.00"),
    };
    let found = codes(&write(&profile("rcb-pipe-head"), &terms, &lines(1)).unwrap_err());
    assert!(found.contains(&Code::FileName) && found.contains(&Code::ValueMissing), "{found:?}");
}

#[test]
fn the_construction_bank_gets_exactly_the_file_of_the_handbook() {
    let mut file = stated("ccb-pipe", &[("摘要", "低保2401")]).unwrap();
    // The handbook numbers its four lines from 1; ours carry their numbers in the batch.
    let text = decode(&file.bytes, Encoding::Gb18030).unwrap().into_owned();
    let text: Vec<String> = (1..)
        .zip(text.lines())
        .map(|(n, row)| row.replacen(&format!("100000{n}|"), &format!("{n}|"), 1))
        .collect();
    assert_eq!(
        text,
        [
            "1|6228480000000000018|张测试|404.00|1|农行|103100000026||DB2401000001|低保2401||",
            "2|6217000000000000020|李样例|548.00|0||||DB2401000002|低保2401||",
            "3|6222020000000000034|王示范|2452.00|1|工行|102100099996||DB2401000003|低保2401||",
            "4|6217990000000000048|欧阳测|100.00|1|邮储|403100000004||DB2401000004|低保2401||",
        ]
    );
    assert!(file.bytes.split_off(file.bytes.len() - 2) == b"\r\n");
    assert_eq!(file.file_name, "DB240.txt");
}

#[test]
fn fixed_columns_are_filled_by_bytes_as_in_the_handbook() {
    let file = written("fixed-fen", &lines(1)).unwrap();
    let text = decode(&file.bytes, Encoding::Gb18030).unwrap();
    let rows: Vec<&str> = text.lines().collect();
    let name = |name: &str, blanks: usize| format!("{name}{}", " ".repeat(blanks));
    let row = |number: &str, account: &str, payee: String, fen: &str, reference: &str| {
        format!("{number}{}{payee}{fen}{}    ", name(account, 9), name(reference, 8))
    };
    assert_eq!(
        rows[0],
        row(
            "00000001",
            "6228480000000000018",
            name("张测试", 54),
            "000000000040400",
            "DB2400000001"
        )
    );
    assert_eq!(
        rows[2],
        row(
            "00000003",
            "6222020000000000034",
            name("王示范", 54),
            "000000000245200",
            "DB2400000003"
        )
    );
    assert_eq!(rows[4], "T00000004000000000000350400");
    assert!(file.bytes.split(|byte| *byte == b'\n').take(4).all(|row| row.len() == 135 + 1));
    let mut long = lines(1);
    long[0].name = "长".repeat(31);
    assert_eq!(codes(&written("fixed-fen", &long).unwrap_err()), [Code::TooLong]);
}

#[test]
fn the_paired_file_stands_in_ten_columns_of_blanks() {
    let file = written("gbk-pair", &lines(1)).unwrap();
    let text = decode(&file.bytes, Encoding::Gb18030).unwrap();
    let parts: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(
        parts,
        [
            "1",
            "6228480000000000018",
            "张测试",
            "404001",
            "141130195603120019",
            "20240110CNY",
            "0101",
            "DB2400000001"
        ]
    );
    assert_eq!(text.lines().last().unwrap().trim_end(), "合计             4              350400");
}

#[test]
fn the_treasury_gets_its_voucher_with_what_only_the_office_knows() {
    let known = [("区划", "141130000"), ("凭证号", "8207240110001"), ("原凭证号", "5201240110007")];
    let file = stated("mof-8207", &known).unwrap();
    let text = decode(&file.bytes, Encoding::Utf8).unwrap();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(
        rows[1],
        "<VoucherBody AdmDivCode=\"141130000\" StYear=\"2024\" VtCode=\"8207\" VoucherNo=\"8207240110001\"><Voucher>\
         <VouDate>20240110</VouDate><OriginalVtCode>5201</OriginalVtCode><OriginalVoucherNo>5201240110007</OriginalVoucherNo>\
         <PayTypeCode>11</PayTypeCode><SumAmt>3504.00</SumAmt><DetailList>"
    );
    assert_eq!(
        rows[2],
        "<Detail><Id>DB2401000001</Id><PayeeAcctNo>6228480000000000018</PayeeAcctNo><PayeeAcctName>张测试</PayeeAcctName>\
         <PayeeAcctBankName>农行</PayeeAcctBankName><PayAmt>404.00</PayAmt></Detail>"
    );
    assert_eq!(rows[6], "</DetailList></Voucher></VoucherBody>");

    let missing = stated("mof-8207", &known[..2]).unwrap_err();
    assert_eq!(codes(&missing), [Code::ValueMissing]);
    let misspelt =
        stated("mof-8207", &[known[0], known[1], known[2], ("原凭证", "x")]).unwrap_err();
    assert_eq!(codes(&misspelt), [Code::Unasked]);
    let many: Vec<_> = (1..=500).map(|_| lines(1).remove(0)).collect();
    assert!(codes(&written("mof-8207", &many).unwrap_err()).contains(&Code::TooManyRows));
}

#[test]
fn the_card_system_gets_every_column_of_the_handbook() {
    let known = [
        ("区划", "141130000"),
        ("支付凭证号", "5201240110007"),
        ("项目名称", "农村低保金"),
        ("项目代码", "P2081902"),
        ("街道(乡镇)名称", "测试镇"),
        ("村名称", "甲村"),
        ("按户或按人补助", "02"),
    ];
    let file = stated("ykt-detail", &known).unwrap();
    let text = decode(&file.bytes, Encoding::Gb18030).unwrap();
    assert_eq!(
        text.lines().take(2).collect::<Vec<_>>(),
        [
            "区划,支付凭证号,金额(元),项目名称,项目代码,收款账户名称,收款方账户,收款人开户银行,街道(乡镇)名称,村名称,证件号码,姓名,按户或按人补助,备注,发放月份",
            "141130000,5201240110007,404.00,农村低保金,P2081902,张测试,6228480000000000018,农行,测试镇,甲村,141130195603120019,张测试,02,,202401",
        ]
    );
}

#[test]
fn iso_20022_carries_batch_and_reference_as_its_identifiers() {
    let known = [
        ("发起单位", "测试县财政局"),
        ("付款单位", "测试县民政局"),
        ("付款账号", "14001000000000000018"),
        ("付款行号", "105100000017"),
    ];
    let file = stated("iso-pain", &known).unwrap();
    let text = decode(&file.bytes, Encoding::Utf8).unwrap();
    for part in [
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn><GrpHdr><MsgId>DB240</MsgId>\
         <CreDtTm>2024-01-10T00:00:00</CreDtTm><NbOfTxs>4</NbOfTxs><CtrlSum>3504.00</CtrlSum>",
        "<ReqdExctnDt><Dt>2024-01-10</Dt></ReqdExctnDt>",
        "<CdtTrfTxInf><PmtId><EndToEndId>DB2401000001</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"CNY\">404.00</InstdAmt></Amt>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
