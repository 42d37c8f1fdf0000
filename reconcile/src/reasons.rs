//! The bank's words for why a payment failed or came back, made one vocabulary (DOMAIN 1.3), and the other
//! holder's name that some banks echo in them.

use std::borrow::Cow;

use ledger::answer::Reason;
use memchr::memmem;

use crate::profile::ReasonRule;

/// Words, any of which names the reason. The order counts: what forbids a reissue comes first, and general
/// words such as 账号错误 come last.
const GENERAL: &[(Reason, &[&str])] = &[
    (Reason::Deceased, &["死亡", "身故"]),
    (Reason::NameMismatch, &["户名不符", "户名错", "户名不一致"]),
    (Reason::Duplicate, &["重复", "代理次数错误"]),
    (Reason::Closed, &["销户", "清户", "关户"]),
    (Reason::CardLost, &["挂失", "介质状态"]),
    (Reason::Frozen, &["冻结", "只付不收", "锁定", "止付"]),
    (Reason::Dormant, &["长期不动户", "久悬", "睡眠"]),
    (Reason::AccountType, &["非结算户", "Ⅱ类", "Ⅲ类", "限额", "不支持代收付"]),
    (Reason::BankRoute, &["行号", "行别", "发卡行不一致"]),
    (Reason::PayerFunds, &["余额不足"]),
    (Reason::AccountNotFound, &["账号不存在", "无此账户", "账号错误", "卡号不存在", "信息错"]),
    (Reason::System, &["超时", "系统忙", "通讯"]),
];

/// 证件 with one of these is [`Reason::IdInvalid`].
const ID_FAULTS: &[&str] = &["过期", "错误", "不符", "为空"];

/// The reason in our vocabulary. The bank's own rules are tried first.
pub(crate) fn classify(text: &str, own: &[ReasonRule]) -> Reason {
    // An echoed name may hold any word at all, so it does not take part.
    let text = without_echo(text).replace('帐', "账");
    let holds = |word: &str| text.contains(word);
    if let Some(rule) = own.iter().find(|rule| rule.contains.iter().any(|word| holds(word))) {
        return rule.is;
    }
    if holds("证件") && ID_FAULTS.iter().any(|word| holds(word)) {
        return Reason::IdInvalid;
    }
    let found = GENERAL.iter().find(|(_, words)| words.iter().any(|word| holds(word)));
    found.map_or(Reason::Other, |(reason, _)| *reason)
}

/// What banks commonly write beside a success.
const PLAIN_SUCCESS: &[&str] =
    &["成功", "处理成功", "交易成功", "入账成功", "全部成功", "代发成功"];

/// Words that no success has beside it, though they name no reason.
const DENIALS: &[&str] = &[
    "失败",
    "未成功",
    "不成功",
    "没有成功",
    "未能",
    "未入账",
    "不能",
    "拒绝",
    "退汇",
    "退回",
    "冲正",
    "不存在",
    "注销",
    "异常",
    "有误",
    "无此",
    "查无",
    "部分",
];

/// Words with which a success is another one than the payment's, or none.
const OTHER_SUCCESSES: &[&str] =
    &["不", "未", "没有", "失败", "退", "冲正", "撤销", "查询", "发送", "受理", "扣款"];

/// True if a bank's words beside a success say that it was none: a reason for a failure, a denial, or a code of ISO 20022.
pub(crate) fn denies_success(words: &str, own: &[ReasonRule]) -> bool {
    if PLAIN_SUCCESS.contains(&words) {
        return false;
    }
    let is_code = matches!(words.as_bytes(), [a, b, c, d]
        if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit());
    is_code
        || DENIALS.iter().any(|word| words.contains(word))
        || classify(words, own) != Reason::Other
}

