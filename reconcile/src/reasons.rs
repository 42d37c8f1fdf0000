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

    use super::{classify, echoed_name};

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
