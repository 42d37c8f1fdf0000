//! 接口: the document of the API as a page, for who writes a client where no other network is. Its words are the document's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;

use super::{Frame, outside};
use crate::hall::Hall;

/// Methods as the document has them, in the order in which they are shown.
const METHODS: &[&str] = &["get", "post", "delete"];

/// One thing that can be asked.
struct Operation {
    method: String,
    path: String,
    what: String,
    parameters: Vec<Named>,
    body: String,
    answers: Vec<Named>,
    /// The statuses of the problems that it can be refused with.
    problems: String,
}

/// A parameter, an answer or a property: its name, its kind, and what it is.
struct Named {
    name: String,
    kind: String,
    what: String,
}

/// An object that comes or goes.
struct Schema {
    name: String,
    what: String,
    properties: Vec<Named>,
}

/// The document, taken apart once.
struct Document {
    title: String,
    what: String,
    operations: Vec<Operation>,
    /// What a problem's status means, with every operation that can have it.
    problems: Vec<Named>,
    schemas: Vec<Schema>,
}

#[derive(Template)]
#[template(path = "api.html")]
struct Api {
    frame: Frame,
    document: Arc<Document>,
}

/// The address of the page that shows `document`.
pub fn router(document: &Value) -> Router<Arc<Hall>> {
    let document = Arc::new(Document::of(document));
    let page = |State(hall): State<Arc<Hall>>| shown(hall, document);
    Router::new().route("/api/v1", get(page))
}

async fn shown(hall: Arc<Hall>, document: Arc<Document>) -> Response {
    outside(hall, StatusCode::OK, |frame| Api { frame, document }.render()).await
}

impl Document {
    fn of(document: &Value) -> Document {
        let operations = members(document, "/paths").flat_map(|(path, item)| {
            let of_method = |method: &&str| {
                item.get(*method).map(|operation| Operation::of(method, path, operation))
            };
            METHODS.iter().filter_map(of_method).collect::<Vec<_>>()
        });
        Document {
            title: text(document, "/info/title"),
            what: text(document, "/info/description"),
            operations: operations.collect(),
            problems: problems(document),
            schemas: members(document, "/components/schemas")
                .map(|(name, schema)| Schema::of(name, schema))
                .collect(),
        }
    }
}

impl Operation {
    fn of(method: &str, path: &str, operation: &Value) -> Operation {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let parameters = parameters.into_iter().flatten().map(|one| {
            let place = text(one, "/in");
            let kind = kind_of(one.get("schema"));
            let is_required = one.get("required").and_then(Value::as_bool) == Some(true);
            let must = if is_required { "必填" } else { "可不填" };
            Named {
                name: text(one, "/name"),
                kind: format!("{place}，{kind}，{must}"),
                what: text(one, "/description"),
            }
        });
        let (refused, given): (Vec<_>, Vec<_>) =
            members(operation, "/responses").partition(|(_, answer)| is_problem(answer));
        let answers = given.into_iter().map(|(status, answer)| Named {
            name: status.clone(),
            kind: content_of(answer.get("content")),
            what: text(answer, "/description"),
        });
        let refused: Vec<&str> = refused.iter().map(|(status, _)| status.as_str()).collect();
        Operation {
            method: method.to_uppercase(),
            path: path.to_owned(),
            what: text(operation, "/summary"),
            parameters: parameters.collect(),
            body: content_of(operation.pointer("/requestBody/content")),
            answers: answers.collect(),
            problems: refused.join("、"),
        }
    }
}

/// The meanings of the statuses of problems, each told once.
fn problems(document: &Value) -> Vec<Named> {
    let mut told: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let operations = members(document, "/paths")
        .flat_map(|(_, item)| METHODS.iter().filter_map(|method| item.get(*method)));
    let answers = operations.flat_map(|operation| members(operation, "/responses"));
    for (status, answer) in answers.filter(|(_, answer)| is_problem(answer)) {
        told.entry(status).or_default().insert(text(answer, "/description"));
    }
    let rows = told.into_iter().map(|(status, meanings)| Named {
        name: status.to_owned(),
        kind: "ProblemDetails".to_owned(),
        what: meanings.into_iter().collect::<Vec<_>>().join(" / "),
    });
    rows.collect()
}

fn is_problem(answer: &Value) -> bool {
    answer.pointer("/content/application~1problem+json").is_some()
}

impl Schema {
    fn of(name: &str, schema: &Value) -> Schema {
        // What a view says, and the state that it was read from, stand in two parts.
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        let parts = parts.chain([schema]);
        let properties = parts.clone().flat_map(|part| {
            members(part, "/properties").map(|(name, one)| Named {
                name: name.clone(),
                kind: kind_of(Some(one)),
                what: text(one, "/description"),
            })
        });
        let told = parts.map(|part| text(part, "/description"));
        let told: Vec<String> = told.filter(|text| !text.is_empty()).collect();
        Schema { name: name.to_owned(), what: told.join(" "), properties: properties.collect() }
    }
}

fn members<'d>(value: &'d Value, at: &str) -> impl Iterator<Item = (&'d String, &'d Value)> {
    value.pointer(at).and_then(Value::as_object).into_iter().flatten()
}

fn text(value: &Value, at: &str) -> String {
    value.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What a body holds, by its media type; problems are the same everywhere.
fn content_of(content: Option<&Value>) -> String {
    let kinds = content.and_then(Value::as_object).into_iter().flatten();
    let kinds = kinds.map(|(media, one)| match kind_of(one.get("schema")) {
        kind if kind.is_empty() => media.clone(),
        kind => format!("{kind}（{media}）"),
    });
    kinds.collect::<Vec<_>>().join("、")
}

/// The name of a schema, or what JSON calls it.
fn kind_of(schema: Option<&Value>) -> String {
    let Some(schema) = schema else { return String::new() };
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let all: Vec<String> = match schema.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => {
            several.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    let either = ["oneOf", "anyOf"].iter().filter_map(|name| schema.get(*name)?.as_array());
    let either = either.flatten().map(|one| kind_of(Some(one)));
    let of = schema.get("items").map(|items| format!(" of {}", kind_of(Some(items))));
    let kind = all.into_iter().chain(either).collect::<Vec<_>>().join(" | ");
    kind + &of.unwrap_or_default()
}