/// True if a bank's words beside a failure say that the payee has the money.
pub(crate) fn denies_failure(words: &str, own: &[ReasonRule]) -> bool {
    let says = |listed: &[&str]| listed.iter().any(|word| words.contains(word));
    says(&["成功", "已入账", "SUCCESS"])
        && !says(OTHER_SUCCESSES)
        && matches!(classify(words, own), Reason::Other | Reason::Duplicate)
}

/// The name that the bank has for the account, as in 户名不符,原户名为[…].
pub(crate) fn echoed_name(text: &str) -> Option<String> {
    let (_, name, _) = split_echo(text)?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The text without the echoed name.
pub(crate) fn without_echo(text: &str) -> Cow<'_, str> {
    match split_echo(text) {
        Some((before, _, after)) => Cow::Owned(format!("{before}{after}")),
        None => Cow::Borrowed(text),
    }
}

/// What stands before an echoed name.
const ECHO: &str = "户名为";

/// Before, name, after. A bracket that was cut off runs to the end.
fn split_echo(text: &str) -> Option<(&str, &str, &str)> {
    // Asked of every line: the quickest search there is.
    let at = memmem::find(text.as_bytes(), ECHO.as_bytes())?;
    let (before, rest) = (text.get(..at)?, text.get(at + ECHO.len()..)?);
    let inside = rest.trim_start().strip_prefix(['[', '［', '【', '〔'])?;
    let (name, after) = inside.split_once([']', '］', '】', '〕']).unwrap_or((inside, ""));
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use ledger::answer::Reason;

    use super::{classify, denies_failure, denies_success, echoed_name};

    #[test]
    fn words_beside_a_success_or_a_failure_may_deny_it() {
        for words in ["成功", "交易成功", "正常", "代发工资", "0000", "完成"] {
            assert!(!denies_success(words, &[]), "{words}");
        }
        for words in [
            "失败",
            "未成功",
            "账户不存在",
            "查无此户",
            "已退回",
            "冲正",
            "账户异常",
            "部分成功",
            "AC13",
            "成功,账户已销户",
            "入账成功，户名不符",
            "该户已注销",
            "收款账号有误",
        ] {
            assert!(denies_success(words, &[]), "{words}");
        }
        for words in ["交易成功", "已入账", "SUCCESS", "重复提交，原交易已成功"] {
            assert!(denies_failure(words, &[]), "{words}");
        }
        for words in [
            "户名不符",
            "退回成功",
            "冲正成功",
            "失败：未能成功",
            "查询成功",
            "银行受理成功",
            "不成功",
        ] {
            assert!(!denies_failure(words, &[]), "{words}");
        }
    }

    #[test]
    fn the_words_of_real_banks_become_one_vocabulary() {
        for (text, reason) in [
            ("户名不符,原户名为[王销户]", Reason::NameMismatch),
            ("已销户", Reason::Closed),
            ("完全冻结", Reason::Frozen),
            ("介质状态异常！", Reason::CardLost),
            ("该户为非结算户,不能转帐", Reason::AccountType),
            ("查找账号[6217]信息错", Reason::AccountNotFound),
            ("单位编号错误或者卡号不存在", Reason::AccountNotFound),
            ("未处理记录重复", Reason::Duplicate),
            ("账面可用余额不足", Reason::PayerFunds),
            ("新开户,证件号码不能为空", Reason::IdInvalid),
            ("收款人已身故", Reason::Deceased),
            ("帐号不存在", Reason::AccountNotFound),
            ("交易超时", Reason::System),
            ("没听说过", Reason::Other),
        ] {
            assert_eq!(classify(text, &[]), reason, "{text}");
        }
    }

    #[test]
    fn an_echoed_name_is_split_out_even_when_its_bracket_was_cut() {
        assert_eq!(echoed_name("户名不符,原户名为[李样例]").as_deref(), Some("李样例"));
        assert_eq!(echoed_name("户名不符,账户名为［李样").as_deref(), Some("李样"));
        assert_eq!(echoed_name("户名不符"), None);
        assert_eq!(echoed_name("户名不符,原户名为[]"), None);
    }
}
