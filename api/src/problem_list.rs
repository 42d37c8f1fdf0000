//! The problems of one file as a person reads them: totals first, then each kind, of which a hundred thousand are told
//! by the first twenty; all that the reader kept as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reconcile::problem::{Code, Problem};

/// How many problems of one kind are told one by one.
const NAMED: usize = 20;

/// What makes two problems the same kind: code, column, and what is expected there apart from figures.
type Kind<'a> = (Code, Option<&'a str>, String);

/// All kinds of problems, none hidden, in the order of the file.
#[must_use]
pub fn told(problems: &[Problem]) -> String {
    let mut kinds: BTreeMap<Kind<'_>, usize> = BTreeMap::new();
    let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
    let mut lines = String::new();
    for problem in problems {
        if problem.code != Code::FileMoreProblems {
            *codes.entry(problem.code).or_default() += 1;
        }
        let count = kinds.entry(kind(problem)).or_default();
        *count += 1;
        if *count <= NAMED {
            let _ = write!(lines, "\n  {problem}");
        }
    }
    let left_out: Vec<_> = kinds.into_iter().filter(|(_, count)| *count > NAMED).collect();
    let listed = problems.iter().filter(|problem| problem.code != Code::FileMoreProblems).count();
    // Where the reader itself stopped keeping them, its own lines say how many more there are.
    let is_all = listed == problems.len();
    let (above, sum) = if is_all { ("", "合计") } else { ("以上", "已列") };
    let mut text = format!("文件有{listed}处{above}问题，一行也没有导入：");
    if !left_out.is_empty() {
        for (code, count) in codes {
            let _ = write!(text, "\n  {sum}：{}，{count}处（{code}）", code.chinese());
        }
    }
    text.push_str(&lines);
    for ((code, column, _), count) in &left_out {
        let column = column.map(|column| format!("“{column}”")).unwrap_or_default();
        let more = count - NAMED;
        let _ = write!(text, "\n  另有{more}处相同问题：{column}{}（{code}）", code.chinese());
    }
    if !left_out.is_empty() {
        let all = if is_all { "看全部" } else { "看已列的全部" };
        let _ = write!(text, "\n{all}：加 --json；导入命令加 --problems 文件.csv 写成表格。");
    }
    text
}

fn kind(problem: &Problem) -> Kind<'_> {
    let expected = problem.expected.as_str();
    let expected = if problem.code == Code::ListRefused {
        // A rule's own sentence, with names and figures in it: its code is at the end.
        expected.rsplit('（').next().unwrap_or(expected).to_owned()
    } else if matches!(problem.code, Code::LayoutDoesNotFit | Code::ResponseUnknownStatus) {
        // Each layout has its own reason, and each unknown status is to be asked about.
        problem.found.clone()
    } else {
        expected.chars().filter(|sign| !is_of_figures(*sign)).collect()
    };
    (problem.code, problem.column.as_deref(), expected)
}

fn is_of_figures(sign: char) -> bool {
    sign.is_ascii_hexdigit() || matches!(sign, ',' | '.' | '-')
}

/// Every problem as a row of a CSV file that spreadsheets open: UTF-8 with a byte order mark.
#[must_use]
pub fn csv(problems: &[Problem]) -> String {
    let mut text = "\u{feff}文件,行,列,代码,问题,原文,应为,怎么办\r\n".to_owned();
    for problem in problems {
        let row = problem.row.map(|row| row.to_string()).unwrap_or_default();
        let cells = [
            problem.file.as_str(),
            &row,
            problem.column.as_deref().unwrap_or_default(),
            problem.code.word(),
            problem.code.chinese(),
            &problem.found,
            &problem.expected,
            problem.code.remedy(),
        ];
        text.push_str(&cells.map(cell).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A quoted cell. A spreadsheet takes a text that begins with one of these signs for a formula, and what stands in a
/// bank's file is a stranger's.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{NAMED, csv, told};
    use reconcile::problem::{Code, Problem};

    fn rows(code: Code, column: &str, count: u32) -> Vec<Problem> {
        let problem =
            |row| Problem::of_row(code, "回盘.csv", row).in_column(column).found("=1,\"2\"");
        (2..count + 2).map(|row| problem(row).expected(format!("{row}.00"))).collect()
    }

    #[test]
    fn where_more_are_counted_than_kept_the_number_is_a_lower_bound() {
        let mut problems = rows(Code::ValueNotMoney, "金额", 3);
        let more = Problem::of_file(Code::FileMoreProblems, "回盘.csv");
        problems.push(more.found("不是金额，另有7处（value.not_money）"));
        let told = told(&problems);
        assert!(told.starts_with("文件有3处以上问题"), "{told}");
        assert!(told.contains("没有一一列出：不是金额，另有7处（value.not_money）。"), "{told}");
    }

    #[test]
    fn of_a_hundred_thousand_equal_problems_twenty_are_told_and_no_other_kind_is_hidden() {
        let mut problems = rows(Code::ValueNotMoney, "金额", 100_000);
        problems.extend(rows(Code::ValueNotMoney, "实处理金额", 1));
        problems.extend(rows(Code::ValueMissing, "户名", 1));
        let told = told(&problems);
        assert!(told.lines().count() < NAMED + 10, "{told}");
        let second = told.lines().nth(1).unwrap();
        assert_eq!(second, "  合计：必填项为空，1处（value.missing）");
        assert!(told.contains("合计：不是金额，100001处（value.not_money）"), "{told}");
        assert!(told.contains("另有99980处相同问题：“金额”不是金额"), "{told}");
        assert!(told.contains("第2行“户名”") && told.contains("第2行“实处理金额”"), "{told}");
        assert!(told.contains("--problems"), "{told}");
    }

    #[test]
    fn few_problems_are_told_as_they_are() {
        let told = told(&rows(Code::ValueNotMoney, "金额", 2));
        assert_eq!(told.lines().count(), 3, "{told}");
    }

    #[test]
    fn the_table_has_every_problem_and_no_formula() {
        let table = csv(&rows(Code::ValueNotMoney, "金额", 30));
        assert_eq!(table.lines().count(), 31);
        assert!(table.contains("\"'=1,\"\"2\"\"\""), "{table}");
    }
}
