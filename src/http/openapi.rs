//! `GET /api/openapi.json`: what the server answers, for programs.
//!
//! **A new route is one entry in `routes`**, and a new shape one in `schemas`. A test compares the entries with the
//! routes of the areas, and schemathesis holds a running server to the document: each status, code and shape.

mod imports;
mod indicators;
mod kit;
mod portal;
mod returns;
mod totals;
mod reconcile;
mod sources;
mod routes;
mod reports;
mod procedures;
mod schemas;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/openapi.json", get(document))
}

async fn document() -> impl IntoResponse {
    /// The document, which is the same for everybody.
    static DOCUMENT: LazyLock<String> =
        LazyLock::new(|| serde_json::to_string(&openapi()).expect("texts and numbers always encode"));
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// The description of every route.
///
/// # Panics
/// When the tables don't make a document of OpenAPI 3.1; a test keeps that from happening.
pub fn openapi() -> OpenApi {
    serde_json::from_value(assembled()).expect("the tables make a document of OpenAPI 3.1")
}

/// Why a route may not answer: stable codes by status. None of a route that isn't described.
pub(super) fn codes_of(method: &str, path: &str) -> BTreeMap<u16, BTreeSet<&'static str>> {
    let all = routes::routes();
    all.into_iter()
        .find(|route| route.method == method && route.path == path)
        .map(|route| route.problems)
        .unwrap_or_default()
}

/// One route with one method, as it is described.
struct Route {
    method: &'static str,
    path: &'static str,
    tag: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: BTreeMap<u16, Value>,
    problems: BTreeMap<u16, BTreeSet<&'static str>>,
}

/// The greatest whole number that every client reads exactly.
const SAFE: u64 = (1 << 53) - 1;

/// Reasons of the guard that stands before every route.
const GUARD: [&str; 6] =
    ["host_missing", "host_not_loopback", "origin_foreign", "forwarded", "forbidden", "needs_whole"];

fn route(method: &'static str, path: &'static str, tag: &'static str, summary: &'static str) -> Route {
    let (parameters, body, answers, problems) = (Vec::new(), None, BTreeMap::new(), BTreeMap::new());
    Route { method, path, tag, summary, parameters, body, answers, problems }
        .problem(403, &GUARD)
        .problem(401, &["no_token", "bad_token"])
        .problem(429, &["too_often"])
}

fn get_of(path: &'static str, tag: &'static str, summary: &'static str) -> Route {
    route("get", path, tag, summary)
}

impl Route {
    /// A part of the path.
    fn part(mut self, name: &str, about: &str, example: &str) -> Route {
        // Without slashes and control characters a part is one part in every client.
        let schema = json!({"type": "string", "minLength": 1, "examples": [example]});
        self.parameters.push(json!({
            "name": name, "in": "path", "required": true, "description": about, "schema": schema, "example": example
        }));
        self
    }

    /// A part of the path that is a number.
    fn number(mut self, name: &str, about: &str) -> Route {
        let schema = json!({"type": "integer", "minimum": 0, "maximum": SAFE});
        self.parameters
            .push(json!({"name": name, "in": "path", "required": true, "description": about, "schema": schema}));
        self
    }

    /// A parameter of the query, with its schema.
    fn query(mut self, name: &str, about: &str, schema: &Value) -> Route {
        self.parameters
            .push(json!({"name": name, "in": "query", "required": false, "description": about, "schema": schema}));
        self.problem(400, &["bad_parameter"])
    }

    /// A body of these media types, each with its schema and an example.
    fn body(mut self, media: &[(&str, Value, Value)]) -> Route {
        let content: Map<String, Value> = media
            .iter()
            .map(|(name, schema, example)| ((*name).to_owned(), json!({"schema": schema, "example": example})))
            .collect();
        self.body = Some(json!({"required": false, "content": content}));
        self
    }

    /// An answer as JSON of a named shape.
    fn json(self, status: u16, about: &str, shape: &str) -> Route {
        let schema = json!({"$ref": format!("#/components/schemas/{shape}")});
        self.answer(status, about, "application/json", &schema)
    }

    /// An answer of another media type.
    fn answer(mut self, status: u16, about: &str, media: &str, schema: &Value) -> Route {
        let answer = self.answers.entry(status).or_insert_with(|| json!({"description": about, "content": {}}));
        answer["content"][media] = json!({"schema": schema});
        self
    }

    /// An answer without a body.
    fn empty(mut self, status: u16, about: &str) -> Route {
        self.answers.insert(status, json!({"description": about}));
        self
    }

    /// Why it may not be answered: stable codes of a status.
    fn problem(mut self, status: u16, codes: &[&'static str]) -> Route {
        self.problems.entry(status).or_default().extend(codes);
        self
    }

    /// The figures are needed.
    fn of_figures(self) -> Route {
        self.problem(503, &["not_ready", "timeout"])
    }

    fn responses(&self) -> Map<String, Value> {
        let mut responses: Map<String, Value> =
            self.answers.iter().map(|(status, answer)| (status.to_string(), answer.clone())).collect();
        for (status, codes) in &self.problems {
            let list = codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
            let response = responses
                .entry(status.to_string())
                .or_insert_with(|| json!({"description": format!("Not answered: {list}"), "content": {}}));
            response["content"]["application/problem+json"] = json!({"schema": {"allOf": [
                {"$ref": "#/components/schemas/Problem"},
                {"type": "object", "properties": {
                    "status": {"type": "integer", "enum": [status]}, "code": {"type": "string", "enum": codes}
                }}
            ]}});
        }
        responses
    }

    fn operation(&self) -> Value {
        let mut operation = json!({
            "tags": [self.tag], "summary": self.summary, "operationId": self.name(), "responses": self.responses()
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = json!(self.parameters);
        }
        if let Some(body) = &self.body {
            operation["requestBody"] = body.clone();
        }
        operation
    }

    /// `get_api_v1_units_code`.
    fn name(&self) -> String {
        let words = self.path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        std::iter::once(self.method).chain(words).collect::<Vec<_>>().join("_")
    }
}

fn assembled() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes::routes() {
        paths.entry(route.path).or_insert_with(|| json!({}))[route.method] = route.operation();
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "opcentre",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Dossier events, ratings and indicators in; live figures of a smart operation centre out. \
                Errors are RFC 9457 with a stable `code`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "paths": paths,
        "components": {"schemas": schemas::schemas()}
    })
}
