//! Why a layout does not fit a file, in words for a clerk, and how near it came.

use crate::problem::{Code, Problem};
use crate::profile::Container;

/// So many missing columns are named one by one.
const NAMED: usize = 5;

/// Why a layout does not fit a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misfit {
    #[error("文件是{}，该格式不用这种容器", .0.chinese())]
    Container(Container),
    #[error("{}{}{}", .0.row.map(|row| format!("第{row}行")).unwrap_or_default(), .0.code.chinese(), shown(&.0.expected))]
    Unreadable(Box<Problem>),
    #[error("{}", no_heading(*.from, *.to, .missing, *.present))]
    ColumnMissing { from: u32, to: u32, missing: Vec<String>, present: usize },
    #[error("第{row}行的表头多出列“{extra}”")]
    ColumnExtra { row: u32, extra: String },
    #[error("第{row}行的表头有两列都是“{title}”")]
    ColumnTwice { row: u32, title: String },
    #[error("首行不是该格式的汇总行")]
    NoTotalsRow,
    #[error("没有一行明细")]
    NoRows,
    #[error("第{row}行的列数不是{expected}列")]
    Width { row: u32, expected: usize },
    #[error("第{row}行{}", .code.chinese())]
    Row { row: u32, code: Code },
    #[error("第{row}行第{column}列不是该格式的内容")]
    Cell { row: u32, column: usize },
    #[error("不是该格式的文档，它以 {0} 开头")]
    OtherDocument(String),
    #[error("缺少{}", listed(.0))]
    PathMissing(Vec<String>),
    #[error("多出“{0}”")]
    PathExtra(String),
    #[error("“{0}”还出现在别处，那里的明细会漏读")]
    StrayLines(String),
    #[error("“{path}”是“{found}”，该格式为“{expected}”")]
    OtherConstant { path: String, found: String, expected: String },
    #[error("文件名是同一银行“{0}”格式的文件名")]
    NameOf(String),
}

fn no_heading(from: u32, to: u32, missing: &[String], present: usize) -> String {
    if present == 0 {
        return "没有该格式的任何一个列名".to_owned();
    }
    format!("第{from}行至第{to}行没有表头；最接近的一行缺少列{}", listed(missing))
}

fn shown(expected: &str) -> String {
    if expected.is_empty() { String::new() } else { format!("（{expected}）") }
}

fn listed(names: &[String]) -> String {
    let first: Vec<_> = names.iter().take(NAMED).map(|name| format!("“{name}”")).collect();
    let rest = if names.len() > NAMED { format!("等{}项", names.len()) } else { String::new() };
    first.concat() + &rest
}

impl Misfit {
    /// As a problem of a file whose layout was settled before.
    pub(crate) fn into_problem(self, file: &str) -> Problem {
        if let Misfit::Unreadable(problem) = self {
            return *problem;
        }
        Problem::of_file(Code::LayoutHeaderMissing, file).found(self.to_string())
    }

    /// How far the layout is from the file, to tell the nearest first. A layout of which nothing was found is
    /// further than any other of its container.
    pub(crate) fn distance(&self) -> usize {
        match self {
            Misfit::NameOf(_) => 0,
            Misfit::ColumnExtra { .. }
            | Misfit::ColumnTwice { .. }
            | Misfit::PathExtra(_)
            | Misfit::StrayLines(_) => 1,
            Misfit::NoRows => 30,
            Misfit::Cell { .. } => 40,
            Misfit::ColumnMissing { missing, present, .. } if *present > 0 => 2 + missing.len(),
            Misfit::PathMissing(missing) => 2 + missing.len(),
            Misfit::OtherConstant { .. } => 4,
            Misfit::Unreadable(_) => 60,
            Misfit::Width { .. } | Misfit::Row { .. } => 70,
            Misfit::NoTotalsRow => 80,
            Misfit::ColumnMissing { .. } | Misfit::OtherDocument(_) => 90,
            Misfit::Container(_) => 100,
        }
    }
}
