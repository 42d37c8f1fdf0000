//! Every command as a script calls it: exit code 0, 1, 2 or 3, and with `--json` one JSON document and nothing else.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use tests::program::Ended;
use tests::village::{ORIGIN, Village};

use super::program;

/// A village, and a folder beside it for what commands write.
pub(super) struct Place {
    folder: TempDir,
    pub(super) dir: PathBuf,
}

impl Place {
    pub(super) fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("ledger");
        drop(Village::played(&dir, ORIGIN, 1));
        Place { folder, dir }
    }

    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn key(&self, post: &str) -> PathBuf {
        self.dir.join(format!("keys/{post}.pem"))
    }

    /// Runs a command written as one line; `DIR`, `OUT` and `KEY:post` stand for paths, a quoted text for itself.
    pub(super) fn run(&self, line: &str) -> Ended {
        let argument = |word: &str| match word.split_once(':') {
            Some(("KEY", post)) => self.key(post).display().to_string(),
            Some(("OUT", name)) => self.beside(name).display().to_string(),
            Some(("DIR", name)) => self.dir.join(name).display().to_string(),
            _ if word == "DIR" => self.dir.display().to_string(),
            _ => word.to_owned(),
        };
        program().run(line.split_whitespace().map(argument))
    }
}

/// Ends with that code, and prints one document that says so and has these fields.
pub(super) fn holds(place: &Place, line: &str, code: i32, fields: &[&str]) -> Value {
    let ended = place.run(&format!("{line} --json"));
    assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    let document = ended.json();
    assert_eq!(document["ok"], code == 0, "{line}: {document}");
    for field in fields {
        assert!(!document[*field].is_null(), "{line}: no {field} in {document}");
    }
    if code != 0 && document["first_divergence"].is_null() {
        for field in ["code", "text"] {
            let said = document["error"][field].as_str().unwrap_or_default();
            assert!(!said.is_empty(), "{line}: no {field} in {document}");
        }
    }
    document
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

#[test]
fn what_succeeds_ends_with_0_and_prints_its_document() {
    let place = Place::new();
    let unit = r#"{"kind":"unit.registered","body":{"name":"试验","side":"office","unit":"SYDW"}}"#;
    write(&place.beside("act.json"), unit);
    let people = "户号,村区划,姓名,身份证号,电话,账号,开户银行,户名\n";
    write(&place.beside("people.csv"), people);
    let fields: &[(&str, &[&str])] = &[
        ("verify DIR", &["size", "root", "acts", "lines"]),
        ("replay --dir DIR", &["height", "balances", "closed"]),
        ("replay --dir DIR --at 100", &["height", "balances"]),
        ("profiles list", &["profiles"]),
        ("act --kinds", &["kinds"]),
        ("act --dir DIR --key KEY:系统管理员 OUT:act.json", &["id", "seq"]),
        ("keygen --no-passphrase --out OUT:new.pem", &["key", "file"]),
        ("roster agree --dir DIR --key KEY:造册复核 --batch T20B0", &["stage", "count", "seq"]),
        ("roster agree --dir DIR --key KEY:社会保障股审核 --batch T20B0", &["stage"]),
        ("roster agree --dir DIR --key KEY:局长 --batch T20B0", &["stage", "total_fen"]),
        (
            "pay --dir DIR --key KEY:国库支付经办 --batch T20B0 --account ZH-01 --profile icbc-batch --date 2020-11-10",
            &["seq", "file", "count", "total_fen"],
        ),
        ("bulletin --dir DIR --period 2020-10 --out OUT:draft", &["files", "period"]),
        ("export tiles --dir DIR --out OUT:tiles", &["size", "root", "files"]),
        ("export pack --dir DIR --out OUT:pack", &["size", "root"]),
        ("export journal --dir DIR --out OUT:journal", &["files"]),
        ("export table --dir DIR --out OUT:payments.csv", &["file", "height"]),
        ("verify OUT:tiles --trust DIR:trust", &["size", "root", "acts", "lines"]),
        ("verify OUT:pack --trust DIR:trust", &["size", "root"]),
        ("verify DIR --trust DIR:trust --known OUT:tiles/checkpoint", &["size"]),
    ];
    for (line, fields) in fields {
        holds(&place, line, 0, fields);
    }
    let name = "minzheng.example/doudi";
    let ids = api::demo::county::County::generate(7).officers;
    let (admin, inspector) = (&ids[0].id_no, &ids[1].id_no);
    let init = format!(
        "init --dir OUT:founded --origin {name} --county 141199 --office 样例县民政局 \
         --admin-name 样甲 --admin-id {admin} \
         --inspection 样例县纪委监委 --inspector-name 样乙 --inspector-id {inspector}"
    );
    assert_eq!(holds(&place, &init, 0, &["dir", "size", "root"])["origin"], name);
    holds(&place, "verify OUT:founded", 0, &["size"]);
}

#[test]
fn a_no_of_the_books_or_of_a_file_ends_with_1() {
    let place = Place::new();
    let unit = r#"{"kind":"unit.registered","body":{"name":"试验","side":"office","unit":"SYDW"}}"#;
    write(&place.beside("act.json"), unit);
    write(&place.beside("nonsense.csv"), "这不是任何银行的文件\n");
    let people = "户号,村区划,姓名,身份证号,电话,账号,开户银行,户名\n1,141199001001,样子,123,,,,\n";
    write(&place.beside("people.csv"), people);
    let code = |line: &str, code: &str| {
        let document = holds(&place, line, 1, &[]);
        let error = &document["error"];
        let found = error["code"].as_str().or(document["first_divergence"]["code"].as_str());
        assert_eq!(found, Some(code), "{line}: {document}");
    };
    code("act --dir DIR --key KEY:造册经办 OUT:act.json", "authority.role_missing");
    code("roster agree --dir DIR --key KEY:造册复核 --batch T20X0", "roster.unknown");
    code(
        "pay --dir DIR --key KEY:国库支付经办 --batch T20B0 --account ZH-01 --profile icbc-batch",
        "roster.out_of_order",
    );
    code("close --dir DIR --key KEY:会计 --period 2020-10", "period.closed");
    code(
        "show person --dir DIR --key KEY:造册经办 --id-no 11010519491231002X",
        "person.not_registered",
    );
    for what in ["returns", "statement --from 2020-10-01 --until 2020-10-31"] {
        let key = "--key KEY:国库支付复核 OUT:nonsense.csv";
        code(&format!("import {what} --dir DIR --account ZH-99 {key}"), "bank_account.unknown");
    }
    let gb18030 = b"# a\n\"\xb4\xfa\xc2\xeb\" = 1\n";
    for name in ["gb.toml", "gb.json"] {
        std::fs::write(place.beside(name), gb18030).unwrap();
        code(&format!("act --dir DIR --key KEY:会计 OUT:{name}"), "file.encoding");
    }
    code("profiles check OUT:gb.toml", "file.encoding");
    let november = holds(&place, "close --dir DIR --period 2020-11 --dry-run", 1, &["table"]);
    assert_eq!(november["obstacles"][0]["code"], "close.statement_missing", "{november}");
    for what in ["response", "returns --account ZH-01"] {
        let line = format!("import {what} --dir DIR --key KEY:国库支付复核 OUT:nonsense.csv");
        let document = holds(&place, &line, 1, &[]);
        assert!(!document["error"]["problems"].as_array().unwrap().is_empty(), "{document}");
    }
    let document =
        holds(&place, "import people --dir DIR --key KEY:账户维护 OUT:people.csv", 1, &[]);
    assert_eq!(document["error"]["problems"][0]["row"], 2, "{document}");
    holds(&place, "profiles try OUT:nonsense.csv", 1, &[]);
    std::fs::remove_file(place.dir.join("views/2020-10.json")).unwrap();
    code("verify DIR", "view.missing");
}

#[test]
fn wrong_usage_ends_with_2() {
    let place = Place::new();
    for line in [
        "",
        "nosuch",
        "verify",
        "verify DIR --nosuch",
        "close --dir DIR --period 2020-13 --dry-run",
        "act --dir DIR",
        "roster draw --dir DIR --key KEY:造册经办",
        "import statement --dir DIR OUT:a.csv",
    ] {
        let ended = place.run(line);
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{line}: {ended:?}");
    }
    for line in [
        "verify OUT:nothing",
        "show officers --dir OUT:nothing",
        "close --dir OUT:nothing --period 2020-10 --dry-run",
    ] {
        let said = holds(&place, line, 2, &[]).to_string();
        assert!(said.contains("没有目录"), "{line}: {said}");
    }
    holds(&place, "demo --dir DIR", 2, &[]);
    write(&place.beside("act.json"), "{}");
    holds(&place, "act --dir DIR --key KEY:会计 OUT:act.json", 2, &[]);
}

#[test]
fn a_machine_that_fails_ends_with_3() {
    let place = Place::new();
    for line in [
        "act --dir DIR --key OUT:none.pem OUT:none.json",
        "import response --dir DIR --key KEY:国库支付复核 OUT:none.csv",
        "profiles try OUT:none.csv",
        "keygen --no-passphrase --out DIR:keys/会计.pem",
    ] {
        holds(&place, line, 3, &[]);
    }
}

#[test]
fn help_and_version_are_answers() {
    for argument in ["--help", "--version"] {
        let ended = program().run([argument]);
        assert_eq!(ended.code, Some(0));
        assert!(!ended.out.is_empty() && ended.err.is_empty());
    }
}

#[test]
fn a_batch_that_went_out_is_written_again_only_as_it_went_out() {
    let place = Place::new();
    for post in ["造册复核", "社会保障股审核", "局长"] {
        holds(&place, &format!("roster agree --dir DIR --key KEY:{post} --batch T20B0"), 0, &[]);
    }
    let pay = "pay --dir DIR --key KEY:国库支付经办 --batch T20B0";
    let right = "--account ZH-01 --profile icbc-batch --date 2020-11-10";
    assert_eq!(holds(&place, &format!("{pay} {right}"), 0, &["seq"])["repeat"], false);
    for wrong in [
        "--account ZH-99 --profile icbc-batch",
        "--account ZH-01 --profile ccb-pipe",
        "--account ZH-01 --profile icbc-batch --date 2020-11-11",
    ] {
        let said = holds(&place, &format!("{pay} {wrong}"), 1, &[]);
        assert_eq!(said["error"]["code"], "batch.released_otherwise", "{said}");
    }
    let short = "--account ZH-01 --profile icbc-batch";
    assert_eq!(holds(&place, &format!("{pay} {short}"), 0, &["file"])["repeat"], true);
}

/// A policy file that raises the village's one standard from `month` on.
fn raised(place: &Place, yuan: &str) -> PathBuf {
    let path = place.beside("TK-S.toml");
    let text = format!(
        r#"
        ["项目"]
        "代码" = "TK-S"
        "名称" = "特困人员分散供养"
        "依据" = "样民发〔2020〕12号"
        "自" = "2020-12"
        "责任单位" = "MZJ"
        "功能科目" = "2082102"
        "环节" = ["入户调查", "公示", "乡镇审核", "县级确认"]
        "公示天数" = 7
        "调查人数" = 2
        "起发" = "次月起"
        "发放日" = 10
        "补办工作日" = 10

        [["标准"]]
        "分项" = "基本生活"
        "地区" = "141199"
        "金额" = "{yuan}"
        "方式" = "定额"
        "依据" = "样政发〔2020〕9号"
        "#
    );
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_policy_file_is_tried_out_then_signed_and_signed_once() {
    let place = Place::new();
    raised(&place, "600.00");
    let line = "act --dir DIR --key KEY:社会救助股股长 OUT:TK-S.toml";
    let size = || holds(&place, "verify DIR", 0, &["size"])["size"].clone();
    let before = size();
    let tried = holds(&place, &format!("{line} --dry-run"), 0, &["dry_run", "months"]);
    let month = &tried["months"][0];
    assert_eq!(tried["acts"], serde_json::json!(["scheme.set", "standard.set"]));
    let lines = month["lines"].as_u64().unwrap();
    let misfits = month["misfits"].as_array().unwrap();
    assert!(lines > 0 && misfits.len() as u64 == lines, "{tried}");
    assert_eq!(misfits[0]["code"], "standard.broken");
    assert_eq!(size(), before, "a dry run signs nothing");
    let signed = holds(&place, line, 0, &["acts"]);
    assert_eq!(signed["acts"].as_array().unwrap().len(), 2);
    assert_eq!(holds(&place, line, 0, &["acts"])["acts"], serde_json::json!([]));
    std::fs::write(place.beside("TK-S.toml"), "代码 = 1").unwrap();
    let wrong = holds(&place, line, 2, &[]);
    let said = wrong["error"]["text"].as_str().unwrap();
    assert!(said.contains("键名是中文时要加英文双引号"), "{said}");
}
