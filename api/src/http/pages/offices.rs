//! 单位与人员: units, persons in office with their roles and keys; the administrator's forms.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::{Role, Side};
use ledger::books::Books;
use ledger::ids::OfficerId;

use super::choices::{officers, units, words_of};
use super::forms::{Choice, Control, Field, Form};
use super::keys::post_of;
use super::{Frame, page as written};
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

struct UnitRow {
    code: String,
    name: String,
    side: &'static str,
    town: String,
}

struct KeyRow {
    key: String,
    since: u64,
    state: String,
}

struct OfficerRow {
    unit: String,
    post: String,
    in_office: bool,
    roles: String,
    keys: Vec<KeyRow>,
}

#[derive(Template)]
#[template(path = "offices.html")]
struct Offices {
    frame: Frame,
    units: Vec<UnitRow>,
    officers: Vec<OfficerRow>,
    forms: Vec<Form>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/offices", move |_, office, frame| {
        let books = office.books;
        let units = books.offices.units.iter().map(|(code, unit)| UnitRow {
            code: code.to_string(),
            name: unit.name.clone(),
            side: unit.side.chinese(),
            town: unit.town.as_ref().map(ToString::to_string).unwrap_or_default(),
        });
        let is_admin = holds(books, who.officer, Role::Admin);
        Ok(Offices {
            frame,
            units: units.collect(),
            officers: officer_rows(books),
            forms: if is_admin { forms(books) } else { Vec::new() },
        })
    })
    .await
}

fn officer_rows(books: &Books) -> Vec<OfficerRow> {
    let rows = books.offices.officers.iter().map(|(id, known)| {
        let unit = books.offices.units.get(&known.unit);
        let roles: Vec<&str> = known.roles.iter().map(|role| role.chinese()).collect();
        OfficerRow {
            unit: unit.map_or_else(|| known.unit.to_string(), |unit| unit.name.clone()),
            post: known.post.clone(),
            in_office: known.in_office,
            roles: roles.join("、"),
            keys: keys_of(books, *id, known.in_office),
        }
    });
    let mut rows: Vec<OfficerRow> = rows.collect();
    rows.sort_by(|one, other| {
        (!one.in_office, &one.unit, &one.post).cmp(&(!other.in_office, &other.unit, &other.post))
    });
    rows
}

fn keys_of(books: &Books, officer: OfficerId, in_office: bool) -> Vec<KeyRow> {
    let own = books.offices.keys.iter().filter(|(_, key)| key.officer == officer);
    let mut keys: Vec<KeyRow> = own
        .map(|(id, key)| KeyRow {
            key: id.to_string(),
            since: key.since.0,
            state: match (key.revoked, key.compromised_since) {
                (None, _) if !in_office => "离任，不能签署".to_owned(),
                (None, _) => "有效".to_owned(),
                (Some(at), None) => format!("第{at}条吊销"),
                (Some(at), Some(since)) => format!("第{at}条吊销，自第{since}条存疑"),
            },
        })
        .collect();
    keys.sort_by_key(|key| key.since);
    keys
}

fn forms(books: &Books) -> Vec<Form> {
    vec![
        appointing(books),
        moving(books),
        dismissing(books),
        revoking(books),
        registering(),
        renaming(books),
    ]
}

fn appointing(books: &Books) -> Form {
    let fields = vec![
        Field::new("name", "姓名", Control::Private),
        Field::new("id_no", "身份证号", Control::Private),
        Field::new("unit", "单位", Control::One(units(books))),
        Field::new("post", "岗位（不写姓名）", Control::Text),
        Field::new("roles", "岗位权限", Control::Some(words_of!(Role))),
    ];
    let form = Form::new("officer.appointed", "任职", fields);
    form.noting("姓名和证件号存入保险库。任职入账后，在“密钥”页给本人一个一次性登记码。")
}

/// Another post for who is known: the commitment to the name is the one in the books.
fn moving(books: &Books) -> Form {
    let known = officers(books).into_iter().filter_map(|(id, name)| {
        let known = books.offices.officers.get(&id.parse::<OfficerId>().ok()?)?;
        let stated = serde_json::json!({ "officer": id, "name_commit": known.name_commit });
        Some((stated.to_string(), name))
    });
    let known: Vec<Choice> = known.collect();
    let fields = vec![
        Field::new("officer", "谁", Control::Filling(known)),
        Field::new("unit", "新的单位", Control::One(units(books))),
        Field::new("post", "新的岗位（不写姓名）", Control::Text),
        Field::new("roles", "新的岗位权限（代替原来的）", Control::Some(words_of!(Role))),
    ];
    Form::new("officer.appointed", "岗位变动", fields).again()
}

fn dismissing(books: &Books) -> Form {
    let fields = vec![
        Field::new("officer", "谁", Control::One(officers(books))),
        Field::new("reason", "离任原因（不写姓名）", Control::Text),
    ];
    Form::new("officer.dismissed", "离任", fields).noting("入账后，这个人不能再签署任何动作。")
}

fn revoking(books: &Books) -> Form {
    let live = books.offices.keys.iter().filter(|(_, key)| key.revoked.is_none());
    let mut live: Vec<Choice> = live
        .map(|(id, key)| {
            let (post, unit) = post_of(books, key.officer);
            (id.to_string(), format!("{unit} {post} {id}"))
        })
        .collect();
    live.sort_by(|one, other| one.1.cmp(&other.1));
    let fields = vec![
        Field::new("key", "密钥", Control::One(live)),
        Field::new("reason", "吊销原因（不写姓名）", Control::Text),
        Field::optional(
            "compromised_since",
            "可能落入他人之手起自第几条记录（没有就不填）",
            Control::Whole(String::new()),
        ),
    ];
    let form = Form::new("key.revoked", "吊销密钥", fields);
    form.noting("填了记录号的，从那条起由这把密钥签的动作都要重新确认。")
}

fn registering() -> Form {
    let fields = vec![
        Field::new("unit", "单位代码（大写字母、数字、短横）", Control::Text),
        Field::new("name", "单位名称", Control::Text),
        Field::new("side", "归属", Control::One(words_of!(Side))),
        Field::optional("town", "所辖乡镇区划代码（乡镇单位填，9位）", Control::Text),
    ];
    let form = Form::new("unit.registered", "单位登记", fields);
    form.noting("填了区划的单位，其人员只看得到本辖区的户；乡镇单位不填区划，其人员一户也看不到。")
}

/// Another name; side and town stay.
fn renaming(books: &Books) -> Form {
    let known = books.offices.units.iter().map(|(code, unit)| {
        let mut stated = serde_json::json!({ "unit": code, "side": unit.side });
        if let (Some(town), Some(stated)) = (&unit.town, stated.as_object_mut()) {
            stated.insert("town".to_owned(), town.to_string().into());
        }
        (stated.to_string(), format!("{code} {}", unit.name))
    });
    let fields = vec![
        Field::new("unit", "单位", Control::Filling(known.collect())),
        Field::new("name", "新的名称", Control::Text),
    ];
    Form::new("unit.registered", "单位改名", fields).again()
}
