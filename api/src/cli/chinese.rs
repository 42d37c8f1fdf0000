//! Help and usage errors in Chinese: the parser's own English words stay only where they name something.

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

use crate::spoken::of_argument;

/// A command and all below it with Chinese headings and help.
pub(super) fn chinese(command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::HelpShort);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let is_top = command.get_version().is_some();
    let headings = |arg: Arg| {
        let heading = if arg.is_positional() { "参数 (arguments)" } else { "选项 (options)" };
        arg.help_heading(heading)
    };
    command
        .help_template("{about}\n\n用法：{usage}\n\n{all-args}")
        .subcommand_help_heading("命令 (commands)")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(help.help("显示帮助 (help)"))
        .args(is_top.then(|| version.help("显示版本 (version)")))
        .mut_args(headings)
        .mut_subcommands(chinese)
}

/// What is wrong with a call, what may have been meant, and how it is called.
pub(super) fn usage_error(why: &Error) -> String {
    let mut told = wrong_with(why);
    for kind in
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
    {
        if let Some(meant) = why.get(kind) {
            told = format!("{told}；想写的是不是{meant}");
        }
    }
    told.push('。');
    if let Some(usage) = why.get(ContextKind::Usage) {
        // The usage comes styled: without its colours and its English head.
        let usage = usage.to_string();
        let usage = usage.trim().trim_start_matches("Usage:").trim();
        told = format!("{told}\n用法：{usage}");
    }
    told.push_str("\n在命令后加 --help 可看全部参数。");
    told
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's kinds are open-ended; those not named here get its own words in brackets"
)]
fn wrong_with(why: &Error) -> String {
    let named = |kind| why.get(kind).map(ToString::to_string).unwrap_or_default();
    let (argument, value) = (named(ContextKind::InvalidArg), named(ContextKind::InvalidValue));
    match why.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::UnknownArgument => format!("没有参数{argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令{}", named(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::ArgumentConflict => match why.get(ContextKind::PriorArg) {
            Some(prior) if prior.to_string() == argument => format!("参数{argument}写了两次"),
            Some(prior) => format!("参数{argument}不能与{prior}同时使用"),
            None => format!("参数{argument}不能与别的参数同时使用"),
        },
        ErrorKind::ValueValidation | ErrorKind::InvalidValue if value.is_empty() => {
            format!("参数{argument}后面缺少内容")
        }
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let cause = std::error::Error::source(why).map(of_argument).unwrap_or_default();
            let valid = why.get(ContextKind::ValidValue).map(ToString::to_string);
            let valid = valid.map(|valid| format!("可以写：{valid}")).unwrap_or_default();
            format!("参数{argument}的值“{value}”不对。{cause}{valid}")
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("参数{argument}的个数不对")
        }
        ErrorKind::NoEquals => format!("参数{argument}与内容之间要写“=”"),
        ErrorKind::InvalidUtf8 => "有一个参数不是UTF-8编码的文字".to_owned(),
        other => format!("参数不对（{other}）"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::{chinese, usage_error};
    use clap::CommandFactory as _;

    fn told(line: &str) -> String {
        let parsed = chinese(Cli::command()).try_get_matches_from(line.split(' '));
        usage_error(&parsed.unwrap_err())
    }

    #[test]
    fn what_is_wrong_with_a_call_is_said_without_an_english_sentence() {
        for (line, begins) in [
            ("doudi frob", "没有命令frob"),
            ("doudi close --perod 2020-10", "没有参数--perod；想写的是不是--period"),
            ("doudi close --dir a", "缺少参数：--period <PERIOD>"),
            ("doudi close --dir a --dir b", "参数--dir <DIR>写了两次"),
            ("doudi close --period", "参数--period <PERIOD>后面缺少内容"),
            ("doudi close --dir a --period 2020", "参数--period <PERIOD>的值“2020”不对。"),
            ("doudi show alerts --year abc", "参数--year <YEAR>的值“abc”不对。应为整数"),
            ("doudi show alerts --year 99999", "参数--year <YEAR>的值“99999”不对。超出范围"),
        ] {
            let told = told(line);
            assert!(told.starts_with(begins), "{line}: {told}");
            for english in ["error:", "tip:", "Usage", "try", "invalid", "required"] {
                assert!(!told.contains(english), "{line}: {told}");
            }
        }
    }
}
