//! Files that set many things: a policy file, a list of allotments. One page each; what the file says is tried out, shown act by
//! act, and signed act by act (`several.js`).

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;

use super::{Frame, page as written};
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};
use crate::http::v1::before_signing::demand;

#[derive(Template)]
#[template(path = "several.html")]
struct Several {
    frame: Frame,
    key: String,
    file: &'static File,
}

/// A kind of file.
struct File {
    title: &'static str,
    note: &'static str,
    label: &'static str,
    accept: &'static str,
    /// Where it is tried out.
    trial: &'static str,
    /// Who may sign what it says.
    role: Role,
    /// Where one came from, and its name.
    back: (&'static str, &'static str),
}

const POLICY: File = File {
    title: "用政策文件设定项目",
    note: "政策文件写明一个项目的办理环节、标准、下限和互斥。新设项目，可从“项目”页下载一个相近项目的政策文件来改；改动项目，下载它自己的，改动之处写明从哪个月起（“自”）。文件是文本（TOML，UTF-8），用记事本就能改。",
    label: "政策文件（.toml）",
    accept: ".toml",
    trial: "/api/v1/trials/policy",
    role: Role::PolicySetter,
    back: ("/schemes", "回项目"),
};

const ALLOTMENTS: File = File {
    title: "按清单登记指标",
    note: "表头：发文字号、来源级次、功能科目、资金代码、金额（元）、到达日期；有直达标识的加一列。一行一件，台账已有的不再登记；有问题的清单一件也不登记。",
    label: "指标清单（.csv、.xls、.xlsx）",
    accept: ".csv,.txt,.xls,.xlsx",
    trial: "/api/v1/trials/allotments",
    role: Role::FundKeeper,
    back: ("/funds", "回资金"),
};

pub(super) async fn policy(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    page(hall, who, &POLICY).await
}

pub(super) async fn allotments(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    page(hall, who, &ALLOTMENTS).await
}

async fn page(hall: Arc<Hall>, who: SignedIn, file: &'static File) -> Response {
    written(hall, who, file.back.0, move |_, office, frame| {
        demand(office, who, Some(file.role))?;
        Ok(Several { frame, key: who.key.to_string(), file })
    })
    .await
}
