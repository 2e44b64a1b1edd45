//! What single areas answer, on the wire.

use super::*;

#[tokio::test]
async fn units_are_listed_as_they_stand_on_a_day() {
    let world = world();
    let answer = world.get("/api/v1/units").await.json();
    assert_eq!(answer["on"], "2024-08-02");
    let codes: Vec<_> = answer["units"].as_array().unwrap().iter().map(|unit| unit["code"].clone()).collect();
    assert_eq!(codes, ["158", "17"]);
    let answer = world.get("/api/v1/units?on=2025-07-01").await.json();
    assert_eq!(answer["units"].as_array().unwrap().len(), 1, "the district has ended");
    for query in ["on=yesterday", "day=2024-08-02"] {
        let answer = world.get(&format!("/api/v1/units?{query}")).await;
        assert_eq!(answer.problem(), (400, "bad_parameter".into()), "{query}");
    }
}

#[tokio::test]
async fn a_unit_is_told_with_those_above_and_below_it() {
    let world = world();
    let answer = world.get("/api/v1/units/158").await.json();
    assert_eq!((&answer["unit"]["parent"], &answer["stale_code"]), (&json!("17"), &json!(false)));
    assert_eq!(answer["above"][0]["code"], "17");
    let answer = world.get("/api/v1/units/17").await.json();
    assert_eq!((&answer["children"][0]["code"], &answer["above"]), (&json!("158"), &json!([])));
    let ended = world.get("/api/v1/units/158?on=2025-07-01").await.json();
    assert_eq!(ended["stale_code"], true);
    assert_eq!(world.get("/api/v1/units/99").await.problem(), (404, "unknown_unit".into()));
    assert_eq!(world.get("/api/v1/units/%FF").await.problem(), (400, "bad_parameter".into()));
    world.views.send_replace(None);
    assert_eq!(world.get("/api/v1/units").await.problem(), (503, "not_ready".into()));
}

#[tokio::test]
async fn answers_are_packed_for_those_who_unpack() {
    let world = world();
    let request = Request::get("/api/v1/units").header("host", "localhost").header("accept-encoding", "gzip");
    let answer = world.ask(request.body(Body::empty()).unwrap()).await;
    let vary: Vec<&str> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!((answer.header("content-encoding"), vary), ("gzip", vec!["accept", "accept-encoding"]));
    assert_eq!(world.get("/api/v1/units").await.header("content-encoding"), "");
}

#[tokio::test(start_paused = true)]
async fn p2_an_answer_that_takes_too_long_is_a_problem() {
    let stuck = Router::new().route("/", axum::routing::get(std::future::pending::<()>));
    let app = stuck.layer(middleware::from_fn(bounds::within_request_timeout));
    let answer = Answer::of(app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap()).await;
    assert_eq!(answer.problem(), (503, "timeout".into()));
}

#[tokio::test]
async fn figures_of_a_unit_are_answered_and_questions_that_cannot_be_are_problems() {
    let world = world();
    let answer = world.get("/api/v1/units/17/kpis?window=2024-Q2").await.json();
    assert_eq!((&answer["unit"], &answer["node"], &answer["seq"]), (&json!("17"), &json!("n1"), &json!(1)));
    assert_eq!(answer["window"], json!({"from": "2024-04-01", "to": "2024-06-30"}));
    assert_eq!(answer["kpis"]["on_time_rate"]["value"], json!(null));
    for (path, problem) in [
        ("units/99/kpis", (404, "unknown_unit")),
        ("units/17/kpis?window=soon", (400, "bad_window")),
        ("units/17/kpis?hierarchy=then", (400, "bad_hierarchy")),
        ("units/17/kpis?windows=week", (400, "bad_parameter")),
        ("dossiers/motcua/nothing", (404, "unknown_dossier")),
    ] {
        let (status, code) = world.get(&format!("/api/v1/{path}")).await.problem();
        assert_eq!((status, code.as_str()), problem, "{path}");
    }
    world.views.send_replace(None);
    for path in ["units/17/kpis", "dossiers/motcua/1"] {
        assert_eq!(world.get(&format!("/api/v1/{path}")).await.problem(), (503, "not_ready".into()), "{path}");
    }
}

