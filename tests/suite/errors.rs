//! docs/errors.md: every code with what it says and what to do, made from the sources. `UPDATE=1` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ledger::act::Body;
use ledger::ids::{ActId, PersonId};
use ledger::log::{FindingCode, LogCode, RecoveryCode};
use ledger::rejection::Rejection;
use ledger::vault::{Field, Subject, VaultFailure};
use ledger::witness::WitnessCode;

/// Code, what it says, what to do.
type Row = (String, String, String);

const HEAD: &str = "\
# 错误代码

每个代码只有一个含义，发布后不再改变，脚本可以据以判断。花括号里是随情形变化的内容。
本页由程序生成（`UPDATE=1 cargo test -p tests --test suite errors`），测试保证它与程序一致。
退出码：0 完成；1 不予受理、文件有问题或核验不通过；2 用法不对（`usage`）；3 机器、存储或保险库出错。
";

/// What verification and the program itself say; these codes stand where they are used, in no list of their own.
const SPOKEN: &[(&str, &str, &str)] = &[
    ("actor.act_missing", "某人的动作序列中缺了一条", "记录被抽去：停止使用，与第二副本比对"),
    ("actor.act_repeated", "某人的同一条动作出现两次", "记录被复制：停止使用，与第二副本比对"),
    ("actor.chain_forked", "某人的动作接在别的动作之后", "签过两份历史或记录被调换：报告监督方"),
    ("actor.out_of_order", "某人的动作前后颠倒", "记录被调换：停止使用，与第二副本比对"),
    ("bank_file.edited", "旁存的银行文件与所签的摘要不符", "从保险库或银行取回原件"),
    (
        "batch.released_otherwise",
        "批次已从别的专户、用别的版式或在别的日期报盘",
        "核对批次；要按原样重新写出，照当时的参数",
    ),
    (
        "list.nothing_to_adjust",
        "项目在这个月没有要调整的资格",
        "看它列出的各类；补差的金额用名单调整，尚未起发的按其起发月份列单",
    ),
    ("bench.part", "压力测试的一个子进程没有做完", "看标准错误输出里它自己的话，改正后重跑"),
    ("bench.store", "压力测试的对照存储失败", "检查磁盘空间，换一个空目录重跑"),
    (
        "checkpoint.forked",
        "台账与您保管的存证头不是同一段历史",
        "台账被整本改写：保全现场，报告监督方",
    ),
    ("checkpoint.missing", "有记录却没有存证头", "取回 last-signed 再核验"),
    ("checkpoint.rolled_back", "台账比您保管的存证头短", "被换回旧版或截去尾部：从第二副本恢复"),
    ("checkpoint.root_mismatch", "记录算出的根与存证头不符", "记录被改动、增减或调换：报告监督方"),
    (
        "checkpoint.key_retired",
        "存证头由不在用的日志密钥签发",
        "停用的日志密钥被人使用：不要采信，报告监督方",
    ),
    ("acts.too_many", "同时交来的大件太多", "稍后把同一动作再交一次"),
    ("demo.bank", "样例银行拒收报盘", "这是样例程序的缺陷，请报告"),
    ("demo.not_refused", "样例县应被拒绝的一步被受理了", "这是样例程序的缺陷，请报告"),
    ("draft.differs", "签署的内容与待签的内容不同", "重新打开待签页，核对后再签"),
    ("draft.signed", "这一项待签内容已经签署入账", "看它的记录；要再办一次，重新办理"),
    ("draft.too_many", "待签的内容太多", "先签署或放弃已有的待签内容"),
    ("draft.unknown", "没有这一项待签内容", "可能已放弃、等候太久或服务重启过：重新办理"),
    ("enrolment.code", "登记码不对、已用过或已过期", "向系统管理员要一个新的登记码"),
    ("enrolment.waiting", "这个人已有一把待登记的密钥", "先登记它，或在密钥页放弃它，再要登记码"),
    ("enrolment.unknown", "没有这把待登记的密钥", "可能已登记或已放弃：看密钥页"),
    ("http.cross_site", "请求来自别的网站", "从本系统自己的页面办理；不是您点的，报告管理员"),
    ("http.method", "这个地址不接受这种请求方法", "核对网址和请求方法"),
    ("http.not_found", "没有这个地址，或它所指的内容还没有", "核对网址"),
    (
        "http.other_host",
        "请求用的不是本系统公布的网址",
        "用公布的网址打开；经网关提供的，服务要用 --site 写明网址",
    ),
    ("http.slow", "请求的内容传到一半停住了一分钟", "检查网络后重试"),
    ("http.tls", "TLS用的证书或私钥不能用", "按说明里指的文件或名字改正"),
    ("http.too_large", "内容超过上限", "拆成几份再交"),
    ("room.busy", "正在还原另一个时点的台账", "稍后再查"),
    ("room.broken", "服务读台账没有读成，不再显示任何数", "运行 doudi verify 查明，再重新启动服务"),
    ("session.challenge", "登录用的题目已用过或已过期", "重新登录"),
    ("session.dismissed", "密钥的持有人已不在任", "由系统管理员核对任职"),
    ("session.none", "还没有登录，或登录已过期", "重新登录"),
    ("session.signature", "登录签名不符", "用登记的密钥重试"),
    ("session.site", "登录签名是为别的网站做的", "核对地址栏；不是本单位的网址，立即报告"),
    ("http.too_many", "这个地址上登录、登记的请求太多", "稍等（Retry-After 秒）再试"),
    ("roster.all_left_out", "名册没有一行：应发的都不能列入", "按所列原因逐项办理后再造册"),
    ("draft.ahead", "{日期}还没有到，没有拟办", "写事情发生的那一天"),
    ("draft.named_waits", "这个账户或人员在另一份待签的内容里", "先签署或放弃那一份，再重新填写"),
    ("sight.other_area", "这不在您单位的辖区", "由所在乡镇或县级岗位的人员办理"),
    ("sight.not_yours", "这些内容不给本岗位查看", "由所列岗位的人员查看"),
    ("document.edited", "已签发的文件与所签的摘要不符", "从导出或存档取回原件"),
    ("file.io", "文件无法读写", "检查路径、权限和磁盘空间"),
    ("file.encoding", "文件不是UTF-8编码", "用编辑器打开，另存为UTF-8"),
    ("file.problem", "文件有问题，一行也没有导入", "逐条改正后重新导入"),
    ("http.listen", "不能在所指的地址提供服务", "检查地址是否已被占用，或另选端口"),
    ("http.server", "服务没有给出可用的答复", "查明网络和服务后，把同一动作再交一次"),
    (
        "key.exposed",
        "密钥文件可被他人读取或调换",
        "chmod 600，目录 chmod go-w；若已外泄，办理密钥吊销",
    ),
    ("key.file", "不是有效的密钥文件", "用 doudi keygen 生成"),
    ("key.passphrase", "密钥文件的口令不对", "重新输入；忘记的不能找回，另行登记新密钥"),
    ("key.signature_swapped", "签名是同一人另一动作的", "记录被调换：停止使用，报告监督方"),
    ("key.signer", "签名设备没有给出签名", "检查设备后重试；没有交入任何内容"),
    ("key.signed_by_another", "签名是别人的密钥签的", "冒签：保全现场，报告监督方"),
    ("machine.randomness", "操作系统没有给出随机数", "重试；若仍失败，联系系统管理员"),
    ("machine.thread", "操作系统没有给出线程", "检查系统限制后重试"),
    ("manifest.root_wrong", "清单所附的行被改动", "停止使用，与第二副本比对"),
    ("manifest.stray_line", "有一行不属于任何清单", "行有增减：停止使用，与第二副本比对"),
    ("manifest.total_wrong", "清单的总额与各行之和不符", "停止使用，与第二副本比对"),
    ("payment_file.unwritable", "报盘文件写不成", "按所列各处改正登记信息后重新生成"),
    ("close.not_ready", "还不能月结", "按所列各项处理后再试"),
    (
        "response.mismatches",
        "回盘过半数的行对不上批次的支付，或与 --mismatches 注明的行数不符",
        "先核对是否拿错文件、注错批次；确属本批的，用 --mismatches 注明对不上的行数",
    ),
    ("response.other_batch", "文件里的行引用都属于另一批次", "核对是否拿错文件、注错批次"),
    ("returns.other_account", "退汇的支付由另一专户付出", "核对是否注错专户、拿错文件"),
    (
        "response.other_name",
        "按版式，文件名里是另一批次",
        "核对是否拿错文件；确属本批的，问明银行后改正文件名",
    ),
    (
        "person.not_registered",
        "没有登记这个证件号码的人员",
        "核对号码，或先登记（doudi import people）",
    ),
    ("scrub.damaged", "通读发现损坏", "按所列各处处理，多半是 doudi repair --from 副本"),
    ("trust.file", "信任文件缺失或无法使用", "分别向主管部门和监督方索取并核对"),
    ("trust.mismatch", "建账动作与信任文件不符", "核对是否这本台账、信任文件是否正确"),
    ("usage", "命令的用法不对", "看命令的帮助：doudi 命令 --help"),
    ("vault.differs", "保险库与台账登记的内容不同", "停止登记，查明原因"),
    ("vault.diverges", "保险库与台账的承诺值不符", "从备份恢复保险库，并查明原因"),
    (
        "vault.erased_without_order",
        "保险库有内容被抹除而台账没有命令",
        "从备份恢复，并追查是谁抹除",
    ),
    ("vault.file_missing", "银行文件原件不在保险库中", "从备份恢复，或向银行取回原件"),
    ("vault.out_of_step", "保险库比台账多或少了登记", "重新执行上次没有完成的登记"),
    ("view.edited", "月结冻结数据与所签的摘要不符", "用 doudi replay 由记录重新生成"),
    ("view.missing", "缺少月结冻结数据", "用 doudi replay 由记录重新生成"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn row(code: &str, text: &str, remedy: &str) -> Row {
    (code.to_owned(), text.to_owned(), remedy.to_owned())
}

/// A text that says in one breath what is wrong and what to do.
fn in_two(code: &str, text: &str) -> Row {
    let (what, remedy) = text.split_once('。').unwrap_or((text, ""));
    row(code, what, remedy)
}

fn vault_failures() -> Vec<VaultFailure> {
    let words = |text: &str| text.to_owned();
    let subject = || Subject::Person(PersonId::from_bytes([0; 16]));
    vec![
        VaultFailure::Absent(words("{目录}")),
        VaultFailure::Exists(words("{目录}")),
        VaultFailure::Locked,
        VaultFailure::WrongMasterKey,
        VaultFailure::FormatUnknown(words("{版本}")),
        VaultFailure::Unreadable(words("{原因}")),
        VaultFailure::NotFound(subject()),
        VaultFailure::Erased { subject: subject(), order: ActId::ZERO },
        VaultFailure::Conflict(subject()),
        VaultFailure::FieldRefused { field: Field::Name, why: "{原因}" },
        VaultFailure::RemarkKeyRefused(words("{备注键}")),
        VaultFailure::NoteRefused,
        VaultFailure::Randomness,
        VaultFailure::Io(words("{原因}")),
    ]
}

fn vault_rows() -> Vec<Row> {
    let failures = vault_failures();
    let codes: Vec<_> = failures.iter().map(VaultFailure::code).collect();
    assert_eq!(codes, VaultFailure::CODES, "every failure of the vault, in its order");
    let subject = Subject::Person(PersonId::from_bytes([0; 16])).to_string();
    let rows = failures.iter().map(|failure| {
        let text = failure.to_string().replace(&subject, "{对象}");
        in_two(failure.code(), &text.replace(&ActId::ZERO.to_string(), "{动作}"))
    });
    rows.collect()
}

fn sections() -> Vec<(&'static str, Vec<Row>)> {
    let rules = Rejection::ALL.iter().map(|(code, text, hint)| row(code, text, hint));
    let bank = reconcile::problem::Code::ALL;
    let bank = bank.iter().map(|code| row(code.word(), code.chinese(), code.remedy()));
    let out = exports::payment_file::Code::ALL;
    let out = out.iter().map(|code| row(code.word(), code.chinese(), code.remedy()));
    let log = LogCode::ALL.iter().map(|(code, text)| in_two(code, text));
    let witness = WitnessCode::ALL.iter().map(|(code, text)| in_two(code, text));
    let recovery = RecoveryCode::ALL.iter().map(|(code, text)| in_two(code, text));
    let found = FindingCode::ALL.iter().map(|(code, text)| in_two(code, text));
    let spoken = SPOKEN.iter().map(|(code, text, remedy)| row(code, text, remedy));
    vec![
        ("规则不予受理", rules.collect()),
        ("银行文件读不进来", bank.collect()),
        ("报盘文件写不出去", out.collect()),
        ("核验不通过，或程序做不成", spoken.collect()),
        ("日志", log.collect()),
        ("见证", witness.collect()),
        ("副本、修复、备份、恢复", recovery.collect()),
        ("通读发现的损坏", found.collect()),
        ("保险库", vault_rows()),
    ]
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (title, rows) in sections() {
        write!(page, "\n## {title}\n\n| 代码 | 说什么 | 怎么办 |\n|---|---|---|\n").unwrap();
        for (code, text, remedy) in rows {
            let remedy = remedy.trim_end_matches('。').replace('|', "\\|");
            writeln!(page, "| `{code}` | {} | {remedy} |", text.replace('|', "\\|")).unwrap();
        }
    }
    page
}

#[test]
fn the_manual_of_errors_is_what_the_program_says() {
    let path = root().join("docs/errors.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/errors.md is out of date; UPDATE=1 writes it anew");
}

#[test]
fn no_code_stands_twice() {
    let mut codes = BTreeSet::new();
    for (title, rows) in sections() {
        for (code, ..) in rows {
            assert!(codes.insert(code.clone()), "{code} stands twice, again under {title}");
        }
    }
}

#[test]
fn every_code_in_the_sources_is_in_the_manual() {
    let known: BTreeSet<String> =
        sections().into_iter().flat_map(|(_, rows)| rows).map(|(code, ..)| code).collect();
    let kinds: BTreeSet<&str> = Body::KINDS.iter().map(|(kind, _)| *kind).collect();
    let mut unknown = Vec::new();
    let mut used = BTreeSet::new();
    for folder in ["api/src", "ledger/src/audit", "ledger/src/audit.rs", "ledger/src/trust.rs"] {
        for (path, text) in sources(&root().join(folder)) {
            for literal in text.split('"').filter(|text| is_code(text)) {
                used.insert(literal.to_owned());
                if !known.contains(literal) && !kinds.contains(literal) {
                    unknown.push(format!("{}: {literal}", path.display()));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "codes without a line in SPOKEN: {unknown:#?}");
    let idle: Vec<_> = SPOKEN.iter().filter(|(code, ..)| !used.contains(*code)).collect();
    assert!(idle.iter().all(|(code, ..)| *code == "usage"), "nothing says {idle:?} any more");
}

/// `noun.what`, and no file's name.
fn is_code(text: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "toml", "csv", "json", "md", "vkey", "key", "xlsx", "hledger", "txt", "pem", "lock",
        "fetched", "html", "example",
    ];
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    text.split_once('.')
        .is_some_and(|(noun, what)| word(noun) && word(what) && !ENDINGS.contains(&what))
}

fn sources(at: &Path) -> Vec<(PathBuf, String)> {
    if at.is_file() {
        return vec![(at.to_owned(), std::fs::read_to_string(at).unwrap())];
    }
    let inside = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path());
    inside.flat_map(|path| sources(&path)).collect()
}
