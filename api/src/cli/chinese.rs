//! Help and usage errors in Chinese: the parser's own English words stay only where they name something.

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

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

/// What is wrong with a call, in one sentence; the parser's own message follows it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's kinds are open-ended; those not named here get its own words only"
)]
pub(super) fn usage_error(why: &Error) -> String {
    let named = |kind| why.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = named(ContextKind::InvalidArg);
    match why.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::UnknownArgument => format!("没有参数{argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令{}", named(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::ArgumentConflict => format!("参数{argument}不能与别的参数同时使用"),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let cause = std::error::Error::source(why).map(ToString::to_string);
            let value = named(ContextKind::InvalidValue);
            format!("参数{argument}的值“{value}”不对。{}", cause.unwrap_or_default())
        }
        _ => "请看下面的说明".to_owned(),
    }
}