#[tokio::test]
async fn an_answer_goes_out_as_csv_to_those_who_accept_that_and_nothing_to_those_who_accept_neither() {
    let world = world();
    let paths = [
        "/api/v1/units",
        "/api/v1/units/17/kpis",
        "/api/v1/units/17/breakdown?by=unit",
        "/api/v1/units/17/dossiers?measure=received",
    ];
    for path in paths {
        let ask = |accept: &'static str, path: String| {
            world.ask(
                Request::get(path).header("host", "localhost").header("accept", accept).body(Body::empty()).unwrap(),
            )
        };
        let csv = ask("text/csv", path.to_owned()).await;
        assert_eq!(
            (csv.status, csv.header("content-type")),
            (StatusCode::OK, "text/csv; charset=utf-8; header=present")
        );
        let text = String::from_utf8(csv.body).unwrap();
        let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
        assert!(lines.iter().all(|line| line.ends_with("\r\n")), "{path}: {text}");
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert!(reader.records().all(|record| record.is_ok()), "{path}: {text}");
        let with = if path.contains('?') { '&' } else { '?' };
        let marked = ask("text/csv", format!("{path}{with}bom=true")).await;
        assert_eq!(String::from_utf8(marked.body).unwrap(), format!("\u{feff}{text}"), "{path}");
        assert_eq!(ask("image/png", path.to_owned()).await.problem(), (406, "not_acceptable".into()), "{path}");
        assert_eq!(ask("text/html, */*;q=0.1", path.to_owned()).await.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn what_stands_behind_a_figure_is_asked_by_route_and_refused_as_a_problem() {
    let world = world();
    let empty = world.get("/api/v1/units/17/dossiers?measure=received").await.json();
    assert_eq!((&empty["total"], &empty["rows"], &empty["cursor"]), (&json!(0), &json!([]), &Value::Null));
    let rows = world.get("/api/v1/units/17/breakdown?by=unit&window=2024").await.json()["rows"].clone();
    assert_eq!((&rows[0]["value"], &rows[1]["value"]), (&json!("own"), &json!("158")));
    for (path, problem) in [
        ("/api/v1/units/99/breakdown?by=unit", (404, "unknown_unit")),
        ("/api/v1/units/17/breakdown", (400, "bad_dimension")),
        ("/api/v1/units/17/breakdown?by=unit&colour=red", (400, "bad_parameter")),
        ("/api/v1/units/17/dossiers?measure=all", (400, "bad_measure")),
        ("/api/v1/units/17/dossiers?measure=received&cursor=00", (400, "bad_cursor")),
    ] {
        assert_eq!(world.get(path).await.problem(), (problem.0, problem.1.into()), "{path}");
    }
}

#[tokio::test]
async fn sources_are_taken_whole_or_not_at_all() {
    let world = world();
    let put = |body: &'static str| {
        world.ask(Request::put("/api/v1/sources").header("host", "localhost").body(Body::from(body)).unwrap())
    };
    let good = put(r#"[{"source":"a","units":["17"],"cadence_minutes":15},{"source":"b"}]"#).await;
    assert_eq!(
        (good.status, good.json()),
        (
            StatusCode::OK,
            json!({"received": 2, "accepted": 2, "rejected": 0, "rejections": [], "seq": 2, "node": "n1"})
        )
    );
    let bad = put(r#"[{"source":"a"},{"source":"b","weekdays":["x"]}]"#).await;
    assert_eq!(bad.problem(), (422, "none_accepted".into()));
    let rejection = &bad.json()["rejections"][0];
    assert_eq!((&rejection["line"], &rejection["pointer"]), (&json!(2), &json!("/weekdays/0")));
    assert_eq!(put("{}").await.problem(), (400, "bad_array".into()));
    assert_eq!(world.get("/api/v1/freshness").await.json()["sources"], json!([]));
    assert_eq!(world.get("/api/v1/sources?x=1").await.problem(), (400, "bad_parameter".into()));
}
